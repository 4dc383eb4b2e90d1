import { type Axis, axisGeometry, axisTile, type Enumeration, type Range, sourceRange } from '../../dataflows/axis.js';
import { fuse } from '../../dataflows/lanes/fuse.js';
import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { type Exec, encode, type Geometry } from '../../isa/program.js';
import { randomWords } from './random.js';

/**
 * Random tiles of convolutions for the benches of the walkers and address generators. The instruction words come from
 * the planner; what they must lead to comes from the definition: input i = o·stride + k·dilation − pad, and from the
 * place of each row and pixel in the buffers.
 */

export type Random = () => number;

/** A pair of pixels behind one position of an axis, as indices of rows (or columns) in the buffers. */
export interface Spot {
  /** Source row; undefined when the tap has none here. */
  readonly dyn: number | undefined;
  /** Target row; undefined off the stride grid. */
  readonly pix: number | undefined;
  /** Fused: the lanes that hold data, from the first to before the last. */
  readonly lanes?: readonly [number, number];
}

/** One tap of one axis. */
export interface AxisTap {
  readonly spots: readonly Spot[];
  /** Where the first position lies: undefined when only valid positions are visited, unless fused. */
  readonly x?: number;
  readonly phase?: number;
  /** Row indices that belong to the first position, even if nothing valid is there. */
  readonly dynFirst: number;
  readonly pixFirst: number;
  /** Positions before the first one that is visited. */
  readonly skipped: number;
}

/** What one position of a tap reads, and where its sums go. */
export interface Position {
  /** Dynamic address; undefined for a structural zero. */
  readonly dyn: number | undefined;
  /** Pixel address; undefined off the stride grid. */
  readonly pix: number | undefined;
  /** Fused: the lanes that hold data. */
  readonly lanes?: readonly [number, number];
}

/** One stationary tile, with everything that the three address generators are told about it. */
export interface Tap {
  /** kh · 256 + kw, within the EXEC. */
  readonly number: number;
  readonly rows: number;
  readonly columns: number;
  readonly x: readonly [number, number];
  readonly phase: readonly [number, number];
  readonly rowLanes: number;
  readonly columnLanes: number;
  readonly dyn: number;
  readonly pix: number;
  readonly tile: number;
  readonly positions: readonly Position[];
  /** Cycles in which the tap must follow the one before. */
  readonly cycles: number;
}

export interface Tile {
  readonly geometry: Geometry;
  readonly exec: Exec;
  readonly taps: readonly Tap[];
  /** Cycles in which the end must follow the last tap. */
  readonly endCycles: number;
}

const mod = (a: number, b: number): number => ((a % b) + b) % b;
const length = ({ first, last }: Range): number => Math.max(0, last - first + 1);
const below = (next: Random, limit: number): number => next() % limit;
const between = (next: Random, low: number, high: number): number => low + below(next, high - low + 1);
const pick = <T>(next: Random, from: readonly T[]): T => from[below(next, from.length)];

/** Input size, kernel, stride, dilation, pad of axes in well-known networks. */
const known: readonly (readonly [number, number, number, number, number])[] = [
  [224, 7, 2, 1, 3],
  [56, 3, 1, 1, 1],
  [56, 1, 2, 1, 0],
  [55, 3, 2, 1, 1],
  [112, 3, 2, 1, 0],
  [227, 11, 4, 1, 0],
  [27, 5, 1, 1, 2],
  [33, 3, 1, 6, 6],
  [14, 3, 2, 1, 1],
  [7, 3, 1, 1, 1],
];

const axis = (inputs: number, kernel: number, stride: number, dilation: number, pad: number): Axis => ({
  inputs,
  kernel,
  stride,
  dilation,
  pad,
  unit: 1,
  lanes: 1,
  outputs: Math.floor((inputs + 2 * pad - (kernel - 1) * dilation - 1) / stride) + 1,
});

/** A random axis; half of them are of known layers. */
export const randomAxis = (next: Random): Axis => {
  if (next() & 1) return axis(...pick(next, known));
  for (;;) {
    const kernel = between(next, 1, 5);
    const made = axis(between(next, 1, 20), kernel, between(next, 1, 5), between(next, 1, 4), below(next, kernel + 2));
    if (made.outputs > 0) return made;
  }
};

