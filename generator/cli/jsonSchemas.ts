import { z } from 'zod';
import { frozen } from '../base/plain.js';
import { PRESET_NAMES } from '../description/presets.js';
import { configSchema } from '../description/schema.js';
import { tableSchema } from '../energy/table.js';
import { networkSchema } from '../networks/schema.js';

const preset = z.enum(PRESET_NAMES).describe('The preset that this configuration changes.');
const link = z.string().optional().describe('Where an editor finds this schema.');

/** A configuration file: complete, or a preset and what differs from it. */
const fileSchema = z.union([
  configSchema.partial({ addStages: true, engines: true, counters: true, prefix: true }).extend({ $schema: link }),
  configSchema
    .partial()
    .extend({
      $schema: link,
      preset,
      array: configSchema.shape.array.partial().optional(),
      buffers: configSchema.shape.buffers.partial().optional(),
      axi: configSchema.shape.axi.partial().optional(),
    })
    .describe('A preset and what differs from it.'),
]);

/** JSON Schema (2020-12) of a configuration file, for editors. */
export const configJsonSchema = (): Readonly<Record<string, unknown>> =>
  frozen({ ...z.toJSONSchema(fileSchema), title: 'bp-im2col configuration' });

/** JSON Schema (2020-12) of a network file, for editors. */
export const networkJsonSchema = (): Readonly<Record<string, unknown>> =>
  frozen({ ...z.toJSONSchema(networkSchema), title: 'bp-im2col network' });

/** JSON Schema (2020-12) of a file of energies, for editors. */
export const energiesJsonSchema = (): Readonly<Record<string, unknown>> =>
  frozen({ ...z.toJSONSchema(tableSchema.extend({ $schema: link })), title: 'bp-im2col energies' });
