import { z } from 'zod';
import { UserError } from '../base/errors.js';
import { checkOutput } from '../base/outputFile.js';
import { show } from '../base/show.js';
import { requireTools, type Tool, VERILATOR_TOOLS } from '../base/tools.js';
import { makePlan } from '../compile/plan.js';
import { PASS_TENSORS } from '../dataflows/loopNest.js';
import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { group, oneOf, rules, whole } from '../description/schema.js';
import { LAYOUTS, type Layout, type TensorName, tensorShape } from '../description/tensors.js';
import type { NumberArray } from '../golden/transpose.js';
import { elements, type NpyArray } from '../run/npy.js';
import {
  inLayout,
  largestTensor,
  loadOperands,
  type OperandName,
  operandBytes,
  type TensorFiles,
} from '../run/operands.js';
import { type RunResult, runPass } from '../run/runPass.js';
import { isReady } from '../run/simulate.js';
import { openCache } from '../run/simulators/cache.js';
import { checkIcarusMemory } from '../run/simulators/icarus.js';
import {
  CELLS,
  type Cells,
  type CycleRange,
  type MemoryOptions,
  type Simulator,
  waveFormat,
} from '../run/simulators/job.js';
import type { PassOptions } from './inputs.js';
import { MEMORY_LIMITS } from './memoryLimits.js';
import {
  checkedOptions,
  configOf,
  engineField,
  engineFor,
  flagField,
  layerOf,
  passField,
  shiftField,
  text,
  wholeField,
} from './options.js';

/** A tensor in C order: its values, or also its shape, or the name of a .npy file. */
export type TensorInput = NumberArray | NpyArray | string;

/** What {@link run} takes. */
export interface RunOptions extends PassOptions {
  /**
   * What the pass reads: x and wt (fprop), dy and wt (dgrad), x and dy (wgrad); seeded random data for what is left out. The format
   * int8 takes whole numbers from -128 to 127, bf16 any numbers, which are rounded.
   */
  readonly operands?: Readonly<Partial<Record<OperandName, TensorInput>>>;
  /**
   * Order of the axes of operands and result. nhwc: x [B,H,W,C], wt [Kh,Kw,C/G,N], dy [B,Ho,Wo,N]; nchw: x [B,C,H,W],
   * wt [N,C/G,Kh,Kw], dy [B,N,Ho,Wo]. Default: nhwc.
   */
  readonly layout?: Layout;
  /** Of random data and of the memory model. Default: 0. */
  readonly seed?: number;
  /** Default: verilator; icarus for small layers. */
  readonly simulator?: Simulator;
  /**
   * What the array's cells are: the Verilog that is generated, or, for long runs in Verilator, C functions with the same bits in the same
   * cycles. Default: verilog.
   */
  readonly cells?: Cells;
  /** Latencies in cycles, bytes a cycle, and chance of a stall in percent. */
  readonly memory?: Omit<MemoryOptions, 'errors'>;
  /** Elements by which tensors are moved off their natural alignment, 0 to 4095. */
  readonly misalign?: number;
  /** File that waves are written to, .fst or .vcd. */
  readonly waves?: string;
  /** Cycles whose activity is recorded, with Verilator. */
  readonly timeline?: CycleRange;
  /** Called before a simulator is built, which takes a minute or two, once for each configuration. */
  readonly onBuild?: () => void;
}

/** A run and what came of it; `passed` says whether the result is that of the golden model. */
export interface Run extends RunResult {
  /** The accelerator, resolved. */
  readonly config: Config;
  /** The layer, with its output size. */
  readonly layer: Layer;
  /** The pass. */
  readonly pass: Pass;
  /** The engine that ran. */
  readonly engine: Engine;
  /** The result in the layout that was asked for: int32 for int8 (int8 with `narrow`), float32 for bf16. */
  readonly output: NpyArray & {
    /** y of fprop, dx of dgrad, dw of wgrad. */
    readonly name: TensorName;
  };
  /** Values that rounding to bf16 changed, by tensor; those that it changed in none are left out. */
  readonly rounded: Readonly<Record<string, number>>;
  /** Tensors that would fit the other layout as well. */
  readonly ambiguous: readonly OperandName[];
}

