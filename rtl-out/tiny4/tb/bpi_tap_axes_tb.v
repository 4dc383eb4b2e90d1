// bpi_tap_axes_tb.v - axes of random convolutions, from tap to tap: the block's own step leads to the next tap.
// One of the two axes is it, by turns, and the other one any: it must not matter.
// Files, tb/bpi_tap_axes_*.hex: axes: {rect, x, phase, last, last phase, positions, x step, phase step, modulus} and the taps;
// outputs: {any x, x, phase, borrow, first, count} per tap.
`timescale 1ns/1ps
`include "bpi_vector_file.v"
module tb;
    `include "bpi_bench.vh"

    reg rect;
    reg [15:0] positions, x_tap;
    reg [7:0]  phase, last_phase, phase_tap, phase_mod;
    reg  signed [17:0] x, last;
    wire signed [17:0] x_next;
    wire [7:0]  phase_next;
    wire signed [17:0] last_next;
    wire [7:0]  last_phase_next;
    reg         along_h = 0;
    reg [99:0]  other;
    wire [15:0] tile_last = positions - 16'd1;
    wire        borrow, none_h, none_w;
    wire        none = along_h ? none_h : none_w;
    wire [15:0] first, after;
    bpi_tap_axes dut (
        .along_h_i(along_h),
        .x_h_i(along_h ? x : other[17:0]), .x_w_i(along_h ? other[17:0] : x),
        .phase_h_i(along_h ? phase : other[25:18]), .phase_w_i(along_h ? other[25:18] : phase),
        .rect_i(rect),
        .last_h_i(along_h ? last : other[43:26]), .last_w_i(along_h ? other[43:26] : last),
        .last_phase_h_i(along_h ? last_phase : other[51:44]), .last_phase_w_i(along_h ? other[51:44] : last_phase),
        .last_o(last_next), .last_phase_o(last_phase_next),
        .tile_last_h_i(along_h ? tile_last : other[67:52]), .tile_last_w_i(along_h ? other[67:52] : tile_last),
        .x_tap_h_i(along_h ? x_tap : other[83:68]), .x_tap_w_i(along_h ? other[83:68] : x_tap),
        .phase_tap_h_i(along_h ? phase_tap : other[91:84]), .phase_tap_w_i(along_h ? other[91:84] : phase_tap),
        .phase_mod_h_i(along_h ? phase_mod : other[99:92]), .phase_mod_w_i(along_h ? other[99:92] : phase_mod),
        .none_h_o(none_h), .none_w_o(none_w), .first_o(first), .after_o(after),
        .x_o(x_next), .phase_o(phase_next), .borrow_o(borrow)
    );

    bpi_vector_file #(.FILE("tb/bpi_tap_axes_axes.hex"), .W(112)) axes ();
    bpi_vector_file #(.FILE("tb/bpi_tap_axes_outputs.hex"), .W(80)) outputs ();
    reg [15:0]  x_word, last_word;
    reg [79:0]  want;
    reg [7:0]   taps = 0;
    reg ready = 0, ended = 0;

    // The next tap at each falling edge; its values are looked at on the rising one.
    always @(posedge clk) if (ready && !ended) begin
        checks = checks + 1;
        if (!want[72] && x !== want[65:48]) fail("wrong x");
        if (!want[72] && phase !== want[47:40]) fail("wrong phase");
        if (!want[72] && borrow !== want[32]) fail("wrong borrow");
        if (none !== (want[15:0] == 0)) fail("wrong none");
        if (!none && first !== want[31:16]) fail("wrong first");
        if (!none && after !== want[31:16] + want[15:0]) fail("wrong end");
    end

    always @(negedge clk) if (!ended) begin
        if (taps == 0) begin
            ended = !axes.have;
            {rect, x_word, phase, last_word, last_phase, positions, x_tap, phase_tap, phase_mod, taps} = axes.line;
            axes.next;
            x    = { {2{x_word[15]}}, x_word};
            last = { {2{last_word[15]}}, last_word};
        end else begin
            x     <= x_next;
            phase <= phase_next;
            last       <= last_next;
            last_phase <= last_phase_next;
        end
        taps = taps - 1;
        ready = 1;
        along_h <= $random(seed);
        other   <= {$random(seed), $random(seed), $random(seed), $random(seed)};
        if (ended) begin
            if (outputs.have) fail("taps missing");
            verdict(1);
        end else if (!outputs.have) fail("no expectation");
        want = outputs.line;
        outputs.next;
    end
endmodule
