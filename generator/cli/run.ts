import { Command, Option } from 'commander';
import { type Problem, UserError } from '../base/errors.js';
import { closest } from '../base/suggest.js';
import type { Tool } from '../base/tools.js';
import { PASS_TENSORS } from '../dataflows/problem.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import { LAYOUTS, type Layout } from '../description/tensors.js';
import type { RunDescription } from '../run/command.js';
import type { CycleRange, MemoryOptions, Simulator } from '../run/simulators/job.js';
import { type Context, EXIT } from './context.js';
import { MISSING_TOOL } from './failure.js';
import { layerOption } from './layerOption.js';
import { parseShift, SHIFT_HELP } from './shift.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';
import { wholeNumber } from './wholeNumber.js';

interface Options {
  readonly preset: string;
  readonly set: readonly string[];
  readonly layer: string;
  readonly pass: Pass;
  readonly engine?: Engine;
  readonly x?: string;
  readonly wt?: string;
  readonly dy?: string;
  readonly out?: string;
  readonly seed: string;
  readonly simulator: Simulator;
  readonly waves?: string;
  readonly timeline?: string;
  readonly timelineCycles?: string;
  readonly memory?: string;
  readonly misalign: string;
  readonly narrow?: boolean;
  readonly shift?: string;
  readonly layout?: Layout;
  readonly explain?: boolean;
  readonly json?: boolean;
}

const help = `
Tensors are .npy files of integers from -128 to 127 for the format int8, of any real numbers for bf16 (they are rounded):
  --layout nhwc   x [B,H,W,C]   wt [Kh,Kw,C/G,N]   dy [B,Ho,Wo,N]
  --layout nchw   x [B,C,H,W]   wt [N,C/G,Kh,Kw]   dy [B,N,Ho,Wo]   (PyTorch's order)
  dx is as x, dw as wt, y as dy. Where axes have equal sizes, a file in the other order has the same shape: it cannot be told.
  fprop reads x and wt and makes y; dgrad reads dy and wt and makes dx; wgrad reads x and dy and makes dw.
Layer keys: B C H W N, Kh Kw Sh Sw Dh Dw, Pt Pb Pl Pr, G; K S D P set all their axes.

Examples:
  bp-im2col run --preset tiny4 --layer C=8,H=6,W=6,N=6,K=3,S=2,P=1 --pass dgrad
  bp-im2col run --layer B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1 --pass wgrad --engine bp --explain
  bp-im2col run --layer C=3,H=32,W=32,N=16,K=3 --pass fprop --x x.npy --wt wt.npy --out y.npy --json
  bp-im2col run --layer C=3,H=32,W=32,N=16,K=3 --pass fprop --x x.npy --wt wt.npy --layout nchw --out y.npy

Exit codes: 0 the result matches the golden model, 1 it does not, 2 wrong input, 3 a tool is missing.
`;

const MEMORY_LIMITS = {
  readLatency: { least: 1, most: 100_000 },
  writeLatency: { least: 1, most: 100_000 },
  bytesPerCycle: { least: 1, most: 1024 },
  stallPercent: { least: 0, most: 95 },
} as const;

