import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inParallel } from '../base/parallel.js';
import type { Config } from '../description/config.js';
import { buildOnce, cacheKey } from '../run/simulators/cache.js';
import { codeKey } from '../run/simulators/code.js';
import { libraryPath } from './cells.js';
import type { Design } from './design.js';
import type { Device } from './devices.js';
import { type MappedPart, mapPart } from './mapPart.js';
import { type BlockSize, blockSizes, type Netlist, totalOf } from './netlist.js';
import { type ModulePart, partsOf } from './parts.js';
import { type DesignSources, designSources, MEMORY, TOP_BLOCKS } from './sources.js';
import {
  cellAreas,
  hasMacros,
  type Library,
  type Multiplexers,
  mapping,
  mappingFiles,
  multiplexersOf,
  type Target,
} from './targets.js';
import type { Yosys } from './yosys.js';

/** A whole design, flattened and mapped as one: what a user of it gets. */
export interface Whole {
  /** Of the whole. */
  readonly size: BlockSize;
  /** The cells of the array are mapped apart, once, and counted as often as they are there. */
  readonly cellsApart: boolean;
  /** ecp5: mapped both ways, of which `size` is the smaller. */
  readonly tried?: Readonly<Record<Multiplexers, BlockSize>>;
  /** ecp5: which of both it is. */
  readonly multiplexers?: Multiplexers;
}

/** What `synth` reports. */
export interface Synthesis {
  /** Of the accelerator. */
  readonly name: string;
  /** What it was mapped to. */
  readonly target: Target;
  /** Standard cells of asic. */
  readonly library?: Library;
  /** Name and version of Yosys. */
  readonly tool: string;
  /** Absent where only blocks were asked for. */
  readonly whole?: Whole;
  /** Each mapped alone: it keeps what no neighbour reads, so their sum is no size of the whole. */
  readonly blocks: readonly BlockSize[];
}

/** Runs of Yosys that have ended, of all. */
export interface Runs {
  readonly done: number;
  readonly all: number;
}

export interface SynthesisOptions {
  readonly target: Target;
  readonly library: Library;
  /** Device of ice40: one with DSPs has them used. */
  readonly device?: Device;
  /** Only these blocks of the top module and what they hold; the others are left out. */
  readonly only?: readonly string[];
  /** The whole design, too. Default: false. */
  readonly whole?: boolean;
  /** Called before the first module is mapped, and after each. */
  readonly onProgress?: (whole: Runs, blocks: Runs) => void;
}

/** Hash of what reads Yosys's results; the Verilog and the script are in the keys themselves. */
const readers = (): string => codeKey(import.meta.url, ['../emit/rtl.js', '../emit/blocks.js']);

/** From the hierarchy to modules that hold only cells: those that are kept, with all others in their place. */
const ELABORATE = ['proc', 'flatten', 'opt_merge', 'opt_clean'];

/** How a design is cut into modules that are mapped. */
interface Cut extends DesignSources {
  readonly target: Target;
  /** Yosys commands; where memories become block RAM, their bits are counted beforehand. */
  readonly elaborate: readonly string[];
}

const cutOf = (config: Config, target: Target, only: readonly string[], kept: readonly string[]): Cut => {
  const sources = designSources(config, only, kept);
  const counted = hasMacros(target)
    ? []
    : [...sources.read(true), ...ELABORATE, 'write_json memories.json', 'design -reset'];
  const elaborate = [...counted, ...sources.read(hasMacros(target)), ...ELABORATE, 'write_json design.json'];
  return { ...sources, target, elaborate };
};

interface Elaborated extends Cut {
  readonly parts: readonly ModulePart[];
  /** The design with its memories as macros, where they become block RAM. */
  readonly memories?: Netlist;
}

const elaborated = async (yosys: Yosys, cut: Cut): Promise<Elaborated> => {
  const outputs = ['design.json', ...(hasMacros(cut.target) ? [] : ['memories.json'])];
  const { 'design.json': design, 'memories.json': memories } = await yosys.run(cut.elaborate, cut.files, outputs);
  const parts = partsOf(JSON.parse(design!) as Design);
  return { ...cut, parts, ...(memories === undefined ? {} : { memories: JSON.parse(memories) as Netlist }) };
};

const sizesOf = (
  { prefix }: Config,
  { top, memories }: Elaborated,
  mapped: readonly MappedPart[],
  liberty: string,
): readonly BlockSize[] => {
  const reading = {
    ...{ prefix, top, memory: MEMORY, areas: cellAreas(liberty) },
    delays: new Map(mapped.flatMap(({ name, delay }) => (delay === undefined ? [] : [[name, delay] as const]))),
  };
  const sizes = blockSizes({ modules: Object.fromEntries(mapped.map(({ name, module }) => [name, module])) }, reading);
  if (!memories) return sizes;
  const bits = new Map(blockSizes(memories, reading).map(({ block, memoryBits }) => [block, memoryBits]));
  return sizes.map((size) => ({ ...size, memoryBits: bits.get(size.block) ?? 0 }));
};

