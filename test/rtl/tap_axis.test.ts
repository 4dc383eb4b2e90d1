import { benchTests, engineConfigs } from './bench.js';

benchTests('tap_axis', { configs: engineConfigs });
