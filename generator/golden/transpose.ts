/** Numbers one behind the other. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/**
 * A tensor in C order with its axes in another order.
 * @param shape of `data`.
 * @param axes for each axis of the result, the one of `data` that it is, as in NumPy.
 */
export const transpose = <T extends NumberArray>(data: T, shape: readonly number[], axes: readonly number[]): T => {
  if (axes.every((axis, index) => axis === index)) return data;
  const pitches = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const steps = axes.map((axis) => pitches[axis]!);
  const sizes = axes.map((axis) => shape[axis]!);
  const result = new (data.constructor as new (length: number) => T)(data.length);
  const last = axes.length - 1;
  let at = 0;
  const copy = (axis: number, from: number): void => {
    const step = steps[axis]!;
    const end = from + sizes[axis]! * step;
    if (axis === last) for (let index = from; index < end; index += step) result[at++] = data[index]!;
    else for (let index = from; index < end; index += step) copy(axis + 1, index);
  };
  copy(0, 0);
  return result;
};
