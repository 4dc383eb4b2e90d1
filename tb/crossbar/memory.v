// memory.v - 64 KiB at BASE for the worked example of docs/integration.md, from memory.hex.  It stalls by chance, takes data
// of writes before their addresses, and interleaves reads of different ids; those of one id stay in order.
module memory #(
    parameter ID_W = 5, ADDR_W = 32, DATA_W = 32, BASE = 16'h8000
) (
    input  wire                clk, rst_n,
    input  wire [ID_W-1:0]     s_axi_awid,
    input  wire [ADDR_W-1:0]   s_axi_awaddr,
    input  wire [7:0]          s_axi_awlen,
    input  wire [2:0]          s_axi_awsize, s_axi_awprot,
    input  wire [1:0]          s_axi_awburst,
    input  wire                s_axi_awlock, s_axi_awvalid,
    input  wire [3:0]          s_axi_awcache, s_axi_awqos,
    output reg                 s_axi_awready,
    input  wire [DATA_W-1:0]   s_axi_wdata,
    input  wire [DATA_W/8-1:0] s_axi_wstrb,
    input  wire                s_axi_wlast, s_axi_wvalid,
    output reg                 s_axi_wready,
    output reg  [ID_W-1:0]     s_axi_bid,
    output reg  [1:0]          s_axi_bresp,
    output reg                 s_axi_bvalid,
    input  wire                s_axi_bready,
    input  wire [ID_W-1:0]     s_axi_arid,
    input  wire [ADDR_W-1:0]   s_axi_araddr,
    input  wire [7:0]          s_axi_arlen,
    input  wire [2:0]          s_axi_arsize, s_axi_arprot,
    input  wire [1:0]          s_axi_arburst,
    input  wire                s_axi_arlock, s_axi_arvalid,
    input  wire [3:0]          s_axi_arcache, s_axi_arqos,
    output reg                 s_axi_arready,
    output reg  [ID_W-1:0]     s_axi_rid,
    output reg  [DATA_W-1:0]   s_axi_rdata,
    output reg  [1:0]          s_axi_rresp,
    output reg                 s_axi_rlast, s_axi_rvalid,
    input  wire                s_axi_rready
);
    localparam READS = 8, WRITES = 8, BEATS = 512, BYTE_W = $clog2(DATA_W / 8);
    reg [DATA_W-1:0] words [0:65536/(DATA_W/8)-1];
    initial $readmemh("memory.hex", words);

    // reads, oldest first
    reg [ID_W-1:0]   rd_id   [0:READS-1];
    reg [ADDR_W-1:0] rd_addr [0:READS-1];
    reg [7:0]        rd_left [0:READS-1];
    // writes, and their data
    reg [ID_W-1:0]   wr_id   [0:WRITES-1];
    reg [ADDR_W-1:0] wr_addr [0:WRITES-1];
    reg [DATA_W+DATA_W/8:0] beat [0:BEATS-1];
    integer reads = 0, writes = 0, b_head = 0, b_tail = 0, seed = 7, n, k, outside = 0;
    reg [DATA_W-1:0]   data, old;
    reg [DATA_W/8-1:0] strb;
    reg                last;

    function [31:0] random(input unused);
        begin
            random = $random(seed);
            random = random ^ (random >> 13);
        end
    endfunction

    always @(posedge clk) if (!rst_n) begin
        s_axi_awready <= 0;
        s_axi_wready  <= 0;
        s_axi_arready <= 0;
        s_axi_bvalid  <= 0;
        s_axi_rvalid  <= 0;
        reads  = 0;
        writes = 0;
        b_head = 0;
        b_tail = 0;
    end else begin
        // --- Take
        if (s_axi_awvalid && s_axi_awready) begin
            wr_id[writes]   = s_axi_awid;
            wr_addr[writes] = s_axi_awaddr;
            writes = writes + 1;
            if (s_axi_awaddr[31:16] != BASE) outside = outside + 1;
        end
        if (s_axi_wvalid && s_axi_wready) begin
            beat[b_tail % BEATS] = { s_axi_wdata, s_axi_wstrb, s_axi_wlast };
            b_tail = b_tail + 1;
        end
        if (s_axi_arvalid && s_axi_arready) begin
            rd_id[reads]   = s_axi_arid;
            rd_addr[reads] = s_axi_araddr;
            rd_left[reads] = s_axi_arlen;
            reads = reads + 1;
            if (s_axi_araddr[31:16] != BASE) outside = outside + 1;
        end
        // --- Write a beat
        if (s_axi_bvalid && s_axi_bready) s_axi_bvalid <= 0;
        if (writes > 0 && b_head < b_tail && (!s_axi_bvalid || s_axi_bready)) begin
            { data, strb, last } = beat[b_head % BEATS];
            b_head = b_head + 1;
            old = words[wr_addr[0][15:BYTE_W]];
            for (n = 0; n < DATA_W/8; n = n + 1) if (strb[n]) old[n*8 +: 8] = data[n*8 +: 8];
            words[wr_addr[0][15:BYTE_W]] = old;
            wr_addr[0] = wr_addr[0] + DATA_W/8;
            if (last) begin
                s_axi_bvalid <= 1;
                s_axi_bid    <= wr_id[0];
                s_axi_bresp  <= 2'b00;
                writes = writes - 1;
                for (n = 0; n + 1 < WRITES; n = n + 1) begin
                    wr_id[n]   = wr_id[n+1];
                    wr_addr[n] = wr_addr[n+1];
                end
            end
        end
        // --- Read a beat of any id
        if (!s_axi_rvalid || s_axi_rready) begin
            s_axi_rvalid <= 0;
            if (reads > 0 && (random(0) & 3) != 0) begin
                k = (random(0) & 32'h7fffffff) % reads;
                for (n = READS - 1; n >= 0; n = n - 1) if (n < reads && rd_id[n] == rd_id[k]) k = n;
                s_axi_rvalid <= 1;
                s_axi_rid    <= rd_id[k];
                s_axi_rdata  <= words[rd_addr[k][15:BYTE_W]];
                s_axi_rresp  <= 2'b00;
                s_axi_rlast  <= rd_left[k] == 0;
                rd_addr[k] = rd_addr[k] + DATA_W/8;
                if (rd_left[k] == 0) begin
                    reads = reads - 1;
                    for (n = 0; n + 1 < READS; n = n + 1) if (n >= k) begin
                        rd_id[n]   = rd_id[n+1];
                        rd_addr[n] = rd_addr[n+1];
                        rd_left[n] = rd_left[n+1];
                    end
                end else rd_left[k] = rd_left[k] - 1;
            end
        end
        // --- Ready: an address of a write sometimes only once its data has come
        s_axi_awready <= writes + 1 < WRITES && (random(0) & 7) == 0 && (writes == 0 ? b_head < b_tail || (random(0) & 1) : 1);
        s_axi_wready  <= b_tail - b_head < 64 && (random(0) & 3) != 0;
        s_axi_arready <= reads + 1 < READS && (random(0) & 1);
    end

    wire unused_ok = &{1'b0, s_axi_awlen, s_axi_awsize, s_axi_awprot, s_axi_awburst, s_axi_awlock, s_axi_awcache, s_axi_awqos,
                       s_axi_arsize, s_axi_arprot, s_axi_arburst, s_axi_arlock, s_axi_arcache, s_axi_arqos};
endmodule
