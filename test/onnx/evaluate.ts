import type { Graph, Operation, Shape } from '../../generator/graph/operations.js';
import { operandsOf } from '../../generator/graph/operations.js';
import { elementsOf, shapesOf } from '../../generator/graph/shapes.js';

/** Values of every tensor of a graph in its forward pass, as at inference. The plain loops, in double precision. */
export const evaluate = (
  graph: Graph,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): ReadonlyMap<string, Float64Array> => {
  const shapes = shapesOf(graph);
  const tensors = new Map(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]));
  const parameters = new Map(graph.parameters.map(({ name, values }) => [name, values]));
  for (const operation of graph.operations) {
    const operands = operandsOf(operation).map((name) => ({ values: tensors.get(name)!, shape: shapes.get(name)! }));
    const made = new Float64Array(elementsOf(shapes.get(operation.name)!));
    apply(operation, operands, (name) => parameters.get(name)!, made);
    tensors.set(operation.name, made);
  }
  return tensors;
};

interface Tensor {
  readonly values: Float64Array;
  readonly shape: Shape;
}

/** Each output pixel, tap and input pixel that meet. */
const windows = (
  { Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, H, W, Ho, Wo }: Extract<Operation, { kind: 'pooling' }>['layer'],
  meet: (ho: number, wo: number, kh: number, kw: number, h: number, w: number, isInside: boolean) => void,
): void => {
  for (let ho = 0; ho < Ho; ho++)
    for (let wo = 0; wo < Wo; wo++)
      for (let kh = 0; kh < Kh; kh++)
        for (let kw = 0; kw < Kw; kw++) {
          const h = ho * Sh + kh * Dh - Pt;
          const w = wo * Sw + kw * Dw - Pl;
          meet(ho, wo, kh, kw, h, w, h >= 0 && h < H && w >= 0 && w < W);
        }
};

const apply = (
  operation: Operation,
  operands: readonly Tensor[],
  parameter: (name: string) => Float32Array,
  made: Float64Array,
): void => {
  const [x, y] = operands as readonly [Tensor, Tensor];
  const C = x.shape[3];
  switch (operation.kind) {
    case 'convolution': {
      const { layer, transposed, bias } = operation;
      const weights = parameter(operation.weights);
      const { B, G, N, H, W, Ho, Wo, Kw } = layer;
      const channels = layer.C / G;
      for (let b = 0; b < B; b++)
        windows(layer, (ho, wo, kh, kw, h, w, isInside) => {
          if (!isInside) return;
          for (let n = 0; n < N; n++)
            for (let c = 0; c < channels; c++) {
              const inner = ((b * H + h) * W + w) * layer.C + Math.floor(n / (N / G)) * channels + c;
              const outer = ((b * Ho + ho) * Wo + wo) * N + n;
              const weight = weights[((kh * Kw + kw) * channels + c) * N + n];
              if (transposed) made[inner] += x.values[outer] * weight;
              else made[outer] += x.values[inner] * weight;
            }
        });
      const made1 = transposed ? layer.C : N;
      if (bias !== undefined) for (let i = 0; i < made.length; i++) made[i] += parameter(bias)[i % made1];
      return;
    }
    case 'pooling': {
      const { layer, of, counted } = operation;
      const { B, H, W, Ho, Wo } = layer;
      const isMaximum = of === 'maximum';
      const counts = new Float64Array(made.length);
      if (isMaximum) made.fill(Number.NEGATIVE_INFINITY);
      for (let b = 0; b < B; b++)
        windows(layer, (ho, wo, _kh, _kw, h, w, isInside) => {
          for (let c = 0; c < C; c++) {
            const outer = ((b * Ho + ho) * Wo + wo) * C + c;
            if (isInside || (counted && h < H + counted.Pb && w < W + counted.Pr)) counts[outer]++;
            if (!isInside) continue;
            const value = x.values[((b * H + h) * W + w) * C + c];
            made[outer] = isMaximum ? Math.max(made[outer], value) : made[outer] + value;
          }
        });
      if (!isMaximum) for (let i = 0; i < made.length; i++) made[i] /= counts[i];
      return;
    }
    case 'activation': {
      const { slope, least, most } = operation;
      for (const [i, value] of x.values.entries())
        made[i] = Math.min(Math.max(value < 0 ? value * slope : value, least), most);
      return;
    }
    case 'addition':
      for (let i = 0; i < made.length; i++) made[i] = x.values[i] + y.values[i];
      return;
    case 'globalAverage': {
      const pixels = x.shape[1] * x.shape[2];
      for (const [i, value] of x.values.entries()) made[Math.floor(i / (pixels * C)) * C + (i % C)] += value / pixels;
      return;
    }
    case 'batchNormalization': {
      const [scale, shift, mean, variance] = [operation.scale, operation.shift, operation.mean, operation.variance].map(
        parameter,
      );
      for (const [i, value] of x.values.entries()) {
        const c = i % C;
        made[i] = (scale[c] * (value - mean[c])) / Math.sqrt(variance[c] + operation.epsilon) + shift[c];
      }
      return;
    }
    case 'slice':
      for (let i = 0; i < made.length; i++)
        made[i] = x.values[Math.floor(i / operation.channels) * C + operation.first + (i % operation.channels)];
      return;
    case 'flattening':
    case 'dropout':
      made.set(x.values);
      return;
    case 'concatenation': {
      const all = made.length / (elementsOf(x.shape) / C);
      let first = 0;
      for (const { values, shape } of operands) {
        const own = shape[3];
        for (const [i, value] of values.entries()) made[Math.floor(i / own) * all + first + (i % own)] = value;
        first += own;
      }
      return;
    }
  }
};
