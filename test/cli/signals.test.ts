import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingTools } from '../../generator/base/tools.js';
import { main, script, until } from '../processes.js';
import { temporaryFolders } from '../temporary.js';
import { ON_ODD, tinyFiles } from '../train/tiny.js';

const folder = temporaryFolders();

/** A process that runs: its parent, and when it began, as numbers of processes are used again. */
interface Running {
  readonly parent: number;
  readonly began: string;
}

const processes = (): ReadonlyMap<number, Running> =>
  new Map(
    fs
      .readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = fs
            .readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ');
          // stat is what follows the name: state, parent, … and as the 20th the start
          return stat[0] === 'Z' ? [] : [[Number(name), { parent: Number(stat[1]), began: stat[19]! }] as const];
        } catch {
          return [];
        }
      }),
  );

const descendants = (root: number): readonly number[] => {
  const all = processes();
  const found = new Set([root]);
  for (const pid of found) for (const [child, { parent }] of all) if (parent === pid) found.add(child);
  return [...found].filter((pid) => pid !== root);
};

/** Stands in for a tool: it writes half of what it is told to, starts processes of its own, and never ends. */
const TOOL = `#!/bin/sh
case "$*" in
    --version|-V|"-q version") exec REAL "$@" ;;
esac
for word in "$@"; do case $word in +waves=*) echo half > "\${word#+waves=}" ;; esac; done
echo half > half
mktemp > /dev/null
sh -c 'sleep 100000 & sleep 100000' &
echo begun > BEGUN
wait
`;

interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly begun: string;
  readonly cwd: string;
  readonly cache: string;
  readonly temporary: string;
}

/** An empty place to work in, where these tools never end. */
const place = (tools: readonly string[]): Place => {
  const root = folder();
  const at = (name: string): string => {
    fs.mkdirSync(join(root, name));
    return join(root, name);
  };
  const [bin, cwd, cache, temporary] = ['bin', 'work', 'cache', 'tmp'].map(at) as [string, string, string, string];
  const begun = join(root, 'begun');
  for (const tool of tools) {
    const paths = (process.env.PATH ?? '').split(':').map((path) => join(path, tool));
    const real = paths.find((path) => fs.existsSync(path)) ?? 'false';
    fs.writeFileSync(join(bin, tool), TOOL.replace('REAL', real).replace('BEGUN', begun), { mode: 0o755 });
  }
  const env = {
    ...process.env,
    ...{ PATH: `${bin}:${process.env.PATH}`, TMPDIR: temporary, BP_IM2COL_CACHE: cache },
  };
  return { env, begun, cwd, cache, temporary };
};

const TINY = ['--preset', 'tiny4', '--layer', 'C=2,H=4,W=4,N=2,K=3,P=1', '--pass', 'fprop'];

const commands: Readonly<Record<string, readonly [tools: readonly string[], args: readonly string[]]>> = {
  'run, building': [['verilator'], [main, 'run', ...TINY]],
  'run, with waves': [['vvp'], [main, 'run', ...TINY, '--simulator', 'icarus', '--waves', 'a.vcd', '--out', 'a.npy']],
  synth: [['yosys'], [main, 'synth', 'tiny4', '--netlist', 'a.v']],
  sim: [['iverilog'], [script('sim'), '--preset', 'tiny4', '--simulator', 'icarus', '--json-summary', 'a.json']],
  bench: [['verilator'], [script('benchmark'), '--filter', 'L3 fprop bp', '--json', 'a.json']],
  soak: [
    ['verilator', 'iverilog'],
    [script('soak'), '--json', 'a.json'],
  ],
  mutate: [['iverilog'], [script('mutate'), '--filter', 'fifo', '--json', 'a.json']],
  formal: [['yosys'], [script('formal'), '--filter', 'fifo', '--json', 'a.json']],
  gates: [['yosys'], [script('gates')]],
  coverage: [['verilator'], [script('coverage'), '--json', 'a.json']],
  block: [['vvp'], [script('block'), 'fifo', '--waves', 'a.vcd']],
};

