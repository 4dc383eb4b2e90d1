import { UserError } from '../../base/errors.js';
import { type Room, sideRoom } from '../../dataflows/builder.js';
import {
  coefficientEntries,
  elementwiseStore,
  NO_OPERANDS,
  operationsInstruction,
  sumPeriod,
} from '../../dataflows/vectorInstructions.js';
import type { Config } from '../../description/config.js';
import { type Derived, derive } from '../../description/derive.js';
import { isRunTooLong, LEAST_PERIOD } from '../../isa/program.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { Unlinked } from './link.js';
import { stationaryAlone } from './stationaryAlone.js';
import {
  all,
  type Channels,
  type ElementwiseStep,
  elementBytes,
  type Grid,
  type Key,
  pitchOf,
  STREAMS,
  type StreamName,
  type Sums,
  type TensorSpec,
  type VectorProgram,
  type Walk,
} from './steps.js';
import { operation, program as vectorProgram } from './vectorPrograms.js';

/** A tensor as it lies in memory, for whoever emits instructions. */
export interface Place {
  /** Of the base register, and bytes from it. */
  readonly base: number;
  readonly offset: number;
  readonly elementBytes: number;
  /** Elements from pixel to pixel. */
  readonly pitch: number;
}

export type PlaceOf = (key: Key) => Place;

/** A tensor that begins so many bytes from its base register. */
export const placeAt = (spec: TensorSpec, offset: number): Place => ({
  ...{ base: spec.base, offset, elementBytes: elementBytes(spec), pitch: pitchOf(spec) },
});

/** Some pixels, and some channels of each: what one STORE makes. */
interface Piece {
  readonly pixel: number;
  readonly pixels: number;
  readonly channel: number;
  readonly channels: number;
  /** Each pixel is a run of its own. */
  readonly runs: boolean;
  readonly sumBase: number;
  readonly period: number;
  readonly origin: Origin;
}

/**
 * Pieces that a flat step is cut into at least, where it has enough vectors: the first LOADs and the last STORE of a step
 * have nothing beside them.
 */
const PIECES = 8;
const LEAST_VECTORS = 64;

/** Channels that are gone over together. */
interface Slice {
  readonly channel: number;
  readonly channels: number;
  /** Where sums begin among the coefficients, entries of them that one pixel has, its chunks, and after how many they repeat. */
  readonly sumBase: number;
  readonly entries: number;
  readonly period: number;
}

/** A row of a grid. */
interface Origin {
  readonly image: number;
  readonly row: number;
}

const NO_ORIGIN: Origin = { image: 0, row: 0 };
const NO_SLICE: Slice = { channel: 0, channels: 0, sumBase: 0, entries: 0, period: LEAST_PERIOD };
const DENSE: Walk = { from: 0, image: 0, row: 0, column: 1 };
const ONE_PIXEL = { pixel: 0, pixels: 1, runs: false, sumBase: 0, period: LEAST_PERIOD, origin: NO_ORIGIN } as const;

const originsOf = ({ images, rows }: Grid): readonly Origin[] =>
  Array.from({ length: images * rows }, (_, n) => ({ image: Math.floor(n / rows), row: n % rows }));

const hasCoefficients = ({ coefficients }: VectorProgram): boolean => coefficients.some((key) => key !== undefined);

/** Whether the decoder takes a STORE of so many groups, or runs, of lanes; and LOADs of as many rows. */
const fits = (config: Config, { widths }: Derived, count: number, lanes: number, runs = false): boolean => {
  const store = elementwiseStore(config, runs ? 1 : count, lanes, { narrow: false, address: 0 });
  const most = 2 ** widths.drained - 1;
  return count <= Math.min(most, 2 ** widths.rows - 1) && store.vectorsPerGroup <= most && !isRunTooLong(config, store);
};

