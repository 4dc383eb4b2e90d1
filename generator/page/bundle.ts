import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import Handlebars from 'handlebars';
import { TEMPLATE_OPTIONS, templatesFolder, version } from '../emit/host.js';

const extension = import.meta.url.slice(-3);
const here = (name: string): string => fileURLToPath(new URL(`${name}${extension}`, import.meta.url));

/** Templates of pages, which no accelerator has. */
const OF_PAGES = /^(page|report)\//;

/** The module that takes the place of `shipped.ts`: the version, and each template compiled. */
const shippedModule = (): string => {
  const names = readdirSync(templatesFolder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.hbs') && !OF_PAGES.test(name))
    .sort();
  const entries = names.map((name) => {
    const source = readFileSync(join(templatesFolder, name), 'utf8');
    return `${JSON.stringify(name.slice(0, -'.hbs'.length))}: ${Handlebars.precompile(source, TEMPLATE_OPTIONS)}`;
  });
  return `export const version = ${JSON.stringify(version())};\nexport const specifications = {\n${entries.join(',\n')}\n};\n`;
};

/** Puts `page/host` in the place of `emit/host`, and what the package ships in that of `shipped`. */
const browserHost: Plugin = {
  name: 'browser host',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\/host\.js$/, namespace: 'file' }, () => ({ path: here('host') }));
    onResolve({ filter: /^\.\/shipped\.js$/ }, () => ({ path: 'shipped', namespace: 'shipped' }));
    onLoad({ filter: /.*/, namespace: 'shipped' }, () => ({ contents: shippedModule(), loader: 'js' }));
  },
};

const OPTIONS = {
  ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2022', charset: 'utf8' },
  ...{ platform: 'browser', legalComments: 'none' },
} as const satisfies BuildOptions;

const bundled = async (entry: string, plugins: Plugin[]): Promise<string> => {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: [here(entry)], plugins });
  return outputFiles[0]!.text;
};

/** The script of the workers: the generator and the model, without anything of Node. */
export const workerScript = (): Promise<string> => bundled('worker', [browserHost]);

/** The script of the page, which asks the workers. */
export const mainScript = (): Promise<string> => bundled('client/main', []);
