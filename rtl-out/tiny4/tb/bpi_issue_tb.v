// bpi_issue_tb.v - random items, vectors and stationary columns against rules: what enters, in which order, and in
// exactly which cycle it may.  Phases of 128 cycles: random, everything offered, few addresses, scarce columns.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 5000, LEAST = CYCLES/8;
    `include "bpi_bench.vh"

    issue_case #(.ROWS(4), .COLS(4), .DATA_W(8), .ADDR_W(24), .ACC_W(6), .HAZARD(3), .NUMBER(0)) c0 ();
    issue_case #(.ROWS(1), .COLS(1), .DATA_W(8), .ADDR_W(24), .ACC_W(4), .HAZARD(6), .NUMBER(1)) c1 ();
    issue_case #(.ROWS(7), .COLS(9), .DATA_W(16), .ADDR_W(20), .ACC_W(10), .HAZARD(4), .NUMBER(2)) c2 ();
    issue_case #(.ROWS(128), .COLS(128), .DATA_W(8), .ADDR_W(24), .ACC_W(16), .HAZARD(5), .NUMBER(3)) c3 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

module issue_case #(
    parameter NUMBER = 0,
    parameter ROWS   = 4,
    parameter COLS   = 4,
    parameter DATA_W = 8,
    parameter ADDR_W = 24,
    parameter ACC_W  = 6,
    parameter HAZARD = 3
);
    `include "bpi_case.vh"
    localparam W = ROWS * DATA_W;

    integer i;
    reg rst = 1, item_valid = 0, item_end = 0, item_reduce = 0, item_swap = 0, direct_valid = 0;
    reg column_valid = 0, weight_valid = 0, bubble = 0;
    reg [ADDR_W-1:0] item_addr = 0;
    reg [1:0] item_keep = 0;
    wire [1:0] x_keep;
    reg [7:0] item_columns = 0, item_lanes = 0, direct_inside = 0, direct_zero = 0;
    reg [15:0] item_inside = 0, item_zero = 0;
    reg [W-1:0] direct_data = 0, column_data = 0, weight_data = 0;
    wire item_ready, direct_ready, column_ready, weight_ready, w_valid, x_valid, x_swap, x_end;
    wire [W-1:0] w_data, x_data;
    wire [ACC_W-1:0] x_addr;
    wire busy, wait_stationary, wait_accumulator, range_error;
    wire [23:0] useful, zero, idle;

    bpi_issue #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .ADDR_W(ADDR_W), .ACC_W(ACC_W), .HAZARD(HAZARD)) dut (
        .clk_i(clk), .rst_i(rst),
        .item_valid_i(item_valid), .item_ready_o(item_ready), .item_end_i(item_end), .item_reduce_i(item_reduce), .item_swap_i(item_swap),
        .item_addr_i(item_addr), .item_columns_i(item_columns), .item_keep_i(item_keep), .item_lanes_i(item_lanes), .item_inside_i(item_inside), .item_zero_i(item_zero),
        .direct_valid_i(direct_valid), .direct_ready_o(direct_ready), .direct_data_i(direct_data),
        .direct_inside_i(direct_inside), .direct_zero_i(direct_zero),
        .column_valid_i(column_valid), .column_ready_o(column_ready), .column_data_i(column_data),
        .weight_valid_i(weight_valid), .weight_ready_o(weight_ready), .weight_data_i(weight_data),
        .bubble_i(bubble),
        .w_valid_o(w_valid), .w_data_o(w_data), .x_valid_o(x_valid), .x_swap_o(x_swap), .x_end_o(x_end), .x_addr_o(x_addr), .x_keep_o(x_keep), .x_data_o(x_data),
        .busy_o(busy), .useful_o(useful), .zero_o(zero), .idle_o(idle),
        .wait_stationary_o(wait_stationary), .wait_accumulator_o(wait_accumulator), .range_error_o(range_error)
    );

    // data of the n-th vector of a stream
    function [W-1:0] vector(input integer stream, input integer n);
        reg [31:0] mix;
        begin
            mix = (n * 4 + stream + 1) * 32'h9e3779b1;
            vector = {(W/32 + 1){mix ^ (mix >> 15)} } ^ (mix >> 7);
        end
    endfunction

    // --- Model ------------------------------------------------------------
    localparam  GROUPS = 1 << (COLS > 1 ? $clog2(COLS) : 1);
    integer     used_at [0:HAZARD-1];          // the last sums that entered: when, their addresses and groups
    reg [ACC_W-1:0] used_addr [0:HAZARD-1];
    integer     used_group [0:HAZARD-1], last_group = 0, group, n, known = 0, again = 0;
    integer     now = 0, tiles = 0, pushed = 0, directs = 0, columns = 0, ended = 0;
    integer     sum_busy = 0, sum_useful = 0, sum_zero = 0, sum_idle = 0, sum_ws = 0, sum_wa = 0, sum_range = 0;   // expected less seen
    reg         entering, ending, loaded, near_use, data_there, pushing;
    reg         expect_x = 0, expect_end = 0, expect_w = 0, expect_swap = 0;
    reg [ACC_W-1:0] expect_addr;
    reg [1:0]   expect_keep;
    reg [W-1:0] expect_data, expect_weight;
    integer     elements, zeros, vectors, quiet = 0;
    reg [7:0]   next_lanes, next_direct;
    reg [15:0]  next_inside;
    wire [1:0]  phase = cycle >> 7;

    initial for (i = 0; i < HAZARD; i = i + 1) used_at[i] = -1000;

    always @(posedge clk) begin
        if (!rst) begin
            now = now + 1;
            checks = checks + 1;
            // what may happen now
            data_there = item_reduce ? column_valid : direct_valid;
            loaded     = pushed == COLS * (tiles + 1);
            group      = item_keep < 2 ? 0 : item_keep == 2 ? (last_group + 1) % GROUPS : last_group;
            near_use   = 0;
            for (n = 0; n < HAZARD; n = n + 1)
                if (now - used_at[n] < HAZARD && used_addr[n] == item_addr[ACC_W-1:0]) begin
                    if (used_group[n] == group) near_use = 1;
                    else if (item_valid) again = again + 1;
                end
            ending     = item_valid && item_end;
            entering   = item_valid && !item_end && data_there && (!item_swap || loaded) && !near_use && !bubble;
            pushing    = weight_valid && (!loaded || (entering && item_swap));
            if (item_valid && item_ready !== (entering || ending)) fail("item ready");
            if (direct_valid && direct_ready !== (entering && !item_reduce)) fail("direct ready");
            if (column_valid && column_ready !== (entering && item_reduce)) fail("column ready");
            if (weight_valid && weight_ready !== pushing) fail("weight ready");

            // what the last cycle decided
            if (x_valid !== expect_x || x_end !== expect_end || w_valid !== expect_w) fail("not one cycle later");
            if (expect_x && (x_addr !== expect_addr || x_data !== expect_data || x_swap !== expect_swap || x_keep !== expect_keep)) fail("wrong vector");
            if (expect_w && w_data !== expect_weight) fail("wrong column");
            expect_x    = entering;
            expect_end  = ending;
            expect_w    = pushing;
            expect_swap = item_swap;
            expect_addr = item_addr;
            expect_keep = item_keep;
            expect_data = item_reduce ? vector(1, columns) : vector(0, directs);
            expect_weight = vector(2, pushed);

            // counters, by their sums
            if (^{busy, useful, zero, idle, wait_stationary, wait_accumulator, range_error} === 1'bx) fail("unknown counter");
            elements = item_reduce ? item_inside : direct_inside;
            zeros    = item_reduce ? item_zero : direct_zero;
            vectors  = item_reduce ? item_lanes : 1;
            if (entering) begin
                sum_busy   = sum_busy + 1;
                sum_useful = sum_useful + elements * item_columns;
                sum_zero   = sum_zero + zeros * item_columns;
                if (elements > 0) sum_idle = sum_idle + ROWS * COLS * vectors - (elements + zeros) * item_columns;
                if (item_addr >= 1 << ACC_W) sum_range = sum_range + 1;
            end else if (item_valid && !item_end && data_there) begin
                if (item_swap && !loaded) sum_ws = sum_ws + 1;
                else sum_wa = sum_wa + 1;
            end
            sum_busy   = sum_busy - busy;
            sum_useful = sum_useful - useful;
            sum_zero   = sum_zero - zero;
            sum_idle   = sum_idle - idle;
            sum_ws     = sum_ws - wait_stationary;
            sum_wa     = sum_wa - wait_accumulator;
            sum_range  = sum_range - range_error;
            quiet = entering || (item_valid && !item_end && data_there) ? 0 : quiet + 1;
            if (quiet > 3 && (sum_busy != 0 || sum_useful != 0 || sum_zero != 0 || sum_idle != 0 || sum_ws != 0 || sum_wa != 0 || sum_range != 0))
                fail("sums of the counters");

            if (pushing) pushed = pushed + 1;
            if (entering) begin
                for (n = HAZARD - 1; n > 0; n = n - 1) begin
                    used_at[n]    = used_at[n-1];
                    used_addr[n]  = used_addr[n-1];
                    used_group[n] = used_group[n-1];
                end
                used_at[0]    = now;
                used_addr[0]  = item_addr[ACC_W-1:0];
                used_group[0] = group;
                last_group    = group;
                known         = 1;
                if (item_swap) tiles = tiles + 1;
                if (item_reduce) columns = columns + 1;
                else directs = directs + 1;
            end
        end else begin
            // the streams go on behind a reset, a half tile is lost
            sum_busy = 0; sum_useful = 0; sum_zero = 0; sum_idle = 0; sum_ws = 0; sum_wa = 0; sum_range = 0;
            quiet = 0;
            expect_x = 0; expect_end = 0; expect_w = 0;
            tiles = 0;
            pushed = 0;
            now = now + HAZARD;
            known = 0;              // a group that was on its way in this cycle is the last one, or is not
            entering = 0;
            ending = 0;
            pushing = 0;
        end

        // the next cycle
        rst <= cycle < 3 || (phase == 0 && (random(0) & 127) == 0);
        if (entering || ending || !item_valid) begin
            item_valid  <= ((cycle & 127) < 120) && (phase == 1 || phase == 3 || random(0) & 3);
            item_end    <= (random(0) & 15) == 0;
            item_reduce <= random(0);
            item_keep   <= known && (random(0) & 1) ? 2 + (random(0) & 1) : random(0) & 1;
            item_swap   <= random(0) % (phase == 1 ? 2*COLS : 6) == 0;
            item_addr   <= phase == 2 ? random(0) & 3 : (random(0) & ((1 << ACC_W) - 1)) | ((random(0) & 63) == 0) << (ACC_W + random(0) % (ADDR_W - ACC_W));
            item_columns <= 1 + random(0) % COLS;
            next_lanes  = random(0) & 1 ? ROWS : 1 + random(0) % ROWS;
            next_inside = random(0) & 1 ? random(0) % (ROWS*next_lanes + 1) : random(0) & 1 ? 0 : ROWS*next_lanes;
            item_lanes  <= next_lanes;
            item_inside <= next_inside;
            item_zero   <= random(0) % (ROWS*next_lanes + 1 - next_inside);
        end
        if (rst) item_keep <= 0;
        if (!direct_valid || (entering && !item_reduce)) begin
            direct_valid  <= phase != 0 || random(0) & 3;
            next_direct = random(0) & 1 ? random(0) % (ROWS + 1) : random(0) & 1 ? 0 : ROWS;
            direct_inside <= next_direct;
            direct_zero   <= random(0) & 1 ? ROWS - next_direct : random(0) % (ROWS + 1 - next_direct);
            direct_data   <= vector(0, directs);
        end
        if (!column_valid || (entering && item_reduce)) begin
            column_valid <= phase != 0 || random(0) & 3;
            column_data  <= vector(1, columns);
        end
        if (rst || !weight_valid || pushing) begin
            weight_valid <= phase == 3 ? (random(0) & 3) == 0 : phase != 0 || random(0) & 1;
            weight_data  <= vector(2, pushed);
        end
        if (cycle == tb.CYCLES - 10 && again == 0) fail("no address came again in another group");
        bubble <= phase == 0 ? random(0) & random(0) & 1 : phase == 2 ? (random(0) & 7) == 0 : 0;
    end
endmodule
