import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { ensureTools } from '../../generator/base/tools.js';
import { EXIT } from '../../generator/cli/context.js';
import { randomWords } from '../../generator/compile/workload.js';
import { presets } from '../../generator/description/presets.js';
import { localPool } from '../../generator/pool/local.js';
import type { Pool, Refusal } from '../../generator/pool/pool.js';
import type { Result } from '../../generator/pool/shared.js';
import { type SlurmOptions, slurmPool } from '../../generator/pool/slurm.js';
import { cacheKey } from '../../generator/run/simulators/cache.js';
import { regressionCases } from '../../scripts/cases.js';
import { chooseMutants } from '../../scripts/mutation/choose.js';
import { caseSeed } from '../../scripts/soak/case.js';
import { main, script, until } from '../processes.js';
import { temporaryFolders } from '../temporary.js';
import { type Cluster, CPUS, startCluster } from './cluster.js';

const missing = await ensureTools(['sbatch', 'squeue', 'scancel', 'slurmctld', 'slurmd', 'munged']).then(
  () => '',
  (error: Error) => error.message,
);
if (missing) console.warn(`not tried on Slurm: ${missing}`);

const folder = temporaryFolders();
const built = (path: string): string => pathToFileURL(resolve('dist', path)).href;

const SPEC = 'C=4,H=6,W=6,N=4,K=3,S=2,P=1';

/** A job of the tests: it notes that it has begun, waits for a file or for some time, and returns its name. */
interface Job {
  readonly name: string;
  readonly gate?: string;
  readonly milliseconds?: number;
  /** Its process ends with this instead. */
  readonly dies?: number;
  /** What is wrong with it. */
  readonly wrong?: string;
}

interface Outcome {
  readonly done: string;
}

/** A job that a worker has begun. */
interface Begun {
  readonly name: string;
  readonly worker: string;
  readonly node: string;
}

