// bpi_reorganize.v - the REORGANIZE instruction of the traditional engine: writes a slab of the zero-inserted,
// zero-padded tensor to DRAM.  Source pixels come from the dynamic buffer, CHUNK elements each cycle; all other
// positions are zeros.  One DRAM run per row of positions, which the STORE's unit announces.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_reorganize #(
    parameter MAP_W      = 16,   // bits of a count of positions, and of a bound
    parameter COORD_W    = 16,   // bits of a coordinate in an instruction
    parameter PHASE_W    = 8,    // bits of a phase, and of a stride
    parameter PIXEL_W    = 24,   // bits of the elements of a position, 8 or more
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

    // Runs, which the STORE's unit announces
    output wire                    runs_idle_o,
    output wire                    runs_setup_o,   // the cycle after
    input  wire                    runs_busy_i,
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
    localparam X_W    = (MAP_W >= COORD_W ? MAP_W + 1 : COORD_W) + 1;   // bits of a coordinate: the first one, and positions
    // The instruction, kept as its parts come; bits that nothing reads are no registers
    localparam WORDS = PART_W / 32;
    reg [511:0] ins_q;
    integer word;
    always @(posedge clk_i) begin
        for (word = 0; word < 16; word = word + 1)
            if (part_valid_i && { 28'd0, part_index_i } == word / WORDS) ins_q[word*32 +: 32] <= part_i[(word % WORDS)*32 +: 32];
    end
    wire [BUF_W-1:0] buf_element = ins_q[5*32 +: BUF_W];
    wire [PIXEL_W-1:0] elements = ins_q[6*32 +: PIXEL_W];
    wire [MAP_W-1:0] positions_w = ins_q[7*32+16 +: MAP_W];
    wire [MAP_W-1:0] positions_h = ins_q[7*32 +: MAP_W];
    wire signed [X_W-1:0] x_h = { {(X_W-COORD_W+1){ ins_q[13*32+16+COORD_W-1]} }, ins_q[13*32+16 +: COORD_W-1]};
    wire signed [X_W-1:0] x_w = { {(X_W-COORD_W+1){ ins_q[13*32+COORD_W-1]} }, ins_q[13*32 +: COORD_W-1]};
    wire [MAP_W-1:0] bound_h = ins_q[9*32+16 +: MAP_W];
    wire [MAP_W-1:0] bound_w = ins_q[9*32 +: MAP_W];
    wire [PHASE_W-1:0] stride_h = ins_q[10*32+8 +: PHASE_W];
    wire [PHASE_W-1:0] stride_w = ins_q[10*32 +: PHASE_W];
    wire [PHASE_W-1:0] phase_h = ins_q[10*32+24 +: PHASE_W];
    wire [PHASE_W-1:0] phase_w = ins_q[10*32+16 +: PHASE_W];
    wire [BUF_W-1:0] buf_step_h = ins_q[12*32 +: BUF_W];
    wire [BUF_W-1:0] buf_step_w = ins_q[11*32 +: BUF_W];

    // --- Control ----------------------------------------------------------
    localparam [1:0] IDLE = 2'd0, SETUP = 2'd1, RUN = 2'd2, FLUSH = 2'd3;
    reg [1:0]         state_q;
    reg [1:0]         flush_q;
    reg               emit_busy_q;
    reg [PIXEL_W-1:0] left_q;                 // elements still to come of the position
    reg [BUF_W-1:0]   offset_q;               // elements already sent of the position
    reg [3:0]         credit_q;

    wire              paired, last;
    wire              setup    = state_q == SETUP;
    wire              able     = emit_busy_q && credit_q != 4'd0;
    wire              fire     = able && (!paired || rd_ready_i);
    wire              last_chunk = left_q <= CHUNK[PIXEL_W-1:0];
    wire              position_ends = fire && last_chunk;
    wire              done     = state_q == FLUSH && flush_q == 2'd3 && write_idle_i && credit_q == DEPTH[3:0];

    // --- Positions, row by row --------------------------------------------
    // An axis: positions still to come, this one among them; its coordinate; steps to the next one on the grid, with which the address moves on
    localparam [MAP_W-1:0]   LAST = 1;
    localparam [PHASE_W-1:0] STEP = 1;
    reg [MAP_W-1:0]      h_q, w_q;
    reg signed [X_W-1:0] at_h_q, at_w_q;
    reg [PHASE_W-1:0]    to_h_q, to_w_q;
    reg [BUF_W-1:0]      addr_q, row_q;       // of the position's pixel, and where its row began
    wire                 last_w   = w_q == LAST;
    wire                 row_ends = position_ends && last_w;
    wire                 wrap_h   = to_h_q == STEP && !setup, wrap_w = to_w_q == STEP;
    wire [BUF_W-1:0]     row_d    = row_q + (wrap_h ? buf_step_h : {BUF_W{1'b0} });
    always @(posedge clk_i) begin
        if (state_q == IDLE) begin
            h_q    <= positions_h;
            at_h_q <= x_h;
            to_h_q <= stride_h - phase_h;
            row_q  <= buf_element;
        end else if (row_ends) begin
            h_q    <= h_q - 1'b1;
            at_h_q <= at_h_q + 1'b1;
            to_h_q <= wrap_h ? stride_h : to_h_q - 1'b1;
            row_q  <= row_d;
        end
        if (setup || row_ends) begin
            w_q    <= positions_w;
            at_w_q <= x_w;
            to_w_q <= stride_w - phase_w;
            addr_q <= row_d;
        end else if (position_ends) begin
            w_q    <= w_q - 1'b1;
            at_w_q <= at_w_q + 1'b1;
            to_w_q <= wrap_w ? stride_w : to_w_q - 1'b1;
            if (wrap_w) addr_q <= addr_q + buf_step_w;
        end
    end
    assign last   = last_w && h_q == LAST;
    assign paired = to_h_q == stride_h && !at_h_q[X_W-1] && at_h_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_h}
                 && to_w_q == stride_w && !at_w_q[X_W-1] && at_w_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_w};

    // --- Runs and chunks --------------------------------------------------
    always @(posedge clk_i) begin
        case (state_q)
            IDLE:    if (ins_valid_i) state_q <= SETUP;
            SETUP:   state_q <= RUN;
            RUN:     if (!runs_busy_i && !emit_busy_q) state_q <= FLUSH;
            default: if (done) state_q <= IDLE;
        endcase
        flush_q <= state_q == FLUSH ? (flush_q == 2'd3 ? 2'd3 : flush_q + 2'd1) : 2'd0;
        if (setup)                      emit_busy_q <= 1'b1;
        else if (position_ends && last) emit_busy_q <= 1'b0;
        if (rst_i) begin
            state_q     <= IDLE;
            emit_busy_q <= 1'b0;
        end
    end

    always @(posedge clk_i) begin
        if (setup || position_ends) begin
            left_q   <= elements;
            offset_q <= {BUF_W{1'b0}};
        end else if (fire) begin
            left_q   <= left_q - CHUNK[PIXEL_W-1:0];
            offset_q <= offset_q + CHUNK[BUF_W-1:0];
        end
    end

    // --- Chunks on their way ----------------------------------------------
    localparam [7:0] FULL = CHUNK * BYTES;
    reg       fire_q, fire_2q;
    reg       read_q, read_2q, last_q, last_2q;
    reg [7:0] tail_q;                        // bytes of the last chunk of a position, all of which are alike
    always @(posedge clk_i) begin
        fire_q   <= fire;
        fire_2q  <= fire_q;
        read_q   <= paired;
        read_2q  <= read_q;
        last_q   <= last_chunk;
        last_2q  <= last_q;
        if (position_ends) tail_q <= left_q[7:0] * BYTES[7:0];
        credit_q <= credit_q - {3'd0, fire} + {3'd0, chunk_valid_o && chunk_ready_i};
        if (rst_i) begin
            fire_q   <= 1'b0;
            fire_2q  <= 1'b0;
            credit_q <= DEPTH[3:0];
        end
    end

    wire                    fifo_ready, chunk_read, chunk_last;
    wire [CHUNK*DATA_W-1:0] chunk_pixel;
    bpi_fifo #(.WIDTH(CHUNK*DATA_W + 2), .DEPTH(DEPTH)) u_fifo (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (fire_2q),
        .in_ready_o  (fifo_ready),
        .in_data_i   ({last_2q, read_2q, rd_data_i[CHUNK*DATA_W-1:0]}),
        .out_valid_o (chunk_valid_o),
        .out_ready_i (chunk_ready_i),
        .out_data_o  ({chunk_last, chunk_read, chunk_pixel})
    );
    wire [CHUNK*DATA_W-1:0] chunk = chunk_read ? chunk_pixel : {(CHUNK*DATA_W){1'b0} };
    generate
        if (CHUNK == BEAT) begin : gen_beat
            assign chunk_data_o = chunk;
        end else begin : gen_part
            assign chunk_data_o = { {((BEAT-CHUNK)*DATA_W){1'b0} }, chunk};
        end
    endgenerate

    // --- Outputs ----------------------------------------------------------
    assign ins_ready_o   = done;
    assign runs_idle_o   = state_q == IDLE;
    assign runs_setup_o  = setup;
    assign chunk_bytes_o = chunk_last ? tail_q : FULL;
    assign rd_valid_o    = able && paired;
    assign rd_addr_o     = addr_q + offset_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(CHUNK >= 1 && CHUNK <= BEAT, "CHUNK is 1 to BEAT")
    `CHECK(!fire_2q || fifo_ready, "chunk lost: credit is wrong")

    wire unused_ok = &{1'b0, ins_q, rd_data_i, fifo_ready};

endmodule
`default_nettype wire
