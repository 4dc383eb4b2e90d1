import { type Problem, UserError } from '../check/errors.js';

/** What a person gives of a convolution: see {@link Layer}. */
export interface LayerShape {
  /** Batch, input channels, input height and width, output channels. */
  readonly B: number;
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly N: number;
  /** Kernel, stride, dilation: vertical and horizontal. */
  readonly Kh: number;
  readonly Kw: number;
  readonly Sh: number;
  readonly Sw: number;
  readonly Dh: number;
  readonly Dw: number;
  /** Zero padding: top, bottom, left, right. */
  readonly Pt: number;
  readonly Pb: number;
  readonly Pl: number;
  readonly Pr: number;
  /** Groups; C and N are multiples of it. */
  readonly G: number;
}

/**
 * One convolution and its output size. Tensors in memory: X [B][H][W][C], Y [B][Ho][Wo][N], weights [Kh][Kw][C/G][N].
 * Output pixel ho and tap kh meet input row `ho·Sh + kh·Dh − Pt`; likewise the columns.
 */
export interface Layer extends LayerShape {
  readonly Ho: number;
  readonly Wo: number;
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

/** Of an axis of the input with its padding: coordinates have 16 bits with their sign. */
const MOST_PADDED = 32768;

const keys = Object.keys(layerLimits) as readonly LayerKey[];

/** Keys that set several. */
export const layerShorthands: Readonly<Record<string, readonly LayerKey[]>> = {
  K: ['Kh', 'Kw'],
  S: ['Sh', 'Sw'],
  D: ['Dh', 'Dw'],
  P: ['Pt', 'Pb', 'Pl', 'Pr'],
};

const keysOf = (name: string): readonly LayerKey[] | undefined =>
  Object.hasOwn(layerShorthands, name) ? layerShorthands[name] : keys.filter((key) => key === name);

const outputs = (size: number, before: number, after: number, tap: number, dilation: number, stride: number): number =>
  Math.floor((size + before + after - dilation * (tap - 1) - 1) / stride) + 1;

/** Problems of one value. */
const valueProblems = (path: string, value: number, { least, most }: Limits): readonly Problem[] => {
  const fix = `give ${path} a whole number from ${least} to ${most}`;
  if (!Number.isInteger(value)) {
    return [{ code: 'NOT_AN_INTEGER', path, message: `${value} is not a whole number`, fix }];
  }
  if (value >= least && value <= most) return [];
  return [{ code: 'OUT_OF_RANGE', path, message: `${value} is outside ${least}…${most}`, fix }];
};

/** Problems between values that are each in range; those with a value missing are left out. */
const relationProblems = (shape: Partial<LayerShape>): readonly Problem[] => {
  const problems: Problem[] = [];
  const { G, H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } = shape as LayerShape;
  for (const path of ['C', 'N'] as const) {
    const value = shape[path];
    if (value !== undefined && value % G > 0) {
      const message = `${value} channels cannot be split into G=${G} groups`;
      problems.push({ code: 'NOT_DIVISIBLE', path, message, fix: `make ${path} a multiple of ${G}, or change G` });
    }
  }
  const axes = [
    { path: 'H', count: outputs(H, Pt, Pb, Kh, Dh, Sh), window: Dh * (Kh - 1) + 1, padded: H + Pt + Pb },
    { path: 'W', count: outputs(W, Pl, Pr, Kw, Dw, Sw), window: Dw * (Kw - 1) + 1, padded: W + Pl + Pr },
  ];
  for (const { path, count, window, padded } of axes) {
    if (padded > MOST_PADDED) {
      const message = `${padded} pixels with padding, and coordinates reach ${MOST_PADDED}`;
      problems.push({
        code: 'OUT_OF_RANGE',
        path,
        message,
        fix: `lower ${path} or its padding by ${padded - MOST_PADDED}`,
      });
    }
    if (count < 1) {
      const message = `no output pixel: the kernel spans ${window} pixels, the padded input has ${padded}`;
      const fix = `raise ${path} or the padding by ${window - padded}, or use a smaller kernel or dilation`;
      problems.push({ code: 'NO_OUTPUT', path, message, fix });
    }
  }
  return problems;
};

/**
 * A layer from its shape.
 * @throws UserError with every value that is out of range and every pair that does not fit.
 */
export const makeLayer = (shape: LayerShape): Layer => {
  const values = keys.map((key) => [key, shape[key]] as const);
  const problems = values.flatMap(([key, value]) => valueProblems(key, value, layerLimits[key]));
  if (problems.length === 0) problems.push(...relationProblems(shape));
  if (problems.length > 0) throw new UserError(problems);
  const { H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } = shape;
  return {
    ...(Object.fromEntries(values) as unknown as LayerShape),
    Ho: outputs(H, Pt, Pb, Kh, Dh, Sh),
    Wo: outputs(W, Pl, Pr, Kw, Dw, Sw),
  };
};

/**
 * Reads a layer such as `B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1`. K, S, D and P set all their axes; a later key overrides
 * (`K=3,Kw=5`). B, S, D and G are 1 and P is 0 unless given.
 * @throws UserError with every problem of the text.
 */
export const parseLayer = (text: string): Layer => {
  const problems: Problem[] = [];
  const given = new Set<string>();
  const bad = new Set<LayerKey>();
  const misspelt = new Set<LayerKey>();
  const shape: Record<string, number> = {};
  for (const key of keys) if (layerLimits[key].fallback !== undefined) shape[key] = layerLimits[key].fallback;
  for (const item of text.split(',')) {
    const [, name, digits] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(item) ?? [];
    if (name === undefined) {
      const message = `"${item.trim()}" is not of the form key=value`;
      problems.push({ code: 'SYNTAX', path: 'layer', message, fix: 'write for example C=64,H=56,W=56,N=128,K=3' });
      continue;
    }
    const targets = keysOf(name)!;
    if (targets.length === 0) {
      const names = [...keys, ...Object.keys(layerShorthands)];
      const meant = names.find((each) => each.toLowerCase() === name.toLowerCase());
      const fix = meant ? `write ${meant}` : `use ${names.join(', ')}`;
      problems.push({ code: 'UNKNOWN_KEY', path: name, message: 'no such key', fix });
      for (const key of meant ? keysOf(meant)! : []) misspelt.add(key);
      continue;
    }
    if (given.has(name)) {
      problems.push({ code: 'DUPLICATE_KEY', path: name, message: 'given twice', fix: `give ${name} once` });
    }
    given.add(name);
    const value = /^-?\d+$/.test(digits) ? Number(digits) : Number.NaN;
    const wrong = valueProblems(name, value, layerLimits[targets[0]]).map((problem) =>
      Number.isNaN(value) ? { ...problem, message: `"${digits}" is not a whole number` } : problem,
    );
    problems.push(...wrong);
    for (const key of targets) {
      shape[key] = value;
      if (wrong.length > 0) bad.add(key);
      else bad.delete(key);
    }
  }
  for (const key of keys.filter((candidate) => shape[candidate] === undefined && !misspelt.has(candidate))) {
    const fix = `add ${key}=…${key.startsWith('K') ? ' or K=…' : ''}`;
    problems.push({ code: 'MISSING_KEY', path: key, message: 'not given, and it has no default', fix });
  }
  for (const key of bad) delete shape[key];
  problems.push(...relationProblems(shape as unknown as Partial<LayerShape>));
  if (problems.length > 0) throw new UserError(problems);
  return makeLayer(shape as unknown as LayerShape);
};

/** The shortest text that {@link parseLayer} reads back as this layer. */
export const formatLayer = (layer: Layer): string => {
  const parts: string[] = [];
  const done = new Set<LayerKey>();
  for (const key of keys) {
    const [name, group] = Object.entries(layerShorthands).find(([, members]) => members.includes(key)) ?? [key, [key]];
    const same = group.every((member) => layer[member] === layer[key]);
    if (done.has(key) || layer[key] === layerLimits[key].fallback) continue;
    parts.push(`${same ? name : key}=${layer[key]}`);
    for (const member of same ? group : [key]) done.add(member);
  }
  return parts.join(',');
};
