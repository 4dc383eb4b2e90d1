import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { forward } from '../../generator/golden/graph/forward.js';
import { networkGraph } from '../../generator/networks/index.js';
import { readOnnx } from '../../generator/onnx/read.js';
import { decodeModel, encodeModel } from '../../generator/onnx/schema.js';
import { encodeNpy, readNpy } from '../../generator/run/npy.js';
import { infer } from '../onnx/judge.js';
import { file, ints, node, values } from '../onnx/model.js';
import { temporaryFolders } from '../temporary.js';
import { brightSides, command, ON_ODD, tinyFiles, tinyGraph } from '../train/tiny.js';

const folder = temporaryFolders();

describe('run of a network', () => {
  it('reads images, and writes what float64 says within the bound', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    const { x } = brightSides(5);
    const [input, out] = [join(root, 'x.npy'), join(root, 'y.npy')];
    // channels first, of which there is one
    writeFileSync(input, encodeNpy({ shape: [5, 1, 6, 6], data: x }));
    const ran = await command('run', model, '--input', input, '--out', out, '--json', ...ON_ODD);
    expect(ran.code).toBe(0);
    const report = JSON.parse(ran.out);
    expect(report.batch).toBe(5);
    expect(report.relativeError).toBeLessThan(report.bound);
    const { graph } = await readOnnx(new Uint8Array(readFileSync(model)), { batch: 5 });
    const expected = forward(graph, new Map([[graph.inputs[0]!.name, x]])).get(graph.outputs[0]!)!;
    const { shape, data } = readNpy(out);
    expect(shape).toEqual([5, 2]);
    const scale = Math.max(...expected.map(Math.abs));
    for (const [i, value] of expected.entries()) expect(Math.abs(data[i]! - value) / scale).toBeLessThan(0.03);
  });

  it('reads and writes tensors as the ONNX file has them, however they lie in the accelerator', async () => {
    const root = folder();
    const [model, input, out] = ['m.onnx', 'x.npy', 'y.npy'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    const bytes = await file({
      inputs: { x: [2, 3, 5, 4] },
      nodes: [
        node('Transpose', ['x'], 't', { perm: [0, 3, 1, 2] }),
        node('Relu', ['t'], 'r'),
        node('Reshape', ['r', 's'], 'a'),
        node('Transpose', ['a'], 'b', { perm: [0, 3, 1, 4, 2] }),
        node('Softmax', ['b'], 'p', { axis: 1 }),
        node('Reshape', ['b', 'e'], 'y'),
      ],
      ...{ initializers: [ints('s', [2, 2, 2, 3, 5]), ints('e', [2, 6, 10])], outputs: ['y', 'p'], opset: 11 },
    });
    writeFileSync(model, bytes);
    const x = values(120);
    writeFileSync(input, encodeNpy({ shape: [2, 3, 5, 4], data: x }));
    const ran = await command('run', model, '--input', input, '--out', out, '--json', ...ON_ODD);
    expect(ran.code).toBe(0);
    const want = await infer(bytes, { x: { shape: [2, 3, 5, 4], values: x } });
    const { outputs } = JSON.parse(ran.out);
    expect(outputs.map(({ name, shape }: { name: string; shape: number[] }) => [name, shape])).toEqual(
      ['y', 'p'].map((name) => [name, want[name]!.shape]),
    );
    for (const { name, values: made } of outputs)
      for (const [i, value] of made.entries()) expect(Math.abs(value - want[name]!.values[i]!)).toBeLessThan(2 ** -8);
    expect([...readNpy(out).data]).toEqual(outputs[0].values);
  });

  it('takes the values that an ONNX file keeps beside it, and saves one whole file', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    const before = await decodeModel(new Uint8Array(readFileSync(model)));
    const parts: Uint8Array[] = [];
    let offset = 0;
    for (const tensor of before.graph.initializer) {
      const { rawData } = tensor;
      parts.push(rawData);
      const said = { location: 'w.data', offset: `${offset}`, length: `${rawData.length}` };
      const externalData = Object.entries(said).map(([key, value]) => ({ key, value }));
      Object.assign(tensor, { rawData: new Uint8Array(), dataLocation: 1, externalData });
      offset += rawData.length;
    }
    const [outside, saved] = [join(root, 'outside.onnx'), join(root, 'saved.onnx')];
    writeFileSync(outside, await encodeModel(before));
    const missing = await command('run', outside, ...ON_ODD);
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('w.data')]);
    writeFileSync(join(root, 'w.data'), Buffer.concat(parts));
    const trained = await command(
      'train',
      outside,
      '--data',
      'noise',
      '--batch',
      '2',
      '--steps',
      '1',
      '--save',
      saved,
      ...ON_ODD,
    );
    expect(trained.code).toBe(0);
    const run = async (file: string) => JSON.parse((await command('run', file, '--json', ...ON_ODD)).out).outputs;
    expect(await run(outside)).toEqual(await run(model));
    expect(await run(saved)).not.toEqual(await run(model));
  });

  it('refuses a file that leaves nothing to the accelerator', async () => {
    const model = join(folder(), 'm.onnx');
    writeFileSync(model, await file({ inputs: { x: [1, 4] }, nodes: [node('Softmax', ['x'], 'y')], outputs: ['y'] }));
    const { code, err } = await command('run', model);
    expect([code, err]).toEqual([2, expect.stringContaining('[NO_WORK]')]);
  });

  it('says which options are for one or the other', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    for (const args of [
      ['run', model, '--pass', 'fprop'],
      ['run', '--layer', 'C=3,H=5,W=5,N=2,K=3', '--pass', 'fprop', '--on', 'model'],
      ['compile', model, '--narrow'],
      ['estimate', model, '--train', '--pass', 'dgrad'],
    ]) {
      const { code, err } = await command(...args);
      expect([args.join(' '), code]).toEqual([args.join(' '), 2]);
      expect(err).toContain('[EXTRA]');
    }
    for (const args of [['run'], ['compile', '--pass', 'dgrad']]) {
      const { code, err } = await command(...args);
      expect([code, /MISSING/.test(err)]).toEqual([2, true]);
    }
  });
});

