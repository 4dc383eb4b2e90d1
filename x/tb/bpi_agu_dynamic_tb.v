// bpi_agu_dynamic_tb.v - taps of random convolutions; vectors and infos are expected by the convolution's definition.
// Files, tb/bpi_agu_dynamic_*.hex: taps; outputs: {rect, reduce, read, lanes, first and end of those with data, address} per vector;
// infos: {first, last, lanes, elements with data, structural zeros}.
`timescale 1ns/1ps
module tb;
    localparam ROWS = 4, DATA_W = 8, LANES = ROWS + 2, ADDR_W = 13;

    reg clk = 0;
    always #5 clk = !clk;
    integer seed, errors = 0, checks = 0;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    // --- Taps -------------------------------------------------------------
    wire               rst, full, done, tap_valid, tap_ready, tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused, tap_diagonal;
    wire [31:0]        due, due_infos, opened_at, dyn_addr, pix_addr, tile_addr;
    wire [15:0]        images, rows, columns, reduction_tiles;
    wire signed [17:0] x_h, x_w;
    wire [7:0]         phase_h, phase_w, row_lanes, column_lanes;
    wire [895:0]       geometry;
    reg  [31:0]        received = 0;
    tap_player #(.FILE("tb/bpi_agu_dynamic_taps.hex")) player (
        .clk(clk), .seed_base(seed + 1), .tap_ready(tap_ready), .received(received), .rst(rst), .full(full), .done(done),
        .due(due), .due_infos(due_infos), .opened_at(opened_at), .tap_valid(tap_valid), .tap_end(tap_end),
        .tap_reduce(tap_reduce), .tap_by_column(tap_by_column), .tap_rect(tap_rect), .tap_fused(tap_fused), .tap_diagonal(tap_diagonal), .images(images), .rows(rows),
        .columns(columns), .x_h(x_h), .x_w(x_w), .phase_h(phase_h), .phase_w(phase_w), .reduction_tiles(reduction_tiles),
        .row_lanes(row_lanes), .column_lanes(column_lanes), .dyn_addr(dyn_addr), .pix_addr(pix_addr),
        .tile_addr(tile_addr), .geometry(geometry)
    );

    // --- Device -----------------------------------------------------------
    wire rd_valid, direct_valid, block_valid, info_valid, info_first, info_last;
    wire [ADDR_W-1:0] rd_addr;
    wire [7:0] direct_inside, direct_zero, block_lanes, info_lanes;
    wire [15:0] info_inside, info_zero;
    wire [ROWS*DATA_W-1:0] direct_data, block_data;
    reg  [LANES*DATA_W-1:0] rd_data, rd_data_1;
    reg  direct_ready = 0, block_ready = 0, info_ready = 0;
    bpi_agu_dynamic #(.ROWS(ROWS), .DATA_W(DATA_W), .LANES(LANES), .ADDR_W(ADDR_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .tap_valid_i(tap_valid), .tap_ready_o(tap_ready), .tap_reduce_i(tap_reduce), .tap_rect_i(tap_rect), .tap_fused_i(tap_fused),
        .tap_images_i(images), .tap_rows_i(rows), .tap_columns_i(columns), .tap_x_h_i(x_h), .tap_x_w_i(x_w),
        .tap_phase_h_i(phase_h), .tap_phase_w_i(phase_w), .tap_reduction_tiles_i(reduction_tiles),
        .tap_row_lanes_i(row_lanes), .tap_addr_i(dyn_addr[ADDR_W-1:0]), .geometry_i(geometry),
        .rd_valid_o(rd_valid), .rd_addr_o(rd_addr), .rd_data_i(rd_data),
        .direct_valid_o(direct_valid), .direct_ready_i(direct_ready), .direct_data_o(direct_data),
        .direct_inside_o(direct_inside), .direct_zero_o(direct_zero),
        .block_valid_o(block_valid), .block_ready_i(block_ready), .block_data_o(block_data), .block_lanes_o(block_lanes),
        .info_valid_o(info_valid), .info_ready_i(info_ready), .info_first_o(info_first), .info_last_o(info_last),
        .info_lanes_o(info_lanes), .info_inside_o(info_inside), .info_zero_o(info_zero)
    );

    // --- Buffer: element n is a hash of n; unknown when nothing was read -----
    function [DATA_W-1:0] element(input [ADDR_W-1:0] n);
        begin
            element = ({ {(64-ADDR_W){1'b0}}, n } * 64'h9E3779B97F4A7C15) >> 20;
        end
    endfunction
    // What the array must get: data, its subnormals even; a structural zero is odd
    function [DATA_W-1:0] operand(input held, input [DATA_W-1:0] data);
        begin
            operand = held ? data : {DATA_W{1'b0} };
        end
    endfunction
    integer reads = 0, reads_due = 0, i;
    always @(posedge clk) begin
        rd_data   <= rd_data_1;
        rd_data_1 <= {LANES*DATA_W{1'bx} };
        if (rd_valid) for (i = 0; i < LANES; i = i + 1) rd_data_1[i*DATA_W +: DATA_W] <= element(rd_addr + i[ADDR_W-1:0]);
    end

    // --- Checks -----------------------------------------------------------
    integer seen = 0, watchdog = 0, file, code;
    task fail(input [8*40-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 10) $display("FAIL at %0t, output %0d: %0s", $time, seen, what);
        end
    endtask

    task finish;
        begin
            if (errors == 0 && checks > 0) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end
    endtask

    integer info_file, infos = 0, lane;
    reg have = 0, have_info = 0;
    reg [63:0] want;                                  // rect, reduce, read, lanes, first, end, address
    reg [55:0] want_info;
    reg [DATA_W-1:0] want_lane;
    wire [ROWS*DATA_W-1:0] data = block_valid ? block_data : direct_data;

    task next_output;
        begin
            code = $fscanf(file, "%h", want);
            have = code == 1;
        end
    endtask
    task next_info;
        begin
            code = $fscanf(info_file, "%h", want_info);
            have_info = code == 1;
        end
    endtask

    initial begin
        file      = $fopen("tb/bpi_agu_dynamic_outputs.hex", "r");
        info_file = $fopen("tb/bpi_agu_dynamic_infos.hex", "r");
        next_output;
        next_info;
    end

    always @(posedge clk) begin
        if (rst) begin
            for (seen = seen; seen < due; seen = seen + 1) next_output;
            for (infos = infos; infos < due_infos; infos = infos + 1) next_info;
            reads     = 0;
            reads_due = 0;
        end else begin
            if (^{direct_valid, block_valid, info_valid, tap_ready, rd_valid} === 1'bx) fail("unknown control");
            if (rd_valid) reads = reads + 1;
            if (direct_valid && block_valid) fail("both streams at once");
            if (direct_valid || block_valid) begin
                checks = checks + 1;
                if (!have || seen >= due) fail("vector out of nothing");
                if (block_valid !== want[57]) fail("wrong stream");
                if (direct_valid && direct_inside !== want[39:32] - want[47:40]) fail("wrong inside");
                if (direct_valid && direct_zero !== (want[58] ? 8'd0 : want[55:48] - direct_inside)) fail("wrong zero");
                if (block_valid && block_lanes !== want[55:48]) fail("wrong lanes");
                for (lane = 0; lane < ROWS; lane = lane + 1) begin
                    want_lane = operand(lane >= want[47:40] && lane < want[39:32], element(want[ADDR_W-1:0] + lane[ADDR_W-1:0]));
                    if (data[lane*DATA_W +: DATA_W] !== want_lane) fail("wrong data");
                end
                if (block_valid ? block_ready : direct_ready) begin
                    if (want[56]) reads_due = reads_due + 1;
                    seen = seen + 1;
                    next_output;
                end
            end else if (full && seen > opened_at && seen < due) fail("bubble at full rate");
            if (info_valid && info_ready) begin
                checks = checks + 1;
                if (!have_info) fail("info out of nothing");
                if ({7'd0, info_first, 7'd0, info_last, info_lanes, info_inside, info_zero} !== want_info) fail("wrong info");
                infos = infos + 1;
                next_info;
            end
        end
        if (!rst && !tap_valid && seen == due && reads != reads_due) fail("wrong number of reads");
        received     <= seen;
        direct_ready <= full || ($random(seed) & (watchdog & 256 ? 7 : 1)) == 0;
        block_ready  <= full || ($random(seed) & (watchdog & 256 ? 7 : 1)) == 0;
        info_ready   <= full || ($random(seed) & (watchdog & 512 ? 7 : 1)) == 0;
        watchdog = watchdog + 1;
        if (done && !rst && seen == due) begin
            if (have || have_info || infos != due_infos) fail("output missing");
            finish;
        end else if (watchdog > 2000000 || errors > 20) begin
            fail("stuck, or too many errors");
            finish;
        end
    end
endmodule

// Offers the taps of a file to an address generator.  Taps of one batch share the geometry and come back to
// back; a new batch waits until everything of the last one has come out.  Half of the batches go at full rate; in the
// others a reset now and then drops the rest of the batch.  due and due_infos: outputs and infos of every tap that was
// taken or dropped; opened_at: due when the batch began.
module tap_player #(parameter FILE = "") (
    input  wire               clk,
    input  wire [31:0]        seed_base,
    input  wire               tap_ready,
    input  wire [31:0]        received,
    output reg                rst,
    output reg                full,
    output reg                done,
    output reg  [31:0]        due, due_infos, opened_at,
    output reg                tap_valid,
    output wire               tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused, tap_diagonal,
    output reg  [15:0]        images, rows, columns,
    output wire signed [17:0] x_h, x_w,
    output reg  [7:0]         phase_h, phase_w,
    output reg  [15:0]        reduction_tiles,
    output reg  [7:0]         row_lanes, column_lanes,
    output reg  [31:0]        dyn_addr, pix_addr, tile_addr,
    output reg  [895:0]       geometry
);
    localparam TAP_W = 8 + 3*16 + 2*24 + 2*8 + 16 + 2*8 + 3*32;
    localparam OPENS = TAP_W - 2;                         // first tap of its batch

    integer file, code, seed, cycle = 0, count = 0, count_infos = 0;
    reg have = 0, ended = 0, started = 0, taken = 0, presented = 0;
    reg [TAP_W-1:0] tap;
    reg [895:0]     next_geometry;
    reg [31:0]      outputs, infos;
    reg [7:0]       flags = 0;
    reg [23:0]      x_h_word, x_w_word;

    assign {tap_diagonal, tap_fused, tap_rect, tap_by_column, tap_reduce, tap_end} = flags[5:0];
    assign x_h = x_h_word[17:0];
    assign x_w = x_w_word[17:0];

    task take;
        begin
            code  = $fscanf(file, "%h %h %h %h", tap, next_geometry, outputs, infos);
            have  = code == 4;
            ended = code != 4;
        end
    endtask

    task pass;
        begin
            count       = count + outputs;
            count_infos = count_infos + infos;
            take;
        end
    endtask

    initial begin
        file = $fopen(FILE, "r");
        {full, done, tap_valid, due, due_infos, opened_at} = 0;
        rst  = 1;
    end

    always @(posedge clk) begin
        if (!started) seed = seed_base;
        if (!started) take;
        started = 1;
        cycle   = cycle + 1;
        taken   = tap_valid && tap_ready && !rst;
        if (taken) pass;
        if (!tap_valid || taken) begin
            presented = !rst && cycle > 8 && have
                        && (tap[OPENS] ? received == count : full || ($random(seed) & 3) != 0);
            tap_valid <= presented;
            if (presented) begin
                {flags, images, rows, columns, x_h_word, x_w_word, phase_h, phase_w, reduction_tiles,
                 row_lanes, column_lanes, dyn_addr, pix_addr, tile_addr} <= tap;
                geometry <= next_geometry;
                if (tap[OPENS]) begin
                    full      <= $random(seed);
                    opened_at <= count;
                end
            end
        end
        rst <= cycle < 5;
        if (cycle > 8 && !full && !(have && tap[OPENS]) && received != count && ($random(seed) & 1023) == 0) begin
            rst       <= 1;
            tap_valid <= 0;
            while (have && !tap[OPENS]) pass;
        end
        due       <= count;
        due_infos <= count_infos;
        done      <= !have && count == received;
    end
endmodule
