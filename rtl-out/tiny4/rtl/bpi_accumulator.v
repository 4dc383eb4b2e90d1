// bpi_accumulator.v - vectors of int32 sums: entry = entry + data, one vector a cycle, never stalled.
// A lane of an entry is a sum and a bit that says whether there is one: to clear an entry is to write that bit, so nothing masks
// the data to be written.  A drain reads an entry and clears it.  It waits while the accumulate stream has its bank: the read port now, or the
// write port in the next cycle, when the clear is due.  Every entry is cleared after reset.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_accumulator #(
    parameter LANE_W     = 8,                // bits of a count of lanes
    parameter COLS       = 16,               // lanes of a vector
    parameter SUM_W      = 18,  // bits of a sum that comes in
    parameter ADDR_W     = 10,               // bits of a vector address
    parameter BANKS      = 4,                // a power of two, at least 2; the top address bits select
    parameter ADD_STAGES = 1                 // cycles of one addition
) (
    input  wire                  clk_i,
    input  wire                  rst_i,
    output wire                  busy_o,          // clearing after reset: accumulates are not allowed, drains wait

    // Accumulate.  The same address may come again ADD_STAGES+2 cycles later; at once, where other lanes add.
    input  wire                  acc_valid_i,
    input  wire [ADDR_W-1:0]     acc_addr_i,
    input  wire [COLS*SUM_W-1:0] acc_data_i,
    input  wire [1:0]            acc_keep_i,      // lanes that add: 0 all, those of 1 the first group, 2 the next, 3 the same as before
    input  wire [LANE_W-1:0]     group_lanes_i,   // lanes of a group, still while sums are on their way
    input  wire                  end_i,           // no vector follows until the next tile's
    output wire                  ended_o,         // pulse: all before the end can be drained

    // Drain: data exactly two cycles after it is accepted
    input  wire                  drain_valid_i,
    output wire                  drain_ready_o,
    input  wire [ADDR_W-1:0]     drain_addr_i,
    output wire                  drain_valid_o,
    output wire [COLS*32-1:0]    drain_data_o,
    output wire                  drain_starved_o  // a drain has waited for 32 cycles
);
    localparam BANK_W = $clog2(BANKS);
    localparam ROW_W  = ADDR_W - BANK_W;
    localparam VEC_W  = COLS * 32;
    localparam WORD_W = COLS * 33;               // of an entry: {there is one, sum} for each lane
    localparam PIPE   = ADD_STAGES + 1;          // cycles from the read of an entry to its write

    // --- Accumulate: read | add | write --------------------------------------
    reg  [PIPE:1]             acc_valid_q;       // stage k: accepted k cycles ago
    reg  [PIPE*ADDR_W-1:0]    acc_addr_q;
    reg  [COLS*SUM_W-1:0]     acc_data_q;
    reg  [COLS-1:0]           lanes_q;           // of the last vector
    reg  [PIPE*COLS-1:0]      acc_lanes_q;
    wire [COLS-1:0]           sum_lanes  = acc_lanes_q[(PIPE-1)*COLS +: COLS];
    wire [COLS-1:0]           acc_lanes  = acc_keep_i == 2'd0 ? {COLS{1'b1} }
                                         : acc_keep_i == 2'd1 ? ~({COLS{1'b1} } << group_lanes_i)
                                         : acc_keep_i == 2'd2 ? lanes_q << group_lanes_i : lanes_q;
    wire [ADDR_W-1:0]         sum_addr   = acc_addr_q[(PIPE-1)*ADDR_W +: ADDR_W];
    wire                      next_valid = acc_valid_q[PIPE-1];
    wire                      sum_valid  = acc_valid_q[PIPE];
    wire [BANK_W-1:0]         acc_bank   = acc_addr_i[ADDR_W-1 -: BANK_W];
    wire [BANK_W-1:0]         next_bank  = acc_addr_q[(PIPE-1)*ADDR_W-1 -: BANK_W];
    wire [BANK_W-1:0]         sum_bank   = sum_addr[ADDR_W-1 -: BANK_W];

    wire [BANKS*WORD_W-1:0]   bank_word;
    reg  [BANKS-1:0]          add_bank_q;        // one bit per bank: a bank's data wait for one register, not for a decoder
    reg  [BANKS-1:0]          drain_bank_q;
    reg  [VEC_W-1:0]          entry, drained;
    integer n, l;
    always @* begin
        entry   = {VEC_W{1'b0} };
        drained = {VEC_W{1'b0} };
        for (n = 0; n < BANKS; n = n + 1)
            for (l = 0; l < COLS; l = l + 1) begin
                entry[l*32 +: 32]   = entry[l*32 +: 32]
                                    | (bank_word[n*WORD_W + l*33 +: 32] & {32{add_bank_q[n] && bank_word[n*WORD_W + l*33 + 32]} });
                drained[l*32 +: 32] = drained[l*32 +: 32]
                                    | (bank_word[n*WORD_W + l*33 +: 32] & {32{drain_bank_q[n] && bank_word[n*WORD_W + l*33 + 32]} });
            end
    end
    wire [VEC_W-1:0]          sum;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_add
            reg  [ADD_STAGES*32-1:0] sum_q;
            wire [31:0] more = { {(33-SUM_W){acc_data_q[c*SUM_W + SUM_W-1]} }, acc_data_q[c*SUM_W +: SUM_W-1]};
            wire [ADD_STAGES*32+31:0] sum_d = {sum_q, entry[c*32 +: 32] + more};
            always @(posedge clk_i) sum_q <= sum_d[ADD_STAGES*32-1:0];
            assign sum[c*32 +: 32] = sum_d[ADD_STAGES*32 +: 32];
        end
    endgenerate

    // --- End of a tile: behind its last sums, which have been written ---------
    reg [ADD_STAGES+3:0] ending_q;
    always @(posedge clk_i) begin
        ending_q <= {ending_q[ADD_STAGES+2:0], end_i};
        if (rst_i) ending_q <= {(ADD_STAGES+4){1'b0} };
    end

    // --- Drain: read, then clear in the next cycle ---------------------------
    reg  [1:0]        drain_valid_q;
    reg  [ADDR_W-1:0] zero_addr_q;
    reg  [5:0]        waited_q;
    reg               clearing_q;
    reg  [ROW_W-1:0]  clear_row_q;
    wire [BANK_W-1:0] drain_bank = drain_addr_i[ADDR_W-1 -: BANK_W];
    wire [BANK_W-1:0] zero_bank  = zero_addr_q[ADDR_W-1 -: BANK_W];
    wire              drain_wait = clearing_q || (acc_valid_i && acc_bank == drain_bank)
                                              || (next_valid && next_bank == drain_bank);
    wire              drain_take = drain_valid_i && !drain_wait;

    // --- Banks ------------------------------------------------------------
    genvar b;
    generate
        for (b = 0; b < BANKS; b = b + 1) begin : gen_bank
            localparam [BANK_W-1:0] BANK = b;
            wire             rd_acc   = acc_valid_i && acc_bank == BANK;
            wire             rd_drain = drain_take && drain_bank == BANK;
            wire             wr_sum   = sum_valid && sum_bank == BANK;
            wire             wr_zero  = clearing_q || (drain_valid_q[0] && zero_bank == BANK);
            always @(posedge clk_i) begin
                add_bank_q[b]   <= acc_bank == BANK;
                drain_bank_q[b] <= rd_drain;
            end
            reg [WORD_W-1:0] wr_word;
            integer k;
            always @* for (k = 0; k < COLS; k = k + 1) wr_word[k*33 +: 33] = {!wr_zero, sum[k*32 +: 32]};
            wire [ROW_W-1:0] wr_row   = clearing_q ? clear_row_q : wr_sum ? sum_addr[ROW_W-1:0] : zero_addr_q[ROW_W-1:0];

            bpi_sram_1r1w #(.WIDTH(WORD_W), .DEPTH(1 << ROW_W), .LANES(COLS), .ADDR_W(ROW_W)) u_sram (
                .clk_i      (clk_i),
                .wr_lane_i  ((sum_lanes & {COLS{wr_sum} }) | {COLS{wr_zero} }),
                .wr_addr_i  (wr_row),
                .wr_data_i  (wr_word),
                .rd_valid_i (rd_acc || rd_drain),
                .rd_addr_i  (rd_acc ? acc_addr_i[ROW_W-1:0] : drain_addr_i[ROW_W-1:0]),
                .rd_data_o  (bank_word[b*WORD_W +: WORD_W])
            );
        end
    endgenerate

    // --- Registers --------------------------------------------------------
    reg [VEC_W-1:0] drain_data_q;

    always @(posedge clk_i) begin
        acc_addr_q  <= {acc_addr_q[(PIPE-1)*ADDR_W-1:0], acc_addr_i};
        acc_lanes_q <= {acc_lanes_q[(PIPE-1)*COLS-1:0], acc_lanes};
        if (acc_valid_i)      lanes_q      <= acc_lanes;
        if (acc_valid_i)      acc_data_q   <= acc_data_i;
        if (drain_take)       zero_addr_q  <= drain_addr_i;
        if (drain_valid_q[0]) drain_data_q <= drained;

        acc_valid_q   <= {acc_valid_q[PIPE-1:1], acc_valid_i};
        drain_valid_q <= {drain_valid_q[0], drain_take};
        waited_q      <= !drain_valid_i || !drain_wait || clearing_q ? 6'd0 : waited_q[5] ? waited_q : waited_q + 6'd1;
        clear_row_q   <= clear_row_q + 1'b1;
        clearing_q    <= clearing_q && !(&clear_row_q);

        if (rst_i) begin
            acc_valid_q   <= {PIPE{1'b0} };
            drain_valid_q <= 2'b00;
            waited_q      <= 6'd0;
            clear_row_q   <= {ROW_W{1'b0} };
            clearing_q    <= 1'b1;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign busy_o          = clearing_q;
    assign ended_o         = ending_q[ADD_STAGES+3];
    assign drain_ready_o   = !drain_wait;
    assign drain_valid_o   = drain_valid_q[1];
    assign drain_data_o    = drain_data_q;
    assign drain_starved_o = waited_q[5];

    // --- Checks -----------------------------------------------------------
`ifndef SYNTHESIS
    // An address comes again while it is on its way.  The array's entry sees to its own; the program, which has a STORE and
    // the EXECs of the same sums wait for each other, to the rest.
    reg     acc_early, acc_drained, drain_early;
    integer k;
    always @* begin
        acc_early   = 1'b0;
        acc_drained = drain_valid_q[0] && zero_addr_q == acc_addr_i;
        drain_early = (drain_valid_q[0] && zero_addr_q == drain_addr_i) || (acc_valid_i && acc_addr_i == drain_addr_i);
        for (k = 0; k < PIPE; k = k + 1) begin
            if (acc_valid_q[k+1] && acc_addr_q[k*ADDR_W +: ADDR_W] == acc_addr_i && |(acc_lanes_q[k*COLS +: COLS] & acc_lanes))
                acc_early = 1'b1;
            if (acc_valid_q[k+1] && acc_addr_q[k*ADDR_W +: ADDR_W] == drain_addr_i)
                drain_early = 1'b1;
        end
    end
    `CHECK(!(acc_valid_i && acc_early), "accumulate to lanes of an address within ADD_STAGES+2 cycles of their last use")
    `CHECK_PROGRAM(!(acc_valid_i && acc_drained), "accumulate to an address that is being drained")
    `CHECK_PROGRAM(!(drain_take && drain_early), "drain of an address that is still on its way")
`endif
    `CHECK_PARAM(BANKS >= 2 && (1 << BANK_W) == BANKS && ROW_W >= 1, "BANKS is a power of two, with two entries in each")
    `CHECK(!(acc_valid_i && clearing_q), "accumulate while the entries are cleared")
    `CHECK(!(acc_valid_i && end_i), "a vector and an end in one cycle")
    `CHECK_KNOWN(^{acc_valid_i, drain_valid_i} !== 1'bx, "unknown control")

endmodule
`default_nettype wire
