import { describe, expect, it } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { blocksOf } from '../../generator/emit/blocks.js';
import { blockFile } from '../../generator/emit/rtl.js';
import { parseCoverage } from '../../scripts/coverage/points.js';
import { chooseMutants } from '../../scripts/mutation/choose.js';
import { mutate, mutationsOf, transfer } from '../../scripts/mutation/operators.js';
import { countMutants } from '../../scripts/mutation/report.js';

const module = (...lines: readonly string[]): string =>
  ['module m #(', '    parameter A = 1', ') (', '    input wire a_i', ');', ...lines, 'endmodule'].join('\n');

/** Lines that may stand in the place of one line of a module. */
const mutantsOf = (line: string): readonly string[] => mutationsOf(module(line)).map(({ after }) => after.trim());

describe('mutation operators', () => {
  it.each([
    ['assign a = b == c;', 'assign a = b != c;'],
    ['assign a = b < c;', 'assign a = b <= c;'],
    ['assign a = b <= c;', 'assign a = b < c;'],
    ['assign a = b && c;', 'assign a = b || c;'],
    ['assign a = !b;', 'assign a = b;'],
    ['assign a = b + c;', 'assign a = b - c;'],
    ['assign a = b[3];', 'assign a = b[2];'],
    ["assign a = 4'd15;", "assign a = 4'd0;"],
    ["assign a = 2'b01;", "assign a = 2'b10;"],
    ['if (b) a <= c;', 'if (!(b)) a <= c;'],
    ['if (b) a <= c;', 'if (b) a <= a;'],
    ['assign a = s ? b : t ? c : d;', 'assign a = s ? (t ? c : d) : (b);'],
    ['assign a = s ? b : t ? c : d;', 'assign a = s ? b : t ? (d) : (c);'],
  ])('%s gives %s', (line, mutant) => expect(mutantsOf(line)).toContain(mutant));

  it('take a non-blocking assignment for no comparison', () => {
    expect(mutantsOf('a_q <= b;')).toEqual(['a_q <= a_q;']);
    expect(mutantsOf('if (b <= c) a_q <= d <= e;')).toEqual([
      'if (b < c) a_q <= d <= e;',
      'if (b <= c) a_q <= d < e;',
      'if (!(b <= c)) a_q <= d <= e;',
      'if (b <= c) a_q <= a_q;',
    ]);
  });

  it.each([
    "localparam A = 4'd1;",
    '// a == b',
    'wire [3:0] a;',
    'm #(.A(2)) u_m (',
    'for (i = 0; i < N; i = i + 1) begin : gen_it',
    '`CHECK(a == b, "text")',
  ])('leave %s alone', (line) => expect(mutantsOf(line)).toEqual([]));

  it('leave checks, and what only these use, alone', () => {
    const source = module('// --- Checks -----', 'wire fine = a == b;', '`CHECK(fine, "text")');
    expect(mutationsOf(source)).toEqual([]);
  });

  it('change exactly one line of each block', () => {
    for (const block of blocksOf(presets.tiny4)) {
      const { text } = blockFile(presets.tiny4, block);
      const lines = text.split('\n');
      for (const mutation of mutationsOf(text)) {
        const changed = mutate(text, mutation).split('\n');
        const differ = changed.flatMap((line, index) => (line === lines[index] ? [] : [index + 1]));
        expect(differ, `${block.name}: ${mutation.after}`).toEqual([mutation.line]);
      }
    }
  });

  it('find the same line in the text of another configuration', () => {
    const [mutation] = mutationsOf(module('assign a = b == c;'));
    expect(transfer(module('assign a = b == c;'), module('', 'assign a = b == c;'), mutation!)?.line).toBe(7);
    expect(transfer(module('assign a = b == c;'), module('assign a = c == b;'), mutation!)).toBeUndefined();
  });
});

describe('the choice of mutants', () => {
  it('is seeded, of the wanted number, and spread over all blocks', () => {
    const names = (seed: number) =>
      chooseMutants(220, seed).flatMap(({ block, mutations, wanted }) =>
        mutations.slice(0, wanted).map(({ line, after }) => `${block}:${line}:${after}`),
      );
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
    expect(Math.abs(names(1).length - 220)).toBeLessThan(15);
    expect(new Set(names(1)).size).toBe(names(1).length);
    expect(chooseMutants(220, 1).every(({ wanted }) => wanted >= 1)).toBe(true);
  });

  it('scores the killed among those not shown equivalent', () => {
    const [mutation] = mutationsOf(module('assign a = b == c;'));
    const one = (status: 'killed' | 'survived' | 'equivalent', by?: string) =>
      ({ block: 'm', path: 'rtl/m.v', mutation: mutation!, status, by, seconds: 0 }) as const;
    const judged = [one('killed', 'bench'), one('killed', 'system: x'), one('survived'), one('equivalent')];
    expect(countMutants(judged).at(-1)).toEqual({
      ...{ block: 'total', mutants: 4, killed: 2, byBench: 1, equivalent: 1, survived: 1 },
      score: 2 / 3,
    });
  });
});

describe('coverage data', () => {
  it('is added up over the instances of a block', () => {
    const point = (hier: string, count: number) =>
      `C '\x01f\x02rtl/bpi_fifo.v\x01l\x0248\x01n\x025\x01page\x02v_toggle/bpi_fifo__W8\x01o\x02count_q[1]\x01h\x02${hier}' ${count}`;
    const points = parseCoverage(['# SystemC::Coverage-3', point('top.a', 0), point('top.b', 3)].join('\n'), 'bpi_');
    expect(points).toEqual([{ block: 'fifo', kind: 'toggle', line: 48, name: 'count_q[1]', count: 3 }]);
  });
});
