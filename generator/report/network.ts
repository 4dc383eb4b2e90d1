import { UserError } from '../base/errors.js';
import { groupBy } from '../base/lists.js';
import type { Estimate } from '../compile/estimate.js';
import { type Config, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import { resolveConfig } from '../description/resolve.js';
import { version } from '../emit/host.js';
import { energyOf } from '../energy/energy.js';
import type { EnergyTable } from '../energy/table.js';
import type { NetworkLayer } from '../networks/network.js';
import type { Pool } from '../pool/pool.js';
import { activities, activityKey, type PredictionJob, predict, predictionKey } from '../run/predict.js';
import {
  type GroupedLayers,
  type NetworkTotals,
  type Results,
  type Run,
  type SizePoint,
  type TimelineRun,
  type TrainingStep,
  timelineRun,
} from './results.js';
import { groupsOf, layersPass, machineOf, modelRun, totalsOf } from './sums.js';

/** What a report of one network is made from. */
export interface NetworkReportOptions {
  /** As in `resnet18, batch 2`. */
  readonly subject: string;
  readonly name: string;
  readonly layers: readonly NetworkLayer[];
  readonly config: Config;
  readonly engines: readonly Engine[];
  readonly energies: EnergyTable;
  /** A step of training, where it was worked out. */
  readonly training?: TrainingStep;
  /** The command that makes the report again. */
  readonly command: string;
  readonly pool: Pool;
  readonly onProgress: (done: number, all: number) => void;
  /** By default those of `run/`. */
  readonly predict?: typeof predict;
  readonly activities?: typeof activities;
}

/** Images of a timeline at most: more of them look the same. */
const DRAWN_IMAGES = 2;

/** Square arrays that are compared. */
const SIZES = [4, 8, 16, 32, 64] as const;

const jobOf = ({ name, layer }: NetworkLayer, config: Config, pass: Pass, engine: Engine): PredictionJob => ({
  ...{ name: `${name} ${pass} ${engine}`, spec: formatLayer(layer), config, pass, engine },
});

/** The accelerator with other arrays, as far as there can be such. */
const otherSizes = (config: Config): readonly Config[] =>
  SIZES.flatMap((size) => {
    try {
      return [resolveConfig({ ...config, name: `array${size}`, array: { rows: size, columns: size } })];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });

/** Layers that are equal but for their names, under the name of the first one. */
const distinct = (layers: readonly NetworkLayer[]): readonly NetworkLayer[] =>
  [...groupBy(layers, ({ layer }) => formatLayer(layer)).values()].map((group) => ({
    ...group[0]!,
    name: group.length > 1 ? `${group[0]!.name} ×${group.length}` : group[0]!.name,
  }));

const isStrided = ({ layer }: NetworkLayer): boolean => layer.Sh > 1 || layer.Sw > 1;

/**
 * The results of a network on any accelerator, by the model.
 * @throws {@link UserError} with every pass that does not fit the accelerator.
 */
export const networkResults = async (options: NetworkReportOptions): Promise<Results> => {
  const { subject, name, layers, config, engines, energies, training, command, pool, onProgress } = options;
  const run = options.predict ?? predict;
  const of = (layer: NetworkLayer, pass: Pass, engine: Engine, on = config): PredictionJob =>
    jobOf(layer, on, pass, engine);
  const shown = distinct(layers);
  const all = shown.flatMap((layer) => PASSES.flatMap((pass) => engines.map((engine) => of(layer, pass, engine))));
  const { estimates, failed } = await run(all, { pool, onProgress });
  if (failed.size > 0) throw new UserError([...failed].map(([path, problem]) => ({ ...problem, path })));
  const estimateOf = (layer: NetworkLayer, pass: Pass, engine: Engine): Estimate =>
    estimates.get(predictionKey(of(layer, pass, engine)))!;

  // the longest input gradient, with a stride where there is one, over the size of the array
  const best = engines.includes('zerofree') ? 'zerofree' : engines.at(-1)!;
  const strided = shown.filter(isStrided);
  const cyclesOf = (layer: NetworkLayer): number => estimateOf(layer, 'dgrad', best).cycles;
  const longest = (strided.length > 0 ? strided : shown).reduce((a, b) => (cyclesOf(b) > cyclesOf(a) ? b : a));
  const compared = engines.filter((engine) => engine !== 'traditional' || engines.length === 1);
  const sized = otherSizes(config).flatMap((on) =>
    compared.map((engine) => ({ size: on.array.rows, engine, job: of(longest, 'dgrad', engine, on) })),
  );
  const { estimates: ofSizes } = await run(
    sized.map(({ job }) => job),
    { pool, onProgress },
  );

  const few = Math.min(longest.layer.B, DRAWN_IMAGES);
  const drawn = few === longest.layer.B ? longest.name : `${longest.name}, ${few} images`;
  const drawnJobs = engines.map((engine) => of({ ...longest, layer: { ...longest.layer, B: few } }, 'dgrad', engine));
  const active = await (options.activities ?? activities)(drawnJobs, { pool, onProgress });
  const timelines = drawnJobs.flatMap((job): readonly TimelineRun[] => {
    const activity = active.get(activityKey(job));
    if (!activity) return [];
    return [timelineRun({ layer: drawn, pass: job.pass, engine: job.engine }, activity)];
  });

  const batches = new Set(layers.map(({ layer }) => layer.B));
  const batch = batches.size === 1 ? [...batches][0]! : 1;
  const scopes = (['all', 'strided'] as const).map(
    (scope) => [scope, scope === 'all' ? layers : layers.filter(isStrided)] as const,
  );
  const networks = engines.flatMap((engine) =>
    scopes
      .filter(([, own]) => own.length > 0)
      .map(([scope, own]): NetworkTotals => {
        const passes = Object.fromEntries(
          PASSES.map((pass) => [pass, own.map((layer) => estimateOf(layer, pass, engine))]),
        ) as unknown as Record<Pass, readonly Estimate[]>;
        return totalsOf({ network: name, batch, engine, scope }, config, passes);
      }),
  );
  const grouped = (['depthwise', 'grouped'] as const).flatMap((kind): readonly GroupedLayers[] => {
    const own = layers.filter(({ layer }) => groupsOf(layer) === kind);
    if (own.length === 0 || best !== 'zerofree') return [];
    const [fprop, dgrad, wgrad] = PASSES.map((pass) =>
      layersPass(
        config,
        own.map((layer) => estimateOf(layer, pass, best)),
      ),
    );
    const networkCycles = layers.reduce(
      (sum, layer) => sum + PASSES.reduce((passes, pass) => passes + estimateOf(layer, pass, best).cycles, 0),
      0,
    );
    const passes = { fprop: fprop!, dgrad: dgrad!, wgrad: wgrad! };
    return [{ network: name, batch, kind, layers: own.length, ...passes, networkCycles }];
  });
  return {
    schema: 1,
    meta: {
      ...{ date: new Date().toISOString(), command, seed: 1 },
      versions: { 'bp-im2col': version(), node: process.versions.node },
    },
    machine: machineOf(config),
    subject,
    runs: shown.flatMap((layer) =>
      PASSES.flatMap((pass) =>
        engines.map((engine): Run => {
          const estimate = estimateOf(layer, pass, engine);
          const which = { layer: layer.name, spec: formatLayer(layer.layer), preset: config.name, pass, engine };
          return { ...modelRun(which, estimate), energy: energyOf(config, estimate.counters, energies) };
        }),
      ),
    ),
    networks,
    ...{ moreNetworks: [], grouped, reorganizers: [], reorganizerRuns: [], timelines, validation: [] },
    sizes: sized.flatMap(({ size, engine, job }): readonly SizePoint[] => {
      const found = ofSizes.get(predictionKey(job));
      if (!found) return [];
      const { cycles, utilization } = found;
      return [{ size, source: 'model', layer: longest.name, pass: 'dgrad', engine, cycles, utilization }];
    }),
    ...(training ? { training } : {}),
    energies: { name: energies.name, source: energies.source },
  };
};
