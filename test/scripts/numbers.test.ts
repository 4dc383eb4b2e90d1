import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  change,
  count,
  day,
  decimalsFor,
  fixed,
  percent,
  ratio,
  short,
  tick,
  times,
  typeset,
} from '../../generator/base/numbers.js';

const any = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  ...{ count, percent, change, ratio, times, short, tick },
  bytes: (value) => short(value, 'B'),
  fixed: (value) => fixed(value, 3),
  ...{ precise: (value) => percent(value, 3), whole: (value) => change(value, 0) },
};
/** Spaces as others read them. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe.each(Object.entries(FORMATS))('%s', (_, format) => {
  it('never writes as zero what is not, nor a sign at zero', () => {
    fc.assert(
      fc.property(any, (value) => /[1-9]/.test(format(value).replace(/10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/, '')) === (value !== 0)),
    );
    for (const zero of [0, -0]) expect(format(zero)).not.toMatch(/[-+−]/);
  });

  it('writes a true minus before what is below zero, and no other hyphen', () => {
    fc.assert(fc.property(any, (value) => !format(value).includes('-') && format(value).startsWith('−') === value < 0));
  });

  it('keeps a unit on the line of its number', () => {
    fc.assert(fc.property(any, (value) => !/\s/.test(format(value).replaceAll('\u00a0', ''))));
  });

  // ticks are of round values, and leave zeros out
  it.skipIf(format === tick)('is right to its last digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 0.001, max: 1e12 }), (value) => {
        const [, number, prefix] = /^\+?([\d,.]+)\u00a0?([kMGT]?)/.exec(format(value))!;
        const unit = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 }[prefix as 'k'] / (format(1).includes('%') ? 100 : 1);
        const last = unit * 10 ** -(number!.split('.')[1]?.length ?? 0);
        return Math.abs(Number(number!.replaceAll(',', '')) * unit - value) <= last * 0.51 + value * 1e-9;
      }),
    );
  });
});

it('writes figures as they are read', () => {
  expect([0, 999, 1_234_567, -1234.4].map(count)).toEqual(['0', '999', '1,234,567', '−1,234']);
  expect([0.349, 0.0003, 0, 1].map((share) => plain(percent(share)))).toEqual(['34.9 %', '0.03 %', '0.0 %', '100.0 %']);
  expect([-0.349, 0.5, 0, -0, -0.0004, 1e-9].map((share) => plain(change(share)))).toEqual([
    ...['−34.9 %', '+50.0 %', '0.0 %', '0.0 %', '−0.04 %', '+1×10⁻⁷ %'],
  ]);
  expect([4.05, 16.694, 0.001].map(times)).toEqual(['4.05×', '16.69×', '0.001×']);
  expect([0, 999, 1000, 12_345, 999_499, 999_999, 3_400_000, 2.5e9].map((value) => plain(short(value)))).toEqual([
    ...['0', '999', '1.00 k', '12.3 k', '999 k', '1.00 M', '3.40 M', '2.50 G'],
  ]);
  expect([512, 250_000].map((value) => plain(short(value, 'B')))).toEqual(['512 B', '250 kB']);
  expect([0, 0.05, -1.5, 500, 500_000, 1e6, 2.5e6, 20e6].map((value) => plain(tick(value)))).toEqual([
    ...['0', '0.05', '−1.5', '500', '500 k', '1 M', '2.5 M', '20 M'],
  ]);
});

it('gives figures that stand together the decimals of the one that needs most', () => {
  expect(decimalsFor([12.3, -0.04, 0], 1)).toBe(2);
  expect(decimalsFor([0, 5], 1)).toBe(1);
  expect(decimalsFor([1e-30], 1)).toBe(5);
});

it('tells the marks of an axis apart', () => {
  const steps = fc.record({ step: fc.constantFrom(1, 2, 2.5, 5), power: fc.integer({ min: -4, max: 9 }) });
  fc.assert(
    fc.property(steps, ({ step, power }) => {
      const marks = [-2, -1, 0, 1, 2, 3, 4, 5, 6].map((index) => index * step * 10 ** power);
      return new Set(marks.map(tick)).size === marks.length;
    }),
  );
});

it('sets texts from elsewhere', () => {
  expect(typeset('-34.9 % on average, -14.5 to -79.0 %')).toBe('−34.9\u00a0% on average, −14.5 to −79.0\u00a0%');
  for (const name of ['ResNet-50', 'ref16-int8', '2026-11-26', 'a - b', 'npm run bench -- --json', 'C=1,H=5', '1e-9'])
    expect(typeset(name)).toBe(name);
});

it('writes a day in words', () => {
  expect(day('2026-11-26T23:55:24.978Z')).toBe('26 November 2026');
  expect(day('some time')).toBe('some time');
});
