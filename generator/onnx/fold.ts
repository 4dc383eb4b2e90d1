import {
  broadcastShape,
  type Constant,
  elementsIn,
  makeConstant,
  moved,
  productOf,
  reshaped,
  stretched,
  strided,
  stridesOf,
  wholeNumbers,
  wholes,
} from './constants.js';
import { axisIn, type Node } from './node.js';
import { malformed, unsupported } from './refusal.js';
import { isFloating } from './tensors.js';

type Fold = (node: Node) => readonly Constant[];

/** The sizes that a Reshape asks for, of a tensor with this shape; a batch of `exported` stands for the first of them. */
export const reshapeSizes = (node: Node, shape: readonly number[], exported?: number): readonly number[] => {
  const given = node.numbers('shape', 1);
  if (!given) throw malformed('is given no shape');
  const asked = given.length > 1 && given[0] === exported ? [shape[0], ...given.slice(1)] : given;
  const zeroIsZero = node.whole('allowzero', 0) === 1;
  const sizes = asked.map((size, axis) => (size === 0 && !zeroIsZero ? shape[axis] : size));
  if (sizes.some((size) => size === undefined || size < -1) || sizes.filter((size) => size === -1).length > 1)
    throw malformed(`asks for the shape [${asked}]`);
  const rest = productOf(sizes.filter((size) => size !== -1));
  return sizes.map((size) => (size === -1 ? productOf(shape) / rest : size));
};

/** The shape of which Squeeze or Unsqueeze makes a tensor of this shape. */
export const squeezedShape = (node: Node, shape: readonly number[]): readonly number[] => {
  const asked = node.numbers('axes', 1);
  if (node.message.opType === 'Squeeze') {
    const axes = asked?.map((axis) => axisIn(axis, shape.length));
    if (axes?.some((axis) => shape[axis] !== 1)) throw malformed('takes away an axis that is longer than 1');
    return shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
  }
  if (!asked) throw malformed('is given no axes');
  const rank = shape.length + asked.length;
  const axes = new Set(asked.map((axis) => axisIn(axis, rank)));
  if (axes.size !== asked.length) throw malformed('adds an axis twice');
  const left = [...shape];
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : left.shift()!));
};

