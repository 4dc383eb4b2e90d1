import type { Literal } from './pythonLiteral.js';

/** Type of the elements of a .npy file: one that {@link parseElement} reads as numbers. */
export interface NpyElement {
  /** As the header has it. */
  readonly descr: string;
  /** NumPy's letter: b, i, u, f, or V for bf16. */
  readonly kind: string;
  /** Bytes. */
  readonly size: number;
  readonly bigEndian: boolean;
  /** Whether it holds whole numbers only. */
  readonly integer: boolean;
  /** NumPy's expression for the numbers of `array`. */
  readonly expression: string;
}

/** Why elements of a type cannot be read, and what to do. */
export interface ElementRefusal {
  readonly refusal: string;
  readonly fix: string;
}

const SIZES: Readonly<Record<string, readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
  V: [2],
};

/** NumPy sees bf16 as two bytes without a type: it is the upper half of a float32. */
const BF16_AS_FLOAT32 = "(array.view('<u2').astype('<u4') << 16).view('<f4')";

const save = (expression: string): string => `numpy.save(file, ${expression})`;

/** By NumPy's letter: what such elements are, and how numbers come of them. */
const OTHERS: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  f: ['no float of 2, 4 or 8 bytes', `round it to 53 bits: ${save("array.astype('float64')")}`],
  c: ['complex numbers', `decide which part is meant, as in ${save('array.real')}`],
  O: [
    'Python objects',
    `make numbers of them: ${save('numpy.array(array.tolist())')}; numpy.load needs allow_pickle=True for it`,
  ],
  S: ['text', `make numbers of it: ${save("array.astype('float64')")}`],
  U: ['text', `make numbers of it: ${save("array.astype('float64')")}`],
  M: ['dates', `save their count: ${save("array.astype('int64')")}`],
  m: ['durations', `save their count: ${save("array.astype('int64')")}`],
  V: ['bytes without a type', `make numbers where the array comes from: ${save("array.astype('float32')")}`],
};

/** The name of the first field of a record. */
const firstField = (descr: Literal): string | undefined => {
  if (typeof descr !== 'object' || descr?.kind !== 'list') return undefined;
  const [field] = descr.items;
  if (typeof field !== 'object' || field?.kind !== 'tuple') return undefined;
  const [name] = field.items;
  return typeof name === 'string' ? name : undefined;
};

/** The `descr` of a header: which numbers its elements are, or why they are none. */
export const parseElement = (descr: Literal): NpyElement | ElementRefusal => {
  if (typeof descr !== 'string') {
    const name = firstField(descr);
    const fix = name === undefined ? save('array') : save(`array[${JSON.stringify(name)}]`);
    return { refusal: 'elements are records, not numbers', fix: `save the field that is meant, as in ${fix}` };
  }
  const [, order = '', kind = '', digits = ''] = /^([<>=|]?)([a-zA-Z])(\d*)(?:\[[^\]]*\])?$/.exec(descr) ?? [];
  const size = Number(digits);
  if (SIZES[kind]?.includes(size)) {
    const [integer, bf16] = [kind !== 'f' && kind !== 'V', kind === 'V'];
    const expression = bf16 ? BF16_AS_FLOAT32 : 'array';
    return { descr, kind, size, bigEndian: order === '>' && !bf16, integer, expression };
  }
  const [what, fix] = OTHERS[kind] ?? ['of an unknown type', `save it again: ${save('array')}`];
  return { refusal: `elements are ${descr}, ${what}`, fix };
};

/** The number that an IEEE half has; the bits as a whole number. */
export const halfToNumber = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const special = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  const normal = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  const magnitude = exponent === 31 ? special : normal;
  return bits & 0x8000 ? -magnitude : magnitude;
};
