import { UserError } from '../check/errors.js';
import type { Config, Engine, Pass } from '../spec/config.js';
import { derive } from '../spec/derive.js';
import type { Layer } from '../spec/layer.js';
import { BYTES_PER_INSTRUCTION, encode, type Instruction } from '../spec/program.js';
import { Builder, type Cost, TooSlow } from './builder.js';
import { type ChannelTiling, channelShape, channelTilings, emitChannelPass } from './channelPass.js';
import { fusible, hasDiagonal, type LaneMapping } from './lanes.js';
import { emitPixelPass, type PixelTiling, pixelShape, pixelTilings } from './pixelPass.js';
import { type MemoryMap, makeProblem, type Problem, type Tensor } from './problem.js';
import { emitReorganize } from './reorganize.js';

export type Tiling = ChannelTiling | PixelTiling;

/** A layer and pass, mapped: the program, where it expects its tensors, and what was chosen. */
export interface Plan {
  readonly problem: Problem;
  readonly memory: MemoryMap;
  readonly instructions: readonly Instruction[];
  /** Encoded program, 16 words per instruction. */
  readonly words: Uint32Array;
  readonly tiling: Tiling;
  /** Tilings that were compared. */
  readonly considered: number;
  /** What the planner expects. */
  readonly cost: Cost;
  /** Bytes of the zero-inserted tensor. */
  readonly scratchBytes: number;
}

export interface PlanOptions {
  /** Results in the operand format; otherwise in the accumulator format. */
  readonly narrow?: boolean;
  /** Elements by which the tensors are moved off their natural alignment, to exercise it. */
  readonly misalign?: number;
  /** First byte of the memory that the plan may use. */
  readonly base?: number;
}

const PAGE = 4096;

const memoryMap = (config: Config, problem: Problem, narrow: boolean, misalign: number, base: number): MemoryMap => {
  const { layer, pass, reorganized } = problem;
  const { dataBytes } = derive(config);
  const sizes = {
    x: layer.B * layer.H * layer.W * layer.C,
    wt: layer.Kh * layer.Kw * (layer.C / layer.G) * layer.N,
    dy: layer.B * layer.Ho * layer.Wo * layer.N,
  };
  let next = base;
  const place = (bytes: number, element: number): Tensor => {
    const tensor = { address: next + misalign * element, bytes };
    next = Math.ceil((next + misalign * element + bytes + 64) / PAGE) * PAGE;
    return tensor;
  };
  const x = place(sizes.x * dataBytes, dataBytes);
  const wt = place(sizes.wt * dataBytes, dataBytes);
  const dy = place(sizes.dy * dataBytes, dataBytes);
  const scratch = place(
    reorganized ? layer.B * reorganized.height * reorganized.width * layer.N * dataBytes : 0,
    dataBytes,
  );
  const elements = pass === 'fprop' ? sizes.dy : pass === 'dgrad' ? sizes.x : sizes.wt;
  const width = narrow ? dataBytes : 4;
  const output = place(elements * width, width);
  return { program: next, x, wt, dy, scratch, output };
};

/** Steps in which the planner compares: the engine's own work, then bytes where the work is equal within 2 %. */
const better = (a: Cost, b: Cost): boolean => {
  const bytes = (cost: Cost): number => cost.bytesRead + cost.bytesWritten;
  if (a.cycles < b.cycles * 0.98) return true;
  if (a.cycles > b.cycles * 1.02) return false;
  return bytes(a) < bytes(b);
};

/** Candidates whose whole program is built. */
const MOST_CANDIDATES = 20;

const parts = (whole: number, size: number): number => Math.ceil(whole / size);

/** EXECs that a tiling takes. */
const tilingExecs = (layer: Layer, pass: Pass, tiling: Tiling): number => {
  const taps = parts(layer.Kh, tiling.tapsH) * parts(layer.Kw, tiling.tapsW);
  const [height, width] = pass === 'dgrad' ? [layer.H, layer.W] : [layer.Ho, layer.Wo];
  const pixels = parts(layer.B, tiling.images) * parts(height, tiling.rows) * parts(width, tiling.columns);
  const [c, n] = [layer.C / layer.G, layer.N / layer.G];
  const channels =
    tiling.kind === 'pixels'
      ? parts(c, tiling.c) * parts(n, tiling.n)
      : pass === 'fprop'
        ? parts(n, tiling.target) * parts(c, tiling.reduction)
        : parts(c, tiling.target) * parts(n, tiling.reduction);
  if (tiling.lanes === 'diagonal') return taps * pixels * parts(layer.C, (tiling as ChannelTiling).target);
  return taps * pixels * channels * layer.G;
};

