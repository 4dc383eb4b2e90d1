import type { Config } from '../../description/config.js';
import { type EngineView, engineView } from './engine.js';

/** Instructions of engines that are not built are refused. */
export const decodeView = (config: Config): EngineView => engineView(config);
