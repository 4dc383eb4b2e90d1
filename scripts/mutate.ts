import { readFileSync } from 'node:fs';
import picocolors from 'picocolors';
import { UserError } from '../generator/base/errors.js';
import { withFileErrors } from '../generator/base/fileError.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { addPoolOptions, type PoolFlags, poolOf } from '../generator/cli/pool.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { isRefusal, type Pool } from '../generator/pool/pool.js';
import { allBlocks, chooseMutants, type Target } from './mutation/choose.js';
import type { Judged } from './mutation/judge.js';
import type { Mutation } from './mutation/operators.js';
import { countMutants, mutantTable, mutantText } from './mutation/report.js';
import type { MutantJob } from './mutation/worker.js';
import { jobKeys } from './poolJobs.js';
import { putJson, runScript } from './script.js';
import { parseWords } from './words.js';

interface Flags extends PoolFlags {
  readonly count: string;
  readonly seed: string;
  readonly filter?: string;
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
    addPoolOptions(command, 'mutants')
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
      .option('--json [file]', 'results as JSON, into a file or instead of the table')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('mutate')}\n  ${scriptCommand('mutate', '--filter fifo --count 20 --seed 7')}\n  ${scriptCommand('mutate', '--count 2000 --on slurm --jobs 100 --partition short')}\n  ${scriptCommand('mutate', '--list --filter issue')}\n\nExit codes: 0 enough are killed, 1 too few, 2 usage, 3 a tool is missing.\n`,
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

const WORKER = new URL('./mutation/worker.js', import.meta.url);

/** Judges mutants of each block, in the order of trial, until as many as wanted compile. */
const judgeTargets = async (
  targets: readonly Target[],
  pool: Pool,
  proofSeconds: number | undefined,
): Promise<readonly Judged[]> => {
  const judged: Judged[] = [];
  const total = targets.reduce((sum, { wanted }) => sum + wanted, 0);
  const count = (status: Judged['status']): number => judged.filter((each) => each.status === status).length;
  const progress = new Progress(
    () =>
      `${judged.length} of ${total} mutants: ${count('killed')} killed, ${count('equivalent')} equivalent, ${count('survived')} survived`,
  );
  const keyOf = jobKeys(WORKER);
  /** Judges the first mutants of some blocks; returns how many of each block do not compile. */
  const judgeSome = async (
    some: readonly { readonly block: string; readonly mutations: readonly Mutation[] }[],
  ): Promise<ReadonlyMap<string, number>> => {
    const invalid = new Map<string, number>();
    const jobs = some.flatMap(({ block, mutations }) =>
      mutations.map((mutation): MutantJob => ({ block, mutation, proofSeconds })),
    );
    await pool.run<MutantJob, Judged>({
      ...{ program: WORKER, what: 'mutate', jobs, keyOf },
      nameOf: ({ block, mutation }) => `${block}:${mutation.line} ${mutation.after.trim()}`,
      onOutcome: (index, one) => {
        if (isRefusal(one)) throw new UserError([one.problem]);
        if (one.status === 'invalid') {
          const { block } = jobs[index]!;
          invalid.set(block, (invalid.get(block) ?? 0) + 1);
          return;
        }
        judged.push(one);
        if (one.status === 'survived') progress.say(`survived: ${mutantText(one)}`);
        progress.tick();
      },
    });
    return invalid;
  };
  try {
    // for each that does not compile another one takes its place
    let rest = targets.map(({ block, mutations, wanted }) => ({ block, mutations, wanted }));
    while (rest.length > 0) {
      const invalid = await judgeSome(
        rest.map(({ block, mutations, wanted }) => ({ block, mutations: mutations.slice(0, wanted) })),
      );
      rest = rest
        .map(({ block, mutations, wanted }) => ({
          ...{ block, mutations: mutations.slice(wanted), wanted: invalid.get(block) ?? 0 },
        }))
        .filter(({ mutations, wanted }) => wanted > 0 && mutations.length > 0);
    }
  } finally {
    progress.end();
  }
  const order = targets.map(({ block }) => block);
  const place = ({ block, mutation }: Judged): readonly [number, number, string] => [
    order.indexOf(block),
    mutation.line,
    mutation.after,
  ];
  return judged.sort((a, b) => {
    const [[i, m, x], [j, n, y]] = [place(a), place(b)];
    return i - j || m - n || (x < y ? -1 : 1);
  });
};

const mutateAll = async (flags: Flags): Promise<ExitCode> => {
  const { json, filter } = flags;
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const count = wholeNumber('--count', flags.count, 1, 100_000);
  const seed = wholeNumber('--seed', flags.seed, 0, 1_000_000);
  const threshold = wholeNumber('--threshold', flags.threshold, 0, 100) / 100;
  const seconds = wholeNumber('--limit', flags.limit, 1, 100_000);
  const pool = await poolOf(flags);
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
  if (flags.on === 'local') await ensureTools(['iverilog', ...(flags.equivalence ? (['yosys'] as const) : [])]);

  const begin = performance.now();
  let judged = await judgeTargets(targets, pool, flags.equivalence ? seconds : undefined);
  pool.end();
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
