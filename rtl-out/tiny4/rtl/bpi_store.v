// bpi_store.v - the STORE instruction: drains the accumulator and announces the DRAM runs its vectors make.
// for i2 < n2, i1 < n1: one run at addr + i1*s1 + i2*s2 of `groups` groups of vectors_per_group vectors.
// Runs are announced ahead of the data.  The instruction ends when every byte has been acknowledged.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_store #(
    parameter DRAIN_W    = 16,                // bits of a count of vectors
    parameter LANE_W     = 8,                 // bits of a count of lanes
    parameter COLS       = 16,                // lanes of an accumulator vector
    parameter ADDR_W     = 64,                // bits of a DRAM byte address
    parameter ACC_W      = 10,                // bits of an accumulator address
    parameter DATA_BYTES = 2,                 // bytes of an operand
    parameter PART_W     = 256,               // bits of a part of an instruction: 32, 64 ... 512
    parameter BYTES_W    = 32,                // bits of the bytes of a run
    parameter RUNS_W     = 16,                // bits of a count of runs, and of groups: DRAIN_W or more
    parameter PIXEL_W    = 24,                // bits of the elements of a position of a REORGANIZE
    parameter VECTORS    = 8  // vectors it may have asked for: 2, held at the drain and here, or more, in a FIFO
) (
    input  wire               clk_i,
    input  wire               rst_i,

    // Instruction in parts, then valid until ready
    input  wire               part_valid_i,
    input  wire [3:0]         part_index_i,
    input  wire [PART_W-1:0]  part_i,
    input  wire               ins_valid_i,
    output wire               ins_ready_o,

    // Runs, to the write master
    output wire               cmd_valid_o,
    input  wire               cmd_ready_i,
    output wire [ADDR_W-1:0]  cmd_addr_o,
    output wire [BYTES_W-1:0] cmd_bytes_o,
    input  wire               write_idle_i,

    // Runs of a REORGANIZE, which are those of a STORE along n1, of groups that are positions
    input  wire               reorganizing_i,
    input  wire               reorganize_idle_i,
    input  wire               reorganize_setup_i, // the cycle after
    output wire               reorganize_busy_o,  // runs to announce

    // Accumulator: data two cycles after a drain is accepted, held until those of the next
    output wire               drain_valid_o,
    input  wire               drain_ready_i,
    output wire [ACC_W-1:0]   drain_addr_o,
    input  wire               drain_valid_i,
    input  wire [COLS*32-1:0] drain_data_i,

    // Vectors, to the epilogue
    output wire               vec_valid_o,
    input  wire               vec_ready_i,
    output wire [COLS*32-1:0] vec_data_o,
    output wire [7:0]         vec_lanes_o,
    output wire               narrow_o,  // as operands
    output wire [4:0]         shift_o
);
    // --- Fields -----------------------------------------------------------
    localparam STEP_W = ADDR_W < 32 ? ADDR_W : 32;    // bits of a step that an address has
    // The instruction, kept as its parts come; bits that nothing reads are no registers
    localparam WORDS = PART_W / 32;
    reg [511:0] ins_q;
    integer word;
    always @(posedge clk_i) begin
        for (word = 0; word < 16; word = word + 1)
            if (part_valid_i && { 28'd0, part_index_i } == word / WORDS) ins_q[word*32 +: 32] <= part_i[(word % WORDS)*32 +: 32];
    end
    wire narrow = ins_q[8];
    wire [4:0] shift = ins_q[16 +: 5];
    wire [ADDR_W-1:0] address = ins_q[3*32 +: ADDR_W];
    wire [ACC_W-1:0] acc_base = ins_q[5*32 +: ACC_W];
    wire [RUNS_W-1:0] groups = ins_q[6*32 +: RUNS_W];
    wire [DRAIN_W-1:0] vectors = ins_q[6*32+16 +: DRAIN_W];
    wire [RUNS_W-1:0] n1 = ins_q[7*32 +: RUNS_W];
    wire [DRAIN_W-1:0] n2 = ins_q[7*32+16 +: DRAIN_W];
    wire signed [ADDR_W-1:0] stride1 = { {(ADDR_W-STEP_W+1){ ins_q[8*32+STEP_W-1]} }, ins_q[8*32 +: STEP_W-1]};
    wire signed [ADDR_W-1:0] stride2 = { {(ADDR_W-STEP_W+1){ ins_q[9*32+STEP_W-1]} }, ins_q[9*32 +: STEP_W-1]};
    wire [ACC_W-1:0] acc_stride1 = ins_q[10*32 +: ACC_W];
    wire [ACC_W-1:0] acc_stride2 = ins_q[11*32 +: ACC_W];
    wire [LANE_W-1:0] last_lanes = ins_q[12*32 +: LANE_W];
    wire [ACC_W-1:0] acc_group = ins_q[13*32 +: ACC_W];
    wire [PIXEL_W-1:0] elements = ins_q[6*32 +: PIXEL_W];
    wire [RUNS_W-1:0] positions_w = ins_q[7*32+16 +: RUNS_W];

    // --- Control ----------------------------------------------------------
    localparam [2:0] IDLE = 3'd0, TIMES = 3'd1, RUN = 3'd2, FLUSH = 3'd3, DONE = 3'd4;
    reg [2:0] state_q;
    reg [1:0] flush_q;
    reg       cmd_busy_q, drain_busy_q;    // runs to announce, vectors to drain
    reg [3:0] credit_q;

    // bytes of a group times groups, once per instruction: a bit of the groups each cycle, as many as they have
    localparam SUM_SHIFT = 2, DATA_SHIFT = $clog2(DATA_BYTES);
    wire [31:0] group_elements = { {(32-DRAIN_W){1'b0} }, vectors - 1'b1} * COLS + { {(32-LANE_W){1'b0} }, last_lanes};
    wire [31:0] group_bytes    = narrow ? group_elements << DATA_SHIFT : group_elements << SUM_SHIFT;
    wire [31:0] position_bytes = { {(32-PIXEL_W){1'b0} }, elements} << DATA_SHIFT;
    reg  [BYTES_W-1:0] group_bytes_q, run_bytes_q;
    reg  [RUNS_W-1:0]  groups_q;                  // bits still to come
    wire        setup = state_q == TIMES && ~|groups_q[RUNS_W-1:1];
    wire        known = ~|groups_q;
    always @(posedge clk_i) begin
        if (state_q == IDLE && reorganize_idle_i) begin
            group_bytes_q <= reorganizing_i ? position_bytes[BYTES_W-1:0] : group_bytes[BYTES_W-1:0];
            groups_q      <= reorganizing_i ? positions_w : groups;
            run_bytes_q   <= {BYTES_W{1'b0} };
        end else if (state_q == TIMES || reorganizing_i) begin
            group_bytes_q <= group_bytes_q << 1;
            groups_q      <= groups_q >> 1;
            if (groups_q[0]) run_bytes_q <= run_bytes_q + group_bytes_q;
        end
    end

    wire cmd_fire = cmd_valid_o && cmd_ready_i;
    wire fire     = drain_valid_o && drain_ready_i;

    // --- Runs -------------------------------------------------------------
    reg [RUNS_W-1:0]        c1_q;                 // still to come
    reg [DRAIN_W-1:0]       c2_q;
    reg [ADDR_W-1:0] c1_addr_q, c2_addr_q;
    wire last_c1 = c1_q == {RUNS_W{1'b0} };
    wire runs_setup = setup || reorganize_setup_i;
    wire last_c  = last_c1 && c2_q == {DRAIN_W{1'b0} };
    always @(posedge clk_i) begin
        if (runs_setup) begin
            c1_q      <= n1 - 1'b1;
            c2_q      <= reorganizing_i ? {DRAIN_W{1'b0} } : n2 - 1'b1;
            c1_addr_q <= address;
            c2_addr_q <= address;
        end else if (cmd_fire) begin
            c1_q      <= last_c1 ? n1 - 1'b1 : c1_q - 1'b1;
            c1_addr_q <= last_c1 ? c2_addr_q + stride2 : c1_addr_q + stride1;
            if (last_c1) begin
                c2_q      <= c2_q - 1'b1;
                c2_addr_q <= c2_addr_q + stride2;
            end
        end
    end

    // --- Drain ------------------------------------------------------------
    reg [DRAIN_W-1:0]      v_q, g_q, d1_q, d2_q;    // still to come
    reg [ACC_W-1:0] v_addr_q, g_addr_q, d1_addr_q, d2_addr_q;
    wire last_v  = v_q == {DRAIN_W{1'b0} };
    wire last_g  = last_v && g_q == {DRAIN_W{1'b0} };
    wire last_d1 = last_g && d1_q == {DRAIN_W{1'b0} };
    wire last_d  = last_d1 && d2_q == {DRAIN_W{1'b0} };
    wire [ACC_W-1:0] next_g = g_addr_q + acc_group;
    wire [ACC_W-1:0] next_1 = d1_addr_q + acc_stride1;
    wire [ACC_W-1:0] next_2 = d2_addr_q + acc_stride2;
    always @(posedge clk_i) begin
        if (setup) begin
            v_q  <= vectors - 1'b1;
            g_q  <= groups[DRAIN_W-1:0] - 1'b1;
            d1_q <= n1[DRAIN_W-1:0] - 1'b1;
            d2_q <= n2 - 1'b1;
            v_addr_q  <= acc_base;
            g_addr_q  <= acc_base;
            d1_addr_q <= acc_base;
            d2_addr_q <= acc_base;
        end else if (fire) begin
            v_q <= last_v ? vectors - 1'b1 : v_q - 1'b1;
            if (last_v)  g_q  <= last_g  ? groups[DRAIN_W-1:0] - 1'b1 : g_q - 1'b1;
            if (last_g)  d1_q <= last_d1 ? n1[DRAIN_W-1:0] - 1'b1 : d1_q - 1'b1;
            if (last_d1) d2_q <= d2_q - 1'b1;
            v_addr_q <= last_d1 ? next_2 : last_g ? next_1 : last_v ? next_g : v_addr_q + { {(ACC_W-1){1'b0}}, 1'b1};
            if (last_v)  g_addr_q  <= last_d1 ? next_2 : last_g ? next_1 : next_g;
            if (last_g)  d1_addr_q <= last_d1 ? next_2 : next_1;
            if (last_d1) d2_addr_q <= next_2;
        end
    end

    // --- Instruction ------------------------------------------------------
    always @(posedge clk_i) begin
        case (state_q)
            IDLE:      if (ins_valid_i) state_q <= TIMES;
            TIMES:     if (setup) state_q <= RUN;
            RUN:       if (!cmd_busy_q && !drain_busy_q) state_q <= FLUSH;
            FLUSH:     if (flush_q == 2'd3 && write_idle_i && !vec_valid_o && credit_q == VECTORS[3:0]) state_q <= DONE;
            default:   state_q <= IDLE;
        endcase
        flush_q <= state_q == FLUSH ? (flush_q == 2'd3 ? 2'd3 : flush_q + 2'd1) : 2'd0;
        if (runs_setup)              cmd_busy_q <= 1'b1;
        else if (cmd_fire && last_c) cmd_busy_q <= 1'b0;
        if (setup)               drain_busy_q <= 1'b1;
        else if (fire && last_d) drain_busy_q <= 1'b0;
        if (rst_i) begin
            state_q      <= IDLE;
            cmd_busy_q   <= 1'b0;
            drain_busy_q <= 1'b0;
        end
    end

    // --- Vectors on their way ---------------------------------------------
    reg              fire_q;
    reg [LANE_W-1:0] lanes_q, lanes_2q;
    always @(posedge clk_i) begin
        fire_q <= fire && !rst_i;
        if (fire)   lanes_q  <= last_v ? last_lanes : COLS[LANE_W-1:0];
        if (fire_q) lanes_2q <= lanes_q;
        credit_q <= credit_q - {3'd0, fire} + {3'd0, vec_valid_o && vec_ready_i};
        if (rst_i) credit_q <= VECTORS[3:0];
    end

    wire [LANE_W+7:0] lanes_out;
    assign lanes_out[LANE_W +: 8] = 8'd0;
    assign vec_lanes_o = lanes_out[7:0];
    generate
        if (VECTORS == 2) begin : gen_held
            reg                      waits_q, vec_valid_q;   // a vector has come and waits where the drain holds it; one is here
            reg [COLS*32+LANE_W-1:0] vec_q;
            wire                     there = drain_valid_i || waits_q;
            wire                     move  = there && (!vec_valid_q || vec_ready_i);
            always @(posedge clk_i) begin
                if (move) vec_q <= {lanes_2q, drain_data_i};
                vec_valid_q <= move || (vec_valid_q && !vec_ready_i);
                waits_q     <= there && !move;
                if (rst_i) begin
                    vec_valid_q <= 1'b0;
                    waits_q     <= 1'b0;
                end
            end
            assign vec_valid_o = vec_valid_q;
            assign {lanes_out[LANE_W-1:0], vec_data_o} = vec_q;
            `CHECK(!(drain_valid_i && waits_q), "vector lost: credit is wrong")
        end else begin : gen_fifo
            wire fifo_ready;
            bpi_fifo #(.WIDTH(COLS*32 + LANE_W), .DEPTH(VECTORS)) u_fifo (
                .clk_i       (clk_i),
                .rst_i       (rst_i),
                .in_valid_i  (drain_valid_i),
                .in_ready_o  (fifo_ready),
                .in_data_i   ({lanes_2q, drain_data_i}),
                .out_valid_o (vec_valid_o),
                .out_ready_i (vec_ready_i),
                .out_data_o  ({lanes_out[LANE_W-1:0], vec_data_o})
            );
            `CHECK(!drain_valid_i || fifo_ready, "vector lost: credit is wrong")
        end
    endgenerate

    // --- Outputs ----------------------------------------------------------
    assign ins_ready_o       = state_q == DONE;
    assign cmd_valid_o       = cmd_busy_q && known;
    assign cmd_addr_o        = c1_addr_q;
    assign cmd_bytes_o       = run_bytes_q;
    assign reorganize_busy_o = cmd_busy_q;
    assign drain_valid_o     = drain_busy_q && credit_q != 4'd0;
    assign drain_addr_o      = v_addr_q;
    assign narrow_o          = narrow;
    assign shift_o           = shift;

    wire unused_ok = &{1'b0, ins_q, group_bytes, lanes_out, position_bytes };

endmodule
`default_nettype wire
