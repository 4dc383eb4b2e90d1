import { Option } from 'commander';
import { type EnergyTable, HOROWITZ, parseEnergies } from '../energy/table.js';
import { readJson } from './readJson.js';

/** `--energies`, of the commands that work out energy. */
export const energiesOption = (): Option =>
  new Option(
    '--energies <file.json>',
    'picojoules of operations and memories, see "bp-im2col schema energies" (default: 45 nm, by Horowitz, ISSCC 2014)',
  );

/** The energies of `--energies`. @throws {@link UserError} with everything that is wrong with them. */
export const loadEnergies = (path: string | undefined): EnergyTable =>
  path === undefined ? HOROWITZ : parseEnergies(readJson(path), path);
