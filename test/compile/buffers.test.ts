import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { makePlan, type Plan } from '../../generator/compile/plan.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { formatLayer, type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { anyLayer } from '../description/layers.js';

const { limits: _none, ...tiny } = presets.tiny4!;

/** Where a tile has hardly any room: the least buffers of the array, and a little more. */
const anyBuffers = fc.constantFrom<Config['buffers']>(
  ...[64, 128, 256].flatMap((dynamicBytes) =>
    [64, 256].map((stationaryBytes) => ({ dynamicBytes, stationaryBytes, accumulatorDepth: 128 })),
  ),
);
const anyArray = fc.constantFrom({ rows: 8, columns: 2 }, { rows: 4, columns: 4 }, { rows: 2, columns: 7 });

const planOf = (config: Config, layer: Layer, pass: Pass, engine: Engine): Plan | undefined => {
  try {
    return makePlan(config, layer, pass, engine);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
};

describe('a program', () => {
  it('loads no more at once than a buffer holds, however small it is', () => {
    let programs = 0;
    fc.assert(
      fc.property(
        ...[anyBuffers, anyArray, anyLayer({ kernel: 5 }), fc.constantFrom(...PASSES), fc.constantFrom(...ENGINES)],
        (buffers, array, layer, pass, engine) => {
          const plan = planOf({ ...tiny, array, buffers }, layer, pass, engine);
          if (!plan) return;
          programs++;
          for (const one of plan.instructions) {
            if (one.kind !== 'load') continue;
            const room = one.stationary ? buffers.stationaryBytes : buffers.dynamicBytes;
            const span = one.rowBytes + (one.n1 - 1) * one.bufStride1 + (one.n2 - 1) * one.bufStride2;
            expect(span, `${formatLayer(layer)} ${pass} ${engine}`).toBeLessThanOrEqual(room);
          }
        },
      ),
      {
        ...{ seed: 18, numRuns: 120 },
        examples: [
          [
            { dynamicBytes: 64, stationaryBytes: 256, accumulatorDepth: 128 },
            { rows: 8, columns: 2 },
            parseLayer('B=3,C=1,H=9,W=10,N=1,Kh=4,Kw=3,Sw=4,Dw=3,Pt=3,Pb=2,Pr=4'),
            'wgrad',
            'traditional',
          ],
        ],
      },
    );
    expect(programs).toBeGreaterThan(60);
  });
});
