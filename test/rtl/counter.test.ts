import { benchTests } from './bench.js';

benchTests('counter', { presets: ['tiny4'], seeds: [0, 1] });
