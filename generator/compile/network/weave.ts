/** Two programs in one that do not touch each other's buffers, accumulator and tensors: their instructions take turns. */
import type { Config } from '../../description/config.js';
import { type Geometry, type Queue, queueCount, queueOf, waitsOf } from '../../isa/program.js';
import { waitField } from '../../isa/queues.js';
import { Outline } from '../../machine/outline.js';
import { outlineCycles } from '../../units/exec/outline.js';
import type { Unlinked } from './link.js';

/** Part of a pass's time over which an elementwise pass is spread at most: what it is late has the rest. */
const SPREAD = 0.95;
/** Cycles that instructions of the elementwise pass have, of those that they take at least. */
const SLACK = 1.1;

/** What one STORE of an elementwise pass reads, and all that goes to its queue. */
interface Piece {
  readonly loads: readonly Unlinked[];
  readonly stores: readonly Unlinked[];
  /** From the end of the piece before it to its own. */
  readonly cycles: number;
}

const piecesOf = (config: Config, instructions: readonly Unlinked[]): readonly Piece[] => {
  const outline = new Outline(config);
  const pieces: Piece[] = [];
  let [loads, stores]: [Unlinked[], Unlinked[]] = [[], []];
  let before = 0;
  for (const instruction of instructions) {
    outline.add(instruction);
    (instruction.kind === 'load' ? loads : stores).push(instruction);
    if (instruction.kind !== 'store') continue;
    const { cycles } = outline.cost();
    pieces.push({ loads, stores, cycles: cycles - before });
    [loads, stores, before] = [[], [], cycles];
  }
  return pieces;
};

/** Of each instruction of a pass when the EXECs before it have ended, as a part of the time that all take. */
const progressOf = ({ array }: Config, instructions: readonly Unlinked[]): readonly number[] => {
  let geometry: Geometry | undefined;
  let cycles = 0;
  const progress = instructions.map((instruction) => {
    const before = cycles;
    if (instruction.kind === 'geometry') geometry = instruction;
    if (instruction.kind === 'exec') cycles += outlineCycles(array, geometry!, instruction);
    return before;
  });
  return progress.map((before) => before / cycles);
};

interface Entry {
  readonly from: 0 | 1;
  readonly instruction: Unlinked;
}

/** The order of both: LOADs of a piece go one piece ahead of what reads them, so that no LOAD behind them waits long. */
const orderOf = (
  config: Config,
  pass: readonly Unlinked[],
  passCycles: number,
  pieces: readonly Piece[],
): readonly Entry[] => {
  const total = pieces.reduce((sum, { cycles }) => sum + cycles, 0);
  const scale = Math.max(SLACK, (SPREAD * passCycles) / total) / passCycles;
  const progress = progressOf(config, pass);
  const order: Entry[] = [];
  const add = (instructions: readonly Unlinked[]): void => {
    for (const instruction of instructions) order.push({ from: 1, instruction });
  };
  let next = 0;
  let due = 0;
  const turn = (): void => {
    add(pieces[next - 1]?.stores ?? []);
    add(pieces[next]?.loads ?? []);
    due += (pieces[next]?.cycles ?? 0) * scale;
    next++;
  };
  pass.forEach((instruction, index) => {
    while (next <= pieces.length && due <= progress[index]!) turn();
    order.push({ from: 0, instruction });
  });
  while (next <= pieces.length) turn();
  return order;
};

/**
 * A pass with an elementwise pass beside it, whose pieces are spread over its time. Both count from 0; what each waits for are its own instructions.
 * @param passCycles what the pass takes alone.
 */
export const weave = (
  config: Config,
  pass: readonly Unlinked[],
  passCycles: number,
  elementwise: readonly Unlinked[],
): readonly Unlinked[] => {
  const counts: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  // of each queue of each program: how many of both have gone before, and with, its n-th instruction
  const ordinals = [0, 1].map((): Readonly<Record<Queue, number[]>> => ({ load: [0], exec: [0], store: [0] }));
  return orderOf(config, pass, passCycles, piecesOf(config, elementwise)).map(({ from, instruction }) => {
    const own = ordinals[from]!;
    const waits = waitsOf(instruction).map(([queue, count]) => [waitField(queue), own[queue][count]!]);
    const queue = queueOf(instruction);
    if (queue) for (let n = 0; n < queueCount(instruction); n++) own[queue].push(++counts[queue]);
    return { ...instruction, ...Object.fromEntries(waits) };
  });
};
