import { BATCH_CHUNKS, type Operands, type Operations } from '../../isa/program.js';
import { operationWords, readOperation, type VectorOperation } from '../../isa/vectorOperation.js';
import { constantValue } from './lanes.js';

const REGISTERS = 8;

/** What the last OPERATIONS set. */
export interface Setting {
  readonly operations: readonly VectorOperation[];
  readonly constants: readonly [number, number, number, number];
  /** The lower half of constant 3, as bits. */
  readonly tag: number;
}

/** The vector unit between two instructions. */
export interface VectorState {
  readonly lanes: number;
  /** Entries of a bank. */
  readonly depth: number;
  /** Two banks, entry by entry. */
  readonly coefficients: readonly [Float32Array, Float32Array];
  /** Registers, each with a chunk for each slot of a batch. */
  readonly registers: readonly Float32Array[];
  setting?: Setting;
  operands?: Operands;
}

/** A vector unit after reset. Coefficients are not cleared by the hardware; here they begin as zeros. */
export const makeVectorState = (lanes: number, depth: number): VectorState => {
  const bank = (): Float32Array => new Float32Array(lanes * depth);
  const chunk = (): Float32Array => new Float32Array(lanes * BATCH_CHUNKS);
  return { lanes, depth, coefficients: [bank(), bank()], registers: Array.from({ length: REGISTERS }, chunk) };
};

/** The operations and constants of an OPERATIONS that the hardware takes. */
export const settingOf = (operations: Operations): Setting => {
  const { constant0, constant1, constant2, constant3 } = operations;
  return {
    operations: operationWords(operations)
      .slice(0, operations.count)
      .map((word) => readOperation(word)),
    constants: [constantValue(constant0), constantValue(constant1), constantValue(constant2), constantValue(constant3)],
    tag: constant3 & 0xffff,
  };
};
