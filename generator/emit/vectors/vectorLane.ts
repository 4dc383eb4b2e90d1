import { bf16Bits, fp32Bits, fp32FromBits } from '../../formats/numerics.js';
import { operationWord, readOperation, type VectorOperation } from '../../isa/vectorOperation.js';
import { addFp32, constantValue, multiplyFp32, rootOf } from '../../units/vector/lanes.js';
import { LANE_GROUP } from '../views/datapath.js';
import { corners } from './arithmetic.js';
import { hex, randomWords } from './random.js';

/** What a lane reads, as bits: both registers, sum, streams of either buffer, coefficients of either bank. */
type Sources = [p: number, q: number, sum: number, dynamic: number, stationary: number, c0: number, c1: number];

type Constants = readonly [number, number, number, number];

/** The bits of 1. */
const ONE = 0x3f800000;

/** The result of an operation, as the contract has it, step by step. */
const resultOf = (
  operation: VectorOperation,
  [p, q, sum, dynamic, stationary, c0, c1]: Sources,
  constants: Constants,
) => {
  const pBits = { register: p, sums: sum, dynamic0: dynamic, dynamic1: dynamic }[operation.p];
  const tag = (stationary & 0xffff) === (constants[3] & 0xffff) ? ONE : 0;
  const qBits = {
    ...{ none: 0, register: q, stationary0: stationary, stationary1: stationary, coefficient: c1, sum: c1, tag },
    mac: operation.swap ? q : c1,
  }[operation.q];
  const read = [operation.value ? (pBits & 0xffff0000) >>> 0 : pBits, qBits].map(fp32FromBits);
  const isMac = operation.q === 'mac';
  const [value, other] = operation.swap && !isMac ? [read[1]!, read[0]!] : [read[0]!, read[1]!];
  const [, , least, most] = constants.map(constantValue) as unknown as Constants;
  const { gate, factor, leak, clip } = operation;
  const byQ = gate === 'q' || gate === 'within';
  const kept = { none: true, p: value > 0, q: other > 0, within: other > 0 && other < most }[gate];
  const by = {
    one: isMac ? fp32FromBits(operation.swap ? c1 : q) : 1,
    constant: constantValue(constants[operation.constant]!),
    coefficient: fp32FromBits(c0),
    q: other,
  }[factor];
  let result = 0;
  if (kept || leak) {
    result = multiplyFp32(value, kept ? by : least);
    if (operation.q !== 'none' && factor !== 'q' && !byQ) result = addFp32(result, other);
  }
  if (clip === 'root') return rootOf(result);
  if (clip === 'relu' && !Number.isNaN(result)) return result > 0 ? result : 0;
  if (clip !== 'range' || Number.isNaN(result)) return result;
  if (result < least) return least;
  return result > most ? most : result;
};

/** Numbers near one another, so that they pass gates and clips both ways; or any. */
const drawNumber = (next: () => number): number => {
  const word = next();
  if (word % 5 === 0) return (word & 0x300) === 0 ? (word & 0x400) * 2 ** 21 : corners[next() % corners.length]!;
  if (word % 5 === 1) return next();
  return (((word >>> 8) & 1) * 2 ** 31 + (125 + ((word >>> 9) & 3)) * 2 ** 23 + ((word >>> 12) & 15) * 2 ** 19) >>> 0;
};

/** What the decoder takes, as far as a lane knows it. */
const isSound = ({ q, swap, factor, gate }: VectorOperation): boolean => {
  const byQ = gate === 'q' || gate === 'within';
  if (q === 'mac') return factor === 'one' && !byQ;
  return q === 'none' ? !swap && factor !== 'q' && !byQ : !(byQ && factor === 'q');
};

/** One line `operation constants sources result half` for each vector of the lane's bench: 32, 4 × 32, 7 × 32, 32 and 16 bits. */
export const laneVectors = (seed: number, count: number): string => {
  const next = randomWords(seed);
  const draw = (): number => drawNumber(next);
  const lines: string[] = [];
  let constants: Constants = [0, 0, 0, 0];
  while (lines.length < count) {
    const operation = readOperation(next());
    if (!isSound(operation)) continue;
    const sources: Sources = [draw(), draw(), draw(), draw(), draw(), draw(), draw()];
    if (lines.length % LANE_GROUP === 0) constants = [draw(), draw(), draw(), draw()];
    // a tag is mostly another one
    if (next() % 2 === 0) sources[4] = ((sources[4] & 0xffff0000) | (constants[3] & 0xffff)) >>> 0;
    const result = resultOf(operation, sources, constants);
    const words = [operationWord(operation), ...constants, ...sources, fp32Bits(result)];
    lines.push(`${words.map((word) => hex(word, 8)).join('')}${hex(bf16Bits(result), 4)}\n`);
  }
  return lines.join('');
};
