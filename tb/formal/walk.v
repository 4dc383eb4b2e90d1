// walk.v - the tap walker and the three address generators together, for one EXEC over a whole convolution that is
// chosen freely within bounds.  The buffers answer with the address that was read, so every vector says where it is from:
// a position enters as (weight's tap, source pixel, target pixel) just as it would enter the array.
`default_nettype none
`include "isa.vh"
module walk_formal #(
    parameter MODE     = 3,    // 0 pixels, 1 inputs, 2 grid, 3 validPixels, 4 validOutputs
    parameter REDUCE   = 0,    // wgrad: dY is stationary and the sums are those of a tap
    parameter ONE_STRIDE = 0,  // STRIDE and no other
    parameter INPUTS_H = 3,    // most of each
    parameter KERNEL_H = 2,
    parameter STRIDE_H = 2,
    parameter DILATION_H = 2,
    parameter PAD_H    = 1,
    parameter INPUTS_W = 3,
    parameter KERNEL_W = 2,
    parameter STRIDE_W = 2,
    parameter DILATION_W = 2,
    parameter PAD_W    = 1,
    parameter CYCLES   = 60    // in which the tile must end
) (
    input wire clk_i
);
    localparam RECT = MODE == 3 || MODE == 4;
    localparam OUTPUTS_H = INPUTS_H + 2*PAD_H, OUTPUTS_W = INPUTS_W + 2*PAD_W, OUTPUTS = OUTPUTS_H > OUTPUTS_W ? OUTPUTS_H : OUTPUTS_W;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    // --- Convolution: h and w ---------------------------------------------
    wire signed [7:0] inputs [0:1], outputs [0:1], kernel [0:1], stride [0:1], dilation [0:1], pad [0:1];
    wire [15:0]       bound [0:1];
    wire signed [7:0] x_tap [0:1], dyn_pos [0:1], dyn_wrap [0:1], dyn_tap [0:1], dyn_borrow [0:1], pix_pos [0:1], pix_wrap [0:1], pix_tap [0:1];
    wire [7:0]        x_step [0:1], phase_mod [0:1], phase_tap [0:1], positions [0:1], phase [0:1], last_phase [0:1], pairs [0:1];
    wire signed [7:0] x [0:1], last [0:1], dyn_index [0:1], pix_index [0:1];
    genvar a;
    generate
        for (a = 0; a < 2; a = a + 1) begin : gen_axis
            conv_axis #(
                .MODE(MODE), .ONE_STRIDE(ONE_STRIDE), .INPUTS(a == 0 ? INPUTS_H : INPUTS_W), .KERNEL(a == 0 ? KERNEL_H : KERNEL_W),
                .STRIDE(a == 0 ? STRIDE_H : STRIDE_W), .DILATION(a == 0 ? DILATION_H : DILATION_W), .PAD(a == 0 ? PAD_H : PAD_W)
            ) u_axis (
                .inputs_o(inputs[a]), .outputs_o(outputs[a]), .kernel_o(kernel[a]), .stride_o(stride[a]), .dilation_o(dilation[a]), .pad_o(pad[a]),
                .bound_o(bound[a]), .x_tap_o(x_tap[a]), .x_step_o(x_step[a]), .phase_mod_o(phase_mod[a]), .phase_tap_o(phase_tap[a]),
                .dyn_pos_o(dyn_pos[a]), .dyn_wrap_o(dyn_wrap[a]), .dyn_tap_o(dyn_tap[a]), .dyn_borrow_o(dyn_borrow[a]),
                .pix_pos_o(pix_pos[a]), .pix_wrap_o(pix_wrap[a]), .pix_tap_o(pix_tap[a]),
                .positions_o(positions[a]), .x_o(x[a]), .phase_o(phase[a]), .last_o(last[a]), .last_phase_o(last_phase[a]),
                .dyn_index_o(dyn_index[a]), .pix_index_o(pix_index[a]), .pairs_o(pairs[a])
            );
        end
    endgenerate
    wire [7:0] total = pairs[0] * pairs[1];

    // --- Instruction words; rows lie 16 apart, pixels 1 -------------------
    function [31:0] rows(input signed [7:0] count); rows = { {20{count[7]}}, count, 4'd0}; endfunction
    function [31:0] pixels(input signed [7:0] count); pixels = { {24{count[7]}}, count}; endfunction
    function [15:0] half(input signed [7:0] value); half = { {8{value[7]}}, value}; endfunction

    reg [895:0] geometry;
    reg [511:0] tile;
    always @* begin
        geometry = 896'd0;
        geometry[`GEOMETRY_BOUND_H]      = bound[0];
        geometry[`GEOMETRY_BOUND_W]      = bound[1];
        geometry[`GEOMETRY_X_TAP_H]      = half(x_tap[0]);
        geometry[`GEOMETRY_X_TAP_W]      = half(x_tap[1]);
        geometry[`GEOMETRY_X_STEP_H]     = x_step[0];
        geometry[`GEOMETRY_X_STEP_W]     = x_step[1];
        geometry[`GEOMETRY_PHASE_MOD_H]  = phase_mod[0];
        geometry[`GEOMETRY_PHASE_MOD_W]  = phase_mod[1];
        geometry[`GEOMETRY_PHASE_TAP_H]  = phase_tap[0];
        geometry[`GEOMETRY_PHASE_TAP_W]  = phase_tap[1];
        geometry[`GEOMETRY_DYN_POS_H]    = rows(dyn_pos[0]);
        geometry[`GEOMETRY_DYN_WRAP_H]   = rows(dyn_wrap[0]);
        geometry[`GEOMETRY_DYN_TAP_H]    = rows(dyn_tap[0]);
        geometry[`GEOMETRY_DYN_BORROW_H] = rows(dyn_borrow[0]);
        geometry[`GEOMETRY_DYN_POS_W]    = pixels(dyn_pos[1]);
        geometry[`GEOMETRY_DYN_WRAP_W]   = pixels(dyn_wrap[1]);
        geometry[`GEOMETRY_DYN_TAP_W]    = pixels(dyn_tap[1]);
        geometry[`GEOMETRY_DYN_BORROW_W] = pixels(dyn_borrow[1]);
        geometry[`GEOMETRY_PIX_POS_H]    = rows(pix_pos[0]);
        geometry[`GEOMETRY_PIX_WRAP_H]   = rows(pix_wrap[0]);
        geometry[`GEOMETRY_PIX_TAP_H]    = rows(pix_tap[0]);
        geometry[`GEOMETRY_PIX_POS_W]    = pixels(pix_pos[1]);
        geometry[`GEOMETRY_PIX_WRAP_W]   = pixels(pix_wrap[1]);
        geometry[`GEOMETRY_PIX_TAP_W]    = pixels(pix_tap[1]);
        geometry[`GEOMETRY_ROW_LANES]    = 8'd1;
        geometry[`GEOMETRY_COLUMN_LANES] = 8'd1;
        geometry[`GEOMETRY_TILE_TAP_H]   = 32'd16;
        geometry[`GEOMETRY_TILE_TAP_W]   = 32'd1;
        tile = 512'd0;
        tile[`ANY_OPCODE]             = `OPCODE_EXEC;
        tile[`EXEC_REDUCE_PIXELS]     = REDUCE[0];
        tile[`EXEC_RECT]              = RECT[0];
        tile[`EXEC_NB]                = 16'd1;
        tile[`EXEC_COLUMN_TILES]      = 16'd1;
        tile[`EXEC_POSITIONS_H]       = positions[0];
        tile[`EXEC_POSITIONS_W]       = positions[1];
        tile[`EXEC_REDUCTION_TILES]   = 16'd1;
        tile[`EXEC_ROW_LANES_LAST]    = 8'd1;
        tile[`EXEC_COLUMN_LANES_LAST] = 8'd1;
        tile[`EXEC_DYN_BASE]          = rows(dyn_index[0]) + pixels(dyn_index[1]);
        tile[`EXEC_PIX_BASE]          = rows(pix_index[0]) + pixels(pix_index[1]);
        tile[`EXEC_X_H]               = half(x[0]);
        tile[`EXEC_X_W]               = half(x[1]);
        tile[`EXEC_LAST_H]            = half(last[0]);
        tile[`EXEC_LAST_W]            = half(last[1]);
        tile[`EXEC_PHASE_H]           = phase[0];
        tile[`EXEC_PHASE_W]           = phase[1];
        tile[`EXEC_LAST_PHASE_H]      = last_phase[0];
        tile[`EXEC_LAST_PHASE_W]      = last_phase[1];
        tile[`EXEC_TAPS_H]            = kernel[0];
        tile[`EXEC_TAPS_W]            = kernel[1];
    end

    // --- In parts: both halves of the geometry, then the tile ----------------
    reg  [1:0] sent_q;
    always @(posedge clk_i) sent_q <= rst_q ? 2'd0 : sent_q == 2'd3 ? 2'd3 : sent_q + 2'd1;
    wire [1:0]   geometry_part = {sent_q == 2'd1, sent_q == 2'd0};
    wire [959:0] halves = geometry;
    wire [511:0] part = sent_q == 2'd0 ? halves << 64 : sent_q == 2'd1 ? halves >> 448 << 64 : tile;

    // --- Walker and address generators ------------------------------------
    reg  done_q;
    wire tile_ready, tap_valid, tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused;
    wire [15:0] tap_images, tap_rows, tap_columns, tap_tiles;
    wire signed [17:0] tap_x_h, tap_x_w;
    wire [7:0] tap_phase_h, tap_phase_w, tap_row_lanes, tap_column_lanes;
    wire [7:0] tap_dyn, tap_pix, tap_tile;
    wire dyn_ready, stat_ready, acc_ready;
    wire tap_fire = tap_valid && dyn_ready && stat_ready && acc_ready;
    bpi_tap_walker #(.DYN_W(8), .PIX_W(8), .TILE_W(8), .PART_W(512)) u_tap_walker (
        .clk_i(clk_i), .rst_i(rst_q), .part_valid_i(sent_q == 2'd2), .part_index_i(4'd0), .part_i(part), .geometry_part_i(geometry_part),
        .tile_valid_i(sent_q == 2'd3 && !done_q), .tile_ready_o(tile_ready),
        .tap_valid_o(tap_valid), .tap_ready_i(dyn_ready && stat_ready && acc_ready), .tap_end_o(tap_end), .tap_reduce_o(tap_reduce),
        .tap_by_column_o(tap_by_column), .tap_rect_o(tap_rect), .tap_fused_o(tap_fused),
        .tap_images_o(tap_images), .tap_rows_o(tap_rows), .tap_columns_o(tap_columns), .tap_x_h_o(tap_x_h), .tap_x_w_o(tap_x_w),
        .tap_phase_h_o(tap_phase_h), .tap_phase_w_o(tap_phase_w), .tap_reduction_tiles_o(tap_tiles), .tap_row_lanes_o(tap_row_lanes),
        .tap_column_lanes_o(tap_column_lanes), .tap_dyn_addr_o(tap_dyn), .tap_pix_addr_o(tap_pix), .tap_tile_addr_o(tap_tile)
    );

    wire       dyn_read, direct_valid, block_valid;
    wire [7:0] dyn_addr, direct_data, block_data, block_lanes, direct_inside, direct_zero;
    wire       info_valid, info_ready, info_first, info_last;
    wire [7:0] info_lanes;
    wire [15:0] info_inside, info_zero;
    reg  [7:0] dyn_1q, dyn_2q;
    always @(posedge clk_i) begin dyn_1q <= dyn_addr; dyn_2q <= dyn_1q; end
    wire       enter;
    bpi_agu_dynamic #(.ROWS(1), .DATA_W(8), .LANES(1), .ADDR_W(8), .PART_W(512)) u_agu_dynamic (
        .clk_i(clk_i), .rst_i(rst_q), .tap_valid_i(tap_fire && !tap_end), .tap_ready_o(dyn_ready), .tap_reduce_i(tap_reduce), .tap_rect_i(tap_rect),
        .tap_fused_i(tap_fused), .tap_images_i(tap_images), .tap_rows_i(tap_rows), .tap_columns_i(tap_columns), .tap_x_h_i(tap_x_h), .tap_x_w_i(tap_x_w),
        .tap_phase_h_i(tap_phase_h), .tap_phase_w_i(tap_phase_w), .tap_reduction_tiles_i(tap_tiles), .tap_row_lanes_i(tap_row_lanes),
        .tap_addr_i(tap_dyn), .geometry_part_i(geometry_part), .part_index_i(4'd0), .part_i(part), .rd_valid_o(dyn_read), .rd_addr_o(dyn_addr), .rd_data_i(dyn_2q),
        .direct_valid_o(direct_valid), .direct_ready_i(enter), .direct_data_o(direct_data), .direct_inside_o(direct_inside), .direct_zero_o(direct_zero),
        .block_valid_o(block_valid), .block_ready_i(enter), .block_data_o(block_data), .block_lanes_o(block_lanes),
        .info_valid_o(info_valid), .info_ready_i(info_ready), .info_first_o(info_first), .info_last_o(info_last), .info_lanes_o(info_lanes),
        .info_inside_o(info_inside), .info_zero_o(info_zero)
    );

    wire       stat_read, weight_valid, weight_by_column;
    wire [7:0] stat_addr, weight_data;
    reg  [7:0] stat_1q, stat_2q;
    always @(posedge clk_i) begin stat_1q <= stat_addr; stat_2q <= stat_1q; end
    wire       swap;
    bpi_agu_stationary #(.ROWS(1), .COLS(1), .DATA_W(8), .LANES(1), .ADDR_W(8), .PART_W(512)) u_agu_stationary (
        .clk_i(clk_i), .rst_i(rst_q), .tap_valid_i(tap_fire && !tap_end), .tap_ready_o(stat_ready), .tap_reduce_i(tap_reduce), .tap_by_column_i(tap_by_column),
        .tap_rect_i(tap_rect), .tap_images_i(tap_images), .tap_rows_i(tap_rows), .tap_columns_i(tap_columns),
        .tap_phase_h_i(tap_phase_h), .tap_phase_w_i(tap_phase_w), .tap_row_lanes_i(tap_row_lanes), .tap_column_lanes_i(tap_column_lanes),
        .tap_addr_i(tap_reduce ? tap_pix : tap_tile), .geometry_part_i(geometry_part), .part_index_i(4'd0), .part_i(part), .rd_valid_o(stat_read), .rd_addr_o(stat_addr), .rd_data_i(stat_2q),
        .block_valid_o(weight_valid), .block_ready_i(enter && swap), .block_by_column_o(weight_by_column), .block_data_o(weight_data)
    );

    wire       item_valid, item_end, item_reduce;
    wire [7:0] item_addr, item_columns, item_lanes;
    wire [15:0] item_inside, item_zero;
    bpi_agu_accumulate #(.ADDR_W(8), .PART_W(512)) u_agu_accumulate (
        .clk_i(clk_i), .rst_i(rst_q), .tap_valid_i(tap_fire), .tap_ready_o(acc_ready), .tap_end_i(tap_end), .tap_reduce_i(tap_reduce), .tap_by_column_i(tap_by_column),
        .tap_images_i(tap_images), .tap_rows_i(tap_rows), .tap_columns_i(tap_columns), .tap_column_lanes_i(tap_column_lanes), .tap_addr_i(tap_reduce ? tap_tile : tap_pix),
        .geometry_part_i(geometry_part), .part_index_i(4'd0), .part_i(part), .info_valid_i(info_valid), .info_ready_o(info_ready), .info_first_i(info_first),
        .info_last_i(info_last), .info_lanes_i(info_lanes), .info_inside_i(info_inside), .info_zero_i(info_zero),
        .item_valid_o(item_valid), .item_ready_i(enter || (item_valid && item_end)), .item_end_o(item_end), .item_reduce_o(item_reduce), .item_swap_o(swap),
        .item_addr_o(item_addr), .item_columns_o(item_columns), .item_lanes_o(item_lanes), .item_inside_o(item_inside), .item_zero_o(item_zero)
    );

    // --- What enters the array --------------------------------------------
    assign enter = item_valid && !item_end && (REDUCE ? block_valid : direct_valid) && (!swap || weight_valid);
    wire finish = item_valid && item_end;
    reg [7:0] stationary_q;
    wire [7:0] stationary = swap ? weight_data : stationary_q;
    wire [7:0] dynamic    = REDUCE ? block_data : direct_data;
    wire       data       = REDUCE ? item_inside != 16'd0 : direct_inside != 8'd0;
    wire       zero       = REDUCE ? item_zero != 16'd0 : direct_zero != 8'd0;
    wire [7:0] target     = REDUCE ? stationary : item_addr;
    wire [7:0] tap        = REDUCE ? item_addr : stationary;
    always @(posedge clk_i) if (enter) stationary_q <= stationary;

    // --- The convolution's own loop nest over every position --------------
    reg [7:0] n_q, cycle_q;
    reg [3:0] kh_q, kw_q, h_q, w_q;
    reg       ended_q;
    wire [3:0] positions_h = positions[0][3:0], positions_w = positions[1][3:0];
    always @(posedge clk_i) begin
        cycle_q <= cycle_q + 8'd1;
        if (tile_ready) done_q <= 1'b1;
        if (finish) ended_q <= 1'b1;
        if (enter) begin
            n_q <= n_q + 8'd1;
            if (RECT) begin
                {kh_q, kw_q, h_q, w_q} <= {tap, target};
            end else begin
                w_q <= w_q + 4'd1;
                if (w_q == positions_w - 4'd1) begin
                    w_q <= 4'd0;
                    h_q <= h_q + 4'd1;
                    if (h_q == positions_h - 4'd1) begin
                        h_q <= 4'd0;
                        kw_q <= kw_q + 4'd1;
                        if (kw_q == kernel[1][3:0] - 4'd1) begin
                            kw_q <= 4'd0;
                            kh_q <= kh_q + 4'd1;
                        end
                    end
                end
            end
        end
        if (rst_q) begin
            cycle_q <= 8'd0;
            done_q <= 1'b0;
            ended_q <= 1'b0;
            n_q <= 8'd0;
            {kh_q, kw_q, h_q, w_q} <= 16'd0;
        end
    end

    // The pair that the present vector should be: output pixel, tap, input pixel; in units of what is loaded.
    wire signed [7:0] kh = RECT ? {4'd0, tap[7:4]} : {4'd0, kh_q};
    wire signed [7:0] kw = RECT ? {4'd0, tap[3:0]} : {4'd0, kw_q};
    wire [7:0] output_pixel = MODE == 1 || MODE == 4 ? dynamic : target;
    wire [7:0] input_pixel  = MODE == 1 || MODE == 4 ? target : dynamic;
    function signed [7:0] loaded(input [3:0] index, input signed [7:0] kernel, input signed [7:0] stride, input signed [7:0] pad);
        loaded = kernel != 8'sd1 || MODE == 1 || MODE == 4 ? {4'd0, index}
               : index * stride + (stride == 8'sd1 ? 8'sd0 : stride == 8'sd2 ? {7'd0, pad[0]} : (pad == 8'sd0 || pad == 8'sd3) ? 8'sd0 : 8'sd3 - pad);
    endfunction
    function pair(input signed [7:0] o, input signed [7:0] i, input signed [7:0] k, input signed [7:0] kernel, input signed [7:0] stride,
                  input signed [7:0] dilation, input signed [7:0] pad, input signed [7:0] inputs, input signed [7:0] outputs);
        pair = i == o * stride + k * dilation - pad && i >= 0 && i < inputs && o >= 0 && o < outputs && k >= 0 && k < kernel;
    endfunction
    wire signed [7:0] oh = {4'd0, output_pixel[7:4]}, ow = {4'd0, output_pixel[3:0]};
    wire signed [7:0] ih = loaded(input_pixel[7:4], kernel[0], stride[0], pad[0]);
    wire signed [7:0] iw = loaded(input_pixel[3:0], kernel[1], stride[1], pad[1]);
    wire is_pair = pair(oh, ih, kh, kernel[0], stride[0], dilation[0], pad[0], inputs[0], outputs[0])
                && pair(ow, iw, kw, kernel[1], stride[1], dilation[1], pad[1], inputs[1], outputs[1]);

    // Whether a position has a pair, by search
    function exists(input [3:0] position, input signed [7:0] k, input signed [7:0] stride, input signed [7:0] dilation, input signed [7:0] pad,
                    input signed [7:0] inputs, input signed [7:0] outputs);
        integer o;
        reg signed [7:0] i;
        begin
            exists = 1'b0;
            for (o = 0; o < OUTPUTS; o = o + 1) begin
                i = o * stride + k * dilation - pad;
                if (o < outputs && i >= 0 && i < inputs
                    && (MODE == 1 ? i == {4'd0, position} : MODE == 2 ? o * stride == {4'd0, position} : o == {4'd0, position})) exists = 1'b1;
            end
        end
    endfunction
    wire has_pair = exists(h_q, kh, stride[0], dilation[0], pad[0], inputs[0], outputs[0])
                 && exists(w_q, kw, stride[1], dilation[1], pad[1], inputs[1], outputs[1]);
    // Where the position's target lies in a walk over the grid: only positions that are multiples of the stride have one
    wire on_grid = MODE != 2 || (target[7:4] * stride[0] == {4'd0, h_q} && target[3:0] * stride[1] == {4'd0, w_q});

    always @* if (!rst_q) begin
        if (enter) begin
            assert (!ended_q);
            if (RECT) begin
                assert (data && !zero);
                assert (is_pair);
                assert (n_q == 8'd0 || {tap, target} > {kh_q, kw_q, h_q, w_q});
            end else begin
                assert (tap == {kh_q, kw_q});
                if (MODE != 2) assert (target == {h_q, w_q});
                assert (data == has_pair);
                assert (zero == !has_pair);
                if (has_pair) assert (is_pair && on_grid);
                else assert (dynamic == 8'd0);
            end
        end
        if (finish) begin
            if (RECT) assert (n_q == total);
            else assert (kh_q == kernel[0][3:0] && kw_q == 4'd0 && h_q == 4'd0 && w_q == 4'd0);
        end
        assert (cycle_q < CYCLES || ended_q);
        assert (!dyn_read || dyn_addr[7:4] < (MODE == 1 || MODE == 4 ? outputs[0] : inputs[0]));
        assert (!dyn_read || dyn_addr[3:0] < (MODE == 1 || MODE == 4 ? outputs[1] : inputs[1]));
    end
endmodule
`default_nettype wire
