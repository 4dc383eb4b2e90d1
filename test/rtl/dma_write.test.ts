import { benchTests } from './bench.js';

benchTests('dma_write', { presets: ['tiny4', 'odd', 'ref16'] });
