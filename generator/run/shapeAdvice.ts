import type { Layer } from '../description/layer.js';
import {
  type Layout,
  axisNames as names,
  otherLayout,
  type TensorAxis,
  type TensorName,
  tensorAxes,
} from '../description/tensors.js';
import { elements, tuple } from './npy.js';

/** What the axes of an array may be, and NumPy's expression that then makes the tensor of it. */
interface Reading {
  readonly axes: string;
  readonly expression: string;
  /** Whether they have the order of one of the two layouts. */
  readonly usual: boolean;
}

const MOST_SHOWN = 3;

const sizes = (axes: readonly TensorAxis[]): readonly number[] => axes.map(({ size }) => size);
const long = (axes: readonly TensorAxis[]): readonly TensorAxis[] => axes.filter(({ size }) => size > 1);
const sameOrder = (a: readonly TensorAxis[], b: readonly TensorAxis[]): boolean => names(long(a)) === names(long(b));

const transposed = (array: string, from: readonly TensorAxis[], to: readonly TensorAxis[]): string =>
  names(from) === names(to)
    ? array
    : `${array}.transpose(${to.map(({ name }) => from.findIndex((axis) => axis.name === name)).join(', ')})`;

/** Every order of the axes that has these sizes. */
const ordersOf = (axes: readonly TensorAxis[], shape: readonly number[]): readonly (readonly TensorAxis[])[] => {
  const [size, ...rest] = shape;
  if (size === undefined) return axes.length === 0 ? [[]] : [];
  return axes
    .filter((axis) => axis.size === size)
    .flatMap((axis) =>
      ordersOf(
        axes.filter((other) => other !== axis),
        rest,
      ).map((order) => [axis, ...order]),
    );
};

/** The axes with those of length 1 put where the shape has such. */
const withUnits = (
  order: readonly TensorAxis[],
  shape: readonly number[],
  units: readonly TensorAxis[],
): readonly TensorAxis[] => {
  const [some, one] = [[...order], [...units]];
  return shape.map((size) => (size === 1 ? one : some).shift()!);
};

/** The channels of a grouped tensor as two axes: groups, and channels of one. */
const split = (axes: readonly TensorAxis[], name: string, groups: number): readonly TensorAxis[] =>
  axes.flatMap((axis) =>
    axis.name === name
      ? [
          { name: 'G', size: groups },
          { name: `${name}/G`, size: axis.size / groups },
        ]
      : [axis],
  );

/** The ways to see an array whose axes are those of the tensor in another order, but for axes of length 1. */
const readingsOf = (
  shape: readonly number[],
  wanted: readonly TensorAxis[],
  other: readonly TensorAxis[],
  whole: readonly TensorAxis[],
): readonly Reading[] => {
  const lengths = shape.filter((size) => size !== 1);
  const sameRank = shape.length === wanted.length && wanted.length === whole.length;
  const found = ordersOf(long(wanted), lengths).map((order): Reading => {
    const usual = sameOrder(order, wanted) || sameOrder(order, other);
    if (sameRank) {
      const axes = withUnits(
        order,
        shape,
        other.filter(({ size }) => size === 1),
      );
      return { axes: names(axes), expression: transposed('array', axes, wanted), usual };
    }
    const squeezed = lengths.length < shape.length ? 'array.squeeze()' : 'array';
    const inOrder = sameOrder(order, wanted) ? 'array' : transposed(squeezed, order, long(wanted));
    return { axes: names(order), expression: `${inOrder}.reshape${tuple(sizes(whole))}`, usual };
  });
  const usual = found.filter((reading) => reading.usual);
  return usual.length > 0 ? usual : found;
};

/**
 * What to do with an array of another shape than that of a tensor. Only the user knows what its axes are: where several
 * orders are possible, several are named.
 * @param switchLayout whether every file of the run fits the other layout.
 */
export const shapeAdvice = (
  shape: readonly number[],
  layer: Layer,
  name: TensorName,
  layout: Layout,
  switchLayout: boolean,
): string => {
  const [wanted, other] = [tensorAxes(layer, name, layout), tensorAxes(layer, name, otherLayout(layout))];
  const [count, held] = [elements(sizes(wanted)), elements(shape)];
  if (count !== held) {
    return `give an array of the shape ${tuple(sizes(wanted))}, ${count} elements; this one has ${held}`;
  }
  const grouped = (all: readonly TensorAxis[]) => split(all, tensorAxes(layer, name).at(-1)!.name, layer.G);
  const permuted = readingsOf(shape, wanted, other, wanted);
  const readings = permuted.length > 0 ? permuted : readingsOf(shape, grouped(wanted), grouped(other), wanted);
  if (readings.length === 0) {
    const orders = sameOrder(wanted, other) ? [wanted] : [wanted, other];
    return orders
      .map((order) => {
        const expression = transposed(`array.reshape${tuple(sizes(order))}`, order, wanted);
        return `if its elements lie in the order ${names(order)}, numpy.save(file, ${expression})`;
      })
      .join('; ');
  }
  const option = layout === 'nhwc' ? 'set layout to nchw' : 'leave out layout nchw';
  const shown = readings.slice(0, MOST_SHOWN).map((reading) => {
    const fits = switchLayout && reading.axes === names(other);
    const either = fits ? `${option} (for all files and the result), or ` : '';
    return `if its axes are ${reading.axes}, ${either}numpy.save(file, ${reading.expression})`;
  });
  return [...shown, ...(readings.length > MOST_SHOWN ? ['other orders fit too'] : [])].join('; ');
};
