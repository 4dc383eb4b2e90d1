// bpi_store_tb.v - random STOREs against their loops: the runs announced, the vectors drained, in order, each once.
// The accumulator and the consumers wait at random, or never; then an instruction may take little more than its drains.
`timescale 1ns/1ps
`include "bpi_part_player.v"
module tb;
    localparam CYCLES = 12000, LEAST = CYCLES/20;
    `include "bpi_bench.vh"

    store_case #(.COLS(4), .DATA_BYTES(1), .ADDR_W(64), .ACC_W(10), .PART_W(32), .NUMBER(0)) c0 ();
    store_case #(.COLS(1), .DATA_BYTES(2), .ADDR_W(32), .ACC_W(4), .PART_W(32), .NUMBER(1)) c1 ();
    store_case #(.COLS(17), .DATA_BYTES(1), .ADDR_W(40), .ACC_W(16), .PART_W(512), .NUMBER(2)) c2 ();
    store_case #(.COLS(4), .DATA_BYTES(1), .ADDR_W(32), .ACC_W(7), .PART_W(64), .VECTORS(2), .NUMBER(3)) c3 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

module store_case #(
    parameter NUMBER     = 0,
    parameter COLS       = 4,
    parameter DATA_BYTES = 1,
    parameter ADDR_W     = 32,
    parameter ACC_W      = 6,
    parameter PART_W     = 32,
    parameter VECTORS    = 8
);
    `include "bpi_case.vh"
    localparam W = COLS * 32, MOST = 1023;

    reg rst = 1, ins_valid = 0, cmd_ready = 0, write_idle = 1, drain_ready = 0, drain_valid = 0, vec_ready = 0;
    reg [511:0] ins = 0;
    reg [W-1:0] drain_data = 0;
    wire ins_ready, cmd_valid, drain_valid_o, vec_valid;
    wire [ADDR_W-1:0] cmd_addr;
    wire [31:0] cmd_bytes;
    wire [ACC_W-1:0] drain_addr;
    wire [W-1:0] vec_data;
    wire [7:0] vec_lanes;
    wire narrow_o;
    wire [4:0] shift_o;

    wire              part_valid, dut_valid, dut_free;
    wire [3:0]        part_index;
    wire [PART_W-1:0] part;
    bpi_part_player #(.PART_W(PART_W)) parts (
        .rst(rst), .in_valid(ins_valid), .in_ready(dut_free), .ins(ins),
        .part_valid(part_valid), .part_index(part_index), .part(part), .valid(dut_valid), .ready(ins_ready)
    );
    bpi_store #(.COLS(COLS), .ADDR_W(ADDR_W), .ACC_W(ACC_W), .DATA_BYTES(DATA_BYTES), .PART_W(PART_W), .VECTORS(VECTORS)) dut (
        .clk_i(clk), .rst_i(rst), .part_valid_i(part_valid), .part_index_i(part_index), .part_i(part),
        .ins_valid_i(dut_valid), .ins_ready_o(ins_ready), .narrow_o(narrow_o), .shift_o(shift_o),
        .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_addr_o(cmd_addr), .cmd_bytes_o(cmd_bytes), .write_idle_i(write_idle),
        .reorganizing_i(1'b0), .reorganize_idle_i(1'b1), .reorganize_setup_i(1'b0), .reorganize_busy_o(),
        .drain_valid_o(drain_valid_o), .drain_ready_i(drain_ready), .drain_addr_o(drain_addr),
        .drain_valid_i(drain_valid), .drain_data_i(drain_data),
        .vec_valid_o(vec_valid), .vec_ready_i(vec_ready), .vec_data_o(vec_data), .vec_lanes_o(vec_lanes)
    );

    function [W-1:0] vector(input integer n);
        reg [31:0] mix;
        begin
            mix = (n + 1) * 32'h9e3779b1;
            vector = {COLS{mix ^ (mix >> 15)} };
        end
    endfunction

    // --- What the instruction asks for ------------------------------------
    reg [ADDR_W-1:0] run_addr  [0:MOST];
    reg [ACC_W-1:0]  drain_at  [0:MOST];
    reg [7:0]        drain_lanes [0:MOST];
    integer runs, drains, run_bytes;
    integer i1, i2, g, v, n1, n2, groups, vectors, last_lanes, narrow;
    reg signed [31:0] stride1, stride2;
    reg [31:0] base, a1, a2, ag;
    reg [63:0] addr;
    reg [511:0] next;
    task draw;
        begin
            n1 = random(0) & 1 ? 1 : 1 + random(0) % 4;
            n2 = random(0) & 1 ? 1 : 1 + random(0) % 4;
            groups = random(0) & 1 ? 1 : 1 + random(0) % 4;
            vectors = random(0) & 1 ? 1 : 1 + random(0) % (cycle[10] ? 20 : 8);
            last_lanes = random(0) & 1 ? COLS : 1 + random(0) % COLS;
            narrow = random(0) & 1;
            stride1 = random(0);
            stride2 = random(0);
            addr = {random(0), random(0)};
            base = random(0) & ((1 << ACC_W) - 1);
            a1 = random(0);
            a2 = random(0);
            ag = random(0);
            next = {4{random(0), random(0), random(0), random(0)} };       // reserved bits and waits are of no account
            next[0 +: 8] = 8'd4;
            next[8] = narrow;
            next[16 +: 5] = random(0);
            next[3*32 +: 64] = addr;
            next[5*32 +: 32] = base;
            next[6*32 +: 16] = groups;
            next[6*32+16 +: 16] = vectors;
            next[7*32 +: 16] = n1;
            next[7*32+16 +: 16] = n2;
            next[8*32 +: 32] = stride1;
            next[9*32 +: 32] = stride2;
            next[10*32 +: 32] = a1;
            next[11*32 +: 32] = a2;
            next[12*32 +: 8] = last_lanes;
            next[13*32 +: 32] = ag;
            ins <= next;
            runs = 0;
            drains = 0;
            run_bytes = groups * ((vectors - 1) * COLS + last_lanes) * (narrow ? DATA_BYTES : 4);
            for (i2 = 0; i2 < n2; i2 = i2 + 1)
                for (i1 = 0; i1 < n1; i1 = i1 + 1) begin
                    run_addr[runs] = addr + i1 * { {32{stride1[31]} }, stride1} + i2 * { {32{stride2[31]} }, stride2};
                    runs = runs + 1;
                    for (g = 0; g < groups; g = g + 1)
                        for (v = 0; v < vectors; v = v + 1) begin
                            drain_at[drains] = base + i1 * a1 + i2 * a2 + g * ag + v;
                            drain_lanes[drains] = v == vectors - 1 ? last_lanes : COLS;
                            drains = drains + 1;
                        end
                end
        end
    endtask

    // --- Model ------------------------------------------------------------
    integer announced = 0, drained = 0, taken = 0, first = 0, start = 0, settle = 0, late = 0, over = 0;
    reg fast = 0, next_drain = 0, running = 0, moved = 0;
    reg [4:0] busy = 0;
    integer next_vector = 0;

    always @(posedge clk) begin
        if (!rst) begin
            if (^{ins_ready, cmd_valid, drain_valid_o, vec_valid} === 1'bx) fail("unknown control");
            if (cmd_valid) begin
                if (!ins_valid || announced == runs) fail("a run too many");
                else if (cmd_addr !== run_addr[announced] || cmd_bytes !== run_bytes) fail("wrong run");
                if (cmd_ready) announced = announced + 1;
                if (cmd_ready) moved = 1;
                if (cmd_ready) checks = checks + 1;
            end
            if (drain_valid_o) begin
                if (!ins_valid || drained == drains) fail("a drain too many");
                else if (drain_addr !== drain_at[drained]) fail("wrong drain");
            end
            if (vec_valid) begin
                if (taken == drained) fail("a vector too many");
                else if (vec_data !== vector(first + taken) || vec_lanes !== drain_lanes[taken]) fail("wrong vector");
                if (vec_ready) taken = taken + 1;
                if (vec_ready) moved = 1;
                if (narrow_o !== next[8] || shift_o !== next[16 +: 5]) fail("wrong format");
                if (vec_ready) checks = checks + 1;
            end
            if (ins_ready) begin
                if (!ins_valid) fail("ready without an instruction");
                if (announced != runs || drained != drains || taken != drains) fail("ended too early");
                if (settle != 0) fail("ended before the writes");
                if (over > 3) fail("ended too late");
                if (fast && cycle - start > (VECTORS == 2 ? 2 : 1) * drains + 28 + 512 / PART_W) fail("too slow");
            end
            // the accumulator: data two cycles later
            drain_valid <= next_drain;
            if (next_drain)        drain_data <= vector(next_vector);
            else if (VECTORS != 2) drain_data <= {W{1'bx} };            // the drain holds it for those who ask for two
            next_drain  = drain_valid_o && drain_ready;
            next_vector = first + drained;
            if (next_drain) drained = drained + 1;
        end
        // the next cycle
        if (rst || (ins_valid && ins_ready)) begin
            first = first + drained;
            announced = 0;
            drained = 0;
            taken = 0;
            ins_valid <= 0;
            running = 0;
            if (rst) next_drain = 0;
            if (rst) drain_valid <= 0;
        end else if (!running && !rst && (random(0) & 3) == 0) begin
            draw;
            fast = cycle[9];
            late = fast ? 0 : random(0) & 1 ? 4 : random(0) % 4;
            start = cycle;
            running = 1;
            ins_valid <= 1;
        end
        // from a run on, writes are under way until some cycles after the last data; the first run may show late
        if (running && announced != 0 && (moved || announced != runs || taken != drains)) settle = 2 + (fast ? 0 : late + random(0) % 12);
        else if (settle != 0) settle = settle - 1;
        over = announced == runs && taken == drains && write_idle && settle == 0 ? over + 1 : 0;
        moved = 0;
        busy = {busy[3:0], settle != 0};
        write_idle  <= settle == 0 || !busy[late];
        rst         <= cycle < 3 || (random(0) & 2047) == 0;
        cmd_ready   <= fast || (cycle[7] ? (random(0) & 15) == 0 : random(0) & 1);
        drain_ready <= fast || random(0) & random(0) & 1;
        vec_ready   <= fast || (cycle[6] ? random(0) & 1 : (random(0) & 7) == 0);
    end
endmodule
