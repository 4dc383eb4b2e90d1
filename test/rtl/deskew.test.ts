import { benchTests } from './bench.js';

benchTests('deskew', { presets: ['tiny4'] });
