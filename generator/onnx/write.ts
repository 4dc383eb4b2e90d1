import { type Problem, UserError } from '../base/errors.js';
import type { Graph, Parameter } from '../graph/operations.js';
import type { Placement } from './builder.js';
import { readOnnx } from './read.js';
import {
  decodeModel,
  encodeModel,
  type GraphMessage,
  type ModelMessage,
  numberOf,
  type TensorMessage,
  type ValueMessage,
} from './schema.js';
import { FLOAT, isFloating, makeTensor, readTensor, writeTensor } from './tensors.js';

/** The last version of the format in which every stored tensor is an input of the graph too. */
const LISTS_STORED = 3;

/** One tensor of the file while it gets its new values. */
interface Target {
  readonly values: Float64Array;
  readonly isWritten: Uint8Array;
}

const differs = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return true;
  return false;
};

/** The tensor of the file that holds the values of a parameter. */
const rootOf = ({ tensor, constant }: Placement): string => constant.source?.root ?? tensor;

/** Writes the values of a parameter to where they came from; false where two of them belong in one place and differ. */
const fill = ({ values, isWritten }: Target, { constant, at, scale }: Placement, parameter: Parameter): boolean => {
  const { source } = constant;
  const factor = scale * (source?.scale ?? 1);
  if (factor === 0) return false;
  for (let i = 0; i < parameter.values.length; i++) {
    const place = source ? source.at(at(i)) : at(i);
    const value = parameter.values[i] / factor;
    if (isWritten[place] && !Object.is(values[place], value)) return false;
    values[place] = value;
    isWritten[place] = 1;
  }
  return true;
};

/** The type of a tensor that a node makes: that of its own tensor where it has one, else that of the network's input. */
const typeOf = (graph: GraphMessage, tensor: string): number => {
  const maker = graph.node.find(({ output }) => output.includes(tensor));
  const own = maker?.attribute.find(({ t }) => t)?.t?.dataType;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const input = graph.input.find(({ name }) => !stored.has(name))?.type?.tensorType?.elemType;
  return [own, input, FLOAT].find((type) => type !== undefined && isFloating(type))!;
};

/** Stores a tensor in the file in place of the node that makes it. */
const store = (model: ModelMessage, tensor: TensorMessage): void => {
  const graph = model.graph!;
  for (const node of graph.node)
    node.output = node.output.map((name) => (name === tensor.name ? `${name}/before training` : name));
  graph.node = graph.node.filter(({ output }) => output.length !== 1 || output[0] !== `${tensor.name}/before training`);
  graph.initializer.push(tensor);
  if (numberOf(model.irVersion) > LISTS_STORED) return;
  const shape = { dim: tensor.dims.map((size) => ({ dimValue: size })) };
  const { name, dataType } = tensor;
  graph.input.push({ name, type: { tensorType: { elemType: dataType, shape } } } as ValueMessage);
};

const checkParameters = (own: readonly Parameter[], given: ReadonlyMap<string, Parameter>): readonly Problem[] =>
  own.flatMap(({ name, values }) => {
    const size = given.get(name)?.values.length;
    if (size === values.length) return [];
    const message =
      size === undefined ? 'is not among the parameters given' : `has ${size} values, and the file ${values.length}`;
    return [
      {
        code: 'PARAMETER',
        path: name,
        message,
        fix: 'give the graph that readOnnx made of this file, its values changed',
      },
    ];
  });

/**
 * The file with the parameters of a graph that {@link readOnnx} made of it: same names, same types, and all else as it was. What has not changed
 * is left alone. A tensor that the file works out of others is stored in place of the node that makes it.
 * @throws UserError with every parameter that the file does not have, or cannot hold.
 */
export const writeOnnx = async (bytes: Uint8Array, graph: Graph): Promise<Uint8Array> => {
  const batch = graph.inputs[0]?.shape[0];
  const { graph: own, placements } = await readOnnx(bytes, { batch });
  const model = await decodeModel(bytes);
  const given = new Map(graph.parameters.map((parameter) => [parameter.name, parameter]));
  const problems = [...checkParameters(own.parameters, given)];
  if (problems.length > 0) throw new UserError(problems);
  const changed = new Set(
    own.parameters.filter(({ name, values }) => differs(values, given.get(name)!.values)).map(({ name }) => name),
  );
  const cannot = (path: string, message: string, fix: string): void => {
    problems.push({ code: 'CANNOT_WRITE', path, message, fix });
  };
  const placed = new Set(placements.map(({ parameter }) => parameter));
  for (const name of changed)
    if (!placed.has(name)) cannot(name, 'is no tensor of the file, and has changed', 'keep its values');
  const roots = new Map<string, Placement[]>();
  for (const placement of placements) {
    const root = rootOf(placement);
    roots.set(root, [...(roots.get(root) ?? []), placement]);
  }
  for (const [root, all] of roots) {
    if (!all.some(({ parameter }) => changed.has(parameter))) continue;
    const initializer = model.graph.initializer.find(({ name }) => name === root);
    const [{ constant }] = all;
    if (initializer && !isFloating(initializer.dataType)) {
      cannot(root, 'is stored as whole numbers', 'export the network with float weights');
      continue;
    }
    const before = initializer ? readTensor(initializer).values : constant.values;
    const target: Target = { values: new Float64Array(before), isWritten: new Uint8Array(before.length) };
    for (const placement of all)
      if (!fill(target, placement, given.get(placement.parameter)!))
        cannot(
          placement.parameter,
          `has values that ${root} holds only once, and they differ, or are times 0 in the file`,
          'keep its values, or export the network without sharing them',
        );
    if (initializer) writeTensor(initializer, target.values);
    else store(model, makeTensor(root, typeOf(model.graph, root), constant.shape, target.values));
  }
  if (problems.length > 0) throw new UserError(problems);
  return encodeModel(model);
};
