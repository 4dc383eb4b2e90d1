import { benchTests } from './bench.js';

benchTests('fp32_add', { presets: ['odd'], seeds: [0, 1] });
