// decode.v - whatever the words are: the cycle after the last part of an instruction names one queue or one cause, and one that could
// do harm is never without a cause.
`default_nettype none
`include "isa.vh"
module decode_formal #(
    parameter ROWS   = 4,
    parameter COLS   = 4,
    parameter PART_W = 512
) (
    input wire              clk_i,
    input wire              part_valid,
    input wire [PART_W-1:0] part,
    input wire [31:0]       loads, execs, stores
);
    localparam DYN_W = 6, STAT_W = 5, ACC_W = 4, ADDR_W = 32;
    localparam [3:0] LAST = 512 / PART_W - 1;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    reg  [3:0] index_q;
    wire       last = index_q == LAST;
    wire       valid, is_load, is_exec, is_store, is_end;
    wire [2:0] low_opcode;
    wire [1:0] near;
    wire [7:0] cause;
    bpi_decode #(
        .ROWS(ROWS), .COLS(COLS), .DYN_W(DYN_W), .STAT_W(STAT_W), .ACC_W(ACC_W), .ADDR_W(ADDR_W), .DATA_BYTES(2), .PART_W(PART_W), .OPEN_W(4)
    ) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .part_valid_i(part_valid && !rst_q), .part_index_i(index_q), .part_last_i(last), .part_i(part), .loads_i(loads),
        .execs_i(execs), .stores_i(stores), .out_valid_o(valid), .out_opcode_o(low_opcode), .out_load_o(is_load), .out_exec_o(is_exec),
        .out_store_o(is_store), .out_end_o(is_end), .out_near_o(near), .out_cause_o(cause)
    );

    // --- The words of an instruction, collected -------------------------------
    reg [511:0] ins;
    reg         due_q, given_q;
    reg [31:0]  loads_q, execs_q, stores_q;
    always @(posedge clk_i) begin
        if (part_valid) begin
            ins[index_q*PART_W +: PART_W] <= part;
            index_q <= last ? 4'd0 : index_q + 4'd1;
        end
        due_q   <= !rst_q && part_valid && last;
        given_q <= valid;
        {loads_q, execs_q, stores_q} <= {loads, execs, stores};
        if (rst_q) index_q <= 4'd0;
    end

    // --- Groups of the GEOMETRY that an EXEC has --------------------------------
    reg [7:0] group_c_q, group_n_q;
    always @(posedge clk_i) begin
        if (valid && ins[`ANY_OPCODE] == `OPCODE_GEOMETRY && ins[`ANY_SECOND]) begin
            group_c_q <= ins[`GEOMETRY_SECOND_GROUP_VECTORS];
            group_n_q <= ins[`GEOMETRY_SECOND_GROUP_LANES];
        end
        if (rst_q) group_c_q <= 8'd0;
    end

    // --- Fields, as the manual names them -----------------------------------
    wire [7:0] opcode = ins[`ANY_OPCODE];
    wire       load = is_load, exec = is_exec && opcode == `OPCODE_EXEC, geometry = is_exec && opcode == `OPCODE_GEOMETRY;
    wire       store = is_store && opcode == `OPCODE_STORE, reorganize = is_store && opcode == `OPCODE_REORGANIZE;
    wire       stationary = ins[`LOAD_STATIONARY], narrow = ins[`STORE_NARROW];
    wire [63:0] load_addr = ins[`LOAD_ADDRESS], store_addr = ins[`STORE_ADDRESS], reorganize_addr = ins[`REORGANIZE_ADDRESS];
    wire [31:0] load_step_a = ins[`LOAD_STRIDE1], load_step_b = ins[`LOAD_STRIDE2], row_bytes = ins[`LOAD_ROW_BYTES];
    wire [31:0] store_step_a = ins[`STORE_STRIDE1], store_step_b = ins[`STORE_STRIDE2], row_step = ins[`REORGANIZE_ROW_STRIDE];
    wire [31:0] groups = ins[`STORE_GROUPS], vectors = ins[`STORE_VECTORS_PER_GROUP];
    wire [31:0] elements = ins[`REORGANIZE_ELEMENTS], columns = ins[`REORGANIZE_POSITIONS_W];
    always @* if (!rst_q) begin
        assume (given_q || {loads, execs, stores} == {loads_q, execs_q, stores_q});            // given after a verdict
        assume (loads >= loads_q && execs >= execs_q && stores >= stores_q);                   // more are given, none is taken back
        assert (valid == due_q);                                                               // a cycle after the last part
    end
    always @* if (!rst_q && valid) begin
        assert (low_opcode == (ins & 7));
        assert ({2'd0, is_load} + {2'd0, is_exec} + {2'd0, is_store} + {2'd0, is_end} + {2'd0, cause != 8'd0} == 3'd1);
        if (load) begin
            assert (opcode == `OPCODE_LOAD);
            assert (ins[`LOAD_WAIT_EXEC] <= execs && ins[`LOAD_WAIT_STORE] <= stores);
            assert (near == {stores - ins[`LOAD_WAIT_STORE] < 16, execs - ins[`LOAD_WAIT_EXEC] < 16});   // 2^OPEN_W
            assert (row_bytes != 32'd0 && ins[`LOAD_N1] != 16'd0 && ins[`LOAD_N2] != 16'd0);   // nothing is asked of nobody
            assert (ins[`LOAD_BUF_ELEMENT] < (stationary ? 1 << STAT_W : 1 << DYN_W));         // begins inside the buffer
            assert (row_bytes <= (stationary ? 2 << STAT_W : 2 << DYN_W));                     // a row is no longer than the buffer
            assert (load_addr < 64'h1_0000_0000);
            assert (!load_addr[0] && !row_bytes[0] && !load_step_a[0] && !load_step_b[0]);
        end
        if (exec) begin
            assert (ins[`EXEC_WAIT_LOAD] <= loads && ins[`EXEC_WAIT_STORE] <= stores);
            assert (near == {stores - ins[`EXEC_WAIT_STORE] < 16, loads - ins[`EXEC_WAIT_LOAD] < 16});
            assert (ins[`EXEC_NB] != 16'd0 && ins[`EXEC_COLUMN_TILES] != 16'd0 && ins[`EXEC_POSITIONS_H] != 16'd0 && ins[`EXEC_POSITIONS_W] != 16'd0);
            assert (ins[`EXEC_REDUCTION_TILES] != 16'd0 && ins[`EXEC_TAPS_H] != 8'd0 && ins[`EXEC_TAPS_W] != 8'd0);
            assert (ins[`EXEC_ROW_LANES_LAST] != 8'd0 && ins[`EXEC_ROW_LANES_LAST] <= ROWS);   // lanes that exist
            assert (ins[`EXEC_COLUMN_LANES_LAST] != 8'd0 && ins[`EXEC_COLUMN_LANES_LAST] <= COLS);
        end
        if (geometry && ins[`ANY_SECOND]) begin
            assert (ins[`GEOMETRY_SECOND_ROW_LANES] != 8'd0 && ins[`GEOMETRY_SECOND_ROW_LANES] <= ROWS);
            assert (ins[`GEOMETRY_SECOND_COLUMN_LANES] != 8'd0 && ins[`GEOMETRY_SECOND_COLUMN_LANES] <= COLS);
            assert ((ins[`GEOMETRY_SECOND_GROUP_VECTORS] != 8'd0) == (ins[`GEOMETRY_SECOND_GROUP_LANES] != 8'd0));
        end
        if (exec && group_c_q != 8'd0) begin                                                    // groups side by side fit
            assert (ins[`EXEC_REDUCTION_TILES] == 16'd1 && !ins[`EXEC_FUSED]);
            assert (ins[`EXEC_BY_COLUMN] ? group_n_q <= ROWS && group_c_q <= COLS : group_c_q <= ROWS && group_n_q <= COLS);
        end
        if (geometry) assert (ins[`ANY_SECOND] || (ins[`GEOMETRY_FIRST_PHASE_MOD_H] != 8'd0 && ins[`GEOMETRY_FIRST_PHASE_MOD_W] != 8'd0));
        if (store) begin
            assert (ins[`STORE_WAIT_EXEC] <= execs && ins[`STORE_WAIT_LOAD] <= loads);
            assert (near == {loads - ins[`STORE_WAIT_LOAD] < 16, execs - ins[`STORE_WAIT_EXEC] < 16});
            assert (groups != 32'd0 && vectors != 32'd0 && ins[`STORE_N1] != 16'd0 && ins[`STORE_N2] != 16'd0);
            assert (ins[`STORE_LAST_LANES] != 8'd0 && ins[`STORE_LAST_LANES] <= COLS);
            assert (ins[`STORE_ACC_BASE] < 1 << ACC_W);
            assert (64'd4 * COLS * groups * vectors < 64'h1_0000_0000);                        // a run is counted in 32 bits
            assert (store_addr < 64'h1_0000_0000);
            assert (narrow ? !store_addr[0] && !store_step_a[0] && !store_step_b[0]
                           : store_addr[1:0] == 2'd0 && store_step_a[1:0] == 2'd0 && store_step_b[1:0] == 2'd0);
        end
        if (reorganize) begin
            assert (ins[`REORGANIZE_WAIT_EXEC] <= execs && ins[`REORGANIZE_WAIT_LOAD] <= loads);
            assert (elements != 32'd0 && columns != 32'd0 && ins[`REORGANIZE_POSITIONS_H] != 16'd0);
            assert (ins[`REORGANIZE_STRIDE_W] > ins[`REORGANIZE_PHASE_W] && ins[`REORGANIZE_STRIDE_H] > ins[`REORGANIZE_PHASE_H]);
            assert (ins[`REORGANIZE_BUF_ELEMENT] < 1 << DYN_W);
            assert (64'd2 * elements * columns < 64'h1_0000_0000);
            assert (reorganize_addr < 64'h1_0000_0000 && !reorganize_addr[0] && !row_step[0]);
        end
        if (is_end) assert (ins == `OPCODE_END);
    end
endmodule
`default_nettype wire
