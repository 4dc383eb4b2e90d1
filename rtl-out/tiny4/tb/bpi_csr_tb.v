// bpi_csr_tb.v - random register accesses and core events against a model of the registers, written from the map.
`timescale 1ns/1ps
module tb;
    localparam ADDR_W = 32, COUNTERS = 22, STEPS = 3000;
    localparam [31:0] EXIST = 32'h003fffff;    // the counters there are
    localparam [63:0] ADDR_MASK = {64{1'b1}} >> (64 - ADDR_W), LIMIT_MASK = { ADDR_MASK[62:0], 1'b1 };   // a limit may be the end of all

    `include "bpi_bench.vh"
    integer step, index;
    reg [31:0] rnd;

    // --- Device under test ------------------------------------------------
    reg         rst = 1;
    reg  [11:0] awaddr = 0, araddr = 0;
    reg         awvalid = 0, wvalid = 0, bready = 0, arvalid = 0, rready = 0;
    reg  [31:0] wdata = 0;
    reg  [3:0]  wstrb = 0;
    wire        awready, wready, bvalid, arready, rvalid, irq, start, reset;
    wire [1:0]  bresp, rresp;
    localparam COUNT_W = 20;
    wire [31:0] rdata;
    wire [COUNT_W-1:0] count;
    wire [ADDR_W-1:0] program_base, window_base;
    wire [ADDR_W:0]   window_limit;
    reg         busy = 0, done = 0, error_valid = 0;
    reg  [7:0]  error_cause = 0;
    reg  [ADDR_W-1:0] error_addr = 0;
    reg  [31:0] error_instruction = 0;
    reg         count_enable = 0;
    reg  [31:0] inc [0:COUNTERS-1];

    bpi_csr #(.ADDR_W(ADDR_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
        .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
        .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
        .irq_o(irq), .start_o(start), .reset_o(reset), .program_o(program_base), .count_o(count),
        .window_base_o(window_base), .window_limit_o(window_limit),
        .inc_cycles_i(inc[0][0:0]),
        .inc_array_busy_i(inc[1][0:0]),
        .inc_useful_macs_i(inc[2][6:0]),
        .inc_idle_lanes_i(inc[3][6:0]),
        .inc_zeros_multiplied_i(inc[4][6:0]),
        .inc_dynamic_reads_i(inc[6][0:0]),
        .inc_dynamic_writes_i(inc[7][0:0]),
        .inc_stationary_reads_i(inc[8][0:0]),
        .inc_stationary_writes_i(inc[9][0:0]),
        .inc_accumulator_reads_i(inc[10][1:0]),
        .inc_accumulator_writes_i(inc[11][1:0]),
        .inc_dram_bytes_read_i(inc[12][2:0]),
        .inc_dram_bytes_written_i(inc[13][2:0]),
        .inc_reorganize_cycles_i(inc[14][0:0]),
        .inc_reorganize_bytes_i(inc[15][2:0]),
        .inc_stall_load_i(inc[16][0:0]),
        .inc_stall_store_i(inc[17][0:0]),
        .inc_stall_token_i(inc[18][0:0]),
        .inc_stall_accumulator_i(inc[19][0:0]),
        .inc_stall_stationary_i(inc[20][0:0]),
        .inc_prologue_cycles_i(inc[21][0:0]),
        .busy_i(busy), .done_i(done), .error_valid_i(error_valid), .error_cause_i(error_cause),
        .error_addr_i(error_addr), .error_instruction_i(error_instruction[COUNT_W-1:0])
    );

    // --- Model ------------------------------------------------------------
    reg        m_enable, m_done, m_error;
    reg [7:0]  m_cause;
    reg [63:0] m_error_addr, m_program, m_base, m_limit, m_sum [0:COUNTERS-1];
    reg [63:0] m_kept;                              // the counter whose low word was read last
    reg [31:0] m_error_instruction, m_count, old, mixed, ones;
    integer    starts = 0, resets = 0, seen_starts = 0, seen_resets = 0;

    always @(posedge clk) if (!rst) begin
        if (start) seen_starts = seen_starts + 1;
        if (reset) seen_resets = seen_resets + 1;
    end

    // Increments follow the counters' cycles, so the model of the sums does too.
    always @(posedge clk) begin
        m_sum[0] = start ? 64'd0 : m_sum[0] + inc[0][0:0];
        inc[0] <= count_enable ? random(0) : 32'd0;
        m_sum[1] = start ? 64'd0 : m_sum[1] + inc[1][0:0];
        inc[1] <= count_enable ? random(0) : 32'd0;
        m_sum[2] = start ? 64'd0 : m_sum[2] + inc[2][6:0];
        inc[2] <= count_enable ? random(0) : 32'd0;
        m_sum[3] = start ? 64'd0 : m_sum[3] + inc[3][6:0];
        inc[3] <= count_enable ? random(0) : 32'd0;
        m_sum[4] = start ? 64'd0 : m_sum[4] + inc[4][6:0];
        inc[4] <= count_enable ? random(0) : 32'd0;
        m_sum[6] = start ? 64'd0 : m_sum[6] + inc[6][0:0];
        inc[6] <= count_enable ? random(0) : 32'd0;
        m_sum[7] = start ? 64'd0 : m_sum[7] + inc[7][0:0];
        inc[7] <= count_enable ? random(0) : 32'd0;
        m_sum[8] = start ? 64'd0 : m_sum[8] + inc[8][0:0];
        inc[8] <= count_enable ? random(0) : 32'd0;
        m_sum[9] = start ? 64'd0 : m_sum[9] + inc[9][0:0];
        inc[9] <= count_enable ? random(0) : 32'd0;
        m_sum[10] = start ? 64'd0 : m_sum[10] + inc[10][1:0];
        inc[10] <= count_enable ? random(0) : 32'd0;
        m_sum[11] = start ? 64'd0 : m_sum[11] + inc[11][1:0];
        inc[11] <= count_enable ? random(0) : 32'd0;
        m_sum[12] = start ? 64'd0 : m_sum[12] + inc[12][2:0];
        inc[12] <= count_enable ? random(0) : 32'd0;
        m_sum[13] = start ? 64'd0 : m_sum[13] + inc[13][2:0];
        inc[13] <= count_enable ? random(0) : 32'd0;
        m_sum[14] = start ? 64'd0 : m_sum[14] + inc[14][0:0];
        inc[14] <= count_enable ? random(0) : 32'd0;
        m_sum[15] = start ? 64'd0 : m_sum[15] + inc[15][2:0];
        inc[15] <= count_enable ? random(0) : 32'd0;
        m_sum[16] = start ? 64'd0 : m_sum[16] + inc[16][0:0];
        inc[16] <= count_enable ? random(0) : 32'd0;
        m_sum[17] = start ? 64'd0 : m_sum[17] + inc[17][0:0];
        inc[17] <= count_enable ? random(0) : 32'd0;
        m_sum[18] = start ? 64'd0 : m_sum[18] + inc[18][0:0];
        inc[18] <= count_enable ? random(0) : 32'd0;
        m_sum[19] = start ? 64'd0 : m_sum[19] + inc[19][0:0];
        inc[19] <= count_enable ? random(0) : 32'd0;
        m_sum[20] = start ? 64'd0 : m_sum[20] + inc[20][0:0];
        inc[20] <= count_enable ? random(0) : 32'd0;
        m_sum[21] = start ? 64'd0 : m_sum[21] + inc[21][0:0];
        inc[21] <= count_enable ? random(0) : 32'd0;
    end

    function [32:0] model_read(input [11:0] address);   // {mapped, value}
        begin
            model_read = {1'b1, 32'd0};
            case (address & 12'hffc)
                12'h000: model_read[31:0] = 32'h32495042;
                12'h004: model_read[31:0] = {16'd0, 8'd1, 8'd0 };
                12'h008: model_read[31:0] = 32'he481bd44;
                12'h00c: model_read[2]    = m_enable;
                12'h010: model_read[31:0] = {16'd0, m_cause, 4'd0, !busy, m_error, m_done, busy};
                12'h014: model_read[31:0] = m_error_addr[31:0];
                12'h018: model_read[31:0] = m_error_addr[63:32];
                12'h01c: model_read[31:0] = m_error_instruction;
                12'h020: model_read[31:0] = m_program[31:0];
                12'h024: model_read[31:0] = m_program[63:32];
                12'h028: model_read[31:0] = m_count;
                12'h030: model_read[31:0] = m_base[31:0];
                12'h034: model_read[31:0] = m_base[63:32];
                12'h038: model_read[31:0] = m_limit[31:0];
                12'h03c: model_read[31:0] = m_limit[63:32];
                12'h040: model_read[31:0] = EXIST;
                default:
                    if (!is_counter(address)) model_read = 33'd0;
                    else if (exists(address)) model_read[31:0] = address[2] ? m_kept[63:32] : m_sum[(address - 12'h100) >> 3][31:0];
            endcase
        end
    endfunction

    function is_counter(input [11:0] address);
        is_counter = address >= 12'h100 && address < 12'h100 + 8 * COUNTERS;
    endfunction

    function exists(input [11:0] address);
        exists = is_counter(address) && EXIST[(address - 12'h100) >> 3];
    endfunction

    // Reading a counter's low word keeps the whole.
    task model_keep(input [11:0] address);
        if (exists(address) && !address[2]) m_kept = m_sum[(address - 12'h100) >> 3];
    endtask

    function is_writable(input [11:0] address);
        is_writable = address[11:2] == 10'h003 || address[11:2] == 10'h004
                   || (address >= 12'h020 && address < 12'h02c) || (address >= 12'h030 && address < 12'h040);
    endfunction

    task model_error(input [7:0] cause, input [63:0] address, input [31:0] instruction);
        if (!m_error) begin
            m_error = 1;
            m_cause = cause;
            m_error_addr = address;
            m_error_instruction = instruction & ({32{1'b1} } >> (32 - COUNT_W));
        end
    endtask

    task model_write(input [11:0] address, input [31:0] data, input [3:0] strb);
        begin
            ones  = data & { {8{strb[3]}}, {8{strb[2]}}, {8{strb[1]}}, {8{strb[0]}} };
            old   = model_read(address);
            mixed = (old & ~{ {8{strb[3]}}, {8{strb[2]}}, {8{strb[1]}}, {8{strb[0]}} }) | ones;
            case (address & 12'hffc)
                12'h00c: begin
                    if (strb[0]) m_enable = data[2];
                    if (ones[1]) begin
                        resets = resets + 1;
                        m_done = 0;
                        m_error = 0;
                        m_cause = 0;
                    end else if (ones[0] && busy) model_error(8'd11, 0, 0);
                    else if (ones[0]) begin
                        starts = starts + 1;
                        m_done = 0;
                    end
                end
                12'h010: begin
                    if (ones[1]) m_done = 0;
                    if (ones[2]) begin
                        m_error = 0;
                        m_cause = 0;
                    end
                end
                12'h020: m_program[31:0]  = mixed;
                12'h024: m_program[63:32] = mixed & ADDR_MASK[63:32];
                12'h028: m_count          = mixed & ({32{1'b1} } >> (32 - COUNT_W));
                12'h030: m_base[31:0]     = mixed;
                12'h034: m_base[63:32]    = mixed & ADDR_MASK[63:32];
                12'h038: m_limit[31:0]    = mixed;
                12'h03c: m_limit[63:32]   = mixed & LIMIT_MASK[63:32];
                default: ;
            endcase
        end
    endtask

    wire [64:0] limit_65 = { 1'b0, m_limit };

    // --- Accesses with random timing of every channel ---------------------
    always @(posedge clk) if (wvalid && wready) wvalid <= 0;
    reg aw_done, w_done, b_done, ar_done, r_done, aw_now, w_now, ar_now;
    reg [31:0] r_value;
    reg [1:0]  response;

    task access_write(input [11:0] address, input [31:0] data, input [3:0] strb);
        begin
            aw_done = 0;
            w_done  = 0;
            b_done  = 0;
            while (!b_done) begin
                rnd = random(0);
                aw_now = !aw_done && (awvalid || rnd[0]);
                w_now  = !w_done && (wvalid || rnd[1]);
                awvalid <= aw_now;
                awaddr  <= aw_now ? address : rnd[31:20];
                wvalid  <= w_now;
                wdata   <= w_now ? data : rnd;
                wstrb   <= w_now ? strb : rnd[7:4];
                bready  <= rnd[2];
                @(posedge clk);
                if (awvalid && awready) aw_done = 1;
                if (wvalid && wready)   w_done = 1;
                if (bvalid && bready) begin
                    b_done = 1;
                    response = bresp;
                end
                if (aw_done) awvalid <= 0;
                #1;
            end
            bready <= 0;
        end
    endtask

    task access_read(input [11:0] address);
        begin
            ar_done = 0;
            r_done  = 0;
            while (!r_done) begin
                rnd = random(0);
                ar_now = !ar_done && (arvalid || rnd[0]);
                arvalid <= ar_now;
                araddr  <= ar_now ? address : rnd[31:20];
                rready  <= rnd[2];
                @(posedge clk);
                if (arvalid && arready) ar_done = 1;
                if (rvalid && rready) begin
                    r_done = 1;
                    r_value = rdata;
                    response = rresp;
                end
                if (ar_done) arvalid <= 0;
                #1;
            end
            rready <= 0;
        end
    endtask

    // A read of STATUS whose address comes `late` cycles after a write of CTRL: how soon it shows what was written.
    task status_after_write(input [31:0] data, input integer late, input exact, input shows);
        integer wait_cycles;
        begin
            awvalid <= 1; awaddr <= 12'h00c; wvalid <= 1; wdata <= data; wstrb <= 4'hf; bready <= 1; rready <= 1;
            wait_cycles = 0;
            while (wait_cycles < late) begin
                @(posedge clk);
                #1 awvalid <= 0;
                wait_cycles = wait_cycles + 1;
            end
            arvalid <= 1;
            araddr  <= 12'h010;
            @(posedge clk);
            #1 arvalid <= 0;
            awvalid <= 0;
            while (!rvalid) @(posedge clk) #1;
            if (exact) same({rdata[3], rdata[0]}, {!shows, shows}, "idle and busy in STATUS");
            repeat (4) @(posedge clk);
            #1 bready <= 0;
            rready <= 0;
            model_write(12'h00c, data, 4'hf);
        end
    endtask

    // A reset leaves 0 in every register that can hold something else.
    task hard_reset;
        begin
            rst         <= 1;
            busy        <= 0;
            done        <= 0;
            error_valid <= 0;
            repeat (2) @(posedge clk);
            #1 rst <= 0;
            starts = seen_starts;
            resets = seen_resets;
            m_enable = 0; m_done = 0; m_error = 0; m_cause = 0;
            m_error_addr = 0; m_error_instruction = 0; m_program = 0; m_count = 0; m_base = 0; m_limit = 0;
            for (index = 0; index < COUNTERS; index = index + 1) m_sum[index] = 0;
            m_kept = 0;
            @(posedge clk);
            #1 same(irq, 0, "irq");
            for (index = 0; index < 64 + 2 * COUNTERS; index = index + 1) begin
                address  = index < 64 ? 4 * index : 12'h100 + 4 * (index - 64);
                expected = model_read(address);
                model_keep(address);
                access_read(address);
                same({address, response == 2'b00, r_value}, {address, expected}, "address, mapped, value");
            end
        end
    endtask

    // A pulse to the core ends with a reset in the same cycle.
    task reset_ends_pulse(input [31:0] pulse);    // 1 START, 2 RESET
        begin
            awvalid <= 1;
            awaddr  <= 12'h00c;
            wvalid  <= 1;
            wdata   <= pulse;
            wstrb   <= 4'hf;
            @(posedge clk);
            #1 awvalid <= 0;
            repeat (4) if ({reset, start} == 2'd0) @(posedge clk) #1;
            same({reset, start}, pulse[1:0], "reset and start");
            rst <= 1;
            @(posedge clk);
            #1 same({reset, start}, 0, "reset and start");
            hard_reset;
        end
    endtask

    // --- Program ----------------------------------------------------------
    reg [11:0] address;
    reg [31:0] data;
    reg [3:0]  strb;
    reg [32:0] expected;
    initial begin
        m_enable = 0; m_done = 0; m_error = 0; m_cause = 0;
        m_error_addr = 0; m_error_instruction = 0; m_program = 0; m_count = 0; m_base = 0; m_limit = 0;
        for (index = 0; index < COUNTERS; index = index + 1) begin
            m_sum[index] = 0;
            inc[index] = 0;
        end
        repeat (4) @(posedge clk);
        hard_reset;
        // START and reset show in STATUS before the core says that it is busy
        for (index = 1; index <= 2; index = index + 1) begin
            status_after_write(32'd1 << (index - 1), 0, 1, 0);
            status_after_write(32'd1 << (index - 1), 1, 1, 1);
        end
        reset_ends_pulse(1);
        reset_ends_pulse(2);
        for (step = 0; step < STEPS; step = step + 1) begin
            if (step == STEPS / 2) hard_reset;
            // core events, one at a time
            rnd = random(0);
            if (rnd[2:0] == 0) busy <= rnd[30:28] == 0;
            if (rnd[7:4] == 0) begin
                done <= 1;
                m_done = 1;
            end else if (rnd[7:4] == 1) begin
                error_valid       <= 1;
                error_cause       <= rnd[15:8];
                error_addr        <= {random(0), random(0)};
                error_instruction <= random(0);
            end
            if (rnd[18:16] == 0) count_enable <= 1;
            @(posedge clk);
            #1 if (error_valid) model_error(error_cause, error_addr & ADDR_MASK, error_instruction);
            done         <= 0;
            error_valid  <= 0;
            repeat (rnd[21:20]) @(posedge clk);
            count_enable <= 0;
            repeat (4) @(posedge clk);
            #1;
            // an access
            rnd     = random(0);
            address = rnd[31:29] == 0 ? rnd : rnd[31:29] == 1 ? (rnd[0] ? 12'h00c : 12'h010) : rnd[28] ? rnd[5:0] : 12'h100 + rnd[7:0];
            strb    = rnd[12] ? 4'hf : rnd[16:13];
            if (rnd[20]) begin
                data = random(0);
                if (address[11:2] == 10'h003) data[1] = data[1] && data[7];
                access_write(address, data, strb);
                model_write(address, data, strb);
                same({address, response}, {address, is_writable(address) ? 2'b00 : 2'b10}, "address and response of a write");
            end else begin
                expected = model_read(address);
                model_keep(address);
                access_read(address);
                same({address, response == 2'b00, r_value}, {address, expected}, "address, mapped, value");
            end
            repeat (3) @(posedge clk);
            #1;
            same(irq, m_enable && (m_done || m_error), "irq");
            same({seen_starts, seen_resets}, {starts, resets}, "starts and resets");
            check({program_base, window_base, window_limit, count} === {m_program[ADDR_W-1:0], m_base[ADDR_W-1:0], limit_65[ADDR_W:0], m_count[COUNT_W-1:0]}, "what the core is given");
        end
        if (starts <= 10 || resets <= 10) fail("too few starts or resets");
        verdict(1);
    end
endmodule
