import type { Config } from '../../description/config.js';
import { type EngineView, engineView } from './engine.js';

/** The walk over stationary tiles; ranges exist only with the zerofree engine. */
export const tapWalkerView = (config: Config): EngineView => engineView(config);
