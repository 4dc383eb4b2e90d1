import type { Config } from '../description/config.js';
import type { Geometry, Instruction } from '../isa/program.js';
import type { Counts } from './counts.js';
import { addExec } from './exec/counts.js';
import { runExec, runGeometry } from './exec/model.js';
import type { TileShapes } from './exec/tile.js';
import { addLoad } from './load/counts.js';
import { runLoad } from './load/model.js';
import type { Machine } from './machine.js';
import { addReorganize } from './reorganize/counts.js';
import { runReorganize } from './reorganize/model.js';
import { addStore } from './store/counts.js';
import { runStore } from './store/model.js';
import { addPost } from './vector/counts.js';
import { runOperands, runOperations, runPost } from './vector/model.js';
import { type Setting, settingOf } from './vector/state.js';

/** Counters of a program under way. */
export interface Tally {
  readonly config: Config;
  readonly counts: Counts;
  readonly shapes: TileShapes;
  /** What the last GEOMETRY set. */
  geometry?: Geometry;
  /** What the last OPERATIONS set. */
  setting?: Setting;
}

/** What the hardware does with an instruction of one kind. */
export interface Handler<I extends Instruction> {
  /** Carries it out bit for bit. */
  readonly run: (machine: Machine, instruction: I) => void;
  /** Adds what it counts, without carrying it out. */
  readonly count: (tally: Tally, instruction: I) => void;
}

type Handlers = { readonly [K in Instruction['kind']]: Handler<Extract<Instruction, { readonly kind: K }>> };

const handlers: Handlers = {
  geometry: {
    run: runGeometry,
    count: (tally, geometry) => {
      tally.geometry = geometry;
    },
  },
  load: { run: runLoad, count: ({ counts, config }, load) => addLoad(counts, config, load) },
  exec: {
    run: runExec,
    count: ({ counts, config, shapes, geometry }, exec) =>
      addExec(counts, config, shapes.of(geometry!, exec), geometry!, exec),
  },
  store: {
    run: (machine, store) => (store.post ? runPost : runStore)(machine, store),
    count: ({ counts, config, setting }, store) =>
      store.post ? addPost(counts, config, store, setting!) : addStore(counts, config, store),
  },
  operations: {
    run: runOperations,
    count: (tally, operations) => {
      tally.setting = settingOf(operations);
    },
  },
  operands: { run: runOperands, count: () => undefined },
  reorganize: { run: runReorganize, count: ({ counts, config }, step) => addReorganize(counts, config, step) },
  end: { run: () => undefined, count: () => undefined },
};

/** The handler of an instruction's kind. */
export const handlerOf = ({ kind }: Instruction): Handler<Instruction> => handlers[kind] as Handler<Instruction>;
