// bpi_agu_accumulate_tb.v - taps of random convolutions; every sum's address is expected by the convolution's definition.
// Files, tb/bpi_agu_accumulate_*.hex: taps; infos: {first, last, lanes, data, zero}; outputs: {end, reduce, swap, columns, lanes, data, zero, address}.
`timescale 1ns/1ps
module tb;
    localparam ADDR_W = 20;

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
    tap_player #(.FILE("tb/bpi_agu_accumulate_taps.hex")) player (
        .clk(clk), .seed_base(seed + 1), .tap_ready(tap_ready), .received(received), .rst(rst), .full(full), .done(done),
        .due(due), .due_infos(due_infos), .opened_at(opened_at), .tap_valid(tap_valid), .tap_end(tap_end),
        .tap_reduce(tap_reduce), .tap_by_column(tap_by_column), .tap_rect(tap_rect), .tap_fused(tap_fused), .tap_diagonal(tap_diagonal), .images(images), .rows(rows),
        .columns(columns), .x_h(x_h), .x_w(x_w), .phase_h(phase_h), .phase_w(phase_w), .reduction_tiles(reduction_tiles),
        .row_lanes(row_lanes), .column_lanes(column_lanes), .dyn_addr(dyn_addr), .pix_addr(pix_addr),
        .tile_addr(tile_addr), .geometry(geometry)
    );

    // --- Device -----------------------------------------------------------
    wire info_ready, item_valid, item_end, item_reduce, item_swap;
    wire [ADDR_W-1:0] item_addr;
    wire [7:0] item_columns, item_lanes;
    wire [15:0] item_inside, item_zero;
    reg  info_valid = 0, item_ready = 0;
    reg  [55:0] info = 0;
    bpi_agu_accumulate #(.ADDR_W(ADDR_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .tap_valid_i(tap_valid), .tap_ready_o(tap_ready), .tap_end_i(tap_end), .tap_reduce_i(tap_reduce), .tap_diagonal_i(tap_diagonal),
        .tap_images_i(images), .tap_rows_i(rows), .tap_columns_i(columns), .tap_column_lanes_i(column_lanes),
        .tap_pix_addr_i(pix_addr[ADDR_W-1:0]), .tap_tile_addr_i(tile_addr[ADDR_W-1:0]), .geometry_i(geometry),
        .info_valid_i(info_valid), .info_ready_o(info_ready), .info_first_i(info[48]), .info_last_i(info[40]),
        .info_lanes_i(info[39:32]), .info_inside_i(info[31:16]), .info_zero_i(info[15:0]),
        .item_valid_o(item_valid), .item_ready_i(item_ready), .item_end_o(item_end), .item_reduce_o(item_reduce),
        .item_swap_o(item_swap), .item_addr_o(item_addr), .item_columns_o(item_columns), .item_lanes_o(item_lanes), .item_inside_o(item_inside),
        .item_zero_o(item_zero)
    );

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

    localparam MOST = 1 << 18;
    integer info_file, infos = 0, all_infos = 0;      // infos: those that were taken or dropped
    reg have = 0, info_taken;
    reg [87:0] want;                                  // end, reduce, swap, columns, lanes, data, zero, address
    reg [55:0] list [0:MOST-1];
    wire       have_info = infos < all_infos;

    task next_output;
        begin
            code = $fscanf(file, "%h", want);
            have = code == 1;
        end
    endtask

    initial begin
        file      = $fopen("tb/bpi_agu_accumulate_outputs.hex", "r");
        info_file = $fopen("tb/bpi_agu_accumulate_infos.hex", "r");
        if (!file || !info_file) begin
            $display("FAIL a file is missing");
            $finish;
        end
        next_output;
        code = 1;
        while (code == 1 && all_infos < MOST) begin
            code = $fscanf(info_file, "%h", list[all_infos]);
            if (code == 1) all_infos = all_infos + 1;
        end
    end

    always @(posedge clk) begin
        info_taken = info_valid && info_ready && !rst;
        if (rst) begin
            for (seen = seen; seen < due; seen = seen + 1) next_output;
            infos = due_infos;                        // also those that wait inside are dropped
        end else begin
            if (^{item_valid, info_ready, tap_ready} === 1'bx) fail("unknown control");
            if (item_valid) begin
                checks = checks + 1;
                if (!have || seen >= due) fail("item out of nothing");
                if (item_end !== want[82]) fail("wrong end");
                if (!want[82]) begin
                    if (item_reduce !== want[81]) fail("wrong reduce");
                    if (item_swap !== want[80]) fail("wrong swap");
                    if (item_columns !== want[79:72]) fail("wrong columns");
                    if (item_addr !== want[ADDR_W-1:0]) fail("wrong address");
                    if (want[81] && {item_lanes, item_inside, item_zero} !== want[71:32]) fail("wrong info");
                end
                if (item_ready) begin
                    seen = seen + 1;
                    next_output;
                end
            end else if (full && seen > opened_at && seen < due) fail("bubble at full rate");
            if (info_taken) infos = infos + 1;
        end
        // At full rate the next info always waits.  Where none is offered its fields are noise.
        if (rst || !have_info || (!full && infos >= due_infos)) begin
            info_valid <= 0;
            info       <= {8'd0, $random(seed), 16'd0};
        end else if (!info_valid || info_taken) begin
            info_valid <= full || ($random(seed) & 1);
            info       <= list[infos];
        end
        received   <= seen;
        item_ready <= full || ($random(seed) & (watchdog & 256 ? 7 : 1)) == 0;
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
        if (!file) begin
            $display("FAIL a file is missing");
            $finish;
        end
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
