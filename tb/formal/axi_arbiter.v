// axi_arbiter.v - two clients that keep the rules of AXI see a port that keeps them; every answer goes to its client.
`default_nettype none
module axi_arbiter_formal (
    input wire        clk_i,
    input wire        fetch_arvalid, dma_arvalid, fetch_rready, dma_rready, arready, rvalid, rid, rlast,
    input wire [31:0] fetch_araddr, dma_araddr,
    input wire [7:0]  fetch_arlen, dma_arlen,
    input wire [1:0]  rresp,
    input wire [7:0]  rdata
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    wire        fetch_arready, dma_arready, fetch_rvalid, dma_rvalid, rlast_o, arvalid, arid, rready;
    wire [31:0] araddr;
    wire [7:0]  arlen, rdata_o;
    wire [2:0]  arsize;
    wire [1:0]  arburst, rresp_o;
    bpi_axi_arbiter #(.DATA_W(8), .ADDR_W(32)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q),
        .arvalid_i({dma_arvalid, fetch_arvalid}), .arready_o({dma_arready, fetch_arready}), .araddr_i({dma_araddr, fetch_araddr}),
        .arlen_i({dma_arlen, fetch_arlen}), .arsize_i({3'd0, 3'd0}), .arburst_i({2'b01, 2'b01}), .rvalid_o({dma_rvalid, fetch_rvalid}),
        .rready_i({dma_rready, fetch_rready}), .rdata_o(rdata_o), .rresp_o(rresp_o), .rlast_o(rlast_o),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_arid_o(arid), .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen),
        .m_axi_arsize_o(arsize), .m_axi_arburst_o(arburst), .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rid_i(rid), .m_axi_rdata_i(rdata),
        .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast)
    );

    // --- Requests and answers: everything held while it waits -------------
    reg [40:0] fetch_ar_q, dma_ar_q;
    reg [41:0] ar_q;
    reg [11:0] r_q, fetch_r_q, dma_r_q;
    reg        fetch_ar_waits_q, dma_ar_waits_q, ar_waits_q, r_waits_q, fetch_r_waits_q, dma_r_waits_q;
    wire [11:0] r = {rid, rdata, rresp, rlast}, fetch_r = {1'b0, rdata_o, rresp_o, rlast_o}, dma_r = {1'b1, rdata_o, rresp_o, rlast_o};
    always @(posedge clk_i) begin
        fetch_ar_waits_q <= !rst_q && fetch_arvalid && !fetch_arready;
        dma_ar_waits_q   <= !rst_q && dma_arvalid && !dma_arready;
        ar_waits_q       <= !rst_q && arvalid && !arready;
        r_waits_q        <= !rst_q && rvalid && !rready;
        fetch_r_waits_q  <= !rst_q && fetch_rvalid && !fetch_rready;
        dma_r_waits_q    <= !rst_q && dma_rvalid && !dma_rready;
        fetch_ar_q <= {fetch_araddr, fetch_arlen};
        dma_ar_q   <= {dma_araddr, dma_arlen};
        ar_q       <= {arid, araddr, arlen};
        {r_q, fetch_r_q, dma_r_q} <= {r, fetch_r, dma_r};
    end

    // --- One request and one beat, chosen freely, followed through ----------
    (* anyseq *) wire choose_ar, choose_r;
    reg [2:0]  ar_inside_q, r_inside_q, ar_before_q, r_before_q;
    reg        ar_followed_q, r_followed_q;
    reg [40:0] ar_data_q;
    reg [11:0] r_data_q;
    wire ar_enter = (fetch_arvalid && fetch_arready) || (dma_arvalid && dma_arready);
    wire ar_leave = arvalid && arready;
    wire r_enter  = rvalid && rready;
    wire r_leave  = (fetch_rvalid && fetch_rready) || (dma_rvalid && dma_rready);
    always @(posedge clk_i) begin
        ar_inside_q <= ar_inside_q + {2'd0, ar_enter} - {2'd0, ar_leave};
        r_inside_q  <= r_inside_q + {2'd0, r_enter} - {2'd0, r_leave};
        if (ar_leave) begin
            ar_before_q <= ar_before_q - 3'd1;
            if (ar_before_q == 3'd0) ar_followed_q <= 1'b0;
        end
        if (r_leave) begin
            r_before_q <= r_before_q - 3'd1;
            if (r_before_q == 3'd0) r_followed_q <= 1'b0;
        end
        if (ar_enter && choose_ar && !ar_followed_q) begin
            ar_followed_q <= 1'b1;
            ar_before_q   <= ar_inside_q - {2'd0, ar_leave};
            ar_data_q     <= fetch_arvalid && fetch_arready ? {1'b0, fetch_araddr, fetch_arlen} : {1'b1, dma_araddr, dma_arlen};
        end
        if (r_enter && choose_r && !r_followed_q) begin
            r_followed_q <= 1'b1;
            r_before_q   <= r_inside_q - {2'd0, r_leave};
            r_data_q     <= r;
        end
        if (rst_q) begin
            ar_inside_q   <= 3'd0;
            r_inside_q    <= 3'd0;
            ar_followed_q <= 1'b0;
            r_followed_q  <= 1'b0;
        end
    end
    always @* if (!rst_q) begin
        if (fetch_ar_waits_q) assume (fetch_arvalid && fetch_ar_q == {fetch_araddr, fetch_arlen});
        if (dma_ar_waits_q)   assume (dma_arvalid && dma_ar_q == {dma_araddr, dma_arlen});
        if (r_waits_q)        assume (rvalid && r_q == r);
        if (ar_waits_q)       assert (arvalid && ar_q == {arid, araddr, arlen});
        if (fetch_r_waits_q)  assert (fetch_rvalid && fetch_r_q == fetch_r);
        if (dma_r_waits_q)    assert (dma_rvalid && dma_r_q == dma_r);
        assert (!(fetch_arvalid && fetch_arready && dma_arvalid && dma_arready));
        assert (!(fetch_rvalid && dma_rvalid));
        assert (ar_inside_q <= 3'd1 && r_inside_q <= 3'd1);
        assert (arvalid == (ar_inside_q != 3'd0));
        assert ((fetch_rvalid || dma_rvalid) == (r_inside_q != 3'd0));
        assert (rready || (r_inside_q == 3'd1 && !r_leave));
        if (ar_followed_q && ar_before_q == 3'd0) assert ({arid, araddr, arlen} == ar_data_q && arsize == 3'd0 && arburst == 2'b01);
        if (r_followed_q && r_before_q == 3'd0)   assert (r_data_q == (fetch_rvalid ? fetch_r : dma_r));
    end
endmodule
`default_nettype wire
