// bpi_axi_write_memory.v - AXI4 write slave for benches: SIZE bytes from `base`, and nothing else.  Data may come before its
// address; each burst is acknowledged `latency` cycles after both are complete, in order.  aw_stall, w_stall: chance of a stall
// in 256.
// order: 0 either first, 1 data is taken after its address only, 2 an address is taken when data waits only.
// On odd seeds a memory that stalls gives READY only where VALID waits for it.
// A burst that holds the byte error_addr is not stored and is answered with error_resp.
module bpi_axi_write_memory #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32,
    parameter SIZE   = 32768
) (
    input  wire                rst,
    input  wire [31:0]         latency, aw_stall, w_stall,
    input  wire [1:0]          order,
    input  wire [ADDR_W-1:0]   base,
    input  wire                error_on,
    input  wire [ADDR_W-1:0]   error_addr,
    input  wire [1:0]          error_resp,
    input  wire                awvalid,
    output reg                 awready,
    input  wire [ADDR_W-1:0]   awaddr,
    input  wire [7:0]          awlen,
    input  wire [2:0]          awsize,
    input  wire [1:0]          awburst,
    input  wire                wvalid,
    output reg                 wready,
    input  wire [DATA_W-1:0]   wdata,
    input  wire [DATA_W/8-1:0] wstrb,
    input  wire                wlast,
    output reg                 bvalid,
    input  wire                bready,
    output reg  [1:0]          bresp
);
    localparam NUMBER = 0;
    `include "bpi_case.vh"
    localparam BB = DATA_W / 8, BURSTS = 128, BEATS = 512;

    reg [7:0] bytes [0:SIZE-1];
    integer bursts = 0, stored = 0, empty = 0;   // stored: bytes; empty: beats without a byte
    integer n;
    reg     started = 0, waits = 0, bad_seen = 0;

    // bursts: addressed [b_head, b_tail), of which those before b_data have all their data
    reg [ADDR_W-1:0] burst_addr [0:BURSTS-1];
    reg [7:0]        burst_len  [0:BURSTS-1];
    reg              burst_bad  [0:BURSTS-1];
    integer          burst_due  [0:BURSTS-1];
    integer          b_head = 0, b_data = 0, b_tail = 0, at = 0, beats_ahead = 0;
    reg [ADDR_W-1:0] bad_burst = 0;        // address of the first burst refused
    // beats without an address yet
    reg [DATA_W-1:0]   beat_data [0:BEATS-1];
    reg [DATA_W/8-1:0] beat_strb [0:BEATS-1];
    reg                beat_last [0:BEATS-1];
    integer            w_head = 0, w_tail = 0;
    wire               pending = b_head != b_tail || w_head != w_tail || bvalid;

    reg                aw_was_waiting = 0, w_was_waiting = 0, more;
    reg [ADDR_W+12:0]  aw_now, aw_before;
    reg [DATA_W+DATA_W/8:0] w_now, w_before;
    reg [ADDR_W-1:0]   address;

    initial begin
        awready = 0;
        wready = 0;
        bvalid = 0;
    end

    always @(posedge clk) begin
        if (!started) begin
            seed = tb.seed ^ 32'hCAFE;
            waits = tb.seed[0];
        end
        started = 1;
        aw_now = { awaddr, awlen, awsize, awburst };
        w_now = { wdata, wstrb, wlast };
        if (rst) begin
            aw_was_waiting = 0;
            w_was_waiting = 0;
            awready <= 0;
            wready <= 0;
            bvalid <= 0;
            b_head = 0;
            b_data = 0;
            b_tail = 0;
            at = 0;
            w_head = 0;
            w_tail = 0;
            beats_ahead = 0;
        end else begin
            // protocol
            checks = checks + 1;
            if (awvalid !== 1'b0 && awvalid !== 1'b1) fail("AWVALID unknown");
            if (wvalid !== 1'b0 && wvalid !== 1'b1) fail("WVALID unknown");
            if (bready !== 1'b0 && bready !== 1'b1) fail("BREADY unknown");
            if (aw_was_waiting && (awvalid !== 1'b1 || aw_now !== aw_before)) fail("AW changed while waiting");
            if (w_was_waiting && (wvalid !== 1'b1 || w_now !== w_before)) fail("W changed while waiting");
            aw_was_waiting = awvalid && !awready;
            aw_before = aw_now;
            w_was_waiting = wvalid && !wready;
            w_before = w_now;
            // address and data taken
            if (awvalid && awready) begin
                bursts = bursts + 1;
                if (^aw_now === 1'bx) fail("AW unknown");
                if (awburst !== 2'b01) fail("not an incrementing burst");
                if ((1 << awsize) != BB) fail("beats are not full width");
                if (awaddr % BB != 0) fail("address is not aligned to a beat");
                if ((awaddr & 4095) + (awlen + 1) * BB > 4096) fail("burst crosses 4 KiB");
                burst_addr[b_tail % BURSTS] = awaddr;
                burst_len[b_tail % BURSTS] = awlen;
                burst_bad[b_tail % BURSTS] = error_on && error_addr >= awaddr && error_addr < awaddr + (awlen + 1) * BB;
                b_tail = b_tail + 1;
                beats_ahead = beats_ahead + awlen + 1;
            end
            if (wvalid && wready) begin
                if (^wstrb === 1'bx || wlast === 1'bx) fail("W unknown");
                beat_data[w_tail % BEATS] = wdata;
                beat_strb[w_tail % BEATS] = wstrb;
                beat_last[w_tail % BEATS] = wlast;
                w_tail = w_tail + 1;
                beats_ahead = beats_ahead - 1;
            end
            // data stored
            more = 1;
            while (more && b_data != b_tail && w_head != w_tail) begin
                address = burst_addr[b_data % BURSTS] + at * BB;
                for (n = 0; n < BB; n = n + 1) if (beat_strb[w_head % BEATS][n] && !burst_bad[b_data % BURSTS]) begin
                    if (address + n < base || address + n >= base + SIZE) fail("byte outside the memory");
                    if (beat_data[w_head % BEATS][n*8 +: 8] === 8'hxx) fail("unknown byte");
                    bytes[(address + n - base) % SIZE] = beat_data[w_head % BEATS][n*8 +: 8];
                    stored = stored + 1;
                end
                if (beat_strb[w_head % BEATS] == 0) empty = empty + 1;
                if (beat_last[w_head % BEATS] !== (at == burst_len[b_data % BURSTS])) fail("WLAST is not at the end of the burst");
                at = at + 1;
                if (at > burst_len[b_data % BURSTS]) begin
                    at = 0;
                    burst_due[b_data % BURSTS] = cycle + latency;
                    b_data = b_data + 1;
                end
                w_head = w_head + 1;
                checks = checks + 1;
            end
            // response
            if (bvalid && bready) bvalid <= 0;
            if ((!bvalid || bready) && b_head != b_data && burst_due[b_head % BURSTS] <= cycle + 1) begin
                bvalid <= 1;
                bresp <= burst_bad[b_head % BURSTS] ? error_resp : 2'b00;
                if (burst_bad[b_head % BURSTS] && !bad_seen) bad_burst = burst_addr[b_head % BURSTS];
                bad_seen = bad_seen || burst_bad[b_head % BURSTS];
                b_head = b_head + 1;
            end
            if (!error_on) bad_seen = 0;
            awready <= ($random(seed) & 255) >= aw_stall && b_tail - b_head < BURSTS - 2 && (order != 2 || (wvalid && !wready) || w_tail != w_head)
                       && (aw_stall == 0 || !waits || (awvalid && !awready));
            wready <= ($random(seed) & 255) >= w_stall && w_tail - w_head < (order == 2 ? 2 : BEATS - 2) && (order != 1 || beats_ahead > 0)
                       && (w_stall == 0 || !waits || (wvalid && !wready));
        end
    end
endmodule
