import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module that another one names: in an import or export, in a dynamic import, or as a URL. */
const NAMED =
  /^(?:import|export)\b(?!\s+type\b)[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|\bnew URL\(\s*['"](\.[^'"]+\.js)['"]/gm;

const textOf = (path: string): string => readFileSync(path, 'utf8');

/** Where a module's text is: what is built, or (in tests) what it is built from. */
const found = (path: string): string => (existsSync(path) ? path : path.replace(/\.js$/, '.ts'));

const versionOf = (name: string): string => {
  const parts = name.split('/');
  const wanted = parts.slice(0, name.startsWith('@') ? 2 : 1).join('/');
  for (const folder of createRequire(import.meta.url).resolve.paths(wanted) ?? []) {
    const path = join(folder, wanted, 'package.json');
    if (existsSync(path)) return `${wanted}@${(JSON.parse(textOf(path)) as { readonly version: string }).version}`;
  }
  return wanted; // an optional one that is not installed
};

/** Files of the modules that a module reaches through imports, itself first, and the packages among them, with their versions. */
export const reachable = (
  entry: string,
  without: readonly string[] = [],
): { readonly files: readonly string[]; readonly packages: readonly string[] } => {
  const files = new Set<string>();
  const packages = new Set<string>();
  const except = new Set(without.map(found));
  const visit = (path: string): void => {
    if (files.has(path) || except.has(path)) return;
    files.add(path);
    for (const [, ...names] of textOf(path).matchAll(NAMED)) {
      const name = names.find((each) => each !== undefined)!;
      if (name.startsWith('.')) visit(found(resolve(dirname(path), name)));
      else if (!name.startsWith('node:')) packages.add(versionOf(name));
    }
  };
  visit(found(entry));
  return { files: [...files], packages: [...packages].sort() };
};

/** What starts tools and keeps results: no result depends on how. */
const MACHINERY = [
  './cache.js',
  '../../pool/answer.js',
  '../../pool/local.js',
  '../../pool/slurm.js',
  '../../base/processes.js',
  '../../base/tools.js',
].map((path) => fileURLToPath(new URL(path, import.meta.url)));

const known = new Map<string, string>();

/**
 * Hash of the code that a value is worked out by: the text of a module and of all that it reaches through imports, the versions
 * of the packages among these, and Node's.
 * @param url `import.meta.url` of the module.
 * @param without modules, relative to it, whose results the key holds itself, so that how they come about does not matter.
 */
export const codeKey = (url: string, without: readonly string[] = []): string => {
  const entry = fileURLToPath(url);
  const name = [entry, ...without].join('\n');
  const before = known.get(name);
  if (before !== undefined) return before;
  const left = [...MACHINERY, ...without.map((path) => resolve(dirname(entry), path))];
  const { files, packages } = reachable(entry, left);
  const hash = createHash('sha256').update([process.version, ...packages].join('\n'));
  for (const path of [...files].sort()) hash.update(`\n${relative(dirname(entry), path)}\n`).update(textOf(path));
  const key = hash.digest('hex');
  known.set(name, key);
  return key;
};
