import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Holds a hash of all other files of an entry, so that any change of them is noticed. */
const SEAL = 'seal';

const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
};

/** Every file of a folder, with what a change of it changes; the same text as long as nothing was written. */
const filesOf = (folder: string): readonly { readonly path: string; readonly state: string }[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => path !== SEAL)
    .sort()
    .flatMap((path) => {
      const stat = lstatSync(join(folder, path));
      if (stat.isDirectory()) return [];
      return [{ path, state: `${stat.isFile()} ${stat.mode} ${stat.ino} ${stat.size} ${stat.mtimeMs}` }];
    });

const listing = (folder: string): string => {
  const lines = filesOf(folder).map(({ path }) => {
    const stat = lstatSync(join(folder, path));
    if (!stat.isFile()) throw new Error(`${path} is no file`);
    return [path, (stat.mode & 0o111) !== 0, digest(readFileSync(join(folder, path)))];
  });
  return JSON.stringify(lines);
};

/** Seals what was made for a key. */
export const seal = (folder: string, key: string): void => {
  writeFileSync(join(folder, SEAL), digest(key, listing(folder)));
};

const proved = new Map<string, string>();

/** Whether a folder holds exactly what was sealed for this key. Files are read again only when they were touched. */
export const isSealed = (folder: string, key: string): boolean => {
  try {
    const text = readFileSync(join(folder, SEAL), 'utf8');
    const state = text + filesOf(folder).map(({ path, state: now }) => `\n${path} ${now}`);
    if (proved.get(folder) === state) return true;
    if (text !== digest(key, listing(folder))) return false;
    proved.set(folder, state);
    return true;
  } catch {
    return false; // not there, or not readable: as good as not there
  }
};

/** A value as the text of a file that says itself whether it is whole. */
export const sealedText = (key: string, value: unknown): string => {
  const text = JSON.stringify(value);
  return `${digest(key, text)}\n${text}\n`;
};

/** The value of such a text; undefined when it is not whole, or another key's. */
export const unsealed = (key: string, sealed: string): unknown => {
  const [, sum, text] = /^([0-9a-f]+)\n(.*)\n$/.exec(sealed) ?? [];
  return text !== undefined && sum === digest(key, text) ? JSON.parse(text) : undefined;
};
