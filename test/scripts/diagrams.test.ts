import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderWaves, waveJson } from '../../scripts/diagrams/draw.js';
import { sampleVcd } from '../../scripts/diagrams/vcd.js';
import { DIAGRAMS, drawDiagrams } from '../../scripts/diagrams.js';

it('the timing diagrams are what the RTL does now', async () => {
  const drawn = await drawDiagrams();
  for (const [name, diagram] of drawn) {
    const renew = `docs/timing/${name} is stale; renew it with: npm run diagrams`;
    expect(JSON.parse(readFileSync(join(DIAGRAMS, `${name}.json`), 'utf8')), renew).toEqual(diagram);
    expect(readFileSync(join(DIAGRAMS, `${name}.svg`), 'utf8') === renderWaves(diagram), renew).toBe(true);
  }
  expect([...drawn.keys()]).toEqual(['start', 'interrupt', 'read-burst', 'reset']);
});

const VCD = `$timescale 1ps $end
$scope module tb $end
$var reg 1 $ clk $end
$scope module dut $end
$var wire 1 $ clk $end
$var wire 8 ! word [7:0] $end
$var wire 1 " valid $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0$
bx !
0"
$end
#5
1$
#6
1"
b101 !
#10
0$
#15
1$
b1111 !
#20
0$
#25
1$
`;

it('samples a VCD before the edge, and shows a word only where it is valid', () => {
  const trace = sampleVcd(VCD, 'tb.dut', 'clk', ['word', 'valid']);
  expect(trace.cycles).toBe(3);
  expect([0, 1, 2].map((cycle) => [trace.value('valid', cycle), trace.value('word', cycle)])).toEqual([
    [0, undefined],
    [1, 5],
    [1, 15],
  ]);
  const rows = [{ signal: 'valid' }, { signal: 'word', valid: 'valid' }];
  const diagram = waveJson(
    trace,
    'test',
    [['all', rows]],
    [
      [0, 1],
      [2, 2],
    ],
  );
  expect(diagram.signal).toEqual([
    { name: 'aclk', wave: 'p...' },
    {},
    ['all', { name: 'valid', wave: '01|.' }, { name: 'word', wave: 'x=|=', data: ['5', 'f'] }],
  ]);
  expect(() => sampleVcd(VCD, 'tb.dut', 'clk', ['other'])).toThrow('tb.dut has no signal other');
});
