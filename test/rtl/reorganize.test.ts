import { benchTests } from './bench.js';

benchTests('reorganize', { presets: ['tiny4'], seeds: [0] });
