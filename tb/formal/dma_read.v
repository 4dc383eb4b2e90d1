// dma_read.v - the read master keeps the rules of AXI, and never asks for more than it has entries for.
`default_nettype none
`include "isa.vh"
module dma_read_formal #(
    parameter OUTSTANDING = 2
) (
    input wire        clk_i,
    input wire        part_valid, cmd_valid, halt, arready, rvalid, rlast,
    input wire [511:0] ins,
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
    bpi_dma_read #(.DATA_W(32), .ADDR_W(32), .OUTSTANDING(OUTSTANDING), .ELEMENT_BYTES(1), .PART_W(512)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .part_valid_i(part_valid), .part_index_i(4'd0), .part_i(ins), .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready),
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

    reg halts_q, failed_q, whole_q, waits_q;       // an instruction is there; it has been offered and not taken
    always @(posedge clk_i) begin
        whole_q  <= !rst_q && (part_valid || (whole_q && !cmd_ready));
        waits_q  <= !rst_q && cmd_valid && !cmd_ready && !halt;
        halts_q  <= !rst_q && halt && !idle;
        failed_q <= !rst_q && (failed_q || error_valid);
    end
    always @* begin
        assume (!halts_q || halt);
        assume (ins[`LOAD_ROW_BYTES] != 24'd0 && ins[`LOAD_N1] != 16'd0 && ins[`LOAD_N2] != 16'd0);
        assume (!part_valid || !whole_q);
        assume (!cmd_valid || whole_q);
        assume (!waits_q || cmd_valid || halt);
        if (!rst_q) begin
            assert (!(idle && open != 9'd0));          // idle means that the bus is owed nothing
            assert (!(rvalid && !rready));             // data that was asked for is always taken
        end
    end
endmodule
`default_nettype wire
