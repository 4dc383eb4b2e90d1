/** Which elementwise steps are carried out beside a pass: the vector unit has nothing else to do while the array sums. */
import { sideRoom } from '../../dataflows/builder.js';
import { type Derived, derive } from '../../description/derive.js';
import { benchMemory } from '../../machine/performance.js';
import { ElementwiseEmitter, type Place, placeAt, roomsBeside } from './emitElementwise.js';
import type { Lowering } from './lowering.js';
import type { PassPlanner } from './passProgram.js';
import { planned, storedOf } from './split.js';
import { stationaryAlone } from './stationaryAlone.js';
import {
  areIndependent,
  type BesideStep,
  bytesOfValue,
  type Channels,
  type ElementwiseStep,
  type Key,
  type PassStep,
  type ScheduledStep,
  type Step,
  type StreamName,
  type Tensors,
} from './steps.js';

/** Cycles that must be saved at least. */
const LEAST_GAIN = 1000;
/** Cycles, about, in which an elementwise step fills its coefficients, and a pass goes on when it has ended. */
const SET_UP = 2000;
/** What a pass takes longer, about, for what goes on beside it. */
const SLOWER = 1.02;
/** Where less of the stationary buffer's time than this is free, steps wait too long for it. */
const LEAST_FREE = 0.3;
/** A pass waits for no elementwise step that lies behind more of its kind than this: its operands wait with it. */
const WINDOW = 4;
/** Part of a pass's time that a step is cut for. */
const FILLED = 0.95;
/** A part of a step that is worth a program of its own, and one that is as good as all of it. */
const LEAST_PART = 0.1;
const MOST_PART = 0.9;

/** A pass that has room for elementwise steps beside it: it leaves the vector unit alone. */
export const isHost = (step: ScheduledStep): step is PassStep | BesideStep =>
  step.kind === 'beside' || (step.kind === 'pass' && step.pass === 'wgrad' && step.program === undefined);

/** What steps take, about, in cycles. */
export class Times {
  private readonly sizes: Derived;

  constructor(
    private readonly lowering: Lowering,
    private readonly planner: PassPlanner,
  ) {
    this.sizes = derive(lowering.config);
  }

  /** An elementwise step, and the bus among it. @param free share of the cycles in which nothing else reads the stationary buffer. */
  elementwise(
    { pixels, channels, program }: Pick<ElementwiseStep, 'pixels' | 'channels' | 'program'>,
    free = 1,
  ): { readonly all: number; readonly bus: number } {
    const { vectorLanes, beatBytes } = this.sizes;
    const { operations } = program;
    const values = pixels * channels;
    const bus = (values * bytesOfValue(program, this.lowering.tensors)) / beatBytes;
    const reads = operations.filter(({ q }) => q === 'stationary0' || q === 'stationary1' || q === 'tag').length;
    const turns = operations.length - reads + (reads > 0 ? reads / free : 0);
    return { all: Math.max((values * turns) / vectorLanes, bus), bus };
  }

  /** The cycles of a step beside a pass; without end where what its half of the room holds takes less time than to ask memory for it. */
  private hidden(cycles: number, { pixels, channels, program }: ElementwiseStep): number {
    const { tensors, config } = this.lowering;
    const bytes = pixels * channels * bytesOfValue({ ...program, outputs: [] }, tensors);
    const half = (sideRoom(this.sizes).elements * this.sizes.dataBytes) / 2;
    return (bytes / half) * benchMemory(config).readLatency > cycles ? Number.POSITIVE_INFINITY : cycles;
  }

  /** A pass with elementwise steps beside it, and what these take of it. */
  together(
    pass: PassStep,
    besides: readonly ElementwiseStep[],
  ): { readonly all: number; readonly pass: number; readonly besides: number } {
    const { cycles, bytes, stationaryReads } = planned(pass, this.lowering.tensors, this.planner);
    if (besides.length === 0) return { all: cycles, pass: cycles, besides: 0 };
    const free = 1 - stationaryReads / cycles;
    const times = besides.map((step) => this.elementwise(step, free < LEAST_FREE ? 0 : free));
    const bus = times.reduce((sum, time) => sum + time.bus, bytes / this.sizes.beatBytes);
    const own = besides.reduce((sum, step, n) => sum + this.hidden(times[n]!.all, step) + SET_UP, 0);
    return { all: Math.max(cycles * SLOWER, own, bus) + SET_UP, pass: cycles, besides: own };
  }
}

const passOf = (host: PassStep | BesideStep): PassStep => (host.kind === 'beside' ? host.pass : host);
const besidesOf = (host: PassStep | BesideStep): readonly ElementwiseStep[] =>
  host.kind === 'beside' ? host.elementwise : [];

