import { benchTests, engineConfigs } from './bench.js';

benchTests('tap_walker', { configs: engineConfigs });
