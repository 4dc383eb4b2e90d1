import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../../generator/cli/program.js';
import { randomWords } from '../../generator/compile/workload.js';
import { makeLayer } from '../../generator/description/layer.js';
import type { Graph } from '../../generator/graph/operations.js';
import { exportOnnx } from '../../generator/onnx/export.js';
import { encodeNpy } from '../../generator/run/npy.js';

/** What a command prints and ends with. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const command = async (...args: readonly string[]): Promise<Ran> => {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = { out: (text: string) => out.push(text), err: (text: string) => err.push(text), color: false };
  const code = await runCli(args, terminal);
  return { code, out: out.join(''), err: err.join('') };
};

/** The accelerator of these tests: small, so that programs are short. */
export const ON_ODD = ['--preset', 'odd', '--set', 'vector.lanes=2'] as const;

const SIDE = 6;

const values = (length: number, reach: number, seed: number): Float32Array => {
  const next = randomWords(seed);
  return Float32Array.from({ length }, () => (next() / 2 ** 31 - 1) * reach);
};

/** A convolution with a stride, ReLU and a linear layer: images of 6 × 6 × 1 to 2 classes. */
export const tinyGraph = (batch: number): Graph => {
  const plain = { G: 1, Dh: 1, Dw: 1, Pt: 0, Pb: 0, Pl: 0, Pr: 0 };
  const conv = makeLayer({
    ...plain,
    B: batch,
    C: 1,
    H: SIDE,
    W: SIDE,
    N: 4,
    Kh: 3,
    Kw: 3,
    Sh: 2,
    Sw: 2,
    Pt: 1,
    Pl: 1,
  });
  const flat = conv.Ho * conv.Wo * conv.N;
  const linear = makeLayer({ ...plain, B: batch, C: flat, H: 1, W: 1, N: 2, Kh: 1, Kw: 1, Sh: 1, Sw: 1 });
  return {
    name: 'tiny',
    inputs: [{ name: 'image', shape: [batch, SIDE, SIDE, 1] }],
    operations: [
      {
        kind: 'convolution',
        name: 'conv',
        x: 'image',
        layer: conv,
        transposed: false,
        weights: 'conv.weight',
        bias: 'conv.bias',
      },
      { kind: 'activation', name: 'relu', x: 'conv', slope: 0, least: -Infinity, most: Infinity },
      { kind: 'flattening', name: 'flat', x: 'relu' },
      {
        kind: 'convolution',
        name: 'fc',
        x: 'flat',
        layer: linear,
        transposed: false,
        weights: 'fc.weight',
        bias: 'fc.bias',
      },
    ],
    outputs: ['fc'],
    parameters: [
      { name: 'conv.weight', values: values(9 * 4, 0.5, 3), trainable: true },
      { name: 'conv.bias', values: new Float32Array(4), trainable: true },
      { name: 'fc.weight', values: values(flat * 2, 0.3, 4), trainable: true },
      { name: 'fc.bias', values: new Float32Array(2), trainable: true },
    ],
  };
};

/** Images that are bright on the left (class 0) or on the right (class 1), with some noise. */
export const brightSides = (images: number): { readonly x: Float32Array; readonly labels: Int32Array } => {
  const x = values(images * SIDE * SIDE, 0.2, 5);
  const labels = Int32Array.from({ length: images }, (_, i) => i % 2);
  for (let i = 0; i < images; i++)
    for (let y = 0; y < SIDE; y++)
      for (let w = 0; w < SIDE / 2; w++) x[(i * SIDE + y) * SIDE + w + (labels[i]! * SIDE) / 2]! += 1;
  return { x, labels };
};

/** A folder with the network as an ONNX file and data to train it with. */
export const tinyFiles = async (root: string): Promise<{ readonly model: string; readonly data: string }> => {
  const data = join(root, 'data');
  mkdirSync(data);
  const { x, labels } = brightSides(40);
  writeFileSync(join(data, 'x.npy'), encodeNpy({ shape: [40, SIDE, SIDE, 1], data: x }));
  writeFileSync(join(data, 'labels.npy'), encodeNpy({ shape: [40], data: labels }));
  const model = join(root, 'tiny.onnx');
  writeFileSync(model, await exportOnnx(tinyGraph(1)));
  return { model, data };
};
