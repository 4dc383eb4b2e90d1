import { type Graph, type Operation, operandsOf, parametersOf, type Shape } from '../../graph/operations.js';
import { elementsOf, shapesOf } from '../../graph/shapes.js';
import { finite, LEAST, nearestBf16, operand } from '../nearest.js';
import { UNIT } from './errorRule.js';
import { errorsOf } from './errors.js';
import { contextOf, copied, type PassOptions } from './forward.js';
import type { Context, Contribution, Values } from './rule.js';
import { ruleOf } from './rules.js';

/** What a result is stored in: fp32, or bf16 that an fp32 number was rounded to. */
export type Stored = 'fp32' | 'bf16';

/**
 * What the judged machine held when it made a result, exactly. What lies between this and the result was not stored (operations that
 * are fused): it is worked out, and its rounding in fp32 allowed for.
 */
export interface Held {
  readonly tensors: ReadonlyMap<string, Values>;
  /** Of a loss, with respect to tensors: what the backward pass starts from. */
  readonly outputGradients?: ReadonlyMap<string, Values>;
  /** Whole gradients of tensors, that of a loss included. */
  readonly gradients?: ReadonlyMap<string, Values>;
}

export interface JudgeOptions extends PassOptions {
  /** How the result was stored. */
  readonly stored: Stored;
  /** How tensors and their gradients are, between operations. Absent: alike. */
  readonly between?: Stored;
}

/** How a result compares with float64. */
export interface Verdict {
  /** Values outside the bound, and the first of them, or −1. */
  readonly wrong: number;
  readonly firstWrong: number;
  /** Values of which nothing is claimed: sums may have overflowed, or the batch's variance is lost in rounding. */
  readonly unclaimed: number;
  /** In float64, and how far a result in fp32 may be from it. */
  readonly expected: Float64Array;
  readonly bound: Float64Array;
}

/** Values, and how far the machine's own may be from them. */
interface Estimate {
  readonly values: Float64Array;
  readonly off: Float64Array;
}

const exactly = (values: Float64Array): Estimate => ({
  values: values.map(operand),
  off: new Float64Array(values.length),
});

/** Where an error may be as large, some sum may have been 2^127. */
const OVERFLOW = 2 ** 103;

const roundings: Readonly<Record<Stored, (value: number) => number>> = {
  fp32: Math.fround,
  bf16: (value) => nearestBf16(Math.fround(value)),
};

/** An operation whose bounds have the digits of what is compared with them. */
const bounded = (operation: Operation, stored: Stored): Operation => {
  if (operation.kind !== 'activation') return operation;
  const round = roundings[stored];
  return { ...operation, least: round(operation.least), most: round(operation.most) };
};

const verdictOf = ({ values: expected, off: bound }: Estimate, result: Values, stored: Stored): Verdict => {
  const round = roundings[stored];
  let [wrong, firstWrong, unclaimed] = [0, -1, 0];
  for (let i = 0; i < expected.length; i++) {
    const [value, error, got] = [expected[i], bound[i], result[i]];
    let right = Object.is(got, value);
    if (Number.isFinite(value)) {
      if (!(error < OVERFLOW)) {
        unclaimed++;
        continue;
      }
      right = got >= round(value - error) && got <= round(value + error);
    }
    if (right) continue;
    if (firstWrong < 0) firstWrong = i;
    wrong++;
  }
  return { wrong, firstWrong, unclaimed, expected, bound };
};

/** Estimates of tensors and gradients, each worked out once and only if it is asked for. */
class Estimates {
  private readonly shapes: ReadonlyMap<string, Shape>;
  private readonly made: ReadonlyMap<string, Operation>;
  private readonly tensors = new Map<string, Estimate>();
  private readonly gradients = new Map<string, Estimate | undefined>();
  private readonly at: Context;
  private readonly between: Stored;
  private readonly off = (name: string): Float64Array => this.tensor(name).off;

  constructor(
    private readonly graph: Graph,
    private readonly held: Held,
    options: JudgeOptions,
  ) {
    this.shapes = shapesOf(graph);
    this.between = options.between ?? options.stored;
    this.made = new Map(graph.operations.map((operation) => [operation.name, bounded(operation, 'fp32')]));
    this.at = contextOf(graph, this.shapes, (name) => this.tensor(name).values, options, operand);
  }

  sizeOf(tensor: string): number {
    const shape = this.shapes.get(tensor);
    if (!shape) throw new RangeError(`${tensor} is no tensor of ${this.graph.name}`);
    return elementsOf(shape);
  }

