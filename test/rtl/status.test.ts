import { benchTests } from './bench.js';

benchTests('status', { presets: ['tiny4'] });
