import { type Graph, type Operation, operandsOf, parametersOf } from '../../graph/operations.js';
import { elementsOf, shapesOf } from '../../graph/shapes.js';
import { contextOf, copied, type PassOptions } from './forward.js';
import type { Contribution, Values } from './rule.js';
import { ruleOf } from './rules.js';

export interface BackwardOptions extends PassOptions {
  /** Names of parameters that are not to learn. */
  readonly frozen?: ReadonlySet<string>;
  /** Gradients of the network's inputs too. */
  readonly inputs?: boolean;
}

export interface Gradients {
  /** Of every parameter that learns; zeros where nothing reaches it. */
  readonly parameters: ReadonlyMap<string, Float64Array>;
  /** Of every tensor that is needed for them, or for those of the inputs, and that a gradient reaches. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
}

/** Names of the parameters that learn. @throws RangeError for a frozen one that does not exist. */
export const learning = (graph: Graph, frozen: ReadonlySet<string> = new Set()): ReadonlySet<string> => {
  const known = new Set(graph.parameters.map(({ name }) => name));
  for (const name of frozen) if (!known.has(name)) throw new RangeError(`${name} is frozen, and is no parameter`);
  const learn = graph.parameters.filter(({ name, trainable }) => trainable && !frozen.has(name));
  return new Set(learn.map(({ name }) => name));
};

/** Names of the tensors whose gradients are needed: what depends on a parameter that learns, or on inputs that are asked for. */
export const needed = (graph: Graph, { frozen, inputs = false }: BackwardOptions): ReadonlySet<string> => {
  const learn = learning(graph, frozen);
  const names = new Set(inputs ? graph.inputs.map(({ name }) => name) : []);
  for (const operation of graph.operations) {
    const depends =
      parametersOf(operation).some((name) => learn.has(name)) || operandsOf(operation).some((name) => names.has(name));
    if (depends) names.add(operation.name);
  }
  return names;
};

const add = (sums: Map<string, Float64Array>, { name, values }: Contribution): void => {
  const more = values();
  const sum = sums.get(name);
  if (!sum) sums.set(name, more.slice());
  else for (let i = 0; i < sum.length; i++) sum[i] += more[i];
};

/**
 * The backward pass in float64.
 * @param tensors all of the forward pass, as {@link forward} or what is judged made them.
 * @param given gradients of a loss with respect to tensors, mostly the outputs, by name.
 * @param options training and parameters as of the forward pass.
 * @throws UserError for a graph that does not fit together; RangeError for what is missing or of another size.
 */
export const backward = (
  graph: Graph,
  tensors: ReadonlyMap<string, Values>,
  given: ReadonlyMap<string, Values>,
  options: BackwardOptions = {},
): Gradients => {
  const shapes = shapesOf(graph);
  const sizeOf = (name: string): number => {
    const shape = shapes.get(name);
    if (!shape) throw new RangeError(`${name} is no tensor of ${graph.name}`);
    return elementsOf(shape);
  };
  const copies = new Map([...shapes.keys()].map((name) => [name, copied(name, tensors.get(name), sizeOf(name))]));
  const at = contextOf(graph, shapes, (name) => copies.get(name)!, options);
  const learn = learning(graph, options.frozen);
  const wanted = needed(graph, options);
  const sums = new Map<string, Float64Array>();
  for (const [name, values] of given) {
    const gradient = copied(`gradient of ${name}`, values, sizeOf(name));
    if (wanted.has(name)) sums.set(name, gradient);
  }
  const parameters = new Map(
    graph.parameters
      .filter(({ name }) => learn.has(name))
      .map(({ name, values }) => [name, new Float64Array(values.length)]),
  );
  for (const operation of [...graph.operations].reverse()) {
    const gradient = sums.get(operation.name);
    if (!gradient) continue;
    const from = ruleOf<Operation>(operation).backward(operation, at, gradient);
    for (const contribution of from.tensors) if (wanted.has(contribution.name)) add(sums, contribution);
    for (const contribution of from.parameters) if (learn.has(contribution.name)) add(parameters, contribution);
  }
  return { parameters, tensors: sums };
};
