import type { Config } from '../../description/config.js';
import { type Axis, type Enumeration, rangeLength, sourceRange } from '../axis.js';
import type { Builder } from '../builder.js';
import { type LaneMapping, laneMaps, type TileSize } from '../lanes/index.js';
import type { LoopNest, MemoryMap } from '../loopNest.js';
import { gradientInputs, type Phase, polyphase, wholeAxis } from '../phases.js';
import { cut, shrink } from '../shrink.js';
import { imagesAligned, plainSource, type Source, stripElements, tapSource } from '../sources.js';

/** How fprop or dgrad is cut. Target pixels are Y's in fprop and dX's in dgrad; so are target channels. */
export interface ChannelTiling {
  readonly kind: 'channels';
  readonly lanes: LaneMapping;
  /** Target pixels of a tile. */
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows of the very first tile, where the first ones grow from there so that the array begins sooner. */
  readonly lead?: number;
  /** Target channels of a tile, and reduction channels of a chunk. */
  readonly target: number;
  readonly reduction: number;
  /** Taps of a chunk. */
  readonly tapsH: number;
  readonly tapsW: number;
  /** Rows of target pixels of an EXEC: the tile's, or half of them, so that one half is stored while the other one is summed. */
  readonly execRows: number;
  /** fprop: taps are taken phase by phase, so that a chunk needs only every stride-th row and column. */
  readonly split: boolean;
  /** Groups whose operands are loaded together. */
  readonly groups: number;
  /** What the outer loop walks: pixel tiles, or channel tiles (weights stay, pixels are read again). */
  readonly outer: 'pixels' | 'channels';
}

/** Some taps on each axis. */
export interface PhasePair {
  readonly h: Phase;
  readonly w: Phase;
}

export interface ChannelShape {
  readonly nest: LoopNest;
  readonly memory: MemoryMap;
  /** Bytes of an operand element. */
  readonly dataBytes: number;
  readonly lanes: LaneMapping;
  /** The pixels that tiles are made of: inputs in dgrad, outputs in fprop. */
  readonly pixels: PhasePair;
  readonly height: number;
  readonly width: number;
  /** Groups, and target and reduction channels of one group; on the diagonal all groups are as one. */
  readonly groups: number;
  readonly groupTarget: number;
  readonly groupReduction: number;
  /** Lanes of a whole stationary tile. */
  readonly tileLanes: TileSize;
}

const outputs = (axis: Axis): Phase => ({ axis, tap: 0, tapStep: 1, offset: 0, step: 1 });

export const channelShape = (
  nest: LoopNest,
  memory: MemoryMap,
  lanes: LaneMapping,
  { array }: Config,
  dataBytes: number,
): ChannelShape => {
  const { layer, pass, height, width } = nest;
  const forward = pass === 'fprop';
  const groups = laneMaps[lanes].joinsGroups ? 1 : layer.G;
  const pixels = forward
    ? { h: outputs(height), w: outputs(width) }
    : { h: gradientInputs(nest, height), w: gradientInputs(nest, width) };
  const size = ({ axis, offset, step }: Phase, inputs: number): number =>
    forward ? axis.outputs : Math.ceil((inputs - offset) / step);
  return {
    nest,
    memory,
    dataBytes,
    lanes,
    pixels,
    height: size(pixels.h, layer.H),
    width: size(pixels.w, layer.W),
    groups,
    groupTarget: (forward ? layer.N : layer.C) / groups,
    groupReduction: (forward ? layer.C : layer.N) / groups,
    tileLanes: laneMaps[lanes].lanes(array, layer, pass),
  };
};

