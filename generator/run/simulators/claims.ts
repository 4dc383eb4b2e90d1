import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const hasProc = existsSync('/proc/self/stat');

/** A process's start, in ticks since the machine's: with its number it names the process. Undefined when it has ended. */
const startOf = (pid: number): string | undefined => {
  try {
    if (!hasProc) {
      process.kill(pid, 0);
      return '0';
    }
    // behind the name, which may hold anything: state, and the start as the twentieth
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? undefined : rest[18];
  } catch {
    return undefined;
  }
};

/** Whose process numbers these are: those of this machine, or of a container on it. */
const host = ((): string => {
  let names = 'none';
  try {
    names = readlinkSync('/proc/self/ns/pid');
  } catch {
    // not Linux
  }
  return createHash('sha256').update(`${hostname()} ${names}`).digest('hex').slice(0, 8);
})();

const FORM = /^([a-z]+(?:-[0-9a-f]{24})?)\.(\d{13})-(\d+)-(\d+)-([0-9a-f]{8})-[0-9a-f]{8}$/;
const EARLIER_FORM = /^[a-z]+-[0-9a-f]{24}\.([0-9a-f]{8}|lock)$/;
const DAY_MS = 24 * 3_600_000;

let claims = 0;

/**
 * A name for what this process makes for a key: from it any process can tell whether its maker still runs. Of a process's own names
 * the older one comes first, in one millisecond too.
 */
export const claimName = (key: string): string => {
  const order = (claims++ & 0xffff).toString(16).padStart(4, '0');
  const end = `${order}${randomBytes(2).toString('hex')}`;
  return `${key}.${Date.now()}-${process.pid}-${startOf(process.pid)}-${host}-${end}`;
};

const isLive = (match: RegExpExecArray): boolean => {
  const [, , stamp, pid, start, where] = match;
  // what a process elsewhere is doing cannot be seen from here
  if (where !== host) return Date.now() - Number(stamp) < DAY_MS;
  return startOf(Number(pid)) === start;
};

/** Whether a process of this machine that claimed the key before `mine` is still at work on it. */
export const isOlderAtWork = (root: string, key: string, mine: string): boolean =>
  readdirSync(root).some((name) => {
    const match = FORM.exec(name);
    return match !== null && match[1] === key && match[5] === host && name < mine && isLive(match);
  });

/** Removes what processes that have ended left half made. What has no claim's name is never touched. */
export const sweep = (root: string): void => {
  for (const name of readdirSync(root)) {
    const match = FORM.exec(name);
    const path = join(root, name);
    const isOver = match
      ? !isLive(match)
      : EARLIER_FORM.test(name) && Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > DAY_MS;
    if (isOver) rmSync(path, { recursive: true, force: true });
  }
};
