import { readNumber } from '../base/show.js';
import { type LayerKey, layerLimits, layerShorthands } from './layerKeys.js';

/** What to write in place of a key that another framework has: our keys, with the values where these are clear. */
export interface OurKeys {
  /** The keys of a layer that it is about; none where nothing takes its place. */
  readonly about: readonly LayerKey[];
  readonly write: readonly (readonly [key: string, value?: number])[];
  /** Why nothing takes its place. */
  readonly leaveOut?: string;
}

const { K: KERNEL, S: STRIDE, D: DILATION, P: PADDING } = layerShorthands;
const SIZE: readonly LayerKey[] = ['H', 'W'];

/** Names that set both axes, and those of our keys that do. Names are in lower case, without separators. */
const BOTH: readonly (readonly [name: string, keys: readonly LayerKey[], short?: string])[] = [
  ['(?:kernel|kern|filter|window|k)(?:size|sizes|shape|dims?)?|ks', KERNEL, 'K'],
  ['(?:window|conv|kernel)?(?:strides?|striding|subsample)(?:size)?', STRIDE, 'S'],
  ['(?:kernel|rhs|atrous)?(?:dilations?|dilationrates?|dilate|atrous|rate)', DILATION, 'D'],
  ['(?:zero|conv)?(?:paddings?|pads?)(?:size)?', PADDING, 'P'],
  ['(?:in|input|image|img|ifmap|featuremap|spatial|map)(?:size|resolution|dims?)|resolution', SIZE],
];

const VERTICAL = '(?:h|height|y|rows?)';
const HORIZONTAL = '(?:w|width|x|cols?|columns?)';
const SIDES = ['(?:t|top)', '(?:b|bottom)', '(?:l|left)', '(?:r|right)'];
const CHANNELS = '(?:channels?|ch|c|features?|filters?|planes?|maps?|depth|dims?)';

/** Names that set one key, or the two that lie on one axis. */
const SINGLE: readonly (readonly [name: string, keys: readonly LayerKey[]])[] = [
  ['(?:batch|minibatch)(?:es|size|dim)?|mb|bs|(?:num|n)(?:batch|batches)|(?:num|n)?images', ['B']],
  [`(?:num|n)?(?:in|input|i)${CHANNELS}|(?:channels?|ch|c)(?:in|input)?|nin`, ['C']],
  [
    `(?:num|n)?(?:out|output|o)${CHANNELS}|(?:channels?|ch|c)(?:out|output)|nout|(?:num|n)outputs?|features|(?:num|n|nb)?(?:filters|kernels)|(?:num|n|nb)filter`,
    ['N'],
  ],
  ['(?:num|n)?groups?|featuregroupcount|cardinality', ['G']],
  [`(?:in|input|i|image|img|ifmap|map)${VERTICAL}|${VERTICAL}(?:in|input)|height`, ['H']],
  [`(?:in|input|i|image|img|ifmap|map)${HORIZONTAL}|${HORIZONTAL}(?:in|input)|width`, ['W']],
  ['r', ['Kh']],
  ['(?:in|input|image|img)shape', ['B', 'C', 'H', 'W']],
];

const whole = (name: string): RegExp => new RegExp(`^(?:${name})$`);

const PATTERNS: readonly (readonly [RegExp, readonly LayerKey[]])[] = [
  ...BOTH.filter(([, keys]) => keys !== SIZE).flatMap(([name, keys]) => {
    const halves = keys === PADDING ? [keys.slice(0, 2), keys.slice(2)] : [keys.slice(0, 1), keys.slice(1)];
    const axes = [VERTICAL, HORIZONTAL].map((axis, i) => [axis, halves[i]!] as const);
    const sides = keys === PADDING ? SIDES.map((side, i) => [side, [keys[i]!]] as const) : [];
    return [...axes, ...sides].map(([end, own]) => [whole(`(?:${name})${end}|${end}(?:${name})`), own] as const);
  }),
  // padding of one axis by one letter; of the others, our own keys are such
  [whole('ph'), ['Pt', 'Pb']],
  [whole('pw'), ['Pl', 'Pr']],
  ...SINGLE.map(([name, keys]) => [whole(name), keys] as const),
];

const OUTPUTS = whole(
  '(?:o|out|output|ofmap)(?:h|w|height|width|size|shape|x|y)|(?:h|w|height|width)(?:o|out|output)|q',
);
const BESIDE = whole('(?:use|has|with)?bias|activation');