/** The taps of a chunk come from one of these. */
export const phasePairs = ({ nest, pixels }: ChannelShape, split: boolean): readonly PhasePair[] => {
  if (nest.pass !== 'fprop') return [pixels];
  if (!split) return [{ h: wholeAxis(nest.height), w: wholeAxis(nest.width) }];
  const columns = polyphase(nest.width);
  return polyphase(nest.height).flatMap((h) => columns.map((w) => ({ h, w })));
};
/** The operand that taps read: X, dY, or the stored zero-inserted dY. */
export const sourceOf = ({ nest, memory }: ChannelShape, { h, w }: PhasePair): Source => {
  const { layer, pass, mode, reorganized } = nest;
  const forward = pass === 'fprop';
  return tapSource(
    {
      name: `source ${h.tap} ${w.tap}`,
      stationary: false,
      address: forward ? memory.x.address : reorganized ? memory.scratch.address : memory.dy.address,
      height: forward ? layer.H : (reorganized?.height ?? layer.Ho),
      width: forward ? layer.W : (reorganized?.width ?? layer.Wo),
      pitch: (forward ? memory.x.pitch : reorganized ? undefined : memory.dy.pitch) ?? (forward ? layer.C : layer.N),
    },
    mode,
    h,
    w,
  );
};

/** The weights of some taps as [tap h][tap w][c][n]: tap h is the image, tap w the row, c the column. */
export const weightsOf = ({ nest, memory, dataBytes }: ChannelShape, { h, w }: PhasePair): Source => {
  const { layer } = nest;
  const [width, channels] = [layer.C / layer.G, layer.N];
  return {
    ...plainSource({
      name: `weights ${h.tap} ${w.tap}`,
      stationary: true,
      address: memory.wt.address + h.tap * layer.Kw * width * channels * dataBytes,
      height: layer.Kw * h.tapStep,
      width,
      pitch: channels,
    }),
    rows: w.axis.kernel,
    rowOffset: w.tap,
    rowStep: w.tapStep,
  };
};

/** Elements of c and n in a stationary block. */
const weightBlock = ({ nest }: ChannelShape, tiling: ChannelTiling): { readonly c: number; readonly n: number } => {
  const [reduction, target] = [tiling.reduction, tiling.target].map((count) => ({ first: 0, last: count - 1 }));
  const { c, n } = laneMaps[tiling.lanes].weights(
    nest.pass === 'fprop',
    { reduction: reduction!, target: target! },
    nest.layer,
  );
  return { c: rangeLength(c), n: rangeLength(n) * tiling.groups };
};

const most = (mode: Enumeration, axis: Axis, whole: number, size: number): number =>
  Math.max(1, ...cut(whole, size).map((target) => rangeLength(sourceRange(mode, axis, target))));

/** True when a tile's data fit the buffers. */
const fits = (shape: ChannelShape, tiling: ChannelTiling, { config, derived, stationaryRoom }: Builder): boolean => {
  const { mode } = shape.nest;
  const { beatElements, dynamicElements } = derived;
  const { images, rows, columns } = tiling;
  const vectors = Math.ceil(tiling.target / shape.tileLanes.columns);
  const depth = config.buffers.accumulatorDepth / Math.ceil(rows / tiling.execRows);
  if (images * tiling.execRows * columns * vectors > depth) return false;
  const block = weightBlock(shape, tiling);
  return phasePairs(shape, tiling.split).every((pair) => {
    const { h, w } = pair;
    const source = sourceOf(shape, pair);
    const last = most(mode, w.axis, shape.width, columns) - 1;
    const strip = { source, columns: { first: 0, last }, channel: 0, channels: tiling.reduction * tiling.groups };
    const sourceRows = images > 1 ? images * source.rows : most(mode, h.axis, shape.height, tiling.execRows);
    const weights = {
      source: weightsOf(shape, pair),
      columns: { first: 0, last: block.c - 1 },
      channel: 0,
      channels: block.n,
    };
    const taps = Math.min(h.axis.kernel, tiling.tapsH) * Math.min(w.axis.kernel, tiling.tapsW);
    return (
      stripElements(strip, sourceRows, beatElements) <= dynamicElements &&
      stripElements(weights, taps, beatElements) <= stationaryRoom
    );
  });
};

