import { UserError } from '../../base/errors.js';
import type { KeptSums } from '../../dataflows/builder.js';
import { type MemoryMap, PASS_TENSORS, type Pitches } from '../../dataflows/loopNest.js';
import { Unfusable } from '../../dataflows/unfusable.js';
import type { Constants } from '../../dataflows/vectorInstructions.js';
import type { Config, Engine, Pass } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { formatLayer, type Layer } from '../../description/layer.js';
import type { Instruction } from '../../isa/program.js';
import type { VectorOperation } from '../../isa/vectorOperation.js';
import { countsOf } from '../../machine/counts.js';
import { type Known, makePlan } from '../plan.js';
import type { PassStep } from './steps.js';

/** Where an operand or the result of a pass lies: base register, and bytes from it. */
export interface Spot {
  readonly base: number;
  readonly offset: number;
}

/** Parts of a pass's memory, each of which is planned in a slot of addresses of its own. */
const PARTS = ['x', 'wt', 'dy', 'output', 'scratch', 'program'] as const satisfies readonly (keyof MemoryMap)[];
type Part = (typeof PARTS)[number];
/** What STOREs read besides, in slots of their own. */
const POST_PARTS = ['coefficient0', 'coefficient1', 'stationary0', 'stationary1', 'sums'] as const;
type PostPart = (typeof POST_PARTS)[number];

/** What STOREs do besides, wherever what they read lies: per stream whether it is there, and fp32. */
export interface PostShape {
  readonly operations: readonly VectorOperation[];
  readonly constants: Constants;
  readonly coefficients: readonly [boolean, boolean];
  readonly streams: readonly [{ readonly wide: boolean } | undefined, { readonly wide: boolean } | undefined];
  /** Operations keep sums over pixels. */
  readonly sums: boolean;
}

/** What is asked of the planner. */
type Planned = Pick<PassStep, 'operation' | 'layer' | 'pass' | 'maximum'>;

/** How the tensors of a pass are stored, wherever they lie. */
export interface Stored {
  /** The result is bf16, else fp32. */
  readonly narrow: boolean;
  readonly pitches: Pitches;
}

/** The program of a pass, wherever its tensors lie. */
export interface PassProgram {
  readonly instructions: readonly Instruction[];
  readonly cycles: number;
  /** Read and written. */
  readonly bytes: number;
  /** Cycles in which EXECs read the stationary buffer. */
  readonly stationaryReads: number;
  readonly scratchBytes: number;
  /** Bytes between the slots of addresses. */
  readonly slot: number;
  readonly keptSums?: KeptSums;
}

/** Cycles from which on it is worth to look for another way, and the part of the array that leaves nothing to look for. */
const MUCH_TIME = 20_000;
const NEARLY_ALL = 0.9;

/** Bits of addresses that are counted exactly, with room for the slots; and bits of these. */
const MOST_BITS = 50;
const SLOT_BITS = 4;

const pair = <T, R>([a, b]: readonly [T, T], of: (value: T, index: number) => R): readonly [R, R] => [
  of(a, 0),
  of(b, 1),
];

type Plans = Map<string, PassProgram | undefined>;

/** What was planned before, from one process to the next, by what is asked for; `unfit` where no plan could do it. */
export interface KnownPlans {
  readonly recall: (what: string) => Known | 'unfit' | undefined;
  readonly remember: (what: string, plan: Known | 'unfit') => void;
}

/** Plans for each accelerator that there is, of which a process may compile several networks, or one for several purposes. */
const plansOf = new WeakMap<Config, Plans>();

/** Plans passes, each layer and pass once. */
export class PassPlanner {
  private readonly plans: Plans;

  constructor(
    private readonly config: Config,
    private readonly engine: Engine,
    private readonly known?: KnownPlans,
  ) {
    this.plans = plansOf.get(config) ?? new Map();
    plansOf.set(config, this.plans);
  }

  /** @throws UserError whose problems name the operation, where the layer does not fit the accelerator. */
  plan({ operation, layer, pass, maximum }: Planned, stored: Stored): PassProgram {
    return this.planned({ operation, layer, pass, maximum }, stored)!;
  }

  /** The pass with room left for an elementwise one beside it; nothing where it does not fit then. */
  beside(step: Planned, stored: Stored): PassProgram | undefined {
    return this.planned(step, stored, undefined, true);
  }

  /** The pass with what its STOREs do besides; nothing where they cannot, or where an elementwise pass behind it takes less time. */
  fused(step: Planned, stored: Stored, post: PostShape): PassProgram | undefined {
    const { pass, layer, maximum } = step;
    if (pass === 'wgrad') return undefined;
    const plan = this.planned(step, stored, post);
    if (!plan || maximum || plan.cycles < MUCH_TIME || this.isBusy(layer, plan)) return plan;
    const { B, H, W, C, Ho, Wo, N } = layer;
    const values = pass === 'fprop' ? B * Ho * Wo * N : B * H * W * C;
    const after = (values * post.operations.length) / derive(this.config).vectorLanes;
    return plan.cycles <= this.plan(step, stored).cycles + after ? plan : undefined;
  }

