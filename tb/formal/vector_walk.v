// vector_walk.v - every operation goes over every chunk of every batch, once and in order, with the chunk's place, lanes, addresses and
// entries; nothing goes without its vector, port or room; a chunk's next operation comes LOOP cycles later or more; it goes on, and ends.
`default_nettype none
`include "isa.vh"
module vector_walk_formal #(
    parameter PLACES = 0,         // what is proved: control, or addresses and entries
    parameter LOOP   = 3
) (
    input wire         clk_i,
    input wire         begins, vec_valid, vec_group, vec_last, dynamic_ready, stationary_ready, room, batch_ready,
    input wire [2:0]   vec_lanes,
    // of a STORE
    input wire [3:0]   count,
    input wire [63:0]  fields,
    input wire [3:0]   wide,
    input wire [11:0]  dynamic_at,
    input wire [9:0]   stationary_at,
    input wire [2:0]   coefficient_base, sum_base,
    input wire [3:0]   period
);
    localparam LANES = 2, DYN_W = 6, STAT_W = 5, ENTRY_W = 3, COUNT_W = 6, BATCH_W = 6;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    // --- Settings hold from a STORE's begin to its end --------------------
    reg  [3:0]  count_q, wide_q, period_q;
    reg  [63:0] fields_q;
    reg  [11:0] dynamic_at_q;
    reg  [9:0]  stationary_at_q;
    reg  [2:0]  coefficient_base_q, sum_base_q;
    reg  [255:0] operations;
    integer n;
    always @* begin
        operations = 256'd0;
        for (n = 0; n < 8; n = n + 1) begin
            operations[32*n + `OPERATION_P]      = fields_q[8*n +: 2];
            operations[32*n + `OPERATION_Q]      = fields_q[8*n + 2 +: 3];
            operations[32*n + `OPERATION_OUTPUT] = fields_q[8*n + 5 +: 2];
            operations[32*n + `OPERATION_SECOND] = fields_q[8*n + 7];
        end
    end
    wire active, fire, first, vec_ready, dynamic_valid, stationary_valid, batch_valid, wide_dynamic, wide_stationary;
    wire start = begins && !active && !rst_q;
    always @(posedge clk_i)
        if (!active && !start)
            {count_q, fields_q, wide_q, dynamic_at_q, stationary_at_q, coefficient_base_q, sum_base_q, period_q} <=
                {count, fields, wide, dynamic_at, stationary_at, coefficient_base, sum_base, period};

    wire [31:0]        operation;
    wire [DYN_W-1:0]   dynamic_addr;
    wire [STAT_W-1:0]  stationary_addr;
    wire [BATCH_W-1:0] batch_elements;
    wire [3:0]         slot;
    wire [7:0]         place;
    wire [0:0]         last_lane;
    wire [ENTRY_W-1:0] channel, sum;
    bpi_vector_walk #(.LANES(LANES), .LANES_W(1), .DYN_W(DYN_W), .STAT_W(STAT_W), .ENTRY_W(ENTRY_W), .COUNT_W(COUNT_W), .BATCH_W(BATCH_W), .LOOP(LOOP)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .begin_i(start), .active_o(active), .count_i(count_q), .operations_i(operations), .wide_i(wide_q),
        .dynamic_i(dynamic_at_q), .stationary_i(stationary_at_q), .coefficient_base_i(coefficient_base_q), .sum_base_i(sum_base_q), .period_i({12'd0, period_q}),
        .vec_valid_i(vec_valid), .vec_ready_o(vec_ready), .vec_lanes_i({5'd0, vec_lanes}), .vec_group_i(vec_group), .vec_last_i(vec_last),
        .dynamic_valid_o(dynamic_valid), .dynamic_ready_i(dynamic_ready), .dynamic_addr_o(dynamic_addr),
        .stationary_valid_o(stationary_valid), .stationary_ready_i(stationary_ready), .stationary_addr_o(stationary_addr), .room_i(room),
        .batch_valid_o(batch_valid), .batch_ready_i(batch_ready), .batch_elements_o(batch_elements),
        .fire_o(fire), .operation_o(operation), .first_o(first), .wide_dynamic_o(wide_dynamic), .wide_stationary_o(wide_stationary), .slot_o(slot), .place_o(place),
        .last_lane_o(last_lane), .channel_o(channel), .sum_o(sum)
    );

    // --- What is due: operation at_q of chunk slot_q of the batch ----------
    reg  [2:0] at_q, place_q;
    reg  [3:0] slot_q, last_slot_q;
    reg        due_q, ended_q;                        // something is due; the batch is the STORE's last one
    wire [7:0] field   = fields_q[8*at_q +: 8];
    wire [1:0] p       = field[1:0], out = field[6:5];
    wire [2:0] q       = field[4:2];
    wire       dynamic = p >= 2'd2, stationary = q == 3'd2 || q == 3'd3 || q == 3'd6;
    wire       opens   = at_q == 3'd0;                // of the batch the first operation: its chunks are the vectors' next ones
    wire [2:0] left    = vec_lanes - place_q;
    wire       tail    = left <= LANES;
    wire       closes  = (tail && vec_last) || slot_q == 4'd15;
    wire       ends    = opens ? closes : slot_q == last_slot_q;
    wire       last_op = at_q == count_q - 4'd1;

    // --- Of one chunk of a batch, chosen freely: what it is, and when it went last ----
    (* anyconst *) wire [3:0] chosen;
    reg  [0:0] lane_q;
    reg  [2:0] age_q, waits_q;                        // as many as LOOP, or more
    wire [0:0] lane      = opens ? (tail ? left - 3'd1 : 3'd1) : lane_q;
    wire       all_ready = vec_valid && dynamic_ready && stationary_ready && room && batch_ready;

    // --- Before the chunk: elements of the STORE, chunks of its group, chunks of the period; of each pass from the batch's first on ----
    reg  [5:0]  element_q, first_element_q;
    reg  [2:0]  entry_q, first_entry_q;
    reg  [3:0]  turn_q, first_turn_q;
    reg         group_ends_q;                         // of the chosen chunk
    wire        group_ends = opens ? tail && vec_group : group_ends_q;
    wire [5:0]  element    = element_q + last_lane + 6'd1;
    wire [2:0]  entry      = \u_dut.ends_group  ? 3'd0 : entry_q + 3'd1;
    wire [3:0]  turn       = turn_q + 4'd1 == period_q ? 4'd0 : turn_q + 4'd1;
    (* hierconn *) wire \u_dut.ends_group , \u_dut.closed_q ;
    (* hierconn *) wire [COUNT_W+ENTRY_W+15:0] \u_dut.state_q , \u_dut.batch_q ;
    (* hierconn *) wire [2:0] \u_dut.index_q ;
    (* hierconn *) wire [3:0] \u_dut.pos_q , \u_dut.last_pos_q ;
    wire [2:0]  after     = \u_dut.index_q  == count_q - 4'd1 ? 3'd0 : \u_dut.index_q  + 3'd1;
    wire [2:0]  channel_q = coefficient_base_q + entry_q, first_channel_q = coefficient_base_q + first_entry_q;
    wire [COUNT_W+ENTRY_W+15:0] now_q   = {element_q, channel_q, 12'd0, turn_q};
    wire [COUNT_W+ENTRY_W+15:0] first_q = {first_element_q, first_channel_q, 12'd0, first_turn_q};
    wire [DYN_W-1:0]   expected_dynamic    = dynamic_at_q[DYN_W*p[0] +: DYN_W] + (wide_q[p[0]] ? 2*element_q : element_q);
    wire [STAT_W-1:0]  expected_stationary = stationary_at_q[STAT_W*q[0] +: STAT_W] + (wide_q[2 + q[0]] ? 2*element_q : element_q);
    wire [ENTRY_W-1:0] expected_channel    = coefficient_base_q + entry_q;
    wire [ENTRY_W-1:0] expected_sum        = sum_base_q + turn_q + (field[7] ? period_q : 4'd0);
    wire [BATCH_W-1:0] expected_elements   = element - first_element_q;
    always @(posedge clk_i) begin
        if (start) begin
            {at_q, slot_q, place_q, ended_q} <= 11'd0;
            {element_q, entry_q, turn_q, first_element_q, first_entry_q, first_turn_q} <= 26'd0;
            due_q <= 1'b1;
        end else if (fire) begin
            slot_q <= ends ? 4'd0 : slot_q + 4'd1;
            if (ends) at_q <= last_op ? 3'd0 : at_q + 3'd1;
            if (ends && last_op && (opens ? tail && vec_last : ended_q)) due_q <= 1'b0;
            if (opens) begin
                place_q   <= tail ? 3'd0 : place_q + LANES;
                ended_q   <= tail && vec_last;
                if (ends) last_slot_q <= slot_q;
                if (slot_q == chosen) {lane_q, group_ends_q} <= {lane, group_ends};
            end
            {element_q, entry_q, turn_q} <= ends && !last_op ? {first_element_q, first_entry_q, first_turn_q} : {element, entry, turn};
            if (ends && last_op) {first_element_q, first_entry_q, first_turn_q} <= {element, entry, turn};
        end
        age_q   <= fire && slot == chosen ? 3'd1 : age_q == LOOP ? LOOP : age_q + 3'd1;
        waits_q <= fire || !active || !all_ready ? 3'd0 : waits_q + 3'd1;
        if (rst_q) begin
            due_q   <= 1'b0;
            age_q   <= LOOP;
            waits_q <= 3'd0;
        end
    end

    // --- Neighbours -------------------------------------------------------
    reg       held_q, group_q, all_q;
    reg [2:0] lanes_q;
    always @(posedge clk_i) begin
        held_q <= !rst_q && vec_valid && !vec_ready;
        {lanes_q, group_q, all_q} <= {vec_lanes, vec_group, vec_last};
    end
    always @* begin
        assume (count_q != 4'd0 && count_q <= 4'd8 && period_q != 4'd0);
        assume (vec_lanes != 3'd0 && vec_lanes <= 3'd5);
        if (held_q) assume (vec_valid && {vec_lanes, vec_group, vec_last} == {lanes_q, group_q, all_q});
    end

    // --- Control, which the proof of places takes as proved ---------------
    wire order_ok  = !fire || (due_q && slot == slot_q && first == opens && operation == operations[32*at_q +: 32]);
    wire ready_ok  = !fire || ((!dynamic || dynamic_ready) && (!stationary || stationary_ready) && (out == 2'd0 || room));
    wire vector_ok = !fire || !opens || (vec_valid && place == place_q && place_q < vec_lanes && (!ends || batch_ready));
    wire chunk_ok  = !fire || slot_q != chosen || (last_lane == lane && \u_dut.ends_group  == group_ends && age_q >= LOOP);
    wire asks_ok   = dynamic_valid == (fire && dynamic) && stationary_valid == (fire && stationary);
    wire takes_ok  = vec_ready == (fire && opens && tail) && batch_valid == (fire && opens && ends);
    wire goes_ok   = (active || !due_q) && waits_q < LOOP + (due_q ? 0 : 1);    // and ends
    wire control   = order_ok && ready_ok && vector_ok && chunk_ok && asks_ok && takes_ok && goes_ok;

    always @* if (!rst_q) begin
        if (PLACES == 0) assert (control);
        else begin
            assume (control);
            if (dynamic_valid)    assert (wide_dynamic == wide_q[p[0]] && dynamic_addr == expected_dynamic);
            if (stationary_valid) assert (wide_stationary == wide_q[2 + q[0]] && stationary_addr == expected_stationary);
            if (fire)             assert (channel == expected_channel && sum == expected_sum);
            if (batch_valid)      assert (batch_elements == expected_elements);
            // lemmas: what the block keeps
            if (due_q) begin
                assert (turn_q < period_q && first_turn_q < period_q && \u_dut.index_q  < count_q && (opens || \u_dut.last_pos_q  == last_slot_q));
                assert ((\u_dut.closed_q  && at_q == 3'd0) || \u_dut.batch_q  == first_q);
                if (!\u_dut.closed_q ) assert (\u_dut.index_q  == at_q && \u_dut.pos_q  == slot_q && \u_dut.state_q  == now_q);
                else assert (slot_q == 4'd0 && at_q == after && now_q == first_q && (at_q != 3'd0 || \u_dut.state_q  == first_q));
            end
        end
    end
endmodule
`default_nettype wire
