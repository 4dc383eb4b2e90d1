import { benchTests, engineConfigs } from './bench.js';

benchTests('agu_accumulate', { configs: engineConfigs });