/** Reduction channels that belong to so many target channels, where groups are as one. */
export const reductionOf = ({ groupReduction, groupTarget }: ChannelShape, target: number): number =>
  (target * groupReduction) / groupTarget;

/** Tilings worth comparing, all of which fit. */
export const channelTilings = (shape: ChannelShape, builder: Builder): readonly ChannelTiling[] => {
  const { config } = builder;
  const { rows: lanes, columns } = shape.tileLanes;
  const { layer, pass, engine } = shape.nest;
  const map = laneMaps[shape.lanes];
  const found: ChannelTiling[] = [];
  const depth = config.buffers.accumulatorDepth;
  const { beatElements } = builder.derived;
  const alignedBy = (split: boolean): boolean =>
    phasePairs(shape, split).every((pair) => imagesAligned(sourceOf(shape, pair), beatElements));
  // taps have their numbers within an EXEC
  const wholeTaps = shape.nest.maximum;
  const splits =
    !wholeTaps &&
    pass === 'fprop' &&
    engine === 'zerofree' &&
    map.splits &&
    phasePairs(shape, true).length > 1 &&
    phasePairs(shape, true).every((pair) => imagesAligned(weightsOf(shape, pair), beatElements));
  const groupSizes = shape.groups === 1 ? [1] : shrink(shape.groups);
  const whole = (groups: number): boolean => groups > 1 || map.takesWholePixels;
  const reductionsOf = (groups: number, target: number): readonly number[] => {
    if (map.joinsGroups) return [reductionOf(shape, target)];
    return whole(groups) ? [shape.groupReduction] : shrink(shape.groupReduction, lanes);
  };
  type Channels = Pick<ChannelTiling, 'groups' | 'target' | 'reduction' | 'tapsH' | 'tapsW' | 'split'>;
  const add = (channels: Channels): boolean => {
    const before = found.length;
    const vectors = Math.ceil(channels.target / columns);
    const aligned = alignedBy(channels.split);
    for (const width of shrink(shape.width)) {
      for (const limit of [depth / 2, depth]) {
        const most = Math.floor(limit / (vectors * width));
        if (most < 1) continue;
        const tallest = Math.min(shape.height, most);
        for (const rows of shrink(tallest).slice(0, 4)) {
          const images =
            rows === shape.height && aligned
              ? Math.max(1, Math.min(layer.B, Math.floor(limit / (vectors * width * rows))))
              : 1;
          for (const imageCount of new Set([images, 1])) {
            const tile = { kind: 'channels', lanes: shape.lanes, images: imageCount, rows, columns: width } as const;
            const halves = imageCount * rows * width * vectors > depth / 2 ? shrink(rows).slice(0, 2) : [rows];
            for (const execRows of halves) {
              const tiling: ChannelTiling = { ...tile, execRows, ...channels, outer: 'pixels' };
              if (fits(shape, tiling, builder)) found.push(tiling, { ...tiling, outer: 'channels' });
            }
          }
        }
      }
      if (found.length > before + 24) break;
    }
    return found.length > before;
  };
  for (const groups of groupSizes) {
    for (const target of groups > 1 ? [shape.groupTarget] : shrink(shape.groupTarget, columns)) {
      for (const reduction of reductionsOf(groups, target)) {
        const channels = { groups, target, reduction };
        for (const [tapsH, tapsW] of [
          [layer.Kh, layer.Kw],
          ...(wholeTaps ? [] : [[1, layer.Kw]]),
          ...(wholeTaps || map.takesWholePixels ? [] : [[1, 1]]),
        ] as const) {
          if (add({ ...channels, tapsH, tapsW, split: false })) break;
        }
        if (splits) {
          add({ ...channels, tapsH: layer.Kh, tapsW: layer.Kw, split: true });
          add({ ...channels, tapsH: 1, tapsW: 1, split: true });
        }
      }
    }
  }
  return found;
};
