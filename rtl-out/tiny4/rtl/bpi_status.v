// bpi_status.v - the units as the sequencer sees them: whether all owe the bus nothing, and the first error.
// Of errors in one cycle the lowest client's counts.
//
// GENERATED, do not edit: made from configuration tiny4 (c3a98008) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_status #(
    parameter ADDR_W  = 64,    // bits of a DRAM byte address
    parameter CLIENTS = 3      // client n has the n-th part of every vector
) (
    input  wire                      clk_i,
    input  wire                      rst_i,             // synchronous, active high
    input  wire [CLIENTS-1:0]        idle_i,
    input  wire [CLIENTS-1:0]        error_valid_i,     // pulse
    input  wire [CLIENTS*8-1:0]      error_code_i,      // a cause
    input  wire [CLIENTS*ADDR_W-1:0] error_addr_i,
    output wire                      idle_o,
    output wire                      error_valid_o,     // pulse, one cycle later
    output wire [7:0]                error_code_o,
    output wire [ADDR_W-1:0]         error_addr_o
);
    reg              error_valid_q;
    reg [7:0]        code, error_code_q;
    reg [ADDR_W-1:0] addr, error_addr_q;
    integer n;
    always @* begin
        code = error_code_i[(CLIENTS-1)*8 +: 8];
        addr = error_addr_i[(CLIENTS-1)*ADDR_W +: ADDR_W];
        for (n = CLIENTS - 2; n >= 0; n = n - 1) if (error_valid_i[n]) begin
            code = error_code_i[n*8 +: 8];
            addr = error_addr_i[n*ADDR_W +: ADDR_W];
        end
    end

    always @(posedge clk_i) begin
        error_code_q  <= code;
        error_addr_q  <= addr;
        error_valid_q <= |error_valid_i;
        if (rst_i) error_valid_q <= 1'b0;
    end

    // --- Outputs ----------------------------------------------------------
    assign idle_o        = &idle_i;
    assign error_valid_o = error_valid_q;
    assign error_code_o  = error_code_q;
    assign error_addr_o  = error_addr_q;

endmodule
`default_nettype wire
