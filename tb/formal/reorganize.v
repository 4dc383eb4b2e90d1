// reorganize.v - one REORGANIZE, chosen freely: a run for each row of positions, where its fields say; in it each position's elements in
// order, read where the position's pixel lies, and zeros where there is none; it ends, and not before all is written.
// The buffer answers with the address that was read.
`default_nettype none
`include "isa.vh"
module reorganize_formal (
    input wire clk_i,
    input wire cmd_ready, write_idle, rd_ready, chunk_ready
);
    localparam BEAT = 2, BUF_W = 4;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    (* anyconst *) wire [1:0] rows, columns, elements, modulus_h, modulus_w, phase_h, phase_w, bound_h, bound_w;
    (* anyconst *) wire signed [1:0] x_h, x_w;
    (* anyconst *) wire [BUF_W-1:0] base, step_h, step_w;    // elements from pixel to pixel
    (* anyconst *) wire [5:0] addr;
    (* anyconst *) wire signed [3:0] row_step;               // bytes from row to row
    reg [511:0] ins;
    always @* begin
        ins = 512'd0;
        ins[`ANY_OPCODE]             = `OPCODE_REORGANIZE;
        ins[`REORGANIZE_ADDRESS]     = addr;
        ins[`REORGANIZE_BUF_ELEMENT] = base;
        ins[`REORGANIZE_ELEMENTS]    = elements;
        ins[`REORGANIZE_POSITIONS_W] = columns;
        ins[`REORGANIZE_POSITIONS_H] = rows;
        ins[`REORGANIZE_X_W]         = x_w;
        ins[`REORGANIZE_X_H]         = x_h;
        ins[`REORGANIZE_BOUND_W]     = bound_w;
        ins[`REORGANIZE_BOUND_H]     = bound_h;
        ins[`REORGANIZE_STRIDE_W]    = modulus_w;
        ins[`REORGANIZE_STRIDE_H]    = modulus_h;
        ins[`REORGANIZE_PHASE_W]     = phase_w;
        ins[`REORGANIZE_PHASE_H]     = phase_h;
        ins[`REORGANIZE_BUF_STEP_W]  = step_w;
        ins[`REORGANIZE_BUF_STEP_H]  = step_h;
        ins[`REORGANIZE_ROW_STRIDE]  = row_step;
    end

    wire             ready, cmd_valid, rd_valid, chunk_valid;
    wire [31:0]      cmd_addr, cmd_bytes;
    wire [BUF_W-1:0] rd_addr;
    wire [15:0]      chunk_data;
    wire [7:0]       chunk_bytes;
    reg              sent_q, done_q;
    reg [BUF_W-1:0]  rd_1q, rd_2q;
    wire        runs_idle, runs_setup, runs_busy;
    bpi_store #(.COLS(1), .ADDR_W(32), .ACC_W(1), .DATA_BYTES(1), .PART_W(512)) u_runs (
        .clk_i(clk_i), .rst_i(rst_q), .part_valid_i(!rst_q && !sent_q), .part_index_i(4'd0), .part_i(ins), .ins_valid_i(1'b0), .ins_ready_o(),
        .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_addr_o(cmd_addr), .cmd_bytes_o(cmd_bytes), .write_idle_i(1'b1),
        .reorganizing_i(1'b1), .reorganize_idle_i(runs_idle), .reorganize_setup_i(runs_setup), .reorganize_busy_o(runs_busy), .drain_ready_i(1'b1), .drain_valid_i(1'b0), .drain_data_i(32'd0), .vec_ready_i(1'b1)
    );
    bpi_reorganize #(.BUF_W(BUF_W), .BEAT(BEAT), .CHUNK(BEAT), .LANES(BEAT), .DATA_W(8), .PART_W(512)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .part_valid_i(!rst_q && !sent_q), .part_index_i(4'd0), .part_i(ins), .ins_valid_i(sent_q && !done_q),
        .ins_ready_o(ready), .runs_idle_o(runs_idle), .runs_setup_o(runs_setup), .runs_busy_i(runs_busy),
        .write_idle_i(write_idle), .rd_valid_o(rd_valid), .rd_ready_i(rd_ready), .rd_addr_o(rd_addr),
        .rd_data_i({8'd2, 4'd1, rd_2q}), .chunk_valid_o(chunk_valid), .chunk_ready_i(chunk_ready), .chunk_data_o(chunk_data), .chunk_bytes_o(chunk_bytes)
    );

    // --- Loops, places by multiplication and division -----------------------
    reg [1:0] run_q, h_q, w_q, e_q;                          // rows announced; the position and the element that leave next
    reg       announced_q, left_q;
    wire [1:0] beyond = elements - e_q;
    wire       last_e = beyond <= BEAT, last_w = w_q == columns - 2'd1, last_h = h_q == rows - 2'd1;
    wire       chunk  = chunk_valid && chunk_ready, cmd = cmd_valid && cmd_ready;
    wire [2:0] grid_h = {1'b0, phase_h} + {1'b0, h_q}, grid_w = {1'b0, phase_w} + {1'b0, w_q};
    wire [2:0] wraps_h = modulus_h == 2'd1 ? grid_h : grid_h >> 1, wraps_w = modulus_w == 2'd1 ? grid_w : grid_w >> 1;
    wire       on = (modulus_h == 2'd1 || !grid_h[0]) && (modulus_w == 2'd1 || !grid_w[0]);
    wire signed [3:0] xh = x_h + $signed({2'd0, h_q}), xw = x_w + $signed({2'd0, w_q});
    wire       pixel = on && xh >= 0 && xh < $signed({2'd0, bound_h}) && xw >= 0 && xw < $signed({2'd0, bound_w});
    wire [BUF_W-1:0] expected = base + wraps_h * step_h + wraps_w * step_w + e_q;
    wire signed [31:0] far = row_step;
    wire [31:0] run_bytes = elements * columns;
    always @(posedge clk_i) begin
        {rd_2q, rd_1q} <= {rd_1q, rd_addr};
        done_q <= done_q || ready;
        sent_q <= !rst_q;
        if (cmd) begin
            run_q       <= run_q + 2'd1;
            announced_q <= run_q == rows - 2'd1;
        end
        if (chunk) begin
            e_q <= last_e ? 2'd0 : e_q + 2'd2;
            if (last_e) w_q <= last_w ? 2'd0 : w_q + 2'd1;
            if (last_e && last_w) h_q <= h_q + 2'd1;
            left_q <= last_e && last_w && last_h;
        end
        if (rst_q) {run_q, h_q, w_q, e_q, announced_q, left_q, done_q} <= 11'd0;
    end
    always @* begin
        assume (rows != 2'd0 && rows <= 2'd2 && columns != 2'd0 && columns <= 2'd2 && elements != 2'd0);
        assume (modulus_h != 2'd0 && modulus_h <= 2'd2 && modulus_w != 2'd0 && modulus_w <= 2'd2 && phase_h < modulus_h && phase_w < modulus_w);
        if (!rst_q) begin
            if (cmd_valid)   assert (!announced_q && cmd_addr == addr + $signed({30'd0, run_q}) * far && cmd_bytes == run_bytes);
            if (chunk_valid) assert (!left_q && chunk_bytes == (last_e ? beyond : BEAT) && chunk_data == (pixel ? {8'd2, 4'd1, expected} : 16'd0));
            if (ready)       assert (!done_q && announced_q && left_q && write_idle);
        end
    end
endmodule
`default_nettype wire
