import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';

/** Makes empty folders that are gone after each test, or after all tests of the file. */
export const temporaryFolders = (until: 'test' | 'file' = 'test'): (() => string) => {
  const made: string[] = [];
  const clear = (): void => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  };
  if (until === 'test') afterEach(clear);
  else afterAll(clear);
  return () => {
    made.push(mkdtempSync(join(realpathSync(tmpdir()), 'bpi-test-')));
    return made.at(-1)!;
  };
};
