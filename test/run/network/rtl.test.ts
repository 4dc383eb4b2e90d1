import { describe, expect, it } from 'vitest';
import type { CompiledNetwork } from '../../../generator/compile/network/compiled.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import type { Config } from '../../../generator/description/config.js';
import { type Layer, makeLayer } from '../../../generator/description/layer.js';
import type { Graph, Operation, Parameter } from '../../../generator/graph/operations.js';
import { initialMemory } from '../../../generator/run/network/memory.js';
import { type Checked, checkingMachine } from '../../../generator/run/network/rtl.js';
import { trainStep } from '../../../generator/run/network/train.js';
import { randomValues, unitLayer } from '../../golden/graph/graphs.js';
import { odd } from './configs.js';

const layer = (shape: Partial<Layer>): Layer => makeLayer({ ...unitLayer, ...shape });

/** Two convolutions, the first with batch normalisation, ReLU and a maximum over windows that overlap, and a residual sum. */
const small = (): Graph => {
  const map = { B: 3, H: 6, W: 5 };
  const near = { Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 };
  const half = { B: 3, H: 3, W: 3 };
  const operations: readonly Operation[] = [
    {
      kind: 'convolution',
      name: 'c1',
      x: 'in',
      layer: layer({ ...map, C: 2, N: 4, ...near }),
      transposed: false,
      weights: 'w1',
    },
    {
      ...{ kind: 'batchNormalization', name: 'n1', x: 'c1', epsilon: 1e-5, momentum: 0.1 },
      ...{ scale: 's', shift: 't', mean: 'm', variance: 'v' },
    },
    { kind: 'activation', name: 'a1', x: 'n1', slope: 0, least: -Infinity, most: Infinity },
    {
      kind: 'pooling',
      name: 'p1',
      x: 'a1',
      of: 'maximum',
      layer: layer({ ...map, C: 4, N: 4, G: 4, ...near, Sh: 2, Sw: 2 }),
    },
    {
      kind: 'convolution',
      name: 'c2',
      x: 'p1',
      layer: layer({ ...half, C: 4, N: 4, ...near }),
      transposed: false,
      weights: 'w2',
      bias: 'b2',
    },
    { kind: 'addition', name: 'sum', x: 'c2', y: 'p1' },
    { kind: 'globalAverage', name: 'mean', x: 'sum' },
  ];
  const parameter = (
    name: string,
    length: number,
    trainable = true,
    from = randomValues(length, length + name.length, 'fine'),
  ): Parameter => ({ name, values: from, trainable });
  const ones = (length: number) => new Float32Array(length).fill(1);
  return {
    name: 'small',
    inputs: [{ name: 'in', shape: [3, 6, 5, 2] }],
    operations,
    outputs: ['mean'],
    parameters: [
      ...[
        parameter('w1', 72),
        parameter('w2', 144),
        parameter('b2', 4),
        parameter('s', 4, true, ones(4)),
        parameter('t', 4),
      ],
      ...[parameter('m', 4, false, new Float32Array(4)), parameter('v', 4, false, ones(4))],
    ],
  };
};

/** Three convolutions of many channels, of which the second has batch normalisation before it. */
const wide = (): Graph => {
  const map = { B: 4, H: 8, W: 8, C: 15, Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 };
  const convolution = (name: string, x: string, N: number): Operation => {
    const made = layer({ ...map, N });
    return { kind: 'convolution', name, x, layer: made, transposed: false, weights: `w ${name}` };
  };
  const norm = { scale: 's', shift: 't', mean: 'm', variance: 'v', epsilon: 1e-5, momentum: 0.1 };
  const parameter = (name: string, values: Float32Array, trainable = true): Parameter => ({ name, values, trainable });
  const weights = (name: string, N: number) => parameter(`w ${name}`, randomValues(9 * 15 * N, N, 'fine'));
  return {
    name: 'wide',
    inputs: [{ name: 'in', shape: [4, 8, 8, 15] }],
    operations: [
      convolution('c1', 'in', 15),
      { kind: 'batchNormalization', name: 'n1', x: 'c1', ...norm },
      { kind: 'activation', name: 'a1', x: 'n1', slope: 0, least: -Infinity, most: Infinity },
      convolution('c2', 'a1', 15),
      convolution('c3', 'c2', 64),
      { kind: 'globalAverage', name: 'mean', x: 'c3' },
    ],
    outputs: ['mean'],
    parameters: [
      ...[weights('c1', 15), weights('c2', 15), weights('c3', 64)],
      ...[parameter('s', new Float32Array(15).fill(1)), parameter('t', new Float32Array(15))],
      ...[parameter('m', new Float32Array(15), false), parameter('v', new Float32Array(15).fill(1), false)],
    ],
  };
};

