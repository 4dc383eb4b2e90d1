// bpi_fetch.v - reads a program of 64-byte instructions from DRAM ahead of its use.
// Bursts of up to 4 instructions, never past the end of the program nor across 256 bytes; room for 8 instructions.
//
// GENERATED, do not edit: made from configuration tiny4 (9f1a8ca0) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_fetch #(
    parameter DATA_W = 256,    // bits per beat: 32, 64 ... 1024
    parameter ADDR_W = 64      // bits per DRAM address (bytes), 32 or more
) (
    input  wire              clk_i,
    input  wire              rst_i,             // synchronous, active high

    // Program: start only when idle
    input  wire              start_i,
    input  wire [ADDR_W-1:0] base_i,            // multiple of 64
    input  wire [31:0]       count_i,           // instructions; 0 reads nothing

    // Instructions, in order
    output wire              ins_valid_o,
    input  wire              ins_ready_i,
    output wire [511:0]      ins_data_o,

    // Status
    output wire              idle_o,            // every instruction taken, nothing owed
    input  wire              halt_i,            // held until idle_o: no new burst, instructions dropped
    output wire              error_valid_o,     // pulse; after it as if halted, until reset
    output wire [7:0]        error_code_o,      // a cause: MISALIGNED (the base), READ_SLVERR, READ_DECERR
    output wire [ADDR_W-1:0] error_addr_o,      // the base, or of the beat

    // AXI4 read address and read data
    output wire              m_axi_arvalid_o,
    input  wire              m_axi_arready_i,
    output wire [ADDR_W-1:0] m_axi_araddr_o,
    output wire [7:0]        m_axi_arlen_o,
    output wire [2:0]        m_axi_arsize_o,
    output wire [1:0]        m_axi_arburst_o,
    input  wire              m_axi_rvalid_i,
    output wire              m_axi_rready_o,
    input  wire [DATA_W-1:0] m_axi_rdata_i,
    input  wire [1:0]        m_axi_rresp_i,
    input  wire              m_axi_rlast_i
);
    localparam BEAT_BYTES = DATA_W / 8;
    localparam BYTE_W     = $clog2(BEAT_BYTES);                        // bits of a byte in a beat
    localparam BEAT_W     = ADDR_W - BYTE_W;                           // bits of an address in beats
    localparam ROOM       = BEAT_BYTES > 64 ? 8 : 64 * 8 / BEAT_BYTES;    // beats
    localparam ROOM_W     = $clog2(ROOM + 1);
    localparam LEN_W      = 8 - BYTE_W;                                // bits of a beat in 256 bytes
    localparam [ROOM_W-1:0] ROOM_ALL = ROOM[ROOM_W-1:0];
    localparam [7:0] MISALIGNED = 8'd4, READ_SLVERR = 8'd7, READ_DECERR = 8'd8;

    reg  failed_q;
    wire stop = halt_i || failed_q;

    // --- Bursts: to the next multiple of 256 bytes, or to the end -----------
    reg  [ADDR_W-7:0] next_q;              // address in instructions
    reg  [31:0]       left_q;              // instructions not yet asked for
    reg  [ROOM_W-1:0] room_q;              // beats that may still be asked for
    reg  [ROOM_W-1:0] owed_q;              // beats asked for and not received
    reg               ar_valid_q;
    reg  [BEAT_W-1:0] ar_beat_q;
    reg  [LEN_W-1:0]  ar_len_q;

    wire [2:0]        to_256   = 3'd4 - { 1'b0, next_q[1:0] };
    wire              at_end   = left_q <= { 29'd0, to_256 };
    wire [1:0]        last     = at_end ? next_q[1:0] + left_q[1:0] - 2'd1 : 2'd3;
    wire [ADDR_W-1:0] from     = { next_q, 6'd0 };
    wire [ADDR_W-1:0] to       = { next_q[ADDR_W-7:2], last, 6'd63 };
    wire [LEN_W-1:0]  len      = to[7:BYTE_W] - from[7:BYTE_W];
    wire [ROOM_W-1:0] beats    = { {(ROOM_W-LEN_W){1'b0}}, len } + { {(ROOM_W-1){1'b0}}, 1'b1 };
    wire              announce = left_q != 32'd0 && room_q >= beats && !stop && (!ar_valid_q || m_axi_arready_i);

    // --- Beats received -----------------------------------------------------
    reg  [BEAT_W-1:0] here_q;              // address of the next beat
    wire              room;
    wire              received   = m_axi_rvalid_i && m_axi_rready_o;
    wire              refused    = received && m_axi_rresp_i[1] && !stop;
    wire              misaligned = start_i && base_i[5:0] != 6'd0 && !stop;
    wire              begins     = start_i && base_i[5:0] == 6'd0 && !stop;

    wire              beat_valid, beat_taken;
    wire [DATA_W-1:0] beat_data;
    bpi_fifo #(.WIDTH(DATA_W), .DEPTH(ROOM)) u_beats (
        .clk_i       (clk_i),
        .rst_i       (rst_i || stop),
        .in_valid_i  (received && !refused),
        .in_ready_o  (room),
        .in_data_i   (m_axi_rdata_i),
        .out_valid_o (beat_valid),
        .out_ready_i (beat_taken),
        .out_data_o  (beat_data)
    );

    // --- Instructions: several beats, or a part of one ----------------------
    reg         ins_valid_q;
    reg [511:0] beats_q;
    reg [31:0]  due_q;                     // instructions not yet put out
    wire        step = beat_valid && (!ins_valid_q || ins_ready_i);
    wire        whole;                     // this step completes an instruction
    generate
        if (BEAT_BYTES > 64) begin : gen_part
            reg  upper_q;
            assign whole      = step;
            assign beat_taken = step && (upper_q || due_q == 32'd1);
            always @(posedge clk_i) begin
                if (step) beats_q <= upper_q ? beat_data[DATA_W-1:DATA_W-512] : beat_data[511:0];
                if (begins) upper_q <= base_i[6];
                else if (step) upper_q <= !upper_q;
            end
        end else if (BEAT_BYTES == 64) begin : gen_one
            assign whole      = step;
            assign beat_taken = step;
            always @(posedge clk_i) if (step) beats_q <= beat_data;
        end else begin : gen_several
            reg [5-BYTE_W:0] part_q;
            assign whole      = step && &part_q;
            assign beat_taken = step;
            always @(posedge clk_i) begin
                if (step) beats_q <= { beat_data, beats_q[511:DATA_W] };
                if (rst_i || stop) part_q <= {(6-BYTE_W){1'b0}};
                else if (step) part_q <= part_q + 1'b1;
            end
        end
    endgenerate

    // --- Registers ----------------------------------------------------------
    reg              error_valid_q;
    reg [7:0]        error_code_q;
    reg [ADDR_W-1:0] error_addr_q;

    always @(posedge clk_i) begin
        if (begins) next_q <= base_i[ADDR_W-1:6];
        else if (announce) next_q <= { next_q[ADDR_W-7:2] + 1'b1, 2'd0 };
        if (begins) here_q <= base_i[ADDR_W-1:BYTE_W];
        else if (received) here_q <= here_q + 1'b1;
        if (announce) begin
            ar_beat_q <= from[ADDR_W-1:BYTE_W];
            ar_len_q  <= len;
        end
        if (refused) begin
            error_code_q <= m_axi_rresp_i[0] ? READ_DECERR : READ_SLVERR;
            error_addr_q <= { here_q, {BYTE_W{1'b0}} };
        end else if (misaligned) begin
            error_code_q <= MISALIGNED;
            error_addr_q <= base_i;
        end

        left_q        <= begins ? count_i : !announce ? left_q : at_end ? 32'd0 : left_q - { 29'd0, to_256 };
        due_q         <= begins ? count_i : whole ? due_q - 32'd1 : due_q;
        ins_valid_q   <= whole || (ins_valid_q && !ins_ready_i);
        room_q        <= room_q - (announce ? beats : {ROOM_W{1'b0}}) + { {(ROOM_W-1){1'b0}}, beat_taken };
        owed_q        <= owed_q + (announce ? beats : {ROOM_W{1'b0}}) - { {(ROOM_W-1){1'b0}}, received };
        ar_valid_q    <= announce || (ar_valid_q && !m_axi_arready_i);
        error_valid_q <= refused || misaligned;
        failed_q      <= failed_q || refused || misaligned;
        if (rst_i || stop) begin
            left_q      <= 32'd0;
            due_q       <= 32'd0;
            ins_valid_q <= 1'b0;
            room_q      <= ROOM_ALL;
        end
        if (rst_i) begin
            owed_q        <= {ROOM_W{1'b0}};
            ar_valid_q    <= 1'b0;
            error_valid_q <= 1'b0;
            failed_q      <= 1'b0;
        end
    end

    wire unused_ok = &{1'b0, from[BYTE_W-1:0], to[ADDR_W-1:8], to[BYTE_W-1:0], m_axi_rlast_i, room};

    // --- Outputs ------------------------------------------------------------
    assign ins_valid_o     = ins_valid_q;
    assign ins_data_o      = beats_q;
    assign idle_o          = due_q == 32'd0 && left_q == 32'd0 && owed_q == {ROOM_W{1'b0}} && !ins_valid_q;
    assign error_valid_o   = error_valid_q;
    assign error_code_o    = error_code_q;
    assign error_addr_o    = error_addr_q;
    assign m_axi_arvalid_o = ar_valid_q;
    assign m_axi_araddr_o  = { ar_beat_q, {BYTE_W{1'b0}} };
    assign m_axi_arlen_o   = { {(8-LEN_W){1'b0}}, ar_len_q };
    assign m_axi_arsize_o  = BYTE_W[2:0];
    assign m_axi_arburst_o = 2'b01;
    assign m_axi_rready_o  = owed_q != {ROOM_W{1'b0}};

    // --- Checks -------------------------------------------------------------
    `CHECK_PARAM(ADDR_W >= 32, "ADDR_W must be 32 or more")
    `CHECK(!start_i || stop || idle_o, "started while not idle")
    `CHECK(!received || room, "a beat came that has no room")

endmodule
`default_nettype wire
