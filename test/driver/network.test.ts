import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../generator/base/paths.js';
import type { CompiledNetwork } from '../../generator/compile/network/compiled.js';
import { compileNetwork, type TrainingOptions } from '../../generator/compile/network/index.js';
import { randomWords } from '../../generator/compile/workload.js';
import type { Config } from '../../generator/description/config.js';
import { makeLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { emit } from '../../generator/emit/emit.js';
import { networkHeader } from '../../generator/emit/networkHeader.js';
import { meanSquaredError, softmaxCrossEntropy } from '../../generator/golden/graph/loss.js';
import type { Graph } from '../../generator/graph/operations.js';
import { networkGraph } from '../../generator/networks/index.js';
import { modelMachine } from '../../generator/run/network/machine.js';
import { initialMemory } from '../../generator/run/network/memory.js';
import { type LossKind, runForward, type StepInput, trainStep } from '../../generator/run/network/train.js';
import { simulate } from '../../generator/run/simulate.js';
import { faults } from '../../generator/run/simulators/job.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { NO_AUGMENTATION } from '../../generator/train/augment.js';
import { digits } from '../../generator/train/digits.js';
import { batchesOf } from '../../generator/train/session.js';
import { randomValues, unitLayer } from '../golden/graph/graphs.js';
import { odd, ref16 } from '../run/network/configs.js';
import { temporaryFolders } from '../temporary.js';
import { command } from '../train/tiny.js';
import { compilesAlone, STRICT } from './compiles.js';

const SEED = 20;
const temporaryFolder = temporaryFolders('file');
const bench = join(packageRoot, 'tb', 'driver');

const software = (config: Config) => emit(config).filter(({ path }) => path.startsWith('sw/'));

const KINDS: readonly LossKind[] = ['softmaxCrossEntropy', 'meanSquaredError'];

const bytesOf = (values: Uint32Array | Float32Array | Float64Array | Int32Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** Bits of a number, of which any NaN is one. */
const bitsOf = (value: number): string => {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(Number.isNaN(value) ? Number.NaN : value);
  return bits.toString('hex');
};

describe('networks in C compile', () => {
  const narrow = resolveConfig({ preset: 'odd', vector: { lanes: 2 }, axi: { addressWidth: 32 }, prefix: 'MyCore' });
  it.each([
    ['of odd', odd],
    ['of an address of 64 bits', ref16],
    ['of 32 bits, with a prefix of its own', narrow],
  ])('without a library and without a warning, %s', (_, config) => {
    const folder = temporaryFolder();
    writeFiles(folder, software(config));
    const source = `sw/${config.prefix}network.c`;
    const unknown = compilesAlone(folder, source);
    const own = ['poll', 'submit', 'wait', 'write32'].map((name) => `${config.prefix}${name}`);
    expect(unknown.filter((name) => !own.includes(name) && name !== 'U')).toEqual([]);
  });

  it('with no fused multiply-add where the processor has one, and never with -ffast-math', () => {
    const folder = temporaryFolder();
    writeFiles(folder, software(odd));
    const made = ['gcc', 'riscv64-unknown-elf-gcc'].filter((one) => spawnSync(one, ['--version']).status === 0);
    for (const compiler of made) {
      const fused = compiler === 'gcc' && process.arch === 'x64' ? ['-mfma'] : [];
      const compile = (...flags: readonly string[]) =>
        spawnSync(compiler, [...fused, '-ffreestanding', '-O3', '-S', ...flags], { cwd: folder, encoding: 'utf8' });
      expect(compile('-std=gnu99', 'sw/bpi_network.c', '-o', 'network.s').status).toBe(0);
      expect(readFileSync(join(folder, 'network.s'), 'utf8').match(/\bv?fn?m(add|sub)\w*|\bfmla\b/g)).toBe(null);
      const fast = compile('-ffast-math', 'sw/bpi_network.c', '-o', 'fast.s');
      expect(fast.stderr).toContain('compile this file without -ffast-math');
    }
  });
});

describe('the guide of networks', () => {
  const guide = readFileSync('docs/networks.md', 'utf8')
    .split(/^## From C$/m)[1]!
    .split(/^## /m)[0]!;

  it('lists the functions of C', () => {
    const header = software(ref16).find(({ path }) => path === 'sw/bpi_network.h')!.text;
    const declared = [...header.matchAll(/^\w[^{]*?\b(bpi_\w+)\(/gm)].map(([, name]) => name!).sort();
    const listed = [...guide.matchAll(/^\| (`bpi_.*?) \|/gm)].flatMap(([, names]) => names!.match(/bpi_\w+/g)!);
    expect(listed.sort()).toEqual(declared);
  });

  it('has an example that compiles, with a network that its command makes', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, [...software(ref16), { path: 'example.c', text: /^```c\n(.*?)^```$/ms.exec(guide)![1]! }]);
    const [, line] = /^ {4}\$ npx bp-im2col (compile .*)$/m.exec(guide)!;
    const ran = await command(...line!.split(' ').map((word) => (/\./.test(word) ? join(folder, word) : word)));
    expect(ran.err).toBe('');
    const made = spawnSync('gcc', [...STRICT, '-Isw', '-I.', '-c', 'example.c', '-o', 'example.o'], {
      ...{ cwd: folder, encoding: 'utf8' },
    });
    expect(made.stderr).toBe('');
    const bytes = Number(/DIGITS_BASE1_BYTES +(\d+)u/.exec(readFileSync(join(folder, 'digits.h'), 'utf8'))![1]);
    expect(statSync(join(folder, 'digits.bin')).size).toBe(bytes);
  });
});

describe(`the loss in C (seed ${SEED})`, () => {
  const next = randomWords(SEED);
  const below = (count: number): number => next() % count;
  const uniform = (): number => next() / 2 ** 32;
  const word = new DataView(new ArrayBuffer(4));
  const SPECIAL = [0, -0, Infinity, -Infinity, NaN, 3.4e38, -3.4e38, 1e-40, -1e-40, 2 ** -126, 1, 88, -88, 710];

  /** One number of an output: by its kind close to others, equal to others, far away, special, or of any bits. */
  const number = [
    () => 8 * (uniform() - 0.5),
    () => below(3),
    () => 2000 * (uniform() - 0.5),
    () => SPECIAL[below(SPECIAL.length)]!,
    () => (below(8) === 0 ? SPECIAL[below(SPECIAL.length)]! : uniform()),
    () => {
      word.setUint32(0, next());
      return word.getFloat32(0);
    },
  ];

  const vector = () => {
    const [images, classes, kind, values] = [
      1 + below(6),
      1 + below(40),
      KINDS[below(2)]!,
      number[below(number.length)]!,
    ];
    const output = Float32Array.from({ length: images * classes }, values);
    const labels = kind === 'softmaxCrossEntropy' && below(2) === 0;
    const wanted = labels
      ? Int32Array.from({ length: images }, () => below(classes))
      : Float32Array.from(output, () => (below(3) === 0 ? 0 : kind === 'meanSquaredError' ? values() : uniform()));
    return { images, classes, kind, output, wanted };
  };
  const vectors = Array.from({ length: 4000 }, vector);

  it.each([
    ['plainly', ['-std=c99', '-O0']],
    ['with all that the processor has', ['-std=gnu99', '-O3', '-march=native']],
  ])('has the bits of TypeScript, compiled %s', (_, flags) => {
    const folder = temporaryFolder();
    writeFiles(folder, software(odd));
    const sources = ['sw/bpi_network.c', 'sw/bpi_driver.c', join(bench, 'loss.c')];
    execFileSync('gcc', [...flags, '-DBPI_CUSTOM_IO', '-Isw', ...sources, '-o', 'loss'], { cwd: folder });
    const input = Buffer.concat(
      vectors.flatMap(({ images, classes, kind, output, wanted }) => [
        bytesOf(Uint32Array.of(KINDS.indexOf(kind), Number(wanted instanceof Int32Array), images, classes)),
        bytesOf(output),
        bytesOf(wanted),
      ]),
    );
    const said = execFileSync(join(folder, 'loss'), { input, maxBuffer: 2 ** 28 });
    let at = 0;
    const read = (): string => bitsOf(said.readDoubleLE(8 * at++));
    for (const { images, classes, kind, output, wanted } of vectors) {
      const { value, gradient } =
        kind === 'meanSquaredError'
          ? meanSquaredError(output, wanted as Float32Array)
          : softmaxCrossEntropy(output, wanted, classes);
      const expected = [0, value, ...gradient].map(bitsOf);
      const got = expected.map(read);
      expect(got, `${kind} of ${images} × ${classes}: ${[...output]}`).toEqual(expected);
    }
    expect(8 * at).toBe(said.length);
  });
});

/** A convolution with a ReLU and a dropout, then a linear layer. */
const small = (): Graph => {
  const map = { B: 2, H: 4, W: 3 };
  const conv = makeLayer({ ...unitLayer, ...map, C: 2, N: 3, Kh: 3, Kw: 3, Pt: 1, Pb: 1, Pl: 1, Pr: 1 });
  const linear = makeLayer({ ...unitLayer, B: 2, C: 36, N: 5 });
  const parameter = (name: string, length: number) => ({
    ...{ name, values: randomValues(length, length, 'fine'), trainable: true },
  });
  return {
    name: 'small',
    inputs: [{ name: 'in', shape: [2, 4, 3, 2] }],
    operations: [
      { kind: 'convolution', name: 'c', x: 'in', layer: conv, transposed: false, weights: 'wc', bias: 'bc' },
      { kind: 'activation', name: 'a', x: 'c', slope: 0, least: -Infinity, most: Infinity },
      { kind: 'dropout', name: 'drop', x: 'a', rate: 0.3 },
      { kind: 'flattening', name: 'f', x: 'drop' },
      { kind: 'convolution', name: 'y', x: 'f', layer: linear, transposed: false, weights: 'wy', bias: 'by' },
    ],
    outputs: ['y'],
    parameters: [parameter('wc', 54), parameter('bc', 3), parameter('wy', 180), parameter('by', 5)],
  };
};

/** What came of a training by C on the Verilated core, and by TypeScript on the model. */
interface Trained {
  readonly said: readonly string[];
  readonly steps: readonly string[];
  readonly memories: readonly Uint8Array[];
  readonly inferred: Uint8Array;
}

type Step = Required<StepInput>;

const places = (compiled: CompiledNetwork): Readonly<Record<string, number>> => {
  const above = (address: number, bytes: number): number => Math.ceil((address + bytes) / 64) * 64;
  // in another order than that of the registers
  const base3 = 0x10000;
  const base1 = above(base3, compiled.bytes[3]);
  const base2 = above(base1, compiled.bytes[1]);
  const program = above(base2, compiled.bytes[2]);
  return { BASE1: base1, BASE2: base2, BASE3: base3, PROGRAM: program, LOST: 0x8000000 };
};

/** Trains in C on the Verilated core. */
const inC = async (
  config: Config,
  compiled: CompiledNetwork,
  graph: Graph,
  steps: readonly Step[],
  breaks: boolean,
): Promise<Trained> => {
  const folder = temporaryFolder();
  const place = places(compiled);
  const defines = Object.entries(place).map(([name, address]) => `#define ${name}_ADDRESS ${address}u\n`);
  writeFiles(folder, [
    ...software(config),
    { path: 'net.h', text: networkHeader(config, compiled, graph, 'net') },
    { path: 'places.h', text: `${defines.join('')}#define BREAKS ${Number(breaks)}\n` },
  ]);
  const binary = (name: string, parts: readonly Uint8Array[]): void =>
    writeFileSync(join(folder, name), Buffer.concat(parts));
  binary('parameters', [initialMemory(compiled, graph)[1]]);
  binary(
    'steps',
    steps.flatMap(({ inputs, labels, loss, seed, rate }) => [
      bytesOf(Uint32Array.of(KINDS.indexOf(loss), Number(labels instanceof Int32Array), seed, 0)),
      bytesOf(Float64Array.of(rate)),
      bytesOf(Float32Array.from(inputs.get(compiled.inputs[0]!)!)),
      bytesOf(labels instanceof Int32Array ? labels : Float32Array.from(labels)),
    ]),
  );
  const sources = ['sw/bpi_driver.c', 'sw/bpi_network.c', join(bench, 'simulated.c'), join(bench, 'train.c')];
  const args = [...STRICT, '-O2', '-DBPI_CUSTOM_IO', '-Isw', '-I.', `-I${bench}`, ...sources, '-o', 'train'];
  execFileSync('gcc', args, { cwd: folder });
  const bases = ([1, 2, 3] as const).map((base) => ({
    ...{ address: BigInt(place[`BASE${base}`]!), bytes: compiled.bytes[base] },
  }));
  const sim = await simulate(config, {
    ...{ images: [], script: [], host: [join(folder, 'train'), folder], dumps: [], allowedWrites: bases },
    memory: {
      ...{ readLatency: 20, writeLatency: 8 },
      errors: [{ access: 'read', address: BigInt(place.LOST!), bytes: 64, response: 'DECERR' }],
    },
    ...{ seed: SEED, maxCycles: 20_000_000 },
  });
  expect(faults(sim)).toEqual([]);
  const said = sim.log.trim().split('\n');
  return {
    said: said.filter((line) => !line.startsWith('step ')),
    steps: said.filter((line) => line.startsWith('step ')),
    memories: [1, 2, 3].map((base) => readFileSync(join(folder, `base${base}`))),
    inferred: readFileSync(join(folder, 'inferred')),
  };
};

/** Trains in TypeScript on the model. */
const onModel = async (
  config: Config,
  compiled: CompiledNetwork,
  graph: Graph,
  steps: readonly Step[],
): Promise<Omit<Trained, 'said'>> => {
  const machine = modelMachine(config);
  const memory = initialMemory(compiled, graph);
  const lines: string[] = [];
  for (const step of steps) {
    const { loss, skipped } = await trainStep(machine, compiled, graph, memory, step);
    lines.push(`step 0 ${bitsOf(loss)} ${Number(skipped)}`);
  }
  const memories = [memory[1], memory[2], memory[3]].map((bytes) => bytes.slice());
  const outputs = await runForward(machine, compiled, memory, steps.at(-1)!.inputs);
  return { steps: lines, memories, inferred: bytesOf(outputs.get(compiled.outputs[0]!)!) };
};

/** Tensors in which two memories differ. */
const different = (compiled: CompiledNetwork, a: readonly Uint8Array[], b: readonly Uint8Array[]): readonly string[] =>
  compiled.tensors
    .filter(({ base, offset, bytes }) => {
      const [one, other] = [a, b].map((all) => all[base - 1]!.subarray(offset, offset + bytes));
      return Buffer.compare(one!, other!) !== 0;
    })
    .map(({ role, name }) => `${role} ${name}`);

const compare = async (
  config: Config,
  graph: Graph,
  training: TrainingOptions,
  steps: readonly Step[],
  breaks = false,
) => {
  const compiled = compileNetwork(config, graph, { training });
  const [c, model] = [await inC(config, compiled, graph, steps, breaks), await onModel(config, compiled, graph, steps)];
  expect(c.steps).toEqual(model.steps);
  expect(different(compiled, c.memories, model.memories)).toEqual([]);
  expect(c.memories.map((bytes) => bytes.length)).toEqual(model.memories.map((bytes) => bytes.length));
  for (const [base, bytes] of c.memories.entries()) expect(Buffer.compare(bytes, model.memories[base]!)).toBe(0);
  expect(Buffer.compare(c.inferred, model.inferred)).toBe(0);
  return { c, compiled, place: places(compiled) };
};

describe(`training in C on the Verilated core (seed ${SEED})`, () => {
  it('leaves the losses and the memory of TypeScript on the model, by every loss, with dropouts, and where steps are skipped', async () => {
    const graph = small();
    const step = (index: number, more: Partial<Step> = {}): Step => ({
      inputs: new Map([['in', randomValues(48, SEED + index, 'fine')]]),
      ...{
        labels: Int32Array.of(index % 5, 3),
        loss: 'softmaxCrossEntropy',
        seed: SEED + index,
        rate: 0.1 / (index + 1),
      },
      ...more,
    });
    const probabilities = Float32Array.of(0.5, 0.25, 0, 0.25, 0, 0.1, 0.2, 0.3, 0.4, 0);
    const large = new Map([['in', randomValues(48, SEED, 'fine').map((value) => value * 2 ** 100)]]);
    // what is written last stays in memory: ties of the rounding to bf16, subnormals, NaNs of two patterns
    const patterns = Uint32Array.from({ length: 48 }, (_, i) => ((0x3f80 + 7 * i) << 16) | 0x8000);
    patterns.set([0x7f800001, 0xffc12345, 0x00400000, 0x80400000, 0x80000000, 0xff800000, 0x7f7fffff, 0x3f808001]);
    const special = new Map([['in', new Float32Array(patterns.buffer)]]);
    const steps = [
      step(0),
      step(1, { labels: probabilities }),
      step(2, { inputs: large }),
      step(3, { labels: randomValues(10, SEED, 'fine'), loss: 'meanSquaredError' }),
      step(4, { inputs: special }),
    ];
    const sgd = { rate: 0.05, momentum: 0.9, weightDecay: 0.01, lossScale: 2 ** 30 };
    const { c, place } = await compare(odd, graph, sgd, steps, true);
    expect(c.steps.map((line) => line.at(-1))).toEqual(['0', '0', '1', '0', '1']);
    expect(c.said).toEqual([
      ...['init 0', 'begin 0', 'bad_label 5', 'no_targets 5', 'misaligned 5'],
      ...['unreachable 5', 'no_training 5', 'overlap 5'],
      ...['bad_program 3', 'bad_program_error OPCODE 0', 'lost 3', `lost_error READ_DECERR ${place.LOST}`],
      ...['timeout 4', 'running 2', 'input_kept 1', 'reset 0', 'begin_again 0', 'infer 0'],
    ]);
  });

  it('trains the digits', async () => {
    const graph = networkGraph('digits', { batch: 1, seed: SEED });
    const batches = batchesOf(digits().train, 1, SEED, NO_AUGMENTATION);
    const steps = [1, 2, 3].map((index): Step => {
      const { x, labels, seed } = batches(index);
      return { inputs: new Map([['image', x]]), labels, loss: 'softmaxCrossEntropy', seed, rate: 0.05 };
    });
    await compare(odd, graph, { rate: 0.05, momentum: 0.9 }, steps);
  });
});
