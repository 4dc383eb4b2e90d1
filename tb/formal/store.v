// store.v - one STORE, chosen freely: it drains the vectors and announces the runs that its fields name, in order, each once, at the
// addresses that multiplication gives; each vector goes on with its lanes; it ends, and not before all is written.
`default_nettype none
`include "isa.vh"
module store_formal #(
    parameter ACC_W = 4,
    parameter MOST  = 2        // runs along each stride, groups, vectors of a group
) (
    input wire        clk_i,
    input wire        cmd_ready, write_idle, drain_ready, vec_ready,
    input wire [31:0] drain_data
);
    localparam COLS = 3;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    (* anyconst *) wire [1:0] groups, vectors, n1, n2, last_lanes;
    (* anyconst *) wire [ACC_W-1:0] base, stride1, stride2, stride_group;
    (* anyconst *) wire [5:0] addr;
    (* anyconst *) wire signed [3:0] step1, step2;           // bytes from run to run
    (* anyconst *) wire narrow;
    reg [511:0] ins;
    always @* begin
        ins = 512'd0;
        ins[`ANY_OPCODE]              = `OPCODE_STORE;
        ins[`STORE_NARROW]            = narrow;
        ins[`STORE_ADDRESS]           = addr;
        ins[`STORE_ACC_BASE]          = base;
        ins[`STORE_GROUPS]            = groups;
        ins[`STORE_VECTORS_PER_GROUP] = vectors;
        ins[`STORE_N1]                = n1;
        ins[`STORE_N2]                = n2;
        ins[`STORE_STRIDE1]           = step1;
        ins[`STORE_STRIDE2]           = step2;
        ins[`STORE_ACC_STRIDE1]       = stride1;
        ins[`STORE_ACC_STRIDE2]       = stride2;
        ins[`STORE_LAST_LANES]        = last_lanes;
        ins[`STORE_ACC_GROUP_STRIDE]  = stride_group;
    end

    wire               ready, cmd_valid, drain_valid, vec_valid;
    wire [31:0]        cmd_addr, cmd_bytes;
    wire [ACC_W-1:0]   drain_addr;
    wire [COLS*32-1:0] vec_data;
    wire [7:0]         vec_lanes;
    reg                sent_q, done_q, drain_1q, drain_2q, idle_q;
    wire drain = drain_valid && drain_ready, cmd = cmd_valid && cmd_ready, vec = vec_valid && vec_ready;
    bpi_store #(.COLS(COLS), .ADDR_W(32), .ACC_W(ACC_W), .DATA_BYTES(1), .PART_W(512)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .part_valid_i(!rst_q && !sent_q), .part_index_i(4'd0), .part_i(ins), .ins_valid_i(sent_q && !done_q),
        .ins_ready_o(ready), .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready),
        .cmd_addr_o(cmd_addr), .cmd_bytes_o(cmd_bytes), .write_idle_i(write_idle), .reorganizing_i(1'b0), .reorganize_idle_i(1'b1), .reorganize_setup_i(1'b0),
        .reorganize_busy_o(), .drain_valid_o(drain_valid), .drain_ready_i(drain_ready),
        .drain_addr_o(drain_addr), .drain_valid_i(drain_2q), .drain_data_i({COLS{32'd0}}), .vec_valid_o(vec_valid), .vec_ready_i(vec_ready),
        .vec_data_o(vec_data), .vec_lanes_o(vec_lanes)
    );

    // --- Loops, places by multiplication -----------------------------------
    reg [1:0] v_q, g_q, d1_q, d2_q, c1_q, c2_q, out_v_q;
    reg       drained_q, announced_q;
    reg [4:0] inside_q;                                      // vectors drained and not taken
    reg [3:0] stuck_q;
    wire last_v = v_q == vectors - 2'd1, last_g = g_q == groups - 2'd1, last_1 = d1_q == n1 - 2'd1, last_2 = d2_q == n2 - 2'd1;
    wire last_c1 = c1_q == n1 - 2'd1, last_c2 = c2_q == n2 - 2'd1, last_out = out_v_q == vectors - 2'd1;
    wire [ACC_W-1:0] expected_acc = base + d2_q * stride2 + d1_q * stride1 + g_q * stride_group + v_q;
    wire signed [31:0] far1 = step1, far2 = step2;
    wire [31:0] expected_addr  = addr + $signed({30'd0, c1_q}) * far1 + $signed({30'd0, c2_q}) * far2;
    wire [31:0] elements       = groups * ((vectors - 2'd1) * COLS + last_lanes);
    always @(posedge clk_i) begin
        if (drain) begin
            v_q <= last_v ? 2'd0 : v_q + 2'd1;
            if (last_v) g_q <= last_g ? 2'd0 : g_q + 2'd1;
            if (last_v && last_g) d1_q <= last_1 ? 2'd0 : d1_q + 2'd1;
            if (last_v && last_g && last_1) d2_q <= d2_q + 2'd1;
            drained_q <= last_v && last_g && last_1 && last_2;
        end
        if (cmd) begin
            c1_q <= last_c1 ? 2'd0 : c1_q + 2'd1;
            if (last_c1) c2_q <= c2_q + 2'd1;
            announced_q <= last_c1 && last_c2;
        end
        if (vec) out_v_q <= last_out ? 2'd0 : out_v_q + 2'd1;
        inside_q <= inside_q + {4'd0, drain} - {4'd0, vec};
        done_q   <= done_q || ready;
        sent_q   <= !rst_q;
        idle_q   <= write_idle;
        {drain_2q, drain_1q} <= {drain_1q, drain};
        // nothing asks, nothing is given, and all neighbours are ready
        stuck_q  <= done_q || cmd_valid || drain_valid || vec_valid || !write_idle ? 4'd0 : stuck_q + 4'd1;
        if (rst_q) begin
            {v_q, g_q, d1_q, d2_q, c1_q, c2_q, out_v_q} <= 14'd0;
            {drained_q, announced_q, done_q, drain_1q, drain_2q} <= 5'd0;
            inside_q <= 5'd0;
            stuck_q  <= 4'd0;
        end
    end
    always @* begin
        assume (groups != 2'd0 && groups <= MOST && vectors != 2'd0 && vectors <= MOST && n1 != 2'd0 && n1 <= MOST && n2 != 2'd0 && n2 <= MOST);
        assume (last_lanes != 2'd0 && last_lanes <= COLS);
        if (!rst_q) begin
            if (drain_valid) assert (!drained_q && drain_addr == expected_acc);
            if (cmd_valid)   assert (!announced_q && cmd_addr == expected_addr && cmd_bytes == (narrow ? elements : elements << 2));
            if (vec_valid)   assert (inside_q != 5'd0 && vec_lanes == (last_out ? last_lanes : COLS));
            if (ready)       assert (!done_q && drained_q && announced_q && inside_q == 5'd0 && idle_q);
            assert (stuck_q < 4'd12);
        end
    end
endmodule
`default_nettype wire
