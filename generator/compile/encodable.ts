import type { Problem as Finding } from '../base/errors.js';
import type { LoopNest } from '../dataflows/loopNest.js';
import type { Config, Limits } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Layer } from '../description/layer.js';
import { bitsOf, FULL_LIMITS, limitOf, type Widths } from '../description/widths.js';
import { fieldRanges, type Geometry, type Instruction, isRunTooLong, type Misfit, misfit } from '../isa/program.js';
import { strayCoordinate } from '../units/exec/walk.js';

const SMALLER = 'take a layer with smaller rows (W × channels), or fewer of them';

/** Steps in DRAM that an instruction takes, in bytes. */
const dramSteps = (instruction: Instruction): readonly number[] => {
  if (instruction.kind === 'reorganize') return instruction.positionsH > 1 ? [instruction.rowStride] : [];
  if (instruction.kind !== 'load' && instruction.kind !== 'store') return [];
  const { n1, stride1, n2, stride2 } = instruction;
  return [...(n1 > 1 ? [stride1] : []), ...(n2 > 1 ? [stride2] : [])];
};

/** The limit of the description that a width comes from. */
const limitBehind = (width: keyof Widths | undefined): keyof Limits | undefined => {
  if (width === 'coordinate' || width === 'x') return 'map';
  return width !== undefined && width in FULL_LIMITS ? (width as keyof Limits) : undefined;
};

/** What a limit is to be for a value, if any will do. */
const raised = (config: Config, limit: keyof Limits | undefined, value: number): string | undefined => {
  const most = limit && config.limits?.[limit];
  if (limit === undefined || most === undefined) return undefined;
  const enough = Math.max(2 ** bitsOf(Math.abs(value)) - 1, 2 * most + 1);
  return enough <= FULL_LIMITS[limit] ? `set limits.${limit} to ${enough}` : undefined;
};

const fieldProblem = (config: Config, name: string, { field, value, least, most }: Misfit): Finding => {
  const limit = limitBehind(field.width);
  const fix = raised(config, limit, value);
  const end = fix ? `limits.${limit} is ${config.limits![limit!]}` : `the field ends at ${value > most ? most : least}`;
  return {
    ...{ code: fix ? 'PLAN_LIMIT' : 'PLAN_FIELD', path: fix ? `limits.${limit}` : 'layer' },
    ...{ message: `a ${name} would need ${field.name} = ${value}, and ${end}`, fix: fix ?? SMALLER },
  };
};

/** Sizes of a layer beyond the accelerator's limits. */
export const limitProblems = (config: Config, layer: Layer): readonly Finding[] => {
  const sizes: readonly (readonly [limit: keyof Limits, keys: readonly (keyof Layer)[]])[] = [
    ['map', ['H', 'W', 'Ho', 'Wo']],
    ['channels', ['C', 'N']],
    ['kernel', ['Kh', 'Kw']],
    ['stride', ['Sh', 'Sw']],
    ['dilation', ['Dh', 'Dw']],
  ];
  return sizes.flatMap(([limit, keys]) => {
    const most = limitOf(config, limit);
    const worst = keys.reduce((a, b) => (layer[b] > layer[a] ? b : a));
    if (layer[worst] <= most) return [];
    const fix = raised(config, limit, layer[worst]) ?? SMALLER;
    const message = `${worst} is ${layer[worst]}, and ${config.name} is built for ${most} at most`;
    return [{ code: 'PLAN_LIMIT', path: `limits.${limit}`, message, fix }];
  });
};

/** What the hardware could not carry out of a program: the first instruction that does not fit its fields or counters. */
export const encodingProblem = (config: Config, instructions: readonly Instruction[]): Finding | undefined => {
  const { widths } = derive(config);
  const ranges = fieldRanges(widths);
  let geometry: Geometry | undefined;
  for (const instruction of instructions) {
    if (instruction.kind === 'geometry') geometry = instruction;
    const name = instruction.kind.toUpperCase();
    const far = dramSteps(instruction).find((step) => step !== (step | 0));
    if (far !== undefined || isRunTooLong(config, instruction)) {
      const message =
        far === undefined
          ? `a ${name} would write more bytes in one run than the accelerator counts`
          : `a ${name} would step by ${far} bytes, beyond the 31 bits and sign of a step`;
      return { code: 'PLAN_COPIES', path: 'layer', message, fix: SMALLER };
    }
    const wrong = misfit(instruction, ranges);
    if (wrong) return fieldProblem(config, name, wrong);
    const stray = instruction.kind === 'exec' ? strayCoordinate(widths, geometry!, instruction) : undefined;
    if (stray !== undefined) {
      const message = `an EXEC would count to coordinate ${stray}, and coordinates end at ${mostPixels(config)}`;
      const fix = raised(config, 'map', stray) ?? 'take a smaller H or W, kernel, dilation or padding';
      return { code: 'PLAN_COORDINATES', path: 'layer', message, fix };
    }
  }
  return undefined;
};

/** Pixels that an axis may have: coordinates have a sign. */
const mostPixels = (config: Config): number => 2 ** (derive(config).widths.coordinate - 1);

/** What keeps an engine from storing its zero-inserted tensor: the taps reach over all of it. */
export const storedProblem = (config: Config, { pass, engine, reorganized }: LoopNest): Finding | undefined => {
  if (!reorganized) return undefined;
  const { height, width } = reorganized;
  const most = Math.min(mostPixels(config), 2 ** derive(config).widths.map - 1);
  const [what, size] = height > most ? ['rows', height] : ['columns', width];
  if (size <= most) return undefined;
  return {
    code: 'PLAN_COORDINATES',
    path: 'layer',
    message: `${pass} by ${engine} stores dY with its zeros and padding, which is ${size} ${what}, and coordinates reach ${most}`,
    fix:
      raised(config, 'map', size) ??
      'use the engine bp or zerofree, which store no such tensor, or a smaller kernel, dilation or layer',
  };
};
