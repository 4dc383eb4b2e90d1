// transposer.v - one element of one block, chosen freely, comes out in its column, its block's columns come out in order, each once;
// a bank is neither filled before it has been emptied nor emptied before it has been filled; nothing stands still for ever.
`default_nettype none
module transposer_formal #(
    parameter ROWS       = 2,
    parameter COLS       = 3,
    parameter DESCENDING = 0,
    parameter LONG       = ROWS > COLS ? ROWS : COLS
) (
    input wire            clk_i,
    input wire            in_valid, in_by_column, in_meta, out_ready,
    input wire [LONG-1:0] in_data,
    input wire [1:0]      in_count
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    (* anyseq *)   wire       choose;                        // follow the block that begins here
    (* anyconst *) wire [1:0] row, column;                   // and of it, this element

    wire            in_ready, out_valid, out_first, out_last, out_meta;
    wire [ROWS-1:0] out_data;
    bpi_transposer #(.DATA_W(1), .ROWS(ROWS), .COLS(COLS), .DESCENDING(DESCENDING), .META_W(1)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_by_column_i(in_by_column), .in_data_i(in_data),
        .in_count_i({6'd0, in_count}), .in_meta_i(in_meta), .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(out_data),
        .out_first_o(out_first), .out_last_o(out_last), .out_meta_o(out_meta)
    );
    wire enter = in_valid && in_ready;
    wire leave = out_valid && out_ready;

    // --- Blocks that come in, blocks that go out --------------------------
    reg [1:0] step_q;                                        // vectors of the block that comes in
    reg       by_column_q;
    wire      begins    = enter && step_q == 2'd0;
    wire      by_column = step_q == 2'd0 ? in_by_column : by_column_q;
    wire      filled    = enter && step_q == (by_column ? COLS - 1 : ROWS - 1);
    wire      emptied   = leave && out_last;
    reg [1:0] inside_q;                                      // whole blocks, and one more that has begun: filled, not emptied
    reg [1:0] out_step_q;                                    // columns that left of the block that goes out
    reg [2:0] waits_q;

    // The followed block: 0 none, 1 comes in, 2 inside; blocks before it
    reg [1:0] followed_q, before_q, count_q;
    reg       element_q, meta_q;
    wire [1:0] followed = begins && choose && followed_q == 2'd0 ? 2'd1 : followed_q;
    wire       mine_out = followed_q == 2'd2 && before_q == 2'd0;
    // with a last row or column that is another one's, the element is none
    wire       element_here = by_column ? step_q == column : step_q == row;
    wire [1:0] out_column = DESCENDING ? count_q - 2'd1 - out_step_q : out_step_q;
    always @(posedge clk_i) begin
        if (enter) step_q <= filled ? 2'd0 : step_q + 2'd1;
        if (begins) by_column_q <= in_by_column;
        inside_q <= inside_q + {1'b0, filled} - {1'b0, emptied};
        if (leave) out_step_q <= out_last ? 2'd0 : out_step_q + 2'd1;
        waits_q <= !rst_q && inside_q != 2'd0 && !out_valid ? waits_q + 3'd1 : 3'd0;

        followed_q <= followed == 2'd1 && filled ? 2'd2 : followed;
        if (followed == 2'd1 && followed_q == 2'd0) begin
            count_q <= in_count;
            meta_q  <= in_meta;
        end
        if (followed == 2'd1 && enter && element_here) element_q <= by_column ? in_data[row] : in_data[column];
        if (followed == 2'd1 && filled) before_q <= inside_q - {1'b0, emptied};
        else if (emptied && followed_q == 2'd2) before_q <= before_q - 2'd1;
        if (emptied && mine_out) followed_q <= 2'd0;
        if (rst_q) {step_q, inside_q, out_step_q, followed_q} <= 8'd0;
    end

    reg               stays_q;
    reg [ROWS+2:0]    out_q;
    always @(posedge clk_i) begin
        stays_q <= !rst_q && out_valid && !out_ready;
        out_q   <= {out_data, out_first, out_last, out_meta};
    end
    always @* begin
        assume (row < ROWS && column < COLS);
        assume (in_count != 2'd0 && in_count <= COLS);
        if (!rst_q) begin
            assert (inside_q <= 2'd2 || (inside_q == 2'd3 && out_valid && out_last));   // two banks, and a last column at the exit
            assert (in_ready || inside_q >= 2'd2);
            assert (!out_valid || inside_q != 2'd0);         // nothing comes out that did not go in
            assert (waits_q < 3'd2);                         // a whole block begins to leave
            assert (!stays_q || (out_valid && out_q == {out_data, out_first, out_last, out_meta}));
            if (out_valid) assert (out_first == (out_step_q == 2'd0));
            if (out_valid && mine_out) begin
                assert (out_last == (out_step_q == count_q - 2'd1));
                assert (out_meta == meta_q);
                if (out_column == column) assert (out_data[row] == element_q);
            end
        end
    end
endmodule
`default_nettype wire
