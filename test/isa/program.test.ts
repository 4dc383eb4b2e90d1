import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decode,
  encode,
  encodedCount,
  INSTRUCTION_SET,
  type Instruction,
  queueCount,
} from '../../generator/isa/program.js';
import { anyInstruction } from './instructions.js';

const zeros = (kind: Instruction['kind'], values: object): Instruction =>
  ({
    kind,
    ...Object.fromEntries(
      INSTRUCTION_SET[kind].fields.map((f) => [f.name, f.reading === 'flag' ? false : f.reading === 'count' ? 1 : 0]),
    ),
    ...values,
  }) as Instruction;

describe('program', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.array(anyInstruction, { maxLength: 8 }), (program) => {
        const words = encode(program);
        expect(words.length).toBe(16 * program.reduce((sum, i) => sum + encodedCount(i), 0));
        expect(decode(words)).toEqual(program);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('decodes a program beside one that is much the same as it does alone', () => {
    const few = fc.array(anyInstruction, { maxLength: 6 });
    let known = 0;
    fc.assert(
      fc.property(few, few, few, few, (start, one, other, end) => {
        const before = { words: encode([...start, ...one, ...end]), instructions: [...start, ...one, ...end] };
        const program = [...start, ...other, ...end];
        const decoded = decode(encode(program), before);
        expect(decoded).toEqual(program);
        known += decoded.filter((instruction) => before.instructions.includes(instruction)).length;
      }),
      { seed: 2, numRuns: 300 },
    );
    expect(known).toBeGreaterThan(300);
  });

  it('has no two fields of a kind in the same bits', () => {
    for (const { fields } of Object.values(INSTRUCTION_SET)) {
      const taken = new Set<number>();
      for (const { word, low, bits } of fields) {
        for (let bit = 0; bit < bits; bit++) {
          const at = word * 32 + low + bit;
          expect(taken.has(at)).toBe(false);
          taken.add(at);
        }
      }
    }
  });

  it('places the fields of an EXEC', () => {
    const words = encode([
      zeros('exec', {
        waitLoad: 7,
        waitStore: 8,
        rect: true,
        byColumn: true,
        fused: true,
        nb: 2,
        columnTiles: 3,
        positionsH: 4,
        positionsW: 5,
        reductionTiles: 6,
        rowLanesLast: 9,
        columnLanesLast: 10,
        dynBase: -1,
        xH: -1,
        xW: 2,
        lastH: -2,
        lastW: 3,
        phaseH: 1,
        phaseW: 2,
        lastPhaseH: 3,
        lastPhaseW: 4,
        tapsH: 5,
        tapsW: 6,
        edgeW: -2,
      }),
    ]);
    expect([...words]).toEqual([
      0x0e03, 7, 8, 0x30002, 0x50004, 0x0a090006, 0xffffffff, 0, 0, 0x2ffff, 0x3fffe, 0x04030201, 0x605, 0x3fffe, 0, 0,
    ]);
  });

  it('places the words of a GEOMETRY in two instructions', () => {
    const words = encode([zeros('geometry', { boundH: 3, dynBorrowW: -1, pixB: 5, tileInner: 6 })]);
    expect(words.length).toBe(32);
    expect([words[0], words[2], words[15]]).toEqual([1, 3, 0xffffffff]);
    expect([words[16], words[18], words[30], words[31]]).toEqual([0x101, 5, 6, 0x01010000]);
    expect(queueCount(zeros('geometry', {}))).toBe(2);
  });

  it.each([
    ['exec', { nb: 0 }, /instruction 1: exec.nb = 0/],
    ['exec', { positionsW: 65536 }, /positionsW/],
    ['exec', { xH: -32769 }, /xH/],
    ['exec', { dynBase: 1.5 }, /integer/],
    ['exec', { rect: 1 }, /rect/],
    ['load', { address: 2 ** 53 }, /address/],
    ['load', { stride1: 2 ** 32 }, /stride1/],
    ['load', { rowBytes: Number.NaN }, /rowBytes/],
    ['geometry', { phaseModH: 0 }, /phaseModH/],
    ['store', { shift: 32 }, /shift/],
    ['reorganize', { strideW: undefined }, /strideW/],
  ] as const)('refuses %s %o', (kind, values, message) => {
    expect(() => encode([{ kind: 'end' }, zeros(kind, values)])).toThrow(message);
  });

  it('refuses words that are no program', () => {
    expect(() => decode(new Uint32Array(15))).toThrow(RangeError);
    expect(() => decode(new Uint32Array(16))).toThrow(/opcode 0/);
    const end = encode([{ kind: 'end' }]);
    end[15] = 1;
    expect(() => decode(end)).toThrow(/word 15/);
    expect(() => decode(encode([zeros('geometry', {})]).subarray(0, 16))).toThrow(/second half of a geometry/);
  });
});
