// bpi_sram_1r1w.v - the one memory wrapper: a read port and a write port on one clock.
// A read takes one cycle.  A lane that is read in the cycle that writes it returns unknown data: users do not look at
// it.  The other lanes of that address read right, as in block RAM with write enables.
// A flow swaps in its own macro or block RAM: it reads another file with this module in place of this one.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_sram_1r1w #(
    parameter WIDTH  = 32,     // bits per word
    parameter DEPTH  = 256,    // words
    parameter LANES  = 1,      // write-enable lanes; WIDTH is a multiple of LANES
    parameter ADDR_W = 8       // bits per address
) (
    input  wire              clk_i,

    // Write
    input  wire [LANES-1:0]  wr_lane_i,    // one enable per lane; all 0 writes nothing
    input  wire [ADDR_W-1:0] wr_addr_i,
    input  wire [WIDTH-1:0]  wr_data_i,

    // Read: data one cycle after rd_valid_i, held until the next read
    input  wire              rd_valid_i,
    input  wire [ADDR_W-1:0] rd_addr_i,
    output wire [WIDTH-1:0]  rd_data_o
);
    localparam LANE_W = WIDTH / LANES;
    localparam PART   = LANES > 64 ? 64 : LANES;   // lanes of one memory: wider words are several side by side
    localparam PART_W = PART * LANE_W;

    // --- Memory -----------------------------------------------------------
    genvar part;
    generate
        for (part = 0; part < LANES / PART; part = part + 1) begin : gen_part
            // no_rw_check: Yosys adds no registers for lanes read while written.  block: from 32 words on, memory made of LUTs
            // costs more multiplexers than a block RAM is worth
            (* no_rw_check, ram_style = DEPTH < 32 ? "auto" : "block" *)
            reg [PART_W-1:0] mem [0:DEPTH-1];
            reg [PART_W-1:0] rd_data_q;

            integer lane;
            always @(posedge clk_i) begin
                for (lane = 0; lane < PART; lane = lane + 1)
                    if (wr_lane_i[part*PART + lane])
                        mem[wr_addr_i][lane*LANE_W +: LANE_W] <= wr_data_i[(part*PART + lane)*LANE_W +: LANE_W];
            end

            always @(posedge clk_i) begin
                if (rd_valid_i) rd_data_q <= mem[rd_addr_i];
`ifndef SYNTHESIS
                for (lane = 0; lane < PART; lane = lane + 1)
                    if (rd_valid_i && rd_addr_i == wr_addr_i && wr_lane_i[part*PART + lane])
                        rd_data_q[lane*LANE_W +: LANE_W] <= {LANE_W{1'bx} };
`endif
            end

            assign rd_data_o[part*PART_W +: PART_W] = rd_data_q;
        end
    endgenerate

endmodule
`default_nettype wire
