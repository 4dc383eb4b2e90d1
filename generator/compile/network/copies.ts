/** Copies of channels that need not be made: who makes them writes them into the joint tensor, or who reads them reads them where they are. */
import { PASS_TENSORS } from '../../dataflows/loopNest.js';
import { derive } from '../../description/derive.js';
import { Outline } from '../../machine/outline.js';
import { ElementwiseEmitter, type Place, placeAt } from './emitElementwise.js';
import { isMove } from './following.js';
import type { Lowering } from './lowering.js';
import type { PassPlanner } from './passProgram.js';
import { planned, postShape, storedOf } from './split.js';
import {
  type Channels,
  channelsIn,
  type ElementwiseStep,
  elementsIn,
  type Key,
  pitchOf,
  STREAMS,
  type Step,
  type TensorSpec,
  type Tensors,
} from './steps.js';
import { sumRows } from './sums.js';

/** Bytes between tensors that are timed by themselves. */
const APART = 2 ** 32;

/** From where to where a step copies channels; nothing where it does more, or another format comes of it. */
const copyOf = (
  { program, grid, only }: ElementwiseStep,
  tensors: Tensors,
): { readonly from: Channels; readonly to: Channels } | undefined => {
  const [does, ...others] = program.operations;
  const { dynamic0: from, ...sides } = program.streams;
  const [to] = program.outputs;
  if (!does || others.length > 0 || does.p !== 'dynamic0' || !isMove(does) || program.sums || grid || only)
    return undefined;
  if (!from || from.walk || Object.keys(sides).length > 0 || !to || to.walk) return undefined;
  return tensors.get(from.key).format === tensors.get(to.key).format ? { from, to } : undefined;
};

/** Channels of a tensor that a step touches, and how: what is `fixed` is asked for without gaps. */
interface Touch {
  readonly key: Key;
  readonly first: number;
  readonly channels: number;
  readonly as: 'elementwise' | 'operand' | 'result' | 'fixed';
  readonly writes: boolean;
}

const touchesOf = (step: Step, tensors: Tensors): readonly Touch[] => {
  const { program } = step;
  const all = (key: Key, as: Touch['as'], writes = false): Touch => ({
    ...{ key, first: 0, channels: channelsIn(tensors.get(key)), as, writes },
  });
  const coefficients = [...(program?.coefficients ?? []), program?.third].flatMap((key) => (key ? [key] : []));
  const others = [
    ...coefficients.map((key) => all(key, 'fixed')),
    ...(program?.sums?.keys ?? []).map((key) => all(key, 'fixed', true)),
  ];
  const streams = program ? STREAMS.flatMap((name) => program.streams[name] ?? []) : [];
  if (step.kind === 'elementwise') {
    const some = ({ key, first }: Channels, writes: boolean): Touch => ({
      ...{ key, first, channels: step.channels, as: 'elementwise', writes },
    });
    return [...others, ...streams.map((of) => some(of, false)), ...step.program.outputs.map((of) => some(of, true))];
  }
  const { first, second } = PASS_TENSORS[step.pass];
  const operand = (part: string, key: Key): Touch => all(key, part === 'wt' ? 'fixed' : 'operand');
  return [
    ...[operand(first, step.first), operand(second, step.second)],
    ...[all(step.result, step.pass === 'wgrad' ? 'fixed' : 'result', true), ...others],
    ...streams.map(({ key }) => all(key, 'fixed')),
  ];
};

/** A tensor that is to be some channels of another one. */
interface Move {
  readonly moved: Key;
  readonly into: Key;
  /** Channel that it begins with. */
  readonly first: number;
}

class Copies {
  private readonly list: (Step | undefined)[];

  constructor(
    steps: readonly Step[],
    private readonly lowering: Lowering,
    private readonly planner: PassPlanner,
  ) {
    this.list = [...steps];
  }

  /** Leaves out what can be; from the last one on, so that a joint tensor that is part of a larger one has its place before its own parts. */
  leaveOut(): readonly (Step | undefined)[] {
    const { tensors } = this.lowering;
    for (let index = this.list.length - 1; index >= 0; index--) {
      const step = this.list[index];
      const copy = step?.kind === 'elementwise' ? copyOf(step, tensors) : undefined;
      if (step?.kind !== 'elementwise' || !copy) continue;
      const { from, to } = copy;
      const isAll = ({ key, first }: Channels): boolean =>
        first === 0 && elementsIn(tensors.get(key)) === step.pixels * step.channels;
      const moves: readonly Move[] = [
        // of a tensor that is another one only what comes later moves: the other one may move yet
        ...(isAll(to) && this.canBeRead(to.key, from, index, step)
          ? [{ moved: to.key, into: from.key, first: from.first }]
          : []),
        ...(isAll(from) && this.canBeWritten(from.key, to, index, step)
          ? [{ moved: from.key, into: to.key, first: to.first }]
          : []),
      ];
      const gains = moves.map((move) => this.gain(move, index));
      const best = Math.max(0, ...gains);
      const move = moves[gains.indexOf(best)];
      if (!move || best === 0) continue;
      this.move(move);
      this.list[index] = undefined;
    }
    return this.list;
  }

  private get tensors(): Tensors {
    return this.lowering.tensors;
  }

  /** What touches a tensor, or a part of it, but for the copy itself. */
  private touching(key: Key, copy: number): readonly { readonly index: number; readonly touch: Touch }[] {
    const { tensors } = this;
    const whole = tensors.wholeOf(key);
    return this.list.flatMap((step, index) =>
      step && index !== copy
        ? touchesOf(step, tensors).flatMap((touch) => (tensors.wholeOf(touch.key) === whole ? [{ index, touch }] : []))
        : [],
    );
  }

