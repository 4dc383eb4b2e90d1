// bpi_sequencer.v - runs a program: hands checked instructions to the LOAD, EXEC, STORE queues, counts what each has completed,
// and ends, stops or resets the run.
//
// Queues count the instructions they have completed since the start (timeline semaphores).  An instruction waits for
// counts that only earlier instructions raise, so no program that the decoder accepts can deadlock.
// After an error, and for a soft reset: nothing new is sent, what the bus is owed is completed, then all is cleared.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_sequencer #(
    parameter ADDR_W = 64,     // bits of a DRAM byte address
    parameter PART_W = 256,    // bits of a part of an instruction: 32, 64 ... 512
    parameter COUNT_W = 32,    // bits of a count of instructions
    parameter OPEN_W = 6,      // no queue has more than 2^OPEN_W instructions that have not completed, at least those of the ring
    parameter TILE_W = 5       // bits of the EXECs at work
) (
    input  wire              clk_i,
    input  wire              rst_i,

    // Host
    input  wire              start_i,
    input  wire              reset_i,
    input  wire [ADDR_W-1:0] program_i,
    output wire              busy_o,
    output wire              done_o,              // pulse
    output wire              error_valid_o,       // pulse, once the core is at rest
    output wire [7:0]        error_cause_o,       // these three hold until the next run
    output wire [ADDR_W-1:0] error_addr_o,
    output wire [COUNT_W-1:0] error_instruction_o,

    // Control of all blocks
    output wire              clear_o,             // reset of everything but registers and sequencer
    output wire              halt_o,              // send nothing new
    input  wire              bus_idle_i,          // no transaction is owed
    input  wire              clearing_i,          // the accumulator is still being cleared

    // Instructions, in order: their parts, for slots of the ring; then what the check says
    output wire              fetch_start_o,
    output wire              fetch_halt_o,        // also once END has been seen
    input  wire              over_i,              // the program has no more parts
    input  wire              part_valid_i,
    input  wire [3:0]        part_slot_i,
    input  wire [3:0]        part_index_i,
    input  wire [PART_W-1:0] part_i,
    output wire              free_valid_o,        // a slot is free again
    output wire [3:0]        free_slot_o,
    input  wire              ins_valid_i,
    input  wire [2:0]        ins_opcode_i,
    input  wire              ins_load_i,
    input  wire              ins_exec_i,
    input  wire              ins_store_i,
    input  wire              ins_end_i,
    input  wire [1:0]        ins_near_i,          // of each count that it waits for: it may not have been reached yet
    input  wire [7:0]        ins_cause_i,
    output wire [COUNT_W-1:0] loads_o,            // given to each queue so far
    output wire [COUNT_W-1:0] execs_o,
    output wire [COUNT_W-1:0] stores_o,

    // Faults of the units
    input  wire              fault_valid_i,
    input  wire [7:0]        fault_cause_i,       // these two hold from the fault to the next run
    input  wire [ADDR_W-1:0] fault_addr_i,

    // Units: parts of their next instruction, then the whole is offered when what it waits for has completed
    output wire [3:0]        send_index_o,
    output wire [PART_W-1:0] send_o,
    output wire              load_part_o,
    output wire              load_valid_o,
    input  wire              load_ready_i,
    input  wire              load_done_i,           // pulse
    output wire              exec_part_o,
    output wire              exec_valid_o,
    input  wire              exec_ready_i,
    input  wire              exec_done_i,           // pulse
    output wire              store_part_o,
    output wire              store_valid_o,
    input  wire              store_ready_i,       // also: completed
    output wire [1:0]        geometry_part_o,     // of the first half, of the second half

    // To the counters
    output wire              wait_load_o,         // the next EXEC waits for a LOAD
    output wire              wait_store_o         // the next EXEC waits for a STORE
);
    localparam [7:0] MISALIGNED = 8'd4, NO_END = 8'd12;

    // --- Run --------------------------------------------------------------
    localparam [2:0] IDLE = 3'd0, RUN = 3'd1, DRAIN = 3'd2, STOP = 3'd3, CLEAR = 3'd4, SETTLE = 3'd5;
    reg [2:0]        state_q;
    reg [3:0]        clear_q;
    reg              failed_q, finished_q;
    reg              unit_q;              // the fault is a unit's
    reg [7:0]        cause_q;             // else
    reg [COUNT_W-1:0] index_q;            // instructions taken: none is after a fault

    wire running    = state_q == RUN || state_q == DRAIN;
    wire unaligned  = |program_i[5:0];
    wire refused    = state_q == RUN && ins_valid_i && ins_cause_i != 8'd0;
    wire no_end     = state_q == RUN && over_i && !ins_valid_i;
    wire drained;
    wire fault      = running && (fault_valid_i || refused || no_end);
    wire take       = state_q == RUN && ins_valid_i && ins_cause_i == 8'd0 && !fault;
    // A START while the core clears itself after a reset is kept until it has.
    reg  pending_q;
    wire clearing   = (state_q == CLEAR || state_q == SETTLE) && !failed_q;
    wire begins     = state_q == IDLE && (start_i || pending_q) && !reset_i;
    always @(posedge clk_i) begin
        if (begins || reset_i || rst_i)    pending_q <= 1'b0;
        else if (start_i && clearing) pending_q <= 1'b1;
    end

    always @(posedge clk_i) begin
        case (state_q)
            IDLE:    if (begins) state_q <= unaligned ? STOP : RUN;
            RUN:     if (take && ins_end_i) state_q <= DRAIN;
            DRAIN:   if (drained) state_q <= IDLE;
            STOP:    if (bus_idle_i) state_q <= CLEAR;
            CLEAR:   if (clear_q == 4'd15) state_q <= SETTLE;
            SETTLE:  if (!clearing_i) state_q <= IDLE;
            default: state_q <= IDLE;
        endcase
        if (fault) state_q <= STOP;
        if (reset_i && state_q != CLEAR && state_q != SETTLE) state_q <= STOP;
        if (rst_i) state_q <= SETTLE;

        clear_q    <= state_q == CLEAR ? clear_q + 4'd1 : 4'd0;
        finished_q <= state_q == DRAIN && drained && !fault && !reset_i && !rst_i;
        if (begins)             failed_q <= unaligned;
        else if (fault)         failed_q <= 1'b1;
        else if (state_q == IDLE) failed_q <= 1'b0;
        if (reset_i || rst_i) failed_q <= 1'b0;
    end

    always @(posedge clk_i) begin
        if (begins || fault) begin
            unit_q  <= fault && fault_valid_i;
            cause_q <= begins ? MISALIGNED : refused ? ins_cause_i : NO_END;
        end
        if (begins)    index_q <= {COUNT_W{1'b0} };
        else if (take) index_q <= index_q + 1'b1;
    end

    // --- Counts -----------------------------------------------------------
    // Completed are at most 2^OPEN_W less than given, so that their lowest bits are enough to compare with what is waited for.
    localparam NEAR_W = OPEN_W + 2;
    reg [COUNT_W-1:0] loads_q;           // given
    reg [NEAR_W-1:0]  loads_done_q;      // completed
    reg [COUNT_W-1:0] execs_q;           // given
    reg [NEAR_W-1:0]  execs_done_q;      // completed
    reg [COUNT_W-1:0] stores_q;           // given
    reg [NEAR_W-1:0]  stores_done_q;      // completed
    wire geometry_done;
    wire exec_taken = exec_valid_o && exec_ready_i;
    reg [TILE_W-1:0] tiles_q;           // EXECs that have left their queue and have not completed
    always @(posedge clk_i) begin
        if (take && ins_load_i) loads_q <= loads_q + 1'b1;
        if (load_done_i) loads_done_q <= loads_done_q + 1'b1;
        if (take && ins_exec_i) execs_q <= execs_q + 1'b1;
        if (exec_done_i || geometry_done) execs_done_q <= execs_done_q + 1'b1;
        if (take && ins_store_i) stores_q <= stores_q + 1'b1;
        if (store_valid_o && store_ready_i) stores_done_q <= stores_done_q + 1'b1;
        if (exec_taken != exec_done_i) tiles_q <= exec_taken ? tiles_q + 1'b1 : tiles_q - 1'b1;
        if (begins) begin
            loads_q <= {COUNT_W{1'b0} };
            loads_done_q <= {NEAR_W{1'b0} };
            execs_q <= {COUNT_W{1'b0} };
            execs_done_q <= {NEAR_W{1'b0} };
            stores_q <= {COUNT_W{1'b0} };
            stores_done_q <= {NEAR_W{1'b0} };
            tiles_q <= {TILE_W{1'b0} };
        end
    end
    assign drained = loads_done_q == loads_q[NEAR_W-1:0] && execs_done_q == execs_q[NEAR_W-1:0] && stores_done_q == stores_q[NEAR_W-1:0] && bus_idle_i;

    // --- Queues -----------------------------------------------------------
    bpi_dispatch #(.PART_W(PART_W), .NEAR_W(NEAR_W)) u_dispatch (
        .clk_i           (clk_i),
        .rst_i           (rst_i || clear_o),
        .start_i         (fetch_start_o),
        .start_slot_i    (program_i[6 +: 4+1]),
        .run_i           (running),
        .part_valid_i    (part_valid_i),
        .part_slot_i     (part_slot_i),
        .part_index_i    (part_index_i),
        .part_i          (part_i),
        .commit_valid_i  (take),
        .commit_opcode_i (ins_opcode_i),
        .commit_near_i   (ins_near_i),
        .free_valid_o    (free_valid_o),
        .free_slot_o     (free_slot_o),
        .loads_done_i    (loads_done_q),
        .load_part_o     (load_part_o),
        .load_valid_o    (load_valid_o),
        .load_ready_i    (load_ready_i),
        .execs_done_i    (execs_done_q),
        .exec_part_o     (exec_part_o),
        .exec_valid_o    (exec_valid_o),
        .exec_ready_i    (exec_ready_i),
        .stores_done_i   (stores_done_q),
        .store_part_o    (store_part_o),
        .store_valid_o   (store_valid_o),
        .store_ready_i   (store_ready_i),
        .tiles_done_i    (tiles_q == {TILE_W{1'b0} }),
        .tiles_full_i    (&tiles_q),
        .send_index_o    (send_index_o),
        .send_o          (send_o),
        .geometry_part_o (geometry_part_o),
        .wait_load_o     (wait_load_o),
        .wait_store_o    (wait_store_o),
        .geometry_done_o (geometry_done)
    );

    // --- Outputs ----------------------------------------------------------
    wire [ADDR_W+COUNT_W-1:0] index = { {(ADDR_W-6){1'b0} }, index_q, 6'd0};     // bytes from the program's begin
    assign busy_o              = pending_q || (state_q != IDLE && !clearing);
    assign done_o              = finished_q;
    assign error_valid_o       = state_q == IDLE && failed_q;
    assign error_cause_o       = unit_q ? fault_cause_i : cause_q;
    assign error_addr_o        = unit_q ? fault_addr_i : program_i + index[ADDR_W-1:0];
    assign error_instruction_o = index_q;
    assign clear_o             = state_q == CLEAR;
    assign halt_o              = state_q == STOP || state_q == CLEAR;
    assign fetch_start_o       = begins && !unaligned;
    assign fetch_halt_o        = halt_o || state_q == DRAIN;
    assign loads_o             = loads_q;
    assign execs_o             = execs_q;
    assign stores_o            = stores_q;

    wire unused_ok = &{1'b0, index};

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(COUNT_W >= NEAR_W && (1 << OPEN_W) >= 16, "OPEN_W is for counts of COUNT_W bits, and holds the ring")
    wire [NEAR_W-1:0] loads_open = loads_q[NEAR_W-1:0] - loads_done_q;
    `CHECK(!running || loads_open <= { 2'b01, {OPEN_W{1'b0} } }, "more LOADs are open than OPEN_W says")
    wire [NEAR_W-1:0] execs_open = execs_q[NEAR_W-1:0] - execs_done_q;
    `CHECK(!running || execs_open <= { 2'b01, {OPEN_W{1'b0} } }, "more EXECs are open than OPEN_W says")
    wire [NEAR_W-1:0] stores_open = stores_q[NEAR_W-1:0] - stores_done_q;
    `CHECK(!running || stores_open <= { 2'b01, {OPEN_W{1'b0} } }, "more STOREs are open than OPEN_W says")

endmodule
`default_nettype wire
