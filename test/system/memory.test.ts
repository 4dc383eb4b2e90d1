import { describe, expect, it } from 'vitest';
import { randomOperands } from '../../generator/compile/workload.js';
import { PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { type RunResult, runPass } from '../../generator/run/runPass.js';
import type { MemoryOptions } from '../../generator/run/simulators/job.js';

const tiny4 = presets.tiny4!;
const layer = parseLayer('B=2,C=5,H=7,W=6,N=6,K=3,S=2,P=1');

/** Counters that depend on when things happen. */
const TIMED = /^(cycles|reorganizeCycles|prologueCycles|stall.*)$/;
const untimed = ({ counters }: RunResult): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counters).filter(([name]) => !TIMED.test(name)));

const MEMORIES: readonly MemoryOptions[] = [
  { readLatency: 1, writeLatency: 1 },
  { readLatency: 300, writeLatency: 150 },
  { readLatency: 17, bytesPerCycle: 1.3 },
  { readLatency: 60, stallPercent: 60 },
  { readLatency: 2, writeLatency: 90, bytesPerCycle: 2.5, stallPercent: 25 },
];

describe('results and counts do not depend on the memory', () => {
  it.each([
    ['fprop', 'zerofree'],
    ['dgrad', 'zerofree'],
    ['dgrad', 'traditional'],
    ['wgrad', 'zerofree'],
    ['wgrad', 'bp'],
  ] as const)('%s, %s', async (pass, engine) => {
    const operands = randomOperands(tiny4, layer, pass, 7);
    const [first, ...others] = await MEMORIES.reduce(
      async (before, memory, seed) => [
        ...(await before),
        await runPass(tiny4, layer, pass, engine, { operands, seed, memory }),
      ],
      Promise.resolve<readonly RunResult[]>([]),
    );
    for (const run of [first!, ...others]) {
      expect(run.faults).toEqual([]);
      expect(run.mismatches).toBe(0);
      expect(run.wrongCounters).toEqual([]);
      expect(untimed(run)).toEqual(untimed(first!));
      expect(run.result).toEqual(first!.result);
    }
    expect(new Set([first!, ...others].map(({ cycles }) => cycles)).size).toBe(MEMORIES.length);
  });
});

describe('Icarus agrees', () => {
  const small = parseLayer('B=1,C=3,H=5,W=4,N=5,K=3,S=2,P=1');
  it.each(PASSES)('%s', async (pass) => {
    const run = await runPass(tiny4, small, pass, 'zerofree', { simulator: 'icarus', memory: { stallPercent: 20 } });
    expect(run.faults).toEqual([]);
    expect(run.wrongCounters).toEqual([]);
    expect(run.passed).toBe(true);
    const other = await runPass(tiny4, small, pass, 'zerofree');
    expect(untimed(run)).toEqual(untimed(other));
  });
});
