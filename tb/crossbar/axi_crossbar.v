// axi_crossbar.v - a small AXI4 crossbar for the worked example of docs/integration.md: several masters, one slave.
// The id towards the slave is the master's number and its id.  Data of writes goes in the order in which addresses were
// chosen, and may reach the slave before its address does.  Masters take turns.
`default_nettype none
module axi_crossbar #(
    parameter S_COUNT = 2, M_COUNT = 1, DATA_WIDTH = 32, ADDR_WIDTH = 32, S_ID_WIDTH = 4, M_ID_WIDTH = 5
) (
    input  wire                            clk, rst,
    input  wire [S_COUNT*S_ID_WIDTH-1:0]   s_axi_awid,
    input  wire [S_COUNT*ADDR_WIDTH-1:0]   s_axi_awaddr,
    input  wire [S_COUNT*8-1:0]            s_axi_awlen,
    input  wire [S_COUNT*3-1:0]            s_axi_awsize, s_axi_awprot,
    input  wire [S_COUNT*2-1:0]            s_axi_awburst,
    input  wire [S_COUNT-1:0]              s_axi_awlock, s_axi_awvalid,
    input  wire [S_COUNT*4-1:0]            s_axi_awcache, s_axi_awqos,
    output wire [S_COUNT-1:0]              s_axi_awready,
    input  wire [S_COUNT*DATA_WIDTH-1:0]   s_axi_wdata,
    input  wire [S_COUNT*DATA_WIDTH/8-1:0] s_axi_wstrb,
    input  wire [S_COUNT-1:0]              s_axi_wlast, s_axi_wvalid,
    output wire [S_COUNT-1:0]              s_axi_wready,
    output wire [S_COUNT*S_ID_WIDTH-1:0]   s_axi_bid,
    output wire [S_COUNT*2-1:0]            s_axi_bresp,
    output wire [S_COUNT-1:0]              s_axi_bvalid,
    input  wire [S_COUNT-1:0]              s_axi_bready,
    input  wire [S_COUNT*S_ID_WIDTH-1:0]   s_axi_arid,
    input  wire [S_COUNT*ADDR_WIDTH-1:0]   s_axi_araddr,
    input  wire [S_COUNT*8-1:0]            s_axi_arlen,
    input  wire [S_COUNT*3-1:0]            s_axi_arsize, s_axi_arprot,
    input  wire [S_COUNT*2-1:0]            s_axi_arburst,
    input  wire [S_COUNT-1:0]              s_axi_arlock, s_axi_arvalid,
    input  wire [S_COUNT*4-1:0]            s_axi_arcache, s_axi_arqos,
    output wire [S_COUNT-1:0]              s_axi_arready,
    output wire [S_COUNT*S_ID_WIDTH-1:0]   s_axi_rid,
    output wire [S_COUNT*DATA_WIDTH-1:0]   s_axi_rdata,
    output wire [S_COUNT*2-1:0]            s_axi_rresp,
    output wire [S_COUNT-1:0]              s_axi_rlast, s_axi_rvalid,
    input  wire [S_COUNT-1:0]              s_axi_rready,
    output wire [M_ID_WIDTH-1:0]           m_axi_awid, m_axi_arid,
    output wire [ADDR_WIDTH-1:0]           m_axi_awaddr, m_axi_araddr,
    output wire [7:0]                      m_axi_awlen, m_axi_arlen,
    output wire [2:0]                      m_axi_awsize, m_axi_awprot, m_axi_arsize, m_axi_arprot,
    output wire [1:0]                      m_axi_awburst, m_axi_arburst,
    output wire                            m_axi_awlock, m_axi_awvalid, m_axi_arlock, m_axi_arvalid,
    output wire [3:0]                      m_axi_awcache, m_axi_awqos, m_axi_arcache, m_axi_arqos,
    input  wire                            m_axi_awready, m_axi_arready,
    output wire [DATA_WIDTH-1:0]           m_axi_wdata,
    output wire [DATA_WIDTH/8-1:0]         m_axi_wstrb,
    output wire                            m_axi_wlast, m_axi_wvalid,
    input  wire                            m_axi_wready,
    input  wire [M_ID_WIDTH-1:0]           m_axi_bid,
    input  wire [1:0]                      m_axi_bresp,
    input  wire                            m_axi_bvalid,
    output wire                            m_axi_bready,
    input  wire [M_ID_WIDTH-1:0]           m_axi_rid,
    input  wire [DATA_WIDTH-1:0]           m_axi_rdata,
    input  wire [1:0]                      m_axi_rresp,
    input  wire                            m_axi_rlast, m_axi_rvalid,
    output wire                            m_axi_rready
);
    localparam N_W = M_ID_WIDTH - S_ID_WIDTH, ORDER = 16;
    generate if (M_COUNT != 1 || S_COUNT > (1 << N_W)) begin : gen_bad
        one_slave_and_room_for_the_masters_number u_bad();
    end endgenerate

    // --- Whose turn it is; the order of the writes' data --------------------
    reg  [N_W-1:0] aw_q, ar_q, order_q [0:ORDER-1];
    reg            aw_open_q, ar_open_q;
    reg  [4:0]     owed_q;                          // bursts whose data has not gone through
    wire [N_W-1:0] w = order_q[0];
    wire           w_closes = m_axi_wvalid && m_axi_wready && m_axi_wlast;
    integer        n, aw_next, ar_next;
    always @* begin
        aw_next = -1;
        ar_next = -1;
        for (n = S_COUNT; n > 0; n = n - 1) begin
            if (s_axi_awvalid[(aw_q + n) % S_COUNT]) aw_next = (aw_q + n) % S_COUNT;
            if (s_axi_arvalid[(ar_q + n) % S_COUNT]) ar_next = (ar_q + n) % S_COUNT;
        end
    end
    wire aw_taken = !aw_open_q && aw_next >= 0 && owed_q < ORDER - 1;
    always @(posedge clk) begin
        if (w_closes) for (n = 0; n + 1 < ORDER; n = n + 1) order_q[n] <= order_q[n+1];
        if (aw_taken) begin
            aw_q <= aw_next[N_W-1:0];
            order_q[owed_q - {4'd0, w_closes}] <= aw_next[N_W-1:0];
        end
        owed_q    <= owed_q + {4'd0, aw_taken} - {4'd0, w_closes};
        aw_open_q <= aw_taken || (aw_open_q && !m_axi_awready);
        if (!ar_open_q && ar_next >= 0) ar_q <= ar_next[N_W-1:0];
        ar_open_q <= ar_open_q ? !m_axi_arready : ar_next >= 0;
        if (rst) begin
            aw_q      <= 0;
            ar_q      <= 0;
            aw_open_q <= 1'b0;
            ar_open_q <= 1'b0;
            owed_q    <= 5'd0;
        end
    end

    // --- Requests ------------------------------------------------------------
    assign m_axi_awvalid = aw_open_q;
    assign m_axi_awid    = { aw_q, s_axi_awid[aw_q*S_ID_WIDTH +: S_ID_WIDTH] };
    assign m_axi_awaddr  = s_axi_awaddr[aw_q*ADDR_WIDTH +: ADDR_WIDTH];
    assign m_axi_awlen   = s_axi_awlen[aw_q*8 +: 8];
    assign m_axi_awsize  = s_axi_awsize[aw_q*3 +: 3];
    assign m_axi_awburst = s_axi_awburst[aw_q*2 +: 2];
    assign m_axi_awlock  = s_axi_awlock[aw_q];
    assign m_axi_awcache = s_axi_awcache[aw_q*4 +: 4];
    assign m_axi_awprot  = s_axi_awprot[aw_q*3 +: 3];
    assign m_axi_awqos   = s_axi_awqos[aw_q*4 +: 4];
    assign s_axi_awready = aw_open_q && m_axi_awready ? {{(S_COUNT-1){1'b0}}, 1'b1} << aw_q : {S_COUNT{1'b0}};
    assign m_axi_wvalid  = owed_q != 5'd0 && s_axi_wvalid[w];
    assign m_axi_wdata   = s_axi_wdata[w*DATA_WIDTH +: DATA_WIDTH];
    assign m_axi_wstrb   = s_axi_wstrb[w*(DATA_WIDTH/8) +: DATA_WIDTH/8];
    assign m_axi_wlast   = s_axi_wlast[w];
    assign s_axi_wready  = owed_q != 5'd0 && m_axi_wready ? {{(S_COUNT-1){1'b0}}, 1'b1} << w : {S_COUNT{1'b0}};
    assign m_axi_arvalid = ar_open_q;
    assign m_axi_arid    = { ar_q, s_axi_arid[ar_q*S_ID_WIDTH +: S_ID_WIDTH] };
    assign m_axi_araddr  = s_axi_araddr[ar_q*ADDR_WIDTH +: ADDR_WIDTH];
    assign m_axi_arlen   = s_axi_arlen[ar_q*8 +: 8];
    assign m_axi_arsize  = s_axi_arsize[ar_q*3 +: 3];
    assign m_axi_arburst = s_axi_arburst[ar_q*2 +: 2];
    assign m_axi_arlock  = s_axi_arlock[ar_q];
    assign m_axi_arcache = s_axi_arcache[ar_q*4 +: 4];
    assign m_axi_arprot  = s_axi_arprot[ar_q*3 +: 3];
    assign m_axi_arqos   = s_axi_arqos[ar_q*4 +: 4];
    assign s_axi_arready = ar_open_q && m_axi_arready ? {{(S_COUNT-1){1'b0}}, 1'b1} << ar_q : {S_COUNT{1'b0}};

    // --- Answers, to the master in the id ------------------------------------
    wire [N_W-1:0] b = m_axi_bid[M_ID_WIDTH-1:S_ID_WIDTH], r = m_axi_rid[M_ID_WIDTH-1:S_ID_WIDTH];
    assign s_axi_bid    = {S_COUNT{m_axi_bid[S_ID_WIDTH-1:0]}};
    assign s_axi_bresp  = {S_COUNT{m_axi_bresp}};
    assign s_axi_bvalid = m_axi_bvalid ? {{(S_COUNT-1){1'b0}}, 1'b1} << b : {S_COUNT{1'b0}};
    assign m_axi_bready = s_axi_bready[b];
    assign s_axi_rid    = {S_COUNT{m_axi_rid[S_ID_WIDTH-1:0]}};
    assign s_axi_rdata  = {S_COUNT{m_axi_rdata}};
    assign s_axi_rresp  = {S_COUNT{m_axi_rresp}};
    assign s_axi_rlast  = {S_COUNT{m_axi_rlast}};
    assign s_axi_rvalid = m_axi_rvalid ? {{(S_COUNT-1){1'b0}}, 1'b1} << r : {S_COUNT{1'b0}};
    assign m_axi_rready = s_axi_rready[r];
endmodule
`default_nettype wire
