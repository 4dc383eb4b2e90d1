import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../generator/compile/estimate.js';
import { derive } from '../../generator/description/derive.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { ENERGY_PARTS, energyOf, sumOfEnergies } from '../../generator/energy/energy.js';
import { HOROWITZ, parseEnergies, sramPerByte } from '../../generator/energy/table.js';
import { energyText } from '../../generator/energy/text.js';
import { problemsOf } from '../problems.js';

/** Nothing but one kind of energy: each byte or multiply-accumulate is 1 pJ. */
const ONLY = {
  ...HOROWITZ,
  mac: { int8: 0, bf16: 0 },
  sram: [{ bytes: 1, perByte: 0 }],
  dramPerByte: 0,
};

describe('energy', () => {
  const config = presets.tiny4!;
  const { counters } = estimate(config, parseLayer('C=8,H=9,W=9,N=6,K=3,S=2,P=1'), 'dgrad', 'bp');
  const of = (name: string): number => counters[name]!;

  it('is counters times the table', () => {
    const macs = energyOf(config, counters, { ...ONLY, mac: { int8: 1, bf16: 0 }, zeroShare: 0.5 });
    expect(macs.macs).toBe(of('usefulMacs'));
    // every lane of every vector is one of both
    const { rows, columns } = config.array;
    expect(macs.macs + 2 * macs.zeros).toBe(of('arrayBusy') * rows * columns);
    expect(macs.total).toBe(macs.macs + macs.zeros);
    const dram = energyOf(config, counters, { ...ONLY, dramPerByte: 2 });
    expect(dram.total).toBe(2 * (of('dramBytesRead') + of('dramBytesWritten')));
    const sram = energyOf(config, counters, { ...ONLY, sram: [{ bytes: 1, perByte: 1 }] });
    const { dynamicLanes, stationaryLanes, beatBytes } = derive(config);
    expect(sram.dynamicBuffer).toBe(of('dynamicReads') * dynamicLanes + of('dynamicWrites') * beatBytes);
    expect(sram.stationaryBuffer).toBe(of('stationaryReads') * stationaryLanes + of('stationaryWrites') * beatBytes);
    expect(sram.accumulator).toBe((of('accumulatorReads') + of('accumulatorWrites')) * columns * 4);
  });

  it('adds up', () => {
    const one = energyOf(config, counters, HOROWITZ);
    const two = sumOfEnergies([one, one]);
    for (const part of [...ENERGY_PARTS, 'total'] as const) expect(two[part] / one[part]).toBeCloseTo(2, 12);
  });

  it('of a byte goes through the sizes that are given, and rises with the size', () => {
    expect(sramPerByte(HOROWITZ, 8192)).toBeCloseTo(1.25, 12);
    expect(sramPerByte(HOROWITZ, 32768)).toBeCloseTo(2.5, 12);
    expect(sramPerByte(HOROWITZ, 2 ** 20)).toBeCloseTo(12.5, 12);
    expect(sramPerByte(HOROWITZ, 2048)).toBeCloseTo(0.625, 12);
    const size = fc.integer({ min: 1, max: 2 ** 24 });
    fc.assert(
      fc.property(size, size, (a, b) => {
        expect(a < b).toBe(sramPerByte(HOROWITZ, a) < sramPerByte(HOROWITZ, b));
      }),
      { seed: 7 },
    );
  });

  it('is read in a unit of its size', () => {
    expect([0.5, 999.4, 999.5, 12345, 4.5e8].map(energyText).map((text) => text.replace('\u00a0', ' '))).toEqual([
      ...['0.50 pJ', '999 pJ', '1.00 nJ', '12.3 nJ', '450 µJ'],
    ]);
  });
});

describe('a file of energies', () => {
  const { mac, sram } = HOROWITZ;

  it('is taken as it is, with or without a link to its schema', () => {
    expect(parseEnergies({ $schema: 'x', ...structuredClone(HOROWITZ) }, 'e.json')).toEqual(HOROWITZ);
  });

  it.each([
    [[], 'e.json: energies'],
    [null, 'e.json: energies'],
    [{ ...HOROWITZ, dramPerByte: -1 }, 'e.json: dramPerByte'],
    [{ ...HOROWITZ, dramPerByte: '3' }, 'e.json: dramPerByte'],
    [{ ...HOROWITZ, zeroShare: 1.5 }, 'e.json: zeroShare'],
    [{ ...HOROWITZ, mac: { int8: 1 } }, 'e.json: mac.bf16'],
    [{ ...HOROWITZ, mac: { ...mac, fp8: 1 } }, 'e.json: mac.fp8'],
    [{ ...HOROWITZ, sram: [] }, 'e.json: sram'],
    [{ ...HOROWITZ, sram: [{ bytes: 0, perByte: 1 }] }, 'e.json: sram.0.bytes'],
    [{ ...HOROWITZ, sram: [sram[1], sram[0]] }, 'e.json: sram.1.bytes'],
    [{ ...HOROWITZ, dram: 3 }, 'e.json: dram'],
  ])('%j is refused', (given, path) =>
    expect(problemsOf(() => parseEnergies(given, 'e.json'))).toMatchObject([
      { path, fix: expect.stringMatching(/\w/) },
    ]),
  );
});
