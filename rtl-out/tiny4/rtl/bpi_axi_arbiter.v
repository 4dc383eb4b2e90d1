// bpi_axi_arbiter.v - read clients share one AXI4 read port.  The id is the client's number.
// The lowest client goes first: fetch asks for little and stops the whole accelerator when it waits.  Data is routed by its id.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_axi_arbiter #(
    parameter DATA_W  = 256,   // bits per beat
    parameter ADDR_W  = 64,    // bits per address (bytes)
    parameter CLIENTS = 2,     // 2 or more
    parameter ID_W    = 1      // bits of a client's number
) (
    input  wire                      clk_i,
    input  wire                      rst_i,             // synchronous, active high

    // Clients: client n has the n-th part of every vector
    input  wire [CLIENTS-1:0]        arvalid_i,
    output wire [CLIENTS-1:0]        arready_o,
    input  wire [CLIENTS*ADDR_W-1:0] araddr_i,
    input  wire [CLIENTS*8-1:0]      arlen_i,
    input  wire [CLIENTS*3-1:0]      arsize_i,
    input  wire [CLIENTS*2-1:0]      arburst_i,
    output wire [CLIENTS-1:0]        rvalid_o,
    input  wire [CLIENTS-1:0]        rready_i,
    output wire [DATA_W-1:0]         rdata_o,           // for the client whose RVALID is high
    output wire [1:0]                rresp_o,
    output wire                      rlast_o,

    // AXI4 read address and read data
    output wire                      m_axi_arvalid_o,
    input  wire                      m_axi_arready_i,
    output wire [ID_W-1:0]           m_axi_arid_o,
    output wire [ADDR_W-1:0]         m_axi_araddr_o,
    output wire [7:0]                m_axi_arlen_o,
    output wire [2:0]                m_axi_arsize_o,
    output wire [1:0]                m_axi_arburst_o,
    input  wire                      m_axi_rvalid_i,
    output wire                      m_axi_rready_o,
    input  wire [ID_W-1:0]           m_axi_rid_i,
    input  wire [DATA_W-1:0]         m_axi_rdata_i,
    input  wire [1:0]                m_axi_rresp_i,
    input  wire                      m_axi_rlast_i
);
    // --- Addresses ----------------------------------------------------------
    localparam AR_W = ID_W + ADDR_W + 8 + 3 + 2;
    wire               ar_room;
    reg  [CLIENTS-1:0] first;                       // no lower client asks
    reg  [AR_W-1:0]    ar;
    integer n;
    always @* begin
        first[0] = 1'b1;
        for (n = 1; n < CLIENTS; n = n + 1) first[n] = first[n-1] && !arvalid_i[n-1];
        ar = {AR_W{1'b0} };
        for (n = CLIENTS - 1; n >= 0; n = n - 1) if (arvalid_i[n] || n == CLIENTS - 1)
            ar = {n[ID_W-1:0], araddr_i[n*ADDR_W +: ADDR_W], arlen_i[n*8 +: 8], arsize_i[n*3 +: 3], arburst_i[n*2 +: 2]};
    end
    bpi_fifo #(.WIDTH(AR_W), .DEPTH(1)) u_addresses (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (|arvalid_i),
        .in_ready_o  (ar_room),
        .in_data_i   (ar),
        .out_valid_o (m_axi_arvalid_o),
        .out_ready_i (m_axi_arready_i),
        .out_data_o  ({ m_axi_arid_o, m_axi_araddr_o, m_axi_arlen_o, m_axi_arsize_o, m_axi_arburst_o })
    );

    // --- Data ---------------------------------------------------------------
    localparam R_W = ID_W + DATA_W + 2 + 1;
    wire               r_valid;
    wire [ID_W-1:0]    r_id;
    reg  [CLIENTS-1:0] r_client;
    integer k;
    always @* for (k = 0; k < CLIENTS; k = k + 1) r_client[k] = r_id == k[ID_W-1:0];
    bpi_fifo #(.WIDTH(R_W), .DEPTH(1)) u_data (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (m_axi_rvalid_i),
        .in_ready_o  (m_axi_rready_o),
        .in_data_i   ({ m_axi_rid_i, m_axi_rdata_i, m_axi_rresp_i, m_axi_rlast_i }),
        .out_valid_o (r_valid),
        .out_ready_i (|(r_client & rready_i)),
        .out_data_o  ({ r_id, rdata_o, rresp_o, rlast_o })
    );

    // --- Outputs ------------------------------------------------------------
    assign arready_o = first & {CLIENTS{ar_room} };
    assign rvalid_o  = r_client & {CLIENTS{r_valid} };

    // --- Checks -------------------------------------------------------------
    `CHECK_PARAM(CLIENTS >= 2 && CLIENTS <= (1 << ID_W), "ID_W holds every client's number")

endmodule
`default_nettype wire
