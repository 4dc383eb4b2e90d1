import type { Operation, OperationKind } from '../../graph/operations.js';
import { concatenation, flattening, slice } from './channels.js';
import { convolution } from './convolution.js';
import { activation, addition, dropout } from './elementwise.js';
import { batchNormalization } from './normalization.js';
import { globalAverage, pooling } from './pooling.js';
import type { Rule } from './rule.js';

const rules: { readonly [K in OperationKind]: Rule<Extract<Operation, { readonly kind: K }>> } = {
  convolution,
  activation,
  addition,
  concatenation,
  slice,
  flattening,
  dropout,
  pooling,
  globalAverage,
  batchNormalization,
};

export const ruleOf = <O extends Operation>({ kind }: O): Rule<O> => rules[kind] as unknown as Rule<O>;
