import type { Config } from '../spec/config.js';
import { commonView } from '../views/common.js';
import { type Block, blocks } from './blocks.js';
import { render } from './template.js';

/** A file of the output: path inside the output folder, and its text. */
export interface EmittedFile {
  readonly path: string;
  readonly text: string;
}

export const checksFile = (config: Config): EmittedFile => ({
  path: `rtl/${config.prefix}checks.vh`,
  text: render('checks.vh', { ...commonView(config), guard: `${config.prefix.toUpperCase()}CHECKS_VH` }),
});

export const blockFile = (config: Config, block: Block): EmittedFile => ({
  path: `rtl/${config.prefix}${block.name}.v`,
  text: render(`rtl/${block.name}.v`, block.view(config)),
});

export const benchFile = (config: Config, block: Block): EmittedFile => ({
  path: `tb/${config.prefix}${block.name}_tb.v`,
  text: render(`tb/${block.name}_tb.v`, block.view(config)),
});

/** The block of this name and every block below it, leaves first. */
export const blockClosure = (name: string): readonly Block[] => {
  const wanted = new Set<string>();
  const visit = (current: string): void => {
    const block = blocks.find((candidate) => candidate.name === current);
    if (!block) throw new Error(`no block is named ${current}`);
    for (const used of block.uses) visit(used);
    wanted.add(current);
  };
  visit(name);
  return blocks.filter((block) => wanted.has(block.name));
};

/** Every Verilog source of the accelerator. */
export const rtlFiles = (config: Config): readonly EmittedFile[] => [
  checksFile(config),
  ...blocks.map((block) => blockFile(config, block)),
];
