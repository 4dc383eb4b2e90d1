import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { ElementwiseEmitter, type Place, roomsBeside } from '../../generator/compile/network/emitElementwise.js';
import { inSequence, type Unlinked } from '../../generator/compile/network/link.js';
import { stationaryAlone } from '../../generator/compile/network/stationaryAlone.js';
import {
  all,
  type ElementwiseStep,
  type Key,
  STREAMS,
  type VectorProgram,
} from '../../generator/compile/network/steps.js';
import { lowerUpdate, lowerUpdateBeside } from '../../generator/compile/network/update.js';
import { operation, program } from '../../generator/compile/network/vectorPrograms.js';
import { weave } from '../../generator/compile/network/weave.js';
import { makePlan } from '../../generator/compile/plan.js';
import { operationsInstruction } from '../../generator/dataflows/vectorInstructions.js';
import type { Config } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { makeLayer } from '../../generator/description/layer.js';
import { encode, type Queue, queueCount, queueOf, waitsOf } from '../../generator/isa/program.js';
import { CLIPS, FACTORS, GATES, operationsProblem, type VectorOperation } from '../../generator/isa/vectorOperation.js';
import { execute } from '../../generator/machine/executor.js';
import { Draw } from '../../scripts/soak/random.js';
import { runVector } from '../../scripts/vector/run.js';
import { unitLayer } from '../golden/graph/graphs.js';
import { odd, ref16 } from '../run/network/configs.js';

const INPUT = 0x10_0000;
const OUTPUT = 0x20_0000;
const PROGRAM = 0x40_0000;

/** Tensors one behind the other, of a part of memory, and what they hold. */
class Tensors {
  private readonly places = new Map<Key, Place>();
  private inputAt = INPUT;
  private outputAt = OUTPUT;

  constructor(private readonly draw: Draw) {}

  add(name: Key, pixels: number, channels: number, wide: boolean, isOutput: boolean): Key {
    const elementBytes = wide ? 4 : 2;
    const from = isOutput ? this.outputAt : this.inputAt;
    const offset = Math.ceil(from / elementBytes) * elementBytes + elementBytes * this.draw.between(0, 20);
    const end = offset + pixels * channels * elementBytes;
    if (isOutput) this.outputAt = end;
    else this.inputAt = end;
    this.places.set(name, { base: 0, offset, elementBytes, pitch: channels });
    return name;
  }

  readonly place = (key: Key): Place => this.places.get(key)!;

  /** Memory whose inputs hold ordinary numbers of both formats. */
  memory() {
    const input = new Uint8Array(Math.ceil((this.inputAt + 1 - INPUT) / 64) * 64);
    const halves = new DataView(input.buffer);
    for (let at = 0; at < input.length; at += 2)
      halves.setUint16(
        at,
        (this.draw.between(0, 1) << 15) | (this.draw.between(120, 132) << 7) | this.draw.between(0, 127),
        true,
      );
    return {
      input: { base: INPUT, bytes: input },
      output: { base: OUTPUT, bytes: new Uint8Array(Math.ceil((this.outputAt + 1 - OUTPUT) / 64) * 64) },
    };
  }

  inputRoom(bytes: number): number {
    const at = Math.ceil(this.inputAt / 64) * 64;
    this.inputAt = at + bytes;
    return at;
  }

  outputRoom(bytes: number): number {
    const at = Math.ceil(this.outputAt / 64) * 64;
    this.outputAt = at + bytes;
    return at;
  }
}

