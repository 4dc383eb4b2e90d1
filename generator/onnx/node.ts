import { type Constant, wholeNumbers } from './constants.js';
import type { Activation, Value } from './layout.js';
import { malformed, type Refusal, unsupported } from './refusal.js';
import { type AttributeMessage, type NodeMessage, numberOf } from './schema.js';
import { readTensor } from './tensors.js';

/** Codes of AttributeProto.AttributeType. */
const TYPES = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7 } as const;

/** One operator of a file with the values of its inputs, which are all known. */
export class Node {
  constructor(
    readonly message: NodeMessage,
    readonly opset: number,
    readonly inputs: readonly (Value | undefined)[],
    /** How often each of its outputs is read. */
    private readonly readers: readonly number[],
  ) {}

  /** Why it cannot be taken, though what it would make has a known shape: what comes behind it is read too. */
  readonly refusals: Refusal[] = [];

  /** Whether what it makes is read more than once. */
  get shared(): boolean {
    return this.readers[0] > 1;
  }

  /** Refuses outputs behind the first one that something reads. */
  onlyFirstOutput(what: string): void {
    if (this.readers.slice(1).some((count) => count > 0))
      throw unsupported(`its second output, ${what}, is read`, 'export the network without what reads it');
  }

  /** The name that what it makes gets. */
  get name(): string {
    return this.message.output[0];
  }

  private attribute(name: string, type: keyof typeof TYPES): AttributeMessage | undefined {
    const found = this.message.attribute.find((each) => each.name === name);
    // files of before ONNX 1.0 give no type
    if (found && found.type !== 0 && found.type !== TYPES[type])
      throw malformed(`its attribute ${name} is of another type than ONNX says`);
    return found;
  }

  has(name: string): boolean {
    return this.message.attribute.some((each) => each.name === name);
  }

  whole(name: string, fallback: number): number {
    const found = this.attribute(name, 'i');
    return found ? numberOf(found.i) : fallback;
  }

  real(name: string, fallback: number): number {
    return this.attribute(name, 'f')?.f ?? fallback;
  }

  reals(name: string): readonly number[] | undefined {
    return this.attribute(name, 'floats')?.floats;
  }

  text(name: string, fallback: string): string {
    const found = this.attribute(name, 's');
    return found ? Buffer.from(found.s).toString() : fallback;
  }

  wholes(name: string): readonly number[] | undefined {
    const ints = this.attribute(name, 'ints')?.ints.map(numberOf);
    if (ints && ints.length > 64) throw malformed(`its attribute ${name} has ${ints.length} numbers`);
    return ints;
  }

  tensor(name: string): Constant | undefined {
    const found = this.attribute(name, 't');
    if (found && !found.t) throw malformed(`its attribute ${name} holds no tensor`);
    return found ? readTensor(found.t!) : undefined;
  }

  /** The value of an input, which may be any. */
  value(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw malformed(`its input ${index + 1} is not given`);
    return value;
  }

  /** The value of an input that must depend on the network's input. */
  activation(index = 0): Activation {
    const value = this.value(index);
    if (value.kind === 'constant')
      throw unsupported(`its input ${index + 1} is a constant`, 'export the network with its constants folded');
    if (!value.afterwards) return value;
    this.refusals.push(
      unsupported(
        `comes after a ${value.afterwards}, which is taken only as a network's last operation`,
        'end the network before it',
      ),
    );
    return { ...value, afterwards: undefined };
  }

  /** The value of an input that must be a constant, or nothing where it is left out. */
  optional(index: number): Constant | undefined {
    const value = this.inputs[index];
    if (value?.kind === 'activation')
      throw unsupported(
        `its input ${index + 1} (${this.message.input[index]}) depends on the network's input`,
        'export the network with fixed shapes and parameters',
      );
    return value;
  }

  constant(index: number): Constant {
    const value = this.optional(index);
    if (!value) throw malformed(`its input ${index + 1} is not given`);
    return value;
  }

  /** Whole numbers that newer operator sets give as an input, older ones as an attribute. */
  numbers(name: string, index: number): readonly number[] | undefined {
    const input = this.optional(index);
    return input ? wholeNumbers(input, `its input ${index + 1}`) : this.wholes(name);
  }

  /** One number that newer operator sets give as an input, older ones as an attribute. */
  scalar(name: string, index: number, fallback: number): number {
    const input = this.optional(index);
    if (!input) return this.real(name, fallback);
    if (input.values.length !== 1)
      throw unsupported(`its input ${index + 1} has ${input.values.length} values, not one`);
    return input.values[0];
  }
}

/** An axis counted from the front. */
export const axisIn = (axis: number, rank: number): number => {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isNaN(axis)) throw malformed('is given no axis');
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
    throw malformed(`axis ${axis} of a tensor that has ${rank}`);
  return positive;
};
