import type { Config } from '../spec/config.js';
import { type EngineView, engineView } from './engine.js';

/** Parametric. */
export const sequencerView = (config: Config): EngineView => engineView(config);
