// bpi_transposer_tb.v - blocks against a plain matrix at several shapes, and the rate with and without back-pressure.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 5200, LEAST = CYCLES/8;
    `include "bpi_bench.vh"

    transposer_case #(.DATA_W(8),  .ROWS(4),  .COLS(4), .NUMBER(0)) c0 ();
    transposer_case #(.DATA_W(8),  .ROWS(5),  .COLS(3), .NUMBER(1)) c1 ();
    transposer_case #(.DATA_W(16), .ROWS(3),  .COLS(5), .NUMBER(2)) c2 ();
    transposer_case #(.DATA_W(8),  .ROWS(9),  .COLS(9), .NUMBER(3)) c3 ();
    transposer_case #(.DATA_W(4),  .ROWS(1),  .COLS(4), .NUMBER(4)) c4 ();
    transposer_case #(.DATA_W(4),  .ROWS(4),  .COLS(1), .NUMBER(5)) c5 ();
    transposer_case #(.DATA_W(8),  .ROWS(7),  .COLS(2), .NUMBER(6)) c6 ();
    transposer_case #(.DATA_W(8),  .ROWS(2),  .COLS(7), .NUMBER(7)) c7 ();
    transposer_case #(.DATA_W(4),  .ROWS(16), .COLS(16), .NUMBER(8)) c8 ();
    transposer_case #(.DATA_W(4),  .ROWS(3),  .COLS(8), .NUMBER(9)) c9 ();
    transposer_case #(.DATA_W(4),  .ROWS(8),  .COLS(6), .NUMBER(10)) c10 ();
    transposer_case #(.DATA_W(4),  .ROWS(1),  .COLS(1), .NUMBER(11)) c11 ();
    transposer_case #(.DATA_W(4),  .ROWS(2),  .COLS(2), .NUMBER(12)) c12 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

// One transposer.  Phases of 256 cycles: random; whole blocks by columns at full rate, then by rows; slow out; slow in.
// The fields that count with the first vector only are noise with the others.  A reset now and then drops everything.
module transposer_case #(
    parameter NUMBER     = 0,
    parameter DATA_W     = 8,
    parameter ROWS       = 4,
    parameter COLS       = 4
);
    `include "bpi_case.vh"
    localparam N = ROWS > COLS ? ROWS : COLS, RING = 1024;

    integer in_phase = 0, was_phase = 0, sent = 0, received = 0, step = 0;
    integer length, i, j;
    reg rst = 1, in_valid = 0, by_column = 0, out_ready = 0;
    reg [N*DATA_W-1:0] in_data = 0;
    reg [7:0] count = 0;
    wire in_ready, out_valid;
    wire [ROWS*DATA_W-1:0] out_data;
    wire [2:0] phase = (cycle >> 8) % 5;

    bpi_transposer #(.DATA_W(DATA_W), .ROWS(ROWS), .COLS(COLS)) dut (
        .clk_i(clk), .rst_i(rst),
        .in_valid_i(in_valid), .in_ready_o(in_ready), .in_by_column_i(by_column), .in_data_i(in_data),
        .in_count_i(count), .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data)
    );

    reg [DATA_W-1:0] block [0:ROWS*COLS-1];
    reg [ROWS*DATA_W-1:0] ring_data [0:RING-1];
    reg block_by_column, was_waiting = 0, next_valid, starts;
    reg [7:0] block_count;

    always @(posedge clk) begin
        if (!rst) begin
            if (in_ready !== 1'b0 && in_ready !== 1'b1) fail("in_ready unknown");
            if (out_valid !== 1'b0 && out_valid !== 1'b1) fail("out_valid unknown");
            if (was_waiting && !out_valid) fail("column withdrawn");
            if (out_valid) begin
                checks = checks + 1;
                if (received == sent) fail("column out of nothing");
                else if (out_data !== ring_data[received % RING]) fail("wrong column");
                if (out_ready) received = received + 1;
            end
            // full rate, once the blocks of the phase before are gone
            in_phase = was_phase == phase ? in_phase + 1 : 0;
            was_phase = phase;
            if (in_phase > 96 && (phase == 1 || (phase == 2 && ROWS <= COLS)) && !out_valid) fail("gap in the output");
            if (in_phase > 96 && (phase == 1 || (phase == 2 && ROWS >= COLS)) && !in_ready) fail("gap in the input");
            if (in_valid && in_ready) begin
                if (step == 0) begin
                    block_by_column = by_column;
                    block_count = count;
                end
                for (i = 0; i < (block_by_column ? ROWS : COLS); i = i + 1)
                    block[block_by_column ? i*COLS + COLS-1 - step : step*COLS + i] = in_data[i*DATA_W +: DATA_W];
                step = step + 1;
                length = block_by_column ? COLS : ROWS;
                if (step == length) begin
                    step = 0;
                    for (j = 0; j < block_count; j = j + 1) begin
                        for (i = 0; i < ROWS; i = i + 1)
                            ring_data[sent % RING][i*DATA_W +: DATA_W] = block[i*COLS + j];
                        sent = sent + 1;
                    end
                end
            end
        end
        was_waiting = !rst && out_valid && !out_ready;
        // the next cycle
        rst <= cycle < 3 || (phase != 1 && phase != 2 && ($random(seed) & 255) == 0);
        if (rst) begin
            sent = 0;
            received = 0;
            step = 0;
            in_phase = 0;
        end
        next_valid = phase == 1 || phase == 2 || (phase == 4 ? $random(seed) & $random(seed) : phase == 3 ? $random(seed) | $random(seed) : $random(seed));
        out_ready <= phase == 1 || phase == 2 || (phase == 3 ? $random(seed) & $random(seed) : phase == 4 ? $random(seed) | $random(seed) : $random(seed));
        if (rst || !in_valid || in_ready) begin
            in_valid <= next_valid;
            starts = step == 0;
            by_column <= starts && phase == 1 ? 1'b1 : starts && phase == 2 ? 1'b0 : $random(seed);
            count <= !starts ? $random(seed) : phase == 1 || phase == 2 || ($random(seed) & 1) ? COLS : 1 + ($random(seed) & 127) % COLS;
            for (i = 0; i < N; i = i + 1) in_data[i*DATA_W +: DATA_W] <= $random(seed);
        end
    end
endmodule
