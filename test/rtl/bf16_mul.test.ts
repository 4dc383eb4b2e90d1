import { benchTests } from './bench.js';

benchTests('bf16_mul', { presets: ['odd'], seeds: [0, 1] });
