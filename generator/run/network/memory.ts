import {
  BASES,
  type Base,
  type CompiledNetwork,
  type NetworkTensor,
  type Role,
  tensorOf,
} from '../../compile/network/compiled.js';
import { bf16Bits, bf16FromBits, fp32Bits, fp32FromBits } from '../../formats/numerics.js';
import type { Values } from '../../golden/graph/rule.js';
import { dropoutMask } from '../../graph/dropoutMask.js';
import type { Graph } from '../../graph/operations.js';

/** The memory of a network: the bytes behind each base register. Programs write it in place. */
export type NetworkMemory = Readonly<Record<Base, Uint8Array>>;

/** What a tensor holds, as fp32 numbers. */
export const readTensor = (memory: NetworkMemory, tensor: NetworkTensor): Float32Array => {
  const { base, offset, bytes, format, shape } = tensor;
  const channels = shape.at(-1) ?? 1;
  const { pitch = channels } = tensor;
  const view = new DataView(memory[base].buffer, memory[base].byteOffset + offset);
  const at = (i: number): number => i + Math.floor(i / channels) * (pitch - channels);
  if (format === 'fp32')
    return Float32Array.from({ length: bytes / 4 }, (_, i) => fp32FromBits(view.getUint32(4 * at(i), true)));
  return Float32Array.from({ length: bytes / 2 }, (_, i) => bf16FromBits(view.getUint16(2 * at(i), true)));
};

/** Writes a tensor that lies without gaps, as all do that a host writes, rounded to its format. @throws RangeError for another number of values. */
export const writeTensor = (memory: NetworkMemory, tensor: NetworkTensor, values: Values): void => {
  const { base, offset, bytes, format, name } = tensor;
  const size = format === 'fp32' ? 4 : 2;
  if (values.length * size !== bytes) throw new RangeError(`${name} has ${bytes / size} values, not ${values.length}`);
  const view = new DataView(memory[base].buffer, memory[base].byteOffset + offset, bytes);
  for (let i = 0; i < values.length; i++) {
    const value = Math.fround(values[i]!);
    if (size === 4) view.setUint32(4 * i, fp32Bits(value), true);
    else view.setUint16(2 * i, bf16Bits(value), true);
  }
};

export const readNamed = (compiled: CompiledNetwork, memory: NetworkMemory, role: Role, name: string): Float32Array =>
  readTensor(memory, tensorOf(compiled, role, name));

/** Writes parameters, and the bf16 copies that passes read of them. @throws RangeError for another number of values. */
export const writeParameters = (
  compiled: CompiledNetwork,
  memory: NetworkMemory,
  parameters: ReadonlyMap<string, Values>,
): void => {
  for (const tensor of compiled.tensors) {
    if (tensor.role !== 'parameter' && tensor.role !== 'operand') continue;
    const values = parameters.get(tensor.name);
    if (values) writeTensor(memory, tensor, values);
  }
};

/** The parameters as they are in memory: fp32 where they learn or are biases, else as their bf16 copies. */
export const readParameters = (compiled: CompiledNetwork, memory: NetworkMemory): ReadonlyMap<string, Float32Array> => {
  const found = new Map<string, Float32Array>();
  for (const role of ['operand', 'parameter'] as const)
    for (const tensor of compiled.tensors) {
      if (tensor.role === role && !tensor.name.startsWith('all that learn'))
        found.set(tensor.name, readTensor(memory, tensor));
    }
  return found;
};

/** The memory before the first program: a graph's parameters, constants, zeros. */
export const initialMemory = (compiled: CompiledNetwork, graph: Pick<Graph, 'parameters'>): NetworkMemory => {
  const [one, two, three] = BASES.map((base) => new Uint8Array(compiled.bytes[base]));
  const memory: NetworkMemory = { 1: one!, 2: two!, 3: three! };
  writeParameters(compiled, memory, new Map(graph.parameters.map(({ name, values }) => [name, values])));
  for (const { tensor, values } of compiled.constants) writeTensor(memory, tensor, values);
  return memory;
};

/** Writes the masks of all dropouts for a step of training. */
export const writeMasks = (
  compiled: CompiledNetwork,
  memory: NetworkMemory,
  graph: Pick<Graph, 'operations'>,
  seed: number,
): void => {
  for (const tensor of compiled.tensors) {
    if (tensor.role !== 'mask') continue;
    const made = graph.operations.find(({ name }) => name === tensor.name);
    const kept = dropoutMask(seed, tensor.name, made?.kind === 'dropout' ? made.rate : 0);
    writeTensor(
      memory,
      tensor,
      Float32Array.from({ length: tensor.bytes / 2 }, (_, i) => Number(kept(i))),
    );
  }
};
