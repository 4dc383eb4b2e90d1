import { malformed } from './refusal.js';

/** Where the values of a constant are kept in the file: element i is `scale` times element `at(i)` of the tensor `root`. */
export interface Source {
  readonly root: string;
  readonly at: (i: number) => number;
  readonly scale: number;
}

/** A tensor that does not depend on the network's input; values in ONNX's order. */
export interface Constant {
  readonly kind: 'constant';
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
  readonly whole: boolean;
  readonly source?: Source;
}

/** Above any weights that one tensor of a convolution can have in practice; keeps a broken file from asking for all memory. */
const MOST_ELEMENTS = 2 ** 29;

export const productOf = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Number of elements of a shape, refused where it is no shape or has too many. */
export const elementsIn = (shape: readonly number[]): number => {
  const count = productOf(shape);
  if (shape.some((size) => !Number.isInteger(size) || size < 0)) throw malformed(`a tensor of shape [${shape}]`);
  if (count > MOST_ELEMENTS) throw malformed(`a tensor of ${count} elements; at most 2^29 can be read`);
  return count;
};

export const makeConstant = (
  shape: readonly number[],
  values: Float32Array | Float64Array,
  whole: boolean,
  source?: Source,
): Constant => ({ kind: 'constant', shape, values, whole, source });

/** Whole numbers, as shapes and axes are given. */
export const wholes = (shape: readonly number[], values: readonly number[]): Constant =>
  makeConstant(shape, Float64Array.from(values), true);

/** A constant of which element i is element `at(i)` of another one. */
export const moved = (constant: Constant, shape: readonly number[], at: (i: number) => number): Constant => {
  const count = elementsIn(shape);
  const values = constant.whole ? new Float64Array(count) : new (like(constant))(count);
  for (let i = 0; i < count; i++) values[i] = constant.values[at(i)];
  const { source } = constant;
  return makeConstant(
    shape,
    values,
    constant.whole,
    source && { root: source.root, scale: source.scale, at: (i) => source.at(at(i)) },
  );
};

const like = ({ values }: Constant): Float32ArrayConstructor | Float64ArrayConstructor =>
  values instanceof Float32Array ? Float32Array : Float64Array;

/** The same values in another shape of as many elements. */
export const reshaped = (constant: Constant, shape: readonly number[]): Constant => ({ ...constant, shape });

/** Distances between neighbours on each axis, in elements. */
export const stridesOf = (shape: readonly number[]): readonly number[] =>
  shape.map((_, axis) => productOf(shape.slice(axis + 1)));

/** Which element of a tensor with these strides is element i of one of this shape. */
export const strided =
  (shape: readonly number[], strides: readonly number[], first = 0): ((i: number) => number) =>
  (i) => {
    let at = first;
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis];
      at += (rest % size) * strides[axis];
      rest = Math.floor(rest / size);
    }
    return at;
  };

/** The shape that two shapes are stretched to. */
export const broadcastShape = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw malformed(`shapes [${a}] and [${b}] do not fit each other`);
    return x === 1 ? y : x;
  });
};

/** A constant stretched to a shape. */
export const stretched = (constant: Constant, shape: readonly number[]): Constant => {
  const missing = shape.length - constant.shape.length;
  const own = stridesOf(constant.shape);
  const strides = shape.map((_, axis) =>
    axis < missing || constant.shape[axis - missing] === 1 ? 0 : own[axis - missing],
  );
  return productOf(shape) === constant.values.length
    ? reshaped(constant, shape)
    : moved(constant, shape, strided(shape, strides));
};

/** The whole numbers of a constant, refused where they are none. */
export const wholeNumbers = (constant: Constant, what: string): readonly number[] => {
  if (constant.values.length > 2 ** 16) throw malformed(`${what} is a list of ${constant.values.length} numbers`);
  const list = [...constant.values];
  if (!list.every(Number.isInteger)) throw malformed(`${what} is no list of whole numbers`);
  return list;
};
