import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { FOLDS } from '../../generator/onnx/fold.js';
import { READERS } from '../../generator/onnx/operators.js';
import { readOnnx } from '../../generator/onnx/read.js';
import { file, floats, ints, node, values } from './model.js';
import { networkChoice, networkOf } from './randomNetwork.js';

/** Reads what may be broken: it is read, or refused with problems that say what and where. */
const readOrRefuse = async (bytes: Uint8Array): Promise<'read' | 'refused'> => {
  try {
    await readOnnx(bytes);
    return 'read';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { path, message, fix } of error.problems) {
      expect(path).not.toBe('');
      expect(`${message} ${fix}`).not.toMatch(/undefined|NaN|\[object/);
    }
    return 'refused';
  }
};

const whole = async (choice: Parameters<typeof networkOf>[0]): Promise<Uint8Array> => {
  const { shape, nodes, initializers, output } = networkOf(choice);
  return file({ opset: 13, inputs: { x: shape }, nodes, initializers, outputs: [output] });
};

const attributes = {
  axis: fc.integer({ min: -5, max: 5 }),
  axes: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 3 }),
  pads: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 8 }),
  kernel_shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  strides: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 3 }),
  dilations: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  output_shape: fc.array(fc.integer({ min: -2, max: 9 }), { maxLength: 4 }),
  output_padding: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 }),
  perm: fc.shuffledSubarray([0, 1, 2, 3]),
  group: fc.integer({ min: -1, max: 4 }),
  auto_pad: fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID', 'OTHER'),
  ceil_mode: fc.constantFrom<number | string>(0, 1, 'yes'),
  keepdims: fc.constantFrom(0, 1),
  split: fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 3 }),
  starts: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 3 }),
  ends: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 3 }),
  to: fc.constantFrom(1, 7, 10, 99),
  value: fc.constantFrom(floats('', [2], [1, 2]), ints('', [3]), floats('', [-1], [])),
  mode: fc.constantFrom('constant', 'reflect'),
  alpha: fc.constantFrom<number | { real: number }>(1, { real: 0.5 }),
};

const randomNode = fc.record({
  operator: fc.constantFrom(...new Set([...READERS.keys(), ...FOLDS.keys()]), 'LRN', 'Resize', ''),
  inputs: fc.array(fc.nat(20), { maxLength: 5 }),
  outputs: fc.integer({ min: 0, max: 2 }),
  attributes: fc.record(attributes, { requiredKeys: [] }),
});

const STORED = [
  floats('w', [4, 4, 3, 3], values(144)),
  floats('m', [4, 4], values(16)),
  floats('c', [4], values(4)),
  floats('s', [], [2]),
  floats('e', [0], []),
  ints('i', [1, 4, -1]),
  ints('j', [0, 1]),
  ints('k', [2], []),
];

describe('what is no whole network', () => {
  it('is refused in words where the file ends early', () =>
    fc.assert(
      fc.asyncProperty(networkChoice, fc.double({ min: 0, max: 1, noNaN: true }), async (choice, part) => {
        const bytes = await whole(choice);
        await readOrRefuse(bytes.subarray(0, Math.floor(part * bytes.length)));
      }),
      { numRuns: 150, seed: 3 },
    ));

  it('is read or refused in words where bytes are others', () =>
    fc.assert(
      fc.asyncProperty(
        networkChoice,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (choice, flips) => {
          const bytes = await whole(choice);
          for (const [at, value] of flips) bytes[at % Math.min(bytes.length, 1500)] = value;
          await readOrRefuse(bytes);
        },
      ),
      { numRuns: 400, seed: 4 },
    ));

  it('is read or refused in words where it is any bytes', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => void (await readOrRefuse(bytes))),
      { numRuns: 300, seed: 5 },
    ));

  it('is read or refused in words where its nodes are any', () =>
    fc.assert(
      fc.asyncProperty(fc.array(randomNode, { minLength: 1, maxLength: 6 }), fc.boolean(), async (drawn, isEarlier) => {
        const names = ['x', 'y', ...STORED.map(({ name }) => name)];
        const nodes = drawn.map(({ operator, inputs, outputs, attributes: given }, i) => {
          const known = [...names, ...drawn.slice(0, isEarlier ? i : undefined).map((_, j) => `t${j}`)];
          return node(
            operator,
            inputs.map((at) => known[at] ?? known[at % known.length]),
            Array.from({ length: outputs }, (_, j) => (j === 0 ? `t${i}` : `t${i}b`)),
            given as Parameters<typeof node>[3],
          );
        });
        const outputs = drawn.map((_, i) => `t${i}`);
        await readOrRefuse(
          await file({ opset: 13, inputs: { x: [1, 4, 5, 6], y: ['N', 4] }, nodes, initializers: STORED, outputs }),
        );
      }),
      { numRuns: 1500, seed: 6 },
    ));

  it.each([[new Uint8Array()], [Buffer.from('# no model\n')], [new Uint8Array(1000).fill(255)]])(
    'is no model: %#',
    async (bytes) => {
      expect(await readOrRefuse(bytes)).toBe('refused');
    },
  );
});