/** The greatest count for which something holds that holds for smaller ones; 0 where it never does. */
const greatest = (most: number, holds: (count: number) => boolean): number => {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** The parts of both buffers that an elementwise pass may use. */
export interface Rooms {
  readonly dynamic: Room;
  readonly stationary: Room;
}

const wholeBuffers = ({ dynamicElements, stationaryElements }: Derived): Rooms => ({
  dynamic: { first: 0, elements: dynamicElements },
  stationary: { first: 0, elements: stationaryElements },
});

/** What a pass leaves to elementwise ones beside it. */
export const roomsBeside = (derived: Derived): Rooms => ({
  dynamic: { first: 0, elements: 0 },
  stationary: sideRoom(derived),
});

/** Emits an elementwise pass, as if nothing came before it. */
export class ElementwiseEmitter {
  readonly instructions: Unlinked[] = [];
  private readonly derived: Derived;
  private loads = 0;
  private stores = 0;
  /** STOREs that must end before a half of the buffers can be loaded. */
  private readonly busy = [0, 0];
  private half = 0;

  /** @param rooms absent: all of both buffers. Where none of the dynamic buffer is there, programs read stationary streams alone. */
  constructor(
    private readonly config: Config,
    private readonly place: PlaceOf,
    rooms?: Rooms,
  ) {
    this.derived = derive(config);
    this.rooms = rooms ?? wholeBuffers(this.derived);
  }

  private readonly rooms: Rooms;

  /** Whether there is room for the smallest part of a step: {@link emit} takes those alone. */
  holds(step: ElementwiseStep): boolean {
    const { program, pixels, channels } = step;
    return this.isFlat(step)
      ? this.mostFlat(streamsOf(program), pixels * channels) > 0
      : this.widest(program, channels) > 0;
  }

  /** @throws UserError for what does not fit the buffers, or the coefficients. */
  emit(step: ElementwiseStep): void {
    const { operation: name, pixels, channels, program, grid } = step;
    if (!this.holds(step)) throw this.tooFew(name, program, channels);
    const streams = streamsOf(program);
    const { sums } = program;
    if (this.isFlat(step)) {
      const values = pixels * channels;
      const most = this.mostFlat(streams, values);
      this.setUp(program, NO_SLICE);
      for (let channel = 0; channel < values; channel += most)
        this.piece(program, streams, { ...ONE_PIXEL, channel, channels: Math.min(most, values - channel) });
      return;
    }
    const rows: readonly Origin[] = grid ? originsOf(grid) : [NO_ORIGIN];
    const columns = grid ? grid.columns : pixels;
    const writesDense = program.outputs.every((of) => this.isDense(of, channels));
    for (const slice of this.slices(program, channels)) {
      const whole = slice.channels === channels;
      const gathers = ({ of }: Stream): boolean =>
        (whole && this.isDense(of, channels)) || this.gathers(of, slice.channels);
      const runs = !(whole && writesDense);
      const several = streams.every(gathers) && (!runs || program.outputs.length < 2);
      const fitting = (count: number): boolean => this.fits(streams, count, slice.channels, runs);
      const count = several ? greatest(columns, fitting) : 1;
      this.setUp(program, slice);
      for (const origin of rows)
        for (let pixel = 0; pixel < columns; pixel += count)
          this.piece(program, streams, { ...slice, origin, pixel, pixels: Math.min(count, columns - pixel), runs });
      if (sums) this.writeSums(sums, slice);
    }
  }

  private isDense({ key, first, walk }: Channels, channels: number): boolean {
    return first === 0 && this.place(key).pitch * (walk?.column ?? 1) === channels;
  }

  /** Whether all values are gone over as one pixel: where a pixel ends means nothing. */
  private isFlat({ program, channels, grid }: ElementwiseStep): boolean {
    const tensors = [...streamsOf(program).map(({ of }) => of), ...program.outputs];
    return !grid && this.entriesFor(program, channels) === 0 && tensors.every((of) => this.isDense(of, channels));
  }

  /** Vectors of channels that one set of coefficients and sums has room for, and buffers for a pixel; 0 where there are too few. */
  private widest(program: VectorProgram, channels: number): number {
    const { columns } = this.config.array;
    const lanesOf = (vectors: number): number => Math.min(channels, vectors * columns);
    const name: StreamName = this.rooms.dynamic.elements > 0 ? 'dynamic0' : 'stationary0';
    const loads = [...program.coefficients, program.third].flatMap((key) => (key ? [[{ name, of: all(key) }]] : []));
    const holds = (vectors: number): boolean => {
      const lanes = lanesOf(vectors);
      return (
        this.fits(streamsOf(program), 1, lanes) &&
        loads.every((load) => this.room(load, lanes)) &&
        this.entriesFor(program, lanes) <= this.derived.coefficients
      );
    };
    const most = greatest(Math.ceil(channels / columns), holds);
    return most > 0 && this.periodFor(program, lanesOf(most)) < LEAST_PERIOD ? 0 : most;
  }

  /** Chunks after which the sums of so many channels repeat. */
  private periodFor({ sums }: VectorProgram, channels: number): number {
    const entries = coefficientEntries(this.config, this.derived, channels);
    return sums ? entries * sums.rows : sumPeriod(entries);
  }

  /** Channels that are gone over together: all, or slices about as wide. */
  private slices(program: VectorProgram, channels: number): readonly Slice[] {
    const { columns } = this.config.array;
    const { sums } = program;
    const vectors = Math.ceil(channels / columns);
    const most = this.widest(program, channels);
    const count = Math.ceil(vectors / most);
    // rows of sums are as many for each slice: the last one goes over channels again, so that it is as wide
    const wide = sums ? most : Math.ceil(vectors / count);
    const firsts = Array.from({ length: Math.ceil(vectors / wide) }, (_, n) =>
      sums ? Math.min(n * wide, vectors - wide) : n * wide,
    );
    return firsts.map((first): Slice => {
      const channel = first * columns;
      const own = Math.min(wide * columns, channels - channel);
      const entries = coefficientEntries(this.config, this.derived, own);
      const sumBase = hasCoefficients(program) ? entries : 0;
      return { channel, channels: own, sumBase, entries, period: this.periodFor(program, own) };
    });
  }

  /** What is to be done where coefficients or buffers have room for too few channels. */
  private tooFew(name: string, program: VectorProgram, channels: number): UserError {
    const need = 2 ** Math.ceil(Math.log2(this.entriesFor(program, channels)));
    const enough = need <= this.derived.coefficients;
    const path = enough ? 'buffers' : 'vector.coefficients';
    const message = `${enough ? 'are' : 'is'} too small for ${channels} channels of ${name}, their coefficients and sums`;
    const fix = enough
      ? 'set buffers.dynamicBytes and buffers.stationaryBytes to twice as much'
      : `set ${path} to ${need}`;
    return new UserError([{ code: 'NETWORK_CHANNELS', path, message, fix }]);
  }

  /** Entries of the coefficients that so many channels of a program take. */
  private entriesFor(program: VectorProgram, channels: number): number {
    const entries = coefficientEntries(this.config, this.derived, channels);
    const { sums, third } = program;
    const ofSums = sums ? sums.keys.length * sums.rows * entries : 0;
    return (hasCoefficients(program) ? entries : 0) + ofSums + (third === undefined ? 0 : sumPeriod(entries));
  }

  /** Whether a STORE takes so many pixels of lanes, and buffers their streams. */
  private fits(streams: readonly Stream[], count: number, lanes: number, runs = false): boolean {
    return fits(this.config, this.derived, count, lanes, runs) && this.room(streams, count * lanes);
  }

  /** Whether channels of several pixels can be loaded without gaps: no element is shifted on its way. */
  private gathers({ key, walk }: Channels, channels: number): boolean {
    const { pitch, elementBytes } = this.place(key);
    return ((pitch * (walk?.column ?? 1) - channels) * elementBytes) % this.derived.beatBytes === 0;
  }

  /** Whether so many values of each stream find room in half of its buffer. */
  private room(streams: readonly Stream[], values: number): boolean {
    const { beatElements } = this.derived;
    const { dynamic, stationary } = this.rooms;
    return [dynamic.elements, stationary.elements].every((size, buffer) => {
      const own = streams.filter(({ name }) => isStationary(name) === (buffer === 1));
      const elements = own.map(({ of }) => (values * this.place(of.key).elementBytes) / 2 + 2 * beatElements);
      return elements.reduce((sum, each) => sum + each, 0) <= size / 2;
    });
  }

  private mostFlat(streams: readonly Stream[], values: number): number {
    const { columns } = this.config.array;
    const holds = (count: number): boolean =>
      fits(this.config, this.derived, 1, count * columns) && this.room(streams, count * columns);
    const most = greatest(Math.ceil(values / columns), holds);
    return Math.min(most, Math.max(LEAST_VECTORS, Math.ceil(values / columns / PIECES))) * columns;
  }

  /** The operations, and before them coefficients of some channels into their banks, and sums that begin at 0. */
  private setUp(program: VectorProgram, slice: Slice): void {
    const { channel, channels, entries, period } = slice;
    const keeps = (key: Key, keep: VectorOperation['keep'], sumBases: readonly number[]): void => {
      const streams = { dynamic0: all(key) };
      const load = vectorProgram('coefficients', { operations: [operation({ p: 'dynamic0', keep })], streams });
      const made = this.rooms.dynamic.elements > 0 ? load : stationaryAlone(load)!;
      this.push(operationsInstruction(made.operations, made.constants));
      for (const sumBase of sumBases)
        this.piece(made, streamsOf(made), { ...ONE_PIXEL, channel, channels, sumBase, period });
    };
    for (const [bank, key] of program.coefficients.entries())
      if (key !== undefined) keeps(key, bank === 0 ? 'coefficient0' : 'coefficient1', [0]);
    if (program.third !== undefined) {
      const bases = Array.from({ length: period / entries }, (_, row) => slice.sumBase + row * entries);
      keeps(program.third, 'sum', bases);
    }
    if (program.sums) {
      const { keys, rows } = program.sums;
      const zeros = keys.map((_, n) => operation({ p: 'sums', keep: 'sum', second: n === 1 }));
      this.push(operationsInstruction(zeros, [0, 0, 0, 0]));
      this.piece(vectorProgram('zeros', { operations: zeros }), [], { ...ONE_PIXEL, ...slice, pixels: rows });
    }
    const rate = program.rate === undefined ? {} : { rate: program.rate };
    this.push({ ...operationsInstruction(program.operations, program.constants), ...rate });
  }

  /** Writes the sums of some channels. */
  private writeSums({ keys, rows }: Sums, slice: Slice): void {
    const operations = keys.map((_, n) => operation({ p: 'sums', q: 'sum', second: n === 1, output: n }));
    const program = vectorProgram('sums', { operations, outputs: keys.map(all) });
    this.push(operationsInstruction(operations, program.constants));
    // rows of a slice lie apart, and several outputs are each one run
    const whole = keys.every((key) => this.place(key).pitch === slice.channels);
    const pieces = whole
      ? [{ pixel: 0, pixels: rows, sumBase: slice.sumBase }]
      : Array.from({ length: rows }, (_, row) => ({
          pixel: row,
          pixels: 1,
          sumBase: slice.sumBase + row * slice.entries,
        }));
    for (const piece of pieces) this.piece(program, [], { ...ONE_PIXEL, ...slice, ...piece });
  }

  private push(instruction: Unlinked): void {
    this.instructions.push(instruction);
    if (instruction.kind === 'load') this.loads++;
    else this.stores++;
  }

  /** LOADs of what a STORE reads, and the STORE. */
  private piece(program: VectorProgram, streams: readonly Stream[], piece: Piece): void {
    const { beatElements, beatBytes } = this.derived;
    const { dynamic, stationary } = this.rooms;
    const { pixel, pixels, channel, channels, runs, sumBase, period, origin } = piece;
    /** Elements from the tensor's first one to the first of the piece, and from pixel to pixel. */
    const walked = ({ key, first, walk }: Channels): { readonly start: number; readonly step: number } => {
      const { pitch } = this.place(key);
      const { from, image, row, column } = walk ?? DENSE;
      const start = from + origin.image * image + origin.row * row + pixel * column;
      return { start: start * pitch + first + channel, step: column * pitch };
    };
    const half = this.half;
    this.half = 1 - half;
    const next = [dynamic, stationary].map(({ first, elements }) => first + (half * elements) / 2);
    const at: Partial<Record<StreamName, number>> = {};
    let wide = 0;
    for (const { name, of } of streams) {
      const { base, offset, elementBytes } = this.place(of.key);
      const { start, step } = walked(of);
      const isSide = isStationary(name);
      const address = offset + start * elementBytes;
      const pixelBytes = channels * elementBytes;
      const bytes = pixels * pixelBytes;
      const element = next[Number(isSide)]! + (address % beatBytes) / 2;
      next[Number(isSide)] = Math.ceil((element + bytes / 2) / beatElements) * beatElements;
      at[name] = element;
      if (elementBytes === 4) wide |= 1 << STREAMS.indexOf(name);
      this.push({
        ...{ kind: 'load', waitExec: 0, waitStore: this.busy[half]!, stationary: isSide, reorganize: false },
        ...{ base, address, bufElement: element, n2: 1, stride2: 0, bufStride2: 0 },
        ...(pixels === 1 || step === channels
          ? { rowBytes: bytes, n1: 1, stride1: 0, bufStride1: 0 }
          : { rowBytes: pixelBytes, n1: pixels, stride1: step * elementBytes, bufStride1: pixelBytes / 2 }),
      });
    }
    const outputs = program.outputs.map((of) => {
      const { base, offset, elementBytes } = this.place(of.key);
      const { start, step } = walked(of);
      return { base, elementBytes, step, address: offset + start * elementBytes };
    });
    const [output, second, third] = outputs;
    // offsets are from the first output, wherever base registers are: outputs lie behind one of them
    const distance = (other: typeof output): number => (output && other ? other.address - output.address : 0);
    this.push({ ...NO_OPERANDS, ...at, wide, sumBase, period, offset1: distance(second), offset2: distance(third) });
    const place = { narrow: output?.elementBytes === 2, address: output?.address ?? 0, base: output?.base ?? 0 };
    // groups tell where channels begin again; runs too
    const stride1 = (output?.step ?? 0) * (output?.elementBytes ?? 0);
    const strides = runs && pixels > 1 ? { n1: pixels, stride1 } : {};
    const store = elementwiseStore(this.config, runs ? 1 : pixels, channels, { ...place, ...strides });
    this.push({ ...store, waitLoad: this.loads });
    this.busy[half] = this.stores;
  }
}

interface Stream {
  readonly name: StreamName;
  readonly of: Channels;
}

const streamsOf = ({ streams }: VectorProgram): readonly Stream[] =>
  STREAMS.flatMap((name) => (streams[name] ? [{ name, of: streams[name] }] : []));

const isStationary = (name: StreamName): boolean => name.startsWith('stationary');
