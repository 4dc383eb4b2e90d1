// bpi_axi_arbiter_tb.v - clients with random bursts; each must get its own bytes, in order, whatever the other does.
`timescale 1ns/1ps
`include "bpi_axi_read_memory.v"
module tb;
    localparam DATA_W = 32, ADDR_W = 32, CLIENTS = 2, ID_W = 1, CYCLES = 16384, LEAST = 1000;
    `include "bpi_bench.vh"

    reg rst = 1;
    integer perf_first = 0, perf_last = 0, perf_beats = 0, waited = 0, refusals = 0;

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
            read_client #(.DATA_W(DATA_W), .ADDR_W(ADDR_W), .NUMBER(g), .ALONE(g == CLIENTS - 1)) u_client (
                .rst(rst), .phase(phase), .drain(drain), .arvalid(arvalid[g]), .arready(arready[g]),
                .araddr(araddr[g*ADDR_W +: ADDR_W]), .arlen(arlen[g*8 +: 8]), .arsize(arsize[g*3 +: 3]), .arburst(arburst[g*2 +: 2]),
                .rvalid(rvalid[g]), .rready(rready[g]), .rdata(rdata), .rresp(rresp), .rlast(rlast)
            );
            always @(posedge clk) if (cycle == CYCLES - 1) begin
                if (u_client.pending != 0) fail("a burst was not answered");
                refusals = refusals + u_client.refusals;
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
    bpi_axi_read_memory #(.DATA_W(DATA_W), .ADDR_W(ADDR_W)) memory (
        .rst(rst), .latency(latency), .ar_stall(ar_stall), .r_stall(r_stall),
        .error_on(1'b1), .error_addr(BAD), .error_resp(2'b11),
        .arvalid(m_arvalid), .arready(m_arready), .araddr(m_araddr), .arlen(m_arlen), .arsize(m_arsize), .arburst(m_arburst),
        .arid(m_arid), .rvalid(m_rvalid), .rready(m_rready), .rdata(m_rdata), .rresp(m_rresp), .rlast(m_rlast), .rid(m_rid)
    );

    always @(posedge clk) begin
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
            latency <= 1 + ($unsigned(seed) + cycle / 256 * 7) % 40;
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
            if (refusals == 0) fail("no beat was refused");
            verdict(1);
        end
    end
endmodule

// Random bursts, at most 64 in flight; every beat against the hash of its address.
module read_client #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32,
    parameter NUMBER = 0,
    parameter ALONE  = 0     // has phase 1 for itself
) (
    input  wire              rst,
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
    `include "bpi_case.vh"
    localparam BB = DATA_W / 8;
    integer refusals = 0, head = 0, tail = 0, at = 0, n, room;
    reg was_waiting = 0;
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

    always @(posedge clk) begin
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
