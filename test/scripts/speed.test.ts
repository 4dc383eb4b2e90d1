import { expect, it } from 'vitest';
import { kilocycles, speedText } from '../../generator/base/speed.js';

it.each([
  [0.25, '0.3 cycles/s', 0.00025],
  [7.42, '7.4 cycles/s', 0.00742],
  [412, '412 cycles/s', 0.412],
  [9999, '9,999 cycles/s', 10],
  [12_345, '12 kcycles/s', 12.3],
  [1_234_567, '1,235 kcycles/s', 1230],
])('%d cycles a second are %s', (perSecond, text, thousands) => {
  expect(speedText(perSecond)).toBe(text);
  expect(kilocycles(perSecond)).toBe(thousands);
});

it('no speed where no time was measured', () => expect(speedText(0)).toBeUndefined());
