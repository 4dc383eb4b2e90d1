// bpi_counters.v - the performance counters: 64-bit sums of small increments, all in one memory.
// Each counter has a small sum of its own. A sweep goes from counter to counter, takes the small sum, and adds it to the
// words in memory with one adder, low word and then high word.  A small sum takes what a whole sweep can bring.
// A read waits for the counter's turn, so that it has all that was added before it came.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_counters #(
    parameter WORD_W = 32      // bits of a word in memory, which is half a counter; at least those of a small sum
) (
    input  wire              clk_i,
    input  wire              rst_i,
    input  wire              clear_i,              // all to zero; what is added in this cycle is lost

    // What each counter adds in this cycle
    input  wire              inc_cycles_i,
    input  wire              inc_array_busy_i,
    input  wire [6:0]        inc_useful_macs_i,
    input  wire [6:0]        inc_idle_lanes_i,
    input  wire [6:0]        inc_zeros_multiplied_i,
    input  wire              inc_dynamic_reads_i,
    input  wire              inc_dynamic_writes_i,
    input  wire              inc_stationary_reads_i,
    input  wire              inc_stationary_writes_i,
    input  wire [1:0]        inc_accumulator_reads_i,
    input  wire [1:0]        inc_accumulator_writes_i,
    input  wire [2:0]        inc_dram_bytes_read_i,
    input  wire [2:0]        inc_dram_bytes_written_i,
    input  wire              inc_reorganize_cycles_i,
    input  wire [2:0]        inc_reorganize_bytes_i,
    input  wire              inc_stall_load_i,
    input  wire              inc_stall_store_i,
    input  wire              inc_stall_token_i,
    input  wire              inc_stall_accumulator_i,
    input  wire              inc_stall_stationary_i,
    input  wire              inc_prologue_cycles_i,

    // Read.  When it is ready, the data is the low word; from the next cycle to the next read it is the high word
    input  wire              rd_valid_i,           // held until it is ready
    input  wire [5-1:0]        rd_slot_i,
    output wire              rd_ready_o,
    output wire [WORD_W-1:0] rd_data_o
);
    localparam COUNTERS = 22;
    localparam SLOT_W   = 5;               // bits of a counter's slot
    localparam SMALL_W  = 13;              // bits of the largest small sum
    localparam WORDS    = 2*COUNTERS;
    localparam [SLOT_W:0] LAST = WORDS[SLOT_W:0] - 1'b1;

    // --- Sweep: read a word; take a small sum; add and write -----------------
    // Words are {slot, high}.  Until every counter has had its turn after a clear, what is in memory is old.
    reg  [SLOT_W:0]     word_q, word_1q, word_2q;
    reg                 old_q, old_1q;
    reg  [COUNTERS-1:0] turn_q;                    // the slot of word_1q, one-hot
    wire                clear = rst_i || clear_i;
    wire [COUNTERS-1:0] take  = word_1q[0] ? {COUNTERS{1'b0} } : turn_q;
    always @(posedge clk_i) begin
        word_q  <= word_q == LAST ? {(SLOT_W+1){1'b0} } : word_q + 1'b1;
        word_1q <= word_q;
        word_2q <= word_1q;
        old_1q  <= old_q;
        if (word_q == LAST) old_q <= 1'b0;
        if (word_1q[0]) turn_q <= (turn_q << 1) | { {(COUNTERS-1){1'b0} }, turn_q[COUNTERS-1]};
        if (clear) begin
            word_q     <= {(SLOT_W+1){1'b0} };
            word_1q[0] <= 1'b1;                    // a high word takes nothing
            old_q      <= 1'b1;
            turn_q     <= {1'b1, {(COUNTERS-1){1'b0} } };
        end
    end

    // --- Small sums ---------------------------------------------------------
    reg  [5:0] cycles_q;
    wire [5:0] cycles_d = cycles_q + { 5'd0, inc_cycles_i };
    reg  [5:0] array_busy_q;
    wire [5:0] array_busy_d = array_busy_q + { 5'd0, inc_array_busy_i };
    reg  [12:0] useful_macs_q;
    wire [12:0] useful_macs_d = useful_macs_q + { 6'd0, inc_useful_macs_i };
    reg  [12:0] idle_lanes_q;
    wire [12:0] idle_lanes_d = idle_lanes_q + { 6'd0, inc_idle_lanes_i };
    reg  [12:0] zeros_multiplied_q;
    wire [12:0] zeros_multiplied_d = zeros_multiplied_q + { 6'd0, inc_zeros_multiplied_i };
    reg  [5:0] dynamic_reads_q;
    wire [5:0] dynamic_reads_d = dynamic_reads_q + { 5'd0, inc_dynamic_reads_i };
    reg  [5:0] dynamic_writes_q;
    wire [5:0] dynamic_writes_d = dynamic_writes_q + { 5'd0, inc_dynamic_writes_i };
    reg  [5:0] stationary_reads_q;
    wire [5:0] stationary_reads_d = stationary_reads_q + { 5'd0, inc_stationary_reads_i };
    reg  [5:0] stationary_writes_q;
    wire [5:0] stationary_writes_d = stationary_writes_q + { 5'd0, inc_stationary_writes_i };
    reg  [7:0] accumulator_reads_q;
    wire [7:0] accumulator_reads_d = accumulator_reads_q + { 6'd0, inc_accumulator_reads_i };
    reg  [7:0] accumulator_writes_q;
    wire [7:0] accumulator_writes_d = accumulator_writes_q + { 6'd0, inc_accumulator_writes_i };
    reg  [8:0] dram_bytes_read_q;
    wire [8:0] dram_bytes_read_d = dram_bytes_read_q + { 6'd0, inc_dram_bytes_read_i };
    reg  [8:0] dram_bytes_written_q;
    wire [8:0] dram_bytes_written_d = dram_bytes_written_q + { 6'd0, inc_dram_bytes_written_i };
    reg  [5:0] reorganize_cycles_q;
    wire [5:0] reorganize_cycles_d = reorganize_cycles_q + { 5'd0, inc_reorganize_cycles_i };
    reg  [8:0] reorganize_bytes_q;
    wire [8:0] reorganize_bytes_d = reorganize_bytes_q + { 6'd0, inc_reorganize_bytes_i };
    reg  [5:0] stall_load_q;
    wire [5:0] stall_load_d = stall_load_q + { 5'd0, inc_stall_load_i };
    reg  [5:0] stall_store_q;
    wire [5:0] stall_store_d = stall_store_q + { 5'd0, inc_stall_store_i };
    reg  [5:0] stall_token_q;
    wire [5:0] stall_token_d = stall_token_q + { 5'd0, inc_stall_token_i };
    reg  [5:0] stall_accumulator_q;
    wire [5:0] stall_accumulator_d = stall_accumulator_q + { 5'd0, inc_stall_accumulator_i };
    reg  [5:0] stall_stationary_q;
    wire [5:0] stall_stationary_d = stall_stationary_q + { 5'd0, inc_stall_stationary_i };
    reg  [5:0] prologue_cycles_q;
    wire [5:0] prologue_cycles_d = prologue_cycles_q + { 5'd0, inc_prologue_cycles_i };
    always @(posedge clk_i) begin
        cycles_q <= clear || take[0] ? 6'd0 : cycles_d;
        array_busy_q <= clear || take[1] ? 6'd0 : array_busy_d;
        useful_macs_q <= clear || take[2] ? 13'd0 : useful_macs_d;
        idle_lanes_q <= clear || take[3] ? 13'd0 : idle_lanes_d;
        zeros_multiplied_q <= clear || take[4] ? 13'd0 : zeros_multiplied_d;
        dynamic_reads_q <= clear || take[6] ? 6'd0 : dynamic_reads_d;
        dynamic_writes_q <= clear || take[7] ? 6'd0 : dynamic_writes_d;
        stationary_reads_q <= clear || take[8] ? 6'd0 : stationary_reads_d;
        stationary_writes_q <= clear || take[9] ? 6'd0 : stationary_writes_d;
        accumulator_reads_q <= clear || take[10] ? 8'd0 : accumulator_reads_d;
        accumulator_writes_q <= clear || take[11] ? 8'd0 : accumulator_writes_d;
        dram_bytes_read_q <= clear || take[12] ? 9'd0 : dram_bytes_read_d;
        dram_bytes_written_q <= clear || take[13] ? 9'd0 : dram_bytes_written_d;
        reorganize_cycles_q <= clear || take[14] ? 6'd0 : reorganize_cycles_d;
        reorganize_bytes_q <= clear || take[15] ? 9'd0 : reorganize_bytes_d;
        stall_load_q <= clear || take[16] ? 6'd0 : stall_load_d;
        stall_store_q <= clear || take[17] ? 6'd0 : stall_store_d;
        stall_token_q <= clear || take[18] ? 6'd0 : stall_token_d;
        stall_accumulator_q <= clear || take[19] ? 6'd0 : stall_accumulator_d;
        stall_stationary_q <= clear || take[20] ? 6'd0 : stall_stationary_d;
        prologue_cycles_q <= clear || take[21] ? 6'd0 : prologue_cycles_d;
    end

    reg [SMALL_W-1:0] taken;
    always @* begin
        taken = {SMALL_W{1'b0} };
        if (turn_q[0]) taken = taken | { 7'd0, cycles_d };
        if (turn_q[1]) taken = taken | { 7'd0, array_busy_d };
        if (turn_q[2]) taken = taken | useful_macs_d;
        if (turn_q[3]) taken = taken | idle_lanes_d;
        if (turn_q[4]) taken = taken | zeros_multiplied_d;
        if (turn_q[6]) taken = taken | { 7'd0, dynamic_reads_d };
        if (turn_q[7]) taken = taken | { 7'd0, dynamic_writes_d };
        if (turn_q[8]) taken = taken | { 7'd0, stationary_reads_d };
        if (turn_q[9]) taken = taken | { 7'd0, stationary_writes_d };
        if (turn_q[10]) taken = taken | { 5'd0, accumulator_reads_d };
        if (turn_q[11]) taken = taken | { 5'd0, accumulator_writes_d };
        if (turn_q[12]) taken = taken | { 4'd0, dram_bytes_read_d };
        if (turn_q[13]) taken = taken | { 4'd0, dram_bytes_written_d };
        if (turn_q[14]) taken = taken | { 7'd0, reorganize_cycles_d };
        if (turn_q[15]) taken = taken | { 4'd0, reorganize_bytes_d };
        if (turn_q[16]) taken = taken | { 7'd0, stall_load_d };
        if (turn_q[17]) taken = taken | { 7'd0, stall_store_d };
        if (turn_q[18]) taken = taken | { 7'd0, stall_token_d };
        if (turn_q[19]) taken = taken | { 7'd0, stall_accumulator_d };
        if (turn_q[20]) taken = taken | { 7'd0, stall_stationary_d };
        if (turn_q[21]) taken = taken | { 7'd0, prologue_cycles_d };
    end

    // --- Memory -------------------------------------------------------------
    wire [WORD_W-1:0]  memory;
    reg  [WORD_W-1:0]  old_sum_q;
    reg  [SMALL_W-1:0] add_q;
    wire [WORD_W:0]    sum   = {1'b0, old_sum_q} + { {(WORD_W+1-SMALL_W){1'b0} }, add_q};
    wire               carry = sum[WORD_W];
    bpi_sram_1r1w #(.WIDTH(WORD_W), .DEPTH(2 << SLOT_W), .LANES(1), .ADDR_W(SLOT_W+1)) u_memory (
        .clk_i      (clk_i),
        .wr_lane_i  (1'b1),
        .wr_addr_i  (word_2q),
        .wr_data_i  (sum[WORD_W-1:0]),
        .rd_valid_i (1'b1),
        .rd_addr_i  (word_q),
        .rd_data_o  (memory)
    );
    always @(posedge clk_i) begin
        old_sum_q <= old_1q ? {WORD_W{1'b0} } : memory;
        add_q     <= taken;
        if (word_1q[0]) add_q <= { {(SMALL_W-1){1'b0} }, carry};     // out of the low word, which is added up now
    end

    // --- Read: both words as the sweep makes them ----------------------------
    reg              low_q, high_q;
    reg [WORD_W-1:0] data_q;
    always @(posedge clk_i) begin
        low_q  <= rd_valid_i && !rd_ready_o && !low_q && word_1q == {rd_slot_i, 1'b0};
        high_q <= low_q;
        if (low_q || high_q) data_q <= sum[WORD_W-1:0];
        if (rst_i) begin
            low_q  <= 1'b0;
            high_q <= 1'b0;
        end
    end

    // --- Outputs ------------------------------------------------------------
    assign rd_ready_o = high_q;
    assign rd_data_o  = data_q;

    // --- Checks: a small sum holds what came since its turn, which is no more than it takes ---
    wire [31:0] at = { {(31-SLOT_W){1'b0} }, word_1q};
    `CHECK(word_1q[0] || turn_q == 22'd1 << word_1q[SLOT_W:1], "not the turn of this word")
    `CHECK(word_q == (word_1q == LAST ? {(SLOT_W+1){1'b0} } : word_1q + 1'b1) || (word_q == {(SLOT_W+1){1'b0} } && word_1q[0]), "the sweep jumps")
    `CHECK({ 26'd0, cycles_q } <= 32'd1 * (at > 32'd0 ? at - 32'd1 : at + 32'd43), "a small sum has more than came")
    `CHECK(cycles_d >= cycles_q, "a small sum overflows")
    `CHECK({ 26'd0, array_busy_q } <= 32'd1 * (at > 32'd2 ? at - 32'd3 : at + 32'd41), "a small sum has more than came")
    `CHECK(array_busy_d >= array_busy_q, "a small sum overflows")
    `CHECK({ 19'd0, useful_macs_q } <= 32'd127 * (at > 32'd4 ? at - 32'd5 : at + 32'd39), "a small sum has more than came")
    `CHECK(useful_macs_d >= useful_macs_q, "a small sum overflows")
    `CHECK({ 19'd0, idle_lanes_q } <= 32'd127 * (at > 32'd6 ? at - 32'd7 : at + 32'd37), "a small sum has more than came")
    `CHECK(idle_lanes_d >= idle_lanes_q, "a small sum overflows")
    `CHECK({ 19'd0, zeros_multiplied_q } <= 32'd127 * (at > 32'd8 ? at - 32'd9 : at + 32'd35), "a small sum has more than came")
    `CHECK(zeros_multiplied_d >= zeros_multiplied_q, "a small sum overflows")
    `CHECK({ 26'd0, dynamic_reads_q } <= 32'd1 * (at > 32'd12 ? at - 32'd13 : at + 32'd31), "a small sum has more than came")
    `CHECK(dynamic_reads_d >= dynamic_reads_q, "a small sum overflows")
    `CHECK({ 26'd0, dynamic_writes_q } <= 32'd1 * (at > 32'd14 ? at - 32'd15 : at + 32'd29), "a small sum has more than came")
    `CHECK(dynamic_writes_d >= dynamic_writes_q, "a small sum overflows")
    `CHECK({ 26'd0, stationary_reads_q } <= 32'd1 * (at > 32'd16 ? at - 32'd17 : at + 32'd27), "a small sum has more than came")
    `CHECK(stationary_reads_d >= stationary_reads_q, "a small sum overflows")
    `CHECK({ 26'd0, stationary_writes_q } <= 32'd1 * (at > 32'd18 ? at - 32'd19 : at + 32'd25), "a small sum has more than came")
    `CHECK(stationary_writes_d >= stationary_writes_q, "a small sum overflows")
    `CHECK({ 24'd0, accumulator_reads_q } <= 32'd3 * (at > 32'd20 ? at - 32'd21 : at + 32'd23), "a small sum has more than came")
    `CHECK(accumulator_reads_d >= accumulator_reads_q, "a small sum overflows")
    `CHECK({ 24'd0, accumulator_writes_q } <= 32'd3 * (at > 32'd22 ? at - 32'd23 : at + 32'd21), "a small sum has more than came")
    `CHECK(accumulator_writes_d >= accumulator_writes_q, "a small sum overflows")
    `CHECK({ 23'd0, dram_bytes_read_q } <= 32'd7 * (at > 32'd24 ? at - 32'd25 : at + 32'd19), "a small sum has more than came")
    `CHECK(dram_bytes_read_d >= dram_bytes_read_q, "a small sum overflows")
    `CHECK({ 23'd0, dram_bytes_written_q } <= 32'd7 * (at > 32'd26 ? at - 32'd27 : at + 32'd17), "a small sum has more than came")
    `CHECK(dram_bytes_written_d >= dram_bytes_written_q, "a small sum overflows")
    `CHECK({ 26'd0, reorganize_cycles_q } <= 32'd1 * (at > 32'd28 ? at - 32'd29 : at + 32'd15), "a small sum has more than came")
    `CHECK(reorganize_cycles_d >= reorganize_cycles_q, "a small sum overflows")
    `CHECK({ 23'd0, reorganize_bytes_q } <= 32'd7 * (at > 32'd30 ? at - 32'd31 : at + 32'd13), "a small sum has more than came")
    `CHECK(reorganize_bytes_d >= reorganize_bytes_q, "a small sum overflows")
    `CHECK({ 26'd0, stall_load_q } <= 32'd1 * (at > 32'd32 ? at - 32'd33 : at + 32'd11), "a small sum has more than came")
    `CHECK(stall_load_d >= stall_load_q, "a small sum overflows")
    `CHECK({ 26'd0, stall_store_q } <= 32'd1 * (at > 32'd34 ? at - 32'd35 : at + 32'd9), "a small sum has more than came")
    `CHECK(stall_store_d >= stall_store_q, "a small sum overflows")
    `CHECK({ 26'd0, stall_token_q } <= 32'd1 * (at > 32'd36 ? at - 32'd37 : at + 32'd7), "a small sum has more than came")
    `CHECK(stall_token_d >= stall_token_q, "a small sum overflows")
    `CHECK({ 26'd0, stall_accumulator_q } <= 32'd1 * (at > 32'd38 ? at - 32'd39 : at + 32'd5), "a small sum has more than came")
    `CHECK(stall_accumulator_d >= stall_accumulator_q, "a small sum overflows")
    `CHECK({ 26'd0, stall_stationary_q } <= 32'd1 * (at > 32'd40 ? at - 32'd41 : at + 32'd3), "a small sum has more than came")
    `CHECK(stall_stationary_d >= stall_stationary_q, "a small sum overflows")
    `CHECK({ 26'd0, prologue_cycles_q } <= 32'd1 * (at > 32'd42 ? at - 32'd43 : at + 32'd1), "a small sum has more than came")
    `CHECK(prologue_cycles_d >= prologue_cycles_q, "a small sum overflows")

    wire unused_ok = &{1'b0, take, at};

endmodule
`default_nettype wire
