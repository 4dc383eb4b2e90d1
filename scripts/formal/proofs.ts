import type { Bug, Proof } from './proof.js';

const FULL_TOO_LATE: Bug = {
  name: 'full too late',
  block: 'fifo',
  find: 'in_ready_q <= count_d != FULL;',
  replace: 'in_ready_q <= count_d <= FULL;',
};
const LOSES_A_WORD: Bug = {
  name: 'loses a word that passes an empty queue',
  block: 'fifo',
  find: 'out_valid_q <= read || (bypass && enter);',
  replace: 'out_valid_q <= read;',
};
const WRAPS_EARLY: Bug = {
  name: 'wraps early',
  block: 'fifo',
  find: 'rd_addr_q <= rd_addr_q == LAST ?',
  replace: 'rd_addr_q <= rd_addr_q == LAST - 1 ?',
};

const fifo = (depth: number): Proof => ({
  name: `fifo ${depth}`,
  blocks: ['fifo'],
  property: 'words leave in order, each once; no overflow, no underflow; a word that is inside comes out',
  bounds: `DEPTH ${depth}, ${depth > 4 ? 'in memory' : 'in registers'}; 1 bit a word (data is only moved)`,
  method: { kind: 'pdr' },
  harness: 'fifo',
  parameters: { DEPTH: depth },
  bugs: [FULL_TOO_LATE, depth > 4 ? WRAPS_EARLY : LOSES_A_WORD],
});

/** Every proof, quick ones of each kind first. */
export const PROOFS: readonly Proof[] = [
  fifo(2),
  fifo(4),
  fifo(5),
  {
    name: 'dma_read bus',
    blocks: ['dma_read'],
    property:
      'AR is held while it waits, keeps to 4 KiB and 256 beats; no more bursts open than OUTSTANDING; data asked for is taken; idle means nothing is owed',
    bounds: 'any commands, stops and errors; 32-bit beats, 2 bursts in flight',
    method: { kind: 'pdr' },
    harness: 'dma_read',
    helpers: ['axi_rules'],
    bugs: [
      {
        name: 'crosses a page',
        block: 'dma_read',
        find: "at_row  = left_q <= { {(COUNT_W-8){1'b0}}, most };",
        replace: "at_row  = left_q <= { {(COUNT_W-8){1'b0}}, most } + 1;",
      },
      {
        name: 'forgets an address that waits',
        block: 'dma_read',
        find: 'ar_valid_q    <= announce || (ar_valid_q && !m_axi_arready_i);',
        replace: 'ar_valid_q    <= announce || (ar_valid_q && !m_axi_arready_i && !stop);',
      },
    ],
  },
  {
    name: 'axi_arbiter',
    blocks: ['axi_arbiter'],
    property:
      'requests and answers are held while they wait, none is lost, doubled or sent to the wrong client; one client at a time',
    bounds: 'any two clients and memory; 8-bit data',
    method: { kind: 'pdr' },
    harness: 'axi_arbiter',
    bugs: [
      {
        name: 'takes both clients at once',
        block: 'axi_arbiter',
        find: 'dma_arready_o   = ar_room && !fetch_arvalid_i;',
        replace: 'dma_arready_o   = ar_room;',
      },
      {
        name: 'waits for the wrong client',
        block: 'axi_arbiter',
        find: 'r_id ? dma_rready_i : fetch_rready_i',
        replace: 'r_id ? fetch_rready_i : dma_rready_i',
      },
    ],
  },
  {
    name: 'fetch bus',
    blocks: ['fetch'],
    property:
      'AR is held while it waits and keeps to 4 KiB; only a started program is read; what is asked for has room, and is taken; an instruction that waits stays; idle means nothing is owed',
    bounds: 'any program, stops and errors; 32-bit beats',
    method: { kind: 'bounded', depth: 16 },
    harness: 'fetch',
    helpers: ['axi_rules'],
    bugs: [
      {
        name: 'asks for more than it has room for',
        block: 'fetch',
        find: 'room_q >= beats && !stop',
        replace: '!stop',
      },
      {
        name: 'forgets an address that waits',
        block: 'fetch',
        find: 'ar_valid_q    <= announce || (ar_valid_q && !m_axi_arready_i);',
        replace: 'ar_valid_q    <= announce;',
      },
    ],
  },
  {
    name: 'dma_write bus',
    blocks: ['dma_write'],
    property:
      'AW and W are held while they wait; bursts keep to 4 KiB and 256 beats, WLAST is with the last beat; nothing is sent outside the window; no more bursts open than OUTSTANDING; answers are taken; idle means nothing is owed',
    bounds: 'runs below 2 KiB in 16 KiB, any window, chunks, stops and errors; 32-bit beats, 2 bursts in flight',
    method: { kind: 'bounded', depth: 11 },
    harness: 'dma_write',
    helpers: ['axi_rules'],
    bugs: [
      {
        name: 'crosses a page',
        block: 'dma_write',
        find: "|to_page[10:8] ? 8'd255 : to_page[7:0]",
        replace: "8'd255",
      },
      {
        name: 'window checked at its base alone',
        block: 'dma_write',
        find: ">= window_base_i && burst_end_q <= { 1'b0, window_limit_i }",
        replace: '>= window_base_i',
      },
      {
        name: 'last beat too early',
        block: 'dma_write',
        find: 'wire beat_last   = index_q == send_len;',
        replace: "wire beat_last   = index_q == send_len || index_q == 8'd2;",
      },
    ],
  },
  {
    name: 'accumulator',
    blocks: ['accumulator'],
    property:
      'every entry holds the sum of what came since its last drain, whatever the others do; a drain gives it two cycles later and clears it; a drain goes on in the first gap of the accumulates; clearing ends',
    bounds: 'any addresses and data, an address again after ADD_STAGES+2 cycles; int32, 1 lane, 4 banks of 2 entries',
    method: { kind: 'bounded', depth: 16 },
    harness: 'accumulator',
    bugs: [
      {
        name: 'a drain does not clear',
        block: 'accumulator',
        find: 'clearing_q || (drain_valid_q[0] && zero_bank == BANK)',
        replace: 'clearing_q',
      },
      {
        name: 'a drain ignores a write that is due',
        block: 'accumulator',
        find: '|| (next_valid && next_bank == drain_bank)',
        replace: '',
      },
    ],
  },
];
