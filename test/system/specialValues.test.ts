import { describe, expect, it } from 'vitest';
import { specialOperands } from '../../generator/compile/workload.js';
import { ENGINES, type Engine } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { tensorSizes } from '../../generator/golden/convolution.js';
import { runPass } from '../../generator/run/runPass.js';
import type { Simulator } from '../../generator/run/simulators/job.js';

const { odd } = presets;
const INF = Number.POSITIVE_INFINITY;

/** All 1, but for the first value. */
const ones = (length: number, first: number): Float32Array => new Float32Array(length).fill(1).fill(first, 0, 1);

describe.each<readonly [Simulator, Engine]>([
  ...ENGINES.map((engine) => ['verilator', engine] as const),
  ['icarus', 'zerofree'],
])('a structural zero contributes nothing in %s, %s', (simulator, engine) => {
  it.each([false, true])('to other channels (narrow: %s)', async (narrow) => {
    const layer = parseLayer('C=3,H=2,W=2,N=3,K=1,G=3');
    const { x, weights } = tensorSizes(layer);
    const operands = { first: ones(x, INF), second: ones(weights, 1) };
    const run = await runPass(odd, layer, 'fprop', engine, { operands, narrow, simulator });
    expect(Array.from(run.result)).toEqual([INF, ...new Array(x - 1).fill(1)]);
    expect(run.passed).toBe(true);
  });

  it('where the kernel meets padding', async () => {
    const layer = parseLayer('C=3,H=3,W=3,N=2,K=3,P=1');
    const { x, weights } = tensorSizes(layer);
    const operands = { first: ones(x, 1), second: ones(weights, -INF) };
    const run = await runPass(odd, layer, 'fprop', engine, { operands, simulator });
    // the weight from channel 0 to output 0 at the first tap: pixels that have a neighbour above and to the left
    const rows = [12, 18, 12, 18, 27, 18, 12, 18, 12];
    const met = [false, false, false, false, true, true, false, true, true];
    expect(Array.from(run.result)).toEqual(rows.flatMap((sum, pixel) => [met[pixel] ? -INF : sum, sum]));
    expect(run.passed).toBe(true);
  });
});

it.each(ENGINES)('gradients of grouped, strided, padded layers hold, with subnormals in memory: %s', async (engine) => {
  const layer = parseLayer('B=2,C=6,H=5,W=6,N=6,K=3,S=2,P=2,G=3');
  for (const pass of ['dgrad', 'wgrad'] as const) {
    const run = await runPass(odd, layer, pass, engine, { operands: specialOperands(layer, pass, 5) });
    expect(Array.from(run.result).some(Number.isNaN)).toBe(true);
    expect(Array.from(run.result).some(Number.isFinite)).toBe(true);
    expect(run.passed).toBe(true);
  }
});
