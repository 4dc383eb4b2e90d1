import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { discard, runTool, temporaryFolder } from '../base/processes.js';
import { missingTools } from '../base/tools.js';
import type { Device } from './devices.js';

/** What place and route said. */
export interface Routing {
  /** The device. */
  readonly device: Device;
  /** Name and version of nextpnr. */
  readonly tool: string;
  /** Of place and route. */
  readonly seed: number;
  /** Registers that the harness adds. */
  readonly harness: {
    /** Those that feed inputs. */
    readonly inputs: number;
    /** Those that add up outputs. */
    readonly outputs: number;
  };
  /** By kind of cell. */
  readonly used: Readonly<
    Record<
      string,
      {
        /** Cells that the design needs. */
        readonly used: number;
        /** Cells that the device has. */
        readonly available: number;
      }
    >
  >;
  /** Highest frequency of the routed design's clock; absent when the design does not fit or cannot be routed. */
  readonly megahertz?: number;
  /** Why there is no bitstream. */
  readonly finding?: string;
}

/** nextpnr and icepack, those of the machine or those of npm. */
export interface Router {
  readonly version: string;
  readonly canPack: boolean;
  /**
   * Runs nextpnr; a design that does not fit, or cannot be routed in the processor time, is no error of the program.
   * @returns its log, and its report and bitstream as text when it came to its end.
   */
  readonly route: (
    netlist: string,
    options: readonly string[],
    cpuSeconds?: number,
  ) => Promise<{ readonly log: string; readonly report?: string; readonly asc?: string }>;
  readonly pack: (asc: string) => Promise<Uint8Array>;
}

/** Where wires do not suffice nextpnr tries for ever; the fullest designs that it routes take some minutes. */
const CPU_SECONDS = 30 * 60;

const FILES = ['--json', 'netlist.json', '--asc', 'out.asc', '--report', 'report.json'];

const outOfTime = (cpuSeconds: number): string =>
  `ERROR: no end after ${cpuSeconds.toLocaleString('en-US')} s of processor time: the device is too full to route; try another seed, or a smaller accelerator`;

const native = async (): Promise<Router> => {
  const version = /Version (\S+?)\)/.exec((await runTool('nextpnr-ice40', ['--version'])).all)?.[1];
  const inFolder = async <T>(body: (folder: string) => Promise<T>): Promise<T> => {
    const folder = temporaryFolder('bpi-nextpnr-');
    try {
      return await body(folder);
    } finally {
      discard(folder);
    }
  };
  return {
    version: `nextpnr-ice40 ${version}`,
    canPack: missingTools(['icepack']).length === 0,
    route: (netlist, options, cpuSeconds = CPU_SECONDS) =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, 'netlist.json'), netlist);
        const result = await runTool('nextpnr-ice40', [...FILES, ...options], {
          ...{ cwd: folder, reject: false, cpuSeconds },
        });
        if (result.exitCode === undefined) return { log: `${result.all}\n${outOfTime(cpuSeconds)}\n` };
        if (result.exitCode !== 0) return { log: result.all };
        const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
        return { log: result.all, report: read('report.json'), asc: read('out.asc') };
      }),
    pack: (asc) =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, 'out.asc'), asc);
        await runTool('icepack', ['out.asc', 'out.bin'], { cwd: folder });
        return readFileSync(join(folder, 'out.bin'));
      }),
  };
};

/** As much of npm's package as is used; it is large, and no dependency. */
interface NpmPackage {
  readonly version: string;
  readonly Exit: new (...args: never[]) => Error;
  readonly runNextpnrIce40: NpmCommand;
  readonly runIcepack: NpmCommand;
}
type NpmCommand = (
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  options: { readonly stdout: (bytes: Uint8Array | null) => void; readonly stderr: (bytes: Uint8Array | null) => void },
) => Promise<Readonly<Record<string, unknown>>>;

/** npm's nextpnr: 223 MB, which only who routes without the machine's own needs. */
export const ROUTER_PACKAGE: string = '@yowasp/nextpnr-ice40';

const webAssembly = async (): Promise<Router | undefined> => {
  let module: NpmPackage;
  try {
    module = (await import(ROUTER_PACKAGE)) as NpmPackage;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  const text = (file: unknown): string =>
    typeof file === 'string' ? file : Buffer.from(file as Uint8Array).toString();
  const run = async (command: NpmCommand, args: readonly string[], files: Readonly<Record<string, string>>) => {
    const log: Uint8Array[] = [];
    const keep = (bytes: Uint8Array | null): void => {
      if (bytes) log.push(Uint8Array.from(bytes));
    };
    const said = (): string => Buffer.concat(log).toString();
    try {
      return { tree: await command(args, files, { stdout: keep, stderr: keep }), log: said() };
    } catch (error) {
      // where it cannot throw C++ exceptions, an error that it has reported ends in a trap
      if (error instanceof module.Exit || error instanceof WebAssembly.RuntimeError) return { log: said() };
      throw error;
    }
  };
  return {
    version: `nextpnr-ice40 ${module.version} (WebAssembly)`,
    canPack: true,
    route: async (netlist, options) => {
      const { tree, log } = await run(module.runNextpnrIce40, [...FILES, ...options], { 'netlist.json': netlist });
      return tree ? { log, report: text(tree['report.json']), asc: text(tree['out.asc']) } : { log };
    },
    pack: async (asc) => {
      const { tree, log } = await run(module.runIcepack, ['out.asc', 'out.bin'], { 'out.asc': asc });
      if (!tree) throw new Error(`icepack: ${log.trim()}`);
      const bytes = tree['out.bin'];
      return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : (bytes as Uint8Array);
    },
  };
};

/** The machine's nextpnr, or npm's where that was installed; `wasm` asks for the latter. Undefined when there is none. */
export const findRouter = async (wasm = false): Promise<Router | undefined> =>
  wasm || missingTools(['nextpnr-ice40']).length > 0 ? webAssembly() : native();

/** Cells used and available in nextpnr's log. */
export const utilisationOf = (log: string): Routing['used'] =>
  Object.fromEntries(
    [...log.matchAll(/^Info:\s+(\w+):\s+(\d+)\/\s*(\d+)\s+\d+%/gm)].map(([, kind, used, available]) => [
      kind!,
      { used: Number(used), available: Number(available) },
    ]),
  );

/** The frequency of the only clock in nextpnr's report, rounded to 10 kHz. */
export const megahertzOf = (report: string): number | undefined => {
  const { fmax } = JSON.parse(report) as { readonly fmax?: Readonly<Record<string, { readonly achieved: number }>> };
  const [clock] = Object.values(fmax ?? {});
  return clock && Math.round(clock.achieved * 100) / 100;
};

/** In one line why nextpnr gave up: what there is too little of, else its own words. */
export const findingOf = (log: string): string => {
  const over = Object.entries(utilisationOf(log)).filter(([, { used, available }]) => used > available);
  if (over.length > 0) {
    const parts = over.map(
      ([kind, { used, available }]) =>
        `${used.toLocaleString('en-US')} ${kind} of ${available.toLocaleString('en-US')}`,
    );
    return `does not fit: ${parts.join(', ')}`;
  }
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'no message').replace(/^ERROR: /, '');
};
