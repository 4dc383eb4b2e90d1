import { type Problem, UserError } from '../base/errors.js';
import { plainCopy } from '../base/plain.js';
import { readNumber, show } from '../base/show.js';
import { ourKeys, spelledOut, writeOurs } from './foreignKeys.js';
import { type LayerKey, type LayerShape, type Limits, layerLimits, layerShorthands } from './layerKeys.js';

export { type LayerKey, type LayerShape, type Limits, layerLimits, layerShorthands } from './layerKeys.js';

/**
 * One convolution and its output size. Tensors in memory: X [B][H][W][C], Y [B][Ho][Wo][N], weights [Kh][Kw][C/G][N].
 * Output pixel ho and tap kh meet input row `ho·Sh + kh·Dh − Pt`; likewise the columns.
 */
export interface Layer extends LayerShape {
  /** Rows of the output. */
  readonly Ho: number;
  /** Columns of the output. */
  readonly Wo: number;
}

/** Of an axis of the input with its padding: coordinates have 16 bits with their sign. */
const MOST_PADDED = 32768;

const keys = Object.keys(layerLimits) as readonly LayerKey[];

const keysOf = (name: string): readonly LayerKey[] | undefined =>
  Object.hasOwn(layerShorthands, name) ? layerShorthands[name] : keys.filter((key) => key === name);

const outputs = (size: number, before: number, after: number, tap: number, dilation: number, stride: number): number =>
  Math.floor((size + before + after - dilation * (tap - 1) - 1) / stride) + 1;

const isWithin = (value: unknown, { least, most }: Limits): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** Problems of one value. */
const valueProblems = (path: string, value: unknown, limits: Limits): readonly Problem[] => {
  const { least, most } = limits;
  if (isWithin(value, limits)) return [];
  const meant = readNumber(value);
  // what a text or a list means is proposed; a number out of range has no neighbour that is meant
  const proposed = typeof value !== 'number' && isWithin(meant, limits) ? `give ${path} ${meant}` : undefined;
  const fix = proposed ?? `give ${path} a whole number from ${least} to ${most}`;
  if (value === undefined) return [{ code: 'MISSING_KEY', path, message: 'not given', fix }];
  if (!Number.isInteger(value)) {
    return [{ code: 'NOT_AN_INTEGER', path, message: `${show(value)} is not a whole number`, fix }];
  }
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

const OUTPUT_KEYS = ['Ho', 'Wo'] as const;
const objectKeys: readonly string[] = [...keys, ...OUTPUT_KEYS];

/** A key that no layer has: what to write instead, and the keys that are then not missing. */
const unknownKey = (
  name: string,
  value: unknown,
  known: readonly string[],
  notation: 'text' | 'object',
): { readonly problem: Problem; readonly about: readonly LayerKey[] } => {
  const meant = known.find((each) => each.toLowerCase() === name.toLowerCase());
  const ours = meant === undefined ? ourKeys(name, value) : undefined;
  const written = ours && (notation === 'text' ? ours : spelledOut(ours));
  const fix = meant ? `write ${meant}` : written ? writeOurs(written, notation) : `use ${known.join(', ')}`;
  const about = meant ? keysOf(meant)! : (ours?.about ?? []);
  return { problem: { code: 'UNKNOWN_KEY', path: name || '""', message: 'no such key', fix }, about };
};

/**
 * A layer from its shape. The output size is worked out, whatever the shape says of it.
 * @throws UserError with every value that is out of range and every pair that does not fit.
 */
export const makeLayer = (shape: LayerShape): Layer => {
  const given = plainCopy(shape, 'layer');
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const fix = 'give an object with B, C, H, W, N and the other keys of a layer, or take parseLayer';
    throw new UserError([{ code: 'WRONG_TYPE', path: 'layer', message: `${show(given)} is no layer`, fix }]);
  }
  const values = given as Readonly<Record<string, unknown>>;
  const foreign = Object.keys(values)
    .filter((name) => !objectKeys.includes(name))
    .map((name) => unknownKey(name, values[name], keys, 'object'));
  const misspelt = foreign.flatMap(({ about }) => about);
  const problems = foreign.map(({ problem }) => problem);
  for (const key of keys) {
    if (values[key] === undefined && misspelt.includes(key)) continue;
    problems.push(...valueProblems(key, values[key], layerLimits[key]));
  }
  if (problems.length === 0) problems.push(...relationProblems(values as Partial<LayerShape>));
  if (problems.length > 0) throw new UserError(problems);
  const right = Object.fromEntries(keys.map((key) => [key, values[key]])) as unknown as LayerShape;
  const { H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } = right;
  return Object.freeze({ ...right, Ho: outputs(H, Pt, Pb, Kh, Dh, Sh), Wo: outputs(W, Pl, Pr, Kw, Dw, Sw) });
};

