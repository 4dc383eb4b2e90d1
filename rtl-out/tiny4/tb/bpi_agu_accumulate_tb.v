// bpi_agu_accumulate_tb.v - taps of random convolutions; every sum's address is expected by the convolution's definition.
// Files, tb/bpi_agu_accumulate_*.hex: taps; infos: {first, last, lanes, data, zero}; outputs: {end, reduce, swap, columns, keep, lanes, data, zero, address}.
`timescale 1ns/1ps
`include "bpi_tap_player.v"
`include "bpi_vector_file.v"
module tb;
    localparam ADDR_W = 20;
    `include "bpi_bench.vh"

    // --- Taps -------------------------------------------------------------
    wire       tap_ready;
    reg [31:0] received = 0;
    bpi_tap_player #(.FILE("tb/bpi_agu_accumulate_taps.hex")) taps (.tap_ready(tap_ready), .received(received));
    wire rst = taps.rst, full = taps.full;

    // --- Device -----------------------------------------------------------
    wire info_ready, item_valid, item_end, item_reduce, item_swap;
    wire [ADDR_W-1:0] item_addr;
    wire [7:0] item_columns, item_lanes;
    wire [1:0] item_keep;
    wire [15:0] item_inside, item_zero;
    reg  info_valid = 0, item_ready = 0;
    reg  [55:0] info = 0;
    wire [7:0] group_lanes;
    bpi_agu_accumulate #(.ADDR_W(ADDR_W), .PART_W(32)) dut (
        .clk_i(clk), .rst_i(rst),
        .tap_valid_i(taps.tap_valid), .tap_ready_o(tap_ready), .tap_end_i(taps.tap_end), .tap_reduce_i(taps.tap_reduce), .tap_by_column_i(taps.tap_by_column),
        .tap_images_i(taps.images), .tap_rows_i(taps.rows), .tap_columns_i(taps.columns), .tap_column_lanes_i(taps.column_lanes),
        .tap_addr_i(taps.tap_reduce ? taps.tile_addr[ADDR_W-1:0] : taps.pix_addr[ADDR_W-1:0]), .geometry_part_i(taps.geometry_part), .part_index_i(taps.part_index), .part_i(taps.part),
        .info_valid_i(info_valid), .info_ready_o(info_ready), .info_first_i(info[48]), .info_last_i(info[40]),
        .info_lanes_i(info[39:32]), .info_inside_i(info[31:16]), .info_zero_i(info[15:0]),
        .item_valid_o(item_valid), .item_ready_i(item_ready), .item_end_o(item_end), .item_reduce_o(item_reduce),
        .item_swap_o(item_swap), .item_addr_o(item_addr), .item_columns_o(item_columns), .item_keep_o(item_keep), .group_lanes_o(group_lanes), .item_lanes_o(item_lanes), .item_inside_o(item_inside),
        .item_zero_o(item_zero)
    );

    // --- Checks -----------------------------------------------------------
    localparam MOST = 1 << 18;
    bpi_vector_file #(.FILE("tb/bpi_agu_accumulate_outputs.hex"), .W(96)) outputs ();
    bpi_vector_file #(.FILE("tb/bpi_agu_accumulate_infos.hex"), .W(56)) info_file ();
    integer seen = 0, infos = 0, all_infos = 0;                       // infos: those that were taken or dropped
    reg info_taken;
    reg  [55:0] list [0:MOST-1];
    wire        have_info = infos < all_infos;
    wire [95:0] want = outputs.line;                                  // end, reduce, swap, columns, keep, lanes, data, zero, address
    always @(negedge clk) while (info_file.have && all_infos < MOST) begin
        list[all_infos] = info_file.line;
        all_infos = all_infos + 1;
        info_file.next;
    end

    always @(posedge clk) begin
        info_taken = info_valid && info_ready && !rst;
        if (rst) begin
            for (seen = seen; seen < taps.due; seen = seen + 1) outputs.next;
            infos = taps.due_infos;                   // also those that wait inside are dropped
        end else begin
            if (^{item_valid, info_ready, tap_ready} === 1'bx) fail("unknown control");
            if (item_valid) begin
                checks = checks + 1;
                if (!outputs.have || seen >= taps.due) fail("item out of nothing");
                if (item_end !== want[90]) fail("wrong end");
                if (!want[90]) begin
                    if (item_reduce !== want[89]) fail("wrong reduce");
                    if (item_swap !== want[88]) fail("wrong swap");
                    if (item_columns !== want[87:80]) fail("wrong columns");
                    if (item_keep !== want[73:72]) fail("wrong lanes kept");
                    if (item_addr !== want[ADDR_W-1:0]) fail("wrong address");
                    if (want[89] && {item_lanes, item_inside, item_zero} !== want[71:32]) fail("wrong info");
                end
                if (item_ready) begin
                    seen = seen + 1;
                    outputs.next;
                end
            end else if (full && seen > taps.opened_at && seen < taps.due) fail("bubble at full rate");
            if (info_taken) infos = infos + 1;
        end
        // At full rate the next info always waits.  Where none is offered its fields are noise.
        if (rst || !have_info || (!full && infos >= taps.due_infos)) begin
            info_valid <= 0;
            info       <= {8'd0, $random(seed), 16'd0};
        end else if (!info_valid || info_taken) begin
            info_valid <= full || ($random(seed) & 1);
            info       <= list[infos];
        end
        received   <= seen;
        item_ready <= full || ($random(seed) & (cycle & 256 ? 7 : 1)) == 0;
        if (taps.done && !rst && seen == taps.due) begin
            if (outputs.have || have_info || infos != taps.due_infos) fail("output missing");
            verdict(1);
        end
    end
endmodule
