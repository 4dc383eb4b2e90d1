// csr.v - the register file keeps the rules of AXI4-Lite: answers are held while they wait, one for each request and
// none without, and every request is answered: the low word of a counter within a sweep of its counters from the last START.
`default_nettype none
module csr_formal (
    input wire        clk_i,
    input wire        awvalid, wvalid, bready, arvalid, rready, busy, done, error_valid,
    input wire [11:0] awaddr, araddr,
    input wire [31:0] wdata,
    input wire [3:0]  wstrb,
    input wire [7:0]  error_cause
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    wire        awready, wready, bvalid, arready, rvalid, irq, start, reset;
    wire [1:0]  bresp, rresp;
    wire [31:0] rdata, program_base, count, window_base;
    wire [32:0] window_limit;
    bpi_csr #(.ADDR_W(32)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready), .s_axil_wdata(wdata),
        .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
        .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready), .s_axil_rdata(rdata), .s_axil_rresp(rresp),
        .s_axil_rvalid(rvalid), .s_axil_rready(rready), .irq_o(irq), .start_o(start), .reset_o(reset), .program_o(program_base), .count_o(count),
        .window_base_o(window_base), .window_limit_o(window_limit), .busy_i(busy), .done_i(done), .error_valid_i(error_valid),
        .error_cause_i(error_cause), .error_addr_i(32'd0), .error_instruction_i(32'd0),
        .inc_cycles_i(1'b0), .inc_array_busy_i(1'b0), .inc_useful_macs_i(7'd0), .inc_dram_bytes_read_i(3'd0), .inc_dram_bytes_written_i(3'd0)
    );

    // --- Requests without an answer; cycles that an answer has been due -----
    reg [1:0]  aw_q, w_q, ar_q;
    reg [2:0]  b_due_q, w_due_q;
    reg [4:0]  r_due_q;
    reg [11:0] read_q;
    reg        b_waits_q, r_waits_q, started_q;
    reg [1:0]  b_q;
    reg [33:0] r_q;
    reg [31:0] program_q;
    reg        program_known_q;
    wire       b = bvalid && bready, r = rvalid && rready;
    wire [1:0] aw_d = aw_q + {1'b0, awvalid && awready} - {1'b0, b}, w_d = w_q + {1'b0, wvalid && wready} - {1'b0, b};
    always @(posedge clk_i) begin
        aw_q      <= rst_q ? 2'd0 : aw_d;
        w_q       <= rst_q ? 2'd0 : w_d;
        ar_q      <= rst_q ? 2'd0 : ar_q + {1'b0, arvalid && arready} - {1'b0, r};
        b_due_q   <= rst_q || bvalid || aw_q == 2'd0 || w_q == 2'd0 ? 3'd0 : b_due_q + 3'd1;
        w_due_q   <= rst_q || bvalid || wready || !wvalid || aw_q == 2'd0 ? 3'd0 : w_due_q + 3'd1;
        r_due_q   <= rst_q || rvalid || ar_q == 2'd0 || start ? 5'd0 : r_due_q + 5'd1;
        if (arvalid && arready) read_q <= araddr;
        b_waits_q <= !rst_q && bvalid && !bready;
        r_waits_q <= !rst_q && rvalid && !rready;
        b_q       <= bresp;
        r_q       <= {rresp, rdata};
        started_q <= !rst_q && start;
    end
    always @* if (!rst_q) begin
        assume (!(done && error_valid));
        assert (!b_waits_q || (bvalid && bresp == b_q));
        assert (!r_waits_q || (rvalid && {rresp, rdata} == r_q));
        assert (!bvalid || (aw_q != 2'd0 && w_q != 2'd0));
        assert (!rvalid || ar_q != 2'd0);
        assert (aw_q <= 2'd2 && w_q <= 2'd2 && ar_q <= 2'd2);
        assert (w_due_q == 3'd0);                  // data whose address has come is taken
        assert (b_due_q < 3'd2 && r_due_q < (read_q[11:8] == 4'd1 && !read_q[2] ? 5'd18 : 5'd2));
        assert (!bvalid || bresp == 2'b00 || bresp == 2'b10);
        assert (!rvalid || rresp == 2'b00 || (rresp == 2'b10 && rdata == 32'd0));
        assert (!(start && reset) && !(start && started_q));
    end
endmodule
`default_nettype wire
