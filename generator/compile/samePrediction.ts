import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';

/**
 * The configuration and engine that predict the same: without zeros to insert `traditional` is `bp` with any reorganizer, and need not be
 * predicted twice.
 */
export const samePrediction = (
  config: Config,
  { Sh, Sw }: Layer,
  pass: Pass,
  engine: Engine,
): { readonly config: Config; readonly engine: Engine } => {
  const same = engine === 'traditional' && (pass === 'fprop' || (Sh === 1 && Sw === 1));
  const { reorganize: _none, ...other } = config;
  return same && config.engines.includes('bp') ? { config: other, engine: 'bp' } : { config, engine };
};
