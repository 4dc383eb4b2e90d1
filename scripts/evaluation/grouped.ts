import { sum } from '../../generator/base/lists.js';
import type { Estimate } from '../../generator/compile/estimate.js';
import { PASSES, type Pass } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import type { NetworkLayer } from '../../generator/networks/network.js';
import { GROUPED_HEAD, groupedRows } from '../../generator/report/grouped.js';
import type { GroupedLayers } from '../../generator/report/results.js';
import { groupsOf, layersPass } from '../../generator/report/sums.js';
import { flatHead } from '../../generator/report/table.js';
import { PRESET } from '../benchmark/jobs.js';
import { tableOf } from '../benchmark/render.js';
import { modelKey } from './model.js';
import { BATCH, type Evaluated, jobOf, layersOf } from './networks.js';

/** Layers with groups of each network, by `zerofree`; a network is left out while an estimate of it is missing. */
export const groupedLayers = (
  estimates: ReadonlyMap<string, Estimate>,
  networks: readonly Evaluated[],
): readonly GroupedLayers[] =>
  networks.flatMap(([name, network]) => {
    const layers = layersOf(name);
    const of = (layer: NetworkLayer, pass: Pass): Estimate | undefined =>
      estimates.get(modelKey(jobOf(layer, pass, 'zerofree')));
    const all = layers.flatMap((layer) => PASSES.map((pass) => of(layer, pass)));
    if (!all.every((estimate) => estimate !== undefined)) return [];
    const networkCycles = sum(all.map(({ cycles }) => cycles));
    return (['depthwise', 'grouped'] as const).flatMap((kind): readonly GroupedLayers[] => {
      const own = layers.filter((layer) => groupsOf(layer.layer) === kind);
      if (own.length === 0) return [];
      const [fprop, dgrad, wgrad] = PASSES.map((pass) =>
        layersPass(
          presets[PRESET],
          own.map((layer) => of(layer, pass)!),
        ),
      );
      const passes = { fprop: fprop!, dgrad: dgrad!, wgrad: wgrad! };
      return [{ network, batch: BATCH, kind, layers: own.length, ...passes, networkCycles }];
    });
  });

export const groupedReport = (grouped: readonly GroupedLayers[]): string => {
  return `${tableOf(flatHead(GROUPED_HEAD), 2, groupedRows(grouped))}\nzerofree, batch ${BATCH}, ${PRESET}, by the model.\n`;
};
