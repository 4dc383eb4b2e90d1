import { benchTests } from './bench.js';

benchTests('sequencer', { presets: ['tiny4', 'odd'] });
// parts of 8 words, and whole instructions
for (const dataWidth of [256, 1024]) {
  benchTests('sequencer', {
    presets: ['tiny4'],
    seeds: [dataWidth],
    extra: (config) => ({ config: { ...config, axi: { ...config.axi, dataWidth } } }),
  });
}
