import type { ResultFormat } from '../../formats/index.js';
import type { Store } from '../../isa/program.js';
import { type Range, rangeLength, sourceRange } from '../axis.js';
import type { Accumulator, Builder } from '../builder.js';
import { laneMaps } from '../lanes/index.js';
import { cut, cutGrowing, cutRange } from '../shrink.js';
import { acquireBlock, acquireRows, type Strip, stripChannels, stripPitch } from '../sources.js';
import { type StoredVectors, storedVectors } from '../storedVectors.js';
import { execWalk, geometryOf, isIdle, type TileSteps, type TileWalk, visitsOf } from '../tileWalk.js';
import { cutRows, inputsOf, type PixelShape, type PixelTiling, sumsOf } from './tiling.js';

/** A pass under way. */
interface Job {
  readonly shape: PixelShape;
  readonly tiling: PixelTiling;
  readonly builder: Builder;
  readonly format: ResultFormat;
  /** STOREs that operands wait for. */
  readonly waitStore: number;
}

/** A tile of dW, which stays in the accumulator while pixels stream past. */
interface Tile {
  readonly groups: Range;
  /** Input and output channels of each group. */
  readonly c: Range;
  readonly n: Range;
  readonly tapsH: Range;
  readonly tapsW: Range;
}

/** Pixels of dY. */
interface Pixels {
  readonly images: Range;
  readonly rows: Range;
  readonly columns: Range;
}

const one: Range = { first: 0, last: 0 };

/** Accumulator vectors of a tile: of a row of taps' output channels, and of a group. */
const vectorsOf = ({ shape, tiling }: Job, { c, n, tapsH, tapsW }: Tile) => {
  const vectors = Math.ceil(rangeLength(n) / shape.tileLanes.columns);
  const sums = sumsOf(shape, rangeLength(c));
  const taps = rangeLength(tapsH) * rangeLength(tapsW);
  return { vectors, sums, perGroup: taps * sums * vectors, together: tiling.groups > 1 };
};

/**
 * Rows from image to image in the buffers. Single images, with which the first sums begin, use none: they have those of the images that
 * follow, so that no GEOMETRY comes between, which would wait until the array is empty.
 */
const imageRows = ({ shape, tiling }: Job, rows: Range, xRows: Range, several: boolean): { x: number; dy: number } => {
  if (several) return { x: rangeLength(xRows), dy: rangeLength(rows) };
  if (tiling.images === 1) return { x: 0, dy: 0 };
  if (tiling.rows === shape.height) return { x: shape.x.rows, dy: shape.height };
  const next = cutRows(shape, tiling.rows).at(-1)!;
  return { x: rangeLength(sourceRange(shape.nest.mode, shape.nest.height, next)), dy: rangeLength(next) };
};

