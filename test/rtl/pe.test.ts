import { benchTests } from './bench.js';

benchTests('pe');
