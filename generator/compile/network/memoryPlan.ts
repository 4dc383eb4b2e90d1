import { BASES, type Base } from './compiled.js';
import { bytesIn, elementBytes, type Key, type ScheduledStep, type TensorSpec, type Tensors, uses } from './steps.js';

/** Bytes that tensors begin at a multiple of: those of the widest beat. */
const ALIGNMENT = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Steps from the first to the last one that a tensor must outlive. */
interface Life {
  readonly first: number;
  readonly last: number;
}

interface Placed extends Life {
  readonly offset: number;
  readonly bytes: number;
}

export interface Memory {
  /** Bytes from the base register, by key. */
  readonly offsets: ReadonlyMap<Key, number>;
  readonly bytes: Readonly<Record<Base, number>>;
  /** Most bytes of activations, gradients and scratch that live at once. */
  readonly mostLive: number;
}

/** The lives of tensors; what is part of another counts as that. */
const livesOf = (tensors: Tensors, steps: readonly ScheduledStep[], keep: boolean): ReadonlyMap<Key, Life> => {
  const lives = new Map<Key, Life>();
  for (const [index, step] of steps.entries()) {
    const { reads, writes } = uses(step);
    for (const key of [...reads, ...writes]) {
      const whole = tensors.wholeOf(key);
      const first = lives.get(whole)?.first ?? index;
      lives.set(whole, keep ? { first: 0, last: steps.length - 1 } : { first, last: index });
    }
  }
  return lives;
};

/** Places tensors one after the other, each at the lowest place that is free as long as it lives. */
const firstFit = (specs: readonly TensorSpec[], lives: ReadonlyMap<Key, Life>): ReadonlyMap<Key, Placed> => {
  const placed = new Map<Key, Placed>();
  for (const spec of specs) {
    const life = lives.get(spec.key);
    if (!life) continue;
    const bytes = aligned(bytesIn(spec));
    const others = [...placed.values()]
      .filter(({ first, last }) => first <= life.last && last >= life.first)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const other of others) {
      if (offset + bytes <= other.offset) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    placed.set(spec.key, { ...life, offset, bytes });
  }
  return placed;
};

/**
 * Gives every tensor a place: those of base 2 one that is theirs only as long as they live, large ones first; the others one of their own.
 * @param steps of all programs, in the order in which they run.
 * @param keep leaves every tensor its place to the end.
 */
export const planMemory = (tensors: Tensors, steps: readonly ScheduledStep[], keep = false): Memory => {
  const offsets = new Map<Key, number>();
  const ends: Record<Base, number> = { 1: 0, 2: 0, 3: 0 };
  const whole = tensors.list.filter(({ within }) => within === undefined);
  const lives = livesOf(tensors, steps, keep);
  for (const base of BASES) {
    if (base === 2) continue;
    for (const spec of whole.filter((one) => one.base === base)) {
      offsets.set(spec.key, ends[base]);
      ends[base] += aligned(bytesIn(spec));
    }
  }
  const passing = whole.filter(({ base }) => base === 2).sort((a, b) => bytesIn(b) - bytesIn(a));
  const placed = firstFit(passing, lives);
  for (const [key, { offset, bytes }] of placed) {
    offsets.set(key, offset);
    ends[2] = Math.max(ends[2], offset + bytes);
  }
  for (const { key, within } of tensors.list) {
    const start = within && offsets.get(within.key);
    if (within && start !== undefined) offsets.set(key, start + within.element * elementBytes(tensors.get(key)));
  }
  const live = steps.map((_, index) =>
    [...placed.values()]
      .filter(({ first, last }) => first <= index && index <= last)
      .reduce((sum, { bytes }) => sum + bytes, 0),
  );
  return { offsets, bytes: ends, mostLive: Math.max(0, ...live) };
};
