import fc from 'fast-check';
import { type Layer, type LayerShape, makeLayer } from '../../../generator/description/layer.js';
import { bf16Bits, bf16FromBits } from '../../../generator/formats/numerics.js';
import type { Values } from '../../../generator/golden/graph/rule.js';
import type { Graph, Operation, Parameter, Shape } from '../../../generator/graph/operations.js';
import { shapesOf } from '../../../generator/graph/shapes.js';
import { randomWords } from '../random.js';

/** Multiples of ¼ within ±2, or of 2^−20 about as large: sums of the first are exact in fp32 and often tie, the second seldom do. */
export type Grain = 'coarse' | 'fine';

export const randomValues = (length: number, seed: number, grain: Grain = 'coarse'): Float32Array => {
  const next = randomWords(seed);
  return Float32Array.from({ length }, () =>
    grain === 'coarse' ? ((next() >>> 28) - 8) / 4 : ((next() >>> 10) - 2 ** 21) / 2 ** 20,
  );
};

/** Rounded as the hardware does it. */
export const toBf16 = (values: Values): Float32Array =>
  Float32Array.from(values, (value) => bf16FromBits(bf16Bits(Math.fround(value))));

export const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

export const unitLayer: LayerShape = {
  ...{ B: 1, C: 1, H: 1, W: 1, N: 1, G: 1, Kh: 1, Kw: 1, Sh: 1, Sw: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0 },
};

/** Whether some window of a layer has no pixel of the image. */
export const hasEmptyWindow = ({ H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo }: Layer): boolean => {
  const empty = (size: number, taps: number, stride: number, dilation: number, before: number, outputs: number) =>
    Array.from({ length: outputs }).some((_, o) =>
      Array.from({ length: taps }).every((_, k) => {
        const at = o * stride + k * dilation - before;
        return at < 0 || at >= size;
      }),
    );
  return empty(H, Kh, Sh, Dh, Pt, Ho) || empty(W, Kw, Sw, Dw, Pl, Wo);
};

/** Kinds of operation that a random graph may have. */
const KINDS = [
  ...['convolution', 'convolution', 'transposed', 'activation', 'activation', 'addition', 'addition'],
  ...['concatenation', 'slice', 'dropout', 'maximum', 'average', 'batchNormalization', 'globalAverage', 'flattening'],
] as const;
export type Kind = (typeof KINDS)[number];

interface Tensor {
  readonly name: string;
  readonly shape: Shape;
}

