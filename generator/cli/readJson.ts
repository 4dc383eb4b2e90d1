import { readFileSync } from 'node:fs';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { show } from '../base/show.js';

/** Keys that one object of a JSON text has twice, of which all but the last would be lost. */
const doubledKeys = (text: string): readonly string[] => {
  const doubled: string[] = [];
  const open: Set<string>[] = [];
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (key !== undefined) {
      const keys = open.at(-1)!;
      const name = JSON.parse(key) as string;
      if (keys.has(name)) doubled.push(name);
      keys.add(name);
    }
  }
  return doubled;
};

const parseJson = (path: string, text: string): unknown => {
  const plain = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch (error) {
    const message = `it is not JSON: ${(error as Error).message}`;
    throw new UserError([{ code: 'NOT_JSON', path, message, fix: 'mend the file' }]);
  }
  const problems = doubledKeys(plain).map((key) => {
    const message = `one object has the key ${show(key)} twice`;
    return { code: 'DUPLICATE_KEY', path, message, fix: `give ${show(key)} once` };
  });
  if (problems.length > 0) throw new UserError(problems);
  return value;
};

/** What a JSON file holds. @throws {@link UserError} when it cannot be read, is not JSON, or has a key twice. */
export const readJson = (path: string): unknown =>
  parseJson(
    path,
    withFileErrors(path, () => readFileSync(path, 'utf8')),
  );
