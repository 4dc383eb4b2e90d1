import { type Constant, elementsIn, makeConstant } from './constants.js';
import { malformed, unsupported } from './refusal.js';
import { numberOf, type TensorMessage, type Whole } from './schema.js';

/** Codes of TensorProto.DataType. */
export const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
export const INT64 = 7;
const BOOL = 9;
const FLOAT16 = 10;
const DOUBLE = 11;
const BFLOAT16 = 16;

/** Where TensorProto.DataLocation says that the values are in another file. */
export const EXTERNAL = 1;

/** Numbers of a floating-point type; others are whole. */
export const isFloating = (type: number): boolean => [FLOAT, FLOAT16, DOUBLE, BFLOAT16].includes(type);

const word = new DataView(new ArrayBuffer(4));

const fromBfloat16 = (bits: number): number => {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
};

const fromFloat16 = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
};

/** Nearest even multiple, as the sum with a number of larger exponent is rounded. */
const nearestEven = (value: number): number => {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
};

const toFloat16 = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size || 1e-30)), -14);
  // the fraction may round up into the next exponent, and the sum says so by itself
  const units = nearestEven(size * 2 ** (10 - exponent));
  return sign | (units < 1024 ? units : ((exponent + 14) << 10) + units);
};

const toBfloat16 = (value: number): number => {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  return Number.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
};

interface Encoding {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly write: (view: DataView, at: number, value: number) => void;
  /** The field that holds the values when they are not raw. */
  readonly field: (tensor: TensorMessage) => readonly Whole[];
  /** What a number of that field stands for; else itself. */
  readonly decode?: (bits: number) => number;
}

const int32Data = (tensor: TensorMessage): readonly Whole[] => tensor.int32Data;

const small = (
  bytes: number,
  read: (view: DataView, at: number) => number,
  write: (view: DataView, at: number, value: number) => void,
): Encoding => ({ bytes, read, write, field: int32Data });

const half = (decode: (bits: number) => number, encode: (value: number) => number): Encoding => ({
  bytes: 2,
  read: (view, at) => decode(view.getUint16(at, true)),
  write: (view, at, value) => view.setUint16(at, encode(value), true),
  field: int32Data,
  decode,
});

const ENCODINGS = new Map<number, Encoding>([
  [
    FLOAT,
    {
      bytes: 4,
      read: (view, at) => view.getFloat32(at, true),
      write: (view, at, value) => view.setFloat32(at, value, true),
      field: (tensor) => tensor.floatData,
    },
  ],
  [
    DOUBLE,
    {
      bytes: 8,
      read: (view, at) => view.getFloat64(at, true),
      write: (view, at, value) => view.setFloat64(at, value, true),
      field: (tensor) => tensor.doubleData,
    },
  ],
  [
    INT64,
    {
      bytes: 8,
      read: (view, at) => Number(view.getBigInt64(at, true)),
      write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
      field: (tensor) => tensor.int64Data,
    },
  ],
  [
    INT32,
    small(
      4,
      (view, at) => view.getInt32(at, true),
      (view, at, value) => view.setInt32(at, value, true),
    ),
  ],
  [
    INT8,
    small(
      1,
      (view, at) => view.getInt8(at),
      (view, at, value) => view.setInt8(at, value),
    ),
  ],
  ...[UINT8, BOOL].map((type): [number, Encoding] => [
    type,
    small(
      1,
      (view, at) => view.getUint8(at),
      (view, at, value) => view.setUint8(at, value),
    ),
  ]),
  [FLOAT16, half(fromFloat16, toFloat16)],
  [BFLOAT16, half(fromBfloat16, toBfloat16)],
]);

const encodingOf = (type: number): Encoding => {
  const encoding = ENCODINGS.get(type);
  if (!encoding)
    throw unsupported(
      `a tensor of type ${type}; float, double, float16, bfloat16, int8, uint8, int32, int64 and bool are read`,
      'export it with float weights',
    );
  return encoding;
};

/**
 * The values of a tensor.
 * @throws Refusal when they are in another file, of a type that is not read, or not as many as its shape says.
 */
export const readTensor = (tensor: TensorMessage, root?: string): Constant => {
  if (tensor.dataLocation === EXTERNAL)
    throw unsupported('keeps its values in another file (external data)', 'save the model as one file');
  const { bytes, read, field, decode } = encodingOf(tensor.dataType);
  const shape = tensor.dims.map(numberOf);
  const count = elementsIn(shape);
  const values = new (tensor.dataType === FLOAT ? Float32Array : Float64Array)(count);
  // an empty field is no bytes but a list
  const raw = tensor.rawData.length > 0 ? tensor.rawData : new Uint8Array();
  const given = field(tensor);
  if (raw.length > 0 || given.length === 0) {
    if (raw.length !== count * bytes)
      throw malformed(`has ${raw.length} bytes of values, and its shape [${shape}] needs ${count * bytes}`);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < count; i++) values[i] = read(view, i * bytes);
  } else {
    if (given.length !== count) throw malformed(`has ${given.length} values, and its shape [${shape}] needs ${count}`);
    for (let i = 0; i < count; i++) {
      const value = numberOf(given[i]);
      values[i] = decode ? decode(value) : value;
    }
  }
  return makeConstant(
    shape,
    values,
    !isFloating(tensor.dataType),
    root === undefined ? undefined : { root, at: (i) => i, scale: 1 },
  );
};

/** Puts values into a tensor, in the type that it has. */
export const writeTensor = (tensor: TensorMessage, values: ArrayLike<number>): void => {
  const { bytes, write } = encodingOf(tensor.dataType);
  const raw = new Uint8Array(values.length * bytes);
  const view = new DataView(raw.buffer);
  for (let i = 0; i < values.length; i++) write(view, i * bytes, values[i]);
  Object.assign(tensor, { rawData: raw, floatData: [], int32Data: [], int64Data: [], doubleData: [], uint64Data: [] });
};

/** A tensor message of these values. */
export const makeTensor = (
  name: string,
  dataType: number,
  dims: readonly number[],
  values: ArrayLike<number>,
): TensorMessage => {
  const tensor = { name, dataType, dims: [...dims] } as unknown as TensorMessage;
  writeTensor(tensor, values);
  return tensor;
};
