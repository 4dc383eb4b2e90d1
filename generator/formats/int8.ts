import type { ElementFormat, NumberFormat, OperandFormat } from './format.js';
import { Int8Arithmetic } from './int8Arithmetic.js';

const operand: OperandFormat<Int8Array> = {
  name: 'int8',
  bits: 8,
  unpack: (bytes) => new Int8Array(bytes.slice().buffer),
  text: (bits) => String(BigInt.asIntN(8, bits)),
  pack: (values) => new Uint8Array(values.buffer, values.byteOffset, values.length),
  /** The whole range. */
  random: (length, next) => {
    const values = new Int8Array(length);
    for (let i = 0; i < length; i++) values[i] = next() & 0xff;
    return values;
  },
};

const sum: ElementFormat<Int32Array> = {
  name: 'int32',
  bits: 32,
  unpack: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Int32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getInt32(i * 4, true));
  },
  text: (bits) => String(BigInt.asIntN(32, bits)),
};

/** int8 × int8 → int32, which wraps; exact. */
export const int8: NumberFormat = {
  name: 'int8',
  operands: { dynamic: operand, stationary: operand },
  sum,
  // the largest product is 2^14, and the sum of all has a sign
  partialBits: (products) => 16 + Math.floor(Math.log2(products)),
  result: operand,
  addStages: { least: 1, most: 1, usual: 1 },
  shifts: true,
  exact: true,
  special: false,
  blocks: [],
  sumText: 'int32: sums wrap',
  resultText: (shift) => `int8: sum / 2^${shift}, rounded half to even, saturated to -128..127`,
  arithmetic: (sizes) => new Int8Arithmetic(sizes),
};