/** The order of axes that a Transpose asks for. */
export const orderOf = (node: Node, rank: number): readonly number[] => {
  const order = node.wholes('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (order.length !== rank || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i))
    throw malformed(`its order of axes is [${order}], of a tensor that has ${rank}`);
  return order;
};

/** Where a Slice begins on each axis that it cuts, and how many it takes: [axis, first, count, step]. */
export const cutsOf = (
  node: Node,
  shape: readonly number[],
): readonly (readonly [axis: number, first: number, count: number, step: number])[] => {
  const starts = node.numbers('starts', 1);
  const ends = node.numbers('ends', 2);
  const axes = node.numbers('axes', 3);
  const strides = node.numbers('steps', 4);
  if (!starts || !ends || starts.length !== ends.length) throw malformed('its starts and ends do not fit each other');
  return starts.map((start, i) => {
    const axis = axisIn(axes ? (axes[i] ?? Number.NaN) : i, shape.length);
    const step = strides ? (strides[i] ?? Number.NaN) : 1;
    if (!step) throw malformed('its step is 0 or not given');
    const size = shape[axis];
    const clamp = (at: number): number =>
      step > 0 ? Math.min(Math.max(at, 0), size) : Math.min(Math.max(at, -1), size - 1);
    const first = clamp(start < 0 ? start + size : start);
    const last = clamp(ends[i] < 0 ? ends[i] + size : ends[i]);
    return [axis, first, Math.max(Math.ceil((last - first) / step), 0), step] as const;
  });
};

/** Sizes of the parts that a Split makes of an axis. */
export const partsOf = (node: Node, size: number): readonly number[] => {
  const count = node.message.output.length;
  const asked = node.numbers('split', 1);
  const even = Math.ceil(size / count);
  const sizes = asked ?? Array.from({ length: count }, (_, i) => Math.min(even, size - i * even));
  if (sizes.length !== count || sizes.some((part) => part < 1) || sizes.reduce((a, b) => a + b, 0) !== size)
    throw malformed(`splits ${size} into [${sizes}]`);
  return sizes;
};

const slice: Fold = (node) => {
  const x = node.constant(0);
  const shape = [...x.shape];
  const strides = [...stridesOf(x.shape)];
  let from = 0;
  for (const [axis, first, count, step] of cutsOf(node, x.shape)) {
    from += first * strides[axis];
    strides[axis] *= step;
    shape[axis] = count;
  }
  return [moved(x, shape, strided(shape, strides, from))];
};

const splitConstant: Fold = (node) => {
  const x = node.constant(0);
  const axis = axisIn(node.whole('axis', 0), x.shape.length);
  const strides = stridesOf(x.shape);
  let first = 0;
  return partsOf(node, x.shape[axis]).map((size) => {
    const shape = x.shape.map((whole, each) => (each === axis ? size : whole));
    const part = moved(x, shape, strided(shape, strides, first * strides[axis]));
    first += size;
    return part;
  });
};

const gather: Fold = (node) => {
  const x = node.constant(0);
  const indices = node.constant(1);
  const axis = axisIn(node.whole('axis', 0), x.shape.length);
  const size = x.shape[axis];
  const list = wholeNumbers(indices, 'its list of indices').map((index) => axisIn(index, size));
  const inner = productOf(x.shape.slice(axis + 1));
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const block = list.length * inner;
  return [
    moved(x, shape, (i) => {
      const at = i % block;
      return Math.floor(i / block) * size * inner + list[Math.floor(at / inner)] * inner + (at % inner);
    }),
  ];
};

const concatenate: Fold = (node) => {
  const parts = node.message.input.map((_, i) => node.constant(i));
  const [first] = parts;
  if (!first) throw malformed('joins nothing');
  const axis = axisIn(node.whole('axis', Number.NaN), first.shape.length);
  if (
    parts.some(
      ({ shape }) =>
        shape.length !== first.shape.length || shape.some((size, i) => i !== axis && size !== first.shape[i]),
    )
  )
    throw malformed('joins tensors that do not fit each other');
  const shape = first.shape.map((size, i) => (i === axis ? parts.reduce((all, part) => all + part.shape[i], 0) : size));
  const values = new Float64Array(elementsIn(shape));
  const row = productOf(shape.slice(axis));
  let before = 0;
  for (const part of parts) {
    const own = productOf(part.shape.slice(axis));
    for (let i = 0; i < part.values.length; i++)
      values[Math.floor(i / own) * row + before + (i % own)] = part.values[i];
    before += own;
  }
  return [makeConstant(shape, values, first.whole)];
};

/** Element by element; whole numbers stay whole. */
const each =
  (compute: (...values: readonly number[]) => number, scaled?: (x: number) => number): Fold =>
  (node) => {
    const operands = node.message.input.map((_, i) => node.constant(i));
    if (operands.length === 0) throw malformed('has no inputs');
    const shape = operands.map((operand) => operand.shape).reduce(broadcastShape);
    const whole = operands.every((operand) => operand.whole);
    elementsIn(shape);
    const lists = operands.map((operand) => stretched(operand, shape).values);
    const values = Float64Array.from(lists[0], (_, i) => {
      const value = compute(...lists.map((list) => list[i]));
      return whole ? Math.trunc(value) : value;
    });
    const source = lists.length === 1 && scaled ? operands[0].source : undefined;
    return [makeConstant(shape, values, whole, source && { ...source, scale: scaled!(source.scale) })];
  };

const same: Fold = (node) => [node.constant(0)];

const shaped =
  (shapeOf: (node: Node, shape: readonly number[]) => readonly number[]): Fold =>
  (node) => {
    const x = node.constant(0);
    const shape = shapeOf(node, x.shape);
    if (productOf(shape) !== x.values.length || !shape.every(Number.isInteger))
      throw malformed(`makes the shape [${shape}] of [${x.shape}]`);
    return [reshaped(x, shape)];
  };

/** [all axes before `axis`, all from it on], as Flatten makes it. */
export const flattenedShape = (node: Node, shape: readonly number[]): readonly number[] => {
  const axis = node.whole('axis', 1);
  const positive = axis < 0 ? axis + shape.length : axis;
  if (positive < 0 || positive > shape.length) throw malformed(`axis ${axis} of a tensor that has ${shape.length}`);
  return [productOf(shape.slice(0, positive)), productOf(shape.slice(positive))];
};

/** Part of a shape as whole numbers, as Shape makes it. */
export const shapeConstant = (node: Node, shape: readonly number[]): Constant => {
  const sizes = shape.slice(node.whole('start', 0), node.has('end') ? node.whole('end', 0) : undefined);
  return wholes([sizes.length], sizes);
};

const constant: Fold = (node) => {
  const tensor = node.tensor('value');
  const reals = node.reals('value_floats');
  const ints = node.wholes('value_ints');
  const found = tensor
    ? tensor
    : node.has('value_float')
      ? makeConstant([], Float32Array.of(node.real('value_float', 0)), false)
      : node.has('value_int')
        ? wholes([], [node.whole('value_int', 0)])
        : reals
          ? makeConstant([reals.length], Float32Array.from(reals), false)
          : ints && wholes([ints.length], ints);
  if (!found) throw unsupported('holds no tensor and no numbers');
  return [found];
};

const constantOfShape: Fold = (node) => {
  const shape = wholeNumbers(node.constant(0), 'its shape');
  const { values, whole } = node.tensor('value') ?? makeConstant([1], Float32Array.of(0), false);
  const count = elementsIn(shape);
  const list = values instanceof Float32Array ? new Float32Array(count) : new Float64Array(count);
  return [makeConstant(shape, list.fill(values[0] ?? 0), whole)];
};

const cast: Fold = (node) => {
  const x = node.constant(0);
  if (isFloating(node.whole('to', Number.NaN))) return [x.whole ? makeConstant(x.shape, x.values, false) : x];
  return [makeConstant(x.shape, Float64Array.from(x.values, Math.trunc), true)];
};

const expand: Fold = (node) => {
  const x = node.constant(0);
  const shape = broadcastShape(x.shape, wholeNumbers(node.constant(1), 'its shape'));
  elementsIn(shape);
  return [stretched(x, shape)];
};

const transpose: Fold = (node) => {
  const x = node.constant(0);
  const order = orderOf(node, x.shape.length);
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis]);
  return [
    moved(
      x,
      shape,
      strided(
        shape,
        order.map((axis) => strides[axis]),
      ),
    ),
  ];
};

