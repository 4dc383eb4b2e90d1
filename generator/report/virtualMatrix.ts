import type { Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';

/**
 * What lies at a (position, tap) pair of the virtual matrix: a product that counts, a zero that the stride inserts into dY,
 * or a zero of the padding. A pair of wgrad that is both counts as stride.
 */
export type Kind = 'useful' | 'stride' | 'padding';
export const KINDS: readonly Kind[] = ['useful', 'stride', 'padding'];

/** Height or width of a convolution: input = output·stride + tap·dilation − pad. */
export interface MatrixAxis {
  readonly inputs: number;
  readonly outputs: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

/** The virtual matrix of one image and channel: a row for each tap, a column for each position. */
export interface VirtualMatrix {
  readonly pass: Pass;
  readonly height: MatrixAxis;
  readonly width: MatrixAxis;
  /** Columns: rows and columns of positions. */
  readonly rows: number;
  readonly columns: number;
  /** Multiplications of one pair: images, and channels of both sides. */
  readonly macsPerPair: number;
}

export type Counts = Readonly<Record<Kind, number>>;

/** What one pair of a kind costs an engine. */
export interface Cost {
  readonly stored: boolean;
  readonly fetched: boolean;
  readonly multiplied: boolean;
}

const heightOf = ({ H, Ho, Kh, Sh, Dh, Pt }: Layer): MatrixAxis => ({
  ...{ inputs: H, outputs: Ho, taps: Kh, stride: Sh, dilation: Dh, pad: Pt },
});
const widthOf = ({ W, Wo, Kw, Sw, Dw, Pl }: Layer): MatrixAxis => ({
  ...{ inputs: W, outputs: Wo, taps: Kw, stride: Sw, dilation: Dw, pad: Pl },
});

/** Length of the zero-inserted dY. */
const gridLength = ({ outputs, stride }: MatrixAxis): number => (outputs - 1) * stride + 1;

/** Positions of an axis: output pixels in fprop, input pixels in dgrad, the zero-inserted dY in wgrad. */
const positions = (pass: Pass, axis: MatrixAxis): number =>
  pass === 'fprop' ? axis.outputs : pass === 'dgrad' ? axis.inputs : gridLength(axis);

export const virtualMatrix = (layer: Layer, pass: Pass): VirtualMatrix => {
  const [height, width] = [heightOf(layer), widthOf(layer)];
  return {
    ...{ pass, height, width, rows: positions(pass, height), columns: positions(pass, width) },
    macsPerPair: (layer.B * layer.C * layer.N) / layer.G,
  };
};

/** Where a pair reads, along one axis: the input pixel in fprop and wgrad, the position of the zero-inserted dY in dgrad. */
export const sourceOf = (pass: Pass, axis: MatrixAxis, position: number, tap: number): number => {
  const shift = axis.pad - tap * axis.dilation;
  if (pass === 'dgrad') return position + shift;
  return position * (pass === 'fprop' ? axis.stride : 1) - shift;
};

const within = (value: number, length: number): boolean => value >= 0 && value < length;

/** What a pair is along one axis. */
export const axisKind = (pass: Pass, axis: MatrixAxis, position: number, tap: number): Kind => {
  const source = sourceOf(pass, axis, position, tap);
  if (pass === 'dgrad') {
    if (!within(source, gridLength(axis))) return 'padding';
    return source % axis.stride === 0 ? 'useful' : 'stride';
  }
  if (pass === 'wgrad' && position % axis.stride !== 0) return 'stride';
  return within(source, axis.inputs) ? 'useful' : 'padding';
};

/** The padding lies around the zero-inserted dY of dgrad; in wgrad the inserted zeros of dY meet all of X. */
const joined = (pass: Pass, a: Kind, b: Kind): Kind => {
  const order: readonly Kind[] = pass === 'dgrad' ? ['padding', 'stride'] : ['stride', 'padding'];
  return order.find((kind) => a === kind || b === kind) ?? 'useful';
};

/** What lies at row (kh, kw) and column (h, w) of the matrix. */
export const kindAt = ({ pass, height, width }: VirtualMatrix, kh: number, kw: number, h: number, w: number): Kind =>
  joined(pass, axisKind(pass, height, h, kh), axisKind(pass, width, w, kw));

const axisCounts = (pass: Pass, axis: MatrixAxis): Record<Kind, number> => {
  const counts = { useful: 0, stride: 0, padding: 0 };
  for (let tap = 0; tap < axis.taps; tap++)
    for (let position = 0; position < positions(pass, axis); position++)
      counts[axisKind(pass, axis, position, tap)] += 1;
  return counts;
};

/** Pairs of each kind, of one image and channel: products of what the two axes hold. */
export const pairCounts = ({ pass, height, width }: VirtualMatrix): Counts => {
  const [h, w] = [axisCounts(pass, height), axisCounts(pass, width)];
  const sum = (of: Record<Kind, number>, kinds: readonly Kind[]) => kinds.reduce((all, kind) => all + of[kind], 0);
  const both = (...kinds: readonly Kind[]): number => sum(h, kinds) * sum(w, kinds);
  const useful = both('useful');
  const all = both(...KINDS);
  if (pass === 'dgrad') {
    const inside = both('useful', 'stride');
    return { useful, stride: inside - useful, padding: all - inside };
  }
  const onGrid = both('useful', 'padding');
  return { useful, stride: all - onGrid, padding: onGrid - useful };
};

/** True where `traditional` writes a zero-inserted tensor to memory first. */
export const isStored = ({ pass, height, width }: VirtualMatrix, engine: Engine): boolean =>
  engine === 'traditional' && pass !== 'fprop' && (height.stride > 1 || width.stride > 1);

/** What an engine does with a pair of a kind. */
export const costOf = (matrix: VirtualMatrix, engine: Engine, kind: Kind): Cost => {
  if (kind === 'useful') return { stored: true, fetched: true, multiplied: true };
  // in wgrad the padding is that of X, which is never stored: it is detected
  const stored = isStored(matrix, engine) && (kind === 'stride' || matrix.pass === 'dgrad');
  return { stored, fetched: stored, multiplied: engine !== 'zerofree' };
};

/** Elements of one image and channel of the tensor that `traditional` stores, and of dY itself. */
export const storedElements = ({
  pass,
  height,
  width,
}: VirtualMatrix): { readonly inserted: number; readonly dense: number } => {
  const length = (axis: MatrixAxis): number =>
    pass === 'dgrad' ? axis.inputs + (axis.taps - 1) * axis.dilation : gridLength(axis);
  return { inserted: length(height) * length(width), dense: height.outputs * width.outputs };
};

/** The tensor that the matrix is made of, as one axis of a map: its first coordinate, its length, and what lies at each. */
export interface MapAxis {
  readonly first: number;
  readonly length: number;
}

/** Extent of the padded (fprop), zero-inserted and padded (dgrad) or zero-inserted (wgrad) tensor along an axis. */
export const mapAxis = (pass: Pass, axis: MatrixAxis): MapAxis => {
  if (pass === 'wgrad') return { first: 0, length: gridLength(axis) };
  const last = positions(pass, axis) - 1;
  const ends = [sourceOf(pass, axis, 0, 0), sourceOf(pass, axis, 0, axis.taps - 1)].concat([
    sourceOf(pass, axis, last, 0),
    sourceOf(pass, axis, last, axis.taps - 1),
  ]);
  const first = Math.min(...ends);
  return { first, length: Math.max(...ends) - first + 1 };
};

const mapKindOfAxis = (pass: Pass, axis: MatrixAxis, at: number): Kind => {
  const length = pass === 'fprop' ? axis.inputs : gridLength(axis);
  if (!within(at, length)) return 'padding';
  return pass === 'fprop' || at % axis.stride === 0 ? 'useful' : 'stride';
};

/** What lies at a place of the tensor. */
export const mapKind = ({ pass, height, width }: VirtualMatrix, h: number, w: number): Kind =>
  joined(pass, mapKindOfAxis(pass, height, h), mapKindOfAxis(pass, width, w));

/** The place of the tensor that a pair reads. */
export const mapPlace = (
  { pass, height, width }: VirtualMatrix,
  kh: number,
  kw: number,
  h: number,
  w: number,
): readonly [h: number, w: number] =>
  pass === 'wgrad' ? [h, w] : [sourceOf(pass, height, h, kh), sourceOf(pass, width, w, kw)];
