import type { Config } from '../../description/config.js';
import { type EngineView, engineView } from './engine.js';

/** Both axes of the convolution; the range arithmetic exists only with the zerofree engine. */
export const tapAxesView = (config: Config): EngineView => engineView(config);
