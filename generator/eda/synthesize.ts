import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { inParallel } from '../base/parallel.js';
import type { Config } from '../description/config.js';
import { blocks, blocksOf } from '../emit/blocks.js';
import { blockClosure, rtlFiles } from '../emit/rtl.js';
import { buildOnce, cacheKey } from '../run/simulators/cache.js';
import { codeKey } from '../run/simulators/code.js';
import { libraryPath } from './cells.js';
import type { Design } from './design.js';
import type { Device } from './devices.js';
import { type BlockSize, blockSizes, delayOf, type Netlist } from './netlist.js';
import { type ModulePart, partsOf } from './parts.js';
import { cellAreas, hasMacros, type Library, mapping, mappingFiles, type Target } from './targets.js';
import type { Files, Yosys } from './yosys.js';

/** Blocks that make up the address generation. */
export const ADDRESS_BLOCKS: readonly string[] = [
  'tap_walker',
  'agu_dynamic',
  'agu_stationary',
  'agu_accumulate',
  'tap_fifos',
];

const MEMORY = 'sram_1r1w';

/** What `synth` reports. */
export interface Synthesis {
  readonly name: string;
  readonly target: Target;
  readonly library?: Library;
  readonly tool: string;
  readonly blocks: readonly BlockSize[];
}

export interface SynthesisOptions {
  readonly target: Target;
  readonly library: Library;
  /** Device of ice40: one with DSPs has them used. */
  readonly device?: Device;
  /** Only the cells of the array stay apart: paths from block to block are seen, sizes by block are not. */
  readonly flat?: boolean;
  /** Only these blocks of the top module and what they hold; the others are left out. */
  readonly only?: readonly string[];
  /** Called after each module. */
  readonly onProgress?: (done: number, all: number) => void;
}

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

/** Hash of what reads Yosys's results; the Verilog and the script are in the keys themselves. */
const readers = (): string => codeKey(import.meta.url, ['../emit/rtl.js', '../emit/blocks.js']);

/** From the hierarchy to modules that hold only cells: those that are kept, with all others in their place. */
const ELABORATE = ['proc', 'flatten', 'opt_merge', 'opt_clean'];

interface MappedPart {
  readonly name: string;
  /** Its cells, as far as they are counted. */
  readonly module: Netlist['modules'][string];
  /** The module's Verilog, where memories are macros. */
  readonly verilog: string;
  /** Longest path in ps, where the target has delays. */
  readonly delay?: number;
}

/** Maps one module by itself, or takes it from the cache: after a change only the blocks that it touches are mapped again. */
const mapPart = async (
  yosys: Yosys,
  { name, json, boxes }: ModulePart,
  { files, target, device, liberty }: { files: Files; target: Target; device: Device; liberty: string },
): Promise<MappedPart> => {
  const macros = hasMacros(target);
  const script = [
    ...boxes.map((box) => `read_verilog -lib -DSYNTHESIS ${box}.v`),
    'read_json part.json',
    ...mapping(target, name, device),
    'write_json netlist.json',
    // a vector whose bits depend on each other looks like a loop, which simulators get wrong
    ...(macros ? ['splitnets', 'write_verilog -noattr netlist.v'] : []),
  ];
  const outputs = ['netlist.json', ...(macros ? ['netlist.v'] : []), ...(target === 'asic' ? ['abc.log'] : [])];
  const isRead = (file: string): boolean => file.endsWith('.vh') || boxes.includes(file.slice(0, -'.v'.length));
  const inputs = {
    ...Object.fromEntries(Object.entries(files).filter(([file]) => isRead(file))),
    ...mappingFiles(target, liberty),
    'part.json': json,
  };
  const key = cacheKey('map', [yosys.identity, readers(), ...script, ...Object.entries(inputs).flat()]);
  const folder = await buildOnce(key, async (fresh) => {
    const made = await yosys.run(script, inputs, outputs);
    const { cells } = (JSON.parse(made['netlist.json']!) as Netlist).modules[name]!;
    const counted = Object.entries(cells).map(([cell, { type, parameters }]) => [cell, { type, parameters }]);
    const delay = delayOf(made['abc.log'] ?? '');
    const part: MappedPart = {
      name,
      module: { cells: Object.fromEntries(counted) },
      verilog: made['netlist.v'] ?? '',
      ...(delay === undefined ? {} : { delay }),
    };
    writeFileSync(join(fresh, 'part.json'), JSON.stringify(part));
  });
  return JSON.parse(readFileSync(join(folder, 'part.json'), 'utf8')) as MappedPart;
};

