import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the package's root folder: the nearest one above this file that holds `package.json`. */
export const packageRoot: string = (() => {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, 'package.json'))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error('bp-im2col: package.json not found above the program');
    dir = parent;
  }
  return dir;
})();

const isWithin = (folder: string): boolean => {
  const inside = relative(packageRoot, folder);
  return !isAbsolute(inside) && inside.split(/[/\\]/)[0] !== '..';
};

const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : JSON.stringify(path));

/**
 * The command that runs a script of `package.json` from where the user is: in a clone `npm run`; elsewhere, as where the package
 * is installed, which has no scripts to build, the built program.
 */
export const scriptCommand = (name: string, args = ''): string => {
  const rest = args === '' ? '' : ` ${args}`;
  const here = process.cwd();
  const isClone = existsSync(join(packageRoot, 'tsconfig.build.json'));
  if (isClone && isWithin(here)) return `npm run ${name}${rest && ` --${rest}`}`;
  const file = join(packageRoot, 'dist', 'scripts', `${name === 'bench' ? 'benchmark' : name}.js`);
  const near = relative(here, file);
  return `node ${quoted(near.startsWith('..') ? file : near)}${rest}`;
};
