// bpi_agu_dynamic_tb.v - taps of random convolutions; vectors and infos are expected by the convolution's definition.
// Files, tb/bpi_agu_dynamic_*.hex: taps; outputs: {rect, reduce, read, lanes, first and end of those with data, address} per vector;
// infos: {first, last, lanes, elements with data, structural zeros}.
`timescale 1ns/1ps
`include "bpi_operand_buffer.v"
`include "bpi_tap_player.v"
`include "bpi_vector_file.v"
module tb;
    localparam ROWS = 4, DATA_W = 8, LANES = ROWS + 2, ADDR_W = 13;
    `include "bpi_bench.vh"

    // --- Taps -------------------------------------------------------------
    wire       tap_ready;
    reg [31:0] received = 0;
    bpi_tap_player #(.FILE("tb/bpi_agu_dynamic_taps.hex")) taps (.tap_ready(tap_ready), .received(received));
    wire rst = taps.rst, full = taps.full;

    // --- Device -----------------------------------------------------------
    wire rd_valid, direct_valid, block_valid, info_valid, info_first, info_last;
    wire [ADDR_W-1:0] rd_addr;
    wire [7:0] direct_inside, direct_zero, block_lanes, info_lanes;
    wire [15:0] info_inside, info_zero;
    wire [ROWS*DATA_W-1:0] direct_data, block_data;
    wire [LANES*DATA_W-1:0] rd_data;
    reg  direct_ready = 0, block_ready = 0, info_ready = 0;
    bpi_agu_dynamic #(.ROWS(ROWS), .DATA_W(DATA_W), .LANES(LANES), .ADDR_W(ADDR_W), .PART_W(32)) dut (
        .clk_i(clk), .rst_i(rst),
        .tap_valid_i(taps.tap_valid), .tap_ready_o(tap_ready), .tap_reduce_i(taps.tap_reduce), .tap_rect_i(taps.tap_rect), .tap_fused_i(taps.tap_fused),
        .tap_images_i(taps.images), .tap_rows_i(taps.rows), .tap_columns_i(taps.columns), .tap_x_h_i(taps.x_h), .tap_x_w_i(taps.x_w),
        .tap_phase_h_i(taps.phase_h), .tap_phase_w_i(taps.phase_w), .tap_reduction_tiles_i(taps.reduction_tiles),
        .tap_row_lanes_i(taps.row_lanes), .tap_addr_i(taps.dyn_addr[ADDR_W-1:0]), .geometry_part_i(taps.geometry_part), .part_index_i(taps.part_index), .part_i(taps.part),
        .rd_valid_o(rd_valid), .rd_addr_o(rd_addr), .rd_data_i(rd_data),
        .direct_valid_o(direct_valid), .direct_ready_i(direct_ready), .direct_data_o(direct_data),
        .direct_inside_o(direct_inside), .direct_zero_o(direct_zero),
        .block_valid_o(block_valid), .block_ready_i(block_ready), .block_data_o(block_data), .block_lanes_o(block_lanes),
        .info_valid_o(info_valid), .info_ready_i(info_ready), .info_first_o(info_first), .info_last_o(info_last),
        .info_lanes_o(info_lanes), .info_inside_o(info_inside), .info_zero_o(info_zero)
    );

    bpi_operand_buffer #(.DATA_W(DATA_W), .LANES(LANES), .ADDR_W(ADDR_W)) operands (
        .clk(clk), .rd_valid(rd_valid), .rd_addr(rd_addr), .rd_data(rd_data)
    );

    // --- Checks -----------------------------------------------------------
    bpi_vector_file #(.FILE("tb/bpi_agu_dynamic_outputs.hex"), .W(64)) outputs ();
    bpi_vector_file #(.FILE("tb/bpi_agu_dynamic_infos.hex"), .W(56)) info_file ();
    integer seen = 0, reads = 0, reads_due = 0;
    integer infos = 0, lane;
    wire [63:0] want = outputs.line; // rect, reduce, read, lanes, first, end, address
    reg [DATA_W-1:0] want_lane;
    wire [ROWS*DATA_W-1:0] data = block_valid ? block_data : direct_data;

    always @(posedge clk) begin
        if (rst) begin
            for (seen = seen; seen < taps.due; seen = seen + 1) outputs.next;
            for (infos = infos; infos < taps.due_infos; infos = infos + 1) info_file.next;
            reads     = 0;
            reads_due = 0;
        end else begin
            if (^{direct_valid, block_valid, info_valid, tap_ready, rd_valid} === 1'bx) fail("unknown control");
            if (rd_valid) reads = reads + 1;
            if (direct_valid && block_valid) fail("both streams at once");
            if (direct_valid || block_valid) begin
                checks = checks + 1;
                if (!outputs.have || seen >= taps.due) fail("vector out of nothing");
                if (block_valid !== want[57]) fail("wrong stream");
                if (direct_valid && direct_inside !== want[39:32] - want[47:40]) fail("wrong inside");
                if (direct_valid && direct_zero !== (want[58] ? 8'd0 : want[55:48] - direct_inside)) fail("wrong zero");
                if (block_valid && block_lanes !== want[55:48]) fail("wrong lanes");
                for (lane = 0; lane < ROWS; lane = lane + 1) begin
                    want_lane = operands.operand(lane >= want[47:40] && lane < want[39:32], want[ADDR_W-1:0] + lane[ADDR_W-1:0]);
                    if (data[lane*DATA_W +: DATA_W] !== want_lane) fail("wrong data");
                end
                if (block_valid ? block_ready : direct_ready) begin
                    if (want[56]) reads_due = reads_due + 1;
                    seen = seen + 1;
                    outputs.next;
                end
            end else if (full && seen > taps.opened_at && seen < taps.due) fail("bubble at full rate");
            if (info_valid && info_ready) begin
                checks = checks + 1;
                if (!info_file.have) fail("info out of nothing");
                if ({7'd0, info_first, 7'd0, info_last, info_lanes, info_inside, info_zero} !== info_file.line) fail("wrong info");
                infos = infos + 1;
                info_file.next;
            end
        end
        if (!rst && !taps.tap_valid && seen == taps.due && reads != reads_due) fail("wrong number of reads");
        received     <= seen;
        direct_ready <= full || ($random(seed) & (cycle & 256 ? 7 : 1)) == 0;
        block_ready  <= full || ($random(seed) & (cycle & 256 ? 7 : 1)) == 0;
        info_ready   <= full || ($random(seed) & (cycle & 512 ? 7 : 1)) == 0;
        if (taps.done && !rst && seen == taps.due) begin
            if (outputs.have || info_file.have || infos != taps.due_infos) fail("output missing");
            verdict(1);
        end
    end
endmodule
