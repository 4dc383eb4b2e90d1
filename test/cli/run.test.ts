import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, type ExitCode } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { derive } from '../../generator/description/derive.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { convolve } from '../../generator/golden/convolution.js';
import { transpose } from '../../generator/golden/transpose.js';
import { counters } from '../../generator/isa/registers.js';
import { encodeNpy, type NpyArray, readNpy } from '../../generator/run/npy.js';
import { coordinates } from '../../generator/run/operands.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

interface Run {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

const run = async (...args: readonly string[]): Promise<Run> => {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = { out: (text: string) => out.push(text), err: (text: string) => err.push(text), color: false };
  const code = await runCli(['run', ...args], terminal);
  return { code, out: out.join(''), err: err.join('') };
};

const keys = 'C=3,H=5,W=4,N=6,K=3,S=2,P=1';
const layer = parseLayer(keys);
const tiny = (pass: string, ...rest: readonly string[]) =>
  run('--preset', 'tiny4', '--layer', keys, '--pass', pass, ...rest);

const npy = (path: string, shape: readonly number[], data: NpyArray['data']): string => {
  writeFileSync(path, encodeNpy({ shape, data }));
  return path;
};
const bytes = (length: number): Int8Array => Int8Array.from({ length }, (_, i) => (i * 37) % 251);

describe('run', () => {
  it('reads files, computes what the loop nest computes, and writes the result', async () => {
    const root = folder();
    const x = bytes(60);
    const wt = bytes(162);
    const out = join(root, 'y.npy');
    const { code, out: text } = await tiny(
      'fprop',
      ...['--x', npy(join(root, 'x.npy'), [1, 5, 4, 3], x), '--wt', npy(join(root, 'wt.npy'), [3, 3, 3, 6], wt)],
      ...['--out', out, '--explain', '--memory', 'stallPercent=30,readLatency=9', '--misalign', '3'],
    );
    expect(code, text).toBe(EXIT.ok);
    expect(text).toContain('matches the golden model: 36 values of y, bit for bit\n');
    expect(text).toMatch(/plan: the best of \d+ tilings/);
    const { shape, data } = readNpy(out);
    expect(shape).toEqual([1, 3, 2, 6]);
    expect(data).toEqual(convolve(layer, 'fprop', x, wt));
    expect(readdirSync(root).sort()).toEqual(['wt.npy', 'x.npy', 'y.npy']);
  });

  it('reads and writes files as PyTorch orders them', async () => {
    const root = folder();
    const [x, wt] = [bytes(60), bytes(162)];
    const [nchw, oihw] = [transpose(x, [1, 5, 4, 3], [0, 3, 1, 2]), transpose(wt, [3, 3, 3, 6], [3, 2, 0, 1])];
    const out = join(root, 'y.npy');
    const args = [
      '--x',
      npy(join(root, 'x.npy'), [1, 3, 5, 4], nchw),
      '--wt',
      npy(join(root, 'w.npy'), [6, 3, 3, 3], oihw),
    ];
    const { code, out: text } = await tiny('fprop', ...args, '--layout', 'nchw', '--out', out);
    expect(code, text).toBe(EXIT.ok);
    expect(text).not.toContain('note:');
    const { shape, data } = readNpy(out);
    expect(shape).toEqual([1, 6, 3, 2]);
    const y = convolve(layer, 'fprop', x, wt) as Int32Array;
    expect(data).toEqual(transpose(y, [1, 3, 2, 6], [0, 3, 1, 2]));
  });

  it('says when a file would fit both orders, unless it was told which', async () => {
    const x = npy(join(folder(), 'x.npy'), [1, 3, 3, 3], bytes(27));
    const square = ['--preset', 'tiny4', '--layer', 'C=3,H=3,W=3,N=2,K=1', '--pass', 'fprop', '--x', x];
    const note = 'note: x has this shape in NHWC and NCHW alike; it was read as NHWC (see --layout)';
    expect((await run(...square)).out).toContain(note);
    expect((await run(...square, '--layout', 'nhwc')).out).not.toContain('note:');
  });

  it('divides narrow int8 results by a power of two, and saturates them', async () => {
    const root = folder();
    const x = bytes(60);
    const wt = bytes(162);
    const out = join(root, 'y.npy');
    const files = [
      '--x',
      npy(join(root, 'x.npy'), [1, 5, 4, 3], x),
      '--wt',
      npy(join(root, 'w.npy'), [3, 3, 3, 6], wt),
    ];
    const { code, out: text } = await tiny('fprop', ...files, '--narrow', '--shift', '9', '--out', out, '--json');
    expect(code, text).toBe(EXIT.ok);
    expect(JSON.parse(text)).toMatchObject({ narrow: true, shift: 9, layout: 'nhwc' });
    const sums = [...convolve(layer, 'fprop', x, wt)];
    // no sum is halfway between two
    expect(sums.every((sum) => (sum & 511) !== 256)).toBe(true);
    const right = sums.map((sum) => Math.min(127, Math.max(-128, Math.round(sum / 512))));
    const { data } = readNpy(out);
    expect(data).toBeInstanceOf(Int8Array);
    expect([...data]).toEqual(right);
    expect(new Set(right).size).toBeGreaterThan(10);
  });

  it('prints exactly one JSON object, with every counter', async () => {
    const { code, out } = await tiny('wgrad', '--engine', 'bp', '--seed', '7', '--json');
    expect(code, out).toBe(EXIT.ok);
    const result = JSON.parse(out);
    expect(Object.keys(result.counters)).toEqual(counters(presets.tiny4).map(({ name }) => name));
    const head = { preset: 'tiny4', layer: keys, pass: 'wgrad', engine: 'bp', seed: 7, simulator: 'verilator' };
    expect(result).toMatchObject({ ...head, passed: true, mismatches: 0, maxRelativeError: 0 });
    expect(result.counters.usefulMacs).toBe(result.usefulMacs);
    expect(result.utilization).toBeCloseTo(result.usefulMacs / (16 * result.cycles));
    expect(result.laneBound).toBeGreaterThan(result.utilization);
  });

  it('predicts the cycles for the memory that it is given', async () => {
    const predict = async (...args: readonly string[]): Promise<{ cycles: number; predicted: { cycles: number } }> => {
      const { code, out } = await tiny('dgrad', '--json', ...args);
      expect(code, out).toBe(EXIT.ok);
      return JSON.parse(out);
    };
    const plain = await predict();
    const slow = await predict('--memory', 'readLatency=700,writeLatency=300,bytesPerCycle=2');
    expect(slow.cycles).toBeGreaterThan(1.5 * plain.cycles);
    for (const { cycles, predicted } of [plain, slow]) {
      expect(Math.abs(predicted.cycles - cycles) / cycles).toBeLessThan(0.01);
    }
  });

  it('takes zerofree unless told otherwise, and repeats itself for a seed', async () => {
    const [first, second] = [
      await tiny('dgrad', '--seed', '3', '--json'),
      await tiny('dgrad', '--seed', '3', '--json'),
    ];
    const [a, b] = [JSON.parse(first.out), JSON.parse(second.out)];
    expect(a.engine).toBe('zerofree');
    expect(b.counters).toEqual(a.counters);
  });

  it('draws what the accelerator did over the cycles of the run', async () => {
    const timeline = join(folder(), 't.svg');
    const { code, out } = await tiny('dgrad', '--timeline', timeline, '--json');
    expect(code, out).toBe(EXIT.ok);
    const { cycles, counters: counts, timeline: named } = JSON.parse(out);
    expect(named).toBe(timeline);
    const svg = readFileSync(timeline, 'utf8');
    const share = (label: string): number => Number(new RegExp(`<g><title>${label}:.*?([\\d.]+) %`, 's').exec(svg)![1]);
    const { beatBytes } = derive(presets.tiny4);
    expect(svg).toContain(`${cycles.toLocaleString('en-US')} cycles`);
    expect(share('array busy')).toBeCloseTo((100 * counts.arrayBusy) / cycles, 0);
    expect(share('DMA read')).toBeGreaterThan((100 * counts.dramBytesRead) / beatBytes / cycles - 0.1);
    expect(share('DMA write')).toBeGreaterThanOrEqual((100 * counts.dramBytesWritten) / beatBytes / cycles - 0.1);
    expect(share('EXEC open')).toBeGreaterThan(share('array busy'));
    expect(share('STORE')).toBeGreaterThan(0);
    const late = await tiny('dgrad', '--timeline', timeline, '--timeline-cycles', `${cycles}-${cycles + 9}`);
    expect(late.err).toContain(`the run has only ${cycles} cycles`);
    expect(late.code).toBe(EXIT.usage);
  });

  it('writes VCD from Icarus, and stops where its memory ends', async () => {
    const waves = join(folder(), 'a.vcd');
    const { code, out } = await tiny('dgrad', '--simulator', 'icarus', '--waves', waves);
    expect(code, out).toBe(EXIT.ok);
    expect(readFileSync(waves, 'utf8').slice(0, 200)).toContain('$date');
    const large = 'B=80,C=64,H=64,W=64,N=4,K=1';
    const refused = await run('--preset', 'tiny4', '--layer', large, '--pass', 'fprop', '--simulator', 'icarus');
    expect({ code: refused.code, out: refused.out }).toEqual({ code: EXIT.usage, out: '' });
    expect(refused.err).toContain('[ICARUS_MEMORY]');
  });
});

describe('input that is refused before anything is built', () => {
  const refused = async (args: readonly string[], ...texts: readonly string[]): Promise<void> => {
    const { code, out, err } = await run(...args);
    expect({ code, out }, err).toEqual({ code: EXIT.usage, out: '' });
    for (const text of texts) expect(err).toContain(text);
    expect(err).not.toMatch(/\n\s+at /);
    expect(err).not.toContain('fault in the program');
  };
  const tinyArgs = (pass: string, ...rest: readonly string[]) => [
    ...['--preset', 'tiny4', '--layer', keys, '--pass', pass],
    ...rest,
  ];

  it.each([
    [[], '--layer: it is not said what to run [MISSING]'],
    [['--layer', keys], '--pass: it is not said what to run [MISSING]'],
    [['--layer', keys, '--pass', 'backward'], 'Allowed choices are fprop, dgrad, wgrad'],
    [tinyArgs('fprop', '--engine', 'fast'), 'Allowed choices are traditional, bp, zerofree'],
    [tinyArgs('fprop', '--simulator', 'vcs'), 'Allowed choices are verilator, icarus'],
    [tinyArgs('fprop', '--seed', '-1'), '--seed: "-1" is not a whole number'],
    [tinyArgs('fprop', '--seed', '1e3'), '[OUT_OF_RANGE]'],
    [tinyArgs('fprop', '--memory', 'readLatenzy=1'), 'fix: write readLatency=…'],
    [tinyArgs('fprop', '--memory', 'stallPercent=100'), 'from 0 to 95'],
    [tinyArgs('fprop', '--memory', 'readLatency=1,readLatency=2'), 'fix: give readLatency once'],
    [tinyArgs('fprop', '--memory', 'readLatency=1,stallPercent=2, readLatency = 1'), '[DUPLICATE_KEY]'],
    [
      tinyArgs('fprop', '--memory', 'readLatency=1', '--memory', 'stallPercent=2'),
      "option '--memory <keys>' is given twice",
    ],
    [tinyArgs('fprop', '--set', 'array.rows=3', '--set', 'array.rows=3'), 'fix: give array.rows once'],
    [['shufflenet_v2_x1_0'], 'shufflenet_v2_x1_0: stage2.0.shuffle is a channel shuffle'],
    [['--layer', 'resnet18', '--pass', 'fprop'], '--layer resnet18: it is a network, and one layer is needed'],
    [['--layer', './net.json', '--pass', 'fprop'], 'it is a file, and one layer is needed'],
    [['--layer', 'in_channels=3', '--pass', 'fprop'], 'fix: write C=3'],
    [tinyArgs('fprop', 'extra'), '--layer: is for one pass of a layer, and not for a network [EXTRA]'],
    [['digits', 'extra'], 'too many arguments'],
    [tinyArgs('fprop', '--waves', 'no/such/w.fst'), '--waves no/such/w.fst: there is no folder no/such [ENOENT]'],
    [tinyArgs('fprop', '--waves', 'no such/w.vcd'), "fix: make it first (mkdir -p 'no such')"],
    [tinyArgs('fprop', '--timeline', 'no/t.svg'), '--timeline no/t.svg: there is no folder no [ENOENT]'],
    [tinyArgs('fprop', '--waves', 'package.json/w.fst'), 'a part of the path is a file'],
    [tinyArgs('fprop', '--set', 'array.rows=0'), 'array.rows: is 0'],
    [tinyArgs('fprop', '--engine', 'bp', '--set', 'engines=zerofree'), 'use one of zerofree'],
    [tinyArgs('fprop', '--preset', 'tiny5'), '[UNKNOWN_PRESET]'],
    [['--layer', 'C=3', '--pass', 'fprop'], 'error: 5 problems'],
    [['--layer', 'C=3,H=4,W=4,N=2,K=9', '--pass', 'fprop'], '[NO_OUTPUT]'],
    [['--layer', 'C=1000,H=200,W=200,N=1000,K=11', '--pass', 'wgrad'], 'cycles, too many to simulate'],
    [['--layer', 'B=60000,C=60000,H=9000,W=9000,N=2,K=1', '--pass', 'fprop'], '[TOO_LARGE]'],
    [tinyArgs('fprop', '--out', 'y.txt'), 'the name does not end in .npy'],
    [tinyArgs('fprop', '--out', 'no/such/folder/y.npy'), 'there is no folder no/such/folder [ENOENT]'],
    [tinyArgs('fprop', '--waves', 'a.ghw'), 'the name does not end in .fst or .vcd'],
    [tinyArgs('fprop', '--timeline', 't.png'), 'the name does not end in .svg'],
    [tinyArgs('fprop', '--timeline', 't.svg', '--simulator', 'icarus'), 'only Verilator records'],
    [tinyArgs('fprop', '--timeline', 't.svg', '--timeline-cycles', '9-2'), 'as in 0-5000'],
    [tinyArgs('fprop', '--timeline-cycles', '1-2'), 'add --timeline'],
    [tinyArgs('fprop', '--shift', '3'), '--shift 3: sums of 32 bits are not shifted'],
    [tinyArgs('fprop', '--narrow', '--shift', '32'), '--shift: 32 is more than 31'],
    [tinyArgs('fprop', '--narrow', '--shift', '-1'), '--shift: "-1" is not a whole number'],
    [tinyArgs('fprop', '--narrow', '--shift', '2', '--preset', 'odd'), 'only int8 results are shifted'],
    [tinyArgs('fprop', '--layout', 'chwn'), 'Allowed choices are nhwc, nchw'],
    [tinyArgs('fprop', '--x', 'no-such.npy'), '--x no-such.npy: the file cannot be read'],
    [
      tinyArgs('fprop', '--dy', 'y.npy'),
      '--dy: fprop does not read dy [NOT_READ]\n    fix: leave it out, or give --x and --wt',
    ],
    [tinyArgs('fprop', '--dy', 'dy.npy'), '--dy: fprop does not read dy'],
  ])('%j', (args, text) => refused(args, text));

  it('files that do not fit, all of them at once', async () => {
    const root = folder();
    const at = (name: string) => join(root, name);
    writeFileSync(at('text.npy'), 'hello');
    npy(at('shape.npy'), [1, 4, 5, 3], bytes(60));
    npy(at('float.npy'), [1, 5, 4, 3], new Float32Array(60));
    npy(at('good.npy'), [1, 5, 4, 3], bytes(60));
    writeFileSync(at('short.npy'), readFileSync(at('good.npy')).subarray(0, 150));
    const x = (name: string) => tinyArgs('fprop', '--x', at(name), '--out', at('y.npy'));
    await refused(x('text.npy'), '[NPY_FOREIGN]');
    await refused(x('shape.npy'), 'the shape is (1, 4, 5, 3), not (1, 5, 4, 3)');
    await refused(x('float.npy'), 'elements are <f4; the format int8 takes integers');
    await refused(x('short.npy'), '[NPY_TRUNCATED]');
    await refused([...x('shape.npy'), '--wt', at('text.npy')], 'error: 2 problems', '[NPY_SHAPE]', '[NPY_FOREIGN]');
    expect(existsSync(at('y.npy'))).toBe(false);
  });

  it('places that cannot be written', async () => {
    const root = folder();
    mkdirSync(join(root, 'folder.npy'));
    await refused(tinyArgs('fprop', '--out', join(root, 'folder.npy')), '[EISDIR]');
    symlinkSync('/dev/null', join(root, 'null.npy'));
    await refused(tinyArgs('fprop', '--out', join(root, 'null.npy')), '[NOT_A_FILE]');
    if (process.getuid?.() === 0) return;
    chmodSync(root, 0o500);
    await refused(tinyArgs('fprop', '--out', join(root, 'y.npy')), '[EACCES]');
    chmodSync(root, 0o700);
  });

  it('a simulator that is not installed: exit 3 and the command', async () => {
    const path = process.env.PATH;
    try {
      process.env.PATH = folder();
      const { code, out, err } = await run(...tinyArgs('fprop'));
      expect({ code, out }).toEqual({ code: EXIT.missingTool, out: '' });
      expect(err).toContain('sudo apt-get install -y verilator g++ make');
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('coordinates', () => {
  it('name the axes of the tensor', () => {
    expect(coordinates(layer, 'dx', 3 * (4 * 1 + 2) + 1)).toBe('dx[b,h,w,c] = dx[0,1,2,1]');
    expect(coordinates(layer, 'dw', 161)).toBe('dw[kh,kw,c,n] = dw[2,2,2,5]');
  });
});

// what is rounded is told: seen without a run, on the operands alone
describe('float32 input', () => {
  it('is rounded to bf16, and what changed is counted', async () => {
    const { loadOperands } = await import('../../generator/run/operands.js');
    const values = Float32Array.from({ length: 60 }, (_, i) => (i < 50 ? i / 8 : 1 + 1 / 1024));
    const path = npy(join(folder(), 'x.npy'), [1, 5, 4, 3], values);
    const { operands, rounded } = loadOperands(presets.odd, layer, 'fprop', { x: path }, 1);
    expect(rounded).toEqual({ x: 10 });
    expect([...operands.first].every((value) => Math.abs(value) < 7)).toBe(true);
  });
});
