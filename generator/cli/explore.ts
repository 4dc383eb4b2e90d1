import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { engineFor } from '../api/options.js';
import { isStrided, sourceOf } from '../api/source.js';
import { parseBatch } from '../api/words.js';
import { UserError } from '../base/errors.js';
import { checkOutput, writeOutput } from '../base/outputFile.js';
import { shellWord } from '../base/shellWord.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { LIBRARIES, type Library, TARGETS, type Target } from '../eda/targets.js';
import { AREA_UNITS, type Size } from '../explore/area.js';
import type { ExploreReport } from '../explore/describe.js';
import type { Evaluate, Work } from '../explore/evaluate.js';
import type { ExploreOptions } from '../explore/explore.js';
import type { NetworkName } from '../networks/index.js';
import { parseSize, sourceWord } from './analyze.js';
import { inputText } from './analyzeReport.js';
import { asOptions } from './asOptions.js';
import type { Context } from './context.js';
import { energiesOption, loadEnergies } from './energies.js';
import { isOnnx, loadNetwork, networkConfig, USUAL_LANES } from './networkSource.js';
import { addPoolOptions, isOfThePool, type PoolFlags, poolOf } from './pool.js';
import { addSetOption, collect, loadConfig, SOURCE_HELP } from './source.js';
import { listOf } from './usage.js';
import { wholeNumber } from './wholeNumber.js';

interface Options extends PoolFlags {
  readonly vary: readonly string[];
  readonly preset?: string;
  readonly set: readonly string[];
  readonly engine?: Engine;
  readonly pass?: Pass;
  readonly batch?: string;
  readonly size?: string;
  readonly strided?: boolean;
  readonly train?: boolean;
  readonly budget: readonly string[];
  readonly axes?: string;
  readonly target?: Target;
  readonly library?: Library;
  readonly whole?: boolean;
  readonly syntheses?: string;
  readonly energies?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const help = `
Every combination of the values that --vary gives is a point: --vary array=8x8,16x16 with --vary axi.dataWidth=64,128 makes four.
  array=8x8,16x16     rows and columns      array=4x4..32x32    each double of the one before
  key=64,128,256      values of a key       key=32KiB..256KiB   powers of two, or doubles; key=4..16+4 in steps of 4
  engines=zerofree,bp+zerofree              values of a list, with + in one of them
Cycles are those of the performance model, as "bp-im2col estimate" has them; the engine is zerofree where it is built, or the last one.
No point within the front can be had for less of everything it is compared by: without --target cycles, bytes of buffers and MAC cells, with it
cycles and area (of asic without memories, whose bytes are compared beside it). --axes takes other measures: luts, gates, mm2, bytes, cells, energy.
With --target some points are synthesized, those where it matters first (--syntheses, 8), and the others estimated from them; what is printed
says which, and how far off the estimates are when a synthesized point is left out. Sizes are sums of the blocks unless --whole is given.
What has been worked out is kept in the cache: after Ctrl-C the same command goes on. Points that cannot be are listed with the reason.

Examples:
  bp-im2col explore resnet8 --vary array=8x8,16x16 --vary axi.dataWidth=64,128,256
  bp-im2col explore resnet18 --vary array=8x8..32x32 --vary buffers.dynamicBytes=32KiB..256KiB --budget bytes=400KiB -o explore.html
  bp-im2col explore digits --train --vary array=4x4,8x8,16x16 --vary vector.lanes=2,4 --axes bytes,energy -o explore.csv
  bp-im2col explore resnet50 --vary array=8x8..64x64 --vary axi.dataWidth=64..512 --on slurm --jobs 100 --partition short
  bp-im2col explore ds_cnn --preset tiny4 --vary array=2x2..8x8 --target ecp5 --budget luts=12000 --pass fprop
`;

/** Fewer say nothing of the other points. */
const FEWEST_SYNTHESES = 3;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** Options that do not go together, and files that cannot be written. */
const check = ({ train, pass, strided, target, library, whole, syntheses, out }: Options): void => {
  const without = (names: Readonly<Record<string, unknown>>, message: string, fix: string): void => {
    const [name] = Object.entries(names).find(([, value]) => value !== undefined) ?? [];
    if (name !== undefined) refuse('EXTRA', `--${name}`, message, `leave out --${name}, or ${fix}`);
  };
  if (train) without({ pass, strided }, 'is for layers one by one', 'leave out --train');
  if (target === undefined) without({ library, whole, syntheses }, 'is for synthesis', 'add --target');
  if (target !== 'asic') without({ library }, 'only asic maps to a library of standard cells', 'take --target asic');
  if (out !== undefined) checkOutput('--out', out, ['.html', '.htm', '.json', '.csv']);
};

/** What is carried out, what it is called, and whether it is a layer or a network. */
const workOf = async (
  source: string,
  { batch: images, size: pixels, train, pass, strided }: Options,
): Promise<{ readonly name: string; readonly work: Work; readonly text: string }> => {
  const batch = images === undefined ? undefined : parseBatch(images);
  const size = pixels === undefined ? undefined : parseSize(pixels);
  if (train) {
    const { graph } = await loadNetwork(source, { batch, size });
    const own = batch === undefined ? {} : { batch };
    const network = isOnnx(source)
      ? { file: source, ...own }
      : { name: source as NetworkName, ...own, ...(size && { size }) };
    const words = [graph.name, ...(images ? [`batch ${images}`] : []), ...(pixels ? [pixels] : [])];
    return { name: words.join(', '), work: { kind: 'training', network }, text: 'a step of training' };
  }
  const what = await sourceWord(source);
  const { name, input, layers } = await asOptions({ size: '--size' }, () => sourceOf({ ...what, batch, size }));
  const chosen = layers.filter((each) => !strided || isStrided(each));
  if (chosen.length === 0)
    refuse('NO_LAYERS', '--strided', `no layer of ${name} has a stride of 2 or more`, 'leave out --strided');
  return {
    name: input ? `${name}, ${inputText(input)}` : name,
    work: { kind: 'layers', layers: chosen, passes: pass ? [pass] : PASSES },
    text: `${pass ?? 'all passes'} of ${chosen.length === 1 ? '1 layer' : `${chosen.length} layers`}`,
  };
};

/** The command that explores the same again. */
const commandLine = (source: string, given: Options): string => {
  const words: string[] = ['npx', 'bp-im2col', 'explore', source];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false || ['json', 'out'].includes(name) || isOfThePool(name)) continue;
    const list = Array.isArray(value) ? (value as readonly string[]) : [value as string | true];
    for (const each of list) words.push(`--${name}`, ...(each === true ? [] : [each]));
  }
  return words.map(shellWord).join(' ');
};