  tensor(name: string, itself = true): Estimate {
    const known = this.tensors.get(name);
    if (known) return known;
    const given = itself ? this.held.tensors.get(name) : undefined;
    const operation = this.made.get(name);
    let estimate: Estimate;
    if (given || !operation) estimate = exactly(copied(name, given, this.sizeOf(name)));
    else {
      const values = ruleOf(operation).forward(operation, this.at);
      estimate = { values, off: errorsOf(operation).forward(operation, this.at, this.off, values) };
    }
    this.tensors.set(name, estimate);
    return estimate;
  }

  /** Sum of what reaches a gradient. Between its terms a machine may store the sum: each but the first rounds it. */
  private summed(terms: readonly Estimate[]): Estimate | undefined {
    if (terms.length < 2) return terms[0];
    const values = terms[0].values.map((_, i) => terms.reduce((all, term) => all + term.values[i], 0));
    const part = (terms.length - 1) * ((this.between === 'bf16' ? 2 ** -8 : 0) + 2 * UNIT);
    const off = values.map((_, i) => {
      const sizes = terms.reduce((all, term) => all + Math.abs(finite(term.values[i])) + term.off[i], 0);
      return terms.reduce((all, term) => all + term.off[i], 0) + part * sizes + terms.length * LEAST;
    });
    return { values, off };
  }

  /** What operations contribute to the gradient of a tensor or a parameter. */
  private contributed(name: string, to: 'tensors' | 'parameters'): readonly Estimate[] {
    const found: Estimate[] = [];
    for (const made of this.made.values()) {
      // a stored result is compared with bounds as they were stored
      const operation = this.held.tensors.has(made.name) ? bounded(made, this.between) : made;
      if (!(to === 'tensors' ? operandsOf : parametersOf)(operation).includes(name)) continue;
      const gradient = this.gradient(operation.name);
      if (!gradient) continue;
      const { values, off } = gradient;
      const named = (all: readonly Contribution[]): readonly Float64Array[] =>
        all.filter((one) => one.name === name).map((one) => one.values());
      const terms = named(ruleOf(operation).backward(operation, this.at, values)[to]);
      const errors = named(errorsOf(operation).backward(operation, this.at, this.off, values, off)[to]);
      for (const [i, one] of terms.entries()) found.push({ values: one, off: errors[i] });
    }
    return found;
  }

  gradient(name: string, itself = true): Estimate | undefined {
    if (this.gradients.has(name)) return this.gradients.get(name);
    const given = itself ? this.held.gradients?.get(name) : undefined;
    const start = this.held.outputGradients?.get(name);
    const exact = (values: Values): Estimate => exactly(copied(`gradient of ${name}`, values, this.sizeOf(name)));
    const estimate = given
      ? exact(given)
      : this.summed([...(start ? [exact(start)] : []), ...this.contributed(name, 'tensors')]);
    this.gradients.set(name, estimate);
    return estimate;
  }

  parameterGradient(name: string): Estimate | undefined {
    return this.summed(this.contributed(name, 'parameters'));
  }
}

const judged = (name: string, estimate: Estimate | undefined, result: Values, { stored }: JudgeOptions): Verdict => {
  if (!estimate) throw new RangeError(`no gradient reaches ${name}`);
  copied(name, result, estimate.values.length);
  return verdictOf(estimate, result, stored);
};

/**
 * Judges the result of an operation by what the machine held. A sum of k products, or of k values, may be off by (k + 8) · 2^−24 of the
 * sum of their absolute values, whatever the order; other results by 8 · 2^−24 of their size; values that are only moved not at all. Of
 * batch normalisation see its error rule. Infinities and NaNs must be those of float64. Tensor by name; parameters are those in use.
 * @throws RangeError for what is not held, and cannot be worked out.
 */
export const judgeOperation = (
  graph: Graph,
  name: string,
  held: Held,
  result: Values,
  options: JudgeOptions,
): Verdict => judged(name, new Estimates(graph, held, options).tensor(name, false), result, options);

/** Likewise the gradient of a tensor: of all that reads it, and of the loss. */
export const judgeGradient = (graph: Graph, name: string, held: Held, result: Values, options: JudgeOptions): Verdict =>
  judged(name, new Estimates(graph, held, options).gradient(name, false), result, options);

/** Likewise the gradient of a parameter. */
export const judgeParameterGradient = (
  graph: Graph,
  name: string,
  held: Held,
  result: Values,
  options: JudgeOptions,
): Verdict => judged(name, new Estimates(graph, held, options).parameterGradient(name), result, options);
