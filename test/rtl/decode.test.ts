import type { Config } from '../../generator/spec/config.js';
import { benchTests } from './bench.js';

benchTests('decode', { seeds: [0] });
// instructions of engines that are not built
const bpOnly = (config: Config): { readonly config: Config } => ({ config: { ...config, engines: ['bp'] } });
benchTests('decode', { presets: ['tiny4'], seeds: [1], extra: bpOnly });
