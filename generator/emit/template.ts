import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import Handlebars from 'handlebars';
import { packageRoot } from '../base/paths.js';

const engine = Handlebars.create();
const compiled = new Map<string, Handlebars.TemplateDelegate>();
let partialsLoaded = false;

/** A view is plain data: strings, numbers, booleans, arrays and objects of them. A template only chooses and repeats. */
export type View = { readonly [key: string]: unknown };

/** Handlebars reads a missing key as empty inside blocks; this makes every such read an error. */
const guarded = <T extends object>(view: T, path: string): T =>
  new Proxy(view, {
    get(target, key, receiver) {
      if (typeof key === 'symbol' || key in target) {
        const value = Reflect.get(target, key, receiver);
        return typeof value === 'object' && value !== null && !Array.isArray(value)
          ? guarded(value, `${path}.${String(key)}`)
          : value;
      }
      if (key === 'toHTML' || key === 'then' || key === 'call') return undefined;
      throw new Error(`template reads ${path}.${key}, which the view does not have`);
    },
  });

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

const load = (path: string): Handlebars.TemplateDelegate => {
  const source = readFileSync(join(templatesFolder, `${path}.hbs`), 'utf8');
  precompiled ??= existsSync(precompiledFile) ? createRequire(import.meta.url)(precompiledFile) : {};
  const specification = precompiled![templateKey(source)];
  return specification ? engine.template(specification) : engine.compile(source, TEMPLATE_OPTIONS);
};

const loadPartials = (): void => {
  if (partialsLoaded) return;
  for (const file of readdirSync(join(templatesFolder, 'partials')).filter((name) => name.endsWith('.hbs'))) {
    const name = basename(file, '.hbs');
    engine.registerPartial(name, load(`partials/${name}`));
  }
  partialsLoaded = true;
};

/**
 * Renders `templates/<path>.hbs` with a view.
 * @throws when the template reads a key that the view does not have.
 */
export const render = (path: string, view: View): string => {
  loadPartials();
  let template = compiled.get(path);
  if (!template) {
    template = load(path);
    compiled.set(path, template);
  }
  return template(guarded(view, path), { allowProtoPropertiesByDefault: true });
};
