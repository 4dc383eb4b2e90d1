import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { main } from '../processes.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

/** How often a function was called, as V8 says. */
interface V8Function {
  readonly functionName: string;
  readonly ranges: readonly { readonly count: number }[];
}

const shell = (script: string, cwd: string, env: Readonly<Record<string, string>> = {}) =>
  spawnSync('bash', ['-c', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', MAIN: main, NODE: process.execPath, ...env },
  });

describe('npm scripts, as processes', () => {
  it.each([
    [['block'], 'missing required argument'],
    [['block', 'fifo', '--seed', 'x'], '--seed: "x" is not a whole number'],
    [['block', 'fifi'], 'named "fifi"'],
    [['block', 'fifo', '--waves', 'x.txt'], '--waves x.txt: the name does not end in .vcd'],
    [['benchmark', '--quick', '--validate'], "'--quick' cannot be used with option '--validate'"],
    [['benchmark', '--quick', '--only', 'sizes'], "'--quick' cannot be used with option '--only <parts>'"],
    [['benchmark', '--quick', '--markdown'], "'--quick' cannot be used with option '--markdown'"],
    [['benchmark', '--validate', '--filter', 'L1'], "'--validate' cannot be used with option '--filter <words>'"],
    [['benchmark', '--fresh', '--cached'], "'--fresh' cannot be used with option '--cached'"],
    [['sim', '--pass', 'x'], 'fix: take one of fprop, dgrad, wgrad'],
    [['sim', '--engine', 'bp,bp'], '--engine: "bp" is there twice'],
    [['benchmark', '--only', 'sizes, sizes'], '--only: "sizes" is there twice'],
    [['benchmark', '--json', 'no/such/r.json'], 'there is no folder no/such'],
    [['sim', '--json-summary', 'no/such/r.json'], 'there is no folder no/such'],
  ])('refuse %j with exit 2', ([script, ...args], message) => {
    const run = spawnSync(process.execPath, [resolve(`dist/scripts/${script}.js`), ...args], {
      cwd: folder(),
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('wrong words after an npm script', () => {
  const scripts = ['sim', 'bench', 'formal', 'gates', 'coverage', 'soak', 'mutate', 'block', 'diagrams', 'tools'];

  it.each(scripts)('npm run %s names its own help', (name) => {
    const { scripts: known } = JSON.parse(readFileSync('package.json', 'utf8'));
    const file = resolve(/dist\/scripts\/\w+\.js/.exec(known[name])![0]);
    const run = (cwd: string, word: string) =>
      spawnSync(process.execPath, [file, word], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
    const inside = run(resolve('.'), '--nonsense');
    expect(inside.status).toBe(2);
    expect(inside.stderr).toContain(
      `error: unknown option '--nonsense'\n  "npm run ${name} -- --help" shows what there is\n`,
    );
    // elsewhere there is no such script
    const elsewhere = folder();
    const outside = run(elsewhere, '--nonsense');
    expect(outside.stderr).toContain(`\n  "node ${file} --help" shows what there is\n`);
    const help = run(elsewhere, '--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toContain(`Usage: node ${file}`);
    expect(help.stdout).not.toContain('npm run');
  });
});

describe('the program, as a process', () => {
  it('starts fast: to generate, it loads no other command and none of their packages, and compiles no template', () => {
    // what it does, not how long it takes: that is the machine's and its load's
    const root = folder();
    const coverage = join(root, 'coverage');
    const run = shell('"$NODE" "$MAIN" generate ref16', root, { NODE_V8_COVERAGE: coverage });
    expect(run.status, run.stderr).toBe(0);
    const [file] = readdirSync(coverage);
    const { result } = JSON.parse(readFileSync(join(coverage, file!), 'utf8')) as {
      readonly result: readonly { readonly url: string; readonly functions: readonly V8Function[] }[];
    };
    const loaded = result.filter(({ url }) => url.startsWith('file:'));
    const packages = loaded.flatMap(({ url }) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(['commander', 'handlebars', 'picocolors', 'source-map', 'zod']);
    const own = loaded.flatMap(({ url }) => /\/dist\/((?:generator|scripts)\/.*)/.exec(url)?.[1] ?? []);
    expect(own).toContain('generator/emit/generate.js');
    expect(own.filter((path) => /^scripts\/(?!synth\/(devices|targets)\.js$)/.test(path))).toEqual([]);
    const compiling = loaded
      .filter(({ url }) => /handlebars\/compiler\/(javascript-)?compiler\.js$/.test(url))
      .flatMap(({ functions }) => functions.filter(({ functionName }) => functionName === 'compile'));
    expect(compiling.length).toBeGreaterThan(0);
    expect(compiling.flatMap(({ ranges }) => ranges.map(({ count }) => count)).every((count) => count === 0)).toBe(
      true,
    );
  });

  it('is content when its reader has gone away', () => {
    const run = shell('set -o pipefail; "$NODE" "$MAIN" schema | true; echo $?', folder());
    expect({ out: run.stdout, err: run.stderr }).toEqual({ out: '0\n', err: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full, and exits with 2', () => {
    const run = shell('"$NODE" "$MAIN" schema > /dev/full', folder());
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('standard output: the disk is full [ENOSPC]');
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    ['', { FORCE_COLOR: '1', NO_COLOR: '' }, true],
    ['--no-color', { FORCE_COLOR: '1', NO_COLOR: '' }, false],
    ['', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['', { FORCE_COLOR: '', NO_COLOR: '' }, false],
  ])('colours: "%s" %j', (flag, env, coloured) => {
    const run = shell(`"$NODE" "$MAIN" generate nothing ${flag}`, folder(), env);
    expect(run.status).toBe(2);
    expect(run.stderr.includes('\x1b')).toBe(coloured);
  });

  const hasScript = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript).each([
    ['analyze C=4,H=4,W=4,N=4,K=3 > file', false, false],
    ['analyze C=4,H=4,W=4,N=4,K=3 2> file', true, false],
    ['generate nothing > file', true, false],
    ['generate nothing 2> file', false, false],
    ['--no-color analyze C=4,H=4,W=4,N=4,K=3', false, false],
  ])('colours what goes to the terminal, not what goes to a file: %s', (words, onTerminal, inFile) => {
    const root = folder();
    const plain = { NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm' };
    const run = shell(`script -qec '"$NODE" "$MAIN" ${words}' /dev/null < /dev/null`, root, plain);
    expect(run.stdout.includes('\x1b[')).toBe(onTerminal);
    const file = join(root, 'file');
    if (existsSync(file)) expect(readFileSync(file, 'utf8').includes('\x1b')).toBe(inFile);
  });
});

describe('a signal', () => {
  const code = { SIGINT: 130, SIGTERM: 143 } as const;
  const signals = ['SIGINT', 'SIGTERM'] as const;

  it.each(signals)('%s while a folder is replaced leaves the new one, and nothing beside it', (signal) => {
    const script = `
      import { writeFolder } from '${resolve('dist/generator/emit/output.js')}';
      import { manifestFile } from '${resolve('dist/generator/emit/manifest.js')}';
      import { presets } from '${resolve('dist/generator/description/presets.js')}';
      const write = (text, hit) => {
        const files = ['a.v', 'b.v'].map((path) => ({ path, text }));
        const [first, ...others] = [manifestFile(presets.tiny4, files), ...files];
        writeFolder('out', [{ path: first.path, get text() { hit(); return first.text; } }, ...others]);
      };
      write('1', () => undefined);
      write('2', () => process.kill(process.pid, '${signal}'));
      setTimeout(() => console.log('went on'), 5000);
    `;
    const root = folder();
    const run = shell('"$NODE" --input-type=module -e "$SCRIPT"; echo $?', root, { SCRIPT: script });
    expect(run.stdout).toBe(`${code[signal]}\n`);
    expect(readdirSync(root)).toEqual(['out']);
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['a.v', 'b.v', 'manifest.json']);
    expect(readFileSync(join(root, 'out/b.v'), 'utf8')).toBe('2');
  });
});

it('a worker of the model whose asker has gone ends without a word', async () => {
  const worker = fork(resolve('dist/generator/run/predictWorker.js'), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const ended = once(worker, 'exit');
  const job = (spec: string) => ({ layer: 'a', spec, config: presets.tiny4, pass: 'fprop', engine: 'zerofree' });
  worker.send(job('C=4,H=4,W=4,N=4,K=3'));
  await once(worker, 'message');
  worker.send(job('C=32,H=16,W=16,N=32,K=3'), () => worker.disconnect());
  const said = await Promise.all([text(worker.stdout!), text(worker.stderr!)]);
  expect([await ended, ...said]).toEqual([[1, null], '', '']);
});
