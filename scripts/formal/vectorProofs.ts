import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import type { Bug, Proof } from './proof.js';

/** A small accelerator with a vector unit. */
const UNIT: Config = { ...presets.odd!, vector: { lanes: 2 } };

const vectorWalk = (name: string, places: boolean, property: string, bugs: readonly Bug[]): Proof => ({
  name: `vector_walk ${name}`,
  blocks: ['vector_walk'],
  property,
  bounds:
    'any STOREs, one after the other, of any vectors of up to 5 lanes, any operations, waits and room; 2 lanes, 6-bit elements, 3-bit entries, periods below 16, LOOP 3',
  method: { kind: 'pdr' },
  harness: 'vector_walk',
  parameters: { PLACES: places ? 1 : 0 },
  config: UNIT,
  bugs,
});

const vectorRuns = (addressBits: number, bounded: number | undefined, bugs: readonly Bug[]): Proof => ({
  name: `vector_runs ${addressBits}`,
  blocks: ['vector_runs'],
  property:
    "one run for each operation with an output of each batch, in order, of the batch's bytes, where the output's last run ended or the STORE begins it; a run is held while it waits; the next batch is taken once all have been, and then at once",
  bounds: `any STOREs of 1 to 8 operations, one after the other, any offsets and waits; batches of up to 3 elements, ${addressBits}-bit addresses`,
  method: bounded === undefined ? { kind: 'pdr' } : { kind: 'bounded', depth: bounded },
  harness: 'vector_runs',
  parameters: { ADDR_W: addressBits },
  config: UNIT,
  bugs,
});

/** A small one whose operands are integers. */
const INTEGER_UNIT: Config = { ...presets.tiny4!, vector: { lanes: 1 } };

const fromInteger = (width: number): Proof => ({
  name: `fp32_from_int ${width}`,
  blocks: ['fp32_from_int'],
  property: 'an integer as fp32 is the nearest number, ties to even, by quotient and remainder of its size',
  bounds: `all integers of ${width} bits`,
  method: { kind: 'bounded', depth: 2 },
  harness: 'fp32_from_int',
  parameters: { WIDTH: width },
  config: INTEGER_UNIT,
  bugs: [
    { name: 'a negative one is not negated', block: 'fp32_from_int', find: '? -signed_x :', replace: '? signed_x :' },
    { name: 'no last halving', block: 'fp32_from_int', find: 's = 4; s >= 0;', replace: 's = 4; s >= 1;' },
    ...(width > 24
      ? [
          { name: 'ties go up', block: 'fp32_from_int', find: '(high[8] || |high[6:0])', replace: "1'b1" },
          {
            name: 'the last bits are not looked at',
            block: 'fp32_from_int',
            find: '|high[6:0]',
            replace: '|high[6:2]',
          },
        ]
      : [{ name: 'zero has an exponent', block: 'fp32_from_int', find: 'high[31] ? {', replace: "1'b1 ? {" }]),
  ],
});

