import { benchTests } from './bench.js';

benchTests('sram_1r1w', { presets: ['tiny4'], seeds: [0, 1, 2] });
