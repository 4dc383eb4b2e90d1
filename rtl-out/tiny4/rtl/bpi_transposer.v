// bpi_transposer.v - turns blocks M[ROWS][COLS] that arrive by rows or by columns into columns, ping-pong.
// One vector in and one out each cycle: while one block leaves, the next one fills the other bank.
//
// GENERATED, do not edit: made from configuration tiny4 (9f1a8ca0) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_transposer #(
    parameter DATA_W     = 16,    // bits per element
    parameter ROWS       = 16,    // 1..128
    parameter COLS       = 16,    // 1..128
    parameter DESCENDING = 0,     // 1: columns leave from count-1 down to 0
    parameter META_W     = 1      // bits that travel with a block
) (
    input  wire                                          clk_i,
    input  wire                                          rst_i,

    // Blocks in: ROWS vectors M[r][*], or COLS vectors M[*][c].  The other fields count with a block's first vector.
    input  wire                                          in_valid_i,
    output wire                                          in_ready_o,
    input  wire                                          in_by_column_i,
    input  wire [(ROWS > COLS ? ROWS : COLS)*DATA_W-1:0] in_data_i,
    input  wire [7:0]                                    in_count_i,       // columns to leave, 1..COLS
    input  wire [META_W-1:0]                             in_meta_i,

    // Columns out
    output wire                                          out_valid_o,
    input  wire                                          out_ready_i,
    output wire [ROWS*DATA_W-1:0]                        out_data_o,
    output wire                                          out_first_o,
    output wire                                          out_last_o,
    output wire [META_W-1:0]                             out_meta_o
);
    localparam [31:0] LAST_ROW = ROWS - 1, LAST_COL = COLS - 1;
    localparam COLUMN_W = ROWS * DATA_W;

    // --- Fill -------------------------------------------------------------
    reg        wr_bank_q, by_column_q;
    reg  [7:0] wr_step_q;
    reg  [1:0] full_q;
    wire       wr_first  = wr_step_q == 8'd0;
    wire       by_column = wr_first ? in_by_column_i : by_column_q;
    wire       wr_last   = wr_step_q == (by_column ? LAST_COL[7:0] : LAST_ROW[7:0]);
    wire       wr_take   = in_valid_i && in_ready_o;

    wire [2*COLS*COLUMN_W-1:0] columns;   // of both banks
    wire [ROWS-1:0]            wr_row;
    genvar b, c, r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : gen_row
            localparam [7:0] ROW = r;
            assign wr_row[r] = !by_column && wr_step_q == ROW;
        end
        for (c = 0; c < COLS; c = c + 1) begin : gen_column
            localparam [7:0] COLUMN = c;
            wire                wr_column = by_column && wr_step_q == COLUMN;
            wire [ROWS-1:0]     here      = wr_row | {ROWS{wr_column} };
            wire [COLUMN_W-1:0] fill      = by_column ? in_data_i[COLUMN_W-1:0] : {ROWS{in_data_i[c*DATA_W +: DATA_W]} };
            for (b = 0; b < 2; b = b + 1) begin : gen_bank
                localparam [0:0] BANK = b;
                reg  [COLUMN_W-1:0] column_q;
                wire [COLUMN_W-1:0] column_d;
                wire [ROWS-1:0]     enable = here & {ROWS{wr_take && wr_bank_q == BANK} };
                // not as ifs in the process: on 128 rows Yosys takes minutes for these
                for (r = 0; r < ROWS; r = r + 1) begin : gen_element
                    assign column_d[r*DATA_W +: DATA_W] = enable[r] ? fill[r*DATA_W +: DATA_W] : column_q[r*DATA_W +: DATA_W];
                end
                always @(posedge clk_i) column_q <= column_d;
                assign columns[(b*COLS + c)*COLUMN_W +: COLUMN_W] = column_q;
            end
        end
    endgenerate

    // --- Empty ------------------------------------------------------------
    reg                 rd_bank_q;
    reg  [7:0]          rd_step_q;
    reg  [2*8-1:0]      count_q;     // of both banks
    reg  [2*META_W-1:0] meta_q;
    wire [7:0]          rd_end    = count_q[rd_bank_q*8 +: 8] - 8'd1;
    wire                rd_last   = rd_step_q == rd_end;
    wire [7:0]          rd_column = DESCENDING != 0 ? rd_end - rd_step_q : rd_step_q;
    wire                rd_take   = full_q[rd_bank_q] && (!out_valid_o || out_ready_i);

    reg [COLUMN_W-1:0] column;
    integer            i;
    always @* begin
        column = {COLUMN_W{1'b0} };
        for (i = 0; i < COLS; i = i + 1)
            if (rd_column == i[7:0])
                column = rd_bank_q ? columns[(COLS + i)*COLUMN_W +: COLUMN_W] : columns[i*COLUMN_W +: COLUMN_W];
    end

    // --- Registers --------------------------------------------------------
    reg                out_valid_q, out_first_q, out_last_q;
    reg [COLUMN_W-1:0] out_data_q;
    reg [META_W-1:0]   out_meta_q;

    always @(posedge clk_i) begin
        if (wr_take) begin
            by_column_q <= by_column;
            wr_step_q   <= wr_last ? 8'd0 : wr_step_q + 8'd1;
            if (wr_first) count_q[wr_bank_q*8 +: 8]          <= in_count_i;
            if (wr_first) meta_q[wr_bank_q*META_W +: META_W] <= in_meta_i;
            if (wr_last) full_q[wr_bank_q] <= 1'b1;
            if (wr_last) wr_bank_q         <= !wr_bank_q;
        end

        if (rd_take) begin
            out_data_q  <= column;
            out_first_q <= rd_step_q == 8'd0;
            out_last_q  <= rd_last;
            out_meta_q  <= meta_q[rd_bank_q*META_W +: META_W];
            rd_step_q   <= rd_last ? 8'd0 : rd_step_q + 8'd1;
            if (rd_last) full_q[rd_bank_q] <= 1'b0;
            if (rd_last) rd_bank_q         <= !rd_bank_q;
        end
        out_valid_q <= rd_take || (out_valid_q && !out_ready_i);

        if (rst_i) begin
            wr_bank_q   <= 1'b0;
            wr_step_q   <= 8'd0;
            rd_bank_q   <= 1'b0;
            rd_step_q   <= 8'd0;
            full_q      <= 2'b00;
            out_valid_q <= 1'b0;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign in_ready_o  = !full_q[wr_bank_q];
    assign out_valid_o = out_valid_q;
    assign out_data_o  = out_data_q;
    assign out_first_o = out_first_q;
    assign out_last_o  = out_last_q;
    assign out_meta_o  = out_meta_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(ROWS >= 1 && ROWS <= 128 && COLS >= 1 && COLS <= 128, "ROWS and COLS are 1 to 128")
    `CHECK(!(wr_take && wr_first) || (in_count_i != 8'd0 && in_count_i <= COLS[7:0]), "count is not 1 to COLS")
    `CHECK_KNOWN(^{in_valid_i, out_ready_i} !== 1'bx && !(in_valid_i && in_by_column_i === 1'bx), "unknown control")

endmodule
`default_nettype wire