/**
 * A layer that came from outside, checked: what {@link makeLayer} demands, and the right output size.
 * @throws UserError with every problem.
 */
export const checkedLayer = (layer: Layer): Layer => {
  const given = plainCopy(layer, 'layer') as Layer;
  const right = makeLayer(given);
  const wrong = OUTPUT_KEYS.filter((key) => given[key] !== right[key]);
  if (wrong.length === 0) return right;
  throw new UserError(
    wrong.map((path) => {
      const message =
        given[path] === undefined ? 'not given' : `is ${show(given[path])}, and the other keys make it ${right[path]}`;
      return { code: 'OUTPUT_SIZE', path, message, fix: 'make the layer with makeLayer or parseLayer' };
    }),
  );
};

/** The parts between commas, but for those in brackets. */
const itemsOf = (text: string): readonly string[] => {
  const items = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '[' || char === '(') depth++;
    if (char === ']' || char === ')') depth--;
    if (char === ',' && depth <= 0) items.push('');
    else items[items.length - 1] += char;
  }
  return items;
};

/** What a text stands for: `[3,5]` and `(3, 5)` are lists. */
const valueIn = (digits: string): unknown => {
  const list = digits.replaceAll('(', '[').replaceAll(')', ']');
  if (!list.startsWith('[')) return digits;
  try {
    return JSON.parse(list);
  } catch {
    return digits;
  }
};

/**
 * Reads a layer such as `B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1`. K, S, D and P set all their axes; a later key overrides
 * (`K=3,Kw=5`). B, S, D and G are 1 and P is 0 unless given.
 * @throws UserError with every problem of the text.
 */
export const parseLayer = (text: string): Layer => {
  if (typeof text !== 'string') {
    const fix = 'write for example C=64,H=56,W=56,N=128,K=3; of an object, makeLayer makes a layer';
    throw new UserError([{ code: 'WRONG_TYPE', path: 'layer', message: `${show(text)} is no text`, fix }]);
  }
  const problems: Problem[] = [];
  const given = new Set<string>();
  const bad = new Set<LayerKey>();
  const misspelt = new Set<LayerKey>();
  const shape: Record<string, number> = {};
  for (const key of keys) if (layerLimits[key].fallback !== undefined) shape[key] = layerLimits[key].fallback;
  for (const item of itemsOf(text)) {
    const [, name, digits] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/s.exec(item) ?? [];
    if (name === undefined) {
      const message = `"${item.trim()}" is not of the form key=value`;
      problems.push({ code: 'SYNTAX', path: 'layer', message, fix: 'write for example C=64,H=56,W=56,N=128,K=3' });
      continue;
    }
    const targets = keysOf(name)!;
    if (targets.length === 0) {
      const names = [...keys, ...Object.keys(layerShorthands)];
      const { problem, about } = unknownKey(name, valueIn(digits), names, 'text');
      problems.push(problem);
      for (const key of about) misspelt.add(key);
      continue;
    }
    if (given.has(name)) {
      problems.push({ code: 'DUPLICATE_KEY', path: name, message: 'given twice', fix: `give ${name} once` });
    }
    given.add(name);
    const value = /^-?\d+$/.test(digits) ? Number(digits) : Number.NaN;
    const wrong = valueProblems(name, Number.isNaN(value) ? digits : value, layerLimits[targets[0]]).map((problem) => {
      const isShort = Object.hasOwn(layerShorthands, name);
      const several = isShort && Number.isNaN(value) ? ourKeys(name, valueIn(digits)) : undefined;
      const isClear = several?.write.every(([, each]) => each !== undefined);
      return several && isClear ? { ...problem, fix: writeOurs(several, 'text') } : problem;
    });
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

/**
 * The shortest text that {@link parseLayer} reads back as this layer.
 * @throws UserError when it is no layer.
 */
export const formatLayer = (given: Layer): string => {
  const layer = checkedLayer(given);
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
