import type { Store } from '../isa/program.js';
import { NO_OPERATION, type VectorOperation } from '../isa/vectorOperation.js';
import type { Builder } from './builder.js';
import { PostSums } from './postSums.js';
import { Unfusable } from './unfusable.js';
import {
  type Constants,
  coefficientEntries,
  elementwiseStore,
  NO_OPERANDS,
  operationsInstruction,
} from './vectorInstructions.js';

/** A dense tensor as large as the result, element by element. */
export interface PostStream {
  /** Byte address. */
  readonly address: number;
  /** fp32, else operands. */
  readonly wide: boolean;
}

/** What the STOREs of fprop or dgrad do with sums before they write them. */
export interface Post {
  /** The first one works on sums; P comes from nowhere else, or from registers. */
  readonly operations: readonly VectorOperation[];
  readonly constants: Constants;
  /** Byte addresses of fp32 values, one a channel, for each of the two banks. */
  readonly coefficients: readonly [number | undefined, number | undefined];
  /** Stationary streams 0 and 1. */
  readonly streams: readonly [PostStream | undefined, PostStream | undefined];
  /** Where the first and second sums go that operations keep, byte address: see `KeptSums`. */
  readonly sums?: number;
}

/** Most groups of channels whose coefficients begin with an entry of their own. */
const MOST_GROUPS = 64;
/** Most STOREs that one is made of where its streams cannot be loaded at once. */
const MOST_PARTS = 8;

/** A result, as STOREs of parts of it know it. */
export interface ResultLayout {
  /** Byte address of the whole, and bytes of an element. */
  readonly address: number;
  readonly elementBytes: number;
  /** Channels of a pixel, and of a group whose vectors begin anew. */
  readonly channels: number;
  readonly groupChannels: number;
  /** Elements from pixel to pixel. */
  readonly pitch: number;
}

/** The elements of a dense tensor that lie between two pixels which are so many bytes of a result apart. */
const denseStep = ({ elementBytes, channels, pitch }: ResultLayout, bytes: number): number =>
  (bytes / elementBytes / pitch) * channels;

/**
 * Emits what stands at the beginning: coefficients into their banks, sums that begin at 0, and the operations. Returns where sums are kept.
 * @throws Unfusable where there are too many.
 */
export const beginPost = (builder: Builder, post: Post, layout: ResultLayout): PostSums | undefined => {
  const { config, derived } = builder;
  const { channels, groupChannels } = layout;
  const groups = channels / groupChannels;
  const entries = coefficientEntries(config, derived, groupChannels);
  const isLoaded = post.coefficients.some((address) => address !== undefined);
  if (isLoaded && (groups > MOST_GROUPS || groups * entries > derived.coefficients)) throw new Unfusable();
  post.coefficients.forEach((address, bank) => {
    if (address === undefined) return;
    const element = side(builder, 'dynamic', { address, wide: true }, { first: 0, run: channels, dimensions: [] });
    const keep = { ...NO_OPERATION, p: 'dynamic0', keep: bank === 0 ? 'coefficient0' : 'coefficient1' } as const;
    builder.post(operationsInstruction([keep], [0, 0, 0, 0]));
    for (let group = 0; group < groups; group++) {
      const dynamic0 = element + 2 * group * groupChannels;
      builder.post({ ...NO_OPERANDS, dynamic0, wide: 1, coefficientBase: group * entries });
      const {
        waitExec: _,
        waitLoad: __,
        kind: ___,
        ...store
      } = elementwiseStore(config, 1, groupChannels, {
        ...{ narrow: false, address: 0 },
      });
      builder.store(store, [], 0, builder.loadCount);
    }
    builder.dynamic.usedByStore(builder.storeCount);
  });
  const sums = post.sums === undefined ? undefined : new PostSums(builder, channels, isLoaded ? groups * entries : 0);
  sums?.begin();
  builder.post(operationsInstruction(post.operations, post.constants));
  return sums;
};

/** Whether sums of +0 stay +0 whatever is read beside them. */
export const keepsZeros = ({ operations, constants }: Post): boolean => {
  const [only, ...others] = operations;
  if (!only || others.length > 0 || only.p !== 'sums' || only.swap || only.clip === 'range') return false;
  const adds = only.q !== 'none' && only.gate !== 'q' && only.gate !== 'within';
  const isPlain = (factor: number): boolean => factor > 0 && factor < Number.POSITIVE_INFINITY;
  const scales = only.factor === 'one' || (only.factor === 'constant' && isPlain(constants[only.constant]!));
  return !adds && scales && (!only.leak || isPlain(constants[2]));
};

/** What a STORE writes, in elements of a dense result: runs, and how they follow each other. */
interface Written {
  readonly first: number;
  readonly run: number;
  readonly dimensions: readonly { readonly count: number; readonly step: number }[];
}

