import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import type { Bug, Method, Proof } from './proof.js';
import { VECTOR_PROOFS } from './vectorProofs.js';

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

/** Ways to enumerate positions, as in generator/dataflows/axis.ts, and what they are used for. */
const MODES = { pixels: 0, inputs: 1, grid: 2, validPixels: 3, validOutputs: 4 } as const;
type Mode = keyof typeof MODES;

const tapAxes = (mode: Mode, stride: number): Proof => {
  const rect = mode === 'validPixels' || mode === 'validOutputs';
  return {
    name: `tap_axes ${mode} ${stride}`,
    blocks: ['tap_axes'],
    property: rect
      ? "zerofree: each tap's range holds exactly the positions with a valid pair, inside the tile"
      : "bp: coordinate, phase and borrow of each tap's first position are those of the convolution, and all positions are visited",
    bounds: `${mode}, stride ${stride}; inputs up to 7, kernel, dilation and padding up to 3, any tile and first tap`,
    method: { kind: 'bounded', depth: 7 },
    harness: 'tap_axes',
    parameters: { MODE: MODES[mode], STRIDE: stride },
    bugs: rect
      ? [
          {
            name: 'rounds the first position down',
            block: 'tap_axes',
            find: "raised = x + { {(X_W-1){1'b0} }, |phase};",
            replace: 'raised = x;',
          },
          {
            name: 'does not borrow from the last position',
            block: 'tap_axes',
            find: 'last + x_change - last_borrow_x;',
            replace: 'last + x_change;',
          },
        ]
      : [
          {
            name: 'the phase is not wrapped',
            block: 'tap_axes',
            find: 'phase_o  = borrow ? phase_less[PHASE_W-1:0] + phase_mod : phase_less[PHASE_W-1:0];',
            replace: 'phase_o  = phase_less[PHASE_W-1:0];',
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
    find: 'row_ends   ? to_w_first_q : wrap_w_q ? phase_mod_w_i',
    replace: 'wrap_w_q ? phase_mod_w_i',
  }),
];

/** Largest inputs, kernel, stride, dilation and padding of one axis. */
type Reach = readonly [inputs: number, kernel: number, stride: number, dilation: number, pad: number];
const SMALL: Reach = [2, 2, 3, 2, 1];

const reachParameters = (axis: 'H' | 'W', [inputs, kernel, stride, dilation, pad]: Reach) => ({
  [`INPUTS_${axis}`]: inputs,
  [`KERNEL_${axis}`]: kernel,
  [`STRIDE_${axis}`]: stride,
  [`DILATION_${axis}`]: dilation,
  [`PAD_${axis}`]: pad,
});

const walk = (name: string, mode: Mode, reduce: boolean, bugs: readonly Bug[]): Proof => {
  const rect = mode === 'validPixels' || mode === 'validOutputs';
  const [inputs, kernel, stride, dilation, pad] = SMALL;
  const cycles = rect ? 53 : 63;
  return {
    name: `walk ${name}`,
    blocks: ['tap_walker', 'agu_dynamic', 'agu_stationary', 'agu_accumulate'],
    property: rect
      ? 'what enters the array is exactly the valid (pixel, tap) pairs of the convolution, in order, each once; no address leaves its tensor; the tile ends'
      : 'what enters the array is every (position, tap), in order, each once, with data exactly where a valid pair is and a zero elsewhere; no address leaves its tensor; the tile ends',
    bounds: `${name} (${mode}); each axis by itself: up to ${inputs} inputs, kernel up to ${kernel}, stride up to ${stride}, dilation up to ${dilation}, padding up to ${pad}; one lane, one tile; the whole walk`,
    method: { kind: 'bounded', depth: cycles },
    harness: 'walk',
    helpers: ['conv_axis'],
    parameters: {
      ...{ MODE: MODES[mode], REDUCE: reduce ? 1 : 0, CYCLES: cycles - 1 },
      ...{ ...reachParameters('H', SMALL), ...reachParameters('W', SMALL) },
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
      find: 'columns_q == ONE : w_q == TWO;',
      replace: 'columns_q == ONE : w_q == TWO + ONE;',
    },
  ]),
  walk('fprop zerofree', 'validPixels', false, [
    {
      name: 'an empty tap is not passed over',
      block: 'tap_walker',
      find: 'wire skip_w      = state_q == RANGE_W && none_w;',
      replace: "wire skip_w      = 1'b0;",
    },
  ]),
  walk('wgrad zerofree', 'validPixels', true, [
    {
      name: 'an empty row of taps is not passed over',
      block: 'tap_walker',
      find: 'wire skip_h      = state_q == RANGE_H && none_h;',
      replace: "wire skip_h      = 1'b0;",
    },
  ]),
  walk('fprop bp', 'pixels', false, [
    {
      name: 'the bound along h is not checked',
      block: 'pixel_walker',
      find: "!x_h_q[X_W-1] && x_h_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_h_i}",
      replace: '!x_h_q[X_W-1]',
    },
  ]),
  walk('dgrad bp', 'inputs', false, [
    {
      name: 'the phase is not detected along h',
      block: 'pixel_walker',
      find: 'to_h_q == phase_mod_h_i && to_w_q == phase_mod_w_i',
      replace: 'to_w_q == phase_mod_w_i',
    },
  ]),
  walk('wgrad bp', 'grid', true, [
    {
      name: 'the phase is not detected along h',
      block: 'pixel_walker',
      find: 'to_h_q == phase_mod_h_i && to_w_q == phase_mod_w_i',
      replace: 'to_w_q == phase_mod_w_i',
    },
  ]),
];

