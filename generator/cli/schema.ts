import { Command } from 'commander';
import { configJsonSchema } from '../check/jsonSchema.js';
import type { Context } from './context.js';

const examples = `
Example:
  bp-im2col schema > bp-im2col.schema.json
Then start a configuration file with
  { "$schema": "./bp-im2col.schema.json", "preset": "ref16", "array": { "rows": 8 } }
`;

/** `bp-im2col schema`: the JSON Schema of a configuration file. */
export const schemaCommand = ({ out }: Context): Command =>
  new Command('schema')
    .description('print the JSON Schema of a configuration file, for editors')
    .addHelpText('after', examples)
    .action(() => out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`));
