import { benchTests } from './bench.js';

benchTests('dma_write');
benchTests('dma_write', { presets: ['tiny4', 'ref16'], seeds: [2] }); // at the end of the address space
