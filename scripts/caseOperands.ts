import { specialOperands } from '../generator/compile/workload.js';
import type { Operands } from '../generator/golden/judge.js';
import type { Case } from './cases.js';
import { digitOperands } from './digits.js';

/** The operands of a run of the regression; undefined where its seed alone gives them. */
export const caseOperands = ({ data, layer, pass, seed }: Case): Operands | undefined =>
  ({
    random: () => undefined,
    special: () => specialOperands(layer, pass, seed),
    digits: () => digitOperands(pass),
  })[data]();
