import { UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import type { Estimate } from '../compile/estimate.js';
import { type Config, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer, type Layer } from '../description/layer.js';
import { localPool } from '../pool/local.js';
import { predict, predictionKey } from '../run/predict.js';
import type { Accelerator } from './inputs.js';
import { checkedOptions, configOf, engineField, flagField, passField, wholeField } from './options.js';
import { type Input, isStrided, SOURCE_KEYS, type SourceOptions, sourceOf } from './source.js';

/** What {@link estimate} takes: `layer` or `network`, and on what. */
export interface EstimateOptions extends SourceOptions {
  /** Default: ref16. */
  readonly config?: Accelerator;
  /** One pass. Default: all. */
  readonly pass?: Pass;
  /** One engine. Default: all that are built. */
  readonly engine?: Engine;
  /** Processes at a time, 1 to 64. Default: 2. */
  readonly parallel?: number;
  /** Called after each pass that was not known already. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** A pass of a layer by an engine, and what it takes. */
export interface EstimatedPass extends Estimate {
  /** The layer's, `layer` where there is only one. */
  readonly name: string;
  /** The layer, with its output size. */
  readonly layer: Layer;
  /** The pass. */
  readonly pass: Pass;
  /** The engine. */
  readonly engine: Engine;
}

/** Predictions of the performance model. */
export interface Estimation {
  /** Of the network; of a layer its text. */
  readonly name: string;
  /** What a network was given: images, and their size as in 224x224. */
  readonly input?: Input;
  /** The accelerator, resolved. */
  readonly config: Config;
  /** In the order of the layers, of each layer in that of the passes, of each pass in that of the engines. */
  readonly passes: readonly EstimatedPass[];
}

/**
 * Predicts cycles, bytes and utilization of a layer or a network without simulation, as `bp-im2col estimate` does. It works in
 * processes of their own, and keeps its results in the cache (`BP_IM2COL_CACHE`).
 * @throws {@link UserError} with what is wrong with the options, or with every pass that does not fit the accelerator.
 */
export const estimate = async (options: EstimateOptions): Promise<Estimation> => {
  const shape = {
    ...{ pass: passField.optional(), engine: engineField, strided: flagField, parallel: wholeField(1, 64) },
  };
  const given = checkedOptions(options, shape, [...SOURCE_KEYS, 'config', 'onProgress']);
  const { pass, engine: wanted, strided = false, parallel = 2, onProgress } = given;
  const config = configOf(given.config);
  if (wanted && !config.engines.includes(wanted)) {
    const fix = `use one of ${config.engines.join(', ')}, or add ${wanted} to engines`;
    throw new UserError([{ code: 'NO_ENGINE', path: 'engine', message: `${config.name} is built without it`, fix }]);
  }
  const { name, input, layers } = sourceOf(given);
  const chosen = layers.filter((each) => !strided || isStrided(each));
  if (chosen.length === 0) {
    const message = `no layer of ${name} has a stride of 2 or more`;
    throw new UserError([{ code: 'NO_LAYERS', path: 'strided', message, fix: 'leave out strided' }]);
  }
  const asked = chosen.flatMap(({ name: own, layer }) =>
    (pass ? [pass] : PASSES).flatMap((one) =>
      (wanted ? [wanted] : config.engines).map((engine) => ({
        which: { name: own, layer, pass: one, engine },
        job: { name: `${own} ${one} ${engine}`, spec: formatLayer(layer), config, pass: one, engine },
      })),
    ),
  );
  const tell = (typeof onProgress === 'function' ? onProgress : () => undefined) as EstimateOptions['onProgress'];
  const jobs = asked.map(({ job }) => job);
  const { estimates, failed } = await predict(jobs, { pool: localPool(parallel), onProgress: tell });
  if (failed.size > 0) {
    throw new UserError([...failed].map(([path, found]) => ({ ...found, path })));
  }
  const passes = asked.map(({ which, job }) => ({ ...which, ...estimates.get(predictionKey(job))! }));
  return frozen({ name, ...(input && { input }), config, passes });
};
