// bpi_activity_tb.v - random units; what must be counted is worked out from lists of LOADs and tiles.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 20000, BEAT = 16, MOST = 4096, UNDER_WAY = 15;

    `include "bpi_bench.vh"
    integer i;

    reg rst = 1, busy = 0, start = 0, load_valid = 0, load_ready = 0, load_reorganize = 0, load_done = 0, dynamic_write = 0, stationary_write = 0;
    reg exec_valid = 0, exec_ready = 0, wait_load = 0, wait_store = 0, item_valid = 0, item_ready = 0, item_end = 0, array_busy = 0;
    reg wait_stationary = 0, wait_accumulator = 0, dynamic_read = 0, stationary_read = 0, accumulate = 0, store_valid = 0, reorganizing = 0;
    reg drain_valid = 0, drain_ready = 0, beat_valid = 0, beat_ready = 0;
    reg [7:0] written = 0;
    wire c, ab, dr, dw, sr, sw, rc, sl, ss, st, sa, sy, pc;
    wire [1:0] ar, aw;
    wire [4:0] br, bw, rb;
    bpi_activity #(.BEAT_BYTES(BEAT), .BYTES_W(5), .LOADS_W(4)) dut (
        .clk_i(clk), .rst_i(rst), .busy_i(busy), .start_i(start), .load_valid_i(load_valid), .load_ready_i(load_ready),
        .load_reorganize_i(load_reorganize), .load_done_i(load_done), .dynamic_write_i(dynamic_write), .stationary_write_i(stationary_write),
        .exec_valid_i(exec_valid), .exec_ready_i(exec_ready), .wait_load_i(wait_load), .wait_store_i(wait_store), .item_valid_i(item_valid),
        .item_ready_i(item_ready), .item_end_i(item_end), .array_busy_i(array_busy), .wait_stationary_i(wait_stationary),
        .wait_accumulator_i(wait_accumulator), .dynamic_read_i(dynamic_read), .stationary_read_i(stationary_read), .accumulate_i(accumulate),
        .store_valid_i(store_valid), .reorganizing_i(reorganizing), .drain_valid_i(drain_valid), .drain_ready_i(drain_ready),
        .beat_valid_i(beat_valid), .beat_ready_i(beat_ready), .written_bytes_i(written),
        .inc_cycles_o(c), .inc_array_busy_o(ab), .inc_dynamic_reads_o(dr), .inc_dynamic_writes_o(dw), .inc_stationary_reads_o(sr),
        .inc_stationary_writes_o(sw), .inc_accumulator_reads_o(ar), .inc_accumulator_writes_o(aw), .inc_dram_bytes_read_o(br),
        .inc_dram_bytes_written_o(bw), .inc_reorganize_cycles_o(rc), .inc_reorganize_bytes_o(rb), .inc_stall_load_o(sl), .inc_stall_store_o(ss),
        .inc_stall_token_o(st), .inc_stall_accumulator_o(sa), .inc_stall_stationary_o(sy), .inc_prologue_cycles_o(pc)
    );
    wire [31:0] found = {c, ab, dr, dw, sr, sw, ar, aw, br, bw, rc, rb, sl, ss, st, sa, sy, pc};
    reg  [31:0] expected = 0;

    function integer below(input integer limit);
        below = random(0) % limit;
    endfunction

    // LOADs since the start, and whether each belongs to the reorganize step; tiles that are open, vectors of the first
    reg     marked [0:MOST-1];
    integer taken = 0, ended = 0, tiles = 0, vectors = 0;
    reg     loading, loading_before = 0, offered = 0;         // an EXEC that was offered is the same one still
    reg     opens, idle, enters;
    integer sums, bytes;

    always @(posedge clk) begin
        if (cycle > 2) same(found, expected, "increments");

        // --- What this cycle adds -----------------------------------------
        loading = 0;
        for (i = ended; i < taken; i = i + 1) if (marked[i]) loading = 1;
        opens  = exec_valid && !offered;
        idle   = busy && tiles == 0;
        enters = item_valid && item_ready && !item_end;
        sums   = accumulate + (drain_valid && drain_ready);
        bytes  = written;
        expected = rst ? 32'd0 : {busy, array_busy, dynamic_read, dynamic_write, stationary_read, stationary_write,
            sums[1:0], sums[1:0], beat_valid && beat_ready ? BEAT[4:0] : 5'd0, bytes[4:0], store_valid && reorganizing || loading_before,
            reorganizing ? bytes[4:0] : 5'd0, idle && wait_load, idle && wait_store, idle && !wait_load && !wait_store && !opens,
            wait_accumulator, wait_stationary, (tiles > 0 || opens) && vectors == 0 && !enters};
        if (load_valid && load_ready) begin
            marked[taken] = load_reorganize;
            taken = taken + 1;
        end
        if (load_done) ended = ended + 1;
        loading_before = loading;
        if (opens) tiles = tiles + 1;
        if (enters) vectors = vectors + 1;
        if (item_valid && item_ready && item_end) begin
            tiles = tiles - 1;
            vectors = 0;
        end
        offered = exec_valid && !exec_ready;
        if (rst || start) begin
            taken = 0;
            ended = 0;
            loading_before = 0;
        end
        if (rst) begin
            tiles = 0;
            vectors = 0;
            offered = 0;
        end

        // --- The next cycle -----------------------------------------------
        rst             <= cycle < 2 || below(900) == 0;
        start           <= taken > MOST - 8 || below(400) == 0;
        busy            <= below(8) != 0;
        load_valid      <= taken - ended < UNDER_WAY && below(3) == 0;
        load_ready      <= below(2);
        load_reorganize <= below(3) == 0;
        load_done       <= ended < taken && below(3) == 0;
        exec_valid      <= offered || (tiles < 12 && below(6) == 0);
        exec_ready      <= below(4) == 0;
        item_valid      <= tiles > 0 && below(2);
        item_ready      <= below(2);
        item_end        <= below(3) == 0;
        {dynamic_write, stationary_write, wait_load, wait_store, array_busy, wait_stationary, wait_accumulator} <= below(128);
        {dynamic_read, stationary_read, accumulate, store_valid, reorganizing, drain_valid, drain_ready, beat_valid, beat_ready} <= below(512);
        written         <= below(BEAT + 1);

        if (cycle == CYCLES) verdict(1);
    end
endmodule
