import type { Activation, BatchNormalization, Dropout, Operation } from '../../graph/operations.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { Lowering } from './lowering.js';
import { type Averages, averagesOf, averagesOfMap } from './poolingWindows.js';
import { all, type Key, type PassStep, type Step, type VectorProgram } from './steps.js';
import {
  activationParts,
  FROM_STREAM,
  FROM_SUMS,
  maskProgram,
  operation,
  program,
  sumProgram,
} from './vectorPrograms.js';

/** The operations whose result lies where that of their operand does. */
const isAlias = ({ kind }: Operation, { purpose }: Lowering): boolean =>
  kind === 'flattening' || (kind === 'dropout' && purpose === 'inference');

/** Whether a tensor, perhaps by another name, leaves the network; and whether operations read it. */
const destiny = (lowering: Lowering, name: string): { readonly leaves: boolean; readonly read: boolean } => {
  let [leaves, read] = [lowering.isOutput(name), false];
  for (const reader of lowering.readersOf(name)) {
    const through = isAlias(reader, lowering) ? destiny(lowering, reader.name) : { leaves: false, read: true };
    leaves ||= through.leaves;
    read ||= through.read;
  }
  return { leaves, read };
};

/** Room for the result of an operation: fp32 where it leaves the network, and nothing else reads it. */
const result = (lowering: Lowering, name: string, kind: Operation['kind']): Key => {
  const { leaves, read } = destiny(lowering, name);
  const wide = leaves && !read && (lowering.purpose === 'inference' || kind !== 'activation');
  const base = leaves ? 3 : 2;
  return lowering.tensors.add({
    role: 'tensor',
    name,
    shape: lowering.shape(name),
    format: wide ? 'fp32' : 'bf16',
    base,
  });
};

/** The one operation that reads a tensor which need not be stored. */
const onlyReader = (lowering: Lowering, name: string): Operation | undefined => {
  const [reader, ...others] = lowering.readersOf(name);
  return others.length > 0 || lowering.isOutput(name) ? undefined : reader;
};

/** An activation that can be done as a result is made. By a negative slope the gradient asks for what was before. */
const fusable = (lowering: Lowering, name: string): Activation | undefined => {
  const reader = onlyReader(lowering, name);
  if (reader?.kind !== 'activation') return undefined;
  return reader.slope >= 0 || lowering.purpose === 'inference' ? reader : undefined;
};

/** What makes a value, before an activation. */
interface Head {
  readonly pass?: Omit<PassStep, 'kind' | 'program' | 'result'>;
  readonly first: Partial<VectorOperation>;
  readonly parts: Partial<VectorProgram>;
  readonly does: readonly string[];
}

/** Emits what makes a value, and the activation behind it. */
const finish = (lowering: Lowering, name: string, { pass, first, parts, does }: Head, done: Set<string>): void => {
  const activation = fusable(lowering, name);
  if (activation) done.add(activation.name);
  const made = activation?.name ?? name;
  const kind = lowering.graph.operations.find((one) => one.name === made)!.kind;
  const { slope, range } = activation ? activationParts(activation) : {};
  const shape = lowering.shape(name);
  const [pixels, channels] = [shape[0] * shape[1] * shape[2], shape[3]];
  const to = result(lowering, made, kind);
  const emit = (step: VectorProgram, output: Key, again = false): void => {
    const elementwise = { kind: 'elementwise', operation: name, pixels, channels } as const;
    const outputs = [all(output)];
    if (pass && !again) lowering.steps.push({ kind: 'pass', ...pass, result: output, program: { ...step, outputs } });
    else lowering.steps.push({ ...elementwise, program: { ...step, outputs } });
  };
  const words = [...does, ...(activation ? ['activation'] : [])].join(', ');
  const plain = (first.q ?? 'none') === 'none' && (first.factor ?? 'one') === 'one';
  const before = parts.constants ?? [0, 0, 0, 0];
  const constants = (own: VectorProgram['constants'] | undefined): VectorProgram['constants'] =>
    own ? [before[0], before[1], own[2], own[3]] : before;
  if (pass && plain && !activation) {
    lowering.steps.push({ kind: 'pass', ...pass, result: to });
    return;
  }
  const more = slope?.parts ?? range?.parts ?? {};
  const operations =
    slope && !plain
      ? [operation({ ...first, write: 0 }), operation({ p: 'register', pRegister: 0, ...more, output: 0 })]
      : [operation({ ...first, ...more, output: 0 })];
  const leading = program(words, { ...parts, operations, constants: constants((slope ?? range)?.constants) });
  if (!slope || !range) return emit(leading, to);
  const between = lowering.scratch(`${name} unbounded`, shape, 'fp32');
  emit(leading, between);
  const bounds = { operations: [operation({ ...FROM_STREAM, ...range.parts, output: 0 })], constants: range.constants };
  emit(program('bounds', { ...bounds, streams: { dynamic0: all(between) } }), to, true);
};

