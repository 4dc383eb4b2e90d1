// dma_write.v - the write master keeps the rules of AXI and writes only inside its window.
`default_nettype none
module dma_write_formal #(
    parameter OUTSTANDING = 2
) (
    input wire        clk_i,
    input wire        cmd_valid, in_valid, halt, awready, wready, bvalid,
    input wire [31:0] cmd_addr, cmd_bytes, in_data,
    input wire [7:0]  in_bytes,
    input wire [1:0]  bresp
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    (* anyconst *) wire [31:0] base;
    (* anyconst *) wire [32:0] limit;
    (* anyconst *) wire        high;        // runs and window lie at the end of the address space, not at its beginning
    (* anyconst *) wire        inside;      // all runs lie in the window

    wire        cmd_ready, in_ready, idle, error_valid, awvalid, wvalid, wlast, bready;
    wire [31:0] error_addr, awaddr, wdata;
    wire [3:0]  wstrb;
    wire [7:0]  bytes, error_code, awlen;
    wire [2:0]  awsize;
    wire [1:0]  awburst;
    bpi_dma_write #(.DATA_W(32), .ADDR_W(32), .OUTSTANDING(OUTSTANDING)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_addr_i(cmd_addr), .cmd_bytes_i(cmd_bytes),
        .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data), .in_bytes_i(in_bytes), .window_base_i(base), .window_limit_i(limit),
        .idle_o(idle), .bytes_o(bytes), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_awvalid_o(awvalid), .m_axi_awready_i(awready), .m_axi_awaddr_o(awaddr), .m_axi_awlen_o(awlen), .m_axi_awsize_o(awsize),
        .m_axi_awburst_o(awburst), .m_axi_wvalid_o(wvalid), .m_axi_wready_i(wready), .m_axi_wdata_o(wdata), .m_axi_wstrb_o(wstrb),
        .m_axi_wlast_o(wlast), .m_axi_bvalid_i(bvalid), .m_axi_bready_o(bready), .m_axi_bresp_i(bresp)
    );
    wire [8:0] open;
    axi_write_rules #(.DATA_W(32), .ADDR_W(32), .FLIGHT(OUTSTANDING)) u_rules (
        .clk_i(clk_i), .rst_i(rst_q), .awvalid_i(awvalid), .awready_i(awready), .awaddr_i(awaddr), .awlen_i(awlen), .awsize_i(awsize),
        .awburst_i(awburst), .wvalid_i(wvalid), .wready_i(wready), .wdata_i(wdata), .wstrb_i(wstrb), .wlast_i(wlast),
        .bvalid_i(bvalid), .bready_i(bready), .bresp_i(bresp), .open_o(open)
    );

    // --- Chunks stay within their runs ------------------------------------
    localparam RUNS = 8;
    reg        halts_q, failed_q;
    reg [31:0] run_q [0:RUNS-1];            // bytes still to come of the runs that were taken
    reg [3:0]  runs_q;
    wire       stop   = halt || error_valid || failed_q;
    wire       taken  = cmd_valid && cmd_ready;
    wire       chunk  = in_valid && in_ready;
    wire       closes = chunk && run_q[0] == {24'd0, in_bytes};
    wire [3:0] kept   = runs_q - {3'd0, closes};
    integer i;
    always @(posedge clk_i) begin
        halts_q  <= !rst_q && halt && !idle;
        failed_q <= !rst_q && (failed_q || error_valid);
        if (chunk) run_q[0] <= run_q[0] - {24'd0, in_bytes};
        if (closes) for (i = 0; i + 1 < RUNS; i = i + 1) run_q[i] <= run_q[i+1];
        if (taken && kept < RUNS) run_q[kept] <= cmd_bytes;
        runs_q <= kept + {3'd0, taken};
        if (rst_q || stop) runs_q <= 4'd0;
    end

    // --- Beats of the runs before the first that is not all inside the window ------
    reg         left_q;                     // that run has been taken
    reg  [11:0] beats_q, asked_q;           // of those before it; asked for at AW
    wire        in_window = cmd_addr >= base && {1'b0, cmd_addr} + cmd_bytes <= limit;
    wire [11:0] cmd_end   = {10'd0, cmd_addr[1:0]} + cmd_bytes[11:0] - 12'd1;       // last byte, from the first beat
    always @(posedge clk_i) begin
        if (taken && !stop && !left_q) begin
            if (in_window) beats_q <= beats_q + {2'd0, cmd_end[11:2]} + 12'd1;
            else left_q <= 1'b1;
        end
        if (awvalid && awready) asked_q <= asked_q + {4'd0, awlen} + 12'd1;
        if (stop && !awvalid) {left_q, beats_q} <= {1'b0, asked_q};    // what has not been asked for by then is dropped
        if (rst_q) {left_q, beats_q, asked_q} <= 25'd0;
    end
    wire [32:0] last_beat = {1'b0, awaddr} + ({25'd0, awlen} << 2);
    always @* begin
        assume (!halts_q || halt);
        assume (cmd_bytes != 32'd0 && cmd_bytes < 32'd2048);
        assume (cmd_addr[31:14] == {18{high}} && base[31:15] == {17{high}});
        assume (high ? limit >= 33'hffff8000 && limit <= 33'h100000000 : limit < 33'd32768);
        assume (!inside || in_window);
        assume (in_bytes != 8'd0 && in_bytes <= 8'd4);
        assume (!(in_valid && runs_q != 4'd0) || {24'd0, in_bytes} <= run_q[0]);
        if (!rst_q) begin
            assert (!(idle && open != 9'd0));
            assert (!(bvalid && !bready));
            assert (stop || !chunk || runs_q != 4'd0);     // no chunk is taken before its run
            assert (runs_q <= OUTSTANDING + 3);
            if (awvalid) assert (last_beat < limit);
            if (awvalid) assert (asked_q + {4'd0, awlen} < beats_q);    // nothing of a run that is not all inside
            assert (!(inside && error_valid && error_code == 8'd6));
            if (awvalid) assert (awaddr[31:2] >= base[31:2]);
        end
    end
endmodule
`default_nettype wire
