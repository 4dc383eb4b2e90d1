// bpi_counter.v - a 64-bit sum of small increments.
// The low word is right one cycle after an increment, the high word two cycles after: the carry is registered.
//
// GENERATED, do not edit: made from configuration tiny4 (6731e111) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_counter #(
    parameter INC_W = 1        // bits of an increment, at most 31
) (
    input  wire             clk_i,
    input  wire             clear_i,     // to zero; wins over an increment
    input  wire [INC_W-1:0] inc_i,
    output wire [63:0]      count_o
);
    // --- Registers --------------------------------------------------------
    reg [31:0] low_q, high_q;
    reg        carry_q;

    always @(posedge clk_i) begin
        {carry_q, low_q} <= {1'b0, low_q} + { {(33-INC_W){1'b0}}, inc_i };
        high_q           <= high_q + {31'd0, carry_q};
        if (clear_i) begin
            carry_q <= 1'b0;
            low_q   <= 32'd0;
            high_q  <= 32'd0;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign count_o = {high_q, low_q};

endmodule
`default_nettype wire