/** Scale and shift of a batch normalisation in evaluation, and of a bias before it. */
const scaleAndShift = (
  lowering: Lowering,
  { name, scale, shift, mean, variance, epsilon }: BatchNormalization,
  bias?: string,
) => {
  const value = (parameter: string): Float32Array => lowering.parameter(parameter).values;
  const factors = value(scale).map((each, c) => each / Math.sqrt(value(variance)[c] + epsilon));
  const before = bias === undefined ? undefined : value(bias);
  const exact = (c: number): number => value(scale)[c] / Math.sqrt(value(variance)[c] + epsilon);
  const terms = value(shift).map((each, c) => each + ((before?.[c] ?? 0) - value(mean)[c]) * exact(c));
  return [
    lowering.constant(`${name} scale`, [factors.length], factors, true),
    lowering.constant(`${name} shift`, [terms.length], terms, true),
  ] as const;
};

/** The sum of each window, and what it is multiplied by. */
const average = (lowering: Lowering, name: string, x: string, averages: Averages, done: Set<string>): void => {
  const { layer, count } = averages;
  const weights = lowering.ones([layer.Kh, layer.Kw, 1, layer.N]);
  const pass = {
    operation: name,
    pass: 'fprop',
    layer,
    first: lowering.tensors.find('tensor', x)!,
    second: weights,
  } as const;
  if (count !== undefined) {
    const first = { ...FROM_SUMS, factor: 'constant' } as const;
    const head = {
      pass,
      first,
      parts: { constants: [count === 0 ? 0 : 1 / count, 0, 0, 0] as const },
      does: ['scale'],
    };
    return finish(lowering, name, head, done);
  }
  const map = countMap(lowering, name, averages);
  const first = { ...FROM_SUMS, q: 'stationary0', factor: 'q' } as const;
  finish(lowering, name, { pass, first, parts: { streams: { stationary0: all(map) } }, does: ['scale'] }, done);
};

/** 1 / count for every value of the result. */
const countMap = (lowering: Lowering, name: string, { layer, counts }: Averages): Key => {
  const { B, C, Ho, Wo } = layer;
  const values = new Float32Array(B * Ho * Wo * C);
  for (let i = 0; i < values.length; i++) {
    const count = counts[Math.floor(i / C) % (Ho * Wo)]!;
    values[i] = count === 0 ? 0 : 1 / count;
  }
  return lowering.constant(`${name} shares`, [B, Ho, Wo, C], values, true);
};

