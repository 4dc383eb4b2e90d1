// bpi_epilogue.v - sums to bytes: keeps 32-bit sums or converts them to int8, and cuts vectors into chunks of at most a beat.
// int8 = saturate(round_half_even(int32 / 2**shift)).
// A chunk every cycle, across vectors too: a beat of sums, or LANES operands.  A vector stays at the input until its last chunk is made.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_epilogue #(
    parameter COLS       = 16,    // lanes of a vector, 1..128
    parameter BEAT_BYTES = 32,    // bytes of a beat, 4..128
    parameter LANES      = 16     // lanes converted in a cycle: a power of two, less than twice COLS, at most the operands of a beat
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
    localparam PADDED  = 1 << $clog2(COLS);      // lanes of a vector, rounded up to a power of two
    localparam SUMS    = BEAT_BYTES/4 < PADDED ? BEAT_BYTES/4 : PADDED;     // most lanes of a chunk of sums
    localparam MORE    = LANES > SUMS ? LANES : SUMS, FEWER = LANES > SUMS ? SUMS : LANES;
    localparam PLACE_W = PADDED > 1 ? $clog2(PADDED) : 1;
    localparam BEAT_W  = BEAT_BYTES * 8;
    localparam FROM_W  = (PADDED*32 > BEAT_W ? PADDED*32 : BEAT_W) + 1;
    localparam [31:0] LANES_1 = LANES - 1, SUMS_1 = SUMS - 1, MORE_1 = MORE - 1, FEWER_1 = FEWER - 1;

    // --- Choose: the larger kind of chunk, and of it the smaller ----------------
    reg  [PLACE_W-1:0] place_q;                  // first lane of the next chunk
    wire [PLACE_W-1:0] outer = place_q & ~MORE_1[PLACE_W-1:0];
    wire [PLACE_W-1:0] inner = place_q & MORE_1[PLACE_W-1:0] & ~FEWER_1[PLACE_W-1:0];
    wire [FROM_W-1:0]  from  = { {(FROM_W-COLS*32){1'b0}}, in_data_i } >> { outer, 5'd0 };
    wire [FROM_W-1:0]  part  = from >> { inner, 5'd0 };
    wire [LANES*32-1:0] lanes = LANES == MORE ? from[LANES*32-1:0] : part[LANES*32-1:0];
    wire [BEAT_W-1:0]   sums  = SUMS == MORE ? from[BEAT_W-1:0] : part[BEAT_W-1:0];

    // --- Scale ------------------------------------------------------------
    // Of a sum is kept: 8 bits of the operand and its half, sign, whether less than the half is left, and whether bits above are no signs.
    localparam KEPT = 12, KEPT_W = LANES*KEPT > BEAT_W ? LANES*KEPT : BEAT_W;
    wire [LANES*KEPT-1:0] kept;

    genvar c, i;
    generate
        for (c = 0; c < LANES; c = c + 1) begin : gen_scale
            wire [31:0] sum     = lanes[c*32 +: 32];
            // each step keeps what the next ones may bring; what it drops above must be signs
            wire        sign    = sum[31];
            wire [23:0] by_16   = shift_i[4] ? { {7{sign} }, sum[31:15] } : { sum[22:0], 1'b0 };
            wire [15:0] by_8    = shift_i[3] ? by_16[23:8] : by_16[15:0];
            wire [11:0] by_4    = shift_i[2] ? by_8[15:4]  : by_8[11:0];
            wire [8:0]  by_2    = shift_i[1] ? by_4[10:2]  : by_4[8:0];
            wire [7:0]  scaled  = shift_i[0] ? by_2[8:1]   : by_2[7:0];
            wire        tail    = (shift_i[4] && |sum[14:0]) || (shift_i[3] && |by_16[7:0]) || (shift_i[2] && |by_8[3:0])
                               || (shift_i[1] && |by_4[1:0]) || (shift_i[0] && by_2[0]);
            wire        far     = (!shift_i[4] && sum[30:23] != {8{sign} }) || (!shift_i[3] && by_16[23:16] != {8{sign} })
                               || (!shift_i[2] && by_8[15:12] != {4{sign} });
            wire        near    = by_4[11] != sign || (shift_i[1:0] != 2'd3 && by_4[10] != sign)       // of the last two steps at once
                               || (!shift_i[1] && by_4[9] != sign) || (shift_i[1:0] == 2'd0 && by_4[8] != sign);
            assign kept[c*KEPT +: KEPT] = { far, near, tail, sign, scaled };
        end
    endgenerate

    // --- Cut --------------------------------------------------------------
    reg                out_valid_q;
    reg  [KEPT_W-1:0]  data_q;
    reg                narrow_q;
    reg  [7:0]         bytes_q;
    wire [7:0]         in_last = in_lanes_i - 8'd1;      // the vector's last lane
    wire [7:0]         most    = narrow_i ? LANES_1[7:0] : SUMS_1[7:0];
    wire               last    = (in_last[PLACE_W-1:0] & ~most[PLACE_W-1:0]) == (place_q & ~most[PLACE_W-1:0]);
    wire [7:0]         rest    = last ? in_last & most : most;
    wire               take    = in_valid_i && (!out_valid_q || out_ready_i);

    // --- Registers --------------------------------------------------------
    always @(posedge clk_i) begin
        if (take) begin
            data_q[BEAT_W-1:0] <= sums;
            if (narrow_i) data_q[LANES*KEPT-1:0] <= kept;
            narrow_q <= narrow_i;
            bytes_q <= (rest + 8'd1) << (narrow_i ? 0 : 2);
            place_q <= last ? {PLACE_W{1'b0} } : place_q + most[PLACE_W-1:0] + 1'b1;
        end
        out_valid_q <= take || (out_valid_q && !out_ready_i);
        if (rst_i) begin
            out_valid_q <= 1'b0;
            place_q     <= {PLACE_W{1'b0} };
        end
    end

    // --- Round and saturate -----------------------------------------------
    reg  [BEAT_W-1:0]  data;
    wire [LANES*8-1:0] narrow;
    generate
        for (c = 0; c < LANES; c = c + 1) begin : gen_round
            wire       far, near, tail, sign;
            wire [7:0] scaled;
            assign { far, near, tail, sign, scaled } = data_q[c*KEPT +: KEPT];
            // 127 is the result of all that is not less.  What goes up is odd if any bit but the lowest is to change: the tail does not matter there
            wire       over = far || near || (!sign && &scaled[7:1]);
            assign narrow[c*8] = over ? !sign : scaled[1] ^ (scaled[0] && (scaled[1] || tail));
            for (i = 1; i < 7; i = i + 1) begin : gen_bit
                assign narrow[c*8+i] = over ? !sign : scaled[i+1] ^ &scaled[i:0];
            end
            assign narrow[c*8+7] = sign && (far || near || !(&scaled));
        end
    endgenerate
    always @* begin
        data = data_q[BEAT_W-1:0];
        if (narrow_q) data[LANES*8-1:0] = narrow;
    end

    // --- Outputs ----------------------------------------------------------
    assign in_ready_o  = take && last;
    assign out_valid_o = out_valid_q;
    assign out_data_o  = data;
    assign out_bytes_o = bytes_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(COLS >= 1 && COLS <= 128 && BEAT_BYTES >= 4 && BEAT_BYTES <= 128, "COLS is 1 to 128, BEAT_BYTES 4 to 128")
    `CHECK_PARAM(LANES == 1 << $clog2(LANES) && LANES <= PADDED && LANES*8 <= BEAT_W, "LANES is no power of two, or too large")
    `CHECK(!take || (in_lanes_i != 8'd0 && in_lanes_i <= COLS[7:0]), "lanes are not 1 to COLS")
    // before the first STORE nobody says where chunks go
    `CHECK_KNOWN(in_valid_i !== 1'bx && !(out_valid_q && out_ready_i === 1'bx), "unknown control")

    wire unused_ok = &{1'b0, part, in_last};

endmodule
`default_nettype wire
