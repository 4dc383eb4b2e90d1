import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../base/paths.js';
import type { Config } from '../../description/config.js';
import type { EmittedFile } from '../../emit/rtl.js';
import { render } from '../../emit/template.js';
import { datapathView } from '../../emit/views/datapath.js';
import type { Cells } from './job.js';

/**
 * The sources with C functions in the place of the array and its cells, for long simulations in Verilator.
 * @throws when the sources have no array, as a netlist.
 */
export const withCells = (config: Config, rtl: readonly EmittedFile[], cells: Cells): readonly EmittedFile[] => {
  if (cells === 'verilog') return rtl;
  const path = `rtl/${config.prefix}array.v`;
  if (!rtl.some((file) => file.path === path)) throw new Error(`there is no ${path} to take the place of`);
  const text = render('tb/cells/array.v', datapathView(config));
  return [
    ...rtl.map((file) => (file.path === path ? { path, text } : file)),
    { path: 'cells/array.cpp', text: readFileSync(join(packageRoot, 'tb', 'cells', 'array.cpp'), 'utf8') },
  ];
};
