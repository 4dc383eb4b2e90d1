import { benchTests, engineConfigs, vectorConfigs } from './bench.js';

benchTests('tap_walker', { configs: engineConfigs });
// the tap of a maximum
benchTests('tap_walker', { configs: vectorConfigs.slice(0, 1), seeds: [0] });