/** A random axis whose stride and dilation may be as large as 8 bits hold. */
export const randomWideAxis = (next: Random): Axis => {
  for (;;) {
    const kernel = between(next, 2, 5);
    const pad = below(next, 300);
    const made = axis(between(next, 1, 900), kernel, between(next, 5, 255), between(next, 1, 255), pad);
    if (made.outputs > 0) return made;
  }
};

const targetsAreInputs = (mode: Enumeration): boolean => mode === 'inputs' || mode === 'validOutputs';

/** A random window of target rows, often at an end. */
export const randomTarget = (next: Random, mode: Enumeration, { inputs, outputs }: Axis): Range => {
  const whole = targetsAreInputs(mode) ? inputs : outputs;
  const size = Math.min(whole, between(next, 1, 7));
  const first = pick(next, [0, whole - size, below(next, whole - size + 1)]);
  return { first, last: first + size - 1 };
};

/** The visits of one tap along an axis, from the definition of the convolution. */
export const axisTap = (mode: Enumeration, a: Axis, target: Range, source: Range, k: number): AxisTap => {
  const { inputs, outputs, stride, dilation, pad, kernel } = a;
  // A 1-tap kernel uses, and the buffer holds, only inputs a stride apart.
  const step = kernel === 1 ? stride : 1;
  const row = (input: number): number => Math.floor((input - mod(-pad, step)) / step) - source.first;
  const inputOf = (output: number): number => output * stride + k * dilation - pad;
  const isInput = (input: number): boolean => input >= 0 && input < inputs;
  const targets = Array.from({ length: length(target) }, (_, n) => target.first + n);
  const first = inputOf(target.first);
  switch (mode) {
    case 'pixels':
      return {
        spots: targets.map((o) => ({
          dyn: isInput(inputOf(o)) ? row(inputOf(o)) : undefined,
          pix: o - target.first,
        })),
        x: first,
        phase: 0,
        dynFirst: row(first),
        pixFirst: 0,
        skipped: 0,
      };
    case 'inputs': {
      const numerator = target.first + pad - k * dilation;
      const outputsOf = (input: number): readonly number[] =>
        Array.from({ length: outputs }, (_, o) => o).filter((o) => inputOf(o) === input);
      return {
        spots: targets.map((i) => ({ dyn: outputsOf(i).map((o) => o - source.first)[0], pix: i - target.first })),
        x: numerator,
        phase: mod(numerator, stride),
        dynFirst: Math.floor(numerator / stride) - source.first,
        pixFirst: 0,
        skipped: 0,
      };
    }
    case 'grid': {
      const last = target.last === outputs - 1 ? target.last * stride : target.last * stride + stride - 1;
      const spots: Spot[] = [];
      for (let fine = target.first * stride; fine <= last; fine++) {
        const output = targets.find((o) => o * stride === fine);
        spots.push({
          dyn: output !== undefined && isInput(inputOf(output)) ? row(inputOf(output)) : undefined,
          pix: output === undefined ? undefined : output - target.first,
        });
      }
      return { spots, x: first, phase: 0, dynFirst: row(first), pixFirst: 0, skipped: 0 };
    }
    case 'validPixels': {
      const valid = targets.filter((o) => isInput(inputOf(o)));
      const spots = valid.map((o) => ({ dyn: row(inputOf(o)), pix: o - target.first }));
      return { spots, dynFirst: spots[0]?.dyn, pixFirst: spots[0]?.pix, skipped: spots[0]?.pix };
    }
    case 'validOutputs': {
      const valid = Array.from({ length: outputs }, (_, o) => o).filter((o) => targets.includes(inputOf(o)));
      const spots = valid.map((o) => ({ dyn: o - source.first, pix: inputOf(o) - target.first }));
      return { spots, dynFirst: spots[0]?.dyn, pixFirst: spots[0]?.pix, skipped: spots[0]?.dyn };
    }
  }
};

