// bpi_selftest_tb.v - self-test: the whole accelerator runs every pass of a small layer, and all results are compared.
// Prints PASS <n> checks, or FAIL and what was wrong first.  Commands, and what its files hold: selftest/README.md.
/* verilator lint_off WIDTH */    // it counts in integers
module bpi_selftest_tb;
    localparam ADDR_W = 32, BEAT = 4, DATA_W = 8 * BEAT;
    localparam BYTES = 16384, OPERATIONS = 194;
    localparam [63:0] BASE = 64'h0000000010000000;        // address of mem[0]
    localparam PATIENCE = 10000;                     // cycles of an operation, but for the wait for the interrupt

    // the only process with a delay; everything else is clocked, for simulators of two states too
    reg aclk = 0;
    always #5 aclk = !aclk;
    reg aresetn = 0;

    // --- Verdict ----------------------------------------------------------
    integer run = 0, checks = 0;
    reg     over = 0;
    function [8*32-1:0] title(input integer n);
        case (n)
            0: title = "fprop by traditional";
            1: title = "fprop by zerofree, narrow";
            2: title = "dgrad by traditional";
            3: title = "wgrad by traditional";
            4: title = "dgrad by bp";
            5: title = "wgrad by bp";
            6: title = "dgrad by zerofree";
            7: title = "wgrad by zerofree";
            default: title = "the end";
        endcase
    endfunction

    task fail(input [8*80-1:0] what);
        if (!over) begin
            over = 1;
            $display("FAIL %0s: %0s", title(run), what);
            $fatal;
        end
    endtask
    task differ(input [8*40-1:0] what, input [63:0] where, input [31:0] is, input [31:0] expected);
        if (!over) begin
            over = 1;
            $display("FAIL %0s: %0s %0h is %0h, expected %0h", title(run), what, where, is, expected);
            $fatal;
        end
    endtask

    // --- Files ------------------------------------------------------------
    reg [7:0]  mem      [0:BYTES-1];
    reg [7:0]  results  [0:BYTES-1];
    reg [79:0] script   [0:OPERATIONS-1];            // kind, offset, value, mask
    reg [31:0] mem_sum = 0, results_sum = 0, script_sum = 0;
    integer    i, n;
    initial begin
        for (i = 0; i < BYTES; i = i + 1) begin
            mem[i]     = 0;
            results[i] = 0;
        end
        for (i = 0; i < OPERATIONS; i = i + 1) script[i] = 0;
        $readmemh("selftest/memory.hex", mem);
        $readmemh("selftest/expected.hex", results);
        $readmemh("selftest/script.hex", script);
        for (i = 0; i < BYTES; i = i + 1) begin
            mem_sum     = mem_sum * 33 + mem[i];
            results_sum = results_sum * 33 + results[i];
        end
        for (i = 0; i < OPERATIONS; i = i + 1)
            script_sum = ((script_sum * 33 + script[i][79:64]) * 33 + script[i][63:32]) * 33 + script[i][31:0];
        // a byte that is not written differs from what is expected
        for (i = 0; i < OPERATIONS; i = i + 1)
            if (script[i][79:76] == COMPARE)
                for (n = 0; n < script[i][31:0] && n < BYTES; n = n + 1)
                    mem[(script[i][63:32] - BASE + n) % BYTES] = ~results[(script[i][63:32] - BASE + n) % BYTES];
    end

    // --- Device under test ------------------------------------------------
    reg  [11:0] awaddr = 0, araddr = 0;
    reg  [31:0] wdata = 0;
    reg         awvalid = 0, wvalid = 0, arvalid = 0;
    wire        awready, wready, bvalid, arready, rvalid, irq;
    wire [1:0]  bresp, rresp;
    wire [31:0] rdata;

    wire              m_arid, m_awid, m_arvalid, m_awvalid, m_wvalid, m_wlast, m_rready, m_bready, m_arlock, m_awlock;
    wire [ADDR_W-1:0] m_araddr, m_awaddr;
    wire [7:0]        m_arlen, m_awlen;
    wire [2:0]        m_arsize, m_awsize, m_arprot, m_awprot;
    wire [1:0]        m_arburst, m_awburst;
    wire [3:0]        m_arcache, m_awcache, m_arqos, m_awqos;
    wire [DATA_W-1:0] m_wdata;
    wire [BEAT-1:0]   m_wstrb;
    reg               m_arready = 0, m_awready = 0, m_wready = 0, m_rvalid = 0, m_rlast = 0, m_rid = 0, m_bvalid = 0, m_bid = 0;
    reg  [DATA_W-1:0] m_rdata = 0;

    bpi_top dut (
        .aclk(aclk), .aresetn(aresetn), .irq_o(irq),
        .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
        .s_axil_wdata(wdata), .s_axil_wstrb(4'hf), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
        .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(1'b1),
        .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
        .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(1'b1),
        .m_axi_arid(m_arid), .m_axi_araddr(m_araddr), .m_axi_arlen(m_arlen), .m_axi_arsize(m_arsize),
        .m_axi_arburst(m_arburst), .m_axi_arlock(m_arlock), .m_axi_arcache(m_arcache), .m_axi_arprot(m_arprot), .m_axi_arqos(m_arqos),
        .m_axi_arvalid(m_arvalid), .m_axi_arready(m_arready),
        .m_axi_rid(m_rid), .m_axi_rdata(m_rdata), .m_axi_rresp(2'b00), .m_axi_rlast(m_rlast),
        .m_axi_rvalid(m_rvalid), .m_axi_rready(m_rready),
        .m_axi_awid(m_awid), .m_axi_awaddr(m_awaddr), .m_axi_awlen(m_awlen), .m_axi_awsize(m_awsize),
        .m_axi_awburst(m_awburst), .m_axi_awlock(m_awlock), .m_axi_awcache(m_awcache), .m_axi_awprot(m_awprot), .m_axi_awqos(m_awqos),
        .m_axi_awvalid(m_awvalid), .m_axi_awready(m_awready),
        .m_axi_wdata(m_wdata), .m_axi_wstrb(m_wstrb), .m_axi_wlast(m_wlast),
        .m_axi_wvalid(m_wvalid), .m_axi_wready(m_wready),
        .m_axi_bid(m_bid), .m_axi_bresp(2'b00), .m_axi_bvalid(m_bvalid), .m_axi_bready(m_bready)
    );

    // --- Host: the operations of script.hex, one after the other ------------
    localparam [3:0] WRITE = 1, READ = 2, INTERRUPT = 3, COMPARE = 4;
    integer    cycle = 0, op = 0, since = 0, wrong, b;
    reg        begun = 0, next;
    reg [3:0]  kind;
    reg [11:0] offset;
    reg [31:0] value, mask, at, window_base = 0, window_limit = 0;
    reg [7:0]  got, want;

    always @(posedge aclk) if (!over) begin
        cycle = cycle + 1;
        since = since + 1;
        next  = 0;
        {kind, offset, value, mask} = script[op];
        if (cycle == 1) begin
            if (mem_sum !== 32'h4e6cc25f) fail("selftest/memory.hex is missing, or of another configuration");
            if (results_sum !== 32'h79e5b681) fail("selftest/expected.hex is missing, or of another configuration");
            if (script_sum !== 32'h87964a1e) fail("selftest/script.hex is missing, or of another configuration");
        end
        if (cycle == 8) aresetn <= 1;
        if (aresetn) case (kind)
            WRITE: begin
                if (!begun) begin
                    awaddr  <= offset;
                    wdata   <= value;
                    awvalid <= 1;
                    wvalid  <= 1;
                    begun   = 1;
                end else begin
                    if (awready === 1'b1) awvalid <= 0;
                    if (wready === 1'b1) wvalid <= 0;
                end
                if (bvalid === 1'b1) begin
                    if (bresp !== 2'b00) differ("the response to a write of register", offset, bresp, 0);
                    next = 1;
                end
                if (offset == 12'h030) window_base = value;
                if (offset == 12'h038) window_limit = value;
            end
            READ: begin
                if (!begun) begin
                    araddr  <= offset;
                    arvalid <= 1;
                    begun   = 1;
                end else if (arready === 1'b1) arvalid <= 0;
                if (rvalid === 1'b1) begin
                    checks = checks + 1;
                    if (rresp !== 2'b00 || (rdata & mask) !== value) differ("register", offset, rdata & mask, value);
                    next = 1;
                end
            end
            INTERRUPT: begin
                if (irq === 1'b1) begin
                    checks = checks + 1;
                    next   = 1;
                end else if (since > value) fail("no interrupt in time");
            end
            default: begin
                wrong = 0;
                for (i = 0; i < mask; i = i + 1) begin
                    checks = checks + 1;
                    n = (value - BASE + i) % BYTES;
                    if (mem[n] !== results[n]) begin
                        if (wrong == 0) begin
                            at   = value + i;
                            got  = mem[n];
                            want = results[n];
                        end
                        wrong = wrong + 1;
                    end
                end
                if (wrong > 0) begin
                    $display("%0d of %0d bytes are wrong", wrong, mask);
                    differ("the byte at", at, got, want);
                end
                run  = run + 1;
                next = 1;
            end
        endcase
        if (kind != INTERRUPT && since > PATIENCE) fail("the registers do not answer");
        if (next) begin
            op    = op + 1;
            begun = 0;
            since = 0;
            if (op == OPERATIONS && !over) begin
                over = 1;
                if (checks > 0) $display("PASS %0d checks", checks);
                else $display("FAIL nothing was checked");
                $finish;
            end
        end
    end

    // --- Memory: a queue of bursts for reads and one for writes, and pauses --
    localparam QUEUE = 8;
    reg [63:0]       read_at [0:QUEUE-1], write_at [0:QUEUE-1];
    reg [7:0]        read_left [0:QUEUE-1], write_left [0:QUEUE-1];
    reg              read_id [0:QUEUE-1], write_id [0:QUEUE-1];
    reg [63:0]       place;
    reg [DATA_W-1:0] line;
    reg [31:0]       noise = 32'h2545f491;
    integer          reads_in = 0, reads_out = 0, writes_in = 0, writes_out = 0, answered = 0, r, w;

    // from a place in memory, in whole beats, inside 4 KiB
    task burst(input [63:0] address, input [7:0] length, input [2:0] size, input [1:0] kind_of);
        if (kind_of !== 2'b01 || (1 << size) !== BEAT
            || address[11:0] - address % BEAT + length * BEAT >= 4096)
            fail("a burst that is not of whole beats inside 4 KiB");
    endtask

    always @(posedge aclk) if (aresetn && !over) begin
        noise = noise ^ (noise << 13);
        noise = noise ^ (noise >> 17);
        noise = noise ^ (noise << 5);

        if (^{m_arvalid, m_awvalid, m_wvalid, m_rready, m_bready} === 1'bx) fail("a valid or ready of the memory bus is unknown");

        // reads
        if (m_arvalid && m_arready) begin
            burst(m_araddr, m_arlen, m_arsize, m_arburst);
            read_at[reads_in % QUEUE]   = m_araddr & ~(BEAT - 64'd1);
            read_left[reads_in % QUEUE] = m_arlen;
            read_id[reads_in % QUEUE]   = m_arid;
            reads_in = reads_in + 1;
        end
        if (!m_rvalid || m_rready) begin
            m_rvalid <= 0;
            if (reads_in != reads_out && noise[2:0] != 0) begin
                r     = reads_out % QUEUE;
                place = read_at[r] - BASE;
                if (place >= BYTES) fail("a read outside the memory");
                for (b = 0; b < BEAT; b = b + 1) line[8*b +: 8] = mem[(place + b) % BYTES];
                m_rdata  <= line;
                m_rid    <= read_id[r];
                m_rlast  <= read_left[r] == 0;
                m_rvalid <= 1;
                if (read_left[r] == 0) reads_out = reads_out + 1;
                read_at[r]   = read_at[r] + BEAT;
                read_left[r] = read_left[r] - 1;
            end
        end
        m_arready <= reads_in - reads_out < QUEUE - 1 && noise[5:3] != 0;

        // writes
        if (m_awvalid && m_awready) begin
            burst(m_awaddr, m_awlen, m_awsize, m_awburst);
            write_at[writes_in % QUEUE]   = m_awaddr & ~(BEAT - 64'd1);
            write_left[writes_in % QUEUE] = m_awlen;
            write_id[writes_in % QUEUE]   = m_awid;
            writes_in = writes_in + 1;
        end
        if (m_wvalid && m_wready) begin
            w     = writes_out % QUEUE;
            place = write_at[w];
            for (b = 0; b < BEAT; b = b + 1)
                if (m_wstrb[b] !== 1'b0) begin
                    if (place + b < window_base || place + b >= window_limit) fail("a write outside its window");
                    mem[(place - BASE + b) % BYTES] = m_wdata[8*b +: 8];
                end
            if (m_wlast !== (write_left[w] == 0)) fail("WLAST is not at the end of a burst");
            if (write_left[w] == 0) writes_out = writes_out + 1;
            write_at[w]   = write_at[w] + BEAT;
            write_left[w] = write_left[w] - 1;
        end
        if (!m_bvalid || m_bready) begin
            m_bvalid <= 0;
            if (answered != writes_out) begin
                m_bid    <= write_id[answered % QUEUE];
                m_bvalid <= 1;
                answered = answered + 1;
            end
        end
        m_wready  <= writes_in != writes_out && noise[8:6] != 0;
        m_awready <= writes_in - answered < QUEUE - 1 && noise[11:9] != 0;
    end
endmodule
