// bpi_accumulator_tb.v - accumulates and drains against a plain array, at several sizes.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 4500, LEAST = CYCLES/8;
    `include "bpi_bench.vh"

    accumulator_case #(.COLS(4), .ADDR_W(6), .BANKS(4), .ADD_STAGES(1), .NUMBER(0)) c0 ();
    accumulator_case #(.COLS(3), .ADDR_W(5), .BANKS(2), .ADD_STAGES(2), .NUMBER(1)) c1 ();
    accumulator_case #(.COLS(1), .ADDR_W(4), .BANKS(8), .ADD_STAGES(3), .NUMBER(2)) c2 ();
    accumulator_case #(.COLS(5), .ADDR_W(7), .BANKS(4), .ADD_STAGES(4), .NUMBER(3)) c3 ();
    accumulator_case #(.COLS(2), .ADDR_W(3), .BANKS(2), .ADD_STAGES(1), .NUMBER(4)) c4 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

// One accumulator.  Phases of 128 cycles: random; addresses coming again at the shortest distance while other banks are
// drained without a gap; one bank used by both, until drains starve; full rate everywhere; drains only.
module accumulator_case #(
    parameter NUMBER     = 0,
    parameter COLS       = 4,
    parameter ADDR_W     = 6,
    parameter BANKS      = 4,
    parameter ADD_STAGES = 1
);
    `include "bpi_case.vh"
    localparam SIZE = 1 << ADDR_W, ROWS = SIZE / BANKS, DISTANCE = ADD_STAGES + 2;

    integer in_phase = 0, was_phase = 0, waited = 0, busy_cycles = 0, turn = 0;
    integer shortest = 0, starvations = 0, tiles = 0, i, k;
    reg rst = 1, acc_valid = 0, drain_valid = 0, ends = 0;
    reg [ADD_STAGES+4:0] ended_before = 0;       // bit k: an end k cycles before this one
    reg [ADDR_W-1:0] acc_addr = 0, drain_addr = 0;
    localparam SUM_W = 18;
    reg [COLS*SUM_W-1:0] acc_data = 0;
    reg signed [31:0] more;
    reg [1:0] acc_keep = 0;
    localparam GROUP = 1 + NUMBER % COLS;       // lanes of a group
    wire busy, drain_ready, drain_valid_o, starved, ended;
    wire [COLS*32-1:0] drain_data;
    wire [2:0] phase = (cycle >> 7) % 5;

    bpi_accumulator #(.COLS(COLS), .SUM_W(SUM_W), .ADDR_W(ADDR_W), .BANKS(BANKS), .ADD_STAGES(ADD_STAGES)) dut (
        .clk_i(clk), .rst_i(rst), .busy_o(busy),
        .acc_valid_i(acc_valid), .acc_addr_i(acc_addr), .acc_data_i(acc_data), .acc_keep_i(acc_keep), .group_lanes_i(GROUP[7:0]),
        .end_i(ends), .ended_o(ended),
        .drain_valid_i(drain_valid), .drain_ready_o(drain_ready), .drain_addr_i(drain_addr),
        .drain_valid_o(drain_valid_o), .drain_data_o(drain_data), .drain_starved_o(starved)
    );

    // no lane of a memory may be read, to be used, and written at one address in one cycle
    genvar g;
    generate
        for (g = 0; g < BANKS; g = g + 1) begin : gen_watch
            always @(posedge clk)
                if (!rst && dut.gen_bank[g].u_sram.rd_valid_i && |(dut.gen_bank[g].u_sram.wr_lane_i & (dut.gen_bank[g].rd_acc ? lanes : {COLS{1'b1} }))
                    && dut.gen_bank[g].u_sram.rd_addr_i == dut.gen_bank[g].u_sram.wr_addr_i) fail("read and write of one address");
        end
    endgenerate

    function [31:0] add(input [31:0] a, input [31:0] b);
        add = a + b;
    endfunction

    function [31:0] noise(input [31:0] entry);
        noise = ($random(seed) & 7) == 0 ? -entry : $random(seed);
    endfunction

    function integer bank(input [ADDR_W-1:0] addr);
        bank = addr / ROWS;
    endfunction

    reg [COLS*32-1:0] model [0:SIZE-1];
    reg [COLS*32-1:0] expected_0, expected_1, entry;
    reg [1:0] expect_valid = 0;
    reg [7:0] past_valid = 0;                   // bit k: accumulate k cycles before this one
    reg [ADDR_W-1:0] past_addr [0:7];
    reg [COLS-1:0] past_lanes [0:7];
    reg [COLS-1:0] lanes = 0, next_lanes;        // that add
    reg [1:0] next_keep;
    reg [COLS-1:0] last_lanes = 0;
    reg known = 0;
    integer again = 0;
    reg expect_ready, drained, allowed, next_acc_valid;
    reg [ADDR_W-1:0] next_acc, next_drain;

    always @(posedge clk) begin
        past_valid[0] = acc_valid;
        past_addr[0] = acc_addr;
        past_lanes[0] = lanes;
        drained = 0;
        ended_before[0] = ends;
        if (!rst) begin
            checks = checks + 1;
            if (ended !== ended_before[ADD_STAGES+4]) fail("wrong end of a tile");
            if (ended) tiles = tiles + 1;
            if (drain_valid_o !== expect_valid[1]) fail("drain data not two cycles later");
            if (expect_valid[1] && drain_data !== expected_1) fail("wrong sums");
            if (starved !== (waited >= 32)) fail("wrong drain_starved");
            if (busy !== 1'b0 && busy !== 1'b1) fail("busy unknown");
            busy_cycles = busy ? busy_cycles + 1 : 0;
            if (busy_cycles > ROWS) fail("clears for too long");
            expect_ready = !busy && !(acc_valid && bank(acc_addr) == bank(drain_addr))
                && !(past_valid[ADD_STAGES] && bank(past_addr[ADD_STAGES]) == bank(drain_addr));
            if (drain_ready !== expect_ready) fail("wrong drain_ready");
            // other banks are drained at full rate
            in_phase = was_phase == phase ? in_phase + 1 : 0;
            was_phase = phase;
            if (phase == 1 && in_phase > 48 && (!acc_valid || !drain_ready)) fail("not at full rate");
            if (phase == 4 && in_phase > 48 && !drain_ready) fail("drain waits for nothing");
            drained = drain_valid && drain_ready;
            waited = busy || !drain_valid || drain_ready ? 0 : waited + 1;
            if (waited == 33) starvations = starvations + 1;
            for (k = 1; k < DISTANCE; k = k + 1) if (past_valid[k] && acc_valid && past_addr[k] == acc_addr) again = again + 1;
            if (past_valid[DISTANCE] && acc_valid && past_addr[DISTANCE] == acc_addr) shortest = shortest + 1;
        end
        // what this cycle presented
        expected_1 = expected_0;
        expect_valid = {expect_valid[0], drained};
        if (drained) begin
            expected_0 = model[drain_addr];
            model[drain_addr] = 0;
        end
        if (acc_valid) begin
            entry = model[acc_addr];
            for (i = 0; i < COLS; i = i + 1) if (lanes[i]) begin
                more = $signed(acc_data[i*SUM_W +: SUM_W]);
                entry[i*32 +: 32] = add(entry[i*32 +: 32], more);
            end
            model[acc_addr] = entry;
        end
        if (rst) begin
            for (i = 0; i < SIZE; i = i + 1) model[i] = 0;
            expect_valid = 0;
            past_valid = 0;
            ended_before = 0;
            waited = 0;
            busy_cycles = 0;
            in_phase = 0;
        end
        past_valid = past_valid << 1;
        ended_before = ended_before << 1;
        for (k = 7; k > 0; k = k - 1) begin
            past_addr[k] = past_addr[k-1];
            past_lanes[k] = past_lanes[k-1];
        end
        // the next accumulate
        turn = turn + 1;
        next_acc = phase == 1 ? turn % DISTANCE : phase == 2 ? turn % ROWS : $random(seed);
        if ((phase == 0 || phase == 3) && $random(seed) & 1) next_acc = acc_addr;
        next_keep = phase == 1 || phase == 2 ? 0 : known ? $random(seed) : $random(seed) & 1;
        next_lanes = next_keep == 0 ? {COLS{1'b1} } : next_keep == 1 ? ~({COLS{1'b1} } << GROUP) : next_keep == 2 ? last_lanes << GROUP : last_lanes;
        allowed = !(drain_valid && next_acc == drain_addr);
        for (k = 1; k < DISTANCE; k = k + 1) if (past_valid[k] && past_addr[k] == next_acc && |(past_lanes[k] & next_lanes)) allowed = 0;
        next_acc_valid = allowed && !rst && !busy && cycle > 3 && waited < 33 && phase != 4 && (phase != 0 || ($random(seed) & 1));
        acc_valid <= next_acc_valid;
        acc_addr <= next_acc;
        acc_keep <= next_keep;
        lanes <= next_lanes;
        if (next_acc_valid) last_lanes = next_lanes;
        if (next_acc_valid) known = 1;
        ends <= !next_acc_valid && !rst && ($random(seed) & 7) == 0;
        for (i = 0; i < COLS; i = i + 1) acc_data[i*SUM_W +: SUM_W] <= noise(model[next_acc] >> (32*i));
        // the next drain; one that waits stays
        if (!drain_valid || drained || rst) begin
            next_drain = phase == 1 ? SIZE - ROWS + ($random(seed) & (ROWS - 1)) : phase == 2 ? $random(seed) & (ROWS - 1) : phase == 4 ? drain_addr + 1 : $random(seed);
            allowed = !(next_acc_valid && next_acc == next_drain) && !(drained && drain_addr == next_drain);
            for (k = 1; k < DISTANCE; k = k + 1) if (past_valid[k] && past_addr[k] == next_drain) allowed = 0;
            drain_valid <= allowed && !rst && (phase != 0 || ($random(seed) & 1));
            drain_addr <= next_drain;
        end
        rst <= cycle < 3 || ($random(seed) & 1023) == 0;
        if (cycle == tb.CYCLES - 1) begin
            if (again == 0 && GROUP < COLS) fail("no address came again in other lanes");
            if (tiles < 32) fail("too few tiles ended");
            if (shortest == 0) fail("shortest distance never tried");
            if (starvations == 0 && ROWS > DISTANCE) fail("no drain ever starved");
        end
    end
endmodule
