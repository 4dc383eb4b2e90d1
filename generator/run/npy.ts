import { readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../base/errors.js';
import { type NumberArray, transpose } from '../golden/transpose.js';
import { halfToNumber, type NpyElement, parseElement } from './npyElement.js';
import { type Literal, parseLiteral } from './pythonLiteral.js';

/** A tensor in C order. */
export interface NpyArray {
  /** Length of each axis, outermost first. */
  readonly shape: readonly number[];
  /** The values, the last axis innermost. */
  readonly data: NumberArray;
}

/** What a file holds. int64 and uint64 come as float64, float16 and bf16 as float32: no value changes. */
export interface NpyFile extends NpyArray {
  /** Of the elements in the file. */
  readonly element: NpyElement;
}

const magic = '\x93NUMPY';
const alignment = 64;
const MOST_AXES = 64;

const descrOf = (data: NumberArray): string => {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Int8Array) return '|i1';
  if (data instanceof Int32Array) return '<i4';
  throw new TypeError('only float32, int8 and int32 are written');
};

/** A shape as Python writes it. */
export const tuple = (shape: readonly number[]): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

/** Elements of a shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The bytes of a version 1.0 file of float32, int8 or int32. */
export const encodeNpy = ({ shape, data }: NpyArray): Uint8Array => {
  if (elements(shape) !== data.length) {
    throw new RangeError(`shape ${tuple(shape)} does not hold ${data.length} elements`);
  }
  const dict = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': ${tuple(shape)}, }`;
  const length = Math.ceil((10 + dict.length + 1) / alignment) * alignment;
  const header = `${magic}\x01\x00\0\0${dict}`.padEnd(length - 1).concat('\n');
  const file = Buffer.alloc(length + data.byteLength);
  file.write(header, 'latin1');
  file.writeUInt16LE(length - 10, 8);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return new Uint8Array(file);
};

interface Header {
  readonly descr: Literal;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The dictionary of a header; undefined when NumPy would not read it. */
const parseHeader = (text: string): Header | undefined => {
  const literal = parseLiteral(text);
  if (typeof literal !== 'object' || literal?.kind !== 'dict' || literal.entries.size !== 3) return undefined;
  const [descr, fortran, shape] = ['descr', 'fortran_order', 'shape'].map((key) => literal.entries.get(key) ?? null);
  if (descr === null || typeof fortran !== 'boolean') return undefined;
  if (typeof shape !== 'object' || shape?.kind !== 'tuple' || shape.items.length > MOST_AXES) return undefined;
  const sizes = shape.items.filter(
    (size): size is number => typeof size === 'number' && size >= 0 && Number.isFinite(size),
  );
  return sizes.length === shape.items.length ? { descr, fortran, shape: sizes } : undefined;
};

/** Little-endian elements as numbers; undefined when a whole number is too large for a double. */
const numbers: Readonly<Record<string, (buffer: ArrayBuffer) => NumberArray | undefined>> = (() => {
  const whole = (values: BigInt64Array | BigUint64Array): Float64Array | undefined => {
    const result = new Float64Array(values.length);
    for (let i = 0; i < values.length; i++) {
      result[i] = Number(values[i]!);
      if (!Number.isSafeInteger(result[i])) return undefined;
    }
    return result;
  };
  const bf16 = (words: Uint16Array): Float32Array => {
    const bits = new Uint32Array(words.length);
    for (let i = 0; i < words.length; i++) bits[i] = words[i]! * 0x10000;
    return new Float32Array(bits.buffer);
  };
  return {
    b1: (buffer) => new Uint8Array(buffer),
    i1: (buffer) => new Int8Array(buffer),
    u1: (buffer) => new Uint8Array(buffer),
    i2: (buffer) => new Int16Array(buffer),
    u2: (buffer) => new Uint16Array(buffer),
    i4: (buffer) => new Int32Array(buffer),
    u4: (buffer) => new Uint32Array(buffer),
    i8: (buffer) => whole(new BigInt64Array(buffer)),
    u8: (buffer) => whole(new BigUint64Array(buffer)),
    f2: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber),
    f4: (buffer) => new Float32Array(buffer),
    f8: (buffer) => new Float64Array(buffer),
    V2: (buffer) => bf16(new Uint16Array(buffer)),
  };
})();

const littleEndian = (bytes: Uint8Array, { size, bigEndian }: NpyElement): ArrayBuffer => {
  const copy = new Uint8Array(bytes);
  if (bigEndian) {
    const view = Buffer.from(copy.buffer);
    if (size === 2) view.swap16();
    if (size === 4) view.swap32();
    if (size === 8) view.swap64();
  }
  return copy.buffer;
};

/**
 * Reads the bytes of a .npy file of numbers, versions 1.0, 2.0 and 3.0, in either byte order, in C or Fortran order.
 * Elements of two bytes without a type are bf16, as ml_dtypes saves it. `path` is for messages.
 * @throws UserError with the first thing that is wrong with the file.
 */
export const decodeNpy = (bytes: Uint8Array, path: string): NpyFile => {
  const refuse = (code: string, message: string, fix: string): never => {
    throw new UserError([{ code, path, message, fix }]);
  };
  const resave = 'save it again: numpy.save(file, array)';
  if (bytes.length < 10 || latin1(bytes.subarray(0, 6)) !== magic) {
    const fix = 'write it with numpy.save(file, array); savez, tofile and torch.save write other formats';
    return refuse('NPY_FOREIGN', 'this is not a .npy file', fix);
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0)
    return refuse('NPY_VERSION', `format ${major}.${minor} is unknown`, resave);
  const start = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end =
    bytes.length < start
      ? Number.POSITIVE_INFINITY
      : start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) return refuse('NPY_TRUNCATED', 'the file ends inside its header', resave);
  const header = parseHeader(latin1(bytes.subarray(start, end)));
  if (!header) return refuse('NPY_HEADER', 'the header cannot be read', resave);
  const { descr, fortran, shape } = header;
  const element = parseElement(descr);
  if ('refusal' in element) return refuse('NPY_DTYPE', element.refusal, element.fix);
  const size = elements(shape) * element.size;
  const held = bytes.length - end;
  if (!(held >= size)) return refuse('NPY_TRUNCATED', `the data has ${held} bytes of ${size}`, resave);
  if (held > size) return refuse('NPY_TRAILING', `${held - size} bytes follow the data`, resave);
  const data =
    numbers[`${element.kind}${element.size}`]!(littleEndian(bytes.subarray(end), element)) ??
    refuse(
      'NPY_RANGE',
      'whole numbers beyond 2^53 cannot be read exactly',
      "round them: numpy.save(file, array.astype('float64'))",
    );
  if (!fortran) return { shape, data, element };
  const backwards = shape.map((_, axis) => shape.length - 1 - axis);
  return { shape, data: transpose(data, [...shape].reverse(), backwards), element };
};

/**
 * Reads a .npy file.
 * @throws UserError when it cannot be read.
 */
export const readNpy = (path: string): NpyFile => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const message = `the file cannot be read: ${(error as Error).message}`;
    throw new UserError([{ code: 'FILE_UNREADABLE', path, message, fix: 'give the path of a readable .npy file' }]);
  }
  return decodeNpy(bytes, path);
};

/** Writes a .npy file, version 1.0. */
export const writeNpy = (path: string, array: NpyArray): void => writeFileSync(path, encodeNpy(array));