const parseMemory = (text: string | undefined): MemoryOptions | undefined => {
  if (text === undefined) return undefined;
  const problems: Problem[] = [];
  const memory: Record<string, number> = {};
  for (const item of text.split(',')) {
    const [, name = '', digits = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(item) ?? [];
    const names = Object.keys(MEMORY_LIMITS);
    const path = `--memory ${item}`;
    if (!names.includes(name)) {
      const meant = closest(name, names);
      const fix = meant ? `write ${meant}=…` : `use ${names.join(', ')}`;
      problems.push({ code: 'UNKNOWN_KEY', path, message: 'no such key=value', fix });
      continue;
    }
    if (Object.hasOwn(memory, name)) {
      problems.push({ code: 'DUPLICATE_KEY', path, message: `${name} is given twice`, fix: `give ${name} once` });
      continue;
    }
    const { least, most } = MEMORY_LIMITS[name as keyof typeof MEMORY_LIMITS];
    const value = /^\d+(\.\d+)?$/.test(digits) ? Number(digits) : Number.NaN;
    const whole = name === 'bytesPerCycle' || Number.isInteger(value);
    if (!(whole && value >= least && value <= most)) {
      const fix = `give a ${name === 'bytesPerCycle' ? '' : 'whole '}number from ${least} to ${most}`;
      problems.push({ code: 'OUT_OF_RANGE', path, message: `"${digits}" will not do`, fix });
    }
    memory[name] = value;
  }
  if (problems.length > 0) throw new UserError(problems);
  return memory;
};

const NEEDED: Readonly<Record<Simulator, readonly Tool[]>> = {
  verilator: ['verilator', 'g++', 'make'],
  icarus: ['iverilog'],
};

/** @throws UserError that makes the program exit with 3, when the simulator is not installed. */
const requireTools = async (simulator: Simulator): Promise<void> => {
  const { installCommand, missingTools } = await import('../base/tools.js');
  const missing = missingTools(NEEDED[simulator]);
  if (missing.length === 0) return;
  throw new UserError([
    { code: MISSING_TOOL, path: missing.join(', '), message: 'not found', fix: `run: ${installCommand(missing)}` },
  ]);
};

/** Cycles to draw: all, or those that were asked for. */
const timelineRange = ({ timeline, timelineCycles, simulator }: Options): CycleRange | undefined => {
  const refuse = (path: string, message: string, fix: string): never => {
    throw new UserError([{ code: 'TIMELINE', path, message, fix }]);
  };
  if (timeline === undefined) {
    if (timelineCycles === undefined) return undefined;
    return refuse(`--timeline-cycles ${timelineCycles}`, 'there is no timeline', 'add --timeline file.svg');
  }
  if (simulator === 'icarus') {
    const message = 'only Verilator records what the accelerator does';
    refuse(`--timeline ${timeline}`, message, 'leave out --simulator icarus');
  }
  if (timelineCycles === undefined) return { from: 0, to: Number.MAX_SAFE_INTEGER };
  const [, from, to] = /^(\d{1,12})-(\d{1,12})$/.exec(timelineCycles) ?? [];
  if (Number(from) < Number(to)) return { from: Number(from), to: Number(to) };
  return refuse(`--timeline-cycles ${timelineCycles}`, 'not a range of cycles', 'write first-last, as in 0-5000');
};

/** The engine that was asked for, or the best one of the accelerator. */
export const engineFor = (config: Config, wanted: Engine | undefined): Engine =>
  wanted ?? (config.engines.includes('zerofree') ? 'zerofree' : config.engines.at(-1)!);

const LARGEST_TENSOR = 2 ** 27;
const LARGEST_MEMORY = 2 ** 31;
const MOST_CYCLES = 2 ** 31;

const refuseSize = (what: string): never => {
  const fix = 'take a smaller batch or map: time grows with it, what is learnt does not';
  throw new UserError([{ code: 'TOO_LARGE', path: '--layer', message: `${what}, too many to simulate`, fix }]);
};

const run = async (options: Options, context: Context): Promise<void> => {
  // loaded here, so that the other commands start fast
  const [runner, simulation, planner, inputs, files, reports, npy, jobs, icarus, timelines, cache] = await Promise.all([
    import('../run/runPass.js'),
    import('../run/simulate.js'),
    import('../compile/plan.js'),
    import('./operands.js'),
    import('../base/outputFile.js'),
    import('./runReport.js'),
    import('../run/npy.js'),
    import('../run/simulators/job.js'),
    import('../run/simulators/icarus.js'),
    import('../report/timeline.js'),
    import('../run/simulators/cache.js'),
  ]);

  // 1. everything that can be wrong with the input
  const { pass, simulator, waves, out, narrow, layout } = options;
  const config = loadConfig(options.preset, options.set);
  const layer = layerOption(options.layer);
  const engine = engineFor(config, options.engine);
  const seed = wholeNumber('--seed', options.seed, 0, 2 ** 31 - 2);
  const misalign = wholeNumber('--misalign', options.misalign, 0, 4095);
  const memory = parseMemory(options.memory);
  const shift = parseShift(options.shift);
  if (out !== undefined) files.checkOutput('--out', out, ['.npy']);
  const timeline = timelineRange(options);
  if (options.timeline !== undefined) files.checkOutput('--timeline', options.timeline, ['.svg']);
  if (waves !== undefined) files.checkOutput('--waves', waves, ['.fst', '.vcd']);
  const elements = inputs.largestTensor(layer);
  if (elements > LARGEST_TENSOR) refuseSize(`a tensor has ${elements} elements`);
  const macs = (layer.B * layer.Ho * layer.Wo * layer.Kh * layer.Kw * layer.C * layer.N) / layer.G;
  const fewest = macs / (config.array.rows * config.array.columns);
  if (fewest > MOST_CYCLES) refuseSize(`it takes ${fewest.toExponential(1)} cycles`);
  if (simulator === 'icarus') icarus.checkIcarusMemory(inputs.operandBytes(config, layer, pass));
  const tensors = { x: options.x, wt: options.wt, dy: options.dy };
  const { operands, rounded, ambiguous } = inputs.loadOperands(config, layer, pass, tensors, seed, layout);
  const plan = planner.makePlan(config, layer, pass, engine, { narrow, shift, misalign });
  const bytes = plan.memory.program + plan.words.byteLength - plan.memory.x.address;
  if (bytes > LARGEST_MEMORY) refuseSize(`the tensors take ${bytes} bytes`);
  if (simulator === 'icarus') icarus.checkIcarusMemory(bytes);
  await requireTools(simulator);
  cache.openCache();

  // 2. the run
  const format = waves === undefined ? undefined : jobs.waveFormat(waves);
  if (!(await simulation.isReady(config, simulator, format))) {
    context.err(`building the Verilator simulator of ${config.name}; once, and it takes a minute or two\n`);
  }
  const result = await runner.runPass(config, layer, pass, engine, {
    ...{ plan, operands, seed, simulator, waves, timeline, memory, narrow, shift, misalign },
  });

  // 3. what came of it
  if (options.timeline !== undefined && timeline && result.activity) {
    const range = timelines.drawnCycles(result.activity, timeline);
    if (range.from >= range.to) {
      const path = `--timeline-cycles ${options.timelineCycles}`;
      const message = `the run has only ${result.activity.runCycles} cycles`;
      throw new UserError([{ code: 'TIMELINE', path, message, fix: 'take earlier cycles' }]);
    }
    const title = `${config.name}: ${pass} by ${engine}`;
    const subtitle = `${formatLayer(layer)}; ${result.cycles.toLocaleString('en-US')} cycles.`;
    const svg = timelines.timelineSvg(result.activity, range, { title, subtitle });
    files.writeOutput('--timeline', options.timeline, Buffer.from(svg));
  }
  if (out !== undefined && result.faults.length === 0) {
    const array = inputs.inLayout(layer, PASS_TENSORS[pass].output, layout ?? 'nhwc', result.result);
    files.writeOutput('--out', out, npy.encodeNpy(array));
  }
  const given = Object.fromEntries(Object.entries(tensors).filter(([, path]) => path !== undefined)) as Record<
    string,
    string
  >;
  const description: RunDescription = {
    ...{
      preset: options.preset,
      sets: options.set,
      layer,
      pass,
      engine,
      seed,
      simulator,
      narrow,
      shift,
      misalign,
      memory,
    },
    layout,
    files: given,
  };
  const report = {
    ...{ config, description, result, rounded, waves, timeline: options.timeline },
    ambiguous: layout === undefined ? ambiguous : [],
    out: result.faults.length === 0 ? out : undefined,
  };
  if (options.json) context.out(`${JSON.stringify(reports.jsonReport(report), null, 2)}\n`);
  else context.out(reports.humanReport(report, { color: context.color, explain: options.explain ?? false }));
  if (!result.passed) {
    if (!options.json) context.err(reports.mismatchReport(report, context.errColor ?? context.color));
    context.exitWith(EXIT.failed);
  }
};

/** `bp-im2col run`: one pass of one layer on the RTL, compared with the golden model. */
export const runCommand = (context: Context): Command =>
  addSetOption(new Command('run'))
    .description('run one pass of a layer on the generated RTL and compare it with the golden model')
    .option('-p, --preset <preset|file|folder>', SOURCE_HELP, 'ref16')
    .requiredOption('-l, --layer <keys>', 'the convolution, as in B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1')
    .addOption(new Option('--pass <pass>', 'the pass').choices(PASSES).makeOptionMandatory())
    .addOption(
      new Option('-e, --engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .option('--x <file.npy>', 'input (default: seeded random data)')
    .option('--wt <file.npy>', 'weights')
    .option('--dy <file.npy>', 'gradient of the output')
    .addOption(new Option('--layout <order>', 'order of the axes in these files (default: nhwc)').choices(LAYOUTS))
    .option('-o, --out <file.npy>', 'write the result: int32 for int8 (int8 with --narrow), float32 for bf16')
    .option('--seed <n>', 'seed of random data and of the memory model', '0')
    .addOption(
      new Option('--simulator <name>', 'verilator, or icarus for small layers')
        .choices(['verilator', 'icarus'])
        .default('verilator'),
    )
    .option('--waves <file>', 'write waves: .fst or .vcd')
    .option('--timeline <file.svg>', 'draw DMA, EXEC, array and STORE over the cycles of the run (Verilator)')
    .option('--timeline-cycles <first-last>', 'draw only these cycles of the run, as in 0-5000')
    .option('--memory <keys>', `memory model: ${Object.keys(MEMORY_LIMITS).join('=,')}=`)
    .option('--misalign <n>', 'elements by which tensors are moved off their alignment', '0')
    .option('--narrow', 'results in the operand format instead of the accumulator format')
    .option('--shift <n>', SHIFT_HELP)
    .option('--explain', 'print what the planner chose as well')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action((options: Options) => run(options, context));
