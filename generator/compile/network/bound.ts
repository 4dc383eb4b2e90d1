import { laneBound } from '../../dataflows/lanes/index.js';
import { usefulMacs } from '../../description/axes.js';
import type { Config } from '../../description/config.js';
import { compulsoryBytes } from '../price.js';
import type { StepBound } from './compiled.js';
import { bytesOfValue, type ScheduledStep, type Tensors } from './steps.js';

/** The bound of a step; of those that are beside each other the sum. */
export const boundOf = (config: Config, step: ScheduledStep, tensors: Tensors): StepBound => {
  if (step.kind === 'elementwise')
    return { arrayCycles: 0, bytes: step.pixels * step.channels * bytesOfValue(step.program, tensors) };
  if (step.kind === 'beside') {
    const each = [step.pass, ...step.elementwise].map((one) => boundOf(config, one, tensors));
    const sum = (of: keyof StepBound): number => each.reduce((all, one) => all + one[of], 0);
    return { arrayCycles: sum('arrayCycles'), bytes: sum('bytes') };
  }
  const { layer, pass, result, program } = step;
  const { rows, columns } = config.array;
  const narrow = tensors.get(result).format === 'bf16';
  const { B, H, W, C, Ho, Wo, N } = layer;
  const values = pass === 'fprop' ? B * Ho * Wo * N : B * H * W * C;
  // the result is among those of the pass
  const besides = program ? values * bytesOfValue({ ...program, outputs: [] }, tensors) : 0;
  return {
    arrayCycles: usefulMacs(layer) / (rows * columns * laneBound(config, layer, pass)),
    bytes: compulsoryBytes(config, layer, pass, narrow) + besides,
  };
};
