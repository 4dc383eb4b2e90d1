// bpi_dma_read_tb.v - every burst, beat, strobe and byte of strided copies against a plain model.
// Phases: all lengths and offsets around 4 KiB; random copies; bus errors, misalignment, halts and resets; throughput.
`timescale 1ns/1ps
`include "bpi_axi_read_memory.v"
`include "bpi_part_player.v"
module tb;
    localparam DATA_W = 32, ADDR_W = 32, OUTSTANDING = 4, EB = 1, PART_W = 32, ELEMENT_W = 20;
    localparam BB = DATA_W / 8, BE = BB / EB, QUEUE = 64, LATENCY = 100;
    localparam RANDOM_COMMANDS = 200, FAULTS = 100, MAX_BYTES = 9000, LEAST = 1000;
    `include "bpi_bench.vh"

    // --- Device under test ------------------------------------------------
    reg               rst = 1, halt = 0, cmd_valid = 0, cmd_select = 0;
    reg [ADDR_W-1:0]  cmd_addr = 0;
    reg [31:0]        cmd_buf = 0;
    reg [23:0]        cmd_row_bytes = 1;
    reg [15:0]        cmd_n1 = 1, cmd_n2 = 1;
    reg signed [31:0] cmd_stride1 = 0, cmd_stride2 = 0, cmd_bufstride1 = 0, cmd_bufstride2 = 0;
    wire [1:0]        wr_valids;
    wire              wr_valid = |wr_valids;
    wire              cmd_ready, done, idle, error_valid;
    wire [ELEMENT_W-1:0] wr_addr;
    wire [BE-1:0]     wr_strb;
    wire [DATA_W-1:0] wr_data;
    wire [7:0]        bytes, error_code;
    wire [ADDR_W-1:0] error_addr;

    wire              arvalid, arready, rvalid, rready, rlast, rid;
    wire [ADDR_W-1:0] araddr;
    wire [7:0]        arlen;
    wire [2:0]        arsize;
    wire [1:0]        arburst, rresp;
    wire [DATA_W-1:0] rdata;

    // the command that is offered, as a LOAD
    reg  [511:0]      ins;
    always @* begin
        ins = { 16{32'h5a5a5a5a} };
        ins[8]  = cmd_select;
        ins[3*32 +: 64]  = cmd_addr;
        ins[5*32 +: 32]  = cmd_buf;
        ins[6*32 +: 24]  = cmd_row_bytes;
        ins[7*32 +: 16]  = cmd_n1;
        ins[7*32+16 +: 16]  = cmd_n2;
        ins[8*32 +: 32]  = cmd_stride1;
        ins[9*32 +: 32]  = cmd_stride2;
        ins[10*32 +: 32]  = cmd_bufstride1;
        ins[11*32 +: 32]  = cmd_bufstride2;
    end
    wire              part_valid, dut_valid, dut_ready, opens, reorganizes;
    wire [3:0]        part_index;
    wire [PART_W-1:0] part;
    bpi_part_player #(.PART_W(PART_W)) parts (
        .rst(rst || halt), .in_valid(cmd_valid), .in_ready(cmd_ready), .ins(ins),
        .part_valid(part_valid), .part_index(part_index), .part(part), .valid(dut_valid), .ready(dut_ready)
    );
    bpi_dma_read #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING), .ELEMENT_BYTES(EB), .ELEMENT_W(ELEMENT_W), .PART_W(PART_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .part_valid_i(part_valid), .part_index_i(part_index), .part_i(part),
        .cmd_valid_i(dut_valid), .cmd_ready_o(dut_ready), .cmd_opens_o(opens), .cmd_reorganize_o(reorganizes),
        .wr_valid_o(wr_valids), .wr_addr_o(wr_addr), .wr_strb_o(wr_strb), .wr_data_o(wr_data),
        .done_o(done), .idle_o(idle), .bytes_o(bytes), .halt_i(halt),
        .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
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

    // --- Commands accepted, and two walks over them: announced and written ---
    reg [ADDR_W-1:0] q_addr [0:QUEUE-1];
    reg [31:0]       q_buf [0:QUEUE-1];
    reg              q_select [0:QUEUE-1];
    integer          q_bytes [0:QUEUE-1], q_n1 [0:QUEUE-1], q_n2 [0:QUEUE-1];
    integer          q_s1 [0:QUEUE-1], q_s2 [0:QUEUE-1], q_b1 [0:QUEUE-1], q_b2 [0:QUEUE-1];
    integer          q_tail = 0;
    integer          a = 0, a1 = 0, a2 = 0, a_pos = 0;      // announced: command, row, plane, beats done
    integer          w = 0, w1 = 0, w2 = 0, w_pos = 0;      // written
    integer          beats_expected = 0, bytes_seen = 0, done_seen = 0, writes_seen = 0;

    function [ADDR_W-1:0] row_addr(input integer k, input integer i1, input integer i2);
        row_addr = q_addr[k % QUEUE] + { {ADDR_W{q_s1[k % QUEUE] < 0} }, q_s1[k % QUEUE] } * i1 + { {ADDR_W{q_s2[k % QUEUE] < 0} }, q_s2[k % QUEUE] } * i2;
    endfunction
    function [31:0] row_buf(input integer k, input integer i1, input integer i2);
        row_buf = q_buf[k % QUEUE] + q_b1[k % QUEUE] * i1 + q_b2[k % QUEUE] * i2;
    endfunction
    function integer row_beats(input integer k, input integer i1, input integer i2);
        row_beats = (row_addr(k, i1, i2) % BB + q_bytes[k % QUEUE] + BB - 1) / BB;
    endfunction
    function row_bad(input integer k, input integer i1, input integer i2);
        row_bad = row_addr(k, i1, i2) % EB != 0 || q_bytes[k % QUEUE] % EB != 0 ||
                  (row_addr(k, i1, i2) / EB) % BE != row_buf(k, i1, i2) % BE;
    endfunction

    integer e, n, m;
    reg [ADDR_W-1:0] base, first, here;
    reg [31:0]       at;
    reg [BE-1:0]     strb;
    reg              last_beat, last_row, failed = 0, bad_expected = 0;

    task check_burst;
        begin
            checks = checks + 1;
            if (a == q_tail) fail("burst out of nothing");
            else begin
                base = (row_addr(a, a1, a2) / BB + a_pos) * BB;
                n = row_beats(a, a1, a2) - a_pos;
                if (n > 256) n = 256;
                if (n > (4096 - base % 4096) / BB) n = (4096 - base % 4096) / BB;
                if (araddr !== base || arlen + 1 != n) fail("wrong burst");
                if (row_bad(a, a1, a2)) fail("burst of a misaligned row");
                a_pos = a_pos + n;
                if (a_pos == row_beats(a, a1, a2)) begin
                    a_pos = 0;
                    a1 = a1 + 1;
                    if (a1 == q_n1[a % QUEUE]) begin
                        a1 = 0;
                        a2 = a2 + 1;
                        if (a2 == q_n2[a % QUEUE]) begin
                            a2 = 0;
                            a = a + 1;
                        end
                    end
                end
            end
        end
    endtask

    task check_write;
        begin
            checks = checks + 1;
            writes_seen = writes_seen + 1;
            if (w == q_tail) fail("write out of nothing");
            else begin
                first = row_addr(w, w1, w2);
                base = (first / BB + w_pos) * BB;
                at = (row_buf(w, w1, w2) / BE + w_pos) * BE;
                for (e = 0; e < BE; e = e + 1) begin
                    here = base + e * EB;
                    strb[e] = here >= first && here < first + q_bytes[w % QUEUE];
                    if (strb[e])
                        for (n = 0; n < EB; n = n + 1)
                            if (wr_data[(e*EB + n)*8 +: 8] !== memory.byte_at(here + n)) fail("wrong byte");
                end
                if (wr_valids !== 2'd1 << q_select[w % QUEUE]) fail("wrong buffer");
                if (wr_addr !== at[ELEMENT_W-1:0]) fail("wrong buffer address");
                if (wr_strb !== strb) fail("wrong strobes");
                if (error_on && base == bad_addr) fail("a refused beat was written");
                w_pos = w_pos + 1;
                last_beat = w_pos == row_beats(w, w1, w2);
                last_row = w1 == q_n1[w % QUEUE] - 1 && w2 == q_n2[w % QUEUE] - 1;
                if (done !== (last_beat && last_row)) fail("done is not with the last write");
                if (last_beat) begin
                    w_pos = 0;
                    w1 = w1 + 1;
                    if (w1 == q_n1[w % QUEUE]) begin
                        w1 = 0;
                        w2 = w2 + 1;
                    end
                    if (last_row) begin
                        w2 = 0;
                        w = w + 1;
                        done_seen = done_seen + 1;
                    end
                end
            end
        end
    endtask

    // the first misaligned row of any accepted command, or the refused beat
    reg located;
    task check_error;
        begin
            checks = checks + 1;
            if (failed) fail("second error");
            if (error_code === 4) begin
                located = 0;
                for (m = w; m < q_tail; m = m + 1)
                    for (e = 0; e < q_n2[m % QUEUE]; e = e + 1)
                        for (n = 0; n < q_n1[m % QUEUE]; n = n + 1)
                            if (!located && row_bad(m, n, e)) begin
                                located = 1;
                                if (error_addr !== row_addr(m, n, e)) fail("wrong address of a misaligned row");
                            end
                if (!located) fail("misaligned, but nothing is");
            end else if (error_code === (bad_resp == 3 ? 8 : 7)) begin
                base = (row_addr(w, w1, w2) / BB + w_pos) * BB;
                if (!error_on || w == q_tail || base !== bad_addr || error_addr !== bad_addr) fail("wrong address of a refused beat");
            end else fail("wrong error code");
            failed = 1;
        end
    endtask

    // --- Phases ------------------------------------------------------------
    // 0 lengths and offsets, 1 random, 2 faults, 3 throughput, 4 end
    integer phase = 0, issued = 0, wait_idle = 0, step = 0, faults = 0, code_seen = 0, halts = 0;
    integer offset = 0, length = EB, gap, kind, limit, target, perf = 0, perf_first = 0, perf_last = 0, perf_beats = 0;
    real    rate, goal;
    reg     settle = 0, pending_x, quiet = 0, ar_was_waiting = 0, halt_due = 0;
    reg [1:0] halted = 0;
    reg [63:0] r64;

    // the next command, before it is presented
    reg [ADDR_W-1:0]  c_addr;
    reg               c_select;
    reg [31:0]        c_buf;
    reg [23:0]        c_row_bytes;
    reg [15:0]        c_n1, c_n2;
    reg signed [31:0] c_stride1, c_stride2, c_bufstride1, c_bufstride2;

    task present;
        begin
            cmd_valid <= 1;
            cmd_addr <= c_addr;
            cmd_select <= c_select;
            cmd_buf <= c_buf;
            cmd_row_bytes <= c_row_bytes;
            cmd_n1 <= c_n1;
            cmd_n2 <= c_n2;
            cmd_stride1 <= c_stride1;
            cmd_stride2 <= c_stride2;
            cmd_bufstride1 <= c_bufstride1;
            cmd_bufstride2 <= c_bufstride2;
        end
    endtask

    task random_command(input integer most);
        begin
            r64 = { $random(seed), $random(seed) };
            c_addr = r64;
            c_addr[31:28] = 4 + ($random(seed) & 7);
            if (($random(seed) & 3) == 0) begin        // the next page's address carries through all of it
                c_addr[ADDR_W-2] = 1'b0;
                for (n = 12; n < ADDR_W - 2; n = n + 1) c_addr[n] = 1'b1;
            end
            if (($random(seed) & 1) != 0) c_addr[11:0] = 4096 - ($random(seed) & (4*BB - 1));
            c_addr = c_addr & ~(EB - 1);
            kind = $random(seed) & 7;
            c_row_bytes = kind == 0 ? ($random(seed) & 32'h7fffffff) % most : ($random(seed) & 32'h7fffffff) % (kind < 5 ? 2*BB : 6*BB);
            c_row_bytes = (c_row_bytes & ~(EB - 1)) + EB;
            c_n1 = kind == 0 ? 1 + ($random(seed) & 1) : 1 + ($random(seed) & 7);
            c_n2 = kind == 0 ? 1 : 1 + ($random(seed) & 3);
            c_select = $random(seed);
            c_buf = ($random(seed) & 32'h00ffffff) * BE + (c_addr / EB) % BE;
            c_stride1 = ($random(seed) % 5000) * EB;
            c_stride2 = ($random(seed) % 100000) * EB;
            if (($random(seed) & 7) == 0) c_stride1 = 0;
            c_bufstride1 = c_stride1 / EB + ($random(seed) % 100) * BE;
            c_bufstride2 = c_stride2 / EB + ($random(seed) % 100) * BE;
        end
    endtask

    task plain_command(input [ADDR_W-1:0] address, input integer row_bytes, input integer rows, input integer stride);
        begin
            c_addr = address;
            c_buf = (address / EB) % 65536;
            c_row_bytes = row_bytes;
            c_n1 = rows;
            c_n2 = 1;
            c_stride1 = stride;
            c_bufstride1 = stride / EB;
            c_stride2 = 0;
            c_bufstride2 = 0;
            c_select = address[BB > 4 ? 4 : 3];
        end
    endtask

    // one element, or of beats wider than 256 bits so many at random that as many cases remain
    localparam WIDER = BB > 32 ? BB / 32 : 1;
    function integer skip(input unused);
        skip = WIDER == 1 ? EB : EB * (1 + ($random(seed) & 32'h7fffffff) % (2*WIDER - 1));
    endfunction
    task random_stalls;
        begin
            latency <= ($random(seed) & 3) == 0 ? 1 + ($random(seed) & 63) : 1 + ($random(seed) & 3);
            ar_stall <= ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
            r_stall <= ($random(seed) & 1) ? 0 : 64 * ($random(seed) & 3);
        end
    endtask

    task flush;
        begin
            q_tail = 0;
            a = 0; a1 = 0; a2 = 0; a_pos = 0;
            w = 0; w1 = 0; w2 = 0; w_pos = 0;
            failed = 0;
            error_on <= 0;
            bad_expected = 0;
        end
    endtask

    always @(posedge clk) begin
        wait_idle = wait_idle + 1;
        if (wait_idle == 60000) begin
            $display("FAIL nothing happens: cycle %0d phase %0d step %0d idle %b", cycle, phase, step, idle);
            $finish;
        end
        // --- What the device does
        if (!rst) begin
            pending_x = ^{cmd_ready, wr_valid, done, idle, error_valid, bytes};
            if (pending_x === 1'bx) fail("control unknown");
            if (halted[0] || (failed && !error_valid)) begin
                if (wr_valid || done || error_valid) fail("active although stopped");
                if (arvalid && !ar_was_waiting) fail("new burst although stopped");
            end
            ar_was_waiting = arvalid && !arready;
            if (arvalid && arready) check_burst;
            if (wr_valid) check_write;
            else if (done) fail("done without a write");
            if (error_valid) begin
                code_seen = code_seen | (1 << error_code);
                check_error;
            end
            bytes_seen = bytes_seen + bytes;
            if (bytes != 0 && bytes != BB) fail("wrong byte count");
            if (idle && (arvalid || memory.pending != 0)) fail("idle although something is owed");
            if (wr_valid && phase == 3) begin
                if (perf_beats == 0) perf_first = cycle;
                perf_last = cycle;
                perf_beats = perf_beats + 1;
            end
            if (cmd_valid && cmd_ready) begin
                q_addr[q_tail % QUEUE] = cmd_addr;
                q_buf[q_tail % QUEUE] = cmd_buf;
                q_select[q_tail % QUEUE] = cmd_select;
                q_bytes[q_tail % QUEUE] = cmd_row_bytes;
                q_n1[q_tail % QUEUE] = cmd_n1;
                q_n2[q_tail % QUEUE] = cmd_n2;
                q_s1[q_tail % QUEUE] = cmd_stride1;
                q_s2[q_tail % QUEUE] = cmd_stride2;
                q_b1[q_tail % QUEUE] = cmd_bufstride1;
                q_b2[q_tail % QUEUE] = cmd_bufstride2;
                q_tail = q_tail + 1;
                issued = issued + 1;
                wait_idle = 0;
                cmd_valid <= 0;
            end
            halted = { halted[0], halt };
        end
        // --- What comes next
        if (cycle == 4) rst <= 0;
        if (cycle > 6 && (!cmd_valid || cmd_ready)) case (phase)
            0: begin
                // one row of each length at each offset, from two beats below 4 KiB to two above; of wide beats, some of them
                if (q_tail - w < QUEUE - 2) begin
                    if (offset == 4*BB) begin
                        if (idle && w == q_tail) begin
                            phase = 1;
                            issued = 0;
                        end
                    end else begin
                        plain_command(32'h40001000 - 2*BB + offset + (length & 7) * 8192, length, 1, 0);
                        present;
                        if (length >= 3*BB) begin
                            length = EB;
                            offset = offset + skip(0);
                            if (offset > 4*BB) offset = 4*BB;
                            random_stalls;
                        end else length = length + skip(0);
                    end
                end
            end
            1: begin
                if (issued == RANDOM_COMMANDS) begin
                    if (idle && w == q_tail && !settle) settle = 1;
                    else if (settle) begin
                        settle = 0;
                        if (bytes_seen != writes_seen * BB) fail("bytes read do not match the writes");
                        if (memory.beats != writes_seen) fail("beats read do not match the writes");
                        phase = 2;
                        step = 0;
                        flush;
                    end
                end else if (q_tail - w < QUEUE - 2 && ($random(seed) & 3) == 0) begin
                    random_command(MAX_BYTES);
                    present;
                    if (($random(seed) & 15) == 0) random_stalls;
                end
            end
            2: begin
                // some commands; then a fault in one of them, or a halt; then idle, then (mostly) reset
                if (step < 6) begin
                    if (($random(seed) & 3) == 0 && !failed && !halt) begin
                        random_command(600);
                        step = step + 1;
                        kind = $random(seed) & 15;
                        if (kind < 3 && !bad_expected) begin
                            bad_expected = 1;
                            if (kind == 0) c_buf = c_buf ^ 1;
                            if (kind == 1 && (c_n1 > 1 || c_n2 > 1)) begin
                                c_bufstride1 = c_bufstride1 + 1;
                                c_bufstride2 = c_bufstride2 - 1;
                            end
                            if (kind == 2 && ($random(seed) & 1)) c_addr = c_addr + 1;
                            else if (kind == 2) c_row_bytes = c_row_bytes + 1;
                        end else if (kind < 9 && !bad_expected) begin
                            bad_expected = 1;
                            bad_addr <= ((c_addr + (($random(seed) & 3) != 0 ? 0 : c_row_bytes - EB)) / BB) * BB;
                            bad_resp <= 2 + ($random(seed) & 1);
                            error_on <= 1;
                        end
                        present;
                    end
                end
                if (($random(seed) & 127) == 0) halt_due = 1;
            end
            3: begin
                // rows of `perf` beats at a latency of 100 cycles: one command, or one command each
                if (step == 0) begin
                    if (idle) begin
                        latency <= LATENCY;
                        ar_stall <= 0;
                        r_stall <= 0;
                        perf_beats = 0;
                        target = perf > 9 ? 40 : 600;
                        limit = 0;
                        step = 1;
                    end
                end else if (perf == 3 && limit < target && q_tail - w < QUEUE - 2) begin
                    plain_command(32'h50000000 + limit * 8*BB, 3*BB, 1, 0);
                    present;
                    limit = limit + 1;
                end else if (perf != 3 && limit == 0) begin
                    plain_command(32'h50000000, perf*BB, target, perf > 9 ? 4096 : 8*BB);
                    present;
                    limit = target;
                end else if (limit == target && q_tail != 0 && w == q_tail && idle) begin
                    rate = (perf_beats - 1.0) / (perf_last - perf_first);
                    goal = OUTSTANDING * perf / (109.0 + perf);
                    if (perf > 9 && 4096/BB < perf) goal = OUTSTANDING * (4096.0/BB) / (109.0 + 4096.0/BB);
                    if (perf == 3 && goal > 3.0 / (512 / PART_W + 6)) goal = 3.0 / (512 / PART_W + 6);   // a command comes in parts
                    if (goal > 1.0) goal = 1.0;
                    checks = checks + 1;
                    $display("rate: rows of %0d beats at %0d cycles, %0d bursts in flight: %0.3f beats a cycle, at least %0.3f wanted",
                             perf, LATENCY, OUTSTANDING, rate, 0.97 * goal);
                    if (rate < 0.97 * goal || perf_beats != target * perf) fail("too slow");
                    perf = perf == 6 ? 16 : perf == 16 ? 64 : perf + 1;
                    if (perf * BB > 4096 || perf > 64) phase = 4;
                    step = 0;
                end
            end
            4: begin
                if (code_seen != 'h190) fail("not every error was seen");
                if (halts < 20) fail("too few halts");
                verdict(1);
            end
        endcase
        // faults and halts
        if (phase == 2 && cycle > 6) begin
            if (rst) begin
                rst <= 0;
                step = 0;
            end else if (halt || failed) begin
                if (($random(seed) & 7) == 0) halt <= 1;
                if (cmd_valid && cmd_ready) cmd_valid <= ($random(seed) & 1);
                if (halt && halted[1] && idle && !quiet) quiet = !cmd_valid;
                else if (quiet) begin
                    quiet = 0;
                    if (!idle) fail("idle did not last");
                    faults = faults + 1;
                    halt <= 0;
                    halted = 0;
                    rst <= failed || ($random(seed) & 1);
                    cmd_valid <= 0;
                    flush;
                    step = 0;
                    random_stalls;
                    if (faults >= FAULTS && ((code_seen == 'h190 && halts >= 20) || faults == 4*FAULTS)) begin
                        phase = 3;
                        rst <= 1;
                        perf = 1;
                    end
                end
            end else if (halt_due) begin
                halt <= 1;
                halt_due = 0;
                halts = halts + 1;
            end else if (step == 6 && idle && !cmd_valid && w == q_tail && !error_valid) begin
                flush;
                step = 0;
                random_stalls;
            end
        end
        if (phase == 3 && rst) begin
            rst <= 0;
            step = 0;
        end
    end
endmodule
