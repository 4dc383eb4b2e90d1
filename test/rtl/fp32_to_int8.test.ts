import { benchTests, vectorConfigs } from './bench.js';

benchTests('fp32_to_int8', { configs: vectorConfigs.slice(2), seeds: [0] });