/** Adds what some pixels contribute to the sums of a tile. */
const addPixels = (job: Job, tile: Tile, pixels: Pixels, place: Accumulator): void => {
  const { shape, builder, waitStore } = job;
  const { nest, walk, tileLanes } = shape;
  const { layer, mode, height, width } = nest;
  const { array } = builder.config;
  const { beatElements } = builder.derived;
  const map = laneMaps[shape.lanes];
  const { groups, c, n } = tile;
  const { images } = pixels;
  const { vectors, sums, perGroup, together } = vectorsOf(job, tile);
  const several = rangeLength(images) > 1;
  const whole = several && rangeLength(pixels.rows) === shape.height;
  const tileWalk: TileWalk = {
    ...{
      nest,
      map,
      lanes: tileLanes,
      height,
      width: walk,
      images: rangeLength(images),
      rows: pixels.rows,
      columns: pixels.columns,
    },
    sourceRows: sourceRange(mode, height, pixels.rows),
    sourceColumns: sourceRange(mode, width, pixels.columns),
    tapsH: tile.tapsH,
    tapsW: map.taps(walk, tile.tapsW),
  };
  const visits = visitsOf(tileWalk);
  if (isIdle(tileWalk, visits)) return;
  const { sourceRows, sourceColumns } = tileWalk;
  const empty = rangeLength(sourceRows) === 0 || rangeLength(sourceColumns) === 0;
  const x: Strip = {
    source: shape.x,
    columns: empty ? one : sourceColumns,
    ...stripChannels(groups, shape.groupC, c, together),
  };
  const dy: Strip = {
    source: shape.dy,
    columns: pixels.columns,
    ...stripChannels(groups, shape.groupN, n, together),
  };
  const xRows = whole ? { first: 0, last: shape.x.rows - 1 } : sourceRows;
  const acquire = several && !whole ? acquireBlock : acquireRows;
  const acquireX = (): number => (empty ? 0 : acquire(builder, x, images, xRows, waitStore));
  const acquireDy = (): number => acquire(builder, dy, images, pixels.rows, waitStore);
  const [xBase, dyBase] = [acquireX(), acquireDy()];
  const xPitch = stripPitch(x, beatElements);
  const dyPitch = stripPitch(dy, beatElements);
  const ofImage = imageRows(job, pixels.rows, xRows, several);
  const steps: TileSteps = {
    dynamic: {
      image: ofImage.x * xPitch.row,
      ...{ tile: tileLanes.rows, row: xPitch.row, column: map.unit(xPitch) },
    },
    pixel: {
      image: ofImage.dy * dyPitch.row,
      ...{ tile: tileLanes.columns, row: dyPitch.row, column: dyPitch.pixel },
    },
    tile: {
      tileTapH: rangeLength(tile.tapsW) * sums * vectors,
      tileTapW: map.sumStep(array, sums) * vectors,
      ...{ tileReduction: array.rows * vectors, tileColumn: 1, tileInner: vectors },
    },
  };
  builder.setGeometry(geometryOf(tileWalk, steps));
  const columnLanesLast = rangeLength(n) - (vectors - 1) * tileLanes.columns;
  const reduction = rangeLength(c);
  const lanes = { reduction, vectors, lanes: tileLanes, walk, kernelElements: layer.Kw * reduction };
  const reductionTiles = map.reductionTiles(lanes);
  const skipped = (sourceRows.first - xRows.first) * xPitch.row;
  for (let group = groups.first; group <= groups.last; group++) {
    const g = group - groups.first;
    if (g > 0) {
      acquireX();
      acquireDy();
    }
    const bases = {
      dynamic: xBase + skipped + g * shape.groupC,
      pixel: dyBase + g * shape.groupN,
      tile: place.base + g * perGroup,
    };
    builder.exec({
      waitStore: place.waitStore,
      ...{ reducePixels: true, byColumn: false, columnTiles: vectors, reductionTiles, columnLanesLast },
      rowLanesLast: map.rowLanesLast(lanes),
      ...execWalk(tileWalk, steps, bases),
    });
  }
};

/** Loops of a STORE: rows of channels. */
type Runs = Pick<Store, 'n1' | 'n2' | 'stride1' | 'stride2' | 'accStride1' | 'accStride2' | 'accGroupStride'>;

