import { type Graph, parametersOf } from '../../graph/operations.js';
import type { Lowering, Purpose } from './lowering.js';
import { elementsIn, type Key } from './steps.js';

/** Elements that parameters side by side begin at a multiple of, so that their bf16 copies begin at one of 64 bytes. */
const STEP = 32;

/** All that learn, side by side in the same order: values, gradients, bf16 copies and velocities. */
export interface Blocks {
  readonly parameters: Key;
  readonly gradients: Key;
  readonly operands: Key;
  readonly velocities?: Key;
  readonly elements: number;
}

interface Use {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Weights, and what has a value for each channel, each once. */
const usesOf = (
  graph: Graph,
  purpose: Purpose,
): { readonly weights: readonly Use[]; readonly biases: readonly Use[] } => {
  const [weights, biases] = [new Map<string, Use>(), new Map<string, Use>()];
  for (const operation of graph.operations) {
    if (operation.kind === 'batchNormalization' && purpose === 'training') {
      const channels = graph.parameters.find(({ name }) => name === operation.scale)!.values.length;
      for (const name of parametersOf(operation)) biases.set(name, { name, shape: [channels] });
    }
    if (operation.kind !== 'convolution') continue;
    const { layer, transposed, bias } = operation;
    const shape = [layer.Kh, layer.Kw, layer.C / layer.G, layer.N];
    weights.set(operation.weights, { name: operation.weights, shape });
    if (bias !== undefined) biases.set(bias, { name: bias, shape: [transposed ? layer.C : layer.N] });
  }
  return { weights: [...weights.values()], biases: [...biases.values()] };
};

/** Gives every parameter its tensors; those that learn lie side by side. */
export const placeParameters = (
  { graph, tensors, purpose }: Lowering,
  learning: ReadonlySet<string>,
  keepsVelocities: boolean,
): Blocks | undefined => {
  const { weights, biases } = usesOf(graph, purpose);
  const alone = (uses: readonly Use[], role: 'operand' | 'parameter'): void => {
    for (const { name, shape } of uses)
      if (!learning.has(name))
        tensors.add({ role, name, shape, format: role === 'operand' ? 'bf16' : 'fp32', base: 1 });
  };
  const learnt = [...new Map([...weights, ...biases].map((use) => [use.name, use])).values()].filter(({ name }) =>
    learning.has(name),
  );
  let elements = 0;
  const places = learnt.map((use) => {
    const element = elements;
    elements += Math.ceil(elementsIn(use) / STEP) * STEP;
    return { ...use, element };
  });
  const block = (role: 'parameter' | 'operand' | 'velocity' | 'parameterGradient'): Key => {
    const base = role === 'parameterGradient' ? 2 : 1;
    const format = role === 'operand' ? 'bf16' : 'fp32';
    const name = tensors.fresh(role, 'all that learn');
    const key = tensors.add({ role, name, shape: [elements], format, base });
    for (const { name, shape, element } of places)
      tensors.add({ role, name, shape, format, base, within: { key, element } });
    return key;
  };
  const blocks =
    elements === 0
      ? undefined
      : {
          ...{ elements, parameters: block('parameter'), operands: block('operand') },
          gradients: block('parameterGradient'),
          ...(keepsVelocities ? { velocities: block('velocity') } : {}),
        };
  alone(weights, 'operand');
  alone(biases, 'parameter');
  return blocks;
};
