import { type Problem, UserError } from '../base/errors.js';
import { makeLayer } from '../description/layer.js';
import type { Activation, Graph, Operation, Parameter } from '../graph/operations.js';
import { type Draw, Drawer, type Initial } from './initial.js';
import { layersIn } from './layers.js';
import type { ImageSize, NetworkLayer } from './network.js';

/** Height, width and channels. */
export interface MapSize extends ImageSize {
  readonly channels: number;
}

/** A feature map: what one operation gives and others take. */
export interface FeatureMap extends MapSize {
  /** The tensor's name, which is that of the operation. */
  readonly tensor: string;
}

export interface ConvOptions {
  /** Of both axes, or height and width. 1 when left out, as are stride and groups; padding is 0. */
  readonly kernel?: number | readonly [height: number, width: number];
  readonly stride?: number;
  /** On all four sides, or TensorFlow's `same`: so much that ⌈size / stride⌉ pixels come out, where it is odd one more at the end. */
  readonly padding?: number | 'same';
  readonly groups?: number;
  readonly bias?: boolean;
  /** First weights other than those of the network's convolutions. */
  readonly initial?: Initial;
}

export interface PoolOptions {
  readonly padding?: number;
  /** Round the output size up, for windows that reach over the edge. */
  readonly ceil?: boolean;
}

/** What all layers of a network have in common. */
export interface Style {
  readonly conv: Initial;
  readonly linear: Initial;
  /** Of batch normalisation. */
  readonly epsilon: number;
  readonly momentum: number;
}

/** A map that is smaller than the window that should move over it: the input image is too small. */
export class MapTooSmall extends Error {
  override readonly name = 'MapTooSmall';
  readonly layer: string;
  readonly axis: 'height' | 'width';

  constructor(layer: string, axis: 'height' | 'width', window: number, map: FeatureMap, padding: number) {
    const padded = padding > 0 ? `, padded by ${padding},` : '';
    super(`${layer} has a window of ${window}, but its map of ${map.height}x${map.width}${padded} is smaller`);
    this.layer = layer;
    this.axis = axis;
  }
}

const requireWindow = (name: string, map: FeatureMap, window: ImageSize, padding: number): void => {
  for (const axis of ['height', 'width'] as const) {
    if (map[axis] + 2 * padding < window[axis]) throw new MapTooSmall(name, axis, window[axis], map, padding);
  }
};

/** Padding of an axis in front of its first pixel and behind its last one. */
const pads = (
  padding: number | 'same',
  size: number,
  kernel: number,
  stride: number,
): readonly [before: number, after: number] => {
  if (padding !== 'same') return [padding, padding];
  const both = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  const before = Math.floor(both / 2);
  return [before, both - before];
};

/** A parameter whose values are not drawn yet. */
interface Planned {
  readonly name: string;
  readonly length: number;
  readonly trainable: boolean;
  /** A number is that of all values. */
  readonly first: Draw | number;
}

/** Operations that cannot be a part of a graph, by what they do. */
type Beyond = Map<string, { readonly names: readonly string[]; readonly fix: string }>;

/** Collects the operations of a network; maps are values, so branches need nothing special. */
export class NetworkBuilder {
  /** The input. */
  readonly image: FeatureMap;
  private readonly operations: Operation[] = [];
  private readonly parameters: Planned[] = [];
  private readonly linears = new Set<string>();
  private readonly beyond: Beyond = new Map();

  constructor(
    private readonly batch: number,
    image: MapSize,
    private readonly style: Style,
  ) {
    this.image = { ...image, tensor: 'image' };
  }

  private add(operation: Operation, size: MapSize): FeatureMap {
    this.operations.push(operation);
    const { channels, height, width } = size;
    return { channels, height, width, tensor: operation.name };
  }

  private parameter(name: string, length: number, first: Draw | number, trainable = true): string {
    this.parameters.push({ name, length, trainable, first });
    return name;
  }

