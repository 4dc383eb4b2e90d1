/** What a person gives of a convolution: a `Layer` but for its output size. */
export interface LayerShape {
  /** Images of a batch. */
  readonly B: number;
  /** Channels of the input. */
  readonly C: number;
  /** Rows of the input. */
  readonly H: number;
  /** Columns of the input. */
  readonly W: number;
  /** Channels of the output. */
  readonly N: number;
  /** Rows of the kernel. */
  readonly Kh: number;
  /** Columns of the kernel. */
  readonly Kw: number;
  /** Vertical stride. */
  readonly Sh: number;
  /** Horizontal stride. */
  readonly Sw: number;
  /** Vertical dilation: rows from tap to tap. */
  readonly Dh: number;
  /** Horizontal dilation: columns from tap to tap. */
  readonly Dw: number;
  /** Rows of zeros above. */
  readonly Pt: number;
  /** Rows of zeros below. */
  readonly Pb: number;
  /** Columns of zeros at the left. */
  readonly Pl: number;
  /** Columns of zeros at the right. */
  readonly Pr: number;
  /** Groups; C and N are multiples of it. */
  readonly G: number;
}

export type LayerKey = keyof LayerShape;

/** Least and greatest value of a key, and its default when it has one. */
export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly fallback?: number;
}

const channels: Limits = { least: 1, most: 65535 };
const pixels: Limits = { least: 1, most: 32767 };
const kernel: Limits = { least: 1, most: 255 };
const once: Limits = { least: 1, most: 255, fallback: 1 };
const padding: Limits = { least: 0, most: 32767, fallback: 0 };

/** Of every key of a layer. */
export const layerLimits: Readonly<Record<LayerKey, Limits>> = {
  B: { least: 1, most: 65535, fallback: 1 },
  C: channels,
  H: pixels,
  W: pixels,
  N: channels,
  Kh: kernel,
  Kw: kernel,
  Sh: once,
  Sw: once,
  Dh: once,
  Dw: once,
  Pt: padding,
  Pb: padding,
  Pl: padding,
  Pr: padding,
  G: { ...channels, fallback: 1 },
};

/** Keys that set several. */
export const layerShorthands: Readonly<Record<string, readonly LayerKey[]>> = {
  K: ['Kh', 'Kw'],
  S: ['Sh', 'Sw'],
  D: ['Dh', 'Dw'],
  P: ['Pt', 'Pb', 'Pl', 'Pr'],
};
