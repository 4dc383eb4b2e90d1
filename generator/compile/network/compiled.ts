import type { Pass } from '../../description/config.js';
import type { SgdOptions } from '../../golden/graph/optimizer.js';
import type { Instruction } from '../../isa/program.js';

/**
 * Where a tensor lies: 1 parameters, their copies and the optimizer's state, 2 activations, gradients and scratch, 3 what the host
 * writes and reads in every step. The number is that of the base register that its address counts from.
 */
export type Base = 1 | 2 | 3;

export const BASES: readonly Base[] = [1, 2, 3];

export type StoredFormat = 'fp32' | 'bf16';

/**
 * What a tensor is. `tensor`: an input, or the result of an operation; `gradient`: of one; `outputGradient`: that of the loss, which the host writes;
 * `parameter`: fp32; `operand`: the bf16 copy that passes read; `velocity` and `parameterGradient`: fp32; `mask`: of a dropout, 1 where a value is kept, else 0,
 * which the host writes; `constant`: written once; `scratch`.
 */
export type Role =
  | 'tensor'
  | 'gradient'
  | 'outputGradient'
  | 'parameter'
  | 'operand'
  | 'velocity'
  | 'parameterGradient'
  | 'mask'
  | 'constant'
  | 'scratch';

/** A tensor in memory, little-endian. */
export interface NetworkTensor {
  readonly role: Role;
  /** Of the tensor, parameter or operation that it belongs to. */
  readonly name: string;
  readonly base: Base;
  /** Bytes from the base register. */
  readonly offset: number;
  /** Of its values. */
  readonly bytes: number;
  readonly format: StoredFormat;
  readonly shape: readonly number[];
  /** Elements from pixel to pixel, where it is some channels of another tensor; else they lie without gaps. */
  readonly pitch?: number;
}

/** What steps take at least, whatever their plans. */
export interface StepBound {
  /** Cycles of the array, by the best mapping of lanes. */
  readonly arrayCycles: number;
  /** Bytes: every tensor of a step once. */
  readonly bytes: number;
}

/** What instructions are for: those of `instructions` from `first` to before `end`. */
export interface NetworkStep {
  /** Of the graph; of the update `update`. */
  readonly operation: string;
  /** What is done: a pass by its engine, or an elementwise pass by what it does. */
  readonly does: string;
  readonly pass?: Pass;
  /** What the STOREs of a pass do besides. */
  readonly fused: readonly string[];
  readonly macs: number;
  readonly bound: StepBound;
  readonly first: number;
  readonly end: number;
}

/** A program that can be run again and again, wherever its memory lies. */
export interface NetworkProgram {
  readonly instructions: readonly Instruction[];
  /** Encoded, 16 words for each 64 bytes. */
  readonly words: Uint32Array;
  readonly steps: readonly NetworkStep[];
  /** Words that hold the learning rate, negated, as fp32. */
  readonly rateWords: readonly number[];
}

/** Values that are written once, before the first program. */
export interface NetworkConstant {
  readonly tensor: NetworkTensor;
  readonly values: Float32Array;
}

export interface NetworkTraining {
  readonly options: SgdOptions;
  /** Names of the tensors that the loss is of: the host writes their gradients. */
  readonly outputs: readonly string[];
  /** Names of the parameters that learn. */
  readonly learning: ReadonlySet<string>;
  /** As `forward`, but no dropout drops. */
  readonly evaluation: NetworkProgram;
  /**
   * Backward and update. With a loss scale two: between them the host looks whether all gradients of parameters are finite, and leaves the second one out
   * where one is not.
   */
  readonly update: readonly NetworkProgram[];
}

/** A network as programs and a memory map. */
export interface CompiledNetwork {
  readonly name: string;
  readonly batch: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly forward: NetworkProgram;
  readonly training?: NetworkTraining;
  /** Every tensor, but for those that are never stored, as they are fused. Those that share memory, at once or one after the other, have entries of their own. */
  readonly tensors: readonly NetworkTensor[];
  readonly constants: readonly NetworkConstant[];
  /** Bytes behind each base register, and what must live at once behind that of activations. */
  readonly bytes: Readonly<Record<Base, number>>;
  readonly mostLive: number;
  /** Bytes that no plan can do without: parameters and their states, what the host reads and writes, and what the backward pass reads of the forward pass. */
  readonly compulsory: number;
}

/** The tensor of a role and name. @throws RangeError where there is none, as what is fused is not stored. */
export const tensorOf = (
  compiled: Pick<CompiledNetwork, 'tensors' | 'name'>,
  role: Role,
  name: string,
): NetworkTensor => {
  const found = compiled.tensors.find((tensor) => tensor.role === role && tensor.name === name);
  if (!found) throw new RangeError(`${compiled.name} stores no ${role} ${name}`);
  return found;
};
