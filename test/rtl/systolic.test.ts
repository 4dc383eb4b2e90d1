import { benchTests } from './bench.js';

benchTests('systolic', { presets: ['tiny4'] });
benchTests('systolic', { presets: ['odd'], seeds: [0] });
