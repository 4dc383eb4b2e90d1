import type { Problem } from '../check/errors.js';
import { UserError } from '../check/errors.js';
import { tensorSizes } from '../golden/convolution.js';
import type { Operands } from '../golden/judge.js';
import { readNpy } from '../golden/npy.js';
import { bf16Bits, bf16FromBits } from '../model/numerics.js';
import { randomOperands } from '../model/workload.js';
import { PASS_TENSORS } from '../plan/problem.js';
import type { Config, Pass } from '../spec/config.js';
import { derive } from '../spec/derive.js';
import type { Layer } from '../spec/layer.js';

export type TensorName = 'x' | 'wt' | 'dy';
export type TensorFiles = Readonly<Partial<Record<TensorName, string>>>;

/** Shape and axis names of every tensor of a layer. */
export const tensorShape = (
  layer: Layer,
  name: string,
): { readonly shape: readonly number[]; readonly axes: string } => {
  const { B, C, H, W, N, Kh, Kw, G, Ho, Wo } = layer;
  if (name === 'x' || name === 'dx') return { shape: [B, H, W, C], axes: 'b,h,w,c' };
  if (name === 'y' || name === 'dy') return { shape: [B, Ho, Wo, N], axes: 'b,ho,wo,n' };
  return { shape: [Kh, Kw, C / G, N], axes: 'kh,kw,c,n' };
};

/** A flat index as coordinates: `dx[b,h,w,c] = dx[0,3,5,7]`. */
export const coordinates = (layer: Layer, name: string, index: number): string => {
  const { shape, axes } = tensorShape(layer, name);
  let rest = index;
  const at = [...shape]
    .reverse()
    .map((size) => {
      const here = rest % size;
      rest = Math.floor(rest / size);
      return here;
    })
    .reverse();
  return `${name}[${axes}] = ${name}[${at.join(',')}]`;
};

/** Float32 values rounded to bf16 in place; returns how many changed. */
const roundToBf16 = (values: Float32Array): number => {
  let changed = 0;
  for (let i = 0; i < values.length; i++) {
    const before = values[i]!;
    const after = bf16FromBits(bf16Bits(before));
    if (after !== before && !(Number.isNaN(after) && Number.isNaN(before))) changed += 1;
    values[i] = after;
  }
  return changed;
};

export interface LoadedOperands {
  readonly operands: Operands;
  /** Values that rounding to bf16 changed, by tensor; those that it changed in none are left out. */
  readonly rounded: Readonly<Record<string, number>>;
}

/**
 * The operands of a pass: from .npy files (int8 for int8, float32 for bf16), or seeded random data where there is none.
 * @throws UserError with the first problem of each file, and every file that the pass does not read.
 */
export const loadOperands = (
  config: Config,
  layer: Layer,
  pass: Pass,
  files: TensorFiles,
  seed: number,
): LoadedOperands => {
  const names = PASS_TENSORS[pass];
  const read: readonly TensorName[] = [names.first, names.second];
  const problems: Problem[] = (Object.keys(files) as TensorName[])
    .filter((name) => files[name] !== undefined && !read.includes(name))
    .map((name) => ({
      code: 'NOT_READ',
      path: `--${name}`,
      message: `${pass} does not read ${name}`,
      fix: `leave it out, or give --${names.first} and --${names.second}`,
    }));
  const rounded: Record<string, number> = {};
  const fromFile = (name: TensorName): Int8Array | Float32Array | undefined => {
    const path = files[name];
    if (path === undefined) return undefined;
    try {
      const descr = config.format === 'int8' ? '|i1' : '<f4';
      const { data } = readNpy(path, { descr, shape: tensorShape(layer, name).shape });
      const values = data as Int8Array | Float32Array;
      const changed = values instanceof Float32Array ? roundToBf16(values) : 0;
      if (changed > 0) rounded[name] = changed;
      return values;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, path: `--${name} ${problem.path}` })));
      return undefined;
    }
  };
  const first = fromFile(names.first);
  const second = fromFile(names.second);
  if (problems.length > 0) throw new UserError(problems);
  if (first && second) return { operands: { first, second }, rounded };
  const random = randomOperands(config, layer, pass, seed);
  return { operands: { first: first ?? random.first, second: second ?? random.second }, rounded };
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
