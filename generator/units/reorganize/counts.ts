import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Reorganize } from '../../isa/program.js';
import type { Counts } from '../counts.js';

/** Positions of one axis of a REORGANIZE that hold a source pixel. */
export const sourcePositions = (positions: number, x: number, bound: number, stride: number, phase: number): number => {
  // the i-th position is on the grid where (phase + i) is a multiple of the stride
  const multiples = (before: number): number => Math.floor((phase + before - 1) / stride) + 1;
  const from = Math.max(0, -x);
  const to = Math.min(positions, bound - x);
  return to > from ? multiples(to) - multiples(from) : 0;
};

/** Adds what one REORGANIZE counts. */
export const addReorganize = (counts: Counts, config: Config, step: Reorganize): void => {
  const { dataBytes, reorganizeElements } = derive(config);
  const { positionsH, positionsW, elements } = step;
  const bytes = positionsH * positionsW * elements * dataBytes;
  const pixels =
    sourcePositions(positionsH, step.xH, step.boundH, step.strideH, step.phaseH) *
    sourcePositions(positionsW, step.xW, step.boundW, step.strideW, step.phaseW);
  counts.dynamicReads += pixels * Math.ceil(elements / reorganizeElements);
  counts.dramBytesWritten += bytes;
  counts.reorganizeBytes += bytes;
};
