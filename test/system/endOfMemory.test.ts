import { describe, expect, it } from 'vitest';
import { makePlan, type Places, type Plan } from '../../generator/compile/plan.js';
import type { Config, Engine, Pass } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import {
  DONE,
  IDLE,
  read,
  runScript,
  type Start,
  start,
  stoppedBy,
  waitIrq,
  withOperands,
} from '../../generator/run/host.js';
import type { Simulator } from '../../generator/run/simulators/job.js';

const layer = parseLayer('C=5,H=7,W=6,N=6,K=3,S=2,P=1');

/** A plan with one part moved to the last bytes of the address space. */
const planToTheEnd = (config: Config, part: keyof Places, pass: Pass, engine: Engine = 'zerofree'): Plan => {
  const end = 2 ** config.axi.addressWidth;
  const base = end - 0x100000; // near: the Icarus bench holds what lies between
  const { memory, words } = makePlan(config, layer, pass, engine, { base });
  const place = memory[part];
  const bytes = typeof place === 'number' ? words.byteLength : place.bytes;
  const plan = makePlan(config, layer, pass, engine, { base, place: { [part]: end - bytes } });
  expect(plan.words.byteLength).toBe(words.byteLength);
  return plan;
};

const expectRight = async (config: Config, plan: Plan, simulator: Simulator, changes: Start = {}): Promise<void> => {
  const work = withOperands(config, plan, 3);
  const script = [...start(config, work, changes), waitIrq, read(config, 'status')];
  const outcome = await runScript(config, [work], script, { simulator });
  expect(outcome.faults).toEqual([]);
  expect(outcome.values.at(-1)).toBe(DONE | IDLE);
  expect(outcome.exact).toEqual([true]);
};

describe('what ends with the address space', () => {
  const { tiny4 } = presets;
  it.each([
    ['a result', 'tiny4', 'output', 'dgrad', 'verilator'],
    ['a result', 'tiny4', 'output', 'wgrad', 'icarus'],
    ['an operand', 'tiny4', 'wt', 'dgrad', 'verilator'],
    ['an operand', 'tiny4', 'dy', 'dgrad', 'icarus'],
    ['the program', 'tiny4', 'program', 'fprop', 'verilator'],
    ['the program', 'tiny4', 'program', 'fprop', 'icarus'],
    ['a result', 'odd', 'output', 'fprop', 'icarus'],
  ] as const)('%s on %s (%s): %s on %s', (_, preset, part, pass, simulator) =>
    expectRight(presets[preset], planToTheEnd(presets[preset], part, pass), simulator),
  );

  it('the zero-inserted tensor of traditional', () =>
    expectRight(tiny4, planToTheEnd(tiny4, 'scratch', 'dgrad', 'traditional'), 'verilator'));

  it('a window of everything', () =>
    expectRight(tiny4, makePlan(tiny4, layer, 'fprop', 'bp', { base: 0x10000 }), 'verilator', {
      windowBase: 0,
      windowLimit: 2 ** tiny4.axi.addressWidth,
    }));

  it('and no byte more', async () => {
    const work = withOperands(tiny4, planToTheEnd(tiny4, 'output', 'fprop'), 3);
    const last = 2 ** tiny4.axi.addressWidth - 1;
    const script = [...start(tiny4, work, { windowLimit: last }), waitIrq, read(tiny4, 'status')];
    const outcome = await runScript(tiny4, [work], script);
    expect(outcome.faults).toEqual([]);
    expect(outcome.values.at(-1)).toBe(stoppedBy('WINDOW'));
  });
});
