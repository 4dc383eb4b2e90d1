// bpi_write_select_tb.v - two units and EXEC at random; who is connected to what follows the head's opcode alone.
`timescale 1ns/1ps
module tb;
    localparam DATA_W = 64, BUF_W = 12, CYCLES = 8000, UNIT_W = 2 + DATA_W + 8, PART_W = 32;
    `include "bpi_bench.vh"
    integer turns = 0;

    // One unit says: takes the head, has a chunk, and its contents.
    reg  [UNIT_W-1:0] store = 0, reorganize = 0, chosen;
    reg  [PART_W-1:0] part = 0;
    reg  [3:0]        part_index = 0;
    reg               part_valid = 0, known = 0;
    reg               ins_valid = 0, chunk_ready = 0, r_rd = 0, e_rd = 0, is_reorganize = 0;
    reg  [BUF_W-1:0]  r_addr = 0, e_addr = 0;
    wire              ins_ready, reorganizing, s_valid, z_valid, s_chunk_ready, z_chunk_ready, rd_ready, rd_valid;
    wire              chunk_valid;
    wire [DATA_W-1:0] chunk_data;
    wire [7:0]        chunk_bytes;
    wire [BUF_W-1:0]  rd_addr;
    wire              s_ready, s_chunk, z_ready, z_chunk;
    wire [DATA_W-1:0] s_data, z_data;
    wire [7:0]        s_count, z_count;
    assign {s_ready, s_chunk, s_data, s_count} = store;
    assign {z_ready, z_chunk, z_data, z_count} = reorganize;
    bpi_write_select #(.DATA_W(DATA_W), .BUF_W(BUF_W), .PART_W(PART_W)) dut (
        .clk_i(clk), .part_valid_i(part_valid), .part_index_i(part_index), .part_i(part),
        .ins_valid_i(ins_valid), .ins_ready_o(ins_ready), .reorganizing_o(reorganizing),
        .store_valid_o(s_valid), .store_ready_i(s_ready),
        .store_chunk_valid_i(s_chunk), .store_chunk_ready_o(s_chunk_ready), .store_chunk_data_i(s_data),
        .store_chunk_bytes_i(s_count),
        .reorganize_valid_o(z_valid), .reorganize_ready_i(z_ready), .reorganize_chunk_valid_i(z_chunk),
        .reorganize_chunk_ready_o(z_chunk_ready), .reorganize_chunk_data_i(z_data), .reorganize_chunk_bytes_i(z_count),
        .reorganize_rd_valid_i(r_rd), .reorganize_rd_ready_o(rd_ready), .reorganize_rd_addr_i(r_addr),
        .exec_rd_valid_i(e_rd), .exec_rd_addr_i(e_addr),
        .chunk_valid_o(chunk_valid), .chunk_ready_i(chunk_ready), .chunk_data_o(chunk_data), .chunk_bytes_o(chunk_bytes),
        .rd_valid_o(rd_valid), .rd_addr_o(rd_addr)
    );

    always @(posedge clk) begin
        if (cycle < CYCLES) begin
            store      = {$random(seed), $random(seed), $random(seed), $random(seed), $random(seed)};
            reorganize = {$random(seed), $random(seed), $random(seed), $random(seed), $random(seed)};
            // the block has kept the opcode that came before this edge; other words do not count
            if (part_valid && part_index == 0) begin
                is_reorganize = part[0 +: 8] == 8'd5;
                known = 1;
            end
            {ins_valid, chunk_ready, r_rd, e_rd} = $random(seed);
            {r_addr, e_addr} = $random(seed);
            #1;
            part       = $random(seed);
            part_index = ($random(seed) & 1) ? 0 : $random(seed);
            part_valid = $random(seed);
            if (part_index == 0) part[0 +: 8] = ($random(seed) & 1) ? 8'd5 : 8'd4;
            if (known) begin
                chosen = is_reorganize ? reorganize : store;
                if (is_reorganize) turns = turns + 1;
                check(reorganizing === is_reorganize, "which unit");
                check({z_valid, s_valid} === (ins_valid ? {is_reorganize, !is_reorganize} : 2'b00), "the head goes to its unit");
                check({ins_ready, chunk_valid, chunk_data, chunk_bytes} === chosen, "the unit's chunk");
                check({z_chunk_ready, s_chunk_ready} === (chunk_ready ? {is_reorganize, !is_reorganize} : 2'b00), "chunks");
                check(rd_valid === (r_rd || e_rd) && rd_ready === !e_rd, "reads");
                check(!rd_valid || rd_addr === (e_rd ? e_addr : r_addr), "address of a read");
            end
        end else begin
            check(turns > CYCLES / 4 && turns < CYCLES * 3 / 4, "both units had turns");
            verdict(CYCLES);
        end
    end
endmodule