/** Builds a graph of so many operations from a stream of numbers; `without` leaves kinds out. */
const build = (words: readonly number[], grain: Grain, without: readonly Kind[]): Graph => {
  let at = 0;
  const below = (limit: number): number => (words[at++ % words.length] + at) % limit;
  const pick = <T>(from: readonly T[]): T => from[below(from.length)];
  const B = 1 + below(3);
  const inputs: readonly Tensor[] = ['in', 'other'].map((name) => ({
    name,
    shape: [B, 1 + below(6), 1 + below(6), 1 + below(4)],
  }));
  const tensors = [...inputs];
  const operations: Operation[] = [];
  const parameters: Parameter[] = [];
  const parameter = (name: string, length: number, trainable: boolean, more: (value: number) => number): string => {
    const values = randomValues(length, words[0] + parameters.length, grain).map(more);
    parameters.push({ name, values, trainable });
    return name;
  };
  /** A layer over a map, with an output of some size. */
  const layerOver = ([, H, W, C]: Shape, channels: 'own' | 'any'): Layer => {
    const divisors = [1, 2, 3].filter((g) => C % g === 0);
    const G = channels === 'own' ? C : pick(divisors);
    const N = channels === 'own' ? C : G * (1 + below(3));
    const [Kh, Kw, Sh, Sw, Dh, Dw] = [3, 3, 3, 3, 2, 2].map((limit) => 1 + below(limit));
    const [Pt, Pb, Pl, Pr] = [3, 3, 3, 3].map((limit) => below(limit));
    const short = (size: number, taps: number, dilation: number): number =>
      Math.max(0, dilation * (taps - 1) + 1 - size);
    const padding = { Pt, Pb: Pb + short(H, Kh, Dh), Pl, Pr: Pr + short(W, Kw, Dw) };
    return makeLayer({ B, C, H, W, N, G, Kh, Kw, Sh, Sw, Dh, Dw, ...padding });
  };
  const operationOf = (kind: Kind, name: string, x: Tensor): Operation | undefined => {
    const C = x.shape[3];
    switch (kind) {
      case 'convolution':
      case 'transposed': {
        const layer = kind === 'convolution' ? layerOver(x.shape, 'any') : transposedOver(x.shape);
        if (!layer) return undefined;
        const size = layer.Kh * layer.Kw * (layer.C / layer.G) * layer.N;
        const weights = parameter(`${name}.weights`, size, true, (value) => value);
        const channels = kind === 'convolution' ? layer.N : layer.C;
        const bias = below(2) ? parameter(`${name}.bias`, channels, true, (value) => value) : undefined;
        return { kind: 'convolution', name, x: x.name, layer, transposed: kind === 'transposed', weights, bias };
      }
      case 'activation': {
        // bounds off the grain and of this operation alone, so that only zero is met exactly
        const own = operations.length * 0.011;
        const [slope, least, most] = pick([
          [0, -Infinity, Infinity],
          [0, -Infinity, 1.3],
          [0.25, -Infinity, Infinity],
          [0.25, -0.3, 2.3],
          [1, -0.7, 0.9],
          [-0.3, -Infinity, Infinity],
        ] as const);
        return { kind: 'activation', name, x: x.name, slope, least: least - own, most: most + own };
      }
      case 'addition':
        return { kind, name, x: x.name, y: pick(tensors.filter(({ shape }) => `${shape}` === `${x.shape}`)).name };
      case 'concatenation': {
        const fits = tensors.filter(({ shape }) => `${shape.slice(0, 3)}` === `${x.shape.slice(0, 3)}`);
        return { kind, name, parts: [x.name, pick(fits).name, pick(fits).name].slice(below(2)) };
      }
      case 'slice': {
        const first = below(C);
        return { kind, name, x: x.name, first, channels: 1 + below(C - first) };
      }
      case 'dropout':
        return { kind, name, x: x.name, rate: pick([0, 0.25, 0.5]) };
      case 'maximum':
      case 'average': {
        const layer = layerOver(x.shape, 'own');
        if (hasEmptyWindow(layer)) return undefined;
        const counted = below(2) ? { Pb: below(layer.Pb + 1), Pr: below(layer.Pr + 1) } : undefined;
        return { kind: 'pooling', name, x: x.name, of: kind, layer, ...(kind === 'average' && counted && { counted }) };
      }
      case 'batchNormalization':
        return {
          ...{ kind, name, x: x.name, epsilon: 0.01, momentum: 0.1 },
          scale: parameter(`${name}.scale`, C, true, (value) => value + 0.1),
          shift: parameter(`${name}.shift`, C, true, (value) => value + 0.1),
          mean: parameter(`${name}.mean`, C, false, (value) => value),
          variance: parameter(`${name}.variance`, C, false, (value) => value * value + 0.5),
        };
      case 'globalAverage':
      case 'flattening':
        return { kind, name, x: x.name };
    }
  };
  /** A layer whose Y a map is. */
  const transposedOver = ([, Ho, Wo, N]: Shape): Layer | undefined => {
    const G = pick([1, 2, 3].filter((g) => N % g === 0));
    const [Kh, Kw, Sh, Sw, Dh, Dw] = [3, 3, 3, 3, 2, 2].map((limit) => 1 + below(limit));
    const [Pt, Pb, Pl, Pr] = [2, 2, 2, 2].map((limit) => below(limit));
    const size = (outputs: number, taps: number, stride: number, dilation: number, padding: number): number =>
      (outputs - 1) * stride + dilation * (taps - 1) + 1 - padding + below(stride);
    const H = size(Ho, Kh, Sh, Dh, Pt + Pb);
    const W = size(Wo, Kw, Sw, Dw, Pl + Pr);
    if (H < 1 || W < 1 || H > 12 || W > 12) return undefined;
    return makeLayer({ B, C: G * (1 + below(2)), H, W, N, G, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr });
  };
  const count = 2 + below(7);
  const kinds = KINDS.filter((kind) => !without.includes(kind));
  for (let i = 0; i < count; i++) {
    // mostly a chain, so that something is deep
    const x = below(3) ? tensors.at(-1)! : pick(tensors);
    const operation = operationOf(pick(kinds), `op${i}`, x);
    if (!operation) continue;
    operations.push(operation);
    const shapes = shapesOf({ name: 'part', inputs, operations, outputs: [], parameters });
    tensors.push({ name: operation.name, shape: shapes.get(operation.name)! });
  }
  if (operations.length === 0) operations.push({ kind: 'flattening', name: 'op', x: 'in' });
  const read = new Set(
    operations.flatMap((each) => ('parts' in each ? each.parts : 'y' in each ? [each.x, each.y] : [each.x])),
  );
  const outputs = operations.map(({ name }) => name).filter((name) => !read.has(name));
  return { name: 'random', inputs, operations, outputs, parameters };
};

/** Small random networks: branches that join, odd maps and maps of one pixel, groups, strides, dilation, asymmetric padding. */
export const anyGraph = (grain: Grain, without: readonly Kind[] = []): fc.Arbitrary<Graph> =>
  fc.array(fc.nat(2 ** 20), { minLength: 40, maxLength: 80 }).map((words) => build(words, grain, without));

/** Values of a graph's inputs. */
export const inputsOf = (graph: Graph, seed: number, grain: Grain = 'coarse'): ReadonlyMap<string, Float32Array> =>
  new Map(graph.inputs.map(({ name, shape }, i) => [name, randomValues(product(shape), seed + i, grain)]));
/** Gradients of its outputs. */
export const gradientsOf = (graph: Graph, seed: number, grain: Grain = 'coarse'): ReadonlyMap<string, Float32Array> => {
  const shapes = shapesOf(graph);
  return new Map(
    graph.outputs.map((name, i) => [name, randomValues(product(shapes.get(name)!), seed + 100 + i, grain)]),
  );
};

/** A graph of one operation over one input of a shape. */
export const single = (operation: Operation, shape: Shape, parameters: readonly Parameter[] = []): Graph => ({
  name: 'single',
  inputs: [{ name: 'in', shape }],
  operations: [operation],
  outputs: [operation.name],
  parameters,
});

/** Random graphs that can be trained: no batch normalisation has one value a channel. */
export const anyTrainable = (grain: Grain, without: readonly Kind[] = []): fc.Arbitrary<Graph> =>
  anyGraph(grain, without).filter((graph) => {
    const shapes = shapesOf(graph);
    return graph.operations.every(({ kind, name }) => {
      const [B, H, W] = shapes.get(name)!;
      return kind !== 'batchNormalization' || B * H * W > 1;
    });
  });
