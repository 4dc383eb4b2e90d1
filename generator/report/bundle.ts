import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('page.bundle.js', import.meta.url));

/** The script of the page, bundled from the modules in `page/`. */
const bundle = async (): Promise<string> => {
  const { build } = await import('esbuild');
  const extension = import.meta.url.slice(-3);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`page/main${extension}`, import.meta.url))],
    ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2020', charset: 'utf8' },
  });
  return outputFiles[0]!.text;
};

let script: Promise<string> | undefined;

/** The script that goes into a report: bundled by the build, or now when run from the sources. */
export const pageScript = (): Promise<string> => {
  script ??= existsSync(built) ? Promise.resolve(readFileSync(built, 'utf8')) : bundle();
  return script;
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  writeFileSync(built, await bundle());
}
