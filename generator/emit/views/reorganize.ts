import type { Config } from '../../description/config.js';
import { type EngineView, engineView } from './engine.js';

/** Parametric; only the traditional engine has it. */
export const reorganizeView = (config: Config): EngineView => engineView(config);
