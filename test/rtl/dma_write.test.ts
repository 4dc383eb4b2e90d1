import { benchTests } from './bench.js';

benchTests('dma_write', { seeds: [0, 1, 2] });
benchTests('dma_write', { presets: ['ref16'], seeds: [2, 3] });
