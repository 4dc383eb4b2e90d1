import { presets } from '../../generator/description/presets.js';
import { benchTests } from './bench.js';

benchTests('pixel_walker');
benchTests('pixel_walker', {
  configs: [{ ...presets.tiny4!, name: 'tiny4 with zerofree alone', engines: ['zerofree'] }],
  seeds: [2],
});
