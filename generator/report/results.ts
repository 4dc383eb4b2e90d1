import { z } from 'zod';
import { ENGINES, PASSES } from '../description/config.js';
import { ENERGY_PARTS, type Energy } from '../energy/energy.js';
import type { Activity } from '../machine/activity.js';

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);

/** Picojoules, by what takes them. */
const energy = z.object(
  Object.fromEntries([...ENERGY_PARTS, 'total'].map((part) => [part, count])) as Record<keyof Energy, typeof count>,
);

const run = z.object({
  /** Short name, as in "L2", and the layer in the notation of the command line. */
  layer: z.string(),
  spec: z.string(),
  preset: z.string(),
  pass: z.enum(PASSES),
  engine: z.enum(ENGINES),
  /** Measured on the RTL, or predicted by the validated model. */
  source: z.enum(['rtl', 'model']),
  cycles: count,
  /** The model's cycles beside a measured run. */
  predictedCycles: count.optional(),
  usefulMacs: count,
  utilization: share,
  laneBound: share,
  /** Cycles in which a vector entered the array, without those of the reorganize step, over cycles. */
  busy: share,
  dramBytesRead: count,
  dramBytesWritten: count,
  compulsoryBytes: count,
  /** Vectors read or written, by buffer. */
  dynamicReads: count,
  dynamicWrites: count,
  stationaryReads: count,
  stationaryWrites: count,
  accumulatorReads: count,
  accumulatorWrites: count,
  /** Extra tensor that the reorganize step stores, bytes, and its cycles. */
  reorganizeBytes: count,
  reorganizeCycles: count,
  prologueCycles: count,
  zerosMultiplied: count,
  zerosFetched: count,
  energy: energy.optional(),
});

/** A step of training a network, by the model, operation by operation. */
const training = z.object({
  batch: z.number().int().positive(),
  cycles: count,
  usefulMacs: count,
  utilization: share,
  energy,
  steps: z.array(
    z.object({
      /** Forward pass, or backward pass and update. */
      part: z.string(),
      operation: z.string(),
      does: z.string(),
      fused: z.array(z.string()),
      ...{ cycles: count, macs: count, bytesRead: count, bytesWritten: count, energy },
    }),
  ),
});

/** Sums over layers, by the model; cycles at one clock, bytes, vectors. */
const totals = z.object({
  network: z.string(),
  batch: z.number().int().positive(),
  engine: z.enum(ENGINES),
  /** All layers, linear ones too, or only those with a stride of 2 or more. */
  scope: z.enum(['all', 'strided']),
  layers: count,
  /** Cycles of each pass. */
  fprop: count,
  dgrad: count,
  wgrad: count,
  /** dgrad and wgrad together, from here on. */
  dramBytes: count,
  dynamicReads: count,
  stationaryReads: count,
  bufferAccesses: count,
  extraStorageBytes: count,
  prologueCycles: count,
  usefulMacs: count,
  utilization: share,
  /** Cycles of the reorganize step, and cycles in which a vector enters the array. */
  reorganizeCycles: count.optional(),
  arrayBusy: count.optional(),
});

/** One pass of some layers, by the model. */
const layersPass = z.object({
  cycles: count,
  usefulMacs: count,
  /** usefulMacs / (rows · columns · cycles). */
  utilization: share,
  /** What the cycles would be with each layer at its lane bound. */
  boundCycles: count,
});

/** The layers with groups of a network by `zerofree`: of one channel (depthwise), or of more. */
const grouped = z.object({
  network: z.string(),
  batch: z.number().int().positive(),
  kind: z.enum(['depthwise', 'grouped']),
  layers: count,
  ...{ fprop: layersPass, dgrad: layersPass, wgrad: layersPass },
  /** All three passes of all layers of the network. */
  networkCycles: count,
});

/** How `traditional` was made to reorganize. */
const reorganizer = { elementsPerCycle: z.number().int().positive(), overlap: z.boolean() };

const size = z.object({
  /** Rows and columns of the array. */
  size: z.number().int().positive(),
  source: z.enum(['rtl', 'model']),
  layer: z.string(),
  pass: z.enum(PASSES),
  engine: z.enum(ENGINES),
  cycles: count,
  utilization: share,
});

