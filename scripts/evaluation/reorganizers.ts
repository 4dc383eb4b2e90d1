import { change } from '../../generator/base/numbers.js';
import type { Estimate } from '../../generator/compile/estimate.js';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { explanation, measuredChanges, RATES, rateRows, SIMPLE } from '../../generator/report/rateTables.js';
import type { ReorganizerTotals, Results } from '../../generator/report/results.js';
import { type BenchJob, PRESET, REFERENCE_LAYERS } from '../benchmark/jobs.js';
import { tableOf } from '../benchmark/render.js';
import type { ModelJob } from './model.js';
import { FAMILIES, jobOf, stridedLayersOf, totalsOf } from './networks.js';

/** The reference accelerator with another reorganizer. */
export const withReorganizer = (elementsPerCycle: number, overlap: boolean): Config => ({
  ...presets[PRESET],
  reorganize: { elementsPerCycle, overlap },
});

const GRADIENTS = ['dgrad', 'wgrad'] as const;

const variants = RATES.flatMap((elementsPerCycle) => [false, true].map((overlap) => ({ elementsPerCycle, overlap })));

/** The reference layers' gradients with the simple reorganizer, on the RTL. */
export const reorganizerJobs = (): readonly BenchJob[] =>
  REFERENCE_LAYERS.flatMap((layer) =>
    GRADIENTS.map((pass) => ({
      ...{ layer, pass, engine: 'traditional' as const },
      config: withReorganizer(SIMPLE.elementsPerCycle, SIMPLE.overlap),
    })),
  );

/** The gradients of all strided layers of all networks with every reorganizer. */
export const reorganizerModelJobs = (): readonly ModelJob[] =>
  FAMILIES.flatMap(([name]) =>
    variants.flatMap(({ elementsPerCycle, overlap }) =>
      stridedLayersOf(name).flatMap((layer) =>
        GRADIENTS.map((pass) => jobOf(layer, pass, 'traditional', withReorganizer(elementsPerCycle, overlap))),
      ),
    ),
  );

/** Totals of `traditional` with every reorganizer, by network and scope. */
export const reorganizerTotals = (estimates: ReadonlyMap<string, Estimate>): readonly ReorganizerTotals[] =>
  variants.flatMap(({ elementsPerCycle, overlap }) =>
    FAMILIES.flatMap((family) =>
      (['strided', 'all'] as const).flatMap((scope): readonly ReorganizerTotals[] => {
        const config = withReorganizer(elementsPerCycle, overlap);
        const totals = totalsOf(family, 'traditional', scope, estimates, config);
        return totals ? [{ ...totals, elementsPerCycle, overlap }] : [];
      }),
    ),
  );

/** The rates as text. */
export const reorganizerReport = (results: Results): string => {
  const [head, ...rows] = rateRows(results);
  const measured = measuredChanges(results).map(([layer, share]) => `${layer} ${change(share)}`);
  return [
    ...(head ? [tableOf(head, 1, rows)] : []),
    ...(measured.length > 0 ? [`On the RTL, one element a cycle, alone: ${measured.join(', ')}.\n`] : []),
    explanation(results)
      .map((line) => `${line}\n`)
      .join(''),
  ].join('\n');
};
