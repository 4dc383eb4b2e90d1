import picocolors from 'picocolors';
import { type Problem, UserError } from '../generator/base/errors.js';
import { checkOutput } from '../generator/base/outputFile.js';
import { inParallel } from '../generator/base/parallel.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { ensureTools, FORMAL_TOOLS } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { wholeNumber } from '../generator/cli/wholeNumber.js';
import { openCache } from '../generator/run/simulators/cache.js';
import type { Bug, Proof } from './formal/proof.js';
import { PROOFS } from './formal/proofs.js';
import { prove, type Verdict } from './formal/prove.js';
import {
  failures,
  isGood,
  type Outcome,
  processorSeconds,
  proofJson,
  proofMarkdown,
  proofTable,
} from './formal/report.js';
import { putJson, runScript } from './script.js';
import { parseWords } from './words.js';

interface Flags {
  readonly filter?: string;
  readonly bugs?: boolean;
  readonly proofs?: boolean;
  /** File, or true for stdout. */
  readonly json?: string | true;
  readonly markdown?: boolean;
  readonly fresh?: boolean;
  readonly list?: boolean;
  readonly jobs: string;
  readonly limit: string;
}

const parseFlags = (args: readonly string[]): Flags =>
  parseWords('formal', args, (command) =>
    command
      .description('proofs about the emitted Verilog, by Yosys, abc and z3; each is also shown to fail on seeded bugs')
      .option('--filter <words>', 'only proofs whose name or blocks have words that begin with all of these')
      .option('--bugs', 'only the seeded bugs: each must make its proof fail')
      .option('--proofs', 'only the proofs, without their seeded bugs')
      .option('--list', 'say what is proved, and prove nothing')
      .option('--json [file]', 'results as JSON, into a file or instead of the table')
      .option('--markdown', 'the table of docs/proofs.md instead')
      .option('--fresh', 'prove again what the cache has')
      .option('--limit <seconds>', 'give up a proof after so long', '300')
      .option('-j, --jobs <n>', 'proofs at a time', '2')
      .addHelpText(
        'after',
        `\nExamples:\n  ${scriptCommand('formal')}\n  ${scriptCommand('formal', '--filter "dma_read" --fresh')}\n  ${scriptCommand('formal', '--bugs --json bugs.json')}\n\nExit codes: 0 every proof holds and finds its seeded bugs, 1 one does not, 2 usage, 3 a tool is missing.\n`,
      ),
  ).opts<Flags>();

const refuse = (problem: Problem): never => {
  throw new UserError([problem]);
};

const matches = ({ name, blocks }: Proof, filter: string | undefined): boolean => {
  const words = [name, ...blocks].flatMap((text) => text.toLowerCase().split(/\s+/));
  const wanted = (filter ?? '').toLowerCase().split(/\s+/);
  return wanted.every((want) => words.some((word) => word.startsWith(want)));
};

interface Task {
  readonly proof: Proof;
  readonly bug?: Bug;
}

const taskName = ({ proof, bug }: Task): string => `${proof.name}${bug ? ` with "${bug.name}"` : ''}`;

const runTasks = async (
  tasks: readonly Task[],
  options: { readonly fresh: boolean; readonly seconds: number; readonly parallel: number },
): Promise<ReadonlyMap<Task, Verdict>> => {
  const verdicts = new Map<Task, Verdict>();
  const underWay = new Set<Task>();
  const progress = new Progress(
    () => `${verdicts.size} of ${tasks.length} done: ${[...underWay].map(taskName).join('; ')}`,
  );
  try {
    const { fresh, seconds, parallel } = options;
    await inParallel(parallel, tasks, async (task) => {
      underWay.add(task);
      verdicts.set(task, await prove(task.proof, { bug: task.bug, fresh, seconds }));
      underWay.delete(task);
      progress.tick();
    });
  } finally {
    progress.end();
  }
  return verdicts;
};

const outcomesOf = (proofs: readonly Proof[], verdicts: ReadonlyMap<Task, Verdict>): readonly Outcome[] =>
  proofs.map((proof) => {
    const mine = [...verdicts].filter(([task]) => task.proof === proof);
    return {
      proof,
      verdict: mine.find(([task]) => !task.bug)?.[1],
      bugs: proof.bugs.flatMap((bug) => {
        const tried = mine.find(([task]) => task.bug === bug);
        return tried ? [{ bug, verdict: tried[1] }] : [];
      }),
    };
  });

const formal = async (flags: Flags): Promise<ExitCode> => {
  const { filter, json, markdown = false, fresh = false } = flags;
  if (typeof json === 'string') checkOutput('--json', json, ['.json']);
  const parallel = wholeNumber('--jobs', flags.jobs, 1, 64);
  const seconds = wholeNumber('--limit', flags.limit, 1, 100_000);
  const proofs = PROOFS.filter((proof) => matches(proof, filter));
  if (proofs.length === 0) {
    const fix = `give words of ${PROOFS.map(({ name }) => name).join(', ')}`;
    refuse({ code: 'NO_PROOFS', path: '--filter', message: `no proof has the words "${filter}"`, fix });
  }
  if (flags.list) {
    for (const { name, property, bounds } of proofs) console.log(`${name}\n  ${property}\n  for: ${bounds}`);
    return EXIT.ok;
  }
  await ensureTools(FORMAL_TOOLS);
  openCache();

  const begin = performance.now();
  const tasks = proofs.flatMap((proof): readonly Task[] => [
    ...(flags.bugs ? [] : [{ proof }]),
    ...(flags.proofs ? [] : proof.bugs.map((bug) => ({ proof, bug }))),
  ]);
  const outcomes = outcomesOf(proofs, await runTasks(tasks, { fresh, seconds, parallel }));
  const spent = Math.round((performance.now() - begin) / 1000);
  const bad = outcomes.filter((outcome) => !isGood(outcome));

  if (json !== undefined) {
    putJson(json, { seconds: spent, cpu: Math.round(processorSeconds(outcomes)), proofs: proofJson(outcomes) });
  }
  if (markdown) process.stdout.write(proofMarkdown(outcomes));
  else if (json !== true) {
    console.log(proofTable(outcomes, picocolors.isColorSupported));
    const summary = `${outcomes.length - bad.length} of ${outcomes.length} good, in ${spent} s; all of it takes ${Math.round(processorSeconds(outcomes))} s of a processor`;
    console.log(bad.length > 0 ? picocolors.red(summary) : picocolors.green(summary));
  }
  for (const line of failures(outcomes)) console.error(line);
  return bad.length > 0 ? EXIT.failed : EXIT.ok;
};

await runScript((args) => formal(parseFlags(args)));
