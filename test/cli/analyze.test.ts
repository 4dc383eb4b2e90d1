import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { formatLayer, parseLayer } from '../../generator/description/layer.js';
import { NETWORK_NAMES, networks, structuralZeros } from '../../generator/index.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

const analyze = async (...args: readonly string[]) => {
  let [out, err] = ['', ''];
  const code = await runCli(['analyze', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    color: false,
  });
  return { code, out, err };
};

const json = async (...args: readonly string[]) => {
  const { code, out, err } = await analyze(...args, '--json');
  expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
  return JSON.parse(out);
};

/** The cells of a line of the table. */
const cells = (out: string, start: string): readonly string[] => {
  const line = out.split('\n').find((each) => each.startsWith(start))!;
  return line.split(/ {2,}/);
};

describe('analyze', () => {
  it('shows a layer', async () => {
    const { code, out, err } = await analyze('C=64,H=56,W=56,N=128,K=3,S=2,P=1');
    expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
    expect(cells(out, 'layer  dgrad')).toEqual([
      ...['layer', 'dgrad', '3,136', '1,152', '64', '3,612,672', '2,730,880', '75.6 %'],
      ...['73,728', '0', '0.0 %', '861,184', '56,434,688', '24.4 %'],
    ]);
    expect(out).not.toContain('total');
  });

  it('shows a network and its totals, which are sums', async () => {
    const { out } = await analyze('resnet18', '--pass', 'wgrad', '--strided', '--format', 'int8');
    const strided = networks.resnet18().layers.filter(({ layer }) => layer.Sh > 1);
    expect(out.match(/^(?!total).* {2}wgrad {2}/gm)).toHaveLength(strided.length);
    const extra = strided.map(({ layer }) => structuralZeros(layer, 'wgrad').extraElements).reduce((a, b) => a + b, 0);
    expect(cells(out, 'total')).toContain(extra.toLocaleString('en-US'));
    expect(out).toContain('resnet18: batch 1, 224x224, 7 layers with a stride of 2 or more, 1 byte an element\n');
  });

  it('prints JSON', async () => {
    const report = await json('resnet50', '--batch', '2', '--size', '160x96', '--format', '4');
    const { layers } = networks.resnet50({ batch: 2, size: { height: 160, width: 96 } });
    expect(report).toMatchObject({ name: 'resnet50', batch: 2, size: '160x96', strided: false, bytesPerElement: 4 });
    expect(report.passes).toHaveLength(3 * layers.length);
    for (const each of report.passes) {
      const layer = parseLayer(each.layer);
      const zeros = structuralZeros(layer, each.pass);
      expect(formatLayer(layers.find(({ name }) => name === each.name)!.layer)).toBe(each.layer);
      expect(each).toMatchObject({
        matrix: { groups: zeros.groups, rows: zeros.rows, reduction: zeros.reduction, columns: zeros.columns },
        featureMap: { ...zeros.featureMap, sparsity: zeros.featureMap.zeros / zeros.featureMap.elements },
        kernel: zeros.kernel,
        extraBytes: 4 * zeros.extraElements,
        macs: zeros.macs,
        usefulMacs: zeros.usefulMacs,
      });
    }
    for (const [pass, total] of Object.entries(report.totals)) {
      const all = report.passes.filter((each: { readonly pass: string }) => each.pass === pass);
      const useful = all.map((each: { readonly usefulMacs: number }) => each.usefulMacs);
      expect(total).toHaveProperty(
        'usefulMacs',
        useful.reduce((a: number, b: number) => a + b, 0),
      );
    }
  });

  it.each([
    [['ds_cnn'], 'ds_cnn: batch 1, 49x10, 10 layers, '],
    [['ds_cnn', '--size', '98x10', '--batch', '2'], 'ds_cnn: batch 2, 98x10, 10 layers, '],
    [['resnet8'], 'resnet8: batch 1, 32x32, 10 layers, '],
    [['autoencoder', '--batch', '7'], 'autoencoder: batch 7, 10 layers, '],
  ])('takes the input that a network was made for, unless another is given: %j', async (args, head) => {
    expect((await analyze(...args)).out.startsWith(head)).toBe(true);
  });

  it('prints a row of CSV for each layer and pass', async () => {
    const { out } = await analyze('B=2,C=4,H=9,W=9,N=4,K=3,S=2,G=4', '--csv', '--pass', 'dgrad');
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^name,layer,pass,groups,rows,reduction,columns,featureMapElements,.*,usefulMacs$/),
      `layer,"B=2,C=4,H=9,W=9,N=4,K=3,S=2,G=4",dgrad,4,162,9,1,5832,4680,${4680 / 5832},36,0,0,1936,5832,1152`,
      '',
    ]);
  });

  it('reads a network file', async () => {
    const path = join(folder(), 'mine.json');
    const layer = { C: 3, H: 32, W: 32, N: 16, K: 3, S: 2, P: 1 };
    writeFileSync(path, JSON.stringify({ name: 'mine', layers: [{ name: 'a, "b"', ...layer }] }));
    const report = await json(path, '--batch', '3');
    expect(report).toMatchObject({ name: 'mine', batch: 3 });
    expect((await analyze(path, '--batch', '3')).out).toMatch(/^mine: batch 3, 1 layer, /);
    expect((await analyze(path)).out).toMatch(/^mine: 1 layer, /);
    expect(report.passes[0]).toMatchObject({ name: 'a, "b"', layer: 'B=3,C=3,H=32,W=32,N=16,K=3,S=2,P=1' });
    expect((await analyze(path, '--csv')).out).toContain('\n"a, ""b""","C=3,');
  });

  it.each([
    [['B=3,C=4,H=9,W=9,N=4,K=3', '--batch', '2'], 'B=2,C=4,H=9,W=9,N=4,K=3'],
    [['K=3,C=4,H=9,W=9,N=4,B=3', '--batch', '1'], 'C=4,H=9,W=9,N=4,K=3'],
    [['C=4,H=9,W=9,N=4,K=3', '--batch', '2'], 'B=2,C=4,H=9,W=9,N=4,K=3'],
    [['B=3,C=4,H=9,W=9,N=4,Kh=3,Kw=3'], 'B=3,C=4,H=9,W=9,N=4,K=3'],
  ])('heads its table with the layer that it computes: %j', async (args, computed) => {
    expect((await analyze(...args)).out.startsWith(`${computed}: 1 layer, `)).toBe(true);
    const report = await json(...args);
    expect(report.name).toBe(computed);
    expect(report.passes[0].layer).toBe(computed);
  });

  it('says that no layer is strided', async () => {
    expect((await analyze('vgg16', '--strided')).out).toBe('vgg16: no layer has a stride of 2 or more\n');
    expect(await json('vgg16', '--strided')).toMatchObject({ passes: [], totals: {} });
  });

  it('lists the networks', async () => {
    const { out } = await analyze('--list');
    expect(cells(out, 'resnet18')).toEqual(['resnet18', '21', '1', '7', '11,689,512', '1,814,073,344', '224x224x3']);
    expect(cells(out, 'ds_cnn')).toEqual(['ds_cnn', '10', '1', '1', '23,756', '2,656,768', '49x10x1']);
    const list: readonly { readonly name: string }[] = await json('--list');
    expect(list.map(({ name }) => name)).toEqual(NETWORK_NAMES);
    expect((await analyze('--list', '--csv')).out).toContain('\nresnet18,21,1,7,11689512,1814073344,224x224x3\n');
  });

  it.each([
    [['resnet_18'], '[UNKNOWN_NETWORK]', 'fix: write resnet18'],
    [['something else'], '[UNKNOWN_NETWORK]', 'fix: give a layer'],
    [['C=3,H=8,W=8,N=4,K=9'], '[NO_OUTPUT]', 'raise H'],
    [['C=3,H=8,W=8,N=4,K=3', '--size', '8'], '[NO_IMAGE]', 'leave out --size'],
    [['autoencoder', '--size', '224'], '--size: autoencoder takes 640 values', 'fix: leave out --size'],
    [['alexnet', '--size', '62'], '[IMAGE_TOO_SMALL]', 'at least 63x63'],
    [['alexnet', '--size', '8x'], '[OUT_OF_RANGE]', 'as in 224x224'],
    [['alexnet', '--size', '0'], '[OUT_OF_RANGE]', 'as in 224x224'],
    [['alexnet', '--batch', '0'], '[OUT_OF_RANGE]', 'from 1 to 65535'],
    [['alexnet', '--format', 'fp32'], '[OUT_OF_RANGE]', 'int8, bf16'],
    [['alexnet', '--format', '0'], '[OUT_OF_RANGE]', 'int8, bf16'],
    [['vgg19', '--size', '32766', '--batch', '65535'], 'error\n  features.0: fprop takes', 'smaller batch'],
    [['resnet50', '--size', '32762', '--batch', '500', '--pass', 'dgrad'], 'totals: a sum', 'smaller batch'],
    [['no/such.json'], '[ENOENT]', 'check the path'],
    [['./generator'], '[EISDIR]', 'give the path of a file'],
    [['./package.json'], '[UNKNOWN_KEY]', 'layers'],
    [['./README.md'], '[NOT_JSON]', 'mend the file'],
    [[], '[MISSING]', '--list'],
    [['alexnet', '--list'], '[EXTRA]', 'leave out'],
    [['--list', '--size', '64'], 'cannot be used with', '--help'],
    [['alexnet', '--json', '--csv'], 'cannot be used with', '--help'],
    [['alexnet', '--pass', 'forward'], 'Allowed choices are fprop', '--help'],
    [['alexnet', 'extra'], 'too many arguments', '--help'],
  ])('%j: one message, exit 2, no stack', async (args, code, fix) => {
    const run = await analyze(...args);
    expect({ code: run.code, out: run.out }).toEqual({ code: EXIT.usage, out: '' });
    expect(run.err).toContain(code);
    expect(run.err).toContain(fix);
    expect(run.err).not.toMatch(/\n\s+at /);
  });

  it('has a JSON Schema of the network file', async () => {
    let out = '';
    const print = (text: string): void => {
      out += text;
    };
    expect(await runCli(['schema', 'network'], { out: print, err: print, color: false })).toBe(EXIT.ok);
    expect(JSON.parse(out)).toMatchObject({ title: 'bp-im2col network', required: ['name', 'layers'] });
  });
});
