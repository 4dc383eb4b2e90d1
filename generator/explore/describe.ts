import { percent } from '../base/numbers.js';
import type { Exploration, Point } from './explore.js';
import type { FitError } from './fit.js';
import type { Measure } from './recommend.js';

/** What was explored, in words, and what came of it. */
export interface ExploreReport {
  /** As in `resnet18, batch 2, 224x224`. */
  readonly name: string;
  /** As in `a step of training`, or `dgrad of all layers`. */
  readonly work: string;
  readonly accelerator: string;
  /** The command that explores the same again. */
  readonly command: string;
  readonly exploration: Exploration;
}

/** What a point is compared by. */
export const measureOf = (point: Point, measure: Measure): number => {
  if (measure === 'energy') return point.energy.total;
  if (measure === 'luts' || measure === 'gates' || measure === 'mm2') return point.area!.value;
  return point[measure];
};

/** How good estimates are, in words. */
export const errorWords = (error: FitError | undefined): string =>
  error
    ? `each of ${error.samples} left out and estimated from the others: off by ${percent(error.median)} in the median, ${percent(error.largest)} at most`
    : 'too few were synthesized to say how far off the estimates are';

/** What areas are of, and where they come from, in words; nothing where there are none. */
export const areaWords = ({ area }: Exploration): string | undefined =>
  area &&
  `${area.of === 'whole' ? 'of the whole design' : 'sums of the blocks, each mapped alone, which is more than the whole'}, for ${area.target}; ${area.synthesized} points synthesized, ${area.estimated} estimated from them (~); ${errorWords(area.error)}`;

/** The words of a measure in a column whose head names the unit; energies keep their own. */
export const shortText = (measure: Measure, text: string): string =>
  measure === 'energy' ? text : text.replace(/[\s\u00a0].*$/, '');
