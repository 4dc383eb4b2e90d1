import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import type { Config, Limits } from '../../generator/description/config.js';
import { PASSES } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { makeLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { FULL_LIMITS } from '../../generator/description/widths.js';
import { fieldRanges, INSTRUCTION_SET } from '../../generator/isa/program.js';
import { problemsOf } from '../problems.js';

const { limits: _limits, ...unlimited } = presets.tiny4!;
const NAMES = Object.keys(FULL_LIMITS) as (keyof Limits)[];

const anyLimits: fc.Arbitrary<Required<Limits>> = fc.record({
  map: fc.constantFrom(15, 31, 127),
  channels: fc.constantFrom(15, 31, 255),
  kernel: fc.constantFrom(3, 7, 15),
  stride: fc.constantFrom(1, 3, 15),
  dilation: fc.constantFrom(1, 3, 15),
  rows: fc.constantFrom(15, 63, 1023),
  instructions: fc.constantFrom(255, 4095, 2 ** 20 - 1),
});

const anyLayer = fc
  .record({
    B: fc.integer({ min: 1, max: 2 }),
    ...{ C: fc.integer({ min: 1, max: 20 }), N: fc.integer({ min: 1, max: 20 }) },
    ...{ H: fc.integer({ min: 1, max: 24 }), W: fc.integer({ min: 1, max: 24 }), G: fc.constant(1) },
    ...{ Kh: fc.integer({ min: 1, max: 5 }), Kw: fc.integer({ min: 1, max: 5 }) },
    ...{ Sh: fc.integer({ min: 1, max: 4 }), Sw: fc.integer({ min: 1, max: 4 }) },
    ...{ Dh: fc.integer({ min: 1, max: 4 }), Dw: fc.integer({ min: 1, max: 4 }) },
    ...{ Pt: fc.nat(3), Pb: fc.nat(3), Pl: fc.nat(3), Pr: fc.nat(3) },
  })
  .filter((s) => s.H + s.Pt + s.Pb > (s.Kh - 1) * s.Dh && s.W + s.Pl + s.Pr > (s.Kw - 1) * s.Dw)
  .map(makeLayer);

describe('limits', () => {
  it('are kept by every program, or named by the refusal, whose advice leads to a program', () => {
    fc.assert(
      fc.property(
        ...[anyLimits, anyLayer, fc.constantFrom(...PASSES), fc.constantFrom(...unlimited.engines)],
        (limits, layer, pass, engine) => {
          let config: Config = { ...unlimited, limits };
          const free = problemsOf(() => makePlan(unlimited, layer, pass, engine));
          for (let tries = 0; tries < 40; tries++) {
            const problems = problemsOf(() => makePlan(config, layer, pass, engine));
            if (problems.length === 0) break;
            const sets = problems.map(({ fix }) => /limits\.(\w+)(?: to (\d+))?$/.exec(fix));
            if (sets.some((set) => !set)) {
              expect(problems.map(({ code }) => code)).toEqual(free.map(({ code }) => code));
              return;
            }
            const change = Object.fromEntries(
              sets.map((set) => [set![1], set![2] ? Number(set![2]) : FULL_LIMITS[set![1] as keyof Limits]]),
            );
            config = { ...config, limits: { ...config.limits, ...change } };
          }
          const { instructions } = makePlan(config, layer, pass, engine);
          const ranges = fieldRanges(derive(config).widths);
          for (const instruction of instructions) {
            for (const field of INSTRUCTION_SET[instruction.kind].fields) {
              const value = Number((instruction as unknown as Record<string, number>)[field.name] ?? 0);
              const [least, most] = ranges.get(field)!;
              expect(value >= least && value <= most, `${instruction.kind}.${field.name} = ${value}`).toBe(true);
            }
          }
        },
      ),
      { seed: 18, numRuns: 40 },
    );
  });

  it('are one less than a power of two, and no key where they are what the instruction set holds', () => {
    const full = Object.fromEntries(NAMES.map((name) => [name, FULL_LIMITS[name]]));
    expect(resolveConfig({ preset: 'ref16', limits: full })).not.toHaveProperty('limits');
    for (const name of NAMES) {
      expect(() => resolveConfig({ preset: 'ref16', limits: { [name]: 20 } })).toThrow(
        new RegExp(`limits\\.${name}.*one less than a power of two`, 's'),
      );
    }
  });
});