/** A random program of two streams, whichever: what compiled networks ask of the unit, and more. */
const drawProgram = (draw: Draw, tensors: Tensors, pixels: number, channels: number): VectorProgram => {
  const names = [...STREAMS];
  const streams = Object.fromEntries(
    [0, 1].map((n) => {
      const [name] = names.splice(draw.between(0, names.length - 1), 1);
      return [name!, all(tensors.add(`stream ${n}`, pixels, channels, draw.percent(30), false))];
    }),
  ) as VectorProgram['streams'];
  const has = (name: (typeof STREAMS)[number]): boolean => streams[name] !== undefined;
  const coefficients = [0, 1].map((n) =>
    draw.percent(50) ? tensors.add(`coefficient ${n}`, 1, channels, true, false) : undefined,
  ) as unknown as VectorProgram['coefficients'];
  const sources = (['dynamic0', 'dynamic1'] as const).filter(has);
  const sides = (['stationary0', 'stationary1'] as const).filter(has);
  const written: number[] = [];
  const count = draw.between(1, 4);
  const drawn = () =>
    Array.from({ length: count }, (_, n): VectorOperation => {
      const register = (): number => (written.length > 0 ? draw.pick(written) : 0);
      const registers = written.length > 0 ? (['register'] as const) : [];
      const p = draw.pick([...sources, ...sources, ...registers, 'sums'] as const);
      const q = draw.pick([
        ...['none' as const],
        ...registers,
        ...sides,
        ...sides,
        ...(coefficients[1] ? (['coefficient'] as const) : []),
      ]);
      const factor = draw.pick(
        FACTORS.filter((one) => (one !== 'q' || q !== 'none') && (one !== 'coefficient' || coefficients[0])),
      );
      const gate = draw.pick(GATES.filter((one) => one === 'none' || one === 'p' || q !== 'none'));
      const made = operation({
        ...{ p, pRegister: p === 'register' ? register() : 0, q, qRegister: q === 'register' ? register() : 0 },
        ...{
          factor,
          gate,
          leak: gate !== 'none' && draw.percent(50),
          clip: draw.pick(CLIPS.filter((one) => one !== 'root')),
        },
        ...{ constant: draw.between(0, 3), swap: q !== 'none' && draw.percent(30) },
        ...(n === count - 1 ? { output: 0 } : { write: draw.between(0, 5) }),
      });
      if (made.write !== undefined) written.push(made.write);
      return made;
    });
  let operations = drawn();
  while (operationsProblem(operationsInstruction(operations, [0, 0, 0, 0])) !== undefined) {
    written.length = 0;
    operations = drawn();
  }
  const output = tensors.add('result', pixels, channels, draw.percent(30), true);
  return program('some', { operations, streams, coefficients, constants: [-0.5, 0.75, -2, 3], outputs: [all(output)] });
};

/** The sums of two streams, as gradients of batch normalisation ask for. */
const sumsProgram = (tensors: Tensors, pixels: number, channels: number, rows: number): VectorProgram => {
  const stream = (name: string) => all(tensors.add(name, pixels, channels, false, false));
  return program('sums', {
    streams: { dynamic0: stream('g'), stationary0: stream('x') },
    operations: [
      operation({ p: 'dynamic0', q: 'stationary0', factor: 'q', write: 0 }),
      operation({ p: 'dynamic0', q: 'sum', keep: 'sum' }),
      operation({ p: 'register', pRegister: 0, q: 'sum', keep: 'sum', second: true }),
    ],
    sums: { keys: [0, 1].map((n) => tensors.add(`sums ${n}`, rows, channels, true, true)), rows },
  });
};

const bytesOf = (
  config: Config,
  instructions: readonly Unlinked[],
  { input, output }: ReturnType<Tensors['memory']>,
) => {
  const written = { ...output, bytes: output.bytes.slice() };
  execute(config, encode([...instructions.map(({ rate: _, ...one }) => one), { kind: 'end' }]), [
    { ...input, bytes: input.bytes.slice() },
    written,
  ]);
  return written.bytes;
};

const emitted = (config: Config, step: ElementwiseStep, { place }: Tensors, alone: boolean): readonly Unlinked[] => {
  const emitter = new ElementwiseEmitter(config, place, alone ? roomsBeside(derive(config)) : undefined);
  emitter.emit(alone ? { ...step, program: stationaryAlone(step.program)! } : step);
  return emitter.instructions;
};

/** Values as numbers, where zeros of both signs are one. */
const numbers = (bytes: Uint8Array, wide: boolean): readonly number[] => {
  const view = new DataView(bytes.buffer);
  const size = wide ? 4 : 2;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, n) => {
    const bits = wide ? view.getUint32(4 * n, true) : view.getUint16(2 * n, true);
    return bits === (wide ? 0x8000_0000 : 0x8000) ? 0 : bits;
  });
};