  /** @throws {@link MapTooSmall} when the kernel does not fit the padded map. */
  conv(name: string, x: FeatureMap, channels: number, options: ConvOptions = {}): FeatureMap {
    const { kernel = 1, stride = 1, padding = 0, groups = 1, bias = false, initial = this.style.conv } = options;
    const [Kh, Kw] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    if (padding !== 'same') requireWindow(name, x, { height: Kh, width: Kw }, padding);
    const [Pt, Pb] = pads(padding, x.height, Kh, stride);
    const [Pl, Pr] = pads(padding, x.width, Kw, stride);
    const layer = makeLayer({
      ...{ B: this.batch, C: x.channels, H: x.height, W: x.width, N: channels, G: groups },
      ...{ Kh, Kw, Sh: stride, Sw: stride, Dh: 1, Dw: 1, Pt, Pb, Pl, Pr },
    });
    const inputs = Kh * Kw * (x.channels / groups);
    const first = initial.weights(inputs, Kh * Kw * channels);
    const weights = this.parameter(`${name}.weight`, inputs * channels, first);
    const held = bias ? { bias: this.parameter(`${name}.bias`, channels, initial.biases?.(inputs) ?? 0) } : {};
    const size = { channels, height: layer.Ho, width: layer.Wo };
    return this.add({ kind: 'convolution', name, x: x.tensor, layer, transposed: false, weights, ...held }, size);
  }

  /** A linear layer, with a bias, over all values of a map. */
  linear(name: string, x: FeatureMap, channels: number): FeatureMap {
    const flat = x.height * x.width > 1 ? this.flatten('flatten', x) : x;
    this.linears.add(name);
    return this.conv(name, flat, channels, { bias: true, initial: this.style.linear });
  }

  /** Batch normalisation; the names of its parameters are PyTorch's. */
  norm(name: string, x: FeatureMap): FeatureMap {
    const { epsilon, momentum } = this.style;
    const [scale, shift, mean, variance] = (
      [
        ['weight', 1, true],
        ['bias', 0, true],
        ['running_mean', 0, false],
        ['running_var', 1, false],
      ] as const
    ).map(([own, first, trainable]) => this.parameter(`${name}.${own}`, x.channels, first, trainable));
    return this.add(
      { kind: 'batchNormalization', name, x: x.tensor, scale, shift, mean, variance, epsilon, momentum },
      x,
    );
  }

  private activation(name: string, x: FeatureMap, limits: Pick<Activation, 'slope' | 'least' | 'most'>): FeatureMap {
    return this.add({ kind: 'activation', name, x: x.tensor, ...limits }, x);
  }

  relu(name: string, x: FeatureMap): FeatureMap {
    return this.activation(name, x, { slope: 0, least: -Infinity, most: Infinity });
  }

  relu6(name: string, x: FeatureMap): FeatureMap {
    return this.activation(name, x, { slope: 0, least: -Infinity, most: 6 });
  }

  addition(name: string, x: FeatureMap, y: FeatureMap): FeatureMap {
    return this.add({ kind: 'addition', name, x: x.tensor, y: y.tensor }, x);
  }

  /** Maps of one size, their channels side by side. */
  concat(name: string, ...parts: readonly FeatureMap[]): FeatureMap {
    const channels = parts.reduce((sum, part) => sum + part.channels, 0);
    return this.add(
      { kind: 'concatenation', name, parts: parts.map(({ tensor }) => tensor) },
      { ...parts[0], channels },
    );
  }

  /** Some of its channels. */
  slice(name: string, x: FeatureMap, first: number, channels: number): FeatureMap {
    return this.add({ kind: 'slice', name, x: x.tensor, first, channels }, { ...x, channels });
  }

  flatten(name: string, x: FeatureMap): FeatureMap {
    const channels = x.channels * x.height * x.width;
    return this.add({ kind: 'flattening', name, x: x.tensor }, { channels, height: 1, width: 1 });
  }

  dropout(name: string, x: FeatureMap, rate: number): FeatureMap {
    return this.add({ kind: 'dropout', name, x: x.tensor, rate }, x);
  }

  /** Maximum over windows. @throws {@link MapTooSmall} when the window does not fit the padded map. */
  maxPool(name: string, x: FeatureMap, kernel: number, stride: number, options: PoolOptions = {}): FeatureMap {
    const { padding = 0, ceil = false } = options;
    // rounded up, one step of the window may lie beyond the map
    const window = ceil ? kernel - stride + 1 : kernel;
    requireWindow(name, x, { height: window, width: window }, padding);
    /** Padding behind the last pixel, so much that all windows are there. */
    const after = (size: number): number => {
      if (!ceil) return padding;
      const steps = Math.ceil((size + 2 * padding - kernel) / stride);
      // a window must begin inside the image or the padding before it
      const last = (steps * stride >= size + padding ? steps - 1 : steps) * stride;
      return Math.max(padding, last + kernel - size - padding);
    };
    const [Pb, Pr] = [after(x.height), after(x.width)];
    return this.pool(name, x, 'maximum', [kernel, kernel], stride, { Pt: padding, Pb, Pl: padding, Pr });
  }

