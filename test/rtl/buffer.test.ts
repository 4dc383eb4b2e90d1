import { benchTests } from './bench.js';

benchTests('buffer', { presets: ['tiny4'], seeds: [0, 1] });
