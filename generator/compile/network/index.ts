import { type Problem, UserError } from '../../base/errors.js';
import { usefulMacs } from '../../description/axes.js';
import type { Config, Engine } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { learning, needed } from '../../golden/graph/backward.js';
import type { SgdOptions } from '../../golden/graph/optimizer.js';
import type { Graph } from '../../graph/operations.js';
import { shapesOf } from '../../graph/shapes.js';
import type { Instruction } from '../../isa/program.js';
import { Backward } from './backward.js';
import { pairSteps, Times } from './beside.js';
import { boundOf } from './bound.js';
import type { Base, CompiledNetwork, NetworkProgram, NetworkTensor } from './compiled.js';
import { withoutCopies } from './copies.js';
import { ElementwiseEmitter, type Place, type PlaceOf, placeAt, type Rooms, roomsBeside } from './emitElementwise.js';
import { evaluated, lowerForward } from './forward.js';
import { fuse } from './fuse.js';
import { inSequence, Linker, type Unlinked } from './link.js';
import { Lowering } from './lowering.js';
import { type Memory, planMemory } from './memoryPlan.js';
import { placeParameters } from './parameters.js';
import { type KnownPlans, PassPlanner, type PassProgram, relocated, type Spots } from './passProgram.js';
import { refusals } from './refusals.js';
import { planned, split, storedOf } from './split.js';
import {
  type BesideStep,
  bytesIn,
  type ElementwiseStep,
  type Key,
  type PassStep,
  type ScheduledStep,
  type Step,
  type Tensors,
  uses,
} from './steps.js';
import { fuseSums, spreadSums } from './sums.js';
import { keepsVelocities, lowerUpdate, lowerUpdateBeside, withUpdates } from './update.js';
import { weave } from './weave.js';

export interface CompileOptions {
  /** Absent: the best of the accelerator. */
  readonly engine?: Engine;
  /** Absent: inference alone. */
  readonly training?: TrainingOptions;
  /** Every tensor keeps its place to the end, so that all can be looked at. */
  readonly keep?: boolean;
  /** Plans of passes that are known from before. */
  readonly known?: KnownPlans;
}

export interface TrainingOptions extends SgdOptions {
  /** Names of parameters that are not to learn. */
  readonly frozen?: ReadonlySet<string>;
  /** The outputs that the loss is of. Absent: all. */
  readonly outputs?: readonly string[];
}

/** Each once, with how often it is there where it is more than once. */
const counted = (words: readonly string[]): readonly string[] =>
  [...new Set(words)].map((word) => {
    const count = words.filter((other) => other === word).length;
    return count === 1 ? word : `${word} (${count})`;
  });

/** Programs of one network that share a memory. */
class Compilation {
  readonly planner: PassPlanner;

  constructor(
    readonly config: Config,
    engine: Engine,
    readonly tensors: Tensors,
    private readonly memory: () => Memory,
    known: KnownPlans | undefined,
  ) {
    this.planner = new PassPlanner(config, engine, known);
  }

  private readonly place: PlaceOf = (key: Key): Place => {
    const offset = this.memory().offsets.get(key);
    if (offset === undefined) throw new Error(`${key} has no place`);
    return placeAt(this.tensors.get(key), offset);
  };

  program(steps: readonly ScheduledStep[]): NetworkProgram {
    const linker = new Linker();
    for (const step of steps) {
      const bound = boundOf(this.config, step, this.tensors);
      if (step.kind === 'elementwise') {
        const { does } = step.program;
        linker.append(this.elementwise(step), { operation: step.operation, does, fused: [], macs: 0, bound });
        continue;
      }
      const { operation, pass, layer, program } = step.kind === 'pass' ? step : step.pass;
      const made = { operation, does: pass, pass, macs: usefulMacs(layer), bound };
      if (step.kind === 'pass') {
        const plan = planned(step, this.tensors, this.planner);
        linker.append(this.pass(step, plan), { ...made, fused: program ? [program.does] : [] });
        continue;
      }
      const plan = this.planner.beside(step.pass, storedOf(step.pass, this.tensors))!;
      const woven = weave(this.config, this.pass(step.pass, plan), plan.cycles, this.besides(step));
      const fused = counted(step.elementwise.map((one) => `beside it ${one.operation}: ${one.program.does}`));
      linker.append(woven, { ...made, fused });
    }
    return linker.program();
  }

