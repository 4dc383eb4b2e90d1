import { benchTests } from './bench.js';

benchTests('epilogue');
