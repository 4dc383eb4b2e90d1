// dma_write_bytes.v - one byte of one run, chosen freely: its beat is the one that its address names, among as many beats as the runs
// have, with strobes at exactly the run's bytes, and it leaves with the value that it came with.  After a stop nothing else is written.
`default_nettype none
module dma_write_bytes_formal #(
    parameter MOST        = 7,       // bytes of a run
    parameter RUNS        = 3,       // in all
    parameter OUTSTANDING = 2
) (
    input wire        clk_i,
    input wire        cmd_valid, in_valid, halt, awready, wready, bvalid,
    input wire [4:0]  cmd_offset,
    input wire [2:0]  cmd_bytes,
    input wire [31:0] in_data,
    input wire [2:0]  in_bytes,
    input wire [1:0]  bresp
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    wire [12:0] cmd_addr = 13'd4080 + {8'd0, cmd_offset};    // about the end of a page

    wire        cmd_ready, in_ready, idle, error_valid, awvalid, wvalid, wlast, bready;
    wire [31:0] error_addr, awaddr, wdata;
    wire [3:0]  wstrb;
    wire [7:0]  bytes, error_code, awlen;
    wire [2:0]  awsize;
    wire [1:0]  awburst;
    bpi_dma_write #(.DATA_W(32), .ADDR_W(32), .OUTSTANDING(OUTSTANDING)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_addr_i({19'd0, cmd_addr}), .cmd_bytes_i({29'd0, cmd_bytes}),
        .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data), .in_bytes_i({5'd0, in_bytes}), .window_base_i(32'd0), .window_limit_i(33'h4000),
        .idle_o(idle), .bytes_o(bytes), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_awvalid_o(awvalid), .m_axi_awready_i(awready), .m_axi_awaddr_o(awaddr), .m_axi_awlen_o(awlen), .m_axi_awsize_o(awsize),
        .m_axi_awburst_o(awburst), .m_axi_wvalid_o(wvalid), .m_axi_wready_i(wready), .m_axi_wdata_o(wdata), .m_axi_wstrb_o(wstrb),
        .m_axi_wlast_o(wlast), .m_axi_bvalid_i(bvalid), .m_axi_bready_o(bready), .m_axi_bresp_i(bresp)
    );

    // --- Runs that were taken: how long, and how many beats and bytes in all ----
    reg [2:0]  bytes_q [0:RUNS-1];
    reg [1:0]  taken_q, chunk_run_q;
    reg [2:0]  chunk_off_q;                                  // bytes of the run that have come
    reg [4:0]  beats_total_q, bytes_total_q;                 // of the runs that were taken
    reg [4:0]  asked_beats_q, sent_beats_q, in_q;            // at AW, at W, bytes that came
    reg        stopped_q, halts_q;
    reg [3:0]  asked_q, sent_q;                              // bursts at AW, and bursts whose beats went, without an answer
    wire       stop  = halt || error_valid || stopped_q;
    wire       taken = cmd_valid && cmd_ready && !stop;
    wire       chunk = in_valid && in_ready && !stop;
    wire       burst = awvalid && awready;
    wire       beat  = wvalid && wready;
    wire [3:0] chunk_end  = {1'b0, chunk_off_q} + {1'b0, in_bytes};
    wire       chunk_ends = chunk_end == {1'b0, bytes_q[chunk_run_q]};
    wire [3:0] cmd_end    = {2'd0, cmd_addr[1:0]} + {1'b0, cmd_bytes} - 4'd1;       // last byte, from the first beat

    // --- The byte that is followed: its place, and its beat's strobes -----------
    (* anyseq *) wire       choose;
    (* anyseq *) wire [2:0] which;                           // of the run's bytes
    wire [3:0] place = {2'd0, cmd_addr[1:0]} + {1'b0, which};
    reg        chosen_q, come_q;
    reg [4:0]  byte_q, beat_q;                               // its number among all bytes; its beat's among all beats
    reg [11:0] row_q;                                        // its beat's address
    reg [1:0]  lane_q;
    reg [3:0]  strb_q;
    reg [7:0]  value_q;
    wire [3:0] strb;
    wire [4:0] here  = byte_q - in_q;                        // its place in a chunk
    wire [4:0] ahead = beat_q - asked_beats_q;               // its beat's place in a burst
    genvar b;
    generate
        for (b = 0; b < 4; b = b + 1) begin : gen_strobe
            localparam [1:0] LANE = b;
            assign strb[b] = {place[3:2], LANE} >= {2'd0, cmd_addr[1:0]} && {place[3:2], LANE} <= cmd_end;
        end
    endgenerate
    always @(posedge clk_i) begin
        stopped_q <= !rst_q && (stopped_q || halt || error_valid);
        halts_q   <= !rst_q && halt;
        if (taken) begin
            bytes_q[taken_q] <= cmd_bytes;
            taken_q       <= taken_q + 2'd1;
            beats_total_q <= beats_total_q + {3'd0, cmd_end[3:2]} + 5'd1;
            bytes_total_q <= bytes_total_q + {2'd0, cmd_bytes};
            if (choose && !chosen_q && which < cmd_bytes) begin
                chosen_q <= 1'b1;
                byte_q   <= bytes_total_q + {2'd0, which};
                beat_q   <= beats_total_q + {3'd0, place[3:2]};
                row_q    <= {1'b0, cmd_addr[12:2]} + {10'd0, place[3:2]};
                lane_q   <= place[1:0];
                strb_q   <= strb;
            end
        end
        if (chunk) begin
            chunk_off_q <= chunk_ends ? 3'd0 : chunk_end[2:0];
            if (chunk_ends) chunk_run_q <= chunk_run_q + 2'd1;
            in_q <= in_q + {2'd0, in_bytes};
            if (chosen_q && !come_q && here < {2'd0, in_bytes}) begin
                come_q  <= 1'b1;
                value_q <= in_data[here[1:0]*8 +: 8];
            end
        end
        asked_q <= asked_q + {3'd0, burst} - {3'd0, bvalid && bready};
        sent_q  <= sent_q + {3'd0, beat && wlast} - {3'd0, bvalid && bready};
        if (burst) asked_beats_q <= asked_beats_q + awlen[4:0] + 5'd1;
        if (beat)  sent_beats_q <= sent_beats_q + 5'd1;
        if (rst_q) begin
            {taken_q, chunk_run_q, chunk_off_q} <= 7'd0;
            {beats_total_q, bytes_total_q, asked_beats_q, sent_beats_q, in_q} <= 25'd0;
            {asked_q, sent_q} <= 8'd0;
            {chosen_q, come_q} <= 2'b00;
        end
    end

    always @* begin
        assume (!halts_q || halt);
        assume (cmd_bytes != 3'd0 && cmd_bytes <= MOST);
        assume (!cmd_valid || taken_q != RUNS);
        assume (in_bytes != 3'd0 && in_bytes <= 3'd4);
        assume (!(in_valid && chunk_run_q != taken_q) || chunk_end <= {1'b0, bytes_q[chunk_run_q]});
        assume (!bvalid || (asked_q != 4'd0 && sent_q != 4'd0));     // an answer follows the address and the last beat
        if (!rst_q) begin
            if (awvalid) begin
                assert (asked_beats_q + {1'b0, awlen} < {4'd0, beats_total_q});
                if (chosen_q && {4'd0, ahead} <= {1'b0, awlen}) assert (awaddr[31:2] + {25'd0, ahead} == {18'd0, row_q});
            end
            if (wvalid) begin
                assert (sent_beats_q < beats_total_q);
                if (chosen_q && sent_beats_q == beat_q) begin
                    assert (wstrb == strb_q || (stopped_q && wstrb == 4'd0));
                    if (wstrb[lane_q]) assert (come_q && wdata[lane_q*8 +: 8] == value_q);
                end
            end
        end
    end
endmodule
`default_nettype wire
