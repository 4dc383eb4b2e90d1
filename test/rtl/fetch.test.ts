import { benchTests } from './bench.js';

benchTests('fetch', { presets: ['tiny4', 'odd'] });
// one instruction in a beat, two instructions in a beat
for (const dataWidth of [512, 1024]) {
  benchTests('fetch', {
    presets: ['ref16'],
    seeds: [dataWidth],
    extra: (config) => ({ config: { ...config, axi: { ...config.axi, dataWidth } } }),
  });
}
