import { UserError } from '../../generator/base/errors.js';
import { makePlan } from '../../generator/compile/plan.js';
import type { Config, Engine } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { type Layer, parseLayer } from '../../generator/description/layer.js';
import {
  type Exec,
  encode,
  type Geometry,
  type Instruction,
  isRunTooLong,
  LEAST_PERIOD,
  type Load,
  type Operands,
  queueCount,
  queueOf,
  type Store,
} from '../../generator/isa/program.js';
import { NO_OPERATION, type VectorOperation } from '../../generator/isa/vectorOperation.js';
import type { Bases } from '../../generator/units/machine.js';
import type { Region } from '../../generator/units/memory.js';
import { storeChunks } from '../../generator/units/vector/shape.js';
import { Draw } from '../soak/random.js';
import { drawOperations, operationsOf, type Unordered } from './operations.js';

/** A program for the vector unit with its memory. */
export interface VectorProgram {
  readonly instructions: readonly Instruction[];
  readonly words: Uint32Array;
  readonly program: number;
  readonly bases: Bases;
  /** What is read, and what is written, with what it holds before. */
  readonly input: Region;
  readonly output: Region;
}

const PROGRAM = 0x10000;
const INPUT = 0x100000;
const OUTPUT = 0x400000;

/** An ordinary bf16 number; one in twelve is special. */
const drawHalf = (draw: Draw): number => {
  if (draw.percent(8))
    return draw.pick([0, 0x8000, 0x7f80, 0xff80, 0x7fc0, 0xffff, 0x0001, 0x807f, 0x0080, 0x7f7f, 0x0100, 0xff7f]);
  return (draw.between(0, 1) << 15) | (draw.between(118, 134) << 7) | draw.between(0, 127);
};

/** The instructions of a layer; none where the buffers are too small for it. */
const instructionsOf = (config: Config, layer: Layer, engine: Engine): readonly Instruction[] => {
  try {
    return makePlan(config, layer, 'fprop', engine).instructions;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [];
  }
};

/** A tile of a layer that fits: what an EXEC needs, and how many sums it makes from entry 0 on. */
const tileOf = (config: Config, draw: Draw): { readonly geometry: Geometry; readonly exec: Exec } => {
  const { rows, columns } = config.array;
  const without = config.engines.filter((one) => one !== 'traditional');
  const engine = without.length > 0 ? draw.pick(without) : config.engines[0]!;
  for (;;) {
    const kernel = draw.pick(['K=1', 'K=3,P=1', 'K=2']);
    const text = `C=${draw.between(1, 2 * rows)},H=${draw.between(2, 5)},W=${draw.between(2, 4)},N=${draw.between(1, columns)},${kernel}`;
    const instructions = instructionsOf(config, parseLayer(text), engine);
    const execs = instructions.filter((one): one is Exec => one.kind === 'exec');
    const [exec] = execs;
    if (!exec || execs.length > 1 || 2 * exec.positionsH * exec.positionsW > config.buffers.accumulatorDepth) continue;
    return { geometry: instructions.find((one): one is Geometry => one.kind === 'geometry')!, exec };
  }
};

/** Collects instructions, and counts what each queue has been given. */
class Sequence {
  readonly instructions: Instruction[] = [];
  private readonly given = { load: 0, exec: 0, store: 0 };

  push(one: Instruction): void {
    this.instructions.push(one);
    const queue = queueOf(one);
    if (queue) this.given[queue] += queueCount(one);
  }

  get counts(): Readonly<Record<'load' | 'exec' | 'store', number>> {
    return { ...this.given };
  }
}

/** Draws a program: all that it says is legal, and its results are promised. */
class Author {
  readonly draw: Draw;
  readonly sequence = new Sequence();
  readonly bases: Bases;
  private outputAt = OUTPUT;
  private readonly lanes: number;
  private readonly entries: number;
  /** Chunks of a whole vector. */
  private readonly perVector: number;
  private readonly tile: ReturnType<typeof tileOf>;
  /** Of each half of the accumulator: whether it holds sums, the EXECs and STOREs given with its last use. */
  private readonly halves = [
    { execs: 0, stores: 0 },
    { execs: 0, stores: 0 },
  ];

  constructor(
    private readonly config: Config,
    seed: number,
  ) {
    this.draw = new Draw(seed);
    const { vectorLanes, coefficients } = derive(config);
    this.lanes = vectorLanes;
    this.entries = coefficients;
    this.perVector = Math.ceil(config.array.columns / vectorLanes);
    const base = (): number => 64 * this.draw.between(0, INPUT / 64);
    this.bases = [base(), base(), base()];
    this.tile = tileOf(config, this.draw);
  }

  /** An address as an instruction gives it. */
  private based(address: number): { readonly address: number; readonly base: number } {
    const base = this.draw.between(0, 3);
    return { address: address - [0, ...this.bases][base]!, base };
  }

  /** Behind all that is written, to a multiple of a page. */
  get outputEnd(): number {
    return Math.ceil((this.outputAt + 1) / 4096) * 4096;
  }

