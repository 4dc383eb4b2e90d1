import { benchTests, engineConfigs, vectorConfigs } from './bench.js';

benchTests('tap_fifos', { configs: engineConfigs.slice(0, 4) });
// the tap of a maximum
benchTests('tap_fifos', { configs: vectorConfigs.slice(0, 1), seeds: [0] });
