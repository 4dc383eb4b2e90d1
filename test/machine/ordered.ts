import type { Config } from '../../generator/description/config.js';
import { ITEM_WORDS, Item, type OperandBuffer, type Records } from '../../generator/formats/arithmetic.js';
import { decode, type Queue, queueCount, queueOf, waitsOf } from '../../generator/isa/program.js';
import type { Fail } from '../../generator/units/fault.js';
import { type Bases, makeMachine } from '../../generator/units/machine.js';
import type { Region } from '../../generator/units/memory.js';
import { handlerOf } from '../../generator/units/units.js';

type Clock = Readonly<Record<Queue, number>>;

const none: Clock = { load: 0, exec: 0, store: 0 };
const later = (a: Clock, b: Clock): Clock => ({
  load: Math.max(a.load, b.load),
  exec: Math.max(a.exec, b.exec),
  store: Math.max(a.store, b.store),
});

interface Use {
  readonly queue: Queue;
  readonly number: number;
}

/** What was done last to each element of something: who wrote it, and who of each queue read it. */
interface History {
  readonly written: Map<number, Use>;
  readonly read: Map<number, Partial<Record<Queue, number>>>;
}

/**
 * Carries a program out on the model, and looks at every element of memory, buffers and accumulator that an instruction touches: whether it waits for
 * those of other queues that wrote it, or that read what it overwrites. Instructions of one queue follow each other.
 * @returns what is not waited for, each with the instruction; the first hundred.
 */
export const races = (
  config: Config,
  words: Uint32Array,
  regions: readonly Region[],
  bases: Bases,
): readonly string[] => {
  const found: string[] = [];
  const fail: Fail = (code, message) => {
    throw new Error(`${code}: ${message}`);
  };
  const machine = makeMachine(config, regions, fail, bases);
  let now: Use = { queue: 'load', number: 0 };
  let clock: Clock = none;
  let where = '';
  const histories = new Map<string, History>();
  const historyOf = (name: string): History => {
    const known = histories.get(name) ?? { written: new Map(), read: new Map() };
    histories.set(name, known);
    return known;
  };
  const tell = (what: string, index: number, { queue, number }: Use): void => {
    if (queue === now.queue || clock[queue] >= number) return;
    if (found.length < 100) found.push(`${where}: ${what} ${index} before ${queue} ${number} has ended`);
  };
  const reads = (name: string, index: number): void => {
    const { written, read } = historyOf(name);
    const by = written.get(index);
    if (by) tell(`reads ${name}`, index, by);
    read.set(index, { ...read.get(index), [now.queue]: now.number });
  };
  const writes = (name: string, index: number): void => {
    const { written, read } = historyOf(name);
    const by = written.get(index);
    if (by) tell(`writes ${name}`, index, by);
    for (const [queue, number] of Object.entries(read.get(index) ?? {}))
      tell(`overwrites ${name}`, index, { queue: queue as Queue, number });
    written.set(index, now);
    read.delete(index);
  };

  const { arithmetic, memory } = machine;
  const watched = (name: string, buffer: OperandBuffer): void => {
    const own = buffer.written;
    const written = new Proxy(own, {
      get: (target, key) => {
        const index = Number(key);
        if (Number.isInteger(index)) reads(name, index);
        const value = Reflect.get(target, key, target) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set: (target, key, value) => {
        writes(name, Number(key));
        return Reflect.set(target, key, value, target);
      },
    });
    Object.assign(buffer, { written });
  };
  watched('dynamic', arithmetic.dynamic);
  watched('stationary', arithmetic.stationary);
  // what the array reads and writes is not seen from outside
  const { check, stream } = arithmetic;
  Object.assign(arithmetic, {
    check: (records: Records, count: number) => {
      const { words, size } = records;
      for (let at = 0; at < count * size; at += size)
        for (let lane = words[at + 2]!; lane < words[at + 3]!; lane++)
          reads('dynamic', (words[at]! + lane) & arithmetic.dynamic.mask);
      return check.call(arithmetic, records, count);
    },
    stream: (rows: number, items: number, width: number, tap?: number) => {
      const { words } = arithmetic.items;
      for (let item = 0; item < items; item++) writes('accumulator', words[item * ITEM_WORDS + Item.entry]!);
      stream.call(arithmetic, rows, items, width, tap);
    },
  });
  // a drain clears what it has read
  const { sums, pitch } = arithmetic;
  const fill = sums.fill.bind(sums) as (value: number, from?: number, end?: number) => typeof sums;
  Object.assign(sums, {
    fill: (value: number, from = 0, end = sums.length) => {
      writes('accumulator', from / pitch);
      return fill(value, from, end);
    },
  });
  const at = memory.at.bind(memory);
  Object.assign(memory, {
    at: (...all: Parameters<typeof at>) => {
      const [address, length, access] = all;
      for (let i = 0; i < length; i++) (access === 'reads' ? reads : writes)('memory', address + i);
      return at(...all);
    },
  });

  const ends: Record<Queue, Clock[]> = { load: [], exec: [], store: [] };
  const starts: Record<Queue, Clock> = { load: none, exec: none, store: none };
  const counts: Record<Queue, number> = { load: 0, exec: 0, store: 0 };
  decode(words).forEach((instruction, index) => {
    const queue = queueOf(instruction);
    if (!queue) return;
    clock = starts[queue];
    for (const [other, count] of waitsOf(instruction)) if (count > 0) clock = later(clock, ends[other][count - 1]!);
    starts[queue] = clock;
    for (let half = 0; half < queueCount(instruction); half++) {
      counts[queue]++;
      ends[queue].push({ ...clock, [queue]: counts[queue] });
    }
    now = { queue, number: counts[queue] };
    where = `${index}: ${instruction.kind}`;
    handlerOf(instruction).run(machine, instruction);
  });
  return found;
};
