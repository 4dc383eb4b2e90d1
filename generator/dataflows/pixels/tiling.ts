import type { Config } from '../../description/config.js';
import { type Axis, type Range, rangeLength, sourceRange, visited } from '../axis.js';
import type { Builder } from '../builder.js';
import { type LaneMapping, laneMaps, type TileSize } from '../lanes/index.js';
import type { LoopNest, MemoryMap } from '../loopNest.js';
import { wholeAxis } from '../phases.js';
import { cut, cutShortFirst, shrink } from '../shrink.js';
import {
  imagesAligned,
  plainSource,
  rowsAligned,
  type Source,
  type Strip,
  stripElements,
  tapSource,
} from '../sources.js';

/** How wgrad is cut: a tile of dW stays in the accumulator while pixel tiles stream past. */
export interface PixelTiling {
  readonly kind: 'pixels';
  readonly lanes: LaneMapping;
  /** dY pixels of a tile. */
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows of the very first tile, where the first ones, of an image each, grow from there so that the array begins sooner. */
  readonly lead?: number;
  /** Input and output channels of the dW tile. */
  readonly c: number;
  readonly n: number;
  /** Taps of the dW tile. */
  readonly tapsH: number;
  readonly tapsW: number;
  /** Groups in the accumulator together. */
  readonly groups: number;
}

/** wgrad of a layer, as it is cut. */
export interface PixelShape {
  readonly nest: LoopNest;
  readonly memory: MemoryMap;
  readonly x: Source;
  readonly dy: Source;
  readonly lanes: LaneMapping;
  /** The width axis as the hardware walks it. */
  readonly walk: Axis;
  /** Pixels of dY as the engine sees it. */
  readonly height: number;
  readonly width: number;
  /** Groups, and input and output channels of one group; side by side all groups are as one. */
  readonly groups: number;
  readonly groupC: number;
  readonly groupN: number;
  /** Lanes of a whole stationary tile: channels of X and of dY that go together. */
  readonly tileLanes: TileSize;
}

export const pixelShape = (
  nest: LoopNest,
  memory: MemoryMap,
  lanes: LaneMapping,
  array: Config['array'],
): PixelShape => {
  const { layer, height, width, mode, reorganized } = nest;
  const map = laneMaps[lanes];
  const groups = map.joinsGroups ? 1 : layer.G;
  const x = tapSource(
    {
      ...{ name: 'x', stationary: false, address: memory.x.address },
      ...{ height: layer.H, width: layer.W, pitch: memory.x.pitch ?? layer.C },
    },
    mode,
    wholeAxis(height),
    wholeAxis(width),
  );
  const dy = plainSource({
    name: 'dy',
    stationary: true,
    address: reorganized ? memory.scratch.address : memory.dy.address,
    height: height.outputs,
    width: width.outputs,
    pitch: (reorganized ? undefined : memory.dy.pitch) ?? layer.N,
  });
  return {
    nest,
    memory,
    x,
    dy,
    lanes,
    walk: map.walk(width, layer.C, array.rows),
    height: height.outputs,
    width: width.outputs,
    groups,
    groupC: layer.C / groups,
    groupN: layer.N / groups,
    tileLanes: map.lanes(array, layer, 'wgrad'),
  };
};

/** Input channels that belong to so many output channels, where groups are as one. */
export const inputsOf = ({ groupC, groupN }: PixelShape, n: number): number => (n * groupC) / groupN;

/** Rows of dW for each tap of a tile: input channels, of one group where groups lie side by side. */
export const sumsOf = ({ nest: { layer }, lanes }: PixelShape, c: number): number =>
  laneMaps[lanes].joinsGroups ? layer.C / layer.G : c;

/** Whether several images go together as a whole; else the same rows of each of them do. */
const isWhole = ({ height }: PixelShape, { images, rows }: PixelTiling): boolean => images > 1 && rows === height;

const fits = (shape: PixelShape, tiling: PixelTiling, builder: Builder): boolean => {
  const { config, derived } = builder;
  const { mode, height, width } = shape.nest;
  const vectors = Math.ceil(tiling.n / shape.tileLanes.columns);
  const sums = tiling.groups * tiling.tapsH * tiling.tapsW * sumsOf(shape, tiling.c) * vectors;
  if (sums > config.buffers.accumulatorDepth) return false;
  const most = (axis: typeof height, parts: readonly Range[]): number =>
    Math.max(1, ...parts.map((part) => rangeLength(sourceRange(mode, axis, part))));
  const xStrip: Strip = {
    source: shape.x,
    columns: { first: 0, last: most(width, cut(shape.width, tiling.columns)) - 1 },
    channel: 0,
    channels: tiling.c * tiling.groups,
  };
  const xRows = tiling.images * (isWhole(shape, tiling) ? shape.x.rows : most(height, cutRows(shape, tiling.rows)));
  if (stripElements(xStrip, xRows, derived.beatElements) > derived.dynamicElements) return false;
  const dyStrip: Strip = {
    source: shape.dy,
    columns: { first: 0, last: tiling.columns - 1 },
    channel: 0,
    channels: tiling.n * tiling.groups,
  };
  return stripElements(dyStrip, tiling.images * tiling.rows, derived.beatElements) <= derived.stationaryElements;
};

/**
 * Tiles of so many rows. A shorter one comes first where the first taps lie in the padding: their rows are fewer there, too.
 */
export const cutRows = ({ nest, height }: PixelShape, rows: number): readonly Range[] =>
  nest.height.pad > 0 ? cutShortFirst(height, rows) : cut(height, rows);

/**
 * Positions of an image that tiles of so many images, rows and columns take in the array, all taps together: each tap's in each tile are
 * rounded up.
 */
