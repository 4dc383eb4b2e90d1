import { type Problem, UserError } from '../base/errors.js';
import { closest } from '../base/suggest.js';
import { type Budget, MEASURES, type Measure } from './recommend.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, KiB: 1024, MiB: 1024 ** 2 };

/** A number with a decimal point, and a factor behind it; NaN for anything else. */
const numberOf = (text: string): number => {
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?)\s*(k|M|KiB|MiB)?$/.exec(text) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) * UNITS[unit]!;
};

/** A measure that the exploration has. @param area what areas are measured in, where there are any. */
const measureProblem = (path: string, name: string, area: Measure | undefined): Problem | undefined => {
  const known = MEASURES.filter((measure) => !['luts', 'gates', 'mm2'].includes(measure) || measure === area);
  if (known.includes(name as Measure)) return undefined;
  if (MEASURES.includes(name as Measure)) {
    const target = { luts: 'ecp5 or xilinx', gates: 'generic', mm2: 'asic' }[name as 'luts' | 'gates' | 'mm2'];
    return {
      code: 'NO_AREA',
      path,
      message: `${name} are not worked out here`,
      fix: `add --target ${target}, or take ${known.join(', ')}`,
    };
  }
  const meant = closest(name, known);
  const fix = meant ? `write ${meant}` : `take ${known.join(', ')}`;
  return { code: 'UNKNOWN_MEASURE', path, message: `"${name}" is nothing that points are compared by`, fix };
};

/**
 * The budget that `--budget measure=most,…` options give. Energy is in picojoules.
 * @param area what areas are measured in, where there are any.
 * @throws {@link UserError} with every problem.
 */
export const budgetOf = (texts: readonly string[], area: Measure | undefined): Budget => {
  const problems: Problem[] = [];
  const budget: Partial<Record<Measure, number>> = {};
  for (const text of texts.flatMap((each) => each.split(','))) {
    const path = `--budget ${text}`;
    const [, name, value] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      const fix = 'write --budget measure=most, as in --budget luts=24000';
      problems.push({ code: 'BAD_BUDGET', path, message: 'it says no measure and its most', fix });
      continue;
    }
    const wrong = measureProblem(path, name, area);
    if (wrong) {
      problems.push(wrong);
      continue;
    }
    const most = numberOf(value);
    if (!(most > 0)) {
      const fix = 'give a number above 0, as in 24000, 24k, 1.5 or 256KiB';
      problems.push({ code: 'OUT_OF_RANGE', path, message: `${value} will not do`, fix });
    } else if (budget[name as Measure] !== undefined) {
      problems.push({ code: 'DUPLICATE', path, message: `${name} is there twice`, fix: `give ${name} once` });
    } else budget[name as Measure] = most;
  }
  if (problems.length > 0) throw new UserError(problems);
  return budget;
};

/**
 * The measures of `--axes`, cycles among them.
 * @throws {@link UserError} with every problem.
 */
export const measuresOf = (names: readonly string[], area: Measure | undefined): readonly Measure[] => {
  const problems = names.flatMap((name) => measureProblem('--axes', name, area) ?? []);
  if (problems.length > 0) throw new UserError(problems);
  return [...new Set<Measure>(['cycles', ...(names as readonly Measure[])])];
};
