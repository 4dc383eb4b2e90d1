// bpi_reorganize.v - the REORGANIZE instruction of the traditional engine: writes a slab of the zero-inserted,
// zero-padded tensor to DRAM.  Source pixels come from the dynamic buffer, CHUNK elements each cycle; all other
// positions are zeros.  One DRAM run per row of positions.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_reorganize #(
    parameter ADDR_W     = 64,   // bits of a DRAM byte address
    parameter BUF_W      = 16,   // bits of an element address of the dynamic buffer
    parameter BEAT       = 16,   // elements of a DRAM beat
    parameter CHUNK      = 16,   // elements written in a cycle, 1..BEAT
    parameter LANES      = 16,   // lanes of a buffer vector, at least BEAT
    parameter DATA_W     = 16,   // bits per element
    parameter PART_W     = 256   // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire                    clk_i,
    input  wire                    rst_i,

    // Instruction in parts, then valid until ready
    input  wire                    part_valid_i,
    input  wire [3:0]              part_index_i,
    input  wire [PART_W-1:0]       part_i,
    input  wire                    ins_valid_i,
    output wire                    ins_ready_o,

    // Runs, to the write master
    output wire                    cmd_valid_o,
    input  wire                    cmd_ready_i,
    output wire [ADDR_W-1:0]       cmd_addr_o,
    output wire [31:0]             cmd_bytes_o,
    input  wire                    write_idle_i,

    // Dynamic buffer: data two cycles after an accepted request
    output wire                    rd_valid_o,
    input  wire                    rd_ready_i,
    output wire [BUF_W-1:0]        rd_addr_o,
    input  wire [LANES*DATA_W-1:0] rd_data_i,

    // Chunks, to the write master
    output wire                    chunk_valid_o,
    input  wire                    chunk_ready_i,
    output wire [BEAT*DATA_W-1:0]  chunk_data_o,
    output wire [7:0]              chunk_bytes_o
);
    localparam DEPTH = 8;
    localparam BYTES = DATA_W / 8;

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
    wire [ADDR_W-1:0] address = ins_q[3*32 +: ADDR_W];
    wire [BUF_W-1:0] buf_element = ins_q[5*32 +: BUF_W];
    wire [23:0] elements = ins_q[6*32 +: 24];
    wire [15:0] positions_w = ins_q[7*32 +: 16];
    wire [15:0] positions_h = ins_q[7*32+16 +: 16];
    wire [18-1:0] x_h = { {(18-15){ ins_q[8*32+31]} }, ins_q[8*32+16 +: 15]};
    wire [18-1:0] x_w = { {(18-15){ ins_q[8*32+15]} }, ins_q[8*32 +: 15]};
    wire [15:0] bound_h = ins_q[9*32+16 +: 16];
    wire [15:0] bound_w = ins_q[9*32 +: 16];
    wire [7:0] stride_h = ins_q[10*32+8 +: 8];
    wire [7:0] stride_w = ins_q[10*32 +: 8];
    wire [7:0] phase_h = ins_q[10*32+24 +: 8];
    wire [7:0] phase_w = ins_q[10*32+16 +: 8];
    wire [BUF_W-1:0] buf_step_h = ins_q[12*32 +: BUF_W];
    wire [BUF_W-1:0] buf_step_w = ins_q[11*32 +: BUF_W];
    wire signed [ADDR_W-1:0] row_stride = { {(ADDR_W-STEP_W+1){ ins_q[13*32+STEP_W-1]} }, ins_q[13*32 +: STEP_W-1]};

    // --- Control ----------------------------------------------------------
    localparam [1:0] IDLE = 2'd0, SETUP = 2'd1, RUN = 2'd2, FLUSH = 2'd3;
    reg [1:0]        state_q;
    reg [1:0]        flush_q;
    reg              cmd_busy_q, emit_busy_q;
    reg [15:0]       row_q;                  // runs announced
    reg [ADDR_W-1:0] row_addr_q;
    reg [31:0]       run_bytes_q;
    reg [23:0]       left_q;                 // elements still to come of the position
    reg [BUF_W-1:0]  offset_q;               // elements already sent of the position
    reg [3:0]        credit_q;

    wire             paired, last, unused_grid;
    wire signed [17:0] unused_x;
    wire [BUF_W-1:0] addr;
    wire             setup    = state_q == SETUP;
    wire             cmd_fire = cmd_busy_q && cmd_ready_i;
    wire             able     = emit_busy_q && credit_q != 4'd0;
    wire             fire     = able && (!paired || rd_ready_i);
    wire             last_chunk = left_q <= CHUNK[23:0];
    wire             position_ends = fire && last_chunk;
    wire             done     = state_q == FLUSH && flush_q == 2'd3 && write_idle_i && credit_q == DEPTH[3:0];

    bpi_pixel_walker #(.ADDR_W(BUF_W), .SNAPSHOT(0)) u_walker (
        .clk_i         (clk_i),
        .start_i       (setup),
        .step_i        (position_ends),
        .save_i        (1'b0),
        .restore_i     (1'b0),
        .addr_i        (buf_element),
        .images_i      (16'd1),
        .rows_i        (positions_h),
        .columns_i     (positions_w),
        .x_h_i         (x_h),
        .x_w_i         (x_w),
        .phase_h_i     (phase_h),
        .phase_w_i     (phase_w),
        .rect_i        (1'b0),
        .reach_w_i     (8'd0),
        .bound_h_i     (bound_h),
        .bound_w_i     (bound_w),
        .x_step_h_i    (8'd1),
        .x_step_w_i    (8'd1),
        .phase_mod_h_i (stride_h),
        .phase_mod_w_i (stride_w),
        .step_b_i      ({BUF_W{1'b0}}),
        .pos_h_i       ({BUF_W{1'b0}}),
        .wrap_h_i      (buf_step_h),
        .pos_w_i       ({BUF_W{1'b0}}),
        .wrap_w_i      (buf_step_w),
        .addr_o        (addr),
        .x_w_o         (unused_x),
        .inside_o      (paired),
        .on_grid_o     (unused_grid),
        .last_o        (last)
    );

    always @(posedge clk_i) begin
        case (state_q)
            IDLE:    if (ins_valid_i) state_q <= SETUP;
            SETUP:   state_q <= RUN;
            RUN:     if (!cmd_busy_q && !emit_busy_q) state_q <= FLUSH;
            default: if (done) state_q <= IDLE;
        endcase
        flush_q <= state_q == FLUSH ? (flush_q == 2'd3 ? 2'd3 : flush_q + 2'd1) : 2'd0;
        if (setup) begin
            cmd_busy_q  <= 1'b1;
            emit_busy_q <= 1'b1;
        end else begin
            if (cmd_fire && row_q == positions_h - 16'd1) cmd_busy_q <= 1'b0;
            if (position_ends && last) emit_busy_q <= 1'b0;
        end
        if (rst_i) begin
            state_q     <= IDLE;
            cmd_busy_q  <= 1'b0;
            emit_busy_q <= 1'b0;
        end
    end

    // a product in four parts: the instruction is there one cycle before its setup
    reg  [27:0] part_0_q, part_1_q, part_2_q, part_3_q;
    wire [31:0] run_elements = { 4'd0, part_0_q } + { part_1_q, 4'd0 } + { part_2_q[23:0], 8'd0 } + { part_3_q[19:0], 12'd0 };
    always @(posedge clk_i) begin
        part_0_q <= elements * positions_w[3:0];
        part_1_q <= elements * positions_w[7:4];
        part_2_q <= elements * positions_w[11:8];
        part_3_q <= elements * positions_w[15:12];
        if (setup) begin
            row_q       <= 16'd0;
            row_addr_q  <= address;
            run_bytes_q <= run_elements * BYTES;
        end else if (cmd_fire) begin
            row_q      <= row_q + 16'd1;
            row_addr_q <= row_addr_q + row_stride;
        end
        if (setup || position_ends) begin
            left_q   <= elements;
            offset_q <= {BUF_W{1'b0}};
        end else if (fire) begin
            left_q   <= left_q - CHUNK[23:0];
            offset_q <= offset_q + CHUNK[BUF_W-1:0];
        end
    end

    // --- Chunks on their way ----------------------------------------------
    localparam [7:0] FULL = CHUNK * BYTES;
    wire [7:0] bytes = last_chunk ? left_q[7:0] * BYTES[7:0] : FULL;
    reg        fire_q, fire_2q, read_q, read_2q;
    reg [7:0]  bytes_q, bytes_2q;
    always @(posedge clk_i) begin
        fire_q   <= fire;
        fire_2q  <= fire_q;
        read_q   <= paired;
        read_2q  <= read_q;
        bytes_q  <= bytes;
        bytes_2q <= bytes_q;
        credit_q <= credit_q - {3'd0, fire} + {3'd0, chunk_valid_o && chunk_ready_i};
        if (rst_i) begin
            fire_q   <= 1'b0;
            fire_2q  <= 1'b0;
            credit_q <= DEPTH[3:0];
        end
    end

    wire                    fifo_ready;
    wire [CHUNK*DATA_W-1:0] chunk;
    bpi_fifo #(.WIDTH(CHUNK*DATA_W + 8), .DEPTH(DEPTH)) u_fifo (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (fire_2q),
        .in_ready_o  (fifo_ready),
        .in_data_i   ({bytes_2q, read_2q ? rd_data_i[CHUNK*DATA_W-1:0] : {(CHUNK*DATA_W){1'b0}} }),
        .out_valid_o (chunk_valid_o),
        .out_ready_i (chunk_ready_i),
        .out_data_o  ({chunk_bytes_o, chunk})
    );
    generate
        if (CHUNK == BEAT) begin : gen_beat
            assign chunk_data_o = chunk;
        end else begin : gen_part
            assign chunk_data_o = { {((BEAT-CHUNK)*DATA_W){1'b0} }, chunk};
        end
    endgenerate

    // --- Outputs ----------------------------------------------------------
    assign ins_ready_o = done;
    assign cmd_valid_o = cmd_busy_q;
    assign cmd_addr_o  = row_addr_q;
    assign cmd_bytes_o = run_bytes_q;
    assign rd_valid_o  = able && paired;
    assign rd_addr_o   = addr + offset_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(CHUNK >= 1 && CHUNK <= BEAT, "CHUNK is 1 to BEAT")
    `CHECK(!fire_2q || fifo_ready, "chunk lost: credit is wrong")

    wire unused_ok = &{1'b0, ins_q, rd_data_i, fifo_ready, part_2_q[27:24], part_3_q[27:20], unused_grid, unused_x};

endmodule
`default_nettype wire
