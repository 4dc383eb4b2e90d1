/** Escapes text for HTML and SVG, in content and in attributes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** 1,234,567 */
export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** A share as 12.3 %. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A ratio as 4.05×. */
export const times = (ratio: number): string => `${ratio.toFixed(2)}×`;

/** Three digits and a prefix: 3.75 M, 895 k. */
export const short = (value: number): string => {
  const [scale, prefix] =
    value >= 999.5e6 ? [1e9, ' G'] : value >= 999.5e3 ? [1e6, ' M'] : value >= 999.5 ? [1e3, ' k'] : [1, ''];
  const scaled = value / scale;
  return `${Number(scaled.toPrecision(3))}${prefix}`;
};

/** Bytes as MB with one decimal. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** A text with signs of minus for its hyphens. */
export const minus = (text: string): string => text.replaceAll('-', '−');

/** A change by a share, as −34.9 %. */
export const change = (share: number): string =>
  `${share < 0 ? '−' : share > 0 ? '+' : ''}${(Math.abs(share) * 100).toFixed(1)} %`;

/** The middle of a list of ratios. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** Groups in order of first appearance. */
export const groupBy = <T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const list = groups.get(key(item));
    if (list) list.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};
