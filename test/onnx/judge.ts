import * as ort from 'onnxruntime-web';
import { expect } from 'vitest';
import { forward } from '../../generator/golden/graph/forward.js';
import { type OnnxNetwork, type ReadOnnxOptions, readOnnx, toGraph, toOnnx } from '../../generator/onnx/read.js';
import { values } from './model.js';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** What onnxruntime makes of a file. */
export const infer = async (
  bytes: Uint8Array,
  inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>,
): Promise<Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>> => {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, graphOptimizationLevel: 'disabled' });
  try {
    const feeds = Object.entries(inputs).map(([name, each]) => [
      name,
      new ort.Tensor('float32', each.values, each.shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [name, { shape: dims, values: data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
};

/** What the host does after the graph. */
const afterwards = (output: OnnxNetwork['outputs'][number], raw: Float32Array): Float32Array => {
  const size = output.order.length;
  return raw.map((value, i) => {
    if (!output.afterwards) return value;
    if (output.afterwards === 'sigmoid') return 1 / (1 + Math.exp(-value));
    const image = raw.subarray(i - (i % size), i - (i % size) + size);
    const most = Math.max(...image);
    const logarithm = value - most - Math.log(image.reduce((sum, each) => sum + Math.exp(each - most), 0));
    return output.afterwards === 'softmax' ? Math.exp(logarithm) : logarithm;
  });
};

/** The outputs of an imported network, in ONNX's order. */
export const outputsOf = (
  { graph, inputs, outputs }: OnnxNetwork,
  given: Readonly<Record<string, Float32Array>>,
): Readonly<Record<string, Float32Array>> => {
  const tensors = forward(graph, new Map(inputs.map((port) => [port.tensor, toGraph(port, given[port.name])])));
  return Object.fromEntries(
    outputs.map((output) => [output.name, afterwards(output, toOnnx(output, tensors.get(output.tensor)!))]),
  );
};

export const expectClose = (got: Float32Array, want: Float32Array, what: string): void => {
  expect(got.length, what).toBe(want.length);
  const scale = want.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i])), 0);
  expect(worst, `${what}: largest difference`).toBeLessThan(2e-4 * scale);
};

/** Reads a file, and compares what the graph makes of random images with what onnxruntime makes. */
export const expectSame = async (
  bytes: Uint8Array,
  options: ReadOnnxOptions & { readonly seed?: number } = {},
): Promise<OnnxNetwork> => {
  const network = await readOnnx(bytes, options);
  const given = Object.fromEntries(
    network.inputs.map(({ name, shape }, i) => [
      name,
      {
        shape,
        values: values(
          shape.reduce((a, b) => a * b, 1),
          (options.seed ?? 1) + i,
        ),
      },
    ]),
  );
  const want = await infer(bytes, given);
  const got = outputsOf(network, Object.fromEntries(Object.entries(given).map(([name, each]) => [name, each.values])));
  for (const { name, shape } of network.outputs) {
    expect(shape, `shape of ${name}`).toEqual(want[name].shape);
    expectClose(got[name], want[name].values, name);
  }
  return network;
};
