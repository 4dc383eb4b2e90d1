const MOST = 60;

const textOf = (value: unknown): string => {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'an object without a text';
  }
};

/** Any value in a message, in at most 60 characters. */
export const show = (value: unknown): string => {
  const text = textOf(value);
  return text.length > MOST ? `${text.slice(0, MOST - 3)}...` : text;
};

const PREFIXES = ['', 'k', 'm', 'g'];

/**
 * The number that a value seems to mean, for an answer to a wrong one: `"64KiB"`, `"64k"`, `"0x10000"`, `"65_536"`, `"2^16"`
 * and `[65536]` are 65536. Prefixes are powers of 1024. Nothing where it means none.
 */
export const readNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return readNumber(Number(value));
  if (Array.isArray(value)) return value.length === 1 ? readNumber(value[0]) : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replace(/(?<=\d)(?:_(?=\d)|[,' ](?=\d{3}(?!\d)))/g, '');
  if (/^0(x[\da-f]+|b[01]+|o[0-7]+)$/i.test(text)) return readNumber(Number(text));
  const [, exponent] = /^2(?:\^|\*\*)(\d{1,2})$/.exec(text) ?? [];
  if (exponent !== undefined) return 2 ** Number(exponent);
  const [, digits, prefix = '', unit = ''] =
    /^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(?:([kmg])i?)?\s*(b|bytes?|bits?)?$/i.exec(text) ?? [];
  // kilobits are in doubt: 1000 or 1024 of them, and a field may count bytes
  if (digits === undefined || (prefix !== '' && /bit/i.test(unit))) return undefined;
  return readNumber(Number(digits) * 1024 ** PREFIXES.indexOf(prefix.toLowerCase()));
};