const transposer = (rows: number, columns: number, bug: Bug): Proof => ({
  name: `transposer ${rows} by ${columns}`,
  blocks: ['transposer'],
  property:
    "in place: every block's columns leave in order, each once, every element in its place; no cell is filled before it has been read or read before it has been filled; a block that is inside comes out, and behind a column that leaves there is room",
  bounds: `blocks of ${rows} by ${columns} that come by rows or by columns, any count; 1 bit an element`,
  method: { kind: 'pdr' },
  harness: 'transposer',
  parameters: { ROWS: rows, COLS: columns },
  bugs: [
    bug,
    {
      name: 'a vector goes in before its line has been read',
      block: 'transposer',
      find: '(wr_step_q != rd_step_q || rd_take)',
      replace: "1'b1",
    },
  ],
});

const PAST_THE_END: Bug = {
  name: 'reads beyond the end',
  block: 'fetch',
  find: "at_end ? next_q[1:0] + left_q[1:0] - 2'd1 : 2'd3;",
  replace: "2'd3;",
};
const FORGETS_AN_ADDRESS: Bug = {
  name: 'forgets an address that waits',
  block: 'fetch',
  find: 'ar_valid_q    <= announce || (ar_valid_q && !m_axi_arready_i);',
  replace: 'ar_valid_q    <= announce;',
};
const TAKEN_SLOTS: Bug = {
  name: 'asks for slots that are taken',
  block: 'fetch',
  find: " && busy_q[quad_d*4 +: 4] == 4'd0",
  replace: '',
};
const ONE_FREE_SLOT: Bug = {
  name: 'one free slot of four is enough',
  block: 'fetch',
  find: "busy_q[quad_d*4 +: 4] == 4'd0",
  replace: "busy_q[quad_d*4 +: 4] != 4'd15",
};
const KEEPS_A_BEAT: Bug = {
  name: 'the last beat stays when it has one instruction',
  block: 'fetch',
  find: "slot_q[0] || due_q == { {(COUNT_W-1){1'b0} }, 1'b1 }",
  replace: 'slot_q[0]',
};

const fetch = (dataWidth: number, depth: number, bugs: readonly Bug[]): Proof => ({
  name: `fetch ${dataWidth}`,
  blocks: ['fetch'],
  property:
    'AR is held while it waits and keeps to 4 KiB; the bursts are the program, in order, into slots that are free, and slots that are free are asked for; what is asked for is taken; every instruction leaves once, in parts, in order, in its slot; idle means that all has come and nothing is owed',
  bounds: `any program${dataWidth > 32 ? ' below 1,024 instructions, in the first 16 KiB' : ''}, stops and errors, any order in which slots are freed; ${dataWidth}-bit beats`,
  method: { kind: 'bounded', depth },
  harness: 'fetch',
  helpers: ['axi_rules'],
  parameters: { DATA_W: dataWidth, ...(dataWidth > 32 ? { MOST: 0x400 } : {}) },
  bugs,
});

