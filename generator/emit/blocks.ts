import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { formatOf } from '../formats/index.js';
import type { View } from './template.js';
import { axiView } from './views/axi.js';
import { commonView } from './views/common.js';
import { csrView } from './views/csr.js';
import { datapathView } from './views/datapath.js';
import { engineView } from './views/engine.js';
import { topView } from './views/top.js';

/** One block: `templates/rtl/<name>.v.hbs`, `templates/tb/<name>_tb.v.hbs`, `test/rtl/<name>.test.ts`. */
export interface Block {
  readonly name: string;
  /** One line for the catalogue and the file list. */
  readonly purpose: string;
  /** What its templates read; blocks of a kind share it. */
  readonly view: (config: Config) => View;
  /** Blocks that this one instantiates, in any configuration. */
  readonly uses: readonly string[];
  /** Name of its bench, where that is not the block's: that of a block that uses it, or of the whole, `templates/tb/<bench>_tb.v.hbs`. */
  readonly bench?: string;
  /** Whether a configuration has this block; without it, every one has. */
  readonly when?: (config: Config) => boolean;
}

/** Whether the number format needs a block. */
const neededBy =
  (name: string) =>
  (config: Config): boolean =>
    formatOf(config).blocks.includes(name);

/** Whether a configuration has counters. */
const counts = (config: Config): boolean => config.counters !== 'none';

/** Whether a configuration has the vector unit. */
const hasVector = (config: Config): boolean => derive(config).parts.vector;

/** Whether its vector unit meets sums and operands that are integers. */
const convertsIntegers = (config: Config): boolean => hasVector(config) && !formatOf(config).special;

