// bpi_epilogue_tb.v - conversion and chunks against a byte-wise model at several sizes, and the rate.
`timescale 1ns/1ps
module tb;
    localparam CASES = 7, CYCLES = 4500;

    reg clk = 0;
    always #5 clk = !clk;
    integer seed, cycle = 0, i, total_errors, total_checks;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    wire [31:0] errors [0:CASES-1], checks [0:CASES-1];
    epilogue_case #(.COLS(4),  .BEAT_BYTES(4))  c0 (.clk(clk), .cycle(cycle), .seed_base(seed),     .errors(errors[0]), .checks(checks[0]));
    epilogue_case #(.COLS(3),  .BEAT_BYTES(8))  c1 (.clk(clk), .cycle(cycle), .seed_base(seed + 1), .errors(errors[1]), .checks(checks[1]));
    epilogue_case #(.COLS(16), .BEAT_BYTES(32)) c2 (.clk(clk), .cycle(cycle), .seed_base(seed + 2), .errors(errors[2]), .checks(checks[2]));
    epilogue_case #(.COLS(5),  .BEAT_BYTES(4))  c3 (.clk(clk), .cycle(cycle), .seed_base(seed + 3), .errors(errors[3]), .checks(checks[3]));
    epilogue_case #(.COLS(4),  .BEAT_BYTES(32)) c4 (.clk(clk), .cycle(cycle), .seed_base(seed + 4), .errors(errors[4]), .checks(checks[4]));
    epilogue_case #(.COLS(1),  .BEAT_BYTES(4))  c5 (.clk(clk), .cycle(cycle), .seed_base(seed + 5), .errors(errors[5]), .checks(checks[5]));
    epilogue_case #(.COLS(7),  .BEAT_BYTES(16)) c6 (.clk(clk), .cycle(cycle), .seed_base(seed + 6), .errors(errors[6]), .checks(checks[6]));

    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (cycle == CYCLES) begin
            total_errors = 0;
            total_checks = 0;
            for (i = 0; i < CASES; i = i + 1) begin
                total_errors = total_errors + errors[i];
                total_checks = total_checks + checks[i];
                if (checks[i] < CYCLES/8) $display("FAIL case %0d made only %0d checks", i, checks[i]);
                if (checks[i] < CYCLES/8) total_errors = total_errors + 1;
            end
            if (total_errors == 0 && total_checks > 0) $display("PASS %0d checks", total_checks);
            else $display("FAIL %0d errors in %0d checks", total_errors, total_checks);
            $finish;
        end
    end
endmodule

// One epilogue.  Phases of 128 cycles: random; full rate, narrow, then wide; slow out; slow in.
module epilogue_case #(
    parameter COLS       = 4,
    parameter BEAT_BYTES = 4
) (
    input  wire        clk,
    input  wire [31:0] cycle,
    input  wire [31:0] seed_base,
    output wire [31:0] errors,
    output wire [31:0] checks
);
    localparam RING = 4096, OPERAND_BYTES = 1;

    integer seed, error_count = 0, check_count = 0, in_phase = 0, was_phase = 0, sent = 0, received = 0, ends = 0, total, i;
    reg started = 0;
    reg rst = 1, in_valid = 0, narrow = 0, out_ready = 0;
    reg [COLS*32-1:0] in_data = 0;
    reg [7:0] lanes = 1;
    reg [4:0] shift = 0;
    wire in_ready, out_valid;
    wire [BEAT_BYTES*8-1:0] out_data;
    wire [7:0] out_bytes;
    wire [2:0] phase = (cycle >> 7) % 5;

    bpi_epilogue #(.COLS(COLS), .BEAT_BYTES(BEAT_BYTES)) dut (
        .clk_i(clk), .rst_i(rst),
        .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data), .in_lanes_i(lanes), .narrow_i(narrow), .shift_i(shift),
        .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data), .out_bytes_o(out_bytes)
    );

    task fail(input [8*40-1:0] what);
        begin
            error_count = error_count + 1;
            if (error_count < 5) $display("FAIL %0d columns, beat %0d, cycle %0d: %0s", COLS, BEAT_BYTES, cycle, what);
        end
    endtask

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
        if (!started) seed = seed_base;
        started = 1;
        if (!rst) begin
            if (in_ready !== 1'b0 && in_ready !== 1'b1) fail("in_ready unknown");
            if (out_valid !== 1'b0 && out_valid !== 1'b1) fail("out_valid unknown");
            if (was_waiting && !out_valid) fail("chunk withdrawn");
            if (out_valid) begin
                check_count = check_count + 1;
                mask = {BEAT_BYTES*8{1'b1} } >> (BEAT_BYTES - ring_bytes[received % RING]) * 8;
                if (received == sent) fail("chunk out of nothing");
                else if (out_bytes !== ring_bytes[received % RING]) fail("wrong byte count");
                else if ((out_data & mask) !== (ring_data[received % RING] & mask)) fail("wrong bytes");
                if (out_ready) received = received + 1;
            end
            in_phase = was_phase == phase ? in_phase + 1 : 0;
            was_phase = phase;
            if (in_phase > 32 && (phase == 1 || phase == 2) && !out_valid) fail("not at full rate");
            if (in_phase > 32 && phase == 1 && COLS*OPERAND_BYTES <= BEAT_BYTES && !in_ready) fail("vectors not at full rate");
            if (in_valid && in_ready) begin
                for (i = 0; i < COLS; i = i + 1)
                    if (narrow) vector[i*OPERAND_BYTES*8 +: OPERAND_BYTES*8] = convert(in_data[i*32 +: 32]);
                    else vector[i*32 +: 32] = in_data[i*32 +: 32];
                total = lanes * (narrow ? OPERAND_BYTES : 4);
                for (i = 0; i < total; i = i + BEAT_BYTES) begin
                    ring_data[sent % RING] = vector >> (8*i);
                    ring_bytes[sent % RING] = total - i > BEAT_BYTES ? BEAT_BYTES : total - i;
                    sent = sent + 1;
                end
            end
        end
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
        if (rst || !in_valid || in_ready) begin
            in_valid <= next_valid;
            next_narrow = phase == 1 || (phase != 2 && ($random(seed) & 1));
            next_shift = $random(seed);
            narrow <= next_narrow;
            shift <= next_shift;
            lanes <= ($random(seed) & 1) ? COLS : 1 + ($random(seed) & 127) % COLS;
            for (i = 0; i < COLS; i = i + 1) in_data[i*32 +: 32] <= noise(next_shift);
        end
    end
    assign errors = error_count;
    assign checks = check_count;
endmodule