/** A dynamic buffer whose pixels are large enough for runs that are too long. */
const LARGE: Config = {
  ...presets.tiny4,
  limits: undefined,
  buffers: { ...presets.tiny4.buffers, dynamicBytes: 131072 },
};

const decode = (partWidth: number, method: Method, bugs: readonly Bug[]): Proof => ({
  name: `decode ${partWidth}`,
  blocks: ['decode'],
  property:
    'the cycle after the last part of an instruction names one queue or one cause; none without a cause waits for what is not given yet, begins outside its buffer, names lanes, groups, addresses or alignments that do not exist, counts to zero, or writes a run of more bytes than 32 bits count',
  bounds: `${method.kind === 'bounded' ? 'one instruction of any words, any counts' : 'any words and counts'}, in parts of ${partWidth} bits; 4 by 4 lanes, 32-bit addresses, 16-bit operands`,
  method,
  config: LARGE,
  harness: 'decode',
  parameters: { PART_W: partWidth },
  bugs,
});

const DATA_PATHS: readonly Proof[] = [
  transposer(2, 3, {
    name: 'blocks of both kinds meet',
    block: 'transposer',
    find: ' && by_column == by_column_q;',
    replace: ';',
  }),
  transposer(4, 2, {
    name: 'lines of one kind only',
    block: 'transposer',
    find: 'turned_q && !by_column_q;',
    replace: "1'b0;",
  }),
  {
    name: 'buffer',
    blocks: ['buffer'],
    property:
      'ring: a vector at any element, over the end of the buffer too, has of each element what was written last, two cycles later; a write touches its own elements only',
    bounds:
      '16 elements of 1 bit, words of 4, vectors of 3, beats of 2; any writes and reads that do not meet in a word',
    method: { kind: 'pdr' },
    harness: 'buffer',
    bugs: [
      {
        name: 'a vector over two words reads one row',
        block: 'buffer',
        find: "rd_odd ? rd_row + 1'b1 : rd_row;",
        replace: 'rd_row;',
      },
      { name: 'strobes are ignored', block: 'buffer', find: '&& wr_strb_i[e % BEAT]', replace: '' },
    ],
  },
  {
    name: 'dma_write bytes',
    blocks: ['dma_write'],
    property:
      'strobes mark exactly the bytes of the runs and no other; the bursts are the beats of the runs, in order, each once; every byte leaves at its address with its value; after a stop no other byte is written',
    bounds:
      'up to 3 runs of up to 7 bytes about the end of a page, any chunks, stops and errors; 32-bit beats, 2 bursts in flight',
    method: { kind: 'bounded', depth: 10 },
    harness: 'dma_write_bytes',
    bugs: [
      {
        name: 'a beat keeps the strobes of the one before',
        block: 'dma_write',
        find: 'part_strb_q <= emits ? chunk_next_q : part_strb_q | chunk_here_q;',
        replace: 'part_strb_q <= part_strb_q | chunk_here_q;',
      },
      {
        name: "a run's rest in another beat is dropped",
        block: 'dma_write',
        find: 'wire again      = chunk_closes_q && |chunk_next_q;',
        replace: "wire again      = 1'b0;",
      },
    ],
  },
  decode(512, { kind: 'pdr' }, [
    {
      name: 'waits for what is not given yet',
      block: 'decode',
      find: 'early = waiting && (back_0[COUNT_W] || back_1[COUNT_W]);',
      replace: 'early = waiting && back_0[COUNT_W];',
    },
    {
      name: 'groups need not fit the array',
      block: 'decode',
      find: ' || !(by_column ? columns_fit_q : rows_fit_q)',
      replace: '',
    },
    {
      name: 'a row may be longer than the buffer',
      block: 'decode',
      find: '|| (here[6] && beyond(load_row_bytes, STAT_W + BYTE_W))',
      replace: '',
    },
    {
      name: 'a run may be twice as long',
      block: 'decode',
      find: 'REORGANIZE_LIMIT = 31',
      replace: 'REORGANIZE_LIMIT = 32',
    },
    {
      name: 'keeps the opcode of the instruction before',
      block: 'decode',
      find: 'head = here[0] && !alone ? word_0 : head_q;',
      replace: 'head = head_q;',
    },
  ]),
  decode(32, { kind: 'bounded', depth: 19 }, [
    {
      name: 'forgets what is wrong with an earlier part',
      block: 'decode',
      find: 'here[0] ? now : found_q | now;',
      replace: 'now;',
    },
    {
      name: 'flags that no field covers are passed over',
      block: 'decode',
      find: "{ 2'd0, head_reserved, 5'd0 }",
      replace: "8'd0",
    },
    {
      name: 'an opcode is known by its lowest bits',
      block: 'decode',
      find: '|part_i[7:3]',
      replace: "1'b0",
    },
    {
      name: 'the elements are those of another word',
      block: 'decode',
      find: 'here[6] ? elements : elements_q;',
      replace: 'elements;',
    },
  ]),
  {
    name: 'store',
    blocks: ['store'],
    property:
      'drains the vectors and announces the runs that STORE names, in order, each once, at the addresses that multiplication gives; vectors keep their lanes and none is lost; it goes on, and ends when all is written',
    bounds:
      'any fields with up to 2 runs along each stride, 2 groups and 2 vectors; 4-bit accumulator addresses, strides of 4 bits; any waits of the neighbours',
    method: { kind: 'bounded', depth: 18 },
    harness: 'store',
    bugs: [
      {
        name: 'a new row of runs goes on from the last run',
        block: 'store',
        find: 'last_c1 ? c2_addr_q + stride2 : c1_addr_q',
        replace: 'last_c1 ? c1_addr_q + stride2 : c1_addr_q',
      },
      {
        name: 'a group goes on from the last vector',
        block: 'store',
        find: 'last_g ? next_1 : last_v ? next_g : v_addr_q',
        replace: 'last_g ? next_1 : v_addr_q',
      },
    ],
  },
  {
    name: 'reorganize',
    blocks: ['reorganize', 'store'],
    property:
      "announces a run for each row of positions at the address that multiplication gives; each position's elements leave in order, read where its pixel lies, and zeros where it has none; it ends when all is written",
    bounds:
      'any fields with up to 2 rows, 2 columns, 3 elements, strides up to 2; beats of 2 elements, 4-bit buffer addresses; any waits of the neighbours',
    method: { kind: 'bounded', depth: 17 },
    harness: 'reorganize',
    bugs: [
      {
        name: 'positions without a pixel get the last one',
        block: 'reorganize',
        find: 'read_q   <= paired;',
        replace: "read_q   <= 1'b1;",
      },
      {
        name: 'rows follow one another without their stride',
        block: 'store',
        find: ': c1_addr_q + stride1;',
        replace: ': c1_addr_q + run_bytes_q;',
      },
    ],
  },
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
        find: 'at_row ? left_q[7:0] : most;',
        replace: "at_row ? left_q[7:0] : most + 8'd1;",
      },
      {
        name: 'forgets an address that waits',
        block: 'dma_read',
        find: 'ar_waits_q    <= ar_waits;',
        replace: 'ar_waits_q    <= ar_waits && !stop;',
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
        find: 'first[n] = first[n-1] && !arvalid_i[n-1];',
        replace: 'first[n] = first[n-1];',
      },
      {
        name: 'waits for the wrong client',
        block: 'axi_arbiter',
        find: '|(r_client & rready_i)',
        replace: '|(~r_client & rready_i)',
      },
    ],
  },
  fetch(32, 16, [PAST_THE_END, FORGETS_AN_ADDRESS]),
  fetch(512, 12, [TAKEN_SLOTS, ONE_FREE_SLOT]),
  fetch(1024, 12, [KEEPS_A_BEAT]),
  {
    name: 'dma_write bus',
    blocks: ['dma_write'],
    property:
      'AW and W are held while they wait; bursts keep to 4 KiB and 256 beats, WLAST is with the last beat; nothing is sent of a run that is not all inside the window, and no run inside it is refused; no more bursts open than OUTSTANDING; answers are taken; idle means nothing is owed',
    bounds:
      'runs below 2 KiB in the first or the last 16 KiB of the address space, any window, chunks, stops and errors; 32-bit beats, 2 bursts in flight',
    method: { kind: 'bounded', depth: 9 },
    harness: 'dma_write',
    helpers: ['axi_rules'],
    bugs: [
      {
        name: 'crosses a page',
        block: 'dma_write',
        find: "whole ? 8'd255 : to_page[7:0];",
        replace: "8'd255;",
      },
      {
        name: 'window checked at its base alone',
        block: 'dma_write',
        find: "begins_in_q && { 1'b0, end_q } <= { {(END_W-ADDR_W){1'b0}}, window_limit_i }",
        replace: 'begins_in_q',
      },
      {
        name: 'a run is refused no earlier than where it leaves the window',
        block: 'dma_write',
        find: "!fresh_q || (begins_in_q && { 1'b0, end_q }",
        replace:
          "(begins_in_q && { 1'b0, at_run ? end_q : { beat_q, {BYTE_W{1'b0} } } + BEAT_BYTES * ({ 24'd0, most } + 1) }",
      },
      {
        name: 'refuses what ends with the address space',
        block: 'dma_write',
        find: "{ {(END_W-ADDR_W){1'b0}}, window_limit_i }",
        replace: "{ {(END_W-ADDR_W+1){1'b0}}, window_limit_i[ADDR_W-1:0] }",
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
      'every lane of an entry holds the sum of what came to it since its last drain, whatever the others do, and adds where its group does; a drain gives it two cycles later and clears it; a drain goes on in the first gap of the accumulates; clearing ends; the end of a tile comes out when all before it has been written',
    bounds:
      'any addresses and data, the same lanes of an address again after ADD_STAGES+2 cycles; int32, 2 lanes, groups of any number of them, 4 banks of 2 entries',
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
      {
        name: 'the next group is the same',
        block: 'accumulator',
        find: 'lanes_q << group_lanes_i',
        replace: 'lanes_q',
      },
      {
        name: 'the end of a tile comes early',
        block: 'accumulator',
        find: 'ended_o         = ending_q[ADD_STAGES+3]',
        replace: 'ended_o         = ending_q[ADD_STAGES+2]',
      },
    ],
  },
  {
    name: 'issue',
    blocks: ['issue'],
    property:
      'an accumulator address comes again, for the same group of lanes, after HAZARD cycles or later; a swap waits for a whole stationary tile, and no more than one is pushed ahead; every item, vector and column is taken once; an item that can go on does so within HAZARD cycles',
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
        name: 'the same group is another one',
        block: 'issue',
        find: "item_keep_i[0] ? group_q : group_q + 1'b1",
        replace: "group_q + 1'b1",
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
    name: 'counters small sums',
    blocks: ['counters'],
    property: 'no small sum overflows between two of its turns',
    bounds: 'all counters of tiny4, any increments, clears and reads',
    method: { kind: 'pdr' },
    harness: 'counters_small',
    bugs: [
      {
        name: 'a small sum is not taken',
        block: 'counters',
        find: "cycles_q <= clear || take[0] ? 6'd0 : cycles_d;",
        replace: "cycles_q <= clear ? 6'd0 : cycles_d;",
      },
    ],
  },
  {
    name: 'counters totals',
    blocks: ['counters'],
    property:
      'a low word is the sum of all that was added since the last clear and before the read, and the high word belongs to it; a read is answered within a sweep',
    bounds: 'any of the basic counters; words of 7 bits; any increments, clears and reads',
    method: { kind: 'bounded', depth: 19 },
    harness: 'counters',
    config: { ...presets.tiny4, counters: 'basic', array: { rows: 1, columns: 1 } },
    bugs: [
      {
        name: 'the increment of the turn is lost',
        block: 'counters',
        find: "taken = taken | { 3'd0, cycles_d };",
        replace: "taken = taken | { 3'd0, cycles_q };",
      },
      {
        name: 'a clear is forgotten before every counter had its turn',
        block: 'counters',
        find: "if (word_q == LAST) old_q <= 1'b0;",
        replace: "if (word_q[2]) old_q <= 1'b0;",
      },
      {
        name: 'a turn under way goes on over a clear',
        block: 'counters',
        find: "word_1q[0] <= 1'b1;",
        replace: "word_1q[0] <= 1'b0;",
      },
    ],
  },
  {
    name: 'csr bus',
    blocks: ['csr'],
    property:
      'AXI4-Lite: data is taken once its address has come and no answer waits; an answer is held while it waits, follows its request, and comes within 2 cycles, that of a counter within 18 of the last START; OKAY or SLVERR, with 0 for what is not mapped; start and reset are pulses and never together',
    bounds: 'any host and core; the basic counters, to which nothing is added',
    method: { kind: 'pdr' },
    harness: 'csr',
    config: { ...presets.tiny4, counters: 'basic' },
    bugs: [
      {
        name: 'answers over an answer that waits',
        block: 'csr',
        find: 'wire read = ar_held_q && !rvalid_q &&',
        replace: 'wire read = ar_held_q &&',
      },
      {
        name: 'answers before the data came',
        block: 'csr',
        find: 'aw_held_q && s_axil_wvalid && !bvalid_q',
        replace: 'aw_held_q && !bvalid_q',
      },
    ],
  },
  {
    name: 'sequencer',
    blocks: ['sequencer'],
    property:
      'no LOAD, EXEC or STORE is offered before the counts that it waits for are reached; each is sent once, whole, in order of its queue, while its unit has none, and a GEOMETRY only while no EXEC is at work; a slot is free once it has been read whole, and not before; an EXEC is said to wait only for what is not completed; something can always go on (no deadlock); done comes only when all is completed, and not after a fault or a reset',
    bounds:
      'one run of any program of up to 3 instructions whose waits the decoder accepts, in parts of 256 bits, over the end of the ring; any units, faults and soft resets',
    method: { kind: 'bounded', depth: 20 },
    harness: 'sequencer',
    bugs: [
      {
        name: 'EXEC does not wait for STORE',
        block: 'dispatch',
        find: '!exec_needs_load && !exec_needs_store;\n    wire            exec_asks',
        replace: '!exec_needs_load;\n    wire            exec_asks',
      },
      {
        name: 'LOAD waits for one EXEC more',
        block: 'dispatch',
        find: 'load_past_exec = execs_done_i - ~load_not_exec_q;',
        replace: "load_past_exec = execs_done_i - ~load_not_exec_q - 1'b1;",
      },
      {
        name: 'a GEOMETRY does not wait for EXECs',
        block: 'dispatch',
        find: 'exec_geometry_q ? tiles_done_i :',
        replace: "exec_geometry_q ? 1'b1 :",
      },
      {
        name: 'the next EXEC is sent over one that waits',
        block: 'dispatch',
        find: 'exec_over && !exec_full_q && run_i;',
        replace: 'exec_over && run_i;',
      },
      {
        name: 'a slot is free with its first part',
        block: 'dispatch',
        find: 'free_valid_o    = retires;',
        replace: "free_valid_o    = sends && index_q == 4'd0;",
      },
      {
        name: 'done in the cycle after a reset',
        block: 'sequencer',
        find: '&& !fault && !reset_i && !rst_i;',
        replace: '&& !fault && !reset_i;',
      },
      {
        name: 'a completed LOAD is not counted beside an instruction that comes',
        block: 'sequencer',
        find: 'if (load_done_i) loads_done_q',
        replace: 'if (load_done_i && !take) loads_done_q',
      },
    ],
  },
  ...DATA_PATHS,
  ...[2, 3].map((stride) => tapAxes('validPixels', stride)),
  ...[2, 3].map((stride) => tapAxes('validOutputs', stride)),
  ...[2, 3].map((stride) => tapAxes('inputs', stride)),
  ...PIXEL_WALKS,
  ...WALKS,
  ...VECTOR_PROOFS,
];
