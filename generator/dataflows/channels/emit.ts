import type { ResultFormat } from '../../formats/index.js';
import { type Axis, type Range, rangeLength, sourceRange } from '../axis.js';
import type { Accumulator, Builder } from '../builder.js';
import { laneMaps } from '../lanes/index.js';
import { beginPost, type Post } from '../post.js';
import { cut, cutGrowing, cutRange } from '../shrink.js';
import { acquireRows, type Source, type Strip, type StripPitch, stripChannels, stripPitch } from '../sources.js';
import { execWalk, geometryOf, isIdle, type TileSteps, type TileWalk, visitsOf } from '../tileWalk.js';
import { resultLayout, storeTile } from './results.js';
import {
  type ChannelShape,
  type ChannelTiling,
  type PhasePair,
  phasePairs,
  reductionOf,
  sourceOf,
  weightsOf,
} from './tiling.js';

/** A walk that turns back each time it is walked: what was used last is used first, and is still in its buffer. */
const backAndForth = () => {
  let back = true;
  return <T>(items: readonly T[]): readonly T[] => {
    back = !back;
    return back ? [...items].reverse() : items;
  };
};

/** A pass under way. */
interface Job {
  readonly shape: ChannelShape;
  readonly tiling: ChannelTiling;
  readonly builder: Builder;
  /** STOREs that the first operand waits for. */
  readonly waitStore: number;
}

/** Sums that are in the accumulator together: pixels and target channels, of the groups that are loaded together. */
interface Tile {
  readonly images: Range;
  readonly rows: Range;
  readonly columns: Range;
  readonly groups: Range;
  readonly target: Range;
}

/** Taps and reduction channels that are added to a part of a tile's rows at a time. */
interface Chunk extends PhasePair {
  readonly source: Source;
  readonly weights: Source;
  /** The width axis as the hardware walks it. */
  readonly walk: Axis;
  readonly reduction: Range;
  readonly tapsH: Range;
  readonly tapsW: Range;
  readonly part: Range;
  /** Which part that is. */
  readonly index: number;
}

/** An operand in its buffer: address of the first element of the group at work, and its pitches. */
interface Operand {
  readonly base: number;
  readonly pitch: StripPitch;
}

const one: Range = { first: 0, last: 0 };

/** The reduction channels of the groups whose target channels these are. */
const matching = (shape: ChannelShape, { first, last }: Range): Range => ({
  first: reductionOf(shape, first),
  last: reductionOf(shape, last + 1) - 1,
});

/** Brings the source pixels of a chunk into the dynamic buffer. */
const acquireSource = (job: Job, { images, groups }: Tile, group: number, chunk: Chunk, walk: TileWalk): Operand => {
  const { shape, tiling, builder, waitStore } = job;
  const { source, reduction } = chunk;
  const { sourceRows, sourceColumns } = walk;
  const together = tiling.groups > 1;
  const channels = stripChannels(groups, shape.groupReduction, reduction, together);
  const offset = (group - groups.first) * shape.groupReduction + (together ? reduction.first : 0);
  const empty = rangeLength(sourceRows) === 0 || rangeLength(sourceColumns) === 0;
  const several = rangeLength(images) > 1;
  const strip: Strip = { source, columns: empty ? one : sourceColumns, ...channels };
  const pitch = stripPitch(strip, builder.derived.beatElements);
  const rows = several ? { first: 0, last: source.rows - 1 } : sourceRows;
  const first = empty ? 0 : acquireRows(builder, strip, images, rows, waitStore);
  return { base: first + (several ? sourceRows.first : 0) * pitch.row + offset, pitch };
};

/** Brings the weights of a chunk into the stationary buffer. */
const acquireWeights = (job: Job, { groups, target }: Tile, group: number, chunk: Chunk): Operand => {
  const { shape, tiling, builder } = job;
  const { layer, pass } = shape.nest;
  const { c, n } = laneMaps[shape.lanes].weights(pass === 'fprop', { reduction: chunk.reduction, target }, layer);
  const ofGroup = layer.N / shape.groups;
  const channels = stripChannels(groups, ofGroup, n, tiling.groups > 1);
  const block: Strip = { source: chunk.weights, columns: c, ...channels };
  const first = acquireRows(builder, block, chunk.tapsH, chunk.tapsW);
  const offset = (group - groups.first) * ofGroup;
  return { base: first + offset, pitch: stripPitch(block, builder.derived.beatElements) };
};

