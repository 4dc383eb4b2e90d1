import { benchTests, vectorConfigs } from './bench.js';

benchTests('vector', { configs: vectorConfigs, seeds: [0] });