/** A random axis whose channels can be fused into it, and how many there are. */
const randomFusible = (next: Random): { readonly axis: Axis; readonly channels: number } => {
  for (;;) {
    const made = { axis: { ...randomAxis(next), dilation: 1 }, channels: between(next, 1, 6) };
    const { inputs, kernel, stride, pad } = made.axis;
    if (kernel > 1 && pad < kernel) return { ...made, axis: axis(inputs, kernel, stride, 1, pad) };
  }
};

/** The visits of one tap of `lanes` elements along a fused axis, element by element. */
const fusedTap = (mode: Enumeration, a: Axis, target: Range, source: Range, k: number, lanes: number): AxisTap => {
  const step = mode === 'grid' ? a.unit : a.stride;
  const steps = a.stride / step;
  const end = target.last * steps + (target.last === a.outputs - 1 ? 1 : steps);
  const spots: (Spot & { readonly x: number })[] = [];
  for (let position = target.first * steps; position < end; position++) {
    const x = position * step - a.pad + k * a.dilation;
    const inside = Array.from({ length: lanes }, (_, lane) => lane).filter(
      (lane) => x + lane >= 0 && x + lane < a.inputs,
    );
    const onGrid = position % steps === 0;
    spots.push({
      x,
      dyn: onGrid && inside.length > 0 ? x - source.first * a.unit : undefined,
      pix: onGrid ? position / steps - target.first : undefined,
      lanes: [inside[0] ?? 0, (inside.at(-1) ?? -1) + 1],
    });
  }
  const visited = mode === 'validPixels' ? spots.filter(({ dyn }) => dyn !== undefined) : spots;
  const first = visited[0];
  const skipped = first ? spots.indexOf(first) : 0;
  return {
    spots: visited,
    x: first?.x,
    phase: 0,
    dynFirst: (first?.x ?? 0) - source.first * a.unit,
    pixFirst: mode === 'validPixels' ? skipped : 0,
    skipped,
  };
};

const detecting: readonly Enumeration[] = ['pixels', 'inputs', 'grid'];
const zerofree: readonly Enumeration[] = ['validPixels', 'validOutputs'];

/** Ways to enumerate that a configuration's engines use. */
export const modesOf = (config: Config): readonly Enumeration[] => [
  ...(config.engines.some((engine) => engine !== 'zerofree') ? detecting : []),
  ...(config.engines.includes('zerofree') ? zerofree : []),
];

const MOST_POSITIONS = 240;

