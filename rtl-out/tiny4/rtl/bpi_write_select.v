// bpi_write_select.v - the STORE queue's two units: the head's unit gets it, and its chunks go to the write master.
// Both of its sides wait where it is not theirs.  REORGANIZE reads the dynamic buffer where EXEC does not.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_write_select #(
    parameter DATA_W = 256,    // bits of a beat
    parameter BUF_W  = 14,     // bits of an element address, dynamic buffer
    parameter PART_W = 256     // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire              clk_i,

    // Instruction of the STORE queue in parts, then valid until ready
    input  wire              part_valid_i,
    input  wire [3:0]        part_index_i,
    input  wire [PART_W-1:0] part_i,
    input  wire              ins_valid_i,
    output wire              ins_ready_o,
    output wire              reorganizing_o,       // the instruction, where there is one, is a REORGANIZE

    // STORE and its chunks
    output wire              store_valid_o,
    input  wire              store_ready_i,
    input  wire              store_chunk_valid_i,
    output wire              store_chunk_ready_o,
    input  wire [DATA_W-1:0] store_chunk_data_i,
    input  wire [7:0]        store_chunk_bytes_i,

    // REORGANIZE, likewise, and its reads
    output wire              reorganize_valid_o,
    input  wire              reorganize_ready_i,
    input  wire              reorganize_chunk_valid_i,
    output wire              reorganize_chunk_ready_o,
    input  wire [DATA_W-1:0] reorganize_chunk_data_i,
    input  wire [7:0]        reorganize_chunk_bytes_i,
    input  wire              reorganize_rd_valid_i,
    output wire              reorganize_rd_ready_o,
    input  wire [BUF_W-1:0]  reorganize_rd_addr_i,

    // EXEC's reads, which come first
    input  wire              exec_rd_valid_i,
    input  wire [BUF_W-1:0]  exec_rd_addr_i,

    // Write master
    output wire              chunk_valid_o,
    input  wire              chunk_ready_i,
    output wire [DATA_W-1:0] chunk_data_o,
    output wire [7:0]        chunk_bytes_o,

    // Dynamic buffer
    output wire              rd_valid_o,
    output wire [BUF_W-1:0]  rd_addr_o
);
    // The instruction, kept as its parts come; bits that nothing reads are no registers
    localparam WORDS = PART_W / 32;
    reg [511:0] ins_q;
    integer word;
    always @(posedge clk_i) begin
        for (word = 0; word < 16; word = word + 1)
            if (part_valid_i && { 28'd0, part_index_i } == word / WORDS) ins_q[word*32 +: 32] <= part_i[(word % WORDS)*32 +: 32];
    end
    wire [7:0] opcode = ins_q[0 +: 8];
    wire reorganizing = opcode == 8'd5;

    // --- Instruction -------------------------------------------------------
    assign reorganizing_o     = reorganizing;
    assign store_valid_o      = ins_valid_i && !reorganizing;
    assign reorganize_valid_o = ins_valid_i && reorganizing;
    assign ins_ready_o        = reorganizing ? reorganize_ready_i : store_ready_i;

    // --- Write master -----------------------------------------------------
    assign chunk_valid_o            = reorganizing ? reorganize_chunk_valid_i : store_chunk_valid_i;
    assign chunk_data_o             = reorganizing ? reorganize_chunk_data_i : store_chunk_data_i;
    assign chunk_bytes_o            = reorganizing ? reorganize_chunk_bytes_i : store_chunk_bytes_i;
    assign store_chunk_ready_o      = chunk_ready_i && !reorganizing;
    assign reorganize_chunk_ready_o = chunk_ready_i && reorganizing;

    // --- Dynamic buffer ---------------------------------------------------
    assign rd_valid_o            = exec_rd_valid_i || reorganize_rd_valid_i;
    assign rd_addr_o             = exec_rd_valid_i ? exec_rd_addr_i : reorganize_rd_addr_i;
    assign reorganize_rd_ready_o = !exec_rd_valid_i;

    wire unused_ok = &{1'b0, ins_q};

endmodule
`default_nettype wire
