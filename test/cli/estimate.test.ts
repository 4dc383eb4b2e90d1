import { describe, expect, it } from 'vitest';
import { EXIT } from '../../generator/cli/context.js';
import { csvEstimate, type EstimateReport, humanEstimate, jsonEstimate } from '../../generator/cli/estimateReport.js';
import { runCli } from '../../generator/cli/program.js';
import { estimate } from '../../generator/compile/estimate.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { energyOf, sumOfEnergies } from '../../generator/energy/energy.js';
import { HOROWITZ } from '../../generator/energy/table.js';

const run = async (...args: readonly string[]) => {
  let [out, err] = ['', ''];
  const code = await runCli(['estimate', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    color: false,
  });
  return { code, out, err };
};

const spec = 'C=8,H=9,W=9,N=6,K=3,S=2,P=1';

const report = (): EstimateReport => ({
  ...{ name: 'two', config: presets.tiny4!, clock: 100, energies: HOROWITZ },
  rows: ['one', 'other'].flatMap((layer) =>
    (['dgrad', 'wgrad'] as const).map((pass) => ({
      job: { layer, spec, pass, engine: 'bp' as const },
      estimate: estimate(presets.tiny4!, parseLayer(spec), pass, 'bp'),
    })),
  ),
});

describe('estimate', () => {
  it.each([
    [[spec, '--clock', '0'], '--clock 0'],
    [[spec, '--clock', 'fast'], '--clock fast'],
    [[spec, '--jobs', '0'], '--jobs 0'],
    [[spec, '--strided', '--batch', 'x'], '--batch x'],
    [['C=8,H=9,W=9,N=6,K=3', '--strided'], 'no layer of C=8,H=9,W=9,N=6,K=3 has a stride'],
    [['B=3,C=8,H=9,W=9,N=6,K=3', '--strided', '--batch', '2'], 'no layer of B=2,C=8,H=9,W=9,N=6,K=3 has a stride'],
    [['resnet5'], 'write resnet50'],
    [[spec, '--engine', 'bp', '--set', 'engines=zerofree'], '--engine bp: ref16-custom is built without it'],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  it('prints passes, and totals of several layers', () => {
    const given = report();
    const [dgrad, wgrad] = given.rows.map((row) => row.estimate);
    const text = humanEstimate(given);
    const cycles = (value: number) => value.toLocaleString('en-US');
    expect(text).toContain('two on tiny4, 4x4 int8, at 100 MHz');
    const input = { batch: 2, size: '8x9' };
    expect(humanEstimate({ ...given, input })).toMatch(/^two, batch 2, 8x9, on tiny4, /);
    expect(jsonEstimate({ ...given, input })).toMatchObject({ name: 'two', batch: 2, size: '8x9' });
    expect(text).toMatch(
      new RegExp(`other +wgrad +bp +${cycles(wgrad!.cycles)} +${(wgrad!.cycles / 1e5).toFixed(3)} `),
    );
    expect(text).toMatch(new RegExp(`total +all +bp +${cycles(2 * (dgrad!.cycles + wgrad!.cycles))} `));
    const lines = csvEstimate(given).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(new Set(lines.map((line) => line.replace(/".*?"/g, '').split(',').length)).size).toBe(1);
  });

  it('gives every counter and sums as JSON', () => {
    const { passes, totals, clockMHz } = jsonEstimate(report());
    expect(clockMHz).toBe(100);
    expect(passes).toHaveLength(4);
    expect(passes[0]).toMatchObject({ name: 'one', layer: spec, pass: 'dgrad', engine: 'bp' });
    expect(passes[0]!.counters.dynamicReads).toBeGreaterThan(0);
    const [dgrad] = totals;
    expect(dgrad).toMatchObject({
      pass: 'dgrad',
      cycles: 2 * passes[0]!.cycles,
      usefulMacs: 2 * passes[0]!.usefulMacs,
    });
    expect(dgrad!.utilization).toBeCloseTo(passes[0]!.utilization, 12);
    expect(totals.at(-1)!.pass).toBe('all');
  });

  it('has speedups over the engines that are there, and the energy of each pass and of all', () => {
    const config = presets.tiny4!;
    const rows = (['dgrad', 'wgrad'] as const).flatMap((pass) =>
      config.engines.map((engine) => ({
        job: { layer: 'one', spec, pass, engine },
        estimate: estimate(config, parseLayer(spec), pass, engine),
      })),
    );
    const given = { ...report(), rows };
    const { passes, totals } = jsonEstimate(given);
    const cycles = (pass: string, engine: string): number =>
      rows.find(({ job }) => job.pass === pass && job.engine === engine)!.estimate.cycles;
    for (const { pass, engine, speedupOver, energy, counters } of passes) {
      const over = { traditional: [], bp: ['traditional'], zerofree: ['traditional', 'bp'] }[engine];
      expect(speedupOver).toEqual(
        Object.fromEntries(over.map((base) => [base, cycles(pass, base) / cycles(pass, engine)])),
      );
      expect(energy).toEqual(energyOf(config, counters, HOROWITZ));
    }
    const all = (engine: string): number => cycles('dgrad', engine) + cycles('wgrad', engine);
    expect(totals.at(-1)).toMatchObject({
      ...{ pass: 'all', engine: 'zerofree' },
      speedupOver: { traditional: all('traditional') / all('zerofree'), bp: all('bp') / all('zerofree') },
      energy: sumOfEnergies(passes.filter(({ engine }) => engine === 'zerofree').map(({ energy }) => energy)),
    });
    const printed = humanEstimate(given);
    expect(printed).toContain('over traditional  over bp');
    expect(printed).toContain(` ${(cycles('dgrad', 'bp') / cycles('dgrad', 'zerofree')).toFixed(2)}x `);
    // one engine alone has nothing to be compared with
    const alone = humanEstimate({ ...given, rows: rows.filter(({ job }) => job.engine === 'zerofree') });
    expect(alone).not.toContain('over ');
  });
});
