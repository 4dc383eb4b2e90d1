import type { Config } from '../spec/config.js';
import { type EngineView, engineView } from './engine.js';

/** One axis of the convolution; the range arithmetic exists only with the zerofree engine. */
export const tapAxisView = (config: Config): EngineView => engineView(config);
