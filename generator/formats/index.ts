import { bf16 } from './bf16.js';
import type { Format, NumberFormat } from './format.js';
import { int8 } from './int8.js';

export {
  type ElementFormat,
  FORMATS,
  type Format,
  type NumberFormat,
  type OperandFormat,
  type ResultFormat,
} from './format.js';

/** Every number format. */
export const formats: Readonly<Record<Format, NumberFormat>> = { int8, bf16 };

/** The number format of an accelerator. */
export const formatOf = ({ format }: { readonly format: Format }): NumberFormat => formats[format];

/** Results as they lie in memory, as numbers: in the format of sums, or (`narrow`) of operands. */
export const unpackResult = (
  bytes: Uint8Array,
  format: Format,
  narrow: boolean,
): Int8Array | Int32Array | Float32Array => {
  const { result, sum } = formats[format];
  return (narrow ? result : sum).unpack(bytes);
};
