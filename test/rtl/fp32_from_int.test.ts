import { benchTests, vectorConfigs } from './bench.js';

benchTests('fp32_from_int', { configs: vectorConfigs.slice(2), seeds: [0] });
