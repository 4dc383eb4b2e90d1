// buffer.v - one element chosen freely: every vector that holds it has what was written there last, at any alignment and across the
// end of the ring, two cycles after it is asked for; writes touch no other element.
`default_nettype none
module buffer_formal #(
    parameter WORD   = 4,
    parameter LANES  = 3,
    parameter BEAT   = 2,
    parameter ADDR_W = 4
) (
    input wire              clk_i,
    input wire              wr_valid, rd_valid,
    input wire [ADDR_W-1:0] wr_addr, rd_addr,
    input wire [BEAT-1:0]   wr_strb, wr_data
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    (* anyconst *) wire [ADDR_W-1:0] followed;

    wire             out_valid;
    wire [LANES-1:0] out_data;
    bpi_buffer #(.DATA_W(1), .WORD(WORD), .LANES(LANES), .BEAT(BEAT), .ADDR_W(ADDR_W)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .wr_valid_i(wr_valid), .wr_addr_i(wr_addr), .wr_strb_i(wr_strb), .wr_data_i(wr_data),
        .rd_valid_i(rd_valid), .rd_addr_i(rd_addr), .rd_valid_o(out_valid), .rd_data_o(out_data)
    );

    // --- The element, as a plain array modulo its size ---------------------
    wire [ADDR_W-1:0] wr_lane = followed - wr_addr, rd_lane = followed - rd_addr;
    wire              writes  = wr_valid && wr_lane < BEAT && wr_strb[wr_lane];
    wire              reads   = rd_valid && rd_lane < LANES;
    reg               known_q, element_q, valid_1q, valid_2q, mine_1q, mine_2q, due_1q, due_2q;
    reg  [ADDR_W-1:0] lane_1q, lane_2q;
    always @(posedge clk_i) begin
        if (writes) element_q <= wr_data[wr_lane];
        known_q  <= !rst_q && (known_q || writes);
        {valid_2q, valid_1q} <= rst_q ? 2'b00 : {valid_1q, rd_valid};
        {mine_2q, mine_1q}   <= {mine_1q, reads && known_q};
        {due_2q, due_1q}     <= {due_1q, element_q};
        lane_1q <= rd_lane;
        lane_2q <= lane_1q;
    end

    // --- What users promise: no element of a word that is written in the same cycle is read -------
    localparam OFFSET_W = $clog2(WORD);
    wire [ADDR_W-1:0] rd_end = rd_addr + LANES - 1;
    wire clash = wr_addr[ADDR_W-1:OFFSET_W] == rd_addr[ADDR_W-1:OFFSET_W] || wr_addr[ADDR_W-1:OFFSET_W] == rd_end[ADDR_W-1:OFFSET_W];
    always @* begin
        assume (wr_addr % BEAT == 0);
        assume (!(wr_valid && rd_valid && clash));
        if (!rst_q) begin
            assert (out_valid == valid_2q);
            if (out_valid && mine_2q) assert (out_data[lane_2q] == due_2q);
        end
    end
endmodule
`default_nettype wire
