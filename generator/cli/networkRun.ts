import { UserError } from '../base/errors.js';
import { checkOutput, writeOutput } from '../base/outputFile.js';
import { requireTools, VERILATOR_TOOLS } from '../base/tools.js';
import { randomWords } from '../compile/workload.js';
import type { Engine } from '../description/config.js';
import type { Layout } from '../description/tensors.js';
import { transpose } from '../golden/transpose.js';
import type { Shape } from '../graph/operations.js';
import { elementsOf, shapesOf } from '../graph/shapes.js';
import type { ImageSize } from '../networks/network.js';
import type { Afterwards } from '../onnx/layout.js';
import { type OnnxOutput, type OnnxPort, toGraph, toOnnx } from '../onnx/read.js';
import { encodeNpy, type NpyArray, readNpy, tuple } from '../run/npy.js';
import type { Cells } from '../run/simulators/job.js';
import { type Context, EXIT } from './context.js';
import { loadNetwork, networkConfig } from './networkSource.js';

/** What `bp-im2col run` takes with a network. */
export interface NetworkRunOptions {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly engine?: Engine;
  readonly input?: string;
  readonly out?: string;
  readonly on: 'model' | 'rtl';
  /** What the cells of the RTL are. */
  readonly cells: Cells;
  readonly layout: Layout;
  readonly batch?: number;
  readonly size?: ImageSize;
  readonly seed: number;
  readonly json: boolean;
}

/** Networks with more multiply-accumulates are not judged by float64 loops. */
const MOST_JUDGED = 2e9;
const SHOWN = 5;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

const isVector = ([, H, W]: Shape): boolean => H === 1 && W === 1;

/** A tensor as a file has it: an ONNX file's as that says, a graph's as maps in the order of the layout, or as vectors [B, C]. */
const toFile = (shape: Shape, values: Float32Array, layout: Layout, port: OnnxPort | undefined): NpyArray => {
  const [B, H, W, C] = shape;
  if (port && layout === 'nchw') return { shape: port.shape, data: toOnnx(port, values) };
  if (isVector(shape)) return { shape: [B, C], data: values };
  if (layout === 'nhwc') return { shape: [B, H, W, C], data: values };
  return { shape: [B, C, H, W], data: transpose(values, shape, [0, 3, 1, 2]) };
};

/** Values of a file for a tensor of a graph. */
const fromFile = (
  path: string,
  file: NpyArray,
  shape: Shape,
  layout: Layout,
  port: OnnxPort | undefined,
): Float32Array => {
  const [B, H, W, C] = shape;
  const isNhwc = layout === 'nhwc';
  const wanted = isNhwc ? [B, H, W, C] : (port?.shape ?? [B, C, H, W]);
  const same = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((size, axis) => size === b[axis]);
  if (!same(file.shape, wanted) && !(isVector(shape) && same(file.shape, [B, C])))
    refuse(
      'SHAPE',
      path,
      `its shape is ${tuple(file.shape)}`,
      `save an array of shape ${tuple(wanted)} (--layout ${layout})`,
    );
  const bad = file.data.findIndex((value: number) => !Number.isFinite(Math.fround(value)));
  if (bad >= 0) refuse('VALUE', path, `value ${bad} is ${file.data[bad]}`, 'give finite numbers');
  const values = Float32Array.from(file.data);
  if (isNhwc) return values;
  if (port) return toGraph(port, values);
  return file.shape.length === 2 ? values : transpose(values, file.shape, [0, 2, 3, 1]);
};

/** Seeded values from −1 to 1. */
const randomInput = (shape: Shape, seed: number): Float32Array => {
  const next = randomWords(seed);
  return Float32Array.from({ length: elementsOf(shape) }, () => next() / 2 ** 31 - 1);
};

/** What the file does at its very end, for each image of so many values. */
const finished = (values: Float32Array, classes: number, afterwards: Afterwards): Float32Array => {
  if (afterwards === 'sigmoid') return values.map((value) => 1 / (1 + Math.exp(-value)));
  const result = new Float32Array(values.length);
  for (let first = 0; first < values.length; first += classes) {
    const row = values.subarray(first, first + classes);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    row.forEach((value, k) => {
      result[first + k] = afterwards === 'softmax' ? Math.exp(value - most) / sum : value - most - Math.log(sum);
    });
  }
  return result;
};

