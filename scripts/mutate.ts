import { readFileSync } from 'node:fs';
import picocolors from 'picocolors';
import { UserError } from '../generator/base/errors.js';
import { withFileErrors } from '../generator/base/fileError.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { inParallel } from '../generator/base/parallel.js';
import { scriptCommand } from '../generator/base/paths.js';
import { discard, temporaryFolder } from '../generator/base/processes.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { allBlocks, chooseMutants, type Target } from './mutation/choose.js';
import { isEquivalent } from './mutation/equivalence.js';
import { type Baseline, type Judged, judgeMutant, measureBaseline } from './mutation/judge.js';
import { countMutants, mutantTable, mutantText } from './mutation/report.js';
import { systemSuite } from './mutation/system.js';
import { putJson, runScript } from './script.js';
import { parseWords } from './words.js';

interface Flags {
  readonly count: string;
  readonly seed: string;
  readonly filter?: string;
  readonly jobs: string;
  readonly threshold: string;
  readonly limit: string;
  readonly equivalence: boolean;
  readonly list?: boolean;
  readonly again?: string;
  /** File, or true for stdout. */
  readonly json?: string | true;
}

const parseFlags = (args: readonly string[]): Flags =>
  parseWords('mutate', args, (command) =>
    command
      .description(
        "mutants of the emitted Verilog: each is run against its block's benches, then against a quick suite of the whole accelerator; what survives is tried for equivalence",
      )
      .option('--count <n>', 'mutants, spread over the blocks by what can be changed in each', '200')
      .option('--seed <n>', 'seed of the choice', '1')
      .option('--filter <text>', 'only blocks whose name has this')
      .option('--threshold <percent>', 'fail below this share of killed ones, of those not shown equivalent', '95')
      .option('--limit <seconds>', 'give up a proof of equivalence after so long', '60')
      .option('--no-equivalence', 'do not try to prove survivors equivalent')
      .option('--again <file>', 'judge only the survivors of a run that was written with --json, and count them anew')
      .option('--list', 'print the mutants, and run none')
      .option('-j, --jobs <n>', 'mutants at a time', '2')
      .option('--json [file]', 'results as JSON, into a file or instead of the table')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('mutate')}\n  ${scriptCommand('mutate', '--filter fifo --count 20 --seed 7')}\n  ${scriptCommand('mutate', '--list --filter issue')}\n\nExit codes: 0 enough are killed, 1 too few, 2 usage, 3 a tool is missing.\n`,
      ),
  ).opts<Flags>();

interface Earlier {
  readonly mutants: readonly Judged[];
}

const readEarlier = (path: string): Earlier => {
  const refuse = (message: string): never => {
    const fix = `give a file that ${scriptCommand('mutate', '--json')} has written`;
    throw new UserError([{ code: 'NOT_MUTANTS', path: `--again ${path}`, message, fix }]);
  };
  return withFileErrors(`--again ${path}`, () => {
    let content: Partial<Earlier> = {};
    try {
      content = JSON.parse(readFileSync(path, 'utf8')) as Partial<Earlier>;
    } catch (error) {
      if (error instanceof SyntaxError) refuse('it is not JSON');
      throw error;
    }
    if (!Array.isArray(content.mutants)) refuse('it holds no mutants');
    return content as Earlier;
  });
};

/** The survivors of an earlier run as targets. @throws when the Verilog is no longer the same. */
const survivorsOf = (path: string, { mutants }: Earlier, targets: readonly Target[]): readonly Target[] =>
  targets.flatMap((target) => {
    const mine = mutants.filter(({ block, status }) => block === target.block && status === 'survived');
    const mutations = mine.map(({ mutation }) => {
      const known = target.mutations.find(({ line, after }) => line === mutation.line && after === mutation.after);
      if (known) return known;
      const message = `${target.path}:${mutation.line} is not what it was`;
      throw new UserError([{ code: 'CHANGED', path: `--again ${path}`, message, fix: 'run all mutants again' }]);
    });
    return mutations.length > 0 ? [{ ...target, mutations, wanted: mutations.length }] : [];
  });

/** Judges mutants of a block, one after the other, until as many as wanted compile. */
const judgeTargets = async (
  targets: readonly Target[],
  baselines: ReadonlyMap<Target['config'], Baseline>,
  options: { readonly parallel: number; readonly equivalence: boolean; readonly seconds: number },
): Promise<readonly Judged[]> => {
  const judged: Judged[] = [];
  const total = targets.reduce((sum, { wanted }) => sum + wanted, 0);
  const count = (status: Judged['status']): number => judged.filter((each) => each.status === status).length;
  const progress = new Progress(
    () =>
      `${judged.length} of ${total} mutants: ${count('killed')} killed, ${count('equivalent')} equivalent, ${count('survived')} survived`,
  );
  const judgeOne = async (target: Target, rest: Target['mutations'][number][]): Promise<void> => {
    for (let mutation = rest.shift(); mutation; mutation = rest.shift()) {
      let one = await judgeMutant(target, mutation, baselines.get(target.config)!);
      if (one.status === 'invalid') continue;
      if (one.status === 'survived' && options.equivalence && (await isEquivalent(target, mutation, options.seconds))) {
        one = { ...one, status: 'equivalent' };
      }
      judged.push(one);
      if (one.status === 'survived') progress.say(`survived: ${mutantText(one)}`);
      progress.tick();
      return;
    }
  };
  try {
    const turns = targets.flatMap((target) => {
      const rest = [...target.mutations];
      return Array.from({ length: target.wanted }, () => ({ target, rest }));
    });
    await inParallel(options.parallel, turns, ({ target, rest }) => judgeOne(target, rest));
  } finally {
    progress.end();
  }
  const order = targets.map(({ block }) => block);
  return judged.sort((a, b) => order.indexOf(a.block) - order.indexOf(b.block) || a.mutation.line - b.mutation.line);
};

const mutateAll = async (flags: Flags): Promise<ExitCode> => {
  const { json, filter } = flags;
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const count = wholeNumber('--count', flags.count, 1, 100_000);
  const seed = wholeNumber('--seed', flags.seed, 0, 1_000_000);
  const threshold = wholeNumber('--threshold', flags.threshold, 0, 100) / 100;
  const seconds = wholeNumber('--limit', flags.limit, 1, 100_000);
  const parallel = wholeNumber('--jobs', flags.jobs, 1, 64);
  const earlier = flags.again === undefined ? undefined : readEarlier(flags.again);
  const chosen = chooseMutants(count, seed, filter);
  const targets = earlier ? survivorsOf(flags.again!, earlier, chosen) : chosen;
  if (chosen.length === 0) {
    const fix = `give a part of ${allBlocks()
      .map(({ block }) => block)
      .join(', ')}`;
    throw new UserError([
      { code: 'NO_BLOCKS', path: '--filter', message: `no block has "${filter}" in its name`, fix },
    ]);
  }
  if (flags.list) {
    for (const { block, path, mutations, wanted } of targets) {
      console.log(`${block}: ${wanted} of ${mutations.length}`);
      for (const mutation of mutations.slice(0, wanted)) {
        console.log(`  ${mutantText({ block, path, mutation, status: 'survived', seconds: 0 })}`);
      }
    }
    return EXIT.ok;
  }
  await ensureTools(['iverilog', ...(flags.equivalence ? (['yosys'] as const) : [])]);

  const begin = performance.now();
  // each mutant is a design of its own, which nobody simulates again
  const cache = temporaryFolder('bpi-mutants-');
  process.env.BP_IM2COL_CACHE = cache;
  let judged: readonly Judged[] = [];
  try {
    const baselines = new Map<Target['config'], Baseline>();
    for (const config of new Set(targets.map((target) => target.config))) {
      baselines.set(config, await measureBaseline(systemSuite(config)));
    }
    judged = await judgeTargets(targets, baselines, { parallel, equivalence: flags.equivalence, seconds });
  } finally {
    discard(cache);
  }
  if (earlier) judged = [...earlier.mutants.filter(({ status }) => status !== 'survived'), ...judged];
  const spent = Math.round((performance.now() - begin) / 1000);
  const counts = countMutants(judged);
  const { mutants, score, survived } = counts.at(-1)!;
  const enough = score >= threshold;

  if (json !== undefined) {
    const content = { seed, seconds: spent, threshold, score, counts, mutants: judged };
    putJson(json, content);
  }
  if (json !== true) {
    console.log(mutantTable(counts));
    for (const one of judged.filter(({ status }) => status === 'survived')) console.log(`survived: ${mutantText(one)}`);
    const text = `${mutants} mutants in ${spent} s, seed ${seed}: ${(score * 100).toFixed(1)} % killed of those not shown equivalent, ${survived} survived`;
    console.log(enough ? picocolors.green(text) : picocolors.red(text));
  }
  return enough ? EXIT.ok : EXIT.failed;
};

await runScript((args) => mutateAll(parseFlags(args)));
