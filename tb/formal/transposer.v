// transposer.v - one element of one block, chosen freely, comes out in its column, its block's columns come out in order, each once;
// no cell is filled before it has been read, nor read before it has been filled; nothing stands still for ever.
`default_nettype none
module transposer_formal #(
    parameter ROWS       = 2,
    parameter COLS       = 3,
    parameter LONG       = ROWS > COLS ? ROWS : COLS
) (
    input wire            clk_i,
    input wire            in_valid, in_by_column, out_ready,
    input wire [LONG-1:0] in_data,
    input wire [2:0]      in_count
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    (* anyseq *)   wire       choose;                        // follow the block that begins here
    (* anyconst *) wire [2:0] row, column;                   // and of it, this element

    wire            in_ready, out_valid;
    wire [ROWS-1:0] out_data;
    bpi_transposer #(.DATA_W(1), .ROWS(ROWS), .COLS(COLS)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_by_column_i(in_by_column), .in_data_i(in_data),
        .in_count_i({5'd0, in_count}), .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data)
    );
    wire enter = in_valid && in_ready;
    wire leave = out_valid && out_ready;

    // --- Blocks that come in, blocks that go out --------------------------
    reg [2:0] step_q;                                        // vectors of the block that comes in
    reg       by_column_q;
    wire      begins    = enter && step_q == 3'd0;
    wire      by_column = step_q == 3'd0 ? in_by_column : by_column_q;
    wire      filled    = enter && step_q == (by_column ? COLS - 1 : ROWS - 1);
    reg [1:0] inside_q;                                      // whole blocks: filled, not emptied
    reg [2:0] coming_q, front_q, behind_q;                   // columns to leave: of the block that comes in, of the whole ones
    reg [2:0] out_step_q;                                    // columns that left of the block that goes out
    wire      emptied   = leave && out_step_q == front_q - 3'd1;
    wire [1:0] stay     = inside_q - {1'b0, emptied};
    wire [2:0] coming   = begins ? in_count : coming_q;
    reg [2:0] waits_q;

    // The followed block: 0 none, 1 comes in, 2 inside; blocks before it
    reg [1:0] followed_q, before_q;
    reg       element_q;
    wire [1:0] followed = begins && choose && followed_q == 2'd0 ? 2'd1 : followed_q;
    wire       mine_out = followed_q == 2'd2 && before_q == 2'd0;
    wire       element_here = by_column ? COLS - 1 - step_q == column : step_q == row;
    always @(posedge clk_i) begin
        if (enter) step_q <= filled ? 3'd0 : step_q + 3'd1;
        if (begins) by_column_q <= in_by_column;
        coming_q <= coming;
        inside_q <= stay + {1'b0, filled};
        if (emptied) front_q <= behind_q;
        if (filled && stay == 2'd0) front_q <= coming;
        if (filled && stay == 2'd1) behind_q <= coming;
        if (leave) out_step_q <= emptied ? 3'd0 : out_step_q + 3'd1;
        waits_q <= !rst_q && inside_q != 2'd0 && !out_valid ? waits_q + 3'd1 : 3'd0;

        followed_q <= followed == 2'd1 && filled ? 2'd2 : followed;
        if (followed == 2'd1 && enter && element_here) element_q <= by_column ? in_data[row] : in_data[column];
        if (followed == 2'd1 && filled) before_q <= stay;
        else if (emptied && followed_q == 2'd2) before_q <= before_q - 2'd1;
        if (emptied && mine_out) followed_q <= 2'd0;
        if (rst_q) {step_q, inside_q, out_step_q, followed_q} <= 10'd0;
    end

    reg            stays_q;
    reg [ROWS-1:0] out_q;
    always @(posedge clk_i) begin
        stays_q <= !rst_q && out_valid && !out_ready;
        out_q   <= out_data;
    end
    always @* begin
        assume (row < ROWS && column < COLS);
        assume (in_count != 3'd0 && in_count <= COLS);
        if (!rst_q) begin
            assert (inside_q <= 2'd2);
            assert (in_ready || inside_q != 2'd0);
            // behind a column that leaves there is room, unless blocks of both kinds would meet
            assert (in_ready || inside_q == 2'd2 || (out_valid && !out_ready) || by_column != by_column_q);
            assert (!out_valid || inside_q != 2'd0);         // nothing comes out that did not go in
            assert (waits_q < 3'd2);                         // a whole block begins to leave
            assert (!stays_q || (out_valid && out_q == out_data));
            if (out_valid && mine_out && out_step_q == column) assert (out_data[row] == element_q);
        end
    end
endmodule
`default_nettype wire
