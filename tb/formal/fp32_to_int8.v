// fp32_to_int8.v - fp32 as int8 is the nearest, ties to even, or a limit: by whole and fraction of its size, in units of 2**-32.
`default_nettype none
module fp32_to_int8_formal (
    input wire clk_i,
    input wire [31:0] given
);
    reg [31:0] x = 0;                 // a proof is of registers
    always @(posedge clk_i) x <= given;

    wire [7:0] y;
    bpi_fp32_to_int8 u_dut (.x_i(x), .y_o(y));

    wire [7:0]  exponent = x[30:23];
    wire        beyond   = exponent >= 8'd134;                       // 128 and more, infinite, no number
    wire [39:0] size     = exponent < 8'd118 || beyond ? 40'd0 : {16'd0, 1'b1, x[22:0]} << (exponent - 8'd118);
    wire [7:0]  whole    = size[39:32];
    wire        up       = size[31:0] > 32'h80000000 || (size[31:0] == 32'h80000000 && whole[0]);
    wire [8:0]  nearest  = {1'b0, whole} + {8'd0, up};

    wire [8:0]  negated  = 9'd0 - nearest;
    always @* assert (y == (x[31] ? (beyond ? 8'h80 : negated[7:0]) : (beyond || nearest > 9'd127 ? 8'h7F : nearest[7:0])));
    always @* assert (nearest <= 9'd128);
endmodule
`default_nettype wire
