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

/** Ways to enumerate positions, as in generator/plan/axis.ts, and what they are used for. */
const MODES = { pixels: 0, inputs: 1, grid: 2, validPixels: 3, validOutputs: 4 } as const;
type Mode = keyof typeof MODES;

const tapAxis = (mode: Mode, stride: number): Proof => {
  const rect = mode === 'validPixels' || mode === 'validOutputs';
  return {
    name: `tap_axis ${mode} ${stride}`,
    blocks: ['tap_axis'],
    property: rect
      ? "zerofree: each tap's range holds exactly the positions with a valid pair, inside the tile"
      : "bp: coordinate, phase and borrow of each tap's first position are those of the convolution, and all positions are visited",
    bounds: `${mode}, stride ${stride}; inputs up to 7, kernel, dilation and padding up to 3, any tile and first tap`,
    method: { kind: 'bounded', depth: 7 },
    harness: 'tap_axis',
    parameters: { MODE: MODES[mode], STRIDE: stride },
    bugs: rect
      ? [
          {
            name: 'rounds the first position down',
            block: 'tap_axis',
            find: "raised    = x_i + { {17{1'b0}}, begins[0]};",
            replace: 'raised    = x_i;',
          },
          {
            name: 'does not borrow from the last position',
            block: 'tap_axis',
            find: 'last_i + x_tap - last_borrow_x;',
            replace: 'last_i + x_tap;',
          },
        ]
      : [
          {
            name: 'the phase is not wrapped',
            block: 'tap_axis',
            find: 'phase_o  = borrow ? phase_less[7:0] + phase_mod_i : phase_less[7:0];',
            replace: 'phase_o  = phase_less[7:0];',
          },
        ],
  };
};

const pixelWalker = (rect: boolean, images: number, rows: number, bug: Bug): Proof => ({
  name: `pixel_walker ${rect ? 'rectangle' : 'detection'}`,
  blocks: ['pixel_walker'],
  property: rect
    ? 'images, rows and columns come in order, each position once, at the address that multiplication gives'
    : 'rows and columns come in order, each position once; address, coordinate, on-grid and inside flags are those that multiplication and division give',
  bounds: `${images > 1 ? `up to ${images} images, ` : ''}up to ${rows} rows and 3 columns, any first position, steps, bounds and reach${rect ? '' : ', strides up to 3'}; 3-bit addresses; the whole walk`,
  method: { kind: 'bounded', depth: images * rows * 3 + 2 },
  harness: 'pixel_walker',
  parameters: { RECT: rect ? 1 : 0, IMAGES: images, ROWS: rows },
  bugs: [bug],
});

const PIXEL_WALKS: readonly Proof[] = [
  pixelWalker(true, 2, 2, {
    name: 'a new image goes on from the last row',
    block: 'pixel_walker',
    find: 'image_ends ? next_image : row_ends ? next_row : next_column;',
    replace: 'row_ends ? next_row : next_column;',
  }),
  pixelWalker(false, 1, 3, {
    name: 'rows keep the phase of the row before',
    block: 'pixel_walker',
    find: "row_ends ? phase_w_first_q : wrap_w_q ? 8'd0",
    replace: "wrap_w_q ? 8'd0",
  }),
];

const WALK_CYCLES = 50;

const walk = (name: string, mode: Mode, reduce: boolean, bugs: readonly Bug[]): Proof => {
  const rect = mode === 'validPixels' || mode === 'validOutputs';
  return {
    name: `walk ${name}`,
    blocks: ['tap_walker', 'agu_dynamic', 'agu_stationary', 'agu_accumulate'],
    property: rect
      ? 'what enters the array is exactly the valid (pixel, tap) pairs of the convolution, in order, each once; no address leaves its tensor; the tile ends'
      : 'what enters the array is every (position, tap), in order, each once, with data exactly where a valid pair is and a zero elsewhere; no address leaves its tensor; the tile ends',
    bounds: `${name} (${mode}); both axes: stride 2, up to 2 inputs, kernel up to 2, dilation up to 2, padding up to 1; one lane, one tile; the whole walk`,
    method: { kind: 'bounded', depth: WALK_CYCLES },
    harness: 'walk',
    helpers: ['conv_axis'],
    parameters: {
      ...{ MODE: MODES[mode], REDUCE: reduce ? 1 : 0, CYCLES: WALK_CYCLES - 1 },
      ...{ INPUTS: 2, KERNEL: 2, STRIDE: 2, DILATION: 2, PAD: 1 },
    },
    bugs,
  };
};

