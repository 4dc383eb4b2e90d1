import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

/** The program, as it is built. */
export const main = resolve('dist/generator/cli/main.js');

/** What `npm run <name>` starts. */
export const script = (name: string): string => resolve(`dist/scripts/${name}.js`);

/** Long beyond any machine's slowness: what it guards takes seconds at most. */
const PATIENCE_MS = 20 * 60_000;

/** Waits for what happens in other processes. */
export const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (const begin = performance.now(); !holds(); await sleep(20)) {
    if (performance.now() - begin > PATIENCE_MS) expect.fail(`waited in vain until ${what}`);
  }
};
