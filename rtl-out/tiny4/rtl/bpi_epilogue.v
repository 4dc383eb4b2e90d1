// bpi_epilogue.v - sums to bytes: keeps 32-bit sums or converts them to int8, and cuts vectors into chunks of at most a beat.
// int8 = saturate(round_half_even(int32 / 2**shift)).
// Full rate: a chunk every cycle, across vectors too.
//
// GENERATED, do not edit: made from configuration tiny4 (9f1a8ca0) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_epilogue #(
    parameter COLS       = 16,    // lanes of a vector, 1..128
    parameter BEAT_BYTES = 32     // bytes of a beat, 4..128
) (
    input  wire                    clk_i,
    input  wire                    rst_i,

    // Sums
    input  wire                    in_valid_i,
    output wire                    in_ready_o,
    input  wire [COLS*32-1:0]      in_data_i,
    input  wire [7:0]              in_lanes_i,   // valid low lanes, 1..COLS
    input  wire                    narrow_i,     // operand format instead of 32 bits
    input  wire [4:0]              shift_i,      // right shift before saturation

    // Chunks, in byte order
    output wire                    out_valid_o,
    input  wire                    out_ready_i,
    output wire [BEAT_BYTES*8-1:0] out_data_o,
    output wire [7:0]              out_bytes_o   // valid low bytes, 1..BEAT_BYTES
);
    localparam BEAT_W   = BEAT_BYTES * 8;
    localparam VEC_W    = COLS * 32;
    localparam HOLD_W   = VEC_W > BEAT_W ? VEC_W : BEAT_W;
    localparam NARROW_W = COLS * 8;
    localparam [31:0] BEAT = BEAT_BYTES;

    // --- Convert ----------------------------------------------------------
    wire [NARROW_W-1:0] narrow;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_lane
            wire signed [63:0] scaled = $signed({in_data_i[c*32 +: 32], 32'd0}) >>> shift_i;
            wire [31:0] whole = scaled[63:32];
            wire        up    = scaled[31] && (scaled[32] || |scaled[30:0]);
            wire        over  = !whole[31] && (|whole[30:7] || (&whole[6:0] && up));
            wire        under = whole[31] && !(&whole[30:7]);
            assign narrow[c*8 +: 8] = over ? 8'h7F : under ? 8'h80 : whole[7:0] + {7'd0, up};
        end
    endgenerate

    // --- Cut: the vector being sent moves down by a beat a chunk ---------------
    reg                out_valid_q, out_last_q;
    reg  [HOLD_W-1:0]  hold_q;
    reg  [9:0]         left_q;       // bytes of the vector from this chunk on
    reg  [7:0]         bytes_q;
    wire               out_take = out_valid_q && out_ready_i;
    wire               load     = in_valid_i && in_ready_o;
    wire [9:0]         in_bytes = narrow_i ? {2'b00, in_lanes_i} : {in_lanes_i, 2'b00};
    wire [9:0]         left_d   = load ? in_bytes : left_q - BEAT[9:0];
    wire               last_d   = left_d <= BEAT[9:0];

    // --- Registers --------------------------------------------------------
    always @(posedge clk_i) begin
        if (load || out_take) begin
            left_q     <= left_d;
            out_last_q <= last_d;
            bytes_q    <= last_d ? left_d[7:0] : BEAT[7:0];
        end
        if (load) begin
            hold_q[VEC_W-1:0] <= in_data_i;
            if (narrow_i) hold_q[NARROW_W-1:0] <= narrow;
        end else if (out_take) begin
            hold_q <= hold_q >> BEAT_W;
        end

        out_valid_q <= load || (out_valid_q && !(out_ready_i && out_last_q));
        if (rst_i) out_valid_q <= 1'b0;
    end

    // --- Outputs ----------------------------------------------------------
    assign in_ready_o  = !out_valid_q || (out_ready_i && out_last_q);
    assign out_valid_o = out_valid_q;
    assign out_data_o  = hold_q[BEAT_W-1:0];
    assign out_bytes_o = bytes_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(COLS >= 1 && COLS <= 128 && BEAT_BYTES >= 4 && BEAT_BYTES <= 128, "COLS is 1 to 128, BEAT_BYTES 4 to 128")
    `CHECK(!load || (in_lanes_i != 8'd0 && in_lanes_i <= COLS[7:0]), "lanes are not 1 to COLS")
    // before the first STORE nobody says where chunks go
    `CHECK_KNOWN(in_valid_i !== 1'bx && !(out_valid_q && out_ready_i === 1'bx), "unknown control")

endmodule
`default_nettype wire