/** Values on both axes, in the order of `keys`: of one number, of [vertical, horizontal], of what is written for each side. */
const spread = (name: string, keys: readonly LayerKey[], value: unknown): readonly number[] | undefined => {
  const one = readNumber(value);
  if (one !== undefined) return keys.map(() => one);
  if (typeof value === 'string' && /^\s*\d+(\s*[x*×,]\s*\d+)+\s*$/.test(value)) {
    return spread(name, keys, value.split(/[x*×,]/));
  }
  if (!Array.isArray(value)) return undefined;
  const numbers = value.flat().map(readNumber);
  if (numbers.length === 0 || numbers.some((each) => each === undefined)) return undefined;
  const known = numbers as readonly number[];
  if (known.every((each) => each === known[0])) return keys.map(() => known[0]!);
  const pairs = value.every(Array.isArray);
  if (known.length === 2 && !pairs) {
    // ONNX begins with all starts: two numbers are those of one axis
    if (keys === PADDING) return name === 'pads' ? undefined : [known[0]!, known[0]!, known[1]!, known[1]!];
    return known;
  }
  if (keys !== PADDING || known.length !== 4) return undefined;
  if (pairs && value.length === 2) return known;
  // a flat list of four has as many orders as frameworks; only ONNX has this name
  return name === 'pads' ? [known[0]!, known[2]!, known[1]!, known[3]!] : undefined;
};

const isRight = (key: LayerKey, value: number | undefined): value is number => {
  const { least, most } = layerLimits[key];
  return Number.isInteger(value) && value! >= least && value! <= most;
};

/** Values are left out where one of them is none that the key takes. */
const together = (
  keys: readonly LayerKey[],
  values: readonly (number | undefined)[] | undefined,
  short?: string,
): OurKeys['write'] => {
  if (!values || !keys.every((key, i) => isRight(key, values[i]))) return keys.map((key) => [key]);
  if (short !== undefined && values.every((each) => each === values[0])) return [[short, values[0]]];
  return keys.map((key, i) => [key, values[i]]);
};

/** What our keys are for a key of another framework, or for several values of one of ours; nothing where it is not known. */
export const ourKeys = (given: string, value: unknown): OurKeys | undefined => {
  const name = given.toLowerCase().replace(/[^a-z0-9]/g, '');
  const both = BOTH.find(([pattern, , short]) => whole(pattern).test(name) || short?.toLowerCase() === name);
  if (both) {
    const [, about, short] = both;
    if (about === PADDING && typeof value === 'string' && /^\s*["']?valid["']?\s*$/i.test(value)) {
      return { about, write: [], leaveOut: 'P is 0 where it is not given' };
    }
    return { about, write: together(about, spread(name, about, value), short) };
  }
  const single = PATTERNS.find(([pattern]) => pattern.test(name));
  if (single) {
    const [, about] = single;
    // a shape has as many orders as frameworks
    const number = about.length > 2 ? undefined : readNumber(value);
    return {
      about,
      write: together(
        about,
        about.map(() => number),
      ),
    };
  }
  if (OUTPUTS.test(name))
    return { about: [], write: [], leaveOut: 'the size of the output follows from the other keys' };
  if (BESIDE.test(name)) return { about: [], write: [], leaveOut: 'a layer here is the convolution alone' };
  return undefined;
};

/** The same without the keys that set several. */
export const spelledOut = (ours: OurKeys): OurKeys => ({
  ...ours,
  write: ours.write.flatMap(([key, value]) => (layerShorthands[key] ?? [key]).map((each) => [each, value] as const)),
});

/** {@link ourKeys} as the fix of a problem, in the notation of a layer or in that of an object. */
export const writeOurs = ({ write, leaveOut }: OurKeys, notation: 'text' | 'object'): string => {
  if (leaveOut !== undefined) return `leave it out: ${leaveOut}`;
  if (write.every(([, value]) => value !== undefined)) {
    const pair = ([key, value]: OurKeys['write'][number]): string =>
      notation === 'text' ? `${key}=${value}` : `"${key}": ${value}`;
    return `write ${write.map(pair).join(notation === 'text' ? ',' : ', ')}`;
  }
  const keys = write.map(([key]) => key);
  return `write ${keys.length === 1 ? keys[0] : `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`}, a whole number${keys.length === 1 ? '' : ' each'}`;
};
