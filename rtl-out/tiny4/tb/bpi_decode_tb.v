// bpi_decode_tb.v - legal instructions, and ones with a rule broken on purpose, for several sizes.
// The bench knows the cause because it broke the rule; where it broke two, either cause will do.
`timescale 1ns/1ps
module tb;
    localparam CYCLES = 30000, LEAST = 500;
    `include "bpi_bench.vh"

    decode_case #(.ROWS(4), .COLS(4), .DATA_BYTES(1), .ADDR_W(64), .DYN_W(16), .STAT_W(12), .ACC_W(10), .PART_W(32), .NUMBER(0)) c0 ();
    decode_case #(.ROWS(128), .COLS(1), .DATA_BYTES(2), .ADDR_W(40), .DYN_W(7), .STAT_W(21), .ACC_W(4), .PART_W(512), .NUMBER(1)) c1 ();
    decode_case #(.ROWS(1), .COLS(128), .DATA_BYTES(1), .ADDR_W(32), .DYN_W(22), .STAT_W(8), .ACC_W(16), .PART_W(32), .NUMBER(2)) c2 ();
    decode_case #(.ROWS(4), .COLS(8), .DATA_BYTES(2), .ADDR_W(32), .DYN_W(12), .STAT_W(10), .ACC_W(8), .PART_W(64), .NUMBER(3)) c3 ();
    decode_case #(.ROWS(16), .COLS(16), .DATA_BYTES(2), .ADDR_W(64), .DYN_W(16), .STAT_W(16), .ACC_W(10), .PART_W(128), .NUMBER(4)) c4 ();

    always @(posedge clk) if (cycle == CYCLES) verdict(1);
endmodule

