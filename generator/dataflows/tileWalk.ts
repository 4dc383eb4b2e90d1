import type { Exec, Geometry } from '../isa/program.js';
import { type Axis, axisGeometry, axisTile, type Range, rangeLength, visited } from './axis.js';
import type { LaneMap, TileSize } from './lanes/index.js';
import type { LoopNest } from './loopNest.js';

/** A tile of pixels and the taps that an EXEC sums over, as the address generators walk them. */
export interface TileWalk {
  readonly nest: LoopNest;
  readonly map: LaneMap;
  /** Lanes of a whole stationary tile. */
  readonly lanes: TileSize;
  /** The axes as they are walked. */
  readonly height: Axis;
  readonly width: Axis;
  readonly images: number;
  /** Pixels of the tile, and the source pixels in the buffer. */
  readonly rows: Range;
  readonly columns: Range;
  readonly sourceRows: Range;
  readonly sourceColumns: Range;
  /** Taps along the axes as they are walked. */
  readonly tapsH: Range;
  readonly tapsW: Range;
}

/** Address steps from image to image (0 where there is one), channel tile to channel tile, row to row, column to column. */
export interface Pitches {
  readonly image: number;
  readonly tile: number;
  readonly row: number;
  readonly column: number;
}

/** Steps of an EXEC's addresses: dynamic elements; pixel and tile addresses, of which one is in accumulator vectors. */
export interface TileSteps {
  readonly dynamic: Pitches;
  readonly pixel: Pitches;
  readonly tile: Pick<Geometry, 'tileTapH' | 'tileTapW' | 'tileReduction' | 'tileColumn' | 'tileInner'>;
}

/** Positions that each tap visits on an axis. */
export interface Visits {
  readonly h: readonly number[];
  readonly w: readonly number[];
}

export const visitsOf = ({ nest: { mode }, height, width, rows, columns, tapsH, tapsW }: TileWalk): Visits => {
  const along = (axis: Axis, target: Range, taps: Range): readonly number[] =>
    Array.from({ length: rangeLength(taps) }, (_, k) => visited(mode, axis, target, taps.first + k));
  return { h: along(height, rows, tapsH), w: along(width, columns, tapsW) };
};

/** True when no tap visits a position: `zerofree` leaves such a tile out. */
export const isIdle = ({ nest }: TileWalk, { h, w }: Visits): boolean =>
  nest.engine === 'zerofree' && !(h.some((count) => count > 0) && w.some((count) => count > 0));

/** The GEOMETRY of a tile. */
export const geometryOf = ({ nest, map, lanes, height, width }: TileWalk, steps: TileSteps): Geometry => {
  const { mode, layer } = nest;
  const h = axisGeometry(mode, height);
  const w = axisGeometry(mode, width);
  const { dynamic, pixel, tile } = steps;
  return {
    kind: 'geometry',
    ...{ boundH: h.bound, boundW: w.bound },
    ...{ xTapH: h.xTap, xTapW: w.xTap, xStepH: h.xStep, xStepW: w.xStep },
    ...{ phaseModH: h.phaseMod, phaseModW: w.phaseMod, phaseTapH: h.phaseTap, phaseTapW: w.phaseTap },
    dynB: dynamic.image,
    dynTile: dynamic.tile,
    dynPosH: h.dynPos * dynamic.row,
    dynWrapH: h.dynWrap * dynamic.row,
    dynTapH: h.dynTap * dynamic.row,
    dynBorrowH: h.dynBorrow * dynamic.row,
    dynPosW: w.dynPos * dynamic.column,
    dynWrapW: w.dynWrap * dynamic.column,
    dynTapW: w.dynTap * dynamic.column,
    dynBorrowW: w.dynBorrow * dynamic.column,
    pixB: pixel.image,
    pixTile: pixel.tile,
    pixPosH: h.pixPos * pixel.row,
    pixWrapH: h.pixWrap * pixel.row,
    pixTapH: h.pixTap * pixel.row,
    pixPosW: w.pixPos * pixel.column,
    pixWrapW: w.pixWrap * pixel.column,
    pixTapW: w.pixTap * pixel.column,
    ...tile,
    ...map.groups(layer),
    ...{ rowLanes: lanes.rows, columnLanes: lanes.columns },
  };
};

/** Addresses of the first source pixel in the buffer, of the tile's first pixel, and of the stationary block or sums. */
export interface TileBases {
  readonly dynamic: number;
  readonly pixel: number;
  readonly tile: number;
}

/** The part of an EXEC that its walk decides. */
export const execWalk = (walk: TileWalk, { dynamic, pixel }: TileSteps, bases: TileBases) => {
  const { nest, map, height, width, images, rows, columns, sourceRows, sourceColumns, tapsH, tapsW } = walk;
  const { mode, engine } = nest;
  const rect = engine === 'zerofree';
  const h = axisTile(mode, height, rows, sourceRows, tapsH.first);
  const w = axisTile(mode, width, columns, sourceColumns, tapsW.first);
  return {
    ...map.flags,
    ...{ rect, nb: images, positionsH: h.positions, positionsW: w.positions },
    dynBase: bases.dynamic + h.dynIndex * dynamic.row + w.dynIndex * dynamic.column,
    pixBase: bases.pixel + h.pixIndex * pixel.row + w.pixIndex * pixel.column,
    tileBase: bases.tile,
    ...{ xH: h.x, xW: map.x(w.x, rect), lastH: h.last, lastW: w.last },
    ...{ phaseH: h.phase, phaseW: w.phase, lastPhaseH: h.lastPhase, lastPhaseW: w.lastPhase },
    ...{ tapsH: rangeLength(tapsH), tapsW: rangeLength(tapsW) },
    edgeW: map.edge(width, columns),
  } satisfies Partial<Exec>;
};
