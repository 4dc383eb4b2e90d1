import { benchTests, vectorConfigs } from './bench.js';

benchTests('vector_lane', { configs: vectorConfigs.slice(0, 1), seeds: [0] });
