import { benchTests } from './bench.js';

benchTests('csr', { presets: ['tiny4', 'odd', 'ref16'], seeds: [0, 1] });
