import { benchTests } from './bench.js';

benchTests('sequencer', { presets: ['tiny4'] });
