import { presets } from '../../generator/description/presets.js';
import { benchTests } from './bench.js';

const { tiny4, odd, ref16 } = presets;

benchTests('csr', {
  configs: [
    tiny4,
    odd,
    ref16,
    { ...tiny4, name: 'tiny4 with few counters', counters: 'basic' },
    { ...odd, name: 'odd without counters', counters: 'none' },
  ],
});
