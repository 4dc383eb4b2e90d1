// bpi_reorganize_tb.v - random REORGANIZEs against their definition: the runs announced, and every element, which is
// that of a source pixel or zero.  The buffer and the writer wait at random, or never; then a chunk leaves each cycle.
`timescale 1ns/1ps
`include "bpi_part_player.v"
module tb;
    localparam CYCLES = 4000, LEAST = CYCLES/8;
    `include "bpi_bench.vh"

    reorganize_case #(.DATA_W(8), .BEAT(4), .LANES(5), .BUF_W(10), .ADDR_W(64), .PART_W(32), .NUMBER(0)) c0 ();
    reorganize_case #(.DATA_W(16), .BEAT(2), .LANES(2), .BUF_W(8), .ADDR_W(32), .PART_W(32), .NUMBER(1)) c1 ();
    reorganize_case #(.DATA_W(8), .BEAT(32), .LANES(32), .BUF_W(16), .ADDR_W(40), .PART_W(64), .NUMBER(2)) c2 ();
    reorganize_case #(.DATA_W(8), .BEAT(64), .LANES(64), .BUF_W(9), .ADDR_W(48), .PART_W(128), .NUMBER(3)) c3 ();
    reorganize_case #(.DATA_W(8), .BEAT(4), .CHUNK(1), .LANES(5), .BUF_W(10), .ADDR_W(64), .PART_W(256), .NUMBER(4)) c4 ();
    reorganize_case #(.DATA_W(16), .BEAT(8), .CHUNK(2), .LANES(9), .BUF_W(8), .ADDR_W(32), .PART_W(512), .NUMBER(5)) c5 ();
    reorganize_case #(.DATA_W(8), .BEAT(16), .CHUNK(4), .LANES(16), .BUF_W(12), .ADDR_W(40), .PART_W(32), .NUMBER(6)) c6 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

module reorganize_case #(
    parameter NUMBER = 0,
    parameter DATA_W = 8,
    parameter BEAT   = 4,
    parameter CHUNK  = BEAT,
    parameter LANES  = 4,
    parameter BUF_W  = 10,
    parameter ADDR_W = 32,
    parameter PART_W = 32
);
    `include "bpi_case.vh"
    localparam BYTES = DATA_W / 8;

    integer i;
    reg rst = 1, ins_valid = 0, cmd_ready = 0, write_idle = 1, rd_ready = 0, chunk_ready = 0;
    reg [511:0] ins = 0;
    reg [LANES*DATA_W-1:0] rd_data = 0;
    wire ins_ready, cmd_valid, rd_valid, chunk_valid;
    wire [ADDR_W-1:0] cmd_addr;
    wire [31:0] cmd_bytes;
    wire [BUF_W-1:0] rd_addr;
    wire [BEAT*DATA_W-1:0] chunk_data;
    wire [7:0] chunk_bytes;

    wire              part_valid, dut_valid, dut_free;
    wire [3:0]        part_index;
    wire [PART_W-1:0] part;
    bpi_part_player #(.PART_W(PART_W)) parts (
        .rst(rst), .in_valid(ins_valid), .in_ready(dut_free), .ins(ins),
        .part_valid(part_valid), .part_index(part_index), .part(part), .valid(dut_valid), .ready(ins_ready)
    );
    wire        runs_idle, runs_setup, runs_busy;
    // announces the runs
    bpi_store #(.COLS(1), .ADDR_W(ADDR_W), .ACC_W(4), .DATA_BYTES(BYTES), .PART_W(PART_W)) runs (
        .clk_i(clk), .rst_i(rst), .part_valid_i(part_valid), .part_index_i(part_index), .part_i(part), .ins_valid_i(1'b0), .ins_ready_o(),
        .narrow_o(), .shift_o(), .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_addr_o(cmd_addr), .cmd_bytes_o(cmd_bytes),
        .write_idle_i(1'b1), .reorganizing_i(1'b1), .reorganize_idle_i(runs_idle), .reorganize_setup_i(runs_setup),
        .reorganize_busy_o(runs_busy), .drain_valid_o(), .drain_ready_i(1'b1), .drain_addr_o(),
        .drain_valid_i(1'b0), .drain_data_i(32'd0), .vec_valid_o(), .vec_ready_i(1'b1), .vec_data_o(), .vec_lanes_o()
    );
    bpi_reorganize #(.BUF_W(BUF_W), .BEAT(BEAT), .CHUNK(CHUNK), .LANES(LANES), .DATA_W(DATA_W), .PART_W(PART_W)) dut (
        .clk_i(clk), .rst_i(rst), .part_valid_i(part_valid), .part_index_i(part_index), .part_i(part),
        .ins_valid_i(dut_valid), .ins_ready_o(ins_ready),
        .runs_idle_o(runs_idle), .runs_setup_o(runs_setup), .runs_busy_i(runs_busy), .write_idle_i(write_idle),
        .rd_valid_o(rd_valid), .rd_ready_i(rd_ready), .rd_addr_o(rd_addr), .rd_data_i(rd_data),
        .chunk_valid_o(chunk_valid), .chunk_ready_i(chunk_ready), .chunk_data_o(chunk_data), .chunk_bytes_o(chunk_bytes)
    );

    // what the buffer holds: never zero
    function [DATA_W-1:0] element(input [BUF_W-1:0] at);
        element = (at * 32'h9e3779b1 >> 9) | 1;
    endfunction

    // --- Instruction ------------------------------------------------------
    integer elements, positions_w, positions_h, x_w, x_h, bound_w, bound_h, stride_w, stride_h, phase_w, phase_h, chunks;
    reg signed [31:0] row_stride;
    reg [31:0] base, step_w, step_h;
    reg [63:0] addr;
    reg [511:0] next;
    task draw;
        begin
            elements = 1 + random(0) % (random(0) & 1 ? 2*BEAT + 2 : 4);
            positions_w = 1 + random(0) % 9;
            positions_h = 1 + random(0) % 6;
            stride_w = random(0) & 3 ? 1 + random(0) % 4 : 1;
            stride_h = random(0) & 3 ? 1 + random(0) % 4 : 1;
            phase_w = random(0) % stride_w;
            phase_h = random(0) % stride_h;
            x_w = (random(0) % 10) - 6;
            x_h = (random(0) % 8) - 4;
            bound_w = random(0) % 10;
            bound_h = random(0) % 8;
            row_stride = random(0);
            addr = {random(0), random(0)};
            base = random(0) & ((1 << BUF_W) - 1);
            step_w = random(0);
            step_h = random(0);
            chunks = positions_w * positions_h * ((elements + CHUNK - 1) / CHUNK);
            next = {4{random(0), random(0), random(0), random(0)} };       // reserved bits and waits are of no account
            next[0 +: 8] = 8'd5;
            next[3*32 +: 64] = addr;
            next[5*32 +: 32] = base;
            next[6*32 +: 24] = elements;
            next[7*32+16 +: 16] = positions_w;
            next[7*32 +: 16] = positions_h;
            next[13*32 +: 16] = x_w;
            next[13*32+16 +: 16] = x_h;
            next[9*32 +: 16] = bound_w;
            next[9*32+16 +: 16] = bound_h;
            next[10*32 +: 8] = stride_w;
            next[10*32+8 +: 8] = stride_h;
            next[10*32+16 +: 8] = phase_w;
            next[10*32+24 +: 8] = phase_h;
            next[11*32 +: 32] = step_w;
            next[12*32 +: 32] = step_h;
            next[8*32 +: 32] = row_stride;
            ins <= next;
        end
    endtask

    // --- Model ------------------------------------------------------------
    integer announced = 0, h = 0, w = 0, e = 0, sent = 0, start = 0, settle = 0, late = 0, bytes, fine_w, fine_h, instructions = 0;
    reg fast = 0, running = 0, pixel, asked = 0;
    reg [4:0] busy = 0;
    reg [BUF_W-1:0] asked_at, at;
    reg [31:0] reads = 0, pixels = 0;
    reg [DATA_W-1:0] expected;

    always @(posedge clk) begin
        if (!rst) begin
            if (^{ins_ready, cmd_valid, rd_valid, chunk_valid} === 1'bx) fail("unknown control");
            if (cmd_valid) begin
                if (!running || announced == positions_h) fail("a run too many");
                else if (cmd_addr !== ((addr + announced * { {32{row_stride[31]} }, row_stride}) & {ADDR_W{1'b1} })
                         || cmd_bytes !== positions_w * elements * BYTES) fail("wrong run");
                if (cmd_ready) announced = announced + 1;
            end
            if (chunk_valid && (!running || h == positions_h)) fail("a chunk too many");
            else if (chunk_valid) begin
                checks = checks + 1;
                fine_w = phase_w + w;
                fine_h = phase_h + h;
                pixel = fine_w % stride_w == 0 && fine_h % stride_h == 0 && x_w + w >= 0 && x_w + w < bound_w && x_h + h >= 0 && x_h + h < bound_h;
                at    = base + (fine_w / stride_w) * step_w + (fine_h / stride_h) * step_h + e;
                bytes = elements - e < CHUNK ? elements - e : CHUNK;
                if (chunk_bytes !== bytes * BYTES) fail("wrong size");
                for (i = 0; i < BEAT; i = i + 1) begin
                    expected = pixel ? element(at + i) : 0;
                    if (i < bytes && chunk_data[i*DATA_W +: DATA_W] !== expected) fail("wrong element");
                end
                if (chunk_ready) begin
                    sent = sent + 1;
                    if (pixel) pixels = pixels + 1;
                    e = e + bytes;
                    if (e == elements) begin
                        e = 0;
                        w = w + 1;
                    end
                    if (w == positions_w) begin
                        w = 0;
                        h = h + 1;
                    end
                end
            end
            if (ins_ready) begin
                if (!running) fail("ready without an instruction");
                if (announced != positions_h || sent != chunks) fail("ended too early");
                if (reads != pixels) fail("a read of a zero, or twice");
                if (!write_idle || settle != 0) fail("ended before the writes");
                if (fast && cycle - start > chunks + 26 + 512 / PART_W) fail("too slow");
                instructions = instructions + 1;
            end
            // the buffer: data two cycles after the request
            for (i = 0; i < LANES; i = i + 1) rd_data[i*DATA_W +: DATA_W] <= asked ? element(asked_at + i) : {DATA_W{1'bx} };
            asked    = rd_valid && rd_ready;
            asked_at = rd_addr;
            if (asked) reads = reads + 1;
        end
        // the next cycle
        if (rst || (ins_valid && ins_ready)) begin
            announced = 0;
            h = 0;
            w = 0;
            e = 0;
            sent = 0;
            reads = 0;
            pixels = 0;
            asked = 0;
            ins_valid <= 0;
            running = 0;
        end else if (!running && (random(0) & 3) == 0) begin
            draw;
            fast = cycle[9];
            late = fast ? 0 : random(0) % 5;
            start = cycle;
            running = 1;
            ins_valid <= 1;
        end
        // the writes end some cycles after the last data; that they are under way may show late
        settle = running && (announced != positions_h || sent != chunks) && (announced != 0 || sent != 0) ? 2 + (fast ? 0 : late + random(0) % 12)
               : settle == 0 ? 0 : settle - 1;
        busy = {busy[3:0], settle != 0};
        write_idle  <= settle == 0 || !busy[late];
        rst         <= cycle < 3 || (random(0) & 2047) == 0;
        cmd_ready   <= fast || random(0) & 1;
        rd_ready    <= fast ? bound_w != 0 : random(0) & 1;      // zeros need no buffer
        chunk_ready <= fast || (cycle[6] ? random(0) & 1 : (random(0) & 7) == 0);
        if (cycle == tb.CYCLES - 10 && instructions < 12) fail("too few instructions");
    end
endmodule
