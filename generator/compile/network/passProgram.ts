import { UserError } from '../../base/errors.js';
import { type MemoryMap, PASS_TENSORS } from '../../dataflows/loopNest.js';
import type { Config, Engine, Pass } from '../../description/config.js';
import { formatLayer, type Layer } from '../../description/layer.js';
import type { Instruction } from '../../isa/program.js';
import { makePlan } from '../plan.js';

/** Where an operand or the result of a pass lies: base register, and bytes from it. */
export interface Spot {
  readonly base: number;
  readonly offset: number;
}

/** Parts of a pass's memory, each of which is planned in a slot of addresses of its own. */
const PARTS = ['x', 'wt', 'dy', 'output', 'scratch', 'program'] as const satisfies readonly (keyof MemoryMap)[];
type Part = (typeof PARTS)[number];

/** The program of a pass, wherever its tensors lie. */
export interface PassProgram {
  readonly instructions: readonly Instruction[];
  readonly cycles: number;
  readonly scratchBytes: number;
  /** Bytes between the slots of addresses. */
  readonly slot: number;
}

/** Bits of addresses that are counted exactly, with room for the slots. */
const MOST_BITS = 50;

/** Plans passes, each layer and pass once. */
export class PassPlanner {
  private readonly plans = new Map<string, PassProgram>();

  constructor(
    private readonly config: Config,
    private readonly engine: Engine,
  ) {}

  /** @throws UserError whose problems name the operation, where the layer does not fit the accelerator. */
  plan(operation: string, layer: Layer, pass: Pass, narrow: boolean): PassProgram {
    const name = `${pass} ${narrow} ${formatLayer(layer)}`;
    const known = this.plans.get(name);
    if (known) return known;
    const slot = 2 ** (Math.min(this.config.axi.addressWidth, MOST_BITS) - 3);
    const places = Object.fromEntries(PARTS.map((part, index) => [part, index * slot]));
    // a plan whose engine stores nothing has no scratch
    const { scratch, ...others } = places;
    const made = this.try(operation, () => {
      const strided = layer.Sh > 1 || layer.Sw > 1;
      const stores = this.engine === 'traditional' && strided && pass !== 'fprop';
      return makePlan(this.config, layer, pass, this.engine, {
        narrow,
        place: stores ? { ...others, scratch } : others,
      });
    });
    const { instructions, cost, scratchBytes } = made;
    const plan = { instructions: instructions.slice(0, -1), cycles: cost.cycles, scratchBytes, slot };
    this.plans.set(name, plan);
    return plan;
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

/** The instructions of a pass, with the addresses of its tensors. */
export const relocated = (
  { instructions, slot }: PassProgram,
  pass: Pass,
  spots: { readonly first: Spot; readonly second: Spot; readonly result: Spot; readonly scratch?: Spot },
): readonly Instruction[] => {
  const { first, second } = PASS_TENSORS[pass];
  const bySlot = PARTS.map((part: Part): Spot | undefined => {
    if (part === first) return spots.first;
    if (part === second) return spots.second;
    return part === 'output' ? spots.result : part === 'scratch' ? spots.scratch : undefined;
  });
  return instructions.map((instruction) => {
    if (!('address' in instruction)) return instruction;
    const index = Math.floor(instruction.address / slot);
    const spot = bySlot[index];
    if (!spot) throw new Error(`${pass} reads or writes no part of its memory`);
    return { ...instruction, base: spot.base as 0, address: instruction.address - index * slot + spot.offset };
  });
};
