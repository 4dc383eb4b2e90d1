import { basename } from 'node:path';
import type { Config } from '../description/config.js';
import { blocks, blocksOf } from '../emit/blocks.js';
import { blockClosure, rtlFiles } from '../emit/rtl.js';
import type { Files } from './yosys.js';

/** The memory of all buffers and FIFOs. */
export const MEMORY = 'sram_1r1w';

/** Blocks that `only` may name. */
export const TOP_BLOCKS: readonly string[] = blocks.find(({ name }) => name === 'top')!.uses;

const namesBelow = (config: Config, name: string): readonly string[] =>
  blocksOf(config).some((block) => block.name === name) ? blockClosure(config, name).map((block) => block.name) : [];

/** Verilog of a design, and how Yosys reads it. */
export interface DesignSources {
  readonly top: string;
  readonly files: Files;
  /** Commands up to the hierarchy; `macros` leaves memories as instances of one module. */
  readonly read: (macros: boolean) => readonly string[];
}

/**
 * Sources of some blocks of the top module, with attributes: `kept` stay modules of their own, and memories owe
 * nothing to a lane that is read in the cycle that writes it, as the memory's header says.
 */
export const designSources = (config: Config, only: readonly string[], kept: readonly string[]): DesignSources => {
  const { prefix } = config;
  const top = `${prefix}top`;
  const memory = `${prefix}${MEMORY}.v`;
  const files: Record<string, string> = {};
  for (const { path, text } of rtlFiles(config)) {
    // without comments, which name the configuration: equal blocks of two configurations are mapped once
    let attributed = text.replace(/\/\/.*$/gm, '').replace(/^ +reg .* mem \[0:DEPTH-1\];$/m, '(* no_rw_check *) $&');
    for (const name of kept) {
      attributed = attributed.replace(new RegExp(`^module ${prefix}${name} `, 'm'), '(* keep_hierarchy *) $&');
      attributed = attributed.replace(new RegExp(`^ +${prefix}fifo #.* ${name} \\($`, 'm'), '(* keep_hierarchy *) $&');
    }
    files[basename(path)] = attributed;
  }
  const wanted = new Set(['top', ...only.flatMap((name) => namesBelow(config, name))]);
  const isWanted = (file: string): boolean => wanted.has(file.slice(prefix.length, -'.v'.length));
  const others = Object.keys(files).filter((name) => name.endsWith('.v') && name !== memory);
  const absent = others.filter((name) => !isWanted(name));
  const read = (macros: boolean): readonly string[] => {
    const boxed = [...absent, ...(macros ? [memory] : [])];
    return [
      ...(boxed.length > 0 ? [`read_verilog -lib -DSYNTHESIS ${boxed.join(' ')}`] : []),
      `read_verilog -DSYNTHESIS ${[...others.filter(isWanted), ...(macros ? [] : [memory])].join(' ')}`,
      `hierarchy -top ${top}`,
    ];
  };
  return { top, files, read };
};
