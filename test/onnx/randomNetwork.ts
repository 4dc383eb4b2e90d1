import fc from 'fast-check';
import type { NodeMessage, TensorMessage } from '../../generator/onnx/schema.js';
import { floats, ints, node, values } from './model.js';

const STEPS = [
  'conv',
  'conv',
  'depthwise',
  'convTranspose',
  'batchNormalization',
  'relu',
  'clip',
  'maxPool',
  'averagePool',
  'pad',
  'residual',
  'branches',
  'split',
  'shuffle',
  'scale',
  'identity',
  'dropout',
] as const;

type Step = (typeof STEPS)[number];

interface Choice {
  readonly step: Step;
  readonly a: number;
  readonly b: number;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  step: fc.constantFrom(...STEPS),
  a: fc.nat(5),
  b: fc.nat(5),
});

/** What is drawn of a network: a batch, its steps, and how it ends. */
export const networkChoice = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  steps: fc.array(choice, { minLength: 1, maxLength: 7 }),
  end: fc.constantFrom('map', 'flatten', 'gemm', 'two layers', 'global', 'matmul', 'softmax'),
  seed: fc.nat(1000),
});

export type NetworkChoice = typeof networkChoice extends fc.Arbitrary<infer T> ? T : never;

export interface RandomNetwork {
  readonly shape: readonly number[];
  readonly nodes: readonly NodeMessage[];
  readonly initializers: readonly TensorMessage[];
  readonly output: string;
}

