import type { Problem as Finding } from '../base/errors.js';
import type { LoopNest } from '../dataflows/loopNest.js';
import type { Config } from '../description/config.js';
import { type Geometry, type Instruction, isRunTooLong, misfit } from '../isa/program.js';
import { strayCoordinate } from '../units/exec/walk.js';

/** Pixels that an axis may have: coordinates have 16 bits with their sign. */
const MOST_PIXELS = 32768;

const SMALLER = 'take a layer with smaller rows (W × channels), or fewer of them';

/** Steps in DRAM that an instruction takes, in bytes. */
const dramSteps = (instruction: Instruction): readonly number[] => {
  if (instruction.kind === 'reorganize') return instruction.positionsH > 1 ? [instruction.rowStride] : [];
  if (instruction.kind !== 'load' && instruction.kind !== 'store') return [];
  const { n1, stride1, n2, stride2 } = instruction;
  return [...(n1 > 1 ? [stride1] : []), ...(n2 > 1 ? [stride2] : [])];
};

/** What the hardware could not carry out of a program: the first instruction that does not fit its fields or counters. */
export const encodingProblem = (config: Config, instructions: readonly Instruction[]): Finding | undefined => {
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
    const wrong = misfit(instruction);
    if (wrong) {
      const message = `a ${name} would need ${wrong.field} = ${wrong.value}, and the field ends at ${wrong.value > wrong.most ? wrong.most : wrong.least}`;
      return { code: 'PLAN_FIELD', path: 'layer', message, fix: SMALLER };
    }
    const stray = instruction.kind === 'exec' ? strayCoordinate(geometry!, instruction) : undefined;
    if (stray !== undefined) {
      const message = `an EXEC would count to coordinate ${stray}, and coordinates end at ${MOST_PIXELS}`;
      return {
        code: 'PLAN_COORDINATES',
        path: 'layer',
        message,
        fix: 'take a smaller H or W, kernel, dilation or padding',
      };
    }
  }
  return undefined;
};

/** What keeps an engine from storing its zero-inserted tensor: the taps reach over all of it. */
export const storedProblem = ({ pass, engine, reorganized }: LoopNest): Finding | undefined => {
  if (!reorganized) return undefined;
  const { height, width } = reorganized;
  const [what, size] = height > MOST_PIXELS ? ['rows', height] : ['columns', width];
  if (size <= MOST_PIXELS) return undefined;
  return {
    code: 'PLAN_COORDINATES',
    path: 'layer',
    message: `${pass} by ${engine} stores dY with its zeros and padding, which is ${size} ${what}, and coordinates reach ${MOST_PIXELS}`,
    fix: 'use the engine bp or zerofree, which store no such tensor, or a smaller kernel, dilation or layer',
  };
};
