// bpi_tap_axis_tb.v - axes of random convolutions, from tap to tap: the block's own step leads to the next tap.
// Files: axes.hex: {rect, x, phase, last, last phase, positions, x step, phase step, modulus} and the taps;
// outputs.hex: {any x, x, phase, borrow, first, count} per tap.
`timescale 1ns/1ps
module tb;
    reg clk = 0;
    always #5 clk = !clk;
    integer seed, errors = 0, checks = 0;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    reg rect;
    reg [15:0] positions, x_tap;
    reg [7:0]  phase, last_phase, phase_tap, phase_mod;
    reg  signed [17:0] x, last;
    wire signed [17:0] x_next;
    wire [7:0]  phase_next;
    wire signed [17:0] last_next;
    wire [7:0]  last_phase_next;
    wire        borrow, none;
    wire [15:0] first, after;
    bpi_tap_axis dut (
        .x_i(x), .phase_i(phase),
        .rect_i(rect), .last_i(last), .last_phase_i(last_phase), .last_o(last_next), .last_phase_o(last_phase_next),
        .positions_i(positions), .x_tap_i(x_tap), .phase_tap_i(phase_tap), .phase_mod_i(phase_mod),
        .none_o(none), .first_o(first), .after_o(after), .x_o(x_next), .phase_o(phase_next), .borrow_o(borrow)
    );

    task fail(input [8*40-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 10) $display("FAIL at %0t, check %0d: %0s", $time, checks, what);
        end
    endtask

    reg [103:0] words;
    reg [15:0]  x_word, last_word;
    reg [79:0]  want;
    integer axes_file, file, code, taps = 0;
    reg ready = 0, ended = 0;
    initial begin
        axes_file = $fopen("axes.hex", "r");
        file      = $fopen("outputs.hex", "r");
    end

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
            code = $fscanf(axes_file, "%h %d", words, taps);
            ended = code != 2;
            {rect, x_word, phase, last_word, last_phase, positions, x_tap, phase_tap, phase_mod} = words;
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
        code = $fscanf(file, "%h", want);
        if (ended) begin
            if (code == 1) fail("taps missing");
            if (errors == 0) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end else if (code != 1) fail("no expectation");
    end
endmodule
