import type { Layer } from './layer.js';

/** Input, weights, gradient of the output; output and the two gradients that are results. */
export type TensorName = 'x' | 'wt' | 'dy' | 'y' | 'dx' | 'dw';

/** All layouts. */
export const LAYOUTS = ['nhwc', 'nchw'] as const;
/** Order of the axes of a tensor: the hardware's (weights HWIO), or PyTorch's (weights OIHW). */
export type Layout = (typeof LAYOUTS)[number];

export const otherLayout = (layout: Layout): Layout => (layout === 'nhwc' ? 'nchw' : 'nhwc');

/** An axis: its name, and its size. */
export interface TensorAxis {
  readonly name: string;
  readonly size: number;
}

/** Axes as they lie in memory, the last one contiguous. */
const axesInMemory = (layer: Layer, name: TensorName): readonly TensorAxis[] => {
  const { B, C, H, W, N, Kh, Kw, G, Ho, Wo } = layer;
  const named = (sizes: Readonly<Record<string, number>>) =>
    Object.entries(sizes).map(([axis, size]) => ({ name: axis, size }));
  if (name === 'wt' || name === 'dw') return named({ Kh, Kw, 'C/G': C / G, N });
  return name === 'x' || name === 'dx' ? named({ B, H, W, C }) : named({ B, Ho, Wo, N });
};

/** For each axis of a tensor in a layout, the one that it is in memory: as `transpose` takes them. */
export const layoutOrder = (name: TensorName, layout: Layout): readonly number[] => {
  if (layout === 'nhwc') return [0, 1, 2, 3];
  return name === 'wt' || name === 'dw' ? [3, 2, 0, 1] : [0, 3, 1, 2];
};

/** Axes of a tensor of a layer in a layout. */
export const tensorAxes = (layer: Layer, name: TensorName, layout: Layout = 'nhwc'): readonly TensorAxis[] => {
  const axes = axesInMemory(layer, name);
  return layoutOrder(name, layout).map((axis) => axes[axis]!);
};

/** Shape of a tensor of a layer in a layout. */
export const tensorShape = (layer: Layer, name: TensorName, layout: Layout = 'nhwc'): readonly number[] =>
  tensorAxes(layer, name, layout).map(({ size }) => size);

/** The names of axes, as `[B,H,W,C]`. */
export const axisNames = (axes: readonly TensorAxis[]): string => `[${axes.map(({ name }) => name).join(',')}]`;
