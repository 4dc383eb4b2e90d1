// bpi_axi_arbiter.v - two read clients share one AXI4 read port.  The id is the client: 0 fetch, 1 dma.
// Fetch goes first: it asks for little and stops the whole accelerator when it waits.  Data is routed by its id.
//
// GENERATED, do not edit: made from configuration tiny4 (6731e111) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_axi_arbiter #(
    parameter DATA_W = 256,    // bits per beat
    parameter ADDR_W = 64      // bits per address (bytes)
) (
    input  wire              clk_i,
    input  wire              rst_i,             // synchronous, active high

    // Client 0: fetch
    input  wire              fetch_arvalid_i,
    output wire              fetch_arready_o,
    input  wire [ADDR_W-1:0] fetch_araddr_i,
    input  wire [7:0]        fetch_arlen_i,
    input  wire [2:0]        fetch_arsize_i,
    input  wire [1:0]        fetch_arburst_i,
    output wire              fetch_rvalid_o,
    input  wire              fetch_rready_i,
    output wire [DATA_W-1:0] fetch_rdata_o,
    output wire [1:0]        fetch_rresp_o,
    output wire              fetch_rlast_o,

    // Client 1: dma
    input  wire              dma_arvalid_i,
    output wire              dma_arready_o,
    input  wire [ADDR_W-1:0] dma_araddr_i,
    input  wire [7:0]        dma_arlen_i,
    input  wire [2:0]        dma_arsize_i,
    input  wire [1:0]        dma_arburst_i,
    output wire              dma_rvalid_o,
    input  wire              dma_rready_i,
    output wire [DATA_W-1:0] dma_rdata_o,
    output wire [1:0]        dma_rresp_o,
    output wire              dma_rlast_o,

    // AXI4 read address and read data
    output wire              m_axi_arvalid_o,
    input  wire              m_axi_arready_i,
    output wire              m_axi_arid_o,
    output wire [ADDR_W-1:0] m_axi_araddr_o,
    output wire [7:0]        m_axi_arlen_o,
    output wire [2:0]        m_axi_arsize_o,
    output wire [1:0]        m_axi_arburst_o,
    input  wire              m_axi_rvalid_i,
    output wire              m_axi_rready_o,
    input  wire              m_axi_rid_i,
    input  wire [DATA_W-1:0] m_axi_rdata_i,
    input  wire [1:0]        m_axi_rresp_i,
    input  wire              m_axi_rlast_i
);
    // --- Addresses ----------------------------------------------------------
    localparam AR_W = 1 + ADDR_W + 8 + 3 + 2;
    wire ar_room;
    bpi_fifo #(.WIDTH(AR_W), .DEPTH(2)) u_addresses (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (fetch_arvalid_i || dma_arvalid_i),
        .in_ready_o  (ar_room),
        .in_data_i   (fetch_arvalid_i ? { 1'b0, fetch_araddr_i, fetch_arlen_i, fetch_arsize_i, fetch_arburst_i }
                                      : { 1'b1, dma_araddr_i, dma_arlen_i, dma_arsize_i, dma_arburst_i }),
        .out_valid_o (m_axi_arvalid_o),
        .out_ready_i (m_axi_arready_i),
        .out_data_o  ({ m_axi_arid_o, m_axi_araddr_o, m_axi_arlen_o, m_axi_arsize_o, m_axi_arburst_o })
    );
    assign fetch_arready_o = ar_room;
    assign dma_arready_o   = ar_room && !fetch_arvalid_i;

    // --- Data ---------------------------------------------------------------
    localparam R_W = 1 + DATA_W + 2 + 1;
    wire              r_valid, r_id, r_last;
    wire [DATA_W-1:0] r_data;
    wire [1:0]        r_resp;
    bpi_fifo #(.WIDTH(R_W), .DEPTH(2)) u_data (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (m_axi_rvalid_i),
        .in_ready_o  (m_axi_rready_o),
        .in_data_i   ({ m_axi_rid_i, m_axi_rdata_i, m_axi_rresp_i, m_axi_rlast_i }),
        .out_valid_o (r_valid),
        .out_ready_i (r_id ? dma_rready_i : fetch_rready_i),
        .out_data_o  ({ r_id, r_data, r_resp, r_last })
    );

    // --- Outputs ------------------------------------------------------------
    assign fetch_rvalid_o = r_valid && !r_id;
    assign fetch_rdata_o  = r_data;
    assign fetch_rresp_o  = r_resp;
    assign fetch_rlast_o  = r_last;
    assign dma_rvalid_o   = r_valid && r_id;
    assign dma_rdata_o    = r_data;
    assign dma_rresp_o    = r_resp;
    assign dma_rlast_o    = r_last;

endmodule
`default_nettype wire
