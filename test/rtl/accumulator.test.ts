import { benchTests, vectorConfigs } from './bench.js';

benchTests('accumulator');
// the tap of a maximum
benchTests('accumulator', { configs: [vectorConfigs[0]!, vectorConfigs[2]!], seeds: [0] });
