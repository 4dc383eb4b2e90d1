import type { Config } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { type Field, INSTRUCTION_SET, type Instruction, LEAST_PERIOD } from '../../generator/isa/program.js';
import type { ErrorCause } from '../../generator/isa/registers.js';
import { OPERATION_PLACES, type OperationPlace } from '../../generator/isa/vectorOperation.js';
import { Draw } from '../soak/random.js';
import type { VectorProgram } from './program.js';
import type { Accident } from './run.js';

type Kind = Instruction['kind'];

/** Memory that answers writes with an error: above all that a program writes, and large enough for any of its STOREs. */
const FAULTY = { address: 0xc00000, bytes: 0x200000 };

const kindAt = (words: Uint32Array, at: number): number => words[16 * at]! & 0xff;

/** Indices of a program's instructions of a kind. */
const placesOf = (words: Uint32Array, kind: Kind): readonly number[] =>
  Array.from({ length: words.length / 16 }, (_, at) => at).filter(
    (at) => kindAt(words, at) === INSTRUCTION_SET[kind].opcode,
  );

const fieldOf = (kind: Kind, name: string): Field => INSTRUCTION_SET[kind].fields.find((field) => field.name === name)!;

const bitsOf = (word: number, low: number, bits: number): number => (word >>> low) & (2 ** bits - 1);

const withBits = (word: number, low: number, bits: number, value: number): number => {
  const mask = bits === 32 ? 0xffffffff : ((2 ** bits - 1) << low) >>> 0;
  return ((word & ~mask) | ((value << low) & mask)) >>> 0;
};

/** A program under change. */
class Changed {
  readonly words: Uint32Array;

  constructor(
    words: Uint32Array,
    readonly at: number,
  ) {
    this.words = words.slice();
  }

  get(kind: Kind, name: string): number {
    const { word, low, bits } = fieldOf(kind, name);
    return bitsOf(this.words[16 * this.at + word]!, low, bits);
  }

  set(kind: Kind, name: string, value: number): this {
    const { word, low, bits } = fieldOf(kind, name);
    return this.word(word, (before) => withBits(before, low, bits, value));
  }

  word(word: number, change: (value: number) => number): this {
    this.words[16 * this.at + word] = change(this.words[16 * this.at + word]!) >>> 0;
    return this;
  }

  /** Parts of the n-th operation of an OPERATIONS. */
  operation(n: number, parts: Partial<Record<OperationPlace, number>>): this {
    return this.word(fieldOf('operations', 'operation0').word + n, (before) =>
      Object.entries(parts).reduce((word, [name, value]) => {
        const [low, bits] = OPERATION_PLACES[name as OperationPlace];
        return withBits(word, low, bits, value);
      }, before),
    );
  }

  /** Another instruction in this one's place. */
  replace(by: number): this {
    this.words.copyWithin(16 * this.at, 16 * by, 16 * by + 16);
    return this;
  }
}

/** Outputs of the operations that are in force at a STORE. */
const outputsAt = (words: Uint32Array, store: number): number => {
  const set = placesOf(words, 'operations')
    .filter((at) => at < store)
    .at(-1)!;
  const [low, bits] = OPERATION_PLACES.output;
  const first = 16 * set + fieldOf('operations', 'operation0').word;
  return [...words.subarray(first, first + 8)].filter((word) => bitsOf(word, low, bits) > 0).length;
};

const posts = (words: Uint32Array): readonly number[] =>
  placesOf(words, 'store').filter((at) => new Changed(words, at).get('store', 'post') === 1);

interface Refusal {
  readonly kind: Kind;
  readonly cause: ErrorCause;
  readonly change: (changed: Changed) => unknown;
  /** Instructions at which it can be; default: all of the kind. */
  readonly places?: (words: Uint32Array) => readonly number[];
  /** The refused instruction is the next one of this kind, not the changed one. */
  readonly refused?: (words: Uint32Array) => number;
}

const ofOperations = (change: (changed: Changed) => unknown): Refusal => ({
  kind: 'operations',
  cause: 'FIELD',
  change,
});

const noOutputs = (changed: Changed): Changed => {
  for (let n = 0; n < changed.get('operations', 'count'); n++) changed.operation(n, { output: 0 });
  return changed;
};

const ODD_OUTPUTS: Readonly<Record<string, Refusal>> = {
  'an odd second output': {
    kind: 'operands',
    cause: 'MISALIGNED',
    change: (made) => made.set('operands', 'offset1', 1),
  },
  'an odd third output': {
    kind: 'operands',
    cause: 'MISALIGNED',
    change: (made) => made.set('operands', 'offset2', 3),
  },
};

