import { benchTests } from './bench.js';

benchTests('accumulator');