describe('compile of a network', () => {
  it('writes C that a compiler takes, with every tensor that a driver meets', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    const header = join(root, 'tiny.h');
    const parameters = join(root, 'tiny.bin');
    const files = ['--c', header, '--parameters', parameters];
    const ran = await command('compile', model, '--train', '--batch', '4', ...files, '--explain', ...ON_ODD);
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/conv: fprop/);
    const text = readFileSync(header, 'utf8');
    const names = tinyGraph(4).parameters.map(({ name }) => name);
    for (const name of names) expect(text).toContain(`{"parameter", "${name}", 1, 4`);
    const test = join(root, 'test.c');
    writeFileSync(
      test,
      `#include "tiny.h"\n#include <stdio.h>\nint main(void) { printf("%u %u", (unsigned)(sizeof tiny_forward_words / 64), (unsigned)(sizeof tiny_update_words / 64)); return tiny_tensors[0].base != 1; }\n`,
    );
    const made = await command('generate', 'odd', ...ON_ODD.slice(2), '--out', join(root, 'odd'));
    expect(made.code).toBe(0);
    const binary = join(root, 'test');
    await execa('gcc', [
      '-std=c99',
      '-Wall',
      '-Wextra',
      '-Wno-unused-const-variable',
      '-Wno-unused-variable',
      '-Werror',
      `-I${join(root, 'odd', 'sw')}`,
      '-o',
      binary,
      test,
    ]);
    const { stdout } = await execa(binary);
    const counts = [...ran.out.matchAll(/: ([\d,]+) instructions/g)].map(([, count]) => count!.replaceAll(',', ''));
    expect(stdout.split(' ')).toEqual(counts);
    // the weights as the file has them
    const image = readFileSync(parameters);
    expect(image.length).toBe(Number(/BASE1_BYTES +(\d+)u/.exec(text)![1]));
    for (const { name, values } of tinyGraph(4).parameters) {
      const at = Number(new RegExp(`\\{"parameter", "${name}", 1, 4, (\\d+)u`).exec(text)![1]);
      expect(new Float32Array(values.length).map((_, i) => image.readFloatLE(at + 4 * i))).toEqual(values);
    }
  });
});