/** Each rule of the decoder for the vector unit, broken. */
export const refusals = (config: Config): Readonly<Record<string, Refusal>> => ({
  'no operations': ofOperations((made) => made.set('operations', 'count', 0)),
  'nine operations': ofOperations((made) => made.set('operations', 'count', 9)),
  'an operation beyond the count': ofOperations((made) =>
    made.set('operations', 'count', 7).operation(7, { constant: 1 }),
  ),
  'a multiply-accumulate with another factor': ofOperations((made) => made.operation(0, { q: 7, factor: 1 })),
  'a multiply-accumulate gated by Q': ofOperations((made) => made.operation(0, { q: 7, factor: 0, gate: 2 })),
  'a multiply-accumulate, and bank 1 written': ofOperations((made) => made.operation(0, { q: 7, factor: 0, keep: 2 })),
  'a swap without Q': ofOperations((made) => made.operation(0, { q: 0, swap: 1 })),
  'a product without Q': ofOperations((made) => made.operation(0, { q: 0, swap: 0, factor: 3 })),
  'a gate without Q': ofOperations((made) => made.operation(0, { q: 0, swap: 0, factor: 0, gate: 2 })),
  'a gate and a factor of Q': ofOperations((made) => made.operation(0, { q: 2, factor: 3, gate: 3 })),
  'bank 0 read and written': ofOperations((made) => made.operation(0, { factor: 2, keep: 1 })),
  'bank 1 read and written': ofOperations((made) => made.operation(0, { q: 5, keep: 2 })),
  'sums written, coefficients read': ofOperations((made) => made.operation(0, { q: 4, keep: 3 })),
  'an output twice': ofOperations((made) =>
    made.set('operations', 'count', 8).operation(0, { output: 1 }).operation(7, { output: 1 }),
  ),
  'a later output alone': ofOperations((made) => noOutputs(made).operation(0, { output: 2 })),
  'a third output without the second': ofOperations((made) =>
    noOutputs(made.set('operations', 'count', 8))
      .operation(0, { output: 1 })
      .operation(3, { output: 3 }),
  ),
  'a word that is not used': ofOperations((made) => made.word(15, () => 1)),
  'a short period': {
    kind: 'operands',
    cause: 'FIELD',
    change: (made) => made.set('operands', 'period', LEAST_PERIOD - 1),
  },
  'a long period': {
    ...{ kind: 'operands', cause: 'FIELD' },
    change: (made) => made.set('operands', 'period', derive(config).coefficients + 1),
  },
  // an operand of a byte may lie anywhere
  ...(derive(config).dataBytes > 1 ? ODD_OUTPUTS : {}),
  'a bit of OPERANDS that is not used': {
    kind: 'operands',
    cause: 'FIELD',
    change: (made) => made.word(12, () => 0x100),
  },
  'nothing drained and no operations': {
    kind: 'store',
    cause: 'FIELD',
    change: (made) => made.set('store', 'post', 0).set('store', 'elementwise', 1),
  },
  'several outputs, and several runs': {
    ...{ kind: 'store', cause: 'FIELD' },
    places: (words) => posts(words).filter((at) => outputsAt(words, at) > 1),
    change: (made) => made.set('store', 'n1', 2),
  },
  'no OPERATIONS before': {
    ...{ kind: 'operations', cause: 'FIELD' },
    places: (words) => [placesOf(words, 'operations')[0]!],
    change: (made) => made.replace(placesOf(made.words, 'operands')[0]!),
    refused: (words) => posts(words)[0]!,
  },
  'no OPERANDS before': {
    ...{ kind: 'operands', cause: 'FIELD' },
    places: (words) => [placesOf(words, 'operands')[0]!],
    change: (made) => made.replace(placesOf(made.words, 'operations')[0]!),
    refused: (words) => posts(words)[0]!,
  },
});

/** A program with a rule broken, where it has an instruction that can break made. */
export const refused = (config: Config, { words }: VectorProgram, name: string, seed: number): Accident | undefined => {
  const { kind, cause, change, places = (all) => placesOf(all, kind), refused: at } = refusals(config)[name]!;
  const found = places(words);
  if (found.length === 0) return undefined;
  const changed = new Changed(words, new Draw(seed).pick(found));
  change(changed);
  return { kind: 'refused', words: changed.words, instruction: at?.(words) ?? changed.at, cause };
};

/** A program one of whose STOREs through the vector unit writes where the bus answers with an error. */
export const busError = ({ words }: VectorProgram, seed: number): Accident | undefined => {
  const found = posts(words).filter((at) => outputsAt(words, at) === 1);
  if (found.length === 0) return undefined;
  const changed = new Changed(words, new Draw(seed).pick(found));
  changed
    .set('store', 'base', 0)
    .word(3, () => FAULTY.address)
    .word(4, () => 0);
  return { kind: 'bus error', words: changed.words, ...FAULTY };
};