/** Accelerators of the space: of a network with a vector unit, unless they are said to be without. */
const machines = ({ preset, set, vary, train, engine }: Options) => {
  const accelerator = preset ?? 'ref16';
  const isGiven = [...set, ...vary].some((each) => each.trim().startsWith('vector'));
  const sets = train && preset === undefined && !isGiven ? [...set, `vector.lanes=${USUAL_LANES}`] : set;
  const configOf = (own: readonly string[]): Config =>
    train ? networkConfig(accelerator, [...sets, ...own]) : loadConfig(accelerator, [...sets, ...own]);
  const engineOf = (config: Config): Engine => {
    if (engine && !config.engines.includes(engine)) {
      const fix = `use one of ${config.engines.join(', ')}, or add ${engine} to engines`;
      refuse('NO_ENGINE', `--engine ${engine}`, `${config.name} is built without it`, fix);
    }
    return engineFor(config, engine);
  };
  return { accelerator, sets, configOf, engineOf };
};

/** Synthesis of a configuration, with its progress in words. */
const synthesizer = (
  { target, library, whole }: Options,
  most: number,
  tell: (doing: string) => void,
  say: (line: string) => void,
): ((config: Config) => Promise<Size>) => {
  let begun = 0;
  return async (config) => {
    begun += 1;
    const of = `point ${begun} of at most ${most}`;
    const { synthesize } = await import('../api/synthesize.js');
    const onProgress = (now: string): void => tell(`${of}: ${now}`);
    const { total } = await synthesize({
      ...{ config, target, library, blocks: !whole, install: true, onInstall: say, onProgress },
    });
    const { cells, luts, flipFlops, blockRams, dsps, memoryBits, area } = total;
    return { cells, luts, flipFlops, blockRams, dsps, memoryBits, area };
  };
};

const write = async (path: string, report: ExploreReport): Promise<void> => {
  const { csvExploration, jsonExploration } = await import('./exploreReport.js');
  const texts: Readonly<Record<string, () => string | Promise<string>>> = {
    '.csv': () => csvExploration(report),
    '.json': () => `${JSON.stringify(jsonExploration(report), null, 2)}\n`,
  };
  const html = async (): Promise<string> => (await import('../report/exploration/page.js')).explorationHtml(report);
  const text = await (texts[extname(path).toLowerCase()] ?? html)();
  writeOutput('--out', path, Buffer.from(text));
};

