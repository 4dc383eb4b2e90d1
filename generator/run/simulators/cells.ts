import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../base/paths.js';
import type { Config } from '../../description/config.js';
import { arrayInCFile, type EmittedFile } from '../../emit/rtl.js';
import type { Cells } from './job.js';

/**
 * The sources with C functions in the place of the array and its cells, for long simulations in Verilator.
 * @throws when the sources have no array, as a netlist.
 */
export const withCells = (config: Config, rtl: readonly EmittedFile[], cells: Cells): readonly EmittedFile[] => {
  if (cells === 'verilog') return rtl;
  const array = arrayInCFile(config);
  if (!rtl.some(({ path }) => path === array.path)) throw new Error(`there is no ${array.path} to take the place of`);
  return [
    ...rtl.map((file) => (file.path === array.path ? array : file)),
    { path: 'cells/array.cpp', text: readFileSync(join(packageRoot, 'tb', 'cells', 'array.cpp'), 'utf8') },
  ];
};
