// accumulator.v - one lane of one entry, chosen freely, followed: it holds the sum of what was accumulated since it was last
// drained, whatever happens to the other entries and lanes.  Drains come two cycles later, and end: in a gap of the accumulates at the latest.
`default_nettype none
module accumulator_formal #(
    parameter ADDR_W = 3
) (
    input wire              clk_i,
    input wire              acc_valid, drain_valid, ends,
    input wire [ADDR_W-1:0] acc_addr, drain_addr,
    input wire [1:0]        acc_keep,
    input wire [35:0]       acc_data
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    (* anyconst *) wire [ADDR_W-1:0] followed;
    (* anyconst *) wire              lane;
    (* anyconst *) wire [1:0]        group_lanes;

    wire        busy, drain_ready, out_valid, starved, ended;
    wire [63:0] out_data;
    bpi_accumulator #(.COLS(2), .SUM_W(18), .ADDR_W(ADDR_W), .BANKS(4), .ADD_STAGES(1)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .busy_o(busy), .acc_valid_i(acc_valid), .acc_addr_i(acc_addr), .acc_data_i(acc_data), .acc_keep_i(acc_keep),
        .group_lanes_i({6'd0, group_lanes}), .end_i(ends), .ended_o(ended),
        .drain_valid_i(drain_valid), .drain_ready_o(drain_ready), .drain_addr_i(drain_addr), .drain_valid_o(out_valid),
        .drain_data_o(out_data), .drain_starved_o(starved)
    );
    wire drain = drain_valid && drain_ready;

    // --- Lanes that add: all, those of the first group, of the next one, of the same ------
    reg       known_q;                 // something has said which lanes
    reg [1:0] lanes_q;
    reg [1:0] lanes;
    always @* case (acc_keep)
        2'd0:    lanes = 2'b11;
        2'd1:    lanes = group_lanes == 2'd0 ? 2'b00 : group_lanes == 2'd1 ? 2'b01 : 2'b11;
        2'd2:    lanes = group_lanes == 2'd0 ? lanes_q : group_lanes == 2'd1 ? {lanes_q[0], 1'b0} : 2'b00;
        default: lanes = lanes_q;
    endcase
    always @(posedge clk_i) begin
        if (acc_valid) lanes_q <= lanes;
        known_q <= !rst_q && (known_q || acc_valid);
    end
    always @* if (!known_q) assume (!acc_keep[1]);

    // --- What the neighbours promise: the same lanes of an address again after ADD_STAGES + 2 cycles ------
    reg [1:0] lanes_1q, lanes_2q;
    always @(posedge clk_i) {lanes_2q, lanes_1q} <= {lanes_1q, lanes};
    reg              acc_1q, acc_2q, drain_1q, drain_2q, waits_q;
    reg [ADDR_W-1:0] acc_addr_1q, acc_addr_2q, drain_addr_1q;
    always @(posedge clk_i) begin
        acc_1q   <= !rst_q && acc_valid;
        acc_2q   <= !rst_q && acc_1q;
        drain_1q <= !rst_q && drain;
        drain_2q <= !rst_q && drain_1q;
        waits_q  <= !rst_q && drain_valid && !drain_ready;
        acc_addr_1q   <= acc_addr;
        acc_addr_2q   <= acc_addr_1q;
        drain_addr_1q <= drain_addr;
    end
    always @* begin
        assume (!(acc_valid && (rst_q || busy || ends)));
        if (acc_valid)
            assume (!(acc_1q && acc_addr_1q == acc_addr && |(lanes_1q & lanes)) && !(acc_2q && acc_addr_2q == acc_addr && |(lanes_2q & lanes))
                    && !(drain_1q && drain_addr_1q == acc_addr));
        if (drain_valid)
            assume (!(acc_1q && acc_addr_1q == drain_addr) && !(acc_2q && acc_addr_2q == drain_addr) && !(drain_1q && drain_addr_1q == drain_addr)
                    && !(acc_valid && acc_addr == drain_addr));
        if (waits_q) assume (drain_valid && drain_addr == drain_addr_1q);
    end

    // --- Reference --------------------------------------------------------
    reg [31:0] sum_q, due_1q, due_2q;
    reg        mine_1q, mine_2q;
    reg [3:0]  clears_q;
    reg [4:0]  ends_q;                 // ADD_STAGES + 4 cycles: what came before has been written
    always @(posedge clk_i) begin
        if (drain && drain_addr == followed) sum_q <= 32'd0;
        else if (acc_valid && acc_addr == followed && lanes[lane]) sum_q <= sum_q + { {14{acc_data[lane*18 + 17]}}, acc_data[lane*18 +: 18]};
        due_1q  <= sum_q;
        due_2q  <= due_1q;
        mine_1q <= drain && drain_addr == followed;
        mine_2q <= mine_1q;
        if (rst_q) begin
            sum_q   <= 32'd0;
            mine_1q <= 1'b0;
            mine_2q <= 1'b0;
        end
        ends_q   <= rst_q ? 5'd0 : {ends_q[3:0], ends};
        clears_q <= rst_q ? 4'd0 : clears_q[3] ? clears_q : clears_q + 4'd1;
    end
    // A drain goes on in the first cycle after two without an accumulate.
    always @* if (!rst_q) begin
        assert (out_valid == drain_2q);
        assert (ended == ends_q[4]);
        if (out_valid && mine_2q) assert (out_data[lane*32 +: 32] == due_2q);
        if (drain_valid && !busy && !acc_valid && !acc_1q) assert (drain_ready);
        assert (!busy || clears_q < (1 << (ADDR_W - 2)));
    end
endmodule
`default_nettype wire
