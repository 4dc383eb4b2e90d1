import type { Graph, Operation, Shape } from '../../graph/operations.js';
import { elementsOf, shapesOf } from '../../graph/shapes.js';
import type { Context, Training, Values } from './rule.js';
import { ruleOf } from './rules.js';

export interface PassOptions {
  /** Absent: evaluation. */
  readonly training?: Training;
  /** In place of the graph's own, by name: in more digits, or after a step. */
  readonly parameters?: ReadonlyMap<string, Values>;
}

/** A copy in float64, of the right length. @throws RangeError */
export const copied = (name: string, values: Values | undefined, length: number): Float64Array => {
  if (values === undefined) throw new RangeError(`${name} is not given`);
  if (values.length !== length) throw new RangeError(`${name} has ${values.length} values, not ${length}`);
  return Float64Array.from(values);
};

/**
 * What operations find in these tensors, and in the parameters, of which each is copied when it is wanted.
 * @param read what becomes of each value of a parameter.
 * @throws RangeError for a parameter of another length.
 */
export const contextOf = (
  graph: Graph,
  shapes: ReadonlyMap<string, Shape>,
  tensor: (name: string) => Float64Array,
  { training, parameters }: PassOptions,
  read: (value: number) => number = (value) => value,
): Context => {
  const own = new Map(graph.parameters.map(({ name, values }) => [name, values]));
  const copies = new Map<string, Float64Array>();
  const parameter = (name: string): Float64Array => {
    const { length } = own.get(name)!;
    const copy = copies.get(name) ?? copied(name, parameters?.get(name) ?? own.get(name), length).map(read);
    copies.set(name, copy);
    return copy;
  };
  return { shape: (name) => shapes.get(name)!, tensor, parameter, training };
};

/**
 * The forward pass in float64, by plain loops.
 * @param inputs by name, [B][H][W][C].
 * @returns every tensor by name, inputs among them.
 * @throws UserError for a graph that does not fit together; RangeError for an input that is missing or of another size.
 */
export const forward = (
  graph: Graph,
  inputs: ReadonlyMap<string, Values>,
  options: PassOptions = {},
): ReadonlyMap<string, Float64Array> => {
  const shapes = shapesOf(graph);
  const tensors = new Map(
    graph.inputs.map(({ name, shape }) => [name, copied(name, inputs.get(name), elementsOf(shape))]),
  );
  const at = contextOf(graph, shapes, (name) => tensors.get(name)!, options);
  for (const operation of graph.operations)
    tensors.set(operation.name, ruleOf<Operation>(operation).forward(operation, at));
  return tensors;
};
