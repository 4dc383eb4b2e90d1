import fc from 'fast-check';
import { expect, it } from 'vitest';
import { derive } from '../../generator/description/derive.js';
import { presets } from '../../generator/description/presets.js';

it('has two banks of the accumulator, unless clearing them would take long', () => {
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 16 }), (bits) => {
      const accumulatorDepth = 2 ** bits;
      const buffers = { ...presets.tiny4!.buffers, accumulatorDepth };
      const { accumulatorBanks } = derive({ ...presets.tiny4!, buffers });
      expect(accumulatorBanks).toBe(accumulatorDepth <= 256 ? 2 : 4);
    }),
  );
});
