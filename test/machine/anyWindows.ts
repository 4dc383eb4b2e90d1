import fc from 'fast-check';
import { type Windows, windowsOf } from '../../scripts/vector/windows.js';
import { anyLayer } from '../description/layers.js';

/** Random windows over so many channels at most. */
export const anyWindows = (channels: number): fc.Arbitrary<Windows> =>
  fc
    .tuple(anyLayer({ channels, groups: 1 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))
    .map(([layer, seed]) => windowsOf(layer, seed));
