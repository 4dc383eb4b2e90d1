import type { Config } from '../description/config.js';
import { type Block, blocksOf } from './blocks.js';
import { aligned } from './columns.js';
import { render } from './template.js';
import { commonView } from './views/common.js';
import { datapathView } from './views/datapath.js';
import { engineView } from './views/engine.js';

/** A file of the output: path inside the output folder, and its text. */
export interface EmittedFile {
  /** Relative to the output folder, with slashes. */
  readonly path: string;
  /** What it holds, ASCII. */
  readonly text: string;
}

export const checksFile = (config: Config): EmittedFile => ({
  path: `rtl/${config.prefix}checks.vh`,
  text: render('checks.vh', { ...commonView(config), guard: `${config.prefix.toUpperCase()}CHECKS_VH` }),
});

export const blockFile = (config: Config, block: Block): EmittedFile => ({
  path: `rtl/${config.prefix}${block.name}.v`,
  text: aligned(render(`rtl/${block.name}.v`, block.view(config))),
});

/** For simulations only, and no part of the output: a module that takes the place of the array, and calls C functions. */
export const arrayInCFile = (config: Config): EmittedFile => ({
  path: `rtl/${config.prefix}array.v`,
  text: render('tb/cells/array.v', datapathView(config)),
});

export const benchFile = (config: Config, block: Block): EmittedFile => ({
  path: `tb/${config.prefix}${block.bench ?? block.name}_tb.v`,
  text: render(`tb/${block.bench ?? block.name}_tb.v`, block.view(config)),
});

/** What benches share: texts that each includes inside its module, and modules. */
const BENCH_PARTS = [
  ...['bench.vh', 'case.vh', 'tally.vh'],
  ...['axi_read_memory.v', 'axi_write_memory.v', 'operand_buffer.v', 'part_player.v', 'tap_player.v', 'vector_file.v'],
] as const;

/** The files that benches include, each once for all of them. */
export const benchParts = (config: Config): readonly EmittedFile[] =>
  BENCH_PARTS.map((name) => ({
    path: `tb/${config.prefix}${name}`,
    text: render(`tb/shared/${name}`, engineView(config)),
  }));

/**
 * The block of this name and every block below it that the configuration has, leaves first.
 * @throws when the configuration does not have the named block.
 */
export const blockClosure = (config: Config, name: string): readonly Block[] => {
  const present = blocksOf(config);
  if (!present.some((block) => block.name === name)) throw new Error(`no block of ${config.name} is named ${name}`);
  const wanted = new Set<string>();
  const visit = (current: string): void => {
    wanted.add(current);
    for (const used of present.find((block) => block.name === current)?.uses ?? []) visit(used);
  };
  visit(name);
  return present.filter((block) => wanted.has(block.name));
};

/** Every Verilog source of the accelerator. */
export const rtlFiles = (config: Config): readonly EmittedFile[] => [
  checksFile(config),
  ...blocksOf(config).map((block) => blockFile(config, block)),
];
