import { benchTests } from './bench.js';

benchTests('store', { seeds: [0] });
