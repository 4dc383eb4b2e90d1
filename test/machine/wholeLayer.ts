import type { Config, Engine, Pass } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import type { Layer } from '../../generator/description/layer.js';
import { tensorSizes } from '../../generator/golden/convolution.js';
import type { Exec, Geometry, Instruction, Load, Reorganize, Store } from '../../generator/isa/program.js';

/** A program that runs one pass of a layer without groups in a single EXEC, on a configuration whose buffers hold it all. */
export interface WholeLayer {
  readonly program: readonly Instruction[];
  /** Byte addresses of the operands and the result, and bytes of memory in all. */
  readonly a: number;
  readonly b: number;
  readonly result: number;
  readonly bytes: number;
}

/** Settings of one axis: exec and geometry fields without their H or W. */
type AxisFields = Readonly<Record<string, number>>;

interface AxisShape {
  readonly size: number;
  readonly out: number;
  readonly K: number;
  readonly S: number;
  readonly D: number;
  readonly P: number;
}

/** Steps of one axis from pixel to pixel: of X, of Y, of the reorganized Y, in their units. */
interface Steps {
  readonly x: number;
  readonly y: number;
  readonly fine: number;
}

const still = { x: 0, phase: 0, last: 0, lastPhase: 0, bound: 0, xTap: 0, xStep: 0, phaseMod: 1, phaseTap: 0 };
const fixed = { dynPos: 0, dynWrap: 0, dynTap: 0, dynBorrow: 0, pixPos: 0, pixWrap: 0, pixTap: 0 };

/** Output pixels whose tap lands in the image, as a rectangle. */
const rectangle = ({ size, K, S, D, P, out }: AxisShape): AxisFields => ({
  ...still,
  ...fixed,
  taps: K,
  positions: out,
  x: Math.floor(P / S),
  phase: P % S,
  last: Math.floor((size - 1 + P) / S),
  lastPhase: (size - 1 + P) % S,
  xTap: -Math.floor(D / S),
  phaseMod: S,
  phaseTap: D % S,
});

const fprop = (axis: AxisShape, steps: Steps, engine: Engine): AxisFields => {
  const { size, K, S, D, P, out } = axis;
  const moves = { dynTap: D * steps.x, pixTap: 0 };
  if (engine === 'zerofree') return { ...rectangle(axis), ...moves, dynPos: S * steps.x, pixPos: steps.y };
  const walk = { ...still, taps: K, positions: out, x: -P, xTap: D, xStep: S, bound: size };
  return { ...fixed, ...walk, ...moves, dynWrap: S * steps.x, pixWrap: steps.y };
};

const dgrad = (axis: AxisShape, steps: Steps, engine: Engine): AxisFields => {
  const { size, K, S, D, P, out } = axis;
  if (engine === 'zerofree') {
    return { ...rectangle(axis), dynPos: steps.y, pixPos: S * steps.x, pixTap: D * steps.x };
  }
  const walk = { ...still, ...fixed, taps: K, positions: size, xTap: -D, xStep: 1, pixPos: steps.x, pixWrap: steps.x };
  if (engine === 'traditional') {
    return { ...walk, x: (K - 1) * D, bound: size + (K - 1) * D, dynTap: -D * steps.fine, dynWrap: steps.fine };
  }
  const phases = { x: P, bound: (out - 1) * S + 1, phase: P % S, phaseMod: S, phaseTap: D % S };
  return { ...walk, ...phases, dynTap: -Math.floor(D / S) * steps.y, dynBorrow: -steps.y, dynWrap: steps.y };
};

const wgrad = (axis: AxisShape, steps: Steps, engine: Engine): AxisFields => {
  const { size, K, S, D, P, out } = axis;
  if (engine === 'zerofree') return { ...rectangle(axis), dynTap: D * steps.x, dynPos: S * steps.x, pixPos: steps.y };
  const walk = { ...still, ...fixed, taps: K, positions: (out - 1) * S + 1, x: -P, xTap: D, xStep: 1, bound: size };
  const moves = { dynTap: D * steps.x, dynPos: steps.x, dynWrap: steps.x };
  if (engine === 'traditional') return { ...walk, ...moves, pixWrap: steps.fine };
  return { ...walk, ...moves, phaseMod: S, pixWrap: steps.y };
};

