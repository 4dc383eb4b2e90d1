import type { Config, Engine } from '../../generator/description/config.js';
import { benchTests, vectorConfigs } from './bench.js';

benchTests('decode', { presets: ['tiny4'], seeds: [0] });
benchTests('decode', { configs: vectorConfigs.slice(0, 2), seeds: [0] });
// instructions of engines that are not built
const alone = (engine: Engine) => (config: Config) => ({ config: { ...config, engines: [engine] } });
benchTests('decode', { presets: ['tiny4'], seeds: [1], extra: alone('bp') });
benchTests('decode', { presets: ['tiny4'], seeds: [2], extra: alone('zerofree') });
