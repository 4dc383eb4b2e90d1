import { resolve } from 'node:path';
import { discard, runTool, temporaryFolder } from '../../base/processes.js';
import { toolPath } from '../../base/tools.js';

/** Variables that choose where a tool works, not what it makes. */
const OF_THE_PLACE = /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|XDG_\w+|CCACHE_\w+)$/;

/** Variables that Verilator, make, the compilers and Icarus read, and that may change what they make. */
const OF_THE_RESULT =
  /^(VERILATOR_\w+|IVERILOG_\w+|SYSTEMC\w*|USER_\w+|VM_\w+|VK_\w+|OPT\w*|M32|CXX|CC|CPP|LINK|AR|LD|AS|\w*FLAGS|LDLIBS|MAKEFILES|CPATH|(LIBRARY|C_INCLUDE|CPLUS_INCLUDE|COMPILER|LD_LIBRARY|LD_RUN)_PATH|LD_PRELOAD|GCC_\w+|NIX_\w+)$/;
/** Of them, what a make above us tells its own children. */
const OF_MAKE = /^(MAKEFLAGS|MFLAGS|GNUMAKEFLAGS)$/;

/** The environment of tools that build simulators. Nothing else reaches them; `variables` belong into the key of what they make. */
export const toolEnvironment = (): {
  readonly env: Readonly<Record<string, string>>;
  readonly variables: readonly string[];
} => {
  const all = Object.entries(process.env)
    .filter(([name]) => !OF_MAKE.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1)) as [string, string][];
  const result = all.filter(([name]) => OF_THE_RESULT.test(name) && !OF_THE_PLACE.test(name));
  return {
    env: Object.fromEntries([...all.filter(([name]) => OF_THE_PLACE.test(name)), ...result]),
    variables: result.flat(),
  };
};

const versions = new Map<string, Promise<string>>();

/** What a tool on the path says of its version, in whole. It is asked once in a process for each place. */
export const toolVersion = (tool: Parameters<typeof toolPath>[0], flag: string): Promise<string> => {
  const there = toolPath(tool);
  const path = there === undefined ? tool : resolve(there);
  const known = versions.get(path);
  if (known) return known;
  // some write temporary files even to say that
  const folder = temporaryFolder('bpi-version-');
  const found = runTool(path, [flag], { reject: false, cwd: folder })
    .then(({ stdout }) => stdout)
    .finally(() => discard(folder));
  versions.set(path, found);
  return found;
};
