// bpi_activity.v - what each performance counter adds, from what the units do in a cycle.
// It watches and never acts: nothing in the accelerator depends on it but the counters.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_activity #(
    parameter BEAT_BYTES = 4,  // bytes of a beat
    parameter BYTES_W    = 3,  // bits of a count up to BEAT_BYTES
    parameter LOADS_W    = 4   // bits of a count of LOADs that are taken and not completed
) (
    input  wire               clk_i,
    input  wire               rst_i,

    // Run
    input  wire               busy_i,
    input  wire               start_i,             // pulse: a program begins

    // LOAD
    input  wire               load_valid_i,
    input  wire               load_ready_i,
    input  wire               load_reorganize_i,   // part of the reorganize step
    input  wire               load_done_i,
    input  wire               dynamic_write_i,     // a beat into a buffer
    input  wire               stationary_write_i,

    // EXEC
    input  wire               exec_valid_i,
    input  wire               exec_ready_i,
    input  wire               wait_load_i,
    input  wire               wait_store_i,
    input  wire               item_valid_i,        // the array's entry
    input  wire               item_ready_i,
    input  wire               item_end_i,
    input  wire               array_busy_i,
    input  wire               wait_stationary_i,
    input  wire               wait_accumulator_i,
    input  wire               dynamic_read_i,
    input  wire               stationary_read_i,
    input  wire               accumulate_i,

    // STORE
    input  wire               store_valid_i,
    input  wire               reorganizing_i,      // ... is a REORGANIZE
    input  wire               drain_valid_i,
    input  wire               drain_ready_i,

    // Memory bus
    input  wire               beat_valid_i,        // read data
    input  wire               beat_ready_i,
    input  wire [7:0]         written_bytes_i,

    // To the counters
    output wire               inc_cycles_o,
    output wire               inc_array_busy_o,
    output wire               inc_dynamic_reads_o,
    output wire               inc_dynamic_writes_o,
    output wire               inc_stationary_reads_o,
    output wire               inc_stationary_writes_o,
    output wire [1:0]         inc_accumulator_reads_o,
    output wire [1:0]         inc_accumulator_writes_o,
    output wire [BYTES_W-1:0] inc_dram_bytes_read_o,
    output wire [BYTES_W-1:0] inc_dram_bytes_written_o,
    output wire               inc_reorganize_cycles_o,
    output wire [BYTES_W-1:0] inc_reorganize_bytes_o,
    output wire               inc_stall_load_o,
    output wire               inc_stall_store_o,
    output wire               inc_stall_token_o,
    output wire               inc_stall_accumulator_o,
    output wire               inc_stall_stationary_o,
    output wire               inc_prologue_cycles_o
);
    // --- Reorganize step: its LOADs that have been taken but not completed ---
    reg                reorganize_loading_q;
    reg  [LOADS_W-1:0] loads_q, marked_q;          // under way; of them, up to the last of the reorganize step
    wire               load_taken = load_valid_i && load_ready_i;
    wire [LOADS_W-1:0] loads_d    = loads_q + { {(LOADS_W-1){1'b0} }, load_taken} - { {(LOADS_W-1){1'b0} }, load_done_i};
    always @(posedge clk_i) begin
        loads_q <= loads_d;
        if (load_taken && load_reorganize_i) marked_q <= loads_d;
        else if (load_done_i && marked_q != {LOADS_W{1'b0} }) marked_q <= marked_q - 1'b1;
        reorganize_loading_q <= marked_q != {LOADS_W{1'b0} };
        if (rst_i || start_i) begin
            loads_q              <= {LOADS_W{1'b0} };
            marked_q             <= {LOADS_W{1'b0} };
            reorganize_loading_q <= 1'b0;
        end
    end

    // --- Tiles ------------------------------------------------------------
    // A tile is open from the start of its EXEC until its end passes the entry; its prologue lasts to its first vector.
    reg  [3:0] open_q;
    reg        opened_q, prologue_q;
    wire       tile_opens    = exec_valid_i && !opened_q;
    wire       tile_ends     = item_valid_i && item_ready_i && item_end_i;
    wire       vector_enters = item_valid_i && item_ready_i && !item_end_i;
    wire       tile_open     = open_q != 4'd0;
    always @(posedge clk_i) begin
        opened_q <= exec_valid_i && !exec_ready_i;
        open_q   <= open_q + {3'd0, tile_opens} - {3'd0, tile_ends};
        if (vector_enters)  prologue_q <= 1'b0;
        else if (tile_ends) prologue_q <= 1'b1;
        if (rst_i) begin
            opened_q   <= 1'b0;
            open_q     <= 4'd0;
            prologue_q <= 1'b1;
        end
    end

    // --- Registers --------------------------------------------------------
    localparam [BYTES_W-1:0] BEAT = BEAT_BYTES[BYTES_W-1:0], NONE = {BYTES_W{1'b0} };
    wire               idle  = busy_i && !tile_open;
    wire [1:0]         sums  = {1'b0, accumulate_i} + {1'b0, drain_valid_i && drain_ready_i};
    wire [BYTES_W-1:0] bytes = written_bytes_i[BYTES_W-1:0];
    reg                cycles_q, array_busy_q, dynamic_reads_q, dynamic_writes_q, stationary_reads_q, stationary_writes_q;
    reg  [1:0]         accumulator_reads_q, accumulator_writes_q;
    reg  [BYTES_W-1:0] dram_bytes_read_q, dram_bytes_written_q, reorganize_bytes_q;
    reg                reorganize_cycles_q, stall_load_q, stall_store_q, stall_token_q, stall_accumulator_q, stall_stationary_q, prologue_cycles_q;
    always @(posedge clk_i) begin
        cycles_q             <= busy_i;
        array_busy_q         <= array_busy_i;
        dynamic_reads_q      <= dynamic_read_i;
        dynamic_writes_q     <= dynamic_write_i;
        stationary_reads_q   <= stationary_read_i;
        stationary_writes_q  <= stationary_write_i;
        accumulator_reads_q  <= sums;
        accumulator_writes_q <= sums;
        dram_bytes_read_q    <= beat_valid_i && beat_ready_i ? BEAT : NONE;
        dram_bytes_written_q <= bytes;
        reorganize_cycles_q  <= (store_valid_i && reorganizing_i) || reorganize_loading_q;
        reorganize_bytes_q   <= reorganizing_i ? bytes : NONE;
        stall_load_q <= idle && wait_load_i;
        stall_store_q <= idle && wait_store_i;
        stall_token_q        <= idle && !wait_load_i && !wait_store_i && !tile_opens;
        stall_accumulator_q  <= wait_accumulator_i;
        stall_stationary_q   <= wait_stationary_i;
        prologue_cycles_q    <= (tile_open || tile_opens) && prologue_q && !vector_enters;
        if (rst_i) begin
            {cycles_q, array_busy_q, dynamic_reads_q, dynamic_writes_q, stationary_reads_q, stationary_writes_q} <= 6'd0;
            {accumulator_reads_q, accumulator_writes_q} <= 4'd0;
            dram_bytes_read_q    <= NONE;
            dram_bytes_written_q <= NONE;
            reorganize_bytes_q   <= NONE;
            stall_load_q <= 1'b0;
            stall_store_q <= 1'b0;
            {reorganize_cycles_q, stall_token_q, stall_accumulator_q, stall_stationary_q, prologue_cycles_q} <= 5'd0;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign inc_cycles_o             = cycles_q;
    assign inc_array_busy_o         = array_busy_q;
    assign inc_dynamic_reads_o      = dynamic_reads_q;
    assign inc_dynamic_writes_o     = dynamic_writes_q;
    assign inc_stationary_reads_o   = stationary_reads_q;
    assign inc_stationary_writes_o  = stationary_writes_q;
    assign inc_accumulator_reads_o  = accumulator_reads_q;
    assign inc_accumulator_writes_o = accumulator_writes_q;
    assign inc_dram_bytes_read_o    = dram_bytes_read_q;
    assign inc_dram_bytes_written_o = dram_bytes_written_q;
    assign inc_reorganize_cycles_o  = reorganize_cycles_q;
    assign inc_reorganize_bytes_o   = reorganize_bytes_q;
    assign inc_stall_load_o         = stall_load_q;
    assign inc_stall_store_o        = stall_store_q;
    assign inc_stall_token_o        = stall_token_q;
    assign inc_stall_accumulator_o  = stall_accumulator_q;
    assign inc_stall_stationary_o   = stall_stationary_q;
    assign inc_prologue_cycles_o    = prologue_cycles_q;

    // --- Checks -----------------------------------------------------------
    `CHECK(start_i || !load_taken || load_done_i || !(&loads_q), "more LOADs under way than can be counted")
    `CHECK(start_i || !load_done_i || load_taken || loads_q != {LOADS_W{1'b0} }, "a LOAD is completed that was not taken")

    wire unused_ok = &{1'b0, written_bytes_i};

endmodule
`default_nettype wire
