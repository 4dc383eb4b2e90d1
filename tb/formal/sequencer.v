// sequencer.v - a program whose instructions wait only for earlier ones (the decoder refuses others): no unit is offered an
// instruction before what it waits for is completed, each is sent once, whole, while its unit has none, and something can always
// go on until the end.  Parts of 8 words, two to an instruction.
`default_nettype none
`include "isa.vh"
module sequencer_formal #(
    parameter N     = 3,       // instructions
    parameter FIRST = 14,      // slot of the first one
    parameter STUCK = 12       // cycles in which something must go on
) (
    input wire clk_i,
    input wire start, reset, bus_idle, part_valid, fault, load_ready, exec_ready, store_ready, load_done, exec_done,
    input wire [1:0] near              // said to be near although it has been reached
);
    localparam [2:0] LOAD = 3'd0, EXEC = 3'd1, STORE = 3'd2, GEOMETRY = 3'd3, END = 3'd4;
    localparam PART_W = 256;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    // --- Program ------------------------------------------------------------
    wire [4:0] start_slot = FIRST;
    (* anyconst *) wire [3*N-1:0] kinds, waits_a, waits_b;
    (* anyconst *) wire [2*N-1:0] tags;                      // of the first part, turned round in the last; a half of a GEOMETRY
    function [511:0] words(input [2:0] kind, input [2:0] wait_a, input [2:0] wait_b, input [1:0] tag);
        begin
            words = 512'd0;
            case (kind)
                LOAD: begin
                    words[`ANY_OPCODE]      = `OPCODE_LOAD;
                    words[`LOAD_WAIT_EXEC]  = wait_a;
                    words[`LOAD_WAIT_STORE] = wait_b;
                end
                EXEC: begin
                    words[`ANY_OPCODE]      = `OPCODE_EXEC;
                    words[`EXEC_WAIT_LOAD]  = wait_a;
                    words[`EXEC_WAIT_STORE] = wait_b;
                end
                STORE: begin
                    words[`ANY_OPCODE]      = `OPCODE_STORE;
                    words[`STORE_WAIT_EXEC] = wait_a;
                    words[`STORE_WAIT_LOAD] = wait_b;
                end
                GEOMETRY: begin
                    words[`ANY_OPCODE]      = `OPCODE_GEOMETRY;
                    words[`ANY_SECOND]      = tag[0];
                end
                default: words[`ANY_OPCODE] = `OPCODE_END;
            endcase
            words[7*32 +: 2]  = tag;
            words[10*32 +: 2] = ~tag;
        end
    endfunction
    // loads, execs and stores before an instruction, and that no END is
    wire [3*N+2:0] loads_before, execs_before, stores_before;
    wire [N:0]     runs;
    assign {loads_before[2:0], execs_before[2:0], stores_before[2:0], runs[0]} = {9'd0, 1'b1};
    genvar i;
    generate
        for (i = 0; i < N; i = i + 1) begin : gen_before
            wire [2:0] kind = kinds[3*i +: 3], wait_a = waits_a[3*i +: 3], wait_b = waits_b[3*i +: 3];
            wire [2:0] l = loads_before[3*i +: 3], e = execs_before[3*i +: 3], s = stores_before[3*i +: 3];
            assign loads_before[3*i+3 +: 3]  = l + {2'd0, kind == LOAD};
            assign execs_before[3*i+3 +: 3]  = e + {2'd0, kind == EXEC || kind == GEOMETRY};
            assign stores_before[3*i+3 +: 3] = s + {2'd0, kind == STORE};
            assign runs[i+1]                 = runs[i] && kind != END;
            always @* begin
                assume (kind <= END);
                if (kind == LOAD)  assume (wait_a <= e && wait_b <= s);
                if (kind == EXEC)  assume (wait_a <= l && wait_b <= s);
                if (kind == STORE) assume (wait_a <= e && wait_b <= l);
            end
        end
    endgenerate

    wire         busy, done, error_valid, clear, halt, fetch_start, fetch_halt, free_valid, wait_load, wait_store;
    wire [2:0]   part_to, valid;                             // a bit for each queue, as the opcodes here
    wire [1:0]   geometry_part;
    wire [3:0]   free_slot, send_index;
    wire [7:0]   error_cause;
    wire [31:0]  error_addr, error_instruction, loads, execs, stores;
    wire [PART_W-1:0] send;

    // --- Fetch and decode ---------------------------------------------------
    reg  [2:0]   fed_q, taken_q;                             // instructions
    reg          half_q, due_q, running_q, ended_q, failed_q;
    wire [2:0]   kind = kinds[3*fed_q +: 3], due_kind = kinds[3*taken_q +: 3];
    wire [511:0] ins  = words(kind, waits_a[3*fed_q +: 3], waits_b[3*fed_q +: 3], tags[2*fed_q +: 2]);
    wire [511:0] due  = words(due_kind, 3'd0, 3'd0, 2'd0);
    wire         go   = running_q && !rst_q;
    wire         take = due_q && go && !fault && !reset;
    wire [1:0]   ahead;                                      // what it waits for has not been reached
    wire [3:0]   slot = start_slot[3:0] + {1'b0, fed_q};
    wire [255:0] part = ins >> (half_q ? 256 : 0);
    bpi_sequencer #(.ADDR_W(32), .PART_W(PART_W), .OPEN_W(4), .TILE_W(2)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .start_i(start), .reset_i(reset), .program_i({21'd0, start_slot, 6'd0}), .over_i(1'b0), .busy_o(busy),
        .done_o(done), .error_valid_o(error_valid), .error_cause_o(error_cause), .error_addr_o(error_addr), .error_instruction_o(error_instruction),
        .clear_o(clear), .halt_o(halt), .bus_idle_i(bus_idle), .clearing_i(1'b0), .fetch_start_o(fetch_start), .fetch_halt_o(fetch_halt),
        .part_valid_i(part_valid), .part_slot_i(slot), .part_index_i({3'd0, half_q}), .part_i(part),
        .free_valid_o(free_valid), .free_slot_o(free_slot), .ins_valid_i(due_q), .ins_opcode_i(due[2:0]), .ins_load_i(due_kind == LOAD),
        .ins_exec_i(due_kind == EXEC || due_kind == GEOMETRY), .ins_store_i(due_kind == STORE), .ins_end_i(due_kind == END), .ins_near_i(ahead | near), .ins_cause_i(8'd0),
        .loads_o(loads), .execs_o(execs), .stores_o(stores), .fault_valid_i(fault), .fault_cause_i(8'd7), .fault_addr_i(32'd0),
        .send_index_o(send_index), .send_o(send), .load_part_o(part_to[0]), .load_valid_o(valid[0]), .load_ready_i(load_ready), .load_done_i(load_done),
        .exec_part_o(part_to[1]), .exec_valid_o(valid[1]), .exec_ready_i(exec_ready), .exec_done_i(exec_done), .store_part_o(part_to[2]),
        .store_valid_o(valid[2]), .store_ready_i(store_ready), .geometry_part_o(geometry_part), .wait_load_o(wait_load), .wait_store_o(wait_store)
    );

    // --- What is sent: the next instruction of its queue ----------------------
    reg  [8:0] sent_q, next;               // of each queue: where to look for the next; where it is
    reg  [2:0] halves_q, whole_q;          // a first part has been sent; the unit has an instruction
    reg  [8:0] wait_a_q, wait_b_q;
    wire       geometry = |geometry_part;
    wire [1:0] q        = part_to[0] ? 2'd0 : part_to[2] ? 2'd2 : 2'd1;
    wire [2:0] from     = next[3*q +: 3];
    wire       sends    = |part_to || geometry;
    wire       last     = sends && halves_q[q];
    integer k, n, r;
    always @* for (k = 0; k < 3; k = k + 1) begin
        next[3*k +: 3] = N;
        for (n = N - 1; n >= 0; n = n - 1)
            if (n >= sent_q[3*k +: 3] && (kinds[3*n +: 3] == k || (k == 1 && kinds[3*n +: 3] == GEOMETRY))) next[3*k +: 3] = n;
    end
    wire [2:0] ready = {store_ready, exec_ready, load_ready};
    reg        free_q;
    reg  [3:0] free_slot_q;

    // --- Given, started by a unit, completed ----------------------------------
    reg [2:0] loads_begun_q, loads_done_q, tiles_begun_q, tiles_done_q, execs_done_q, stores_done_q;
    reg [3:0] stuck_q;
    reg       started_q;
    wire loads_open = loads_begun_q != loads_done_q, tiles_open = tiles_begun_q != tiles_done_q;
    wire [2:0] due_a = waits_a[3*taken_q +: 3], due_b = waits_b[3*taken_q +: 3];
    assign ahead = {due_b > (due_kind == STORE ? loads_done_q : stores_done_q), due_a > (due_kind == EXEC ? loads_done_q : execs_done_q)};
    wire queued     = loads_before[3*taken_q +: 3] != loads_begun_q || execs_before[3*taken_q +: 3] != execs_done_q || stores_before[3*taken_q +: 3] != stores_done_q;
    wire stuck      = go && queued && !loads_open && !tiles_open && !(|valid) && !sends;
    always @(posedge clk_i) begin
        if (part_valid) begin
            half_q <= !half_q;
            if (half_q) fed_q <= fed_q + 3'd1;
        end
        due_q <= part_valid && half_q;
        started_q <= !rst_q && (started_q || start);
        if (take) taken_q <= taken_q + 3'd1;
        if (sends) begin
            halves_q[q] <= !halves_q[q];
            if (last) begin
                sent_q[3*q +: 3] <= from + 3'd1;
                whole_q[q] <= !geometry;
                wait_a_q[3*q +: 3] <= waits_a[3*from +: 3];
                wait_b_q[3*q +: 3] <= waits_b[3*from +: 3];
            end
        end
        for (r = 0; r < 3; r = r + 1) if (valid[r] && ready[r]) whole_q[r] <= 1'b0;
        free_q        <= free_valid;
        free_slot_q   <= free_slot;
        loads_begun_q <= loads_begun_q + {2'd0, valid[0] && load_ready};
        loads_done_q  <= loads_done_q + {2'd0, load_done};
        tiles_begun_q <= tiles_begun_q + {2'd0, valid[1] && exec_ready};
        tiles_done_q  <= tiles_done_q + {2'd0, exec_done};
        execs_done_q  <= execs_done_q + {2'd0, exec_done || (geometry && last)};
        stores_done_q <= stores_done_q + {2'd0, valid[2] && store_ready};
        ended_q       <= ended_q || (take && due_kind == END);
        stuck_q       <= stuck ? stuck_q + 4'd1 : 4'd0;
        failed_q      <= failed_q || fault || reset;
        running_q     <= fetch_start || (running_q && !fault && !reset && !done && !halt);
        if (fetch_start || rst_q) begin
            {fed_q, taken_q, half_q, due_q, ended_q, failed_q} <= 10'd0;
            halves_q <= 3'd0;
            whole_q  <= 3'd0;
            {loads_begun_q, loads_done_q, tiles_begun_q, tiles_done_q, execs_done_q, stores_done_q} <= 18'd0;
            sent_q <= 9'd0;
        end
        if (rst_q) {running_q, free_q, stuck_q} <= 6'd0;
    end
    always @* begin
        assume (!part_valid || (go && !fetch_halt && fed_q < N && runs[fed_q]));
        assume (!load_done || (go && loads_open));
        assume (!exec_done || (go && tiles_open));
        assume (!fault || go);
        assume (!start || !started_q);
        if (go) begin
            assert (loads == loads_before[3*taken_q +: 3] && execs == execs_before[3*taken_q +: 3] && stores == stores_before[3*taken_q +: 3]);
            assert ({2'd0, part_to[0]} + {2'd0, part_to[1]} + {2'd0, part_to[2]} + {2'd0, geometry} <= 3'd1 && geometry_part != 2'd3);
            if (sends) begin
                assert (from < taken_q);                               // found good, its own queue's, in order
                assert (!geometry || kinds[3*from +: 3] == GEOMETRY);
                assert (geometry || kinds[3*from +: 3] == q);
                assert (send_index == {3'd0, halves_q[q]});
                assert (!halves_q[q] || send[2*32 +: 2] == ~tags[2*from +: 2]);
                assert (halves_q[q] || send[7*32 +: 2] == tags[2*from +: 2]);
                assert (!whole_q[q]);                                  // its unit has none that it has not taken
                assert (!geometry || (!tiles_open && geometry_part == (tags[2*from] ? 2'd2 : 2'd1)));
            end
            assert (free_q == last);                                   // a slot is free once it has been read whole
            assert (!free_q || free_slot_q == start_slot[3:0] + {1'b0, from});
            assert ((valid & ~whole_q) == 3'd0);
            if (valid[0]) assert (wait_a_q[0 +: 3] <= execs_done_q && wait_b_q[0 +: 3] <= stores_done_q);
            if (valid[1]) assert (wait_a_q[3 +: 3] <= loads_done_q && wait_b_q[3 +: 3] <= stores_done_q);
            if (valid[2]) assert (wait_a_q[6 +: 3] <= execs_done_q && wait_b_q[6 +: 3] <= loads_done_q);
            if (wait_load)  assert (loads_done_q != loads_before[3*taken_q +: 3]);    // what an EXEC waits for is not completed
            if (wait_store) assert (stores_done_q != stores_before[3*taken_q +: 3]);
            assert (stuck_q < STUCK);                                  // no deadlock
        end
        if (!rst_q && done) assert (ended_q && !failed_q && !queued && !loads_open && !tiles_open);
        if (!rst_q) assert (!(done && error_valid) && (!error_valid || valid == 3'd0));
    end
endmodule
`default_nettype wire
