/**
 * How figures are written wherever people read them: a true sign of minus, thousands apart, a space before a unit that does not
 * break, as many decimals as others of the kind, and more where a value that is not zero would read as zero.
 */

const MINUS = '\u2212';
const NO_BREAK = '\u00a0';
/** Decimals that a small value may take beyond those of its kind; what is smaller still is written as a power of ten. */
const MORE = 4;

const magnitude = (value: number, decimals: number): string =>
  Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

const readsAsZero = (value: number, decimals: number): boolean =>
  value !== 0 && !/[1-9]/.test(magnitude(value, decimals));

/** Decimals for figures that stand together: `least`, or as many as it takes that none but zero reads as zero. */
export const decimalsFor = (values: readonly number[], least: number): number => {
  let decimals = least;
  while (decimals < least + MORE && values.some((value) => readsAsZero(value, decimals))) decimals++;
  return decimals;
};

const raised = (power: number): string =>
  [...String(power)].map((sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)])).join('');

/** Without the sign. */
const digits = (value: number, least: number): string => {
  const decimals = decimalsFor([value], least);
  if (!readsAsZero(value, decimals)) return magnitude(value, decimals);
  const [mantissa, power] = Math.abs(value).toExponential(0).split('e');
  return `${mantissa}×10${raised(Number(power))}`;
};

const sign = (value: number, plus: string): string => (value < 0 ? MINUS : value > 0 ? plus : '');

/** A number with this many decimals: 1,234.50 */
export const fixed = (value: number, decimals: number): string => sign(value, '') + digits(value, decimals);

/** A whole number: 1,234,567 */
export const count = (value: number): string => fixed(value, 0);

/** A number and its unit, which stay on one line. */
export const withUnit = (text: string, unit: string): string => (unit ? text + NO_BREAK + unit : text);

/** A share as 12.3 %. */
export const percent = (share: number, decimals = 1): string => withUnit(fixed(share * 100, decimals), '%');

/** A change by a share, as −34.9 % or +3.0 %. */
export const change = (share: number, decimals = 1): string =>
  withUnit(sign(share, '+') + digits(share * 100, decimals), '%');

/** A ratio as 4.05. */
export const ratio = (value: number): string => fixed(value, 2);

/** How many times as fast or as much: 4.05×. */
export const times = (value: number): string => `${ratio(value)}×`;

const PREFIXES = ['', 'k', 'M', 'G', 'T'] as const;

/** Three digits, a prefix and a unit: 3.75 M, 895 kB; below a thousand a whole number. */
export const short = (value: number, unit = ''): string => {
  let [scaled, prefix] = [Math.abs(value), 0];
  while (scaled >= 999.5 && prefix < PREFIXES.length - 1) [scaled, prefix] = [scaled / 1000, prefix + 1];
  const decimals = prefix === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return withUnit(fixed(value < 0 ? -scaled : scaled, decimals), PREFIXES[prefix] + unit);
};

/** A mark of an axis, whose values are round: 0.5, 2.5 M, 500 k. */
export const tick = (value: number): string => {
  if (Math.abs(value) < 1000) return sign(value, '') + digits(value, fraction(value).length);
  const [number = '', prefix = ''] = short(value).split(NO_BREAK);
  return withUnit(number.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''), prefix);
};

/** Decimals of the shortest text that tells a value from others of its axis. */
const fraction = (value: number): string => String(Number(value.toPrecision(4))).split('.')[1] ?? '';

/** A text from elsewhere with signs of minus for the hyphens before its numbers, and units that stay with them. */
export const typeset = (text: string): string =>
  text.replace(/(?<![\p{L}\p{N}_.-])-(?=\.?\d)/gu, MINUS).replace(/(?<=\d) %/g, `${NO_BREAK}%`);

/** The day of an ISO date, as 26 November 2026, in UTC. */
export const day = (iso: string): string => {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
};
