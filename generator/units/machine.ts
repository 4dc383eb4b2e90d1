import type { Config } from '../description/config.js';
import { type Derived, derive } from '../description/derive.js';
import type { Arithmetic, OperandBuffer } from '../formats/arithmetic.js';
import { formatOf } from '../formats/index.js';
import type { Geometry } from '../isa/program.js';
import { type Counts, noCounts } from './counts.js';
import type { Fail } from './fault.js';
import { Memory, type Region } from './memory.js';
import { makeVectorState, type VectorState } from './vector/state.js';

/** The state of an accelerator between two instructions. */
export interface Machine {
  readonly config: Config;
  readonly sizes: Derived;
  readonly memory: Memory;
  readonly arithmetic: Arithmetic;
  readonly counts: Counts;
  readonly fail: Fail;
  /** Base registers 1 to 3, from index 1 on; 0 adds nothing. */
  readonly bases: readonly number[];
  /** Bits of an address that count in the accumulator. */
  readonly entryMask: number;
  readonly vector: VectorState | undefined;
  /** What the last GEOMETRY set. */
  geometry?: Geometry;
}

/** The base registers, 1 to 3, that addresses may count from. Multiples of 64. */
export type Bases = readonly [base1: number, base2: number, base3: number];

/** An accelerator after reset. */
export const makeMachine = (
  config: Config,
  regions: readonly Region[],
  fail: Fail,
  bases: Bases = [0, 0, 0],
): Machine => {
  const sizes = derive(config);
  const { accumulatorDepth } = config.buffers;
  return {
    config,
    sizes,
    memory: new Memory(regions),
    arithmetic: formatOf(config).arithmetic({ ...config.array, ...sizes, accumulatorDepth }),
    counts: noCounts(),
    fail,
    bases: [0, ...bases],
    entryMask: 2 ** sizes.blockAddressBits - 1,
    vector: sizes.parts.vector ? makeVectorState(sizes.vectorLanes, sizes.coefficients) : undefined,
  };
};

/** Address of an instruction in memory: its own, and the base register that it counts from. */
export const addressOf = (
  { bases, vector, fail }: Machine,
  { address, base = 0 }: { readonly address: number; readonly base?: number },
): number => {
  if (base !== 0 && !vector) fail('FIELD', 'there are no base registers');
  return address + bases[base]!;
};

/** Address of a vector's first element in a buffer; all its lanes must have been loaded. */
export const vectorAt = (machine: Machine, buffer: OperandBuffer, address: number, lanes: number): number => {
  const { written, mask } = buffer;
  for (let lane = 0; lane < lanes; lane++) {
    if (written[(address + lane) & mask] !== 0) continue;
    const name = buffer === machine.arithmetic.dynamic ? 'dynamic' : 'stationary';
    machine.fail('BUFFER_RANGE', `reads element ${(address + lane) & mask} of the ${name} buffer, never loaded`);
  }
  return address & mask;
};

/** Index of an accumulator entry, from its address modulo 2^blockAddressBits. */
export const entryAt = ({ config, entryMask, fail }: Machine, address: number): number => {
  const entry = address & entryMask;
  const depth = config.buffers.accumulatorDepth;
  if (entry >= depth) fail('ACCUMULATOR_RANGE', `accumulator entry ${address | 0} is outside 0…${depth - 1}`);
  return entry;
};
