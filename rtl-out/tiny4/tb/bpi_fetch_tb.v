// bpi_fetch_tb.v - programs of every length at every alignment, against the bytes of memory: every part, every burst,
// nothing beyond the end, nothing into a slot that is not free.  Then bus errors, halts and resets; then throughput.
`timescale 1ns/1ps
`include "bpi_axi_read_memory.v"
module tb;
    localparam DATA_W = 32, ADDR_W = 32;
    localparam BB = DATA_W / 8, PART_W = 32, SLOTS = 16, PROGRAMS = 160, FAULTS = 120, LATENCY = 20, MANY = 400, LEAST = 1000;
    `include "bpi_bench.vh"

    // --- Device under test ------------------------------------------------
    reg               rst = 1, halt = 0, start = 0, free_valid = 0;
    reg [3:0]         free_slot = 0;
    reg [ADDR_W-1:0]  base = 0;
    reg [31:0]        count = 0;
    wire              part_valid, part_last, idle, over, error_valid;
    wire [3:0]        part_slot;
    wire [3:0]        part_index;
    wire [PART_W-1:0] part;
    wire [7:0]        error_code;
    wire [ADDR_W-1:0] error_addr;
    wire              arvalid, arready, rvalid, rready, rlast, rid;
    wire [ADDR_W-1:0] araddr;
    wire [7:0]        arlen;
    wire [2:0]        arsize;
    wire [1:0]        arburst, rresp;
    wire [DATA_W-1:0] rdata;

    bpi_fetch #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .PART_W(PART_W)) dut (
        .clk_i(clk), .rst_i(rst), .start_i(start), .base_i(base), .count_i(count),
        .part_valid_o(part_valid), .part_slot_o(part_slot), .part_index_o(part_index), .part_last_o(part_last), .part_o(part),
        .free_valid_i(free_valid), .free_slot_i(free_slot),
        .idle_o(idle), .over_o(over), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen),
        .m_axi_arsize_o(arsize), .m_axi_arburst_o(arburst),
        .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rdata_i(rdata), .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast)
    );

    reg [31:0]       latency = 1, ar_stall = 0, r_stall = 0;
    reg              error_on = 0;
    reg [ADDR_W-1:0] bad_addr = 0;
    reg [1:0]        bad_resp = 2;
    bpi_axi_read_memory #(.DATA_W(DATA_W), .ADDR_W(ADDR_W)) memory (
        .rst(rst), .latency(latency), .ar_stall(ar_stall), .r_stall(r_stall),
        .error_on(error_on), .error_addr(bad_addr), .error_resp(bad_resp),
        .arvalid(arvalid), .arready(arready), .araddr(araddr), .arlen(arlen), .arsize(arsize), .arburst(arburst), .arid(1'b0),
        .rvalid(rvalid), .rready(rready), .rdata(rdata), .rresp(rresp), .rlast(rlast), .rid(rid)
    );

    integer phase = 0;
    // --- Model: instructions taken, address of the next burst, slots that hold one ---
    reg [SLOTS-1:0]  occupied = 0;
    integer          parts = 0, free_stall = 0, pick;
    integer          taken = 0, n, programs = 0, faults = 0, halts = 0, code_seen = 0, since = 0, quiet = 0;
    integer          started_at = 0, first_at = 0;
    reg [ADDR_W-1:0] asked, finish, chosen;
    reg              running = 0, failed = 0, ar_was_waiting = 0, known;
    reg [1:0]        halted = 0;
    real             rate, goal;

    task check_burst;
        begin
            checks = checks + 1;
            if (!running) fail("burst without a program");
            if (araddr !== asked) fail("wrong burst address");
            asked = araddr + (arlen + 1) * BB;
            if (asked > finish) fail("burst past the end of the program");
            if ((arlen + 1) * BB > (BB > 256 ? BB : 256)) fail("burst too long");
            if (asked != finish && asked % 256 != 0) fail("burst too short");
        end
    endtask

    task check_part;
        begin
            checks = checks + 1;
            if (!running || taken >= count) fail("a part of nothing");
            if (part_index !== parts || part_last !== (parts == 512 / PART_W - 1)) fail("wrong place in the instruction");
            if (part_slot !== (base / 64 + taken) % SLOTS) fail("wrong slot");
            if (occupied[part_slot]) fail("the slot is not free");
            for (n = 0; n < PART_W / 8; n = n + 1)
                if (part[n*8 +: 8] !== memory.byte_at(base + taken * 64 + parts * PART_W / 8 + n)) fail("wrong byte");
            parts = parts + 1;
            if (part_last) begin
                if (taken == 0) first_at = cycle;
                occupied[part_slot] = 1;
                taken = taken + 1;
                parts = 0;
            end
        end
    endtask

    task check_error;
        begin
            checks = checks + 1;
            if (failed) fail("second error");
            if (error_code === (bad_resp == 3 ? 8 : 7)) begin
                if (!error_on || error_addr !== bad_addr) fail("wrong address of a refused beat");
            end else fail("wrong error code");
            failed = 1;
        end
    endtask

    task begin_program(input [ADDR_W-1:0] from, input integer length);
        begin
            start <= 1;
            base <= from;
            count <= length;
            asked = from / BB * BB;
            finish = (from + length * 64 + BB - 1) / BB * BB;
            taken = 0;
            parts = 0;
            occupied = 0;
            running = 1;
            started_at = cycle;
            since = 0;
        end
    endtask

    task random_base;
        begin
            chosen = { $random(seed), $random(seed) };
            chosen[31:28] = 4 + ($random(seed) & 7);
            if ($random(seed) & 1) chosen[11:0] = 4096 - 64 * (1 + ($random(seed) & 15));
            chosen = chosen & ~63;
        end
    endtask

    task random_stalls;
        begin
            latency <= ($random(seed) & 3) == 0 ? 1 + ($random(seed) & 63) : 1 + ($random(seed) & 3);
            ar_stall <= ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            r_stall <= ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            free_stall = ($random(seed) & 1) ? 0 : 80 * ($random(seed) & 3);
        end
    endtask

    always @(posedge clk) begin
        since = since + 1;
        if (since == 30000) begin
            $display("FAIL nothing happens: cycle %0d phase %0d idle %b taken %0d of %0d", cycle, phase, idle, taken, count);
            $finish;
        end
        // --- What the device does
        if (!rst) begin
            known = ^{part_valid, idle, error_valid} !== 1'bx;
            if (!known) fail("control unknown");
            if (halted[0] || (failed && !error_valid)) begin
                if (part_valid || error_valid) fail("active although stopped");
                if (arvalid && !ar_was_waiting) fail("new burst although stopped");
            end
            ar_was_waiting = arvalid && !arready;
            if (arvalid && arready) check_burst;
            if (free_valid && !start) occupied[free_slot] = 0;
            if (part_valid) check_part;
            if (error_valid) begin
                code_seen = code_seen | (1 << error_code);
                check_error;
            end
            if (over !== (idle && !failed)) fail("over is not idle without an error");
            if (failed && error_addr !== bad_addr) fail("the address of an error changes");
            if (idle && (arvalid || part_valid || memory.pending != 0)) fail("idle although something is owed");
            halted = { halted[0], halt };
        end else occupied = 0;
        // --- What comes next
        start <= 0;
        // any slot that is taken may be freed next
        pick = $random(seed) & (SLOTS - 1);
        if (free_stall == 0) for (n = 0; n < SLOTS && !occupied[pick]; n = n + 1) pick = (pick + 1) % SLOTS;
        free_valid <= occupied[pick] && !(free_valid && free_slot == pick) && ($random(seed) & 255) >= free_stall;
        free_slot  <= pick;
        if (cycle == 4) rst <= 0;
        if (cycle > 6) case (phase)
            0: if (!running) begin
                random_stalls;
                random_base;
                begin_program(chosen, programs < 80 ? programs / 4 : ($random(seed) & 63));
            end else if (idle && !start) begin
                checks = checks + 1;
                if (taken != count || (count != 0 && asked !== finish)) fail("program not fetched whole");
                running = 0;
                programs = programs + 1;
                if (programs == PROGRAMS) begin
                    if (memory.beats == 0) fail("nothing read");
                    phase = 1;
                end
            end
            1: if (rst) rst <= 0;
            else if (!running) begin
                random_stalls;
                random_base;
                n = 1 + ($random(seed) & 31);
                if ($random(seed) & 1) begin
                    error_on <= 1;
                    bad_resp <= 2 + ($random(seed) & 1);
                    bad_addr <= (chosen + (($random(seed) & 32'h7fffffff) % n) * 64 + ($random(seed) & 63)) / BB * BB;
                end
                begin_program(chosen, n);
            end else begin
                if (!halt && !start && ((failed && ($random(seed) & 3) == 0) || ($random(seed) & 127) == 0)) begin
                    halt <= 1;
                    halts = halts + !failed;
                end
                quiet = idle && !start && (halt ? halted[1] : !failed && !error_valid) ? quiet + 1 : 0;
                if (quiet == 3) begin
                    if (!halt && taken != count) fail("program not fetched whole");
                    if (error_on && !failed && !halt) fail("refused beat not reported");
                    rst <= failed || (halt && ($random(seed) & 1));
                    halt <= 0;
                    halted = 0;
                    failed = 0;
                    error_on <= 0;
                    running = 0;
                    quiet = 0;
                    faults = faults + 1;
                    if (faults >= FAULTS && ((code_seen == 'h180 && halts >= 20) || faults == 4*FAULTS)) begin
                        phase = 2;
                        rst <= 1;
                    end
                end
            end
            2: if (rst) begin
                rst <= 0;
                latency <= LATENCY;
                ar_stall <= 0;
                r_stall <= 0;
                free_stall = 0;
            end else if (!running) begin_program(32'h40000000, MANY);
            else if (idle && !start) begin
                rate = 1.0 * MANY / (cycle - first_at);
                goal = 1.0 * SLOTS / (LATENCY + 2 * (BB < 64 ? 256 / BB : 4) + 24);
                if (goal > BB / 64.0) goal = BB / 64.0;
                if (goal > 1.0) goal = 1.0;
                checks = checks + 1;
                $display("rate: %0.3f instructions a cycle, at least %0.3f wanted; the first after %0d cycles at a latency of %0d",
                         rate, 0.9 * goal, first_at - started_at, LATENCY);
                if (taken != MANY || rate < 0.9 * goal || first_at - started_at > LATENCY + 64 / BB + 10) fail("too slow");
                phase = 3;
            end
            3: begin
                if (code_seen != 'h180) fail("not every error was seen");
                if (halts < 20) fail("too few halts");
                verdict(1);
            end
        endcase
    end
endmodule
