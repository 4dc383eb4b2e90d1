import {
  coefficientEntries,
  elementwiseStore,
  NO_OPERANDS,
  operationsInstruction,
} from '../../dataflows/vectorInstructions.js';
import type { Config } from '../../description/config.js';
import { type Derived, derive } from '../../description/derive.js';
import { type Instruction, isRunTooLong } from '../../isa/program.js';
import {
  type Channels,
  type ElementwiseStep,
  type Key,
  STREAMS,
  type StreamName,
  type VectorProgram,
} from './steps.js';
import { operation } from './vectorPrograms.js';

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

/** Some pixels, and some channels of each: what one STORE makes. */
interface Piece {
  readonly pixel: number;
  readonly pixels: number;
  readonly channel: number;
  readonly channels: number;
  /** Each pixel is a run of its own. */
  readonly runs: boolean;
}

/**
 * Pieces that a flat step is cut into at least, where it has enough vectors: the first LOADs and the last STORE of a step
 * have nothing beside them.
 */
const PIECES = 8;
const LEAST_VECTORS = 64;

const ONE_PIXEL = { pixel: 0, pixels: 1, runs: false } as const;

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

/** Emits an elementwise pass, as if nothing came before it. */
export class ElementwiseEmitter {
  readonly instructions: Instruction[] = [];
  private readonly derived: Derived;
  private loads = 0;
  private stores = 0;
  /** STOREs that must end before a half of the buffers can be loaded. */
  private readonly busy = [0, 0];
  private half = 0;

  constructor(
    private readonly config: Config,
    private readonly place: PlaceOf,
  ) {
    this.derived = derive(config);
  }

  emit({ pixels, channels, program }: ElementwiseStep): void {
    const streams = STREAMS.flatMap((name) => (program.streams[name] ? [{ name, of: program.streams[name] }] : []));
    const byChannel = program.coefficients.some((key) => key !== undefined);
    const isDense = ({ key, first }: Channels): boolean => first === 0 && this.place(key).pitch === channels;
    const [readsDense, writesDense] = [streams.every(({ of }) => isDense(of)), program.outputs.every(isDense)];
    if (readsDense && writesDense && !byChannel) {
      // as one pixel: where a pixel ends means nothing
      const values = pixels * channels;
      const most = this.mostFlat(streams, values);
      this.setUp(program, 0, 0);
      for (let channel = 0; channel < values; channel += most)
        this.piece(program, streams, { ...ONE_PIXEL, channel, channels: Math.min(most, values - channel) });
      return;
    }
    const runs = !writesDense;
    const fitting = (count: number, lanes: number): boolean =>
      fits(this.config, this.derived, count, lanes, runs) &&
      this.room(streams, count * lanes) &&
      (!byChannel || coefficientEntries(this.config, this.derived, lanes) <= this.derived.coefficients);
    const inOne = streams.every(({ of }) => isDense(of) || this.gathers(of, channels));
    if (inOne && fitting(1, channels) && (writesDense || program.outputs.length === 1)) {
      this.setUp(program, 0, channels);
      const count = greatest(pixels, (some) => fitting(some, channels));
      for (let pixel = 0; pixel < pixels; pixel += count)
        this.piece(program, streams, { pixel, pixels: Math.min(count, pixels - pixel), channel: 0, channels, runs });
      return;
    }
    const { columns } = this.config.array;
    const vectors = greatest(Math.ceil(channels / columns), (some) => fitting(1, Math.min(channels, some * columns)));
    const wide = Math.min(channels, vectors * columns);
    for (let channel = 0; channel < channels; channel += wide) {
      const some = Math.min(wide, channels - channel);
      this.setUp(program, channel, some);
      for (let pixel = 0; pixel < pixels; pixel++)
        this.piece(program, streams, { pixel, pixels: 1, channel, channels: some, runs: false });
    }
  }

