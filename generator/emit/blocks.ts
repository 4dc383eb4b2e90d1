import type { Config } from '../description/config.js';
import type { View } from './template.js';
import { accumulatorView } from './views/accumulator.js';
import { aguAccumulateView } from './views/agu_accumulate.js';
import { aguDynamicView } from './views/agu_dynamic.js';
import { aguStationaryView } from './views/agu_stationary.js';
import { arrayView } from './views/array.js';
import { axiArbiterView } from './views/axi_arbiter.js';
import { bf16MulView } from './views/bf16_mul.js';
import { bufferView } from './views/buffer.js';
import { commonView } from './views/common.js';
import { counterView } from './views/counter.js';
import { csrView } from './views/csr.js';
import { decodeView } from './views/decode.js';
import { deskewView } from './views/deskew.js';
import { dmaReadView } from './views/dma_read.js';
import { dmaWriteView } from './views/dma_write.js';
import { epilogueView } from './views/epilogue.js';
import { fetchView } from './views/fetch.js';
import { fifoView } from './views/fifo.js';
import { fp32AddView } from './views/fp32_add.js';
import { issueView } from './views/issue.js';
import { peView } from './views/pe.js';
import { pixelWalkerView } from './views/pixel_walker.js';
import { reorganizeView } from './views/reorganize.js';
import { sequencerView } from './views/sequencer.js';
import { skewView } from './views/skew.js';
import { sram1r1wView } from './views/sram_1r1w.js';
import { storeView } from './views/store.js';
import { systolicView } from './views/systolic.js';
import { tapAxesView } from './views/tap_axes.js';
import { tapWalkerView } from './views/tap_walker.js';
import { topView } from './views/top.js';
import { transposerView } from './views/transposer.js';

/** One block: `templates/rtl/<name>.v.hbs`, `templates/tb/<name>_tb.v.hbs`, `generator/views/<name>.ts`, `test/rtl/<name>.test.ts`. */
export interface Block {
  readonly name: string;
  /** One line for the catalogue and the file list. */
  readonly purpose: string;
  readonly view: (config: Config) => View;
  /** Blocks that this one instantiates, in any configuration. */
  readonly uses: readonly string[];
  /** Name of its bench, where that is not the block's: `templates/tb/<bench>_tb.v.hbs`. */
  readonly bench?: string;
  /** Whether a configuration has this block; without it, every one has. */
  readonly when?: (config: Config) => boolean;
}

/** Blocks of the floating-point datapath. */
export const isBf16 = (config: Config): boolean => config.format === 'bf16';

/** Every block of the accelerator, leaves first. */
export const blocks: readonly Block[] = [
  { name: 'sram_1r1w', purpose: 'memory wrapper: one read, one write', view: sram1r1wView, uses: [] },
  { name: 'fifo', purpose: 'first in, first out', view: fifoView, uses: ['sram_1r1w'] },
  { name: 'fp32_add', purpose: 'fp32 adder', view: fp32AddView, uses: [], when: isBf16 },
  { name: 'bf16_mul', purpose: 'bf16 multiplier', view: bf16MulView, uses: [], when: isBf16 },
  { name: 'pe', purpose: 'multiply-accumulate cell', view: peView, uses: ['fp32_add', 'bf16_mul'] },
  { name: 'skew', purpose: 'triangular delay into the array', view: skewView, uses: [] },
  { name: 'deskew', purpose: 'triangular delay out of the array', view: deskewView, uses: [] },
  { name: 'array', purpose: 'rows and columns of cells', view: arrayView, uses: ['pe'] },
  { name: 'systolic', purpose: 'the array with straight edges', view: systolicView, uses: ['skew', 'array', 'deskew'] },
  { name: 'buffer', purpose: 'operand buffer: a vector from any element', view: bufferView, uses: ['sram_1r1w'] },
  { name: 'transposer', purpose: 'blocks by rows or columns to columns', view: transposerView, uses: [] },
  { name: 'accumulator', purpose: 'sums: accumulate, drain', view: accumulatorView, uses: ['sram_1r1w', 'fp32_add'] },
  { name: 'epilogue', purpose: 'sums to the bytes of a chunk stream', view: epilogueView, uses: [] },
  {
    name: 'dma_read',
    purpose: 'AXI4 read master: strided copies into the buffers',
    view: dmaReadView,
    uses: ['sram_1r1w', 'fifo'],
  },
  { name: 'counter', purpose: '64-bit sum of small increments', view: counterView, uses: [] },
  { name: 'csr', purpose: 'registers, interrupt and counters over AXI4-Lite', view: csrView, uses: ['counter'] },
  {
    name: 'dma_write',
    purpose: 'AXI4 write master: runs of bytes at any alignment',
    view: dmaWriteView,
    uses: ['sram_1r1w', 'fifo'],
  },
  {
    name: 'axi_arbiter',
    purpose: 'two read clients share one AXI4 port',
    view: axiArbiterView,
    uses: ['sram_1r1w', 'fifo'],
  },
  { name: 'fetch', purpose: 'reads the program ahead of its use', view: fetchView, uses: ['sram_1r1w', 'fifo'] },
  { name: 'pixel_walker', purpose: 'positions of a tap, with detection', view: pixelWalkerView, uses: [] },
  { name: 'tap_axes', purpose: 'both axes from tap to tap', view: tapAxesView, uses: [] },
  { name: 'tap_walker', purpose: 'tiles, taps and their ranges', view: tapWalkerView, uses: ['tap_axes'] },
  {
    name: 'agu_dynamic',
    purpose: 'address generator of the dynamic operand',
    view: aguDynamicView,
    uses: ['sram_1r1w', 'fifo', 'pixel_walker'],
  },
  {
    name: 'agu_stationary',
    purpose: 'address generator of the stationary operand',
    view: aguStationaryView,
    uses: ['sram_1r1w', 'fifo', 'pixel_walker'],
  },
  {
    name: 'agu_accumulate',
    purpose: 'address generator of the sums',
    view: aguAccumulateView,
    uses: ['pixel_walker'],
  },
  { name: 'issue', purpose: "the array's entry: join, hazards, tile loading", view: issueView, uses: [] },
  { name: 'store', purpose: 'STORE: drains sums into runs', view: storeView, uses: ['sram_1r1w', 'fifo'] },
  {
    name: 'reorganize',
    purpose: 'REORGANIZE: writes the zero-inserted tensor',
    view: reorganizeView,
    uses: ['sram_1r1w', 'fifo', 'pixel_walker'],
    when: (config) => config.engines.includes('traditional'),
  },
  { name: 'decode', purpose: 'decodes and checks instructions', view: decodeView, uses: [] },
  { name: 'sequencer', purpose: 'runs a program: queues, semaphores, faults', view: sequencerView, uses: ['fifo'] },
  { name: 'activity', purpose: 'what each counter adds', view: commonView, uses: [] },
  {
    name: 'top',
    purpose: 'the accelerator',
    view: topView,
    bench: 'system',
    uses: [
      'csr',
      'activity',
      'fetch',
      'decode',
      'sequencer',
      'dma_read',
      'axi_arbiter',
      'buffer',
      'tap_walker',
      'agu_dynamic',
      'agu_stationary',
      'agu_accumulate',
      'transposer',
      'issue',
      'systolic',
      'accumulator',
      'store',
      'reorganize',
      'epilogue',
      'dma_write',
    ],
  },
];

/** The blocks that a configuration has, leaves first. */
export const blocksOf = (config: Config): readonly Block[] => blocks.filter((block) => block.when?.(config) ?? true);
