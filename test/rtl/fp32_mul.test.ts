import { benchTests, vectorConfigs } from './bench.js';

benchTests('fp32_mul', { configs: vectorConfigs.slice(0, 1), seeds: [0, 1] });
