import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { withFileErrors } from '../base/fileError.js';
import { estimateTrainingStep } from '../compile/network/estimate.js';
import type { Config, Engine } from '../description/config.js';
import type { Graph } from '../graph/operations.js';
import { type NetworkName, networkGraph } from '../networks/index.js';
import type { ImageSize } from '../networks/network.js';
import { readOnnx } from '../onnx/read.js';
import { knownPlans } from '../run/network/knownPlans.js';

/** A network as a process of its own can find it: by its name, or in an ONNX file. */
export type TrainedNetwork =
  | { readonly name: NetworkName; readonly batch?: number; readonly size?: ImageSize }
  | { readonly file: string; readonly batch?: number };

/** A step of training on an accelerator. */
export interface TrainingJob {
  readonly network: TrainedNetwork;
  readonly config: Config;
  readonly engine: Engine;
}

/** Kinds of work in a step of training: passes, with all that their STOREs do besides; elementwise passes, and those of the update. */
export const WORK_KINDS = ['fprop', 'dgrad', 'wgrad', 'elementwise', 'update'] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

/** What a step of training takes, by the model: forward pass, backward pass and update. Cycles, and counters of the hardware. */
export interface TrainingEstimate {
  readonly batch: number;
  readonly cycles: number;
  readonly usefulMacs: number;
  readonly counters: Readonly<Record<string, number>>;
  /** Cycles of each kind of work. */
  readonly kinds: Readonly<Record<WorkKind, number>>;
}

/** All that an estimate depends on but the accelerator: of a file its bytes. */
export const networkText = (network: TrainedNetwork): string => {
  if ('name' in network) return JSON.stringify(network);
  const bytes = withFileErrors(network.file, () => readFileSync(network.file));
  return JSON.stringify({ ...network, file: createHash('sha256').update(bytes).digest('hex') });
};

const known = new Map<string, Promise<Graph>>();

const load = async (network: TrainedNetwork): Promise<Graph> => {
  const options = network.batch === undefined ? {} : { batch: network.batch };
  if ('file' in network) {
    const bytes = new Uint8Array(withFileErrors(network.file, () => readFileSync(network.file)));
    return (await readOnnx(bytes, options)).graph;
  }
  return networkGraph(network.name, { ...options, ...(network.size ? { size: network.size } : {}) });
};

/** The graph of a network, which a process reads once. @throws UserError */
const graphOf = (network: TrainedNetwork): Promise<Graph> => {
  const key = JSON.stringify(network);
  const before = known.get(key) ?? load(network);
  known.set(key, before);
  return before;
};

/** Compiles a step of training and predicts what it takes. @throws UserError where the accelerator cannot carry it out. */
export const estimateTraining = async ({ network, config, engine }: TrainingJob): Promise<TrainingEstimate> => {
  const step = estimateTrainingStep(config, await graphOf(network), engine, knownPlans(config));
  const parts = step.parts.map(({ estimate }) => estimate);
  const sum = (of: (part: (typeof parts)[number]) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const steps = parts.flatMap((part) => part.steps);
  const kindOf = ({ pass, operation }: (typeof steps)[number]): WorkKind =>
    pass ?? (operation === 'update' ? 'update' : 'elementwise');
  const cyclesOf = (kind: WorkKind): number =>
    steps.reduce((all, one) => all + (kindOf(one) === kind ? one.cycles : 0), 0);
  const names = Object.keys(parts[0]!.counters) as (keyof (typeof parts)[number]['counters'])[];
  return {
    batch: step.compiled.batch,
    cycles: sum(({ cycles }) => cycles),
    usefulMacs: sum(({ macs }) => macs),
    kinds: Object.fromEntries(WORK_KINDS.map((kind) => [kind, cyclesOf(kind)])) as Record<WorkKind, number>,
    counters: Object.fromEntries(names.map((name) => [name, sum(({ counters }) => counters[name])])),
  };
};
