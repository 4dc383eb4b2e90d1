import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Instruction } from '../isa/program.js';
import type { MemoryTiming } from '../timing/memory.js';
import type { Counts } from '../units/counts.js';
import { TileShapes } from '../units/exec/tile.js';
import { countsOf } from './counts.js';
import { type ReplayOptions, replay, type Times } from './replay.js';

/** Everything that the model says of a program, by the names of the counters. */
export type Performance = Counts & Times;

/** The memory of the benches: that of every figure. */
export const benchMemory = (config: Config): MemoryTiming => ({
  readLatency: 100,
  writeLatency: 20,
  bytesPerCycle: derive(config).beatBytes,
});

/** The memory of the benches in words: latencies in cycles, and what it moves. */
export const describeMemory = (config: Config): string => {
  const { readLatency, writeLatency, bytesPerCycle } = benchMemory(config);
  return `${readLatency} cycles of read latency, ${writeLatency} of write latency, ${bytesPerCycle} bytes a cycle`;
};

/** Cycles, bytes, buffer accesses and array use of a plan, without carrying it out. Counters are as the hardware has them. */
export const performanceOf = (
  config: Config,
  {
    instructions,
    memory: { program },
  }: { readonly instructions: readonly Instruction[]; readonly memory: { readonly program: number } },
  timing: MemoryTiming = benchMemory(config),
  options: Pick<ReplayOptions, 'bases'> = {},
): Performance => {
  const shapes = new TileShapes(config);
  const counts = countsOf(config, instructions, shapes);
  return { ...counts, ...replay(config, instructions, program, timing, shapes, options) };
};