module decode_case #(
    parameter NUMBER     = 0,
    parameter ROWS       = 4,
    parameter COLS       = 4,
    parameter DYN_W      = 10,
    parameter STAT_W     = 10,
    parameter ACC_W      = 6,
    parameter ADDR_W     = 32,
    parameter DATA_BYTES = 1,
    parameter PART_W     = 32
);
    `include "bpi_case.vh"
    localparam [7:0] GEOMETRY = 8'd1, LOAD = 8'd2, EXEC = 8'd3;
    localparam [7:0] STORE = 8'd4, REORGANIZE = 8'd5, END = 8'd6;
    localparam OPCODE = 8'd1, FIELD = 8'd2, BUFFER_RANGE = 8'd3, MISALIGNED = 8'd4;
    localparam WAIT = 8'd5, ACCUMULATOR_RANGE = 8'd13, ENGINE = 8'd14;
    localparam RECT = 1, DETECT = 1, TRADITIONAL = 1;
    localparam STORE_BITS = ACC_W + 2 < 30 - $clog2(COLS) ? ACC_W + 2 : 30 - $clog2(COLS), REORGANIZE_BITS = 32 - $clog2(DATA_BYTES);    // of both factors of a run together
    localparam [63:0] ADDRESSES = {64{1'b1} } >> (64 - ADDR_W);
    localparam [511:0] RESERVED_GEOMETRY_FIRST = 512'h00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_fffff0f0_f0f0f0f0_00000000_fc00fc00_ffffffff_fffffe00;
    localparam [511:0] RESERVED_GEOMETRY_SECOND = 512'h00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_ffffffff_fffffe00;
    localparam [511:0] RESERVED_LOAD = 512'hffffffff_ffffffff_ffffffff_ffffffff_00000000_00000000_00000000_00000000_fc00fc00_ff000000_00000000_00000000_00000000_fff00000_fff00000_fffffc00;
    localparam [511:0] RESERVED_EXEC = 512'hffffffff_ffffffff_fffc0000_fffff0f0_f0f0f0f0_00000000_00000000_00000000_00000000_00000000_0000fe00_fc00fc00_ff80fe00_fff00000_fff00000_fffff000;
    localparam [511:0] RESERVED_STORE = 512'hffffffff_ffffffff_00000000_ffffff00_00000000_00000000_00000000_00000000_ff80ff80_ff80ff80_00000000_00000000_00000000_fff00000_fff00000_ffe0fe00;
    localparam [511:0] RESERVED_REORGANIZE = 512'hffffffff_ffffffff_00000000_00000000_00000000_f0f0f0f0_fc00fc00_00000000_fc00fc00_fffffc00_00000000_00000000_00000000_fff00000_fff00000_ffffff00;
    localparam [511:0] RESERVED_END = 512'hffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffff00;

    localparam MOST_MAP = (1 << 10) - 1, MOST_COLUMN_TILES = (1 << 7) - 1, MOST_REDUCTION_TILES = (1 << 9) - 1, MOST_KERNEL = (1 << 4) - 1, MOST_STRIDE = (1 << 4) - 1;
    localparam MOST_IMAGES = (1 << 9) - 1, MOST_ROWS = (1 << 10) - 1, MOST_DRAINED = (1 << 7) - 1;
    localparam DRAINED_BITS = 7, MAP_BITS = 10;
    localparam OPEN_W = 4 + NUMBER;
    localparam FITS = ROWS < COLS ? ROWS : COLS;
    integer i;
    localparam PARTS = 512 / PART_W;
    reg rst = 1, part_valid = 0, part_last = 0;
    reg [3:0] part_index = 0;
    reg [PART_W-1:0] part = 0;
    reg [31:0] loads = 0, execs = 0, stores = 0;
    wire out_valid, out_load, out_exec, out_store, out_end;
    wire [2:0] out_opcode;
    wire [1:0] out_near;
    wire [7:0] out_cause;

    bpi_decode #(
        .ROWS(ROWS), .COLS(COLS), .DYN_W(DYN_W), .STAT_W(STAT_W), .ACC_W(ACC_W), .ADDR_W(ADDR_W), .DATA_BYTES(DATA_BYTES), .PART_W(PART_W), .OPEN_W(OPEN_W)
    ) dut (
        .clk_i(clk), .rst_i(rst), .part_valid_i(part_valid), .part_index_i(part_index), .part_last_i(part_last), .part_i(part),
        .loads_i(loads), .execs_i(execs), .stores_i(stores),
        .out_valid_o(out_valid), .out_opcode_o(out_opcode), .out_load_o(out_load), .out_exec_o(out_exec),
        .out_store_o(out_store), .out_end_o(out_end), .out_near_o(out_near), .out_cause_o(out_cause)
    );

    // low to high, often one of the two
    function [31:0] between(input [31:0] low, input [31:0] high);
        case (random(0) & 3)
            0:       between = low;
            1:       between = high;
            default: between = low + random(0) % (high - low + 1);
        endcase
    endfunction

    // what an instruction waits for: near what has been given, far back, or not given yet
    localparam [31:0] MOST_COUNT = {32{1'b1} } >> (32 - 20);
    function [31:0] waits(input [31:0] given);
        case (random(0) & 7)
            0, 1:    waits = 0;
            2, 3:    waits = given;
            4:       waits = random(0) % (given + 1);
            5:       waits = given < (1 << OPEN_W) ? 0 : given - (1 << OPEN_W) + (random(0) & 1);
            6:       waits = given < (2 << OPEN_W) ? 0 : given - random(0) % (2 << OPEN_W);
            default: waits = (random(0) & 1 ? given + 1 : random(0) & 15) & MOST_COUNT;
        endcase
    endfunction

    // --- Instructions -----------------------------------------------------
    reg [511:0] ins;
    reg [15:0]  causes;               // rules broken, a bit for each cause
    reg [7:0]   op;

    // a field is given by its word, its lowest bit and its width
    task put(input integer word, input integer low, input integer bits, input [31:0] value);
        ins = (ins & ~(((512'd1 << bits) - 1) << (word*32 + low))) | ((value & ((512'd1 << bits) - 1)) << (word*32 + low));
    endtask
    task breaks(input integer cause);
        causes[cause] = 1;
    endtask
    task reserved(input [511:0] mask);         // sets one of the bits
        integer at;
        begin
            at = random(0) % 16;
            while (mask[at*32 +: 32] == 0) at = random(0) % 16;
            at = at*32 + random(0) % 32;
            while (!mask[at]) at = at/32*32 + random(0) % 32;
            ins[at] = 1;
            breaks(FIELD);
        end
    endtask
    task size(input integer word, input integer low, input integer bits, input [31:0] value);
        begin
            put(word, low, bits, value);
            breaks(FIELD);
        end
    endtask
    task odd(input integer bit_0);             // not on an element
        if (DATA_BYTES > 1) begin
            ins[bit_0] = 1;
            breaks(MISALIGNED);
        end
    endtask
    task odd_sum(input integer bit_0);         // not on a sum
        begin
            ins[bit_0 + (random(0) & 1)] = 1;
            breaks(MISALIGNED);
        end
    endtask
    task far(input integer bit_0);             // an address that the bus does not have
        if (ADDR_W < 64) begin
            ins[bit_0 + ADDR_W + random(0) % (ADDR_W < 64 ? 64 - ADDR_W : 1)] = 1;
            breaks(FIELD);
        end
    endtask

    // two factors of at most most_a and most_b bits, and of least to most bits together
    reg [31:0] factor_a, factor_b;
    task draw_factors(input integer most_a, input integer most_b, input integer least, input integer most);
        integer bits_a, bits_b;
        begin
            bits_a   = between(least > most_b + 1 ? least - most_b : 1, most - 1 < most_a ? most - 1 : most_a);
            bits_b   = between(least > bits_a ? least - bits_a : 1, most - bits_a < most_b ? most - bits_a : most_b);
            factor_a = (1 << (bits_a - 1)) | (random(0) & ((1 << (bits_a - 1)) - 1));
            factor_b = (1 << (bits_b - 1)) | (random(0) & ((1 << (bits_b - 1)) - 1));
        end
    endtask

    // fields of which fewer bits are held: the others are the sign, and one of them is not where that rule is broken
    task signs(input breaking);
        begin
            if (op == GEOMETRY && ins[8] == 1'b0) begin
                if (!breaking) ins[3*32+5 +: 11] = { 11{ins[3*32+4]} };
                else if ((random(0) & 3) == 0) begin
                    ins[3*32+5 + random(0) % 11] = !ins[3*32+4];
                    breaks(FIELD);
                end
                if (!breaking) ins[3*32+21 +: 11] = { 11{ins[3*32+20]} };
                else if ((random(0) & 3) == 0) begin
                    ins[3*32+21 + random(0) % 11] = !ins[3*32+20];
                    breaks(FIELD);
                end
            end
            if (op == EXEC) begin
                if (!breaking) ins[9*32+11 +: 5] = { 5{ins[9*32+10]} };
                else if ((random(0) & 3) == 0) begin
                    ins[9*32+11 + random(0) % 5] = !ins[9*32+10];
                    breaks(FIELD);
                end
                if (!breaking) ins[9*32+27 +: 5] = { 5{ins[9*32+26]} };
                else if ((random(0) & 3) == 0) begin
                    ins[9*32+27 + random(0) % 5] = !ins[9*32+26];
                    breaks(FIELD);
                end
                if (!breaking) ins[10*32+11 +: 5] = { 5{ins[10*32+10]} };
                else if ((random(0) & 3) == 0) begin
                    ins[10*32+11 + random(0) % 5] = !ins[10*32+10];
                    breaks(FIELD);
                end
                if (!breaking) ins[10*32+27 +: 5] = { 5{ins[10*32+26]} };
                else if ((random(0) & 3) == 0) begin
                    ins[10*32+27 + random(0) % 5] = !ins[10*32+26];
                    breaks(FIELD);
                end
                if (!breaking) ins[13*32+13 +: 5] = { 5{ins[13*32+12]} };
                else if ((random(0) & 3) == 0) begin
                    ins[13*32+13 + random(0) % 5] = !ins[13*32+12];
                    breaks(FIELD);
                end
            end
            if (op == REORGANIZE) begin
                if (!breaking) ins[13*32+11 +: 5] = { 5{ins[13*32+10]} };
                else if ((random(0) & 3) == 0) begin
                    ins[13*32+11 + random(0) % 5] = !ins[13*32+10];
                    breaks(FIELD);
                end
                if (!breaking) ins[13*32+27 +: 5] = { 5{ins[13*32+26]} };
                else if ((random(0) & 3) == 0) begin
                    ins[13*32+27 + random(0) % 5] = !ins[13*32+26];
                    breaks(FIELD);
                end
            end
        end
    endtask

    task draw_legal;
        begin
            op = 1 + random(0) % 6;
            for (i = 0; i < 16; i = i + 1) ins[i*32 +: 32] = random(0) & -(random(0) & 1);
            causes = 0;
            case (op)
                GEOMETRY:   ins = ins & ~(ins[8] ? RESERVED_GEOMETRY_SECOND : RESERVED_GEOMETRY_FIRST);
                LOAD:       ins = ins & ~RESERVED_LOAD;
                EXEC:       ins = ins & ~RESERVED_EXEC;
                STORE:      ins = ins & ~RESERVED_STORE;
                REORGANIZE: ins = ins & ~RESERVED_REORGANIZE;
                END:        ins = ins & ~RESERVED_END;
                default: ;
            endcase
            put(0, 0, 8, op);
            case (op)
                GEOMETRY: if (!ins[8]) begin
                    put(4, 16, 8, between(1, MOST_STRIDE));
                    put(4, 24, 8, between(1, MOST_STRIDE));
                end else begin
                    put(15, 16, 8, between(1, ROWS));
                    put(15, 24, 8, between(1, COLS));
                    put(15, 0, 8, random(0) & 1 ? 0 : between(1, random(0) & 1 ? ROWS + COLS : FITS));
                    put(15, 8, 8, ins[15*32 +: 8] == 0 ? 0 : between(1, random(0) & 1 ? ROWS + COLS : FITS));
                end
                LOAD: begin
                    put(1, 0, 32, waits(execs));
                    put(2, 0, 32, waits(stores));
                    ins[3*32 +: 64] = ins[3*32 +: 64] & ADDRESSES & -DATA_BYTES;
                    put(5, 0, 32, between(0, (1 << (ins[8] ? STAT_W : DYN_W)) - 1));
                    put(6, 0, 24, DATA_BYTES * between(1, (1 << (ins[8] ? STAT_W : DYN_W))));
                    put(7, 0, 16, between(1, MOST_ROWS));
                    put(7, 16, 16, between(1, MOST_ROWS));
                    ins[8*32 +: 32] = ins[8*32 +: 32] & -DATA_BYTES;
                    ins[9*32 +: 32] = ins[9*32 +: 32] & -DATA_BYTES;
                end
                EXEC: begin
                    put(1, 0, 32, waits(loads));
                    put(2, 0, 32, waits(stores));
                    put(0, 10, 1, !RECT ? 0 : DETECT ? random(0) : 1);
                    put(0, 11, 1, 0);
                    put(13, 0, 18, 0);
                    put(3, 0, 16, between(1, MOST_IMAGES));
                    put(3, 16, 16, between(1, MOST_COLUMN_TILES));
                    put(4, 0, 16, between(1, MOST_MAP));
                    put(4, 16, 16, between(1, MOST_MAP));
                    put(5, 0, 16, between(1, MOST_REDUCTION_TILES));
                    put(5, 16, 8, between(1, ROWS));
                    put(5, 24, 8, between(1, COLS));
                    put(12, 0, 8, between(1, MOST_KERNEL));
                    put(12, 8, 8, between(1, MOST_KERNEL));
                    case (random(0) & 3)
                        0: begin                                     // fused
                            put(0, 11, 1, 1);
                            put(0, 9, 1, 0);
                            put(5, 0, 16, 1);
                            put(13, 0, 18, random(0));
                        end
                        1: put(5, 0, 16, 1);        // as groups side by side ask
                        default: ;
                    endcase
                end
                STORE: begin
                    put(1, 0, 32, waits(execs));
                    put(2, 0, 32, waits(loads));
                    ins[3*32 +: 64] = ins[3*32 +: 64] & ADDRESSES & (ins[8] ? -DATA_BYTES : -4);
                    put(5, 0, 32, between(0, (1 << ACC_W) - 1));
                    draw_factors(DRAINED_BITS, DRAINED_BITS, 1, STORE_BITS);
                    put(6, 0, 16, factor_a);
                    put(6, 16, 16, factor_b);
                    put(7, 0, 16, between(1, MOST_DRAINED));
                    put(7, 16, 16, between(1, MOST_DRAINED));
                    ins[8*32 +: 32] = ins[8*32 +: 32] & (ins[8] ? -DATA_BYTES : -4);
                    ins[9*32 +: 32] = ins[9*32 +: 32] & (ins[8] ? -DATA_BYTES : -4);
                    put(12, 0, 8, between(1, COLS));
                end
                REORGANIZE: begin
                    put(1, 0, 32, waits(execs));
                    put(2, 0, 32, waits(loads));
                    ins[3*32 +: 64] = ins[3*32 +: 64] & ADDRESSES & -DATA_BYTES;
                    put(5, 0, 32, between(0, (1 << DYN_W) - 1));
                    draw_factors(10, MAP_BITS, 1, REORGANIZE_BITS);
                    put(6, 0, 24, factor_a);
                    put(7, 16, 16, factor_b);
                    put(7, 0, 16, between(1, MOST_MAP));
                    put(10, 0, 8, between(1, MOST_STRIDE));
                    put(10, 8, 8, between(1, MOST_STRIDE));
                    put(10, 16, 8, between(0, ins[10*32 +: 8] - 1));
                    put(10, 24, 8, between(0, ins[10*32+8 +: 8] - 1));
                    ins[8*32 +: 32] = ins[8*32 +: 32] & -DATA_BYTES;
                    if (!TRADITIONAL) breaks(ENGINE);
                end
                default: ;
            endcase
        end
    endtask

    task break_a_rule;
        case (op)
            GEOMETRY: case (random(0) % 9)
                0, 1: reserved(ins[8] ? RESERVED_GEOMETRY_SECOND : RESERVED_GEOMETRY_FIRST);
                2: if (!ins[8]) size(4, 16, 8, 0);
                3: if (!ins[8]) size(4, 24, 8, 0);
                4: if (ins[8]) size(15, 16, 8, random(0) & 1 ? 0 : between(ROWS + 1, 255));
                5: if (ins[8]) size(15, 24, 8, random(0) & 1 ? 0 : between(COLS + 1, 255));
                6: if (ins[8]) begin                        // vectors of a group without lanes
                    put(15, 0, 8, between(1, 255));
                    size(15, 8, 8, 0);
                end
                7: if (ins[8]) begin
                    put(15, 0, 8, 0);
                    size(15, 8, 8, between(1, 255));
                end
                8: ;
            endcase
            LOAD: case (random(0) % 12)
                0, 1, 2: reserved(RESERVED_LOAD);
                3: far(3*32);
                4: size(6, 0, 24, 0);
                5: size(7, 0, 16, 0);
                6: size(7, 16, 16, 0);
                7: begin
                    put(5, 0, 32, (1 << (ins[8] ? STAT_W : DYN_W)) << random(0) % 8);
                    breaks(BUFFER_RANGE);
                end
                8: begin
                    put(6, 0, 24, DATA_BYTES * ((1 << (ins[8] ? STAT_W : DYN_W)) + 1));
                    breaks(BUFFER_RANGE);
                end
                9: odd(3*32);
                10: begin
                    if (DATA_BYTES > 1 && ins[6*32 +: 24] != 0) put(6, 0, 24, ins[6*32 +: 24] - 1);
                    odd(6*32);
                end
                11: odd(random(0) & 1 ? 8*32 : 9*32);
            endcase
            EXEC: case (random(0) % 16)
                0, 1: reserved(RESERVED_EXEC);
                2: if (!ins[11]) size(13, 0, 18, between(1, 262143));
                3: size(3, 0, 16, 0);
                4: size(3, 16, 16, 0);
                5: size(4, 0, 16, 0);
                6: size(4, 16, 16, 0);
                7: size(5, 0, 16, 0);
                8: size(5, 16, 8, 0);
                9: size(5, 24, 8, 0);
                10: if (random(0) & 1) size(12, 0, 8, 0); else size(12, 8, 8, 0);
                11: size(5, 16, 8, between(ROWS + 1, 255));
                12: size(5, 24, 8, between(COLS + 1, 255));
                13: if (!RECT || !DETECT) begin
                    put(0, 10, 1, !RECT);
                    breaks(ENGINE);
                end
                14: if (ins[11]) size(0, 9, 1, 1);      // fused with columns
                15: if (ins[11]) size(5, 0, 16, between(2, 65535));
            endcase
            STORE: case (random(0) % 14)
                0, 1, 2: reserved(RESERVED_STORE);
                3: far(3*32);
                4: size(6, 0, 16, 0);
                5: size(6, 16, 16, 0);
                6: size(7, 0, 16, 0);
                7: size(7, 16, 16, 0);
                8: size(12, 0, 8, 0);
                9: size(12, 0, 8, between(COLS + 1, 255));
                10: begin
                    put(5, 0, 32, (1 << ACC_W) << random(0) % 8);
                    breaks(ACCUMULATOR_RANGE);
                end
                11: if (ins[8]) odd(random(0) & 1 ? 8*32 : 9*32); else odd_sum(random(0) & 1 ? 8*32 : 9*32);
                12: if (ins[8]) odd(3*32); else odd_sum(3*32);
                13: begin
                    draw_factors(16, 16, STORE_BITS + 1, 32);
                    put(6, 0, 16, factor_a);
                    put(6, 16, 16, factor_b);
                    breaks(FIELD);
                end
            endcase
            REORGANIZE: case (random(0) % 14)
                0, 1, 2: reserved(RESERVED_REORGANIZE);
                3: far(3*32);
                4: size(6, 0, 24, 0);
                5: size(7, 16, 16, 0);
                6: size(7, 0, 16, 0);
                7: size(10, 0, 8, 0);
                8: size(10, 8, 8, 0);
                9: size(10, 16, 8, between(ins[10*32 +: 8], 255));
                10: size(10, 24, 8, between(ins[10*32+8 +: 8], 255));
                11: begin
                    put(5, 0, 32, (1 << DYN_W) << random(0) % 8);
                    breaks(BUFFER_RANGE);
                end
                12: odd(random(0) & 1 ? 3*32 : 8*32);
                13: begin
                    draw_factors(24, 16, REORGANIZE_BITS + 1, 40);
                    put(6, 0, 24, factor_a);
                    put(7, 16, 16, factor_b);
                    breaks(FIELD);
                end
            endcase
            default: reserved(RESERVED_END);
        endcase
    endtask

    // --- Checks -----------------------------------------------------------
    // the instruction on its way in parts, and the one whose verdict is due
    reg [511:0] sending = 0, judged = 0;
    reg [15:0]  sending_causes = 0, judged_causes = 0;
    integer     at = PARTS, clean = 0;
    reg         due = 0;
    reg [15:0]  seen = 0, expected, drawn;
    reg         late;
    reg [1:0]   near;
    integer     group_c = 0, group_n = 0, refused_groups = 0, taken_groups = 0;   // of the last GEOMETRY

    function [2:0] judge(input [31:0] first, input [31:0] first_given, input [31:0] second, input [31:0] second_given);
        judge = { first > first_given || second > second_given, second_given - second < (1 << OPEN_W), first_given - first < (1 << OPEN_W) };
    endfunction

    always @(posedge clk) begin
        if (!rst) begin
            if (out_valid !== due) fail("valid");
            if (out_valid === 1'b1) begin
                checks = checks + 1;
                ins      = judged;
                expected = judged_causes;
                if (({5'd0, out_opcode} ^ ins[0 +: 8]) & 7) fail("opcode");
                case (expected[OPCODE] ? 8'd0 : ins[0 +: 8])
                    LOAD:              {late, near} = judge(ins[1*32 +: 32], execs, ins[2*32 +: 32], stores);
                    EXEC:              {late, near} = judge(ins[1*32 +: 32], loads, ins[2*32 +: 32], stores);
                    STORE, REORGANIZE: {late, near} = judge(ins[1*32 +: 32], execs, ins[2*32 +: 32], loads);
                    default:           {late, near} = {1'b0, out_near};
                endcase
                if (late) expected[WAIT] = 1;
                // groups side by side: one reduction tile, not fused, and a group fits the array
                if (!expected[OPCODE] && ins[0 +: 8] == EXEC && group_c != 0) begin
                    if (ins[11] || ins[5*32 +: 16] != 1
                        || (ins[9] ? group_n > ROWS || group_c > COLS : group_c > ROWS || group_n > COLS)) begin
                        expected[FIELD] = 1;
                        refused_groups = refused_groups + 1;
                    end else taken_groups = taken_groups + 1;
                end
                if (ins[0 +: 8] == GEOMETRY && ins[8]) begin
                    group_c = ins[15*32 +: 8];
                    group_n = ins[15*32+8 +: 8];
                end
                if (expected == 0) begin
                    clean = clean + 1;
                    if (out_cause !== 0) fail("refused");
                    if (out_near !== near) fail("near");
                    if ({out_load, out_exec, out_store, out_end} !==
                        {ins[0 +: 8] == LOAD, ins[0 +: 8] == EXEC || ins[0 +: 8] == GEOMETRY, ins[0 +: 8] == STORE || ins[0 +: 8] == REORGANIZE, ins[0 +: 8] == END})
                        fail("queue");
                end else begin
                    if (^out_cause === 1'bx || out_cause > 15) fail("no cause");
                    else if (!expected[out_cause]) fail("cause");
                    else seen[out_cause] = 1;
                    if ({out_load, out_exec, out_store, out_end} !== 4'b0000) fail("queue of a refused instruction");
                end
            end
        end
        // what the block sees at this edge
        due = part_valid && part_last && !rst;
        if (due) {judged, judged_causes} = {sending, sending_causes};
        // the next cycle
        if (rst) group_c = 0;
        if (rst) at = PARTS;
        rst <= cycle < 3 || (random(0) & 1023) == 0;
        part_valid <= 0;
        part       <= random(0);
        if (at == PARTS && (cycle[9] || random(0) & 1)) begin
            draw_legal;
            signs(0);
            if ((random(0) & 15) == 0) signs(1);
            if (random(0) & 1) break_a_rule;
            if ((random(0) & 15) == 0) break_a_rule;
            if ((random(0) & 31) == 0) begin
                causes = 0;
                put(0, 0, 8, random(0) & 1 ? 0 : between(END + 1, 255));
                breaks(OPCODE);
            end
            {sending, sending_causes} = {ins, causes};
            at = 0;
        end
        // counts change when no verdict is on its way
        if (at == PARTS && !due && !part_valid) begin
            loads  <= (random(0) >> (random(0) & 31)) & MOST_COUNT;
            execs  <= (random(0) >> (random(0) & 31)) & MOST_COUNT;
            stores <= (random(0) >> (random(0) & 31)) & MOST_COUNT;
        end
        if (at < PARTS && (cycle[8] || random(0) & 1)) begin
            part_valid <= 1;
            part_index <= at;
            part_last  <= at == PARTS - 1;
            part       <= sending[at*PART_W +: PART_W];
            at = at + 1;
        end
        if (cycle == tb.CYCLES - 10) begin
            if (refused_groups < 5 || taken_groups == 0) fail("too few EXECs of groups");
            if (clean < 300) fail("too few legal instructions");
            if (!seen[OPCODE] || !seen[FIELD] || !seen[BUFFER_RANGE] || !seen[MISALIGNED] || !seen[WAIT] || !seen[ACCUMULATOR_RANGE]
                || seen[ENGINE] != (!RECT || !DETECT || !TRADITIONAL)) fail("a cause was never seen");
        end
    end
endmodule