/** Every block of the accelerator, leaves first. */
export const blocks: readonly Block[] = [
  { name: 'sram_1r1w', purpose: 'memory wrapper: one read, one write', view: commonView, uses: [] },
  { name: 'fifo', purpose: 'first in, first out', view: commonView, uses: ['sram_1r1w'] },
  {
    ...{ name: 'fp32_add', purpose: 'fp32 adder', view: datapathView, uses: [] },
    when: (config) => neededBy('fp32_add')(config) || hasVector(config),
  },
  { name: 'fp32_mul', purpose: 'fp32 multiplier', view: datapathView, uses: [], when: hasVector },
  {
    ...{ name: 'fp32_from_int', purpose: 'an integer as fp32', view: datapathView, uses: [] },
    when: convertsIntegers,
  },
  { name: 'fp32_to_int8', purpose: 'fp32 as int8', view: datapathView, uses: [], when: convertsIntegers },
  { name: 'bf16_mul', purpose: 'bf16 multiplier', view: datapathView, uses: [], when: neededBy('bf16_mul') },
  { name: 'pe', purpose: 'multiply-accumulate cell', view: datapathView, uses: ['fp32_add', 'bf16_mul'] },
  { name: 'skew', purpose: 'triangular delay into the array', view: commonView, uses: [] },
  { name: 'deskew', purpose: 'triangular delay out of the array', view: commonView, uses: [] },
  { name: 'array', purpose: 'rows and columns of cells', view: datapathView, uses: ['pe'] },
  {
    name: 'systolic',
    purpose: 'the array with straight edges',
    view: datapathView,
    uses: ['skew', 'array', 'deskew', 'fifo'],
  },
  { name: 'buffer', purpose: 'operand buffer: a vector from any element', view: commonView, uses: ['sram_1r1w'] },
  { name: 'transposer', purpose: 'blocks by rows or columns to columns', view: commonView, uses: [] },
  { name: 'accumulator', purpose: 'sums: accumulate, drain', view: datapathView, uses: ['sram_1r1w', 'fp32_add'] },
  { name: 'epilogue', purpose: 'sums to the bytes of a chunk stream', view: datapathView, uses: [] },
  {
    name: 'dma_read',
    purpose: 'AXI4 read master: strided copies into the buffers',
    view: axiView,
    uses: ['sram_1r1w', 'fifo'],
  },
  { name: 'counters', purpose: 'performance counters in one memory', view: csrView, uses: ['sram_1r1w'], when: counts },
  { name: 'csr', purpose: 'registers, interrupt and counters over AXI4-Lite', view: csrView, uses: ['counters'] },
  {
    name: 'dma_write',
    purpose: 'AXI4 write master: runs of bytes at any alignment',
    view: axiView,
    uses: ['sram_1r1w', 'fifo'],
  },
  {
    name: 'axi_arbiter',
    purpose: 'read clients share one AXI4 port',
    view: axiView,
    uses: ['sram_1r1w', 'fifo'],
  },
  { name: 'fetch', purpose: 'reads the program ahead of its use', view: axiView, uses: ['fifo'] },
  { name: 'pixel_walker', purpose: 'positions of a tap, with detection', view: engineView, uses: [] },
  { name: 'tap_axes', purpose: 'both axes from tap to tap', view: engineView, uses: [] },
  { name: 'tap_walker', purpose: 'tiles, taps and their ranges', view: engineView, uses: ['tap_axes'] },
  { name: 'tap_fifos', purpose: 'a tap to each address generator', view: engineView, uses: ['fifo'] },
  {
    name: 'agu_dynamic',
    purpose: 'address generator of the dynamic operand',
    view: engineView,
    uses: ['sram_1r1w', 'fifo', 'pixel_walker'],
  },
  {
    name: 'agu_stationary',
    purpose: 'address generator of the stationary operand',
    view: engineView,
    uses: ['sram_1r1w', 'fifo', 'pixel_walker'],
  },
  {
    name: 'agu_accumulate',
    purpose: 'address generator of the sums',
    view: engineView,
    uses: ['fifo', 'pixel_walker'],
  },
  { name: 'issue', purpose: "the array's entry: join, hazards, tile loading", view: engineView, uses: [] },
  { name: 'store', purpose: 'STORE: drains sums into runs', view: engineView, uses: ['sram_1r1w', 'fifo'] },
  {
    name: 'reorganize',
    purpose: 'REORGANIZE: writes the zero-inserted tensor',
    view: engineView,
    // the store announces its runs
    uses: ['sram_1r1w', 'fifo', 'store'],
    when: (config) => config.engines.includes('traditional'),
  },
  {
    name: 'vector_lane',
    purpose: 'a lane of the vector unit',
    view: datapathView,
    uses: ['fp32_mul', 'fp32_add'],
    when: hasVector,
  },
  {
    name: 'vector_walk',
    purpose: 'batches and operations of the vector unit, its stalls',
    view: engineView,
    bench: 'vector',
    uses: [],
    when: hasVector,
  },
  {
    name: 'vector_runs',
    purpose: 'runs of several outputs',
    view: engineView,
    bench: 'vector',
    uses: [],
    when: hasVector,
  },
  {
    name: 'vector',
    purpose: "operations on a STORE's vectors in fp32",
    view: datapathView,
    uses: ['sram_1r1w', 'fifo', 'fp32_from_int', 'fp32_to_int8', 'vector_lane', 'vector_walk', 'vector_runs'],
    when: hasVector,
  },
  { name: 'decode', purpose: 'checks instructions', view: engineView, uses: [] },
  {
    name: 'dispatch',
    purpose: 'ring of instructions, queues, parts to the units',
    view: engineView,
    bench: 'sequencer',
    uses: ['sram_1r1w'],
  },
  { name: 'sequencer', purpose: 'runs a program: queues, counts, faults', view: engineView, uses: ['dispatch'] },
  { name: 'status', purpose: 'rest and first error of the units', view: commonView, uses: [] },
  {
    name: 'write_select',
    purpose: 'STORE or REORGANIZE has the write master',
    view: engineView,
    uses: [],
    when: (config) => config.engines.includes('traditional'),
  },
  { name: 'activity', purpose: 'what each counter adds', view: commonView, uses: [], when: counts },
  {
    name: 'top',
    purpose: 'the accelerator',
    view: topView,
    bench: 'system',
    uses: [
      'csr',
      'status',
      'activity',
      'fetch',
      'decode',
      'sequencer',
      'dma_read',
      'axi_arbiter',
      'buffer',
      'tap_walker',
      'tap_fifos',
      'agu_dynamic',
      'agu_stationary',
      'agu_accumulate',
      'transposer',
      'issue',
      'systolic',
      'accumulator',
      'store',
      'reorganize',
      'write_select',
      'epilogue',
      'vector',
      'dma_write',
    ],
  },
];

/** The blocks that a configuration has, leaves first. */
export const blocksOf = (config: Config): readonly Block[] => blocks.filter((block) => block.when?.(config) ?? true);
