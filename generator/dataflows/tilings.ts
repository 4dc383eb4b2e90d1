import type { Config } from '../description/config.js';
import type { ResultFormat } from '../formats/index.js';
import type { Builder } from './builder.js';
import { emitChannelPass } from './channels/emit.js';
import { channelOutlay } from './channels/price.js';
import { type ChannelTiling, channelShape, channelTilings } from './channels/tiling.js';
import type { LaneMapping } from './lanes/index.js';
import type { LoopNest, MemoryMap } from './loopNest.js';
import { emitPixelPass } from './pixels/emit.js';
import { pixelOutlay, pixelStationaryTime } from './pixels/price.js';
import { type PixelTiling, pixelShape, pixelTilings } from './pixels/tiling.js';
import type { Post } from './post.js';
import { cyclesOf, type Outlay } from './price.js';
import { Unfusable } from './unfusable.js';

export type Tiling = ChannelTiling | PixelTiling;

/** What the array sums over decides how a pass is cut: channels (fprop, dgrad), or pixels (wgrad). */
interface Reduction<T extends Tiling> {
  /** The tilings of a mapping of lanes that fit the buffers and the accumulator. */
  readonly tilings: (builder: Builder, nest: LoopNest, memory: MemoryMap, lanes: LaneMapping) => readonly T[];
  /** Emits the whole pass with a tiling; operands wait for so many STOREs. */
  readonly emit: (
    builder: Builder,
    nest: LoopNest,
    memory: MemoryMap,
    tiling: T,
    results: ResultFormat,
    waitStore: number,
    post?: Post,
  ) => void;
  /** What a tiling costs, roughly. */
  readonly outlay: (config: Config, nest: LoopNest, tiling: T) => Outlay;
  /** Part of the array's cycles in which EXECs read the stationary buffer, about. */
  readonly stationaryTime: (config: Config, tiling: T) => number;
  /** Rows that the very first tile may have fewer of; 0 where it may not. */
  readonly leadingRows: (nest: LoopNest, tiling: T) => number;
}

const reductions: { readonly [K in Tiling['kind']]: Reduction<Extract<Tiling, { readonly kind: K }>> } = {
  channels: {
    tilings: (builder, nest, memory, lanes) =>
      channelTilings(channelShape(nest, memory, lanes, builder.config, builder.derived.dataBytes), builder),
    emit: (builder, nest, memory, tiling, results, waitStore, post) => {
      const shape = channelShape(nest, memory, tiling.lanes, builder.config, builder.derived.dataBytes);
      emitChannelPass(shape, tiling, builder, results, waitStore, post);
    },
    outlay: channelOutlay,
    // weights stay for long
    stationaryTime: () => 0,
    leadingRows: (_nest, { images, rows }) => (images === 1 ? rows : 0),
  },
  pixels: {
    tilings: (builder, nest, memory, lanes) =>
      pixelTilings(pixelShape(nest, memory, lanes, builder.config.array), builder),
    emit: (builder, nest, memory, tiling, results, waitStore, post) => {
      if (post) throw new Unfusable();
      const shape = pixelShape(nest, memory, tiling.lanes, builder.config.array);
      emitPixelPass(shape, tiling, builder, results, waitStore);
    },
    outlay: pixelOutlay,
    stationaryTime: pixelStationaryTime,
    leadingRows: ({ height }, { images, rows }) => Math.min(height.outputs, images * rows),
  },
};

/** The tilings of a mapping of lanes that fit the buffers and the accumulator. */
export const tilingsOf = (builder: Builder, nest: LoopNest, memory: MemoryMap, lanes: LaneMapping): readonly Tiling[] =>
  reductions[nest.pass === 'wgrad' ? 'pixels' : 'channels'].tilings(builder, nest, memory, lanes);

const reductionOf = ({ kind }: Tiling): Reduction<Tiling> => reductions[kind] as Reduction<Tiling>;

/** Tilings whose first tiles are smaller, from a half, a quarter, an eighth of the rows, so that the array begins sooner. */
export const ledBySmaller = (nest: LoopNest, tiling: Tiling): readonly Tiling[] => {
  const rows = reductionOf(tiling).leadingRows(nest, tiling);
  return [2, 4, 8].filter((part) => rows >= part).map((part) => ({ ...tiling, lead: Math.ceil(rows / part) }));
};

/** Part of the array's cycles in which EXECs read the stationary buffer, about. */
export const stationaryTime = (config: Config, tiling: Tiling): number =>
  reductionOf(tiling).stationaryTime(config, tiling);

/** Emits a pass with a tiling; operands wait for so many STOREs. */
export const emitPass = (
  builder: Builder,
  nest: LoopNest,
  memory: MemoryMap,
  tiling: Tiling,
  results: ResultFormat,
  waitStore: number,
  post?: Post,
): void => reductionOf(tiling).emit(builder, nest, memory, tiling, results, waitStore, post);

/** A rough price of a tiling in cycles, without building it. */
export const priceOf = (config: Config, nest: LoopNest, tiling: Tiling): number =>
  cyclesOf(config, nest, reductionOf(tiling).outlay(config, nest, tiling));
