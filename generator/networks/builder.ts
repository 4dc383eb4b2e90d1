import { makeLayer } from '../description/layer.js';
import type { ImageSize, NetworkLayer } from './network.js';

/** A feature map: what one layer gives and another takes. */
export interface FeatureMap extends ImageSize {
  readonly channels: number;
}

export interface ConvOptions {
  /** Of both axes, or height and width. 1 when left out, as are stride and groups; padding is 0. */
  readonly kernel?: number | readonly [height: number, width: number];
  readonly stride?: number;
  /** On all four sides, or TensorFlow's `same`: so much that ⌈size / stride⌉ pixels come out, where it is odd one more at the end. */
  readonly padding?: number | 'same';
  readonly groups?: number;
  readonly bias?: boolean;
  /** Channels of the batch normalisation that goes with it; `true` for the output channels. */
  readonly batchNorm?: number | boolean;
}

export interface PoolOptions {
  readonly padding?: number;
  /** Round the output size up, for windows that reach over the edge. */
  readonly ceil?: boolean;
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

/** Collects the layers of a network; maps are values, so branches need nothing special. */
export class NetworkBuilder {
  readonly layers: NetworkLayer[] = [];
  readonly #batch: number;

  constructor(batch: number) {
    this.#batch = batch;
  }

  /** @throws {@link MapTooSmall} when the kernel does not fit the padded map. */
  conv(name: string, map: FeatureMap, channels: number, options: ConvOptions = {}): FeatureMap {
    const { kernel = 1, stride = 1, padding = 0, groups = 1, bias = false, batchNorm = false } = options;
    const [Kh, Kw] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    if (padding !== 'same') requireWindow(name, map, { height: Kh, width: Kw }, padding);
    const [Pt, Pb] = pads(padding, map.height, Kh, stride);
    const [Pl, Pr] = pads(padding, map.width, Kw, stride);
    const layer = makeLayer({
      ...{ B: this.#batch, C: map.channels, H: map.height, W: map.width, N: channels, G: groups },
      ...{ Kh, Kw, Sh: stride, Sw: stride, Dh: 1, Dw: 1, Pt, Pb, Pl, Pr },
    });
    const normalized = batchNorm === true ? channels : Number(batchNorm);
    this.layers.push({ name, layer, linear: false, bias, batchNorm: normalized });
    return { channels, height: layer.Ho, width: layer.Wo };
  }

  /** A linear layer over all values of a map. `batchNorm`: channels of the one that goes with it. */
  linear(name: string, map: FeatureMap, channels: number, batchNorm = 0): FeatureMap {
    const flat = { channels: map.channels * map.height * map.width, height: 1, width: 1 };
    const result = this.conv(name, flat, channels, { bias: true, batchNorm });
    this.layers.push({ ...this.layers.pop()!, linear: true });
    return result;
  }

  /** Maximum or average over windows. @throws {@link MapTooSmall} when the window does not fit the padded map. */
  pool(name: string, map: FeatureMap, kernel: number, stride: number, options: PoolOptions = {}): FeatureMap {
    const { padding = 0, ceil = false } = options;
    // rounded up, one step of the window may lie beyond the map
    const window = ceil ? kernel - stride + 1 : kernel;
    requireWindow(name, map, { height: window, width: window }, padding);
    const outputs = (size: number): number => {
      const steps = (size + 2 * padding - kernel) / stride;
      if (!ceil) return Math.floor(steps) + 1;
      // a window must begin inside the image or the padding before it
      const count = Math.ceil(steps) + 1;
      return (count - 1) * stride >= size + padding ? count - 1 : count;
    };
    return { channels: map.channels, height: outputs(map.height), width: outputs(map.width) };
  }
}

/** Pooled to a fixed size, whatever the map's. */
export const adaptivePool = (map: FeatureMap, size: number): FeatureMap => ({ ...map, height: size, width: size });

/** Maps of one size, their channels side by side. */
export const concat = (...maps: readonly FeatureMap[]): FeatureMap => ({
  ...maps[0],
  channels: maps.map(({ channels }) => channels).reduce((a, b) => a + b, 0),
});

/** Adds the layers of one network over its input. */
export type Architecture = (net: NetworkBuilder, image: FeatureMap) => void;

export const CLASSES = 1000;
