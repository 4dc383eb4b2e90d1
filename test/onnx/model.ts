import type { ModelMessage, NodeMessage, TensorMessage } from '../../generator/onnx/schema.js';
import { encodeModel } from '../../generator/onnx/schema.js';
import { FLOAT, INT64, makeTensor } from '../../generator/onnx/tensors.js';

type AttributeValue = number | string | readonly number[] | TensorMessage | { readonly real: number };

/** An attribute: whole numbers, text and tensors as they are, a real number as `{ real }`. */
const attribute = (name: string, value: AttributeValue): object => {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  if ('real' in value) return { name, type: 1, f: value.real };
  return { name, type: 4, t: value };
};

/** One node; its name is that of its first output. */
export const node = (
  opType: string,
  input: readonly string[],
  output: string | readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeMessage => {
  const made = typeof output === 'string' ? [output] : output;
  return {
    ...{ name: `${made[0]}_node`, opType, domain: '', input: [...input], output: [...made] },
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  } as NodeMessage;
};

export const floats = (name: string, dims: readonly number[], values: ArrayLike<number>, type = FLOAT): TensorMessage =>
  makeTensor(name, type, dims, values);

export const ints = (
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): TensorMessage => makeTensor(name, INT64, dims, values);

export interface ModelParts {
  readonly opset?: number;
  readonly irVersion?: number;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly nodes: readonly NodeMessage[];
  readonly initializers?: readonly TensorMessage[];
  readonly outputs: readonly string[];
  /** Names the initializers among the inputs, as files before IR version 4 do. */
  readonly listed?: boolean;
}

const valueInfo = (name: string, shape?: readonly (number | string)[], elemType = FLOAT): object => ({
  name,
  type: {
    tensorType: {
      elemType,
      ...(shape && {
        shape: { dim: shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size })) },
      }),
    },
  },
});

/** An ONNX file. */
export const file = (parts: ModelParts): Promise<Uint8Array> => {
  const { opset = 17, inputs, nodes, initializers = [], outputs, listed = false } = parts;
  const stored = initializers.map((each) => valueInfo(each.name, each.dims as number[], each.dataType));
  return encodeModel({
    irVersion: parts.irVersion ?? (listed ? 3 : 8),
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      ...{ name: 'small', node: [...nodes], initializer: [...initializers] },
      input: [...Object.entries(inputs).map(([name, shape]) => valueInfo(name, shape)), ...(listed ? stored : [])],
      output: outputs.map((name) => valueInfo(name)),
    },
  } as unknown as ModelMessage);
};

/** Values that repeat from run to run, between −1 and 1. */
export const values = (count: number, seed = 1): Float32Array => {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
};