/** Emits the STOREs of a tile: one a group, or one a row of taps where those are not whole rows of the kernel. */
const storeSums = (job: Job, tile: Tile, place: Accumulator): void => {
  const { shape, builder, format } = job;
  const { nest, memory, groupN, tileLanes } = shape;
  const { layer } = nest;
  const { groups, c, n, tapsH, tapsW } = tile;
  const { vectors, sums, perGroup } = vectorsOf(job, tile);
  const outBytes = format.narrow ? builder.derived.dataBytes : 4;
  const [nCount, countW] = [rangeLength(n), rangeLength(tapsW)];
  // weights are [tap][c][n], c of one group
  const depth = layer.C / layer.G;
  const c0 = laneMaps[shape.lanes].joinsGroups ? 0 : c.first;
  const tapBytes = depth * layer.N * outBytes;
  const stored = storedVectors(nCount, tileLanes.columns, builder.config.array.columns);
  for (let group = groups.first; group <= groups.last; group++) {
    const n0 = group * groupN + n.first;
    const accBase = place.base + (group - groups.first) * perGroup;
    const address = (kh: number): number =>
      memory.output.address + (((kh * layer.Kw + tapsW.first) * depth + c0) * layer.N + n0) * outBytes;
    const put = (at: number, base: number, { first, ...vectorsOfRow }: StoredVectors, runs: Runs): void =>
      builder.store(
        {
          ...format,
          ...runs,
          ...vectorsOfRow,
          address: at + first * tileLanes.columns * outBytes,
          accBase: base + first,
        },
        place.halves,
      );
    if (nCount === layer.N && stored.length === 1) {
      const [all] = stored as readonly [StoredVectors];
      const rows = { ...all, groups: all.groups * sums };
      put(address(tapsH.first), accBase, rows, {
        ...{ n1: countW, n2: rangeLength(tapsH), stride1: tapBytes, stride2: layer.Kw * tapBytes },
        ...{ accStride1: sums * vectors, accStride2: countW * sums * vectors },
        accGroupStride: all.groups > 1 ? 1 : vectors,
      });
      continue;
    }
    // taps of whole rows of the kernel lie one behind the other
    const heights = countW === layer.Kw ? [tapsH] : cutRange(tapsH, 1);
    for (const some of heights) {
      const row = (some.first - tapsH.first) * countW * sums * vectors;
      for (const part of stored) {
        put(address(some.first), accBase + row, part, {
          ...{ n1: sums, n2: rangeLength(some) * countW, stride1: layer.N * outBytes, stride2: tapBytes },
          ...{ accStride1: vectors, accStride2: sums * vectors },
          accGroupStride: part.groups > 1 ? 1 : vectors,
        });
      }
    }
  }
};

const emitTile = (job: Job, tile: Tile, lead: number | undefined, back: boolean): void => {
  const { shape, tiling, builder } = job;
  const { perGroup } = vectorsOf(job, tile);
  const [place] = builder.accumulator(perGroup * rangeLength(tile.groups), 1);
  // the very first sums begin with few rows of one image
  const [images, most] = lead ? [1, Math.min(shape.height, tiling.images * tiling.rows)] : [tiling.images, tiling.rows];
  const strips = cut(shape.nest.layer.B, images).flatMap((some) =>
    cut(shape.width, tiling.columns).map((columns) => ({ images: some, columns })),
  );
  strips.forEach((strip, index) => {
    const rowTiles = lead && index === 0 ? cutGrowing(shape.height, lead, most) : cutRows(shape, most);
    for (const rows of images > 1 && back ? [...rowTiles].reverse() : rowTiles)
      addPixels(job, tile, { ...strip, rows }, place!);
  });
  storeSums(job, tile, place!);
};

/** Input channels, and the output channels that are summed with them: all of the group, or those of the same groups side by side. */
const channelTiles = (
  shape: PixelShape,
  tiling: PixelTiling,
): readonly { readonly c: Range; readonly ns: readonly Range[] }[] => {
  const ns = cut(shape.groupN, tiling.n);
  if (!laneMaps[shape.lanes].joinsGroups) return cut(shape.groupC, tiling.c).map((c) => ({ c, ns }));
  return ns.map((n) => ({ c: { first: inputsOf(shape, n.first), last: inputsOf(shape, n.last + 1) - 1 }, ns: [n] }));
};

/** Emits the whole pass with a tiling. */
export const emitPixelPass = (
  shape: PixelShape,
  tiling: PixelTiling,
  builder: Builder,
  format: ResultFormat,
  waitStore: number,
): void => {
  const { layer } = shape.nest;
  const job: Job = { shape, tiling, builder, format, waitStore };
  // Output channels and taps go back and forth from tile to tile of input channels: the dY read last is still there.
  let turn = 0;
  const tiles = cut(shape.groups, tiling.groups).flatMap((groups) =>
    channelTiles(shape, tiling).flatMap(({ c, ns }): readonly Tile[] => {
      const some = ns.flatMap((n) =>
        cut(layer.Kh, tiling.tapsH).flatMap((tapsH) =>
          cut(layer.Kw, tiling.tapsW).map((tapsW) => ({ groups, c, n, tapsH, tapsW })),
        ),
      );
      turn += 1;
      return turn % 2 === 0 ? some.reverse() : some;
    }),
  );
  tiles.forEach((tile, index) => {
    emitTile(job, tile, index === 0 ? tiling.lead : undefined, index % 2 === 1);
  });
};
