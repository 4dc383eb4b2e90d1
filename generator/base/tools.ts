import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { MISSING_TOOL, UserError } from './errors.js';

/** Commands that the scripts run and cell libraries that they read, and the Debian package of each. */
const PACKAGES = {
  verilator: 'verilator',
  iverilog: 'iverilog',
  yosys: 'yosys',
  gcc: 'gcc',
  z3: 'z3',
  'g++': 'g++',
  make: 'make',
  chromium: 'chromium',
  osu018: 'qflow-tech-osu018',
  osu035: 'qflow-tech-osu035',
  'nextpnr-ice40': 'nextpnr-ice40',
  icepack: 'fpga-icestorm',
  sbatch: 'slurm-client',
  squeue: 'slurm-client',
  scancel: 'slurm-client',
  slurmctld: 'slurmctld',
  slurmd: 'slurmd',
  munged: 'munge',
} as const;

export type Tool = keyof typeof PACKAGES;

/** What `npm test` and the simulations need. */
export const SIMULATION_TOOLS: readonly Tool[] = ['verilator', 'iverilog', 'gcc', 'g++', 'make'];

/** What a simulation in Verilator needs. */
export const VERILATOR_TOOLS: readonly Tool[] = ['verilator', 'g++', 'make'];

/** What the proofs need. */
export const FORMAL_TOOLS: readonly Tool[] = ['yosys', 'z3'];

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Cell libraries, below one of the machine's folders of shared data. */
const SHARED: Partial<Readonly<Record<Tool, string>>> = {
  osu018: 'qflow/tech/osu018/osu018_stdcells.lib',
  osu035: 'qflow/tech/osu035/osu035_stdcells.lib',
};

const paths = (folders: string, name: string): readonly string[] =>
  folders
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name));

/** Where a command is on the path, or a library among the shared data. */
export const toolPath = (name: Tool | 'ccache'): string | undefined => {
  const shared = name === 'ccache' ? undefined : SHARED[name];
  return shared === undefined
    ? paths(process.env.PATH ?? '', name).find(isExecutable)
    : paths(process.env.XDG_DATA_DIRS || '/usr/local/share:/usr/share', shared).find((path) => existsSync(path));
};

/** The tools that are not there. */
export const missingTools = (names: readonly Tool[] = SIMULATION_TOOLS): readonly Tool[] =>
  names.filter((name) => toolPath(name) === undefined);

/** How to become root without a question: an empty prefix for root itself, undefined when there is no way. */
const rootPrefix = async (): Promise<readonly string[] | undefined> => {
  if (process.getuid?.() === 0) return [];
  const sudo = await execa('sudo', ['-n', 'true'], { reject: false });
  return sudo.exitCode === 0 ? ['sudo', '-n'] : undefined;
};

const packagesOf = (tools: readonly Tool[]): readonly string[] => [...new Set(tools.map((tool) => PACKAGES[tool]))];

/** The one command that installs tools. */
export const installCommand = (tools: readonly Tool[]): string =>
  `sudo apt-get install -y ${packagesOf(tools).join(' ')}`;

/**
 * For a command that installs nothing by itself.
 * @param alternative what else a user may do, behind the command that installs them.
 * @throws UserError with the code MISSING_TOOL, when some are not there.
 */
export const requireTools = (names: readonly Tool[], alternative = ''): void => {
  const missing = missingTools(names);
  if (missing.length === 0) return;
  const fix = `run: ${installCommand(missing)}${alternative}`;
  throw new UserError([{ code: MISSING_TOOL, path: missing.join(', '), message: 'not found', fix }]);
};

/** What a user has to do by hand: tools that are missing and cannot be installed from here. */
export class ToolsMissing extends Error {
  override readonly name = 'ToolsMissing';

  constructor(tools: readonly Tool[], reason: string) {
    super(`missing: ${tools.join(', ')} (${reason}). Install with:\n  ${installCommand(tools)}`);
  }
}

/**
 * Installs, with apt-get, the tools that are missing; silent and quick when all are there.
 * @throws ToolsMissing with the one command to run, when they cannot be installed.
 */
export const ensureTools = async (
  names: readonly Tool[] = SIMULATION_TOOLS,
  say: (line: string) => void = console.log,
): Promise<void> => {
  const missing = missingTools(names);
  if (missing.length === 0) return;
  const prefix = await rootPrefix();
  if (!prefix) throw new ToolsMissing(missing, 'not root, and sudo asks for a password');
  const packages = packagesOf(missing);
  const aptGet = (...args: readonly string[]) => {
    const [command, ...rest] = [...prefix, 'apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args];
    return execa(command, rest, { reject: false, all: true, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  };
  const install = () => aptGet('install', '--no-install-recommends', ...packages);
  say(`installing ${packages.join(' ')} with apt-get`);
  let result = await install();
  if (result.exitCode !== 0) {
    await aptGet('update');
    result = await install();
  }
  const still = missingTools(names);
  if (still.length > 0) {
    const reason = (result.all ?? '').trim().split('\n').at(-1) || 'apt-get cannot be run';
    throw new ToolsMissing(still, reason);
  }
};