  /** Average over windows that lie side by side. @throws {@link MapTooSmall} when the window does not fit the map. */
  averagePool(name: string, x: FeatureMap, height: number, width: number): FeatureMap {
    requireWindow(name, x, { height, width }, 0);
    return this.pool(name, x, 'average', [height, width], [height, width], { Pt: 0, Pb: 0, Pl: 0, Pr: 0 });
  }

  private pool(
    name: string,
    { tensor, channels, height, width }: FeatureMap,
    of: 'maximum' | 'average',
    [Kh, Kw]: readonly [number, number],
    stride: number | readonly [number, number],
    padding: Readonly<Record<'Pt' | 'Pb' | 'Pl' | 'Pr', number>>,
  ): FeatureMap {
    const [Sh, Sw] = typeof stride === 'number' ? [stride, stride] : stride;
    const layer = makeLayer({
      ...{ B: this.batch, C: channels, H: height, W: width, N: channels, G: channels },
      ...{ Kh, Kw, Sh, Sw, Dh: 1, Dw: 1, ...padding },
    });
    const size = { channels, height: layer.Ho, width: layer.Wo };
    return this.add({ kind: 'pooling', name, x: tensor, of, layer }, size);
  }

  globalAverage(name: string, x: FeatureMap): FeatureMap {
    return this.add({ kind: 'globalAverage', name, x: x.tensor }, { ...x, height: 1, width: 1 });
  }

  /** Averages over so many windows on each axis, whatever the map's size; a graph takes sizes that are multiples of it. */
  adaptiveAverage(name: string, x: FeatureMap, windows: number): FeatureMap {
    if (x.height === windows && x.width === windows) return x;
    if (x.height % windows === 0 && x.width % windows === 0)
      return this.averagePool(name, x, x.height / windows, x.width / windows);
    const what = `an average over ${windows}x${windows} windows of a map of ${x.height}x${x.width}, which are not alike`;
    this.without(
      what,
      name,
      x,
      `take an image that leaves a map of ${windows}x${windows} there, as the usual one does`,
    );
    return { ...x, height: windows, width: windows };
  }

  /** An operation that a list of layers need not know, and a graph cannot have. @param what it does, as in "a SiLU". */
  without(what: string, name: string, x: FeatureMap, fix = 'take a network without it'): FeatureMap {
    const known = this.beyond.get(what);
    this.beyond.set(what, { names: [...(known?.names ?? []), name], fix });
    return x;
  }

  /** Its convolutions and linear layers. */
  get layers(): readonly NetworkLayer[] {
    const lengths = new Map(this.parameters.map(({ name, length }) => [name, length]));
    return layersIn(this.operations, lengths, ({ name }) => this.linears.has(name));
  }

  /**
   * The network as a graph.
   * @param seed of its first parameters. Absent: these are 0 (and variances 1), for what does not look at them.
   * @throws UserError with every kind of operation that a graph cannot have.
   */
  graph(name: string, output: FeatureMap, seed?: number): Graph {
    const problems = [...this.beyond].map(([what, { names, fix }]): Problem => {
      const [first, ...others] = names;
      const more = others.length > 0 ? `, as ${others.length} more` : '';
      const message = `${first} is ${what}${more}: the accelerator has no such operation`;
      return { code: 'NETWORK_UNSUPPORTED', path: name, message, fix };
    });
    if (problems.length > 0) throw new UserError(problems);
    const drawer = seed === undefined ? undefined : new Drawer(seed);
    const valuesOf = ({ length, first }: Planned): Float32Array => {
      if (typeof first !== 'number') return drawer ? drawer.values(length, first) : new Float32Array(length);
      return first === 0 ? new Float32Array(length) : new Float32Array(length).fill(first);
    };
    const parameters = this.parameters.map(
      (planned): Parameter => ({ name: planned.name, values: valuesOf(planned), trainable: planned.trainable }),
    );
    const { channels, height, width, tensor } = this.image;
    return {
      ...{ name, operations: this.operations, parameters, outputs: [output.tensor] },
      inputs: [{ name: tensor, shape: [this.batch, height, width, channels] }],
    };
  }
}

/** Adds the operations of one network over its input, and gives the last one. */
export type Architecture = (net: NetworkBuilder, image: FeatureMap) => FeatureMap;

export const CLASSES = 1000;
