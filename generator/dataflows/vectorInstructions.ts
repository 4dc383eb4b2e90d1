import type { Config } from '../description/config.js';
import type { Derived } from '../description/derive.js';
import { fp32Bits } from '../formats/numerics.js';
import { LEAST_PERIOD, type Operands, type Operations, type Store } from '../isa/program.js';
import { operationWord, type VectorOperation } from '../isa/vectorOperation.js';

export type Constants = readonly [number, number, number, number];

const wait = { waitExec: 0, waitLoad: 0 } as const;

/** The OPERATIONS of a list of operations; constants are rounded to fp32. */
export const operationsInstruction = (
  operations: readonly VectorOperation[],
  constants: Constants,
): Operations & { readonly kind: 'operations' } => {
  const word = (n: number): number => (n < operations.length ? operationWord(operations[n]!) : 0);
  const bits = (n: number): number => fp32Bits(Math.fround(constants[n]!));
  return {
    ...{ kind: 'operations', ...wait, count: operations.length },
    ...{ operation0: word(0), operation1: word(1), operation2: word(2), operation3: word(3) },
    ...{ operation4: word(4), operation5: word(5), operation6: word(6), operation7: word(7) },
    ...{ constant0: bits(0), constant1: bits(1), constant2: bits(2), constant3: bits(3) },
  };
};

/** An OPERANDS of which nothing is used. */
export const NO_OPERANDS: Operands = {
  ...{ kind: 'operands', ...wait, wide: 0 },
  ...{ dynamic0: 0, dynamic1: 0, stationary0: 0, stationary1: 0 },
  ...{ coefficientBase: 0, sumBase: 0, period: LEAST_PERIOD, offset1: 0, offset2: 0 },
};

/** A STORE that drains nothing: so many groups of lanes. */
export const elementwiseStore = (
  { array }: Config,
  groups: number,
  lanes: number,
  parts: Pick<Store, 'narrow' | 'address'> & Partial<Store>,
): Store => {
  const vectorsPerGroup = Math.ceil(lanes / array.columns);
  return {
    ...{ kind: 'store', ...wait, post: true, elementwise: true, shift: 0, accBase: 0 },
    ...{ groups, vectorsPerGroup, lastLanes: lanes - (vectorsPerGroup - 1) * array.columns },
    ...{ n1: 1, n2: 1, stride1: 0, stride2: 0, accStride1: 0, accStride2: 0, accGroupStride: 0 },
    ...parts,
  };
};

/** Chunks after which sums repeat that are kept for whole pixels of so many chunks: `LEAST_PERIOD`, or more. */
export const sumPeriod = (chunks: number): number => chunks * Math.ceil(LEAST_PERIOD / chunks);

/** Entries of the coefficients that so many channels take: chunks of a pixel. */
export const coefficientEntries = ({ array }: Config, { vectorLanes }: Derived, channels: number): number => {
  const vectors = Math.ceil(channels / array.columns);
  const last = channels - (vectors - 1) * array.columns;
  return (vectors - 1) * Math.ceil(array.columns / vectorLanes) + Math.ceil(last / vectorLanes);
};
