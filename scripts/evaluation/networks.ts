import { fixed, percent } from '../../generator/base/numbers.js';
import type { Estimate } from '../../generator/compile/estimate.js';
import { type Config, ENGINES, type Engine, PASSES } from '../../generator/description/config.js';
import { formatLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { type NetworkName, networks } from '../../generator/networks/index.js';
import type { NetworkLayer } from '../../generator/networks/network.js';
import type { NetworkTotals } from '../../generator/report/results.js';
import { totalsOf as layerTotals } from '../../generator/report/sums.js';
import { PRESET } from '../benchmark/jobs.js';
import { tableOf } from '../benchmark/render.js';
import { type ModelJob, modelKey } from './model.js';

export const BATCH = 2;

/** A network by its name in `generator/networks` and in print. */
export type Evaluated = readonly [name: NetworkName, label: string];

/** One network of each family of the paper's comparison. */
export const FAMILIES: readonly Evaluated[] = [
  ['alexnet', 'AlexNet'],
  ['densenet121', 'DenseNet-121'],
  ['mobilenet_v2', 'MobileNet v2'],
  ['resnet50', 'ResNet-50'],
  ['shufflenet_v2_x1_0', 'ShuffleNet v2 x1.0'],
  ['squeezenet1_0', 'SqueezeNet 1.0'],
];

/** Evaluated too; apart from the means and from what stands beside the paper's figures. */
export const MORE_NETWORKS: readonly Evaluated[] = [
  ['resnext50_32x4d', 'ResNeXt-50 32x4d'],
  ['efficientnet_b0', 'EfficientNet-B0'],
  ['regnet_y_400mf', 'RegNetY-400MF'],
  ['resnet8', 'ResNet-8'],
  ['ds_cnn', 'DS-CNN'],
  ['mobilenet_v1_x0_25', 'MobileNet v1 0.25'],
  ['autoencoder', 'Autoencoder'],
];

/** Linear layers are among them, as 1x1 convolutions of a 1x1 map. */
export const layersOf = (name: NetworkName): readonly NetworkLayer[] => networks[name]({ batch: BATCH }).layers;

/** Those with a stride of 2 or more. */
export const stridedLayersOf = (name: NetworkName): readonly NetworkLayer[] =>
  layersOf(name).filter(({ layer }) => Math.max(layer.Sh, layer.Sw) > 1);

export const jobOf = (
  { name, layer }: NetworkLayer,
  pass: (typeof PASSES)[number],
  engine: Engine,
  config: Config = presets[PRESET],
): ModelJob => ({ ...{ layer: name, spec: formatLayer(layer), config, pass, engine } });

/** Every layer, pass and engine of every network. */
export const networkJobs = (networks = FAMILIES): readonly ModelJob[] =>
  networks.flatMap(([name]) =>
    layersOf(name).flatMap((layer) => PASSES.flatMap((pass) => ENGINES.map((engine) => jobOf(layer, pass, engine)))),
  );

/** Totals of one network; undefined when it has no such layers, or an estimate is missing. */
export const totalsOf = (
  [name, label]: Evaluated,
  engine: Engine,
  scope: NetworkTotals['scope'],
  estimates: ReadonlyMap<string, Estimate>,
  config?: Config,
): NetworkTotals | undefined => {
  const layers = scope === 'all' ? layersOf(name) : stridedLayersOf(name);
  if (layers.length === 0) return undefined;
  const passes = PASSES.map((pass) =>
    layers.map((layer) => estimates.get(modelKey(jobOf(layer, pass, engine, config)))),
  );
  if (!passes.flat().every((estimate) => estimate !== undefined)) return undefined;
  const [fprop, dgrad, wgrad] = passes as unknown as readonly (readonly Estimate[])[];
  const which = { network: label, batch: BATCH, engine, scope };
  return layerTotals(which, presets[PRESET], { fprop: fprop!, dgrad: dgrad!, wgrad: wgrad! });
};

/** Totals of each network and engine, over all layers and over those with a stride of 2 or more. */
export const networkTotals = (
  estimates: ReadonlyMap<string, Estimate>,
  networks = FAMILIES,
): readonly NetworkTotals[] =>
  networks.flatMap((network) =>
    ENGINES.flatMap((engine) =>
      (['all', 'strided'] as const).flatMap((scope) => totalsOf(network, engine, scope, estimates) ?? []),
    ),
  );

const mega = (value: number): string => fixed(value / 1e6, 2);
const kilo = (value: number): string => fixed(value / 1e3, 1);

export const networkReport = (totals: readonly NetworkTotals[]): string =>
  tableOf(
    [
      ...['network', 'layers', 'engine', 'count', 'fprop', 'dgrad', 'wgrad', 'DRAM MB', 'dyn reads', 'stat reads'],
      ...['accesses', 'extra MB', 'reorganize', 'prologue k', 'useful'],
    ],
    3,
    totals.map((one) => [
      ...[one.network, one.scope, one.engine, String(one.layers)],
      ...[one.fprop, one.dgrad, one.wgrad, one.dramBytes, one.dynamicReads, one.stationaryReads].map(mega),
      ...[one.bufferAccesses, one.extraStorageBytes, one.reorganizeCycles ?? 0].map(mega),
      kilo(one.prologueCycles),
      percent(one.utilization),
    ]),
  ) +
  `\nBatch ${BATCH}, ${PRESET}, by the model; linear layers are among all. Cycles, vectors and accesses in millions,\n` +
  'the prologue in thousands; from DRAM MB on, dgrad and wgrad together.\n';
