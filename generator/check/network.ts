import type { z } from 'zod';
import type { Network, NetworkLayer } from '../networks/network.js';
import { type LayerKey, type LayerShape, layerLimits, layerShorthands, makeLayer } from '../spec/layer.js';
import { type Problem, UserError } from './errors.js';
import { fieldProblems } from './fields.js';
import { layerSchema, networkSchema } from './networkSchema.js';

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

/**
 * A network from what its file holds: `{ "name": …, "layers": [{ "name": …, "C": …, … }] }`, with the keys of a layer's
 * notation. K, S, D and P set all their axes that are not given; B, S, D and G are 1 and P is 0 unless given.
 * @throws {@link UserError} with every problem.
 */
export const parseNetwork = (input: unknown): Network => {
  const { data, error } = networkSchema.safeParse(input);
  const problems = [...fieldProblems(networkSchema, 'network', input, error?.issues ?? [])];
  // layers whose own fields are right are looked at whatever is wrong elsewhere
  const entries = data?.layers ?? (input as { readonly layers?: unknown } | null)?.layers;
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
  return { name: data!.name, layers };
};
