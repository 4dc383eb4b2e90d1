import { type Problem, UserError } from '../base/errors.js';
import type { Graph, Shape } from '../graph/operations.js';
import { shapesOf } from '../graph/shapes.js';
import { Builder, type Placement } from './builder.js';
import { elementsIn } from './constants.js';
import { FOLDS } from './fold.js';
import type { Activation, Afterwards, Value } from './layout.js';
import { Node } from './node.js';
import { KEEPS_SHAPE, READERS } from './operators.js';
import { hasChannelsLast, inOrder, labelOf } from './order.js';
import { malformed, Refusal, unsupported } from './refusal.js';
import {
  decodeModel,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  numberOf,
  type ValueMessage,
} from './schema.js';
import { isFloating, readTensor } from './tensors.js';

/** A tensor at the edge of the network, in the file and in the graph. */
export interface OnnxPort {
  /** In the file. */
  readonly name: string;
  /** In the graph. */
  readonly tensor: string;
  /** That the file's tensor has, batch first. */
  readonly shape: readonly number[];
  /** Element i of an image in ONNX's order is element `order[i]` of that image in the graph. */
  readonly order: Int32Array;
}

export interface OnnxOutput extends OnnxPort {
  /** What the file does with the graph's tensor at the very end: host's work, a loss often includes it. */
  readonly afterwards?: Afterwards;
}

/** A network that was read from an ONNX file. */
export interface OnnxNetwork {
  readonly graph: Graph;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxOutput[];
  /** Where each parameter's values stand in the file. */
  readonly placements: readonly Placement[];
}

export interface ReadOnnxOptions {
  /** Images at a time; else the file's batch, or 1 where it has none. */
  readonly batch?: number;
  readonly name?: string;
}

/** Operator sets whose meaning is known here. */
const OPSETS = { least: 6, most: 22 } as const;

/** Values in one image: more than any camera's, and what memory bears a few times. */
const MOST_IN_IMAGE = 2 ** 26;

const DEFAULT_DOMAINS: readonly string[] = ['', 'ai.onnx'];

const collect = (problems: Problem[], path: string, work: () => void): boolean => {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Refusal) problems.push(error.at(path));
    else if (error instanceof UserError)
      // what a layer does not allow says which of its keys; the node says which layer
      problems.push(...error.problems.map((each) => ({ ...each, path, message: `${each.path}: ${each.message}` })));
    else throw error;
    return false;
  }
};

const opsetOf = (model: ModelMessage): number => {
  const found = model.opsetImport.find(({ domain }) => DEFAULT_DOMAINS.includes(domain));
  const version = found ? numberOf(found.version) : 1;
  if (version < OPSETS.least || version > OPSETS.most)
    throw new UserError([
      {
        code: 'UNSUPPORTED',
        path: 'onnx',
        message: `uses operator set ${version}; ${OPSETS.least} to ${OPSETS.most} are read`,
        fix: `export the network with operator set 17, or convert it to that`,
      },
    ]);
  return version;
};

/** Sizes that the file gives an input: a number, or nothing where it leaves it open. */
const sizesOf = ({ name, type }: ValueMessage): readonly (number | undefined)[] => {
  const tensor = type?.tensorType;
  if (!tensor?.shape)
    throw malformed(`the file does not say which shape ${name} has`, 'export it with the shape of its input');
  if (!isFloating(tensor.elemType)) throw unsupported('takes whole numbers', 'export the network with a float input');
  return tensor.shape.dim.map((dim) => {
    const size = dim.dimParam ? 0 : numberOf(dim.dimValue ?? 0);
    return size > 0 ? size : undefined;
  });
};

