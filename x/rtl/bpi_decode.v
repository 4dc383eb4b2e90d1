// bpi_decode.v - decodes one instruction and refuses what could do harm, before anything is touched.
//
// GENERATED, do not edit: made from configuration tiny4 (6731e111) by bp-im2col.
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
    output wire          out_load_o,       // one of these, or none where cause is not 0
    output wire          out_exec_o,       // GEOMETRY, EXEC
    output wire          out_store_o,      // STORE, REORGANIZE
    output wire          out_end_o,
    output wire [7:0]    out_cause_o
);
    localparam [7:0] GEOMETRY = 8'd1, LOAD = 8'd2, EXEC = 8'd3, STORE = 8'd4, REORGANIZE = 8'd5, END = 8'd6;
    localparam [7:0] OPCODE = 8'd1, FIELD = 8'd2, BUFFER_RANGE = 8'd3, MISALIGNED = 8'd4, WAIT = 8'd5, ACCUMULATOR_RANGE = 8'd13, ENGINE = 8'd14;

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

    // --- Checks -----------------------------------------------------------
    wire [7:0]  opcode = ins_q[7:0];
    wire [31:0] w3 = ins_q[3*32 +: 32], w4 = ins_q[4*32 +: 32], w5 = ins_q[5*32 +: 32], w6 = ins_q[6*32 +: 32];
    wire [31:0] w7 = ins_q[7*32 +: 32], w8 = ins_q[8*32 +: 32], w9 = ins_q[9*32 +: 32], w10 = ins_q[10*32 +: 32];
    wire [31:0] w12 = ins_q[12*32 +: 32], w13 = ins_q[13*32 +: 32];
    wire        stationary = ins_q[8];
    wire        narrow     = ins_q[8];
    wire        fused      = ins_q[11];
    wire        diagonal   = ins_q[12];

    localparam [31:0] OPERAND_MASK = DATA_BYTES - 1;
    wire [31:0] output_mask = narrow ? OPERAND_MASK : 32'd3;
    wire [63:0] above       = {64{1'b1}} << (ADDR_W - 1) << 1;        // address bits that do not exist
    wire        far         = |({w4, w3} & above);

    reg  [31:0] wait_a, wait_b;        // what the instruction may wait for at most
    reg         reserved, empty, too_long, outside, misaligned, overflow, missing;
    always @* begin
        wait_a     = 32'd0;
        wait_b     = 32'd0;
        reserved   = 1'b0;
        empty      = 1'b0;
        too_long   = 1'b0;
        outside    = 1'b0;
        misaligned = 1'b0;
        overflow   = 1'b0;
        missing    = 1'b0;
        case (opcode)
            GEOMETRY: begin
                reserved = |ins_q[31:16] || ins_q[15:8] > 8'd1 || |ins_q[63:32] || (ins_q[8] ? |ins_q[511:480] : |w5[31:16]);
                empty    = !ins_q[8] && (w4[23:16] == 8'd0 || w4[31:24] == 8'd0);
            end
            LOAD: begin
                wait_a     = execs_i;
                wait_b     = stores_i;
                reserved   = |ins_q[31:10] || |w6[31:24] || |ins_q[511:384] || far;
                empty      = w6 == 32'd0 || w7[15:0] == 16'd0 || w7[31:16] == 16'd0;
                outside    = stationary ? |(w5 >> STAT_W) || w6 > (DATA_BYTES << STAT_W)
                                        : |(w5 >> DYN_W)  || w6 > (DATA_BYTES << DYN_W);
                misaligned = |((w3 | w6 | w8 | w9) & OPERAND_MASK);
            end
            EXEC: begin
                wait_a   = loads_i;
                wait_b   = stores_i;
                reserved = |ins_q[31:13] || |w12[31:16] || |w13[31:18] || |ins_q[511:448] || (!fused && |w13)
                        || (fused && (ins_q[9] || diagonal))
                        || (diagonal && (ins_q[8] || ins_q[9] || w5[23:16] != w5[31:24] || COLS > ROWS))
                        || ((fused || diagonal) && w5[15:0] != 16'd1);
                empty    = w3[15:0] == 16'd0 || w3[31:16] == 16'd0 || w4[15:0] == 16'd0 || w4[31:16] == 16'd0
                        || w5[15:0] == 16'd0 || w5[23:16] == 8'd0 || w5[31:24] == 8'd0 || w12[7:0] == 8'd0 || w12[15:8] == 8'd0
                        || w5[23:16] > ROWS[7:0] || w5[31:24] > COLS[7:0];
                missing  = 1'b0;
            end
            STORE: begin
                wait_a     = execs_i;
                wait_b     = loads_i;
                reserved   = |ins_q[15:9] || |ins_q[31:21] || |w12[31:8] || |ins_q[511:448] || far;
                empty      = w6[15:0] == 16'd0 || w6[31:16] == 16'd0 || w7[15:0] == 16'd0 || w7[31:16] == 16'd0
                          || w12[7:0] == 8'd0 || w12[7:0] > COLS[7:0];
                too_long   = exceeds({8'd0, w6[15:0]}, w6[31:16], STORE_LIMIT);
                overflow   = |(w5 >> ACC_W);
                misaligned = |((w3 | w8 | w9) & output_mask);
            end
            REORGANIZE: begin
                wait_a     = execs_i;
                wait_b     = loads_i;
                reserved   = |ins_q[31:8] || |w6[31:24] || |ins_q[511:448] || far;
                empty      = w6 == 32'd0 || w7[15:0] == 16'd0 || w7[31:16] == 16'd0 || w10[7:0] == 8'd0 || w10[15:8] == 8'd0
                          || w10[23:16] >= w10[7:0] || w10[31:24] >= w10[15:8];
                too_long   = exceeds(w6[23:0], w7[15:0], REORGANIZE_LIMIT);
                outside    = |(w5 >> DYN_W);
                misaligned = |((w3 | w13) & OPERAND_MASK);
                missing    = 1'b0;
            end
            END: reserved = |ins_q[511:8];
            default: ;
        endcase
    end

    wire known = opcode >= GEOMETRY && opcode <= END;
    wire waits = opcode >= LOAD && opcode <= REORGANIZE;
    wire [7:0] cause = !known     ? OPCODE
                     : missing    ? ENGINE
                     : (reserved || empty || too_long) ? FIELD
                     : outside    ? BUFFER_RANGE
                     : overflow   ? ACCUMULATOR_RANGE
                     : misaligned ? MISALIGNED
                     : (waits && (ins_q[32 +: 32] > wait_a || ins_q[64 +: 32] > wait_b)) ? WAIT
                     : 8'd0;

    // --- Outputs ----------------------------------------------------------
    wire fine = cause == 8'd0;
    assign out_valid_o = valid_q;
    assign out_data_o  = ins_q;
    assign out_load_o  = fine && opcode == LOAD;
    assign out_exec_o  = fine && (opcode == EXEC || opcode == GEOMETRY);
    assign out_store_o = fine && (opcode == STORE || opcode == REORGANIZE);
    assign out_end_o   = fine && opcode == END;
    assign out_cause_o = cause;

endmodule
`default_nettype wire