export const MOST_SEED = 2 ** 31 - 2;
export const MOST_MISALIGN = 4095;

const LARGEST_TENSOR = 2 ** 27;
const LARGEST_MEMORY = 2 ** 31;
const MOST_CYCLES = 2 ** 31;

const NEEDED: Readonly<Record<Simulator, readonly Tool[]>> = {
  verilator: VERILATOR_TOOLS,
  icarus: ['iverilog'],
};

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

const refuseSize = (what: string): never =>
  refuse(
    'TOO_LARGE',
    'size',
    `${what}, too many to simulate`,
    'take a smaller batch or map: time grows with it, what is learnt does not',
  );

const isValues = (value: unknown): value is NumberArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) && !/^Big/.test(value.constructor.name);

const isTensor = (value: unknown): value is NpyArray =>
  typeof value === 'object' && value !== null && isValues((value as Partial<NpyArray>).data);

const NAMES: readonly OperandName[] = ['x', 'wt', 'dy'];

/** The operands, each a file or an array with a shape; what has none has that of its tensor, or as many values as there are. */
const tensorsOf = (
  operands: unknown,
  shapeOf: (name: OperandName, count: number) => readonly number[],
): TensorFiles => {
  if (operands === undefined) return {};
  if (typeof operands !== 'object' || operands === null || Array.isArray(operands)) {
    return refuse(
      'WRONG_TYPE',
      'operands',
      `${show(operands)} holds no tensors`,
      'give { x, wt }, { dy, wt } or { x, dy }',
    );
  }
  const given = Object.entries(operands).filter(([, value]) => value !== undefined);
  const tensors = given.map(([name, value]: readonly [string, unknown]) => {
    const path = `operands.${name}`;
    if (!NAMES.includes(name as OperandName)) {
      return refuse('UNKNOWN_KEY', path, 'there is no such operand', `take some of ${NAMES.join(', ')}`);
    }
    if (typeof value === 'string') return [name, value] as const;
    if (isValues(value)) return [name, { shape: shapeOf(name as OperandName, value.length), data: value }] as const;
    const isRight =
      isTensor(value) &&
      Array.isArray(value.shape) &&
      value.shape.every((size) => Number.isInteger(size) && size >= 0) &&
      elements(value.shape) === value.data.length;
    if (isRight) return [name, { shape: [...value.shape], data: value.data }] as const;
    const fix = 'give a typed array of numbers, { shape, data } with as many values as the shape has, or a .npy file';
    return refuse('WRONG_TYPE', path, 'it is no tensor', fix);
  });
  return Object.fromEntries(tensors);
};

const memoryField = group(
  {
    readLatency: wholeField(MEMORY_LIMITS.readLatency.least, MEMORY_LIMITS.readLatency.most),
    writeLatency: wholeField(MEMORY_LIMITS.writeLatency.least, MEMORY_LIMITS.writeLatency.most),
    bytesPerCycle: z
      .number()
      .min(MEMORY_LIMITS.bytesPerCycle.least)
      .max(MEMORY_LIMITS.bytesPerCycle.most)
      .register(rules, {
        expects: `a number from ${MEMORY_LIMITS.bytesPerCycle.least} to ${MEMORY_LIMITS.bytesPerCycle.most}`,
        nearest: () => undefined,
      })
      .optional(),
    stallPercent: wholeField(MEMORY_LIMITS.stallPercent.least, MEMORY_LIMITS.stallPercent.most),
  },
  'The memory.',
);

const cycle = whole(0, Number.MAX_SAFE_INTEGER, undefined, 'A cycle.');

