import type { Widths } from '../../description/widths.js';
import type { Exec, Geometry } from '../../isa/program.js';
import type { Fail } from '../fault.js';

/** One axis of the pixel walk of one tap: for each position its address offsets (modulo 2^32) and where it lies. */
export interface AxisWalk {
  /** First position that is visited, and how many are. */
  readonly first: number;
  readonly count: number;
  readonly dynamic: Int32Array;
  readonly pixel: Int32Array;
  /** 1 when the position is a pixel of the tensor; 1 when it lies on the stride's grid. */
  readonly valid: Uint8Array;
  readonly onGrid: Uint8Array;
  /** Coordinate of the first lane. */
  readonly x: Int32Array;
}

/** The fields of one axis, h or w. */
export interface AxisFields {
  readonly taps: number;
  readonly positions: number;
  readonly x: number;
  readonly last: number;
  readonly phase: number;
  readonly lastPhase: number;
  readonly bound: number;
  readonly xTap: number;
  readonly xStep: number;
  readonly phaseMod: number;
  readonly phaseTap: number;
  readonly dynPos: number;
  readonly dynWrap: number;
  readonly dynTap: number;
  readonly dynBorrow: number;
  readonly pixPos: number;
  readonly pixWrap: number;
  readonly pixTap: number;
}

const axisNames = [
  'taps',
  'positions',
  'x',
  'last',
  'phase',
  'lastPhase',
  'bound',
  'xTap',
  'xStep',
  'phaseMod',
  'phaseTap',
  'dynPos',
  'dynWrap',
  'dynTap',
  'dynBorrow',
  'pixPos',
  'pixWrap',
  'pixTap',
] as const;

const axisOf = (geometry: Geometry, exec: Exec, letter: 'H' | 'W'): AxisFields => {
  const [ofTile, ofTensor] = [exec, geometry] as unknown as readonly Readonly<Record<string, number>>[];
  const field = (name: string): number => ofTile![name] ?? ofTensor![name]!;
  return Object.fromEntries(axisNames.map((name) => [name, field(name + letter)])) as unknown as AxisFields;
};

/** A coordinate that moves from tap to tap, in units of the stride and a remainder. */
interface Coordinate {
  readonly x: number;
  readonly phase: number;
  readonly borrow: boolean;
}

const nextTap = (
  { x, phase }: Coordinate,
  axis: Pick<AxisFields, 'xTap' | 'phaseTap' | 'phaseMod'>,
  rect: boolean,
): Coordinate => {
  const lowered = phase - axis.phaseTap;
  const borrow = lowered < 0;
  return {
    x: x + axis.xTap - (rect && borrow ? 1 : 0),
    phase: borrow ? lowered + axis.phaseMod : lowered,
    borrow,
  };
};

/** Where the first lane of a fused tap lies: `x` at position 0, and how many lanes follow it. */
interface Edge {
  readonly x: number;
  readonly reach: number;
}

/** Coordinates are below this, and their negatives; element coordinates of fused taps leave room for a vector's lanes. */
const limitOf = ({ coordinate, x, lanes }: Widths, edge: boolean): number =>
  edge ? 2 ** (x - 1) - 2 ** lanes : 2 ** (coordinate - 1);

/**
 * A coordinate that an EXEC would count to and that does not fit. Those of a rectangle do not leave the image from position to position, and from tap to
 * tap they have all bits.
 */
export const strayCoordinate = (widths: Widths, geometry: Geometry, exec: Exec): number | undefined => {
  const { fused, edgeW, xH, xW, lastH, lastW, tapsH, tapsW } = exec;
  const { xTapH, xTapW, xStepH, xStepW, dynTapW } = geometry;
  if (exec.rect) {
    const limit = 2 ** (widths.x - 1);
    // the step of a tap is one more where the phase borrows
    const ends = [
      ...[xH, lastH].map((first) => first + (tapsH - 1) * (xTapH - 1)),
      ...[xW, lastW].map((first) => first + (tapsW - 1) * (xTapW - 1)),
    ];
    return ends.find((each) => each < -limit || each >= limit);
  }
  const stray = (isEdge: boolean, first: number, taps: number, tap: number, positions: number, step: number) => {
    const limit = limitOf(widths, isEdge);
    const [last, walk] = [first + (taps - 1) * tap, (positions - 1) * step];
    return [first, first + walk, last, last + walk].find((each) => each < -limit || each >= limit);
  };
  return (
    stray(false, xH, tapsH, xTapH, exec.positionsH, xStepH) ??
    stray(fused, fused ? edgeW : xW, tapsW, fused ? dynTapW : xTapW, exec.positionsW, xStepW)
  );
};

/** The valid positions of one tap: the first, and how many. */
const rectangleOf = (positions: number, start: Coordinate, last: number): Pick<AxisWalk, 'first' | 'count'> => {
  const first = Math.max(0, start.x + (start.phase !== 0 ? 1 : 0));
  return { first, count: Math.max(0, Math.min(positions - 1, last) - first + 1) };
};