/** Brings the elements of a stream that a STORE writes into a buffer, without gaps, and returns the address of the first one. */
const side = (
  builder: Builder,
  where: 'dynamic' | 'stationary',
  stream: PostStream,
  { first, run, dimensions }: Written,
): number => {
  const { beatElements, dataBytes } = builder.derived;
  const width = stream.wide ? 2 : 1;
  const address = stream.address + first * width * dataBytes;
  let elements = run * width;
  const copies = dimensions.map(({ count, step }) => {
    const copy = { count, dram: step * width, buffer: elements };
    elements *= count;
    return copy;
  });
  const ring = where === 'dynamic' ? builder.dynamic : builder.side;
  const residue = (address / dataBytes) % beatElements;
  const grant = ring.take(elements, residue);
  builder.load({
    ...{ stationary: where === 'stationary', address, bufElement: grant.base, row: run * width, dimensions: copies },
    ...{ waitExec: grant.waitExec, waitStore: grant.waitStore },
  });
  return grant.base;
};

type Part = Omit<Store, 'kind' | 'waitExec' | 'waitLoad'>;

/** A STORE as several, run by run of one of its loops. */
const byRuns = (store: Part, loop: 1 | 2): readonly Part[] => {
  const [count, stride, accStride] =
    loop === 1 ? [store.n1, store.stride1, store.accStride1] : [store.n2, store.stride2, store.accStride2];
  const alone = loop === 1 ? { n1: 1, stride1: 0, accStride1: 0 } : { n2: 1, stride2: 0, accStride2: 0 };
  return Array.from({ length: count }, (_, index) => ({
    ...store,
    ...alone,
    ...{ address: store.address + index * stride, accBase: store.accBase + index * accStride },
  }));
};

/** STOREs whose streams can each be loaded without gaps: no element is shifted on its way. @throws Unfusable where they would be many. */
const loadable = ({ derived, config }: Builder, post: Post, layout: ResultLayout, store: Part): readonly Part[] => {
  const { columns } = config.array;
  const run = store.groups * ((store.vectorsPerGroup - 1) * columns + store.lastLanes);
  const gaps = (step: number, elements: number): boolean =>
    post.streams.some((stream) => stream && ((step - elements) * (stream.wide ? 2 : 1)) % derived.beatElements !== 0);
  const cuts1 = store.n1 > 1 && gaps(denseStep(layout, store.stride1), run);
  // what is cut along n1 has one run of it
  const cuts2 = store.n2 > 1 && gaps(denseStep(layout, store.stride2), cuts1 ? run : run * store.n1);
  const rows = cuts2 ? byRuns(store, 2) : [store];
  const all = cuts1 ? rows.flatMap((row) => byRuns(row, 1)) : rows;
  if (all.length > MOST_PARTS) throw new Unfusable();
  return all;
};

/** Emits a STORE through the vector unit, and what it reads. `single`: its groups all begin at one channel. */
export const postStore = (
  builder: Builder,
  post: Post,
  layout: ResultLayout,
  whole: Part,
  single: boolean,
  halves: readonly number[],
  lastExec: number,
  sums?: PostSums,
): void => {
  const { config, derived } = builder;
  const { columns } = config.array;
  const { elementBytes, channels, groupChannels, pitch } = layout;
  const wide = post.streams.reduce((bits, stream, index) => bits | (stream?.wide ? 4 << index : 0), 0);
  for (const store of loadable(builder, post, layout, whole)) {
    const at = (store.address - layout.address) / elementBytes;
    const channel = at % pitch;
    let coefficientBase = 0;
    if (post.coefficients.some((address) => address !== undefined)) {
      const inGroup = channel % groupChannels;
      if (!single || inGroup % columns !== 0) throw new Unfusable();
      const before = ((channel - inGroup) / groupChannels) * coefficientEntries(config, derived, groupChannels);
      coefficientBase = before + (inGroup === 0 ? 0 : coefficientEntries(config, derived, inGroup));
    }
    const lanes = (store.vectorsPerGroup - 1) * columns + store.lastLanes;
    const run = store.groups * lanes;
    if (sums && !single) throw new Unfusable();
    const ofSums = sums?.place(channel, lanes);
    const dimensions = [
      { count: store.n1, step: denseStep(layout, store.stride1) },
      { count: store.n2, step: denseStep(layout, store.stride2) },
    ];
    const first = ((at - channel) / pitch) * channels + channel;
    const [one, two] = post.streams.map((stream) =>
      stream ? side(builder, 'stationary', stream, { first, run, dimensions }) : undefined,
    );
    builder.post({ ...NO_OPERANDS, stationary0: one ?? 0, stationary1: two ?? 0, wide, coefficientBase, ...ofSums });
    builder.store({ ...store, post: true }, halves, lastExec, builder.loadCount);
    builder.side.usedByStore(builder.storeCount);
  }
};
