import { engine, loadTemplate, partialNames } from './host.js';

const compiled = new Map<string, ReturnType<typeof loadTemplate>>();
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

const loadPartials = (): void => {
  if (partialsLoaded) return;
  for (const name of partialNames()) engine.registerPartial(name, loadTemplate(`partials/${name}`));
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
    template = loadTemplate(path);
    compiled.set(path, template);
  }
  return template(guarded(view, path), { allowProtoPropertiesByDefault: true });
};