const run = async (source: string, options: Options, context: Context): Promise<void> => {
  check(options);
  const { target, library, whole = false, train, pass, strided, batch, size, out, json } = options;
  const [{ axesOf }, { budgetOf, measuresOf }, { explore }, { evaluate }, { Progress }, { endStarted }] =
    await Promise.all([
      import('../explore/vary.js'),
      import('../explore/budget.js'),
      import('../explore/explore.js'),
      import('../explore/evaluate.js'),
      import('../base/progress.js'),
      import('../base/processes.js'),
    ]);
  const unit = target && AREA_UNITS[target];
  const most = wholeNumber('--syntheses', options.syntheses ?? '8', FEWEST_SYNTHESES, 1000);
  const budget = budgetOf(options.budget, unit);
  const measures = options.axes === undefined ? undefined : measuresOf(listOf('--axes', options.axes), unit);
  const energies = loadEnergies(options.energies);
  const { accelerator, sets, configOf, engineOf } = machines(options);
  const axes = axesOf(options.vary, sets);
  const { name, work, text } = await workOf(source, options);

  let doing = 'predicting';
  const pool = await poolOf(options);
  const progress = new Progress(() => doing);
  const stop = (): void => {
    progress.say('stopped; what has been worked out is kept, and the same command goes on from there');
    endStarted();
    process.exit(130);
  };
  process.on('SIGINT', stop);
  const told: ExploreOptions = {
    ...{ work, axes, configOf, engineOf, budget, measures, energies, pool },
    evaluate: evaluate as Evaluate,
    onProgress: (done, all) => {
      doing = `${done} of ${all} ${train ? 'steps of training' : 'passes'} predicted`;
    },
    command: {
      ...{ source, accelerator, sets, pass, strided, train, batch, size, energies: options.energies },
    },
    ...(target
      ? {
          area: {
            ...{ target, library, whole, most },
            synthesize: synthesizer(
              options,
              most,
              (now) => {
                doing = now;
                progress.tick();
              },
              (line) => progress.say(line),
            ),
          },
        }
      : {}),
  };
  try {
    const exploration = await explore(told);
    const command = commandLine(source, options);
    const report: ExploreReport = { name, work: text, accelerator, command, exploration };
    if (out !== undefined) await write(out, report);
    const { humanExploration, jsonExploration } = await import('./exploreReport.js');
    progress.end();
    pool.end();
    if (json) context.out(`${JSON.stringify(jsonExploration(report), null, 2)}\n`);
    else
      context.out(
        `${humanExploration(report)}${out === undefined ? '' : `\n${out}: ${exploration.points.length} points\n`}`,
      );
  } finally {
    process.removeListener('SIGINT', stop);
    endStarted();
    progress.end();
  }
};

/** `bp-im2col explore`: which accelerator of many to build for a network. */
export const exploreCommand = (context: Context): Command => {
  const command = addSetOption(
    new Command('explore')
      .description('compare many accelerators for a network: cycles, area and energy, and which one to take')
      .argument(
        '<network|layer|file>',
        'a network (see analyze --list), a layer as in C=64,H=56,…, or a JSON or ONNX file',
      )
      .addOption(
        new Option('--vary <key=values>', 'values of a key, as in --vary array=8x8,16x16; repeatable')
          .argParser(collect)
          .default([], 'none'),
      )
      .option(
        '-p, --preset <preset|file|folder>',
        `what the points differ from: ${SOURCE_HELP} (default: ref16; with --train with vector.lanes=${USUAL_LANES})`,
      ),
  )
    .addOption(
      new Option('--engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .addOption(new Option('--pass <pass>', 'one pass (default: all)').choices(PASSES))
    .option('-b, --batch <n>', 'images, in place of B of a layer (default: B, or 1)')
    .option('--size <n|HxW>', 'image that a network takes, in pixels (default: what it was made for, mostly 224)')
    .option('--strided', 'only layers with a stride of 2 or more')
    .option('--train', 'a whole step of training: of a network by name, or an ONNX file')
    .addOption(
      new Option('--budget <measure=most>', 'the most that a point may take, as in --budget luts=24000; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--axes <measures>', 'what to compare by beside cycles, with commas between them')
    .addOption(new Option('-t, --target <target>', 'compare by the area on it').choices(TARGETS))
    .addOption(new Option('--library <name>', 'standard cells of asic').choices(LIBRARIES))
    .option('--whole', 'synthesize whole designs, which takes longer, and not block by block')
    .option('--syntheses <n>', `points to synthesize, at most; ${FEWEST_SYNTHESES} or more (8)`)
    .addOption(energiesOption())
    .option('-o, --out <file>', 'write all points, as .html, .json or .csv')
    .option('--json', 'print all points as one JSON object');
  return addPoolOptions(command, 'processes')
    .addHelpText('after', help)
    .action((source: string, options: Options) => run(source, options, context));
};
