import type { OperandBuffer } from '../../formats/arithmetic.js';
import type { Exec, Geometry } from '../../isa/program.js';
import type { Machine } from '../machine.js';
import { lanesOf } from './tile.js';
import type { AxisWalk } from './walk.js';

/** Elements that walks along w read of a row: from the lowest to before the highest, counted from the row's address. */
interface Reach {
  readonly low: number;
  readonly high: number;
}

/** Tells of rows of a buffer, of each once. */
const rowsOf = ({ arithmetic }: Machine, buffer: OperandBuffer) => {
  const seen = new Set<number>();
  return (address: number, { low, high }: Reach): void => {
    const first = (address + low) & buffer.mask;
    if (high <= low || seen.has(first)) return;
    seen.add(first);
    arithmetic.expect(buffer, first, high - low);
  };
};

const reachOf = (
  walks: readonly AxisWalk[],
  offsets: (walk: AxisWalk) => Int32Array,
  isRead: (walk: AxisWalk, index: number) => boolean,
  lanes: (walk: AxisWalk, index: number, tap: number) => readonly [first: number, end: number],
): Reach => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  walks.forEach((walk, tap) => {
    for (let i = 0; i < walk.count; i++) {
      if (!isRead(walk, i)) continue;
      const [first, end] = lanes(walk, i, tap);
      low = Math.min(low, offsets(walk)[i]! + first);
      high = Math.max(high, offsets(walk)[i]! + end);
    }
  });
  return { low, high };
};

/** Tells the arithmetic which elements of the buffers an EXEC may multiply; some that lie between them too. */
export const expectOperands = (
  machine: Machine,
  geometry: Geometry,
  exec: Exec,
  walksH: readonly AxisWalk[],
  walksW: readonly AxisWalk[],
): void => {
  const { arithmetic } = machine;
  const dynamic = rowsOf(machine, arithmetic.dynamic);
  const stationary = rowsOf(machine, arithmetic.stationary);
  arithmetic.expectNothing();
  const { fused, reducePixels, nb, columnTiles, reductionTiles, dynBase, pixBase, tileBase } = exec;
  const rowLanes = (tap: number): number =>
    Math.max(...[0, reductionTiles - 1].map((reduction) => lanesOf(geometry, exec, 0, reduction, tap).row));
  const read = reachOf(
    walksW,
    (walk) => walk.dynamic,
    (walk, i) => walk.valid[i] === 1,
    (walk, i, tap) => {
      const lanes = rowLanes(tap);
      return fused ? [Math.max(0, -walk.x[i]!), Math.min(lanes, geometry.boundW - walk.x[i]!)] : [0, lanes];
    },
  );
  const dynamicTiles = Math.max(columnTiles, reductionTiles);
  const eachRow = (visit: (image: number, walk: AxisWalk, index: number) => void): void => {
    for (let image = 0; image < nb; image++)
      for (const walk of walksH) for (let i = 0; i < walk.count; i++) visit(image, walk, i);
  };
  eachRow((image, walk, i) => {
    if (walk.valid[i] === 0) return;
    const row = dynBase + image * geometry.dynB + walk.dynamic[i]!;
    for (let tile = 0; tile < dynamicTiles; tile++) dynamic(row + tile * geometry.dynTile, read);
  });
  const columnLanes = Math.max(...[0, columnTiles - 1].map((column) => lanesOf(geometry, exec, column, 0, 0).column));
  if (reducePixels) {
    const pixels = reachOf(
      walksW,
      (walk) => walk.pixel,
      (walk, i) => walk.onGrid[i] === 1,
      () => [0, columnLanes],
    );
    eachRow((image, walk, i) => {
      if (walk.onGrid[i] === 0) return;
      const row = pixBase + image * geometry.pixB + walk.pixel[i]!;
      for (let tile = 0; tile < columnTiles; tile++) stationary(row + tile * geometry.pixTile, pixels);
    });
    return;
  }
  const most = Math.max(...walksW.map((_, tap) => rowLanes(tap)));
  const [vectors, lanes] = exec.byColumn ? [columnLanes, most] : [most, columnLanes];
  walksH.forEach((_h, kh) => {
    walksW.forEach((_w, kw) => {
      for (let column = 0; column < columnTiles; column++)
        for (let reduction = 0; reduction < reductionTiles; reduction++) {
          const tap = kh * geometry.tileTapH + kw * geometry.tileTapW;
          const tile = column * geometry.tileColumn + reduction * geometry.tileReduction;
          for (let vector = 0; vector < vectors; vector++)
            stationary(tileBase + tap + tile + vector * geometry.tileInner, { low: 0, high: lanes });
        }
    });
  });
};