const SHAPE = {
  ...{ pass: passField, engine: engineField, narrow: flagField, shift: shiftField, memory: memoryField.optional() },
  ...{ seed: wholeField(0, MOST_SEED), misalign: wholeField(0, MOST_MISALIGN), waves: text('a file') },
  layout: oneOf(LAYOUTS as readonly [Layout, ...Layout[]], 'nhwc', 'Order of the axes.').optional(),
  simulator: oneOf(['verilator', 'icarus'], 'verilator', 'The simulator.').optional(),
  cells: oneOf(CELLS as readonly [Cells, ...Cells[]], 'verilog', 'What the cells are.').optional(),
  timeline: group({ from: cycle, to: cycle }, 'The first cycle, and the first after.').optional(),
};

/**
 * Runs one pass of a layer on the generated RTL and compares the result with the golden model, as `bp-im2col run` does. Built
 * simulators are kept in the cache (`BP_IM2COL_CACHE`).
 * @throws {@link UserError} with what is wrong with the options or the operands, where the layer does not fit the accelerator or is too
 * large to simulate, and with the code `MISSING_TOOL` where the simulator is not installed.
 */
export const run = async (options: RunOptions): Promise<Run> => {
  // 1. everything that can be wrong with the input
  const given = checkedOptions(options, SHAPE, ['config', 'layer', 'operands', 'onBuild']);
  const {
    pass,
    seed = 0,
    simulator = 'verilator',
    cells = 'verilog',
    misalign = 0,
    layout,
    narrow,
    shift,
    waves,
    timeline,
    memory,
  } = given;
  const config = configOf(given.config);
  const layer = layerOf(given.layer);
  const engine = engineFor(config, given.engine);
  const { output } = PASS_TENSORS[pass];
  if (timeline && simulator === 'icarus') {
    const fix = 'leave out timeline, or take verilator';
    refuse('TIMELINE', 'timeline', 'only Verilator records what the accelerator does', fix);
  }
  if (cells === 'c' && simulator === 'icarus')
    refuse('CELLS', 'cells', 'only Verilator calls C functions', 'leave out cells, or take verilator');
  if (waves !== undefined) checkOutput('waves', waves, ['.fst', '.vcd']);
  const most = largestTensor(layer);
  if (most > LARGEST_TENSOR) refuseSize(`a tensor has ${most} elements`);
  const macs = (layer.B * layer.Ho * layer.Wo * layer.Kh * layer.Kw * layer.C * layer.N) / layer.G;
  const fewest = macs / (config.array.rows * config.array.columns);
  if (fewest > MOST_CYCLES) refuseSize(`it takes ${fewest.toExponential(1)} cycles`);
  if (simulator === 'icarus') checkIcarusMemory(operandBytes(config, layer, pass));
  const shapeOf = (name: OperandName, count: number): readonly number[] => {
    const shape = tensorShape(layer, name, layout);
    return elements(shape) === count ? shape : [count];
  };
  const tensors = tensorsOf(given.operands, shapeOf);
  const { operands, rounded, ambiguous } = loadOperands(config, layer, pass, tensors, seed, layout);
  const plan = makePlan(config, layer, pass, engine, { narrow, shift, misalign });
  const bytes = plan.memory.program + plan.words.byteLength - plan.memory.x.address;
  if (bytes > LARGEST_MEMORY) refuseSize(`the tensors take ${bytes} bytes`);
  if (simulator === 'icarus') checkIcarusMemory(bytes);
  requireTools(NEEDED[simulator]);
  openCache();

  // 2. the run
  const format = waves === undefined ? undefined : waveFormat(waves);
  if (typeof given.onBuild === 'function' && !(await isReady(config, simulator, format, cells))) given.onBuild();
  const result = await runPass(config, layer, pass, engine, {
    ...{ plan, operands, seed, simulator, cells, waves, timeline, memory, narrow, shift, misalign },
  });
  return Object.freeze({
    ...{ ...result, config, layer, pass, engine, rounded, ambiguous },
    output: { name: output, ...inLayout(layer, output, layout ?? 'nhwc', result.result) },
  });
};
