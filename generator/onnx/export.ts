import type { Layer } from '../description/layer.js';
import { type Graph, type Operation, operandsOf, type Shape } from '../graph/operations.js';
import { shapesOf } from '../graph/shapes.js';
import { encodeModel, type ModelMessage, type NodeMessage, type TensorMessage } from './schema.js';
import { FLOAT, INT64, makeTensor } from './tensors.js';

const OPSET = 17;
const IR_VERSION = 8;

type Attribute = number | readonly number[] | { readonly real: number };

const attributeOf = (name: string, value: Attribute): object => {
  if (typeof value === 'number') return { name, type: 2, i: value };
  return 'real' in value ? { name, type: 1, f: value.real } : { name, type: 7, ints: value };
};

const isVector = ([, H, W]: Shape): boolean => H * W === 1;

/** Pixels from the first tap of a window to the last. */
const span = (taps: number, dilation: number): number => dilation * (taps - 1) + 1;

const windowOf = ({ Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr }: Layer): Readonly<Record<string, readonly number[]>> => ({
  ...{ kernel_shape: [Kh, Kw], strides: [Sh, Sw], dilations: [Dh, Dw], pads: [Pt, Pl, Pb, Pr] },
});

/** A graph's nodes and tensors in ONNX, maps as [batch, channels, height, width]. */
class Exporter {
  readonly nodes: NodeMessage[] = [];
  readonly initializers: TensorMessage[] = [];
  private readonly taken: Set<string>;
  private readonly maps = new Map<string, string>();
  private readonly stored = new Map<string, string>();

  constructor(
    private readonly graph: Graph,
    readonly shapes: ReadonlyMap<string, Shape>,
  ) {
    this.taken = new Set(shapes.keys());
  }

  freeName(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.taken.has(name); i++) name = `${wanted}/${i}`;
    this.taken.add(name);
    return name;
  }

  node(
    opType: string,
    input: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.nodes.push({
      name: output,
      opType,
      domain: '',
      input: [...input],
      output: [output],
      attribute,
    } as NodeMessage);
    return output;
  }

  whole(wanted: string, values: readonly number[]): string {
    const name = this.freeName(wanted);
    this.initializers.push(makeTensor(name, INT64, [values.length], values));
    return name;
  }

  real(wanted: string, dims: readonly number[], values: ArrayLike<number>): string {
    const name = this.freeName(wanted);
    this.initializers.push(makeTensor(name, FLOAT, dims, values));
    return name;
  }

  /** A parameter of the graph as a tensor of these sizes, of which element i is value `at(i)`. */
  parameter(name: string, dims: readonly number[], at: (i: number) => number = (i) => i): string {
    const key = `${name} [${dims}]`;
    const known = this.stored.get(key);
    if (known !== undefined) return known;
    const { values } = this.graph.parameters.find((each) => each.name === name)!;
    const moved = new Float32Array(values.length);
    for (let i = 0; i < moved.length; i++) moved[i] = values[at(i)];
    const stored = this.real(name, dims, moved);
    this.stored.set(key, stored);
    return stored;
  }

  /** The name of a tensor of the graph as a map. */
  map(tensor: string): string {
    return this.maps.get(tensor)!;
  }

  /** Names the map of a tensor that the network takes or gives as vectors, which therefore have its own name. */
  define(tensor: string, isVectors: boolean): string {
    const name = isVectors ? this.freeName(`${tensor}/map`) : tensor;
    this.maps.set(tensor, name);
    return name;
  }
}

/** ONNX's [N][C/G][Kh][Kw] from [Kh][Kw][C/G][N]. */
const weightsOf = (exporter: Exporter, name: string, { C, G, N, Kh, Kw }: Layer): string => {
  const channels = C / G;
  return exporter.parameter(name, [N, channels, Kh, Kw], (i) => {
    const tap = i % (Kh * Kw);
    const c = Math.floor(i / (Kh * Kw)) % channels;
    const n = Math.floor(i / (Kh * Kw * channels));
    return (tap * channels + c) * N + n;
  });
};

type Exports = {
  readonly [Kind in Operation['kind']]: (
    operation: Extract<Operation, { kind: Kind }>,
    x: readonly string[],
    y: string,
    exporter: Exporter,
  ) => void;
};

