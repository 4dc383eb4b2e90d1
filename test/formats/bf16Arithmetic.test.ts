import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { ITEM_WORDS, Item, ROW_WORDS, Row } from '../../generator/formats/arithmetic.js';
import { Bf16Arithmetic } from '../../generator/formats/bf16Arithmetic.js';
import { add, bf16Bits, fp32Bits, fp32FromBits, macBf16, STRUCTURAL_ZERO } from '../../generator/formats/numerics.js';
import { bf16KernelText } from '../../scripts/bf16Kernel.js';

const FILE = 'generator/formats/bf16Kernel.ts';

describe('the bf16 kernel', () => {
  it('is the module of its text', async () => {
    const text = (await wabt()).parseWat('bf16Kernel.wat', bf16KernelText(), { simd: true });
    const right = Buffer.from(text.toBinary({}).buffer)
      .toString('hex')
      .replace(/.{120}/g, '$&\n');
    const [before, shown, after] = readFileSync(FILE, 'utf8').split('`') as [string, string, string];
    if (process.env.UPDATE_KERNEL) writeFileSync(FILE, `${before}\`${right}\`${after}`);
    else {
      const renew = `${FILE} is renewed by: UPDATE_KERNEL=1 npx vitest run test/formats/bf16Arithmetic.test.ts`;
      expect(shown === right, renew).toBe(true);
    }
  });
});

/** Operands by their bits: ordinary ones, those whose products are tiny or huge, and everything. */
const halves = (kind: 'usual' | 'tiny' | 'huge' | 'any'): fc.Arbitrary<number> => {
  const near = (exponent: number) =>
    fc
      .tuple(
        fc.integer({ min: 0, max: 1 }),
        fc.integer({ min: exponent, max: exponent + 8 }),
        fc.integer({ min: 0, max: 127 }),
      )
      .map(([sign, power, mantissa]) => (sign << 15) | (power << 7) | mantissa);
  const zero = fc.constantFrom(0, 0x8000);
  const any = fc.integer({ min: 0, max: 0xffff });
  const special = fc.constantFrom(0x7f80, 0xff80, 0x7fc0, 0xffff, 0x0080, 0x8080, 0x0001, 0x7f7f);
  return {
    usual: fc.oneof({ weight: 6, arbitrary: near(124) }, zero),
    tiny: fc.oneof({ weight: 6, arbitrary: near(60) }, zero),
    huge: fc.oneof({ weight: 6, arbitrary: near(186) }, zero),
    any: fc.oneof(any, special, zero, near(124)),
  }[kind];
};

const SIZES = { dynamicElements: 64, stationaryElements: 64, accumulatorDepth: 6 };

/** bf16 bits in the order of the values, −0 below +0 and the NaN above all. */
const rankOf = (bits: number): number => (bits & 0x8000 ? 0xffff - bits : bits + 0x8000);

