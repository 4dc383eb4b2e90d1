import { Argument, Command } from 'commander';
import type { Context } from './context.js';
import { configJsonSchema, energiesJsonSchema, networkJsonSchema } from './jsonSchemas.js';

const schemas = { config: configJsonSchema, network: networkJsonSchema, energies: energiesJsonSchema } as const;

const examples = `
Examples:
  bp-im2col schema > bp-im2col.schema.json
  bp-im2col schema network > network.schema.json
  bp-im2col schema energies
Then start a configuration file with
  { "$schema": "./bp-im2col.schema.json", "preset": "ref16", "array": { "rows": 8 } }
`;

/** `bp-im2col schema`: the JSON Schema of a configuration file, of a network file, or of one of energies. */
export const schemaCommand = ({ out }: Context): Command =>
  new Command('schema')
    .description('print the JSON Schema of a file (a configuration, a network, energies), for editors')
    .addArgument(
      new Argument('[file]', 'which file it describes').choices(Object.keys(schemas)).default('config' as const),
    )
    .addHelpText('after', examples)
    .action((file: keyof typeof schemas) => out(`${JSON.stringify(schemas[file](), null, 2)}\n`));