/** Ends a command when its tools are at work, and sees that nothing of it is left. */
const endedBy = async (
  signal: NodeJS.Signals,
  { env, begun, cwd, cache, temporary }: Place,
  command: string,
  args: readonly string[],
  isBegun = () => fs.existsSync(begun),
): Promise<void> => {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise((resolveEnd) => child.once('exit', (...how) => resolveEnd(how)));
  await until('it is at work', () => isBegun() || child.exitCode !== null);
  expect(child.exitCode, said).toBe(null);
  const started = descendants(child.pid!);
  const before = processes();
  expect(started.length).toBeGreaterThan(1);
  child.kill(signal);
  expect(await ended).toEqual([null, signal]);
  await until('what it started has ended', () => {
    const running = processes();
    return started.every(
      (pid) => running.get(pid)?.began === undefined || running.get(pid)!.began !== before.get(pid)?.began,
    );
  });
  expect(fs.readdirSync(cwd)).toEqual([]);
  expect(fs.readdirSync(temporary)).toEqual([]);
  const left = fs.readdirSync(cache, { recursive: true }) as string[];
  expect(left.filter((path) => /\.\d{13}|half/.test(path))).toEqual([]);
};

describe.skipIf(missingTools(['verilator', 'iverilog', 'yosys', 'z3']).length > 0)('a command that is ended', () => {
  it.each(Object.keys(commands))('ends what it started, and leaves nothing half made: %s', async (name) => {
    const [tools, args] = commands[name]!;
    await endedBy('SIGTERM', place(tools), process.execPath, args);
  });

  it.each(['SIGINT', 'SIGHUP', 'SIGKILL'] as const)('by %s does so, too', async (signal) => {
    for (const name of ['run, building', 'run, with waves']) {
      const [tools, args] = commands[name]!;
      await endedBy(signal, place(tools), process.execPath, args);
    }
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'by %s ends the workers of its model',
    async (signal) => {
      const args = [main, 'estimate', 'B=64,C=512,H=112,W=112,N=512,K=3,S=2,P=1', '--pass', 'wgrad', '--engine', 'bp'];
      const at = place([]);
      // nothing says from outside when a worker is at work: it has started when its guard has
      let child = 0;
      const isBegun = (): boolean => {
        const now = descendants(process.pid).find((pid) => {
          try {
            return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('predictWorker');
          } catch {
            return false;
          }
        });
        child = now ?? child;
        return now !== undefined;
      };
      await endedBy(signal, at, process.execPath, args, isBegun);
      expect(processes().has(child)).toBe(false);
    },
  );

  it.each(['SIGTERM', 'SIGHUP'] as const)('through npm, by %s to npm alone, does so, too', async (signal) => {
    const [tools, args] = commands['run, building']!;
    await endedBy(signal, place(tools), 'npm', ['exec', '--offline', '--', process.execPath, ...args]);
  });
});

it('a training that is asked to end by SIGINT ends after its step, keeps what it has learnt, and goes on from there', async () => {
  const root = folder();
  const { model, data } = await tinyFiles(root);
  const [kept, log] = [join(root, 'kept.json'), join(root, 'log.json')];
  const options = ['--data', data, '--batch', '4', '--checkpoint', kept, ...ON_ODD];
  const args = [main, 'train', model, ...options, '--steps', '1000000', '--log', log];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise((resolveEnd) => child.once('exit', (...how) => resolveEnd(how)));
  await until('it has kept something', () => fs.existsSync(kept) || child.exitCode !== null);
  child.kill('SIGINT');
  expect(await ended, said).toEqual([0, null]);
  const { stopped, steps } = JSON.parse(fs.readFileSync(log, 'utf8'));
  const { step } = JSON.parse(fs.readFileSync(kept, 'utf8'));
  expect({ stopped, step }).toEqual({ stopped: true, step: steps.length });
  const again = execFileSync(process.execPath, [main, 'train', model, ...options, '--steps', `${step + 1}`, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(JSON.parse(`${again}`).steps.slice(0, step)).toEqual(steps);
});

it('npm scripts are what their shells become, so that they get the signals that npm hands on', () => {
  const { scripts } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const started = Object.entries(scripts).filter(([name]) => !['build', 'prepare', 'types', 'lint'].includes(name));
  for (const [name, text] of started) expect(text, name).toMatch(/(^|&& )exec (node|vitest|typedoc)\b[^&;|]*$/);
});
