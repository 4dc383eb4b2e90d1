import { benchTests } from './bench.js';

benchTests('reorganize', { seeds: [0] });
