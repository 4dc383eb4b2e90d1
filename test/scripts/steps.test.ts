import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { estimateTraining } from '../../generator/explore/trainingJob.js';
import { type StepRow, stepMarkdown, stepNetworks, stepReport } from '../../scripts/evaluation/steps.js';

const config = resolveConfig({ preset: 'ref16', vector: { lanes: 8 } });

describe('the table of whole steps', () => {
  it('parts the cycles of a step by kinds of work, without a rest', async () => {
    const estimate = await estimateTraining({ network: { name: 'digits', batch: 2 }, config, engine: 'bp' });
    const { cycles, kinds } = estimate;
    expect(Object.values(kinds).reduce((sum, part) => sum + part, 0)).toBe(cycles);
    for (const part of [kinds.fprop, kinds.dgrad, kinds.wgrad, kinds.update]) expect(part).toBeGreaterThan(0);
    const rows: readonly StepRow[] = [
      { network: 'digits', engine: 'bp', estimate, utilization: 0.125, milliseconds: cycles / 2e5 },
      { network: 'digits', engine: 'zerofree', problem: { code: 'X', path: 'p', message: 'too wide', fix: 'f' } },
    ];
    expect(stepReport(rows)).toContain(cycles.toLocaleString('en-US'));
    expect(stepReport(rows)).toContain('12.5 %');
    const [table, why] = stepMarkdown(rows).trimEnd().split('\n\n');
    expect(new Set(table!.split('\n').map((line) => line.split('|').length)).size).toBe(1);
    expect(table).toContain('not possible');
    for (const text of [why, stepReport(rows)]) expect(text).toContain('digits by zerofree: too wide');
  });

  it('takes known networks alone', () => {
    expect(stepNetworks(true)).toHaveLength(4);
    expect(stepNetworks('resnet18, vgg11')).toEqual(['resnet18', 'vgg11']);
    expect(() => stepNetworks('resnet9')).toThrow(UserError);
    expect(() => stepNetworks('vgg11,vgg11')).toThrow('is there twice');
  });
});
