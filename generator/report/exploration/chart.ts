import { tick } from '../../base/numbers.js';
import { escaped } from '../text.js';

/** A point as it is drawn. */
export interface Dot {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** Its place among the colours. */
  readonly color: number;
  /** A value that was worked out, and not estimated. */
  readonly isSolid: boolean;
  readonly onFront: boolean;
  readonly isBest: boolean;
  /** Shown where the pointer rests. */
  readonly title: string;
}

export interface Chart {
  /** What it shows, in one sentence. */
  readonly label: string;
  readonly dots: readonly Dot[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** The id of the point that is chosen. */
  readonly chosen?: number;
}

/** Colours that are told apart without seeing red or green, in this order; more than these begin again. */
export const COLORS = 8;

const MARGIN = { left: 72, right: 20, top: 14, bottom: 52 } as const;
const HEIGHT = 420;

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

const DIGITS = [
  [1, 2, 5],
  [1, 1.5, 2, 3, 4, 5, 6, 8],
  [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9],
] as const;

/** Round marks, as many as there is room for: the finer ones where the coarse ones are too few to read a value by. */
const marks = (least: number, most: number, room: number): readonly number[] => {
  let inside: readonly number[] = [];
  for (const digits of DIGITS) {
    const all: number[] = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++)
      for (const digit of digits) all.push(digit * 10 ** power);
    inside = all.filter((value) => value >= least && value <= most);
    if (inside.length >= 4) break;
  }
  const step = Math.ceil(inside.length / Math.max(1, room));
  return inside.filter((_, i) => i % step === 0);
};

/** Logarithmic, with a margin about the values. */
const scaleOf = (values: readonly number[], from: number, to: number, room: number): Scale => {
  const positive = values.filter((value) => value > 0);
  const [least, most] = [Math.min(...positive, 1e300), Math.max(...positive, 1e-300)];
  const [low, high] = least <= most ? [least / 1.15, most * 1.15] : [0.5, 2];
  const span = Math.log(high / low);
  return {
    at: (value) => from + (Math.log(Math.max(value, low) / low) / span) * (to - from),
    ticks: marks(low, high, room),
  };
};

const n = (value: number): string => String(Math.round(value * 10) / 10);

const dotSvg = (dot: Dot, x: string, y: string, chosen: boolean): string => {
  const kinds = ['dot', `c${dot.color % COLORS}`, ...(dot.isSolid ? ['solid'] : []), ...(dot.onFront ? ['front'] : [])];
  const ring = dot.isBest || chosen ? `<circle class="${chosen ? 'chosen' : 'best'}" cx="${x}" cy="${y}" r="11"/>` : '';
  return `${ring}<circle class="${kinds.join(' ')}" data-id="${dot.id}" cx="${x}" cy="${y}" r="${dot.onFront ? 6 : 4}"><title>${escaped(dot.title)}</title></circle>`;
};

/** Points on two logarithmic axes, the front joined by steps. `width` is in CSS pixels. */
export const scatterSvg = ({ label, dots, xTitle, yTitle, chosen }: Chart, width: number): string => {
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, HEIGHT - MARGIN.bottom];
  const x = scaleOf(
    dots.map((dot) => dot.x),
    left,
    right,
    Math.floor((right - left) / 70),
  );
  const y = scaleOf(
    dots.map((dot) => dot.y),
    bottom,
    top,
    Math.floor((bottom - top) / 40),
  );
  // the front of these two axes alone: more of them may lie apart from it
  let least = Number.POSITIVE_INFINITY;
  const corners = [...dots]
    .sort((a, b) => a.x - b.x || a.y - b.y)
    .filter((dot) => {
      if (dot.y >= least) return false;
      least = dot.y;
      return true;
    });
  const steps = corners.map(
    (dot, i) => `${i === 0 ? 'M' : 'H'}${n(x.at(dot.x))}${i === 0 ? ' ' : 'V'}${n(y.at(dot.y))}`,
  );
  const drawn = [...dots].sort((a, b) => Number(a.onFront) - Number(b.onFront));
  return [
    `<svg class="plot scatter" role="img" aria-label="${escaped(label)}" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}">`,
    ...x.ticks.map(
      (value) =>
        `<path class="grid" d="M${n(x.at(value))} ${top}V${bottom}"/><text class="soft mid" x="${n(x.at(value))}" y="${bottom + 18}">${tick(value)}</text>`,
    ),
    ...y.ticks.map(
      (value) =>
        `<path class="grid" d="M${left} ${n(y.at(value))}H${right}"/><text class="soft end" x="${left - 6}" y="${n(y.at(value) + 4)}">${tick(value)}</text>`,
    ),
    `<text class="mid" x="${(left + right) / 2}" y="${HEIGHT - 12}">${escaped(xTitle)}</text>`,
    `<text class="mid" transform="translate(14 ${(top + bottom) / 2}) rotate(-90)">${escaped(yTitle)}</text>`,
    steps.length > 1 ? `<path class="steps" d="${steps.join('')}"/>` : '',
    ...drawn.map((dot) => dotSvg(dot, n(x.at(dot.x)), n(y.at(dot.y)), dot.id === chosen)),
    '</svg>',
  ].join('\n');
};