const CONFIGS = [
  ['odd', odd],
  ['ref16', ref16],
] as const;

const sizes = { pixels: fc.integer({ min: 1, max: 40 }), channels: fc.integer({ min: 1, max: 40 }) };

describe('a program that reads stationary streams alone', () => {
  it.each(CONFIGS)('makes the same of them on %s, but for the sign of a zero', (_name, config) => {
    let changed = 0;
    fc.assert(
      fc.property(fc.nat(), sizes.pixels, sizes.channels, (seed, pixels, channels) => {
        const draw = new Draw(seed);
        const tensors = new Tensors(draw);
        const made = drawProgram(draw, tensors, pixels, channels);
        const alone = stationaryAlone(made);
        expect(alone).toBeDefined();
        expect(Object.keys(alone!.streams).every((name) => name.startsWith('stationary'))).toBe(true);
        if (alone!.operations.length > made.operations.length) changed++;
        const step: ElementwiseStep = { kind: 'elementwise', operation: 'it', pixels, channels, program: made };
        const memory = tensors.memory();
        const [one, other] = [false, true].map((is) => bytesOf(config, emitted(config, step, tensors, is), memory));
        const wide = tensors.place('result').elementBytes === 4;
        const bits = (bytes: Uint8Array): readonly number[] => {
          const { offset } = tensors.place('result');
          return numbers(bytes.slice(offset - OUTPUT), wide).slice(0, pixels * channels);
        };
        expect(bits(other!)).toEqual(bits(one!));
      }),
      { seed: 401, numRuns: 150, endOnFailure: true },
    );
    expect(changed).toBeGreaterThan(20);
  });

  it('is none where there are three streams, or operations become too many', () => {
    const stream = all('x');
    const three = { dynamic0: stream, dynamic1: stream, stationary0: stream };
    expect(
      stationaryAlone(program('three', { streams: three, operations: [operation({ p: 'dynamic0', output: 0 })] })),
    ).toBeUndefined();
    const full = [0, 1, 2, 3, 4, 5, 6, 7].map((write) => operation({ p: 'register', pRegister: write, write }));
    const read = operation({ p: 'dynamic0', q: 'stationary0', output: 0 });
    const streams = { dynamic0: stream, stationary0: stream };
    expect(stationaryAlone(program('full', { streams, operations: [...full.slice(2), read] }))).toBeDefined();
    expect(stationaryAlone(program('full', { streams, operations: [...full.slice(1), read] }))).toBeUndefined();
  });
});

describe('what a pass leaves to elementwise steps', () => {
  const stepOf = (tensors: Tensors, channels: number, wide: boolean, learns = false): ElementwiseStep => ({
    ...{ kind: 'elementwise', operation: 'it', pixels: 4, channels },
    program: program('scale', {
      streams: { stationary0: all(tensors.add('x', 4, channels, wide, false)) },
      operations: [operation({ p: 'sums', q: 'stationary0', factor: learns ? 'coefficient' : 'one', output: 0 })],
      coefficients: [learns ? tensors.add('scale', 1, channels, true, false) : undefined, undefined],
      outputs: [all(tensors.add('y', 4, channels, false, true))],
    }),
  });

  it.each([
    ['values one after the other', false],
    ['pixels', true],
  ])('is refused where it holds no vector: %s', (_what, learns) => {
    const tensors = new Tensors(new Draw(1));
    const rooms = { dynamic: { first: 0, elements: 0 }, stationary: { first: 0, elements: 64 } };
    const emitter = new ElementwiseEmitter(ref16, tensors.place, rooms);
    const step = stepOf(tensors, 64, true, learns);
    expect(emitter.holds(step)).toBe(false);
    expect(() => emitter.emit(step)).toThrow(UserError);
    expect(() => emitter.emit(step)).toThrow(/buffers: are too small for 64 channels of it/);
  });

  it('is not left by coefficients, which are wider than what they are for', () => {
    const tensors = new Tensors(new Draw(1));
    const rooms = { dynamic: { first: 0, elements: 0 }, stationary: { first: 1024, elements: 1024 } };
    const emitter = new ElementwiseEmitter(ref16, tensors.place, rooms);
    emitter.emit(stepOf(tensors, 400, false, true));
    const loads = emitter.instructions.filter((one) => one.kind === 'load');
    const half = (element: number): number => Math.floor(element / 512);
    expect(loads.length).toBeGreaterThan(2);
    for (const { bufElement, rowBytes, n1 } of loads)
      expect(half(bufElement + (n1 * rowBytes) / 2 - 1)).toBe(half(bufElement));
  });
});

