import { benchTests } from './bench.js';

benchTests('issue', { seeds: [0] });
