import type { Config } from '../../description/config.js';
import { type EngineView, engineView } from './engine.js';

/** Parametric. */
export const pixelWalkerView = (config: Config): EngineView => engineView(config);
