// vector_lane.v - a lane's result is what the words of OPERATIONS say: clip(gate(P * factor + Q)).
// The lane's multiplier and adder are those of the harness too: what enters them is compared, and what is made of their sum.
// No stage keeps anything of the operation before, so that the first one stands for every one.
`default_nettype none
`include "isa.vh"
module vector_lane_formal #(
    parameter ADD_STAGES = 2
) (
    input wire        clk_i,
    input wire [31:0] operation, register_p, register_q, sums, dynamic, stationary, coefficient_0, coefficient_1,
    input wire        drained                         // the vector's sums are there, and this is the batch's first operation
);
    localparam LATE = 3 + ADD_STAGES;                 // from operands to their sum
    (* anyconst *) wire [127:0] constants;            // without subnormals, as the lane is given them
    wire [31:0] least = constants[95:64], most = constants[127:96];

    // --- Operation: its fields, as the vector unit hands them on ----------
    wire [1:0] p_from = operation[`OPERATION_P], by = operation[`OPERATION_FACTOR], which = operation[`OPERATION_CONSTANT], gate = operation[`OPERATION_GATE];
    wire [2:0] q_from = operation[`OPERATION_Q];
    wire       swap = operation[`OPERATION_SWAP], leak = operation[`OPERATION_LEAK], value = operation[`OPERATION_VALUE], mac = q_from == 3'd7;
    reg  [2*(LATE+1)-1:0] clips_q;
    wire [1:0]  clip = clips_q[2*LATE +: 2];
    wire [31:0] y;
    wire [15:0] half;
    bpi_vector_lane #(.ADD_STAGES(ADD_STAGES)) u_dut (
        .clk_i(clk_i), .register_p_i(register_p), .register_q_i(register_q), .sum_i(sums), .dynamic_i(dynamic), .stationary_i(stationary),
        .coefficient_0_i(coefficient_0), .coefficient_1_i(coefficient_1),
        .p_register_i(p_from == 2'd0), .p_sum_i(p_from == 2'd1 && drained), .p_dynamic_i(p_from[1]), .value_i(value),
        .q_register_i(q_from == 3'd1 || (mac && swap)), .q_stationary_i(q_from[2:1] == 2'd1), .q_coefficient_i(q_from[2:1] == 2'd2 || (mac && !swap)),
        .q_tag_i(q_from == 3'd6), .mac_i(mac), .swap_i(swap), .factor_i(by), .gate_i(gate), .leak_i(leak),
        .adds_i(q_from != 3'd0 && !gate[1] && by != 2'd3), .constant_i(constants[32*which +: 32]), .least_i(least), .most_i(most), .tag_i(most[15:0]),
        .clip_i(clip), .y_o(y), .half_o(half)
    );

    // --- Numbers: a subnormal is zero --------------------------------------
    function nan(input [31:0] x);
        nan = x[30:23] == 8'd255 && x[22:0] != 23'd0;
    endfunction
    function signed [31:0] key(input [31:0] x);       // in the order of numbers, but for NaN
        key = x[30:23] == 8'd0 ? 32'sd0 : x[31] ? -$signed({1'b0, x[30:0]}) : $signed({1'b0, x[30:0]});
    endfunction
    function less(input [31:0] x, z);
        less = !nan(x) && !nan(z) && key(x) < key(z);
    endfunction

    // --- What is multiplied, by what, and what is added ---------------------
    reg [31:0] read_p, read_q, p, q, factor, to_multiply, to_add;
    reg        kept;
    always @* begin
        case (p_from)
            2'd0:    read_p = register_p;
            2'd1:    read_p = drained ? sums : 32'd0;
            default: read_p = dynamic;
        endcase
        if (value) read_p[15:0] = 16'd0;
        case (q_from)
            3'd0:       read_q = 32'd0;
            3'd1:       read_q = register_q;
            3'd2, 3'd3: read_q = stationary;
            3'd6:       read_q = stationary[15:0] == most[15:0] ? 32'h3F800000 : 32'd0;
            default:    read_q = coefficient_1;
        endcase
        p = read_p;
        q = read_q;
        case (by)
            2'd0:    factor = 32'h3F800000;
            2'd1:    factor = constants[32*which +: 32];
            2'd2:    factor = coefficient_0;
            default: factor = swap ? read_p : read_q;
        endcase
        if (mac) {q, factor} = swap ? {register_q, coefficient_1} : {coefficient_1, register_q};
        else if (swap) {p, q} = {read_q, read_p};
        case (gate)
            2'd0:    kept = 1'b1;
            2'd1:    kept = less(32'd0, p);
            2'd2:    kept = less(32'd0, q);
            default: kept = less(32'd0, q) && less(q, most);
        endcase
        to_multiply = p;
        to_add      = q_from == 3'd0 || gate[1] || by == 2'd3 ? 32'h80000000 : q;    // minus zero changes nothing
        if (!kept) factor = leak ? least : 32'h3F800000;
        if (!kept && !leak) {to_multiply, to_add} = {32'd0, 32'h80000000};
    end

    // --- The same multiplier and adder, and what becomes of the sum ---------
    (* hierconn *) wire [31:0] \u_dut.p_q , \u_dut.factor_q , \u_dut.add_q ;
    reg  [31:0] to_multiply_q, factor_q, to_add_q, add_1q, add_2q, add_3q;
    wire [31:0] product, sum;
    reg  [LATE:0] lost_q;                             // no gate keeps it
    reg  [4:0]  cycle_q = 5'd0;
    bpi_fp32_mul u_mul (.clk_i(clk_i), .a_i(\u_dut.p_q ), .b_i(\u_dut.factor_q ), .y_o(product));
    bpi_fp32_add #(.STAGES(ADD_STAGES)) u_add (.clk_i(clk_i), .a_i(product), .b_i(add_3q), .y_o(sum));
    always @(posedge clk_i) begin
        {to_multiply_q, factor_q, to_add_q} <= {to_multiply, factor, to_add};
        {add_3q, add_2q, add_1q} <= {add_2q, add_1q, \u_dut.add_q };
        clips_q <= {clips_q, operation[`OPERATION_CLIP]};
        lost_q  <= {lost_q, !kept && !leak};
        if (cycle_q != LATE + 2) cycle_q <= cycle_q + 5'd1;
    end
    reg [31:0] clipped;
    always @*
        case (clip)
            2'd0:    clipped = sum;
            2'd1:    clipped = nan(sum) || less(32'd0, sum) ? sum : 32'd0;
            2'd2:    clipped = less(sum, least) ? least : less(most, sum) ? most : sum;
            default: clipped = sum[31] || nan(sum) ? 32'h7FC00000 : 32'h5F370000 - {(sum >> 17), 16'd0};
        endcase
    wire [15:0] rounded = y[31:16] + (y[15:0] > 16'h8000 || (y[15:0] == 16'h8000 && y[16]) ? 16'd1 : 16'd0);
    integer n;
    always @* begin
        for (n = 2; n < 4; n = n + 1) assume (constants[32*n + 23 +: 8] != 8'd0 || constants[32*n +: 23] == 23'd0);
        // what the decoder lets pass
        assume (!(mac && (by != 2'd0 || gate[1])) && !(by == 2'd3 && (q_from == 3'd0 || gate[1])) && !(q_from == 3'd0 && (swap || gate[1])));
        if (cycle_q != 5'd0) assert (\u_dut.p_q  == to_multiply_q && \u_dut.factor_q  == factor_q && \u_dut.add_q  == to_add_q);
        if (cycle_q > LATE) begin
            assert (y == clipped && half == rounded);
            if (lost_q[LATE]) assert (sum == 32'd0);
        end
    end
endmodule
`default_nettype wire
