import type { Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import type { Base, Role, StoredFormat } from './compiled.js';

/** Names a tensor of the compiler: its role and name. */
export type Key = string;

/** A tensor before it has a place. */
export interface TensorSpec {
  readonly key: Key;
  readonly role: Role;
  readonly name: string;
  readonly shape: readonly number[];
  readonly format: StoredFormat;
  readonly base: Base;
  /** Part of another tensor: element that it begins with; where it is some of its channels, elements from pixel to pixel. */
  readonly within?: { readonly key: Key; readonly element: number; readonly pitch?: number };
  /** What is written into it once. */
  readonly values?: Float32Array;
}

export const elementsIn = ({ shape }: Pick<TensorSpec, 'shape'>): number => shape.reduce((all, size) => all * size, 1);
export const elementBytes = ({ format }: Pick<TensorSpec, 'format'>): number => (format === 'fp32' ? 4 : 2);
export const bytesIn = (spec: Pick<TensorSpec, 'shape' | 'format'>): number => elementsIn(spec) * elementBytes(spec);

export const channelsIn = ({ shape }: Pick<TensorSpec, 'shape'>): number => shape.at(-1) ?? 1;
/** Elements from pixel to pixel. */
export const pitchOf = (spec: Pick<TensorSpec, 'shape' | 'within'>): number => spec.within?.pitch ?? channelsIn(spec);

/** Bytes from the first to the last one of a tensor, with those of others in between. */
export const spanOf = (spec: Pick<TensorSpec, 'shape' | 'format' | 'within'>): number => {
  const channels = channelsIn(spec);
  return ((elementsIn(spec) / channels - 1) * pitchOf(spec) + channels) * elementBytes(spec);
};

/** Channels of every pixel of a tensor, from `first` on; as many as the step has. */
export interface Channels {
  readonly key: Key;
  readonly first: number;
  /** Of a step over a grid: its pixels, where they are not all of the tensor's, one after the other. */
  readonly walk?: Walk;
}

/** Pixels of a tensor: the first one, and how many on the next image, row and column lie. */
export interface Walk {
  readonly from: number;
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** Pixels of a step, where they are a part of each image. */
export interface Grid {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
}

export const all = (key: Key): Channels => ({ key, first: 0 });

export const STREAMS = ['dynamic0', 'dynamic1', 'stationary0', 'stationary1'] as const;
export type StreamName = (typeof STREAMS)[number];

/**
 * Sums over the pixels that operations keep, first and second ones, fp32. First with 0 rows: [channels] each. Then as they are kept
 * (`spreadSums`): of an elementwise step [rows][channels] each, whose sum is meant; of a pass all that its STOREs write.
 */
export interface Sums {
  readonly keys: readonly Key[];
  readonly rows: number;
}

/** What the vector unit does with each value of a result. */
export interface VectorProgram {
  readonly does: string;
  readonly operations: readonly VectorOperation[];
  readonly constants: readonly [number, number, number, number];
  /** The constant that is the learning rate, negated. */
  readonly rate?: number;
  readonly streams: Readonly<Partial<Record<StreamName, Channels>>>;
  /** fp32, one value a channel: banks 0 and 1. */
  readonly coefficients: readonly [Key | undefined, Key | undefined];
  /** Another one, fp32, that operations read as `sum`. */
  readonly third?: Key;
  readonly sums?: Sums;
  readonly outputs: readonly Channels[];
}

/** A pass of a layer. Operands and result as `PASS_TENSORS` has them. */
export interface PassStep {
  readonly kind: 'pass';
  readonly operation: string;
  readonly pass: Pass;
  readonly layer: Layer;
  /** The greatest of the taps in place of their sum; with it a program, whose first operation takes the value alone. */
  readonly maximum?: true;
  readonly first: Key;
  readonly second: Key;
  /** Where sums go; with a program, which works on them (p of its first operation), its output. */
  readonly result: Key;
  readonly program?: VectorProgram;
  /** Room for the zero-inserted tensor of an engine that stores it. */
  readonly scratch?: Key;
  readonly only?: Purpose;
}

/** The forward pass that a step belongs to, where it does not to the other one. */
type Purpose = 'training' | 'evaluation';

/** One value after the other, through the vector unit: of pixels and channels. */
export interface ElementwiseStep {
  readonly kind: 'elementwise';
  readonly operation: string;
  readonly pixels: number;
  readonly channels: number;
  readonly program: VectorProgram;
  readonly grid?: Grid;
  readonly only?: Purpose;
  /** Of a step that sums: where a pass does it as it stores, a step that comes before that pass instead of another one. */
  readonly earlier?: { readonly by: ElementwiseStep; readonly instead: ElementwiseStep };
}

export type Step = PassStep | ElementwiseStep;

/** A pass, and elementwise steps, one after the other, that are carried out at the same time. */
export interface BesideStep {
  readonly kind: 'beside';
  readonly pass: PassStep;
  readonly elementwise: readonly ElementwiseStep[];
}

/** A step as programs have it. */
export type ScheduledStep = Step | BesideStep;

/** Tensors that a step reads, and those that it writes. */
export const uses = (step: ScheduledStep): { readonly reads: readonly Key[]; readonly writes: readonly Key[] } => {
  if (step.kind === 'beside') {
    const each = [step.pass, ...step.elementwise].map(uses);
    return { reads: each.flatMap(({ reads }) => reads), writes: each.flatMap(({ writes }) => writes) };
  }
  const { program } = step;
  const streams = program ? STREAMS.flatMap((name) => program.streams[name]?.key ?? []) : [];
  const coefficients = program ? program.coefficients.filter((key) => key !== undefined) : [];
  const outputs = program ? [...program.outputs.map(({ key }) => key), ...(program.sums?.keys ?? [])] : [];
  if (program?.third !== undefined) coefficients.push(program.third);
  if (step.kind === 'elementwise') return { reads: [...streams, ...coefficients], writes: outputs };
  const scratch = step.scratch === undefined ? [] : [step.scratch];
  const results = program ? outputs : [step.result];
  return { reads: [step.first, step.second, ...streams, ...coefficients], writes: [...results, ...scratch] };
};

/** The tensors of a network under compilation. */
export class Tensors {
  private readonly specs = new Map<Key, TensorSpec>();
  /** Names that stand for a tensor of another name: nothing is moved. */
  private readonly aliases = new Map<Key, Key>();

  add(spec: Omit<TensorSpec, 'key'>): Key {
    const key = `${spec.role} ${spec.name}`;
    if (this.specs.has(key)) throw new Error(`${key} is there already`);
    this.specs.set(key, { ...spec, key });
    return key;
  }

  /** A name that no tensor of a role has yet, from one that is wanted. */
  fresh(role: Role, wanted: string): string {
    let name = wanted;
    for (let n = 2; this.specs.has(`${role} ${name}`); n++) name = `${wanted} ${n}`;
    return name;
  }

  alias(role: Role, name: string, key: Key): void {
    this.aliases.set(`${role} ${name}`, key);
  }

  /** The key of a tensor that is stored under its own or another name. */
  find(role: Role, name: string): Key | undefined {
    const key = `${role} ${name}`;
    return this.aliases.get(key) ?? (this.specs.has(key) ? key : undefined);
  }

  get(key: Key): TensorSpec {
    return this.specs.get(key)!;
  }

  /** The tensor that one is part of, or itself. */
  wholeOf(key: Key): Key {
    return this.get(key).within?.key ?? key;
  }

  /** Whether two tensors have a byte in common. */
  overlap(a: Key, b: Key): boolean {
    if (this.wholeOf(a) !== this.wholeOf(b)) return false;
    const [[fromA, endA], [fromB, endB]] = [this.bytesOf(a), this.bytesOf(b)];
    return fromA < endB && fromB < endA && !this.areApart(a, b);
  }

  /** Whether two tensors are channels of the same pixels, and none of them is of both. */
  private areApart(a: Key, b: Key): boolean {
    const [one, other] = [this.get(a), this.get(b)];
    const pitch = one.within?.pitch;
    if (pitch === undefined || pitch !== other.within?.pitch) return false;
    const [first, second] = [one.within!.element % pitch, other.within.element % pitch];
    return first + channelsIn(one) <= second || second + channelsIn(other) <= first;
  }

  /** First byte of a tensor within its whole, and the one behind its last. */
  private bytesOf(key: Key): readonly [first: number, end: number] {
    const spec = this.get(key);
    const first = (spec.within?.element ?? 0) * elementBytes(spec);
    return [first, first + spanOf(spec)];
  }

  replace(key: Key, change: Partial<TensorSpec>): void {
    this.put({ ...this.get(key), ...change });
  }

  /** What is known of a tensor that is there, anew. */
  put(spec: TensorSpec): void {
    this.specs.set(spec.key, spec);
  }

  get list(): readonly TensorSpec[] {
    return [...this.specs.values()];
  }

  /** Role, name, and the tensor that they stand for. */
  get names(): readonly (readonly [role: Role, name: string, spec: TensorSpec])[] {
    const other = [...this.aliases].map(([name, key]) => {
      const at = name.indexOf(' ');
      return [name.slice(0, at) as Role, name.slice(at + 1), this.get(key)] as const;
    });
    return [...this.list.map((spec) => [spec.role, spec.name, spec] as const), ...other];
  }
}

/** What the backward pass needs of a batch normalisation: fp32, one value a channel. */
export interface Normalized {
  /** −mean. */
  readonly mean: Key;
  /** 1 / √(variance + epsilon). */
  readonly root: Key;
  /** Scale · root. */
  readonly factor: Key;
}

/** Whether two steps can be carried out in any order, or at once: neither writes what the other one reads or writes. */
export const areIndependent = (a: ScheduledStep, b: ScheduledStep, tensors: Tensors): boolean => {
  const [ofA, ofB] = [uses(a), uses(b)];
  const share = (some: readonly Key[], others: readonly Key[]): boolean =>
    some.some((key) => others.some((other) => tensors.overlap(key, other)));
  return !share(ofA.writes, [...ofB.reads, ...ofB.writes]) && !share(ofB.writes, ofA.reads);
};

/** Bytes that a program moves for each value. */
export const bytesOfValue = (
  { streams, outputs }: Pick<VectorProgram, 'streams' | 'outputs'>,
  tensors: Tensors,
): number =>
  [...STREAMS.flatMap((name) => streams[name] ?? []), ...outputs].reduce(
    (sum, { key }) => sum + elementBytes(tensors.get(key)),
    0,
  );