  /** Elementwise steps in the part of the stationary buffer that passes leave to them. */
  private besides({ elementwise }: BesideStep): readonly Unlinked[] {
    const rooms = roomsBeside(derive(this.config));
    return inSequence(elementwise.map((step) => this.elementwise(step, rooms)));
  }

  private elementwise(step: ElementwiseStep, rooms?: Rooms): readonly Unlinked[] {
    const emitter = new ElementwiseEmitter(this.config, this.place, rooms);
    emitter.emit(step);
    return emitter.instructions;
  }

  private pass({ pass, first, second, result, scratch, program }: PassStep, plan: PassProgram): readonly Instruction[] {
    const spots: Record<string, Place> = {};
    const put = (name: keyof Spots, key: Key | undefined): void => {
      if (key !== undefined) spots[name] = this.place(key);
    };
    put('scratch', scratch);
    put('coefficient0', program?.coefficients[0]);
    put('coefficient1', program?.coefficients[1]);
    put('stationary0', program?.streams.stationary0?.key);
    put('stationary1', program?.streams.stationary1?.key);
    put('sums', program?.sums?.keys[0]);
    const all = { ...spots, first: this.place(first), second: this.place(second), result: this.place(result) };
    return relocated(plan, pass, all);
  }
}

/** The steps of a forward pass that are for one purpose, or for both. */
const ofPurpose = (steps: readonly Step[], purpose: 'training' | 'evaluation'): readonly Step[] =>
  steps.filter(({ only }) => only === undefined || only === purpose);

/** The outputs that the loss is of. */
const lossOutputs = ({ name, outputs }: Graph, wanted: readonly string[] = outputs): readonly string[] => {
  const unknown = wanted.filter((one) => !outputs.includes(one));
  if (unknown.length === 0) return wanted;
  const fix = `name some of ${outputs.join(', ')}`;
  throw new UserError([{ code: 'NETWORK_OUTPUT', path: name, message: `has no output ${unknown.join(', ')}`, fix }]);
};

/** What the forward pass must store: what leaves the network, what the backward pass reads, and what dropouts read. */
const keptBetween = (
  { graph, tensors }: Lowering,
  forward: readonly Step[],
  backward: readonly Step[],
): ReadonlySet<Key> => {
  const outputs = graph.outputs.flatMap((name) => tensors.find('tensor', name) ?? []);
  // a pass that drops would drop in evaluation too
  const dropped = graph.operations.flatMap((one) =>
    one.kind === 'dropout' ? (tensors.find('tensor', one.x) ?? []) : [],
  );
  const made = new Set(forward.flatMap((step) => uses(step).writes));
  const read = backward.flatMap((step) => uses(step).reads);
  const whole = (key: Key): readonly Key[] => [key, tensors.wholeOf(key)];
  return new Set(
    [...outputs, ...dropped, ...read.filter((key) => whole(key).some((one) => made.has(one)))].flatMap(whole),
  );
};

/** Bytes of what the forward pass makes and the backward pass reads, of base 2. */
const bytesBetween = (tensors: Tensors, forward: readonly Step[], backward: readonly ScheduledStep[]): number => {
  const whole = (key: Key): Key => tensors.wholeOf(key);
  const made = new Set(forward.flatMap((step) => uses(step).writes.map(whole)));
  const read = new Set(backward.flatMap((step) => uses(step).reads.map(whole)));
  const both = [...made].filter((key) => read.has(key)).map((key) => tensors.get(key));
  return both.filter(({ base }) => base === 2).reduce((sum, spec) => sum + bytesIn(spec), 0);
};

/**
 * Compiles a network: graph → steps → passes → memory → programs.
 * @throws UserError for a graph that does not fit together; with every operation that is not supported; for what does not fit the accelerator.
 */
