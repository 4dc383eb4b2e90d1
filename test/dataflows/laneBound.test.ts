import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../generator/compile/estimate.js';
import { laneBound } from '../../generator/dataflows/lanes/index.js';
import { type Config, ENGINES, PASSES } from '../../generator/description/config.js';
import { formatLayer, type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { anyLayer } from '../description/layers.js';

/** Memory that never lets the array wait. */
const fast = { readLatency: 1, writeLatency: 1, bytesPerCycle: 4096 };

const array = (rows: number, columns: number): Config => ({
  ...presets.ref16!,
  ...{ name: `${rows}x${columns}`, array: { rows, columns } },
});

const expectBelow = (config: Config, layer: Layer): void => {
  for (const pass of PASSES) {
    for (const engine of ENGINES) {
      const tag = `${config.name} ${formatLayer(layer)} ${pass} ${engine}`;
      const { utilization, laneBound: bound } = estimate(config, layer, pass, engine, { memory: fast });
      expect(utilization, tag).toBeLessThan(bound);
      expect(bound, tag).toBeGreaterThan(0);
      expect(bound, tag).toBeLessThanOrEqual(1);
    }
  }
};

describe('the lane bound', () => {
  it('counts the pixels of each tap by itself', () => {
    const layer = parseLayer('C=128,H=14,W=14,N=128,K=3,P=1');
    // 13·13, 13·14 and 14·14 pixels, rounded up to 16 lanes
    const [corner, edge, middle] = [169, 182, 196];
    const bound = (4 * corner + 4 * edge + middle) / (4 * 176 + 4 * 192 + 208);
    expect(laneBound(presets.ref16!, layer, 'wgrad')).toBeCloseTo(bound, 12);
    expect(laneBound(presets.ref16!, layer, 'fprop')).toBe(1);
  });

  it('leaves out the lanes of a row of taps that lie beyond the edge', () => {
    const layer = parseLayer('C=3,H=1,W=4,N=16,Kh=1,Kw=3,Pl=1,Pr=1');
    // 9 lanes of 16 for 4 pixels, of which the first and the last have 6
    expect(laneBound(presets.ref16!, layer, 'fprop')).toBeCloseTo((6 + 9 + 9 + 6) / (4 * 16), 12);
    expect(laneBound(presets.ref16!, layer, 'wgrad')).toBeCloseTo((6 + 9 + 9 + 6) / (16 * 16), 12);
  });

  it('is that of the channels where no pair is valid', () => {
    const layer = parseLayer('C=8,H=1,W=1,N=16,K=1,S=7,P=3');
    expect(laneBound(presets.ref16!, layer, 'wgrad')).toBe(0.5);
  });

  it.each(['C=128,H=14,W=14,N=128,K=3,P=1', 'B=2,C=3,H=9,W=3,N=64,Kh=3,Kw=7,Pl=3,Pr=6', 'C=64,H=7,W=7,N=64,K=5,P=2'])(
    'is not passed by %s',
    (text) => expectBelow(presets.ref16!, parseLayer(text)),
  );

  it.each([
    [presets.tiny4!, 0],
    [presets.odd!, 1],
    [presets.ref16!, 2],
    [array(1, 32), 3],
    [array(32, 1), 4],
  ])('is not passed by random layers on $name', (config, seed) => {
    const layers = anyLayer({ pixels: 12, channels: 20, kernel: 5, padding: 4 });
    fc.assert(
      fc.property(layers, (layer) => expectBelow(config, layer)),
      { seed, numRuns: 8 },
    );
  });
});
