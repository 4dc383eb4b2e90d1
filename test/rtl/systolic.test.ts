import { benchTests, vectorConfigs } from './bench.js';

benchTests('systolic', { presets: ['tiny4'] });
benchTests('systolic', { presets: ['odd'], seeds: [0] });
// the tap of a maximum
benchTests('systolic', { configs: vectorConfigs.slice(0, 1), seeds: [0] });
