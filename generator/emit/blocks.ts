import type { Config } from '../spec/config.js';
import { fifoView } from '../views/fifo.js';
import { sram1r1wView } from '../views/sram_1r1w.js';
import type { View } from './template.js';

/** One block: `templates/rtl/<name>.v.hbs`, `templates/tb/<name>_tb.v.hbs`, `generator/views/<name>.ts`, `test/rtl/<name>.test.ts`. */
export interface Block {
  readonly name: string;
  /** One line for the catalogue and the file list. */
  readonly purpose: string;
  readonly view: (config: Config) => View;
  /** Blocks that this one instantiates, in any configuration. */
  readonly uses: readonly string[];
  /** Whether a configuration has this block; without it, every one has. */
  readonly when?: (config: Config) => boolean;
}

/** Blocks of the floating-point datapath. */
export const isBf16 = (config: Config): boolean => config.format === 'bf16';

/** Every block of the accelerator, leaves first. */
export const blocks: readonly Block[] = [
  { name: 'sram_1r1w', purpose: 'memory wrapper: one read, one write', view: sram1r1wView, uses: [] },
  { name: 'fifo', purpose: 'first in, first out', view: fifoView, uses: ['sram_1r1w'] },
];

/** The blocks that a configuration has, leaves first. */
export const blocksOf = (config: Config): readonly Block[] => blocks.filter((block) => block.when?.(config) ?? true);
