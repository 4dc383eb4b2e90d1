import { benchTests, engineConfigs } from './bench.js';

benchTests('agu_dynamic', { configs: engineConfigs });
