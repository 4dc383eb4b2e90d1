import { benchTests } from './bench.js';

benchTests('write_select');
