import { type Problem, UserError } from '../base/errors.js';
import { randomOperands } from '../compile/workload.js';
import { PASS_TENSORS } from '../dataflows/loopNest.js';
import type { Config, Pass } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Layer } from '../description/layer.js';
import {
  axisNames,
  type Layout,
  layoutOrder,
  otherLayout,
  type TensorName,
  tensorAxes,
  tensorShape,
} from '../description/tensors.js';
import { tensorSizes } from '../golden/convolution.js';
import type { Operands } from '../golden/judge.js';
import { transpose } from '../golden/transpose.js';
import { elements, type NpyArray, type NpyFile, readNpy, tuple } from './npy.js';
import { readers } from './operandValues.js';
import { shapeAdvice } from './shapeAdvice.js';

/** A tensor that a pass reads. */
export type OperandName = 'x' | 'wt' | 'dy';
/** A .npy file by its name, or an array in memory. */
export type TensorFiles = Readonly<Partial<Record<OperandName, string | NpyArray>>>;

/** NumPy's letter of the elements of an array. */
const KINDS: readonly (readonly [letter: string, of: RegExp])[] = [
  ['i', /^(Big)?Int/],
  ['u', /^(Big)?Uint/],
  ['f', /^Float/],
];

/** An array in memory, as if it were a file's. */
const asFile = (array: NpyArray): NpyFile => {
  const { name, BYTES_PER_ELEMENT: size } = array.data.constructor as unknown as Int8ArrayConstructor;
  const kind = KINDS.find(([, of]) => of.test(name))![0];
  const element = { descr: name, kind, size, bigEndian: false, integer: kind !== 'f', expression: 'array' };
  return { ...array, element };
};

/** What a problem of an array in memory says: there is no file to save. */
const ofArray = (problem: Problem): Problem => ({
  ...problem,
  code: problem.code.replace('NPY_', 'OPERAND_'),
  fix: 'scale and round it to whole numbers from -128 to 127 first',
});

/** A flat index as coordinates: `dx[b,h,w,c] = dx[0,3,5,7]`. */
export const coordinates = (layer: Layer, name: TensorName, index: number): string => {
  let rest = index;
  const axes = tensorAxes(layer, name);
  const at = [...axes]
    .reverse()
    .map(({ size }) => {
      const here = rest % size;
      rest = Math.floor(rest / size);
      return here;
    })
    .reverse();
  const names = axes.map((axis) => axis.name.replace('/G', '').toLowerCase());
  return `${name}[${names.join(',')}] = ${name}[${at.join(',')}]`;
};

/** A tensor as it lies in memory, in a layout. */
export const inLayout = (layer: Layer, name: TensorName, layout: Layout, data: NpyArray['data']): NpyArray => ({
  shape: tensorShape(layer, name, layout),
  data: transpose(data, tensorShape(layer, name), layoutOrder(name, layout)),
});

/** The inverse: a tensor in a layout as it lies in memory. */
const fromLayout = <T extends NpyFile>(layer: Layer, name: TensorName, layout: Layout, file: T): T => {
  const order = layoutOrder(name, layout);
  const back = order.map((_, axis) => order.indexOf(axis));
  return { ...file, data: transpose(file.data, tensorShape(layer, name, layout), back) };
};

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Whether a tensor has one shape in both layouts, though not one order. */
const isAmbiguous = (layer: Layer, name: TensorName): boolean => {
  const shape = tensorShape(layer, name);
  const long = (order: readonly number[]) => order.filter((axis) => shape[axis]! > 1).join();
  const [one, other] = [layoutOrder(name, 'nhwc'), layoutOrder(name, 'nchw')];
  return sameShape(shape, tensorShape(layer, name, 'nchw')) && long(one) !== long(other);
};

export interface LoadedOperands {
  readonly operands: Operands;
  /** Values that rounding to bf16 changed, by tensor; those that it changed in none are left out. */
  readonly rounded: Readonly<Record<string, number>>;
  /** Tensors from files that would fit the other layout as well. */
  readonly ambiguous: readonly OperandName[];
}