/** `bp-im2col run` of a network: inference of a batch. */
export const networkRun = async (word: string, options: NetworkRunOptions, context: Context): Promise<void> => {
  const { on, cells, layout, seed, out } = options;
  const config = networkConfig(options.preset, options.set);
  if (out !== undefined) checkOutput('--out', out, ['.npy']);
  const file = options.input === undefined ? undefined : readNpy(options.input);
  const batch = options.batch ?? file?.shape[0];
  if (batch !== undefined && batch < 1) refuse('SHAPE', options.input ?? '', 'it holds no image', 'give one or more');
  if (on === 'model' && cells === 'c') refuse('CELLS', '--cells c', 'the model has no cells', 'add --on rtl');
  if (on === 'rtl') requireTools(VERILATOR_TOOLS);
  const source = await loadNetwork(word, { batch, size: options.size, seed });
  const { graph, onnx } = source;
  const [input, ...more] = graph.inputs;
  if (!input || more.length > 0)
    return refuse('INPUTS', word, `${graph.name} has ${graph.inputs.length} inputs`, 'run a network with one');
  const port = onnx?.network.inputs.find(({ tensor }) => tensor === input.name);
  const values = file ? fromFile(options.input!, file, input.shape, layout, port) : randomInput(input.shape, seed);
  const [{ infer }, { Progress }, { estimateProgram }] = await Promise.all([
    import('../api/infer.js'),
    import('../base/progress.js'),
    import('../compile/network/estimate.js'),
  ]);
  const macs = graph.operations.reduce((sum, operation) => {
    if (operation.kind !== 'convolution') return sum;
    const { B, Ho, Wo, N, Kh, Kw, C, G } = operation.layer;
    return sum + B * Ho * Wo * N * Kh * Kw * (C / G);
  }, 0);
  const progress = new Progress(() => `running ${graph.name} on the ${on === 'rtl' ? 'RTL' : 'model'}`);
  const { compiled, outputs, error, rtl } = await infer({
    ...{ config, graph, inputs: new Map([[input.name, values]]), on, cells, seed, judge: macs <= MOST_JUDGED },
    ...(options.engine === undefined ? {} : { engine: options.engine }),
  }).finally(() => progress.end());
  const shapes = shapesOf(graph);
  // an ONNX file may give one tensor of the graph by several names
  const ends: readonly { readonly tensor: string; readonly port?: OnnxOutput }[] =
    onnx?.network.outputs.map((each) => ({ tensor: each.tensor, port: each })) ??
    graph.outputs.map((tensor) => ({ tensor }));
  const results = ends.map(({ tensor, port: end }) => {
    const shape = shapes.get(tensor)!;
    const made = outputs.get(tensor)!;
    const afterwards = end?.afterwards;
    const all = afterwards ? finished(made, made.length / shape[0], afterwards) : made;
    return { name: end?.name ?? tensor, afterwards, ...toFile(shape, all, layout, end) };
  });
  const [first] = results;
  if (out !== undefined && first) writeOutput('--out', out, encodeNpy(first));
  const { cycles, bytesRead, bytesWritten } = estimateProgram(config, compiled.forward);
  const wrong = (rtl?.differences.length ?? 0) > 0;
  const beyond = error !== undefined && !(error.value <= error.bound);
  if (options.json) {
    const report = {
      ...{ network: graph.name, accelerator: config, on, batch: compiled.batch, macs },
      predicted: { cycles, bytesRead, bytesWritten },
      ...(rtl ? { rtl: { cells, cycles: rtl.cycles, differences: rtl.differences } } : {}),
      ...(error ? { relativeError: error.value, bound: error.bound } : {}),
      memory: compiled.bytes,
      outputs: results.map(({ name, afterwards, shape, data }) => ({ name, afterwards, shape, values: [...data] })),
      passed: !wrong && !beyond,
      ...(out === undefined ? {} : { out }),
    };
    context.out(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    const number = (value: number): string => value.toLocaleString('en-US');
    context.out(`${graph.name} on ${config.name}, batch ${compiled.batch}: ${number(macs)} multiply-accumulates\n`);
    context.out(
      `  predicted: ${number(cycles)} cycles, ${number(bytesRead)} bytes read, ${number(bytesWritten)} written\n`,
    );
    if (rtl)
      context.out(
        `  RTL${cells === 'c' ? ', its cells in C' : ''}: ${number(rtl.cycles)} cycles; ${wrong ? `${rtl.differences.length} tensors differ from the model` : 'all memory as the model leaves it'}\n`,
      );
    if (error)
      context.out(
        `  relative to float64: error ${error.value.toExponential(2)}, bound ${error.bound.toExponential(2)}${beyond ? ': beyond it' : ''}\n`,
      );
    for (const { name, afterwards, shape, data } of results) {
      const shown = [...data.subarray(0, SHOWN)].map((value) => Number(value.toPrecision(5))).join(' ');
      context.out(
        `  ${name}${afterwards ? `, ${afterwards} by the host` : ''} ${tuple(shape)}: ${shown}${data.length > SHOWN ? ' …' : ''}\n`,
      );
    }
    if (out !== undefined) context.out(`wrote ${out}\n`);
  }
  for (const difference of (rtl?.differences ?? []).slice(0, 8)) context.err(`differs: ${difference}\n`);
  if (wrong || beyond) context.exitWith(EXIT.failed);
};