/** Two branches that are joined behind activations, twice. */
const joined = (): Graph => {
  const map = { B: 2, H: 8, W: 7 };
  const near = { Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 };
  const parameters: Parameter[] = [];
  const convolution = (name: string, x: string, shape: Partial<Layer>): Operation => {
    const made = layer({ ...map, ...shape });
    const values = randomValues(made.Kh * made.Kw * made.C * made.N, parameters.length, 'fine');
    parameters.push({ name: `w ${name}`, values: values.map((value) => value / 4), trainable: true });
    return { kind: 'convolution', name, x, layer: made, transposed: false, weights: `w ${name}` };
  };
  const relu = (x: string): Operation => ({
    ...{ kind: 'activation', name: `relu ${x}`, x, slope: 0, least: -Infinity, most: Infinity },
  });
  const operations: readonly Operation[] = [
    ...[convolution('first', 'in', { C: 2, N: 4 }), relu('first')],
    ...[convolution('left', 'relu first', { C: 4, N: 8 }), relu('left')],
    ...[convolution('right', 'relu first', { C: 4, N: 4, ...near }), relu('right')],
    { kind: 'concatenation', name: 'both', parts: ['relu left', 'relu right'] },
    ...[convolution('last', 'both', { C: 12, N: 4 }), relu('last')],
    { kind: 'concatenation', name: 'all', parts: ['both', 'relu last'] },
    { kind: 'globalAverage', name: 'mean', x: 'all' },
  ];
  return { name: 'joined', inputs: [{ name: 'in', shape: [2, 8, 7, 2] }], operations, outputs: ['mean'], parameters };
};

describe('steps of training on the RTL', () => {
  it('leave all memory as on the model where passes write channels of a joint tensor, and read them there', async () => {
    const graph = joined();
    const compiled = compileNetwork(odd, graph, { training: { rate: 0.1 } });
    const parts = compiled.tensors
      .filter(({ pitch }) => pitch !== undefined)
      .map(({ role, name }) => `${role} ${name}`);
    // what passes write there, and what they read
    const expected = ['tensor relu left', 'tensor relu right', 'gradient left', 'gradient right'];
    expect(parts).toEqual(expect.arrayContaining(expected));
    const memory = initialMemory(compiled, graph);
    const runs: Checked[] = [];
    const machine = checkingMachine(odd, (run) => runs.push(run));
    const inputs = new Map([['in', randomValues(224, 5, 'fine')]]);
    await trainStep(machine, compiled, graph, memory, { inputs, labels: Int32Array.from([0, 13]) });
    await machine.settled();
    expect(runs.length).toBe(2);
    for (const { differences, cycles, predicted } of runs) {
      expect(differences).toEqual([]);
      expect(Math.abs(predicted / cycles - 1)).toBeLessThan(0.005);
    }
  });

  it('leave all memory and counters as on the model, with batch normalisation and a maximum, in the cycles that it predicts, to a thousandth', async () => {
    const graph = small();
    const compiled = compileNetwork(odd, graph, { training: { rate: 0.1, momentum: 0.9 } });
    const memory = initialMemory(compiled, graph);
    const runs: Checked[] = [];
    const machine = checkingMachine(odd, (run) => runs.push(run));
    const losses: number[] = [];
    for (let step = 0; step < 2; step++) {
      const inputs = new Map([['in', randomValues(180, 5, 'fine')]]);
      losses.push(
        (await trainStep(machine, compiled, graph, memory, { inputs, labels: Int32Array.from([0, 3, 1]) })).loss,
      );
    }
    await machine.settled();
    expect(runs.length).toBe(4);
    for (const { differences, cycles, predicted } of runs) {
      expect(differences).toEqual([]);
      expect(Math.abs(predicted / cycles - 1)).toBeLessThan(0.001);
    }
    expect(losses[1]!).toBeLessThan(losses[0]!);
  });

  it('carry out sums of a batch normalisation, and updates, beside weight gradients', async () => {
    const graph = wide();
    const training = { rate: 0.1, momentum: 0.9, nesterov: true };
    const besidesOf = ({ training: made }: CompiledNetwork): readonly string[] =>
      made!.update[0]!.steps.flatMap(({ fused }) => fused).filter((one) => one.startsWith('beside'));
    // in little room steps would wait for memory most of the time
    expect(besidesOf(compileNetwork(odd, graph, { training }))).toEqual([]);
    const config: Config = { ...odd, buffers: { ...odd.buffers, stationaryBytes: 8192 } };
    const compiled = compileNetwork(config, graph, { training });
    expect(besidesOf(compiled)).toEqual(
      expect.arrayContaining(['beside it n1: sums', 'beside it update: velocity', 'beside it update: SGD']),
    );
    const { words, rateWords } = compiled.training!.update[0]!;
    const rates = rateWords.map((at) => new Float32Array(words.buffer, words.byteOffset)[at]);
    expect(rates).toEqual([-0.1, -0.1].map(Math.fround));
    const memory = initialMemory(compiled, graph);
    const runs: Checked[] = [];
    const machine = checkingMachine(config, (run) => runs.push(run));
    const labels = Int32Array.from([0, 3, 63, 5]);
    const inputs = new Map([['in', randomValues(4 * 8 * 8 * 15, 5, 'fine')]]);
    await trainStep(machine, compiled, graph, memory, { inputs, labels });
    await machine.settled();
    expect(runs.length).toBe(2);
    for (const { differences, cycles, predicted } of runs) {
      expect(differences).toEqual([]);
      expect(Math.abs(predicted / cycles - 1)).toBeLessThan(0.005);
    }
  });
});
