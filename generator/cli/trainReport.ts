import type pico from 'picocolors';
import type { Training } from '../api/train.js';
import { percent } from '../base/numbers.js';
import { writeOutput } from '../base/outputFile.js';
import { shellWord } from '../base/shellWord.js';
import type { Config, Engine } from '../description/config.js';
import type { Layout } from '../description/tensors.js';
import type { SgdOptions } from '../golden/graph/optimizer.js';
import type { LossKind } from '../run/network/train.js';
import type { Cells } from '../run/simulators/job.js';
import type { Augmentation } from '../train/augment.js';
import type { Data } from '../train/dataset.js';
import type { StepRecord } from '../train/log.js';
import type { Schedule } from '../train/schedule.js';
import type { NetworkSource } from './networkSource.js';

/** What `bp-im2col train` is given. */
export interface TrainCommandOptions {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly engine?: Engine;
  readonly data: string;
  readonly layout: Layout;
  readonly heldOut: string;
  readonly batch: string;
  readonly size?: string;
  readonly steps: string;
  readonly loss: LossKind;
  readonly lr: string;
  readonly momentum: string;
  readonly schedule: Schedule;
  readonly shift: string;
  readonly rotate: string;
  readonly scale: string;
  readonly nesterov?: boolean;
  readonly weightDecay: string;
  readonly clip?: string;
  readonly lossScale?: string;
  readonly freeze: readonly string[];
  readonly on: 'model' | 'rtl';
  readonly cells: Cells;
  readonly checkRtl: string;
  readonly evaluate: string;
  readonly save?: string;
  readonly log?: string;
  readonly plot?: string;
  readonly checkpoint?: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** The command line that gives the same training. */
const commandOf = (network: string, options: TrainCommandOptions): string => {
  const words = [
    ...(options.preset === undefined ? [] : ['--preset', options.preset]),
    ...options.set.flatMap((set) => ['--set', set]),
    ...(options.engine === undefined ? [] : ['--engine', options.engine]),
    ...['--data', options.data, ...(options.layout === 'nhwc' ? [] : ['--layout', options.layout])],
    ...(options.data === 'digits' ? [] : ['--held-out', options.heldOut]),
    ...(options.size === undefined ? [] : ['--size', options.size]),
    ...['--batch', options.batch, '--steps', options.steps, '--lr', options.lr, '--momentum', options.momentum],
    ...(options.loss === 'softmaxCrossEntropy' ? [] : ['--loss', options.loss]),
    ...(options.schedule === 'constant' ? [] : ['--schedule', options.schedule]),
    ...(options.shift === '0' ? [] : ['--shift', options.shift]),
    ...(options.rotate === '0' ? [] : ['--rotate', options.rotate]),
    ...(options.scale === '0' ? [] : ['--scale', options.scale]),
    ...(options.nesterov ? ['--nesterov'] : []),
    ...(options.weightDecay === '0' ? [] : ['--weight-decay', options.weightDecay]),
    ...(options.clip === undefined ? [] : ['--clip', options.clip]),
    ...(options.lossScale === undefined ? [] : ['--loss-scale', options.lossScale]),
    ...options.freeze.flatMap((name) => ['--freeze', name]),
    ...(options.on === 'model' ? [] : ['--on', options.on]),
    ...(options.cells === 'verilog' ? [] : ['--cells', options.cells]),
    ...['--evaluate', options.evaluate, '--seed', options.seed],
  ];
  return ['npx bp-im2col train', network, ...words].map((word, i) => (i === 0 ? word : shellWord(word))).join(' ');
};

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

/** What a training was, besides its options. */
interface Given {
  readonly config: Config;
  readonly source: NetworkSource;
  readonly data: Data;
  readonly sgd: SgdOptions;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly checkRtl: number;
  /** That it took. */
  readonly seconds: number;
}

/** The log of a training: all that it takes to repeat it, and what came of it. */
export const trainingReport = (
  word: string,
  options: TrainCommandOptions,
  { config, source, data, sgd, augmentation, seed, checkRtl, seconds }: Given,
  { compiled, stopped, steps, evaluations, checked, wrong }: Training,
) => ({
  command: commandOf(word, options),
  network: source.graph.name,
  accelerator: config,
  data: { name: data.name, train: data.train.labels.length, heldOut: data.heldOut.labels.length },
  batch: compiled.batch,
  // height, width, channels
  image: source.graph.inputs[0]!.shape.slice(1),
  ...{
    sgd,
    loss: options.loss,
    schedule: options.schedule,
    frozen: options.freeze,
    augmentation,
    seed,
    on: options.on,
    seconds: Number(seconds.toFixed(1)),
    stopped,
  },
  ...(options.on === 'rtl' || checkRtl > 0 ? { cells: options.cells } : {}),
  checkRtl: checkRtl > 0 ? { steps: checked, wrong } : undefined,
  ...{ steps, evaluations },
});

type TrainingReport = ReturnType<typeof trainingReport>;

/** Writes the files that were asked for. @throws UserError where one cannot be. */
export const writeTraining = async (
  report: TrainingReport,
  { log, plot, save }: TrainCommandOptions,
  source: NetworkSource,
  { parameters }: Training,
): Promise<void> => {
  if (log !== undefined) writeOutput('--log', log, Buffer.from(`${JSON.stringify(report, null, 1)}\n`));
  if (plot !== undefined) {
    const { lossSvg } = await import('../train/lossPlot.js');
    const title = `${report.network} on ${report.data.name}`;
    writeOutput('--plot', plot, Buffer.from(lossSvg(title, report.steps, report.evaluations)));
  }
  if (save !== undefined) writeOutput('--save', save, await savedNetwork(source, parameters));
};

/** What came of a training, in lines. */
export const humanTraining = (
  { stopped, batch, seconds, steps, evaluations, cells, checkRtl }: TrainingReport,
  { save, log, plot, checkpoint }: TrainCommandOptions,
): string => {
  const [last, end] = [steps.at(-1), evaluations.at(-1)];
  const done = stopped ? 'stopped after' : 'trained';
  const lines = [
    last && `${done} ${last.step} steps of ${batch} images; loss ${last.loss.toFixed(4)}; ${seconds.toFixed(0)} s`,
    end &&
      !stopped &&
      (end.accuracy === undefined
        ? `loss on ${end.images} held-out images: ${end.loss.toFixed(4)}`
        : `accuracy on ${end.images} held-out images: ${percent(end.accuracy, 2)}`),
    checkRtl &&
      `steps repeated on the RTL${cells === 'c' ? ', its cells in C' : ''}: ${checkRtl.steps}; steps that differ: ${checkRtl.wrong.length}`,
    ...[save, log, plot].map((path) => path && `wrote ${path}`),
    stopped && checkpoint && `the same command goes on from ${checkpoint}`,
  ];
  return lines
    .filter((line) => line)
    .map((line) => `${line}\n`)
    .join('');
};

const MOST_NAMED = 8;

/** A line for each step that the RTL left otherwise than the model. */
export const differenceLines = ({ wrong }: Training): readonly string[] =>
  wrong.map(({ step, differences }) => {
    const more = differences.length > MOST_NAMED ? ', …' : '';
    return `step ${step}: ${differences.slice(0, MOST_NAMED).join(', ')}${more} differ\n`;
  });

/** What the RTL did in a step, beside the model where that was asked. */
export const rtlLine = (
  { cycles, predicted, differences }: NonNullable<StepRecord['rtl']>,
  colors: ReturnType<typeof pico.createColors>,
): string => {
  const took = `the RTL took ${cycles.toLocaleString('en-US')} cycles`;
  if (predicted === undefined) return took;
  const told = differences === 0 ? 'it left what the model says' : colors.red(`${differences} tensors differ`);
  return `${took} (predicted: ${predicted.toLocaleString('en-US')}); ${told}`;
};
