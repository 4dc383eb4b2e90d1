import { type Axis, inputOffset, inputStep } from './axis.js';
import type { LoopNest } from './loopNest.js';

/** Some taps of an axis, and the inputs that they touch. */
export interface Phase {
  /** These taps and inputs as an axis of their own. */
  readonly axis: Axis;
  /** The kernel's taps `tap`, `tap + tapStep`, … */
  readonly tap: number;
  readonly tapStep: number;
  /** The inputs `offset`, `offset + step`, … */
  readonly offset: number;
  readonly step: number;
}

/** All taps of an axis as one. */
export const wholeAxis = (axis: Axis): Phase => ({
  axis,
  tap: 0,
  tapStep: 1,
  offset: inputOffset(axis),
  step: inputStep(axis),
});

/** All taps and all inputs, also those that no tap touches. */
const everyInput = (axis: Axis): Phase => ({ ...wholeAxis(axis), offset: 0, step: 1 });

/**
 * The polyphase decomposition of a strided axis: taps whose inputs agree modulo the stride are together a convolution of
 * stride 1 over every stride-th input. Taps that touch no input are in no phase.
 */
export const polyphase = (axis: Axis): readonly Phase[] => {
  const { inputs, kernel, stride, dilation, pad } = axis;
  const taps = new Map<number, number[]>();
  for (let tap = 0; tap < kernel; tap++) {
    const residue = (((tap * dilation - pad) % stride) + stride) % stride;
    if (residue < inputs) taps.set(residue, [...(taps.get(residue) ?? []), tap]);
  }
  return [...taps].map(([offset, [tap = 0, second]]) => {
    const tapStep = second === undefined ? 1 : second - tap;
    return {
      axis: {
        ...axis,
        inputs: Math.ceil((inputs - offset) / stride),
        kernel: taps.get(offset)!.length,
        stride: 1,
        dilation: second === undefined ? 1 : (tapStep * dilation) / stride,
        pad: (pad + offset - tap * dilation) / stride,
      },
      ...{ tap, tapStep, offset, step: stride },
    };
  });
};

/**
 * The inputs that tiles of an input gradient are made of. With one tap only every stride-th input has a gradient: `zerofree`
 * tiles those, and STOREs write zeros between them.
 */
export const gradientInputs = ({ engine }: LoopNest, axis: Axis): Phase => {
  const [phase] = engine === 'zerofree' && axis.kernel === 1 && axis.stride > 1 ? polyphase(axis) : [];
  return phase ?? everyInput(axis);
};
