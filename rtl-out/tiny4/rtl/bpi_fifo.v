// bpi_fifo.v - first in, first out, one word in and one word out each cycle.
// 1 word: a register, which takes a word in the cycle in which its own leaves.
// Up to 4 words: registers, an entering word is visible one cycle later.
// More: a memory with an output register, visible two cycles later; holds one word more than DEPTH.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_fifo #(
    parameter WIDTH = 8,       // bits per word
    parameter DEPTH = 2        // words it holds at least
) (
    input  wire             clk_i,
    input  wire             rst_i,        // synchronous, active high

    // In
    input  wire             in_valid_i,
    output wire             in_ready_o,   // registered; of 1 word it follows out_ready_i
    input  wire [WIDTH-1:0] in_data_i,

    // Out
    output wire             out_valid_o,  // registered
    input  wire             out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);
    generate
    if (DEPTH == 1) begin : gen_one
        reg             valid_q;
        reg [WIDTH-1:0] data_q;
        always @(posedge clk_i) begin
            if (in_ready_o) data_q <= in_data_i;
            valid_q <= in_valid_i || !in_ready_o;
            if (rst_i) valid_q <= 1'b0;
        end
        assign in_ready_o  = !valid_q || out_ready_i;
        assign out_valid_o = valid_q;
        assign out_data_o  = data_q;
    end else begin : gen_more
        // Words behind the one at the output
        localparam MEMORY  = DEPTH > 4;
        localparam BEHIND  = MEMORY ? DEPTH : DEPTH - 1;
        localparam ADDR_W  = BEHIND > 1 ? $clog2(BEHIND) : 1;
        localparam COUNT_W = $clog2(BEHIND + 1);
        localparam [ADDR_W-1:0]  LAST = BEHIND[ADDR_W-1:0] - 1'b1;
        localparam [COUNT_W-1:0] FULL = BEHIND[COUNT_W-1:0];

        // --- Control ----------------------------------------------------------
        reg                in_ready_q, out_valid_q;
        reg  [ADDR_W-1:0]  wr_addr_q, rd_addr_q;
        reg  [COUNT_W-1:0] count_q;

        wire enter   = in_valid_i && in_ready_q;
        wire advance = !out_valid_q || out_ready_i;   // the output takes another word
        wire read    = advance && count_q != {COUNT_W{1'b0}};
        wire bypass  = !MEMORY && advance && count_q == {COUNT_W{1'b0}};
        wire write   = enter && !bypass;
        wire [COUNT_W-1:0] count_d = write == read ? count_q : write ? count_q + 1'b1 : count_q - 1'b1;

        // --- Registers --------------------------------------------------------
        always @(posedge clk_i) begin
            if (write) wr_addr_q <= wr_addr_q == LAST ? {ADDR_W{1'b0}} : wr_addr_q + 1'b1;
            if (read)  rd_addr_q <= rd_addr_q == LAST ? {ADDR_W{1'b0}} : rd_addr_q + 1'b1;
            if (advance) out_valid_q <= read || (bypass && enter);
            count_q    <= count_d;
            in_ready_q <= count_d != FULL;
            if (rst_i) begin
                wr_addr_q   <= {ADDR_W{1'b0}};
                rd_addr_q   <= {ADDR_W{1'b0}};
                count_q     <= {COUNT_W{1'b0}};
                out_valid_q <= 1'b0;
                in_ready_q  <= 1'b1;
            end
        end

        // --- Storage ----------------------------------------------------------
        if (MEMORY) begin : gen_memory
            bpi_sram_1r1w #(.WIDTH(WIDTH), .DEPTH(BEHIND), .LANES(1), .ADDR_W(ADDR_W)) u_mem (
                .clk_i      (clk_i),
                .wr_lane_i  (write),
                .wr_addr_i  (wr_addr_q),
                .wr_data_i  (in_data_i),
                .rd_valid_i (read),
                .rd_addr_i  (rd_addr_q),
                .rd_data_o  (out_data_o)
            );
        end else begin : gen_registers
            reg [WIDTH-1:0] behind_q [0:BEHIND-1];
            reg [WIDTH-1:0] out_data_q;
            always @(posedge clk_i) begin
                if (write) behind_q[wr_addr_q] <= in_data_i;
                if (advance) out_data_q <= read ? behind_q[rd_addr_q] : in_data_i;
            end
            assign out_data_o = out_data_q;
        end

        // --- Outputs ----------------------------------------------------------
        assign in_ready_o  = in_ready_q;
        assign out_valid_o = out_valid_q;
    end
    endgenerate

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(DEPTH >= 1, "DEPTH must be at least 1")

endmodule
`default_nettype wire
