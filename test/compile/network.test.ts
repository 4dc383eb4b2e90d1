import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { compileNetwork } from '../../generator/compile/network/index.js';
import { makeLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import type { Graph, Operation } from '../../generator/graph/operations.js';
import { networkGraph } from '../../generator/networks/index.js';
import { unitLayer } from '../golden/graph/graphs.js';
import { odd, ref16 } from '../run/network/configs.js';

const problemsOf = (run: () => unknown): readonly (readonly [code: string, path: string])[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(({ code, path }) => [code, path] as const);
    throw error;
  }
  return [];
};

const graphOf = (operations: readonly Operation[], parameters: Graph['parameters'] = []): Graph => ({
  name: 'net',
  inputs: [{ name: 'in', shape: [1, 4, 4, 2] }],
  operations,
  outputs: [operations.at(-1)!.name],
  parameters,
});

const pool = (name: string, x: string, of: 'maximum' | 'average', K = 3): Operation => {
  const layer = makeLayer({ ...unitLayer, C: 2, N: 2, G: 2, H: 4, W: 4, Kh: K, Kw: K, Pt: 1, Pb: 1, Pl: 1, Pr: 1 });
  return { kind: 'pooling', name, x, of, layer };
};

const four = (name: string) => ({ name, values: new Float32Array(2).fill(1), trainable: true });
const norm: Operation = {
  ...{ kind: 'batchNormalization', name: 'norm', x: 'pixel', epsilon: 1e-5, momentum: 0.1 },
  ...{ scale: 'a', shift: 'b', mean: 'c', variance: 'd' },
};

describe('what cannot be compiled', () => {
  it('is told of at once: every operation, and the vector unit that is missing', () => {
    const parameters = ['a', 'b', 'c', 'd'].map(four);
    const whole = { kind: 'globalAverage', name: 'pixel', x: 'pool2' } as const;
    const operations = [pool('pool1', 'in', 'maximum'), pool('pool2', 'pool1', 'maximum'), whole, norm];
    const graph = graphOf(operations, parameters);
    const options = { training: { rate: 0.1 }, engine: 'bp' } as const;
    expect(problemsOf(() => compileNetwork(resolveConfig('ref16'), graph, options))).toEqual([
      ['NETWORK_VECTOR', 'vector.lanes'],
      ['NETWORK_UNSUPPORTED', 'pool1'],
      ['NETWORK_UNSUPPORTED', 'pool2'],
      // one value a channel
      ['NETWORK_UNSUPPORTED', 'norm'],
    ]);
    // evaluation takes them all, and so does the other engine
    expect(problemsOf(() => compileNetwork(odd, graph))).toEqual([]);
    expect(problemsOf(() => compileNetwork(odd, graphOf(operations.slice(0, 3)), { training: { rate: 0.1 } }))).toEqual(
      [],
    );
  });

  it('names the operation whose layer does not fit', () => {
    const small = resolveConfig({ preset: 'odd', vector: { lanes: 2 }, limits: { kernel: 3 } });
    expect(problemsOf(() => compileNetwork(small, graphOf([pool('pool1', 'in', 'average', 4)])))).toEqual([
      ['PLAN_LIMIT', 'pool1.limits.kernel'],
    ]);
  });

  it('names an output that there is not', () => {
    const graph = networkGraph('digits', { seed: 1 });
    const training = { rate: 0.1, outputs: ['fc', 'fd'] };
    expect(problemsOf(() => compileNetwork(odd, graph, { training }))).toEqual([['NETWORK_OUTPUT', 'digits']]);
  });
});

describe('a compiled network', () => {
  const graph = networkGraph('lenet5', { batch: 2, seed: 1 });
  const steps = (frozen: readonly string[]) =>
    compileNetwork(ref16, graph, { training: { rate: 0.1, frozen: new Set(frozen) } }).training!.update[0]!.steps;
  const passes = (frozen: readonly string[]) =>
    steps(frozen).map(({ operation, pass }) => `${operation} ${pass ?? ''}`);

  it('has no gradient of its input, and nothing beneath what is frozen', () => {
    expect(passes([])).toContain('conv2 dgrad');
    expect(passes([])).not.toContain('conv1 dgrad');
    expect(passes([])).toContain('conv1 wgrad');
    const first = ['conv1', 'conv2', 'fc1'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);
    const left = passes(first);
    expect(left).toContain('fc2 wgrad');
    for (const name of ['conv1', 'conv2', 'fc1', 'pool1', 'pool2', 'fc2 dgrad'])
      expect(left.filter((step) => step.startsWith(name))).toEqual([]);
    // only one of two parameters of a layer is frozen
    expect(passes(['fc3.weight']).filter((step) => step === 'fc3 wgrad')).toHaveLength(1);
  });

  it('needs hardly more memory than what must be kept: large weights are updated before the next gradient comes', () => {
    const graph = networkGraph('autoencoder', { batch: 8 });
    const peakOf = (more: { readonly lossScale?: number }): number => {
      const training = { rate: 0.1, momentum: 0.9, ...more };
      const { bytes, compulsory } = compileNetwork(ref16, graph, { training });
      return (bytes[1] + bytes[2] + bytes[3]) / compulsory;
    };
    expect(peakOf({})).toBeLessThan(1.15);
    // with a loss scale all gradients must be there before the first update
    expect(peakOf({ lossScale: 8 })).toBeGreaterThan(1.3);
  });

  it('takes memory again that is dead, and nearly none that need not live at once', () => {
    const training = { rate: 0.1, momentum: 0.9 };
    const [reused, kept] = [false, true].map((keep) => compileNetwork(ref16, graph, { training, keep }));
    expect(reused!.bytes[2]).toBeLessThan(kept!.bytes[2]);
    expect(reused!.bytes[2]).toBeLessThan(1.1 * reused!.mostLive);
    expect(reused!.bytes[1]).toBe(kept!.bytes[1]);
  });
});
