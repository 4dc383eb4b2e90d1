import type { z } from 'zod';
import { type Problem, UserError } from '../base/errors.js';
import { frozen, plainCopy } from '../base/plain.js';
import { fieldProblems, type Path } from '../description/fields.js';
import { ourKeys, writeOurs } from '../description/foreignKeys.js';
import { type LayerKey, type LayerShape, layerLimits, layerShorthands, makeLayer } from '../description/layer.js';
import type { Network, NetworkLayer } from './network.js';
import { layerSchema, networkSchema } from './schema.js';

const keys = Object.keys(layerLimits) as readonly LayerKey[];

type LayerEntry = z.infer<typeof layerSchema>;

const shapeOf = (entry: LayerEntry): LayerShape => {
  const given = entry as unknown as Readonly<Record<string, number | undefined>>;
  const fromShorthand = (key: LayerKey): number | undefined => {
    const [name] = Object.entries(layerShorthands).find(([, axes]) => axes.includes(key)) ?? [];
    return name === undefined ? undefined : given[name];
  };
  return Object.fromEntries(
    keys.map((key) => [key, given[key] ?? fromShorthand(key) ?? layerLimits[key].fallback]),
  ) as unknown as LayerShape;
};

/** The layer of an entry whose fields are right by themselves, and what is wrong between them. */
const readLayer = (
  entry: LayerEntry,
  path: string,
): { readonly layer?: NetworkLayer; readonly problems: readonly Problem[] } => {
  const shape = shapeOf(entry);
  const missing = (['Kh', 'Kw'] as const).filter((key) => shape[key] === undefined);
  if (missing.length > 0) {
    const key = missing.length === 2 ? 'K' : missing[0];
    const expects = `a whole number from ${layerLimits.Kh.least} to ${layerLimits.Kh.most}`;
    const problem = {
      path: `${path}.${key}`,
      message: `missing; it is ${expects}`,
      fix: `give ${key}, as in "${key}": 3`,
    };
    return { problems: [{ code: 'MISSING', ...problem }] };
  }
  try {
    const layer = makeLayer(shape);
    return { layer: { name: entry.name, layer, linear: false, bias: false, batchNorm: 0 }, problems: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problems: error.problems.map((problem) => ({ ...problem, path: `${path}.${problem.path}` })) };
  }
};

/** What to write for a layer's key of another framework, or for a list under one of ours. */
const betterFix = (path: Path, value: unknown): string | undefined => {
  const isInLayer = path[0] === 'layers' && path.length === 3;
  const key = String(path.at(-1));
  if (value === undefined || !(isInLayer || path.length === 1) || Object.hasOwn(networkSchema.shape, key))
    return undefined;
  const isOurs = Object.hasOwn(layerSchema.shape, key);
  const ours =
    isOurs && !(Object.hasOwn(layerShorthands, key) && Array.isArray(value)) ? undefined : ourKeys(key, value);
  if (!ours || (isOurs && ours.write.some(([, each]) => each === undefined))) return undefined;
  return `${isInLayer ? '' : 'give it in each layer: '}${writeOurs(ours, 'object')}`;
};

/** A layer's keys that are there under names of another framework: they are not missing as well. */
const foreignKeys = (entry: unknown): readonly string[] =>
  typeof entry !== 'object' || entry === null
    ? []
    : Object.entries(entry)
        .filter(([key]) => !Object.hasOwn(layerSchema.shape, key))
        .flatMap(([key, value]) => ourKeys(key, value)?.about ?? []);

/**
 * A network from what its file holds: `{ "name": …, "layers": [{ "name": …, "C": …, … }] }`, with the keys of a layer's
 * notation. K, S, D and P set all their axes that are not given; B, S, D and G are 1 and P is 0 unless given.
 * @throws {@link UserError} with every problem.
 */
export const parseNetwork = (given: unknown): Network => {
  const input = plainCopy(given, 'network');
  const { data, error } = networkSchema.safeParse(input);
  // layers whose own fields are right are looked at whatever is wrong elsewhere
  const entries = data?.layers ?? (input as { readonly layers?: unknown } | null | undefined)?.layers;
  const elsewhere = (Array.isArray(entries) ? entries : []).flatMap((entry, i) =>
    foreignKeys(entry).map((key) => `layers.${i}.${key}`),
  );
  const problems = fieldProblems(networkSchema, 'network', input, error?.issues ?? [], betterFix).filter(
    ({ code, path }) => code !== 'MISSING' || !elsewhere.includes(path),
  );
  const layers: NetworkLayer[] = [];
  const seen = new Set<string>();
  for (const [i, candidate] of (Array.isArray(entries) ? entries : []).entries()) {
    const entry = layerSchema.safeParse(candidate);
    if (!entry.success) continue;
    const { layer, problems: wrong } = readLayer(entry.data, `layers.${i}`);
    problems.push(...wrong);
    if (layer) layers.push(layer);
    const { name } = entry.data;
    if (seen.has(name)) {
      const message = `another layer is called ${JSON.stringify(name)}`;
      problems.push({ code: 'DUPLICATE', path: `layers.${i}.name`, message, fix: 'give each layer its own name' });
    }
    seen.add(name);
  }
  if (problems.length > 0) throw new UserError(problems);
  return frozen({ name: data!.name, layers });
};
