// bpi_transposer.v - turns blocks M[ROWS][COLS] that arrive by rows or by columns into columns, in place.
// One vector in and one out each cycle: a column that leaves frees the cells of one line, and a vector of the next block takes them.
//
// Cells lie in as many banks as the longer side has elements.  A straight line is one address of every bank, a slanted line
// another address of each; two lines of different kind share one cell.  Rows that arrive on lines of one kind make columns on lines
// of the other, so the kind changes with every block.  Columns that arrive stay lines; their order changes with every block.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_transposer #(
    parameter DATA_W = 16,  // bits per element
    parameter ROWS   = 16,  // 1..128
    parameter COLS   = 16,  // 1..128
    parameter LANE_W = 8    // bits of a count of lanes
) (
    input  wire                                          clk_i,
    input  wire                                          rst_i,

    // Blocks in: ROWS vectors M[r][*], or COLS vectors M[*][c], the last column first.  The other fields count with a block's first vector.
    input  wire                                          in_valid_i,
    output wire                                          in_ready_o,
    input  wire                                          in_by_column_i,
    input  wire [(ROWS > COLS ? ROWS : COLS)*DATA_W-1:0] in_data_i,
    input  wire [LANE_W-1:0]                             in_count_i,  // columns to leave, 1..COLS

    // Columns out: the first ones of the block
    output wire                                          out_valid_o,
    input  wire                                          out_ready_i,
    output wire [ROWS*DATA_W-1:0]                        out_data_o
);
    localparam N      = ROWS > COLS ? ROWS : COLS;
    localparam LEVELS = $clog2(N);
    localparam STEP_W = N > 1 ? LEVELS : 1;
    localparam POWER  = (1 << LEVELS) == N;       // banks and lines by exclusive or: no adders; else by sums modulo N
    localparam [31:0] LAST_ROW = ROWS - 1, LAST_COL = COLS - 1;

    // --- Control ----------------------------------------------------------
    reg               full_q;         // a whole block waits for the one before to leave
    reg               reading_q;      // a block leaves
    reg               by_column_q;    // of the block that is filled or leaves: of both, if there are two
    reg               turned_q;       // lines are slanted (by rows), or in reverse order (by columns)
    reg  [STEP_W-1:0] wr_step_q, wr_end_q, rd_step_q, rd_end_q;

    wire              rd_take   = reading_q && (!out_valid_o || out_ready_i);
    wire              rd_done   = rd_take && rd_step_q == rd_end_q;

    wire              wr_first  = wr_step_q == {STEP_W{1'b0} };
    wire              by_column = wr_first ? in_by_column_i : by_column_q;
    wire [STEP_W-1:0] wr_end    = wr_first && !full_q ? in_count_i[STEP_W-1:0] - 1'b1 : wr_end_q;
    wire              wr_behind = (wr_step_q != rd_step_q || rd_take) && by_column == by_column_q;
    wire              wr_take   = in_valid_i && in_ready_o;
    wire              wr_done   = wr_take && wr_step_q == (by_column ? LAST_COL[STEP_W-1:0] : LAST_ROW[STEP_W-1:0]);

    wire              whole     = full_q || wr_done;
    wire              start     = whole && (!reading_q || rd_done);

    always @(posedge clk_i) begin
        if (wr_take) wr_step_q <= wr_done ? {STEP_W{1'b0} } : wr_step_q + 1'b1;
        if (wr_take && wr_first) begin
            by_column_q <= in_by_column_i;
            wr_end_q    <= wr_end;
        end
        if (rd_take) rd_step_q <= rd_step_q + 1'b1;
        if (rd_done) reading_q <= 1'b0;
        full_q <= whole && !start;
        if (start) begin
            reading_q <= 1'b1;
            rd_step_q <= {STEP_W{1'b0} };
            rd_end_q  <= wr_end;
            turned_q  <= !turned_q;
        end

        if (rst_i) begin
            wr_step_q <= {STEP_W{1'b0} };
            full_q    <= 1'b0;
            reading_q <= 1'b0;
            turned_q  <= 1'b0;
        end
    end

    // --- Lines: element e of row i lies in bank e ^ i, or (e + i) mod N; of a column in bank e ---
    wire [STEP_W-1:0]   wr_line   = by_column   && turned_q ? LAST_COL[STEP_W-1:0] - wr_step_q : wr_step_q;
    wire [STEP_W-1:0]   rd_line   = by_column_q && turned_q ? LAST_COL[STEP_W-1:0] - rd_step_q : rd_step_q;
    wire                wr_slant  = turned_q && !by_column;
    wire                rd_slant  = turned_q && !by_column_q;
    wire [STEP_W-1:0]   wr_move   = wr_step_q & {STEP_W{!by_column} };
    wire [STEP_W-1:0]   rd_move   = rd_step_q & {STEP_W{!by_column_q} };
    wire [N*DATA_W-1:0] wr_data, rd_data, bank_data;

    genvar k, b;
    generate
        for (k = 0; k < LEVELS; k = k + 1) begin : gen_level
            localparam MOVE = 1 << k;
            wire [N*DATA_W-1:0] wr_from, wr_to, rd_from, rd_to;
            if (k == 0) begin : gen_entry
                assign wr_from = in_data_i;
                assign rd_from = bank_data;
            end else begin : gen_inner
                assign wr_from = gen_level[k-1].wr_to;
                assign rd_from = gen_level[k-1].rd_to;
            end
            for (b = 0; b < N; b = b + 1) begin : gen_lane
                localparam UP   = POWER ? b ^ MOVE : (b + MOVE) % N;
                localparam DOWN = POWER ? b ^ MOVE : (b + N - MOVE) % N;
                assign wr_to[b*DATA_W +: DATA_W] = wr_move[k] ? wr_from[DOWN*DATA_W +: DATA_W] : wr_from[b*DATA_W +: DATA_W];
                assign rd_to[b*DATA_W +: DATA_W] = rd_move[k] ? rd_from[UP*DATA_W +: DATA_W] : rd_from[b*DATA_W +: DATA_W];
            end
        end
        if (LEVELS == 0) begin : gen_single
            assign wr_data = in_data_i;
            assign rd_data = bank_data;
        end else begin : gen_exit
            assign wr_data = gen_level[LEVELS-1].wr_to;
            assign rd_data = gen_level[LEVELS-1].rd_to;
        end

        for (b = 0; b < N; b = b + 1) begin : gen_bank
            localparam [STEP_W:0]   SIZE = N;
            localparam [STEP_W-1:0] BANK = b;
            reg  [DATA_W-1:0] cells [0:N-1];
            wire [STEP_W-1:0] wr_cell, rd_cell;
            if (POWER) begin : gen_or
                assign wr_cell = wr_line ^ (BANK & {STEP_W{wr_slant} });
                assign rd_cell = rd_line ^ (BANK & {STEP_W{rd_slant} });
            end else begin : gen_sum
                assign wr_cell = !wr_slant ? wr_line : BANK - wr_line + (BANK < wr_line ? SIZE[STEP_W-1:0] : {STEP_W{1'b0} });
                assign rd_cell = !rd_slant ? rd_line : BANK - rd_line + (BANK < rd_line ? SIZE[STEP_W-1:0] : {STEP_W{1'b0} });
            end
            always @(posedge clk_i) if (wr_take) cells[wr_cell] <= wr_data[b*DATA_W +: DATA_W];
            assign bank_data[b*DATA_W +: DATA_W] = cells[rd_cell];
        end
    endgenerate

    // --- Registers --------------------------------------------------------
    reg                   out_valid_q;
    reg [ROWS*DATA_W-1:0] out_data_q;
    always @(posedge clk_i) begin
        if (rd_take) out_data_q <= rd_data[ROWS*DATA_W-1:0];
        out_valid_q <= rd_take || (out_valid_q && !out_ready_i);
        if (rst_i) out_valid_q <= 1'b0;
    end

    // --- Outputs ----------------------------------------------------------
    assign in_ready_o  = !full_q && (!reading_q || wr_behind);
    assign out_valid_o = out_valid_q;
    assign out_data_o  = out_data_q;

    // --- Checks -----------------------------------------------------------
    `CHECK_PARAM(ROWS >= 1 && ROWS <= 128 && COLS >= 1 && COLS <= 128, "ROWS and COLS are 1 to 128")
    `CHECK(!(wr_take && wr_first) || in_count_i - 1'b1 < COLS[LANE_W-1:0], "count is not 1 to COLS")
    `CHECK_KNOWN(^{in_valid_i, out_ready_i} !== 1'bx && !(in_valid_i && in_by_column_i === 1'bx), "unknown control")

    wire unused_ok = &{1'b0, wr_move, rd_move, rd_data};   // of one cell, of one row

endmodule
`default_nettype wire
