import type { Config } from '../spec/config.js';
import { type EngineView, engineView } from './engine.js';

/** Parametric. */
export const issueView = (config: Config): EngineView => engineView(config);
