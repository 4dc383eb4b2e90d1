import { describe, expect, it } from 'vitest';
import { engineFor } from '../../generator/api/options.js';
import { problemOf, type UserError } from '../../generator/base/errors.js';
import { estimate } from '../../generator/compile/estimate.js';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { HOROWITZ } from '../../generator/energy/table.js';
import type { Size } from '../../generator/explore/area.js';
import type { Evaluate } from '../../generator/explore/evaluate.js';
import { type ExploreOptions, explore } from '../../generator/explore/explore.js';
import { axesOf } from '../../generator/explore/vary.js';

const SPEC = 'C=8,H=6,W=6,N=6,K=3,S=2,P=1';

/** In this process, without the cache. */
const evaluate: Evaluate = async (work, machines) => {
  if (work.kind !== 'layers') throw new Error('layers only');
  return machines.map(({ config, engine }) => {
    try {
      const [one] = work.layers.flatMap(({ layer }) =>
        work.passes.map((pass) => estimate(config, layer, pass, engine)),
      );
      return { cycles: one!.cycles, usefulMacs: one!.usefulMacs, counters: one!.counters };
    } catch (error) {
      return { problem: problemOf(error, 'model') };
    }
  });
};

const options = (vary: readonly string[], more: Partial<ExploreOptions> = {}): ExploreOptions => ({
  work: {
    kind: 'layers',
    layers: [{ name: 'layer', layer: parseLayer(SPEC), linear: false, bias: false, batchNorm: 0 }],
    passes: ['dgrad'],
  },
  axes: axesOf(vary),
  configOf: (sets) => resolveConfig({ preset: 'tiny4' }, sets),
  engineOf: (config) => engineFor(config, undefined),
  command: { source: SPEC, accelerator: 'tiny4', sets: [], pass: 'dgrad' },
  ...{ budget: {}, energies: HOROWITZ, evaluate, parallel: 1, onProgress: () => undefined },
  ...more,
});

/** A synthesis whose LUTs follow from rows, columns and the bus. */
const lutsOf = ({ array, axi }: Config): number => 5000 + 40 * array.rows * array.columns + 6 * axi.dataWidth;
const sizeOf = (config: Config): Size => ({
  ...{ cells: 0, luts: lutsOf(config), flipFlops: 0, blockRams: 0, dsps: 0, memoryBits: 0, area: 0 },
});

describe('explore', () => {
  it('has the cycles of the model, and the points that cannot be with the reason', async () => {
    const { points, illegal, measures, recommended } = await explore(
      options(['array=2x2,4x4,200x2', 'buffers.dynamicBytes=16,1024']),
    );
    expect(measures).toEqual(['cycles', 'bytes', 'cells']);
    expect(points.map(({ values }) => values.array)).toEqual(['2x2', '2x2', '4x4']);
    expect(points.length + illegal.length).toBe(6);
    expect(illegal.find(({ values }) => values.array === '4x4')!.problem.code).toBe('PLAN_BUFFERS');
    expect(illegal.filter(({ values }) => values.array === '200x2')).toMatchObject([
      { problem: { code: 'OUT_OF_RANGE', path: 'array.rows' } },
      { problem: { code: 'OUT_OF_RANGE', path: 'array.rows' } },
    ]);
    for (const { values, cycles, cells, utilization, commands } of points) {
      const [rows, columns] = values.array!.split('x').map(Number);
      const sets = [
        `array.rows=${rows}`,
        `array.columns=${columns}`,
        `buffers.dynamicBytes=${values['buffers.dynamicBytes']}`,
      ];
      const config = resolveConfig({ preset: 'tiny4' }, sets);
      const alone = estimate(config, parseLayer(SPEC), 'dgrad', 'zerofree');
      expect(cycles).toBe(alone.cycles);
      expect(cells).toBe(rows! * columns!);
      expect(utilization).toBeCloseTo(alone.utilization, 12);
      for (const set of sets) expect(commands.estimate).toContain(`--set ${set}`);
      expect(commands.estimate).toContain('--engine zerofree --pass dgrad');
    }
    expect(points.find(({ id }) => id === recommended)!.onFront).toBe(true);
  });

  it('refuses a space without a point that can be, with each reason once', async () => {
    const refused = await explore(options(['array=200x2,2x200'])).catch((error: UserError) => error);
    expect((refused as UserError).problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      ...['NO_POINTS --vary', 'OUT_OF_RANGE array.rows', 'OUT_OF_RANGE array.columns'],
    ]);
  });

  it('synthesizes as many points as it may, the one that it recommends among them, and estimates the others', async () => {
    const asked: number[] = [];
    const most = 6;
    const { points, area, recommended } = await explore(
      options(['array=2x2,2x4,4x2,4x4,8x4', 'axi.dataWidth=32,64'], {
        area: {
          ...{ target: 'ecp5', whole: false, most },
          synthesize: async (config, index) => {
            asked.push(index);
            return sizeOf(config);
          },
        },
      }),
    );
    expect(asked.length).toBeLessThanOrEqual(most);
    expect(new Set(asked).size).toBe(asked.length);
    const synthesized = points.filter(({ area: own }) => own!.source === 'synthesized');
    expect(synthesized).toHaveLength(asked.length);
    expect(area).toMatchObject({ unit: 'luts', of: 'blocks', synthesized: asked.length });
    expect(area!.estimated).toBe(points.length - asked.length);
    expect(area!.error!.largest).toBeLessThan(0.2);
    const best = points.find(({ id }) => id === recommended)!;
    expect(best.area!.source).toBe('synthesized');
    for (const { values, area: own, commands } of points) {
      const [rows, columns] = values.array!.split('x').map(Number);
      const right = 5000 + 40 * rows! * columns! + 6 * Number(values['axi.dataWidth']);
      if (own!.source === 'synthesized') expect(own!.value).toBe(right);
      else expect(Math.abs(own!.value / right - 1)).toBeLessThan(0.2);
      expect(commands.synth).toContain('--target ecp5 --blocks');
    }
  });

  it('compares by a budget, too', async () => {
    const { measures, points, recommended } = await explore(
      options(['array=2x2,4x4', 'axi.dataWidth=32,64'], { measures: ['cycles', 'energy'], budget: { cells: 4 } }),
    );
    expect(measures).toEqual(['cycles', 'energy', 'cells']);
    expect(points.filter(({ withinBudget }) => withinBudget).every(({ cells }) => cells <= 4)).toBe(true);
    expect(points.find(({ id }) => id === recommended)!.cells).toBe(4);
  });
});
