import { benchTests } from './bench.js';

benchTests('array', { presets: ['tiny4'] });
benchTests('array', { presets: ['odd'], seeds: [0] });
