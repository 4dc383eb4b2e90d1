// bpi_status.v - the units as the sequencer sees them: whether all owe the bus nothing, and the first error.
// Of errors in one cycle the lowest client's counts.  Clients hold what they say of an error, so only the client is kept here.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_status #(
    parameter ADDR_W  = 64,    // bits of a DRAM byte address
    parameter CLIENTS = 3      // client n has the n-th part of every vector
) (
    input  wire                      clk_i,
    input  wire                      rst_i,             // synchronous, active high
    input  wire [CLIENTS-1:0]        idle_i,
    input  wire                      halt_i,            // an error has been taken: it stays
    input  wire [CLIENTS-1:0]        error_valid_i,     // pulse
    input  wire [CLIENTS*8-1:0]      error_code_i,      // a cause, held from the pulse to the next one
    input  wire [CLIENTS*ADDR_W-1:0] error_addr_i,      // as the cause
    output wire                      idle_o,
    output wire                      error_valid_o,     // pulse, one cycle later
    output wire [7:0]                error_code_o,      // from the pulse to the next one without halt_i
    output wire [ADDR_W-1:0]         error_addr_o
);
    reg                error_valid_q;
    reg  [CLIENTS-1:0] client_q;
    reg  [7:0]         code;
    reg  [ADDR_W-1:0]  addr;
    integer n;
    always @* begin
        code = 8'd0;
        addr = {ADDR_W{1'b0} };
        for (n = 0; n < CLIENTS; n = n + 1) if (client_q[n]) begin
            code = code | error_code_i[n*8 +: 8];
            addr = addr | error_addr_i[n*ADDR_W +: ADDR_W];
        end
    end

    always @(posedge clk_i) begin
        if (|error_valid_i && !error_valid_q && !halt_i) client_q <= error_valid_i & (~error_valid_i + 1'b1);
        error_valid_q <= |error_valid_i;
        if (rst_i) error_valid_q <= 1'b0;
    end

    // --- Outputs ----------------------------------------------------------
    assign idle_o        = &idle_i;
    assign error_valid_o = error_valid_q;
    assign error_code_o  = code;
    assign error_addr_o  = addr;

endmodule
`default_nettype wire
