import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import type { Post } from '../../generator/dataflows/post.js';
import { Unfusable } from '../../generator/dataflows/unfusable.js';
import { derive } from '../../generator/description/derive.js';
import { makeLayer, parseLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import type { Load } from '../../generator/isa/program.js';
import { NO_OPERATION } from '../../generator/isa/vectorOperation.js';
import { execute } from '../../generator/machine/executor.js';
import { anyLayer } from '../description/layers.js';
import { randomWords } from '../golden/random.js';

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

const SUMS_AT = 2 ** 31;
/** Results as they are; Σr and Σr² of each channel. */
const summing: Post = {
  operations: [
    { ...NO_OPERATION, p: 'sums', write: 7, output: 0 },
    { ...NO_OPERATION, p: 'register', pRegister: 7, q: 'sum', keep: 'sum' },
    { ...NO_OPERATION, p: 'register', pRegister: 7, q: 'mac', qRegister: 7, keep: 'sum', second: true },
  ],
  constants: [0, 0, 0, 0],
  coefficients: [undefined, undefined],
  streams: [undefined, undefined],
  sums: SUMS_AT,
};

const ofLanes = (lanes: number) =>
  resolveConfig({
    preset: 'odd',
    array: { rows: 4, columns: 8 },
    axi: { dataWidth: 128 },
    vector: { lanes, coefficients: 256 },
  });
/** Two chunks a vector, and four. */
const [even, narrow] = [ofLanes(4), ofLanes(2)];
/** A chunk a vector, which does not fill it. */
const wide = resolveConfig({
  ...{ preset: 'odd', array: { rows: 16, columns: 5 }, axi: { dataWidth: 256 } },
  vector: { lanes: 8, coefficients: 256 },
});

/** −2 to 2 as bf16. */
const SMALL = [0xc000, 0xbf80, 0, 0x3f80, 0x4000] as const;

describe('sums over pixels that STOREs keep', () => {
  it('are those of all that the pass makes: any layer, also of several regions and rows', () => {
    const found = new Set<string>();
    let [fused, unfilled] = [0, 0];
    fc.assert(
      fc.property(
        anyLayer({ channels: 20, pixels: 7, kernel: 3, stride: 2, dilation: 1, padding: 1, groups: 2 }),
        fc.constantFrom(even, narrow, wide),
        fc.constantFrom('fprop' as const, 'dgrad' as const),
        fc.nat(),
        (layer, config, pass, seed) => {
          let plan: ReturnType<typeof makePlan>;
          try {
            plan = makePlan(config, layer, pass, 'zerofree', { post: summing });
          } catch (error) {
            if (error instanceof Unfusable) return;
            throw error;
          }
          fused++;
          if (config === wide) unfilled++;
          const { memory, words, keptSums } = plan;
          const { regions, channels, rows, rowValues } = keptSums!;
          found.add(`${Math.min(regions, 2)} ${Math.min(rows, 2)}`);
          const bytes = new Uint8Array(memory.output.address + memory.output.bytes);
          const next = randomWords(seed);
          for (const { address, bytes: size } of [memory.x, memory.wt, memory.dy]) {
            const values = Uint16Array.from({ length: size / 2 }, () => SMALL[next() % 5]!);
            bytes.set(new Uint8Array(values.buffer), address);
          }
          const sums = new Uint8Array(4 * regions * 2 * rows * rowValues);
          execute(config, words, [
            { base: 0, bytes },
            { base: SUMS_AT, bytes: sums },
          ]);
          const results = new Float32Array(bytes.slice(memory.output.address).buffer);
          const all = regions * channels;
          const kept = new Float32Array(sums.buffer);
          for (let c = 0; c < all; c++) {
            const region = Math.floor(c / channels);
            const of = (second: number): number => {
              let sum = 0;
              for (let row = 0; row < rows; row++)
                sum += kept[((region * 2 + second) * rows + row) * rowValues + (c % channels)]!;
              return sum;
            };
            let [sum, squares] = [0, 0];
            for (let i = c; i < results.length; i += all) {
              sum += results[i]!;
              squares += results[i]! ** 2;
            }
            expect([of(0), of(1)]).toEqual([sum, squares]);
          }
        },
      ),
      { seed: 20, numRuns: 60, examples: [[parseLayer('B=2,C=2,H=3,W=3,N=40,K=1'), narrow, 'fprop', 1]] },
    );
    expect(fused).toBeGreaterThan(30);
    expect(unfilled).toBeGreaterThan(5);
    expect([...found].sort()).toEqual(['1 1', '1 2', '2 2']);
  });
});
