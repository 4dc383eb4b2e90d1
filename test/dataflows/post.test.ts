import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import type { Post } from '../../generator/dataflows/post.js';
import { Unfusable } from '../../generator/dataflows/unfusable.js';
import { derive } from '../../generator/description/derive.js';
import { makeLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import type { Load } from '../../generator/isa/program.js';
import { NO_OPERATION } from '../../generator/isa/vectorOperation.js';

const odd = resolveConfig({ preset: 'odd', vector: { lanes: 2 } });
const { beatBytes, stationaryElements } = derive(odd);

const GATED_AT = 2 ** 30;
const gate: Post = {
  operations: [{ ...NO_OPERATION, p: 'sums', q: 'stationary0', gate: 'q', output: 0 }],
  constants: [0, 0, 0, 0],
  coefficients: [undefined, undefined],
  streams: [{ address: GATED_AT, wide: false }, undefined],
};

/** Rows of a LOAD whose place in the buffer does not agree with memory modulo a beat: the hardware refuses them. */
const misaligned = ({ n1, n2, address, stride1, stride2, bufElement, bufStride1, bufStride2 }: Load): number => {
  let wrong = 0;
  for (let i2 = 0; i2 < n2; i2++)
    for (let i1 = 0; i1 < n1; i1++) {
      const at = address + i1 * stride1 + i2 * stride2;
      const element = (bufElement + i1 * bufStride1 + i2 * bufStride2) & (stationaryElements - 1);
      if (at % beatBytes !== (2 * element) % beatBytes) wrong++;
    }
  return wrong;
};

/** Loads of what is read beside the sums, and those of them that are misaligned; nothing where it cannot be fused. */
const streamLoads = (C: number, N: number, side: number, stride: number, B: number) => {
  const layer = makeLayer({
    B,
    C,
    H: side,
    W: side,
    N,
    G: 1,
    Kh: 3,
    Kw: 3,
    Sh: stride,
    Sw: stride,
    Dh: 1,
    Dw: 1,
    Pt: 1,
    Pb: 1,
    Pl: 1,
    Pr: 1,
  });
  try {
    const { instructions } = makePlan(odd, layer, 'dgrad', 'zerofree', { narrow: true, post: gate });
    const loads = instructions.filter((one): one is Load => one.kind === 'load' && one.address >= GATED_AT);
    return { loads: loads.length, wrong: loads.filter((load) => misaligned(load) > 0).length };
  } catch (error) {
    if (error instanceof Unfusable) return undefined;
    throw error;
  }
};

describe('what STOREs read beside sums', () => {
  it('lies in the buffer as in memory, modulo a beat: images, rows and columns of any size', () => {
    let fused = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 17 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 3 }),
        (C, N, side, stride, B) => {
          const found = streamLoads(C, N, side, stride, B);
          if (!found) return;
          fused++;
          expect(found.loads).toBeGreaterThan(0);
          expect(found.wrong).toBe(0);
        },
      ),
      { seed: 19, numRuns: 40, examples: [[16, 32, 14, 2, 1]] },
    );
    expect(fused).toBeGreaterThan(10);
  });
});
