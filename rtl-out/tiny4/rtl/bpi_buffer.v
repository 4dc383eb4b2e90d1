// bpi_buffer.v - element-addressed operand buffer: a vector of LANES elements may start at any element.
// Words lie alternately in an even and an odd bank; a read takes a word from both, and a rotator aligns them.
// Addresses wrap modulo 2**ADDR_W elements.  Users never read an element of a word that is written in the same cycle.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_buffer #(
    parameter DATA_W = 16,     // bits per element
    parameter WORD   = 16,     // elements per word: a power of two, at least LANES and BEAT
    parameter LANES  = 16,     // elements per vector read
    parameter BEAT   = 16,     // elements per write: a power of two
    parameter ADDR_W = 16      // bits of an element address
) (
    input  wire                    clk_i,
    input  wire                    rst_i,

    // Write, one strobe per element; readable from the next cycle on
    input  wire                    wr_valid_i,
    input  wire [ADDR_W-1:0]       wr_addr_i,     // a multiple of BEAT
    input  wire [BEAT-1:0]         wr_strb_i,
    input  wire [BEAT*DATA_W-1:0]  wr_data_i,

    // Read, data exactly two cycles later
    input  wire                    rd_valid_i,
    input  wire [ADDR_W-1:0]       rd_addr_i,
    output wire                    rd_valid_o,
    output wire [LANES*DATA_W-1:0] rd_data_o
);
    localparam OFFSET_W = $clog2(WORD);
    localparam ROW_W    = ADDR_W - OFFSET_W - 1;
    localparam WORD_W   = WORD * DATA_W;
    localparam STAGES   = OFFSET_W + 1;
    localparam [31:0] LAST_SINGLE = WORD - LANES;   // last offset at which a vector lies in one word

    // --- Write: a beat's place in its word ----------------------------------
    wire [OFFSET_W-1:0] wr_offset = wr_addr_i[OFFSET_W-1:0];
    wire                wr_odd    = wr_addr_i[OFFSET_W];
    wire [ROW_W-1:0]    wr_row    = wr_addr_i[ADDR_W-1 -: ROW_W];
    wire [WORD-1:0]     wr_lane;
    wire [WORD_W-1:0]   wr_word   = {(WORD/BEAT){wr_data_i} };

    genvar e;
    generate
        for (e = 0; e < WORD; e = e + 1) begin : gen_wr
            localparam [31:0] START = (e / BEAT) * BEAT;
            assign wr_lane[e] = wr_valid_i && wr_offset == START[OFFSET_W-1:0] && wr_strb_i[e % BEAT];
        end
    endgenerate

    // --- Read: the word of the first element, and the next one if the vector reaches it ---
    wire             rd_odd      = rd_addr_i[OFFSET_W];
    wire [ROW_W-1:0] rd_row      = rd_addr_i[ADDR_W-1 -: ROW_W];
    wire             rd_both     = {1'b0, rd_addr_i[OFFSET_W-1:0]} > LAST_SINGLE[OFFSET_W:0];
    wire             even_valid  = rd_valid_i && (!rd_odd || rd_both);
    wire             odd_valid   = rd_valid_i && (rd_odd || rd_both);
    wire [ROW_W-1:0] even_row    = rd_odd ? rd_row + 1'b1 : rd_row;
    wire [WORD_W-1:0] even_word, odd_word;

    bpi_sram_1r1w #(.WIDTH(WORD_W), .DEPTH(1 << ROW_W), .LANES(WORD), .ADDR_W(ROW_W)) u_even (
        .clk_i(clk_i), .wr_lane_i(wr_lane & {WORD{!wr_odd} }), .wr_addr_i(wr_row), .wr_data_i(wr_word),
        .rd_valid_i(even_valid), .rd_addr_i(even_row), .rd_data_o(even_word)
    );

    bpi_sram_1r1w #(.WIDTH(WORD_W), .DEPTH(1 << ROW_W), .LANES(WORD), .ADDR_W(ROW_W)) u_odd (
        .clk_i(clk_i), .wr_lane_i(wr_lane & {WORD{wr_odd} }), .wr_addr_i(wr_row), .wr_data_i(wr_word),
        .rd_valid_i(odd_valid), .rd_addr_i(rd_row), .rd_data_o(odd_word)
    );

    // --- Rotate: both words by 0 to 2*WORD-1 elements -------------------------
    reg [STAGES-1:0]   turn_q;       // address modulo two words
    reg [2*WORD_W-1:0] turned;
    integer            s;
    always @* begin
        turned = {odd_word, even_word};
        for (s = STAGES - 1; s >= 0; s = s - 1)
            if (turn_q[s]) turned = (turned >> (DATA_W << s)) | (turned << (2*WORD_W - (DATA_W << s)));
    end

    // --- Registers --------------------------------------------------------
    reg [1:0]              valid_q;
    reg [LANES*DATA_W-1:0] data_q;

    always @(posedge clk_i) begin
        if (rd_valid_i) turn_q <= rd_addr_i[OFFSET_W:0];
        if (valid_q[0]) data_q <= turned[LANES*DATA_W-1:0];

        valid_q <= {valid_q[0], rd_valid_i};
        if (rst_i) valid_q <= 2'b00;
    end

    // --- Outputs ----------------------------------------------------------
    assign rd_valid_o = valid_q[1];
    assign rd_data_o  = data_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(WORD >= 2 && (1 << OFFSET_W) == WORD && ROW_W >= 1, "WORD is a power of two, and two words fit in each bank")
    `CHECK_PARAM(WORD >= LANES && WORD >= BEAT && WORD % BEAT == 0, "a vector and a beat fit in a word")
    `CHECK(!wr_valid_i || |wr_lane || ~|wr_strb_i, "write not aligned to a beat")
    `CHECK_KNOWN(^{wr_valid_i, rd_valid_i} !== 1'bx, "unknown control")

endmodule
`default_nettype wire
