import type protobufjs from 'protobufjs/light.js';
import type { INamespace, Root, Type } from 'protobufjs/light.js';
import { UserError } from '../base/errors.js';

/** A 64-bit integer as the protobuf library gives it, or a number. */
export type Whole = number | { toNumber(): number };

/** A tensor with its values, in one of several fields. */
export interface TensorMessage {
  name: string;
  dims: Whole[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  int64Data: Whole[];
  doubleData: number[];
  uint64Data: Whole[];
  rawData: Uint8Array;
  dataLocation: number;
  /** Which bytes of which file hold the values: location, offset, length. */
  externalData: { key: string; value: string }[];
}

export interface AttributeMessage {
  name: string;
  type: number;
  f: number;
  i: Whole;
  s: Uint8Array;
  t?: TensorMessage | null;
  floats: number[];
  ints: Whole[];
}

export interface NodeMessage {
  name: string;
  opType: string;
  domain: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
}

export interface ValueMessage {
  name: string;
  type?: {
    tensorType?: {
      elemType: number;
      shape?: { dim: readonly { readonly dimValue?: Whole; readonly dimParam?: string }[] } | null;
    } | null;
  } | null;
}

export interface GraphMessage {
  name: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  sparseInitializer: Uint8Array[];
  input: ValueMessage[];
  output: ValueMessage[];
}

export interface ModelMessage {
  irVersion: Whole;
  opsetImport: { domain: string; version: Whole }[];
  graph?: GraphMessage | null;
}

type Fields = Readonly<Record<string, readonly [rule: string, type: string, id: number]>>;

/** Of onnx.proto (Apache-2.0, the ONNX project) only what is read or written here; all else is kept as it came. */
const MESSAGES: Readonly<Record<string, Fields>> = {
  ModelProto: {
    irVersion: ['optional', 'int64', 1],
    producerName: ['optional', 'string', 2],
    graph: ['optional', 'GraphProto', 7],
    opsetImport: ['repeated', 'OperatorSetIdProto', 8],
  },
  OperatorSetIdProto: { domain: ['optional', 'string', 1], version: ['optional', 'int64', 2] },
  GraphProto: {
    node: ['repeated', 'NodeProto', 1],
    name: ['optional', 'string', 2],
    initializer: ['repeated', 'TensorProto', 5],
    input: ['repeated', 'ValueInfoProto', 11],
    output: ['repeated', 'ValueInfoProto', 12],
    sparseInitializer: ['repeated', 'bytes', 15],
  },
  NodeProto: {
    input: ['repeated', 'string', 1],
    output: ['repeated', 'string', 2],
    name: ['optional', 'string', 3],
    opType: ['optional', 'string', 4],
    attribute: ['repeated', 'AttributeProto', 5],
    domain: ['optional', 'string', 7],
  },
  AttributeProto: {
    name: ['optional', 'string', 1],
    f: ['optional', 'float', 2],
    i: ['optional', 'int64', 3],
    s: ['optional', 'bytes', 4],
    t: ['optional', 'TensorProto', 5],
    floats: ['repeated', 'float', 7],
    ints: ['repeated', 'int64', 8],
    type: ['optional', 'int32', 20],
  },
  TensorProto: {
    dims: ['repeated', 'int64', 1],
    dataType: ['optional', 'int32', 2],
    floatData: ['packed', 'float', 4],
    int32Data: ['packed', 'int32', 5],
    int64Data: ['packed', 'int64', 7],
    name: ['optional', 'string', 8],
    rawData: ['optional', 'bytes', 9],
    doubleData: ['packed', 'double', 10],
    uint64Data: ['packed', 'uint64', 11],
    externalData: ['repeated', 'StringStringEntryProto', 13],
    dataLocation: ['optional', 'int32', 14],
  },
  StringStringEntryProto: { key: ['optional', 'string', 1], value: ['optional', 'string', 2] },
  ValueInfoProto: { name: ['optional', 'string', 1], type: ['optional', 'TypeProto', 2] },
  TypeProto: { tensorType: ['optional', 'TensorTypeProto', 1] },
  TensorTypeProto: { elemType: ['optional', 'int32', 1], shape: ['optional', 'TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['repeated', 'DimensionProto', 1] },
  DimensionProto: { dimValue: ['optional', 'int64', 1], dimParam: ['optional', 'string', 2] },
};

const descriptor = (): INamespace => ({
  nested: Object.fromEntries(
    Object.entries(MESSAGES).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [rule, type, id]]) => [
            field,
            rule === 'packed'
              ? { rule: 'repeated', type, id, options: { packed: true } }
              : rule === 'repeated'
                ? { rule, type, id }
                : { type, id },
          ]),
        ),
      },
    ]),
  ),
});

let root: Root | undefined;

/** Loaded when first used: most commands read no ONNX. */
const messages = async (name: string): Promise<{ readonly type: Type; readonly protobuf: typeof protobufjs }> => {
  const protobuf = await load();
  root ??= protobuf.Root.fromJSON(descriptor());
  return { type: root.lookupType(name), protobuf };
};

const load = async (): Promise<typeof protobufjs> => (await import('protobufjs/light.js')).default;

/** The number that a 64-bit integer stands for; those beyond ±2^53 are rounded. */
export const numberOf = (value: Whole): number => (typeof value === 'number' ? value : value.toNumber());

/** What a message of a file says, unknown fields kept for {@link encode}. */
const decode = async <T>(name: string, bytes: Uint8Array): Promise<T> => {
  const { type, protobuf } = await messages(name);
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  return type.decode(reader) as unknown as T;
};

const encode = async (name: string, message: object): Promise<Uint8Array> => {
  const { type } = await messages(name);
  return new Uint8Array(type.encode(message).finish());
};

/**
 * The model that a file holds.
 * @throws UserError when the bytes are no whole ONNX model.
 */
export const decodeModel = async (bytes: Uint8Array): Promise<ModelMessage & { graph: GraphMessage }> => {
  const problem = (message: string, fix: string): UserError =>
    new UserError([{ code: 'NOT_ONNX', path: 'onnx', message, fix }]);
  let model: ModelMessage;
  try {
    model = await decode<ModelMessage>('ModelProto', bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw problem(`no whole ONNX model: ${why}`, 'give a .onnx file, complete as its exporter wrote it');
  }
  if (!model.graph) throw problem('holds no graph', 'give a .onnx file, complete as its exporter wrote it');
  return model as ModelMessage & { graph: GraphMessage };
};

/** The bytes of a model. */
export const encodeModel = (model: ModelMessage): Promise<Uint8Array> => encode('ModelProto', model);

/**
 * The tensor that a file of the ONNX test suite (`input_0.pb`) holds.
 * @throws Error when the bytes are none.
 */
export const decodeTensor = (bytes: Uint8Array): Promise<TensorMessage> => decode<TensorMessage>('TensorProto', bytes);