  /** Steps that write some of these channels. */
  private writersOf({ key, first }: Channels, copy: number, channels: number): readonly number[] {
    const { tensors } = this;
    const begin = (of: Key): number => tensors.get(of).within?.element ?? 0;
    const isOfChannels = (of: Key): boolean => pitchOf(tensors.get(of)) === pitchOf(tensors.get(key));
    const from = begin(key) + first;
    return this.touching(key, copy).flatMap(({ index, touch }) => {
      const at = begin(touch.key) + touch.first;
      const apart = isOfChannels(touch.key) && (at + touch.channels <= from || from + channels <= at);
      return touch.writes && !apart ? [index] : [];
    });
  }

  /** Whether a tensor can lie among the channels that it is copied to: nothing else writes there, and it does not change any more. */
  private canBeWritten(key: Key, to: Channels, copy: number, { channels }: ElementwiseStep): boolean {
    return (
      this.canMove(key, to, copy) &&
      this.writersOf(to, copy, channels).length === 0 &&
      this.touching(key, copy).every(({ index, touch }) => !touch.writes || index < copy)
    );
  }

  /** Whether a copy can be read where it comes from: that does not change any more, and nothing else is in it. */
  private canBeRead(key: Key, from: Channels, copy: number, { channels }: ElementwiseStep): boolean {
    return (
      this.canMove(key, from, copy) &&
      this.touching(key, copy).every(({ touch }) => !touch.writes) &&
      this.writersOf(from, copy, channels).every((index) => index < copy)
    );
  }

  /** Whether nobody but steps asks for a tensor, all of which can take it with gaps from pixel to pixel. */
  private canMove(moved: Key, { key: into, first }: Channels, copy: number): boolean {
    const { tensors } = this;
    const [spec, other] = [tensors.get(moved), tensors.get(into)];
    if (spec.base !== 2 || spec.values || spec.within || tensors.wholeOf(into) === moved) return false;
    if (other.within && other.within.pitch === undefined) return false;
    if (this.parts(moved).some(({ within }) => within!.pitch === undefined)) return false;
    // what passes read begins with a beat, and goes on with one
    const { beatElements } = derive(this.lowering.config);
    const begin = (other.within?.element ?? 0) + first;
    const isEven = (part: TensorSpec): boolean =>
      (begin + (part.within?.element ?? 0)) % beatElements === 0 &&
      (pitchOf(other) - channelsIn(part)) % beatElements === 0;
    return this.touching(moved, copy).every(({ touch: { as, key } }) =>
      as === 'operand' ? isEven(tensors.get(key)) : as !== 'fixed',
    );
  }

  private parts(key: Key): readonly TensorSpec[] {
    return this.tensors.list.filter(({ within }) => within?.key === key);
  }

  /** Makes a tensor, and what is part of it, channels of another one. */
  private move({ moved, into, first }: Move): void {
    const { tensors } = this;
    const other = tensors.get(into);
    const begin = (other.within?.element ?? 0) + first;
    const { base } = other;
    const place = (spec: TensorSpec, element: number): void =>
      tensors.put({ ...spec, base, within: { key: tensors.wholeOf(into), element, pitch: pitchOf(other) } });
    for (const part of this.parts(moved)) place(part, begin + part.within!.element);
    place(tensors.get(moved), begin);
  }

  /** Cycles that a move saves, by the model: the copy, less what the others take longer; 0 where one of them cannot be carried out so. */
  private gain(move: Move, copy: number): number {
    const { tensors } = this;
    const steps = [...new Set(this.touching(move.moved, copy).map(({ index }) => index))].map(
      (index) => this.list[index]!,
    );
    const cycles = (): number => steps.reduce((sum, step) => sum + this.cyclesOf(step), 0);
    const before = cycles() + this.cyclesOf(this.list[copy]!);
    const specs = [tensors.get(move.moved), ...this.parts(move.moved)];
    this.move(move);
    const after = cycles();
    for (const spec of specs) tensors.put(spec);
    return before - after;
  }

  private cyclesOf(step: Step): number {
    const { config } = this.lowering;
    const { tensors } = this;
    if (step.kind === 'pass') {
      const post = postShape(step, tensors);
      if (step.program && !(post && this.planner.fused(step, storedOf(step, tensors), post)))
        return Number.POSITIVE_INFINITY;
      return planned(step, tensors, this.planner).cycles;
    }
    const slots = new Map<Key, number>();
    const place = (key: Key): Place => {
      const spec = tensors.get(key);
      if (!slots.has(key)) slots.set(key, slots.size * APART);
      const { offset, ...others } = placeAt(spec, slots.get(key)!);
      return { ...others, offset: offset + (spec.within?.element ?? 0) * others.elementBytes };
    };
    const { sums } = step.program;
    const spread = sums && { ...sums, rows: sumRows(config, step.channels) };
    const made = { ...step, program: { ...step.program, ...(spread ? { sums: spread } : {}) } };
    const emitter = new ElementwiseEmitter(config, place);
    if (!emitter.holds(made)) return Number.POSITIVE_INFINITY;
    emitter.emit(made);
    const outline = new Outline(config);
    for (const instruction of emitter.instructions) outline.add(instruction);
    return outline.cost().cycles;
  }
}

/** Steps of programs that run one after the other, without the copies of channels that need not be made; their tensors become channels of others. */
export const withoutCopies = (
  programs: readonly (readonly Step[])[],
  lowering: Lowering,
  planner: PassPlanner,
): readonly (readonly Step[])[] => {
  const left = new Copies(programs.flat(), lowering, planner).leaveOut();
  let end = 0;
  return programs.map(({ length }) => {
    end += length;
    return left.slice(end - length, end).filter((step) => step !== undefined);
  });
};