/** Adds a chunk to the sums of a part of a tile. Returns the EXEC's number, undefined when there is nothing to add. */
const addChunk = (job: Job, tile: Tile, group: number, chunk: Chunk, place: Accumulator): number | undefined => {
  const { shape, builder } = job;
  const { nest, tileLanes } = shape;
  const { layer, mode, pass } = nest;
  const { array } = builder.config;
  const map = laneMaps[shape.lanes];
  const forward = pass === 'fprop';
  const images = rangeLength(tile.images);
  const width = rangeLength(tile.columns);
  const vectors = Math.ceil(rangeLength(tile.target) / tileLanes.columns);
  const walk: TileWalk = {
    ...{
      nest,
      map,
      lanes: tileLanes,
      height: chunk.h.axis,
      width: chunk.walk,
      images,
      rows: chunk.part,
      columns: tile.columns,
    },
    sourceRows: sourceRange(mode, chunk.h.axis, chunk.part),
    sourceColumns: sourceRange(mode, chunk.w.axis, tile.columns),
    tapsH: chunk.tapsH,
    tapsW: map.taps(chunk.walk, chunk.tapsW),
  };
  const visits = visitsOf(walk);
  if (isIdle(walk, visits)) return undefined;
  const source = acquireSource(job, tile, group, chunk, walk);
  const weights = acquireWeights(job, tile, group, chunk);
  const steps: TileSteps = {
    dynamic: {
      image: images > 1 ? chunk.source.rows * source.pitch.row : 0,
      tile: tileLanes.rows,
      row: source.pitch.row,
      column: map.unit(source.pitch),
    },
    pixel: {
      image: images > 1 ? rangeLength(chunk.part) * width * vectors : 0,
      ...{ tile: 1, row: width * vectors, column: vectors },
    },
    tile: {
      tileTapH: chunk.w.axis.kernel * weights.pitch.row,
      tileTapW: map.tapStep(array, weights.pitch),
      ...map.weightSteps(forward, tileLanes, weights.pitch),
    },
  };
  builder.setGeometry(geometryOf(walk, steps));
  const lanes = {
    ...{ reduction: rangeLength(chunk.reduction), vectors, lanes: tileLanes },
    ...{ walk: chunk.walk, kernelElements: layer.Kw * layer.C },
  };
  const reductionTiles = map.reductionTiles(lanes);
  const columnLanesLast = rangeLength(tile.target) - (vectors - 1) * tileLanes.columns;
  return builder.exec({
    waitStore: place.waitStore,
    reducePixels: false,
    byColumn: !forward,
    ...(nest.maximum ? { maximum: true } : {}),
    ...{ columnTiles: vectors, reductionTiles, columnLanesLast },
    rowLanesLast: map.rowLanesLast(lanes),
    ...execWalk(walk, steps, { dynamic: source.base, pixel: place.base, tile: weights.base }),
  });
};

/** Emits the whole pass with a tiling. */
export const emitChannelPass = (
  shape: ChannelShape,
  tiling: ChannelTiling,
  builder: Builder,
  format: ResultFormat,
  waitStore: number,
  post?: Post,
): void => {
  const postSums = post && beginPost(builder, post, resultLayout(shape, builder, format));
  const { layer } = shape.nest;
  const { rows: lanes } = builder.config.array;
  const { columns } = shape.tileLanes;
  const job: Job = { shape, tiling, builder, waitStore };
  const map = laneMaps[shape.lanes];
  const phases = phasePairs(shape, tiling.split).map((pair) => ({
    ...pair,
    source: sourceOf(shape, pair),
    weights: weightsOf(shape, pair),
    walk: map.walk(pair.w.axis, layer.C, lanes),
  }));

  const chunkOrder = backAndForth();
  const chunksOf = (reductions: readonly Range[], parts: readonly Range[]): readonly Chunk[] =>
    chunkOrder(
      reductions.flatMap((reduction) =>
        phases.flatMap((phase) =>
          cut(phase.h.axis.kernel, tiling.tapsH).flatMap((tapsH) =>
            cut(phase.w.axis.kernel, tiling.tapsW).map((tapsW) => ({ ...phase, reduction, tapsH, tapsW })),
          ),
        ),
      ),
    ).flatMap((chunk) => parts.map((part, index) => ({ ...chunk, part, index })));

  const emitTile = (tile: Tile): void => {
    const { images, rows, columns: across, groups, target } = tile;
    const targetCount = rangeLength(target);
    const vectors = Math.ceil(targetCount / columns);
    const sums = rangeLength(images) * rangeLength(rows) * rangeLength(across) * vectors;
    const reductions = map.joinsGroups ? [matching(shape, target)] : cut(shape.groupReduction, tiling.reduction);
    for (let group = groups.first; group <= groups.last; group++) {
      const parts = cutRange(rows, tiling.execRows);
      const places = builder.accumulator(sums, parts.length);
      const lastExec = parts.map(() => builder.execCount);
      for (const chunk of chunksOf(reductions, parts)) {
        const exec = addChunk(job, tile, group, chunk, places[chunk.index]!);
        if (exec !== undefined) lastExec[chunk.index] = exec;
      }
      const channel = group * shape.groupTarget + target.first;
      parts.forEach((part, index) => {
        const result = { images, rows: part, columns: across, channel, channels: targetCount };
        storeTile(shape, { ...result, ...places[index]!, lastExec: lastExec[index]! }, builder, format, post, postSums);
      });
    }
  };

  const strips = cut(layer.B, tiling.images).flatMap((images) =>
    cut(shape.width, tiling.columns).map((across) => ({ images, columns: across })),
  );
  const rowTiles = cut(shape.height, tiling.rows);
  let { lead } = tiling;
  const groupTiles = cut(shape.groups, tiling.groups);
  const targetTiles = cut(shape.groupTarget, tiling.target);
  const stripOrder = backAndForth();
  const targetOrder = backAndForth();
  type Pixels = Pick<Tile, 'images' | 'rows' | 'columns'>;
  type Channels = Pick<Tile, 'groups' | 'target'>;
  const pixels = (body: (pixels: Pixels) => void): void => {
    // rows always go down, so that a tile finds again those that it shares with the one above
    for (const strip of stripOrder(strips)) {
      for (const rows of lead ? cutGrowing(shape.height, lead, tiling.rows) : rowTiles) body({ ...strip, rows });
      lead = undefined;
    }
  };
  const channels = (body: (channels: Channels) => void): void => {
    const targets = targetOrder(targetTiles);
    for (const groups of groupTiles) for (const target of targets) body({ groups, target });
  };
  if (tiling.outer === 'pixels') pixels((some) => channels((others) => emitTile({ ...some, ...others })));
  else channels((some) => pixels((others) => emitTile({ ...some, ...others })));
  if (post?.sums !== undefined) postSums?.end(post.sums);
};
