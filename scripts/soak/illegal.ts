import type { Config } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { decode, INSTRUCTION_SET, type Instruction } from '../../generator/isa/program.js';
import type { ErrorCause } from '../../generator/isa/registers.js';
import { withWord } from '../../generator/run/host.js';
import type { Draw } from './random.js';

/** A program that decoding must refuse at one of its instructions. */
export interface Illegal {
  readonly what: string;
  readonly words: Uint32Array;
  readonly instruction: number;
  /** Causes that may be given. */
  readonly causes: readonly ErrorCause[];
}

interface Change {
  readonly kind: Instruction['kind'];
  readonly what: string;
  readonly cause: ErrorCause;
  readonly word: number;
  readonly to: (value: number) => number;
}

/** Breaches of each rule that decoding checks, as far as this configuration knows it. */
const changes = (config: Config, narrow: boolean): readonly Change[] => {
  const { rows, columns } = config.array;
  const { dynamicElements, stationaryElements } = derive(config);
  const { dynamicBytes, stationaryBytes, accumulatorDepth } = config.buffers;
  const change = (
    kind: Instruction['kind'],
    what: string,
    cause: ErrorCause,
    word: number,
    to: (value: number) => number,
  ): Change => ({ kind, what, cause, word, to: (value) => to(value) >>> 0 });
  return [
    change('exec', 'no images', 'FIELD', 3, (value) => value & 0xffff0000),
    change('exec', 'no column tiles', 'FIELD', 3, (value) => value & 0xffff),
    change('exec', 'no rows', 'FIELD', 4, (value) => value & 0xffff0000),
    change('exec', 'no columns', 'FIELD', 4, (value) => value & 0xffff),
    change('exec', 'no taps', 'FIELD', 12, (value) => value & 0xff),
    change('exec', 'more lanes than rows', 'FIELD', 5, (value) => (value & 0xff00ffff) | ((rows + 1) << 16)),
    change('exec', 'more lanes than columns', 'FIELD', 5, (value) => (value & 0xffffff) | ((columns + 1) << 24)),
    change('geometry', 'a stride of 0', 'FIELD', 4, (value) => value & 0xffff),
    change('store', 'a store of nothing', 'FIELD', 6, (value) => value & 0xffff),
    change('store', 'a store of too much', 'FIELD', 6, () => 0xffffffff),
    change('load', 'a load of nothing', 'FIELD', 7, (value) => value & 0xffff0000),
    change(
      'load',
      'a load outside the buffer',
      'BUFFER_RANGE',
      5,
      (v) => v + Math.max(dynamicElements, stationaryElements),
    ),
    change(
      'load',
      'a row larger than the buffer',
      'BUFFER_RANGE',
      6,
      () => Math.max(dynamicBytes, stationaryBytes) * 2,
    ),
    change('store', 'a store outside the accumulator', 'ACCUMULATOR_RANGE', 5, () => accumulatorDepth),
    change('load', 'waits for an EXEC behind it', 'WAIT', 1, (value) => value + 100_000),
    change('exec', 'waits for a LOAD behind it', 'WAIT', 1, (value) => value + 100_000),
    change('store', 'waits for an EXEC behind it', 'WAIT', 1, (value) => value + 100_000),
    ...(narrow ? [] : [change('store', 'a misaligned store', 'MISALIGNED', 3, (value) => value + 2)]),
    ...(config.engines.includes('zerofree')
      ? []
      : [change('exec', 'an engine that is not built', 'ENGINE', 0, (value) => value | 0x400)]),
  ];
};

const kindAt = (words: Uint32Array, instruction: number): Instruction['kind'] | undefined =>
  (Object.keys(INSTRUCTION_SET) as Instruction['kind'][]).find(
    (kind) => INSTRUCTION_SET[kind].opcode === (words[instruction * 16]! & 0xff),
  );

const isRefused = (words: Uint32Array): boolean => {
  try {
    decode(words);
    return false;
  } catch {
    return true;
  }
};

const DECODING: readonly ErrorCause[] = [
  ...(['OPCODE', 'FIELD', 'BUFFER_RANGE', 'MISALIGNED', 'WAIT', 'ACCUMULATOR_RANGE', 'ENGINE'] as const),
];

/** Whether a bit belongs to an address that the hardware has, however large the address becomes with it. */
const isAddressBit = (config: Config, kind: Instruction['kind'] | undefined, word: number, bit: number): boolean =>
  (kind === 'load' || kind === 'store' || kind === 'reorganize') && word === 4 && 32 + bit < config.axi.addressWidth;

/** One bit that makes an instruction one that cannot be encoded. */
const flippedBit = (config: Config, words: Uint32Array, draw: Draw): Illegal | undefined => {
  for (let tries = 0; tries < 200; tries++) {
    const instruction = draw.between(0, words.length / 16 - 1);
    const word = draw.between(0, 15);
    const bit = draw.between(0, 31);
    const kind = kindAt(words, instruction);
    if (kind === 'geometry' || isAddressBit(config, kind, word, bit)) continue; // a geometry's halves are checked apart
    const flipped = withWord(words, instruction, word, (value) => (value ^ (1 << bit)) >>> 0);
    if (kindAt(flipped, instruction) === 'geometry' || !isRefused(flipped)) continue;
    return { what: `bit ${bit} of word ${word} flipped`, words: flipped, instruction, causes: DECODING };
  }
  return undefined;
};

/** An illegal program near a legal one, or nothing where no instruction can be made so. */
export const illegalProgram = (
  config: Config,
  words: Uint32Array,
  narrow: boolean,
  draw: Draw,
): Illegal | undefined => {
  if (draw.percent(50)) return flippedBit(config, words, draw);
  const { kind, what, cause, word, to } = draw.pick(changes(config, narrow));
  const places = Array.from({ length: words.length / 16 }, (_, at) => at).filter(
    (at) => kindAt(words, at) === kind && (kind !== 'geometry' || ((words[at * 16]! >>> 8) & 0xff) === 0),
  );
  if (places.length === 0) return undefined;
  const instruction = draw.pick(places);
  return { what, words: withWord(words, instruction, word, to), instruction, causes: [cause] };
};

/** A program with some bits flipped anywhere: it may mean anything, or nothing. */
export const garbled = (words: Uint32Array, draw: Draw): Uint32Array => {
  const flipped = words.slice();
  for (let flips = draw.between(1, 6); flips > 0; flips--) {
    const at = draw.between(0, words.length - 1);
    flipped[at] = (flipped[at]! ^ (1 << draw.between(0, 31))) >>> 0;
  }
  return flipped;
};
