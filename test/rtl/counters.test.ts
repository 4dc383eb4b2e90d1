import { presets } from '../../generator/description/presets.js';
import { benchTests } from './bench.js';

const { tiny4, odd } = presets;

benchTests('counters', {
  configs: [tiny4, odd, { ...tiny4, name: 'tiny4 with few counters', counters: 'basic' }],
});