export const compileNetwork = (config: Config, graph: Graph, options: CompileOptions = {}): CompiledNetwork => {
  const { training } = options;
  const engine = options.engine ?? (config.engines.includes('zerofree') ? 'zerofree' : config.engines.at(-1)!);
  const shapes = shapesOf(graph);
  const problems: readonly Problem[] = refusals(config, graph, engine, training !== undefined, shapes);
  if (problems.length > 0) throw new UserError(problems);

  // 1. steps
  const lowering = new Lowering(graph, shapes, training ? 'training' : 'inference', config);
  const { tensors } = lowering;
  const learn = training ? learning(graph, training.frozen) : new Set<string>();
  const scales = training?.lossScale !== undefined;
  const learnt = placeParameters(lowering, learn, training !== undefined && keepsVelocities(training), scales);
  lowerForward(lowering);
  const forward = lowering.steps;
  lowering.steps = [];
  const outputs = training ? lossOutputs(graph, training.outputs) : [];
  if (training) new Backward(lowering, learn, needed(graph, { frozen: training.frozen })).lower(outputs);
  const backward = lowering.steps;
  const update = training && learnt.small ? lowerUpdate(learnt.small, training) : [];
  const early = training
    ? learnt.large.map((block) => ({ apart: lowerUpdate(block, training), beside: lowerUpdateBeside(block, training) }))
    : [];

  // 2. passes: what is not fused is a step of its own
  let memory: Memory | undefined;
  const compilation = new Compilation(config, engine, tensors, () => memory!, options.known);
  const { planner } = compilation;
  const kept = keptBetween(lowering, forward, backward);
  const fused = [forward, backward].map((steps) => fuseSums(fuse(steps, kept, tensors, planner), lowering, planner));
  const [forwardSteps, passes] = withoutCopies(fused, lowering, planner).map((steps) =>
    spreadSums(split(steps, lowering, planner), lowering, planner),
  );

  const times = new Times(lowering, planner);
  const paired = training ? pairSteps(passes!, lowering, planner, times) : [];
  const backwardSteps = withUpdates(paired, early, lowering, planner, times);

  // 3. memory
  const made = planMemory(tensors, [...forwardSteps!, ...backwardSteps, ...update], options.keep);
  memory = made;

  // 4. programs
  const program = (steps: readonly ScheduledStep[]): NetworkProgram => compilation.program(steps);
  const forwardProgram = program(ofPurpose(forwardSteps!, 'training'));
  const differs = graph.operations.some(({ kind }) => kind === 'dropout' || kind === 'batchNormalization');
  const isStored = (key: Key): boolean => made.offsets.has(key);
  const placed = tensors.names
    .filter(([, , { key }]) => isStored(key))
    .map(([role, name, spec]): NetworkTensor => {
      const { base, format, shape, within } = spec;
      const pitch = within?.pitch === undefined ? {} : { pitch: within.pitch };
      return { role, name, base, offset: made.offsets.get(spec.key)!, bytes: bytesIn(spec), format, shape, ...pitch };
    });
  const constants = tensors.list.flatMap(({ role, name, values }) => {
    const tensor = placed.find((one) => one.role === role && one.name === name);
    return values && tensor ? [{ tensor, values }] : [];
  });
  return {
    ...{ name: graph.name, batch: graph.inputs[0] ? shapes.get(graph.inputs[0].name)![0] : 1 },
    ...{ inputs: graph.inputs.map(({ name }) => name), outputs: graph.outputs },
    ...{ forward: forwardProgram, tensors: placed, constants },
    ...{ bytes: made.bytes as Readonly<Record<Base, number>>, mostLive: made.mostLive },
    compulsory: made.bytes[1] + made.bytes[3] + bytesBetween(tensors, forwardSteps!, backwardSteps),
    ...(training
      ? {
          training: {
            ...{ options: training, outputs, learning: learn },
            evaluation: differs ? program(evaluated(ofPurpose(forwardSteps!, 'evaluation'), lowering)) : forwardProgram,
            update:
              training.lossScale === undefined
                ? [program([...backwardSteps, ...update])]
                : [program(backwardSteps), program(update)],
          },
        }
      : {}),
  };
};
