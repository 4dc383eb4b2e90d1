import { describe, expect, it } from 'vitest';
import { UserError } from '../../../generator/base/errors.js';
import { compileNetwork } from '../../../generator/compile/network/index.js';
import { type Config, ENGINES } from '../../../generator/description/config.js';
import { type LayerShape, makeLayer } from '../../../generator/description/layer.js';
import type { Graph, Operation } from '../../../generator/graph/operations.js';
import { modelMachine } from '../../../generator/run/network/machine.js';
import { initialMemory } from '../../../generator/run/network/memory.js';
import { type Checked, checkingMachine } from '../../../generator/run/network/rtl.js';
import { runForward } from '../../../generator/run/network/train.js';
import { inputsOf, unitLayer } from '../../golden/graph/graphs.js';
import { odd, ref16 } from './configs.js';
import { judgeNetwork } from './judged.js';

/** A maximum over the windows of an input, and what comes behind it. */
const pooled = (shape: Partial<LayerShape>, behind: readonly Operation[] = []): Graph => {
  const layer = makeLayer({ ...unitLayer, ...shape, N: shape.C ?? 1, G: shape.C ?? 1 });
  const { B, H, W, C } = layer;
  return {
    ...{ name: 'pooled', parameters: [], inputs: [{ name: 'in', shape: [B, H, W, C] }] },
    operations: [{ kind: 'pooling', name: 'most', x: 'in', of: 'maximum', layer }, ...behind],
    outputs: [behind.at(-1)?.name ?? 'most'],
  };
};

const run = async (config: Config, graph: Graph, values: readonly number[]): Promise<readonly number[]> => {
  const compiled = compileNetwork(config, graph);
  const memory = initialMemory(compiled, graph);
  const inputs = new Map([['in', Float32Array.from(values)]]);
  const outputs = await runForward(modelMachine(config), compiled, memory, inputs);
  return [...outputs.get(graph.outputs[0]!)!];
};

const problemsOf = (
  config: Config,
  ...more: Parameters<typeof compileNetwork> extends [Config, ...infer R] ? R : never
) => {
  try {
    compileNetwork(config, ...more);
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  return [];
};

const [INF, NAN] = [Number.POSITIVE_INFINITY, Number.NaN];
const square = { B: 2, C: 5, H: 7, W: 6, Kh: 3, Kw: 3, Sh: 2, Sw: 2, Pt: 1, Pb: 1, Pl: 1, Pr: 1 };

describe('networks with a maximum over windows', () => {
  it('pass infinities and NaN, and make −∞ where a window has no pixel', async () => {
    expect(await run(odd, pooled({ W: 4, Kw: 2, Sw: 2 }), [-INF, -3, NAN, INF])).toEqual([-3, NAN]);
    expect(await run(odd, pooled({ W: 2, Kw: 2, Sw: 2, Pl: 2, Pr: 2 }), [-3, -4])).toEqual([-INF, -3, -INF]);
    expect(await run(odd, pooled({ W: 2, Kw: 1, Sw: 1, Pl: 1 }), [INF, -INF])).toEqual([-INF, INF, -INF]);
    expect(await run(odd, pooled({ W: 3 }), [-1, 0, 2])).toEqual([-1, 0, 2]);
  });

  it('have what comes behind in the same STOREs', async () => {
    const relu: Operation = { kind: 'activation', name: 'y', x: 'most', slope: 0, least: -INF, most: INF };
    const leaky: Operation = { ...relu, slope: 0.25 };
    const far = { W: 2, Kw: 2, Sw: 2, Pl: 2, Pr: 2 };
    expect(await run(odd, pooled(far, [relu]), [-3, -4])).toEqual([0, 0, 0]);
    expect(await run(odd, pooled({ W: 4, Kw: 2, Sw: 2 }, [leaky]), [-8, -4, 2, 1])).toEqual([-1, 2]);
    expect(compileNetwork(odd, pooled(square, [relu])).forward.steps).toHaveLength(1);
    await judgeNetwork(ref16, pooled({ ...square, C: 37 }, [relu]));
  });

  it('are summed with what comes beside them', async () => {
    const sum: Operation = { kind: 'addition', name: 'y', x: 'most', y: 'in' };
    await judgeNetwork(odd, pooled({ ...square, Sh: 1, Sw: 1 }, [sum]));
  });

  it('are on the RTL what they are on the model', async () => {
    const relu: Operation = { kind: 'activation', name: 'y', x: 'most', slope: 0.5, least: -INF, most: INF };
    const graph = pooled(square, [relu]);
    const compiled = compileNetwork(odd, graph);
    const found: Checked[] = [];
    const machine = checkingMachine(odd, (checked) => found.push(checked));
    await runForward(machine, compiled, initialMemory(compiled, graph), inputsOf(graph, 3, 'fine'));
    await machine.settled();
    expect(found.map(({ differences }) => differences)).toEqual([[]]);
  });

  it('are refused once, with the reason, by engines that count padding, in training too', () => {
    const graph = pooled(square);
    expect(problemsOf(odd, graph, { training: { rate: 0.1 } })).toEqual([]);
    for (const engine of ENGINES.filter((name) => name !== 'zerofree'))
      for (const options of [{ engine }, { engine, training: { rate: 0.1 } }])
        expect(problemsOf(odd, graph, options)).toMatchObject([
          { code: 'NETWORK_UNSUPPORTED', path: 'most', message: expect.stringContaining(engine) },
        ]);
    expect(problemsOf({ ...odd, engines: ['bp'] }, graph)).toHaveLength(1);
  });
});