  private waits(): { readonly waitExec: number; readonly waitLoad: number } {
    return { waitExec: 0, waitLoad: this.sequence.counts.load };
  }

  /** Fills both buffers, once everything before has ended. */
  fill(): void {
    const { dynamicBytes, stationaryBytes } = this.config.buffers;
    const { exec: waitExec, store: waitStore } = this.sequence.counts;
    const load = (stationary: boolean, from: number, rowBytes: number): Load => ({
      ...{ kind: 'load', stationary, reorganize: false, waitExec, waitStore },
      ...{ ...this.based(from), bufElement: 0, rowBytes, n1: 1, n2: 1 },
      ...{ stride1: 0, stride2: 0, bufStride1: 0, bufStride2: 0 },
    });
    const shift = 128 * this.draw.between(0, 7);
    this.sequence.push(load(false, INPUT + shift, dynamicBytes));
    this.sequence.push(load(true, INPUT + shift + dynamicBytes, stationaryBytes));
  }

  /** Sums into a half of the accumulator, beside what the vector unit does with the other. */
  exec(half: number): void {
    const { draw, sequence, tile } = this;
    const { load: waitLoad } = sequence.counts;
    const from = half * (this.config.buffers.accumulatorDepth / 2);
    for (let more = draw.between(1, 3); more > 0; more--) {
      sequence.push({
        ...tile.exec,
        ...{ waitLoad, waitStore: this.halves[half]!.stores },
        pixBase: from,
        dynBase: draw.between(0, 1000),
      });
    }
    this.halves[half]!.execs = sequence.counts.exec;
  }

  private region(bytes: number): number {
    const at = this.outputAt + 2 * this.draw.between(0, 40);
    this.outputAt = at + bytes + 2 * this.draw.between(0, 8);
    return at;
  }

  /** A STORE without its address and vector unit; its runs lie one behind the other, with gaps, upwards or downwards. */
  private shape(most: number, oneRun: boolean, narrow: boolean): Unordered<Store> {
    const { draw, config } = this;
    const { columns } = config.array;
    const size = narrow ? derive(config).dataBytes : 4;
    for (;;) {
      const [groups, vectorsPerGroup] = [draw.pick([1, 1, 2, 3, 5]), draw.percent(40) ? 1 : draw.between(1, most)];
      const [n1, n2] = oneRun ? [1, 1] : [draw.pick([1, 2, 3]), draw.pick([1, 1, 2])];
      const accGroupStride = vectorsPerGroup + draw.between(0, 1);
      const accStride1 = groups * accGroupStride;
      const accStride2 = n1 * accStride1;
      const span = n2 * accStride2;
      if (span > most) continue;
      const lastLanes = draw.percent(50) ? columns : draw.between(1, columns);
      const bytes = groups * ((vectorsPerGroup - 1) * columns + lastLanes) * size;
      const stride1 = bytes + size * draw.between(0, 3);
      const stride2 = n1 * stride1 + size * draw.between(0, 3);
      const store: Unordered<Store> = {
        ...{ kind: 'store', narrow, shift: 0, address: 0, accBase: draw.between(0, most - span) },
        ...{ groups, vectorsPerGroup, n1, n2, stride1, stride2, accStride1, accStride2, accGroupStride, lastLanes },
      };
      if (!isRunTooLong(config, { ...store, waitExec: 0, waitLoad: 0 })) return store;
    }
  }

  /** Room for a STORE's runs, aligned as it must be, and where it is in memory. */
  private placed(store: Unordered<Store>): Unordered<Store> {
    const { n2, stride2, narrow } = store;
    const size = narrow ? derive(this.config).dataBytes : 4;
    const at = Math.ceil(this.region(n2 * stride2 + size) / size) * size;
    return { ...store, ...this.based(at) };
  }

  private operands(store: Unordered<Store>, offsets: readonly [number, number]): void {
    const { draw, entries, perVector, config } = this;
    const { group } = storeChunks(config, { ...store, waitExec: 0, waitLoad: 0 });
    const whole = config.array.columns % this.lanes === 0;
    // coefficients for channels lie in the lower half of both banks, sums in the upper one; where a vector ends within a chunk, chunks keep their place
    const most = Math.max(0, entries / 2 - group);
    const coefficientBase = whole ? draw.between(0, most) : perVector * draw.between(0, Math.floor(most / perVector));
    const operands: Unordered<Operands> = {
      kind: 'operands',
      wide: draw.between(0, 15),
      ...{
        dynamic0: this.element(),
        dynamic1: this.element(),
        stationary0: this.element(),
        stationary1: this.element(),
      },
      coefficientBase,
      sumBase: entries / 2,
      period: draw.between(LEAST_PERIOD, Math.max(LEAST_PERIOD, entries / 4)),
      ...{ offset1: offsets[0], offset2: offsets[1] },
    };
    this.sequence.push({ ...operands, ...this.waits() });
  }

  /** Anywhere: streams wrap. */
  private element(): number {
    return this.draw.between(0, 2 ** 31 - 1);
  }

