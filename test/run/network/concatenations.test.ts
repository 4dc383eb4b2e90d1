import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorOf } from '../../../generator/compile/network/compiled.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import type { Config } from '../../../generator/description/config.js';
import { makeLayer } from '../../../generator/description/layer.js';
import type { Graph, Operation, Parameter } from '../../../generator/graph/operations.js';
import { modelMachine } from '../../../generator/run/network/machine.js';
import { initialMemory, readParameters, writeMasks, writeTensor } from '../../../generator/run/network/memory.js';
import { runForward } from '../../../generator/run/network/train.js';
import { gradientsOf, inputsOf, randomValues, unitLayer } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

interface FeatureMap {
  readonly name: string;
  readonly channels: number;
}

const KINDS = [
  ...['pointwise', 'near', 'pointwise', 'near', 'relu', 'relu', 'leak', 'sum', 'average', 'maximum', 'norm', 'dropout'],
  ...['join', 'join', 'join', 'join', 'part', 'part'],
] as const;

/** A graph of maps of one size, of which many are joined, or parts of others. @param unit what numbers of channels are multiples of. */
const build = (words: readonly number[], unit: number): Graph => {
  let at = 0;
  const below = (limit: number): number => (words[at++ % words.length]! + at) % limit;
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const [B, H, W] = [1 + below(3), 1 + below(5), 1 + below(5)];
  const inputs = ['in', 'other'].map((name) => ({ name, channels: unit * (1 + below(2)) }));
  const maps: FeatureMap[] = [...inputs];
  const operations: Operation[] = [];
  const parameters: Parameter[] = [];
  const parameter = (name: string, length: number, trainable = true, of = (value: number) => value): string => {
    parameters.push({ name, values: randomValues(length, words[0]! + parameters.length, 'fine').map(of), trainable });
    return name;
  };
  const near = { Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 };
  const operationOf = (name: string, x: FeatureMap): readonly [Operation, number] => {
    const { channels: C } = x;
    const over = { ...unitLayer, B, H, W, C };
    const kind = pick(KINDS);
    switch (kind) {
      case 'pointwise':
      case 'near': {
        const N = unit * (1 + below(3));
        const layer = makeLayer({ ...over, N, ...(kind === 'near' ? near : {}) });
        const weights = parameter(`${name}.w`, layer.Kh * layer.Kw * C * N);
        const bias = below(2) ? parameter(`${name}.b`, N) : undefined;
        return [{ kind: 'convolution', name, x: x.name, layer, transposed: false, weights, bias }, N];
      }
      case 'relu':
      case 'leak':
        return [
          { kind: 'activation', name, x: x.name, slope: kind === 'leak' ? 0.25 : 0, least: -Infinity, most: Infinity },
          C,
        ];
      case 'sum':
        return [{ kind: 'addition', name, x: x.name, y: pick(maps.filter(({ channels }) => channels === C)).name }, C];
      case 'average':
      case 'maximum':
        return [{ kind: 'pooling', name, x: x.name, of: kind, layer: makeLayer({ ...over, N: C, G: C, ...near }) }, C];
      case 'norm':
        if (B * H * W === 1) return operationOf(name, x);
        return [
          {
            ...{ kind: 'batchNormalization', name, x: x.name, epsilon: 0.01, momentum: 0.1 },
            scale: parameter(`${name}.scale`, C, true, (value) => value + 0.1),
            shift: parameter(`${name}.shift`, C),
            mean: parameter(`${name}.mean`, C, false),
            variance: parameter(`${name}.variance`, C, false, (value) => value * value + 0.5),
          },
          C,
        ];
      case 'dropout':
        return [{ kind: 'dropout', name, x: x.name, rate: 0.25 }, C];
      case 'join': {
        const parts = [x, pick(maps), pick(maps)].slice(below(2));
        const channels = parts.reduce((sum, part) => sum + part.channels, 0);
        if (channels > 12 * unit) return operationOf(name, x);
        return [{ kind: 'concatenation', name, parts: parts.map((part) => part.name) }, channels];
      }
      case 'part': {
        const first = unit * below(C / unit);
        const channels = unit * (1 + below((C - first) / unit));
        return [{ kind: 'slice', name, x: x.name, first, channels }, channels];
      }
    }
  };
  for (let i = 0, count = 3 + below(7); i < count; i++) {
    const [operation, channels] = operationOf(`op${i}`, below(3) ? maps.at(-1)! : pick(maps));
    operations.push(operation);
    maps.push({ name: operation.name, channels });
  }
  const read = new Set(
    operations.flatMap((each) => ('parts' in each ? each.parts : 'y' in each ? [each.x, each.y] : [each.x])),
  );
  return {
    ...{ name: 'joined', inputs: inputs.map(({ name, channels }) => ({ name, shape: [B, H, W, channels] })) },
    ...{ operations, parameters },
    outputs: operations.map(({ name }) => name).filter((name) => !read.has(name)),
  };
};

const anyJoined = (units: readonly number[]): fc.Arbitrary<Graph> =>
  fc
    .tuple(fc.array(fc.nat(2 ** 20), { minLength: 40, maxLength: 80 }), fc.constantFrom(...units))
    .map(([words, unit]) => build(words, unit));

const training = { rate: 0.1, momentum: 0.9 };

/** What a step leaves: outputs, gradients of parameters and parameters, memory used again or not. */
const stepOf = async (config: Config, graph: Graph, keep: boolean) => {
  const compiled = compileNetwork(config, graph, { training, keep });
  const machine = modelMachine(config);
  const memory = initialMemory(compiled, graph);
  writeMasks(compiled, memory, graph, 1);
  const outputs = await runForward(machine, compiled, memory, inputsOf(graph, 1, 'fine'), false);
  for (const [name, values] of gradientsOf(graph, 1, 'fine'))
    writeTensor(memory, tensorOf(compiled, 'outputGradient', name), values);
  await machine.run(compiled, compiled.training!.update[0]!, memory);
  return { outputs, parameters: readParameters(compiled, memory) };
};

describe('what is joined, or is a part', () => {
  it.each([
    ['odd', odd, [1, 2, 5], 30],
    ['ref16', ref16, [3, 8, 16], 40],
  ] as const)('is right in every tensor and gradient on %s', async (_name, config, units, numRuns) => {
    let parts = 0;
    await fc.assert(
      fc.asyncProperty(anyJoined(units), fc.nat(1000), async (graph, seed) => {
        parts += compileNetwork(config, graph, { training, keep: true }).tensors.filter(({ pitch }) => pitch).length;
        await judgeNetwork(config, graph, { seed, training });
        await judgeNetwork(config, graph, { seed });
      }),
      { seed: 33, numRuns, endOnFailure: true },
    );
    // tensors that are channels of others
    expect(parts).toBeGreaterThan(numRuns / 2);
  });

  it('is the same where memory is used again', async () => {
    await fc.assert(
      fc.asyncProperty(anyJoined([1, 2, 5]), async (graph) => {
        const [kept, again] = [await stepOf(odd, graph, true), await stepOf(odd, graph, false)];
        expect(again).toEqual(kept);
      }),
      { seed: 34, numRuns: 15, endOnFailure: true },
    );
  });
});