/** The nodes and weights of what was drawn; operator set 13. */
export const networkOf = ({ batch, steps, end, seed }: NetworkChoice): RandomNetwork => {
  const nodes: NodeMessage[] = [];
  const initializers: TensorMessage[] = [];
  let x = 'x';
  let shape = [batch, 4, 6, 5];
  const start = shape;
  let count = 0;
  const fresh = (): string => `t${count++}`;
  const weights = (dims: readonly number[], shift = 0): string => {
    const name = `w${count++}`;
    const size = dims.reduce((a, b) => a * b, 1);
    const fan = Math.sqrt(size / dims[0]);
    initializers.push(
      floats(
        name,
        dims,
        values(size, seed + count).map((value) => (shift ? value / 2 + shift : value / fan)),
      ),
    );
    return name;
  };
  const list = (numbers: readonly number[]): string => {
    const name = `i${count++}`;
    initializers.push(ints(name, numbers));
    return name;
  };
  const op = (type: string, inputs: readonly string[], attributes: Parameters<typeof node>[3] = {}): string => {
    const name = fresh();
    nodes.push(node(type, inputs, name, attributes));
    return name;
  };
  const conv = (outputs: number, taps: number, stride: number, group = 1, isBiased = true): void => {
    const pad = (taps - 1) / 2;
    const [, C, H, W] = shape;
    const given = [x, weights([outputs, C / group, taps, taps]), ...(isBiased ? [weights([outputs])] : [])];
    x = op('Conv', given, { strides: [stride, stride], pads: [pad, pad, pad, pad], group });
    const out = (size: number): number => Math.floor((size - 1) / stride) + 1;
    shape = [batch, outputs, out(H), out(W)];
  };
  for (const { step, a, b } of steps) {
    const [, C, H, W] = shape;
    switch (step) {
      case 'conv':
        conv(2 * (1 + (a % 3)), b % 2 ? 3 : 1, 1 + (b % 3 === 2 ? 1 : 0), a % 2 ? 1 : 2, b % 2 === 0);
        break;
      case 'depthwise':
        conv(C * (1 + (a % 2)), 3, 1, C);
        if (shape[1] > 12) conv(4, 1, 1);
        break;
      case 'convTranspose': {
        if (H * W > 80) break;
        x = op('ConvTranspose', [x, weights([C, 4, 3, 3]), weights([4])], {
          strides: [1 + (a % 2), 2],
          pads: [1, 0, 1, 1],
        });
        shape = [batch, 4, (H - 1) * (1 + (a % 2)) + 1, (W - 1) * 2 + 2];
        break;
      }
      case 'batchNormalization':
        x = op('BatchNormalization', [x, weights([C]), weights([C]), weights([C]), weights([C], 1)]);
        break;
      case 'relu':
        x = op('Relu', [x]);
        break;
      case 'clip':
        x = op('LeakyRelu', [x], { alpha: { real: 0.1 } });
        break;
      case 'maxPool':
      case 'averagePool': {
        if (W < 2) break;
        const isUp = a % 2;
        x = op(step === 'maxPool' ? 'MaxPool' : 'AveragePool', [x], {
          ...{ kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 1], ceil_mode: isUp },
          ...(step === 'averagePool' ? { count_include_pad: b % 2 } : {}),
        });
        const out = (size: number, before: number, after: number): number => {
          const steps = (size + before + after - 3) / 2;
          return (isUp ? Math.ceil(steps) : Math.floor(steps)) + 1;
        };
        shape = [batch, C, out(H, 1, 1), out(W, 0, 1)];
        break;
      }
      case 'pad':
        if (H * W > 80) break;
        x = op('Pad', [x, list([0, 0, a % 2, 1, 0, 0, 1, b % 2])]);
        shape = [batch, C, H + (a % 2) + 1, W + 1 + (b % 2)];
        break;
      case 'residual': {
        const before = x;
        conv(C, 3, 1);
        x = op(a % 2 ? 'Add' : 'Sum', b % 2 ? [x, before] : [before, x]);
        break;
      }
      case 'branches': {
        const before = x;
        conv(2, 3, 1);
        const other = x;
        [x, shape] = [before, [batch, C, H, W]];
        conv(4, 1, 1, 1, a % 2 === 0);
        x = op('Concat', a % 3 ? [x, other] : [other, x, other], { axis: b % 2 ? 1 : -3 });
        shape = [batch, a % 3 ? 6 : 8, H, W];
        break;
      }
      case 'split': {
        const sizes = [1 + (a % (C - 1)), C - 1 - (a % (C - 1))];
        const [first, second] = [fresh(), fresh()];
        nodes.push(node('Split', [x, list(sizes)], [first, second], { axis: 1 }));
        x = op('Concat', b % 2 ? [second, first] : [second, op('Relu', [first])], { axis: 1 });
        break;
      }
      case 'shuffle': {
        const split = op('Reshape', [x, list([0, 2, C / 2, H, W])]);
        const turned = op('Transpose', [split], { perm: [0, 2, 1, 3, 4] });
        x = op('Reshape', [turned, list([batch, -1, H, W])]);
        break;
      }
      case 'scale':
        x = op(['Mul', 'Add', 'Sub', 'Div'][a % 4], [x, weights(b % 2 ? [C, 1, 1] : [1], 1)]);
        break;
      case 'identity':
        x = op('Identity', [x]);
        break;
      default:
        x = op('Dropout', [x]);
    }
  }
  const F = shape.slice(1).reduce((a, b) => a * b, 1);
  const linear = (from: string, inputs: number, outputs: number): string =>
    op('Gemm', [from, weights([outputs, inputs]), weights([outputs])], { transB: 1 });
  if (end === 'flatten') x = op('Flatten', [x]);
  if (end === 'gemm' || end === 'softmax') x = linear(op('Flatten', [x]), F, 5);
  if (end === 'softmax') x = op('Softmax', [x], { axis: -1 });
  if (end === 'two layers') x = linear(op('Relu', [linear(op('Reshape', [x, list([batch, -1])]), F, 6)]), 6, 3);
  if (end === 'global') x = linear(op('ReduceMean', [x], { axes: [2, 3], keepdims: 0 }), shape[1], 3);
  if (end === 'matmul')
    x = op('Add', [op('MatMul', [op('Flatten', [op('Relu', [x])]), weights([F, 4])]), weights([4])]);
  return { shape: start, nodes, initializers, output: x };
};
