import type { Config } from '../description/config.js';
import type { BlockSize } from '../eda/netlist.js';
import type { Target } from '../eda/targets.js';
import { featuresOfAll } from './features.js';
import { type FitError, fitted, leaveOneOut, type Sample } from './fit.js';

/** What the area of a target is measured in: gates of Yosys, mm² of standard cells without memories, or LUTs. */
export const AREA_UNITS = { generic: 'gates', asic: 'mm2', ice40: 'luts', ecp5: 'luts', xilinx: 'luts' } as const;
export type AreaUnit = (typeof AREA_UNITS)[Target];

/** Sizes by synthesis; area in µm², of asic. */
export type Size = Omit<BlockSize, 'block' | 'instances' | 'delay'>;

/** The area of a point, in the unit of its target. */
export type Area =
  | { readonly value: number; readonly source: 'synthesized'; readonly size: Size }
  | { readonly value: number; readonly source: 'estimated' };

/** The areas of all points, and how they came about. */
export interface Areas {
  readonly areas: readonly Area[];
  /** How far estimates are off; nothing where too few points were synthesized to say. */
  readonly error?: FitError;
}

const areaIn = (unit: AreaUnit, size: Size): number =>
  unit === 'luts' ? size.luts : unit === 'gates' ? size.cells : size.area / 1e6;

/** The point that lies farthest from all that are known, by its features, each of which goes from 0 to 1. */
const farthest = (
  features: readonly (readonly number[])[],
  known: readonly number[],
  candidates: readonly number[],
): number => {
  const width = features[0]!.length;
  const ranges = Array.from({ length: width }, (_, j) => {
    const column = candidates.concat(known).map((i) => features[i]![j]!);
    const least = Math.min(...column);
    return { least, span: Math.max(...column) - least || 1 };
  });
  const at = (i: number): readonly number[] =>
    features[i]!.map((value, j) => (value - ranges[j]!.least) / ranges[j]!.span);
  const distance = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, j) => sum + (value - b[j]!) ** 2, 0);
  const distances = candidates.map((i) => Math.min(...known.map((other) => distance(at(i), at(other)))));
  return candidates[distances.indexOf(Math.max(...distances))]!;
};

export interface AreaOptions {
  readonly unit: AreaUnit;
  /** Points to synthesize, at most. */
  readonly most: number;
  readonly synthesize: (config: Config, index: number) => Promise<Size>;
  /** Points that matter whatever the area, as far as bytes and cells tell: among these the first ones are taken. */
  readonly worthwhile: readonly number[];
  /** Of the areas as they are known by now, the points in the order in which their true area matters. */
  readonly wanted: (areas: readonly Area[]) => readonly number[];
}

/**
 * Synthesizes the points whose area matters, and estimates the others from them: first some that lie far apart, then those that
 * `wanted` names, until these are known or `most` is reached.
 */
export const areasOf = async (
  configs: readonly Config[],
  { unit, most, synthesize, worthwhile, wanted }: AreaOptions,
): Promise<Areas> => {
  const features = featuresOfAll(configs);
  const sizes = new Map<number, Size>();
  const learn = async (index: number): Promise<void> => {
    sizes.set(index, await synthesize(configs[index]!, index));
  };
  const samples = (): readonly Sample[] =>
    [...sizes].map(([index, size]) => ({ features: features[index]!, value: areaIn(unit, size) }));
  const areas = (): readonly Area[] => {
    const estimate = fitted(samples());
    return features.map((own, index) => {
      const size = sizes.get(index);
      return size
        ? { value: areaIn(unit, size), source: 'synthesized', size }
        : { value: estimate(own), source: 'estimated' };
    });
  };

  // half of them to learn what area grows with, from the smallest on
  const first = Math.min(Math.ceil(most / 2), worthwhile.length, features[0]!.length + 1);
  const cells = (index: number): number => configs[index]!.array.rows * configs[index]!.array.columns;
  await learn(worthwhile.reduce((least, index) => (cells(index) < cells(least) ? index : least)));
  while (sizes.size < first) {
    const left = worthwhile.filter((index) => !sizes.has(index));
    await learn(farthest(features, [...sizes.keys()], left));
  }
  while (sizes.size < most) {
    const next = wanted(areas()).find((index) => !sizes.has(index));
    if (next === undefined) break;
    await learn(next);
  }
  const error = leaveOneOut(samples());
  return { areas: areas(), ...(error ? { error } : {}) };
};
