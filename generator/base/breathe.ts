/** Lets signals, timers and what is to be written have their turn between two pieces of work that wait for nothing. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
