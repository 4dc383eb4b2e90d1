// bpi_dma_write_tb.v - every burst and every byte of memory, canaries included, against a plain model.
// Phases: all lengths and offsets around 4 KiB; random runs, often meeting in one beat; bus errors, windows, halts and
// resets; throughput.  Every third seed has the memory, and a window, end with the address space.
`timescale 1ns/1ps
`include "bpi_axi_write_memory.v"
module tb;
    localparam DATA_W = 32, ADDR_W = 32, OUTSTANDING = 4;
    localparam BB = DATA_W / 8, QUEUE = 64, SIZE = 32768, LATENCY = 20;
    localparam RANDOM_RUNS = 400, FAULTS = 100, MAX_BYTES = 9000, LEAST = 1000;
    `include "bpi_bench.vh"
    integer i;
    integer carry_to;             // the second page's address carries up to here: on even seeds almost to the top
    initial #1 carry_to = seed % 2 == 0 ? ADDR_W - 2 : 12 + seed % (ADDR_W - 14);

    // --- Device under test ------------------------------------------------
    reg               rst = 1, halt = 0, cmd_valid = 0, in_valid = 0;
    reg [ADDR_W-1:0]  cmd_addr = 0, window_base = 0;
    reg [ADDR_W:0]    window_limit = 0;
    reg [31:0]        cmd_bytes = 1;
    reg [DATA_W-1:0]  in_data = 0;
    reg [7:0]         in_bytes = 1;
    wire              cmd_ready, in_ready, idle, error_valid;
    wire [7:0]        bytes, error_code;
    wire [ADDR_W-1:0] error_addr;
    wire              awvalid, awready, wvalid, wready, wlast, bvalid, bready;
    wire [ADDR_W-1:0] awaddr;
    wire [7:0]        awlen;
    wire [2:0]        awsize;
    wire [1:0]        awburst, bresp;
    wire [DATA_W-1:0] wdata;
    wire [BB-1:0]     wstrb;

    bpi_dma_write #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING)) dut (
        .clk_i(clk), .rst_i(rst),
        .cmd_valid_i(cmd_valid), .cmd_ready_o(cmd_ready), .cmd_addr_i(cmd_addr), .cmd_bytes_i(cmd_bytes),
        .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data), .in_bytes_i(in_bytes),
        .window_base_i(window_base), .window_limit_i(window_limit),
        .idle_o(idle), .bytes_o(bytes), .halt_i(halt),
        .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_awvalid_o(awvalid), .m_axi_awready_i(awready), .m_axi_awaddr_o(awaddr), .m_axi_awlen_o(awlen),
        .m_axi_awsize_o(awsize), .m_axi_awburst_o(awburst),
        .m_axi_wvalid_o(wvalid), .m_axi_wready_i(wready), .m_axi_wdata_o(wdata), .m_axi_wstrb_o(wstrb), .m_axi_wlast_o(wlast),
        .m_axi_bvalid_i(bvalid), .m_axi_bready_o(bready), .m_axi_bresp_i(bresp)
    );

    reg [31:0]       latency = 1, aw_stall = 0, w_stall = 0;
    reg [1:0]        order = 0, bad_resp = 2;
    reg              error_on = 0;
    reg [ADDR_W-1:0] bad_addr = 0, base = 0;
    bpi_axi_write_memory #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .SIZE(SIZE)) memory (
        .rst(rst), .latency(latency), .aw_stall(aw_stall), .w_stall(w_stall), .order(order),
        .base(base), .error_on(error_on), .error_addr(bad_addr), .error_resp(bad_resp),
        .awvalid(awvalid), .awready(awready), .awaddr(awaddr), .awlen(awlen), .awsize(awsize), .awburst(awburst),
        .wvalid(wvalid), .wready(wready), .wdata(wdata), .wstrb(wstrb), .wlast(wlast),
        .bvalid(bvalid), .bready(bready), .bresp(bresp)
    );

    integer phase = 0;
    // --- Planned runs: offered as commands, announced, and filled with data, each at its own pace ----
    integer          q_at [0:QUEUE-1], q_bytes [0:QUEUE-1];   // offset in the memory, bytes
    integer          q_tail = 0, c = 0, a = 0, a_pos = 0, d = 0, d_pos = 0;
    reg [7:0]        expected [0:SIZE-1], earlier [0:SIZE-1];
    integer          bytes_sent = 0, bytes_seen = 0, n, burst_at, burst_end;
    reg              failed = 0, located;
    reg [ADDR_W-1:0] start;

    // the burst that follows byte `pos` of run k
    task next_burst(input integer k, input integer pos);
        integer beats;
        begin
            burst_at = q_at[k % QUEUE] + pos;
            beats = ((burst_at % BB) + q_bytes[k % QUEUE] - pos + BB - 1) / BB;
            if (beats > 256) beats = 256;
            if (beats > (4096 - (burst_at / BB * BB) % 4096) / BB) beats = (4096 - (burst_at / BB * BB) % 4096) / BB;
            burst_end = (burst_at / BB + beats) * BB;
            if (burst_end > q_at[k % QUEUE] + q_bytes[k % QUEUE]) burst_end = q_at[k % QUEUE] + q_bytes[k % QUEUE];
            start = base + burst_at;
        end
    endtask

    task check_burst;
        begin
            checks = checks + 1;
            if (a == c) fail("burst out of nothing");
            else begin
                next_burst(a, a_pos);
                if (awaddr !== start / BB * BB || awlen !== (burst_end + BB - 1) / BB - burst_at / BB - 1) fail("wrong burst");
                if (start < window_base || base + burst_end > window_limit) fail("burst outside the window");
                a_pos = burst_end - q_at[a % QUEUE];
                if (a_pos == q_bytes[a % QUEUE]) begin
                    a = a + 1;
                    a_pos = 0;
                end
            end
        end
    endtask

    integer k, k_pos;
    task check_error;
        begin
            checks = checks + 1;
            if (failed) fail("second error");
            if (error_code === 6) begin
                located = 0;
                k = a;
                k_pos = a_pos;
                while (!located && k < c) begin
                    next_burst(k, k_pos);
                    if (start < window_base || base + burst_end > window_limit) begin
                        located = 1;
                        if (error_addr !== start) fail("wrong address of a burst outside the window");
                    end
                    k_pos = burst_end - q_at[k % QUEUE];
                    if (k_pos == q_bytes[k % QUEUE]) begin
                        k = k + 1;
                        k_pos = 0;
                    end
                end
                if (!located) fail("nothing is outside the window");
            end else if (error_code === (bad_resp == 3 ? 10 : 9)) begin
                if (!error_on || error_addr !== memory.bad_burst) fail("wrong address of a refused burst");
            end else fail("wrong error code");
            failed = 1;
        end
    endtask

    // everything is written: memory is what was sent
    task compare(input exact);
        begin
            for (n = 0; n < SIZE; n = n + 1) begin
                if (memory.bytes[n] !== expected[n] && (exact || memory.bytes[n] !== earlier[n])) begin
                    fail("wrong byte in memory");
                    $display("     offset %0d: %h, expected %h", n, memory.bytes[n], expected[n]);
                end
                expected[n] = memory.bytes[n];
                earlier[n] = memory.bytes[n];
            end
            checks = checks + 1;
            if (exact && (memory.stored != bytes_sent || bytes_seen != bytes_sent)) fail("bytes stored do not match the bytes sent");
            memory.stored = 0;
            bytes_sent = 0;
            bytes_seen = 0;
        end
    endtask

    // --- Phases ------------------------------------------------------------
    // 0 lengths and offsets, 1 random, 2 faults, 3 throughput, 4 end
    integer planned = 0, since = 0, offset = 0, length = 1, where = 0, faults = 0, halts = 0, code_seen = 0, settle = 0;
    integer perf = 0, first_cycle = 0, last_cycle = 0, beats_seen = 0, quiet = 0, cmd_idle = 0, in_idle = 0, full = 0, next_bytes;
    real    rate, goal;
    reg     pending_x, aw_was_waiting = 0, halt_due = 0, new_chunk;
    reg [1:0] halted = 0;
    reg [63:0] r64;
    reg [DATA_W-1:0] chunk;

    task plan(input integer at, input integer length_bytes);
        begin
            q_at[q_tail % QUEUE] = at;
            q_bytes[q_tail % QUEUE] = length_bytes;
            q_tail = q_tail + 1;
            planned = planned + 1;
        end
    endtask

    // one byte, or of beats wider than 256 bits so many at random that as many cases remain
    localparam WIDER = BB > 32 ? BB / 32 : 1;
    function integer skip(input unused);
        skip = WIDER == 1 ? 1 : 1 + ($random(seed) & 32'h7fffffff) % (2*WIDER - 1);
    endfunction
    task random_stalls;
        begin
            latency <= ($random(seed) & 3) == 0 ? 1 + ($random(seed) & 63) : 1 + ($random(seed) & 3);
            aw_stall <= ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            w_stall <= ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            order <= ($random(seed) & 3) == 0 ? 1 : ($random(seed) & 3) == 1 ? 2 : 0;
            cmd_idle = ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            in_idle = ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            full = $random(seed) & 1;
        end
    endtask

    task flush;
        begin
            q_tail = 0;
            c = 0;
            a = 0;
            a_pos = 0;
            d = 0;
            d_pos = 0;
            failed = 0;
            planned = 0;
            cmd_valid <= 0;
            in_valid <= 0;
            error_on <= 0;
            window_base <= base;
            window_limit <= base + SIZE;
        end
    endtask

    wire all_sent = c == q_tail && d == q_tail && !cmd_valid && !in_valid;
    reg settled;

    always @(posedge clk) begin
        since = since + 1;
        if (since == 60000) begin
            $display("FAIL nothing happens: cycle %0d phase %0d idle %b, runs %0d offered %0d announced %0d filled %0d", cycle, phase, idle, q_tail, c, a, d);
            $finish;
        end
        // --- What the device does
        if (!rst) begin
            pending_x = ^{cmd_ready, in_ready, idle, error_valid, bytes};
            if (pending_x === 1'bx) fail("control unknown");
            if (halted[0] || (failed && !error_valid)) begin
                if (error_valid) fail("error although stopped");
                if (awvalid && !aw_was_waiting) fail("new burst although stopped");
            end
            aw_was_waiting = awvalid && !awready;
            if (awvalid && awready) check_burst;
            if (error_valid) begin
                code_seen = code_seen | (1 << error_code);
                check_error;
            end
            bytes_seen = bytes_seen + bytes;
            if (idle && (awvalid || wvalid || memory.pending)) fail("idle although something is owed");
            if (phase == 3 && wvalid && wready) begin
                if (beats_seen == 0) first_cycle = cycle;
                last_cycle = cycle;
                beats_seen = beats_seen + 1;
            end
            if (cmd_valid && cmd_ready) begin
                c = c + 1;
                since = 0;
            end
            if (in_valid && in_ready) begin
                for (n = 0; n < in_bytes; n = n + 1) expected[(q_at[d % QUEUE] + d_pos + n) % SIZE] = in_data[n*8 +: 8];
                d_pos = d_pos + in_bytes;
                bytes_sent = bytes_sent + in_bytes;
                since = 0;
                if (d_pos == q_bytes[d % QUEUE]) begin
                    d = d + 1;
                    d_pos = 0;
                end
            end
            halted = { halted[0], halt };
        end
        settled = all_sent && idle && (!cmd_valid || !cmd_ready);
        // --- Commands and chunks on offer
        if (!cmd_valid || cmd_ready) begin
            cmd_valid <= 0;
            if (c < q_tail && !rst && ($random(seed) & 255) >= cmd_idle) begin
                cmd_valid <= 1;
                cmd_addr <= base + q_at[c % QUEUE];
                cmd_bytes <= q_bytes[c % QUEUE];
            end
        end
        if (!in_valid || in_ready) begin
            in_valid <= 0;
            if (d < q_tail && !rst && ($random(seed) & 255) >= in_idle) begin
                next_bytes = full || ($random(seed) & 1) ? BB : 1 + ($random(seed) & 32'h7fffffff) % BB;
                if (next_bytes > q_bytes[d % QUEUE] - d_pos) next_bytes = q_bytes[d % QUEUE] - d_pos;
                for (n = 0; n < (DATA_W + 31) / 32; n = n + 1) chunk[n*32 +: 32] = $random(seed);
                in_valid <= 1;
                in_data <= chunk;
                in_bytes <= next_bytes;
            end
        end
        // --- What comes next
        if (cycle == 1) begin
            r64 = { $random(seed), $random(seed) };
            for (n = 0; n < 64; n = n + 1) begin
                if (n < 12 || n == ADDR_W - 1) r64[n] = 0;
                else if (n < carry_to) r64[n] = 1;
            end
            base = seed % 3 == 2 ? {ADDR_W{1'b1}} - SIZE + 1 : r64;
            for (n = 0; n < SIZE; n = n + 1) begin
                expected[n] = n * 7 + (n >> 8);
                earlier[n] = expected[n];
                memory.bytes[n] = expected[n];
            end
            flush;
        end
        if (cycle == 4) rst <= 0;
        if (cycle > 6) case (phase)
            0: if (offset == 2*BB) begin
                if (settled) settle = settle + 1;
                if (settle == 3) begin
                    compare(1);
                    phase = 1;
                    planned = 0;
                    settle = 0;
                end
            end else if (q_tail - a < QUEUE - 2 && q_tail - d < QUEUE - 2) begin
                // one run of each length at each offset, from a beat and a half below a page to half a beat above; of wide
                // beats, some of them
                plan((1 + (length + offset) % 7) * 4096 - BB - BB/2 + offset, length);
                if (length >= 2*BB + 2) begin
                    length = 1;
                    offset = offset + skip(0);
                    if (offset > 2*BB) offset = 2*BB;
                    random_stalls;
                end else length = length + skip(0);
            end
            1: if (planned == RANDOM_RUNS) begin
                if (settled) settle = settle + 1;
                if (settle == 3) begin
                    compare(1);
                    settle = 0;
                    phase = 2;
                    flush;
                end
            end else if (q_tail - a < QUEUE - 2 && q_tail - d < QUEUE - 2 && ($random(seed) & 3) == 0) begin
                length = 1 + ($random(seed) & 32'h7fffffff) % (($random(seed) & 15) == 0 ? MAX_BYTES : ($random(seed) & 1) ? BB : 4*BB);
                if (planned == RANDOM_RUNS - 1) where = SIZE - length;                       // to the last byte
                else if (($random(seed) & 1) || where + length > SIZE) where = ($random(seed) & 32'h7fffffff) % (SIZE - length + 1);
                plan(where, length);
                where = where + length;
                if (($random(seed) & 15) == 0) random_stalls;
            end
            2: begin
                // some runs that do not overlap; in most rounds a fault in one of them, or a halt; then idle, then often reset
                if (rst) rst <= 0;
                else if (planned < 8 && !halt && !failed) begin
                    if (planned == 0) where = ($random(seed) & 32'h7fffffff) % 4096;
                    length = 1 + ($random(seed) & 32'h7fffffff) % (4*BB);
                    plan(where, length);
                    if (planned == 5) case ($random(seed) & 7)
                        0, 1: begin
                            bad_addr <= base + where + ($random(seed) & 32'h7fffffff) % length;
                            bad_resp <= 2 + ($random(seed) & 1);
                            error_on <= 1;
                        end
                        2: window_limit <= base + where + length - 1 - (($random(seed) & 1) ? 0 : ($random(seed) & 32'h7fffffff) % length);
                        3: window_limit <= base + where + length;                            // just inside
                    endcase
                    if (planned == 1) case ($random(seed) & 7)
                        0: window_base <= base + where + 1;
                        1: window_base <= base + where;                                      // just inside
                    endcase
                    where = where + length + (($random(seed) & 1) ? 0 : ($random(seed) & 255));
                end
                if (!halt && !failed && ($random(seed) & 127) == 0 && !rst) begin
                    halt <= 1;
                    halts = halts + 1;
                end else if (failed && ($random(seed) & 7) == 0) halt <= 1;
                // after a stop the rest of the commands and chunks goes into the void
                if (!rst && ((halt && halted[1]) || (planned == 8 && settled && !failed && !error_valid))) begin
                    settle = settled ? settle + 1 : 0;
                    if (settle == 4) begin
                        settle = 0;
                        compare(!halt);
                        faults = faults + 1;
                        rst <= failed || (halt && ($random(seed) & 1));
                        halt <= 0;
                        halted = 0;
                        flush;
                        random_stalls;
                        if (faults >= FAULTS && ((code_seen == 'h640 && halts >= 20) || faults == 4*FAULTS)) begin
                            phase = 3;
                            rst <= 1;
                            perf = 0;
                            since = 0;
                        end
                    end
                end else settle = 0;
            end
            3: begin
                // runs of 1, 2, 3, 4 and 8 beats, aligned; then the same, one byte further on and one byte longer than a beat less
                rst <= 0;
                latency <= LATENCY;
                aw_stall <= 0;
                w_stall <= 0;
                order <= 0;
                cmd_idle = 0;
                in_idle = 0;
                full = 1;
                length = ((perf % 5) == 4 ? 8 : 1 + perf % 5) * BB;
                if (planned < 500) begin
                    // keep the plan full
                    for (i = 0; i < 4; i = i + 1) if (planned < 500 && q_tail - a < QUEUE - 4 && q_tail - d < QUEUE - 4) begin
                        if (perf < 5) plan((planned * 2 * length) % (SIZE - 16*BB), length);
                        else plan((planned * 16 * BB) % (SIZE - 16*BB) + BB/2 + 1, length);
                    end
                end else if (settled) begin
                    settle = settle + 1;
                    if (settle == 3) begin
                        settle = 0;
                        compare(1);
                        rate = (beats_seen - 1.0) / (last_cycle - first_cycle);
                        length = (length + BB - 1) / BB + (perf < 5 ? 0 : 1);
                        goal = OUTSTANDING * length / (LATENCY + 9.0 + length);
                        if (goal > 1.0) goal = 1.0;
                        checks = checks + 1;
                        $display("rate: runs of %0d beats%0s, %0d bursts in flight, response after %0d cycles: %0.3f beats a cycle, at least %0.3f wanted",
                                 length, perf < 5 ? "" : " at odd addresses", OUTSTANDING, LATENCY, rate, 0.97 * goal);
                        if (rate < 0.97 * goal || beats_seen != 500 * length || failed) fail("too slow");
                        beats_seen = 0;
                        perf = perf + 1;
                        planned = 0;
                        if (perf == 10) phase = 4;
                    end
                end else settle = 0;
            end
            4: begin
                if (code_seen != 'h640) fail("not every error was seen");
                if (halts < 20) fail("too few halts");
                verdict(1);
            end
        endcase
    end
endmodule
