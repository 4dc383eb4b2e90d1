import { benchTests, engineConfigs } from './bench.js';

benchTests('agu_stationary', { configs: engineConfigs });