const WALKS: readonly Proof[] = [
  walk('dgrad zerofree', 'validOutputs', false, [
    {
      name: 'sums of all taps of a row begin at one place',
      block: 'tap_walker',
      find: 'pix_w_q  <= pix_w_q + pix_tap_w;',
      replace: 'pix_w_q  <= pix_w_q;',
    },
    {
      name: 'a row ends one position early',
      block: 'pixel_walker',
      find: "wire row_ends   = w_q == 16'd0;",
      replace: "wire row_ends   = w_q == 16'd1;",
    },
  ]),
  walk('fprop zerofree', 'validPixels', false, [
    {
      name: 'an empty tap is not passed over',
      block: 'tap_walker',
      find: 'wire skip_w      = state_q == RANGE_W && none;',
      replace: "wire skip_w      = 1'b0;",
    },
  ]),
  walk('dgrad bp', 'inputs', false, [
    {
      name: 'the phase is not detected along h',
      block: 'pixel_walker',
      find: "phase_h_q == 8'd0 && phase_w_q == 8'd0",
      replace: "phase_w_q == 8'd0",
    },
  ]),
  walk('wgrad bp', 'grid', true, [
    {
      name: 'the phase is not detected along h',
      block: 'pixel_walker',
      find: "phase_h_q == 8'd0 && phase_w_q == 8'd0",
      replace: "phase_w_q == 8'd0",
    },
  ]),
];

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
    method: { kind: 'bounded', depth: 9 },
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
    method: { kind: 'bounded', depth: 13 },
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
  {
    name: 'issue',
    blocks: ['issue'],
    property:
      'an accumulator address comes again after HAZARD cycles or later; a swap waits for a whole stationary tile, and no more than one is pushed ahead; every item, vector and column is taken once; an item that can go on does so within HAZARD cycles',
    bounds: 'any streams; 2 columns, HAZARD 3',
    method: { kind: 'pdr' },
    harness: 'issue',
    bugs: [
      {
        name: 'forgets the oldest address',
        block: 'issue',
        find: 'assign clash[i] = recent_valid_q[i] &&',
        replace: 'assign clash[i] = i == 0 && recent_valid_q[i] &&',
      },
      {
        name: 'swaps before the tile is loaded',
        block: 'issue',
        find: 'wire loaded     = !item_swap_i || full_q;',
        replace: "wire loaded     = !item_swap_i || full_q || pushed_q != 8'd0;",
      },
    ],
  },
  {
    name: 'csr bus',
    blocks: ['csr'],
    property:
      'AXI4-Lite: an answer is held while it waits, follows its request, and comes within 2 cycles; OKAY or SLVERR, with 0 for what is not mapped; start and reset are pulses and never together',
    bounds: 'any host and core',
    method: { kind: 'pdr' },
    harness: 'csr',
    bugs: [
      {
        name: 'answers over an answer that waits',
        block: 'csr',
        find: 'wire read = ar_held_q && !rvalid_q;',
        replace: 'wire read = ar_held_q;',
      },
      {
        name: 'answers before the data came',
        block: 'csr',
        find: 'aw_held_q && w_held_q && !bvalid_q',
        replace: 'aw_held_q && !bvalid_q',
      },
    ],
  },
  {
    name: 'sequencer',
    blocks: ['sequencer'],
    property:
      'no LOAD, EXEC or STORE is offered before the counts that it waits for are reached; each is given once, to its queue; something can always go on (no deadlock); done comes only when all is completed, and not after a fault or a reset',
    bounds: 'any program whose waits the decoder accepts, without GEOMETRY; any units, faults and soft resets',
    method: { kind: 'bounded', depth: 11 },
    harness: 'sequencer',
    bugs: [
      {
        name: 'EXEC does not wait for STORE',
        block: 'sequencer',
        find: '!is_geometry && !exec_needs_load && !exec_needs_store;',
        replace: '!is_geometry && !exec_needs_load;',
      },
      {
        name: 'done in the cycle after a reset',
        block: 'sequencer',
        find: '&& !fault && !reset_i && !rst_i;',
        replace: '&& !fault && !reset_i;',
      },
      {
        name: 'a completed LOAD is not counted beside a dispatch',
        block: 'sequencer',
        find: "loads_done_q  <= loads_done_q  + {31'd0, load_done_i};",
        replace: "loads_done_q  <= loads_done_q  + {31'd0, load_done_i && !take};",
      },
    ],
  },
  ...[2, 3].map((stride) => tapAxis('validPixels', stride)),
  ...[2, 3].map((stride) => tapAxis('validOutputs', stride)),
  ...[2, 3].map((stride) => tapAxis('inputs', stride)),
  ...PIXEL_WALKS,
  ...WALKS,
];
