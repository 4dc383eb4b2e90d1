import { geometricMean, groupBy } from '../base/lists.js';
import { count, tick, times } from '../base/numbers.js';
import { ENGINES, type Engine } from '../description/config.js';
import { type Bar, barsSvg } from './bars.js';
import { engineLegend, figureHtml, type Panel, type Section } from './figure.js';
import type { Results, Run } from './results.js';
import { chartRuns, isStrided, layerName, sourceWords } from './select.js';
import { sentence } from './text.js';
import { backward, networksOf } from './totals.js';

/** Groups that a first look takes in. */
const MOST = 8;

interface Speed {
  readonly name: string;
  /** Cycles of both gradients. */
  readonly cycles: Readonly<Partial<Record<Engine, number>>>;
}

const compared = ({ cycles }: Speed): boolean => cycles.traditional !== undefined && Object.keys(cycles).length > 1;

/** Layers with all their gradients; those with a stride, where there are some. */
const layerSpeeds = (runs: readonly Run[]): readonly Speed[] =>
  [...groupBy(runs, layerName)]
    .map(([name, own]) => {
      const of = (engine: Engine): readonly (readonly [Engine, number])[] => {
        const passes = (['dgrad', 'wgrad'] as const).map((pass) =>
          own.find((run) => run.engine === engine && run.pass === pass),
        );
        return passes.every((run) => run !== undefined)
          ? [[engine, passes.reduce((sum, run) => sum + run.cycles, 0)]]
          : [];
      };
      return { name, cycles: Object.fromEntries(ENGINES.flatMap(of)) };
    })
    .filter(compared);

const networkSpeeds = (results: Results): readonly Speed[] =>
  networksOf(results)
    .filter(({ scope }) => scope === 'all')
    .map(({ name, engines }) => ({
      name,
      cycles: Object.fromEntries(
        Object.entries(engines).flatMap(([engine, totals]) =>
          backward(totals) > 0 ? [[engine, backward(totals)]] : [],
        ),
      ),
    }))
    .filter(compared);

/** Those that take longest, in their order. */
const longest = (speeds: readonly Speed[]): readonly Speed[] => {
  const kept = new Set([...speeds].sort((a, b) => b.cycles.traditional! - a.cycles.traditional!).slice(0, MOST));
  return speeds.filter((speed) => kept.has(speed));
};

const barsOf = (speeds: readonly Speed[]): readonly Bar[] =>
  speeds.flatMap(({ name, cycles }) =>
    (['bp', 'zerofree'] as const).flatMap((engine): readonly Bar[] => {
      const own = cycles[engine];
      if (own === undefined) return [];
      const value = cycles.traditional! / own;
      return [{ group: name, engine, value, text: times(value) }];
    }),
  );

const gain = (speeds: readonly Speed[]): number | undefined => {
  const ratios = speeds.flatMap(({ cycles }) =>
    cycles.zerofree === undefined ? [] : [cycles.traditional! / cycles.zerofree],
  );
  return ratios.length > 0 ? geometricMean(ratios) : undefined;
};

/** What a reader sees first: how many times as fast as by traditional im2col the gradients are. Empty where nothing can be compared. */
export const speedupSection = (results: Results): Section => {
  const id = { id: 'speedup', title: 'Speedup' } as const;
  const runs = chartRuns(results);
  const strided = layerSpeeds(runs.filter(isStrided));
  const [layers, kind] = strided.length > 0 ? [strided, 'strided layers'] : [layerSpeeds(runs), 'layers'];
  const networks = networkSpeeds(results);
  const shown = [
    { speeds: layers, kind, by: sourceWords(runs) },
    { speeds: networks, kind: 'whole networks', by: 'by the model' },
  ].filter(({ speeds }) => speeds.length > 0);
  if (shown.length === 0) return { ...id, html: '' };
  const charted = shown.map((one) => ({ ...one, bars: barsOf(longest(one.speeds)) }));
  const among = charted.flatMap(({ bars }) => bars);
  const panels = charted.map(({ speeds, kind, by, bars }): Panel => {
    const some = speeds.length > MOST ? `the ${MOST} longest of ${count(speeds.length)} ${kind}` : kind;
    const label = `Bars of the speed of both gradients over traditional, ${some}, ${by}`;
    const axis = 'speed of both gradients, traditional = 1';
    const draw = (width: number): string => barsSvg({ label, axis, bars, among, rule: 1, tick }, width);
    return { title: sentence(`${some}, ${by}`), draw };
  });
  const means = shown.flatMap(({ speeds, kind }) => {
    const value = gain(speeds);
    return value === undefined
      ? []
      : [
          {
            value,
            text: `${times(value)} over ${speeds.length === 1 ? `1 ${kind.replace(/s$/, '')}` : `${count(speeds.length)} ${kind}`}`,
          },
        ];
  });
  const engines = ENGINES.filter(
    (engine) =>
      engine !== 'traditional' && shown.some(({ speeds }) => speeds.some(({ cycles }) => cycles[engine] !== undefined)),
  );
  const html = figureHtml({
    text: `Cycles of dgrad and wgrad by <code>traditional</code> im2col, over those of the engine${means.length > 0 ? `. <code>zerofree</code>, geometric means: ${means.map(({ text }) => text).join(', ')}` : ''}.`,
    panels,
    legend: engineLegend('<span class="key"><i class="swatch dashed"></i>traditional</span>', engines),
    below: true,
  });
  return { ...id, ...(means[0] ? { heading: `zerofree: gradients ${times(means[0].value)} as fast` } : {}), html };
};
