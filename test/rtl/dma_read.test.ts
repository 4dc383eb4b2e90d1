import { benchTests } from './bench.js';

benchTests('dma_read', { presets: ['tiny4', 'odd', 'ref16'] });