/** A host with more steps beside it, and the cycles that this saves where they take so many otherwise. */
export const withBesides = (
  host: PassStep | BesideStep,
  more: readonly ElementwiseStep[],
  apart: number,
  times: Times,
): { readonly step: BesideStep; readonly gain: number } => {
  const [pass, elementwise] = [passOf(host), [...besidesOf(host), ...more]];
  const gain = apart + times.together(pass, besidesOf(host)).all - times.together(pass, elementwise).all;
  return { step: { kind: 'beside', pass, elementwise }, gain };
};

/**
 * Whether a pass has a plan that leaves room for steps beside it, and that room is enough for each.
 * @param most cycles that this plan may take longer than the best one.
 */
export const hasRoom = (
  { pass, elementwise }: BesideStep,
  most: number,
  { config, tensors }: Lowering,
  planner: PassPlanner,
): boolean => {
  const place = (key: Key): Place => placeAt(tensors.get(key), 0);
  const emitter = new ElementwiseEmitter(config, place, roomsBeside(derive(config)));
  if (!elementwise.every((step) => emitter.holds(step))) return false;
  const plan = planner.beside(pass, storedOf(pass, tensors));
  return plan !== undefined && plan.cycles < planned(pass, tensors, planner).cycles + most;
};

/** Some pixels of a step that goes over all of its tensors. */
const pixelsOf = (step: ElementwiseStep, from: number, pixels: number): ElementwiseStep => {
  const part = (of: Channels): Channels => ({ ...of, walk: { from, image: 0, row: 0, column: 1 } });
  const { program } = step;
  const streams = Object.fromEntries(
    Object.entries(program.streams).map(([name, of]) => [name as StreamName, part(of)]),
  );
  return { ...step, pixels, program: { ...program, streams, outputs: program.outputs.map(part) } };
};

/** Whether a step can be done in two parts, some pixels each. */
const canBeCut = ({ program, grid }: ElementwiseStep): boolean =>
  !grid && !program.sums && [...Object.values(program.streams), ...program.outputs].every(({ walk }) => !walk);

/** An elementwise step beside a pass: what goes there, what is left of it, and the cycles that this saves. */
interface Pair {
  readonly pass: number;
  readonly elementwise: number;
  readonly step: BesideStep;
  readonly rest?: ElementwiseStep;
  readonly gain: number;
}

const pairOf = (
  pass: PassStep,
  whole: ElementwiseStep,
  times: Times,
): Pick<Pair, 'step' | 'rest' | 'gain'> | undefined => {
  const program = stationaryAlone(whole.program);
  if (!program || whole.grid) return undefined;
  const all: ElementwiseStep = { ...whole, program };
  const { pass: cycles, besides } = times.together(pass, [all]);
  const part = (FILLED * cycles) / besides;
  if (part >= MOST_PART || !canBeCut(whole)) return withBesides(pass, [all], times.elementwise(whole).all, times);
  const pixels = Math.floor(part * whole.pixels);
  if (part < LEAST_PART || pixels === 0) return undefined;
  const rest = pixelsOf(whole, pixels, whole.pixels - pixels);
  const some = pixelsOf(all, 0, pixels);
  return { ...withBesides(pass, [some], times.elementwise({ ...whole, pixels }).all, times), rest };
};

/** The pairs that are possible and save time, those that save most first. */
const pairsOf = (steps: readonly Step[], tensors: Tensors, times: Times): readonly Pair[] => {
  const pairs: Pair[] = [];
  steps.forEach((whole, elementwise) => {
    if (whole.kind !== 'elementwise' || times.elementwise(whole).all < LEAST_GAIN) return;
    for (let pass = elementwise - 1, seen = 0; pass >= 0 && seen < WINDOW; pass--) {
      const host = steps[pass]!;
      if (host.kind !== 'pass' || !isHost(host)) continue;
      seen++;
      if (!steps.slice(pass + 1, elementwise + 1).every((one) => areIndependent(host, one, tensors))) continue;
      const pair = pairOf(host, whole, times);
      if (pair && pair.gain > LEAST_GAIN) pairs.push({ pass, elementwise, ...pair });
    }
  });
  return pairs.sort((a, b) => b.gain - a.gain);
};

/**
 * Steps with elementwise ones beside passes that only sum (wgrad), which wait for them: they need no other step's result, and their own is not
 * asked for soon.
 */
export const pairSteps = (
  steps: readonly Step[],
  lowering: Lowering,
  planner: PassPlanner,
  times: Times,
): readonly ScheduledStep[] => {
  const taken = new Set<number>();
  const placed = new Map<number, readonly ScheduledStep[]>();
  for (const { pass, elementwise, step, rest, gain } of pairsOf(steps, lowering.tensors, times)) {
    if (taken.has(pass) || taken.has(elementwise) || !hasRoom(step, gain, lowering, planner)) continue;
    placed.set(elementwise, [step, ...(rest ? [rest] : [])]);
    taken.add(pass).add(elementwise);
  }
  return steps.flatMap((step, index) => placed.get(index) ?? (taken.has(index) ? [] : [step]));
};
