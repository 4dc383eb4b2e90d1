import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Widths } from '../../description/widths.js';
import type { Exec, Geometry } from '../../isa/program.js';
import type { Fail } from '../fault.js';
import { type AxisWalk, axisWalks } from './walk.js';

/** What one tap of an EXEC visits; the same for each of its channel tiles. */
export interface TapCounts {
  readonly kh: number;
  readonly kw: number;
  readonly positions: number;
  /** Positions where a valid pair lies, and those on the stride's grid. */
  readonly valid: number;
  readonly onGrid: number;
  /** Lanes with data, summed over the valid positions (fused only, else 0). */
  readonly data: number;
  /** Groups of `ROWS` positions, those with a valid position, and how many positions lie in those. */
  readonly groups: number;
  readonly activeGroups: number;
  readonly activePositions: number;
}

/** An EXEC's loops, without its addresses: many EXECs of a program share one. */
export interface TileShape {
  readonly walksH: readonly AxisWalk[];
  readonly walksW: readonly AxisWalk[];
  /** Row-major over (kh, kw). */
  readonly taps: readonly TapCounts[];
}

const refuse: Fail = (_code, message) => {
  throw new RangeError(message);
};

/** Running sums of a list, from 0. */
const prefix = (count: number, value: (index: number) => number): Int32Array => {
  const sums = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) sums[i + 1] = sums[i]! + value(i);
  return sums;
};

/** Row lanes of a fused tap along w: all, and what is left in the last one. */
export const fusedLanes = (exec: Exec, rowLanes: number, kw: number): number =>
  kw === exec.tapsW - 1 ? exec.rowLanesLast : rowLanes;

const tapCounts = (exec: Exec, geometry: Geometry, rows: number, h: AxisWalk, w: AxisWalk, kh: number, kw: number) => {
  const { boundW, rowLanes } = geometry;
  const perImage = h.count * w.count;
  const positions = exec.nb * perImage;
  const validH = prefix(h.count, (i) => h.valid[i]!);
  const validW = prefix(w.count, (i) => w.valid[i]!);
  const gridH = h.onGrid.reduce((sum, one) => sum + one, 0);
  const gridW = w.onGrid.reduce((sum, one) => sum + one, 0);
  const [allH, allW] = [validH[h.count]!, validW[w.count]!];
  const valid = exec.nb * allH * allW;
  let data = 0;
  if (exec.fused) {
    const lanes = fusedLanes(exec, rowLanes, kw);
    for (let i = 0; i < w.count; i++) {
      if (w.valid[i]) data += Math.min(lanes, boundW - w.x[i]!) - Math.max(0, -w.x[i]!);
    }
    data *= exec.nb * allH;
  }
  const groups = Math.ceil(positions / rows);
  const counts = { kh, kw, positions, valid, onGrid: exec.nb * gridH * gridW, data, groups };
  if (!exec.reducePixels || valid === positions) {
    return { ...counts, activeGroups: groups, activePositions: positions };
  }
  // valid positions before the i-th of the flattened walk
  const before = (index: number): number => {
    const image = Math.floor(index / perImage);
    const rest = index - image * perImage;
    const row = Math.floor(rest / w.count);
    return image * allH * allW + validH[row]! * allW + (h.valid[row] ? validW[rest - row * w.count]! : 0);
  };
  let activeGroups = 0;
  let activePositions = 0;
  let last = 0;
  for (let from = 0; from < positions; from += rows) {
    const to = Math.min(positions, from + rows);
    const next = before(to);
    if (next > last) {
      activeGroups++;
      activePositions += to - from;
    }
    last = next;
  }
  return { ...counts, activeGroups, activePositions };
};

/** Fields of an EXEC that its shape depends on. */
const keyOf = (exec: Exec): string =>
  [
    ...[exec.reducePixels, exec.rect, exec.fused].map(Number),
    ...[exec.nb, exec.positionsH, exec.positionsW, exec.xH, exec.xW, exec.phaseH, exec.phaseW, exec.tapsH, exec.tapsW],
    ...(exec.rect ? [exec.lastH, exec.lastW, exec.lastPhaseH, exec.lastPhaseW] : []),
    ...(exec.fused ? [exec.edgeW, exec.rowLanesLast] : []),
  ].join();

/** Works out shapes of a program's EXECs, each once. */
export class TileShapes {
  private readonly known = new Map<Geometry, Map<string, TileShape>>();

  private readonly widths: Widths;

  constructor(private readonly config: Config) {
    this.widths = derive(config).widths;
  }

  /** @throws RangeError where a coordinate does not fit its field; no plan has such. */
  of(geometry: Geometry, exec: Exec): TileShape {
    let shapes = this.known.get(geometry);
    if (!shapes) {
      shapes = new Map();
      this.known.set(geometry, shapes);
    }
    const key = keyOf(exec);
    const known = shapes.get(key);
    if (known) return known;
    const { rows } = this.config.array;
    const walksH = axisWalks(this.widths, geometry, exec, 'H', refuse);
    const lanesOf = exec.fused ? (kw: number) => fusedLanes(exec, geometry.rowLanes, kw) : undefined;
    const walksW = axisWalks(this.widths, geometry, exec, 'W', refuse, lanesOf);
    const taps = walksH.flatMap((h, kh) => walksW.map((w, kw) => tapCounts(exec, geometry, rows, h, w, kh, kw)));
    const shape = { walksH, walksW, taps };
    shapes.set(key, shape);
    return shape;
  }
}

/** Lanes of the array that one tap uses, by the channel tiles it belongs to. */
export const lanesOf = (
  geometry: Geometry,
  exec: Exec,
  column: number,
  reduction: number,
  kw: number,
): { readonly row: number; readonly column: number } => {
  const lastColumn = column === exec.columnTiles - 1;
  const columnLanes = lastColumn ? exec.columnLanesLast : geometry.columnLanes;
  if (exec.fused) return { row: fusedLanes(exec, geometry.rowLanes, kw), column: columnLanes };
  const last = inGroups(geometry) ? lastColumn : exec.reducePixels || reduction === exec.reductionTiles - 1;
  return { row: last ? exec.rowLanesLast : geometry.rowLanes, column: columnLanes };
};

/** True when groups lie side by side: then channel tiles go with column tiles. */
export const inGroups = ({ groupVectors }: Geometry): boolean => groupVectors > 0;

/** Lanes that a group's vector meets: all of a group's other side, or those of the column tile. */
export const metLanes = (geometry: Geometry, exec: Exec, columnLanes: number): number => {
  if (!inGroups(geometry)) return columnLanes;
  return exec.byColumn ? geometry.groupVectors : geometry.groupLanes;
};
