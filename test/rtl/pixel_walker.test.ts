import { benchTests } from './bench.js';

benchTests('pixel_walker');