/** The tilings that are worth building: few instructions first, those with very many left out. */
const shortlist = (layer: Layer, pass: Pass, tilings: readonly Tiling[]): readonly Tiling[] => {
  const counted = tilings
    .map((tiling) => ({ tiling, execs: tilingExecs(layer, pass, tiling) }))
    .sort((a, b) => a.execs - b.execs);
  const limit = (counted[0]?.execs ?? 0) * 12 + 64;
  const kept = counted.filter(({ execs }) => execs <= limit).map(({ tiling }) => tiling);
  return kept.length <= MOST_CANDIDATES
    ? kept
    : Array.from({ length: MOST_CANDIDATES }, (_, i) => kept[Math.floor((i * kept.length) / MOST_CANDIDATES)]!);
};

const limitProblem = (config: Config, problem: Problem): UserError =>
  new UserError([
    {
      code: 'plan.buffers',
      path: 'buffers',
      message: `${problem.pass} by ${problem.engine} on ${config.name}: not even one tile of one tap fits the buffers (dynamic ${config.buffers.dynamicBytes} bytes, stationary ${config.buffers.stationaryBytes} bytes, accumulator ${config.buffers.accumulatorDepth} vectors)`,
      fix: `double buffers.stationaryBytes (to ${config.buffers.stationaryBytes * 2}) or buffers.dynamicBytes (to ${config.buffers.dynamicBytes * 2})`,
    },
  ]);

/**
 * Maps a layer and pass to a program.
 * @throws UserError when nothing fits the buffers, or the engine is not part of the accelerator.
 */
export const makePlan = (config: Config, layer: Layer, pass: Pass, engine: Engine, options: PlanOptions = {}): Plan => {
  if (!config.engines.includes(engine)) {
    throw new UserError([
      {
        code: 'plan.engine',
        path: 'engine',
        message: `${config.name} is generated without the engine ${engine}`,
        fix: `use one of ${config.engines.join(', ')}, or add ${engine} to engines`,
      },
    ]);
  }
  const narrow = options.narrow ?? false;
  const problem = makeProblem(layer, pass, engine);
  const memory = memoryMap(config, problem, narrow, options.misalign ?? 0, options.base ?? 0x1000_0000);

  const { rows, columns } = config.array;
  const mappings: LaneMapping[] = ['channels'];
  if (pass !== 'dgrad' && fusible(layer, problem.width, rows)) mappings.push('fused');
  if (pass !== 'wgrad' && hasDiagonal(layer, rows, columns)) mappings.push('diagonal');

  const build = (tiling: Tiling, limit: number): Builder | undefined => {
    const builder = new Builder(config, limit);
    const waitStore = emitReorganize(problem, memory, builder);
    if (waitStore === undefined) return undefined;
    try {
      if (tiling.kind === 'channels')
        emitChannelPass(channelShape(problem, memory, tiling.lanes, rows), tiling, builder, narrow, waitStore);
      else emitPixelPass(pixelShape(problem, memory, tiling.lanes, rows), tiling, builder, narrow, waitStore);
    } catch (error) {
      if (error instanceof TooSlow) return undefined;
      throw error;
    }
    return builder;
  };

  const probe = new Builder(config);
  const tilingsOf = (lanes: LaneMapping): readonly Tiling[] =>
    pass === 'wgrad'
      ? pixelTilings(pixelShape(problem, memory, lanes, rows), probe)
      : channelTilings(channelShape(problem, memory, lanes, rows), probe);
  let best: { readonly builder: Builder; readonly tiling: Tiling; readonly cost: Cost } | undefined;
  const candidates = mappings.reverse().flatMap((lanes) => shortlist(layer, pass, tilingsOf(lanes)));
  for (const tiling of candidates) {
    const builder = build(tiling, (best?.cost.cycles ?? Number.POSITIVE_INFINITY) * 1.02);
    if (!builder) continue;
    const cost = builder.cost();
    if (!best || better(cost, best.cost)) best = { builder, tiling, cost };
  }
  if (!best) throw limitProblem(config, problem);
  const instructions: readonly Instruction[] = [...best.builder.instructions, { kind: 'end' }];
  const words = encode(instructions);
  return {
    problem,
    memory,
    instructions,
    words,
    tiling: best.tiling,
    considered: candidates.length,
    cost: { ...best.cost, bytesRead: best.cost.bytesRead + (words.length / 16) * BYTES_PER_INSTRUCTION },
    scratchBytes: memory.scratch.bytes,
  };
};
