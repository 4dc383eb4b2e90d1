import { benchTests } from './bench.js';

benchTests('transposer', { presets: ['tiny4'], seeds: [0, 1] });
