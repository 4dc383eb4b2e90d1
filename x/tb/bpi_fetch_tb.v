// bpi_fetch_tb.v - programs of every length at every alignment, against the bytes of memory: every instruction, every
// burst, nothing beyond the end.  Then bus errors, misaligned bases, halts and resets; then throughput.
`timescale 1ns/1ps
module tb;
    localparam DATA_W = 32, ADDR_W = 32;
    localparam BB = DATA_W / 8, PROGRAMS = 160, FAULTS = 120, LATENCY = 20, MANY = 400;

    reg clk = 0;
    always #5 clk = !clk;
    integer seed, cycle = 0, errors = 0, checks = 0;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;

    // --- Device under test ------------------------------------------------
    reg               rst = 1, halt = 0, start = 0, ins_ready = 0;
    reg [ADDR_W-1:0]  base = 0;
    reg [31:0]        count = 0;
    wire              ins_valid, idle, error_valid;
    wire [511:0]      ins_data;
    wire [7:0]        error_code;
    wire [ADDR_W-1:0] error_addr;
    wire              arvalid, arready, rvalid, rready, rlast, rid;
    wire [ADDR_W-1:0] araddr;
    wire [7:0]        arlen;
    wire [2:0]        arsize;
    wire [1:0]        arburst, rresp;
    wire [DATA_W-1:0] rdata;

    bpi_fetch #(.DATA_W(DATA_W), .ADDR_W(ADDR_W)) dut (
        .clk_i(clk), .rst_i(rst), .start_i(start), .base_i(base), .count_i(count),
        .ins_valid_o(ins_valid), .ins_ready_i(ins_ready), .ins_data_o(ins_data),
        .idle_o(idle), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen),
        .m_axi_arsize_o(arsize), .m_axi_arburst_o(arburst),
        .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rdata_i(rdata), .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast)
    );

    reg [31:0]       latency = 1, ar_stall = 0, r_stall = 0;
    reg              error_on = 0;
    reg [ADDR_W-1:0] bad_addr = 0;
    reg [1:0]        bad_resp = 2;
    axi_read_memory #(.DATA_W(DATA_W), .ADDR_W(ADDR_W)) memory (
        .clk(clk), .rst(rst), .seed_base(seed), .latency(latency), .ar_stall(ar_stall), .r_stall(r_stall),
        .error_on(error_on), .error_addr(bad_addr), .error_resp(bad_resp),
        .arvalid(arvalid), .arready(arready), .araddr(araddr), .arlen(arlen), .arsize(arsize), .arburst(arburst), .arid(1'b0),
        .rvalid(rvalid), .rready(rready), .rdata(rdata), .rresp(rresp), .rlast(rlast), .rid(rid)
    );

    integer phase = 0;
    task fail(input [8*48-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 8) $display("FAIL cycle %0d phase %0d: %0s", cycle, phase, what);
            if (errors == 8) $finish;
        end
    endtask

    // --- Model: instructions taken, address of the next burst ---------------
    integer          taken = 0, n, ready_stall = 0, programs = 0, faults = 0, halts = 0, code_seen = 0, since = 0, quiet = 0;
    integer          started_at = 0, first_at = 0;
    reg [ADDR_W-1:0] asked, finish, chosen;
    reg              running = 0, failed = 0, was_waiting = 0, ar_was_waiting = 0, known;
    reg [511:0]      previous;
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

    task check_instruction;
        begin
            checks = checks + 1;
            if (!running || taken >= count) fail("instruction out of nothing");
            for (n = 0; n < 64; n = n + 1)
                if (ins_data[n*8 +: 8] !== memory.byte_at(base + taken * 64 + n)) fail("wrong byte");
            if (taken == 0) first_at = cycle;
            taken = taken + 1;
        end
    endtask

    task check_error;
        begin
            checks = checks + 1;
            if (failed) fail("second error");
            if (error_code === 4) begin
                if (!running || base % 64 == 0 || error_addr !== base) fail("wrong misaligned error");
            end else if (error_code === (bad_resp == 3 ? 8 : 7)) begin
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
            ready_stall = ($random(seed) & 1) ? 0 : 80 * ($random(seed) & 3);
        end
    endtask

    always @(posedge clk) begin
        cycle <= cycle + 1;
        since = since + 1;
        if (since == 30000) begin
            $display("FAIL nothing happens: cycle %0d phase %0d idle %b taken %0d of %0d", cycle, phase, idle, taken, count);
            $finish;
        end
        // --- What the device does
        if (!rst) begin
            known = ^{ins_valid, idle, error_valid} !== 1'bx;
            if (!known) fail("control unknown");
            if (halted[0] || (failed && !error_valid)) begin
                if (ins_valid || error_valid) fail("active although stopped");
                if (arvalid && !ar_was_waiting) fail("new burst although stopped");
            end else if (was_waiting && !error_valid && (!ins_valid || ins_data !== previous)) fail("instruction changed while waiting");
            was_waiting = ins_valid && !ins_ready;
            previous = ins_data;
            ar_was_waiting = arvalid && !arready;
            if (arvalid && arready) check_burst;
            if (ins_valid && ins_ready) check_instruction;
            if (error_valid) begin
                code_seen = code_seen | (1 << error_code);
                check_error;
            end
            if (idle && (arvalid || ins_valid || memory.pending != 0)) fail("idle although something is owed");
            halted = { halted[0], halt };
        end else was_waiting = 0;
        // --- What comes next
        start <= 0;
        ins_ready <= ($random(seed) & 255) >= ready_stall;
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
                case ($random(seed) & 7)
                    0: chosen = chosen + (1 << ($random(seed) & 32'h7fffffff) % 6);
                    1, 2, 3: begin
                        error_on <= 1;
                        bad_resp <= 2 + ($random(seed) & 1);
                        bad_addr <= (chosen + (($random(seed) & 32'h7fffffff) % n) * 64 + ($random(seed) & 63)) / BB * BB;
                    end
                endcase
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
                    if (faults >= FAULTS && ((code_seen == 'h190 && halts >= 20) || faults == 4*FAULTS)) begin
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
                ready_stall = 0;
            end else if (!running) begin_program(32'h40000000, MANY);
            else if (idle && !start) begin
                rate = 1.0 * MANY / (cycle - first_at);
                goal = 8.0 / (LATENCY + 2 * (BB < 64 ? 256 / BB : 4) + 12);
                if (goal > BB / 64.0) goal = BB / 64.0;
                if (goal > 1.0) goal = 1.0;
                checks = checks + 1;
                $display("rate: %0.3f instructions a cycle, at least %0.3f wanted; the first after %0d cycles at a latency of %0d",
                         rate, 0.9 * goal, first_at - started_at, LATENCY);
                if (taken != MANY || rate < 0.9 * goal || first_at - started_at > LATENCY + 64 / BB + 10) fail("too slow");
                phase = 3;
            end
            3: begin
                if (code_seen != 'h190) fail("not every error was seen");
                if (halts < 20) fail("too few halts");
                errors = errors + memory.errors;
                checks = checks + memory.checks;
                if (errors == 0 && checks > 0) $display("PASS %0d checks", checks);
                else $display("FAIL %0d errors in %0d checks", errors, checks);
                $finish;
            end
        endcase
    end
endmodule

// AXI4 read slave for benches.  Byte n of memory is a hash of n, so any address can be read.  Answers each burst `latency`
// cycles after its address, in order for each of the two ids, with beats of different ids interleaved at random.
// ar_stall, r_stall: chance of a stall in 256.  On odd seeds a memory that stalls gives ARREADY only where ARVALID waits for it.  The beat at error_addr is answered with error_resp.
module axi_read_memory #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32
) (
    input  wire              clk,
    input  wire              rst,
    input  wire [31:0]       seed_base, latency, ar_stall, r_stall,
    input  wire              error_on,
    input  wire [ADDR_W-1:0] error_addr,
    input  wire [1:0]        error_resp,
    input  wire              arvalid,
    output reg               arready,
    input  wire [ADDR_W-1:0] araddr,
    input  wire [7:0]        arlen,
    input  wire [2:0]        arsize,
    input  wire [1:0]        arburst,
    input  wire              arid,
    output reg               rvalid,
    input  wire              rready,
    output reg  [DATA_W-1:0] rdata,
    output reg  [1:0]        rresp,
    output reg               rlast,
    output reg               rid
);
    localparam BB = DATA_W / 8, ENTRIES = 128;

    integer errors = 0, checks = 0, bursts = 0, beats = 0, pending = 0;   // pending: beats owed
    integer seed, now = 0, n, byte_index;
    reg started = 0, waits = 0;

    function [7:0] byte_at(input [ADDR_W-1:0] address);
        reg [63:0] mixed;
        begin
            mixed = ({ {(64-ADDR_W){1'b0}}, address } ^ 64'h5851F42D4C957F2D) * 64'h9E3779B97F4A7C15;
            byte_at = mixed[63:56] ^ mixed[39:32];
        end
    endfunction

    reg [ADDR_W-1:0] queue_addr [0:2*ENTRIES-1];
    reg [7:0]        queue_len  [0:2*ENTRIES-1];
    integer          queue_due  [0:2*ENTRIES-1];
    integer          head [0:1], tail [0:1], at [0:1];
    reg              was_waiting = 0;
    reg [ADDR_W+13:0] ar_now, ar_before;
    reg [ADDR_W-1:0] address;
    reg              pick, found;
    reg [DATA_W-1:0] word;

    task fail(input [8*40-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 5) $display("FAIL AXI read at %0t: %0s, araddr %h arlen %0d", $time, what, araddr, arlen);
        end
    endtask

    initial begin
        arready = 0;
        rvalid = 0;
        for (n = 0; n < 2; n = n + 1) begin
            head[n] = 0;
            tail[n] = 0;
            at[n] = 0;
        end
    end

    always @(posedge clk) begin
        if (!started) begin
            seed = seed_base ^ 32'h5EED;
            waits = seed_base[0];
        end
        started = 1;
        now = now + 1;
        ar_now = { araddr, arlen, arsize, arburst, arid };
        if (rst) begin
            was_waiting = 0;
            arready <= 0;
            rvalid <= 0;
            pending = 0;
            for (n = 0; n < 2; n = n + 1) begin
                head[n] = 0;
                tail[n] = 0;
                at[n] = 0;
            end
        end else begin
            // protocol
            checks = checks + 1;
            if (arvalid !== 1'b0 && arvalid !== 1'b1) fail("ARVALID unknown");
            if (rready !== 1'b0 && rready !== 1'b1) fail("RREADY unknown");
            if (was_waiting && (arvalid !== 1'b1 || ar_now !== ar_before)) fail("AR changed while waiting");
            was_waiting = arvalid && !arready;
            ar_before = ar_now;
            // read data taken
            if (rvalid && rready) begin
                rvalid <= 0;
                beats = beats + 1;
                pending = pending - 1;
            end
            // read address taken
            if (arvalid && arready) begin
                bursts = bursts + 1;
                if (^ar_now === 1'bx) fail("AR unknown");
                if (arburst !== 2'b01) fail("not an incrementing burst");
                if ((1 << arsize) != BB) fail("beats are not full width");
                if (araddr % BB != 0) fail("address is not aligned to a beat");
                if ((araddr & 4095) + (arlen + 1) * BB > 4096) fail("burst crosses 4 KiB");
                queue_addr[arid*ENTRIES + tail[arid] % ENTRIES] = araddr;
                queue_len[arid*ENTRIES + tail[arid] % ENTRIES] = arlen;
                queue_due[arid*ENTRIES + tail[arid] % ENTRIES] = now + latency;
                tail[arid] = tail[arid] + 1;
                pending = pending + arlen + 1;
            end
            arready <= ($random(seed) & 255) >= ar_stall && tail[0] - head[0] < ENTRIES - 2 && tail[1] - head[1] < ENTRIES - 2
                       && (ar_stall == 0 || !waits || (arvalid && !arready));
            // next read data
            if ((!rvalid || rready) && ($random(seed) & 255) >= r_stall) begin
                pick = $random(seed);
                found = 0;
                for (n = 0; n < 2; n = n + 1) if (!found) begin
                    found = head[pick] != tail[pick] && queue_due[pick*ENTRIES + head[pick] % ENTRIES] <= now + 1;
                    if (!found) pick = !pick;
                end
                if (found) begin
                    address = queue_addr[pick*ENTRIES + head[pick] % ENTRIES] + at[pick] * BB;
                    for (byte_index = 0; byte_index < BB; byte_index = byte_index + 1)
                        word[byte_index*8 +: 8] = byte_at(address + byte_index);
                    rvalid <= 1;
                    rdata <= word;
                    rid <= pick;
                    rresp <= error_on && address == error_addr ? error_resp : 2'b00;
                    rlast <= at[pick] == queue_len[pick*ENTRIES + head[pick] % ENTRIES];
                    if (at[pick] == queue_len[pick*ENTRIES + head[pick] % ENTRIES]) begin
                        head[pick] = head[pick] + 1;
                        at[pick] = 0;
                    end else at[pick] = at[pick] + 1;
                end
            end
        end
    end
endmodule
