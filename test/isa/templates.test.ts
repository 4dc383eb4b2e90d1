import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { widthsOf } from '../../generator/description/widths.js';
import { blocksOf } from '../../generator/emit/blocks.js';
import { blockFile } from '../../generator/emit/rtl.js';
import { decoderChecks, isaView, reservedBits } from '../../generator/emit/views/isa.js';
import { encode, encodedCount, type Field, INSTRUCTION_SET, type Instruction } from '../../generator/isa/program.js';
import { QUEUE_NAMES, QUEUES, waitField } from '../../generator/isa/queues.js';
import { ERROR_CAUSES, snakeCase } from '../../generator/isa/registers.js';
import { anyInstruction } from './instructions.js';

const sources = (folder: string): readonly (readonly [name: string, text: string])[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.hbs'))
    .map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')] as const);

const TEMPLATES = sources('templates/rtl');

/** A vector that holds an instruction or a geometry, and what selects a part of it by numbers. */
const HOLDER =
  /(?:ins|tile|geometry|half)(?:_(?:i|q|o|data|word|data_i|data_o))*|(?:load|exec|store)_(?:ins|data_o|data_i)/;
const SLICE = new RegExp(`\\b(?:${HOLDER.source})\\s*\\[[^\\]{}]*\\d[^\\]{}]*\\]`, 'g');

/** Parts by number of the vectors that hold instructions, but for ports and declarations. */
const slices = (text: string): readonly string[] => text.match(SLICE) ?? [];

describe('templates', () => {
  it.each(TEMPLATES)('%s takes no part of an instruction by number', (_, text) => {
    expect(slices(text)).toEqual([]);
  });

  it.each(TEMPLATES)('%s states no opcode and no cause', (_, text) => {
    const names = [
      ...Object.keys(INSTRUCTION_SET).map((kind) => kind.toUpperCase()),
      ...ERROR_CAUSES.map((e) => e.name),
    ];
    const stated = new RegExp(`\\b(?:${names.join('|')})\\s*=\\s*(?:\\d+'[bdh])?\\d`, 'g');
    expect(text.match(stated) ?? []).toEqual([]);
    expect(text.match(/\w*(?:opcode|cause)\w*\s*[=!]==?\s*8'd[1-9]/g) ?? []).toEqual([]);
  });

  it('would be caught', () => {
    for (const text of [
      'ins_q[5*32 +: 32]',
      'tile_i[13*32 +: 18]',
      'geometry_i[2*32+24 +: 8]',
      'load_ins[3*32 +: ADDR_W]',
      'ins_i[8]',
    ])
      expect(slices(`wire x = ${text};`)).toEqual([text]);
  });
});

type Emitted = {
  readonly block: string;
  readonly name: string;
  readonly from: string;
  readonly at: number;
  readonly bits: number;
};

/** Selections of fields in emitted Verilog, with the numbers worked out; widths that are parameters count as 0. */
const selections = (config: Config): readonly Emitted[] =>
  blocksOf(config).flatMap((block) =>
    [
      ...blockFile(config, block).text.matchAll(
        /^ *wire (?:\[.*?\] )?(\w+) = .*?\b(ins(?:_q)?|head|geometry_q)\[([\d*+]+)(?: \+: (\w+))?\]/gm,
      ),
    ].map(([, name, from, at, bits]) => ({
      block: block.name,
      name: name!,
      from: from!,
      at: at!.split('+').reduce((sum, term) => sum + term.split('*').reduce((product, n) => product * Number(n), 1), 0),
      bits: bits === undefined ? 1 : Number(bits) || 0,
    })),
  );

const everyPart = isaView({ vector: true });

describe.each(Object.values(presets).map((config) => [config.name, config] as const))('%s', (_, config) => {
  it('selects only fields of the table', () => {
    const places = new Set(
      Object.values(everyPart.isa).flatMap((fields) => Object.values(fields).map(({ place }) => place)),
    );
    const selected = selections(config);
    expect(selected.length).toBeGreaterThan(80);
    for (const { block, name, at, bits } of selected) {
      const here = [...places].map((place) => place.split(', ').map(Number) as [number, number, number]);
      // a sign is the last bit of a field
      const fits = here.some(([word, low, width]) =>
        bits === 1 ? at >= word * 32 + low && at < word * 32 + low + width : at === word * 32 + low && bits <= width,
      );
      expect(fits, `${block}: ${name}`).toBe(true);
    }
  });
});

const words = (instruction: Instruction): bigint =>
  encode([instruction]).reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);

/** Words of a GEOMETRY without those that are not its own. */
const geometryWords = (instruction: Instruction): bigint => {
  const program = encode([instruction]);
  const own = [...program.slice(2, 16), ...program.slice(18, 32)];
  return own.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n);
};

const place = (text: string): readonly [at: bigint, mask: bigint] => {
  const [word, low, bits] = text.split(', ').map(Number) as [number, number, number];
  return [BigInt(word * 32 + low), (1n << BigInt(bits)) - 1n];
};

describe('the view of the instruction set', () => {
  it('selects what the codec encodes', () => {
    fc.assert(
      fc.property(anyInstruction, (instruction) => {
        const vector = instruction.kind === 'geometry' ? geometryWords(instruction) : words(instruction);
        const values = instruction as unknown as Readonly<Record<string, number | boolean>>;
        for (const { name } of INSTRUCTION_SET[instruction.kind].fields) {
          const view = everyPart.isa[instruction.kind][snakeCase(name)]!;
          const [at, mask] = place(view.place);
          expect((vector >> at) & mask, `${instruction.kind}.${name}`).toBe(BigInt(Number(values[name] ?? 0)) & mask);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  const most = { dynamic: 2 ** 24, stationary: 2 ** 22, accumulator: 65535 };
  const full = widthsOf({ array: { rows: 128, columns: 128 } }, most);

  it('reserves exactly the bits that no instruction of the codec sets', () => {
    const set = new Map<string, bigint>();
    const seen = (name: string, value: bigint) => set.set(name, (set.get(name) ?? 0n) | value);
    fc.assert(
      fc.property(anyInstruction, (instruction) => {
        const all = words(instruction);
        if (encodedCount(instruction) === 1) seen(instruction.kind, all);
        else {
          seen('geometry_first', all & ((1n << 512n) - 1n));
          seen('geometry_second', all >> 512n);
        }
      }),
      { seed: 3, numRuns: 3000 },
    );
    for (const { name, reserved } of decoderChecks(full, { vector: true })) {
      const mask = BigInt(`0x${reserved.replace("512'h", '').replaceAll('_', '')}`);
      expect(set.get(name)! & mask, name).toBe(0n);
      // an address has 53 bits of 64 in the codec, and opcodes 8
      const whole = (1n << 512n) - 1n;
      const mostly = set.get(name)! | 0xffn | ((/load|store|reorganize/.test(name) ? 0x7ffn << 53n : 0n) << 96n);
      const second = name.startsWith('geometry') ? 1n << 8n : 0n;
      expect(mask, name).toBe(whole & ~(mostly | second));
    }
    expect(reservedBits([])).toBe((1n << 512n) - 256n);
  });

  it('names the counts that may not be 0', () => {
    const counts = decoderChecks(full, { vector: true })
      .flatMap(({ counts }) => counts.map(({ name }) => name))
      .sort();
    const expected = Object.values(INSTRUCTION_SET).flatMap(({ fields }) =>
      fields.filter(({ reading }: Field) => reading === 'count').map(({ name }) => snakeCase(name)),
    );
    expect(counts).toEqual(expected.sort());
  });

  it('has the waits of each queue where its instructions have them', () => {
    for (const queue of everyPart.queues) {
      for (const kind of queue.waiting.split(', ').map((name) => name.toLowerCase() as Instruction['kind'])) {
        for (const { name, at } of queue.waits) {
          expect(everyPart.isa[kind][snakeCase(waitField(name))]!.at, `${kind} for ${name}`).toBe(at);
        }
      }
    }
  });

  it('has every instruction with its opcode and every cause', () => {
    expect(Object.values(everyPart.opcode)).toEqual(Object.values(INSTRUCTION_SET).map(({ opcode }) => `8'd${opcode}`));
    expect(Object.values(everyPart.cause)).toEqual(ERROR_CAUSES.map(({ code }) => `8'd${code}`));
    expect(Object.keys(everyPart.cause)).toEqual(ERROR_CAUSES.map(({ name }) => name));
  });
});

describe('queues', () => {
  it('wait for others, never for themselves', () => {
    for (const name of QUEUE_NAMES) {
      const waits: readonly string[] = QUEUES[name].waits;
      expect(waits).not.toContain(name);
      expect(waits.every((other) => (QUEUE_NAMES as readonly string[]).includes(other))).toBe(true);
    }
  });
});
