import { escaped } from '../text.js';
import { COLORS } from './chart.js';
import type { PageData } from './data.js';

/** The colours of the values of an axis. */
export const colorLegend = (data: PageData, axis: number): string =>
  data.axes[axis]!.values.map(
    (value, i) => `<span class="key"><i class="swatch c${i % COLORS}"></i>${escaped(value)}</span>`,
  ).join(' ');
