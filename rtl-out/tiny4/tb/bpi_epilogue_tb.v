// bpi_epilogue_tb.v - conversion and chunks against a byte-wise model at several sizes, and the rate.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 4500, LEAST = CYCLES/8;
    `include "bpi_bench.vh"

    // as many lanes as are of use, or fewer; more than the sums of a beat, as many, or fewer
    epilogue_case #(.COLS(4), .BEAT_BYTES(4), .LANES(4), .NUMBER(0)) c0 ();
    epilogue_case #(.COLS(4), .BEAT_BYTES(4), .LANES(1), .NUMBER(1)) c1 ();
    epilogue_case #(.COLS(3), .BEAT_BYTES(8), .LANES(4), .NUMBER(2)) c2 ();
    epilogue_case #(.COLS(3), .BEAT_BYTES(8), .LANES(1), .NUMBER(3)) c3 ();
    epilogue_case #(.COLS(16), .BEAT_BYTES(32), .LANES(16), .NUMBER(4)) c4 ();
    epilogue_case #(.COLS(16), .BEAT_BYTES(32), .LANES(2), .NUMBER(5)) c5 ();
    epilogue_case #(.COLS(5), .BEAT_BYTES(4), .LANES(4), .NUMBER(6)) c6 ();
    epilogue_case #(.COLS(5), .BEAT_BYTES(4), .LANES(1), .NUMBER(7)) c7 ();
    epilogue_case #(.COLS(4), .BEAT_BYTES(32), .LANES(4), .NUMBER(8)) c8 ();
    epilogue_case #(.COLS(4), .BEAT_BYTES(32), .LANES(1), .NUMBER(9)) c9 ();
    epilogue_case #(.COLS(1), .BEAT_BYTES(4), .LANES(1), .NUMBER(10)) c10 ();
    epilogue_case #(.COLS(7), .BEAT_BYTES(16), .LANES(8), .NUMBER(11)) c11 ();
    epilogue_case #(.COLS(7), .BEAT_BYTES(16), .LANES(4), .NUMBER(12)) c12 ();
    epilogue_case #(.COLS(16), .BEAT_BYTES(4), .LANES(4), .NUMBER(13)) c13 ();
    epilogue_case #(.COLS(13), .BEAT_BYTES(8), .LANES(2), .NUMBER(14)) c14 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

// One epilogue.  Phases of 128 cycles: random; full rate, narrow, then wide; slow out; slow in.
module epilogue_case #(
    parameter NUMBER     = 0,
    parameter COLS       = 4,
    parameter BEAT_BYTES = 4,
    parameter LANES      = 4
);
    `include "bpi_case.vh"
    localparam RING = 4096, OPERAND_BYTES = 1;

    integer in_phase = 0, was_phase = 0, sent = 0, received = 0, ends = 0, total, most, i;
    reg rst = 1, fresh = 1, in_valid = 0, narrow = 0, out_ready = 0;
    reg [COLS*32-1:0] in_data = 0;
    reg [7:0] lanes = 1;
    reg [4:0] shift = 0;
    wire in_ready, out_valid;
    wire [BEAT_BYTES*8-1:0] out_data;
    wire [7:0] out_bytes;
    wire [2:0] phase = (cycle >> 7) % 5;

    bpi_epilogue #(.COLS(COLS), .BEAT_BYTES(BEAT_BYTES), .LANES(LANES)) dut (
        .clk_i(clk), .rst_i(rst),
        .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data), .in_lanes_i(lanes), .narrow_i(narrow), .shift_i(shift),
        .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data), .out_bytes_o(out_bytes)
    );

    real scaled;
    integer whole;
    function [31:0] convert(input signed [31:0] x);
        begin
            scaled = $itor(x) / (2.0 ** shift);
            whole = $rtoi($floor(scaled));
            if (scaled - $floor(scaled) > 0.5 || (scaled - $floor(scaled) == 0.5 && whole % 2 != 0)) whole = whole + 1;
            convert = whole > 127 ? 127 : whole < -128 ? -128 : whole;
        end
    endfunction

    // sums that matter for the present shift: small, at the ends of int8, ties; or anything
    function [31:0] noise(input [4:0] by);
        reg [31:0] random;
        begin
            random = $random(seed);
            noise = $random(seed) >>> random[8:4];
            if (random[1:0] == 0) noise = ($random(seed) % 300) << by;
            if (random[1:0] == 0 && by != 0) noise = noise + (1 << (by - 1)) + (random[3:2] == 0 ? 1 : random[3:2] == 1 ? -1 : 0);
            if (random[1:0] == 1) noise = ((random[2] ? 127 : -128) << by) + $random(seed) % (1 << by);
            if (random[12:9] == 0) noise = {random[2], {31{!random[2]} }};
        end
    endfunction

    reg [BEAT_BYTES*8-1:0] ring_data [0:RING-1], mask;
    reg [7:0] ring_bytes [0:RING-1];
    reg [COLS*32-1:0] vector;
    reg was_waiting = 0, next_valid, next_narrow;
    reg [4:0] next_shift;

    always @(posedge clk) begin
        if (!rst) begin
            if (in_ready !== 1'b0 && in_ready !== 1'b1) fail("in_ready unknown");
            if (out_valid !== 1'b0 && out_valid !== 1'b1) fail("out_valid unknown");
            if (was_waiting && !out_valid) fail("chunk withdrawn");
            if (out_valid) begin
                checks = checks + 1;
                mask = {BEAT_BYTES*8{1'b1} } >> (BEAT_BYTES - ring_bytes[received % RING]) * 8;
                if (received == sent) fail("chunk out of nothing");
                else if (out_bytes !== ring_bytes[received % RING]) fail("wrong byte count");
                else if ((out_data & mask) !== (ring_data[received % RING] & mask)) fail("wrong bytes");
                if (out_ready) received = received + 1;
            end
            in_phase = was_phase == phase ? in_phase + 1 : 0;
            was_phase = phase;
            if (in_phase > 32 && (phase == 1 || phase == 2) && !out_valid) fail("not at full rate");
            if (in_phase > 32 && phase == 1 && COLS <= LANES && !in_ready) fail("vectors not at full rate");
            // chunks of a vector come while it is still offered
            if (in_valid && fresh) begin
                for (i = 0; i < COLS; i = i + 1)
                    if (narrow) vector[i*OPERAND_BYTES*8 +: OPERAND_BYTES*8] = convert(in_data[i*32 +: 32]);
                    else vector[i*32 +: 32] = in_data[i*32 +: 32];
                total = lanes * (narrow ? OPERAND_BYTES : 4);
                most = narrow ? LANES * OPERAND_BYTES : BEAT_BYTES;
                for (i = 0; i < total; i = i + most) begin
                    ring_data[sent % RING] = vector >> (8*i);
                    ring_bytes[sent % RING] = total - i > most ? most : total - i;
                    sent = sent + 1;
                end
            end
        end
        fresh = rst || !in_valid || in_ready;
        was_waiting = !rst && out_valid && !out_ready;
        // the next cycle
        rst <= cycle < 3 || (phase != 1 && phase != 2 && ($random(seed) & 255) == 0);
        if (rst) begin
            sent = 0;
            received = 0;
            in_phase = 0;
        end
        next_valid = phase == 1 || phase == 2 || (phase == 4 ? $random(seed) & $random(seed) : phase == 3 ? $random(seed) | $random(seed) : $random(seed));
        out_ready <= phase == 1 || phase == 2 || (phase == 3 ? $random(seed) & $random(seed) : phase == 4 ? $random(seed) | $random(seed) : $random(seed));
        if (fresh) begin
            in_valid <= next_valid;
            next_narrow = phase == 1 || (phase != 2 && ($random(seed) & 1));
            next_shift = $random(seed);
            narrow <= next_narrow;
            shift <= next_shift;
            lanes <= ($random(seed) & 1) ? COLS : 1 + ($random(seed) & 127) % COLS;
            for (i = 0; i < COLS; i = i + 1) in_data[i*32 +: 32] <= noise(next_shift);
        end
    end
endmodule
