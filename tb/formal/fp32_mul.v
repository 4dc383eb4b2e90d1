// fp32_mul.v - a product is the exact one, rounded to nearest, ties to even: by quotient and remainder of whole numbers.
// The exact significand is the sum of one significand times each byte of the other.  No stage keeps anything of the pair before, so that
// the first pair stands for every one.
`default_nettype none
module fp32_mul_formal (
    input wire        clk_i,
    input wire [31:0] a, b
);
    reg  [2:0]  cycle_q = 3'd0;
    wire [31:0] y;
    bpi_fp32_mul u_dut (.clk_i(clk_i), .a_i(a), .b_i(b), .y_o(y));

    // --- The exact product: significand times 2**(exponent - 46) ----------
    wire [31:0] m = {8'd0, 1'b1, a[22:0]};
    wire [31:0] n = {8'd0, 1'b1, b[22:0]};
    reg  [31:0] a_q, b_q, by_0_q, by_1_q, by_2_q;
    reg  [47:0] product_q;
    always @(posedge clk_i) begin
        if (cycle_q != 3'd4) cycle_q <= cycle_q + 3'd1;
        if (cycle_q == 3'd0) {a_q, b_q} <= {a, b};
        by_0_q <= m * {24'd0, n[7:0]};
        by_1_q <= m * {24'd0, n[15:8]};
        by_2_q <= m * {24'd0, n[23:16]};
        if (cycle_q == 3'd1) product_q <= {by_2_q, 16'd0} + {8'd0, by_1_q, 8'd0} + {16'd0, by_0_q};
    end
    wire signed [10:0] exponent = $signed({3'd0, a_q[30:23]}) + $signed({3'd0, b_q[30:23]}) - 11'sd254;

    // --- To 24 bits: quotient and remainder by 2**23 or, from 2.0 on, by 2**24 ----
    wire               large     = product_q >= 48'd1 << 47;
    wire [24:0]        quotient  = large ? product_q >> 24 : product_q >> 23;
    wire [24:0]        remainder = large ? {1'b0, product_q[23:0]} : {2'd0, product_q[22:0]};
    wire [24:0]        half      = large ? 25'd1 << 23 : 25'd1 << 22;
    wire [24:0]        nearest   = remainder > half || (remainder == half && quotient[0]) ? quotient + 25'd1 : quotient;
    wire               carries   = nearest[24];
    wire signed [10:0] power     = exponent + (large ? 11'sd1 : 11'sd0);
    wire signed [10:0] biased    = power + 11'sd127 + (carries ? 11'sd1 : 11'sd0);

    // --- Its bits ---------------------------------------------------------
    wire a_top  = a_q[30:23] == 8'd255, a_nan = a_top && a_q[22:0] != 23'd0, a_zero = a_q[30:23] == 8'd0;
    wire b_top  = b_q[30:23] == 8'd255, b_nan = b_top && b_q[22:0] != 23'd0, b_zero = b_q[30:23] == 8'd0;
    wire sign   = a_q[31] != b_q[31];
    wire [31:0] expected =
        a_nan || b_nan || (a_top && b_zero) || (a_zero && b_top) ? 32'h7FC00000 :
        a_top || b_top                                           ? {sign, 8'd255, 23'd0} :
        a_zero || b_zero || power < -11'sd126                    ? {sign, 31'd0} :            // below the smallest normal, unrounded
        biased > 11'sd254                                        ? {sign, 8'd255, 23'd0} :
                                                                   {sign, biased[7:0], carries ? nearest[23:1] : nearest[22:0]};
    always @* if (cycle_q == 3'd3) assert (y == expected);
endmodule
`default_nettype wire