/** Tiles that share one geometry: a convolution, an enumeration, and a random place for everything in the buffers. */
const tilesOfOneGeometry = (next: Random, config: Config): readonly Tile[] => {
  const { rows: R, columns: C } = config.array;
  const mode = pick(next, modesOf(config));
  const height = randomAxis(next);
  const fusible = !targetsAreInputs(mode) && R > 1 && (next() & 3) === 0 ? randomFusible(next) : undefined;
  const fused = fusible !== undefined;
  const plain = fusible?.axis ?? randomAxis(next);
  const width = fusible ? fuse(plain, fusible.channels, R) : plain;
  const rect = zerofree.includes(mode);
  const [h, w] = [axisGeometry(mode, height), axisGeometry(mode, width)];
  const pitch = (): number => between(next, 1, 999) * (below(next, 8) ? 1 : -1);
  const [dynRow, dynPixel, dynB, dynTile] = [pitch(), fused ? 1 : pitch(), pitch(), pitch()];
  const [pixRow, pixPixel, pixB, pixTile] = [pitch(), pitch(), pitch(), pitch()];
  const [tileTapH, tileTapW, tileReduction, tileColumn, tileInner] = [pitch(), pitch(), pitch(), pitch(), pitch()];
  const sideBySide = !fused && (next() & 3) === 0;
  const groups = sideBySide
    ? { groupVectors: between(next, 1, Math.max(R, C)), groupLanes: between(next, 1, Math.max(R, C)) }
    : { groupVectors: 0, groupLanes: 0 };
  const geometry: Geometry = {
    kind: 'geometry',
    boundH: h.bound,
    boundW: w.bound,
    xTapH: h.xTap,
    xTapW: w.xTap,
    xStepH: h.xStep,
    xStepW: w.xStep,
    phaseModH: h.phaseMod,
    phaseModW: w.phaseMod,
    phaseTapH: h.phaseTap,
    phaseTapW: w.phaseTap,
    dynB,
    dynTile,
    dynPosH: h.dynPos * dynRow,
    dynWrapH: h.dynWrap * dynRow,
    dynTapH: h.dynTap * dynRow,
    dynBorrowH: h.dynBorrow * dynRow,
    dynPosW: w.dynPos * dynPixel,
    dynWrapW: w.dynWrap * dynPixel,
    dynTapW: w.dynTap * dynPixel,
    dynBorrowW: w.dynBorrow * dynPixel,
    pixB,
    pixTile,
    pixPosH: h.pixPos * pixRow,
    pixWrapH: h.pixWrap * pixRow,
    pixTapH: h.pixTap * pixRow,
    pixPosW: w.pixPos * pixPixel,
    pixWrapW: w.pixWrap * pixPixel,
    pixTapW: w.pixTap * pixPixel,
    tileTapH,
    tileTapW,
    tileReduction,
    tileColumn,
    tileInner,
    ...groups,
    rowLanes: fused ? R : between(next, 1, R),
    columnLanes: between(next, 1, C),
  };

  const makeTile = (): Tile | undefined => {
    const reducePixels = mode === 'grid' || (!targetsAreInputs(mode) && (next() & 1) === 1);
    const byColumn = (next() & 1) === 1;
    const [rows, columns] = [randomTarget(next, mode, height), randomTarget(next, mode, plain)];
    const [sourceRows, sourceColumns] = [sourceRange(mode, height, rows), sourceRange(mode, plain, columns)];
    const [k0h, k0w] = [below(next, height.kernel), fused ? 0 : below(next, width.kernel)];
    const tapsH = between(next, 1, Math.min(4, height.kernel - k0h));
    const tapsW = fused ? width.kernel : between(next, 1, Math.min(4, width.kernel - k0w));
    const [tileH, tileW] = [
      axisTile(mode, height, rows, sourceRows, k0h),
      axisTile(mode, width, columns, sourceColumns, k0w),
    ];
    if (tileH.positions < 1 || tileW.positions < 1) return undefined;
    const area = tileH.positions * tileW.positions;
    const nb = between(next, 1, Math.max(1, Math.min(3, Math.floor(MOST_POSITIONS / area))));
    const [columnTiles, reductionTiles] = [between(next, 1, 2), fused || sideBySide ? 1 : between(next, 1, 3)];
    const columnLanesLast = between(next, 1, C);
    const fusedLast = fusible ? plain.kernel * fusible.channels - (tapsW - 1) * R : 0;
    const rowLanesLast = fused ? fusedLast : between(next, 1, R);
    const [dynBase, pixBase, tileBase] = [next(), next(), next()];
    const maximum = derive(config).parts.vector && rect && !reducePixels && !fused && (next() & 1) === 1;
    const exec: Exec = {
      kind: 'exec',
      ...(maximum ? { maximum } : {}),
      waitLoad: next(),
      waitStore: next(),
      reducePixels,
      byColumn,
      rect,
      fused,
      nb,
      columnTiles,
      positionsH: tileH.positions,
      positionsW: tileW.positions,
      reductionTiles,
      rowLanesLast,
      columnLanesLast,
      dynBase: (dynBase + tileH.dynIndex * dynRow + tileW.dynIndex * dynPixel) >>> 0,
      pixBase: (pixBase + tileH.pixIndex * pixRow + tileW.pixIndex * pixPixel) >>> 0,
      tileBase,
      xH: tileH.x,
      xW: fused && !rect ? next() & 0xff : tileW.x,
      lastH: tileH.last,
      lastW: tileW.last,
      phaseH: tileH.phase,
      phaseW: tileW.phase,
      lastPhaseH: tileH.lastPhase,
      lastPhaseW: tileW.lastPhase,
      tapsH,
      tapsW,
      edgeW: fused ? columns.first * width.stride - width.pad : 0,
    };

    const taps: Tap[] = [];
    let cycles = 2;
    for (let col = 0; col < columnTiles; col++) {
      const columnLanes = col === columnTiles - 1 ? columnLanesLast : geometry.columnLanes;
      for (let red = 0; red < (reducePixels ? 1 : reductionTiles); red++) {
        const dynAt = (b: number, y: number, x: number): number =>
          dynBase + (sideBySide ? col : reducePixels ? 0 : red) * dynTile + b * dynB + y * dynRow + x * dynPixel;
        const pixAt = (b: number, y: number, x: number): number =>
          pixBase + col * pixTile + b * pixB + y * pixRow + x * pixPixel;
        for (let kh = 0; kh < tapsH; kh++) {
          const vertical = axisTap(mode, height, rows, sourceRows, k0h + kh);
          cycles += vertical.spots.length > 0 ? vertical.skipped + 2 : 1;
          if (vertical.spots.length === 0) continue;
          for (let kw = 0; kw < tapsW; kw++) {
            const fusedLanes = kw === tapsW - 1 ? rowLanesLast : R;
            const horizontal = fused
              ? fusedTap(mode, width, columns, sourceColumns, kw, fusedLanes)
              : axisTap(mode, width, columns, sourceColumns, k0w + kw);
            cycles += horizontal.spots.length > 0 ? horizontal.skipped + 2 : 1;
            if (horizontal.spots.length === 0) continue;
            const positions: Position[] = [];
            for (let b = 0; b < nb; b++) {
              for (const y of vertical.spots) {
                for (const x of horizontal.spots) {
                  positions.push({
                    dyn: y.dyn === undefined || x.dyn === undefined ? undefined : dynAt(b, y.dyn, x.dyn),
                    pix: y.pix === undefined || x.pix === undefined ? undefined : pixAt(b, y.pix, x.pix),
                    lanes: x.lanes,
                  });
                }
              }
            }
            taps.push({
              number: kh * 256 + kw,
              rows: vertical.spots.length,
              columns: horizontal.spots.length,
              x: [vertical.x ?? 0, horizontal.x ?? 0],
              phase: [vertical.phase ?? 0, horizontal.phase ?? 0],
              rowLanes: fused
                ? fusedLanes
                : (sideBySide ? col === columnTiles - 1 : reducePixels || red === reductionTiles - 1)
                  ? rowLanesLast
                  : geometry.rowLanes,
              columnLanes,
              dyn: dynAt(0, vertical.dynFirst, horizontal.dynFirst),
              pix: pixAt(0, vertical.pixFirst, horizontal.pixFirst),
              tile:
                tileBase + col * tileColumn + (reducePixels ? 0 : red * tileReduction) + kh * tileTapH + kw * tileTapW,
              positions,
              cycles,
            });
            cycles = 1;
          }
        }
      }
    }
    return { geometry, exec, taps, endCycles: cycles };
  };

  const tiles: Tile[] = [];
  for (let n = between(next, 1, 3); n > 0; n--) {
    const tile = makeTile();
    if (tile) tiles.push(tile);
  }
  return tiles;
};

