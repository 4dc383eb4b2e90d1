import { writeOutput } from '../base/outputFile.js';
import type { NetworkProgram } from '../compile/network/compiled.js';
import { estimateProgram } from '../compile/network/estimate.js';
import { compileNetwork } from '../compile/network/index.js';
import type { Engine } from '../description/config.js';
import { networkHeader } from '../emit/networkHeader.js';
import type { ImageSize } from '../networks/network.js';
import { knownPlans } from '../run/network/knownPlans.js';
import { initialMemory } from '../run/network/memory.js';
import type { Context } from './context.js';
import { loadNetwork, networkConfig } from './networkSource.js';

/** What `bp-im2col compile` takes with a network. */
export interface NetworkCompileOptions {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly engine?: Engine;
  readonly train: boolean;
  readonly batch?: number;
  readonly size?: ImageSize;
  readonly c?: string;
  readonly parameters?: string;
  readonly symbol?: string;
  readonly explain: boolean;
  readonly json: boolean;
}

/** Of first weights: that of `train`, when nothing else is asked. */
const FIRST_SEED = 1;

const number = (value: number): string => value.toLocaleString('en-US');

/** `bp-im2col compile` of a network: programs, tensors and base registers as a C header. */
export const networkCompile = async (word: string, options: NetworkCompileOptions, context: Context): Promise<void> => {
  const { train, batch: images, size, c, parameters, symbol = 'network', engine } = options;
  const config = networkConfig(options.preset, options.set);
  // programs do not depend on weights, whose drawing takes its time
  const seed = parameters === undefined ? undefined : FIRST_SEED;
  const { graph } = await loadNetwork(word, { batch: images, size, seed });
  const compiled = compileNetwork(config, graph, {
    known: knownPlans(config),
    ...(train ? { training: { rate: 0.05, momentum: 0.9 } } : {}),
    ...(engine === undefined ? {} : { engine }),
  });
  if (c !== undefined) writeOutput('--c', c, Buffer.from(networkHeader(config, compiled, graph, symbol)));
  if (parameters !== undefined) writeOutput('--parameters', parameters, Buffer.from(initialMemory(compiled, graph)[1]));
  const programs: readonly (readonly [string, NetworkProgram])[] = [
    ['forward', compiled.forward],
    ...(compiled.training?.update ?? []).map((program) => ['backward and update', program] as const),
  ];
  const parts = programs.map(([name, program]) => ({
    ...{ name, instructions: program.words.length / 16 },
    ...estimateProgram(config, program),
  }));
  const { bytes, mostLive, tensors, batch } = compiled;
  if (options.json) {
    const result = {
      network: graph.name,
      config: config.name,
      batch,
      train,
      bytes,
      mostLive,
      compulsory: compiled.compulsory,
      parts,
      tensors,
      c,
      parameters,
    };
    context.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const files = [c, parameters].filter((file) => file !== undefined);
  context.out(
    `${graph.name} on ${config.name}, batch ${batch}${files.length === 0 ? '' : `; in ${files.join(' and ')}`}\n`,
  );
  for (const { name, instructions, cycles, bytesRead, bytesWritten, steps } of parts) {
    context.out(
      `${name}: ${number(instructions)} instructions, ${number(cycles)} cycles predicted, ${number(bytesRead)} bytes read, ${number(bytesWritten)} written\n`,
    );
    if (!options.explain) continue;
    for (const { operation, does, fused, ...step } of steps)
      context.out(
        `  ${operation}: ${[does, ...fused].join(' + ')}; ${number(step.cycles)} cycles, ${number(step.bytesRead)} bytes read, ${number(step.bytesWritten)} written\n`,
      );
  }
  context.out(
    `memory: base 1, parameters ${number(bytes[1])} bytes; base 2, activations ${number(bytes[2])} (${number(mostLive)} live at most); base 3, host ${number(bytes[3])}\n`,
  );
};
