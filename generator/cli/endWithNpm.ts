import { readFileSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const INTERVAL_MS = 200;

/** npm, and the process that it started us through: a shell, or we ourselves. */
interface Starters {
  readonly parent: number;
  readonly npm: number;
}

/** Parent of a process, and the name it gives itself; nothing of one that has ended. Linux only. */
const lookUp = (pid: number): { readonly parent: number; readonly title: string } | undefined => {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { parent: Number(parent), title: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
};

const isNpm = (pid: number): boolean => /^(npm|npx)\b/.test(lookUp(pid)?.title ?? '');

const starters = (): Starters | undefined => {
  const parent = process.ppid;
  const above = lookUp(parent)?.parent;
  const npm = [parent, ...(above === undefined ? [] : [above])].find(isNpm);
  return npm === undefined ? undefined : { parent, npm };
};

/**
 * Ends this process when npm, or the shell that npm put in between, has gone: npm hands on some signals, to that shell only.
 * A thread of its own looks, which long work without a pause does not hold up.
 */
export const endWithNpm = (): void => {
  if (process.env.npm_execpath === undefined) return;
  const found = starters();
  if (found) new Worker(new URL(import.meta.url), { workerData: found }).unref();
};

if (!isMainThread) {
  const { parent, npm } = workerData as Starters;
  setInterval(() => {
    if (process.ppid === parent && lookUp(npm)) return;
    process.kill(process.pid, 'SIGTERM');
  }, INTERVAL_MS);
}
