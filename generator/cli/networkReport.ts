import { isStrided, sourceOf } from '../api/source.js';
import { parseBatch } from '../api/words.js';
import { UserError } from '../base/errors.js';
import { shellWord } from '../base/shellWord.js';
import { type Config, ENGINES, type Engine } from '../description/config.js';
import { energyOf, sumOfEnergies } from '../energy/energy.js';
import type { EnergyTable } from '../energy/table.js';
import type { Graph } from '../graph/operations.js';
import type { Results, TrainingStep } from '../report/results.js';
import { knownPlans } from '../run/network/knownPlans.js';
import { parseSize, sourceWord } from './analyze.js';
import { inputText } from './analyzeReport.js';
import { asOptions } from './asOptions.js';
import { loadEnergies } from './energies.js';
import { loadNetwork, networkConfig } from './networkSource.js';
import { loadConfig } from './source.js';
import { listOf } from './usage.js';
import { wholeNumber } from './wholeNumber.js';

/** What a report of a network is asked with. */
export interface NetworkReportWords {
  readonly network: string;
  readonly preset?: string;
  readonly set: readonly string[];
  readonly engines?: string;
  readonly batch?: string;
  readonly size?: string;
  readonly strided?: boolean;
  readonly train?: boolean;
  readonly energies?: string;
  readonly jobs: string;
}

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** The engines of `--engines`, in their own order. */
const enginesOf = (config: Config, text: string | undefined): readonly Engine[] => {
  if (text === undefined) return config.engines;
  const names = listOf('--engines', text);
  const wrong = names.find((name) => !config.engines.includes(name as Engine));
  if (wrong !== undefined) {
    const isKnown = ENGINES.includes(wrong as Engine);
    const message = isKnown ? `${config.name} is built without ${wrong}` : `there is no engine "${wrong}"`;
    refuse('NO_ENGINE', '--engines', message, `use some of ${config.engines.join(', ')}`);
  }
  return ENGINES.filter((engine) => names.includes(engine));
};

/** A step of training by the best of the engines. */
const trainingOf = async (
  config: Config,
  graph: Graph,
  engines: readonly Engine[],
  energies: EnergyTable,
): Promise<TrainingStep> => {
  const { estimateTrainingStep } = await import('../compile/network/estimate.js');
  const engine = engines.includes('zerofree') ? 'zerofree' : engines.at(-1)!;
  const { compiled, parts } = estimateTrainingStep(config, graph, engine, knownPlans(config));
  const steps = parts.flatMap(({ name: part, estimate }) =>
    estimate.steps.map(({ operation, does, fused, cycles, macs, bytesRead, bytesWritten, counters }) => ({
      ...{ part, operation, does, fused: [...fused], cycles, macs, bytesRead, bytesWritten },
      energy: energyOf(config, counters, energies),
    })),
  );
  const cycles = parts.reduce((sum, { estimate }) => sum + estimate.cycles, 0);
  const usefulMacs = parts.reduce((sum, { estimate }) => sum + estimate.macs, 0);
  const { rows, columns } = config.array;
  const energy = sumOfEnergies(parts.map(({ estimate }) => energyOf(config, estimate.counters, energies)));
  return {
    ...{ batch: compiled.batch, cycles, usefulMacs, energy, steps },
    utilization: usefulMacs / (rows * columns * cycles),
  };
};

const commandLine = (words: NetworkReportWords): string => {
  const { network, preset, set, engines, batch, size, strided, train, energies } = words;
  const options: readonly (readonly [string, string | undefined])[] = [
    ['--network', network],
    ['--preset', preset],
    ...set.map((each) => ['--set', each] as const),
    ...([
      ['--engines', engines],
      ['--batch', batch],
      ['--size', size],
      ['--energies', energies],
    ] as const),
  ];
  const given = options.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  const flags = [...(strided ? ['--strided'] : []), ...(train ? ['--train'] : [])];
  return ['npx', 'bp-im2col', 'report', ...given, ...flags].map(shellWord).join(' ');
};

/** The results of `report --network`, by the model. @throws {@link UserError} with all that is wrong. */
export const networkReport = async (
  words: NetworkReportWords,
  onProgress: (done: number, all: number) => void,
): Promise<Results> => {
  const batch = words.batch === undefined ? undefined : parseBatch(words.batch);
  const size = words.size === undefined ? undefined : parseSize(words.size);
  const parallel = wholeNumber('--jobs', words.jobs, 1, 64);
  const energies = loadEnergies(words.energies);
  const config = words.train ? networkConfig(words.preset, words.set) : loadConfig(words.preset ?? 'ref16', words.set);
  const engines = enginesOf(config, words.engines);
  const graph = words.train ? (await loadNetwork(words.network, { batch, size })).graph : undefined;
  const what = await sourceWord(words.network);
  const { name, input, layers } = await asOptions({ size: '--size' }, () => sourceOf({ ...what, batch, size }));
  const chosen = layers.filter((each) => !words.strided || isStrided(each));
  if (chosen.length === 0)
    refuse('NO_LAYERS', '--strided', `no layer of ${name} has a stride of 2 or more`, 'leave out --strided');
  const { networkResults } = await import('../report/network.js');
  const { localPool } = await import('../pool/local.js');
  const training = graph && (await trainingOf(config, graph, engines, energies));
  return networkResults({
    ...{ name, layers: chosen, config, engines, energies, pool: localPool(parallel), onProgress },
    subject: input ? `${name}, ${inputText(input)}` : name,
    command: commandLine(words),
    ...(training ? { training } : {}),
  });
};
