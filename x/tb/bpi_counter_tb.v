// bpi_counter_tb.v - random increments and clears, large ones so that the carry is crossed often.
`timescale 1ns/1ps
module tb;
    localparam INC_W = 31, CYCLES = 5000;

    reg clk = 0;
    always #5 clk = !clk;
    integer seed, errors = 0, checks = 0, cycle = 0, quiet = 0;

    reg              clear = 1;
    reg  [INC_W-1:0] inc = 0;
    wire [63:0]      count;
    reg  [63:0]      model = 0;

    bpi_counter #(.INC_W(INC_W)) dut (.clk_i(clk), .clear_i(clear), .inc_i(inc), .count_o(count));

    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (cycle > 2) begin
            checks = checks + 1;
            if (count[31:0] !== model[31:0] || (quiet > 1 && count !== model)) begin
                errors = errors + 1;
                if (errors < 5) $display("FAIL cycle %0d: count %h, expected %h", cycle, count, model);
            end
        end
        // the increment presented in this cycle
        quiet = clear || inc == 0 ? quiet + 1 : 0;
        model = clear ? 64'd0 : model + inc;
        // the next one
        clear <= cycle < 1 || $random(seed) % 512 == 0;
        inc   <= $random(seed) & 8 ? 0 : $random(seed);
        if (cycle == CYCLES) begin
            if (errors == 0 && checks > 0) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end
    end
endmodule
