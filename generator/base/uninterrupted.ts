import { setImmediate as turn } from 'node:timers/promises';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

let underWay = 0;
let isListening = false;
let heard: NodeJS.Signals | undefined;

/** Does what the signal would have done. */
const obey = (signal: NodeJS.Signals): void => {
  for (const each of SIGNALS) process.off(each, hear);
  isListening = false;
  heard = undefined;
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
};

const hear = (signal: NodeJS.Signals): void => {
  heard ??= signal;
  if (underWay === 0) obey(heard);
};

/** Listens from now on: a signal that has come and is not yet heard would be lost with its listener. */
const listen = (): void => {
  if (isListening) return;
  isListening = true;
  for (const signal of SIGNALS) process.on(signal, hear);
};

const finish = (): void => {
  if (--underWay === 0 && heard) obey(heard);
};

/**
 * Does work without a pause, as writing a file and renaming it, which a signal that would end the process must not cut in two:
 * the signal takes effect when the work is done.
 */
export const uninterrupted = <T>(work: () => T): T => {
  underWay++;
  listen();
  try {
    return work();
  } finally {
    // signals are heard between two turns
    void turn()
      .then(() => turn())
      .then(finish);
  }
};
