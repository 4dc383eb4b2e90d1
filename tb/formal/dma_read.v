// dma_read.v - the read master keeps the rules of AXI, and never asks for more than it has entries for.
`default_nettype none
module dma_read_formal #(
    parameter OUTSTANDING = 2
) (
    input wire        clk_i,
    input wire        cmd_valid, cmd_select, halt, arready, rvalid, rlast,
    input wire [31:0] cmd_addr, cmd_buf, cmd_stride1, cmd_stride2, cmd_bufstride1, cmd_bufstride2,
    input wire [23:0] cmd_row_bytes,
    input wire [15:0] cmd_n1, cmd_n2,
    input wire [31:0] rdata,
    input wire [1:0]  rresp
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    wire [1:0]  wr_valids;
    wire        wr_valid = |wr_valids, wr_select = wr_valids[1], cmd_ready, done, idle, error_valid, arvalid, rready;
    wire [31:0] wr_addr, wr_data, error_addr, araddr;
    wire [3:0]  wr_strb;
    wire [7:0]  bytes, error_code, arlen;
    wire [2:0]  arsize;
    wire [1:0]  arburst;
    bpi_dma_read #(.DATA_W(32), .ADDR_W(32), .OUTSTANDING(OUTSTANDING), .ELEMENT_BYTES(1)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_addr_i(cmd_addr), .cmd_select_i(cmd_select),
        .cmd_buf_i(cmd_buf), .cmd_row_bytes_i(cmd_row_bytes), .cmd_n1_i(cmd_n1), .cmd_n2_i(cmd_n2), .cmd_stride1_i(cmd_stride1),
        .cmd_stride2_i(cmd_stride2), .cmd_bufstride1_i(cmd_bufstride1), .cmd_bufstride2_i(cmd_bufstride2),
        .wr_valid_o(wr_valids), .wr_addr_o(wr_addr), .wr_strb_o(wr_strb), .wr_data_o(wr_data),
        .done_o(done), .idle_o(idle), .bytes_o(bytes), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen), .m_axi_arsize_o(arsize),
        .m_axi_arburst_o(arburst), .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rdata_i(rdata), .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast)
    );
    wire [8:0] open;
    axi_read_rules #(.DATA_W(32), .ADDR_W(32), .FLIGHT(OUTSTANDING)) u_rules (
        .clk_i(clk_i), .rst_i(rst_q), .arvalid_i(arvalid), .arready_i(arready), .araddr_i(araddr), .arlen_i(arlen), .arsize_i(arsize),
        .arburst_i(arburst), .rvalid_i(rvalid), .rready_i(rready), .rdata_i(rdata), .rresp_i(rresp), .rlast_i(rlast), .open_o(open)
    );

    reg halts_q, failed_q;
    always @(posedge clk_i) begin
        halts_q  <= !rst_q && halt && !idle;
        failed_q <= !rst_q && (failed_q || error_valid);
    end
    always @* begin
        assume (!halts_q || halt);
        assume (cmd_row_bytes != 24'd0 && cmd_n1 != 16'd0 && cmd_n2 != 16'd0);
        if (!rst_q) begin
            assert (!(idle && open != 9'd0));          // idle means that the bus is owed nothing
            assert (!(rvalid && !rready));             // data that was asked for is always taken
        end
    end
endmodule
`default_nettype wire
