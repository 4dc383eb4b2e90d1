import type { Cell } from './design.js';
import { kindOf } from './targets.js';

/** A mapped design, as far as it is counted. */
export interface Netlist {
  readonly modules: Readonly<
    Record<string, { readonly cells: Readonly<Record<string, Pick<Cell, 'type' | 'parameters'>>> }>
  >;
}

/** Sums over every instance of a block, without the blocks below it. Area in the library's unit, memory in bits. */
export interface BlockSize {
  /** Its name, without the prefix. */
  readonly block: string;
  /** How often it is there. */
  readonly instances: number;
  /** Cells of the target. */
  readonly cells: number;
  /** Look-up tables, on an FPGA. */
  readonly luts: number;
  /** Flip-flops. */
  readonly flipFlops: number;
  /** Block RAMs, on an FPGA. */
  readonly blockRams: number;
  /** Multipliers, on an FPGA. */
  readonly dsps: number;
  /** Bits of memories. */
  readonly memoryBits: number;
  /** Area in the library's unit, µm²; 0 without one. */
  readonly area: number;
  /** Longest path through the block's own logic in ps; where the target has delays. */
  readonly delay?: number;
}

/** Block of a module: `fifo` for `$paramod$1f…\bpi_fifo`; undefined for a cell of the target. */
export const blockName = (module: string, prefix: string): string | undefined => {
  const name = module.split('\\').find((part) => part.startsWith(prefix) && /^\w+$/.test(part));
  return name?.slice(prefix.length);
};

const parameter = (value: string | number | undefined): number =>
  typeof value === 'string' ? Number.parseInt(value, 2) : (value ?? 0);

/** Longest path in ps that ABC's log names; undefined where there is none. */
export const delayOf = (log: string): number | undefined => {
  const delays = [...log.matchAll(/\bDelay =\s*([\d.]+) ps/g)].map(([, delay]) => Number(delay));
  return delays.length > 0 ? Math.max(...delays) : undefined;
};

export interface Reading {
  readonly prefix: string;
  readonly top: string;
  /** The memory module, whose instances count as bits. */
  readonly memory: string;
  readonly areas: ReadonlyMap<string, number>;
  /** Longest path of every module in ps. */
  readonly delays: ReadonlyMap<string, number>;
}

type Sums = { -readonly [K in keyof BlockSize]: BlockSize[K] };

/** Sums of blocks; instances are left to the reader, the delay is the longest. */
export const totalOf = (block: string, sizes: readonly BlockSize[]): BlockSize => {
  const sum = (value: (size: BlockSize) => number): number => sizes.reduce((all, size) => all + value(size), 0);
  const delays = sizes.flatMap(({ delay }) => (delay === undefined ? [] : [delay]));
  return {
    block,
    instances: sum(({ instances }) => instances),
    cells: sum(({ cells }) => cells),
    luts: sum(({ luts }) => luts),
    flipFlops: sum(({ flipFlops }) => flipFlops),
    blockRams: sum(({ blockRams }) => blockRams),
    dsps: sum(({ dsps }) => dsps),
    memoryBits: sum(({ memoryBits }) => memoryBits),
    area: sum(({ area }) => area),
    ...(delays.length > 0 ? { delay: Math.max(...delays) } : {}),
  };
};

/** What sizes are compared by: area where there is one, else LUTs, else cells. */
export const unitOf = ({ area, luts }: BlockSize): 'area' | 'luts' | 'cells' =>
  area > 0 ? 'area' : luts > 0 ? 'luts' : 'cells';

/**
 * Size of every block of a hierarchical netlist, largest first.
 * A module is one of the netlist's own; every other cell type is a cell of the target.
 */
export const blockSizes = (netlist: Netlist, reading: Reading): readonly BlockSize[] => {
  const { prefix, top, memory, areas, delays } = reading;
  const sizes = new Map<string, Sums>();
  const visit = (module: string, block: string, times: number): void => {
    let sums = sizes.get(block);
    if (!sums) {
      sums = { block, instances: 0, cells: 0, luts: 0, flipFlops: 0, blockRams: 0, dsps: 0, memoryBits: 0, area: 0 };
      sizes.set(block, sums);
    }
    sums.instances += times;
    const delay = delays.get(module);
    if (delay !== undefined) sums.delay = Math.max(delay, sums.delay ?? 0);
    const below = new Map<string, number>();
    for (const { type, parameters } of Object.values(netlist.modules[module]!.cells)) {
      const child = blockName(type, prefix);
      if (child === memory) {
        sums.memoryBits += times * parameter(parameters?.WIDTH) * parameter(parameters?.DEPTH);
      } else if (child) {
        if (!netlist.modules[type]) continue; // left out
        const key = `${type} ${child}`;
        below.set(key, (below.get(key) ?? 0) + 1);
      } else {
        const { luts = 0, flipFlops = 0, blockRams = 0, dsps = 0 } = kindOf(type);
        sums.cells += times;
        sums.luts += times * luts;
        sums.flipFlops += times * flipFlops;
        sums.blockRams += times * blockRams;
        sums.dsps += times * dsps;
        sums.area += times * (areas.get(type) ?? 0);
      }
    }
    for (const [key, count] of below) {
      const space = key.lastIndexOf(' ');
      visit(key.slice(0, space), key.slice(space + 1), times * count);
    }
  };
  visit(top, 'top', 1);
  const unit = unitOf(totalOf('all', [...sizes.values()]));
  return [...sizes.values()].sort((a, b) => b[unit] - a[unit] || b.cells - a.cells || b.memoryBits - a.memoryBits);
};
