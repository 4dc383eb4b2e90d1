// tb.v - runs the worked example of docs/integration.md, and holds the accelerator to what the guide says of its memory port.
`timescale 1ns/1ps
module tb;
    `include "case.vh"
    localparam BYTES = 4;
    reg clk = 0, rst_n = 0;
    always #5 clk = !clk;
    initial begin
        repeat (4) @(posedge clk);
        rst_n <= 1;
    end
    soc dut (.clk(clk), .rst_n(rst_n));

    integer errors = 0, checks = 0;
    task fail(input [8*56-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 10) $display("FAIL at %0t: %0s", $time, what);
        end
    endtask
    task finish;
        begin
            if (addresses_ahead < 2) fail("never two addresses ahead of their data");
            if (data_first == 0) fail("data never went before its address");
            if (reads_both == 0) fail("never both ids of reads open");
            if (dut.u_memory.outside != 0) fail("an address outside the memory");
            errors = errors + dut.u_cpu.errors;
            checks = checks + dut.u_cpu.checks;
            if (errors == 0) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end
    endtask

    // --- What the guide says of m_axi ---------------------------------------------
    function inside_page(input [31:0] address, input [7:0] len);
        inside_page = { 20'd0, address[11:0] } + (len + 1) * BYTES <= 4096;
    endfunction
    // addresses shown and taken, bursts of data begun and ended, answers
    integer aw_shown = 0, aw_taken = 0, w_begun = 0, w_ended = 0, answered = 0, fetches = 0, loads = 0;
    integer addresses_ahead = 0, data_first = 0, reads_both = 0;
    reg     aw_waits = 0, w_inside = 0;
    always @(posedge clk) if (rst_n) begin
        if (dut.u_bpi_top_m_axi_awvalid) begin
            checks = checks + 1;
            if (!aw_waits) aw_shown = aw_shown + 1;
            if (dut.u_bpi_top_m_axi_awid !== 1'b0) fail("id of a write");
            if ({ dut.u_bpi_top_m_axi_awburst, dut.u_bpi_top_m_axi_awsize } !== { 2'b01, 3'd2 }) fail("kind of a write burst");
            if ({ dut.u_bpi_top_m_axi_awlock, dut.u_bpi_top_m_axi_awcache, dut.u_bpi_top_m_axi_awprot, dut.u_bpi_top_m_axi_awqos } !== 12'b0_0011_000_0000) fail("attributes of a write");
            if (dut.u_bpi_top_m_axi_awaddr[1:0] !== 2'd0 || !inside_page(dut.u_bpi_top_m_axi_awaddr, dut.u_bpi_top_m_axi_awlen)) fail("address of a write");
        end
        if (dut.u_bpi_top_m_axi_arvalid) begin
            checks = checks + 1;
            if ({ dut.u_bpi_top_m_axi_arburst, dut.u_bpi_top_m_axi_arsize } !== { 2'b01, 3'd2 }) fail("kind of a read burst");
            if ({ dut.u_bpi_top_m_axi_arlock, dut.u_bpi_top_m_axi_arcache, dut.u_bpi_top_m_axi_arprot, dut.u_bpi_top_m_axi_arqos } !== 12'b0_0011_000_0000) fail("attributes of a read");
            if (dut.u_bpi_top_m_axi_araddr[1:0] !== 2'd0 || !inside_page(dut.u_bpi_top_m_axi_araddr, dut.u_bpi_top_m_axi_arlen)) fail("address of a read");
            if ((dut.u_bpi_top_m_axi_arid === 1'b0) !== (dut.u_bpi_top_m_axi_araddr >= PROGRAM && dut.u_bpi_top_m_axi_araddr < PROGRAM + 64 * COUNT)) fail("id of a read");
            if (dut.u_bpi_top_m_axi_arid === 1'b0 && dut.u_bpi_top_m_axi_arlen >= 256 / BYTES) fail("a fetch of more than 256 bytes");
        end
        if (dut.u_bpi_top_m_axi_wvalid && !w_inside) w_begun = w_begun + 1;
        if (w_begun > aw_shown) fail("data before its address is shown");
        if (dut.u_bpi_top_m_axi_awvalid && dut.u_bpi_top_m_axi_awready) aw_taken = aw_taken + 1;
        if (dut.u_bpi_top_m_axi_wvalid && dut.u_bpi_top_m_axi_wready && w_ended >= aw_taken) data_first = data_first + 1;
        if (dut.u_bpi_top_m_axi_wvalid) w_inside = !(dut.u_bpi_top_m_axi_wready && dut.u_bpi_top_m_axi_wlast);
        if (dut.u_bpi_top_m_axi_wvalid && !w_inside) w_ended = w_ended + 1;
        aw_waits = dut.u_bpi_top_m_axi_awvalid && !dut.u_bpi_top_m_axi_awready;
        if (aw_taken - w_ended > addresses_ahead) addresses_ahead = aw_taken - w_ended;
        if (dut.u_bpi_top_m_axi_bvalid) begin
            if (!dut.u_bpi_top_m_axi_bready) fail("an answer to a write waits");
            else answered = answered + 1;
        end
        if (aw_shown - answered > OUTSTANDING) fail("too many writes in flight");
        if (dut.u_bpi_top_m_axi_arvalid && dut.u_bpi_top_m_axi_arready) begin
            if (dut.u_bpi_top_m_axi_arid) loads = loads + 1;
            else fetches = fetches + 1;
        end
        if (loads > 0 && fetches > 0) reads_both = reads_both + 1;
        if (dut.u_bpi_top_m_axi_rvalid) begin
            if (!dut.u_bpi_top_m_axi_rready) fail("read data waits");
            else if (dut.u_bpi_top_m_axi_rlast) begin
                if (dut.u_bpi_top_m_axi_rid) loads = loads - 1;
                else fetches = fetches - 1;
            end
        end
        if (dut.u_cpu.finished) finish;
        if (loads > OUTSTANDING || fetches > 4) fail("too many reads in flight");
    end
    initial #20000000 begin
        $display("FAIL the bench hangs");
        $finish;
    end
endmodule
