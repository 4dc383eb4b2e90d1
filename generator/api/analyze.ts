import { UserError } from '../base/errors.js';
import { frozen } from '../base/plain.js';
import { type Format, PASSES, type Pass } from '../description/config.js';
import { oneOf } from '../description/schema.js';
import type { NetworkLayer } from '../networks/network.js';
import { type Operand, type StructuralZeros, structuralZeros } from '../networks/structuralZeros.js';
import { checkedOptions, flagField, passField, wholeField } from './options.js';
import { type Input, isStrided, SOURCE_KEYS, type SourceOptions, sourceOf } from './source.js';

/** What {@link analyze} takes: `layer` or `network`, and how to look at it. */
export interface AnalyzeOptions extends SourceOptions {
  /** One pass. Default: all. */
  readonly pass?: Pass;
  /** Of an element of the operands. Default: bf16. */
  readonly format?: Format;
  /** In place of a format: bytes of an element, 1 to 16. */
  readonly bytesPerElement?: number;
}

/** The structural zeros of one pass of a layer. */
export interface AnalyzedPass {
  /** The layer, with its name in the network. */
  readonly layer: NetworkLayer;
  /** Its counts. */
  readonly zeros: StructuralZeros;
}

/** What was analyzed, and what came of it. */
export interface Analysis {
  /** Of the network; of a layer its text. */
  readonly name: string;
  /** What a network was given: images, and their size as in 224x224. */
  readonly input?: Input;
  /** Only layers with a stride of 2 or more were looked at. */
  readonly strided: boolean;
  /** By which elements become bytes. */
  readonly bytesPerElement: number;
  /** In the order of the layers, of each layer in that of the passes; empty where no layer has such a stride. */
  readonly passes: readonly AnalyzedPass[];
}

/** Sums of the counts of a pass over layers: elements, and multiply-accumulates. */
export type ZeroSums = Pick<StructuralZeros, 'featureMap' | 'kernel' | 'macs' | 'usefulMacs' | 'extraElements'>;

const BYTES: Readonly<Record<Format, number>> = { int8: 1, bf16: 2 };

const count = (layer: NetworkLayer, pass: Pass): AnalyzedPass => {
  try {
    return { layer, zeros: structuralZeros(layer.layer, pass) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((each) => ({ ...each, path: layer.name })));
  }
};

/**
 * Counts the structural zeros of a layer or a network in closed form, as `bp-im2col analyze` does.
 * @throws {@link UserError} with what is wrong with the options, or where a count is too large to be exact.
 */
export const analyze = (options: AnalyzeOptions): Analysis => {
  const shape = {
    ...{ pass: passField.optional(), strided: flagField, bytesPerElement: wholeField(1, 16) },
    format: oneOf(['int8', 'bf16'], 'bf16', 'The format.').optional(),
  };
  const given = checkedOptions(options, shape, SOURCE_KEYS);
  const { pass, strided = false, format = 'bf16', bytesPerElement = BYTES[format] } = given;
  const { name, input, layers } = sourceOf(given);
  const chosen = layers.filter((each) => !strided || isStrided(each));
  const passes = chosen.flatMap((layer) => (pass ? [pass] : PASSES).map((one) => count(layer, one)));
  return frozen({ name, ...(input && { input }), strided, bytesPerElement, passes });
};

/** @throws {@link UserError} when the sum is not exact. */
const sum = (values: readonly number[]): number => {
  const total = values.reduce((a, b) => a + b, 0);
  if (Number.isSafeInteger(total)) return total;
  const message = `a sum over the layers is ${total.toExponential(1)}, too large to be exact`;
  throw new UserError([{ code: 'TOO_LARGE', path: 'totals', message, fix: 'take a smaller batch' }]);
};

const operandSum = (operands: readonly Operand[]): Operand => ({
  elements: sum(operands.map(({ elements }) => elements)),
  zeros: sum(operands.map(({ zeros }) => zeros)),
});

/** Totals of each pass that was analyzed. */
export const zeroSums = ({ passes }: Analysis): readonly (readonly [Pass, ZeroSums])[] =>
  PASSES.map((pass) => [pass, passes.map(({ zeros }) => zeros).filter((zeros) => zeros.pass === pass)] as const)
    .filter(([, all]) => all.length > 0)
    .map(([pass, all]) => [
      pass,
      {
        featureMap: operandSum(all.map(({ featureMap }) => featureMap)),
        kernel: operandSum(all.map(({ kernel }) => kernel)),
        macs: sum(all.map(({ macs }) => macs)),
        usefulMacs: sum(all.map(({ usefulMacs }) => usefulMacs)),
        extraElements: sum(all.map(({ extraElements }) => extraElements)),
      },
    ]);