const EXPORTS: Exports = {
  convolution: (operation, [x], y, exporter) => {
    const { layer, transposed, bias, weights } = operation;
    const inputs = [x, weightsOf(exporter, weights, layer)];
    if (bias !== undefined) inputs.push(exporter.parameter(bias, [transposed ? layer.C : layer.N]));
    const window = { ...windowOf(layer), group: layer.G };
    if (!transposed) return void exporter.node('Conv', inputs, y, window);
    const { H, W, Ho, Wo, Sh, Sw, Kh, Kw, Dh, Dw, Pt, Pb, Pl, Pr } = layer;
    const output_padding = [H - ((Ho - 1) * Sh + span(Kh, Dh) - Pt - Pb), W - ((Wo - 1) * Sw + span(Kw, Dw) - Pl - Pr)];
    exporter.node('ConvTranspose', inputs, y, { ...window, output_padding });
  },
  activation: ({ slope, least, most, name }, [x], y, exporter) => {
    const isLimited = least !== Number.NEGATIVE_INFINITY || most !== Number.POSITIVE_INFINITY;
    const bend = (output: string): string =>
      slope === 0
        ? exporter.node('Relu', [x], output)
        : exporter.node('LeakyRelu', [x], output, { alpha: { real: slope } });
    if (!isLimited) return void (slope === 1 ? exporter.node('Identity', [x], y) : bend(y));
    // a limit of 0 below is the slope of 0
    const isClip = slope === 0 && least === Number.NEGATIVE_INFINITY && most >= 0;
    const limits = [isClip ? 0 : least, most].map((limit, i) =>
      Number.isFinite(limit) ? exporter.real(`${name}/${i === 0 ? 'least' : 'most'}`, [], [limit]) : '',
    );
    const bent = slope === 1 || isClip ? x : bend(exporter.freeName(`${name}/bent`));
    exporter.node('Clip', [bent, ...limits].slice(0, limits[1] ? 3 : 2), y);
  },
  addition: (_operation, operands, y, exporter) => void exporter.node('Add', operands, y),
  concatenation: (_operation, operands, y, exporter) => void exporter.node('Concat', operands, y, { axis: 1 }),
  slice: ({ name, first, channels }, [x], y, exporter) => {
    const cut = [
      exporter.whole(`${name}/first`, [first]),
      exporter.whole(`${name}/end`, [first + channels]),
      exporter.whole(`${name}/axis`, [1]),
    ];
    exporter.node('Slice', [x, ...cut], y);
  },
  // the graph's order of a flattened map: channels the fastest
  flattening: ({ name }, [x], y, exporter) => {
    const turned = exporter.node('Transpose', [x], exporter.freeName(`${name}/turned`), { perm: [0, 2, 3, 1] });
    exporter.node('Reshape', [turned, exporter.whole(`${name}/shape`, [0, -1, 1, 1])], y);
  },
  dropout: ({ name, rate }, [x], y, exporter) =>
    void exporter.node('Dropout', [x, exporter.real(`${name}/rate`, [], [rate])], y),
  pooling: ({ of, layer, counted, name }, [x], y, exporter) => {
    const { dilations, ...window } = windowOf(layer);
    if (of === 'maximum') return void exporter.node('MaxPool', [x], y, { ...window, dilations });
    // operator set 17 knows no dilation of averages
    const common = { ...window, ...(dilations.some((step) => step > 1) && { dilations }) };
    const { Pt, Pl, Pb, Pr } = layer;
    const [bottom, right] = counted ? [Math.min(counted.Pb, Pb), Math.min(counted.Pr, Pr)] : [Pb, Pr];
    if (bottom === Pb && right === Pr)
      return void exporter.node('AveragePool', [x], y, { ...common, count_include_pad: counted ? 1 : 0 });
    // part of the padding counts: that part becomes pixels
    const sizes = exporter.whole(`${name}/counted`, [0, 0, Pt, Pl, 0, 0, bottom, right]);
    const padded = exporter.node('Pad', [x, sizes], exporter.freeName(`${name}/padded`));
    exporter.node('AveragePool', [padded], y, { ...common, pads: [0, 0, Pb - bottom, Pr - right] });
  },
  globalAverage: (_operation, [x], y, exporter) => void exporter.node('GlobalAveragePool', [x], y),
  batchNormalization: (operation, [x], y, exporter) => {
    const C = exporter.shapes.get(operation.name)![3];
    const { scale, shift, mean, variance, epsilon, momentum } = operation;
    const parameters = [scale, shift, mean, variance].map((name) => exporter.parameter(name, [C]));
    exporter.node('BatchNormalization', [x, ...parameters], y, {
      epsilon: { real: epsilon },
      momentum: { real: 1 - momentum },
    });
  },
};

const valueInfo = (name: string, shape: Shape): object => {
  const [B, H, W, C] = shape;
  const dim = (isVector(shape) ? [B, C] : [B, C, H, W]).map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
};

/**
 * An ONNX file (operator set 17; 19 where an average is dilated) of a graph: maps [batch, channels, height, width], vectors [batch, features]. A linear layer is a Conv of 1×1.
 * @throws UserError when the graph is not whole.
 */
export const exportOnnx = async (graph: Graph): Promise<Uint8Array> => {
  const shapes = shapesOf(graph);
  const exporter = new Exporter(graph, shapes);
  const isPort = (tensor: string): boolean => graph.outputs.includes(tensor) && isVector(shapes.get(tensor)!);
  for (const { name, shape } of graph.inputs) {
    const map = exporter.define(name, isVector(shape));
    if (map !== name) exporter.node('Reshape', [name, exporter.whole(`${name}/shape`, [0, -1, 1, 1])], map);
  }
  for (const operation of graph.operations) {
    const y = exporter.define(operation.name, isPort(operation.name));
    const x = operandsOf(operation).map((tensor) => exporter.map(tensor));
    (EXPORTS[operation.kind] as (...given: readonly unknown[]) => void)(operation, x, y, exporter);
    if (y !== operation.name) exporter.node('Flatten', [y], operation.name);
  }
  const isDilated = graph.operations.some(
    (each) => each.kind === 'pooling' && each.of === 'average' && each.layer.Dh * each.layer.Dw > 1,
  );
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: 'bp-im2col',
    opsetImport: [{ domain: '', version: isDilated ? 19 : OPSET }],
    graph: {
      ...{ name: graph.name, node: exporter.nodes, initializer: exporter.initializers },
      input: graph.inputs.map(({ name, shape }) => valueInfo(name, shape)),
      output: graph.outputs.map((name) => valueInfo(name, shapes.get(name)!)),
    },
  } as unknown as ModelMessage);
};
