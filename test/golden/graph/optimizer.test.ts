import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type SgdOptions, type SgdState, sgdStep } from '../../../generator/golden/graph/optimizer.js';
import { randomValues } from './graphs.js';

const start = (...values: readonly number[]): SgdState => ({
  parameters: new Map([['w', Float64Array.from(values)]]),
  velocities: new Map(),
});
const step = (state: SgdState, gradient: readonly number[], options: SgdOptions): SgdState =>
  sgdStep(state, new Map([['w', Float64Array.from(gradient)]]), options);
const values = ({ parameters, velocities }: SgdState) => [[...parameters.get('w')!], [...(velocities.get('w') ?? [])]];

describe('a step of SGD', () => {
  it.each([
    [0, false],
    [0.75, false],
    [0.75, true],
  ])('with momentum %d, Nesterov %j, is that of TensorFlow', (momentum, nesterov) => {
    const variable = tf.variable(tf.tensor1d(randomValues(20, 1)));
    const theirs = momentum === 0 ? tf.train.sgd(0.125) : tf.train.momentum(0.125, momentum, nesterov);
    let ours: SgdState = { parameters: new Map([['w', randomValues(20, 1)]]), velocities: new Map() };
    for (let i = 0; i < 4; i++) {
      const gradient = randomValues(20, 10 + i);
      theirs.applyGradients({ [variable.name]: tf.tensor1d(gradient) });
      ours = sgdStep(ours, new Map([['w', gradient]]), { rate: 0.125, momentum, nesterov });
    }
    const expected = variable.dataSync();
    for (const [i, value] of ours.parameters.get('w')!.entries()) expect(value).toBeCloseTo(expected[i], 5);
  });

  it('takes back the loss scale, then clips, then decays', () => {
    // (8 / 4 clipped to 1.5) + 0.5 · 2 = 2.5; (−1 / 4) + 0.5 · 4 = 1.75
    const options = { rate: 0.5, lossScale: 4, clip: 1.5, weightDecay: 0.5, momentum: 0.5 };
    const once = step(start(2, 4), [8, -1], options);
    expect(values(once)).toEqual([
      [0.75, 3.125],
      [2.5, 1.75],
    ]);
    // velocity 0.5 · 2.5 + (−1.5 + 0.375) = 0.125; 0.5 · 1.75 + (0 + 1.5625) = 2.4375
    const twice = step(once, [-80, 0], options);
    expect(values(twice)).toEqual([
      [0.6875, 1.90625],
      [0.125, 2.4375],
    ]);
    expect(values(once)[0]).toEqual([0.75, 3.125]);
  });

  it('is left out, with a loss scale, where a gradient of any parameter is not finite; without one it is not', () => {
    const state: SgdState = {
      parameters: new Map([
        ['v', Float64Array.of(1)],
        ['w', Float64Array.of(2)],
      ]),
      velocities: new Map([['v', Float64Array.of(3)]]),
    };
    const gradients = new Map([
      ['v', Float64Array.of(1)],
      ['w', Float64Array.of(Infinity)],
    ]);
    expect(sgdStep(state, gradients, { rate: 1, momentum: 0.5, lossScale: 2 })).toEqual(state);
    const { parameters } = sgdStep(state, gradients, { rate: 1 });
    expect([...parameters.get('v')!, ...parameters.get('w')!]).toEqual([0, -Infinity]);
    expect(values(step(start(1), [NaN], { rate: 1, clip: 1 }))[0]).toEqual([NaN]);
  });

  it('leaves parameters without a gradient alone, and refuses gradients of another size', () => {
    expect(sgdStep(start(1), new Map(), { rate: 1, weightDecay: 1 })).toEqual(start(1));
    expect(() => step(start(1), [1, 2], { rate: 1 })).toThrow(/w: 2 gradients of 1 values/);
    expect(() => sgdStep(start(1), new Map([['x', Float64Array.of(1)]]), { rate: 1 })).toThrow(/x: 1 gradients of no/);
  });
});
