import { readFileSync, writeFileSync } from 'node:fs';
import { type Problem, UserError } from '../check/errors.js';

/** Element types of the files we read and write: float32, int8, int32. */
export type Descr = '<f4' | '|i1' | '<i4';

/** A tensor in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array | Int32Array;
}

/** What a file must hold; what is left out may be anything. */
export interface NpyExpectation {
  readonly descr?: Descr;
  readonly shape?: readonly number[];
}

const types = { '<f4': Float32Array, '|i1': Int8Array, '<i4': Int32Array } as const;
const magic = '\x93NUMPY';
const alignment = 64;

const descrOf = (data: NpyArray['data']): Descr =>
  data instanceof Float32Array ? '<f4' : data instanceof Int8Array ? '|i1' : '<i4';

const tuple = (shape: readonly number[]): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The bytes of a version 1.0 file. */
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

/** The entries of a header's dictionary, as text; undefined when it is not one. */
const headerEntries = (text: string): Readonly<Record<string, string>> | undefined => {
  const body = /^\{(.*)\}\s*$/s.exec(text)?.[1];
  const entry = /\s*'(descr|fortran_order|shape)'\s*:\s*('[^']*'|True|False|\([\d\sL,]*\)|\[.*\])\s*(,|$)\s*/suy;
  if (body === undefined) return undefined;
  const entries: Record<string, string> = {};
  while (entry.lastIndex < body.length) {
    const match = entry.exec(body);
    if (!match || match[1] in entries) return undefined;
    entries[match[1]] = match[2];
  }
  return Object.keys(entries).length === 3 ? entries : undefined;
};

/** Sizes of `(2, 3)`, `(4,)` or `()`; Python 2 wrote `2L`. */
const parseShape = (text: string): readonly number[] | undefined => {
  const inside = text.slice(1, -1).trim();
  if (!/^\(.*\)$/s.test(text) || (inside !== '' && !/^\d+L?\s*(,\s*(\d+L?\s*(,\s*\d+L?\s*)*,?)?)$/.test(inside))) {
    return undefined;
  }
  return inside === ''
    ? []
    : inside
        .replace(/,\s*$/, '')
        .split(',')
        .map((size) => Number.parseInt(size, 10));
};

/**
 * Reads the bytes of a .npy file, versions 1.0, 2.0 and 3.0. `path` is for messages.
 * @throws UserError with the first thing that is wrong with the file.
 */
export const decodeNpy = (bytes: Uint8Array, path: string, expected: NpyExpectation = {}): NpyArray => {
  const refuse = (code: string, message: string, fix: string): never => {
    const problem: Problem = { code, path, message, fix };
    throw new UserError([problem]);
  };
  const resave = `save it again: numpy.save(file, array)`;
  if (bytes.length < 10 || latin1(bytes.subarray(0, 6)) !== magic) {
    return refuse('NPY_FOREIGN', 'this is not a .npy file', 'write it with numpy.save (not savez or tofile)');
  }
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    return refuse('NPY_VERSION', `format version ${major}.${minor} is unknown`, 'use version 1.0, 2.0 or 3.0');
  }
  const start = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end =
    bytes.length < start
      ? Number.POSITIVE_INFINITY
      : start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) return refuse('NPY_TRUNCATED', 'the file ends inside its header', resave);
  const entries = headerEntries(latin1(bytes.subarray(start, end)));
  const shape = entries && parseShape(entries.shape);
  if (!entries || !shape || !/^(True|False)$/.test(entries.fortran_order)) {
    return refuse('NPY_HEADER', 'the header cannot be read', resave);
  }
  const descr = entries.descr.replace(/^'(.*)'$/, '$1');
  const cast = (to: string) => `convert it: numpy.save(file, array.astype('${to}'))`;
  if (/^>/.test(descr)) {
    const native = descr.replace('>', '<');
    const to = expected.descr ?? (Object.hasOwn(types, native) ? native : '<f4');
    return refuse('NPY_BIG_ENDIAN', `elements are big endian (${descr})`, cast(to));
  }
  if (expected.descr !== undefined && expected.descr !== descr) {
    return refuse('NPY_DTYPE', `elements are ${descr}, not ${expected.descr}`, cast(expected.descr));
  }
  if (!Object.hasOwn(types, descr)) {
    return refuse('NPY_DTYPE', `elements are ${descr}, not one of ${Object.keys(types).join(', ')}`, cast('<f4'));
  }
  if (entries.fortran_order === 'True' && shape.length > 1) {
    return refuse(
      'NPY_FORTRAN',
      'the array is in Fortran order',
      'convert it: numpy.save(file, numpy.ascontiguousarray(array))',
    );
  }
  const wanted = expected.shape;
  if (wanted && (wanted.length !== shape.length || wanted.some((size, axis) => size !== shape[axis]))) {
    const fix =
      elements(shape) === elements(wanted)
        ? `reshape it: array.reshape(${tuple(wanted)})`
        : `give an array of the shape ${tuple(wanted)}, ${elements(wanted)} elements; this one has ${elements(shape)}`;
    return refuse('NPY_SHAPE', `the shape is ${tuple(shape)}, not ${tuple(wanted)}`, fix);
  }
  const type = types[descr as Descr];
  const size = elements(shape) * type.BYTES_PER_ELEMENT;
  const held = bytes.length - end;
  if (held < size) return refuse('NPY_TRUNCATED', `the data has ${held} bytes of ${size}`, resave);
  if (held > size) return refuse('NPY_TRAILING', `${held - size} bytes follow the data`, resave);
  return { shape, data: new type(new Uint8Array(bytes.subarray(end)).buffer) };
};

/**
 * Reads a .npy file.
 * @throws UserError when it cannot be read or is not what is expected.
 */
export const readNpy = (path: string, expected: NpyExpectation = {}): NpyArray => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const message = `the file cannot be read: ${(error as Error).message}`;
    throw new UserError([{ code: 'FILE_UNREADABLE', path, message, fix: 'give the path of a readable .npy file' }]);
  }
  return decodeNpy(bytes, path, expected);
};

/** Writes a .npy file, version 1.0. */
export const writeNpy = (path: string, array: NpyArray): void => writeFileSync(path, encodeNpy(array));
