import { describe, expect, it } from 'vitest';
import { configProblems } from '../../generator/description/checkConfig.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { decode } from '../../generator/isa/program.js';
import { makeWorkload } from '../../generator/run/host.js';
import { campaignCase } from '../../scripts/soak/campaignCase.js';
import {
  caseOf,
  caseSeed,
  configOf,
  describeCase,
  meets,
  SCENARIO_NAMES,
  victimWrites,
} from '../../scripts/soak/case.js';
import { randomConfig } from '../../scripts/soak/config.js';
import { illegalProgram } from '../../scripts/soak/illegal.js';
import { Draw } from '../../scripts/soak/random.js';
import { countScenarios, soakFailure } from '../../scripts/soak/report.js';
import { VECTOR_SCENARIOS } from '../../scripts/soak/vectorCase.js';

const seeds = Array.from({ length: 60 }, (_, index) => caseSeed(3, index % 4, index));
const cases = seeds.map(caseOf);

describe('the fault campaign', () => {
  it('draws only valid accelerators, of all formats and engines', () => {
    const configs = Array.from({ length: 200 }, (_, seed) => randomConfig(seed));
    expect(configs.flatMap(configProblems)).toEqual([]);
    expect(new Set(configs.map(({ format }) => format)).size).toBe(2);
    expect(new Set(configs.map(({ engines }) => engines.join())).size).toBe(7);
  });

  it('makes the same case of the same seed', () => {
    for (const given of cases.slice(0, 5)) {
      const again = caseOf(given.seed);
      expect(describeCase(again)).toBe(describeCase(given));
      expect(again.victim.plan.words).toEqual(given.victim.plan.words);
      expect(again.errors).toEqual(given.errors);
    }
  });

  it('gives the command that reruns a failed case', () => {
    const [{ seed, scenario }] = cases as [(typeof cases)[number]];
    const result = { findings: ['hang'], cycles: 0, ending: 'exception' } as const;
    expect(soakFailure({ seed, scenario, simulator: 'icarus', text: 'a case', result })).toBe(
      `a case\n  hang\n  rerun: npm run soak -- --rerun ${seed} --waves case.fst`,
    );
  });

  it('comes to every scenario', () => {
    expect(new Set(cases.map(({ scenario }) => scenario))).toEqual(new Set(SCENARIO_NAMES));
  });

  it('comes to every scenario of a vector unit, the same for the same seed', () => {
    const seeds = Array.from({ length: 60 }, (_, index) => caseSeed(77, index % 70, Math.floor(index / 20))).filter(
      (seed) => configOf(seed).vector !== undefined,
    );
    const vector = [...seeds, ...Array.from({ length: 40 }, (_, index) => caseSeed(77, 10, index))].map(campaignCase);
    const names = new Set(vector.map(({ scenario }) => scenario));
    for (const name of Object.keys(VECTOR_SCENARIOS)) expect([...names]).toContain(name);
    const again = campaignCase(caseSeed(77, 10, 3));
    expect(again.text).toBe(campaignCase(caseSeed(77, 10, 3)).text);
  });

  it('keeps the two runs of a case apart', () => {
    for (const { victim, next } of cases) {
      const end = victim.plan.memory.program + victim.plan.words.byteLength;
      expect(Math.min(...next.images.map(({ base }) => base))).toBeGreaterThanOrEqual(end);
    }
  });

  it('lets a program that is refused before its first STORE write nothing', () => {
    const refused = cases.filter(({ illegal }) => illegal?.instruction === 0);
    for (const given of refused) expect(victimWrites(given)).toEqual([]);
  });

  it('knows which errors a run meets', () => {
    // a stride wider than the kernel leaves pixels of x unread
    const { plan } = makeWorkload(presets.tiny4, parseLayer('C=4,H=9,W=1,N=4,K=1,S=4'), 'fprop', 'zerofree', 0x10000);
    const error = (access: 'read' | 'write', address: number) =>
      ({ access, response: 'SLVERR', address: BigInt(address), bytes: 1 }) as const;
    expect(meets(presets.tiny4, plan, error('read', plan.memory.x.address))).toBe(true);
    expect(meets(presets.tiny4, plan, error('read', plan.memory.program + plan.words.byteLength - 1))).toBe(true);
    expect(meets(presets.tiny4, plan, error('read', plan.memory.output.address))).toBe(false);
    expect(meets(presets.tiny4, plan, error('write', plan.memory.output.address + 1))).toBe(true);
    expect(meets(presets.tiny4, plan, error('write', plan.memory.x.address))).toBe(false);
  });

  it('makes illegal programs that differ from the legal one', () => {
    const { plan } = makeWorkload(presets.tiny4, parseLayer('C=4,H=5,W=5,N=4,K=3,S=2,P=1'), 'dgrad', 'bp', 0x10000);
    expect(() => decode(plan.words)).not.toThrow();
    for (let seed = 0; seed < 60; seed++) {
      const illegal = illegalProgram(presets.tiny4, plan.words, false, new Draw(seed));
      const at = illegal?.words.findIndex((word, index) => word !== plan.words[index]) ?? -1;
      expect(Math.floor(at / 16)).toBe(illegal ? illegal.instruction : -1);
    }
  });

  it('counts what came of the cases', () => {
    const result = (ending: string, findings: readonly string[] = []) => ({ ending, findings, cycles: 10 });
    const of = { scenario: 'window', simulator: 'icarus', seed: 1, text: '' } as const;
    const counts = countScenarios([
      { ...of, result: result('WINDOW') },
      { ...of, result: result('WINDOW') },
      { ...of, result: result('done', ['STATUS is 0xa']) },
    ]);
    const expected = { cases: 3, failed: 1, icarus: 3, cycles: 30, endings: { WINDOW: 2, done: 1 } };
    expect(counts.find(({ scenario }) => scenario === 'window')).toEqual({ scenario: 'window', ...expected });
    expect(counts.reduce((sum, each) => sum + each.cases, 0)).toBe(3);
  });
});