/** The blocks of the vector unit. */
export const VECTOR_PROOFS: readonly Proof[] = [
  fromInteger(8),
  fromInteger(32),
  {
    name: 'fp32_to_int8',
    blocks: ['fp32_to_int8'],
    property:
      'fp32 as int8 is the nearest integer, ties to even, or the limit of its sign where that is beyond it or no number',
    bounds: 'all numbers of fp32',
    method: { kind: 'bounded', depth: 2 },
    harness: 'fp32_to_int8',
    config: INTEGER_UNIT,
    bugs: [
      { name: 'ties go up', block: 'fp32_to_int8', find: '(moved[9] || lost || |moved[7:0])', replace: "1'b1" },
      { name: 'what is moved out is not looked at', block: 'fp32_to_int8', find: 'lost || |moved', replace: '|moved' },
      { name: 'the last bits are not looked at', block: 'fp32_to_int8', find: '|x_i[8:0]', replace: '|x_i[8:1]' },
      { name: 'a carry beyond the limit', block: 'fp32_to_int8', find: 'beyond || size[7];', replace: 'beyond;' },
      {
        name: '-128 is a limit of -127',
        block: 'fp32_to_int8',
        find: '{7{!x_i[31]} }',
        replace: "{6{!x_i[31]} }, 1'b1",
      },
      { name: 'a half is zero', block: 'fp32_to_int8', find: "exponent < 8'd125", replace: "exponent < 8'd127" },
    ],
  },
  {
    name: 'fp32_mul',
    blocks: ['fp32_mul'],
    property:
      'a product is the exact one rounded to nearest, ties to even, by quotient and remainder of whole numbers; subnormals, and what is below the smallest normal before it is rounded, are signed zero; infinity and NaN as in IEEE 754, every NaN 0x7FC00000',
    bounds:
      'all pairs of operands; the significand is the sum of three products of 24 by 8 bits, which both sides have; no stage keeps anything of the pair before',
    method: { kind: 'bounded', depth: 4 },
    harness: 'fp32_mul',
    config: UNIT,
    bugs: [
      { name: 'ties go up', block: 'fp32_mul', find: 'half && (frac[0] || below);', replace: 'half;' },
      {
        name: 'the lowest byte of the product is not looked at',
        block: 'fp32_mul',
        find: '|upper[13:0] || |low_q[7:0];',
        replace: '|upper[13:0];',
      },
      {
        name: 'the last bit behind a product from 2.0 on is not looked at',
        block: 'fp32_mul',
        find: 'sum_sticky || (two && sum_frac[0]);',
        replace: 'sum_sticky;',
      },
      {
        name: 'infinite one power of two late',
        block: 'fp32_mul',
        find: "mul_exp >= 9'd381;",
        replace: "mul_exp >= 9'd382;",
      },
      {
        name: 'the smallest normal numbers are zero',
        block: 'fp32_mul',
        find: "mul_exp <= 9'd126;",
        replace: "mul_exp <= 9'd127;",
      },
      {
        name: 'infinity times zero is infinity',
        block: 'fp32_mul',
        find: '(|a_i[22:0] || b_zero)',
        replace: '|a_i[22:0]',
      },
      {
        name: 'a carry does not reach the exponent',
        block: 'fp32_mul',
        find: 'up_high && &frac[22:11];',
        replace: "1'b0;",
      },
    ],
  },
  vectorRuns(3, undefined, [
    {
      name: 'an operation without an output waits for the neighbour too',
      block: 'vector_runs',
      find: "runs && (out == 2'd0 || cmd_ready_i);",
      replace: 'runs && cmd_ready_i;',
    },
    {
      name: 'a run does not wait to be taken',
      block: 'vector_runs',
      find: "(out == 2'd0 || cmd_ready_i);",
      replace: "1'b1;",
    },
    {
      name: 'the last operation has no run',
      block: 'vector_runs',
      find: "{ 1'b0, index_q } == count_i - 4'd1;",
      replace: "{ 1'b0, index_q } == count_i - 4'd2;",
    },
    {
      name: 'the third output goes on where the second one does',
      block: 'vector_runs',
      find: "(goes && out == 2'd3))",
      replace: "(goes && out == 2'd3 && 1'b0))",
    },
    { name: 'every output is fp32', block: 'vector_runs', find: '<< (narrows_i[index_q] ? 1 : 2);', replace: '<< 2;' },
  ]),
  vectorRuns(40, 15, [
    {
      name: 'offsets are not signed',
      block: 'vector_runs',
      find: '{ {ADDR_W{step[31]} }, step };',
      replace: "{ {ADDR_W{1'b0} }, step };",
    },
  ]),
  vectorWalk(
    'control',
    false,
    'every operation goes over every chunk of every batch, once and in order, with its place and lanes; none goes without its vector, port or room, and only what it uses is read; a vector is taken with its last chunk; a batch is told with its last chunk; the next operation comes to a chunk LOOP cycles later or more; what can go on does so within LOOP cycles, and the STORE ends',
    [
      {
        name: 'the next pass begins too early',
        block: 'vector_walk',
        find: '|| idles) && pos_q >= LOOP_1[3:0];',
        replace: '|| idles);',
      },
      {
        name: 'a batch of 15 chunks',
        block: 'vector_walk',
        find: 'ends_all || &pos_q :',
        replace: "ends_all || pos_q == 4'd14 :",
      },
      {
        name: 'a batch that cannot be announced begins its runs',
        block: 'vector_walk',
        find: '(!ends || batch_ready_i)',
        replace: "1'b1",
      },
      {
        name: 'goes without room',
        block: 'vector_walk',
        find: " && (out == 2'd0 || room_i);",
        replace: ';',
      },
      {
        name: 'of a later pass the last chunk is that of the one before',
        block: 'vector_walk',
        find: 'if (ends) last_pos_q <= pos_q;',
        replace: "if (ends) last_pos_q <= pos_q - 4'd1;",
      },
      {
        name: 'ends with the first batch',
        block: 'vector_walk',
        find: 'wire over  = fire && first && ends ? ends_all : over_q;',
        replace: "wire over  = 1'b1;",
      },
      {
        name: 'what ended the group is not kept',
        block: 'vector_walk',
        find: 'known[pos_q] <= fresh;',
        replace: "known[pos_q] <= { 1'b0, fresh[LANES_W-1:0] };",
      },
    ],
  ),
  vectorWalk(
    'places',
    true,
    'with that: stream addresses are the element before the chunk, doubled for fp32, from where the stream begins; entries of coefficients begin anew with each group, those of sums with each period; of each pass all begin as the batch does; a batch has the elements of its chunks',
    [
      {
        name: 'a pass goes on where the one before it ended',
        block: 'vector_walk',
        find: 'turns && !last_op ? batch_q : state;',
        replace: 'state;',
      },
      {
        name: 'the next batch begins as the last one did',
        block: 'vector_walk',
        find: 'else if (turns && last_op) batch_q <= state;',
        replace: '',
      },
      {
        name: 'sums repeat a chunk late',
        block: 'vector_walk',
        find: "turn_1 == period_i ? 16'd0",
        replace: "turn == period_i ? 16'd0",
      },
      {
        name: 'an address of fp32 counts elements',
        block: 'vector_walk',
        find: 'wide_stationary_o ? element_w : element_1;',
        replace: 'element_1;',
      },
      {
        name: 'second sums lie among the first',
        block: 'vector_walk',
        find: "(second ? period_i[ENTRY_W-1:0] : {ENTRY_W{1'b0} });",
        replace: "{ENTRY_W{1'b0} };",
      },
    ],
  ),
  {
    name: 'vector_lane',
    blocks: ['vector_lane'],
    property:
      "what an operation multiplies, by what, and what it adds are those of OPERATIONS, with sources, swap, factor, gate, leak, value, tag and mac; what no gate keeps is +0; a result comes 4 + ADD_STAGES cycles later, clipped, and as bf16 the nearest, ties to even; multiplier and adder are the lane's own on both sides",
    bounds:
      'any operation that the decoder lets pass, any sources, any constants without subnormals; ADD_STAGES 2; no stage keeps anything of the operation before',
    method: { kind: 'bounded', depth: 8 },
    harness: 'vector_lane',
    config: UNIT,
    bugs: [
      {
        name: 'a gate by Q keeps what is not above zero',
        block: 'vector_lane',
        find: '!q[31] && |q[30:23]',
        replace: '!q[31]',
      },
      { name: 'a gate keeps NaN', block: 'vector_lane', find: '!(&p[30:23] && |p[22:0]);', replace: "1'b1;" },
      {
        name: 'what no gate keeps is multiplied',
        block: 'vector_lane',
        find: 'p & {32{keep || leak_i} };',
        replace: 'p;',
      },
      {
        name: 'what leaks has no sum',
        block: 'vector_lane',
        find: 'adds_i && (keep || leak_i) ?',
        replace: 'adds_i && keep ?',
      },
      { name: 'swap turns P of a mac', block: 'vector_lane', find: 'swap_i && !mac_i;', replace: 'swap_i;' },
      { name: 'the value keeps its tap', block: 'vector_lane', find: '{16{!value_i} }', replace: "{16{1'b1} }" },
      { name: 'added a cycle early', block: 'vector_lane', find: '.b_i(add_3q)', replace: '.b_i(add_2q)' },
      { name: 'a limit of NaN clips', block: 'vector_lane', find: '!no_most && order(sum)', replace: 'order(sum)' },
      {
        name: 'minus zero is below zero',
        block: 'vector_lane',
        find: 'x[31] && |x[30:23] ? ~x',
        replace: 'x[31] ? ~x',
      },
      { name: 'ties of bf16 go up', block: 'vector_lane', find: 'y[15] && (y[16] || |y[14:0])', replace: 'y[15]' },
    ],
  },
  {
    name: 'vector room',
    blocks: ['vector'],
    property:
      'a chunk that has started enters the queue as many cycles later as a result takes, and finds room; of 16 places those that are not taken are free; none is taken that has not started; the unit is busy while a chunk is inside or anything is asked for; after a reset nothing is',
    bounds:
      'any operations, waits and resets, any STOREs of vectors that come two cycles behind their begin or later; one lane and column, ADD_STAGES 2',
    method: { kind: 'induction', depth: 3 },
    harness: 'vector',
    config: UNIT,
    bugs: [
      {
        name: 'room is given back for a chunk that waits',
        block: 'vector',
        find: 'chunk_valid_o && chunk_ready_i };',
        replace: 'chunk_valid_o };',
      },
      { name: 'at rest with chunks inside', block: 'vector', find: '|| room_q != DEPTH[4:0] ||', replace: '||' },
      { name: 'every result is a chunk', block: 'vector', find: "(done && out != 2'd0),", replace: '(done),' },
      {
        name: 'results come out of a reset',
        block: 'vector',
        find: "if (rst_i) late_q <= {LATE{1'b0} };",
        replace: '',
      },
      {
        name: 'at rest amid the runs of the last batch',
        block: 'vector',
        find: '|| begin_q || !batch_ready;',
        replace: '|| begin_q;',
      },
      {
        name: 'a batch begins amid the runs of the last one',
        block: 'vector',
        find: '(!several || batch_ready)',
        replace: "(1'b1)",
      },
    ],
  },
];
