import Table from 'cli-table3';
import type { NetworkProgram } from '../compile/network/compiled.js';
import { estimateProgram, type ProgramEstimate, type StepEstimate } from '../compile/network/estimate.js';
import { compileNetwork } from '../compile/network/index.js';
import type { Config, Engine } from '../description/config.js';
import type { Graph } from '../graph/operations.js';
import { describeMemory } from '../machine/performance.js';
import { csv } from './analyzeReport.js';
import type { Context } from './context.js';

/** What is estimated, and how it is shown. */
export interface NetworkEstimateOptions {
  readonly config: Config;
  readonly graph: Graph;
  readonly engine?: Engine;
  /** Megahertz. */
  readonly clock: number;
  readonly json: boolean;
  readonly csv: boolean;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

interface Part {
  readonly name: string;
  readonly estimate: ProgramEstimate;
}

/** A step of training, compiled, and its parts by the model. */
export const partsOf = ({ config, graph, engine }: Pick<NetworkEstimateOptions, 'config' | 'graph' | 'engine'>) => {
  // the rate is a constant of the program, and moves nothing
  const training = { rate: 0.05, momentum: 0.9 };
  const compiled = compileNetwork(config, graph, {
    training,
    ...(engine === undefined ? {} : { engine }),
  });
  const programs: readonly (readonly [string, NetworkProgram])[] = [
    ['forward', compiled.forward],
    ...compiled.training!.update.map((program) => ['backward and update', program] as const),
  ];
  return {
    compiled,
    parts: programs.map(([name, program]): Part => ({ name, estimate: estimateProgram(config, program) })),
  };
};

const csvOf = (parts: readonly Part[], milliseconds: (cycles: number) => string): string =>
  csv([
    ['part', 'operation', 'does', 'fused', 'cycles', 'ms', 'macs', 'bytesRead', 'bytesWritten'],
    ...parts.flatMap(({ name, estimate }) =>
      estimate.steps.map(({ operation, does, fused, cycles, macs, bytesRead, bytesWritten }) => [
        ...[name, operation, does, fused.join(' ')],
        ...[cycles, milliseconds(cycles), macs, bytesRead, bytesWritten],
      ]),
    ),
  ]);

/** `bp-im2col estimate --train`: milliseconds of a step of training, by operation and pass. */
export const networkEstimate = (options: NetworkEstimateOptions, context: Context): void => {
  const { config, graph, clock } = options;
  const { compiled, parts } = partsOf(options);
  const milliseconds = (cycles: number): string => (cycles / clock / 1000).toFixed(3);
  const cycles = parts.reduce((sum, { estimate }) => sum + estimate.cycles, 0);
  const macs = parts.reduce((sum, { estimate }) => sum + estimate.macs, 0);
  const { rows, columns } = config.array;
  const useful = macs / (rows * columns * cycles);
  if (options.json) {
    const result = {
      ...{ network: graph.name, config: config.name, batch: compiled.batch, train: true, clock },
      ...{ cycles, milliseconds: Number(milliseconds(cycles)), usefulMacs: macs, utilization: useful },
      memory: {
        parameters: compiled.bytes[1],
        activations: compiled.bytes[2],
        host: compiled.bytes[3],
        mostLive: compiled.mostLive,
        compulsory: compiled.compulsory,
      },
      parts: parts.map(({ name, estimate }) => ({ name, ...estimate })),
    };
    context.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  if (options.csv) {
    context.out(csvOf(parts, milliseconds));
    return;
  }
  const table = new Table({
    head: ['operation', 'does', 'cycles', 'ms', 'share', 'MACs', 'bytes read', 'written'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const row = ({ operation, does, fused, ...step }: StepEstimate): readonly string[] => [
    ...[operation, [does, ...fused].join(' + '), number(step.cycles), milliseconds(step.cycles)],
    ...[
      `${((100 * step.cycles) / cycles).toFixed(1)} %`,
      number(step.macs),
      number(step.bytesRead),
      number(step.bytesWritten),
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
      ],
    ]);
  }
  const peak = compiled.bytes[1] + compiled.bytes[2] + compiled.bytes[3];
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
  context.out(
    `${graph.name} on ${config.name}, batch ${compiled.batch}, a step of training; ${describeMemory(config)}; ${clock} MHz\n${table.toString()}\n` +
      `${number(cycles)} cycles, ${milliseconds(cycles)} ms; ${(100 * useful).toFixed(1)} % of what the array could do is useful\n` +
      `memory: parameters ${mebibytes(compiled.bytes[1])}, activations ${mebibytes(compiled.bytes[2])} (${mebibytes(compiled.mostLive)} live at most), host ${mebibytes(compiled.bytes[3])}: ${(peak / compiled.compulsory).toFixed(2)} times what must be kept\n`,
  );
};