/**
 * Synthesizes an accelerator, or takes the result from the cache.
 * `ensureTools` has seen to the cell library.
 * @returns sizes by block, and the mapped netlist where memories are macros ('' elsewhere).
 */
export const synthesize = async (
  config: Config,
  yosys: Yosys,
  { target, library, device = 'hx8k', flat = false, only = TOP_BLOCKS, onProgress = () => undefined }: SynthesisOptions,
): Promise<{ readonly synthesis: Synthesis; readonly netlist: string }> => {
  const liberty = target === 'asic' ? readFileSync(libraryPath(library), 'utf8') : '';
  const { top, files, read } = designSources(config, only, ['pe', ...(flat ? [] : TOP_BLOCKS)]);
  const macros = hasMacros(target);
  const elaborate = [
    // where memories become block RAM, their bits are counted beforehand
    ...(macros ? [] : [...read(true), ...ELABORATE, 'write_json memories.json', 'design -reset']),
    ...read(macros),
    ...ELABORATE,
    'write_json design.json',
  ];
  const elaborated = ['design.json', ...(macros ? [] : ['memories.json'])];
  const key = cacheKey('synth', [
    yosys.identity,
    readers(),
    ...elaborate,
    ...mapping(target, top, device),
    ...Object.entries({ ...files, ...mappingFiles(target, liberty) }).flat(),
  ]);
  const folder = await buildOnce(key, async (fresh) => {
    const made = await yosys.run(elaborate, files, elaborated);
    const parts = partsOf(JSON.parse(made['design.json']!) as Design);
    const largestFirst = [...parts].sort((a, b) => b.json.length - a.json.length);
    let done = 0;
    const mapped = await inParallel(availableParallelism(), largestFirst, async (part) => {
      const result = await mapPart(yosys, part, { files, target, device, liberty });
      onProgress(++done, parts.length);
      return result;
    });
    const reading = {
      prefix: config.prefix,
      top,
      memory: MEMORY,
      areas: cellAreas(liberty),
      delays: new Map(mapped.flatMap(({ name, delay }) => (delay === undefined ? [] : [[name, delay] as const]))),
    };
    let sizes = blockSizes({ modules: Object.fromEntries(mapped.map(({ name, module }) => [name, module])) }, reading);
    if (made['memories.json']) {
      const bits = memoryBits(JSON.parse(made['memories.json']) as Netlist, reading);
      sizes = sizes.map((size) => ({ ...size, memoryBits: bits.get(size.block) ?? 0 }));
    }
    writeFileSync(join(fresh, 'blocks.json'), JSON.stringify(sizes));
    writeFileSync(join(fresh, 'netlist.v'), mapped.map(({ verilog }) => verilog).join(''));
  });
  const all = JSON.parse(readFileSync(join(folder, 'blocks.json'), 'utf8')) as readonly BlockSize[];
  const result = all.filter(({ cells, memoryBits: bits }) => cells > 0 || bits > 0);
  const synthesis: Synthesis = {
    name: config.name,
    target,
    ...(target === 'asic' ? { library } : {}),
    tool: yosys.version,
    blocks: result,
  };
  return { synthesis, netlist: readFileSync(join(folder, 'netlist.v'), 'utf8') };
};

const memoryBits = (netlist: Netlist, reading: Parameters<typeof blockSizes>[1]): ReadonlyMap<string, number> =>
  new Map(blockSizes(netlist, reading).map(({ block, memoryBits: bits }) => [block, bits]));
