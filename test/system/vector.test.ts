import { describe, expect, it } from 'vitest';
import { type Config, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { encode, type Instruction } from '../../generator/isa/program.js';
import { isMixed } from '../../generator/isa/vectorOperation.js';
import { runPass } from '../../generator/run/runPass.js';
import { settingOf } from '../../generator/units/vector/state.js';
import { busError, refusals, refused } from '../../scripts/vector/accidents.js';
import { vectorProgram } from '../../scripts/vector/program.js';
import { expectedOf, runVector } from '../../scripts/vector/run.js';

const odd: Config = { ...presets.odd!, name: 'odd with 2 lanes', vector: { lanes: 2 } };

/** Lanes that are as many as the columns, fewer, one; vectors that the drain holds; parts of one word; each depth of addition. */
const configs: readonly Config[] = [
  odd,
  {
    ...{ ...odd, name: 'odd with one lane, a 32-bit bus' },
    ...{ axi: { ...odd.axi, dataWidth: 32 }, vector: { lanes: 1, coefficients: 64 }, addStages: 1 },
  },
  {
    ...{ ...odd, name: 'odd with 9 columns, of which 2 vectors are on their way' },
    ...{ array: { rows: 5, columns: 9 }, epilogueLanes: 1, addStages: 4, engines: ['bp'] },
  },
  { ...presets.tiny4!, name: 'tiny4 with one lane', vector: { lanes: 1, coefficients: 64 } },
  {
    ...{ ...odd, name: 'odd in int8 with 9 columns' },
    ...{ format: 'int8', addStages: 1, array: { rows: 5, columns: 9 }, vector: { lanes: 2 } },
  },
];

describe.each(configs)('$name', (config) => {
  it.each([0, 1, 2, 3, 4, 5])('random program %i: memory and counters are the model’s', async (seed) => {
    const memory = { readLatency: 4 + 20 * seed, writeLatency: 3 * seed, stallPercent: seed % 2 ? 35 : 0 };
    const { findings } = await runVector(config, vectorProgram(config, seed), { seed, memory });
    expect(findings).toEqual([]);
  });
});

describe('sums among the coefficients that the same STORE reads', () => {
  const config = configs[1]!;
  /** The last instruction of a kind before a STORE. */
  const before = (program: readonly Instruction[], at: number, kind: Instruction['kind']): number =>
    program
      .slice(0, at)
      .map((one) => one.kind)
      .lastIndexOf(kind);

  it('are in no random program, and refused by the model in one that is changed', () => {
    let changed = 0;
    for (let seed = 0; seed < 150; seed++) {
      const program = vectorProgram(config, seed);
      const { instructions } = program;
      expectedOf(config, program);
      instructions.forEach((store, at) => {
        if (store.kind !== 'store' || !store.post) return;
        const operations = instructions[before(instructions, at, 'operations')]!;
        const place = before(instructions, at, 'operands');
        const operands = instructions[place]!;
        if (
          operations.kind !== 'operations' ||
          operands.kind !== 'operands' ||
          !isMixed(settingOf(operations).operations)
        )
          return;
        const sumBase = operands.coefficientBase;
        const words = encode(instructions.map((one, n) => (n === place ? { ...operands, sumBase } : one)));
        expect(() => expectedOf(config, { ...program, words }), `seed ${seed}`).toThrow(/sums lie among/);
        changed++;
      });
    }
    expect(changed).toBeGreaterThan(10);
  });
});

describe('what does not use it', () => {
  const layer = parseLayer('B=2,C=6,H=6,W=5,N=7,K=3,P=1');

  it.each(configs)('takes as long with it: $name', async (config) => {
    const { vector: _unit, ...without } = config;
    for (const pass of PASSES) {
      const [run, other] = [await runPass(config, layer, pass, 'bp'), await runPass(without, layer, pass, 'bp')];
      expect([pass, run.passed, other.passed]).toEqual([pass, true, true]);
      expect([pass, run.cycles]).toEqual([pass, other.cycles]);
    }
  });
});

it('is the same on Icarus', async () => {
  const { findings } = await runVector(odd, vectorProgram(odd, 100, 4), { simulator: 'icarus' });
  expect(findings).toEqual([]);
});

describe('what comes before does no harm', () => {
  const program = vectorProgram(odd, 3, 14);

  it.each(Object.keys(refusals(odd)))('refused: %s', async (name) => {
    const before = refused(odd, program, name, 1);
    expect(before).toBeDefined();
    const { findings } = await runVector(odd, program, { before });
    expect(findings).toEqual([]);
  });

  it.each([1, 2, 3])('a bus error, %i', async (seed) => {
    const before = busError(program, seed);
    expect(before).toBeDefined();
    const { findings } = await runVector(odd, program, { before });
    expect(findings).toEqual([]);
  });

  it.each([700, 1500, 2200, 2900, 3600, 4100])('a reset after %i cycles', async (cycles) => {
    const { findings } = await runVector(odd, program, { before: { kind: 'reset', cycles } });
    expect(findings).toEqual([]);
  });
});
