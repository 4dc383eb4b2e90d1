import { benchTests } from './bench.js';

benchTests('dma_write');
benchTests('dma_write', { presets: ['ref16'], seeds: [2] });