const walkRectangle = (
  axis: AxisFields,
  start: Coordinate,
  last: number,
  dynamic: number,
  pixel: number,
  edge: number,
): AxisWalk => {
  const { first: low, count } = rectangleOf(axis.positions, start, last);
  const offsets = (from: number, step: number) => Int32Array.from({ length: count }, (_, i) => from + (low + i) * step);
  const all = new Uint8Array(count).fill(1);
  const edgeAt = edge + low * axis.dynPos;
  return {
    first: low,
    count,
    dynamic: offsets(dynamic, axis.dynPos),
    pixel: offsets(pixel, axis.pixPos),
    valid: all,
    onGrid: all,
    x: Int32Array.from({ length: count }, (_, i) => edgeAt + i * axis.xStep),
  };
};

const walkAll = (
  axis: AxisFields,
  start: Coordinate,
  dynamic: number,
  pixel: number,
  edge: Edge | undefined,
  limit: number,
  fail: Fail,
): AxisWalk => {
  const count = axis.positions;
  const walk = {
    first: 0,
    count,
    dynamic: new Int32Array(count),
    pixel: new Int32Array(count),
    valid: new Uint8Array(count),
    onGrid: new Uint8Array(count),
    x: new Int32Array(count),
  };
  let { phase } = start;
  let x = edge?.x ?? start.x;
  let dynamicAt = dynamic;
  let pixelAt = pixel;
  for (let i = 0; i < count; i++) {
    if (x < -limit || x >= limit) fail('FIELD', `coordinate ${x} is outside ±${limit}`);
    walk.x[i] = x;
    walk.dynamic[i] = dynamicAt;
    walk.pixel[i] = pixelAt;
    walk.onGrid[i] = phase === 0 ? 1 : 0;
    walk.valid[i] = phase === 0 && x + (edge?.reach ?? 0) >= 0 && x < axis.bound ? 1 : 0;
    const wraps = phase + 1 === axis.phaseMod;
    dynamicAt += wraps ? axis.dynWrap : axis.dynPos;
    pixelAt += wraps ? axis.pixWrap : axis.pixPos;
    phase = wraps ? 0 : phase + 1;
    x += axis.xStep;
  }
  return walk;
};

/**
 * The walks of each tap of one axis.
 * @param lanesOf lanes of a tap when they lie along this axis (fused).
 */
export const axisWalks = (
  widths: Widths,
  geometry: Geometry,
  exec: Exec,
  letter: 'H' | 'W',
  fail: Fail,
  lanesOf?: (tap: number) => number,
): readonly AxisWalk[] => {
  const axis = axisOf(geometry, exec, letter);
  if (Math.max(axis.phase, axis.lastPhase, axis.phaseTap) >= axis.phaseMod) {
    fail('FIELD', `phases of axis ${letter} must be below ${axis.phaseMod}`);
  }
  const walks: AxisWalk[] = [];
  let start: Coordinate = { x: axis.x, phase: axis.phase, borrow: false };
  let last: Coordinate = { x: axis.last, phase: axis.lastPhase, borrow: false };
  let dynamic = 0;
  let pixel = 0;
  for (let tap = 0; tap < axis.taps; tap++) {
    if (tap > 0) {
      start = nextTap(start, axis, exec.rect);
      last = nextTap(last, axis, exec.rect);
      dynamic += axis.dynTap + (start.borrow ? axis.dynBorrow : 0);
      pixel += axis.pixTap;
    }
    const edge = lanesOf && { x: exec.edgeW + tap * axis.dynTap, reach: lanesOf(tap) - 1 };
    walks.push(
      exec.rect
        ? walkRectangle(axis, start, last.x, dynamic, pixel, edge?.x ?? 0)
        : walkAll(axis, start, dynamic, pixel, edge, limitOf(widths, edge !== undefined), fail),
    );
  }
  return walks;
};

/**
 * Positions that each tap of one axis visits: the counts of {@link axisWalks}, without the walks.
 */
export const visitedPositions = (geometry: Geometry, exec: Exec, letter: 'H' | 'W'): readonly number[] => {
  const high = letter === 'H';
  const [taps, positions] = high ? [exec.tapsH, exec.positionsH] : [exec.tapsW, exec.positionsW];
  if (!exec.rect) return new Array<number>(taps).fill(positions);
  const [xTap, phaseTap, phaseMod] = high
    ? [geometry.xTapH, geometry.phaseTapH, geometry.phaseModH]
    : [geometry.xTapW, geometry.phaseTapW, geometry.phaseModW];
  const axis = { xTap, phaseTap, phaseMod };
  let start: Coordinate = { x: high ? exec.xH : exec.xW, phase: high ? exec.phaseH : exec.phaseW, borrow: false };
  let last: Coordinate = {
    x: high ? exec.lastH : exec.lastW,
    phase: high ? exec.lastPhaseH : exec.lastPhaseW,
    borrow: false,
  };
  return Array.from({ length: taps }, (_, tap) => {
    if (tap > 0) [start, last] = [nextTap(start, axis, true), nextTap(last, axis, true)];
    return rectangleOf(positions, start, last.x).count;
  });
};
