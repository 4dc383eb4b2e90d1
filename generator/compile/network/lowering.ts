import type { Config } from '../../description/config.js';
import type { Graph, Operation, Parameter, Shape } from '../../graph/operations.js';
import { operandsOf } from '../../graph/operations.js';
import { type Key, type Normalized, type Step, Tensors } from './steps.js';

/** What a network is compiled for. */
export type Purpose = 'inference' | 'training';

/** Statistics of a batch, a value for each channel of a tensor. */
export interface Moments {
  readonly mean: Key;
  readonly variance: Key;
}

/** What operations become: steps on tensors, in order. */
export class Lowering {
  readonly tensors = new Tensors();
  steps: Step[] = [];
  /** Of batch normalisations whose forward pass has been emitted. */
  readonly normalized = new Map<string, Normalized>();
  /** Of tensors that were normalised in training: − mean, and variance. */
  readonly moments = new Map<Key, Moments>();
  /** Of concatenations: what they join. */
  readonly joined = new Map<Key, readonly { readonly key: Key; readonly channels: number }[]>();
  /** Of maxima over windows in training: value and tap of each window, as EXEC leaves them. */
  readonly maxima = new Map<string, Key>();
  private readonly parameters: ReadonlyMap<string, Parameter>;
  private readonly readers = new Map<string, Operation[]>();

  constructor(
    readonly graph: Graph,
    readonly shapes: ReadonlyMap<string, Shape>,
    readonly purpose: Purpose,
    readonly config: Config,
  ) {
    this.parameters = new Map(graph.parameters.map((parameter) => [parameter.name, parameter]));
    for (const operation of graph.operations)
      for (const name of operandsOf(operation)) this.readers.set(name, [...(this.readers.get(name) ?? []), operation]);
  }

  shape(name: string): Shape {
    return this.shapes.get(name)!;
  }

  parameter(name: string): Parameter {
    return this.parameters.get(name)!;
  }

  /** Operations that read a tensor, once for each operand. */
  readersOf(name: string): readonly Operation[] {
    return this.readers.get(name) ?? [];
  }

  isOutput(name: string): boolean {
    return this.graph.outputs.includes(name);
  }

  /** A constant that is made once, bf16 unless wide. */
  constant(name: string, shape: readonly number[], values: Float32Array, wide = false): Key {
    const format = wide ? 'fp32' : 'bf16';
    return (
      this.tensors.find('constant', name) ??
      this.tensors.add({ role: 'constant', name, shape, format, base: 1, values })
    );
  }

  /** So many ones. */
  ones(shape: readonly number[]): Key {
    const length = shape.reduce((all, size) => all * size, 1);
    return this.constant(`ones ${shape.join('×')}`, shape, new Float32Array(length).fill(1));
  }

  scratch(wanted: string, shape: readonly number[], format: 'fp32' | 'bf16'): Key {
    return this.tensors.add({ role: 'scratch', name: this.tensors.fresh('scratch', wanted), shape, format, base: 2 });
  }
}
