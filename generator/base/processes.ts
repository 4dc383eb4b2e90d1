import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { UserError } from './errors.js';
import { uninterrupted } from './uninterrupted.js';

/**
 * The guard: a shell that is told what must not outlast this process: process groups, tasks of Slurm and paths. It learns of our end,
 * whatever ended us (a signal that nobody can catch, too), because its input ends; then it kills and removes them.
 */
const GUARD = `
set -f
IFS='
'
held=
while read -r line; do
    case $line in
        +*) held="$held\${line#+}$IFS" ;;
        -*)
            kept=
            for each in $held; do [ "$each" = "\${line#-}" ] || kept="$kept$each$IFS"; done
            held=$kept ;;
    esac
done
for each in $held; do case $each in group:*) kill -s KILL -- "-\${each#group:}" ;; esac; done
for each in $held; do case $each in tasks:*) scancel --quiet "--name=\${each#tasks:}" ;; esac; done
for each in $held; do
    case $each in
        # what was killed may still be writing
        path:*) rm -rf -- "\${each#path:}" || { sleep 1; rm -rf -- "\${each#path:}"; } ;;
    esac
done
`;

let guard: Socket | undefined;

const tell = (line: string): void => {
  if (!guard) {
    // a session of its own: what a terminal sends to us does not reach it
    const shell = spawn('/bin/sh', ['-c', GUARD], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    shell.on('error', () => undefined);
    shell.unref();
    guard = shell.stdin as Socket;
    guard.on('error', () => undefined);
    guard.unref();
  }
  guard.write(`${line}\n`);
};

const groups = new Set<number>();

const killGroup = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // all of it has ended
  }
};

/** Ends a process that leads a group, with all that it has started, when this process ends in any way. */
const hold = (child: Pick<ChildProcess, 'pid' | 'once'>): void => {
  const { pid } = child;
  if (pid === undefined) return; // it could not be started
  groups.add(pid);
  tell(`+group:${pid}`);
  child.once('exit', () => {
    killGroup(pid);
    groups.delete(pid);
    tell(`-group:${pid}`);
  });
};

/** Starts a process and holds it: no signal ends this one between the two. */
const held = <T extends Pick<ChildProcess, 'pid' | 'once'>>(start: () => T): T =>
  uninterrupted(() => {
    const child = start();
    hold(child);
    return child;
  });

/** Ends all that {@link runTool} and {@link forkWorker} have started and that still runs. */
export const endStarted = (): void => {
  for (const group of groups) killGroup(group);
};

/** Marks a path that is gone when this process has ended in any way, unless {@link keep} or {@link discard} came before. Returns it. */
export const temporary = (path: string): string => {
  tell(`+path:${path}`);
  return path;
};

/** What was marked as {@link temporary} stays. */
export const keep = (path: string): void => tell(`-path:${path}`);

/** Removes what was marked as {@link temporary}, if it is there. */
export const discard = (path: string): void => {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  keep(path);
};

/** Slurm's tasks of this name are cancelled when this process has ended in any way, unless {@link letTasksGo} came before. */
export const holdTasks = (name: string): void => tell(`+tasks:${name}`);

/** The tasks of this name have ended, or go on. */
export const letTasksGo = (name: string): void => tell(`-tasks:${name}`);

/** Makes an empty folder of that kind where the system has such, marked as {@link temporary}. */
export const temporaryFolder = (prefix: string): string => {
  const path = temporary(join(tmpdir(), `${prefix}${randomBytes(6).toString('hex')}`));
  mkdirSync(path, { mode: 0o700 });
  return path;
};

/** A tool that fails with less than this left has filled the disk, whatever it says: some write half a file and go on. */
const LEAST_FREE = 1 << 20;

const isFull = (folder: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < LEAST_FREE;
  } catch {
    return false; // it has gone
  }
};

/** @throws UserError when a file that a tool has written is shorter than it must be: tools do not all notice a full disk. */
export const expectWhole = (path: string, isWhole: boolean): void => {
  if (isWhole) return;
  const message = 'the file is cut off: the disk is full';
  throw new UserError([{ code: 'ENOSPC', path, message, fix: 'free some space and run it again' }]);
};

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `false`: the tool has no other variables than `env`. */
  readonly extendEnv?: boolean;
  /** `false`: a tool that fails is no error; see the exit code. */
  readonly reject?: boolean;
  /** Most processor time of each of its processes; what takes more is killed. There is no limit to the time on the wall. */
  readonly cpuSeconds?: number;
}

export interface ToolResult {
  /** Undefined when a signal ended it. */
  readonly exitCode?: number;
  /** What it said, on stdout and stderr, and on stdout alone. */
  readonly all: string;
  readonly stdout: string;
}

/**
 * Runs a tool to its end. It leads a process group, which ends with this process.
 * @throws UserError when the tool says that the disk is full; execa's error when it fails otherwise and `reject` is not `false`.
 */
export const runTool = async (
  command: string,
  args: readonly string[],
  { cpuSeconds, reject = true, ...options }: ToolOptions = {},
): Promise<ToolResult> => {
  const [program, words]: readonly [string, readonly string[]] =
    cpuSeconds === undefined
      ? [command, args]
      : ['/bin/sh', ['-c', 'ulimit -t "$0"; exec "$@"', `${Math.ceil(cpuSeconds)}`, command, ...args]];
  // temporary files of the tool go with its folder
  const own = options.cwd === undefined ? {} : { TMPDIR: resolve(options.cwd) };
  const start = () =>
    execa(program, words, {
      ...{
        ...options,
        env: { ...own, ...options.env },
        all: true,
        stdin: 'ignore',
        reject: false,
        detached: true,
        cleanup: false,
      },
    });
  const result = await held(start);
  const { exitCode, all = '', stdout = '' } = result;
  if (!result.failed) return { exitCode, all, stdout };
  if (isFull(options.cwd ?? '.') || /No space left on device|ENOSPC|Disk quota exceeded/.test(`${result.message}`)) {
    const fix = 'free some space and run it again';
    throw new UserError([{ code: 'ENOSPC', path: options.cwd ?? command, message: 'the disk is full', fix }]);
  }
  if (reject) throw result;
  return { exitCode, all, stdout };
};

/** Starts a Node program that talks to this process. It leads a process group, which ends with this process. */
export const forkWorker = (program: string): ChildProcess => {
  return held(() => fork(program, { stdio: ['ignore', process.stderr, process.stderr, 'ipc'], detached: true }));
};
