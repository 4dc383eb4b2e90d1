import { percent } from '../../base/numbers.js';
import { type ExploreReport, measureOf } from '../../explore/describe.js';
import { MEASURE_WORDS, type Measure } from '../../explore/recommend.js';
import type { Chart, Dot } from './chart.js';

/** A point as the page has it. */
export interface PagePoint {
  readonly id: number;
  /** By axis, in their order. */
  readonly values: readonly string[];
  readonly engine: string;
  /** By measure, in their order. */
  readonly measures: readonly number[];
  readonly utilization: number;
  readonly isEstimated: boolean;
  readonly onFront: boolean;
  readonly withinBudget: boolean;
  readonly commands: readonly string[];
}

/** What the page's script is given. */
export interface PageData {
  readonly axes: readonly { readonly key: string; readonly values: readonly string[] }[];
  readonly measures: readonly Measure[];
  readonly points: readonly PagePoint[];
  readonly best?: number;
}

export const pageData = ({ exploration }: ExploreReport): PageData => {
  const { axes, area, points, recommended } = exploration;
  const measures: readonly Measure[] = ['cycles', ...(area ? [area.unit] : []), 'bytes', 'cells', 'energy'];
  return {
    ...{ axes, measures },
    points: points.map((point) => ({
      ...{ id: point.id, engine: point.engine, utilization: point.utilization },
      values: axes.map(({ key }) => point.values[key]!),
      measures: measures.map((measure) => measureOf(point, measure)),
      isEstimated: point.area?.source === 'estimated',
      ...{ onFront: point.onFront, withinBudget: point.withinBudget },
      commands: Object.values(point.commands),
    })),
    ...(recommended === undefined ? {} : { best: recommended }),
  };
};

/** A value in words, with a sign where it is an estimate. */
export const measureText = (measure: Measure, value: number, isEstimated: boolean): string => {
  const isArea = ['luts', 'gates', 'mm2'].includes(measure);
  return `${isArea && isEstimated ? '~' : ''}${MEASURE_WORDS[measure].show(value)}`;
};

/** What a point is, and what it takes. */
export const pointText = (data: PageData, point: PagePoint): string => {
  const values = data.axes.map(({ key }, i) => `${key}=${point.values[i]}`).join(' ');
  const takes = data.measures.map((measure, i) => measureText(measure, point.measures[i]!, point.isEstimated));
  return `${values}, ${point.engine}: ${takes.join(', ')}; ${percent(point.utilization)} of the array is useful`;
};

/** What is drawn of the data. */
export interface View {
  readonly x: Measure;
  readonly y: Measure;
  /** The axis, by its number, whose values are told apart by colours. */
  readonly color: number;
  readonly chosen?: number;
}

const titleOf = (measure: Measure): string => (measure === 'energy' ? 'energy, pJ' : MEASURE_WORDS[measure].title);

export const chartOf = (data: PageData, shown: readonly PagePoint[], { x, y, color, chosen }: View): Chart => {
  const [atX, atY] = [data.measures.indexOf(x), data.measures.indexOf(y)];
  const isArea = [x, y].some((measure) => ['luts', 'gates', 'mm2'].includes(measure));
  const dots = shown.map(
    (point): Dot => ({
      ...{ id: point.id, x: point.measures[atX]!, y: point.measures[atY]!, onFront: point.onFront },
      color: data.axes[color]!.values.indexOf(point.values[color]!),
      isSolid: !(isArea && point.isEstimated),
      isBest: point.id === data.best,
      title: pointText(data, point),
    }),
  );
  const label = `Points of ${titleOf(x)} and ${titleOf(y)}, ${shown.length} of ${data.points.length}`;
  return { label, dots, xTitle: titleOf(x), yTitle: titleOf(y), ...(chosen === undefined ? {} : { chosen }) };
};

/** The axes that are drawn first: what the points are compared by. */
export const firstView = (measures: readonly Measure[]): View => ({
  x: measures.find((measure) => measure !== 'cycles') ?? 'bytes',
  y: 'cycles',
  color: 0,
});
