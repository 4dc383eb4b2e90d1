// bpi_issue.v - the array's entry.  A vector enters when its data, its accumulator address and, for the first of
// a stationary tile, the loaded tile are there, and when no sum for the same address is still on its way: of groups side by
// side, none of the same group.
// It also pushes stationary columns: those of the next tile as soon as the present one has been swapped in.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_issue #(
    parameter LANE_W = 8,   // bits of a count of lanes
    parameter ROWS   = 16,  // reduction lanes of the array
    parameter COLS   = 16,  // output lanes of the array
    parameter DATA_W = 16,  // bits per element
    parameter ADDR_W = 24,  // bits of an accumulator address
    parameter ACC_W  = 10,  // bits of an address the accumulator has
    parameter HAZARD = 5    // cycles between two uses of one accumulator address
) (
    input  wire                   clk_i,
    input  wire                   rst_i,

    // Accumulate items
    input  wire                   item_valid_i,
    output wire                   item_ready_o,
    input  wire                   item_end_i,
    input  wire                   item_reduce_i,
    input  wire                   item_swap_i,
    input  wire [ADDR_W-1:0]      item_addr_i,
    input  wire [LANE_W-1:0]      item_columns_i,
    input  wire [1:0]             item_keep_i,         // column lanes that add: 0 all, of 1 the first group, 2 the next, 3 the same
    input  wire [LANE_W-1:0]      item_lanes_i,
    input  wire [2*LANE_W-1:0]    item_inside_i,
    input  wire [2*LANE_W-1:0]    item_zero_i,

    // Dynamic vectors: direct, or columns of a block
    input  wire                   direct_valid_i,
    output wire                   direct_ready_o,
    input  wire [ROWS*DATA_W-1:0] direct_data_i,
    input  wire [LANE_W-1:0]      direct_inside_i,
    input  wire [LANE_W-1:0]      direct_zero_i,
    input  wire                   column_valid_i,
    output wire                   column_ready_o,
    input  wire [ROWS*DATA_W-1:0] column_data_i,

    // Stationary columns, last column first
    input  wire                   weight_valid_i,
    output wire                   weight_ready_o,
    input  wire [ROWS*DATA_W-1:0] weight_data_i,

    // Accumulator asks for idle cycles
    input  wire                   bubble_i,

    // To the array
    output wire                   w_valid_o,
    output wire [ROWS*DATA_W-1:0] w_data_o,
    output wire                   x_valid_o,
    output wire                   x_swap_o,
    output wire                   x_end_o,             // no vector: the tile ends
    output wire [ACC_W-1:0]       x_addr_o,
    output wire [1:0]             x_keep_o,
    output wire [ROWS*DATA_W-1:0] x_data_o,

    // To the counters
    output wire                   busy_o,              // a vector entered
    output wire [23:0]            useful_o,            // multiply-accumulates on valid pairs: its own, or with a block's
    output wire [23:0]            zero_o,              //   first vector those of the block; on structural zeros
    output wire [23:0]            idle_o,              // lanes that do neither, if any is useful; a cycle later
    output wire                   wait_stationary_o,   // idle: the stationary tile is not loaded
    output wire                   wait_accumulator_o,  // idle: an address is on its way, or a drain needs the cycle
    output wire                   range_error_o        // an address outside the accumulator
);
    // --- Stationary tile --------------------------------------------------
    reg       full_q;          // a tile waits in the array to be swapped in
    reg [LANE_W-1:0] pushed_q;
    wire      swap;
    wire      last_column = pushed_q == COLS[LANE_W-1:0] - 1'b1;
    wire      push = weight_valid_i && (!full_q || swap);
    always @(posedge clk_i) begin
        if (swap) full_q <= 1'b0;
        if (push) begin
            pushed_q <= last_column ? {LANE_W{1'b0} } : pushed_q + 1'b1;
            if (last_column) full_q <= 1'b1;
        end
        if (rst_i) begin
            full_q   <= 1'b0;
            pushed_q <= {LANE_W{1'b0} };
        end
    end

    // --- Hazards: addresses, and groups, still on their way ---------------
    localparam GROUP_W = COLS > 1 ? $clog2(COLS) : 1;      // a group has a column lane at least
    localparam SUM_W   = ACC_W + GROUP_W;
    reg [GROUP_W-1:0]      group_q;                        // of the last vector
    wire [GROUP_W-1:0]     group = !item_keep_i[1] ? {GROUP_W{1'b0} } : item_keep_i[0] ? group_q : group_q + 1'b1;
    wire [SUM_W-1:0]       sum = {group, item_addr_i[ACC_W-1:0]};
    reg [HAZARD-2:0]       recent_valid_q;
    reg [SUM_W-1:0]        recent_sum_q [0:HAZARD-2];
    wire [HAZARD-2:0]      clash;
    wire                   enter;
    genvar i;
    generate
        for (i = 0; i < HAZARD-1; i = i + 1) begin : gen_recent
            assign clash[i] = recent_valid_q[i] && recent_sum_q[i] == sum;
            if (i == 0) begin : gen_first
                always @(posedge clk_i) recent_sum_q[0] <= sum;
            end else begin : gen_rest
                always @(posedge clk_i) recent_sum_q[i] <= recent_sum_q[i-1];
            end
        end
    endgenerate
    always @(posedge clk_i) begin
        if (enter) group_q <= group;
        recent_valid_q <= (recent_valid_q << 1) | { {(HAZARD-2){1'b0}}, enter};
        if (rst_i) recent_valid_q <= {(HAZARD-1){1'b0}};
    end

    // --- Entry ------------------------------------------------------------
    wire data_valid = item_reduce_i ? column_valid_i : direct_valid_i;
    wire offered    = item_valid_i && !item_end_i && data_valid;
    wire loaded     = !item_swap_i || full_q;
    wire blocked    = |clash || bubble_i;
    wire finish     = item_valid_i && item_end_i;
    assign enter = offered && loaded && !blocked;
    assign swap  = enter && item_swap_i;

    assign item_ready_o   = enter || finish;
    assign direct_ready_o = enter && !item_reduce_i;
    assign column_ready_o = enter && item_reduce_i;
    assign weight_ready_o = !full_q || swap;

    // --- Registers --------------------------------------------------------
    reg                   w_valid_q, x_valid_q, x_swap_q, x_end_q;
    reg [ACC_W-1:0]       x_addr_q;
    reg [1:0]             x_keep_q;
    reg [ROWS*DATA_W-1:0] w_data_q, x_data_q;
    always @(posedge clk_i) begin
        w_valid_q <= push;
        x_valid_q <= enter;
        x_end_q   <= finish;
        if (rst_i) begin
            w_valid_q <= 1'b0;
            x_valid_q <= 1'b0;
            x_end_q   <= 1'b0;
        end
        x_swap_q <= swap;
        if (push) w_data_q <= weight_data_i;
        if (enter) begin
            x_addr_q <= item_addr_i[ACC_W-1:0];
            x_keep_q <= item_keep_i;
            x_data_q <= item_reduce_i ? column_data_i : direct_data_i;
        end
    end

    // --- Counters ---------------------------------------------------------
    localparam COLUMNS_W = $clog2(COLS + 1);                // the decoder lets no more through
    reg [2*LANE_W-1:0] inside_q, zeros_q;
    reg [COLUMNS_W-1:0] columns_q;
    reg [LANE_W-1:0] vectors_q, vectors_2q;
    reg        any_useful_q;
    reg        busy_q, busy_2q, wait_stationary_q, wait_accumulator_q, range_error_q;
    reg [23:0] useful_q, zero_q, idle_q;
    wire [2*LANE_W-1:0] inside_d = item_reduce_i ? item_inside_i : { {LANE_W{1'b0} }, direct_inside_i};
    wire [2*LANE_W-1:0] zeros_d  = item_reduce_i ? item_zero_i   : { {LANE_W{1'b0} }, direct_zero_i};
    localparam [23:0] LANES = ROWS * COLS;
    localparam [LANE_W-1:0] ONE = 1;
    always @(posedge clk_i) begin
        inside_q  <= inside_d;
        zeros_q   <= zeros_d;
        columns_q <= item_columns_i[COLUMNS_W-1:0];
        vectors_q <= item_reduce_i ? item_lanes_i : ONE;
        // products first: no subtraction waits for a multiplication
        useful_q     <= busy_q ? inside_q * columns_q : 24'd0;
        zero_q       <= busy_q ? zeros_q * columns_q : 24'd0;
        vectors_2q   <= vectors_q;
        any_useful_q <= busy_q && |inside_q;
        idle_q       <= any_useful_q ? LANES * vectors_2q - useful_q - zero_q : 24'd0;

        busy_q             <= enter;
        busy_2q            <= busy_q;
        wait_stationary_q  <= offered && !loaded;
        wait_accumulator_q <= offered && loaded && blocked;
        range_error_q      <= enter && |(item_addr_i >> ACC_W);
        if (rst_i) begin
            busy_q             <= 1'b0;
            busy_2q            <= 1'b0;
            useful_q           <= 24'd0;
            zero_q             <= 24'd0;
            any_useful_q       <= 1'b0;
            idle_q             <= 24'd0;
            wait_stationary_q  <= 1'b0;
            wait_accumulator_q <= 1'b0;
            range_error_q      <= 1'b0;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign w_valid_o          = w_valid_q;
    assign w_data_o           = w_data_q;
    assign x_valid_o          = x_valid_q;
    assign x_swap_o           = x_swap_q;
    assign x_end_o            = x_end_q;
    assign x_addr_o           = x_addr_q;
    assign x_keep_o           = x_keep_q;
    assign x_data_o           = x_data_q;
    assign busy_o             = busy_2q;
    assign useful_o           = useful_q;
    assign zero_o             = zero_q;
    assign idle_o             = idle_q;
    assign wait_stationary_o  = wait_stationary_q;
    assign wait_accumulator_o = wait_accumulator_q;
    assign range_error_o      = range_error_q;

    wire unused_ok = &{1'b0, item_columns_i};

endmodule
`default_nettype wire
