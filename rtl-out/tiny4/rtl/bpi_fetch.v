// bpi_fetch.v - reads a program of 64-byte instructions from DRAM ahead of its use, into the slots of a ring.
// Bursts of up to 4 instructions, never past the end of the program nor across 256 bytes.  An instruction's slot is the lowest
// bits of its number in DRAM; a burst waits until the slots up to the next 256 bytes are free.  Instructions come out in parts
// as wide as a beat, 512 bits at most.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_fetch #(
    parameter DATA_W = 256,    // bits per beat: 32, 64 ... 1024
    parameter ADDR_W = 64,     // bits per DRAM address (bytes), 20 or more
    parameter PART_W = 256,    // bits of a part: DATA_W, 512 at most
    parameter COUNT_W = 32     // bits of a count of instructions
) (
    input  wire              clk_i,
    input  wire              rst_i,             // synchronous, active high

    // Program: start only when idle
    input  wire              start_i,
    input  wire [ADDR_W-1:0] base_i,            // multiple of 64
    input  wire [COUNT_W-1:0] count_i,          // instructions; 0 reads nothing

    // Parts of instructions, in order, taken at once
    output wire              part_valid_o,
    output wire [3:0]        part_slot_o,
    output wire [3:0]        part_index_o,
    output wire              part_last_o,       // of its instruction
    output wire [PART_W-1:0] part_o,

    // Slots that are free again
    input  wire              free_valid_i,
    input  wire [3:0]        free_slot_i,

    // Status
    output wire              idle_o,            // all asked for and received
    output wire              over_o,            // and put out whole: the program has no more
    input  wire              halt_i,            // held until idle_o: no new burst, instructions dropped
    output wire              error_valid_o,     // pulse; after it as if halted, until reset
    output wire [7:0]        error_code_o,      // a cause: READ_SLVERR, READ_DECERR; it and the address hold until the next start
    output wire [ADDR_W-1:0] error_addr_o,      // of the beat

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
    localparam SLOTS      = 16, SLOT_W = 4, QUAD_W = SLOT_W - 2;
    localparam LEN_W      = 8 - BYTE_W;                                // bits of a beat in 256 bytes
    localparam OWED_W     = $clog2(SLOTS * 64 / (BEAT_BYTES > 64 ? 64 : BEAT_BYTES) + 1);
    localparam PART_I     = BYTE_W < 6 ? 6 - BYTE_W : 0;               // bits of a part's number
    localparam [7:0] READ_SLVERR = 8'd7, READ_DECERR = 8'd8;

    reg  failed_q;
    wire stop = halt_i || failed_q;
    wire begins = start_i && !stop;

    // --- Bursts: to the next multiple of 256 bytes, or to the end -----------
    // The address waits in its own counter: next_q, and len, are those of the burst that is announced.
    reg  [ADDR_W-7:0] next_q;              // address in instructions
    reg  [COUNT_W-1:0] left_q;             // instructions from there on
    reg  [OWED_W-1:0] owed_q;              // beats asked for and not received
    reg  [SLOTS-1:0]  busy_q;              // slots that hold an instruction, or will
    reg               ar_valid_q;

    wire [2:0]        to_256   = 3'd4 - { 1'b0, next_q[1:0] };
    wire              at_end   = left_q[COUNT_W-1:3] == {(COUNT_W-3){1'b0} } && left_q[2:0] <= to_256;
    wire [1:0]        last     = at_end ? next_q[1:0] + left_q[1:0] - 2'd1 : 2'd3;
    wire [ADDR_W-1:0] from     = { next_q, 6'd0 };
    wire [ADDR_W-1:0] to       = { next_q[ADDR_W-7:2], last, 6'd63 };
    wire [LEN_W-1:0]  len      = to[7:BYTE_W] - from[7:BYTE_W];
    wire [OWED_W-1:0] beats    = { {(OWED_W-LEN_W){1'b0} }, len } + { {(OWED_W-1){1'b0} }, 1'b1 };
    wire              asked    = ar_valid_q && m_axi_arready_i;
    wire [QUAD_W-1:0] quad     = next_q[SLOT_W-1:2];
    wire [QUAD_W-1:0] quad_d   = quad + { {(QUAD_W-1){1'b0} }, ar_valid_q };      // of the burst that comes next
    wire              more     = ar_valid_q ? asked && !at_end : left_q != {COUNT_W{1'b0} };
    wire              announce = more && busy_q[quad_d*4 +: 4] == 4'd0 && !stop;

    // --- Beats and parts ----------------------------------------------------
    reg  [BEAT_W-1:0] here_q;              // address of the next beat
    wire              owed     = owed_q != {OWED_W{1'b0} };
    wire              received = m_axi_rvalid_i && owed;
    wire              refused  = received && m_axi_rresp_i[1] && !stop;
    wire              arrived  = received && !m_axi_rresp_i[1] && !stop;
    wire              held;                // beats have arrived and have not been put out whole
    generate
        if (BEAT_BYTES > 64) begin : gen_two
            // two instructions in a beat
            wire              beat_valid, room;
            wire [DATA_W-1:0] beat;
            reg  [SLOT_W-1:0] slot_q;
            reg  [COUNT_W-1:0] due_q;      // instructions not yet put out
            bpi_fifo #(.WIDTH(DATA_W), .DEPTH(SLOTS / 2)) u_beats (
                .clk_i       (clk_i),
                .rst_i       (rst_i || stop),
                .in_valid_i  (arrived),
                .in_ready_o  (room),
                .in_data_i   (m_axi_rdata_i),
                .out_valid_o (beat_valid),
                .out_ready_i (slot_q[0] || due_q == { {(COUNT_W-1){1'b0} }, 1'b1 }),
                .out_data_o  (beat)
            );
            assign held         = due_q != {COUNT_W{1'b0} };
            assign part_valid_o = beat_valid && !stop;
            assign part_slot_o  = slot_q;
            assign part_index_o = 4'd0;
            assign part_last_o  = 1'b1;
            assign part_o       = slot_q[0] ? beat[DATA_W-1:DATA_W-PART_W] : beat[PART_W-1:0];
            always @(posedge clk_i) begin
                if (begins)            slot_q <= base_i[6 +: SLOT_W];
                else if (part_valid_o) slot_q <= slot_q + 1'b1;
                if (begins)            due_q <= count_i;
                else if (part_valid_o) due_q <= due_q - 1'b1;
                if (rst_i || stop) due_q <= {COUNT_W{1'b0} };
            end
            `CHECK(!arrived || room, "a beat came that has no room")
        end else begin : gen_parts
            assign held         = 1'b0;
            assign part_valid_o = arrived;
            assign part_slot_o  = here_q[PART_I +: SLOT_W];
            assign part_o       = m_axi_rdata_i;
            if (BEAT_BYTES == 64) begin : gen_one
                assign part_index_o = 4'd0;
                assign part_last_o  = 1'b1;
            end else begin : gen_several
                assign part_index_o = { {(4-PART_I){1'b0} }, here_q[PART_I-1:0] };
                assign part_last_o  = &here_q[PART_I-1:0];
            end
        end
    endgenerate

    // --- Registers ----------------------------------------------------------
    reg     error_valid_q, decerr_q;
    integer n;
    always @(posedge clk_i) begin
        if (begins)     next_q <= base_i[ADDR_W-1:6];
        else if (asked) next_q <= { next_q[ADDR_W-7:2] + 1'b1, 2'd0 };
        if (begins)       here_q <= base_i[ADDR_W-1:BYTE_W];
        else if (arrived) here_q <= here_q + 1'b1;       // stays at a beat that is refused
        if (refused) decerr_q <= m_axi_rresp_i[0];

        // behind the end of the program nothing is asked for, so there it does not matter what is busy
        for (n = 0; n < SLOTS; n = n + 1) begin
            if (asked && quad == n[SLOT_W-1:2] && n[1:0] >= next_q[1:0]) busy_q[n] <= 1'b1;
            if (free_valid_i && free_slot_i == n[SLOT_W-1:0]) busy_q[n] <= 1'b0;
        end

        left_q        <= begins ? count_i : !asked ? left_q : at_end ? {COUNT_W{1'b0} } : left_q - { {(COUNT_W-3){1'b0} }, to_256 };
        owed_q        <= owed_q + (asked ? beats : {OWED_W{1'b0} }) - { {(OWED_W-1){1'b0} }, received };
        ar_valid_q    <= announce || (ar_valid_q && !m_axi_arready_i);
        error_valid_q <= refused;
        failed_q      <= failed_q || refused;
        if (rst_i || (stop && (asked || !ar_valid_q))) left_q <= {COUNT_W{1'b0} };      // an address that waits stays
        if (rst_i || begins) busy_q <= {SLOTS{1'b0} };
        if (rst_i) begin
            owed_q        <= {OWED_W{1'b0} };
            ar_valid_q    <= 1'b0;
            error_valid_q <= 1'b0;
            failed_q      <= 1'b0;
        end
    end

    wire unused_ok = &{1'b0, base_i[5:0], from[BYTE_W-1:0], to[ADDR_W-1:8], to[BYTE_W-1:0], m_axi_rlast_i};

    // --- Outputs ------------------------------------------------------------
    assign idle_o          = left_q == {COUNT_W{1'b0} } && !owed && !held;
    assign over_o          = idle_o && !failed_q;
    assign error_valid_o   = error_valid_q;
    assign error_code_o    = decerr_q ? READ_DECERR : READ_SLVERR;
    assign error_addr_o    = { here_q, {BYTE_W{1'b0} } };
    assign m_axi_arvalid_o = ar_valid_q;
    assign m_axi_araddr_o  = { from[ADDR_W-1:BYTE_W], {BYTE_W{1'b0} } };
    assign m_axi_arlen_o   = { {(8-LEN_W){1'b0} }, len };
    assign m_axi_arsize_o  = BYTE_W[2:0];
    assign m_axi_arburst_o = 2'b01;
    assign m_axi_rready_o  = owed;

    // --- Checks -------------------------------------------------------------
    `CHECK_PARAM(ADDR_W >= 20, "ADDR_W must be 20 or more")
    `CHECK_PARAM(PART_W == (DATA_W > 512 ? 512 : DATA_W), "a part is a beat, 512 bits at most")
    `CHECK(!start_i || stop || idle_o, "started while not idle")
    `CHECK(!start_i || base_i[5:0] == 6'd0, "a program at no multiple of 64")

endmodule
`default_nettype wire
