// issue.v - the array's entry: an accumulator address never comes again too early, a vector waits for its stationary
// tile, and every item, vector and column is taken exactly once, in order.
`default_nettype none
module issue_formal (
    input wire       clk_i,
    input wire       item_valid, item_end, item_reduce, item_swap, direct_valid, column_valid, weight_valid, bubble,
    input wire [1:0] item_keep,
    input wire [7:0] item_addr, direct_data, column_data, weight_data
);
    localparam HAZARD = 3, COLS = 2;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    wire        item_ready, direct_ready, column_ready, weight_ready, w_valid, x_valid, x_swap, x_end, busy, wait_s, wait_a, range_error;
    wire [7:0]  w_data, x_data;
    wire [3:0]  x_addr;
    wire [1:0]  x_keep;
    wire [23:0] useful, zero, idle;
    bpi_issue #(.ROWS(1), .COLS(COLS), .DATA_W(8), .ADDR_W(8), .ACC_W(4), .HAZARD(HAZARD)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .item_valid_i(item_valid), .item_ready_o(item_ready), .item_end_i(item_end), .item_reduce_i(item_reduce),
        .item_swap_i(item_swap), .item_addr_i(item_addr), .item_columns_i(8'd1), .item_keep_i(item_keep), .item_lanes_i(8'd1), .item_inside_i(16'd1), .item_zero_i(16'd0),
        .direct_valid_i(direct_valid), .direct_ready_o(direct_ready), .direct_data_i(direct_data), .direct_inside_i(8'd1), .direct_zero_i(8'd0),
        .column_valid_i(column_valid), .column_ready_o(column_ready), .column_data_i(column_data),
        .weight_valid_i(weight_valid), .weight_ready_o(weight_ready), .weight_data_i(weight_data), .bubble_i(bubble),
        .w_valid_o(w_valid), .w_data_o(w_data), .x_valid_o(x_valid), .x_swap_o(x_swap), .x_end_o(x_end), .x_addr_o(x_addr), .x_keep_o(x_keep), .x_data_o(x_data),
        .busy_o(busy), .useful_o(useful), .zero_o(zero), .idle_o(idle), .wait_stationary_o(wait_s), .wait_accumulator_o(wait_a), .range_error_o(range_error)
    );
    wire item   = item_valid && item_ready;
    wire enter  = item && !item_end;
    wire swap   = enter && item_swap;
    wire weight = weight_valid && weight_ready;

    // --- The last uses of addresses; columns pushed and not yet swapped in ----
    // Groups of column lanes: what has entered says which lanes it adds to.  A group is never the next one of none.
    reg       known_q;
    reg       group_q, group_1q, group_2q;
    wire      group = !x_keep[1] ? 1'b0 : x_keep[0] ? group_q : !group_q;
    reg [1:0] keep_1q;
    always @(posedge clk_i) begin
        if (enter) known_q <= 1'b1;
        if (x_valid) group_q <= group;
        {group_2q, group_1q} <= {group_1q, group};
        keep_1q <= item_keep;
        if (rst_q) known_q <= 1'b0;
    end
    always @* assume (known_q || !item_keep[1]);

    reg [3:0] addr_1q, addr_2q;
    reg       valid_1q, valid_2q, item_1q, end_1q, weight_1q, swap_1q, outside_1q, item_waits_q;
    reg [7:0] x_data_q, w_data_q;
    reg [2:0] columns_q;                     // of the tiles that are not at work: COLS make one
    reg [1:0] still_q;                       // cycles in which an item could have gone on
    wire      could = item_valid && (item_end || ((item_reduce ? column_valid : direct_valid) && !bubble && (!item_swap || columns_q == COLS)));
    always @(posedge clk_i) begin
        {addr_2q, addr_1q}   <= {addr_1q, x_addr};
        {valid_2q, valid_1q} <= rst_q ? 2'b00 : {valid_1q, x_valid};
        item_1q    <= !rst_q && enter;
        end_1q     <= !rst_q && item && item_end;
        swap_1q    <= swap;
        outside_1q <= item_addr[7:4] != 4'd0;
        weight_1q  <= !rst_q && weight;
        x_data_q   <= item_reduce ? column_data : direct_data;
        w_data_q   <= weight_data;
        columns_q  <= rst_q ? 3'd0 : columns_q + {2'd0, weight} - (swap ? COLS : 3'd0);
        still_q    <= rst_q || !could || item ? 2'd0 : still_q + 2'd1;
    end
    always @* if (!rst_q) begin
        assert (!x_valid || !(valid_1q && addr_1q == x_addr && group_1q == group));    // HAZARD cycles apart
        assert (!x_valid || !(valid_2q && addr_2q == x_addr && group_2q == group));
        assert (x_valid == item_1q && x_end == end_1q && w_valid == weight_1q);
        if (x_valid) assert (x_swap == swap_1q && x_keep == keep_1q && x_data == x_data_q && range_error == outside_1q);
        if (!x_valid) assert (!range_error);
        if (w_valid) assert (w_data == w_data_q);
        assert (!swap || columns_q == COLS);                                // a whole tile, and no more than one ahead
        assert (columns_q <= COLS);
        assert (direct_ready == (enter && !item_reduce) && column_ready == (enter && item_reduce));
        assert (!enter || (item_reduce ? column_valid : direct_valid));
        assert (still_q < HAZARD);                                          // no deadlock: an address is free again in time
    end
endmodule
`default_nettype wire