/** Random tiles without end; tiles with one geometry stand side by side. */
export function* randomTiles(config: Config, seed: number): Generator<Tile, never> {
  const next = randomWords(seed * 6007 + 11);
  for (;;) yield* tilesOfOneGeometry(next, config);
}

/** Random tiles that lead to so many lines together; one that leads to more than `most` is passed over. */
export const someTiles = (
  config: Config,
  seed: number,
  { lines, most }: { readonly lines: number; readonly most: number },
  linesOf: (tile: Tile) => number,
): readonly Tile[] => {
  const chosen: Tile[] = [];
  let count = 0;
  for (const tile of randomTiles(config, seed)) {
    if (count >= lines) break;
    const leadsTo = linesOf(tile);
    if (leadsTo > most) continue;
    chosen.push(tile);
    count += leadsTo;
  }
  return chosen;
};

/** Program words as one hexadecimal number, word 0 lowest. */
const wordsHex = (words: Uint32Array): string =>
  Array.from(words, (word) => word.toString(16).padStart(8, '0'))
    .reverse()
    .join('');

/** The GEOMETRY words g0…g27. */
export const geometryHex = (geometry: Geometry): string => {
  const program = encode([geometry]);
  return wordsHex(Uint32Array.from([...program.slice(2, 16), ...program.slice(18, 32)]));
};

export const execHex = (exec: Exec): string => wordsHex(encode([exec]));
