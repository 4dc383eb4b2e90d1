// bpi_tap_axis_tb.v - axes of random convolutions, from tap to tap, with idle cycles between the steps.
// Files: axes.hex: {rect, x, phase, last, last phase, positions, x step, phase step, modulus} and the taps;
// outputs.hex: {any x, x, phase, borrow, first, count} per tap.
`timescale 1ns/1ps
module tb;
    reg clk = 0;
    always #5 clk = !clk;
    integer seed, errors = 0, checks = 0;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    reg init = 0, step = 0;
    reg rect;
    reg [15:0] x, last, positions, x_tap;
    reg [7:0]  phase, last_phase, phase_tap, phase_mod;
    wire signed [17:0] x_o;
    wire [7:0]  phase_o;
    wire        borrow, none;
    wire [15:0] first, count;
    bpi_tap_axis dut (
        .clk_i(clk), .init_i(init), .step_i(step), .x_i(x), .phase_i(phase),
        .rect_i(rect), .last_i(last), .last_phase_i(last_phase),
        .positions_i(positions), .x_tap_i(x_tap), .phase_tap_i(phase_tap), .phase_mod_i(phase_mod),
        .x_o(x_o), .phase_o(phase_o), .borrow_o(borrow), .none_o(none), .first_o(first), .count_o(count)
    );

    task fail(input [8*40-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 10) $display("FAIL at %0t, check %0d: %0s", $time, checks, what);
        end
    endtask

    reg [103:0] words;
    reg [79:0]  want;
    integer axes_file, file, code, taps = 0, watchdog = 0;
    reg ready = 0, settled = 0;        // the present tap's values are there; for one cycle at least
    reg ended = 0;
    initial begin
        axes_file = $fopen("axes.hex", "r");
        file      = $fopen("outputs.hex", "r");
    end

    always @(posedge clk) begin
        if (ready) begin
            checks = checks + 1;
            if (!want[72] && x_o !== want[65:48]) fail("wrong x");
            if (!want[72] && phase_o !== want[47:40]) fail("wrong phase");
            if (!want[72] && borrow !== want[32]) fail("wrong borrow");
            if (first !== want[31:16] && want[15:0] != 0) fail("wrong first");
            if (none !== (want[15:0] == 0)) fail("wrong none");
            if (settled && !none && count !== want[15:0]) fail("wrong count");
        end
        settled = ready;
        // init_i or step_i now: the next tap from the next cycle on
        ready = ready || init || step;
        init <= 0;
        step <= 0;
        watchdog = watchdog + 1;
    end

    always @(negedge clk) if (!ended && ($random(seed) & 1)) begin
        if (taps == 0) begin
            code = $fscanf(axes_file, "%h %d", words, taps);
            ended = code != 2;
            if (!ended) begin
                {rect, x, phase, last, last_phase, positions, x_tap, phase_tap, phase_mod} = words;
                init = 1;
                step = $random(seed);         // init wins
            end
        end else step = 1;
        taps = taps - 1;
        ready = 0;
        settled = 0;
        if (!ended) code = $fscanf(file, "%h", want);
        if (!ended && code != 1) fail("no expectation");
        if (ended) begin
            code = $fscanf(file, "%h", want);
            if (code == 1) fail("taps missing");
            if (errors == 0) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end
    end
endmodule