const roundedPositions = (shape: PixelShape, images: number, rows: number, columns: number, lanes: number): number => {
  const { nest, walk, width } = shape;
  const { mode, layer } = nest;
  const counts = (axis: Axis, taps: number, parts: readonly Range[]): readonly number[] =>
    Array.from({ length: taps }, (_, tap) => parts.map((part) => visited(mode, axis, part, tap))).flat();
  const down = counts(nest.height, layer.Kh, cutRows(shape, rows));
  const across = counts(walk, walk.kernel, cut(width, columns));
  const rounded = (positions: number): number => Math.ceil(positions / lanes) * lanes;
  return down.reduce((sum, h) => sum + across.reduce((some, w) => some + rounded(images * h * w), 0), 0) / images;
};

/** Share of idle lanes that makes no difference, and that a lower tile may cost. */
const [NO_DIFFERENCE, LOWER_COST] = [1.005, 1.02];

/**
 * Heights of tiles to try: all, halves, and between two of these, where the lower one leaves more lanes idle, one that leaves the fewest
 * and a lower one near it.
 */
const heightsOf = (shape: PixelShape, columns: number, lanes: number): readonly number[] =>
  shrink(shape.height).flatMap((size) => {
    const of = (rows: number): number => roundedPositions(shape, 1, rows, columns, lanes);
    const half = Math.ceil(size / 2);
    const between = Array.from({ length: Math.max(0, size - 1 - half) }, (_, index) => size - 1 - index);
    const positions = between.map(of);
    const least = Math.min(...positions);
    if (between.length === 0 || of(half) <= least * NO_DIFFERENCE) return [size];
    const lowest = (most: number): readonly number[] =>
      between.filter((_, index) => positions[index]! <= most).slice(-1);
    return [...new Set([size, ...lowest(least), ...lowest(least * LOWER_COST)])];
  });

/** Images and rows of a tile. */
type Block = Pick<PixelTiling, 'images' | 'rows'>;

/**
 * The same rows of several images, where these leave fewer lanes idle than rows of one image can: of each number of images those that leave the fewest, and
 * the lowest ones.
 */
const blocksOf = (shape: PixelShape, columns: number, lanes: number, single: readonly number[]): readonly Block[] => {
  const { nest, height } = shape;
  const worth = Math.min(...single.map((rows) => roundedPositions(shape, 1, rows, columns, lanes))) / NO_DIFFERENCE;
  if (worth < roundedPositions(shape, 1, height, columns, 1)) return [];
  const lower = Array.from({ length: height - 1 }, (_, index) => height - 1 - index);
  return shrink(nest.layer.B).flatMap((images) => {
    if (images === 1) return [];
    const found = lower.map((rows) => ({ rows, positions: roundedPositions(shape, images, rows, columns, lanes) }));
    const least = Math.min(...found.map(({ positions }) => positions));
    if (least > worth) return [];
    const tallest = found.find(({ positions }) => positions === least);
    const lowest = found.filter(({ positions }) => positions <= worth).at(-1);
    return [...new Set([tallest, lowest])].flatMap((one) => (one ? [{ images, rows: one.rows }] : []));
  });
};

/** Tilings of a width that are compared at most. */
const MOST_HEIGHTS = 8;

/** Tilings worth comparing, all of which fit. */
export const pixelTilings = (shape: PixelShape, builder: Builder): readonly PixelTiling[] => {
  const { config, derived } = builder;
  const { rows: lanes, columns } = shape.tileLanes;
  const { layer } = shape.nest;
  const map = laneMaps[shape.lanes];
  const found: PixelTiling[] = [];
  const aligned = imagesAligned(shape.x, derived.beatElements) && imagesAligned(shape.dy, derived.beatElements);
  const channels = (groups: number): readonly (readonly [c: number, n: number])[] => {
    if (map.joinsGroups) return shrink(shape.groupN, columns).map((n) => [inputsOf(shape, n), n] as const);
    const ns = groups > 1 ? [shape.groupN] : shrink(shape.groupN, columns);
    const cs = groups > 1 || map.takesWholePixels ? [shape.groupC] : shrink(shape.groupC, lanes);
    return cs.flatMap((c) => ns.map((n) => [c, n] as const));
  };
  const alike = rowsAligned(shape.x, derived.beatElements) && rowsAligned(shape.dy, derived.beatElements);
  const known = new Map<number, readonly Block[]>();
  const blocks = (width: number): readonly Block[] => {
    const before = known.get(width);
    if (before) return before;
    const heights = heightsOf(shape, width, config.array.rows);
    const whole = heights.flatMap((rows) => {
      const images = rows === shape.height && aligned ? shrink(layer.B) : [];
      return [...new Set([...images, 1])].map((count) => ({ images: count, rows }));
    });
    const several = alike ? blocksOf(shape, width, config.array.rows, heights) : [];
    const found = [...several, ...whole];
    known.set(width, found);
    return found;
  };
  for (const groups of shape.groups === 1 ? [1] : shrink(shape.groups)) {
    for (const [c, n] of channels(groups)) {
      for (const [tapsH, tapsW] of [
        [layer.Kh, layer.Kw],
        [1, layer.Kw],
        ...(map.takesWholePixels ? [] : [[1, 1]]),
      ] as const) {
        const before = found.length;
        for (const width of shrink(shape.width)) {
          const first = found.length;
          for (const block of blocks(width)) {
            const tiling: PixelTiling = {
              ...{ kind: 'pixels', lanes: shape.lanes, ...block, columns: width },
              ...{ c, n, tapsH, tapsW, groups },
            };
            if (found.length < first + MOST_HEIGHTS && fits(shape, tiling, builder)) found.push(tiling);
          }
          if (found.length > first) break;
        }
        if (found.length > before) break;
      }
    }
  }
  return found;
};
