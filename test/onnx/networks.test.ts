import fc from 'fast-check';
import { describe, it } from 'vitest';
import { forward } from '../../generator/golden/graph/forward.js';
import { shapesOf } from '../../generator/graph/shapes.js';
import { exportOnnx } from '../../generator/onnx/export.js';
import { readOnnx } from '../../generator/onnx/read.js';
import { writeOnnx } from '../../generator/onnx/write.js';
import { expectClose, expectSame, infer } from './judge.js';
import { file, values } from './model.js';
import { type NetworkChoice, networkChoice, networkOf } from './randomNetwork.js';

const check = (run: (choice: NetworkChoice) => Promise<void>, numRuns: number): Promise<void> =>
  fc.assert(fc.asyncProperty(networkChoice, run), { numRuns, seed: 11 });

const fileOf = (choice: NetworkChoice): Promise<Uint8Array> => {
  const { shape, nodes, initializers, output } = networkOf(choice);
  return file({
    opset: 13,
    inputs: { x: shape },
    nodes,
    initializers,
    outputs: [output],
    listed: choice.seed % 2 === 0,
  });
};

describe('a random network', () => {
  it('makes as a graph what onnxruntime makes of its file', () =>
    check(async (choice) => void (await expectSame(await fileOf(choice))), 150));

  it('makes with trained parameters, written back to its file, what its graph makes of them', () =>
    check(async (choice) => {
      const bytes = await fileOf(choice);
      const { graph, placements } = await readOnnx(bytes);
      const own = new Set(placements.map(({ parameter }) => parameter));
      const shared = new Set(
        placements.filter(({ constant }) => constant.values.length === 1).map(({ parameter }) => parameter),
      );
      const trained = {
        ...graph,
        parameters: graph.parameters.map((parameter, i) =>
          own.has(parameter.name) && !shared.has(parameter.name)
            ? { ...parameter, values: parameter.values.map((value, j) => value * (1 + values(1, i + j + 5)[0] / 4)) }
            : parameter,
        ),
      };
      const { graph: again } = await expectSame(await writeOnnx(bytes, trained));
      for (const [i, { name, values: got }] of again.parameters.entries())
        if (own.has(name)) expectClose(got, trained.parameters[i].values, name);
    }, 60));

  it('makes the same from a new file of its graph', () =>
    check(async (choice) => {
      const { graph } = await readOnnx(await fileOf(choice));
      const bytes = await exportOnnx(graph);
      await expectSame(bytes);
      const [input] = graph.inputs;
      const [B, H, W, C] = input.shape;
      const given = values(B * H * W * C, 3);
      const nchw = Float32Array.from(given, (_, i) => {
        const [w, h, c] = [i % W, Math.floor(i / W) % H, Math.floor(i / (W * H)) % C];
        return given[((Math.floor(i / (W * H * C)) * H + h) * W + w) * C + c];
      });
      const shape = H * W === 1 ? [B, C] : [B, C, H, W];
      const results = await infer(bytes, { [input.name]: { shape, values: nchw } });
      const want = forward(graph, new Map([[input.name, given]]));
      for (const name of graph.outputs) {
        const [, oH, oW, oC] = shapesOf(graph).get(name)!;
        const raw = results[name].values;
        const nhwc = Float32Array.from(raw, (_, i) => {
          const [c, w, h] = [i % oC, Math.floor(i / oC) % oW, Math.floor(i / (oC * oW)) % oH];
          return raw[((Math.floor(i / (oC * oW * oH)) * oC + c) * oH + h) * oW + w];
        });
        expectClose(nhwc, Float32Array.from(want.get(name)!), name);
      }
    }, 60));
});
