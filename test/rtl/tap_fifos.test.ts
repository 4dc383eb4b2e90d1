import { benchTests, engineConfigs } from './bench.js';

benchTests('tap_fifos', { configs: engineConfigs.slice(0, 4) });