  /** Whether a plan leaves nothing to gain by another one. */
  private isBusy({ B, Ho, Wo, N, Kh, Kw, C, G }: Layer, { cycles }: PassProgram): boolean {
    const { rows, columns } = this.config.array;
    return (B * Ho * Wo * N * Kh * Kw * C) / G > NEARLY_ALL * rows * columns * cycles;
  }

  private planned(step: Planned, stored: Stored, post?: PostShape, beside = false): PassProgram | undefined {
    // infinities are no numbers in JSON
    const more = post ? JSON.stringify({ ...post, constants: post.constants.map(String) }) : '';
    const pitches = Object.entries(stored.pitches).map(([part, pitch]) => `${part} by ${pitch} `);
    const name = `${this.engine} ${step.pass} ${step.maximum ?? false} ${stored.narrow} ${formatLayer(step.layer)} ${pitches.join('')}${more}${beside ? 'beside' : ''}`;
    if (!this.plans.has(name)) this.plans.set(name, this.make(name, step, stored, post, beside));
    return this.plans.get(name);
  }

  private make(
    name: string,
    { operation, layer, pass, maximum }: Planned,
    stored: Stored,
    shape: PostShape | undefined,
    beside: boolean,
  ): PassProgram | undefined {
    const slot = 2 ** (Math.min(this.config.axi.addressWidth, MOST_BITS) - SLOT_BITS);
    const { scratch, ...others } = Object.fromEntries(PARTS.map((part, index) => [part, index * slot]));
    // a plan whose engine stores nothing has no scratch
    const strided = layer.Sh > 1 || layer.Sw > 1;
    const place = this.engine === 'traditional' && strided && pass !== 'fprop' ? { ...others, scratch } : others;
    const at = (part: PostPart): number => (PARTS.length + POST_PARTS.indexOf(part)) * slot;
    const post = shape && {
      ...{ operations: shape.operations, constants: shape.constants },
      coefficients: pair(shape.coefficients, (is, n) =>
        is ? at(n === 0 ? 'coefficient0' : 'coefficient1') : undefined,
      ),
      ...(shape.sums ? { sums: at('sums') } : {}),
      streams: pair(shape.streams, (of, n) => of && { ...of, address: at(n === 0 ? 'stationary0' : 'stationary1') }),
    };
    return this.try(operation, () => {
      const known = this.known?.recall(name);
      if (known === 'unfit') return undefined;
      try {
        const more = { hosts: pass === 'wgrad', ...(beside ? { besides: true } : {}), ...(known ? { known } : {}) };
        const made = makePlan(this.config, layer, pass, this.engine, { ...stored, place, post, maximum, ...more });
        if (!known) this.known?.remember(name, { tiling: made.tiling, cycles: made.cost.cycles });
        const { instructions, cost, scratchBytes, keptSums } = made;
        const program = instructions.slice(0, -1);
        const bytes = cost.bytesRead + cost.bytesWritten;
        const { stationaryReads } = countsOf(this.config, program);
        return { instructions: program, cycles: cost.cycles, bytes, stationaryReads, scratchBytes, slot, keptSums };
      } catch (error) {
        if (!(error instanceof Unfusable || (beside && error instanceof UserError))) throw error;
        this.known?.remember(name, 'unfit');
        return undefined;
      }
    });
  }

  private try<T>(operation: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const at = (path: string): string => (path === 'layer' ? operation : `${operation}.${path}`);
      throw new UserError(error.problems.map((problem) => ({ ...problem, path: at(problem.path) })));
    }
  }
}

/** Where the tensors of a pass lie. */
export interface Spots extends Readonly<Partial<Record<PostPart, Spot>>> {
  readonly first: Spot;
  readonly second: Spot;
  readonly result: Spot;
  readonly scratch?: Spot;
}

/** The instructions of a pass, with the addresses of its tensors. */
export const relocated = ({ instructions, slot }: PassProgram, pass: Pass, spots: Spots): readonly Instruction[] => {
  const { first, second } = PASS_TENSORS[pass];
  const ofPart = (part: Part): Spot | undefined => {
    if (part === first) return spots.first;
    if (part === second) return spots.second;
    return part === 'output' ? spots.result : part === 'scratch' ? spots.scratch : undefined;
  };
  const bySlot = [...PARTS.map(ofPart), ...POST_PARTS.map((part) => spots[part])];
  return instructions.map((instruction) => {
    if (!('address' in instruction)) return instruction;
    // what only fills coefficients, or clears sums, writes nowhere
    if (instruction.kind === 'store' && instruction.elementwise && instruction.address < slot) return instruction;
    const index = Math.floor(instruction.address / slot);
    const spot = bySlot[index];
    if (!spot) throw new Error(`${pass} reads or writes no part of its memory`);
    return { ...instruction, base: spot.base as 0, address: instruction.address - index * slot + spot.offset };
  });
};
