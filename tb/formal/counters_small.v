// counters_small.v - no small sum overflows between two of its turns, whatever is added and whenever the counters are cleared: the
// checks inside the block say so.
`default_nettype none
module counters_small_formal (
    input wire       clk_i, clear, rd_valid,
    input wire [4:0] rd_slot,
    input wire       cycles, array_busy, dynamic_reads, dynamic_writes, stationary_reads, stationary_writes, reorganize_cycles,
    input wire       stall_load, stall_store, stall_token, stall_accumulator, stall_stationary, prologue_cycles,
    input wire [6:0] useful_macs, idle_lanes, zeros_multiplied,
    input wire [1:0] accumulator_reads, accumulator_writes,
    input wire [2:0] dram_bytes_read, dram_bytes_written, reorganize_bytes
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    wire        rd_ready;
    wire [12:0] rd_data;
    bpi_counters #(.WORD_W(13)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .clear_i(clear), .inc_cycles_i(cycles), .inc_array_busy_i(array_busy), .inc_useful_macs_i(useful_macs),
        .inc_idle_lanes_i(idle_lanes), .inc_zeros_multiplied_i(zeros_multiplied), .inc_dynamic_reads_i(dynamic_reads),
        .inc_dynamic_writes_i(dynamic_writes), .inc_stationary_reads_i(stationary_reads), .inc_stationary_writes_i(stationary_writes),
        .inc_accumulator_reads_i(accumulator_reads), .inc_accumulator_writes_i(accumulator_writes), .inc_dram_bytes_read_i(dram_bytes_read),
        .inc_dram_bytes_written_i(dram_bytes_written), .inc_reorganize_cycles_i(reorganize_cycles), .inc_reorganize_bytes_i(reorganize_bytes),
        .inc_stall_load_i(stall_load), .inc_stall_store_i(stall_store), .inc_stall_token_i(stall_token),
        .inc_stall_accumulator_i(stall_accumulator), .inc_stall_stationary_i(stall_stationary), .inc_prologue_cycles_i(prologue_cycles),
        .rd_valid_i(rd_valid), .rd_slot_i(rd_slot), .rd_ready_o(rd_ready), .rd_data_o(rd_data)
    );
endmodule
`default_nettype wire
