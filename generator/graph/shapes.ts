import { type Problem, UserError } from '../base/errors.js';
import { type Graph, type Operation, operandsOf, parametersOf, type Shape } from './operations.js';

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((size, axis) => size === b[axis]);
const written = (shape: readonly number[]): string => shape.join('×');

/** What an operation makes of operands of these shapes, or what is wrong with them. */
const resultOf = (operation: Operation, shapes: readonly Shape[]): Shape | string => {
  const [first] = shapes as readonly [Shape, ...Shape[]];
  const [B, H, W, C] = first;
  const wants = (shape: Shape, result: Shape): Shape | string =>
    same(first, shape) ? result : `takes ${written(shape)}, and ${operandsOf(operation)[0]} is ${written(first)}`;
  switch (operation.kind) {
    case 'convolution': {
      const { layer, transposed } = operation;
      const x: Shape = [layer.B, layer.H, layer.W, layer.C];
      const y: Shape = [layer.B, layer.Ho, layer.Wo, layer.N];
      return transposed ? wants(y, x) : wants(x, y);
    }
    case 'pooling': {
      const { layer } = operation;
      if (layer.C !== layer.N || layer.C !== layer.G) return 'has a window over several channels';
      return wants([layer.B, layer.H, layer.W, layer.C], [layer.B, layer.Ho, layer.Wo, layer.C]);
    }
    case 'addition':
      return wants(shapes[1]!, first);
    case 'concatenation': {
      const other = shapes.find((shape) => !same(shape.slice(0, 3), first.slice(0, 3)));
      if (other) return `joins channels of maps of one size, not of ${written(first)} and ${written(other)}`;
      return [B, H, W, shapes.map((shape) => shape[3]).reduce((a, b) => a + b, 0)];
    }
    case 'slice': {
      const { first: from, channels } = operation;
      const fits = Number.isInteger(from) && Number.isInteger(channels) && from >= 0 && channels > 0;
      return fits && from + channels <= C ? [B, H, W, channels] : `takes channels that ${operation.x} does not have`;
    }
    case 'flattening':
      return [B, 1, 1, H * W * C];
    case 'globalAverage':
      return [B, 1, 1, C];
    case 'activation':
    case 'dropout':
    case 'batchNormalization':
      return first;
  }
};

/** The shape of what one operation makes, given those of the tensors that it reads; or what is wrong with them. */
export const resultShape = (operation: Operation, shapeOf: (tensor: string) => Shape): Shape | string =>
  resultOf(operation, operandsOf(operation).map(shapeOf));

/** Values that an operation wants of each of its parameters, given the shape of what it makes. */
const parameterSizes = (operation: Operation, [, , , channels]: Shape): readonly number[] => {
  if (operation.kind !== 'convolution') return parametersOf(operation).map(() => channels);
  const { Kh, Kw, C, G, N } = operation.layer;
  return [Kh * Kw * (C / G) * N, channels];
};

/**
 * Shapes of all tensors of a graph by name, inputs first, then in the order of its operations.
 * @throws {@link UserError} with every operation whose operands or parameters are missing or do not fit, and every name that is taken twice.
 */
export const shapesOf = (graph: Graph): ReadonlyMap<string, Shape> => {
  const shapes = new Map<string, Shape>();
  const problems: Problem[] = [];
  const sizes = new Map(graph.parameters.map(({ name, values }) => [name, values.length]));
  const report = (path: string, code: string, message: string, fix: string): void => {
    problems.push({ code, path, message, fix });
  };
  const define = (name: string, shape: Shape): void => {
    if (shapes.has(name)) report(name, 'DUPLICATE', 'two tensors have this name', 'give each its own');
    shapes.set(name, shape);
  };
  for (const { name, shape } of graph.inputs) {
    if (!shape.every((size) => Number.isInteger(size) && size > 0))
      report(name, 'SHAPE', `an input of ${written(shape)}`, 'give batch, height, width and channels, each 1 or more');
    define(name, shape);
  }
  const unknown = new Set<string>();
  for (const operation of graph.operations) {
    const { name } = operation;
    const operands = operandsOf(operation);
    const missing = operands.filter((operand) => !shapes.has(operand));
    // what follows from a mistake is none of its own
    for (const operand of missing.filter((operand) => !unknown.has(operand)))
      report(
        name,
        'OPERAND',
        `reads ${operand}, which nothing before it makes`,
        'name an input, or an operation before it',
      );
    if (operands.length === 0) report(name, 'OPERAND', 'reads nothing', 'name its operands');
    if (missing.length > 0 || operands.length === 0) {
      unknown.add(name);
      continue;
    }
    const result = resultOf(
      operation,
      operands.map((operand) => shapes.get(operand)!),
    );
    if (typeof result === 'string') {
      report(name, 'SHAPE', result, 'let its operands have the shape that it takes');
      unknown.add(name);
      continue;
    }
    const wanted = parameterSizes(operation, result);
    for (const [i, parameter] of parametersOf(operation).entries()) {
      const size = sizes.get(parameter);
      if (size === wanted[i]) continue;
      const message =
        size === undefined
          ? `reads ${parameter}, which is no parameter`
          : `takes ${wanted[i]} values, and ${parameter} has ${size}`;
      report(name, 'PARAMETER', message, `give ${parameter} ${wanted[i]} values`);
    }
    define(name, result);
  }
  for (const output of graph.outputs)
    if (!shapes.has(output) && !unknown.has(output))
      report(output, 'OUTPUT', 'leaves the network, and nothing makes it', 'name an input or an operation');
  if (problems.length > 0) throw new UserError(problems);
  return shapes;
};

/** Elements of a tensor. */
export const elementsOf = (shape: Shape): number => product(shape);
