// bpi_dispatch.v - keeps checked instructions in a ring until their units take them, part by part.
// Each queue (LOAD, EXEC, STORE) walks the ring and stops at its own instructions.  One reader fetches what such a head
// waits for, and once the other queues have completed that and the unit is free, streams the instruction to the unit, which keeps
// what it uses.  Then the slot is free again.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_dispatch #(
    parameter PART_W = 256,    // bits of a part: 32, 64 ... 512
    parameter NEAR_W = 8       // bits of what is compared of a count: fewer than half of all values lie between what is waited for and what has completed
) (
    input  wire              clk_i,
    input  wire              rst_i,

    // A run begins with the instruction in this slot; the upper bit counts rounds of the ring
    input  wire              start_i,
    input  wire [4:0]        start_slot_i,
    input  wire              run_i,             // offers only while it is set

    // Parts as they come, and the instruction that has been found good
    input  wire              part_valid_i,
    input  wire [3:0]        part_slot_i,
    input  wire [3:0]        part_index_i,
    input  wire [PART_W-1:0] part_i,
    input  wire              commit_valid_i,
    input  wire [2:0]        commit_opcode_i,
    input  wire [1:0]        commit_near_i,     // of each count that it waits for: it may not have been reached yet
    output wire              free_valid_o,
    output wire [3:0]        free_slot_o,

    // Completed so far
    input  wire [NEAR_W-1:0] loads_done_i,
    input  wire [NEAR_W-1:0] execs_done_i,
    input  wire [NEAR_W-1:0] stores_done_i,
    input  wire              tiles_done_i,      // no EXEC is at work
    input  wire              tiles_full_i,      // no more of them are counted

    // Parts to the units: each valid bit for one of them, then the whole instruction is offered
    output wire [3:0]        send_index_o,
    output wire [PART_W-1:0] send_o,
    output wire              load_part_o,
    output wire              load_valid_o,
    input  wire              load_ready_i,
    output wire              exec_part_o,
    output wire              exec_valid_o,
    input  wire              exec_ready_i,
    output wire              store_part_o,
    output wire              store_valid_o,
    input  wire              store_ready_i,
    output wire [1:0]        geometry_part_o,   // of the first half, of the second half
    output wire              geometry_done_o,   // pulse: half a GEOMETRY has been sent whole

    // To the counters
    output wire              wait_load_o,         // the next EXEC waits for a LOAD
    output wire              wait_store_o         // the next EXEC waits for a STORE
);
    localparam SLOTS = 16, SLOT_W = 4;
    localparam PARTS = 512 / PART_W, WORDS = PART_W / 32;
    localparam PART_I = PARTS > 1 ? $clog2(PARTS) : 1, WORD_W = PARTS > 1 ? SLOT_W + PART_I : SLOT_W;   // bits of a part's number, of its place in the ring
    // Parts: those with words 1 and 2, what follows the first one (words 1 and 2 are of no use to a unit), the last ones
    localparam W1 = 1 / WORDS, W2 = 2 / WORDS, A0 = PARTS == 16 ? 3 : 1, LG = 15 / WORDS, L0 = 11 / WORDS, L1 = 13 / WORDS, L2 = 13 / WORDS;
    localparam [3:0] WAITS_0 = W1[3:0], WAITS_1 = W2[3:0], AFTER_0 = A0[3:0], LAST_GEOMETRY = LG[3:0], LAST_LOAD = L0[3:0], LAST_EXEC = L1[3:0], LAST_STORE = L2[3:0];
    localparam Q_LOAD = 0, Q_EXEC = 1, Q_STORE = 2;
    localparam [7:0] GEOMETRY = 8'd1, LOAD = 8'd2, EXEC = 8'd3, STORE = 8'd4, REORGANIZE = 8'd5;

    // --- Ring -------------------------------------------------------------
    reg  [SLOT_W:0]   fill_q;              // of the next instruction that is found good
    reg  [2:0]        opcodes [0:SLOTS-1];
    reg  [1:0]        nears [0:SLOTS-1];
    always @(posedge clk_i) begin
        if (start_i)             fill_q <= start_slot_i;
        else if (commit_valid_i) fill_q <= fill_q + 1'b1;
        if (commit_valid_i)      opcodes[fill_q[SLOT_W-1:0]] <= commit_opcode_i;
        if (commit_valid_i)      nears[fill_q[SLOT_W-1:0]] <= commit_near_i;
        if (rst_i)               fill_q <= {(SLOT_W+1){1'b0} };
    end

    wire              rd_valid;
    wire [SLOT_W-1:0] rd_slot;
    wire [WORD_W-1:0] rd_addr, wr_addr;
    wire [PART_W-1:0] rd_data;
    reg  [3:0]        index_q;
    generate
        if (PARTS > 1) begin : gen_parts
            assign wr_addr = { part_slot_i, part_index_i[PART_I-1:0] };
            assign rd_addr = { rd_slot, index_q[PART_I-1:0] };
        end else begin : gen_whole
            assign wr_addr = part_slot_i;
            assign rd_addr = rd_slot;
        end
    endgenerate
    bpi_sram_1r1w #(.WIDTH(PART_W), .DEPTH(SLOTS * PARTS), .LANES(1), .ADDR_W(WORD_W)) u_ring (
        .clk_i      (clk_i),
        .wr_lane_i  (part_valid_i),
        .wr_addr_i  (wr_addr),
        .wr_data_i  (part_i),
        .rd_valid_i (rd_valid),
        .rd_addr_i  (rd_addr),
        .rd_data_o  (rd_data)
    );

    // --- The reader: one part a cycle, which is there in the next cycle ------
    localparam [1:0] REST = 2'd0, WAITS = 2'd1, SEND = 2'd2;
    reg  [1:0] state_q;
    reg  [2:0] who_q;                      // a bit for each queue
    reg        geometry_q;
    wire       index_last;
    wire       sends = state_q == SEND;
    wire       retires = sends && index_last;
    reg        came_q, came_send_q, came_last_q, came_geometry_q, second_q;
    reg  [2:0] came_who_q;
    reg  [3:0] came_index_q;
    wire [511:0] came = { PARTS{rd_data} };     // each word in its place

    // --- Heads of the queues ----------------------------------------------
    // Walking, found, its waits are being read, they are known; full: the unit has an instruction that it has not taken yet.
    localparam [1:0] WALK = 2'd0, FOUND = 2'd1, READ = 2'd2, KNOWN = 2'd3;
    reg  [SLOT_W:0] load_at_q;
    reg  [1:0]      load_q;
    reg  [NEAR_W-1:0] load_not_exec_q, load_not_store_q;   // what it waits for, inverted: as a subtraction takes it
    reg  [1:0]      load_near_q;
    reg             load_full_q;
    wire [2:0]      load_opcode = opcodes[load_at_q[SLOT_W-1:0]];
    wire            load_mine   = { 5'd0, load_opcode } == LOAD;
    wire [NEAR_W-1:0] load_past_exec = execs_done_i - ~load_not_exec_q;
    wire            load_needs_exec = load_near_q[0] && load_past_exec[NEAR_W-1];
    wire [NEAR_W-1:0] load_past_store = stores_done_i - ~load_not_store_q;
    wire            load_needs_store = load_near_q[1] && load_past_store[NEAR_W-1];
    wire            load_over   = !load_needs_exec && !load_needs_store;
    wire            load_asks   = load_q == FOUND;
    wire            load_goes   = load_q == KNOWN && load_over && !load_full_q && run_i;
    reg  [SLOT_W:0] exec_at_q;
    reg  [1:0]      exec_q;
    reg  [NEAR_W-1:0] exec_not_load_q, exec_not_store_q;   // what it waits for, inverted: as a subtraction takes it
    reg  [1:0]      exec_near_q;
    reg             exec_full_q;
    reg             exec_geometry_q;
    wire [2:0]      exec_opcode = opcodes[exec_at_q[SLOT_W-1:0]];
    wire            exec_mine   = { 5'd0, exec_opcode } == GEOMETRY || { 5'd0, exec_opcode } == EXEC;
    wire [NEAR_W-1:0] exec_past_load = loads_done_i - ~exec_not_load_q;
    wire            exec_needs_load = exec_near_q[0] && exec_past_load[NEAR_W-1];
    wire [NEAR_W-1:0] exec_past_store = stores_done_i - ~exec_not_store_q;
    wire            exec_needs_store = exec_near_q[1] && exec_past_store[NEAR_W-1];
    wire            exec_over   = exec_geometry_q ? tiles_done_i : !exec_needs_load && !exec_needs_store;
    wire            exec_asks   = exec_q == FOUND;
    wire            exec_goes   = exec_q == KNOWN && exec_over && !exec_full_q && run_i;
    reg  [SLOT_W:0] store_at_q;
    reg  [1:0]      store_q;
    reg  [NEAR_W-1:0] store_not_exec_q, store_not_load_q;   // what it waits for, inverted: as a subtraction takes it
    reg  [1:0]      store_near_q;
    reg             store_full_q;
    wire [2:0]      store_opcode = opcodes[store_at_q[SLOT_W-1:0]];
    wire            store_mine   = { 5'd0, store_opcode } == STORE || { 5'd0, store_opcode } == REORGANIZE;
    wire [NEAR_W-1:0] store_past_exec = execs_done_i - ~store_not_exec_q;
    wire            store_needs_exec = store_near_q[0] && store_past_exec[NEAR_W-1];
    wire [NEAR_W-1:0] store_past_load = loads_done_i - ~store_not_load_q;
    wire            store_needs_load = store_near_q[1] && store_past_load[NEAR_W-1];
    wire            store_over   = !store_needs_exec && !store_needs_load;
    wire            store_asks   = store_q == FOUND;
    wire            store_goes   = store_q == KNOWN && store_over && !store_full_q && run_i;
    // waits come before instructions, the first queue named before the others
    wire [2:0] asks = { store_asks, exec_asks, load_asks };
    wire [2:0] goes = { store_goes, exec_goes, load_goes };
    wire [2:0] wants = |asks ? asks : goes;
    wire [2:0] first = wants & (~wants + 3'd1);

    always @(posedge clk_i) begin
        case (load_q)
            WALK: if (load_at_q != fill_q) begin
                if (load_mine) load_q <= FOUND;
                else load_at_q <= load_at_q + 1'b1;
            end
            FOUND:   if (state_q == REST && first[0]) load_q <= READ;
            READ:    if (came_q && !came_send_q && came_last_q && came_who_q[0]) load_q <= KNOWN;
            default: ;
        endcase
        if (retires && who_q[0]) begin
            load_q    <= WALK;
            load_at_q <= load_at_q + 1'b1;
        end
        if (came_q && !came_send_q && came_who_q[0]) begin
            if (came_index_q == WAITS_0) begin
                load_not_exec_q <= ~came[1*32 +: NEAR_W];
                load_near_q[0] <= near[0];
            end
            if (came_index_q == WAITS_1) begin
                load_not_store_q <= ~came[2*32 +: NEAR_W];
                load_near_q[1] <= near[1];
            end
        end
        load_full_q <= load_full_q ? !load_ready_i || !run_i : came_q && came_send_q && came_last_q && came_who_q[0];
        case (exec_q)
            WALK: if (exec_at_q != fill_q) begin
                if (exec_mine) exec_q <= { 5'd0, exec_opcode } == GEOMETRY ? KNOWN : FOUND;
                else exec_at_q <= exec_at_q + 1'b1;
                exec_geometry_q <= { 5'd0, exec_opcode } == GEOMETRY;
            end
            FOUND:   if (state_q == REST && first[1]) exec_q <= READ;
            READ:    if (came_q && !came_send_q && came_last_q && came_who_q[1]) exec_q <= KNOWN;
            default: ;
        endcase
        if (retires && who_q[1]) begin
            exec_q    <= WALK;
            exec_at_q <= exec_at_q + 1'b1;
        end
        if (came_q && !came_send_q && came_who_q[1]) begin
            if (came_index_q == WAITS_0) begin
                exec_not_load_q <= ~came[1*32 +: NEAR_W];
                exec_near_q[0] <= near[0];
            end
            if (came_index_q == WAITS_1) begin
                exec_not_store_q <= ~came[2*32 +: NEAR_W];
                exec_near_q[1] <= near[1];
            end
        end
        exec_full_q <= exec_full_q ? !exec_ready_i || !run_i : came_q && came_send_q && came_last_q && came_who_q[1] && !came_geometry_q;
        case (store_q)
            WALK: if (store_at_q != fill_q) begin
                if (store_mine) store_q <= FOUND;
                else store_at_q <= store_at_q + 1'b1;
            end
            FOUND:   if (state_q == REST && first[2]) store_q <= READ;
            READ:    if (came_q && !came_send_q && came_last_q && came_who_q[2]) store_q <= KNOWN;
            default: ;
        endcase
        if (retires && who_q[2]) begin
            store_q    <= WALK;
            store_at_q <= store_at_q + 1'b1;
        end
        if (came_q && !came_send_q && came_who_q[2]) begin
            if (came_index_q == WAITS_0) begin
                store_not_exec_q <= ~came[1*32 +: NEAR_W];
                store_near_q[0] <= near[0];
            end
            if (came_index_q == WAITS_1) begin
                store_not_load_q <= ~came[2*32 +: NEAR_W];
                store_near_q[1] <= near[1];
            end
        end
        store_full_q <= store_full_q ? !store_ready_i || !run_i : came_q && came_send_q && came_last_q && came_who_q[2];

        case (state_q)
            REST: if (|wants) begin
                state_q    <= |asks ? WAITS : SEND;
                who_q      <= first;
                geometry_q <= !(|asks) && first[Q_EXEC] && exec_geometry_q;
                index_q    <= |asks ? WAITS_0 : 4'd0;
            end
            default: begin
                if (index_last) state_q <= REST;
                index_q <= sends && !geometry_q && index_q == 4'd0 ? AFTER_0 : index_q + 4'd1;
            end
        endcase
        came_q          <= state_q != REST;
        came_send_q     <= sends;
        came_last_q     <= index_last;
        came_who_q      <= who_q;
        came_geometry_q <= geometry_q;
        came_index_q    <= index_q;
        if (came_q && came_index_q == 4'd0) second_q <= came[8];

        if (start_i) begin
            load_at_q <= start_slot_i;
            exec_at_q <= start_slot_i;
            store_at_q <= start_slot_i;
        end
        if (rst_i) begin
            state_q <= REST;
            came_q  <= 1'b0;
            load_q      <= WALK;
            load_at_q   <= {(SLOT_W+1){1'b0} };
            load_full_q <= 1'b0;
            exec_q      <= WALK;
            exec_at_q   <= {(SLOT_W+1){1'b0} };
            exec_full_q <= 1'b0;
            store_q      <= WALK;
            store_at_q   <= {(SLOT_W+1){1'b0} };
            store_full_q <= 1'b0;
        end
    end

    wire [3:0] last_index = geometry_q ? LAST_GEOMETRY : who_q[Q_LOAD] ? LAST_LOAD : who_q[Q_EXEC] ? LAST_EXEC : LAST_STORE;
    assign index_last = index_q == (sends ? last_index : WAITS_1);
    wire [1:0] near = nears[rd_slot];
    assign rd_valid   = state_q != REST;
    assign rd_slot    = who_q[Q_LOAD] ? load_at_q[SLOT_W-1:0] : who_q[Q_EXEC] ? exec_at_q[SLOT_W-1:0] : store_at_q[SLOT_W-1:0];

    // --- Outputs ----------------------------------------------------------
    wire sent   = came_q && came_send_q;
    wire second = came_index_q == 4'd0 ? came[8] : second_q;
    assign free_valid_o    = retires;
    assign free_slot_o     = rd_slot;
    assign send_index_o    = came_index_q;
    assign send_o          = rd_data;
    assign geometry_part_o = {2{sent && came_geometry_q} } & { second, !second };
    assign geometry_done_o = sent && came_geometry_q && came_last_q;
    assign load_part_o     = sent && came_who_q[Q_LOAD];
    assign load_valid_o    = load_full_q && run_i;
    assign exec_part_o     = sent && came_who_q[Q_EXEC] && !came_geometry_q;
    assign exec_valid_o    = exec_full_q && run_i && !tiles_full_i;
    assign store_part_o    = sent && came_who_q[Q_STORE];
    assign store_valid_o   = store_full_q && run_i;
    wire exec_waits = exec_q == KNOWN && !exec_geometry_q && !exec_full_q && run_i;
    assign wait_load_o  = exec_waits && exec_needs_load;
    assign wait_store_o = exec_waits && exec_needs_store && !exec_needs_load;

    wire unused_ok = &{1'b0, part_index_i, came};

endmodule
`default_nettype wire
