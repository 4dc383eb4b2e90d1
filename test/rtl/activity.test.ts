import { benchTests } from './bench.js';

benchTests('activity', { presets: ['tiny4'] });
