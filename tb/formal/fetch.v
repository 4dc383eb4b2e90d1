// fetch.v - the program's reader keeps the rules of AXI and never has more in flight than it has room for.
`default_nettype none
module fetch_formal #(
    parameter DATA_W = 32
) (
    input wire        clk_i,
    input wire        start, halt, ins_ready, arready, rvalid, rlast,
    input wire [31:0] base, count, rdata,
    input wire [1:0]  rresp
);
    localparam FLIGHT = 8;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    wire         ins_valid, idle, error_valid, arvalid, rready;
    wire [511:0] ins_data;
    wire [31:0]  error_addr, araddr;
    wire [7:0]   error_code, arlen;
    wire [2:0]   arsize;
    wire [1:0]   arburst;
    wire [DATA_W-1:0] data = {(DATA_W/32){rdata}};
    bpi_fetch #(.DATA_W(DATA_W), .ADDR_W(32)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .start_i(start), .base_i(base), .count_i(count), .ins_valid_o(ins_valid), .ins_ready_i(ins_ready), .ins_data_o(ins_data),
        .idle_o(idle), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen), .m_axi_arsize_o(arsize),
        .m_axi_arburst_o(arburst), .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rdata_i(data), .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast)
    );
    wire [8:0] open;
    axi_read_rules #(.DATA_W(DATA_W), .ADDR_W(32), .FLIGHT(FLIGHT)) u_rules (
        .clk_i(clk_i), .rst_i(rst_q), .arvalid_i(arvalid), .arready_i(arready), .araddr_i(araddr), .arlen_i(arlen), .arsize_i(arsize),
        .arburst_i(arburst), .rvalid_i(rvalid), .rready_i(rready), .rdata_i(data), .rresp_i(rresp), .rlast_i(rlast), .open_o(open)
    );

    reg halts_q, started_q, waits_q;
    always @(posedge clk_i) begin
        halts_q   <= !rst_q && halt && !idle;
        waits_q   <= !rst_q && ins_valid && !ins_ready && !halt && !error_valid;
        started_q <= !rst_q && (started_q || start);
    end
    always @* begin
        assume (!halts_q || halt);
        assume (!start || halt || idle);
        assume (!start || (count < 32'h01000000 && base < 32'h10000000));
        if (!rst_q) begin
            assert (!(idle && open != 9'd0));
            assert (!(rvalid && !rready));
            assert (!arvalid || started_q);
            assert (!waits_q || halt || ins_valid);
        end
    end
endmodule
`default_nettype wire