/** A place for a pool: its shared folder, and a program for its workers, which notes what they begin. */
const place = () => {
  const root = folder();
  const notes = join(root, 'begun');
  mkdirSync(notes);
  const path = join(root, 'worker.mjs');
  writeFileSync(
    path,
    `import { appendFileSync, existsSync, writeSync } from 'node:fs';
import { exit } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerJobs } from ${JSON.stringify(built('generator/pool/answer.js'))};
import { UserError } from ${JSON.stringify(built('generator/base/errors.js'))};
const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task, SLURM_RESTART_COUNT: restart = '0', SLURMD_NODENAME: node } = process.env;
const worker = \`\${job}_\${task}.\${restart}\`;
answerJobs('test', async ({ name, gate, milliseconds = 0, dies, wrong }) => {
  appendFileSync(${JSON.stringify(notes)} + '/' + worker, JSON.stringify({ name, worker, node }) + '\\n');
  if (dies !== undefined) {
    writeSync(2, 'no memory for ' + name + '\\n');
    exit(dies);
  }
  if (wrong !== undefined) throw new UserError([{ code: 'WRONG', path: name, message: wrong, fix: 'none' }]);
  while (gate !== undefined && !existsSync(gate)) await sleep(20);
  if (milliseconds > 0) await sleep(milliseconds);
  return { done: name };
});
`,
  );
  const begun = (): readonly Begun[] =>
    readdirSync(notes).flatMap((name) =>
      readFileSync(join(notes, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Begun),
    );
  const shared = join(root, 'shared');
  /** What is in the shared folder, a level below it. */
  const left = (): readonly string[] =>
    ['results', 'runs']
      .map((name) => join(shared, name))
      .flatMap((path) => (existsSync(path) ? readdirSync(path) : []));
  return { root, program: pathToFileURL(path), path, shared, begun, left, gate: join(root, 'gate') };
};

const keyOf = (job: Job): string => cacheKey('job', [JSON.stringify(job)]);

/** Has a pool do jobs; the outcomes in the order of the jobs. */
const doneBy = async (pool: Pool, program: URL, jobs: readonly Job[]): Promise<readonly (Outcome | Refusal)[]> => {
  const outcomes: (Outcome | Refusal)[] = [];
  await pool.run<Job, Outcome>({
    ...{ program, what: 'test', jobs, keyOf, nameOf: ({ name }) => name },
    onOutcome: (index, outcome) => {
      expect(outcomes[index], 'one outcome for each').toBeUndefined();
      outcomes[index] = outcome;
    },
  });
  return outcomes;
};

const right = (jobs: readonly Job[]): readonly Outcome[] => jobs.map(({ name }) => ({ done: name }));
const named = (count: number, more: Partial<Job> = {}): readonly Job[] =>
  Array.from({ length: count }, (_, index) => ({ name: `job ${index}`, ...more }));

describe.skipIf(missing !== '')('on Slurm', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());
  beforeEach(() => vi.stubEnv('SLURM_CONF', cluster.env.SLURM_CONF));
  afterEach(async () => {
    vi.unstubAllEnvs();
    cluster.slurm('scancel', `--user=${userInfo().username}`);
    await cluster.idle();
  });

  const poolOf = (shared: string, more: Partial<SlurmOptions> = {}) => {
    const said: string[] = [];
    const pool = slurmPool({ shared, parallel: 4, askSeconds: 0.3, say: (line) => said.push(line), ...more });
    return { pool, said };
  };

  it('2,000 jobs are done once each, and keep the workers busy for 95 % of the time and more', async () => {
    const { program, shared, begun, left } = place();
    const next = randomWords(1);
    const jobs = named(2000).map((job) => ({ ...job, milliseconds: 20 + (next() % 181) }));
    const { pool, said } = poolOf(shared, { parallel: 2 * CPUS });
    expect(await doneBy(pool, program, jobs)).toEqual(right(jobs));
    expect(
      begun()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(jobs.map(({ name }) => name).sort());

    const results = jobs.map(
      (job) => JSON.parse(readFileSync(join(shared, 'results', `${keyOf(job)}.json`), 'utf8')) as Result,
    );
    const workers = new Set(results.map(({ worker }) => worker)).size;
    const busy = results.reduce((sum, { begin, end }) => sum + end - begin, 0);
    const last = Math.max(...results.map(({ end }) => end));
    const span = last - Math.min(...results.map(({ up }) => up));
    const share = busy / (workers * span);
    // how long a worker takes to come up says more of the machine and its load than of how jobs are handed out
    const firsts = new Map<string, number>();
    for (const { worker, begin } of results) firsts.set(worker, Math.min(begin, firsts.get(worker) ?? begin));
    const handedOut = busy / [...firsts.values()].reduce((sum, first) => sum + last - first, 0);
    const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
    console.log(
      `${workers} workers, ${(span / 1000).toFixed(1)} s: busy ${percent(share)} from the start of the first one,`,
    );
    console.log(`${percent(handedOut)} from the first job of each, to the end of the last job of all`);
    expect(new Set(results.map(({ node }) => node)).size).toBe(2);
    expect(workers).toBe(2 * CPUS);
    expect(handedOut).toBeGreaterThanOrEqual(0.95);
    expect(said.at(-1)).toBe(
      `2,000 jobs by ${workers} workers on 2 nodes, busy ${(100 * share).toFixed(1)}\u00a0% of the time`,
    );
    pool.end();
    expect(left()).toEqual([]);
    expect(existsSync(shared)).toBe(false);
  });

  it('a node that dies loses nothing: its jobs run again, and its tasks too', async () => {
    const { program, shared, begun, gate, left } = place();
    const jobs = named(8, { gate });
    const { pool, said } = poolOf(shared);
    const done = doneBy(pool, program, jobs);
    await until('four jobs have begun', () => begun().length === 4);
    const lost = begun().filter(({ node }) => node === 'n1');
    expect(lost).toHaveLength(2);
    cluster.killNode('n1');
    const tasks = lost.map(({ worker }) => worker.replace(/\.0$/, ''));
    const queue = (): string => cluster.slurm('squeue', '-h', '-r', '-o', '%i %t');
    expect(
      queue()
        .split('\n')
        .filter((line) => line.endsWith(' PD'))
        .sort(),
      'requeued',
    ).toEqual(tasks.map((task) => `${task} PD`).sort());
    const told = lost.map(({ worker, name }) => `worker ${worker} has ended; its job runs again: ${name}`);
    await until('their jobs are free', () => told.every((line) => said.includes(line)));
    // Slurm waits two minutes before it begins them again; whoever runs the cluster need not
    for (const task of tasks) cluster.slurm('scontrol', 'update', `JobId=${task}`, 'StartTime=now');
    const hasEnded = (task: string): boolean => !queue().includes(`${task} `);
    await until('they have begun again', () => begun().length === 6 || tasks.some(hasEnded));
    const again = begun().filter(({ worker }) => worker.endsWith('.1'));
    expect(again.map(({ name }) => name).sort()).toEqual(lost.map(({ name }) => name).sort());
    expect(again.map(({ node }) => node)).toEqual(['n2', 'n2']);
    writeFileSync(gate, '');
    expect(await done).toEqual(right(jobs));
    expect(begun()).toHaveLength(10);
    expect(said.filter((line) => line.startsWith('Slurm job'))).toHaveLength(1);
    pool.end();
    expect(left()).toEqual([]);
    await cluster.startNode('n1');
  });

  it('a job whose worker ends each time is given up, with its log and what runs it here; all others are done', async () => {
    const { program, path, shared, begun, root } = place();
    const jobs = [...named(5), { name: 'large', dies: 7 }, { name: 'odd', wrong: 'it is odd' }];
    const { pool, said } = poolOf(shared, { parallel: 2 });
    const outcomes = await doneBy(pool, program, jobs);
    expect(outcomes.slice(0, 5)).toEqual(right(jobs.slice(0, 5)));
    expect(outcomes[6]).toEqual({ problem: { code: 'WRONG', path: 'odd', message: 'it is odd', fix: 'none' } });
    const { problem } = outcomes[5] as Refusal;
    expect(problem).toMatchObject({
      ...{ code: 'WORKER', path: 'large' },
      message: 'its worker has ended 3 times before it was done; the last one said: no memory for large',
    });
    expect(begun().filter(({ name }) => name === 'large')).toHaveLength(3);
    expect(said.filter((line) => line.endsWith('its job runs again: large'))).toHaveLength(2);
    const [, log, node, ...args] = /^see (\S+\.log); to run it here: (\S+) (\S+) (\S+) (\S+)$/.exec(problem.fix)!;
    expect(readFileSync(log!, 'utf8')).toContain('no memory for large');
    const again = spawnSync(node!, args, { encoding: 'utf8', cwd: root });
    expect([args[0], again.status, again.stderr]).toEqual([path, 7, 'no memory for large\n']);
    // what was refused, and what has failed, has another chance the next time
    expect(readdirSync(join(shared, 'results')).sort()).toEqual(
      jobs
        .slice(0, 5)
        .map((job) => `${keyOf(job)}.json`)
        .sort(),
    );
  });

  it('workers that cannot work are one error, with what they said', async () => {
    const { shared, root } = place();
    const path = join(root, 'broken.mjs');
    writeFileSync(path, "process.stderr.write('no such library\\n'); process.exitCode = 1;");
    const { pool, said } = poolOf(shared, { parallel: 2 });
    const error = await doneBy(pool, pathToFileURL(path), named(3)).then(
      () => undefined,
      (thrown: UserError) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    const [problem] = error!.problems;
    expect(problem!.message).toBe('its tasks have ended 3 times without a result; the last one said: no such library');
    expect(problem!.fix).toContain(shared);
    expect(said.filter((line) => line.startsWith('Slurm job'))).toHaveLength(3);
  });

  it('no more jobs are begun when the work is over', async () => {
    const { program, shared, begun, gate } = place();
    const { pool } = poolOf(shared, { parallel: 2 });
    const done: number[] = [];
    let isOver = false;
    const jobs = named(20, { gate });
    const work = pool.run<Job, Outcome>({
      ...{ program, what: 'test', jobs, keyOf, nameOf: ({ name }) => name, isOver: () => isOver },
      onOutcome: (index) => done.push(index),
    });
    await until('two jobs have begun', () => begun().length === 2);
    isOver = true;
    const [run] = readdirSync(join(shared, 'runs'));
    await until('the workers are told', () => existsSync(join(shared, 'runs', run!, 'stop')));
    writeFileSync(gate, '');
    await work;
    expect(done.sort()).toEqual([0, 1]);
    expect(begun()).toHaveLength(2);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'what is ended by %s leaves nothing in the queue, and a second start goes on from there',
    async (signal) => {
      const { program, shared, begun, gate, left, root } = place();
      const jobs = [...named(4), ...named(4, { gate }).map((job) => ({ ...job, name: `gated ${job.name}` }))];
      const [front, seen] = [join(root, 'front.mjs'), join(root, 'seen')];
      writeFileSync(
        front,
        `import { slurmPool } from ${JSON.stringify(built('generator/pool/slurm.js'))};
import { cacheKey } from ${JSON.stringify(built('generator/run/simulators/cache.js'))};
import { appendFileSync } from 'node:fs';
const jobs = ${JSON.stringify(jobs)};
await slurmPool({ shared: ${JSON.stringify(shared)}, parallel: 2, say: () => undefined }).run({
  program: new URL(${JSON.stringify(program.href)}), what: 'test', jobs,
  keyOf: (job) => cacheKey('job', [JSON.stringify(job)]), nameOf: ({ name }) => name,
  onOutcome: () => appendFileSync(${JSON.stringify(seen)}, '.'),
});`,
      );
      const child = spawn(process.execPath, [front], { stdio: 'inherit' });
      const ended = once(child, 'exit');
      await until('four jobs are done', () => existsSync(seen) && readFileSync(seen, 'utf8') === '....');
      await until('two jobs wait', () => begun().filter(({ name }) => name.startsWith('gated')).length === 2);
      child.kill(signal);
      expect(await ended).toEqual([null, signal]);
      await until('the queue is empty', () => cluster.slurm('squeue', '-h') === '');
      await until('its run is gone', () => readdirSync(join(shared, 'runs')).length === 0);
      expect(left()).toHaveLength(4);

      writeFileSync(gate, '');
      const { pool, said } = poolOf(shared, { parallel: 2 });
      expect(await doneBy(pool, program, jobs)).toEqual(right(jobs));
      expect(said[0]).toBe('4 of 8 jobs were done before');
      const times = (name: string): number => begun().filter((each) => each.name === name).length;
      expect(jobs.map(({ name }) => times(name))).toEqual([1, 1, 1, 1, 2, 2, 1, 1]);
      pool.end();
      expect(left()).toEqual([]);
    },
  );

  describe('the commands', () => {
    const run = (cwd: string, path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      spawnSync(process.execPath, [path, ...args], {
        ...{ cwd, encoding: 'utf8', maxBuffer: 1 << 26 },
        env: { ...process.env, NO_COLOR: '1', ...env },
      });
    const SPACE = ['explore', SPEC, '--preset', 'tiny4', '--vary', 'array=2x2,4x4', '--vary', 'axi.dataWidth=32,64'];
    const on = (root: string): readonly string[] => ['--on', 'slurm', '--jobs', '4', '--shared', join(root, 'shared')];

    it('explore finds the same as on this machine, and leaves nothing', () => {
      const root = folder();
      const here = run(root, main, SPACE, { BP_IM2COL_CACHE: join(root, 'here') });
      const there = run(root, main, [...SPACE, ...on(root)], { BP_IM2COL_CACHE: join(root, 'there') });
      expect(there.stderr).toMatch(
        /^Slurm job \d+: 4 tasks for 12 jobs\n(.*wait.*\n)*12 jobs by [1-4] workers on [12] nodes/,
      );
      expect({ code: there.status, out: there.stdout }).toEqual({ code: EXIT.ok, out: here.stdout });
      expect(readdirSync(root).sort()).toEqual(['here', 'there']);
    });

    it('explore that is ended by Ctrl-C says so, and cancels its tasks', async () => {
      const root = folder();
      const long = ['explore', 'B=64,C=512,H=112,W=112,N=512,K=3,S=2,P=1', '--pass', 'wgrad', '--engine', 'bp'];
      const args = [main, ...long, '--vary', 'axi.dataWidth=128,256', ...on(root)];
      const env = { ...process.env, BP_IM2COL_CACHE: join(root, 'cache') };
      const child: ChildProcess = spawn(process.execPath, args, {
        cwd: root,
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr!.on('data', (text) => {
        said += text;
      });
      const ended = once(child, 'exit');
      const runs = join(root, 'shared', 'runs');
      const isAtWork = (): boolean =>
        existsSync(runs) && readdirSync(runs, { recursive: true }).some((name) => /claims\/./.test(`${name}`));
      await until('a worker is at work', () => isAtWork() || child.exitCode !== null);
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      expect(said).toContain('the same command goes on from there');
      await until('the queue is empty', () => cluster.slurm('squeue', '-h') === '');
      await until('its run is gone', () => readdirSync(runs).length === 0);
    });

    it.each<readonly [string, string, readonly string[]]>([
      ['explore', main, SPACE],
      ['bench', script('benchmark'), ['--steps', 'digits']],
      ['sim', script('sim'), ['--preset', 'ice', '--simulator', 'icarus']],
      ['soak', script('soak'), ['--configurations', '1']],
      ['mutate', script('mutate'), ['--filter', 'skew']],
    ])('%s says in one line what Slurm refuses', (_name, path, args) => {
      const root = folder();
      const more = [...on(root), '--partition', 'nothing'];
      const { status, stdout, stderr } = run(root, path, [...args, ...more], { BP_IM2COL_CACHE: join(root, 'cache') });
      expect(stderr).toMatch(/^error\n {2}sbatch: (?!error).*[Pp]artition.* \[SLURM\]\n {4}fix: .*\n$/);
      expect(stdout).toMatch(/^(\d+ cases, seed 1\n)?$/);
      expect(status).toBe(EXIT.usage);
      expect(existsSync(join(root, 'shared'))).toBe(false);
    });

    it('say that Slurm does not answer', () => {
      const root = folder();
      writeFileSync(join(root, 'squeue'), '#!/bin/sh\necho "squeue: error: no controller" >&2\nexit 1\n', {
        mode: 0o755,
      });
      const env = { BP_IM2COL_CACHE: join(root, 'cache'), PATH: `${root}:${process.env.PATH}` };
      const { status, stderr } = run(root, main, [...SPACE, ...on(root)], env);
      expect(stderr).toMatch(/^error\n {2}squeue: no controller \[SLURM\]\n {4}fix: see whether sinfo answers.*\n$/);
      expect(status).toBe(EXIT.usage);
      expect(existsSync(join(root, 'shared'))).toBe(false);
    });
  });

  /** Without what depends on the speed of the machine. */
  const withoutSeconds = (outcomes: unknown): unknown =>
    JSON.parse(JSON.stringify(outcomes, (key, value: unknown) => (key === 'seconds' ? undefined : value)));

  const CASES = regressionCases({
    ...{ presets: ['ice'], engines: ['zerofree'], passes: ['fprop'], simulators: ['icarus'] },
    ...{ seed: 1, random: 0, long: false },
  });
  const [SKEW] = chooseMutants(1, 1, 'skew');

  it.each<readonly [string, string, readonly object[], (outcome: object) => boolean]>([
    [
      'bench',
      'benchmark/worker.js',
      [{ job: { layer: 'small', spec: SPEC, config: presets.tiny4, pass: 'dgrad', engine: 'bp' }, fresh: true }],
      (outcome) => 'cycles' in outcome && 'result' in outcome,
    ],
    ['sim', 'simWorker.js', [{ run: CASES[0] }], (outcome) => 'passed' in outcome && outcome.passed === true],
    ['soak', 'soak/worker.js', [{ seed: caseSeed(1, 97, 0) }], (outcome) => 'result' in outcome],
    [
      'mutate',
      'mutation/worker.js',
      SKEW!.mutations.slice(0, 2).map((mutation) => ({ block: SKEW!.block, mutation })),
      (outcome) => 'status' in outcome,
    ],
  ])('the jobs of %s have the same outcomes as on this machine', async (_name, program, jobs, isRight) => {
    const { pool } = poolOf(join(folder(), 'shared'));
    const [here, there] = [[], []] as [object[], object[]];
    for (const [where, outcomes] of [
      [localPool(2), here],
      [pool, there],
    ] as const) {
      await where.run<object, object>({
        ...{ program: new URL(built(`scripts/${program}`)), what: 'test', jobs, nameOf: () => 'a job' },
        keyOf: (job) => cacheKey('job', [JSON.stringify(job)]),
        onOutcome: (index, outcome) => {
          outcomes[index] = outcome;
        },
      });
    }
    expect(here.filter(isRight), JSON.stringify(here)).toHaveLength(jobs.length);
    expect(withoutSeconds(there)).toEqual(withoutSeconds(here));
  });
});
