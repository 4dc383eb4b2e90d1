// bpi_part_player.v - takes an instruction and gives it to a unit in parts, one a cycle, then offers it until the unit is ready.
module bpi_part_player #(parameter PART_W = 32) (
    input  wire         rst,
    // Instruction: taken where valid and ready, or held until the unit is ready
    input  wire         in_valid,
    output wire         in_ready,
    input  wire [511:0] ins,
    // Unit
    output reg               part_valid,
    output reg  [3:0]        part_index,
    output reg  [PART_W-1:0] part,
    output reg               valid,
    input  wire              ready
);
    localparam PARTS = 512 / PART_W;
    reg [511:0] rest;
    integer     left = 0;
    assign in_ready = left == 0 && !valid;
    initial {part_valid, valid} = 0;
    always @(posedge tb.clk) begin
        part_valid <= 0;
        if (in_ready && in_valid) begin
            rest = ins;
            left <= PARTS + 1;
        end else if (left > 1) begin
            part_valid <= 1;
            part_index <= PARTS + 1 - left;
            part       <= rest[PART_W-1:0];
            rest       = rest >> PART_W;
            left       <= left - 1;
        end else if (left == 1) begin
            valid <= 1;
            left  <= 0;
        end
        if (valid && ready) valid <= 0;
        if (rst) begin
            valid      <= 0;
            part_valid <= 0;
            left       <= 0;
        end
    end
endmodule
