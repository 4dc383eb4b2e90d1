import { benchTests } from './bench.js';

benchTests('fifo', { presets: ['tiny4'], seeds: [0, 1, 2] });
