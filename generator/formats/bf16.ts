import { Bf16Arithmetic } from './bf16Arithmetic.js';
import type { ElementFormat, NumberFormat, OperandFormat } from './format.js';
import { bf16Bits, bf16FromBits, fp32FromBits, SMALLEST_NORMAL } from './numerics.js';

const singleText = (bits: bigint): string => {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(bits));
  return String(view.getFloat32(0));
};

const operand: OperandFormat<Float32Array> = {
  name: 'bf16',
  bits: 16,
  unpack: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) => bf16FromBits(view.getUint16(i * 2, true)));
  },
  text: (bits) => singleText(bits << 16n),
  pack: (values) => {
    const halves = new Uint16Array(values.length);
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < values.length; i++) {
      const subnormal = Math.abs(values[i]!) < SMALLEST_NORMAL;
      halves[i] = subnormal ? words[i]! >>> 16 : bf16Bits(values[i]!);
    }
    return new Uint8Array(halves.buffer);
  },
  /** Around 1 with both signs, and some zeros. */
  random: (length, next) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      const word = next();
      // sign, exponent 2^-4 … 2^3, 7 mantissa bits
      values[i] =
        (word & 0xf00) === 0
          ? 0
          : bf16FromBits(((word & 1) << 15) | ((123 + ((word >>> 1) & 7)) << 7) | ((word >>> 4) & 0x7f));
    }
    return values;
  },
};

const sum: ElementFormat<Float32Array> = {
  name: 'fp32',
  bits: 32,
  unpack: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => fp32FromBits(view.getUint32(i * 4, true)));
  },
  text: singleText,
};

/** bf16 × bf16, exact in fp32; fp32 sums, rounded to nearest even. Subnormals are zero, and there is one NaN. */
export const bf16: NumberFormat = {
  name: 'bf16',
  operands: { dynamic: operand, stationary: operand },
  sum,
  partialBits: () => sum.bits,
  result: operand,
  addStages: { least: 1, most: 4, usual: 3 },
  shifts: false,
  exact: false,
  special: true,
  blocks: ['fp32_add', 'bf16_mul'],
  sumText: 'fp32',
  resultText: () => 'bf16: sums in fp32, rounded to nearest even',
  arithmetic: (sizes) => new Bf16Arithmetic(sizes),
};