/**
 * The operands of a pass: from .npy files (integers for int8, any real numbers for bf16) in a layout, or seeded random data
 * where there is none.
 * @throws UserError with the first problem of each file, and every file that the pass does not read.
 */
export const loadOperands = (
  config: Config,
  layer: Layer,
  pass: Pass,
  files: TensorFiles,
  seed: number,
  layout: Layout = 'nhwc',
): LoadedOperands => {
  const names = PASS_TENSORS[pass];
  const read: readonly OperandName[] = [names.first, names.second];
  const problems: Problem[] = (Object.keys(files) as OperandName[])
    .filter((name) => files[name] !== undefined && !read.includes(name))
    .map((name) => ({
      code: 'NOT_READ',
      path: `operands.${name}`,
      message: `${pass} does not read ${name}`,
      fix: `leave it out, or give ${names.first} and ${names.second}`,
    }));
  /** The result; of what a user can put right, nothing but the problem. */
  const attempt = <T>(name: OperandName, path: string, run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const isFile = typeof files[name] === 'string';
      problems.push(
        ...error.problems.map((problem) =>
          isFile ? { ...problem, path: `operands.${name} ${path}` } : ofArray({ ...problem, path }),
        ),
      );
      return undefined;
    }
  };
  const given = read.flatMap((name) => {
    const of = files[name];
    if (of === undefined) return [];
    if (typeof of !== 'string') return [{ name, path: `operands.${name}`, file: asFile(of) }];
    return [{ name, path: of, file: attempt(name, of, () => readNpy(of)) }];
  });
  const switchLayout = given.every(
    ({ name, file }) => file !== undefined && sameShape(file.shape, tensorShape(layer, name, otherLayout(layout))),
  );
  const rounded: Record<string, number> = {};
  const values = new Map<OperandName, Int8Array | Float32Array>();
  for (const { name, path, file } of given) {
    if (file === undefined) continue;
    const shape = tensorShape(layer, name, layout);
    if (!sameShape(file.shape, shape)) {
      const axes = axisNames(tensorAxes(layer, name, layout));
      const message = `the shape is ${tuple(file.shape)}, not ${tuple(shape)}, ${axes}`;
      const fix = shapeAdvice(file.shape, layer, name, layout, switchLayout);
      problems.push(
        typeof files[name] === 'string'
          ? { code: 'NPY_SHAPE', path: `operands.${name} ${path}`, message, fix }
          : { code: 'OPERAND_SHAPE', path, message, fix: `give ${elements(shape)} values, in this order of the axes` },
      );
      continue;
    }
    const inMemory = fromLayout(layer, name, layout, file);
    const where = (index: number): string => coordinates(layer, name, index);
    const taken = attempt(name, path, () => readers[config.format](inMemory, path, where));
    if (!taken) continue;
    if (taken.changed > 0) rounded[name] = taken.changed;
    values.set(name, taken.values);
  }
  if (problems.length > 0) throw new UserError(problems);
  const ambiguous = given.map(({ name }) => name).filter((name) => isAmbiguous(layer, name));
  const random = values.size === read.length ? undefined : randomOperands(config, layer, pass, seed);
  const [first, second] = [values.get(names.first) ?? random!.first, values.get(names.second) ?? random!.second];
  return { operands: { first, second }, rounded, ambiguous };
};

/** Bytes of the operands of a pass. */
export const operandBytes = (config: Config, layer: Layer, pass: Pass): number => {
  const { x, weights, y } = tensorSizes(layer);
  const sizes = { x, wt: weights, dy: y };
  const { first, second } = PASS_TENSORS[pass];
  return (sizes[first] + sizes[second]) * derive(config).dataBytes;
};

/** Elements of a layer's largest tensor, the bound of what a run holds in memory. */
export const largestTensor = (layer: Layer): number => Math.max(...Object.values(tensorSizes(layer)));