const product: Fold = (node) => {
  const x = node.constant(0);
  if ((node.numbers('axes', 1)?.length ?? x.shape.length) !== x.shape.length || x.shape.length > 1)
    throw unsupported('multiplies along some axes');
  const value = productOf([...x.values]);
  return [makeConstant(node.whole('keepdims', 1) === 1 ? x.shape.map(() => 1) : [], Float64Array.of(value), x.whole)];
};

/** Operators on constants, by name. */
export const FOLDS = new Map<string, Fold>(
  Object.entries({
    Constant: constant,
    ConstantOfShape: constantOfShape,
    Identity: same,
    Dropout: same,
    Cast: cast,
    CastLike: same,
    Reshape: shaped((node, shape) => reshapeSizes(node, shape)),
    Squeeze: shaped(squeezedShape),
    Unsqueeze: shaped(squeezedShape),
    Flatten: shaped(flattenedShape),
    Transpose: transpose,
    Expand: expand,
    Slice: slice,
    Split: splitConstant,
    Gather: gather,
    Concat: concatenate,
    Shape: (node) => [shapeConstant(node, node.constant(0).shape)],
    Size: (node) => [wholes([], [node.constant(0).values.length])],
    ReduceProd: product,
    Add: each((a, b) => a + b),
    Sub: each((a, b) => a - b),
    Mul: each((a, b) => a * b),
    Div: each((a, b) => a / b),
    Pow: each((a, b) => a ** b),
    Max: each(Math.max),
    Min: each(Math.min),
    Equal: each((a, b) => (a === b ? 1 : 0)),
    Where: each((condition, a, b) => (condition ? a : b)),
    Neg: each(
      (a) => -a,
      (scale) => -scale,
    ),
    Abs: each(Math.abs),
    Sqrt: each(Math.sqrt),
    Exp: each(Math.exp),
    Reciprocal: each((a) => 1 / a),
    Floor: each(Math.floor),
    Ceil: each(Math.ceil),
  } satisfies Record<string, Fold>),
);
