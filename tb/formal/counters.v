// counters.v - a counter reads what was added to it since the last clear: its low word all that came before the read did, and its
// high word what belongs to that low word.  A read is answered within a sweep and six cycles of the last clear.
`default_nettype none
module counters_formal (
    input wire       clk_i, clear, rd_valid,
    input wire [2:0] rd_slot,
    input wire       cycles, array_busy, useful_macs,
    input wire [2:0] dram_bytes_read, dram_bytes_written
);
    localparam W = 7, SWEEP = 10;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    wire         rd_ready;
    wire [W-1:0] rd_data;
    bpi_counters #(.WORD_W(W)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .clear_i(clear), .inc_cycles_i(cycles), .inc_array_busy_i(array_busy), .inc_useful_macs_i(useful_macs),
        .inc_dram_bytes_read_i(dram_bytes_read), .inc_dram_bytes_written_i(dram_bytes_written),
        .rd_valid_i(rd_valid), .rd_slot_i(rd_slot), .rd_ready_o(rd_ready), .rd_data_o(rd_data)
    );

    // --- One counter, any of them, in full; what it was two cycles ago -------
    (* anyconst *) wire [2:0] slot;
    wire [2:0] inc = slot == 3'd0 ? {2'd0, cycles} : slot == 3'd1 ? {2'd0, array_busy} : slot == 3'd2 ? {2'd0, useful_macs}
                   : slot == 3'd3 ? dram_bytes_read : dram_bytes_written;
    reg [2*W-1:0] sum_q, sum_1q, sum_2q, kept_q;
    reg           known_q, held_q;
    reg [2:0]     slot_q;
    reg [4:0]     waits_q;
    wire [2*W-1:0] sum_d = sum_q + {11'd0, inc};
    always @(posedge clk_i) begin
        sum_q   <= rst_q || clear ? {2*W{1'b0}} : sum_d;
        sum_1q  <= sum_d;
        sum_2q  <= sum_1q;
        held_q  <= !rst_q && rd_valid && !rd_ready;
        slot_q  <= rd_slot;
        waits_q <= rst_q || clear || !rd_valid || rd_ready ? 5'd0 : waits_q + 5'd1;
        if (rd_ready) begin
            kept_q  <= sum_2q;
            known_q <= rd_slot == slot;
        end
        if (rst_q) known_q <= 1'b0;
    end
    always @* if (!rst_q) begin
        assume (slot < 3'd5 && rd_slot < 3'd5);
        assume (!held_q || (rd_valid && rd_slot == slot_q));
        assert (!(rd_ready && rd_slot == slot) || rd_data == sum_2q[W-1:0]);
        assert (!(known_q && !rd_ready) || rd_data == kept_q[2*W-1:W]);
        assert (waits_q < SWEEP + 6);
    end
endmodule
`default_nettype wire
