// bpi_axi_read_memory.v - AXI4 read slave for benches.  Byte n of memory is a hash of n, so any address can be read.
// Answers each burst `latency` cycles after its address, in order for each of the two ids, with beats of different ids
// interleaved at random.  ar_stall, r_stall: chance of a stall in 256.  On odd seeds a memory that stalls gives ARREADY only where
// ARVALID waits for it.  The beat at error_addr is answered with error_resp.
module bpi_axi_read_memory #(
    parameter DATA_W = 32,
    parameter ADDR_W = 32
) (
    input  wire              rst,
    input  wire [31:0]       latency, ar_stall, r_stall,
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
    localparam NUMBER = 0;
    `include "bpi_case.vh"
    localparam BB = DATA_W / 8, ENTRIES = 128;

    integer bursts = 0, beats = 0, pending = 0;   // pending: beats owed
    integer n, byte_index;
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
            seed = tb.seed ^ 32'h5EED;
            waits = tb.seed[0];
        end
        started = 1;
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
                queue_due[arid*ENTRIES + tail[arid] % ENTRIES] = cycle + latency;
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
                    found = head[pick] != tail[pick] && queue_due[pick*ENTRIES + head[pick] % ENTRIES] <= cycle + 1;
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
