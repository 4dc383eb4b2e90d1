// bpi_fifo_tb.v - order, capacity and rate at several depths, with random idles, back-pressure and resets.
`timescale 1ns/1ps
module tb;
    localparam CASES = 7, CYCLES = 4000;

    reg clk = 0;
    always #5 clk = !clk;
    integer seed, cycle = 0, i;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    wire [31:0] errors [0:CASES-1], checks [0:CASES-1];
    fifo_case #(.DEPTH(2),  .WIDTH(8))  c0 (.clk(clk), .cycle(cycle), .seed_base(seed),     .errors(errors[0]), .checks(checks[0]));
    fifo_case #(.DEPTH(3),  .WIDTH(1))  c1 (.clk(clk), .cycle(cycle), .seed_base(seed + 1), .errors(errors[1]), .checks(checks[1]));
    fifo_case #(.DEPTH(4),  .WIDTH(17)) c2 (.clk(clk), .cycle(cycle), .seed_base(seed + 2), .errors(errors[2]), .checks(checks[2]));
    fifo_case #(.DEPTH(5),  .WIDTH(8))  c3 (.clk(clk), .cycle(cycle), .seed_base(seed + 3), .errors(errors[3]), .checks(checks[3]));
    fifo_case #(.DEPTH(8),  .WIDTH(32)) c4 (.clk(clk), .cycle(cycle), .seed_base(seed + 4), .errors(errors[4]), .checks(checks[4]));
    fifo_case #(.DEPTH(13), .WIDTH(5))  c5 (.clk(clk), .cycle(cycle), .seed_base(seed + 5), .errors(errors[5]), .checks(checks[5]));
    fifo_case #(.DEPTH(32), .WIDTH(64)) c6 (.clk(clk), .cycle(cycle), .seed_base(seed + 6), .errors(errors[6]), .checks(checks[6]));

    integer total_errors, total_checks;
    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (cycle == CYCLES) begin
            total_errors = 0;
            total_checks = 0;
            for (i = 0; i < CASES; i = i + 1) begin
                total_errors = total_errors + errors[i];
                total_checks = total_checks + checks[i];
                if (checks[i] < 500) total_errors = total_errors + 1;
            end
            if (total_errors == 0 && total_checks > 0) $display("PASS %0d checks", total_checks);
            else $display("FAIL %0d errors in %0d checks", total_errors, total_checks);
            $finish;
        end
    end
endmodule

// One FIFO: word n of the stream is a hash of n.  Phases of 128 cycles: random, fast in and slow out, slow in and
// fast out, full speed, filling only.  A reset now and then starts the stream again.
module fifo_case #(
    parameter DEPTH = 2,
    parameter WIDTH = 8
) (
    input  wire        clk,
    input  wire [31:0] cycle,
    input  wire [31:0] seed_base,
    output wire [31:0] errors,
    output wire [31:0] checks
);
    localparam LATENCY = DEPTH > 4 ? 2 : 1, CAPACITY = DEPTH > 4 ? DEPTH + 1 : DEPTH;

    integer seed, sent = 0, received = 0, error_count = 0, check_count = 0, in_phase = 0, was_phase = 0, held = 0;
    reg started = 0;
    reg rst = 1, in_valid = 0, out_ready = 0;
    reg [WIDTH-1:0] in_data = 0, previous = 0;
    reg was_waiting = 0;
    wire in_ready, out_valid;
    wire [WIDTH-1:0] out_data;
    wire [2:0] phase = (cycle >> 7) % 5;

    function [WIDTH-1:0] word(input integer n);
        word = ({32'd0, n} * 64'h9E3779B97F4A7C15) >> 20;
    endfunction

    bpi_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) dut (
        .clk_i(clk), .rst_i(rst), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data),
        .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data)
    );

    task fail(input [8*40-1:0] what);
        begin
            error_count = error_count + 1;
            if (error_count < 5) $display("FAIL depth %0d cycle %0d: %0s", DEPTH, cycle, what);
        end
    endtask

    reg next_valid;
    always @(posedge clk) begin
        if (!started) seed = seed_base;
        started = 1;
        if (!rst) begin
            if (in_ready !== 1'b0 && in_ready !== 1'b1) fail("in_ready unknown");
            if (out_valid !== 1'b0 && out_valid !== 1'b1) fail("out_valid unknown");
            check_count = check_count + 1;
            if (was_waiting && (out_valid !== 1'b1 || out_data !== previous)) fail("word changed while waiting");
            if (out_valid && out_ready) begin
                check_count = check_count + 1;
                if (received == sent) fail("word out of nothing");
                if (out_data !== word(received)) fail("wrong word");
                received = received + 1;
            end
            if (in_valid && in_ready) sent = sent + 1;
            held = sent - received;
            if (held > CAPACITY) fail("holds too much");
            // full speed: always ready, and a word every cycle once the first is through
            in_phase = was_phase == phase ? in_phase + 1 : 0;
            was_phase = phase;
            if (phase == 3 && in_phase > LATENCY + 3 && (!in_ready || !out_valid)) fail("not at full rate");
            if (phase == 4 && in_phase > 2*CAPACITY && (in_ready || held != CAPACITY)) fail("cannot be filled");
        end
        was_waiting = !rst && out_valid && !out_ready;
        previous = out_data;
        rst <= cycle < 3 || ($random(seed) & 511) == 0;
        next_valid = phase == 3 || phase == 4 || (phase == 0 ? $random(seed) : phase == 1 ? $random(seed) | $random(seed) : $random(seed) & $random(seed));
        out_ready <= phase == 3 || (phase != 4 && (phase == 0 ? $random(seed) : phase == 2 ? $random(seed) | $random(seed) : $random(seed) & $random(seed)));
        if (!in_valid || in_ready || rst) in_valid <= next_valid;
        in_data <= word(sent);
        if (rst) begin
            sent = 0;
            received = 0;
            in_phase = 0;
            in_data <= word(0);
        end
    end
    assign errors = error_count;
    assign checks = check_count;
endmodule
