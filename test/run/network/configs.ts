import { resolveConfig } from '../../../generator/description/resolve.js';

export const odd = resolveConfig({ preset: 'odd', vector: { lanes: 2 } });
export const ref16 = resolveConfig({ preset: 'ref16', vector: { lanes: 8 } });