/** Steps that make what an operation makes. `done`: operations that were done with those before them. */
const lower = (lowering: Lowering, made: Operation, done: Set<string>): void => {
  const { tensors, graph } = lowering;
  const { name } = made;
  const key = (tensor: string): Key => tensors.find('tensor', tensor)!;
  const shape = lowering.shape(name);
  const pixels = shape[0] * shape[1] * shape[2];
  switch (made.kind) {
    case 'convolution': {
      const pass: Head['pass'] = {
        ...{ operation: name, pass: made.transposed ? 'dgrad' : 'fprop', layer: made.layer },
        ...{ first: key(made.x), second: tensors.find('operand', made.weights)! },
      };
      const next = onlyReader(lowering, name);
      if (next?.kind === 'batchNormalization') {
        done.add(next.name);
        const coefficients = scaleAndShift(lowering, next, made.bias);
        const first = { ...FROM_SUMS, factor: 'coefficient', q: 'coefficient' } as const;
        return finish(lowering, next.name, { pass, first, parts: { coefficients }, does: ['scale and shift'] }, done);
      }
      const bias = made.bias === undefined ? undefined : tensors.find('parameter', made.bias);
      const first = { ...FROM_SUMS, q: bias === undefined ? 'none' : 'coefficient' } as const;
      const parts = { coefficients: [undefined, bias] } as const;
      return finish(lowering, name, { pass, first, parts, does: bias === undefined ? [] : ['bias'] }, done);
    }
    case 'batchNormalization': {
      const first = { ...FROM_STREAM, factor: 'coefficient', q: 'coefficient' } as const;
      const parts = { streams: { dynamic0: all(key(made.x)) }, coefficients: scaleAndShift(lowering, made) };
      return finish(lowering, name, { first, parts, does: ['scale and shift'] }, done);
    }
    case 'activation': {
      // as if something had made its operand just now
      const { slope, range } = activationParts(made);
      const to = result(lowering, name, made.kind);
      const step = (
        own: { readonly parts: Partial<VectorOperation>; readonly constants: VectorProgram['constants'] },
        from: Key,
        output: Key,
      ): void => {
        const operations = [operation({ ...FROM_STREAM, ...own.parts, output: 0 })];
        const parts = {
          operations,
          constants: own.constants,
          streams: { dynamic0: all(from) },
          outputs: [all(output)],
        };
        lowering.steps.push({
          kind: 'elementwise',
          operation: name,
          pixels,
          channels: shape[3],
          program: program('activation', parts),
        });
      };
      const nothing = { parts: {}, constants: [0, 0, 0, 0] as const };
      if (!slope || !range) return step(slope ?? range ?? nothing, key(made.x), to);
      const between = lowering.scratch(`${name} unbounded`, shape, 'fp32');
      step(slope, key(made.x), between);
      return step(range, between, to);
    }
    case 'addition': {
      const streams = { dynamic0: all(key(made.x)), stationary0: all(key(made.y)) };
      return finish(
        lowering,
        name,
        { first: { ...FROM_STREAM, q: 'stationary0' }, parts: { streams }, does: ['sum'] },
        done,
      );
    }
    case 'concatenation': {
      const to = result(lowering, name, made.kind);
      let first = 0;
      for (const part of made.parts) {
        const channels = lowering.shape(part)[3];
        const copy = sumProgram('copy', all(key(part)), undefined, { key: to, first });
        lowering.steps.push({ kind: 'elementwise', operation: name, pixels, channels, program: copy });
        first += channels;
      }
      return;
    }
    case 'slice': {
      const copy = sumProgram(
        'copy',
        { key: key(made.x), first: made.first },
        undefined,
        all(result(lowering, name, made.kind)),
      );
      lowering.steps.push({ kind: 'elementwise', operation: name, pixels, channels: made.channels, program: copy });
      return;
    }
    case 'flattening': {
      const { format, base, within = { key: key(made.x), element: 0 } } = tensors.get(key(made.x));
      tensors.add({ role: 'tensor', name, shape, format, base, within });
      return;
    }
    case 'dropout': {
      if (isAlias(made, lowering)) return tensors.alias('tensor', name, key(made.x));
      const mask = tensors.add({ role: 'mask', name, shape, format: 'bf16', base: 3 });
      const to = result(lowering, name, made.kind);
      const dropped = maskProgram('dropout', key(made.x), mask, keptFactor(made), to);
      lowering.steps.push({ kind: 'elementwise', operation: name, pixels, channels: shape[3], program: dropped });
      return;
    }
    case 'globalAverage':
      return average(lowering, name, made.x, averagesOfMap(lowering.shape(made.x)), done);
    case 'pooling':
      return average(lowering, name, made.x, averagesOf(made), done);
  }
  throw new Error(`${graph.name} has an operation of an unknown kind`);
};

/** What a value that is kept is multiplied by. */
export const keptFactor = ({ rate }: Dropout): number => (rate === 1 ? 1 : 1 / (1 - rate));

/** Emits the steps of the forward pass. */
export const lowerForward = (lowering: Lowering): void => {
  for (const { name, shape } of lowering.graph.inputs)
    lowering.tensors.add({ role: 'tensor', name, shape, format: 'bf16', base: 3 });
  const done = new Set<string>();
  for (const operation of lowering.graph.operations) if (!done.has(operation.name)) lower(lowering, operation, done);
};

/** The forward pass without dropout: what it drops is copied. */
export const evaluated = (steps: readonly Step[], { graph, tensors }: Lowering): readonly Step[] => {
  const dropouts = new Map(
    graph.operations.flatMap((one) => (one.kind === 'dropout' ? [[one.name, one] as const] : [])),
  );
  return steps.map((step) => {
    const dropout = step.kind === 'elementwise' ? dropouts.get(step.operation) : undefined;
    if (step.kind !== 'elementwise' || !dropout) return step;
    const to = all(tensors.find('tensor', dropout.name)!);
    return { ...step, program: sumProgram('copy', all(tensors.find('tensor', dropout.x)!), undefined, to) };
  });
};
