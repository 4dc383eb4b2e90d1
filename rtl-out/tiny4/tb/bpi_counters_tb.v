// bpi_counters_tb.v - random increments, clears and reads, against sums of 64 bits.  The words are short, so that carries
// into the high word are many, and bursts of the largest increments fill the small sums.
`timescale 1ns/1ps
module tb;
    localparam COUNTERS = 22, SLOT_W = 5, WORD_W = 13, CYCLES = 12000, SWEEP = 2*COUNTERS;
    localparam [63:0] MASK = {64{1'b1}} >> (64 - 2*WORD_W);
    `include "bpi_bench.vh"
    integer i;

    reg               clear = 1, rst = 1, valid = 0, full = 0;
    reg  [31:0]       inc [0:COUNTERS-1];
    reg  [SLOT_W-1:0] slot = 0;
    wire              ready;
    wire [WORD_W-1:0] data;
    bpi_counters #(.WORD_W(WORD_W)) dut (
        .clk_i(clk), .rst_i(rst), .clear_i(clear),
        .inc_cycles_i(inc[0][0:0]),
        .inc_array_busy_i(inc[1][0:0]),
        .inc_useful_macs_i(inc[2][6:0]),
        .inc_idle_lanes_i(inc[3][6:0]),
        .inc_zeros_multiplied_i(inc[4][6:0]),
        .inc_dynamic_reads_i(inc[6][0:0]),
        .inc_dynamic_writes_i(inc[7][0:0]),
        .inc_stationary_reads_i(inc[8][0:0]),
        .inc_stationary_writes_i(inc[9][0:0]),
        .inc_accumulator_reads_i(inc[10][1:0]),
        .inc_accumulator_writes_i(inc[11][1:0]),
        .inc_dram_bytes_read_i(inc[12][2:0]),
        .inc_dram_bytes_written_i(inc[13][2:0]),
        .inc_reorganize_cycles_i(inc[14][0:0]),
        .inc_reorganize_bytes_i(inc[15][2:0]),
        .inc_stall_load_i(inc[16][0:0]),
        .inc_stall_store_i(inc[17][0:0]),
        .inc_stall_token_i(inc[18][0:0]),
        .inc_stall_accumulator_i(inc[19][0:0]),
        .inc_stall_stationary_i(inc[20][0:0]),
        .inc_prologue_cycles_i(inc[21][0:0]),
        .rd_valid_i(valid), .rd_slot_i(slot), .rd_ready_o(ready), .rd_data_o(data)
    );

    // A low word that is ready holds all that was added until two cycles before, a clear in that one not yet counted.
    reg [63:0] sum [0:COUNTERS-1], whole [0:COUNTERS-1], earlier [0:COUNTERS-1], kept = 0;
    reg        known = 0;
    integer    waited = 0, quiet = 0, reads = 0, carries = 0, pause = 0;
    initial for (i = 0; i < COUNTERS; i = i + 1) begin
        inc[i]    = 0;
        sum[i]    = 0;
        whole[i]  = 0;
        earlier[i] = 0;
    end

    always @(posedge clk) begin
        // --- Reads --------------------------------------------------------
        if (known && !ready) same(data, kept[2*WORD_W-1:WORD_W], "high word");
        if (ready) begin
            same(valid, 1, "ready without a read");
            kept  = whole[slot] & MASK;
            same(data, kept[WORD_W-1:0], "low word");
            reads = reads + 1;
            if (kept >> WORD_W != 0) carries = carries + 1;
        end
        known  = known || ready;
        waited = valid && !ready && !rst && !clear ? waited + 1 : 0;
        check(waited <= SWEEP + 4, "a read waits longer than a sweep from the last clear");

        // --- This cycle ---------------------------------------------------
        whole[0] = earlier[0];
        earlier[0] = sum[0] + inc[0][0:0];
        sum[0] = clear || rst ? 64'd0 : earlier[0];
        whole[1] = earlier[1];
        earlier[1] = sum[1] + inc[1][0:0];
        sum[1] = clear || rst ? 64'd0 : earlier[1];
        whole[2] = earlier[2];
        earlier[2] = sum[2] + inc[2][6:0];
        sum[2] = clear || rst ? 64'd0 : earlier[2];
        whole[3] = earlier[3];
        earlier[3] = sum[3] + inc[3][6:0];
        sum[3] = clear || rst ? 64'd0 : earlier[3];
        whole[4] = earlier[4];
        earlier[4] = sum[4] + inc[4][6:0];
        sum[4] = clear || rst ? 64'd0 : earlier[4];
        whole[5] = earlier[5];
        earlier[5] = sum[5];
        sum[5] = clear || rst ? 64'd0 : earlier[5];
        whole[6] = earlier[6];
        earlier[6] = sum[6] + inc[6][0:0];
        sum[6] = clear || rst ? 64'd0 : earlier[6];
        whole[7] = earlier[7];
        earlier[7] = sum[7] + inc[7][0:0];
        sum[7] = clear || rst ? 64'd0 : earlier[7];
        whole[8] = earlier[8];
        earlier[8] = sum[8] + inc[8][0:0];
        sum[8] = clear || rst ? 64'd0 : earlier[8];
        whole[9] = earlier[9];
        earlier[9] = sum[9] + inc[9][0:0];
        sum[9] = clear || rst ? 64'd0 : earlier[9];
        whole[10] = earlier[10];
        earlier[10] = sum[10] + inc[10][1:0];
        sum[10] = clear || rst ? 64'd0 : earlier[10];
        whole[11] = earlier[11];
        earlier[11] = sum[11] + inc[11][1:0];
        sum[11] = clear || rst ? 64'd0 : earlier[11];
        whole[12] = earlier[12];
        earlier[12] = sum[12] + inc[12][2:0];
        sum[12] = clear || rst ? 64'd0 : earlier[12];
        whole[13] = earlier[13];
        earlier[13] = sum[13] + inc[13][2:0];
        sum[13] = clear || rst ? 64'd0 : earlier[13];
        whole[14] = earlier[14];
        earlier[14] = sum[14] + inc[14][0:0];
        sum[14] = clear || rst ? 64'd0 : earlier[14];
        whole[15] = earlier[15];
        earlier[15] = sum[15] + inc[15][2:0];
        sum[15] = clear || rst ? 64'd0 : earlier[15];
        whole[16] = earlier[16];
        earlier[16] = sum[16] + inc[16][0:0];
        sum[16] = clear || rst ? 64'd0 : earlier[16];
        whole[17] = earlier[17];
        earlier[17] = sum[17] + inc[17][0:0];
        sum[17] = clear || rst ? 64'd0 : earlier[17];
        whole[18] = earlier[18];
        earlier[18] = sum[18] + inc[18][0:0];
        sum[18] = clear || rst ? 64'd0 : earlier[18];
        whole[19] = earlier[19];
        earlier[19] = sum[19] + inc[19][0:0];
        sum[19] = clear || rst ? 64'd0 : earlier[19];
        whole[20] = earlier[20];
        earlier[20] = sum[20] + inc[20][0:0];
        sum[20] = clear || rst ? 64'd0 : earlier[20];
        whole[21] = earlier[21];
        earlier[21] = sum[21] + inc[21][0:0];
        sum[21] = clear || rst ? 64'd0 : earlier[21];

        // --- The next one -------------------------------------------------
        rst   <= cycle < 2;
        clear <= random(0) % (cycle < CYCLES / 4 ? 97 : 15013) == 0;
        if (random(0) % 64 == 0) full <= !full;
        if (random(0) % 256 == 0) quiet = 3 * SWEEP;
        else if (quiet > 0) quiet = quiet - 1;
        for (i = 0; i < COUNTERS; i = i + 1) inc[i] <= quiet > 0 ? 32'd0 : full ? 32'hffffffff : random(0);
        if (ready || (!valid && pause > 0)) begin
            valid <= 0;
            pause  = ready ? random(0) % 6 : pause - 1;
        end else if (!valid && !rst) begin
            valid <= 1;
            slot  <= random(0) % COUNTERS;
        end

        if (cycle == CYCLES) begin
            check(reads > CYCLES / (2 * SWEEP) && carries > reads / 20, "too few reads or carries");
            verdict(1);
        end
    end
endmodule