  /** Whether channels of several pixels can be loaded without gaps: no element is shifted on its way. */
  private gathers({ key }: Channels, channels: number): boolean {
    const { pitch, elementBytes } = this.place(key);
    return ((pitch - channels) * elementBytes) % this.derived.beatBytes === 0;
  }

  /** Whether so many values of each stream find room in half of its buffer. */
  private room(streams: readonly Stream[], values: number): boolean {
    const { beatElements, dynamicElements, stationaryElements } = this.derived;
    return [dynamicElements, stationaryElements].every((size, buffer) => {
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

  /** The operations, and before them coefficients of some channels into their banks. */
  private setUp(program: VectorProgram, channel: number, channels: number): void {
    program.coefficients.forEach((key, bank) => {
      if (key === undefined) return;
      const keep = bank === 0 ? 'coefficient0' : 'coefficient1';
      const load: VectorProgram = {
        ...{ does: 'coefficients', constants: [0, 0, 0, 0], coefficients: [undefined, undefined], outputs: [] },
        operations: [operation({ p: 'dynamic0', keep })],
        streams: { dynamic0: { key, first: 0 } },
      };
      this.push(operationsInstruction(load.operations, load.constants));
      this.piece(load, [{ name: 'dynamic0', of: { key, first: 0 } }], { ...ONE_PIXEL, channel, channels });
    });
    this.push(operationsInstruction(program.operations, program.constants));
  }

  private push(instruction: Instruction): void {
    this.instructions.push(instruction);
    if (instruction.kind === 'load') this.loads++;
    else this.stores++;
  }

  /** LOADs of what a STORE reads, and the STORE. */
  private piece(program: VectorProgram, streams: readonly Stream[], piece: Piece): void {
    const { beatElements, beatBytes, dynamicElements, stationaryElements } = this.derived;
    const { pixel, pixels, channel, channels, runs } = piece;
    const half = this.half;
    this.half = 1 - half;
    const next = [(half * dynamicElements) / 2, (half * stationaryElements) / 2];
    const at: Partial<Record<StreamName, number>> = {};
    let wide = 0;
    for (const { name, of } of streams) {
      const { base, offset, elementBytes, pitch } = this.place(of.key);
      const stationary = isStationary(name);
      const address = offset + (pixel * pitch + of.first + channel) * elementBytes;
      const pixelBytes = channels * elementBytes;
      const bytes = pixels * pixelBytes;
      const element = next[Number(stationary)]! + (address % beatBytes) / 2;
      next[Number(stationary)] = Math.ceil((element + bytes / 2) / beatElements) * beatElements;
      at[name] = element;
      if (elementBytes === 4) wide |= 1 << STREAMS.indexOf(name);
      this.push({
        ...{ kind: 'load', waitExec: 0, waitStore: this.busy[half]!, stationary, reorganize: false },
        ...{ base, address, bufElement: element, n2: 1, stride2: 0, bufStride2: 0 },
        ...(pixels === 1 || pitch === channels
          ? { rowBytes: bytes, n1: 1, stride1: 0, bufStride1: 0 }
          : { rowBytes: pixelBytes, n1: pixels, stride1: pitch * elementBytes, bufStride1: pixelBytes / 2 }),
      });
    }
    const outputs = program.outputs.map(({ key, first }) => {
      const { base, offset, elementBytes, pitch } = this.place(key);
      return { base, elementBytes, pitch, address: offset + (pixel * pitch + first + channel) * elementBytes };
    });
    const [output, second, third] = outputs;
    // offsets are from the first output, wherever base registers are: outputs lie behind one of them
    const distance = (other: typeof output): number => (output && other ? other.address - output.address : 0);
    this.push({ ...NO_OPERANDS, ...at, wide, offset1: distance(second), offset2: distance(third) });
    const place = { narrow: output?.elementBytes === 2, address: output?.address ?? 0, base: output?.base ?? 0 };
    // groups tell where channels begin again; runs too
    const stride1 = (output?.pitch ?? 0) * (output?.elementBytes ?? 0);
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

const isStationary = (name: StreamName): boolean => name.startsWith('stationary');