const readInput = (
  input: ValueMessage,
  builder: Builder,
  readers: number,
  nodes: readonly NodeMessage[],
): Activation => {
  const [, ...sizes] = sizesOf(input);
  if (sizes.length < 1) throw unsupported('has no axis behind the batch', 'give the network images or vectors');
  if (sizes.some((size) => size === undefined))
    throw unsupported('has another open size than its batch', 'export the network with a fixed image size');
  const count = elementsIn(sizes as readonly number[]);
  if (count > MOST_IN_IMAGE) throw unsupported(`has ${count} values in an image; at most ${MOST_IN_IMAGE} can be`);
  const axes = builder.input(input.name, sizes as readonly number[]);
  const value: Activation = { kind: 'activation', tensor: input.name, axes, shared: readers > 1 };
  if (hasChannelsLast(nodes, input.name)) builder.decide({ ...value, axes: [axes.at(-1)!, ...axes.slice(0, -1)] });
  return value;
};

/** The batch that the inputs of a file agree on; nothing where they leave it open. */
const exportedBatch = (inputs: readonly ValueMessage[]): number | undefined => {
  const batches = inputs
    .map(({ type }) => type?.tensorType?.shape?.dim[0])
    .map((dim) => (dim && !dim.dimParam ? numberOf(dim.dimValue ?? 0) : 0));
  return batches.find((batch) => batch > 0);
};

/** Reads one node, whose inputs are known, into `values`, and returns why it cannot be taken. */
const readNode = (
  message: NodeMessage,
  opset: number,
  values: Map<string, Value>,
  readers: ReadonlyMap<string, number>,
  builder: Builder,
): readonly Refusal[] => {
  const inputs = message.input.map((name) => values.get(name));
  const node = new Node(
    message,
    opset,
    inputs,
    message.output.map((name) => readers.get(name) ?? 0),
  );
  const isConstant = inputs.every((value) => value?.kind !== 'activation');
  const reader = isConstant ? FOLDS.get(message.opType) : READERS.get(message.opType);
  if (!reader) throw refusalOf(message, isConstant);
  const made = reader(node, builder);
  for (const [i, value] of (Array.isArray(made) ? made : [made as Value]).entries()) {
    const name = message.output[i];
    if (name) values.set(name, value);
  }
  return node.refusals;
};

const refusalOf = ({ opType, domain }: NodeMessage, isConstant: boolean): Refusal =>
  isConstant && READERS.has(opType)
    ? unsupported(`${opType} of constants only`, 'export the network with its constants folded')
    : unsupported(`no operator ${domain ? `${domain}.` : ''}${opType} can be read`, 'export the network without it');

const isKnown = ({ opType, domain }: NodeMessage): boolean =>
  DEFAULT_DOMAINS.includes(domain) && (READERS.has(opType) || FOLDS.has(opType));

const checkedBatch = (batch: number | undefined): number | undefined => {
  if (batch === undefined || (Number.isInteger(batch) && batch >= 1 && batch <= 65535)) return batch;
  const fix = 'give a whole number from 1 to 65535';
  throw new UserError([{ code: 'OUT_OF_RANGE', path: 'batch', message: `${batch} is no batch`, fix }]);
};

/** What the nodes of a file make, and all that is wrong with them. */
const readNodes = (
  graph: GraphMessage,
  opset: number,
  batch: number | undefined,
): {
  readonly builder: Builder;
  readonly values: ReadonlyMap<string, Value>;
  readonly problems: readonly Problem[];
  readonly inputs: readonly ValueMessage[];
} => {
  const problems: Problem[] = [];
  const values = new Map<string, Value>();
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !stored.has(name));
  const known = new Set([...stored, ...inputs.map(({ name }) => name)]);
  const { nodes, readers, problems: broken } = inOrder(graph, known);
  problems.push(...broken);
  const exported = exportedBatch(inputs);
  const names = graph.node.flatMap(({ output }) => output);
  const builder = new Builder(batch ?? exported ?? 1, exported, new Set([...known, ...names]));
  const isRead = ({ name }: { readonly name: string }): boolean => readers.has(name);
  for (const tensor of graph.initializer.filter(isRead))
    collect(problems, `tensor ${tensor.name}`, () => values.set(tensor.name, readTensor(tensor, tensor.name)));
  for (const input of inputs.filter(isRead))
    collect(problems, `input ${input.name}`, () => {
      values.set(input.name, readInput(input, builder, readers.get(input.name)!, nodes));
    });
  for (const message of nodes) {
    const path = labelOf(message);
    const inputsKnown = message.input.every((name) => name === '' || values.has(name));
    if (!isKnown(message)) {
      problems.push(refusalOf(message, false).at(path));
      const first = values.get(message.input[0] ?? '');
      if (KEEPS_SHAPE.has(message.opType) && first) values.set(message.output[0], first);
    } else if (inputsKnown && message.output[0]) {
      // what follows from a mistake is none of its own
      collect(problems, path, () => {
        for (const refusal of readNode(message, opset, values, readers, builder)) problems.push(refusal.at(path));
      });
    }
  }
  return { builder, values, problems, inputs: inputs.filter(isRead) };
};

