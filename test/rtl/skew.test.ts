import { benchTests } from './bench.js';

benchTests('skew', { presets: ['tiny4'] });
