import { groupBy } from '../base/lists.js';
import { ENGINES, type Engine, PASSES } from '../description/config.js';
import { parseLayer } from '../description/layer.js';
import type { Results, Run } from './results.js';

export const runKey = ({ layer, pass, engine }: Pick<Run, 'layer' | 'pass' | 'engine'>): string =>
  JSON.stringify([layer, pass, engine]);

/** Runs of the report's machine that have cycles, one for each layer, pass and engine: measured where there is a measurement. */
export const chartRuns = ({ runs, machine }: Results): readonly Run[] => {
  const ofMachine = runs.filter(({ preset, cycles }) => preset === machine.preset && cycles > 0);
  const best = [...groupBy(ofMachine, runKey).values()].map(
    (group) => group.find(({ source }) => source === 'rtl') ?? group[0]!,
  );
  const layers = [...new Set(best.map(({ layer }) => layer))];
  const order = ({ layer, pass, engine }: Run): number =>
    (layers.indexOf(layer) * PASSES.length + PASSES.indexOf(pass)) * ENGINES.length + ENGINES.indexOf(engine);
  return [...best].sort((a, b) => order(a) - order(b));
};

/** The run of the same layer and pass by another engine. */
export const siblingOf = (runs: readonly Run[], run: Run, engine: Engine): Run | undefined =>
  runs.find(
    (other) =>
      other.layer === run.layer &&
      other.pass === run.pass &&
      other.preset === run.preset &&
      other.source === run.source &&
      other.engine === engine,
  );

export const dramBytes = ({ dramBytesRead, dramBytesWritten }: Run): number => dramBytesRead + dramBytesWritten;

/** How a chart names a layer; predictions are marked. */
export const layerName = ({ layer, source }: Run): string => (source === 'model' ? `${layer} (model)` : layer);

/** A run in words: L2 dgrad bp. */
export const runName = (run: Run): string => `${layerName(run)} ${run.pass} ${run.engine}`;

/** Whether a stride inserts zeros into its gradients. */
export const isStrided = ({ spec }: Pick<Run, 'spec'>): boolean => {
  const { Sh, Sw } = parseLayer(spec);
  return Sh > 1 || Sw > 1;
};

/** Where runs come from, in words. */
export const sourceWords = (runs: readonly Pick<Run, 'source'>[]): string => {
  if (runs.every(({ source }) => source === 'rtl')) return 'on the RTL';
  return runs.every(({ source }) => source === 'model') ? 'by the model' : 'RTL and model';
};
