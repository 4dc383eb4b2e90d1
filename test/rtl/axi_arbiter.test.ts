import { benchTests } from './bench.js';

benchTests('axi_arbiter');
