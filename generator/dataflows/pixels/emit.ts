import type { ResultFormat } from '../../formats/index.js';
import { type Range, rangeLength, sourceRange } from '../axis.js';
import type { Accumulator, Builder } from '../builder.js';
import { laneMaps } from '../lanes/index.js';
import { cut } from '../shrink.js';
import { acquireRows, type Strip, stripChannels, stripPitch } from '../sources.js';
import { execWalk, geometryOf, isIdle, type TileSteps, type TileWalk, visitsOf } from '../tileWalk.js';
import type { PixelShape, PixelTiling } from './tiling.js';

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
const vectorsOf = ({ tiling, builder }: Job, { c, n, tapsH, tapsW }: Tile) => {
  const vectors = Math.ceil(rangeLength(n) / builder.config.array.columns);
  const taps = rangeLength(tapsH) * rangeLength(tapsW);
  return { vectors, perGroup: taps * rangeLength(c) * vectors, together: tiling.groups > 1 };
};

/** Adds what some pixels contribute to the sums of a tile. */
const addPixels = (job: Job, tile: Tile, pixels: Pixels, place: Accumulator): void => {
  const { shape, builder, waitStore } = job;
  const { nest, walk } = shape;
  const { layer, mode, height, width } = nest;
  const { array } = builder.config;
  const { beatElements } = builder.derived;
  const map = laneMaps[shape.lanes];
  const { groups, c, n } = tile;
  const { images } = pixels;
  const { vectors, perGroup, together } = vectorsOf(job, tile);
  const count = rangeLength(c);
  const several = rangeLength(images) > 1;
  const tileWalk: TileWalk = {
    ...{ nest, map, height, width: walk, images: rangeLength(images), rows: pixels.rows, columns: pixels.columns },
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
  const xRows = several ? { first: 0, last: shape.x.rows - 1 } : sourceRows;
  const acquireX = (): number => (empty ? 0 : acquireRows(builder, x, images, xRows, waitStore));
  const acquireDy = (): number => acquireRows(builder, dy, images, pixels.rows, waitStore);
  const [xBase, dyBase] = [acquireX(), acquireDy()];
  const xPitch = stripPitch(x, beatElements);
  const dyPitch = stripPitch(dy, beatElements);
  const steps: TileSteps = {
    dynamic: {
      image: shape.x.rows * xPitch.row,
      ...{ tile: map.dynamicTile(array), row: xPitch.row, column: map.unit(xPitch) },
    },
    pixel: {
      image: shape.dy.rows * dyPitch.row,
      ...{ tile: array.columns, row: dyPitch.row, column: dyPitch.pixel },
    },
    tile: {
      tileTapH: rangeLength(tile.tapsW) * count * vectors,
      tileTapW: map.sumStep(array, count) * vectors,
      ...{ tileReduction: array.rows * vectors, tileColumn: 1, tileInner: vectors },
    },
  };
  builder.setGeometry(geometryOf(tileWalk, steps));
  const columnLanesLast = rangeLength(n) - (vectors - 1) * array.columns;
  const lanes = { reduction: count, columnLanesLast, walk, kernelElements: layer.Kw * count };
  const reductionTiles = map.reductionTiles(lanes, array.rows);
  const skipped = (several ? sourceRows.first : 0) * xPitch.row;
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
      rowLanesLast: map.rowLanesLast(lanes, array.rows),
      ...execWalk(tileWalk, steps, bases),
    });
  }
};

/** Emits the STOREs of a tile: one a group where it has all output channels, else one a row of taps. */
const storeSums = (job: Job, tile: Tile, place: Accumulator): void => {
  const { shape, builder, format } = job;
  const { nest, memory, groupC, groupN } = shape;
  const { layer } = nest;
  const { groups, c, n, tapsH, tapsW } = tile;
  const { vectors, perGroup } = vectorsOf(job, tile);
  const outBytes = format.narrow ? builder.derived.dataBytes : 4;
  const [count, nCount, countW] = [rangeLength(c), rangeLength(n), rangeLength(tapsW)];
  const tapBytes = groupC * layer.N * outBytes;
  const common = {
    ...format,
    vectorsPerGroup: vectors,
    lastLanes: nCount - (vectors - 1) * builder.config.array.columns,
    accGroupStride: vectors,
  };
  for (let group = groups.first; group <= groups.last; group++) {
    const n0 = group * groupN + n.first;
    const accBase = place.base + (group - groups.first) * perGroup;
    const address = (kh: number): number =>
      memory.output.address + (((kh * layer.Kw + tapsW.first) * groupC + c.first) * layer.N + n0) * outBytes;
    if (nCount === layer.N) {
      builder.store(
        {
          ...{ ...common, address: address(tapsH.first), accBase, groups: count, n1: countW, n2: rangeLength(tapsH) },
          ...{ stride1: tapBytes, stride2: layer.Kw * tapBytes },
          ...{ accStride1: count * vectors, accStride2: countW * count * vectors },
        },
        place.halves,
      );
      continue;
    }
    for (let kh = tapsH.first; kh <= tapsH.last; kh++) {
      const row = (kh - tapsH.first) * countW * count * vectors;
      builder.store(
        {
          ...{ ...common, address: address(kh), accBase: accBase + row, groups: 1, n1: count, n2: countW },
          ...{ stride1: layer.N * outBytes, stride2: tapBytes },
          ...{ accStride1: vectors, accStride2: count * vectors },
        },
        place.halves,
      );
    }
  }
};

const emitTile = (job: Job, tile: Tile): void => {
  const { shape, tiling, builder } = job;
  const { perGroup } = vectorsOf(job, tile);
  const [place] = builder.accumulator(perGroup * rangeLength(tile.groups), 1);
  for (const images of cut(shape.nest.layer.B, tiling.images)) {
    for (const columns of cut(shape.width, tiling.columns)) {
      for (const rows of cut(shape.height, tiling.rows)) addPixels(job, tile, { images, rows, columns }, place!);
    }
  }
  storeSums(job, tile, place!);
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
  for (const groups of cut(layer.G, tiling.groups)) {
    for (const c of cut(shape.groupC, tiling.c)) {
      const tiles = cut(shape.groupN, tiling.n).flatMap((n) =>
        cut(layer.Kh, tiling.tapsH).flatMap((tapsH) =>
          cut(layer.Kw, tiling.tapsW).map((tapsW) => ({ n, tapsH, tapsW })),
        ),
      );
      turn += 1;
      for (const tile of turn % 2 === 0 ? tiles.reverse() : tiles) emitTile(job, { groups, c, ...tile });
    }
  }
};
