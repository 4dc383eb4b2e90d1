import { Command } from 'commander';
import type { Config } from '../description/config.js';
import { PRESET_NAMES, presets } from '../description/presets.js';
import { columns } from './columns.js';
import type { Context } from './context.js';

const bytes = (count: number): string => (count % 1024 === 0 ? `${count / 1024} KiB` : `${count} B`);

const row = ({ name, array, format, buffers, axi, engines }: Config): readonly string[] => [
  name,
  `${array.rows}x${array.columns}`,
  format,
  bytes(buffers.dynamicBytes),
  bytes(buffers.stationaryBytes),
  String(buffers.accumulatorDepth),
  `${axi.dataWidth} bit`,
  engines.join(','),
];

/** `bp-im2col presets`: the named configurations. */
export const presetsCommand = ({ out }: Context): Command =>
  new Command('presets')
    .description('list the named configurations')
    .option('--json', 'print every configuration in full, as one JSON object')
    .addHelpText('after', '\nExample:\n  bp-im2col presets --json > presets.json\n')
    .action(({ json }: { readonly json?: boolean }) => {
      const head = ['name', 'array', 'format', 'dynamic', 'stationary', 'accumulator', 'axi', 'engines'];
      const list = PRESET_NAMES.map((name) => presets[name]);
      out(json ? `${JSON.stringify(presets, null, 2)}\n` : columns([head, ...list.map(row)]));
    });
