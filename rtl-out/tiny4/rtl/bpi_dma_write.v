// bpi_dma_write.v - AXI4 write master: writes runs of contiguous bytes, at any alignment, from a stream of chunks.
// Chunks are appended to the runs in order; a chunk never crosses the end of its run.  Bytes are rotated into place and
// merged into whole beats, with strobes at both ends of a run.  Two runs never share a beat, even if they meet in one.
// Addresses go ahead of data; bursts end with the run, at 4 KiB, or after 256 beats.  Of a run that is not all inside the window
// nothing is written.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_dma_write #(
    parameter DATA_W      = 256,  // bits per beat: 32, 64 ... 1024
    parameter ADDR_W      = 64,   // bits per DRAM address (bytes), 20 or more
    parameter OUTSTANDING = 32,   // bursts in flight, 2 or more
    parameter BYTES_W     = 32    // bits of the bytes of a run, 32 at most
) (
    input  wire                clk_i,
    input  wire                rst_i,             // synchronous, active high

    // Command: one run.  No size is zero
    input  wire                cmd_valid_i,
    output wire                cmd_ready_o,
    input  wire [ADDR_W-1:0]   cmd_addr_i,
    input  wire [BYTES_W-1:0]  cmd_bytes_i,

    // Chunks: the low in_bytes_i bytes of in_data_i
    input  wire                in_valid_i,
    output wire                in_ready_o,
    input  wire [DATA_W-1:0]   in_data_i,
    input  wire [7:0]          in_bytes_i,        // 1 to a beat

    // Writes go to base <= address < limit only.  The limit may be the end of the address space
    input  wire [ADDR_W-1:0]   window_base_i,
    input  wire [ADDR_W:0]     window_limit_i,

    // Status
    output wire                idle_o,            // everything written and acknowledged
    output wire [7:0]          bytes_o,           // bytes placed in this cycle
    input  wire                halt_i,            // held until idle_o: no new burst, commands and chunks dropped
    output wire                error_valid_o,     // pulse; after it as if halted, until reset
    output wire [7:0]          error_code_o,      // a cause: WINDOW, WRITE_SLVERR, WRITE_DECERR
    output wire [ADDR_W-1:0]   error_addr_o,      // of the run, or of the burst

    // AXI4 write address, write data and write response
    output wire                m_axi_awvalid_o,
    input  wire                m_axi_awready_i,
    output wire [ADDR_W-1:0]   m_axi_awaddr_o,
    output wire [7:0]          m_axi_awlen_o,
    output wire [2:0]          m_axi_awsize_o,
    output wire [1:0]          m_axi_awburst_o,
    output wire                m_axi_wvalid_o,
    input  wire                m_axi_wready_i,
    output wire [DATA_W-1:0]   m_axi_wdata_o,
    output wire [DATA_W/8-1:0] m_axi_wstrb_o,
    output wire                m_axi_wlast_o,
    input  wire                m_axi_bvalid_i,
    output wire                m_axi_bready_o,
    input  wire [1:0]          m_axi_bresp_i
);
    localparam BEAT_BYTES = DATA_W / 8;
    localparam BYTE_W     = $clog2(BEAT_BYTES);   // bits of a byte in a beat
    localparam BEAT_W     = ADDR_W - BYTE_W;      // bits of an address in beats
    localparam END_W      = (BYTES_W > ADDR_W ? BYTES_W : ADDR_W) + 1;   // bits of the end of a run, wherever it is
    localparam PAGE_W     = 12 - BYTE_W;          // bits of a beat in a 4 KiB page
    localparam PAGES_W    = BEAT_W - PAGE_W;      // bits of a page's number
    localparam LOW_W      = PAGES_W / 2;          // bits of its lower half
    localparam COUNT_W    = BYTES_W + 1 > BYTE_W + 9 ? BYTES_W + 1 - BYTE_W : 9;   // bits of the beats in a run
    localparam FLIGHT_W   = $clog2(OUTSTANDING + 1);
    localparam [31:0] BYTES_32 = BEAT_BYTES;
    localparam [FLIGHT_W-1:0] FLIGHT_MAX = OUTSTANDING[FLIGHT_W-1:0];
    localparam [7:0] WINDOW = 8'd6, WRITE_SLVERR = 8'd9, WRITE_DECERR = 8'd10;

    reg  failed_q;
    wire stop = halt_i || failed_q;

    // --- Runs: for the addresses, and again for the data --------------------
    wire              cmd_taken, run_room;
    wire              run_valid, run_done;
    wire [BYTE_W-1:0] run_first;
    wire [BYTES_W-1:0] run_bytes;
    bpi_fifo #(.WIDTH(BYTE_W + BYTES_W), .DEPTH(OUTSTANDING)) u_runs (
        .clk_i       (clk_i),
        .rst_i       (rst_i || stop),
        .in_valid_i  (cmd_taken),
        .in_ready_o  (run_room),
        .in_data_i   ({ cmd_addr_i[BYTE_W-1:0], cmd_bytes_i }),
        .out_valid_o (run_valid),
        .out_ready_i (run_done),
        .out_data_o  ({ run_first, run_bytes })
    );

    // --- Bursts of a run: one each cycle ------------------------------------
    reg                open_q;
    reg                fresh_q;      // no burst of the run has been taken
    reg                begins_in_q;  // its first byte is not before the window
    reg  [BEAT_W-1:0]  beat_q;       // address in beats
    reg                low_ones_q;   // of its page's number the lower half is all ones
    reg  [BYTE_W-1:0]  first_q;      // first byte in the beat
    reg  [COUNT_W-1:0] left_q;       // beats left in the run, less one
    reg  [END_W-1:0]   end_q;        // after the run's last byte

    reg                aw_valid_q;
    reg [BEAT_W-1:0]   aw_beat_q;
    reg [7:0]          aw_len_q;
    reg [FLIGHT_W-1:0] flight_q;     // bursts taken and not acknowledged

    wire allowed     = !fresh_q || (begins_in_q && { 1'b0, end_q } <= { {(END_W-ADDR_W){1'b0}}, window_limit_i });
    wire outside     = open_q && !allowed && !stop;
    wire burst_taken = open_q && allowed && !stop && (!aw_valid_q || m_axi_awready_i) && flight_q != FLIGHT_MAX;
    // A burst goes to the end of the run, of the page, or has 256 beats
    wire [10:0] to_page = { {(11-PAGE_W){1'b0}}, ~beat_q[PAGE_W-1:0] };     // beats left in the page, less one
    wire        whole   = |to_page[10:8];
    wire [7:0]  most    = whole ? 8'd255 : to_page[7:0];                     // beats of the longest burst, less one
    wire        at_run  = left_q[COUNT_W-1:8] == {(COUNT_W-8){1'b0}} && left_q[7:0] <= most;
    wire [7:0]  len     = at_run ? left_q[7:0] : most;
    wire [COUNT_W-1:0] left_d = left_q - { {(COUNT_W-8){1'b0}}, most } - 1'b1;
    // The next page, in two halves: whether the lower one carries is known beforehand
    wire [PAGES_W-1:0]     page   = beat_q[BEAT_W-1:PAGE_W];
    wire [LOW_W-1:0]       low_1  = page[LOW_W-1:0] + 1'b1;
    wire [PAGES_W-1:LOW_W] high_1 = page[PAGES_W-1:LOW_W] + { {(PAGES_W-LOW_W-1){1'b0}}, low_ones_q };
    wire [10:0]     page_256 = { {(11-PAGE_W){1'b0}}, beat_q[PAGE_W-1:0] } + 11'd256;   // 256 beats on, in the same page
    wire [BEAT_W-1:0] beat_d = whole ? { page, page_256[PAGE_W-1:0] } : { high_1, low_1, {PAGE_W{1'b0}} };
    wire [32:0]     run_end = { {(33-BYTE_W){1'b0}}, cmd_addr_i[BYTE_W-1:0] } + { {(33-BYTES_W){1'b0}}, cmd_bytes_i } - 33'd1;   // last byte, from the first beat
    assign cmd_taken = cmd_valid_i && run_room && (!open_q || (burst_taken && at_run)) && !stop;

    // --- What is owed: the data of each burst, and its acknowledgement --------
    wire              send_room, send_valid, sent;
    wire [7:0]        send_len;
    bpi_fifo #(.WIDTH(8), .DEPTH(OUTSTANDING)) u_send (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (burst_taken),
        .in_ready_o  (send_room),
        .in_data_i   (len),
        .out_valid_o (send_valid),
        .out_ready_i (sent),
        .out_data_o  (send_len)
    );

    wire              owed_room, owed_valid;
    wire [BEAT_W-1:0] owed_beat;
    wire              acknowledged = m_axi_bvalid_i && owed_valid;
    wire              refused      = acknowledged && m_axi_bresp_i[1] && !stop;
    bpi_fifo #(.WIDTH(BEAT_W), .DEPTH(OUTSTANDING)) u_owed (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (burst_taken),
        .in_ready_o  (owed_room),
        .in_data_i   (beat_q),
        .out_valid_o (owed_valid),
        .out_ready_i (acknowledged),
        .out_data_o  (owed_beat)
    );

    // --- Rotate a chunk into place ------------------------------------------
    reg               begun_q;       // a chunk of the run has come
    reg  [BYTE_W-1:0] next_q;        // place of the next chunk in its beat
    reg  [BYTES_W-1:0] bytes_left_q;

    wire [BYTE_W-1:0] place      = begun_q ? next_q : run_first;
    wire [BYTES_W-1:0] bytes_left = begun_q ? bytes_left_q : run_bytes;
    wire              closes     = bytes_left == { {(BYTES_W-8){1'b0}}, in_bytes_i };
    wire [8:0]        behind     = { {(9-BYTE_W){1'b0}}, place } + { 1'b0, in_bytes_i };
    wire [2*DATA_W-1:0]     turned = { in_data_i, in_data_i } << { place, 3'b000 };
    wire [2*BEAT_BYTES-1:0] lanes  = ~({(2*BEAT_BYTES){1'b1}} << in_bytes_i) << place;

    reg                  chunk_valid_q, chunk_fills_q, chunk_closes_q;
    reg [DATA_W-1:0]     chunk_data_q;
    reg [BEAT_BYTES-1:0] chunk_here_q, chunk_next_q;   // bytes for this beat, and for the next
    reg [7:0]            chunk_bytes_q;
    wire                 chunk_done;
    wire                 chunk_taken = in_valid_i && run_valid && (!chunk_valid_q || chunk_done) && !stop;
    assign run_done = chunk_taken && closes;

    // --- Merge chunks into beats --------------------------------------------
    // A chunk that ends its run and reaches into another beat stays for one cycle more.
    reg [DATA_W-1:0]     part_data_q;
    reg [BEAT_BYTES-1:0] part_strb_q;
    reg [7:0]            index_q;                      // of the beat in its burst

    wire w_room;
    wire emits      = chunk_fills_q || chunk_closes_q;
    wire chunk_step = chunk_valid_q && (!emits || (send_valid && w_room)) && !stop;
    wire again      = chunk_closes_q && |chunk_next_q;
    assign chunk_done = chunk_step && !again;
    wire beat_pushed = stop ? send_valid && w_room : chunk_step && emits;
    wire beat_last   = index_q == send_len;
    assign sent      = beat_pushed && beat_last;

    wire [DATA_W-1:0] beat_data;
    genvar b;
    generate
        for (b = 0; b < BEAT_BYTES; b = b + 1) begin : gen_byte
            assign beat_data[b*8 +: 8] = chunk_here_q[b] ? chunk_data_q[b*8 +: 8] : part_data_q[b*8 +: 8];
            always @(posedge clk_i)
                if (chunk_step && (emits ? chunk_next_q[b] : chunk_here_q[b])) part_data_q[b*8 +: 8] <= chunk_data_q[b*8 +: 8];
        end
    endgenerate

    // what is announced is completed: with empty beats after a stop
    bpi_fifo #(.WIDTH(DATA_W + BEAT_BYTES + 1), .DEPTH(1)) u_beats (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .in_valid_i  (beat_pushed),
        .in_ready_o  (w_room),
        .in_data_i   ({ beat_data, stop ? {BEAT_BYTES{1'b0}} : part_strb_q | chunk_here_q, beat_last }),
        .out_valid_o (m_axi_wvalid_o),
        .out_ready_i (m_axi_wready_i),
        .out_data_o  ({ m_axi_wdata_o, m_axi_wstrb_o, m_axi_wlast_o })
    );

    // --- Registers ----------------------------------------------------------
    reg              error_valid_q;
    reg [7:0]        bytes_q, error_code_q;

    always @(posedge clk_i) begin
        if (cmd_taken) begin
            beat_q  <= cmd_addr_i[ADDR_W-1:BYTE_W];
            begins_in_q <= cmd_addr_i >= window_base_i;
            first_q <= cmd_addr_i[BYTE_W-1:0];
            left_q  <= run_end[BYTE_W +: COUNT_W];
            end_q   <= { {(END_W-ADDR_W){1'b0}}, cmd_addr_i } + { {(END_W-BYTES_W){1'b0}}, cmd_bytes_i };
        end else if (burst_taken) begin
            beat_q  <= beat_d;
            first_q <= {BYTE_W{1'b0}};
            left_q  <= left_d;
        end
        if (cmd_taken)                  low_ones_q <= &cmd_addr_i[12 +: LOW_W];
        else if (burst_taken && !whole) low_ones_q <= &{ page[LOW_W-1:1], !page[0] };
        if (burst_taken) begin
            aw_beat_q <= beat_q;
            aw_len_q  <= len;
        end

        if (chunk_taken) begin
            next_q         <= behind[BYTE_W-1:0];
            bytes_left_q   <= bytes_left - { {(BYTES_W-8){1'b0}}, in_bytes_i };
            chunk_data_q   <= turned[2*DATA_W-1:DATA_W];
            chunk_fills_q  <= behind >= BYTES_32[8:0];
            chunk_closes_q <= closes;
            chunk_bytes_q  <= in_bytes_i;
            chunk_here_q   <= lanes[BEAT_BYTES-1:0];
            chunk_next_q   <= lanes[2*BEAT_BYTES-1:BEAT_BYTES];
        end else if (chunk_step && again) begin
            chunk_bytes_q <= 8'd0;
            chunk_here_q  <= chunk_next_q;
            chunk_next_q  <= {BEAT_BYTES{1'b0}};
        end
        if (chunk_step) part_strb_q <= emits ? chunk_next_q : part_strb_q | chunk_here_q;

        if (refused) begin
            error_code_q <= m_axi_bresp_i[0] ? WRITE_DECERR : WRITE_SLVERR;
            beat_q       <= owed_beat;                     // after an error it holds the address
            first_q      <= {BYTE_W{1'b0}};
        end else if (outside) error_code_q <= WINDOW;

        open_q        <= !stop && (cmd_taken || (open_q && !(burst_taken && at_run)));
        fresh_q       <= cmd_taken || (fresh_q && !burst_taken);
        aw_valid_q    <= burst_taken || (aw_valid_q && !m_axi_awready_i);
        if (burst_taken != acknowledged) flight_q <= burst_taken ? flight_q + 1'b1 : flight_q - 1'b1;
        if (chunk_taken) begun_q <= !closes;
        chunk_valid_q <= chunk_taken || (chunk_valid_q && !chunk_done);
        if (beat_pushed) index_q <= beat_last ? 8'd0 : index_q + 8'd1;
        bytes_q       <= chunk_step ? chunk_bytes_q : 8'd0;
        error_valid_q <= refused || outside;
        failed_q      <= failed_q || refused || outside;
        if (rst_i || stop) begin
            begun_q       <= 1'b0;
            chunk_valid_q <= 1'b0;
            part_strb_q   <= {BEAT_BYTES{1'b0}};
        end
        if (rst_i) begin
            open_q        <= 1'b0;
            aw_valid_q    <= 1'b0;
            flight_q      <= {FLIGHT_W{1'b0}};
            index_q       <= 8'd0;
            bytes_q       <= 8'd0;
            error_valid_q <= 1'b0;
            failed_q      <= 1'b0;
        end
    end

    wire unused_ok = &{1'b0, turned[DATA_W-1:0], run_end, page_256[10:PAGE_W], behind[8:BYTE_W], send_room, owed_room};

    // --- Outputs ------------------------------------------------------------
    assign cmd_ready_o     = stop || cmd_taken;
    assign in_ready_o      = stop || (run_valid && (!chunk_valid_q || chunk_done));
    assign idle_o          = !open_q && flight_q == {FLIGHT_W{1'b0}};
    assign bytes_o         = bytes_q;
    assign error_valid_o   = error_valid_q;
    assign error_code_o    = error_code_q;
    assign error_addr_o    = { beat_q, first_q };
    assign m_axi_awvalid_o = aw_valid_q;
    assign m_axi_awaddr_o  = { aw_beat_q, {BYTE_W{1'b0}} };
    assign m_axi_awlen_o   = aw_len_q;
    assign m_axi_awsize_o  = BYTE_W[2:0];
    assign m_axi_awburst_o = 2'b01;
    assign m_axi_bready_o  = owed_valid;

    // --- Checks -------------------------------------------------------------
    `CHECK_PARAM(ADDR_W >= 20, "ADDR_W must be 20 or more")
    `CHECK(!open_q || stop || low_ones_q == &page[LOW_W-1:0], "carry of the next page is wrong")
    `CHECK(!burst_taken || (send_room && owed_room), "more bursts in flight than entries")
    `CHECK(!(cmd_valid_i && !stop) || cmd_bytes_i != 0, "run of size zero")
    `CHECK(!chunk_taken || (in_bytes_i != 0 && { 24'd0, in_bytes_i } <= BYTES_32), "chunk is empty or more than a beat")
    `CHECK(!chunk_taken || { {(BYTES_W-8){1'b0}}, in_bytes_i } <= bytes_left, "chunk crosses the end of its run")

endmodule
`default_nettype wire
