// sequencer.v - a program whose instructions wait only for earlier ones (the decoder refuses others): no queue offers an
// instruction before what it waits for is completed, each is given once, and something can always go on until the end.
`default_nettype none
`include "isa.vh"
module sequencer_formal (
    input wire       clk_i,
    input wire       start, reset, bus_idle, ins_valid, fault, load_ready, exec_ready, store_ready, load_done, exec_done,
    input wire [1:0] kind,                // 0 LOAD, 1 EXEC, 2 STORE, 3 END
    input wire [2:0] wait_a, wait_b
);
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;
    reg [511:0] ins;
    always @* begin
        ins = 512'd0;
        case (kind)
            2'd0: begin
                ins[`ANY_OPCODE]      = `OPCODE_LOAD;
                ins[`LOAD_WAIT_EXEC]  = wait_a;
                ins[`LOAD_WAIT_STORE] = wait_b;
            end
            2'd1: begin
                ins[`ANY_OPCODE]      = `OPCODE_EXEC;
                ins[`EXEC_WAIT_LOAD]  = wait_a;
                ins[`EXEC_WAIT_STORE] = wait_b;
            end
            2'd2: begin
                ins[`ANY_OPCODE]      = `OPCODE_STORE;
                ins[`STORE_WAIT_EXEC] = wait_a;
                ins[`STORE_WAIT_LOAD] = wait_b;
            end
            default: ins[`ANY_OPCODE] = `OPCODE_END;
        endcase
    end

    wire         busy, done, error_valid, clear, halt, fetch_start, fetch_halt, ins_ready, load_valid, exec_valid, store_valid, wait_load, wait_store;
    wire [7:0]   error_cause;
    wire [31:0]  error_addr, error_instruction, loads, execs, stores;
    wire [511:0] load_data, exec_data, store_data;
    wire [895:0] geometry;
    bpi_sequencer #(.ADDR_W(32)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .start_i(start), .reset_i(reset), .program_i(32'd0), .count_i(32'd1000), .busy_o(busy), .done_o(done),
        .error_valid_o(error_valid), .error_cause_o(error_cause), .error_addr_o(error_addr), .error_instruction_o(error_instruction),
        .clear_o(clear), .halt_o(halt), .bus_idle_i(bus_idle), .clearing_i(1'b0), .fetch_start_o(fetch_start), .fetch_halt_o(fetch_halt),
        .ins_valid_i(ins_valid), .ins_ready_o(ins_ready), .ins_data_i(ins), .ins_load_i(kind == 2'd0), .ins_exec_i(kind == 2'd1), .ins_store_i(kind == 2'd2),
        .ins_end_i(kind == 2'd3), .ins_cause_i(8'd0), .loads_o(loads), .execs_o(execs), .stores_o(stores),
        .fault_valid_i(fault), .fault_cause_i(8'd7), .fault_addr_i(32'd0),
        .load_valid_o(load_valid), .load_ready_i(load_ready), .load_data_o(load_data), .exec_valid_o(exec_valid), .exec_ready_i(exec_ready),
        .exec_data_o(exec_data), .store_valid_o(store_valid), .store_ready_i(store_ready), .store_data_o(store_data), .geometry_o(geometry),
        .load_done_i(load_done), .exec_done_i(exec_done), .wait_load_o(wait_load), .wait_store_o(wait_store)
    );

    // --- Instructions given, started by a unit, completed -------------------
    wire take = ins_valid && ins_ready;
    reg [4:0] loads_q, execs_q, stores_q, loads_begun_q, execs_begun_q, loads_done_q, execs_done_q, stores_done_q;
    reg       running_q, ended_q, failed_q;
    reg [2:0] stuck_q;
    wire loads_open  = loads_begun_q != loads_done_q, execs_open = execs_begun_q != execs_done_q;
    wire queued      = loads_q != loads_begun_q || execs_q != execs_begun_q || stores_q != stores_done_q;
    wire stuck       = running_q && queued && !loads_open && !execs_open && !load_valid && !exec_valid && !store_valid;
    always @(posedge clk_i) begin
        loads_q       <= loads_q + {4'd0, take && kind == 2'd0};
        execs_q       <= execs_q + {4'd0, take && kind == 2'd1};
        stores_q      <= stores_q + {4'd0, take && kind == 2'd2};
        loads_begun_q <= loads_begun_q + {4'd0, load_valid && load_ready};
        execs_begun_q <= execs_begun_q + {4'd0, exec_valid && exec_ready};
        loads_done_q  <= loads_done_q + {4'd0, load_done};
        execs_done_q  <= execs_done_q + {4'd0, exec_done};
        stores_done_q <= stores_done_q + {4'd0, store_valid && store_ready};
        ended_q       <= ended_q || (take && kind == 2'd3);
        stuck_q       <= stuck ? stuck_q + 3'd1 : 3'd0;
        failed_q      <= failed_q || fault || reset;
        if (fetch_start) {loads_q, execs_q, stores_q, loads_begun_q, execs_begun_q, loads_done_q, execs_done_q, stores_done_q, ended_q, failed_q} <= 42'd0;
        running_q <= fetch_start || (running_q && !fault && !reset && !done && !halt);
        if (rst_q) begin
            {running_q, ended_q, failed_q} <= 3'b000;
            stuck_q <= 3'd0;
            {loads_q, execs_q, stores_q, loads_begun_q, execs_begun_q, loads_done_q, execs_done_q, stores_done_q} <= 40'd0;
        end
    end
    wire go = running_q && !rst_q;
    always @* begin
        assume (!load_done || (go && loads_open));
        assume (!exec_done || (go && execs_open));
        assume (!fault || go);
        assume (!ins_valid || !ended_q);
        if (kind == 2'd0) assume ({2'd0, wait_a} <= execs_q && {2'd0, wait_b} <= stores_q);
        if (kind == 2'd1) assume ({2'd0, wait_a} <= loads_q && {2'd0, wait_b} <= stores_q);
        if (kind == 2'd2) assume ({2'd0, wait_a} <= execs_q && {2'd0, wait_b} <= loads_q);
        if (go) begin
            assert (loads == loads_q && execs == execs_q && stores == stores_q);
            if (load_valid)  assert (loads_begun_q != loads_q && load_data[`ANY_OPCODE] == `OPCODE_LOAD && load_data[`LOAD_WAIT_EXEC] <= execs_done_q && load_data[`LOAD_WAIT_STORE] <= stores_done_q);
            if (exec_valid)  assert (execs_begun_q != execs_q && exec_data[`ANY_OPCODE] == `OPCODE_EXEC && exec_data[`EXEC_WAIT_LOAD] <= loads_done_q && exec_data[`EXEC_WAIT_STORE] <= stores_done_q);
            if (store_valid) assert (stores_done_q != stores_q && store_data[`ANY_OPCODE] == `OPCODE_STORE && store_data[`STORE_WAIT_EXEC] <= execs_done_q && store_data[`STORE_WAIT_LOAD] <= loads_done_q);
            assert (stuck_q < 3'd2);                                   // no deadlock
        end
        if (!rst_q && done) assert (ended_q && !failed_q && !queued && !loads_open && !execs_open);
        if (!rst_q) assert (!(done && error_valid) && (!error_valid || !load_valid && !exec_valid && !store_valid));
    end
endmodule
`default_nettype wire
