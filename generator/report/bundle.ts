import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The pages' scripts: modules in `page/`. */
const SCRIPTS = ['main', 'exploration'] as const;
export type PageScript = (typeof SCRIPTS)[number];

const built = (name: PageScript): string => fileURLToPath(new URL(`${name}.bundle.js`, import.meta.url));

/** A script of a page, bundled from the modules in `page/`. */
const bundle = async (name: PageScript): Promise<string> => {
  const { build } = await import('esbuild');
  const extension = import.meta.url.slice(-3);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`page/${name}${extension}`, import.meta.url))],
    ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2020', charset: 'utf8' },
  });
  return outputFiles[0]!.text;
};

const scripts = new Map<PageScript, Promise<string>>();

/** The script that goes into a page: bundled by the build, or now when run from the sources. */
export const pageScript = (name: PageScript): Promise<string> => {
  const path = built(name);
  const script = scripts.get(name) ?? (existsSync(path) ? Promise.resolve(readFileSync(path, 'utf8')) : bundle(name));
  scripts.set(name, script);
  return script;
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const name of SCRIPTS) writeFileSync(built(name), await bundle(name));
}
