import { z } from 'zod';
import { type LayerKey, layerLimits, layerShorthands } from '../description/layer.js';
import { group, rules, whole } from '../description/schema.js';

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
  const { least, most } = layerLimits[key];
  return whole(least, most, undefined, description);
};

/** Keys that must be given; kernels may come from K. */
const required: readonly LayerKey[] = ['C', 'H', 'W', 'N'];

/** One entry of `layers`. */
export const layerSchema = group(
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
