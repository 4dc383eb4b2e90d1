import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../generator/onnx/read.js';
import { encodeNpy } from '../../generator/run/npy.js';
import { temporaryFolders } from '../temporary.js';
import { command, ON_ODD, tinyFiles } from '../train/tiny.js';

const folder = temporaryFolders();

const parametersOf = async (path: string): Promise<Readonly<Record<string, readonly number[]>>> => {
  const { graph } = await readOnnx(new Uint8Array(readFileSync(path)));
  return Object.fromEntries(graph.parameters.map(({ name, values }) => [name, [...values]]));
};

describe('train', () => {
  it('learns what is to be learnt, and writes network, log and plot', async () => {
    const root = folder();
    const { model, data } = await tinyFiles(root);
    const [save, log, plot] = ['out.onnx', 'log.json', 'loss.svg'].map((name) => join(root, name));
    const options = ['--data', data, '--batch', '8', '--steps', '30', '--lr', '0.1', ...ON_ODD];
    const files = ['--save', save!, '--log', log!, '--plot', plot!];
    const { code, out } = await command('train', model, ...options, ...files);
    expect(code).toBe(0);
    expect(out).toContain('accuracy on 8 held-out images: 100.00\u00a0%');
    const written = JSON.parse(readFileSync(log!, 'utf8'));
    expect(written.steps).toHaveLength(30);
    expect(written.steps[29].loss).toBeLessThan(0.3 * written.steps[0].loss);
    expect(readFileSync(plot!, 'utf8')).toMatch(/^<svg [^>]*xmlns/);
    const [before, after] = [await parametersOf(model), await parametersOf(save!)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const name of Object.keys(before)) expect(after[name]).not.toEqual(before[name]);

    // the log's command gives the same numbers
    const words = written.command.split(' ').slice(2);
    const again = await command(...words, '--json');
    expect(JSON.parse(again.out).steps).toEqual(written.steps);
  });

  it('goes on from its checkpoint as if it had not stopped, and refuses another training', async () => {
    const root = folder();
    const { model, data } = await tinyFiles(root);
    const options = ['--data', data, '--batch', '8', '--momentum', '0.8', ...ON_ODD];
    const [whole, parts, kept] = ['whole.onnx', 'parts.onnx', 'kept.json'].map((name) => join(root, name));
    expect((await command('train', model, ...options, '--steps', '9', '--save', whole!)).code).toBe(0);
    const first = await command('train', model, ...options, '--steps', '4', '--checkpoint', kept!);
    expect(first.code).toBe(0);
    const second = await command(
      'train',
      model,
      ...options,
      '--steps',
      '9',
      '--checkpoint',
      kept!,
      '--save',
      parts!,
      '--json',
    );
    expect(second.code).toBe(0);
    expect(JSON.parse(second.out).steps.map(({ step }: { step: number }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await parametersOf(parts!)).toEqual(await parametersOf(whole!));
    const other = await command('train', model, ...options, '--seed', '2', '--steps', '9', '--checkpoint', kept!);
    expect([other.code, /OTHER_TRAINING/.test(other.err)]).toEqual([2, true]);
    writeFileSync(kept!, '{"checkpoint": 1');
    const broken = await command('train', model, ...options, '--steps', '9', '--checkpoint', kept!);
    expect([broken.code, /NO_CHECKPOINT/.test(broken.err)]).toEqual([2, true]);
  });

  it('leaves frozen parameters as they are', async () => {
    const root = folder();
    const { model, data } = await tinyFiles(root);
    const save = join(root, 'out.onnx');
    const freeze = ['--freeze', 'conv.weight', '--freeze', 'conv.bias'];
    const ran = await command(
      'train',
      model,
      '--data',
      data,
      '--batch',
      '8',
      '--steps',
      '3',
      ...freeze,
      ...ON_ODD,
      '--save',
      save,
    );
    expect(ran.code).toBe(0);
    const [before, after] = [await parametersOf(model), await parametersOf(save)];
    expect(after['conv.weight']).toEqual(before['conv.weight']);
    expect(after['conv.bias']).toEqual(before['conv.bias']);
    expect(after['fc.weight']).not.toEqual(before['fc.weight']);
  });

  it('takes a network by its name for images of the data, and keeps its running statistics', async () => {
    const root = folder();
    const { data } = await tinyFiles(root);
    const [save, log] = [join(root, 'out.onnx'), join(root, 'log.json')];
    const words = ['--data', data, '--size', '8x7', '--batch', '4', '--steps', '2', '--save', save, '--log', log];
    expect((await command('train', 'resnet8', ...words)).code).toBe(0);
    const written = JSON.parse(readFileSync(log, 'utf8'));
    expect(written.image).toEqual([8, 7, 1]);
    expect(written.command).toContain('--size 8x7');
    const { 'conv.norm.running_mean': mean, 'conv.norm.running_var': variance } = await parametersOf(save);
    expect(mean!.every((value) => value !== 0)).toBe(true);
    expect(variance!.every((value) => value !== 1)).toBe(true);
  });

  it('has an autoencoder give its images again, without labels', async () => {
    const data = folder();
    const ramps = Float32Array.from({ length: 20 * 12 }, (_, i) => Math.sin(Math.floor(i / 12) + (i % 12) / 4));
    writeFileSync(join(data, 'x.npy'), encodeNpy({ shape: [20, 12], data: ramps }));
    const plot = join(data, 'loss.svg');
    const words = ['--loss', 'meanSquaredError', '--data', data, '--batch', '4', '--steps', '12', '--plot', plot];
    const { code, out } = await command('train', 'autoencoder', ...words, '--json');
    expect(code).toBe(0);
    const { command: again, steps, evaluations, image } = JSON.parse(out);
    expect(image).toEqual([1, 1, 12]);
    expect(again).toContain('--loss meanSquaredError');
    expect(steps[11].loss).toBeLessThan(0.7 * steps[0].loss);
    expect([steps[0], evaluations[0]].map((one) => 'accuracy' in one)).toEqual([false, false]);
    expect(readFileSync(plot, 'utf8')).not.toContain('accuracy');
  });

  it('takes noise, as a network by name or of a file has its images', async () => {
    const root = folder();
    const { model } = await tinyFiles(root);
    for (const word of ['digits', model]) {
      const { code, out } = await command('train', word, '--data', 'noise', '--batch', '2', '--steps', '2', '--json');
      expect(code).toBe(0);
      const { data, steps, evaluations } = JSON.parse(out);
      expect([data, steps.length, evaluations.at(-1).images]).toEqual([{ name: 'noise', train: 6, heldOut: 2 }, 2, 2]);
    }
  });

  it('names the images that a network takes, whatever the data are', async () => {
    const { err } = await command('train', 'autoencoder', '--data', 'digits');
    expect(err).toContain('its images are 28×28×1 (height, width, channels), and autoencoder takes 1×1×640');
  });

  it('refuses what cannot be, with one error each and nothing written', async () => {
    const root = folder();
    const { model, data } = await tinyFiles(root);
    const save = join(root, 'out.onnx');
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['UNKNOWN_NETWORK', ['digit']],
      ['NO_VECTOR', ['digits', '--preset', 'ref16']],
      ['FORMAT', ['digits', '--preset', 'tiny4']],
      ['FORMAT', ['digits', '--preset', 'tiny4', '--set', 'vector.lanes=1']],
      ['OUT_OF_RANGE', ['digits', '--lr', 'fast']],
      ['OUT_OF_RANGE', ['digits', '--lr', '-1']],
      ['OUT_OF_RANGE', ['digits', '--steps', '0']],
      ['OUT_OF_RANGE', ['digits', '--batch', '0']],
      ['EXTENSION', ['digits', '--save', join(root, 'out.txt')]],
      ['NO_DATA', [model, '--data', join(root, 'nothing')]],
      ['ENOENT', [join(root, 'none.onnx')]],
      ['IMAGE', [model, '--data', 'digits']],
      ['IMAGE', ['resnet8', '--data', 'digits', '--size', '20']],
      ['IMAGE', ['autoencoder', '--data', 'digits']],
      ['OUTPUT', ['digits', '--data', 'digits', '--loss', 'meanSquaredError']],
      ['CLASSES', ['mobilenet_v1_x0_25', '--data', 'digits']],
      ['NETWORK_UNSUPPORTED', ['shufflenet_v2_x0_5', '--data', 'digits']],
      ['EXTRA', [model, '--data', data, '--size', '6']],
      ['NO_IMAGE', ['autoencoder', '--data', 'digits', '--size', '6']],
      ['IMAGE_TOO_SMALL', ['densenet121', '--data', 'digits', '--size', '28']],
      ['BATCH', [model, '--data', data, '--batch', '64']],
      ['UNKNOWN_PARAMETER', [model, '--data', data, '--freeze', 'conv1.weight', '--batch', '4']],
    ];
    for (const [wanted, args] of cases) {
      const { code, err, out } = await command(
        'train',
        ...(args as string[]),
        ...(args.includes('--save') ? [] : ['--save', save]),
      );
      expect([wanted, code, out]).toEqual([wanted, 2, '']);
      expect(err).toContain(`[${wanted}]`);
      expect(existsSync(save)).toBe(false);
    }
  });
});
