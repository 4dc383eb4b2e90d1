import { benchTests, vectorConfigs } from './bench.js';

benchTests('accumulator');
// the tap of a maximum
benchTests('accumulator', { configs: vectorConfigs.slice(0, 1), seeds: [0] });
