import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { randomOperands, specialOperands } from '../../../generator/compile/workload.js';
import { parseLayer } from '../../../generator/description/layer.js';
import { presets } from '../../../generator/description/presets.js';
import { rtlFiles } from '../../../generator/emit/rtl.js';
import { defineAccelerator } from '../../../generator/index.js';
import { runPass } from '../../../generator/run/runPass.js';
import { inLanes } from '../../../generator/run/simulators/lanes.js';
import { buildVerilator } from '../../../generator/run/simulators/verilator.js';
import { temporaryFolders } from '../../temporary.js';

const temporaryFolder = temporaryFolders();

// a simulator that writes waves is compiled as Verilator made it
it.each(['odd', 'tiny4'] as const)('large arrays run in lanes as they do cell by cell: %s, 9 x 8', async (preset) => {
  const config = defineAccelerator({ ...presets[preset], name: 'lanes', array: { rows: 9, columns: 8 } });
  const isInLanes = async (waves?: 'vcd'): Promise<boolean> =>
    readFileSync(await buildVerilator(config, rtlFiles(config), waves)).includes('vlLanes');
  expect([await isInLanes(), await isInLanes('vcd')]).toEqual([true, false]);
  const layer = parseLayer('B=2,C=11,H=7,W=5,N=10,K=3,S=2,P=1');
  for (const pass of ['fprop', 'dgrad', 'wgrad'] as const) {
    const operands =
      config.format === 'bf16' ? specialOperands(layer, pass, 3) : randomOperands(config, layer, pass, 3);
    const of = (waves?: string) =>
      runPass(config, layer, pass, 'bp', { operands, seed: 3, ...(waves ? { waves } : {}) });
    const [lanes, cells] = [await of(), await of(join(temporaryFolder(), 'run.vcd'))];
    expect(lanes.passed).toBe(true);
    expect({ ...lanes, cyclesPerSecond: 0 }).toEqual({ ...cells, cyclesPerSecond: 0 });
  }
});

it('C++ that is not as expected stays as it is', () => {
  expect(inLanes([], 'pe')).toBeUndefined();
  expect(inLanes([{ name: 'Vtop_pe.h', text: 'class Vtop_pe {};' }], 'pe')).toBeUndefined();
});
