import { setImmediate as turn } from 'node:timers/promises';
import type { CompiledNetwork } from '../compile/network/compiled.js';
import { compileNetwork } from '../compile/network/index.js';
import type { Config, Engine } from '../description/config.js';
import type { SgdOptions } from '../golden/graph/optimizer.js';
import type { Graph } from '../graph/operations.js';
import { knownPlans } from '../run/network/knownPlans.js';
import { modelMachine, type NetworkMachine } from '../run/network/machine.js';
import { type Checked, checkingMachine, rtlMachine } from '../run/network/rtl.js';
import type { LossKind } from '../run/network/train.js';
import type { Cells } from '../run/simulators/job.js';
import type { Augmentation } from '../train/augment.js';
import { type Checkpoint, trainingKey } from '../train/checkpoint.js';
import type { Data } from '../train/dataset.js';
import { fits } from '../train/fits.js';
import type { Evaluation, History, StepRecord } from '../train/log.js';
import { rateOf, type Schedule } from '../train/schedule.js';
import { Session } from '../train/session.js';

/** A training, from its data to what it must do. */
export interface TrainOptions {
  readonly config: Config;
  readonly engine?: Engine;
  readonly graph: Graph;
  readonly data: Data;
  readonly steps: number;
  /** A mean squared error is of the images themselves. */
  readonly loss: LossKind;
  readonly sgd: SgdOptions;
  readonly schedule: Schedule;
  /** How images are changed, anew in every step. */
  readonly augmentation: Augmentation;
  /** Names of parameters that are not to learn. */
  readonly frozen?: ReadonlySet<string>;
  /** Where steps are carried out: by the bit-exact model, or by the RTL in a simulator. */
  readonly on: 'model' | 'rtl';
  /** What the cells of the RTL are. Default `verilog`. */
  readonly cells?: Cells;
  /** Each of so many steps is carried out by both, and all memory compared. 0: none. */
  readonly checkRtl: number;
  /** After so many steps images that were held out are told; and at the end. 0: only then. */
  readonly evaluateEvery: number;
  /** Of batches and dropouts. */
  readonly seed: number;
}

/** What a training tells while it goes on. */
export interface TrainHooks {
  /** What there is from before, by the key of the training. */
  readonly resume?: (key: string, bytes: number) => Checkpoint | undefined;
  readonly onCompiled?: (compiled: CompiledNetwork) => void;
  readonly onStep?: (record: StepRecord) => void;
  /** Called with a step again when the RTL has repeated it, which may be some steps later. */
  readonly onChecked?: (record: StepRecord) => void;
  readonly onEvaluation?: (evaluation: Evaluation) => void;
  /** Called after a step with what would be kept; it need not be. Not while the RTL repeats a step. */
  readonly onCheckpoint?: (key: string, checkpoint: Checkpoint) => void;
  /** Asked after every step: whether to stop. */
  readonly stops?: () => boolean;
}

/** A training as far as it went. */
export interface Training extends History {
  readonly compiled: CompiledNetwork;
  /** Those that learn. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Steps that the RTL repeated, and in how many of them something differed. */
  readonly checked: number;
  readonly wrong: readonly { readonly step: number; readonly differences: readonly string[] }[];
  readonly stopped: boolean;
}

/**
 * Trains a network step by step: forward and backward pass and update by programs of the accelerator, the loss by the host.
 * Equal options give equal numbers.
 * @throws UserError for a network that does not compile, or that does not fit the data.
 */
export const train = async (options: TrainOptions, hooks: TrainHooks = {}): Promise<Training> => {
  const { config, graph, data, sgd, frozen, seed, cells } = options;
  fits(graph, data, options.loss);
  const training = { ...sgd, ...(frozen ? { frozen } : {}) };
  const compiled = compileNetwork(config, graph, {
    training,
    known: knownPlans(config),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
  });
  hooks.onCompiled?.(compiled);
  const session = new Session(graph, compiled, data.train, seed, options.augmentation, options.loss);
  const { name: _name, ...hardware } = config;
  const key = trainingKey(
    {
      hardware,
      engine: options.engine,
      data: data.name,
      images: data.train.labels.length,
      sgd,
      frozen: [...(frozen ?? [])],
      augmentation: options.augmentation,
      ...(options.loss === 'softmaxCrossEntropy' ? {} : { loss: options.loss }),
      // where the rate goes down to the last step, that step is a part of what a training is
      schedule: options.schedule === 'constant' ? 'constant' : { [options.schedule]: options.steps },
      seed,
    },
    session.memory[1],
  );
  const before = hooks.resume?.(key, session.memory[1].length);
  const steps: StepRecord[] = [...(before?.history.steps ?? [])];
  const evaluations: Evaluation[] = [...(before?.history.evaluations ?? [])];
  if (before) session.memory[1].set(before.parameters);

  const model = modelMachine(config);
  const found: Checked[] = [];
  const checking = checkingMachine(config, (checked) => found.push(checked), { seed, cells });
  let cycles = 0;
  const rtl = rtlMachine(config, { seed, cells }, (more) => {
    cycles += more;
  });
  const machineOf = (step: number): NetworkMachine => {
    if (options.checkRtl > 0 && step % options.checkRtl === 0) return checking;
    return options.on === 'rtl' ? rtl : model;
  };
  const evaluate = async (step: number): Promise<void> => {
    if (evaluations.some((one) => one.step === step)) return;
    const evaluation = await session.evaluate(model, step, data.heldOut);
    evaluations.push(evaluation);
    hooks.onEvaluation?.(evaluation);
  };
  const wrong: { step: number; differences: readonly string[] }[] = [];
  let checked = 0;
  /** The step that the RTL repeats, beside those that follow it. */
  let repeated: StepRecord | undefined;
  const settle = async (): Promise<void> => {
    if (!repeated) return;
    await checking.settled();
    const differences = found.flatMap((one) => one.differences);
    const sum = (of: (one: Checked) => number): number => found.reduce((all, one) => all + of(one), 0);
    const told = { cycles: sum((one) => one.cycles), predicted: sum((one) => one.predicted) };
    const record = { ...repeated, rtl: { differences: differences.length, ...told } };
    steps[record.step - 1] = record;
    checked++;
    if (differences.length > 0) wrong.push({ step: record.step, differences });
    found.length = 0;
    repeated = undefined;
    hooks.onChecked?.(record);
  };
  let stopped = false;
  let step = before?.step ?? 0;
  while (step < options.steps && !stopped) {
    step++;
    cycles = 0;
    const machine = machineOf(step);
    if (machine === checking) await settle();
    const made = await session.step(machine, step, rateOf(options.schedule, sgd.rate, step, options.steps));
    const record: StepRecord = machine === rtl ? { ...made, rtl: { differences: 0, cycles } } : made;
    steps.push(record);
    hooks.onStep?.(record);
    if (machine === checking) repeated = record;
    if (!checking.busy()) await settle();
    const last = step === options.steps;
    if (last || (options.evaluateEvery > 0 && step % options.evaluateEvery === 0)) await evaluate(step);
    // signals and timers are heard between two turns
    await turn();
    stopped = hooks.stops?.() ?? false;
    if (stopped || last) await settle();
    // a step is kept when all of it is known
    if (!repeated) hooks.onCheckpoint?.(key, { step, parameters: session.memory[1], history: { steps, evaluations } });
  }
  if (!stopped) await evaluate(step);
  return { steps, evaluations, compiled, parameters: session.parameters, checked, wrong, stopped };
};
