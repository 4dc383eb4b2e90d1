import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { ensureTools, missingTools, toolPath } from '../../generator/base/tools.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const script = (folder: string, name: string, text: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
};

/** A path with only the given commands; apt-get notes how it is called, and `onInstall` is its work. */
const machine = (onInstall: string, commands: Readonly<Record<string, string>> = {}): string => {
  const folder = temporaryFolder();
  script(folder, 'apt-get', `echo "$@" >> ${folder}/calls\ncase "$*" in *install*) ${onInstall};; esac`);
  for (const [name, text] of Object.entries(commands)) script(folder, name, text);
  vi.stubEnv('PATH', folder);
  return folder;
};

const calls = async (folder: string): Promise<readonly string[]> => {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(join(folder, 'calls'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => line.replace(/^.*Timeout=\d+ /, ''));
};

const tool = (folder: string, name: string): string =>
  `echo '#!/bin/sh' > ${folder}/${name}; /bin/chmod +x ${folder}/${name}`;

it('says and does nothing when the tools are there', async () => {
  machine('exit 1', { verilator: '', iverilog: '', gcc: '', 'g++': '', make: '' });
  const say = vi.fn();
  await ensureTools(undefined, say);
  expect(say).not.toHaveBeenCalled();
});

it('installs what is missing, as root', async () => {
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(0);
  const folder = machine('exit 0', { make: '' });
  script(folder, 'apt-get', `echo "$@" >> ${folder}/calls; ${tool(folder, 'iverilog')}`);
  await ensureTools(['iverilog', 'make'], () => {});
  expect(await calls(folder)).toEqual(['install --no-install-recommends iverilog']);
  expect(missingTools(['iverilog'])).toEqual([]);
});

it('installs a cell library, which is no command', async () => {
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(0);
  const folder = machine('exit 0');
  vi.stubEnv('XDG_DATA_DIRS', folder);
  const library = `${folder}/qflow/tech/osu035`;
  script(
    folder,
    'apt-get',
    `echo "$@" >> ${folder}/calls; /bin/mkdir -p ${library}; echo > ${library}/osu035_stdcells.lib`,
  );
  await ensureTools(['osu035'], () => {});
  expect(await calls(folder)).toEqual(['install --no-install-recommends qflow-tech-osu035']);
  expect(toolPath('osu035')).toBe(`${library}/osu035_stdcells.lib`);
});

it('renews the package lists when installing fails', async () => {
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(0);
  const folder = machine('echo no such package; exit 100');
  await expect(ensureTools(['verilator'], () => {})).rejects.toThrow(/missing: verilator \(no such package\)/);
  expect(await calls(folder)).toEqual([
    'install --no-install-recommends verilator',
    'update',
    'install --no-install-recommends verilator',
  ]);
});

it('names the one command to run when it cannot become root', async () => {
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(1000);
  machine('exit 0', { sudo: 'exit 1' });
  await expect(ensureTools(['verilator', 'g++'], () => {})).rejects.toThrow(
    /^missing: verilator, g\+\+ .*\n {2}sudo apt-get install -y verilator g\+\+$/,
  );
});