describe('an update of weights in steps that can be beside a pass', () => {
  it('leaves the weights, velocities and copies that the one by itself leaves', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draw = new Draw(seed);
        const tensors = new Tensors(draw);
        const [pixels, channels] = [draw.between(1, 20), draw.between(1, 40)];
        const momentum = draw.pick([0, 0.9]);
        const options = {
          ...{ rate: 0.1, momentum, nesterov: momentum > 0 && draw.percent(50) },
          ...{ weightDecay: draw.pick([0, 0.01]), clip: draw.pick([Number.POSITIVE_INFINITY, 1]) },
          lossScale: draw.pick([1, 8]),
        };
        const blocks = {
          ...{ pixels, channels, gradients: tensors.add('gradients', pixels, channels, true, false) },
          parameters: tensors.add('parameters', pixels, channels, true, true),
          operands: tensors.add('operands', pixels, channels, false, true),
          ...(momentum > 0 ? { velocities: tensors.add('velocities', pixels, channels, true, true) } : {}),
        };
        const { input, output } = tensors.memory();
        new Float32Array(output.bytes.buffer).forEach((_, n, values) => {
          values[n] = draw.between(-1000, 1000) / 256;
        });
        const [apart, beside] = [
          lowerUpdate(blocks, options).map((step) => emitted(odd, step, tensors, false)),
          lowerUpdateBeside(blocks, options).map((step) => emitted(odd, step, tensors, true)),
        ].map((steps) => bytesOf(odd, inSequence(steps), { input, output }));
        expect(beside).toEqual(apart);
        expect(apart).not.toEqual(output.bytes);
      }),
      { seed: 403, numRuns: 60, endOnFailure: true },
    );
  });
});

/** A weight gradient and elementwise steps that do not touch it. */
const wovenCase = (config: Config, seed: number) => {
  const draw = new Draw(seed);
  const tensors = new Tensors(draw);
  const { rows, columns } = config.array;
  const K = draw.pick([1, 3]);
  const pad = (K - 1) / 2;
  const shape = { B: draw.between(1, 2), C: draw.between(1, 3 * rows), N: draw.between(1, 3 * columns) };
  const S = draw.between(1, 2);
  const layer = makeLayer({
    ...{ ...unitLayer, ...shape, H: draw.between(2, 7), W: draw.between(2, 7), Kh: K, Kw: K, Sh: S, Sw: S },
    ...{ Pt: pad, Pb: pad, Pl: pad, Pr: pad },
  });
  const { B, C, N, H, W, Ho, Wo } = layer;
  const place = {
    x: tensors.inputRoom(B * H * W * C * 2),
    dy: tensors.inputRoom(B * Ho * Wo * N * 2),
    output: tensors.outputRoom(K * K * C * N * 4),
  };
  const engine = draw.pick(config.engines);
  const scratch = engine === 'traditional' && S > 1 ? { scratch: tensors.outputRoom(B * 4 * Ho * Wo * N * 2) } : {};
  const plan = makePlan(config, layer, 'wgrad', engine, { place: { ...place, ...scratch }, besides: true });
  const steps = Array.from({ length: draw.between(1, 2) }, (_, n): ElementwiseStep => {
    const [pixels, channels] = [draw.between(1, 200), draw.between(1, 3 * columns)];
    const own = new Proxy(tensors, {
      get: (target, name) =>
        name === 'add'
          ? (key: Key, ...rest: [number, number, boolean, boolean]) => target.add(`${n} ${key}`, ...rest)
          : Reflect.get(target, name),
    });
    const least = Math.ceil(16 / Math.ceil(channels / derive(config).vectorLanes));
    const made = draw.percent(40)
      ? sumsProgram(own, pixels, channels, least)
      : drawProgram(draw, own, pixels, channels);
    return { kind: 'elementwise', operation: 'it', pixels, channels, program: made };
  });
  const pass = plan.instructions.slice(0, -1);
  const elementwise = inSequence(steps.map((step) => emitted(config, step, tensors, true)));
  return { pass, elementwise, woven: weave(config, pass, plan.cost.cycles, elementwise), memory: tensors.memory() };
};