describe('a network by its name', () => {
  it('is run, compiled and estimated at the image that is asked for', async () => {
    const asked = ['resnet8', '--size', '9x8', '--batch', '2', '--json'];
    const ran = await command('run', ...asked);
    expect(ran.code).toBe(0);
    const { relativeError, bound, outputs } = JSON.parse(ran.out);
    expect(relativeError).toBeLessThan(bound);
    expect(outputs).toEqual([expect.objectContaining({ name: 'dense', shape: [2, 10] })]);
    const [compiled, estimated] = [
      await command('compile', ...asked, '--train'),
      await command('estimate', ...asked, '--train'),
    ];
    expect([compiled.code, estimated.code]).toEqual([0, 0]);
    const { parts, tensors } = JSON.parse(compiled.out);
    expect(tensors).toContainEqual(expect.objectContaining({ role: 'tensor', name: 'image', shape: [2, 9, 8, 3] }));
    const whole = JSON.parse(estimated.out);
    expect(whole).toMatchObject({ network: 'resnet8', batch: 2, train: true });
    expect(whole.parts.map(({ cycles }: { cycles: number }) => cycles)).toEqual(
      parts.map(({ cycles }: { cycles: number }) => cycles),
    );
  });

  it('is compiled with first weights for a file of them', async () => {
    const file = join(folder(), 'first.bin');
    const { code } = await command('compile', 'digits', '--train', '--parameters', file);
    expect(code).toBe(0);
    const { values } = networkGraph('digits', { seed: 1 }).parameters[0]!;
    expect(readFileSync(file).includes(Buffer.from(values.buffer))).toBe(true);
  });

  it('is refused where it has operations that the accelerator has not, and where there is none', async () => {
    for (const [name, reason] of [
      ['efficientnet_b0', 'SiLU'],
      ['shufflenet_v2_x1_0', 'channel shuffle'],
      ['resnet81', 'write resnet8'],
    ] as const)
      for (const args of [['run'], ['compile', '--train'], ['train']]) {
        const { code, err } = await command(...args, name);
        expect([name, args, code]).toEqual([name, args, 2]);
        expect(err).toContain(reason);
      }
    // layer by layer it is known
    expect((await command('analyze', 'efficientnet_b0', '--strided', '--json')).code).toBe(0);
  });
});

describe('estimate of a network', () => {
  it('gives every operation its part of the cycles', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    const ran = await command('estimate', model, '--train', '--batch', '8', '--json', ...ON_ODD);
    expect(ran.code).toBe(0);
    const { parts, cycles } = JSON.parse(ran.out);
    expect(parts).toHaveLength(2);
    for (const part of parts) {
      const steps = part.steps.map((step: { cycles: number }) => step.cycles);
      expect(steps.every((each: number) => each > 0)).toBe(true);
      const sum = steps.reduce((a: number, b: number) => a + b, 0);
      expect(sum).toBeLessThanOrEqual(part.cycles);
      expect(sum).toBeGreaterThan(0.9 * part.cycles);
    }
    expect(cycles).toBe(parts[0].cycles + parts[1].cycles);
    const csv = await command('estimate', model, '--train', '--batch', '8', '--csv', ...ON_ODD);
    expect(csv.out.trim().split('\n')).toHaveLength(1 + parts[0].steps.length + parts[1].steps.length);
  });

  it('takes the convolutions of an ONNX file as it takes those of a network', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    const ran = await command('analyze', model, '--json');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('"conv"');
  });
});
