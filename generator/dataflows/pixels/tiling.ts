import { type Axis, rangeLength, sourceRange } from '../axis.js';
import type { Builder } from '../builder.js';
import { type LaneMapping, laneMaps } from '../lanes/index.js';
import type { LoopNest, MemoryMap } from '../loopNest.js';
import { wholeAxis } from '../phases.js';
import { cut, shrink } from '../shrink.js';
import { imagesAligned, plainSource, type Source, type Strip, stripElements, tapSource } from '../sources.js';

/** How wgrad is cut: a tile of dW stays in the accumulator while pixel tiles stream past. */
export interface PixelTiling {
  readonly kind: 'pixels';
  readonly lanes: LaneMapping;
  /** dY pixels of a tile. */
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
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
  readonly groupC: number;
  readonly groupN: number;
}

export const pixelShape = (nest: LoopNest, memory: MemoryMap, lanes: LaneMapping, rows: number): PixelShape => {
  const { layer, height, width, mode, reorganized } = nest;
  const x = tapSource(
    { name: 'x', stationary: false, address: memory.x.address, height: layer.H, width: layer.W, channels: layer.C },
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
    channels: layer.N,
  });
  return {
    nest,
    memory,
    x,
    dy,
    lanes,
    walk: laneMaps[lanes].walk(width, layer.C, rows),
    height: height.outputs,
    width: width.outputs,
    groupC: layer.C / layer.G,
    groupN: layer.N / layer.G,
  };
};

const fits = (shape: PixelShape, tiling: PixelTiling, builder: Builder): boolean => {
  const { config, derived } = builder;
  const { mode, height, width } = shape.nest;
  const { columns } = config.array;
  const vectors = Math.ceil(tiling.n / columns);
  if (tiling.groups * tiling.tapsH * tiling.tapsW * tiling.c * vectors > config.buffers.accumulatorDepth) return false;
  const most = (axis: typeof height, whole: number, size: number): number =>
    Math.max(1, ...cut(whole, size).map((target) => rangeLength(sourceRange(mode, axis, target))));
  const several = tiling.images > 1;
  const xStrip: Strip = {
    source: shape.x,
    columns: { first: 0, last: most(width, shape.width, tiling.columns) - 1 },
    channel: 0,
    channels: tiling.c * tiling.groups,
  };
  const xRows = several ? tiling.images * shape.x.rows : most(height, shape.height, tiling.rows);
  if (stripElements(xStrip, xRows, derived.beatElements) > derived.dynamicElements) return false;
  const dyStrip: Strip = {
    source: shape.dy,
    columns: { first: 0, last: tiling.columns - 1 },
    channel: 0,
    channels: tiling.n * tiling.groups,
  };
  return stripElements(dyStrip, tiling.images * tiling.rows, derived.beatElements) <= derived.stationaryElements;
};

/** Tilings worth comparing, all of which fit. */
export const pixelTilings = (shape: PixelShape, builder: Builder): readonly PixelTiling[] => {
  const { config, derived } = builder;
  const { rows: lanes, columns } = config.array;
  const { layer } = shape.nest;
  const map = laneMaps[shape.lanes];
  const found: PixelTiling[] = [];
  const aligned = imagesAligned(shape.x, derived.beatElements) && imagesAligned(shape.dy, derived.beatElements);
  for (const groups of layer.G === 1 ? [1] : shrink(layer.G)) {
    const whole = groups > 1;
    for (const c of whole || map.takesWholePixels ? [shape.groupC] : shrink(shape.groupC, lanes)) {
      for (const n of whole ? [shape.groupN] : shrink(shape.groupN, columns)) {
        for (const [tapsH, tapsW] of [
          [layer.Kh, layer.Kw],
          [1, layer.Kw],
          ...(map.takesWholePixels ? [] : [[1, 1]]),
        ] as const) {
          const before = found.length;
          for (const width of shrink(shape.width)) {
            const first = found.length;
            for (const rows of shrink(shape.height)) {
              const images = rows === shape.height && aligned ? shrink(layer.B) : [1];
              for (const imageCount of new Set([...images, 1])) {
                const tiling: PixelTiling = {
                  kind: 'pixels',
                  lanes: shape.lanes,
                  images: imageCount,
                  rows,
                  columns: width,
                  c,
                  n,
                  tapsH,
                  tapsW,
                  groups,
                };
                if (found.length < first + 4 && fits(shape, tiling, builder)) found.push(tiling);
              }
            }
            if (found.length > first) break;
          }
          if (found.length > before) break;
        }
      }
    }
  }
  return found;
};
