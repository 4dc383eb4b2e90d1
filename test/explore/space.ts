import { engineFor } from '../../generator/api/options.js';
import { problemOf } from '../../generator/base/errors.js';
import { estimate } from '../../generator/compile/estimate.js';
import type { Config } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { HOROWITZ } from '../../generator/energy/table.js';
import type { Size } from '../../generator/explore/area.js';
import type { Evaluate } from '../../generator/explore/evaluate.js';
import type { ExploreOptions } from '../../generator/explore/explore.js';
import { axesOf } from '../../generator/explore/vary.js';
import { localPool } from '../../generator/pool/local.js';

/** A layer that small arrays take quickly. */
export const SPEC = 'C=8,H=6,W=6,N=6,K=3,S=2,P=1';

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

/** dgrad of the layer on `tiny4`, of which some values vary. */
export const spaceOf = (vary: readonly string[], more: Partial<ExploreOptions> = {}): ExploreOptions => ({
  work: {
    kind: 'layers',
    layers: [{ name: 'layer', layer: parseLayer(SPEC), linear: false, bias: false, batchNorm: 0 }],
    passes: ['dgrad'],
  },
  axes: axesOf(vary),
  configOf: (sets) => resolveConfig({ preset: 'tiny4' }, sets),
  engineOf: (config) => engineFor(config, undefined),
  command: { source: SPEC, accelerator: 'tiny4', sets: [], pass: 'dgrad' },
  ...{ budget: {}, energies: HOROWITZ, evaluate, pool: localPool(1), onProgress: () => undefined },
  ...more,
});

/** A synthesis whose LUTs follow from rows, columns and the bus. */
export const lutsOf = (rows: number, columns: number, dataWidth: number): number =>
  5000 + 40 * rows * columns + 6 * dataWidth;

export const sizeOf = ({ array, axi }: Config): Size => ({
  ...{ cells: 0, flipFlops: 0, blockRams: 0, dsps: 0, memoryBits: 0, area: 0 },
  luts: lutsOf(array.rows, array.columns, axi.dataWidth),
});
