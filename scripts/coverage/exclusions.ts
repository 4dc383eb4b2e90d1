import type { Point } from './points.js';

/** Points that no run of the measured configuration can cover, and why. */
export interface Exclusion {
  /** Block, or any. */
  readonly block?: string;
  readonly kind: Point['kind'];
  /** Of the point's name. */
  readonly name: RegExp;
  readonly reason: string;
}

export const EXCLUSIONS: readonly Exclusion[] = [];

/** The exclusion that covers a point, if any. */
export const exclusionOf = ({ block, kind, name }: Point): Exclusion | undefined =>
  EXCLUSIONS.find((each) => each.kind === kind && (each.block ?? block) === block && each.name.test(name));
