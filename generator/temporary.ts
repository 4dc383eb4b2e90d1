import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
const ATTEMPTS = 5;

const paths = new Set<string>();

const remove = (path: string): void => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch {
      // a program that is about to end still writes into it
    }
  }
};

const removeAll = (): void => {
  for (const path of paths) remove(path);
  paths.clear();
};

const ignoreSignals = (): void => {
  for (const signal of SIGNALS) process.off(signal, end);
  process.off('exit', removeAll);
};

/** Removes all, and lets the signal do what it would have done: end the process, unless others listen to it too. */
const end = (signal: NodeJS.Signals): void => {
  removeAll();
  ignoreSignals();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
};

/** Marks a path that {@link discard} is to remove; the end of the process, by a signal too, removes it before. Returns it. */
export const temporary = (path: string): string => {
  // first, so that others (execa, which ends what it started) see that nobody else will end the process
  if (paths.size === 0) {
    ignoreSignals();
    for (const signal of SIGNALS) process.prependListener(signal, end);
    process.on('exit', removeAll);
  }
  paths.add(path);
  return path;
};

/** Makes an empty folder of that kind where the system has such, marked as {@link temporary}. */
export const temporaryFolder = (prefix: string): string => temporary(mkdtempSync(join(tmpdir(), prefix)));

/**
 * Removes what was marked as {@link temporary}, if it is there.
 * @returns once a signal that came meanwhile has been heard: wait for it before long work without a pause.
 */
export const discard = (path: string): Promise<void> => {
  rmSync(path, { recursive: true, force: true });
  paths.delete(path);
  // signals are heard between two turns
  return turn()
    .then(() => turn())
    .then(() => {
      if (paths.size === 0) ignoreSignals();
    });
};
