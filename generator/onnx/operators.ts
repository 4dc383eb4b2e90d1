import type { Builder } from './builder.js';
import { batchNormalization, convolution, gemm, matMul, transposedConvolution } from './convolutions.js';
import { activation, addition, afterwards, dropout, negation, scaling } from './elementwise.js';
import type { Value } from './layout.js';
import {
  cast,
  concatenation,
  flatten,
  identity,
  pad,
  reshape,
  shape,
  slice,
  splitChannels,
  squeeze,
  transpose,
} from './moves.js';
import type { Node } from './node.js';
import { globalAverage, globalMaximum, pooling, reduction } from './pooling.js';
import { depthToSpace, repetition, spaceToDepth } from './resizing.js';

/** What a node makes: one value, or one for each output. */
type Reader = (node: Node, builder: Builder) => Value | readonly Value[];

/** Operators on what depends on the network's input, by name. */
export const READERS = new Map<string, Reader>(
  Object.entries({
    Conv: convolution,
    ConvTranspose: transposedConvolution,
    Gemm: gemm,
    MatMul: matMul,
    BatchNormalization: batchNormalization,
    Relu: activation,
    LeakyRelu: activation,
    PRelu: activation,
    Abs: activation,
    Neg: negation,
    Clip: activation,
    Max: activation,
    Min: activation,
    Dropout: dropout,
    Add: addition,
    Sum: addition,
    Sub: scaling,
    Mul: scaling,
    Div: scaling,
    Softmax: afterwards,
    LogSoftmax: afterwards,
    Sigmoid: afterwards,
    MaxPool: pooling,
    AveragePool: pooling,
    GlobalAveragePool: globalAverage,
    GlobalMaxPool: globalMaximum,
    ReduceMean: reduction,
    ReduceMax: reduction,
    Resize: repetition,
    Upsample: repetition,
    SpaceToDepth: spaceToDepth,
    DepthToSpace: depthToSpace,
    Concat: concatenation,
    Split: splitChannels,
    Slice: slice,
    Pad: pad,
    Identity: identity,
    Cast: cast,
    CastLike: identity,
    Reshape: reshape,
    Flatten: flatten,
    Squeeze: squeeze,
    Unsqueeze: squeeze,
    Transpose: transpose,
    Shape: shape,
  } satisfies Record<string, Reader>),
);

/** Operators that are refused, but whose result has the shape of their input, so that what comes behind them can be read too. */
export const KEEPS_SHAPE: ReadonlySet<string> = new Set(
  'LRN Tanh Elu Selu Celu Gelu Mish HardSigmoid HardSwish Softplus Softsign ThresholdedRelu Swish InstanceNormalization GroupNormalization LayerNormalization LpNormalization MeanVarianceNormalization Erf Exp Log Sqrt Floor Ceil Round Sign Pow QuantizeLinear DequantizeLinear'.split(
    ' ',
  ),
);
