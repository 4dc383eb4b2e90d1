import { setImmediate as turn } from 'node:timers/promises';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

let underWay = 0;
let heard: NodeJS.Signals | undefined;

const hear = (signal: NodeJS.Signals): void => {
  heard ??= signal;
};

const finish = (): void => {
  if (--underWay > 0) return;
  for (const signal of SIGNALS) process.off(signal, hear);
  const signal = heard;
  heard = undefined;
  if (signal && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
};

/**
 * Does work without a pause, as writing a file and renaming it, which a signal that would end the process must not cut in two:
 * the signal takes effect when the work is done.
 */
export const uninterrupted = <T>(work: () => T): T => {
  if (underWay++ === 0) for (const signal of SIGNALS) process.on(signal, hear);
  try {
    return work();
  } finally {
    // signals are heard between two turns
    void turn()
      .then(() => turn())
      .then(finish);
  }
};