/** What an instruction says but for its waits. */
const bare = (one: Unlinked): string => JSON.stringify({ ...one, waitLoad: 0, waitExec: 0, waitStore: 0 });

/**
 * Of a program made of others, each queue in its order: waits that end before what the instruction waited for in its own program has completed; and
 * what is in no program.
 */
const missing = (woven: readonly Unlinked[], programs: readonly (readonly Unlinked[])[]): readonly string[] => {
  const given = { load: 0, exec: 0, store: 0 };
  const queues = programs.map((program) => {
    const of = (queue: Queue): Unlinked[] => program.filter((one) => queueOf(one) === queue);
    // `ends`: how many of all have completed with its n-th instruction
    return {
      left: { load: of('load'), exec: of('exec'), store: of('store') },
      ends: { load: [0], exec: [0], store: [0] },
    };
  });
  const findings = woven.flatMap((one, at) => {
    const queue = queueOf(one)!;
    const from = queues.find(({ left }) => left[queue][0] && bare(left[queue][0]) === bare(one));
    if (!from) return [`${at}: ${one.kind} is of no program`];
    const waits = new Map(waitsOf(one));
    const early = waitsOf(from.left[queue].shift()!).filter(
      ([name, count]) => !(waits.get(name)! >= from.ends[name][count]!),
    );
    for (let n = 0; n < queueCount(one); n++) from.ends[queue].push(++given[queue]);
    return early.map(([name]) => `${at}: ${one.kind} does not wait for its ${name}s`);
  });
  const left = queues.flatMap(({ left: { load, exec, store } }) => [...load, ...exec, ...store]);
  return [...findings, ...left.map(({ kind }) => `a ${kind} is missing`)];
};

describe('a weight gradient with elementwise steps beside it', () => {
  it.each(CONFIGS)('leaves on %s what both leave one after the other', (_name, config) => {
    let mixed = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { pass, elementwise, woven, memory } = wovenCase(config, seed);
        expect(woven.length).toBe(pass.length + elementwise.length);
        const stores = woven.map((one) => (one.kind === 'store' ? one.elementwise === true : undefined));
        const own = stores.filter((is) => is !== undefined);
        if (own.indexOf(true) < own.lastIndexOf(false)) mixed++;
        expect(bytesOf(config, woven, memory)).toEqual(bytesOf(config, inSequence([pass, elementwise]), memory));
        expect(missing(woven, [pass, elementwise])).toEqual([]);
      }),
      { seed: 402, numRuns: 60, endOnFailure: true },
    );
    expect(mixed).toBeGreaterThan(20);
  });

  it.each([1, 2, 3, 4, 5, 6])('is on the RTL what the model says: program %i', async (seed) => {
    const { woven, memory } = wovenCase(odd, 900 + seed);
    const words = encode([...woven.map(({ rate: _, ...one }) => one), { kind: 'end' }]);
    const stall = { readLatency: 4 + 30 * seed, writeLatency: 5 * seed, stallPercent: seed % 2 ? 30 : 0 };
    const given = { instructions: woven, words, program: PROGRAM, bases: [0, 0, 0] as const, ...memory };
    const { findings } = await runVector(odd, given, { seed, memory: stall });
    expect(findings).toEqual([]);
  });
});
