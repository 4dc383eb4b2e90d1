// bpi_dma_read.v - AXI4 read master: strided three-dimensional copies from DRAM into the buffers.
// For i2 < n2, i1 < n1: copies row_bytes from addr + i1*stride1 + i2*stride2 (bytes) to
// buf + i1*bufstride1 + i2*bufstride2 (elements).  Both must agree modulo a beat, so data is never rotated: whole beats
// are read and the elements outside the row are left out by the strobes.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_dma_read #(
    parameter ROWS_W        = 16,   // bits of a count of rows
    parameter DATA_W        = 256,  // bits per beat: 32, 64 ... 1024
    parameter ADDR_W        = 64,   // bits per DRAM address (bytes)
    parameter OUTSTANDING   = 32,   // bursts in flight, 2 or more
    parameter ELEMENT_BYTES = 2,    // bytes per buffer element: 1 or 2
    parameter BUFFERS       = 2,    // buffers it writes, 2 or more
    parameter SELECT_W      = 1,    // bits of a buffer's number
    parameter ELEMENT_W     = 32,   // bits of an element's address in the larger buffer
    parameter PART_W        = 256   // bits of a part of an instruction: 32, 64 ... 512
) (
    input  wire                              clk_i,
    input  wire                              rst_i,             // synchronous, active high

    // Command: a LOAD in parts, then valid until all its rows have been taken.  No size is zero
    input  wire                              part_valid_i,
    input  wire [3:0]                        part_index_i,
    input  wire [PART_W-1:0]                 part_i,
    input  wire                              cmd_valid_i,
    output wire                              cmd_ready_o,
    output wire                              cmd_opens_o,       // pulse: its first cycle
    output wire                              cmd_reorganize_o,  // it is part of the reorganize step

    // Buffer write, always accepted
    output wire [BUFFERS-1:0]                wr_valid_o,        // of the buffer that is written
    output wire [ELEMENT_W-1:0]              wr_addr_o,         // element, multiple of a beat
    output wire [DATA_W/8/ELEMENT_BYTES-1:0] wr_strb_o,
    output wire [DATA_W-1:0]                 wr_data_o,

    // Status
    output wire                              done_o,            // with the last write of a command
    output wire                              idle_o,
    output wire [7:0]                        bytes_o,           // bytes received in this cycle, whole beats
    input  wire                              halt_i,            // held until idle_o: no new burst, commands and data dropped
    output wire                              error_valid_o,     // pulse; after it as if halted, until reset
    output wire [7:0]                        error_code_o,      // a cause: MISALIGNED, READ_SLVERR, READ_DECERR
    output wire [ADDR_W-1:0]                 error_addr_o,      // of the row, or of the beat

    // AXI4 read address and read data
    output wire                              m_axi_arvalid_o,
    input  wire                              m_axi_arready_i,
    output wire [ADDR_W-1:0]                 m_axi_araddr_o,
    output wire [7:0]                        m_axi_arlen_o,
    output wire [2:0]                        m_axi_arsize_o,
    output wire [1:0]                        m_axi_arburst_o,
    input  wire                              m_axi_rvalid_i,
    output wire                              m_axi_rready_o,
    input  wire [DATA_W-1:0]                 m_axi_rdata_i,
    input  wire [1:0]                        m_axi_rresp_i,
    input  wire                              m_axi_rlast_i
);
    localparam BEAT_BYTES    = DATA_W / 8;
    localparam BEAT_ELEMENTS = BEAT_BYTES / ELEMENT_BYTES;
    localparam BYTE_W        = $clog2(BEAT_BYTES);      // bits of a byte in a beat
    localparam ELEM_W        = $clog2(BEAT_ELEMENTS);   // bits of an element in a beat
    localparam SHIFT         = BYTE_W - ELEM_W;         // bits of a byte in an element
    localparam BEAT_W        = ADDR_W - BYTE_W;         // bits of a DRAM address in beats
    localparam STEP_W        = ADDR_W < 32 ? ADDR_W : 32;   // bits of a step that an address has
    localparam BUF_W         = ELEMENT_W - ELEM_W;      // bits of a buffer address in beats
    localparam PAGE_W        = 12 - BYTE_W;             // bits of a beat in a 4 KiB page
    localparam HALF          = (BEAT_W + PAGE_W) / 2;
    localparam ROW_W         = ELEMENT_W + SHIFT + 1 > 24 ? 24 : ELEMENT_W + SHIFT + 1;   // bits of a row's bytes: a row is no longer than a buffer
    localparam COUNT_W       = ROW_W + 1 > BYTE_W + 9 ? ROW_W + 1 - BYTE_W : 9;         // bits of the beats in a row
    localparam FLIGHT_W      = $clog2(OUTSTANDING + 1);
    localparam [31:0] BYTES_32 = BEAT_BYTES;
    localparam [FLIGHT_W-1:0] FLIGHT_MAX = OUTSTANDING[FLIGHT_W-1:0];
    localparam [7:0] MISALIGNED = 8'd4, READ_SLVERR = 8'd7, READ_DECERR = 8'd8;
    localparam ELEMENT_ODD = ELEMENT_BYTES - 1;

    reg  failed_q;
    wire stop = halt_i || failed_q;

    // --- Command ------------------------------------------------------------
    // The instruction, kept as its parts come; bits that nothing reads are no registers
    localparam WORDS = PART_W / 32;
    reg [511:0] ins_q;
    integer word;
    always @(posedge clk_i) begin
        for (word = 0; word < 16; word = word + 1)
            if (part_valid_i && { 28'd0, part_index_i } == word / WORDS) ins_q[word*32 +: 32] <= part_i[(word % WORDS)*32 +: 32];
    end
    wire stationary = ins_q[8];
    wire reorganize = ins_q[9];
    wire [ADDR_W-1:0] address = ins_q[3*32 +: ADDR_W];
    wire [ELEMENT_W-1:0] buf_element = ins_q[5*32 +: ELEMENT_W];
    wire [ROW_W-1:0] row_bytes = ins_q[6*32 +: ROW_W];
    wire [ROWS_W-1:0] n1 = ins_q[7*32 +: ROWS_W];
    wire [ROWS_W-1:0] n2 = ins_q[7*32+16 +: ROWS_W];
    wire signed [ADDR_W-1:0] stride1 = { {(ADDR_W-STEP_W+1){ ins_q[8*32+STEP_W-1]} }, ins_q[8*32 +: STEP_W-1]};
    wire signed [ADDR_W-1:0] stride2 = { {(ADDR_W-STEP_W+1){ ins_q[9*32+STEP_W-1]} }, ins_q[9*32 +: STEP_W-1]};
    wire [ELEMENT_W-1:0] buf_stride1 = ins_q[10*32 +: ELEMENT_W];
    wire [ELEMENT_W-1:0] buf_stride2 = ins_q[11*32 +: ELEMENT_W];

    // --- Rows of a command: one each cycle ----------------------------------
    reg               cmd_open_q;
    reg  [ADDR_W-1:0] row_addr_q, plane_addr_q;
    reg  [ELEMENT_W-1:0] row_buf_q, plane_buf_q;
    reg  [ROWS_W-1:0]       left1_q, left2_q;                // rows, planes still to come, less one

    wire row_ready;                                     // the splitter takes a row
    wire row_taken = cmd_open_q && row_ready && !stop;
    wire row_last1 = left1_q == {ROWS_W{1'b0} };
    wire row_last  = row_last1 && left2_q == {ROWS_W{1'b0} };
    wire opens     = cmd_valid_i && !cmd_open_q && !stop;
    wire [ADDR_W-1:0] plane_addr_d = plane_addr_q + stride2;
    wire [ELEMENT_W-1:0] plane_buf_d  = plane_buf_q + buf_stride2;
    // the row in beats
    wire [BYTE_W-1:0] row_first  = row_addr_q[BYTE_W-1:0];
    wire [24:0]       row_end    = { {(25-BYTE_W){1'b0}}, row_first } + { {(25-ROW_W){1'b0}}, row_bytes } - 25'd1;   // last byte, from the first beat
    wire row_bad = row_addr_q[BYTE_W-1:SHIFT] != row_buf_q[ELEM_W-1:0] ||
                   ((row_addr_q[0] || row_bytes[0]) && ELEMENT_ODD != 0);

    // --- Bursts of a row: one each cycle ------------------------------------
    reg                 row_open_q, row_bad_q, row_begins_q, row_closes_q;
    reg  [SELECT_W-1:0] row_select_q;
    reg  [BEAT_W-1:0]   beat_q;        // DRAM address in beats
    reg  [BUF_W-1:0]    buf_q;         // buffer address in beats
    reg  [COUNT_W-1:0]  left_q;        // beats left in the row, less one
    reg  [BYTE_W-1:0]   misfit_q;      // byte in the beat, for the error address
    reg  [ELEM_W-1:0]   last_q;        // last element in the last beat
    reg                 ar_waits_q;    // its address has been asked for and not been taken
    reg  [FLIGHT_W-1:0] flight_q;      // bursts announced and not yet received

    // A burst goes to the end of the row, of the page, or has 256 beats.  What is left and comes next is worked out for
    // both of the latter at once, and less than nothing left is the end of the row.  len: beats less one.
    wire [10:0] to_page = { {(11-PAGE_W){1'b0}}, ~beat_q[PAGE_W-1:0] };
    wire        whole   = |to_page[10:8];               // the page has more than 256 beats left
    wire [7:0]  most    = whole ? 8'd255 : to_page[7:0];                     // beats of the longest burst, less one
    wire        at_row  = left_q[COUNT_W-1:8] == {(COUNT_W-8){1'b0}} && left_q[7:0] <= most;
    wire [7:0]  len     = at_row ? left_q[7:0] : most;
    wire [COUNT_W-1:0] left_d = left_q - { {(COUNT_W-8){1'b0}}, most } - 1'b1;
    wire [BEAT_W-1:HALF] upper   = beat_q[BEAT_W-1:HALF];              // in two parts, so that no carry runs through all
    wire [BEAT_W-1:HALF] upper_1 = upper + 1'b1;
    wire [10:0]       page_256 = { {(11-PAGE_W){1'b0}}, beat_q[PAGE_W-1:0] } + 11'd256;   // 256 beats on, in the same page
    wire [BEAT_W-1:0] beat_d  = whole ? { beat_q[BEAT_W-1:PAGE_W], page_256[PAGE_W-1:0] }
                              : { &beat_q[HALF-1:PAGE_W] ? upper_1 : upper, beat_q[HALF-1:PAGE_W] + 1'b1, {PAGE_W{1'b0}} };
    wire [31:0]      beats = { 24'd0, most } + 32'd1;
    wire [BUF_W-1:0] buf_d = buf_q + beats[BUF_W-1:0];
    wire       asks     = row_open_q && !row_bad_q && (ar_waits_q || (!stop && flight_q != FLIGHT_MAX));
    wire       announce = asks && m_axi_arready_i;
    wire       ar_waits = asks && !m_axi_arready_i;        // a stop does not take back what has been asked for
    wire       misaligned = row_open_q && row_bad_q && !stop;
    assign     row_ready = !row_open_q || (announce && at_row);

    // --- What is owed: one entry for each burst -----------------------------
    localparam OWED_W = BEAT_W + BUF_W + 8 + 2*ELEM_W + SELECT_W + 1;
    wire [OWED_W-1:0] owed_in = { beat_q, buf_q, len,
                                  row_begins_q ? misfit_q[BYTE_W-1:SHIFT] : {ELEM_W{1'b0}},
                                  at_row ? last_q : {ELEM_W{1'b1}},
                                  row_select_q, at_row && row_closes_q };
    wire [OWED_W-1:0] owed_out;
    wire              owed_room, owed_valid, received, burst_received;
    bpi_fifo #(.WIDTH(OWED_W), .DEPTH(OUTSTANDING)) u_owed (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (announce),
        .in_ready_o  (owed_room),
        .in_data_i   (owed_in),
        .out_valid_o (owed_valid),
        .out_ready_i (burst_received),
        .out_data_o  (owed_out)
    );
    wire [BEAT_W-1:0] owed_beat;
    wire [BUF_W-1:0]  owed_buf;
    wire [7:0]        owed_len;
    wire [ELEM_W-1:0] owed_first, owed_last;
    wire [SELECT_W-1:0] owed_select;
    wire              owed_closes;
    assign { owed_beat, owed_buf, owed_len, owed_first, owed_last, owed_select, owed_closes } = owed_out;

    // --- Beats received -----------------------------------------------------
    reg  [7:0] index_q;                // of the beat in its burst
    wire [10:0] page_index = {3'd0, index_q};
    wire beat_last = index_q == owed_len;
    assign received       = m_axi_rvalid_i && owed_valid;
    assign burst_received = received && beat_last;
    wire   refused        = received && m_axi_rresp_i[1] && !stop;
    wire [BEAT_ELEMENTS-1:0] from_first = {BEAT_ELEMENTS{1'b1}} << (index_q == 8'd0 ? owed_first : {ELEM_W{1'b0}});
    wire [BEAT_ELEMENTS-1:0] to_last    = {BEAT_ELEMENTS{1'b1}} >> (beat_last ? ~owed_last : {ELEM_W{1'b0}});
    wire [PAGE_W-1:0]        in_page    = owed_beat[PAGE_W-1:0] + page_index[PAGE_W-1:0];
    wire [BEAT_W-1:0]        here       = { owed_beat[BEAT_W-1:PAGE_W], in_page };     // a burst lies in one page

    // --- Registers ----------------------------------------------------------
    reg                     done_q, received_q, error_valid_q;
    reg [BUFFERS-1:0]       wr_valid_q;
    wire [31:0]             index = { 24'd0, index_q };
    reg [BUF_W-1:0]         wr_beat_q;
    reg [BEAT_ELEMENTS-1:0] wr_strb_q;
    reg [DATA_W-1:0]        wr_data_q;
    reg [7:0]               error_code_q;
    integer                 n;

    always @(posedge clk_i) begin
        if (opens) begin
            row_addr_q   <= address;
            plane_addr_q <= address;
            row_buf_q    <= buf_element;
            plane_buf_q  <= buf_element;
            left1_q      <= n1 - 1'b1;
            left2_q      <= n2 - 1'b1;
        end else if (row_taken) begin
            left1_q    <= row_last1 ? n1 - 1'b1 : left1_q - 1'b1;
            row_addr_q <= row_last1 ? plane_addr_d : row_addr_q + stride1;
            row_buf_q  <= row_last1 ? plane_buf_d : row_buf_q + buf_stride1;
            if (row_last1) begin
                left2_q      <= left2_q - 1'b1;
                plane_addr_q <= plane_addr_d;
                plane_buf_q  <= plane_buf_d;
            end
        end

        if (row_taken) begin
            beat_q       <= row_addr_q[ADDR_W-1:BYTE_W];
            buf_q        <= row_buf_q[ELEMENT_W-1:ELEM_W];
            left_q       <= row_end[BYTE_W +: COUNT_W];
            misfit_q     <= row_first;
            last_q       <= row_end[BYTE_W-1:SHIFT];
            row_bad_q    <= row_bad;
            row_select_q <= { {(SELECT_W-1){1'b0} }, stationary};
            row_begins_q <= 1'b1;
            row_closes_q <= row_last;
        end else if (announce) begin
            beat_q       <= beat_d;
            buf_q        <= buf_d;
            left_q       <= left_d;
            row_begins_q <= 1'b0;
        end

        if (received) begin
            wr_beat_q   <= owed_buf + index[BUF_W-1:0];
            wr_strb_q   <= from_first & to_last;
            wr_data_q   <= m_axi_rdata_i;
        end
        if (refused) begin
            error_code_q <= m_axi_rresp_i[0] ? READ_DECERR : READ_SLVERR;
            plane_addr_q <= { here, {BYTE_W{1'b0}} };      // after an error it holds the address
        end else if (misaligned) begin
            error_code_q <= MISALIGNED;
            plane_addr_q <= { beat_q, misfit_q };
        end

        cmd_open_q    <= opens || (cmd_open_q && !stop && !(row_taken && row_last));
        row_open_q    <= row_taken || (row_open_q && !(announce && at_row) && (!stop || ar_waits));
        ar_waits_q    <= ar_waits;
        if (announce != burst_received) flight_q <= announce ? flight_q + 1'b1 : flight_q - 1'b1;
        if (received) index_q <= beat_last ? 8'd0 : index_q + 8'd1;
        for (n = 0; n < BUFFERS; n = n + 1) wr_valid_q[n] <= received && owed_select == n[SELECT_W-1:0] && !refused && !stop;
        done_q        <= burst_received && owed_closes && !refused && !stop;
        received_q    <= received;
        error_valid_q <= refused || misaligned;
        failed_q      <= failed_q || refused || misaligned;
        if (rst_i) begin
            cmd_open_q    <= 1'b0;
            row_open_q    <= 1'b0;
            ar_waits_q    <= 1'b0;
            flight_q      <= {FLIGHT_W{1'b0}};
            index_q       <= 8'd0;
            wr_valid_q    <= {BUFFERS{1'b0}};
            done_q        <= 1'b0;
            received_q    <= 1'b0;
            error_valid_q <= 1'b0;
            failed_q      <= 1'b0;
        end
    end

    wire unused_ok = &{1'b0, ins_q, row_end, beats, index, page_256[10:PAGE_W], owed_room, page_index, m_axi_rlast_i};

    // --- Outputs ------------------------------------------------------------
    assign cmd_ready_o      = row_taken && row_last;
    assign cmd_opens_o      = opens;
    assign cmd_reorganize_o = reorganize;
    assign wr_valid_o       = wr_valid_q;
    assign wr_addr_o        = { wr_beat_q, {ELEM_W{1'b0}} };
    assign wr_strb_o        = wr_strb_q;
    assign wr_data_o        = wr_data_q;
    assign done_o           = done_q;
    assign idle_o           = !cmd_open_q && !row_open_q && flight_q == {FLIGHT_W{1'b0}} && !received_q;
    assign bytes_o          = received_q ? BYTES_32[7:0] : 8'd0;
    assign error_valid_o    = error_valid_q;
    assign error_code_o     = error_code_q;
    assign error_addr_o     = plane_addr_q;
    assign m_axi_arvalid_o  = asks;
    assign m_axi_araddr_o   = { beat_q, {BYTE_W{1'b0}} };
    assign m_axi_arlen_o    = len;
    assign m_axi_arsize_o   = BYTE_W[2:0];
    assign m_axi_arburst_o  = 2'b01;
    assign m_axi_rready_o   = owed_valid;

    // --- Checks -------------------------------------------------------------
    `CHECK_PARAM(ADDR_W >= 20, "ADDR_W must be 20 or more")
    `CHECK_PARAM(BUFFERS >= 2 && BUFFERS <= (1 << SELECT_W), "SELECT_W holds every buffer's number")
    `CHECK(!announce || owed_room, "more bursts in flight than entries")
    `CHECK(!received || m_axi_rlast_i == beat_last, "RLAST is not at the end of the burst")
    `CHECK(!(cmd_valid_i && !stop) || (row_bytes != 0 && n1 != 0 && n2 != 0), "command of size zero")

endmodule
`default_nettype wire
