import { z } from 'zod';
import type { Network, NetworkLayer } from '../networks/network.js';
import { type LayerKey, type LayerShape, layerLimits, layerShorthands, makeLayer } from '../spec/layer.js';
import { type Problem, UserError } from './errors.js';
import { fieldProblems } from './fields.js';
import { group, rules, whole } from './schema.js';

const title = (usual: string, description: string) =>
  z
    .string()
    .regex(/^\P{Cc}{1,100}$/u)
    .describe(description)
    .register(rules, { expects: 'a text of 1 to 100 characters, on one line', nearest: () => usual });

/** What each key of a layer means. */
const meanings: Readonly<Record<LayerKey, string>> = {
  ...{ B: 'Images.', C: 'Input channels.', H: 'Input height.', W: 'Input width.', N: 'Output channels.' },
  ...{ Kh: 'Kernel height.', Kw: 'Kernel width.', Sh: 'Vertical stride.', Sw: 'Horizontal stride.' },
  ...{ Dh: 'Vertical dilation.', Dw: 'Horizontal dilation.' },
  ...{ Pt: 'Zero padding, top.', Pb: 'Zero padding, bottom.', Pl: 'Zero padding, left.', Pr: 'Zero padding, right.' },
  G: 'Groups: C and N are multiples of it.',
};

const keys = Object.keys(layerLimits) as readonly LayerKey[];

const value = (key: LayerKey, description: string) => {
  const { least, most, fallback = least } = layerLimits[key];
  return whole(least, most, fallback, description);
};

/** Keys that must be given; kernels may come from K. */
const required: readonly LayerKey[] = ['C', 'H', 'W', 'N'];

const layerSchema = group(
  {
    name: title('conv1', 'Name of the layer; no other layer has it.'),
    ...(Object.fromEntries(
      keys.map((key) => {
        const field = value(key, meanings[key]);
        return [key, required.includes(key) ? field : field.optional()];
      }),
    ) as Record<LayerKey, z.ZodOptional<z.ZodInt>>),
    ...Object.fromEntries(
      Object.entries(layerShorthands).map(([name, axes]) => [
        name,
        value(axes[0], `Sets ${axes.join(', ')} where these are not given.`).optional(),
      ]),
    ),
  },
  'A convolution.',
);

/** A network file, field by field. */
export const networkSchema = group(
  {
    $schema: z
      .string()
      .describe('Where an editor finds this schema.')
      .register(rules, { expects: 'a text', nearest: () => undefined })
      .optional(),
    name: title('my_network', 'Name of the network.'),
    layers: z
      .array(layerSchema)
      .min(1)
      .describe('Its convolutions, in the order of the forward pass.')
      .register(rules, { expects: 'a list of at least one layer', nearest: () => undefined }),
  },
  'A network: its convolutions.',
);

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
