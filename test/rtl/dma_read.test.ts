import { benchTests } from './bench.js';

benchTests('dma_read');
benchTests('dma_read', { presets: ['ref16'], seeds: [2] });
