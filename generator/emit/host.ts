import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from '../base/paths.js';

/*
 * All that emission takes from the machine that it runs on: hashes, the version, templates. In a browser `page/host.ts` stands in its
 * place, with the same exports from {@link Host}.
 */

/** What emission needs of a machine. */
export interface Host {
  /** SHA-256 of a content, in hexadecimal. */
  readonly sha256: (content: string | Uint8Array) => string;
  /** The package's version. */
  readonly version: () => string;
  readonly engine: typeof Handlebars;
  /** The template of this path, without `.hbs`. */
  readonly loadTemplate: (path: string) => Handlebars.TemplateDelegate;
  /** Names of the templates in `partials/`. */
  readonly partialNames: () => readonly string[];
}

export const sha256: Host['sha256'] = (content) => createHash('sha256').update(content).digest('hex');

export const version: Host['version'] = () =>
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version;

export const engine: Host['engine'] = Handlebars.create();

/** The templates: Handlebars files, whose paths are given relative to here and without `.hbs`. */
export const templatesFolder = join(packageRoot, 'templates');

/** What the build compiles ahead of time: a CommonJS module of Handlebars's specifications by {@link templateKey}. */
export const precompiledFile = join(packageRoot, 'dist', 'templates.cjs');

export const TEMPLATE_OPTIONS = { noEscape: true, strict: true } as const;

const compiler = JSON.stringify([Handlebars.VERSION, TEMPLATE_OPTIONS]);

/** A changed template, or compiler, has another key, so nothing that was compiled ahead of time is used out of date. */
export const templateKey = (source: string): string =>
  createHash('sha1').update(compiler).update(source).digest('base64');

let precompiled: Readonly<Record<string, TemplateSpecification>> | undefined;

export const loadTemplate: Host['loadTemplate'] = (path) => {
  const source = readFileSync(join(templatesFolder, `${path}.hbs`), 'utf8');
  precompiled ??= existsSync(precompiledFile) ? createRequire(import.meta.url)(precompiledFile) : {};
  const specification = precompiled![templateKey(source)];
  return specification ? engine.template(specification) : engine.compile(source, TEMPLATE_OPTIONS);
};

export const partialNames: Host['partialNames'] = () =>
  readdirSync(join(templatesFolder, 'partials'))
    .filter((name) => name.endsWith('.hbs'))
    .map((name) => basename(name, '.hbs'));
