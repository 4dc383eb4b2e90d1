// axi_rules.v - the rules of one AXI4 port without ids, judged as a master's outputs or, of the answers, assumed of a
// memory that keeps them.  Every burst is INCR, of whole beats, and ends where it began: in a page of 4 KiB.
`default_nettype none
module axi_read_rules #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32,
    parameter FLIGHT = 4      // bursts that may be open at once
) (
    input wire              clk_i,
    input wire              rst_i,
    input wire              arvalid_i,
    input wire              arready_i,
    input wire [ADDR_W-1:0] araddr_i,
    input wire [7:0]        arlen_i,
    input wire [2:0]        arsize_i,
    input wire [1:0]        arburst_i,
    input wire              rvalid_i,
    input wire              rready_i,
    input wire [DATA_W-1:0] rdata_i,
    input wire [1:0]        rresp_i,
    input wire              rlast_i,
    output wire [8:0]       open_o        // bursts asked for and not received
);
    localparam BYTE_W = $clog2(DATA_W / 8);

    // --- Memory: bursts in order, one list of lengths -----------------------
    reg  [7:0] len_q [0:FLIGHT-1];
    reg  [8:0] open_q;
    reg  [7:0] beat_q;
    wire asked    = arvalid_i && arready_i;
    wire received = rvalid_i && rready_i;
    wire closes   = received && rlast_i;
    integer i;
    always @(posedge clk_i) begin
        open_q <= open_q + {8'd0, asked} - {8'd0, closes};
        if (received) beat_q <= rlast_i ? 8'd0 : beat_q + 8'd1;
        if (closes) for (i = 0; i + 1 < FLIGHT; i = i + 1) len_q[i] <= len_q[i+1];
        if (asked && open_q - {8'd0, closes} < FLIGHT) len_q[open_q - {8'd0, closes}] <= arlen_i;
        if (rst_i) begin
            open_q <= 9'd0;
            beat_q <= 8'd0;
        end
    end
    assign open_o = open_q;
    always @* if (!rst_i) begin
        assume (!rvalid_i || open_q != 9'd0);                       // no answer that nobody asked for
        assume (!rvalid_i || rlast_i == (beat_q == len_q[0]));
    end

    // --- Held while they wait ---------------------------------------------
    reg                    ar_waits_q, r_waits_q;
    reg [ADDR_W+12:0]      ar_q;
    reg [DATA_W+2:0]       r_q;
    always @(posedge clk_i) begin
        ar_waits_q <= !rst_i && arvalid_i && !arready_i;
        r_waits_q  <= !rst_i && rvalid_i && !rready_i;
        ar_q <= {araddr_i, arlen_i, arsize_i, arburst_i};
        r_q  <= {rdata_i, rresp_i, rlast_i};
    end
    wire [12:0] page_end = {1'b0, araddr_i[11:0]} + ({5'd0, arlen_i} << BYTE_W) + DATA_W/8 - 1;
    always @* if (!rst_i) begin
        if (ar_waits_q) assert (arvalid_i && ar_q == {araddr_i, arlen_i, arsize_i, arburst_i});
        if (r_waits_q)  assume (rvalid_i && r_q == {rdata_i, rresp_i, rlast_i});
        if (arvalid_i) begin
            assert (arburst_i == 2'b01 && arsize_i == BYTE_W);
            assert (!page_end[12]);
            assert (araddr_i[BYTE_W-1:0] == 0);
        end
        assert (open_q <= FLIGHT);
    end
endmodule

module axi_write_rules #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32,
    parameter FLIGHT = 4
) (
    input wire                clk_i,
    input wire                rst_i,
    input wire                awvalid_i,
    input wire                awready_i,
    input wire [ADDR_W-1:0]   awaddr_i,
    input wire [7:0]          awlen_i,
    input wire [2:0]          awsize_i,
    input wire [1:0]          awburst_i,
    input wire                wvalid_i,
    input wire                wready_i,
    input wire [DATA_W-1:0]   wdata_i,
    input wire [DATA_W/8-1:0] wstrb_i,
    input wire                wlast_i,
    input wire                bvalid_i,
    input wire                bready_i,
    input wire [1:0]          bresp_i,
    output wire [8:0]         open_o       // bursts announced and not acknowledged
);
    localparam BYTE_W = $clog2(DATA_W / 8);

    // --- Bursts announced, bursts whose data has been sent, in order --------
    reg  [7:0] len_q [0:FLIGHT-1];
    reg  [8:0] data_q, open_q, sent_q;     // announced without all data; without an answer; with all data, unanswered
    reg  [7:0] beat_q;
    reg        early_q;                    // the burst at AW has already sent all its data
    wire announced = awvalid_i && awready_i;
    wire moved     = wvalid_i && wready_i;
    wire closes    = moved && wlast_i;
    wire answered  = bvalid_i && bready_i;
    wire closes_announced = closes && data_q != 9'd0;
    wire opens     = announced && !early_q && !(closes && data_q == 9'd0);
    wire [8:0] kept = data_q - {8'd0, closes_announced};
    integer i;
    always @(posedge clk_i) begin
        data_q  <= kept + {8'd0, opens};
        open_q  <= open_q + {8'd0, announced} - {8'd0, answered};
        sent_q  <= sent_q + {8'd0, closes} - {8'd0, answered};
        early_q <= !announced && (early_q || (closes && data_q == 9'd0));
        if (moved) beat_q <= wlast_i ? 8'd0 : beat_q + 8'd1;
        if (closes_announced) for (i = 0; i + 1 < FLIGHT; i = i + 1) len_q[i] <= len_q[i+1];
        if (opens && kept < FLIGHT) len_q[kept] <= awlen_i;
        if (rst_i) begin
            data_q  <= 9'd0;
            open_q  <= 9'd0;
            sent_q  <= 9'd0;
            early_q <= 1'b0;
            beat_q  <= 8'd0;
        end
    end
    assign open_o = open_q;
    // An answer follows the address and the last beat.
    always @* if (!rst_i) assume (!bvalid_i || (sent_q != 9'd0 && open_q != 9'd0));

    // --- Held while they wait ---------------------------------------------
    reg                          aw_waits_q, w_waits_q, b_waits_q;
    reg [ADDR_W+12:0]            aw_q;
    reg [DATA_W+DATA_W/8:0]      w_q;
    reg [1:0]                    b_q;
    always @(posedge clk_i) begin
        aw_waits_q <= !rst_i && awvalid_i && !awready_i;
        w_waits_q  <= !rst_i && wvalid_i && !wready_i;
        b_waits_q  <= !rst_i && bvalid_i && !bready_i;
        aw_q <= {awaddr_i, awlen_i, awsize_i, awburst_i};
        w_q  <= {wdata_i, wstrb_i, wlast_i};
        b_q  <= bresp_i;
    end
    // A burst's data may be ahead of its address by as long as the address waits.
    wire       known = data_q != 9'd0 || (awvalid_i && !early_q);
    wire [7:0] len   = data_q != 9'd0 ? len_q[0] : awlen_i;
    wire [12:0] page_end = {1'b0, awaddr_i[11:0]} + ({5'd0, awlen_i} << BYTE_W) + DATA_W/8 - 1;
    always @* if (!rst_i) begin
        if (aw_waits_q) assert (awvalid_i && aw_q == {awaddr_i, awlen_i, awsize_i, awburst_i});
        if (w_waits_q)  assert (wvalid_i && w_q == {wdata_i, wstrb_i, wlast_i});
        if (b_waits_q)  assume (bvalid_i && b_q == bresp_i);
        if (awvalid_i) begin
            assert (awburst_i == 2'b01 && awsize_i == BYTE_W);
            assert (!page_end[12]);
            assert (awaddr_i[BYTE_W-1:0] == 0);
        end
        if (wvalid_i) begin
            assert (known);
            assert (wlast_i == (beat_q == len));
        end
        assert (open_q <= FLIGHT);
    end
endmodule
`default_nettype wire
