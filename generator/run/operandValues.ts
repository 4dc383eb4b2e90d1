import { UserError } from '../base/errors.js';
import type { Format } from '../formats/index.js';
import { bf16Bits, bf16FromBits } from '../formats/numerics.js';
import type { NpyFile } from './npy.js';

const [LEAST, MOST] = [-128, 127];

const fits = (value: number): boolean => Number.isInteger(value) && value >= LEAST && value <= MOST;

/** How int8 comes of numbers that are none, with what the user has to decide first. */
const quantization = ({ data, element }: NpyFile): string => {
  let [least, most, finite, exact] = [0, 0, true, true];
  for (const value of data) {
    if (Number.isFinite(value)) {
      least = Math.min(least, value);
      most = Math.max(most, value);
      exact &&= fits(value);
    } else finite = false;
  }
  const decisions = [
    ...(finite ? [] : ['decide what stands for NaN and infinity']),
    ...(exact ? [] : ['choose a scale (this one uses all of int8, and rounds)']),
  ];
  const double = `${element.expression}.astype('float64')`;
  const known = finite ? double : `numpy.nan_to_num(${double}, nan=0, posinf=${most}, neginf=${least})`;
  const scale = Math.max(Math.max(most, -least) / MOST, Number.MIN_VALUE);
  const scaled = exact ? known : `numpy.rint(${known} / ${scale})`;
  const first =
    decisions.length > 0 ? decisions.join(' and ') : 'all values are whole and in range, so nothing is lost';
  return `${first}: numpy.save(file, ${scaled}.astype('int8'))`;
};

/**
 * The values of a file of integers, of any width, as int8: none is wrapped, rounded or cut off.
 * @param where names an element by its flat index.
 * @throws UserError for floats, and for a value beyond int8.
 */
const int8Values = (file: NpyFile, path: string, where: (index: number) => string): Int8Array => {
  const { data, element } = file;
  if (data instanceof Int8Array) return data;
  const wrong = data.findIndex((value) => !fits(value));
  if (element.integer && wrong < 0) return Int8Array.from(data);
  const [code, message] = element.integer
    ? ['NPY_RANGE', `${where(wrong)} is ${data[wrong]}; int8 holds ${LEAST} to ${MOST}`]
    : ['NPY_DTYPE', `elements are ${element.descr}; the format int8 takes integers`];
  throw new UserError([{ code, path, message, fix: quantization(file) }]);
};

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** A double as float32 whose last bit tells what was cut off: to round that to bf16 is to round once. */
const sticky = (value: number): number => {
  single[0] = value;
  if (single[0] === value || Number.isNaN(value)) return single[0];
  if (Math.abs(single[0]) > Math.abs(value)) singleBits[0] -= 1;
  singleBits[0] |= 1;
  return single[0];
};

/** Real values rounded to bf16, each once, to nearest even; and how many that changed. */
const bf16Values = ({ data }: NpyFile): OperandValues => {
  const values = new Float32Array(data.length);
  let changed = 0;
  for (let i = 0; i < data.length; i++) {
    const before = data[i]!;
    const after = bf16FromBits(bf16Bits(sticky(before)));
    if (after !== before && !(Number.isNaN(after) && Number.isNaN(before))) changed += 1;
    values[i] = after;
  }
  return { values, changed };
};

/** The values of a file in a format, and how many were changed by rounding. */
export interface OperandValues {
  readonly values: Int8Array | Float32Array;
  readonly changed: number;
}

/**
 * How a format takes the values of a file.
 * @throws UserError with the data's own remedy, where it cannot; `where` names the place of an element.
 */
export const readers: Readonly<
  Record<Format, (file: NpyFile, path: string, where: (index: number) => string) => OperandValues>
> = {
  int8: (file, path, where) => ({ values: int8Values(file, path, where), changed: 0 }),
  bf16: bf16Values,
};
