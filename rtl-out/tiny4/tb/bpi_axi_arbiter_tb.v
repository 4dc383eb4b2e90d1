// bpi_axi_arbiter_tb.v - clients with random bursts; each must get its own bytes, in order, whatever the other does.
`timescale 1ns/1ps
module tb;
    localparam DATA_W = 32, ADDR_W = 32, CLIENTS = 2, ID_W = 1, CYCLES = 16000;

    reg clk = 0, rst = 1;
    always #5 clk = !clk;
    integer seed, cycle = 0, errors = 0, checks = 0, perf_first = 0, perf_last = 0, perf_beats = 0, waited = 0, refusals = 0;
    initial if (!$value$plusargs("seed=%d", seed)) seed = 0;
    wire [31:0] seed_0 = seed;

    wire [CLIENTS-1:0]        arvalid, arready, rvalid, rready;
    wire [CLIENTS*ADDR_W-1:0] araddr;
    wire [CLIENTS*8-1:0]      arlen;
    wire [CLIENTS*3-1:0]      arsize;
    wire [CLIENTS*2-1:0]      arburst;
    wire [DATA_W-1:0]         rdata;
    wire [1:0]                rresp;
    wire                      rlast;
    wire              m_arvalid, m_arready, m_arid, m_rvalid, m_rready, m_rid, m_rlast;
    wire [ADDR_W-1:0] m_araddr;
    wire [7:0]        m_arlen;
    wire [2:0]        m_arsize;
    wire [1:0]        m_arburst, m_rresp;
    wire [DATA_W-1:0] m_rdata;
    reg  [31:0]       latency = 1, ar_stall = 0, r_stall = 0;
    // phase 0 random; 1 the last client alone at full speed, single beats; 2 all at full speed
    wire [1:0]        phase = cycle < CYCLES/2 ? 0 : cycle < 3*CYCLES/4 ? 1 : 2;
    wire              drain = cycle % (CYCLES/4) > CYCLES/4 - 1200;

    genvar g;
    generate
        for (g = 0; g < CLIENTS; g = g + 1) begin : gen_client
            read_client #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .CLIENT(g), .ALONE(g == CLIENTS - 1)) u_client (
                .clk(clk), .rst(rst), .seed_base(seed_0 + g), .phase(phase), .drain(drain), .arvalid(arvalid[g]), .arready(arready[g]),
                .araddr(araddr[g*ADDR_W +: ADDR_W]), .arlen(arlen[g*8 +: 8]), .arsize(arsize[g*3 +: 3]), .arburst(arburst[g*2 +: 2]),
                .rvalid(rvalid[g]), .rready(rready[g]), .rdata(rdata), .rresp(rresp), .rlast(rlast)
            );
            always @(posedge clk) if (cycle == CYCLES - 1) begin
                if (u_client.pending != 0) fail("a burst was not answered");
                errors = errors + u_client.errors;
                checks = checks + u_client.checks;
                refusals = refusals + u_client.refusals;
                if (u_client.checks < 1000) fail("too little happened");
            end
        end
    endgenerate
    bpi_axi_arbiter #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .CLIENTS(CLIENTS), .ID_W(ID_W)) dut (
        .clk_i(clk), .rst_i(rst),
        .arvalid_i(arvalid), .arready_o(arready), .araddr_i(araddr), .arlen_i(arlen), .arsize_i(arsize), .arburst_i(arburst),
        .rvalid_o(rvalid), .rready_i(rready), .rdata_o(rdata), .rresp_o(rresp), .rlast_o(rlast),
        .m_axi_arvalid_o(m_arvalid), .m_axi_arready_i(m_arready), .m_axi_arid_o(m_arid), .m_axi_araddr_o(m_araddr),
        .m_axi_arlen_o(m_arlen), .m_axi_arsize_o(m_arsize), .m_axi_arburst_o(m_arburst), .m_axi_rvalid_i(m_rvalid),
        .m_axi_rready_o(m_rready), .m_axi_rid_i(m_rid), .m_axi_rdata_i(m_rdata), .m_axi_rresp_i(m_rresp), .m_axi_rlast_i(m_rlast)
    );
    // this one beat is answered with DECERR
    localparam [ADDR_W-1:0] BAD = { 20'h70010, {(ADDR_W-20){1'b0}} };
    axi_read_memory #(.DATA_W(DATA_W), .ADDR_W(ADDR_W)) memory (
        .clk(clk), .rst(rst), .seed_base(seed), .latency(latency), .ar_stall(ar_stall), .r_stall(r_stall),
        .error_on(1'b1), .error_addr(BAD), .error_resp(2'b11),
        .arvalid(m_arvalid), .arready(m_arready), .araddr(m_araddr), .arlen(m_arlen), .arsize(m_arsize), .arburst(m_arburst),
        .arid(m_arid), .rvalid(m_rvalid), .rready(m_rready), .rdata(m_rdata), .rresp(m_rresp), .rlast(m_rlast), .rid(m_rid)
    );

    task fail(input [8*48-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 8) $display("FAIL cycle %0d phase %0d: %0s", cycle, phase, what);
            if (errors == 8) $finish;
        end
    endtask

    always @(posedge clk) begin
        cycle <= cycle + 1;
        if (cycle == 4) rst <= 0;
        if (!rst) begin
            checks = checks + 1;
            if (arready & ~(arvalid - 1'b1 ^ arvalid) & {CLIENTS{|arvalid} }) fail("a client went before a lower one");
            if (rvalid & rvalid - 1'b1) fail("one beat to two clients");
            waited = arvalid[0] && !arready[0] ? waited + 1 : 0;
            if (phase != 0 && waited > 1 && ar_stall == 0) fail("client 0 waits although there is room");
            if (phase == 1 && m_rvalid && m_rready && !drain) begin
                if (perf_beats == 0) perf_first = cycle;
                perf_last = cycle;
                perf_beats = perf_beats + 1;
            end
        end
        if (phase == 0 && cycle % 256 == 0) begin
            latency <= 1 + (seed_0 + cycle / 256 * 7) % 40;
            ar_stall <= 64 * ($random(seed) & 3);
            r_stall <= 64 * ($random(seed) & 3);
        end else if (phase != 0) begin
            latency <= 20;
            ar_stall <= 0;
            r_stall <= 0;
        end
        if (cycle == CYCLES) begin
            $display("rate: single beats from one client: %0.3f beats a cycle", (perf_beats - 1.0) / (perf_last - perf_first));
            if ((perf_beats - 1.0) / (perf_last - perf_first) < 0.97 || perf_beats < 1000) fail("too slow");
            errors = errors + memory.errors;
            checks = checks + memory.checks;
            if (refusals == 0) fail("no beat was refused");
            if (errors == 0 && checks > 0) $display("PASS %0d checks", checks);
            else $display("FAIL %0d errors in %0d checks", errors, checks);
            $finish;
        end
    end
endmodule

// Random bursts, at most 64 in flight; every beat against the hash of its address.
module read_client #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32,
    parameter CLIENT = 0,
    parameter ALONE  = 0     // has phase 1 for itself
) (
    input  wire              clk, rst,
    input  wire [31:0]       seed_base,
    input  wire [1:0]        phase,
    input  wire              drain,
    output reg               arvalid,
    input  wire              arready,
    output reg  [ADDR_W-1:0] araddr,
    output reg  [7:0]        arlen,
    output wire [2:0]        arsize,
    output wire [1:0]        arburst,
    input  wire              rvalid,
    output reg               rready,
    input  wire [DATA_W-1:0] rdata,
    input  wire [1:0]        rresp,
    input  wire              rlast
);
    localparam BB = DATA_W / 8;
    integer seed, errors = 0, checks = 0, refusals = 0, head = 0, tail = 0, at = 0, n, room;
    reg started = 0, was_waiting = 0;
    reg [ADDR_W-1:0] queue_addr [0:63], address;
    reg [7:0]        queue_len [0:63];
    reg [DATA_W+2:0] previous;
    wire [31:0]      pending = tail - head;
    assign arsize = $clog2(BB);
    assign arburst = 2'b01;
    initial begin
        arvalid = 0;
        rready = 0;
    end

    task fail(input [8*48-1:0] what);
        begin
            errors = errors + 1;
            if (errors < 5) $display("FAIL client %0d at %0t: %0s", CLIENT, $time, what);
        end
    endtask

    always @(posedge clk) begin
        if (!started) seed = seed_base;
        started = 1;
        if (!rst) begin
            if (rvalid !== 1'b0 && rvalid !== 1'b1) fail("RVALID unknown");
            if (arready !== 1'b0 && arready !== 1'b1) fail("ARREADY unknown");
            if (was_waiting && (!rvalid || { rdata, rresp, rlast } !== previous)) fail("R changed while waiting");
            was_waiting = rvalid && !rready;
            previous = { rdata, rresp, rlast };
            if (arvalid && arready) begin
                queue_addr[tail % 64] = araddr;
                queue_len[tail % 64] = arlen;
                tail = tail + 1;
                arvalid <= 0;
            end
            if (rvalid && rready) begin
                checks = checks + 1;
                if (head == tail) fail("data out of nothing");
                address = queue_addr[head % 64] + at * BB;
                for (n = 0; n < BB; n = n + 1) if (rdata[n*8 +: 8] !== tb.memory.byte_at(address + n)) fail("wrong byte");
                if (rresp !== (address == tb.BAD ? 2'b11 : 2'b00)) fail("wrong response");
                if (rresp != 0) refusals = refusals + 1;
                if (rlast !== (at == queue_len[head % 64])) fail("wrong RLAST");
                at = at + 1;
                if (at > queue_len[head % 64]) begin
                    at = 0;
                    head = head + 1;
                end
            end
            rready <= phase != 0 || ($random(seed) & 3) != 0;
            if ((!arvalid || arready) && !drain && pending < 60 && (phase == 1 ? ALONE : phase == 2 || ($random(seed) & 3) == 0)) begin
                arvalid <= 1;
                address = { $random(seed), $random(seed) };
                address = address / BB * BB;
                if (($random(seed) & 15) == 0) address = tb.BAD;
                room = (4096 - address % 4096) / BB;
                if (room > 8) room = 8;
                araddr <= address;
                arlen <= phase == 1 ? 0 : ($random(seed) & 32'h7fffffff) % room;
            end
        end
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
