import Table from 'cli-table3';
import { estimateTrainingStep, type StepEstimate, type TrainingStepEstimate } from '../compile/network/estimate.js';
import type { Config, Engine } from '../description/config.js';
import { type Energy, energyOf, sumOfEnergies } from '../energy/energy.js';
import type { EnergyTable } from '../energy/table.js';
import { energyText } from '../energy/text.js';
import type { Graph } from '../graph/operations.js';
import { benchMemory, describeMemory } from '../machine/performance.js';
import { knownPlans } from '../run/network/knownPlans.js';
import type { Counts } from '../units/counts.js';
import { csv } from './analyzeReport.js';
import type { Context } from './context.js';

/** What is estimated, and how it is shown. */
export interface NetworkEstimateOptions {
  readonly config: Config;
  readonly graph: Graph;
  readonly engine?: Engine;
  /** Megahertz. */
  readonly clock: number;
  readonly energies: EnergyTable;
  readonly json: boolean;
  readonly csv: boolean;
}

const text = ({ total }: Energy): string => energyText(total).replace('\u00a0', ' ');

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

const csvOf = (
  parts: TrainingStepEstimate['parts'],
  milliseconds: (cycles: number) => string,
  energyIn: (counters: Counts) => Energy,
): string =>
  csv([
    ['part', 'operation', 'does', 'fused', 'cycles', 'ms', 'macs', 'bytesRead', 'bytesWritten', 'energyPj'],
    ...parts.flatMap(({ name, estimate }) =>
      estimate.steps.map(({ operation, does, fused, cycles, macs, bytesRead, bytesWritten, counters }) => [
        ...[name, operation, does, fused.join(' ')],
        ...[cycles, milliseconds(cycles), macs, bytesRead, bytesWritten, energyIn(counters).total],
      ]),
    ),
  ]);

/** `bp-im2col estimate --train`: milliseconds of a step of training, by operation and pass. */
export const networkEstimate = (options: NetworkEstimateOptions, context: Context): void => {
  const { config, graph, engine, clock, energies } = options;
  const energyIn = (counters: Counts): Energy => energyOf(config, counters, energies);
  const { compiled, parts, bound } = estimateTrainingStep(config, graph, engine, knownPlans(config));
  const milliseconds = (cycles: number): string => (cycles / clock / 1000).toFixed(3);
  const cycles = parts.reduce((sum, { estimate }) => sum + estimate.cycles, 0);
  const macs = parts.reduce((sum, { estimate }) => sum + estimate.macs, 0);
  const moved = parts.reduce((sum, { estimate }) => sum + estimate.bytesRead + estimate.bytesWritten, 0);
  // as the memory of the benches has it
  const memoryCycles = bound.bytes / benchMemory(config).bytesPerCycle;
  const least = Math.max(bound.arrayCycles, memoryCycles);
  const energy = sumOfEnergies(parts.map(({ estimate }) => energyIn(estimate.counters)));
  const { rows, columns } = config.array;
  const useful = macs / (rows * columns * cycles);
  if (options.json) {
    const result = {
      ...{ network: graph.name, config: config.name, batch: compiled.batch, train: true, clock },
      ...{ cycles, milliseconds: Number(milliseconds(cycles)), usefulMacs: macs, utilization: useful },
      bound: { arrayCycles: Math.ceil(bound.arrayCycles), memoryCycles: Math.ceil(memoryCycles), bytes: bound.bytes },
      ...{ energy, energies: { name: energies.name, source: energies.source } },
      memory: {
        parameters: compiled.bytes[1],
        activations: compiled.bytes[2],
        host: compiled.bytes[3],
        mostLive: compiled.mostLive,
        compulsory: compiled.compulsory,
      },
      parts: parts.map(({ name, estimate: { counters, ...estimate } }) => ({
        ...{ name, ...estimate, energy: energyIn(counters) },
        steps: estimate.steps.map(({ counters: own, ...step }) => ({ ...step, energy: energyIn(own) })),
      })),
    };
    context.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  if (options.csv) {
    context.out(csvOf(parts, milliseconds, energyIn));
    return;
  }
  const table = new Table({
    head: ['operation', 'does', 'cycles', 'ms', 'share', 'MACs', 'bytes read', 'written', 'energy'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const row = ({ operation, does, fused, ...step }: StepEstimate): readonly string[] => [
    ...[operation, [does, ...fused].join(' + '), number(step.cycles), milliseconds(step.cycles)],
    ...[
      `${((100 * step.cycles) / cycles).toFixed(1)} %`,
      number(step.macs),
      number(step.bytesRead),
      number(step.bytesWritten),
      text(energyIn(step.counters)),
    ],
  ];
  for (const { name, estimate } of parts) {
    const { bytesRead, bytesWritten } = estimate;
    for (const step of estimate.steps) table.push([...row(step)]);
    table.push([
      ...[name, 'all of it', number(estimate.cycles), milliseconds(estimate.cycles)],
      ...[
        `${((100 * estimate.cycles) / cycles).toFixed(1)} %`,
        number(estimate.macs),
        number(bytesRead),
        number(bytesWritten),
        text(energyIn(estimate.counters)),
      ],
    ]);
  }
  const peak = compiled.bytes[1] + compiled.bytes[2] + compiled.bytes[3];
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  context.out(
    `${graph.name} on ${config.name}, batch ${compiled.batch}, a step of training; ${describeMemory(config)}; ${clock} MHz\n${table.toString()}\n` +
      `${number(cycles)} cycles, ${milliseconds(cycles)} ms; ${(100 * useful).toFixed(1)} % of what the array could do is useful; ${text(energy)}, by ${energies.name}\n` +
      `at least: ${number(bound.arrayCycles)} cycles of the array, ${number(memoryCycles)} of the memory (each step's tensors once); ${(cycles / least).toFixed(2)} times that, and ${(moved / bound.bytes).toFixed(2)} times the bytes\n` +
      `memory: parameters ${mebibytes(compiled.bytes[1])}, activations ${mebibytes(compiled.bytes[2])} (${mebibytes(compiled.mostLive)} live at most), host ${mebibytes(compiled.bytes[3])}: ${(peak / compiled.compulsory).toFixed(2)} times what must be kept\n`,
  );
};
