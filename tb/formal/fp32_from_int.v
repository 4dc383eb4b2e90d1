// fp32_from_int.v - an integer as fp32 is the nearest, ties to even: by quotient and remainder of its size.
`default_nettype none
module fp32_from_int_formal #(
    parameter WIDTH = 32
) (
    input wire clk_i,
    input wire [WIDTH-1:0] given
);
    reg [WIDTH-1:0] x = 0;                 // a proof is of registers
    always @(posedge clk_i) x <= given;

    wire [31:0] y;
    bpi_fp32_from_int #(.WIDTH(WIDTH)) u_dut (.x_i(x), .y_o(y));

    wire        sign = x[WIDTH-1];
    wire [32:0] wide = {{(33-WIDTH){sign}}, x};
    wire [32:0] size = sign ? 33'd0 - wide : wide;

    // --- Place of its highest bit, and what lies below 24 bits ------------
    reg [5:0] place;
    integer   bit_at;
    always @* begin
        place = 6'd0;
        for (bit_at = 0; bit_at < 32; bit_at = bit_at + 1) if (size[bit_at]) place = bit_at;
    end
    wire [5:0]  below     = place > 6'd23 ? place - 6'd23 : 6'd0;
    wire [32:0] unit      = 33'd1 << below;
    wire [32:0] quotient  = size >> below;
    wire [32:0] remainder = size & (unit - 33'd1);
    wire [32:0] half      = unit >> 1;
    wire        up        = below != 6'd0 && (remainder > half || (remainder == half && quotient[0]));
    wire [32:0] nearest   = quotient + {32'd0, up};
    wire [32:0] aligned   = place < 6'd23 ? nearest << (6'd23 - place) : nearest;
    wire [7:0]  exponent  = 8'd127 + {2'd0, place} + {7'd0, aligned[24]};

    always @* assert (y == (size == 33'd0 ? 32'd0 : {sign, exponent, aligned[24] ? aligned[23:1] : aligned[22:0]}));
endmodule
`default_nettype wire
