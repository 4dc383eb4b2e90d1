// bpi_decode.v - checks an instruction as its parts come, and refuses what could do harm, before anything is touched.
// The verdict follows in the cycle after the last part.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_decode #(
    parameter ROWS      = 16,  // reduction lanes of the array
    parameter COLS      = 16,  // output lanes of the array
    parameter DYN_W     = 16,  // bits of an element address of the dynamic buffer
    parameter STAT_W    = 16,  // bits of an element address of the stationary buffer
    parameter ACC_W     = 10,  // bits of an accumulator address
    parameter ADDR_W    = 64,  // bits of a DRAM byte address
    parameter DATA_BYTES = 2,  // bytes of an operand
    parameter PART_W    = 256, // bits of a part: 32, 64 ... 512
    parameter COUNT_W   = 32,  // bits of a count of instructions
    parameter OPEN_W    = 6    // no queue has more than 2^OPEN_W instructions that have not completed
) (
    input  wire              clk_i,
    input  wire              rst_i,

    // Parts of instructions, in order
    input  wire              part_valid_i,
    input  wire [3:0]        part_index_i,
    input  wire              part_last_i,
    input  wire [PART_W-1:0] part_i,
    input  wire [COUNT_W-1:0] loads_i,            // instructions given to each queue so far
    input  wire [COUNT_W-1:0] execs_i,
    input  wire [COUNT_W-1:0] stores_i,

    // Verdict
    output wire              out_valid_o,         // pulse
    output wire [2:0]        out_opcode_o,
    output wire              out_load_o,          // LOAD
    output wire              out_exec_o,          // GEOMETRY, EXEC
    output wire              out_store_o,          // STORE, REORGANIZE
    output wire              out_end_o,           // one of these, or none where cause is not 0
    output wire [1:0]        out_near_o,          // of each count that it waits for: it may not have been reached yet
    output wire [7:0]        out_cause_o
);
    localparam [7:0] GEOMETRY = 8'd1, LOAD = 8'd2, EXEC = 8'd3, STORE = 8'd4,
                     REORGANIZE = 8'd5, END = 8'd6;
    localparam [7:0] OPCODE = 8'd1, FIELD = 8'd2, BUFFER_RANGE = 8'd3, MISALIGNED = 8'd4,
                     WAIT = 8'd5, ACCUMULATOR_RANGE = 8'd13, ENGINE = 8'd14;

    // --- Parts ------------------------------------------------------------
    // ins repeats the part that is here, so that each field lies in its place; here says of which words that is true.
    localparam PARTS = 512 / PART_W, WORDS = PART_W / 32;
    wire [511:0] ins = { PARTS{part_i} };
    wire [15:0]  here;
    genvar w;
    generate
        for (w = 0; w < 16; w = w + 1) begin : gen_here
            assign here[w] = { 28'd0, part_index_i } == w / WORDS;
        end
    endgenerate

    // Word 0, opcode and flags.  Where it comes alone, what it asks for is seen from word 1 on, when it has been kept.
    // An opcode above 7 is none: one bit says that.
    wire        alone = PARTS == 16 && here[0];
    wire [31:0] word_0 = { part_i[31:8], 4'd0, |part_i[7:3], part_i[2:0] };
    reg  [31:0] head_q;
    wire [31:0] head = here[0] && !alone ? word_0 : head_q;
    always @(posedge clk_i) if (part_valid_i && here[0]) head_q <= word_0;

    // --- Sizes of a run ---------------------------------------------------
    // exceeds: a has a bit i and b a bit j with i + j >= limit; else a * b < 2^(limit+1).  A STORE's run has no more vectors than
    // the accumulator, nearly; bytes are counted in 32 bits, 4 of each lane.
    localparam STORE_LIMIT      = ACC_W + 1 < 29 - $clog2(COLS) ? ACC_W + 1 : 29 - $clog2(COLS);
    localparam REORGANIZE_LIMIT = 31 - $clog2(DATA_BYTES);
    function exceeds(input [23:0] a, input [15:0] b, input integer limit);
        integer i;
        begin
            exceeds = 1'b0;
            for (i = 0; i < 24; i = i + 1)
                if (a[i] && |(b >> (i < limit ? limit - i : 0))) exceeds = 1'b1;
        end
    endfunction

    // --- Fields -----------------------------------------------------------
    wire [7:0] opcode = head[0 +: 8];
    wire second = head[8];

    wire load_stationary = head[8];
    wire [32-1:0] load_address = ins[3*32 +: 32];
    wire [31:0] load_buf_element = ins[5*32 +: 32];
    wire [32-1:0] load_row_bytes = { {(32-24){1'b0} }, ins[6*32 +: 24]};
    wire [31:0] load_stride1 = ins[8*32 +: 32];
    wire [31:0] load_stride2 = ins[9*32 +: 32];

    wire [7:0] group_vectors = ins[15*32 +: 8];
    wire [7:0] group_lanes = ins[15*32+8 +: 8];
    wire [7:0] row_lanes = ins[15*32+16 +: 8];
    wire [7:0] column_lanes = ins[15*32+24 +: 8];

    wire by_column = head[9];
    wire fused = head[11];
    wire [15:0] reduction_tiles = ins[5*32 +: 16];
    wire [7:0] row_lanes_last = ins[5*32+16 +: 8];
    wire [7:0] column_lanes_last = ins[5*32+24 +: 8];
    wire [17:0] edge_w = ins[13*32 +: 18];

    wire narrow = head[8];
    wire [32-1:0] store_address = ins[3*32 +: 32];
    wire [31:0] acc_base = ins[5*32 +: 32];
    wire [24-1:0] groups = { {(24-16){1'b0} }, ins[6*32 +: 16]};
    wire [15:0] vectors_per_group = ins[6*32+16 +: 16];
    wire [31:0] store_stride1 = ins[8*32 +: 32];
    wire [31:0] store_stride2 = ins[9*32 +: 32];
    wire [7:0] last_lanes = ins[12*32 +: 8];

    wire [32-1:0] reorganize_address = ins[3*32 +: 32];
    wire [31:0] reorganize_buf_element = ins[5*32 +: 32];
    wire [23:0] elements = ins[6*32 +: 24];
    wire [15:0] positions_w = ins[7*32+16 +: 16];
    wire [7:0] stride_h = ins[10*32+8 +: 8];
    wire [7:0] stride_w = ins[10*32 +: 8];
    wire [7:0] phase_h = ins[10*32+24 +: 8];
    wire [7:0] phase_w = ins[10*32+16 +: 8];
    wire [31:0] row_stride = ins[8*32 +: 32];

    // Bits that no field covers or that are more than its limit has, and of an address those that the bus does not have; counts of nothing
    localparam [511:0] NO_ADDRESS = { 448'd0, {64{1'b1} } << (ADDR_W - 1) << 1 };
    localparam [511:0] RESERVED_GEOMETRY_FIRST =
        512'h00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_fffff0f0_f0f0f0f0_00000000_fc00fc00_ffffffff_fffffe00;
    localparam [511:0] RESERVED_GEOMETRY_SECOND =
        512'h00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_ffffffff_fffffe00;
    localparam [511:0] RESERVED_LOAD =
        512'hffffffff_ffffffff_ffffffff_ffffffff_00000000_00000000_00000000_00000000_fc00fc00_ff000000_00000000_00000000_00000000_fff00000_fff00000_fffffc00 | NO_ADDRESS << 3*32;
    localparam [511:0] RESERVED_EXEC =
        512'hffffffff_ffffffff_fffc0000_fffff0f0_f0f0f0f0_00000000_00000000_00000000_00000000_00000000_0000fe00_fc00fc00_ff80fe00_fff00000_fff00000_fffff000;
    localparam [511:0] RESERVED_STORE =
        512'hffffffff_ffffffff_00000000_ffffff00_00000000_00000000_00000000_00000000_ff80ff80_ff80ff80_00000000_00000000_00000000_fff00000_fff00000_ffe0fe00 | NO_ADDRESS << 3*32;
    localparam [511:0] RESERVED_REORGANIZE =
        512'hffffffff_ffffffff_00000000_00000000_00000000_f0f0f0f0_fc00fc00_00000000_fc00fc00_fffffc00_00000000_00000000_00000000_fff00000_fff00000_ffffff00 | NO_ADDRESS << 3*32;
    localparam [511:0] RESERVED_END =
        512'hffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffff00;
    function [511:0] reserved_of(input [7:0] code, input half);
        reserved_of = code == GEOMETRY ? (half ? RESERVED_GEOMETRY_SECOND : RESERVED_GEOMETRY_FIRST)
                    : code == LOAD ? RESERVED_LOAD : code == EXEC ? RESERVED_EXEC : code == STORE ? RESERVED_STORE
                    : code == REORGANIZE ? RESERVED_REORGANIZE : RESERVED_END;
    endfunction
    wire [511:0] reserved      = reserved_of(opcode, second) & ~512'hFFFFFFFF;
    wire [511:0] reserved_head = reserved_of(word_0[7:0], word_0[8]);
    wire head_reserved = here[0] && |(word_0 & reserved_head[31:0]);
    wire sets_reserved = head_reserved || |(part_i & reserved[part_index_i*PART_W +: PART_W])
                      || (opcode == GEOMETRY && second == 1'b0 && ((here[3] && ins[3*32+5 +: 11] != { 11{ins[3*32+4]} })
                          || (here[3] && ins[3*32+21 +: 11] != { 11{ins[3*32+20]} })))
                      || (opcode == EXEC && ((here[9] && ins[9*32+11 +: 5] != { 5{ins[9*32+10]} })
                          || (here[9] && ins[9*32+27 +: 5] != { 5{ins[9*32+26]} })
                          || (here[10] && ins[10*32+11 +: 5] != { 5{ins[10*32+10]} })
                          || (here[10] && ins[10*32+27 +: 5] != { 5{ins[10*32+26]} })
                          || (here[13] && ins[13*32+13 +: 5] != { 5{ins[13*32+12]} })))
                      || (opcode == REORGANIZE && ((here[13] && ins[13*32+11 +: 5] != { 5{ins[13*32+10]} })
                          || (here[13] && ins[13*32+27 +: 5] != { 5{ins[13*32+26]} })));
    wire zero_geometry_first = (here[4] && ~|ins[4*32+16 +: 8]) || (here[4] && ~|ins[4*32+24 +: 8]);
    wire zero_geometry_second = (here[15] && ~|ins[15*32+16 +: 8]) || (here[15] && ~|ins[15*32+24 +: 8]);
    wire zero_load = (here[6] && ~|ins[6*32 +: 24]) || (here[7] && ~|ins[7*32 +: 16]) || (here[7] && ~|ins[7*32+16 +: 16]);
    wire zero_exec = (here[3] && ~|ins[3*32 +: 16]) || (here[3] && ~|ins[3*32+16 +: 16]) || (here[4] && ~|ins[4*32 +: 16]) || (here[4] && ~|ins[4*32+16 +: 16]) || (here[5] && ~|ins[5*32 +: 16]) || (here[5] && ~|ins[5*32+16 +: 8]) || (here[5] && ~|ins[5*32+24 +: 8]) || (here[12] && ~|ins[12*32 +: 8]) || (here[12] && ~|ins[12*32+8 +: 8]);
    wire zero_store = (here[6] && ~|ins[6*32 +: 16]) || (here[6] && ~|ins[6*32+16 +: 16]) || (here[7] && ~|ins[7*32 +: 16]) || (here[7] && ~|ins[7*32+16 +: 16]) || (here[12] && ~|ins[12*32 +: 8]);
    wire zero_reorganize = (here[6] && ~|ins[6*32 +: 24]) || (here[7] && ~|ins[7*32 +: 16]) || (here[7] && ~|ins[7*32+16 +: 16]) || (here[10] && ~|ins[10*32 +: 8]) || (here[10] && ~|ins[10*32+8 +: 8]);

    // --- Checks of a part -------------------------------------------------
    localparam [31:0] OPERAND_MASK = DATA_BYTES - 1;
    wire [31:0] output_mask = narrow ? OPERAND_MASK : 32'd3;
    // a > limit, without a carry chain
    function above(input [7:0] a, input [7:0] limit);
        integer i;
        begin
            above = 1'b0;
            for (i = 0; i < 8; i = i + 1) above = limit[i] ? a[i] && above : a[i] || above;
        end
    endfunction
    // more elements, or bytes, than 2^bits
    function beyond(input [31:0] a, input integer bits);
        beyond = |(a >> bits) && a != 32'd1 << bits;
    endfunction
    localparam BYTE_W = $clog2(DATA_BYTES);
    // the two factors of a run may come apart
    reg  [23:0] elements_q;
    wire [23:0] elements_here = here[6] ? elements : elements_q;
    // more bits than these are refused whatever they are
    localparam [23:0] ELEMENTS_MASK  = {24{1'b1} } >> (24 - 10);
    localparam [15:0] POSITIONS_MASK = {16{1'b1} } >> (16 - 10);
    always @(posedge clk_i) if (part_valid_i && here[6]) elements_q <= elements;

    // Groups side by side, of the GEOMETRY that an EXEC has, and whether one of them fits the array as rows or as columns
    reg in_groups_q, rows_fit_q, columns_fit_q;
    always @(posedge clk_i) begin
        if (part_valid_i && here[15] && opcode == GEOMETRY && second) begin
            in_groups_q   <= |group_vectors;
            rows_fit_q    <= !above(group_vectors, ROWS[7:0]) && !above(group_lanes, COLS[7:0]);
            columns_fit_q <= !above(group_vectors, COLS[7:0]) && !above(group_lanes, ROWS[7:0]);
        end
        if (rst_i) in_groups_q <= 1'b0;
    end

    reg         known, field, outside, misaligned, overflow, missing;
    always @* begin
        known      = 1'b1;
        field      = 1'b0;
        outside    = 1'b0;
        misaligned = 1'b0;
        overflow   = 1'b0;
        missing    = 1'b0;
        case (opcode)
            GEOMETRY: field = !second ? zero_geometry_first : zero_geometry_second || (here[15]
                                  && (above(row_lanes, ROWS[7:0]) || above(column_lanes, COLS[7:0]) || |group_vectors != |group_lanes));
            LOAD: begin
                field      = zero_load;
                outside    = load_stationary ? (here[5] && |(load_buf_element >> STAT_W)) || (here[6] && beyond(load_row_bytes, STAT_W + BYTE_W))
                                             : (here[5] && |(load_buf_element >> DYN_W))  || (here[6] && beyond(load_row_bytes, DYN_W + BYTE_W));
                misaligned = |( ( ({32{here[3]} } & load_address) | ({32{here[6]} } & load_row_bytes)
                              | ({32{here[8]} } & load_stride1) | ({32{here[9]} } & load_stride2)) & OPERAND_MASK);
            end
            EXEC: begin
                field      = zero_exec || (fused && by_column) || (in_groups_q && (fused || !(by_column ? columns_fit_q : rows_fit_q)))
                          || (here[13] && !fused && |edge_w)
                          || (here[5] && (above(row_lanes_last, ROWS[7:0]) || above(column_lanes_last, COLS[7:0])
                                      || ((fused || in_groups_q) && reduction_tiles != 16'd1)));
                missing    = 1'b0;
            end
            STORE: begin
                field      = zero_store || (here[12] && above(last_lanes, COLS[7:0]))
                          || (here[6] && exceeds(groups, vectors_per_group, STORE_LIMIT));
                overflow   = here[5] && |(acc_base >> ACC_W);
                misaligned = |( ( ({32{here[3]} } & store_address) | ({32{here[8]} } & store_stride1)
                              | ({32{here[9]} } & store_stride2)) & output_mask);
            end
            REORGANIZE: begin
                field      = zero_reorganize
                          || (here[10] && (phase_w >= stride_w || phase_h >= stride_h))
                          || (here[7] && exceeds(elements_here & ELEMENTS_MASK, positions_w & POSITIONS_MASK, REORGANIZE_LIMIT));
                outside    = here[5] && |(reorganize_buf_element >> DYN_W);
                misaligned = |( ( ({32{here[3]} } & reorganize_address) | ({32{here[8]} } & row_stride)) & OPERAND_MASK);
            end
            END: ;
            default: known = 1'b0;
        endcase
    end

    // Waits, by how far they lie back of what has been given.  Less than nothing: it has not been given yet.  2^OPEN_W or more: it has
    // completed.  The counts have what came before when the first part is a cycle old: a part of one word asks
    // at once, of wider ones the words are kept, and the verdict asks.  late: of the instruction in the verdict.
    wire               late;
    reg                waiting;
    reg  [COUNT_W-1:0] given_0, given_1;
    always @* begin
        waiting = 1'b1;
        case (late ? head_q[7:0] : opcode)
            LOAD: { given_0, given_1 } = { execs_i, stores_i };
            EXEC: { given_0, given_1 } = { loads_i, stores_i };
            STORE, REORGANIZE: { given_0, given_1 } = { execs_i, loads_i };
            default: begin
                { given_0, given_1 } = { 2*COUNT_W{1'b0} };
                waiting = 1'b0;
            end
        endcase
    end
    wire       early;
    wire [1:0] near;
    generate
        if (PARTS == 16) begin : gen_at_once
            wire asks_0 = here[1];
            wire asks_1 = here[2];
            wire [COUNT_W:0] back = { 1'b0, asks_0 ? given_0 : given_1 } - { 1'b0, part_i[COUNT_W-1:0] };
            reg  [1:0] near_q;
            always @(posedge clk_i) begin
                if (part_valid_i && asks_0) near_q[0] <= ~|back[COUNT_W:OPEN_W];
                if (part_valid_i && asks_1) near_q[1] <= ~|back[COUNT_W:OPEN_W];
            end
            assign late  = 1'b0;
            assign early = waiting && (asks_0 || asks_1) && back[COUNT_W];
            assign near  = near_q;
        end else begin : gen_later
            reg [COUNT_W-1:0] wait_0_q, wait_1_q;
            always @(posedge clk_i) begin
                if (part_valid_i && here[1]) wait_0_q <= ins[1*32 +: COUNT_W];
                if (part_valid_i && here[2]) wait_1_q <= ins[2*32 +: COUNT_W];
            end
            wire [COUNT_W:0] back_0 = { 1'b0, given_0 } - { 1'b0, wait_0_q };
            wire [COUNT_W:0] back_1 = { 1'b0, given_1 } - { 1'b0, wait_1_q };
            assign late  = 1'b1;
            assign early = waiting && (back_0[COUNT_W] || back_1[COUNT_W]);
            assign near  = { ~|back_1[COUNT_W:OPEN_W], ~|back_0[COUNT_W:OPEN_W] };
        end
    endgenerate

    // --- Verdict ----------------------------------------------------------
    // of the parts so far: {unknown, missing, reserved bits, field, outside, overflow, misaligned, early}
    wire [7:0] now = { !known, missing, sets_reserved, field, outside, overflow, misaligned, early && !late };
    reg  [7:0] found_q;
    wire [7:0] found = alone ? { 2'd0, head_reserved, 5'd0 } : here[0] ? now : found_q | now;
    wire [7:0] verdict = { found_q[7:1], found_q[0] || (late && early) };
    reg        valid_q;
    always @(posedge clk_i) begin
        if (part_valid_i) found_q <= found;
        valid_q <= part_valid_i && part_last_i && !rst_i;
    end

    wire [7:0] cause = verdict[7] ? OPCODE
                     : verdict[6] ? ENGINE
                     : |verdict[5:4] ? FIELD
                     : verdict[3] ? BUFFER_RANGE
                     : verdict[2] ? ACCUMULATOR_RANGE
                     : verdict[1] ? MISALIGNED
                     : verdict[0] ? WAIT
                     : 8'd0;

    // --- Outputs ----------------------------------------------------------
    wire       fine      = verdict == 8'd0;
    wire [7:0] opcode_of = head_q[7:0];
    assign out_valid_o  = valid_q;
    assign out_opcode_o = head_q[2:0];
    assign out_load_o   = fine && (opcode_of == LOAD);
    assign out_exec_o   = fine && (opcode_of == GEOMETRY || opcode_of == EXEC);
    assign out_store_o  = fine && (opcode_of == STORE || opcode_of == REORGANIZE);
    assign out_end_o    = fine && opcode_of == END;
    assign out_near_o   = near;
    assign out_cause_o  = cause;

    wire unused_ok = &{1'b0, ins, here, head, reserved_head };

endmodule
`default_nettype wire
