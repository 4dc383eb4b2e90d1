// bpi_operand_buffer.v - an operand buffer for address generators: element n is a hash of n; data comes two cycles after its
// read, and is unknown where nothing was read.
module bpi_operand_buffer #(parameter DATA_W = 8, LANES = 1, ADDR_W = 13) (
    input  wire                    clk,
    input  wire                    rd_valid,
    input  wire [ADDR_W-1:0]       rd_addr,
    output reg  [LANES*DATA_W-1:0] rd_data
);
    function [DATA_W-1:0] element(input [ADDR_W-1:0] n);
        begin
            element = ({ {(64-ADDR_W){1'b0}}, n } * 64'h9E3779B97F4A7C15) >> 20;
        end
    endfunction
    // What the array must get: data, its subnormals even; a structural zero is odd
    function [DATA_W-1:0] operand(input held, input [ADDR_W-1:0] n);
        begin
            operand = held ? element(n) : {DATA_W{1'b0} };
        end
    endfunction

    reg [LANES*DATA_W-1:0] rd_data_1;
    integer i;
    always @(posedge clk) begin
        rd_data   <= rd_data_1;
        rd_data_1 <= {LANES*DATA_W{1'bx} };
        if (rd_valid) for (i = 0; i < LANES; i = i + 1) rd_data_1[i*DATA_W +: DATA_W] <= element(rd_addr + i[ADDR_W-1:0]);
    end
endmodule