const timeline = z.object({
  layer: z.string(),
  pass: z.enum(PASSES),
  engine: z.enum(ENGINES),
  runCycles: count,
  bucketCycles: z.number().positive(),
  readBeats: z.array(count),
  writeBeats: z.array(count),
  execOpen: z.array(count),
  arrayBusy: z.array(count),
  store: z.array(count),
});

const validation = z.object({
  preset: z.string(),
  layer: z.string(),
  pass: z.enum(PASSES),
  engine: z.enum(ENGINES),
  cycles: count,
  predictedCycles: count,
  /** Bytes and buffer accesses of the model equal the counters. */
  exact: z.boolean(),
});

/** Relative changes over `traditional`, means over the networks; `networks`: those of `bp` in each. */
const reduction = z.object({
  scope: z.enum(['all', 'strided']),
  figure: z.string(),
  /** The published figure of BP-im2col. */
  paper: z.string(),
  bp: z.number(),
  zerofree: z.number(),
  zerofreeOverBp: z.number(),
  networks: z.record(z.string(), z.number()),
  /** `bp` over the simple reorganizer: one element a cycle, alone. */
  simple: z.number().optional(),
});

/** Everything that the benchmark measured: what the report is made from. Cycles are of the core clock. */
export const resultsSchema = z.object({
  schema: z.literal(1),
  meta: z.object({
    /** ISO date of the run. */
    date: z.string(),
    command: z.string(),
    /** Versions by name: bp-im2col, node, verilator. */
    versions: z.record(z.string(), z.string()),
    seed: z.number().int(),
  }),
  machine: z.object({
    preset: z.string(),
    rows: z.number().int().positive(),
    columns: z.number().int().positive(),
    format: z.string(),
    /** Bytes that the bus moves in a cycle, reads and writes together. */
    busBytesPerCycle: z.number().positive(),
    onChipBytes: count,
  }),
  runs: z.array(run),
  /** Networks of the paper's comparison: means are over these. */
  networks: z.array(totals),
  moreNetworks: z.array(totals).default([]),
  grouped: z.array(grouped).default([]),
  /** `traditional` with other reorganize steps: totals of networks by the model, and runs of the reference layers on the RTL. */
  reorganizers: z.array(totals.extend(reorganizer)).default([]),
  reorganizerRuns: z.array(run.extend(reorganizer)).default([]),
  sizes: z.array(size),
  timelines: z.array(timeline).default([]),
  validation: z.array(validation),
  /** Beside the published figures, and why they differ, in words made from counters. */
  /** The network that the report is about, in words, where it is about one. */
  subject: z.string().optional(),
  training: training.optional(),
  /** What energies are by. */
  energies: z.object({ name: z.string(), source: z.string() }).optional(),
  comparison: z.object({ reductions: z.array(reduction), reasons: z.array(z.string()) }).optional(),
});

/** What a file of timelines beside one of results holds. */
export const timelinesSchema = z.object({ timelines: z.array(timeline) });

/** The file of timelines beside a file of results: results.json, results.timelines.json. */
export const timelinesFile = (results: string): string => `${results.replace(/\.json$/, '')}.timelines.json`;

export type Results = z.infer<typeof resultsSchema>;
export type Run = z.infer<typeof run>;
export type NetworkTotals = z.infer<typeof totals>;
export type GroupedLayers = z.infer<typeof grouped>;
export type ReorganizerTotals = Results['reorganizers'][number];
export type TrainingStep = NonNullable<Results['training']>;
export type SizePoint = z.infer<typeof size>;
export type TimelineRun = z.infer<typeof timeline>;

/** A timeline of a pass. */
export const timelineRun = (
  which: Pick<TimelineRun, 'layer' | 'pass' | 'engine'>,
  { runCycles, bucketCycles, readBeats, writeBeats, execOpen, arrayBusy, store }: Activity,
): TimelineRun => ({
  ...{ ...which, runCycles, bucketCycles, readBeats: [...readBeats], writeBeats: [...writeBeats] },
  ...{ execOpen: [...execOpen], arrayBusy: [...arrayBusy], store: [...store] },
});
export type Validation = z.infer<typeof validation>;
