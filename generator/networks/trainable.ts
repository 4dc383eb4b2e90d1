import { randomWords } from '../compile/workload.js';
import { type LayerShape, makeLayer } from '../description/layer.js';
import type { Graph, Operation, Parameter, Shape } from '../graph/operations.js';

const plain = { G: 1, Kh: 1, Kw: 1, Sh: 1, Sw: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0 };

/** Builds a graph with seeded parameters, one operation behind the other. */
class GraphBuilder {
  private readonly operations: Operation[] = [];
  private readonly parameters: Parameter[] = [];
  private readonly next: () => number;
  private last = 'image';
  private shape: Shape;

  constructor(
    private readonly name: string,
    private readonly image: Shape,
    seed: number,
  ) {
    this.shape = image;
    this.next = randomWords(seed);
  }

  /** Evenly distributed within ±√(6 / inputs) (He et al., 2015, for ReLU). */
  private weights(name: string, length: number, inputs: number): string {
    const reach = Math.sqrt(6 / inputs);
    const values = Float32Array.from({ length }, () => (this.next() / 2 ** 31 - 1) * reach);
    this.parameters.push({ name, values, trainable: true });
    return name;
  }

  private add(operation: Operation, shape: Shape): this {
    this.operations.push(operation);
    this.last = operation.name;
    this.shape = shape;
    return this;
  }

  conv(name: string, channels: number, options: Partial<LayerShape> = {}): this {
    const [B, H, W, C] = this.shape;
    const layer = makeLayer({ ...plain, B, H, W, C, N: channels, ...options });
    const inputs = layer.Kh * layer.Kw * (layer.C / layer.G);
    const weights = this.weights(`${name}.weight`, inputs * layer.N, inputs);
    const bias = `${name}.bias`;
    this.parameters.push({ name: bias, values: new Float32Array(channels), trainable: true });
    const made = { kind: 'convolution', name, x: this.last, layer, transposed: false, weights, bias } as const;
    return this.add(made, [B, layer.Ho, layer.Wo, channels]);
  }

  relu(name: string): this {
    return this.add({ kind: 'activation', name, x: this.last, slope: 0, least: -Infinity, most: Infinity }, this.shape);
  }

  averagePool(name: string, size: number): this {
    const [B, H, W, C] = this.shape;
    const window = { Kh: size, Kw: size, Sh: size, Sw: size };
    const layer = makeLayer({ ...plain, B, H, W, C, N: C, G: C, ...window });
    return this.add({ kind: 'pooling', name, x: this.last, of: 'average', layer }, [B, layer.Ho, layer.Wo, C]);
  }

  flatten(name: string): this {
    const [B, H, W, C] = this.shape;
    return this.add({ kind: 'flattening', name, x: this.last }, [B, 1, 1, H * W * C]);
  }

  get graph(): Graph {
    const { name, image, operations, parameters, last } = this;
    return { name, inputs: [{ name: 'image', shape: image }], operations, parameters, outputs: [last] };
  }
}

/** Kernel, stride and padding of both axes. */
const window = (kernel: number, stride: number, padding: number): Partial<LayerShape> => ({
  ...{ Kh: kernel, Kw: kernel, Sh: stride, Sw: stride },
  ...{ Pt: padding, Pb: padding, Pl: padding, Pr: padding },
});

/** LeNet-5 (LeCun et al., 1998) for images of 28 × 28 as 32 × 32, with average pooling and ReLU. */
const lenet5 = (batch: number, seed: number): Graph =>
  new GraphBuilder('lenet5', [batch, 28, 28, 1], seed)
    .conv('conv1', 6, window(5, 1, 2))
    .relu('relu1')
    .averagePool('pool1', 2)
    .conv('conv2', 16, window(5, 1, 0))
    .relu('relu2')
    .averagePool('pool2', 2)
    .flatten('flat')
    .conv('fc1', 120)
    .relu('relu3')
    .conv('fc2', 84)
    .relu('relu4')
    .conv('fc3', 10).graph;

/** Digits of 28 × 28 by two convolutions with strides and a linear layer. */
const digits = (batch: number, seed: number): Graph =>
  new GraphBuilder('digits', [batch, 28, 28, 1], seed)
    .conv('conv1', 16, window(5, 2, 2))
    .relu('relu1')
    .conv('conv2', 32, window(3, 2, 1))
    .relu('relu2')
    .flatten('flat')
    .conv('fc', 10).graph;

/** Networks that are graphs with parameters, and so can be trained. `image`: their input, [batch][28][28][1]. */
export const trainableNetworks = { digits, lenet5 } as const satisfies Readonly<
  Record<string, (batch: number, seed: number) => Graph>
>;

export type TrainableNetwork = keyof typeof trainableNetworks;