const portOf = (name: string, value: Activation, builder: Builder): OnnxPort => {
  const order = builder.orderOf(value);
  return { name, tensor: value.tensor, shape: builder.shapeOf(value), order };
};

/**
 * Reads a network from an ONNX file: operator sets 6 to 22, 1-D and 2-D convolutional networks of float weights. What it cannot
 * say as a graph is a problem; all of them are thrown at once.
 * @throws UserError with a problem for each node that cannot be read, or when the bytes are no ONNX model.
 */
export const readOnnx = async (bytes: Uint8Array, options: ReadOnnxOptions = {}): Promise<OnnxNetwork> => {
  const batch = checkedBatch(options.batch);
  const model = await decodeModel(bytes);
  const { graph } = model;
  const { builder, values, problems: found, inputs } = readNodes(graph, opsetOf(model), batch);
  const problems = [...found];
  if (graph.output.length === 0)
    problems.push({ code: 'BAD_MODEL', path: 'onnx', message: 'has no output', fix: 'export the network again' });
  const outputs: OnnxOutput[] = [];
  for (const { name } of graph.output) {
    const value = values.get(name);
    if (!value) continue;
    collect(problems, `output ${name}`, () => {
      if (value.kind === 'constant') throw unsupported('does not depend on the input', 'export the network without it');
      const whole = builder.whole(value);
      outputs.push({ ...portOf(name, whole, builder), ...(value.afterwards && { afterwards: value.afterwards }) });
    });
  }
  if (problems.length > 0) throw new UserError(problems);
  const result: Graph = {
    name: options.name ?? (graph.name || 'network'),
    inputs: inputs.map(({ name }) => ({ name, shape: builder.shapes.get(name) as Shape })),
    operations: builder.operations,
    outputs: [...new Set(outputs.map(({ tensor }) => tensor))],
    parameters: builder.parameters,
  };
  shapesOf(result);
  const ports = inputs.map(({ name }) => portOf(name, values.get(name) as Activation, builder));
  return { graph: result, inputs: ports, outputs, placements: builder.placements };
};

const moveImages = (port: OnnxPort, values: ArrayLike<number>, isToGraph: boolean): Float32Array => {
  const { order } = port;
  const result = new Float32Array(values.length);
  if (values.length !== port.shape[0] * order.length)
    throw new UserError([
      {
        code: 'SHAPE',
        path: port.name,
        message: `${values.length} values, and it has ${port.shape[0] * order.length}`,
        fix: `give [${port.shape}]`,
      },
    ]);
  for (let image = 0; image < values.length; image += order.length)
    for (let i = 0; i < order.length; i++) {
      if (isToGraph) result[image + order[i]] = values[image + i];
      else result[image + i] = values[image + order[i]];
    }
  return result;
};

/** Values of a tensor in ONNX's order, as the graph's tensor holds them. */
export const toGraph = (port: OnnxPort, values: ArrayLike<number>): Float32Array => moveImages(port, values, true);

/** Values of a graph's tensor, in ONNX's order. */
export const toOnnx = (port: OnnxPort, values: ArrayLike<number>): Float32Array => moveImages(port, values, false);
