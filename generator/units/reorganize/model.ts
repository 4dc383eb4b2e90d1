import { isRunTooLong, type Reorganize } from '../../isa/program.js';
import { addressOf, type Machine, vectorAt } from '../machine.js';

/** For each position of one axis, the buffer offset of its source pixel, or undefined where zeros go. */
const sources = (positions: number, x: number, bound: number, stride: number, phase: number, step: number) => {
  let offset = 0;
  let rest = phase;
  return Array.from({ length: positions }, (_, index) => {
    const at = x + index >= 0 && x + index < bound && rest === 0 ? offset : undefined;
    rest++;
    if (rest === stride) {
      rest = 0;
      offset += step;
    }
    return at;
  });
};

/** Carries out one REORGANIZE, row by row. A position is read as vectors of the elements that a cycle writes. */
export const runReorganize = (machine: Machine, reorganize: Reorganize): void => {
  const { config, sizes, memory, arithmetic, counts, fail } = machine;
  const { elements, positionsW, positionsH, strideW, strideH, phaseW, phaseH, bufElement } = reorganize;
  const { dataBytes, reorganizeElements } = sizes;
  const { stored, mask } = arithmetic.dynamic;
  if (!config.engines.includes('traditional')) fail('ENGINE', 'REORGANIZE needs the engine traditional');
  if (phaseW >= strideW || phaseH >= strideH) fail('FIELD', 'phases must be below their strides');
  if (isRunTooLong(config, reorganize)) fail('FIELD', `rows of ${positionsW} × ${elements} elements are too long`);
  const rows = sources(positionsH, reorganize.xH, reorganize.boundH, strideH, phaseH, reorganize.bufStepH);
  const columns = sources(positionsW, reorganize.xW, reorganize.boundW, strideW, phaseW, reorganize.bufStepW);
  const first = addressOf(machine, reorganize);
  const runBytes = positionsW * elements * dataBytes;
  rows.forEach((row, h) => {
    const run = memory.at(first + h * reorganize.rowStride, runBytes, 'writes', fail).fill(0);
    columns.forEach((column, w) => {
      if (row === undefined || column === undefined) return;
      const from = vectorAt(machine, arithmetic.dynamic, bufElement + row + column, elements);
      for (let element = 0; element < elements; element++) {
        const value = stored[(from + element) & mask];
        const at = (w * elements + element) * dataBytes;
        run[at] = value;
        if (dataBytes === 2) run[at + 1] = value >> 8;
      }
      counts.dynamicReads += Math.ceil(elements / reorganizeElements);
    });
  });
  counts.dramBytesWritten += positionsH * runBytes;
  counts.reorganizeBytes += positionsH * runBytes;
};