  /** A STORE through the vector unit: of nothing, or of a half of the accumulator. */
  post(half: number | undefined): void {
    const { draw, sequence, config } = this;
    const narrow = draw.percent(50);
    const shape = this.shape(config.buffers.accumulatorDepth / 2, draw.percent(60), narrow);
    const oneRun = shape.n1 * shape.n2 === 1;
    const { group } = storeChunks(config, { ...shape, waitExec: 0, waitLoad: 0 });
    const { instruction } = drawOperations(draw, {
      outputs: oneRun ? 3 : 1,
      distinctChannels: (group >= 16 || (oneRun && shape.groups === 1)) && group <= this.entries / 2,
      apart: group <= this.entries / 2,
    });
    const store = this.placed(shape);
    const bytes = shape.groups * shape.vectorsPerGroup * config.array.columns * 4;
    const first = [0, ...this.bases][store.base!]! + store.address;
    const offsets = [this.region(bytes) - first, this.region(bytes) - first] as const;
    const set = [
      (): void => sequence.push({ ...instruction, ...this.waits() }),
      (): void => this.operands(store, offsets),
    ];
    for (const one of draw.percent(50) ? set : set.reverse()) one();
    this.give(store, half, true);
  }

  /** A STORE as it is without the vector unit. */
  plain(half: number): void {
    this.give(
      this.placed(this.shape(this.config.buffers.accumulatorDepth / 2, false, this.draw.percent(50))),
      half,
      false,
    );
  }

  private give(store: Unordered<Store>, half: number | undefined, post: boolean): void {
    const { sequence, config } = this;
    const from = half === undefined ? 0 : half * (config.buffers.accumulatorDepth / 2);
    sequence.push({
      ...store,
      accBase: store.accBase + from,
      ...{ post, elementwise: half === undefined },
      ...{ waitExec: half === undefined ? 0 : this.halves[half]!.execs, waitLoad: sequence.counts.load },
    });
    if (half !== undefined) this.halves[half]!.stores = sequence.counts.store;
  }

  /** Writes every coefficient that may be read. */
  begin(): void {
    const { sequence, config, entries, perVector } = this;
    const { columns } = config.array;
    sequence.push(this.tile.geometry);
    this.fill();
    const set = (one: VectorOperation): void =>
      sequence.push({ ...operationsOf([one], [0, 0, 0, 0]), ...this.waits() });
    const store = (groups: number, vectorsPerGroup: number, lastLanes: number): void => {
      const empty = { stride1: 0, stride2: 0, accStride1: 0, accStride2: 0, accGroupStride: 0, accBase: 0 };
      const runs = { groups, vectorsPerGroup, n1: 1, n2: 1, lastLanes, narrow: false, shift: 0 };
      this.give({ kind: 'store', ...this.based(OUTPUT), ...empty, ...runs }, undefined, true);
    };
    const operands = (coefficientBase: number, sumBase: number): void =>
      sequence.push({
        ...{ kind: 'operands', wide: 0, dynamic0: 0, dynamic1: 0, stationary0: 0, stationary1: 0 },
        ...{ coefficientBase, sumBase, period: entries, offset1: 0, offset2: 0, ...this.waits() },
      });
    // bank 1 chunk by chunk, each of all lanes that there are
    set({ ...NO_OPERATION, p: 'dynamic0', keep: 'sum' });
    for (let entry = 0; entry < entries; entry += 16) {
      operands(0, entry);
      store(16, 1, Math.min(this.lanes, columns));
    }
    // bank 0 vector by vector
    set({ ...NO_OPERATION, p: 'dynamic1', keep: 'coefficient0' });
    for (let entry = 0; entry < entries; entry += 16 * perVector) {
      operands(entry, 0);
      store(1, 16, columns);
    }
  }
}

/** A random program for the vector unit, of a seed: sums, streams, coefficients, outputs, beside EXECs and other STOREs. */
export const vectorProgram = (config: Config, seed: number, steps = 12): VectorProgram => {
  const author = new Author(config, seed);
  const { draw } = author;
  author.begin();
  for (let step = 0; step < steps; step++) {
    const half = draw.between(0, 1);
    const kind = draw.between(0, 99);
    if (kind < 8) author.fill();
    else if (kind < 30) author.exec(half);
    else if (kind < 60) author.post(half);
    else if (kind < 70) author.plain(half);
    else author.post(undefined);
  }
  author.sequence.push({ kind: 'end' });
  const { instructions } = author.sequence;
  const { dynamicBytes, stationaryBytes } = config.buffers;
  const input = new Uint8Array(dynamicBytes + stationaryBytes + 1024);
  const halves = new DataView(input.buffer);
  for (let at = 0; at < input.length; at += 2) halves.setUint16(at, drawHalf(draw), true);
  const output = new Uint8Array(author.outputEnd - OUTPUT);
  for (let at = 0; at < output.length; at++) output[at] = draw.between(0, 255);
  return {
    ...{ instructions, words: encode(instructions), program: PROGRAM, bases: author.bases },
    input: { base: INPUT, bytes: input },
    output: { base: OUTPUT, bytes: output },
  };
};
