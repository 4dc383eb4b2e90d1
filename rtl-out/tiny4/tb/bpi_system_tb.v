// bpi_system_tb.v - the whole accelerator with an AXI4 memory and a scripted AXI4-Lite host.
// The memory has latency, shared bandwidth, random stalls and injected errors; written data becomes visible with its response.
// Everything comes from files in the current folder (see scripts/simulators/icarus.ts) and plusargs; results are printed as lines:
//   OP index value response met cycle | PROTOCOL cycle text | STRAY address | END cycles hang breaches strays
`timescale 1ns/1ps
module tb #(
    parameter MEMORY_BYTES = 65536,      // a power of two
    parameter OPERATIONS   = 1,          // lines in the files
    parameter DUMPS        = 0,
    parameter ALLOWED      = 0,
    parameter ERRORS       = 0,
    parameter INSIDE       = 1           // 0: the top module is a netlist, and has no wires with names
);
    localparam ADDR_W = 32, BEAT = 4, DATA_W = 8 * BEAT;
    localparam OUTSTANDING = 64;         // bursts of each kind
    localparam SETTLE = 32, PATIENCE = 20000;
    localparam EXAMPLES = 20;            // lines of a kind

    reg aclk = 0;
    always #5 aclk = !aclk;
    reg aresetn = 0;

    // --- Job --------------------------------------------------------------
    reg [7:0]   mem     [0:MEMORY_BYTES-1];
    reg [135:0] script  [0:OPERATIONS];      // kind, offset, value, mask, cycles
    reg [127:0] dumps   [0:DUMPS];           // address inside the memory: first, last
    reg [127:0] allowed [0:ALLOWED];         // first address, bytes
    reg [135:0] errors  [0:ERRORS];          // write and response, first address, bytes
    reg [63:0]  base;                        // address of mem[0]
    integer     seed, read_latency, write_latency, stall, max_cycles, i;
    real        bytes_per_cycle, most_tokens;
    reg [1023:0] name;
    initial begin
        if (!$value$plusargs("seed=%d", seed)) seed = 0;
        if (!$value$plusargs("base=%h", base)) base = 0;
        if (!$value$plusargs("read_latency=%d", read_latency)) read_latency = 1;
        if (!$value$plusargs("write_latency=%d", write_latency)) write_latency = 1;
        if (!$value$plusargs("bytes_per_cycle=%f", bytes_per_cycle)) bytes_per_cycle = BEAT;
        if (!$value$plusargs("most_tokens=%f", most_tokens)) most_tokens = BEAT;
        if (!$value$plusargs("stall=%d", stall)) stall = 0;
        if (!$value$plusargs("max_cycles=%d", max_cycles)) max_cycles = 1000000;
        $readmemh("memory.hex", mem);
        $readmemh("script.hex", script);
        if (DUMPS > 0)   $readmemh("dumps.hex", dumps);
        if (ALLOWED > 0) $readmemh("allowed.hex", allowed);
        if (ERRORS > 0)  $readmemh("errors.hex", errors);
        if ($value$plusargs("waves=%s", name)) begin
            $dumpfile(name);
            $dumpvars(0, tb);
        end
    end

    // The low bits of $random(seed) repeat quickly: stir them.
    function [31:0] random(input unused);
        begin
            random = $random(seed);
            random = (random ^ (random >> 15)) * 32'h2c1b3c6d;
            random = random ^ (random >> 13);
        end
    endfunction
    function stalls(input unused);
        stalls = stall != 0 && random(0) % 100 < stall;
    endfunction

    // --- Device under test ------------------------------------------------
    reg  [11:0] awaddr = 0;
    reg  [31:0] wdata = 0;
    reg         awvalid = 0, wvalid = 0, bready = 0, arvalid = 0, rready = 0;
    wire        awready, wready, bvalid, arready, rvalid, irq;
    wire [1:0]  bresp, rresp;
    wire [31:0] rdata;

    wire              m_arid, m_awid, m_arvalid, m_awvalid, m_wvalid, m_wlast, m_rready, m_bready, m_arlock, m_awlock;
    wire [ADDR_W-1:0] m_araddr, m_awaddr;
    wire [7:0]        m_arlen, m_awlen;
    wire [2:0]        m_arsize, m_awsize;
    wire [1:0]        m_arburst, m_awburst;
    wire [3:0]        m_arcache, m_awcache, m_arqos, m_awqos;
    wire [2:0]        m_arprot, m_awprot;
    wire [DATA_W-1:0] m_wdata;
    wire [BEAT-1:0]   m_wstrb;
    reg               m_arready = 0, m_awready = 0, m_wready = 0, m_rvalid = 0, m_rlast = 0, m_rid = 0, m_bvalid = 0, m_bid = 0;
    reg  [1:0]        m_rresp = 0, m_bresp = 0;
    reg  [DATA_W-1:0] m_rdata = 0;

    bpi_top dut (
        .aclk(aclk), .aresetn(aresetn), .irq_o(irq),
        .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(4'hf), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
        .s_axil_araddr(awaddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
        .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
        .m_axi_arid(m_arid), .m_axi_araddr(m_araddr), .m_axi_arlen(m_arlen), .m_axi_arsize(m_arsize),
        .m_axi_arburst(m_arburst), .m_axi_arlock(m_arlock), .m_axi_arcache(m_arcache), .m_axi_arprot(m_arprot), .m_axi_arqos(m_arqos),
        .m_axi_arvalid(m_arvalid), .m_axi_arready(m_arready),
        .m_axi_rid(m_rid), .m_axi_rdata(m_rdata), .m_axi_rresp(m_rresp), .m_axi_rlast(m_rlast),
        .m_axi_rvalid(m_rvalid), .m_axi_rready(m_rready),
        .m_axi_awid(m_awid), .m_axi_awaddr(m_awaddr), .m_axi_awlen(m_awlen), .m_axi_awsize(m_awsize),
        .m_axi_awburst(m_awburst), .m_axi_awlock(m_awlock), .m_axi_awcache(m_awcache), .m_axi_awprot(m_awprot), .m_axi_awqos(m_awqos),
        .m_axi_awvalid(m_awvalid), .m_axi_awready(m_awready),
        .m_axi_wdata(m_wdata), .m_axi_wstrb(m_wstrb), .m_axi_wlast(m_wlast),
        .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready),
        .m_axi_bid(m_bid), .m_axi_bresp(m_bresp), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready)
    );

    // --- Protocol ---------------------------------------------------------
    integer cycle = 0;                   // after reset
    wire [47:0] ar = {m_arid, m_arlen, m_arsize, m_arburst, m_arlock};
    wire [47:0] aw = {m_awid, m_awlen, m_awsize, m_awburst, m_awlock};
    reg [47:0]  ar_q, aw_q;
    reg [ADDR_W-1:0] araddr_q, awaddr_q;
    reg [DATA_W+BEAT:0] w_q;
    reg [34:0] reply_q;
    reg        ar_waits = 0, aw_waits = 0, w_waits = 0, b_waits = 0, r_waits = 0;
    wire [DATA_W+BEAT:0] w = {m_wdata, m_wstrb, m_wlast};

    integer breaches = 0, strays = 0;
    task breach(input ok, input [8*40-1:0] message);
        if (!ok) begin
            if (breaches < EXAMPLES) $display("PROTOCOL %0d %0s", cycle, message);
            breaches = breaches + 1;
        end
    endtask

    function fits(input [ADDR_W-1:0] address, input [7:0] length);    // in 4 KiB
        fits = {1'b0, address[11:0] & ~(BEAT - 12'd1)} + length * BEAT < 13'd4096;
    endfunction

    always @(posedge aclk) if (aresetn) begin
        breach(^{m_arvalid, m_awvalid, m_wvalid, m_rready, m_bready, irq} !== 1'bx, "bus control is unknown");
        breach(^{awready, wready, bvalid, arready, rvalid} !== 1'bx, "AXI4-Lite control is unknown");
        if (m_arvalid) breach(^{ar, m_araddr} !== 1'bx, "AR is unknown");
        if (m_awvalid) breach(^{aw, m_awaddr} !== 1'bx, "AW is unknown");
        if (m_wvalid)  breach(^{m_wstrb, m_wlast} !== 1'bx, "W strobe or WLAST is unknown");
        if (ar_waits) breach(m_arvalid, "AR valid fell before ready");
        if (aw_waits) breach(m_awvalid, "AW valid fell before ready");
        if (w_waits)  breach(m_wvalid, "W valid fell before ready");
        if (ar_waits && m_arvalid) breach({ar, m_araddr} === {ar_q, araddr_q}, "AR changed while waiting");
        if (aw_waits && m_awvalid) breach({aw, m_awaddr} === {aw_q, awaddr_q}, "AW changed while waiting");
        if (w_waits && m_wvalid)   breach(w === w_q, "W changed while waiting");
        if (b_waits) breach(bvalid && bresp === reply_q[1:0], "AXI4-Lite B changed while waiting");
        if (r_waits) breach(rvalid && {rdata, rresp} === reply_q[33:0], "AXI4-Lite R changed while waiting");
        if (m_arvalid && m_arready) begin
            breach(m_arburst == 2'b01, "AR burst is not INCR");
            breach((1 << m_arsize) == BEAT, "AR size is not the bus width");
            breach(!m_arlock, "AR lock is set");
            breach({m_arcache, m_arprot, m_arqos} === {4'b0011, 3'd0, 4'd0}, "AR cache, prot or qos is not as documented");
            breach(fits(m_araddr, m_arlen), "AR burst crosses a 4 KiB boundary");
        end
        if (m_awvalid && m_awready) begin
            breach(m_awburst == 2'b01, "AW burst is not INCR");
            breach((1 << m_awsize) == BEAT, "AW size is not the bus width");
            breach(!m_awlock, "AW lock is set");
            breach({m_awcache, m_awprot, m_awqos} === {4'b0011, 3'd0, 4'd0}, "AW cache, prot or qos is not as documented");
            breach(fits(m_awaddr, m_awlen), "AW burst crosses a 4 KiB boundary");
        end
        ar_waits <= m_arvalid && !m_arready;
        aw_waits <= m_awvalid && !m_awready;
        w_waits  <= m_wvalid && !m_wready;
        b_waits  <= bvalid && !bready;
        r_waits  <= rvalid && !rready;
        ar_q     <= ar;
        aw_q     <= aw;
        araddr_q <= m_araddr;
        awaddr_q <= m_awaddr;
        w_q      <= w;
        reply_q  <= rvalid ? {rdata, rresp} : bresp;
    end

    // --- Memory: queues of bursts, rings indexed by counts ------------------
    // Reads have a ring for each ID (index: ID, then place); data of writes waits in a ring of beats.
    localparam BEATS = 256 * OUTSTANDING;
    reg [63:0]  read_addr [0:2*OUTSTANDING-1];
    integer     read_ready [0:2*OUTSTANDING-1];
    reg [8:0]   read_left [0:2*OUTSTANDING-1];
    integer     read_in [0:1], read_out [0:1];
    reg [63:0]  write_addr [0:OUTSTANDING-1];
    reg [7:0]   write_len [0:OUTSTANDING-1];
    reg         write_id [0:OUTSTANDING-1];
    reg [1:0]   write_resp [0:OUTSTANDING-1];
    integer     write_ready [0:OUTSTANDING-1];
    integer     write_in = 0, write_data = 0, write_out = 0, beat = 0;
    reg [63:0]       beat_addr [0:BEATS-1];
    reg [DATA_W-1:0] beat_data [0:BEATS-1];
    reg [BEAT-1:0]   beat_strb [0:BEATS-1];
    integer     beat_in = 0, beat_out = 0;
    real        tokens = 0;
    reg         write_turn = 0, turn_id = 0, read_waits = 0, response_waits = 0;
    reg         can_write, do_read, do_write;
    reg [63:0]  at;
    reg [1:0]   error;
    reg [DATA_W-1:0] line;
    integer     slot, b, n;
    initial begin
        read_in[0] = 0; read_in[1] = 0; read_out[0] = 0; read_out[1] = 0;
    end

    function [1:0] injected(input write, input [63:0] address);
        integer k;
        begin
            injected = 0;
            for (k = 0; k < ERRORS; k = k + 1)
                if (errors[k][130] == write && address < errors[k][127:64] + errors[k][63:0] && address + BEAT > errors[k][127:64])
                    if (injected == 0) injected = errors[k][129:128];
        end
    endfunction

    function is_allowed(input [63:0] address);
        integer k;
        begin
            is_allowed = 0;
            for (k = 0; k < ALLOWED; k = k + 1)
                if (address - allowed[k][127:64] < allowed[k][63:0]) is_allowed = 1;
        end
    endfunction

    function ready_read(input id);
        ready_read = read_in[id] != read_out[id] && read_ready[{id, read_out[id][5:0]}] <= cycle;
    endfunction

    wire settled = read_in[0] == read_out[0] && read_in[1] == read_out[1] && write_in == write_out
                && !m_rvalid && !m_bvalid && !m_arvalid && !m_awvalid && !m_wvalid;

    always @(posedge aclk) if (aresetn) begin
        // what this edge takes
        read_waits     = m_rvalid && !m_rready;
        response_waits = m_bvalid && !m_bready;
        if (m_arvalid && m_arready) begin
            slot = {m_arid, read_in[m_arid][5:0]};
            read_addr[slot]  = m_araddr & ~(BEAT - 64'd1);
            read_ready[slot] = cycle + read_latency;
            read_left[slot]  = m_arlen + 1;
            read_in[m_arid]  = read_in[m_arid] + 1;
        end
        if (m_awvalid && m_awready) begin
            slot = write_in % OUTSTANDING;
            write_addr[slot] = m_awaddr;
            write_len[slot]  = m_awlen;
            write_id[slot]   = m_awid;
            write_resp[slot] = 0;
            write_in = write_in + 1;
        end
        if (m_wvalid && m_wready) begin
            slot = write_data % OUTSTANDING;
            at = (write_addr[slot] & ~(BEAT - 64'd1)) + beat * BEAT;
            for (b = 0; b < BEAT; b = b + 1)
                if (m_wstrb[b]) begin
                    breach(at + b >= write_addr[slot], "W strobe below the burst's address");
                    breach(^m_wdata[8*b +: 8] !== 1'bx, "written data is unknown");
                    if (!is_allowed(at + b)) begin
                        if (strays < EXAMPLES) $display("STRAY %h", at + b);
                        strays = strays + 1;
                    end
                end
            error = injected(1'b1, at);
            if (error > write_resp[slot]) write_resp[slot] = error;
            beat_addr[beat_in % BEATS] = at;
            beat_data[beat_in % BEATS] = m_wdata;
            beat_strb[beat_in % BEATS] = error == 0 ? m_wstrb : {BEAT{1'b0}};
            beat_in = beat_in + 1;
            breach(m_wlast || beat != write_len[slot], "WLAST is missing");
            breach(!m_wlast || beat == write_len[slot], "WLAST comes early");
            if (beat == write_len[slot]) begin
                write_ready[slot] = cycle + write_latency;
                write_data = write_data + 1;
                beat = 0;
            end else beat = beat + 1;
        end
        cycle <= cycle + 1;
    end

    // Half a cycle later, what the next edge will see
    always @(negedge aclk) if (aresetn) begin
        tokens = tokens + bytes_per_cycle;
        if (tokens > most_tokens) tokens = most_tokens;
        can_write = write_in != write_data && !stalls(0);
        do_write  = can_write && m_wvalid;
        do_read   = !read_waits && !stalls(0) && (ready_read(0) || ready_read(1));
        if (do_read && (!ready_read(turn_id) || (stall != 0 && ready_read(!turn_id) && random(0) % 4 == 0))) turn_id = !turn_id;
        if (do_read && do_write && tokens < 2 * BEAT) begin
            do_read    = !write_turn;
            do_write   = write_turn;
            write_turn = !write_turn;
        end
        if (tokens < BEAT) begin
            do_read  = 0;
            do_write = 0;
        end
        tokens = tokens - (do_read ? BEAT : 0) - (do_write ? BEAT : 0);
        m_wready <= m_wvalid ? do_write : can_write;
        if (do_read) begin
            slot  = {turn_id, read_out[turn_id][5:0]};
            at    = read_addr[slot];
            error = injected(1'b0, at);
            for (b = 0; b < BEAT; b = b + 1)
                line[8*b +: 8] = error == 0 && at + b - base < MEMORY_BYTES ? mem[at + b - base] : 8'hxx;
            m_rdata  <= line;
            m_rresp  <= error;
            m_rid    <= turn_id;
            m_rlast  <= read_left[slot] == 1;
            read_addr[slot] = at + BEAT;
            read_left[slot] = read_left[slot] - 1;
            if (read_left[slot] == 0) begin
                read_out[turn_id] = read_out[turn_id] + 1;
                if (read_in[!turn_id] != read_out[!turn_id]) turn_id = !turn_id;    // take turns, burst by burst
            end
        end
        m_rvalid <= read_waits || do_read;

        // a response makes its burst's data visible
        if (!response_waits) begin
            slot = write_out % OUTSTANDING;
            m_bvalid <= 0;
            if (write_out != write_data && write_ready[slot] <= cycle && !stalls(0)) begin
                for (n = 0; n <= write_len[slot]; n = n + 1) begin
                    for (b = 0; b < BEAT; b = b + 1)
                        if (beat_strb[beat_out % BEATS][b] && beat_addr[beat_out % BEATS] + b - base < MEMORY_BYTES)
                            mem[beat_addr[beat_out % BEATS] + b - base] = beat_data[beat_out % BEATS][8*b +: 8];
                    beat_out = beat_out + 1;
                end
                m_bid    <= write_id[slot];
                m_bresp  <= write_resp[slot];
                m_bvalid <= 1;
                write_out = write_out + 1;
            end
        end
        m_arready <= read_in[0] - read_out[0] < OUTSTANDING / 2 && read_in[1] - read_out[1] < OUTSTANDING / 2 && !stalls(0);
        m_awready <= write_in - write_out < OUTSTANDING && !stalls(0);
    end

    // --- Host -------------------------------------------------------------
    localparam [7:0] WRITE = 0, READ = 1, IRQ = 2, WAIT = 3, POLL = 4;
    integer     op = 0, since = 0;
    reg         begun = 0, address_done = 0, data_done = 0, over, met;
    reg [1:0]   response;
    reg [31:0]  value;
    wire [7:0]  kind   = op < OPERATIONS ? script[op][135:128] : WAIT;
    wire [31:0] limit  = script[op][31:0];
    wire        writes = kind == WRITE;
    wire        reads  = kind == READ || kind == POLL;

    always @(posedge aclk) if (aresetn && begun && op < OPERATIONS) begin
        if (bvalid) breach(writes && address_done && data_done, "AXI4-Lite B was not asked for");
        if (rvalid) breach(reads && address_done, "AXI4-Lite R was not asked for");
        if ((awvalid && awready) || (arvalid && arready)) address_done = 1;
        if (wvalid && wready) data_done = 1;
        response = 0;
        value    = 0;
        met      = 1;
        over     = 0;
        case (kind)
            WRITE: begin
                over     = bvalid && bready;
                response = bresp;
            end
            IRQ: begin
                met  = irq;
                over = met || cycle - since >= limit;
            end
            WAIT: over = cycle - since >= limit;
            default: if (rvalid && rready) begin
                response = rresp;
                value    = rdata;
                met      = kind == READ || (rdata & script[op][63:32]) == script[op][95:64];
                over     = met || cycle - since >= limit;
                address_done = over;     // else once more
            end
        endcase
        if (over) begin
            $display("OP %0d %0h %0d %0d %0d", op, value, response, met, cycle);
            op    <= op + 1;
            begun <= 0;
        end
    end

    always @(negedge aclk) if (aresetn) begin
        if (!begun && op < OPERATIONS) begin
            begun        = 1;
            address_done = 0;
            data_done    = 0;
            since        = cycle - 1;
        end
        awvalid <= begun && writes && !address_done && (awvalid || !stalls(0));
        wvalid  <= begun && writes && !data_done && (wvalid || !stalls(0));
        arvalid <= begun && reads && !address_done && (arvalid || !stalls(0));
        awaddr  <= script[op][107:96];
        wdata   <= script[op][95:64];
        bready  <= !stalls(0);
        rready  <= !stalls(0);
    end

    // --- Counters of time, anew from what the blocks say --------------------
    generate
        if (INSIDE) begin : gen_inside
            integer tiles, loads_taken, loads_done, marked;     // tiles that have begun and not ended; LOADs up to the last of a reorganize step
            reg seen, first, loading;                           // EXEC at the head; no vector of the tile yet; a LOAD of a reorganize step
            reg begins, ends, vector, idle;
            reg [6:0] due;
            always @(posedge aclk) if (dut.rst !== 1'b0) begin
                tiles       = 0;
                loads_taken = 0;
                loads_done  = 0;
                marked      = 0;
                seen        = 0;
                first       = 1;
                loading     = 0;
                due         = 0;
            end else begin
                breach({dut.inc_stall_load, dut.inc_stall_store, dut.inc_stall_token, dut.inc_stall_accumulator, dut.inc_stall_stationary,
                        dut.inc_prologue_cycles, dut.inc_reorganize_cycles} === due, "a counter of time is wrong");
                begins = dut.exec_valid && !seen;
                ends   = dut.item_valid && dut.item_ready && dut.item_end;
                vector = dut.item_valid && dut.item_ready && !dut.item_end;
                idle   = dut.busy && tiles == 0;
                due    = {idle && dut.wait_load, idle && dut.wait_store, idle && !dut.wait_load && !dut.wait_store && !begins,
                          dut.wait_accumulator, dut.wait_stationary, (tiles != 0 || begins) && first && !vector,
                          (dut.store_valid && dut.store_ins[7:0] == 8'd5) || loading};
                loading = marked > loads_done;
                if (dut.load_valid && dut.load_ready) begin
                    loads_taken = loads_taken + 1;
                    if (dut.load_ins[9]) marked = loads_taken;
                end
                if (dut.load_done) loads_done = loads_done + 1;
                if (dut.fetch_start) begin
                    loads_taken = 0;
                    loads_done  = 0;
                    marked      = 0;
                    loading     = 0;
                end
                tiles = tiles + begins - ends;
                seen  = dut.exec_valid && !dut.exec_ready;
                if (vector) first = 0;
                else if (ends) first = 1;
            end
        end
    endgenerate

    // --- Course of the run ------------------------------------------------
    integer script_end = 0, dump, ended = 0;
    task finish(input hang);
        begin
            ended = 1;
            $display("END %0d %0d %0d %0d", cycle, hang, breaches, strays);
            for (dump = 0; dump < DUMPS; dump = dump + 1) begin
                $sformat(name, "dump%0d.hex", dump);
                $writememh(name, mem, dumps[dump][127:64], dumps[dump][63:0]);
            end
            $finish;
        end
    endtask

    initial begin
        repeat (8) @(negedge aclk);
        breach({m_arvalid, m_awvalid, m_wvalid} === 3'b000, "valid is high in reset");
        aresetn <= 1;
    end

    always @(negedge aclk) if (aresetn && !ended) begin
        if (op < OPERATIONS) begin
            script_end = cycle;
            if (cycle >= max_cycles) finish(1);
        end else if (cycle - script_end > PATIENCE) begin
            breach(0, "bursts owed long after the script");
            finish(0);
        end else if (settled && cycle - script_end > SETTLE) finish(0);
    end
endmodule