const someStream = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 19 }),
    kind: fc.constantFrom('usual', 'tiny', 'huge', 'any' as const),
  })
  .chain(({ rows, columns, kind }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      dynamic: fc.array(halves(kind), { minLength: 64, maxLength: 64 }),
      stationary: fc.array(halves(kind), { minLength: 64, maxLength: 64 }),
      structural: fc.array(fc.boolean(), { minLength: rows * columns, maxLength: rows * columns }),
      block: fc.boolean(),
      streams: fc.array(
        fc.record({
          tap: fc.option(fc.integer({ min: 0, max: 0xffff }), { nil: undefined }),
          width: fc.integer({ min: 0, max: columns }),
          rows: fc.array(
            fc.record({
              address: fc.integer({ min: 0, max: 200 }),
              weights: fc.integer({ min: 0, max: 63 - columns > 0 ? 63 - columns : 0 }),
              lanes: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 })),
            }),
            { minLength: rows, maxLength: rows },
          ),
          items: fc.array(
            fc.record({
              address: fc.integer({ min: 0, max: 200 }),
              lane: fc.integer({ min: 0, max: 2 }),
              rows: fc.tuple(fc.integer({ min: 0, max: rows }), fc.integer({ min: 0, max: rows })),
              entry: fc.integer({ min: 0, max: SIZES.accumulatorDepth - 1 }),
              columns: fc.tuple(fc.integer({ min: 0, max: columns }), fc.integer({ min: 0, max: columns })),
            }),
            { maxLength: 6 },
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  );

const bytesOf = (of: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(of).buffer);
/** An operand as the array takes it: subnormals are zeros. */
const numberOf = (half: number): number => fp32FromBits((half << 16) >>> 0);

describe('Bf16Arithmetic', () => {
  it('streams as one step of the contract after the other does', () => {
    const seen = { flushed: 0, nan: 0, maxima: 0, structural: 0, infinite: 0 };
    fc.assert(
      fc.property(someStream, ({ rows, columns, dynamic, stationary, structural, block, streams }) => {
        const arithmetic = new Bf16Arithmetic({ rows, columns, ...SIZES });
        const { pitch, numbers, blockAt } = arithmetic;
        arithmetic.write(arithmetic.dynamic, 0, bytesOf(dynamic));
        arithmetic.write(arithmetic.stationary, 0, bytesOf(stationary));
        const blockValues = structural.map((is, index) => (is ? STRUCTURAL_ZERO : numberOf(stationary[index % 64]!)));
        for (let row = 0; row < rows; row++)
          for (let c = 0; c < columns; c++) numbers[blockAt + row * pitch + c] = blockValues[row * columns + c]!;
        const sums = Array.from({ length: SIZES.accumulatorDepth }, () =>
          new Array<number | undefined>(columns).fill(undefined),
        );
        for (const some of streams) {
          some.rows.forEach(({ address, weights, lanes }, row) => {
            const words = arithmetic.rows.words.subarray(row * ROW_WORDS);
            words[Row.address] = address;
            words[Row.weights] = block ? blockAt + row * pitch : arithmetic.stationary.at + weights;
            words.set(lanes, Row.first);
          });
          some.items.forEach((item, index) => {
            const words = arithmetic.items.words.subarray(index * ITEM_WORDS);
            words[Item.address] = item.address;
            words[Item.lane] = item.lane;
            words.set(item.rows, Item.first);
            words[Item.entry] = item.entry;
            words.set(item.columns, Item.firstColumn);
          });
          // takes notice of all that may be read
          const kept = arithmetic.rows.words.slice(0, ROW_WORDS);
          arithmetic.rows.words.set([0, 0, 0, 64]);
          expect(arithmetic.check(arithmetic.rows, 1)).toBe(1);
          arithmetic.rows.words.set(kept);
          arithmetic.stream(rows, some.items.length, some.width, some.tap);
          for (const item of some.items)
            for (let c = Math.max(0, item.columns[0]); c < item.columns[1]; c++) {
              let sum = 0;
              for (let row = item.rows[0]; row < item.rows[1]; row++) {
                const { address, weights, lanes } = some.rows[row]!;
                if (item.lane < lanes[0] || item.lane >= lanes[1] || c >= some.width) continue;
                const x = numberOf(dynamic[(address + item.address) & 63]!);
                const w = block ? blockValues[row * columns + c]! : numberOf(stationary[weights + c]!);
                if (w === STRUCTURAL_ZERO) seen.structural++;
                const next = macBf16(sum, x, w);
                if (Math.abs(x * w) < 2 ** -126 && x * w !== 0) seen.flushed++;
                sum = next;
              }
              if (Number.isNaN(sum)) seen.nan++;
              else if (!Number.isFinite(sum)) seen.infinite++;
              const old = sums[item.entry]![c];
              if (some.tap === undefined) sums[item.entry]![c] = fp32Bits(add(fp32FromBits(old ?? 0), sum));
              else {
                const half = fp32Bits(sum) >>> 16;
                if (old === undefined || rankOf(half) > rankOf(old >>> 16)) {
                  sums[item.entry]![c] = (((half === 0x8000 ? 0 : half) << 16) | some.tap) >>> 0;
                  seen.maxima++;
                }
              }
            }
        }
        sums.forEach((lanes, entry) => {
          expect(lanes.map((_, c) => arithmetic.bitsOf(entry, c))).toEqual(lanes.map((bits) => bits ?? 0));
        });
        const to = new DataView(new ArrayBuffer(2 * columns));
        arithmetic.drain(0, columns, true, 0, to, 0);
        expect(sums[0]!.map((_, c) => to.getUint16(2 * c, true))).toEqual(
          sums[0]!.map((bits) => bf16Bits(fp32FromBits(bits ?? 0))),
        );
        expect(sums[0]!.map((_, c) => arithmetic.bitsOf(0, c))).toEqual(sums[0]!.map(() => 0));
      }),
      { numRuns: 1500, seed: 20261201 },
    );
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(100);
  });

  it('finds the first vector with an element that was never written, whatever its length and place', () => {
    const vectors = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 40 })),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(vectors, fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 20 }), (all, hole, holes) => {
        const arithmetic = new Bf16Arithmetic({ rows: 8, columns: 4, ...SIZES, dynamicElements: 128 });
        const written = 128 - holes;
        for (let index = 0; index < written; index++)
          arithmetic.write(arithmetic.dynamic, (hole + holes + index) & 127, bytesOf([0x3f80]));
        all.forEach((vector, index) => {
          arithmetic.rows.words.set([vector[0], 0, vector[1], vector[1] + vector[2]], index * ROW_WORDS);
        });
        const bad = all.findIndex(([address, first, lanes]) =>
          Array.from({ length: lanes }, (_, lane) => (address + first + lane - hole + 1280) % 128).some(
            (at) => at < holes,
          ),
        );
        expect(arithmetic.check(arithmetic.rows, all.length)).toBe(bad < 0 ? all.length : bad);
      }),
      { numRuns: 500, seed: 20261202 },
    );
  });
});
