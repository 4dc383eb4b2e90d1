// bpi_fifo_tb.v - order, capacity and rate at several depths, with random idles, back-pressure and resets.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 4000, LEAST = 500;
    `include "bpi_bench.vh"

    fifo_case #(.DEPTH(2),  .WIDTH(8), .NUMBER(0)) c0 ();
    fifo_case #(.DEPTH(3),  .WIDTH(1), .NUMBER(1)) c1 ();
    fifo_case #(.DEPTH(4),  .WIDTH(17), .NUMBER(2)) c2 ();
    fifo_case #(.DEPTH(5),  .WIDTH(8), .NUMBER(3)) c3 ();
    fifo_case #(.DEPTH(8),  .WIDTH(32), .NUMBER(4)) c4 ();
    fifo_case #(.DEPTH(13), .WIDTH(5), .NUMBER(5)) c5 ();
    fifo_case #(.DEPTH(32), .WIDTH(64), .NUMBER(6)) c6 ();
    fifo_case #(.DEPTH(1),  .WIDTH(9), .NUMBER(7)) c7 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

// One FIFO: word n of the stream is a hash of n.  Phases of 128 cycles: random, fast in and slow out, slow in and
// fast out, full speed, filling only.  A reset now and then starts the stream again.
module fifo_case #(
    parameter NUMBER = 0,
    parameter DEPTH = 2,
    parameter WIDTH = 8
);
    `include "bpi_case.vh"
    localparam LATENCY = DEPTH > 4 ? 2 : 1, CAPACITY = DEPTH > 4 ? DEPTH + 1 : DEPTH;

    integer sent = 0, received = 0, in_phase = 0, was_phase = 0, held = 0;
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

    reg next_valid;
    always @(posedge clk) begin
        if (!rst) begin
            if (in_ready !== 1'b0 && in_ready !== 1'b1) fail("in_ready unknown");
            if (out_valid !== 1'b0 && out_valid !== 1'b1) fail("out_valid unknown");
            checks = checks + 1;
            if (was_waiting && (out_valid !== 1'b1 || out_data !== previous)) fail("word changed while waiting");
            if (out_valid && out_ready) begin
                checks = checks + 1;
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
endmodule
