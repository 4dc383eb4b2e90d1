import { benchTests, engineConfigs, vectorConfigs } from './bench.js';

benchTests('agu_accumulate', { configs: engineConfigs });
// the tap of a maximum
benchTests('agu_accumulate', { configs: vectorConfigs.slice(0, 1), seeds: [0] });
