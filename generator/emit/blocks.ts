import type { Config } from '../spec/config.js';
import { accumulatorView } from '../views/accumulator.js';
import { arrayView } from '../views/array.js';
import { bf16MulView } from '../views/bf16_mul.js';
import { bufferView } from '../views/buffer.js';
import { counterView } from '../views/counter.js';
import { csrView } from '../views/csr.js';
import { deskewView } from '../views/deskew.js';
import { dmaReadView } from '../views/dma_read.js';
import { dmaWriteView } from '../views/dma_write.js';
import { epilogueView } from '../views/epilogue.js';
import { fifoView } from '../views/fifo.js';
import { fp32AddView } from '../views/fp32_add.js';
import { peView } from '../views/pe.js';
import { skewView } from '../views/skew.js';
import { sram1r1wView } from '../views/sram_1r1w.js';
import { systolicView } from '../views/systolic.js';
import { transposerView } from '../views/transposer.js';
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
];

/** The blocks that a configuration has, leaves first. */
export const blocksOf = (config: Config): readonly Block[] => blocks.filter((block) => block.when?.(config) ?? true);
