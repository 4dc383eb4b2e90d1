import { Command, Option } from 'commander';
import { MEMORY_LIMITS } from '../api/memoryLimits.js';
import { parseBatch } from '../api/words.js';
import { type Problem, UserError } from '../base/errors.js';
import { closest } from '../base/suggest.js';
import { ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import { LAYOUTS, type Layout } from '../description/tensors.js';
import type { RunDescription } from '../run/command.js';
import type { Cells, CycleRange, MemoryOptions, Simulator } from '../run/simulators/job.js';
import { parseSize } from './analyze.js';
import { asOptions } from './asOptions.js';
import { cellsOption } from './cells.js';
import { type Context, EXIT } from './context.js';
import { layerOption } from './layerOption.js';
import { passOf, refuseOptions } from './layerOrNetwork.js';
import { isOnnx, SIZE_HELP } from './networkSource.js';
import { parseShift, SHIFT_HELP } from './shift.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';
import { wholeNumber } from './wholeNumber.js';

interface Options {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly layer?: string;
  readonly pass?: Pass;
  readonly input?: string;
  readonly on?: 'model' | 'rtl';
  readonly batch?: string;
  readonly size?: string;
  readonly engine?: Engine;
  readonly x?: string;
  readonly wt?: string;
  readonly dy?: string;
  readonly out?: string;
  readonly seed: string;
  readonly simulator: Simulator;
  readonly cells: Cells;
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
  bp-im2col run model.onnx --input x.npy --out y.npy
  bp-im2col run digits --batch 4 --on rtl --json
  bp-im2col run lenet5 --batch 32 --on rtl --cells c

Exit codes: 0 the result matches the golden model, 1 it does not, 2 wrong input, 3 a tool is missing.
`;

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

/** Options of one kind of run, by what the command line calls them: those of the other are refused. */
const OF_A_LAYER = [
  'layer',
  'pass',
  'x',
  'wt',
  'dy',
  'waves',
  'timeline',
  'timelineCycles',
  'memory',
  'narrow',
  'shift',
  'explain',
] as const;
const OF_A_NETWORK = ['input', 'on', 'batch', 'size'] as const;

/** Inference of a batch by a network. */
const runNetwork = async (word: string, options: Options, context: Context): Promise<void> => {
  const { simulator, misalign } = options;
  const defaults = {
    simulator: simulator === 'verilator' ? undefined : simulator,
    misalign: misalign === '0' ? undefined : misalign,
  };
  refuseOptions([...OF_A_LAYER, 'simulator', 'misalign'], { ...options, ...defaults }, 'one pass of a layer');
  const [{ networkRun }, { MOST_SEED }] = await Promise.all([import('./networkRun.js'), import('../api/run.js')]);
  const { preset, set, engine, input, out, on = 'model', cells, json = false } = options;
  const batch = options.batch === undefined ? undefined : parseBatch(options.batch);
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const seed = wholeNumber('--seed', options.seed, 0, MOST_SEED);
  await networkRun(
    word,
    {
      ...{ set, on, cells, json, seed, layout: options.layout ?? (isOnnx(word) ? 'nchw' : 'nhwc') },
      ...{ preset, engine, input, out, batch, size },
    },
    context,
  );
};

const run = async (options: Options, context: Context): Promise<void> => {
  const which = passOf('run', options);
  refuseOptions(OF_A_NETWORK, options, 'a network');
  const preset = options.preset ?? 'ref16';
  // loaded here, so that the other commands start fast
  const [library, files, reports, npy, timelines] = await Promise.all([
    import('../api/run.js'),
    import('../base/outputFile.js'),
    import('./runReport.js'),
    import('../run/npy.js'),
    import('../report/timeline.js'),
  ]);

  const { simulator, cells, waves, out, narrow, layout } = options;
  const { pass } = which;
  const config = loadConfig(preset, options.set);
  const layer = layerOption(which.layer);
  const seed = wholeNumber('--seed', options.seed, 0, library.MOST_SEED);
  const misalign = wholeNumber('--misalign', options.misalign, 0, library.MOST_MISALIGN);
  const memory = parseMemory(options.memory);
  const shift = parseShift(options.shift);
  if (out !== undefined) files.checkOutput('--out', out, ['.npy']);
  const timeline = timelineRange(options);
  if (options.timeline !== undefined) files.checkOutput('--timeline', options.timeline, ['.svg']);
  const tensors = { x: options.x, wt: options.wt, dy: options.dy };
  const onBuild = (): void =>
    context.err(`building the Verilator simulator of ${config.name}; once, and it takes a minute or two\n`);
  const words = {
    ...{ size: '--layer', cells: `--cells ${cells}`, [`waves ${waves}`]: `--waves ${waves}`, timeline: '--timeline' },
    ...{ narrow: '--narrow', shift: `--shift ${options.shift}`, layout: '--layout' },
    ...Object.fromEntries(
      Object.entries(tensors).flatMap(([name, path]) => [
        [name, `--${name}`],
        [`operands.${name}`, `--${name}`],
        [`operands.${name} ${path}`, `--${name} ${path}`],
      ]),
    ),
  };
  const result = await asOptions(words, () =>
    library.run({
      ...{ config, layer, pass, engine: options.engine, operands: tensors, layout, seed, simulator, cells },
      ...{ waves, timeline, memory, narrow, shift, misalign, onBuild },
    }),
  );
  const { engine, rounded, ambiguous } = result;

  if (options.timeline !== undefined && timeline && result.activity) {
    const range = timelines.drawnCycles(result.activity, timeline);
    if (range.from >= range.to) {
      const path = `--timeline-cycles ${options.timelineCycles}`;
      const message = `the run has only ${result.activity.runCycles} cycles`;
      throw new UserError([{ code: 'TIMELINE', path, message, fix: 'take earlier cycles' }]);
    }
    const title = `${config.name}: ${pass} by ${engine}`;
    const cycles = Number.isNaN(result.cycles) ? result.activity.runCycles : result.cycles;
    const subtitle = `${formatLayer(layer)}; ${cycles.toLocaleString('en-US')} cycles.`;
    const svg = timelines.timelineSvg(result.activity, range, { title, subtitle });
    files.writeOutput('--timeline', options.timeline, Buffer.from(svg));
  }
  if (out !== undefined && result.faults.length === 0) {
    files.writeOutput('--out', out, npy.encodeNpy(result.output));
  }
  const given = Object.fromEntries(Object.entries(tensors).filter(([, path]) => path !== undefined)) as Record<
    string,
    string
  >;
  const description: RunDescription = {
    ...{
      preset,
      sets: options.set,
      layer,
      pass,
      engine,
      seed,
      simulator,
      cells,
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
    .description(
      'run one pass of a layer on the generated RTL and compare it with the golden model; or a network forward',
    )
    .argument(
      '[network|model.onnx]',
      'a network to run forward (see analyze --list), or an ONNX file; without it, one pass of a layer',
    )
    .option('-p, --preset <preset|file|folder>', `${SOURCE_HELP} (default: ref16; of networks with vector.lanes=8)`)
    .option('-l, --layer <keys>', 'the convolution, as in B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1')
    .addOption(new Option('--pass <pass>', 'the pass').choices(PASSES))
    .addOption(
      new Option('-e, --engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .option('--x <file.npy>', 'input (default: seeded random data)')
    .option('--wt <file.npy>', 'weights')
    .option('--dy <file.npy>', 'gradient of the output')
    .addOption(
      new Option('--layout <order>', 'order of the axes in these files (default: nhwc; of ONNX files nchw)').choices(
        LAYOUTS,
      ),
    )
    .option('--input <file.npy>', 'of a network: its images (default: seeded random ones)')
    .addOption(
      new Option(
        '--on <where>',
        'of a network: the bit-exact model, or the RTL, compared with it (default: model)',
      ).choices(['model', 'rtl']),
    )
    .option('-b, --batch <n>', 'of a network: images at a time (default: those of --input, or of the file)')
    .option('--size <n|HxW>', SIZE_HELP)
    .option('-o, --out <file.npy>', 'write the result: int32 for int8 (int8 with --narrow), float32 for bf16')
    .option('--seed <n>', 'seed of random data and of the memory model', '0')
    .addOption(
      new Option('--simulator <name>', 'verilator, or icarus for small layers')
        .choices(['verilator', 'icarus'])
        .default('verilator'),
    )
    .addOption(cellsOption())
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
    .action((network: string | undefined, options: Options) =>
      network === undefined ? run(options, context) : runNetwork(network, options, context),
    );