const perAxis = { fprop, dgrad, wgrad };

const execNames = ['taps', 'positions', 'x', 'phase', 'last', 'lastPhase'];

const split = (h: AxisFields, w: AxisFields) => {
  const entries = [
    ...Object.entries(h).map(([name, value]) => [name, 'H', value] as const),
    ...Object.entries(w).map(([name, value]) => [name, 'W', value] as const),
  ];
  const pick = (inExec: boolean) =>
    Object.fromEntries(
      entries.filter(([name]) => execNames.includes(name) === inExec).map(([n, letter, value]) => [n + letter, value]),
    );
  return { geometry: pick(false), exec: pick(true) };
};

const noWaits = { waitExec: 0, waitLoad: 0, waitStore: 0 };

const loadOf = (stationary: boolean, address: number, rowBytes: number): Load => ({
  kind: 'load',
  waitExec: 0,
  waitStore: 0,
  stationary,
  reorganize: false,
  address,
  bufElement: 0,
  rowBytes,
  ...{ n1: 1, n2: 1, stride1: 0, stride2: 0, bufStride1: 0, bufStride2: 0 },
});

/** Puts a whole pass into one EXEC; the traditional engine reorganizes dY through DRAM first. */
export const wholeLayer = (layer: Layer, pass: Pass, engine: Engine, config: Config, narrow = false): WholeLayer => {
  const { B, C, H, W, N, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo } = layer;
  const { rows, columns } = config.array;
  const { dataBytes, beatBytes } = derive(config);
  const sizes = tensorSizes(layer);
  const aligned = (bytes: number) => Math.ceil(bytes / beatBytes) * beatBytes;
  const reorganized = engine === 'traditional' && pass !== 'fprop';
  const axisH = { size: H, out: Ho, K: Kh, S: Sh, D: Dh, P: Pt };
  const axisW = { size: W, out: Wo, K: Kw, S: Sw, D: Dw, P: Pl };
  const fineStart = ({ K, D, P }: AxisShape) => (pass === 'dgrad' ? P - (K - 1) * D : 0);
  const fineSize = ({ size, out, K, S, D }: AxisShape) => (pass === 'dgrad' ? size + (K - 1) * D : (out - 1) * S + 1);
  const [fineH, fineW] = [fineSize(axisH), fineSize(axisW)];
  const operandSizes = { fprop: [sizes.x, sizes.weights, sizes.y], dgrad: [sizes.y, sizes.weights, sizes.x] };
  const [sizeA, sizeB, sizeR] = pass === 'wgrad' ? [sizes.x, sizes.y, sizes.weights] : operandSizes[pass];
  const a = 4096;
  const b = a + aligned(sizeA * dataBytes);
  const fine = b + aligned(sizeB * dataBytes);
  const fineBytes = reorganized ? B * fineH * fineW * N * dataBytes : 0;
  const result = fine + aligned(fineBytes);

  const columnChannels = pass === 'dgrad' ? C : N;
  const reductionChannels = pass === 'dgrad' ? N : C;
  const columnTiles = Math.ceil(columnChannels / columns);
  const reductionTiles = Math.ceil(reductionChannels / rows);
  // Pixel addresses of X and Y, in elements where they are in a buffer and in vectors where they are in the accumulator.
  const unitX = pass === 'dgrad' ? columnTiles : C;
  const unitY = pass === 'fprop' ? columnTiles : N;
  const stepsH = { x: W * unitX, y: Wo * unitY, fine: fineW * N };
  const stepsW = { x: unitX, y: unitY, fine: N };
  const h = perAxis[pass](axisH, stepsH, engine);
  const w = perAxis[pass](axisW, stepsW, engine);
  const fields = split(h, w);
  const padding = -Pt * stepsH.x - Pl * stepsW.x;
  const imageX = H * stepsH.x;
  const imageY = reorganized ? fineH * stepsH.fine : Ho * stepsH.y;
  const rect = engine === 'zerofree';
  const first = (axis: AxisShape, step: number) => Math.floor(axis.P / axis.S) * step;
  const dynBase = {
    fprop: padding,
    wgrad: padding,
    dgrad: reorganized
      ? h.x * stepsH.fine + w.x * stepsW.fine
      : rect
        ? 0
        : first(axisH, stepsH.y) + first(axisW, stepsW.y),
  }[pass];
  const geometry = {
    kind: 'geometry',
    ...fields.geometry,
    dynB: pass === 'dgrad' ? imageY : imageX,
    dynTile: rows,
    pixB: pass === 'dgrad' ? imageX : imageY,
    pixTile: pass === 'wgrad' ? columns : 1,
    ...(pass === 'wgrad'
      ? { tileTapH: Kw * C * columnTiles, tileTapW: C * columnTiles, tileReduction: rows * columnTiles }
      : { tileTapH: Kw * C * N, tileTapW: C * N, tileReduction: pass === 'fprop' ? rows * N : rows }),
    tileColumn: { fprop: columns, dgrad: columns * N, wgrad: 1 }[pass],
    tileInner: pass === 'wgrad' ? columnTiles : N,
    ...{ groupVectors: 0, groupLanes: 0, rowLanes: rows, columnLanes: columns },
  } as Geometry;
  const exec = {
    kind: 'exec',
    ...noWaits,
    ...fields.exec,
    reducePixels: pass === 'wgrad',
    byColumn: pass === 'dgrad',
    rect,
    fused: false,
    edgeW: 0,
    nb: B,
    columnTiles,
    reductionTiles,
    rowLanesLast: reductionChannels - (reductionTiles - 1) * rows,
    columnLanesLast: columnChannels - (columnTiles - 1) * columns,
    dynBase,
    pixBase: pass === 'dgrad' && rect ? padding : 0,
    tileBase: 0,
  } as unknown as Exec;
  const store: Store = {
    kind: 'store',
    waitExec: 3,
    waitLoad: 0,
    narrow,
    shift: 0,
    address: result,
    accBase: 0,
    groups: sizeR / columnChannels,
    vectorsPerGroup: columnTiles,
    accGroupStride: columnTiles,
    lastLanes: exec.columnLanesLast,
    ...{ n1: 1, n2: 1, stride1: 0, stride2: 0, accStride1: 0, accStride2: 0 },
  };
  const dyIsDynamic = pass === 'dgrad';
  const reorganize = (image: number): Reorganize => ({
    kind: 'reorganize',
    waitExec: 0,
    waitLoad: 1,
    address: fine + (image * fineBytes) / B,
    bufElement:
      image * Ho * Wo * N + Math.floor(fineStart(axisH) / Sh) * Wo * N + Math.floor(fineStart(axisW) / Sw) * N,
    elements: N,
    positionsH: fineH,
    positionsW: fineW,
    xH: fineStart(axisH),
    xW: fineStart(axisW),
    boundH: (Ho - 1) * Sh + 1,
    boundW: (Wo - 1) * Sw + 1,
    strideH: Sh,
    strideW: Sw,
    phaseH: ((fineStart(axisH) % Sh) + Sh) % Sh,
    phaseW: ((fineStart(axisW) % Sw) + Sw) % Sw,
    bufStepH: Wo * N,
    bufStepW: N,
    rowStride: fineW * N * dataBytes,
  });
  const loads: readonly Instruction[] = reorganized
    ? [
        loadOf(false, dyIsDynamic ? a : b, sizes.y * dataBytes),
        ...Array.from({ length: B }, (_, image) => reorganize(image)),
        { ...loadOf(!dyIsDynamic, fine, fineBytes), waitStore: B },
        dyIsDynamic ? loadOf(true, b, sizeB * dataBytes) : { ...loadOf(false, a, sizeA * dataBytes), waitStore: B },
      ]
    : [loadOf(false, a, sizeA * dataBytes), loadOf(true, b, sizeB * dataBytes)];
  const program: readonly Instruction[] = [
    ...loads,
    geometry,
    { ...exec, waitLoad: reorganized ? 3 : 2 },
    store,
    { kind: 'end' },
  ];
  const resultBytes = sizeR * (narrow ? dataBytes : 4);
  return { program, a, b, result, bytes: aligned(result + resultBytes) };
};