/** Most cells of an array that are flattened with the rest: each is mapped anew there. */
const MOST_FLAT_CELLS = 64;

/** Of two ways to map a design the smaller: by LUTs, then by flip-flops. */
export const smallerOf = (tried: Readonly<Record<Multiplexers, BlockSize>>): Multiplexers => {
  const { narrow, wide } = tried;
  return (wide.luts - narrow.luts || wide.flipFlops - narrow.flipFlops) < 0 ? 'wide' : 'narrow';
};

/**
 * Synthesizes an accelerator, or takes the result from the cache: each block alone, and where it is asked for the whole.
 * `ensureTools` has seen to the cell library.
 * @returns sizes, and the mapped netlist of the blocks where memories are macros ('' elsewhere).
 */
export const synthesize = async (
  config: Config,
  yosys: Yosys,
  options: SynthesisOptions,
): Promise<{ readonly synthesis: Synthesis; readonly netlist: string }> => {
  const { target, library, device = 'hx8k', only = TOP_BLOCKS, whole = false, onProgress = () => undefined } = options;
  const liberty = target === 'asic' ? readFileSync(libraryPath(library), 'utf8') : '';
  const cellsApart = hasMacros(target) || config.array.rows * config.array.columns > MOST_FLAT_CELLS;
  const ways = multiplexersOf(target);
  const cuts = [
    cutOf(config, target, only, ['pe', ...TOP_BLOCKS]),
    ...(whole ? [cutOf(config, target, TOP_BLOCKS, cellsApart ? ['pe'] : [])] : []),
  ];
  const key = cacheKey('synth', [
    yosys.identity,
    readers(),
    ...cuts.flatMap(({ elaborate, files }) => [...elaborate, ...Object.entries(files).flat()]),
    ...ways.flatMap((way) => mapping(target, 'top', device, way)),
    ...Object.entries(mappingFiles(target, liberty)).flat(),
  ]);
  const folder = await buildOnce(key, async (fresh) => {
    const parallel = availableParallelism();
    const [blocks, flat] = await inParallel(parallel, cuts, (cut) => elaborated(yosys, cut));
    const jobs = [
      ...ways.flatMap((way) => (flat?.parts ?? []).map((part) => ({ part, way, of: flat! }))),
      ...blocks!.parts.map((part) => ({ part, way: ways[0]!, of: blocks! })),
    ].sort((a, b) => b.part.json.length - a.part.json.length);
    const ended: (typeof jobs)[number][] = [];
    const runsOf = (which: Elaborated | undefined): Runs => {
      const count = (list: typeof jobs): number => list.filter(({ of }) => of === which).length;
      return { done: count(ended), all: count(jobs) };
    };
    const tell = (): void => onProgress(runsOf(flat), runsOf(blocks));
    tell();
    const mapped = await inParallel(parallel, jobs, async (job) => {
      const { part, way, of } = job;
      const result = await mapPart(yosys, part, { target, device, multiplexers: way, liberty }, of.files);
      ended.push(job);
      tell();
      return { ...job, result };
    });
    const resultsOf = (which: Elaborated, wanted: Multiplexers): readonly MappedPart[] =>
      mapped.filter(({ of, way }) => of === which && way === wanted).map(({ result }) => result);
    const results = resultsOf(blocks!, ways[0]!);
    const wholes = flat
      ? ways.map((way) => [way, totalOf('whole', sizesOf(config, flat, resultsOf(flat, way), liberty))] as const)
      : [];
    writeFileSync(join(fresh, 'blocks.json'), JSON.stringify(sizesOf(config, blocks!, results, liberty)));
    writeFileSync(join(fresh, 'wholes.json'), JSON.stringify(Object.fromEntries(wholes)));
    writeFileSync(join(fresh, 'netlist.v'), results.map(({ verilog }) => verilog).join(''));
  });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const all = JSON.parse(read('blocks.json')) as readonly BlockSize[];
  const wholes = JSON.parse(read('wholes.json')) as Readonly<Record<Multiplexers, BlockSize>>;
  const chosen = ways.length > 1 && whole ? smallerOf(wholes) : ways[0]!;
  const synthesis: Synthesis = {
    name: config.name,
    target,
    ...(target === 'asic' ? { library } : {}),
    tool: yosys.version,
    ...(whole
      ? {
          whole: {
            ...{ size: wholes[chosen], cellsApart },
            ...(ways.length > 1 ? { multiplexers: chosen, tried: wholes } : {}),
          },
        }
      : {}),
    blocks: all.filter(({ cells, memoryBits }) => cells > 0 || memoryBits > 0),
  };
  return { synthesis, netlist: read('netlist.v') };
};
