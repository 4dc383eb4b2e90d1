import { describe, expect, it } from 'vitest';
import type { CounterSet } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { countersOf } from '../../generator/isa/registers.js';
import { countsOf } from '../../generator/machine/counts.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { runPass } from '../../generator/run/runPass.js';

const layer = parseLayer('C=5,H=5,W=4,N=3,K=3,S=2,P=1');
const BASIC = ['cycles', 'arrayBusy', 'usefulMacs', 'dramBytesRead', 'dramBytesWritten'];

describe('an accelerator counts what its configuration says, in as many cycles', () => {
  it.each([
    ['basic', BASIC],
    ['none', []],
  ] as const)('%s', async (built: CounterSet, names) => {
    const config = { ...presets.tiny4, counters: built };
    expect(countersOf(config).map(({ name }) => name)).toEqual(names);
    const run = await runPass(config, layer, 'dgrad', 'bp', { simulator: 'icarus', narrow: true });
    expect(run.faults).toEqual([]);
    expect(run.passed).toBe(true);
    expect(Object.keys(run.counters)).toEqual(names);
    expect(run.counters).toEqual(
      Object.fromEntries(
        Object.entries({ ...countsOf(config, run.plan.instructions), cycles: run.counters.cycles }).filter(([name]) =>
          names.some((each) => each === name),
        ),
      ),
    );
    const { cycles } = performanceOf(presets.tiny4, run.plan);
    if (built === 'basic') expect(run.cycles).toBe(cycles);
    else expect([run.cycles, run.usefulMacs, run.utilization]).toEqual([NaN, NaN, NaN]);
  });
});
