import { benchTests, engineConfigs } from './bench.js';

benchTests('tap_axes', { configs: engineConfigs });
