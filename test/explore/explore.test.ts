import { describe, expect, it } from 'vitest';
import type { UserError } from '../../generator/base/errors.js';
import { estimate } from '../../generator/compile/estimate.js';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { explore } from '../../generator/explore/explore.js';
import { lutsOf, SPEC, sizeOf, spaceOf } from './space.js';

describe('explore', () => {
  it('has the cycles of the model, and the points that cannot be with the reason', async () => {
    const { points, illegal, measures, recommended } = await explore(
      spaceOf(['array=2x2,4x4,200x2', 'buffers.dynamicBytes=16,1024']),
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
    const refused = await explore(spaceOf(['array=200x2,2x200'])).catch((error: UserError) => error);
    expect((refused as UserError).problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      ...['NO_POINTS --vary', 'OUT_OF_RANGE array.rows', 'OUT_OF_RANGE array.columns'],
    ]);
  });

  it('synthesizes as many points as it may, the one that it recommends among them, and estimates the others', async () => {
    const asked: number[] = [];
    const most = 6;
    const { points, area, recommended } = await explore(
      spaceOf(['array=2x2,2x4,4x2,4x4,8x4', 'axi.dataWidth=32,64'], {
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
      const right = lutsOf(rows!, columns!, Number(values['axi.dataWidth']));
      if (own!.source === 'synthesized') expect(own!.value).toBe(right);
      else expect(Math.abs(own!.value / right - 1)).toBeLessThan(0.2);
      expect(commands.synth).toContain('--target ecp5 --blocks');
    }
  });

  it('says so when the area of the point that it recommends is an estimate', async () => {
    // the fastest of all, which is not the smallest
    const area = (most: number) => ({
      budget: { bytes: 1e9 },
      area: { target: 'ecp5' as const, whole: false, most, synthesize: async (config: Config) => sizeOf(config) },
    });
    const isGuess = async (most: number): Promise<readonly unknown[]> => {
      const { points, recommended, words } = await explore(spaceOf(['array=2x2,2x4,4x4'], area(most)));
      return [points.find(({ id }) => id === recommended)!.area!.source, words.includes('Its area is an estimate')];
    };
    expect(await isGuess(3)).toEqual(['synthesized', false]);
    expect(await isGuess(1)).toEqual(['estimated', true]);
  });

  it('compares by a budget, too', async () => {
    const { measures, points, recommended } = await explore(
      spaceOf(['array=2x2,4x4', 'axi.dataWidth=32,64'], { measures: ['cycles', 'energy'], budget: { cells: 4 } }),
    );
    expect(measures).toEqual(['cycles', 'energy', 'cells']);
    expect(points.filter(({ withinBudget }) => withinBudget).every(({ cells }) => cells <= 4)).toBe(true);
    expect(points.find(({ id }) => id === recommended)!.cells).toBe(4);
  });
});
