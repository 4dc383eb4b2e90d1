import { setImmediate as turn } from 'node:timers/promises';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/**
 * Does work without a pause, as writing a file and renaming it, which a signal that would end the process must not cut in two:
 * the signal takes effect when the work is done.
 */
export const uninterrupted = <T>(work: () => T): T => {
  let heard: NodeJS.Signals | undefined;
  const hear = (signal: NodeJS.Signals): void => {
    heard ??= signal;
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  try {
    return work();
  } finally {
    // signals are heard between two turns
    void turn()
      .then(() => turn())
      .then(() => {
        for (const signal of SIGNALS) process.off(signal, hear);
        if (heard && process.listenerCount(heard) === 0) process.kill(process.pid, heard);
      });
  }
};
