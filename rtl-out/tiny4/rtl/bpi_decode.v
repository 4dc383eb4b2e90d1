// bpi_decode.v - decodes one instruction and refuses what could do harm, before anything is touched.
//
// GENERATED, do not edit: made from configuration tiny4 (9f1a8ca0) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_decode #(
    parameter ROWS      = 16,  // reduction lanes of the array
    parameter COLS      = 16,  // output lanes of the array
    parameter DYN_W     = 16,  // bits of an element address of the dynamic buffer
    parameter STAT_W    = 16,  // bits of an element address of the stationary buffer
    parameter ACC_W     = 10,  // bits of an accumulator address
    parameter ADDR_W    = 64,  // bits of a DRAM byte address
    parameter DATA_BYTES = 2   // bytes of an operand
) (
    input  wire          clk_i,
    input  wire          rst_i,

    // Instructions
    input  wire          in_valid_i,
    output wire          in_ready_o,
    input  wire [511:0]  in_data_i,
    input  wire [31:0]   loads_i,          // instructions given to each queue so far
    input  wire [31:0]   execs_i,
    input  wire [31:0]   stores_i,

    // Decoded
    output wire          out_valid_o,
    input  wire          out_ready_i,
    output wire [511:0]  out_data_o,
    output wire          out_load_o,       // LOAD
    output wire          out_exec_o,       // GEOMETRY, EXEC
    output wire          out_store_o,       // STORE, REORGANIZE
    output wire          out_end_o,        // one of these, or none where cause is not 0
    output wire [7:0]    out_cause_o
);
    localparam [7:0] GEOMETRY = 8'd1, LOAD = 8'd2, EXEC = 8'd3, STORE = 8'd4,
                     REORGANIZE = 8'd5, END = 8'd6;
    localparam [7:0] OPCODE = 8'd1, FIELD = 8'd2, BUFFER_RANGE = 8'd3, MISALIGNED = 8'd4,
                     WAIT = 8'd5, ACCUMULATOR_RANGE = 8'd13, ENGINE = 8'd14;

    // --- One register -----------------------------------------------------
    reg         valid_q;
    reg [511:0] ins_q;
    assign in_ready_o = !valid_q || out_ready_i;
    always @(posedge clk_i) begin
        if (in_ready_o) valid_q <= in_valid_i;
        if (in_ready_o && in_valid_i) ins_q <= in_data_i;
        if (rst_i) valid_q <= 1'b0;
    end

    // --- Sizes of a run ---------------------------------------------------
    // Its bytes are counted in 32 bits.  exceeds: a has a bit i and b a bit j with i + j >= limit; else a * b < 2^(limit+1).
    localparam STORE_LIMIT      = 29 - $clog2(COLS);              // 4 bytes of each lane
    localparam REORGANIZE_LIMIT = 31 - $clog2(DATA_BYTES);
    function exceeds(input [23:0] a, input [15:0] b, input integer limit);
        integer i;
        begin
            exceeds = 1'b0;
            for (i = 0; i < 24; i = i + 1)
                if (a[i] && |(b >> (limit - i))) exceeds = 1'b1;
        end
    endfunction

    // --- Fields -----------------------------------------------------------
    wire [7:0] opcode = ins_q[0 +: 8];
    wire second = ins_q[8];

    wire load_stationary = ins_q[8];
    wire [63:0] load_address = ins_q[3*32 +: 64];
    wire [31:0] load_buf_element = ins_q[5*32 +: 32];
    wire [32-1:0] load_row_bytes = { {(32-24){1'b0} }, ins_q[6*32 +: 24]};
    wire [31:0] load_stride1 = ins_q[8*32 +: 32];
    wire [31:0] load_stride2 = ins_q[9*32 +: 32];

    wire [7:0] group_vectors = ins_q[15*32 +: 8];
    wire [7:0] group_lanes = ins_q[15*32+8 +: 8];
    wire [7:0] row_lanes = ins_q[15*32+16 +: 8];
    wire [7:0] column_lanes = ins_q[15*32+24 +: 8];

    wire by_column = ins_q[9];
    wire fused = ins_q[11];
    wire [15:0] reduction_tiles = ins_q[5*32 +: 16];
    wire [7:0] row_lanes_last = ins_q[5*32+16 +: 8];
    wire [7:0] column_lanes_last = ins_q[5*32+24 +: 8];
    wire [17:0] edge_w = ins_q[13*32 +: 18];

    wire narrow = ins_q[8];
    wire [63:0] store_address = ins_q[3*32 +: 64];
    wire [31:0] acc_base = ins_q[5*32 +: 32];
    wire [24-1:0] groups = { {(24-16){1'b0} }, ins_q[6*32 +: 16]};
    wire [15:0] vectors_per_group = ins_q[6*32+16 +: 16];
    wire [31:0] store_stride1 = ins_q[8*32 +: 32];
    wire [31:0] store_stride2 = ins_q[9*32 +: 32];
    wire [7:0] last_lanes = ins_q[12*32 +: 8];

    wire [63:0] reorganize_address = ins_q[3*32 +: 64];
    wire [31:0] reorganize_buf_element = ins_q[5*32 +: 32];
    wire [23:0] elements = ins_q[6*32 +: 24];
    wire [15:0] positions_w = ins_q[7*32 +: 16];
    wire [7:0] stride_h = ins_q[10*32+8 +: 8];
    wire [7:0] stride_w = ins_q[10*32 +: 8];
    wire [7:0] phase_h = ins_q[10*32+24 +: 8];
    wire [7:0] phase_w = ins_q[10*32+16 +: 8];
    wire [31:0] row_stride = ins_q[13*32 +: 32];

    // Bits that no field covers, and counts of nothing
    localparam [511:0] RESERVED_GEOMETRY_FIRST =
        512'h00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_ffff0000_00000000_00000000_00000000_ffffffff_fffffe00;
    wire sets_geometry_first = |(ins_q & RESERVED_GEOMETRY_FIRST);
    wire zero_geometry_first = ~|ins_q[4*32+16 +: 8] || ~|ins_q[4*32+24 +: 8];
    localparam [511:0] RESERVED_GEOMETRY_SECOND =
        512'h00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_ffffffff_fffffe00;
    wire sets_geometry_second = |(ins_q & RESERVED_GEOMETRY_SECOND);
    wire zero_geometry_second = ~|ins_q[15*32+16 +: 8] || ~|ins_q[15*32+24 +: 8];
    localparam [511:0] RESERVED_LOAD =
        512'hffffffff_ffffffff_ffffffff_ffffffff_00000000_00000000_00000000_00000000_00000000_ff000000_00000000_00000000_00000000_00000000_00000000_fffffc00;
    wire sets_load = |(ins_q & RESERVED_LOAD);
    wire zero_load = ~|ins_q[6*32 +: 24] || ~|ins_q[7*32 +: 16] || ~|ins_q[7*32+16 +: 16];
    localparam [511:0] RESERVED_EXEC =
        512'hffffffff_ffffffff_fffc0000_ffff0000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_fffff000;
    wire sets_exec = |(ins_q & RESERVED_EXEC);
    wire zero_exec = ~|ins_q[3*32 +: 16] || ~|ins_q[3*32+16 +: 16] || ~|ins_q[4*32 +: 16] || ~|ins_q[4*32+16 +: 16] || ~|ins_q[5*32 +: 16] || ~|ins_q[5*32+16 +: 8] || ~|ins_q[5*32+24 +: 8] || ~|ins_q[12*32 +: 8] || ~|ins_q[12*32+8 +: 8];
    localparam [511:0] RESERVED_STORE =
        512'hffffffff_ffffffff_00000000_ffffff00_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_ffe0fe00;
    wire sets_store = |(ins_q & RESERVED_STORE);
    wire zero_store = ~|ins_q[6*32 +: 16] || ~|ins_q[6*32+16 +: 16] || ~|ins_q[7*32 +: 16] || ~|ins_q[7*32+16 +: 16] || ~|ins_q[12*32 +: 8];
    localparam [511:0] RESERVED_REORGANIZE =
        512'hffffffff_ffffffff_00000000_00000000_00000000_00000000_00000000_00000000_00000000_ff000000_00000000_00000000_00000000_00000000_00000000_ffffff00;
    wire sets_reorganize = |(ins_q & RESERVED_REORGANIZE);
    wire zero_reorganize = ~|ins_q[6*32 +: 24] || ~|ins_q[7*32 +: 16] || ~|ins_q[7*32+16 +: 16] || ~|ins_q[10*32 +: 8] || ~|ins_q[10*32+8 +: 8];
    localparam [511:0] RESERVED_END =
        512'hffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffff00;
    wire sets_end = |(ins_q & RESERVED_END);
    wire zero_end = 1'b0;

    // --- Checks -----------------------------------------------------------
    localparam [31:0] OPERAND_MASK = DATA_BYTES - 1;
    wire [31:0] output_mask = narrow ? OPERAND_MASK : 32'd3;
    wire [63:0] above       = {64{1'b1}} << (ADDR_W - 1) << 1;        // address bits that do not exist

    // Groups side by side, of the GEOMETRY that an EXEC has, and whether one of them fits the array as rows or as columns
    reg in_groups_q, rows_fit_q, columns_fit_q;
    always @(posedge clk_i) begin
        if (valid_q && out_ready_i && opcode == GEOMETRY && second) begin
            in_groups_q   <= |group_vectors;
            rows_fit_q    <= group_vectors <= ROWS[7:0] && group_lanes <= COLS[7:0];
            columns_fit_q <= group_vectors <= COLS[7:0] && group_lanes <= ROWS[7:0];
        end
        if (rst_i) in_groups_q <= 1'b0;
    end

    reg         known, reserved, empty, too_long, outside, misaligned, overflow, missing;
    always @* begin
        known      = 1'b1;
        reserved   = 1'b0;
        empty      = 1'b0;
        too_long   = 1'b0;
        outside    = 1'b0;
        misaligned = 1'b0;
        overflow   = 1'b0;
        missing    = 1'b0;
        case (opcode)
            GEOMETRY: begin
                reserved = second ? sets_geometry_second : sets_geometry_first;
                empty    = second ? zero_geometry_second || row_lanes > ROWS[7:0] || column_lanes > COLS[7:0] || |group_vectors != |group_lanes
                                  : zero_geometry_first;
            end
            LOAD: begin
                reserved   = sets_load || |(load_address & above);
                empty      = zero_load;
                outside    = load_stationary ? |(load_buf_element >> STAT_W) || load_row_bytes > (DATA_BYTES << STAT_W)
                                             : |(load_buf_element >> DYN_W)  || load_row_bytes > (DATA_BYTES << DYN_W);
                misaligned = |((load_address[31:0] | load_row_bytes | load_stride1 | load_stride2) & OPERAND_MASK);
            end
            EXEC: begin
                reserved = sets_exec || (!fused && |edge_w)
                        || (fused && by_column)
                        || (in_groups_q && (fused || !(by_column ? columns_fit_q : rows_fit_q)))
                        || ((fused || in_groups_q) && reduction_tiles != 16'd1);
                empty    = zero_exec || row_lanes_last > ROWS[7:0] || column_lanes_last > COLS[7:0];
                missing  = 1'b0;
            end
            STORE: begin
                reserved   = sets_store || |(store_address & above);
                empty      = zero_store || last_lanes > COLS[7:0];
                too_long   = exceeds(groups, vectors_per_group, STORE_LIMIT);
                overflow   = |(acc_base >> ACC_W);
                misaligned = |((store_address[31:0] | store_stride1 | store_stride2) & output_mask);
            end
            REORGANIZE: begin
                reserved   = sets_reorganize || |(reorganize_address & above);
                empty      = zero_reorganize || phase_w >= stride_w || phase_h >= stride_h;
                too_long   = exceeds(elements, positions_w, REORGANIZE_LIMIT);
                outside    = |(reorganize_buf_element >> DYN_W);
                misaligned = |((reorganize_address[31:0] | row_stride) & OPERAND_MASK);
                missing    = 1'b0;
            end
            END: begin
                reserved = sets_end;
                empty    = zero_end;
            end
            default: known = 1'b0;
        endcase
    end

    reg early;                         // waits for what has not been given yet
    always @* begin
        case (opcode)
            LOAD: early = ins_q[1*32 +: 32] > execs_i || ins_q[2*32 +: 32] > stores_i;
            EXEC: early = ins_q[1*32 +: 32] > loads_i || ins_q[2*32 +: 32] > stores_i;
            STORE, REORGANIZE: early = ins_q[1*32 +: 32] > execs_i || ins_q[2*32 +: 32] > loads_i;
            default: early = 1'b0;
        endcase
    end

    wire [7:0] cause = !known     ? OPCODE
                     : missing    ? ENGINE
                     : (reserved || empty || too_long) ? FIELD
                     : outside    ? BUFFER_RANGE
                     : overflow   ? ACCUMULATOR_RANGE
                     : misaligned ? MISALIGNED
                     : early      ? WAIT
                     : 8'd0;

    // --- Outputs ----------------------------------------------------------
    wire fine = cause == 8'd0;
    assign out_valid_o = valid_q;
    assign out_data_o  = ins_q;
    assign out_load_o  = fine && (opcode == LOAD);
    assign out_exec_o  = fine && (opcode == GEOMETRY || opcode == EXEC);
    assign out_store_o = fine && (opcode == STORE || opcode == REORGANIZE);
    assign out_end_o   = fine && opcode == END;
    assign out_cause_o = cause;

endmodule
`default_nettype wire
