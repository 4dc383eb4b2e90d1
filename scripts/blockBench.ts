import { scriptCommand } from '../generator/base/paths.js';
import { runTool } from '../generator/base/processes.js';
import type { Config } from '../generator/description/config.js';
import { benchFile, benchParts, blockClosure, blockFile, checksFile, type EmittedFile } from '../generator/emit/rtl.js';
import { thorough } from '../generator/emit/vectors/amount.js';
import { vectorFiles, vectorParameters } from '../generator/emit/vectors/files.js';
import { inPlaceOf } from '../generator/run/inPlace.js';
import { writeFiles } from '../generator/run/simulators/verilator.js';

/** What a bench run printed, and whether it said `PASS <n> checks`, of at least one check. */
export interface BenchResult {
  readonly passed: boolean;
  readonly checks: number;
  readonly output: string;
  /** The command that reruns the same case. */
  readonly rerun: string;
}

export interface BenchOptions {
  readonly config: Config;
  readonly block: string;
  readonly seed: number;
  /** Folder for sources and the compiled bench. */
  readonly folder: string;
  readonly waves?: string;
  /** Further plusargs for the bench, without the plus sign. */
  readonly plusargs?: readonly string[];
  /** Further files (vectors) to write beside the bench, which runs in `folder`. */
  readonly files?: readonly EmittedFile[];
  /** Puts another text in the place of an emitted one. */
  readonly change?: (file: EmittedFile) => EmittedFile;
  /** Processor time after which the bench has failed, for a block that may never let it end. Default: none. */
  readonly cpuSeconds?: number;
}

/** Beside the bench as a second top: it has no part in it, and writes its waves. */
const dumpFile: EmittedFile = {
  path: 'tb/dump.v',
  text: `module dump;
    reg [8*1024-1:0] file;
    initial if ($value$plusargs("waves=%s", file)) begin
        $dumpfile(file);
        $dumpvars(0, tb);
    end
endmodule
`,
};

/** What a bench's output says: whether it passed, and how many checks it made. One without checks has not passed. */
export const readVerdict = (
  output: string,
  exitCode: number | undefined,
): { readonly passed: boolean; readonly checks: number } => {
  const checks = Number(/^PASS (\d+) checks$/m.exec(output)?.[1] ?? 0);
  return { passed: exitCode === 0 && checks > 0 && !/^(FAIL|CHECK failed)/m.test(output), checks };
};

/** Emits a block and its bench, compiles them with Icarus Verilog and runs the bench once. */
export const runBench = async (options: BenchOptions): Promise<BenchResult> => {
  const { config, block, seed, folder } = options;
  const closure = blockClosure(config, block);
  const top = closure.find((candidate) => candidate.name === block)!;
  const { change = (file) => file, cpuSeconds } = options;
  const sources = [...closure.map((used) => change(blockFile(config, used))), benchFile(config, top), dumpFile];
  const vectors = vectorFiles(config, block, seed, thorough);
  writeFiles(folder, [checksFile(config), ...benchParts(config), ...sources, ...vectors, ...(options.files ?? [])]);
  const parameters = Object.entries(vectorParameters(block, thorough)).map(([name, value]) => `-Ptb.${name}=${value}`);
  await runTool(
    'iverilog',
    [
      '-g2005-sv',
      '-Wall',
      '-Irtl',
      '-Itb',
      '-s',
      'tb',
      '-s',
      'dump',
      ...parameters,
      '-o',
      `${block}.vvp`,
      ...sources.map((s) => s.path),
    ],
    { cwd: folder },
  );
  const simulate = (waves?: string) => {
    const plusargs = [`seed=${seed}`, ...(options.plusargs ?? []), ...(waves ? [`waves=${waves}`] : [])];
    const args = ['-N', `${block}.vvp`, ...plusargs.map((arg) => `+${arg}`)];
    return runTool('vvp', args, { cwd: folder, reject: false, cpuSeconds });
  };
  const run = await (options.waves ? inPlaceOf(options.waves, simulate) : simulate());
  const output = run.all;
  return {
    ...readVerdict(output, run.exitCode),
    output,
    rerun: scriptCommand('block', `${block} --preset ${config.name} --seed ${seed}`),
  };
};
