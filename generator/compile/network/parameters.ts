import { type Graph, parametersOf } from '../../graph/operations.js';
import type { Lowering, Purpose } from './lowering.js';
import { elementsIn, type Key } from './steps.js';

/** Elements that parameters side by side begin at a multiple of, so that their bf16 copies begin at one of 64 bytes. */
const STEP = 32;

/**
 * Weights of so many elements or more are updated by themselves, as soon as nothing reads them any more: so their gradient need not live until
 * all others are there.
 */
const LARGE = 8192;

/** Some that learn, side by side in the same order: values, gradients, bf16 copies and velocities. */
export interface Blocks {
  readonly parameters: Key;
  readonly gradients: Key;
  readonly operands: Key;
  readonly velocities?: Key;
  /** Elements, as pixels of so many channels. */
  readonly pixels: number;
  readonly channels: number;
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

/** Those that learn: small ones together, large ones each by itself. */
export interface Learning {
  readonly small?: Blocks;
  readonly large: readonly Blocks[];
}

/**
 * Gives every parameter its tensors; those that learn lie side by side.
 * @param together all are updated together.
 */
export const placeParameters = (
  { graph, tensors, purpose }: Lowering,
  learning: ReadonlySet<string>,
  keepsVelocities: boolean,
  together: boolean,
): Learning => {
  const { weights, biases } = usesOf(graph, purpose);
  const alone = (uses: readonly Use[], role: 'operand' | 'parameter'): void => {
    for (const { name, shape } of uses)
      if (!learning.has(name))
        tensors.add({ role, name, shape, format: role === 'operand' ? 'bf16' : 'fp32', base: 1 });
  };
  const learnt = [...new Map([...weights, ...biases].map((use) => [use.name, use])).values()].filter(({ name }) =>
    learning.has(name),
  );
  const isLarge = (use: Use): boolean => !together && elementsIn(use) >= LARGE;
  const [small, large] = [learnt.filter((use) => !isLarge(use)), learnt.filter(isLarge)];
  let elements = 0;
  const places = [...small, ...large].map((use) => {
    const element = elements;
    elements += Math.ceil(elementsIn(use) / STEP) * STEP;
    return { ...use, element };
  });
  const first = places[small.length]?.element ?? elements;
  /** The block of a role, or of its small ones. */
  const block = (role: 'parameter' | 'operand' | 'velocity' | 'parameterGradient'): Key => {
    const isGradient = role === 'parameterGradient';
    const format = role === 'operand' ? 'bf16' : 'fp32';
    const base = isGradient ? 2 : 1;
    const name = tensors.fresh(role, 'all that learn');
    const key = tensors.add({ role, name, shape: [isGradient ? first : elements], format, base });
    for (const { name, shape, element } of places)
      tensors.add({
        role,
        name,
        shape,
        format,
        base,
        ...(element < first || !isGradient ? { within: { key, element } } : {}),
      });
    if (isGradient || first === elements) return key;
    const of = tensors.fresh(role, 'all that learn, small');
    return tensors.add({ role, name: of, shape: [first], format, base, within: { key, element: 0 } });
  };
  alone(weights, 'operand');
  alone(biases, 'parameter');
  if (elements === 0) return { large: [] };
  const blocks: Blocks = {
    ...{ pixels: 1, channels: first, parameters: block('parameter'), operands: block('operand') },
    gradients: block('parameterGradient'),
    ...(keepsVelocities ? { velocities: block('velocity') } : {}),
  };
  const byItself = ({ name, shape }: Use): Blocks => {
    const own = (role: Parameters<typeof block>[0]): Key => tensors.find(role, name)!;
    const channels = shape.at(-1)!;
    return {
      ...{ pixels: elementsIn({ shape }) / channels, channels, parameters: own('parameter'), operands: own('operand') },
      gradients: own('parameterGradient'),
      ...(keepsVelocities ? { velocities: own('velocity') } : {}),
    };
  };
  return { ...(first > 0 ? { small: blocks } : {}), large: large.map(byItself) };
};
