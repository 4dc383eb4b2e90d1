// cpu.v - stands for the processor in the worked example of docs/integration.md: it starts the program, meanwhile reads and
// writes memory of its own with other ids, waits for the interrupt, and compares the result, all over the crossbar.
module cpu #(
    parameter ID_W = 4, ADDR_W = 32, DATA_W = 32
) (
    input  wire                clk, rst_n, irq_i,
    output reg  [ID_W-1:0]     m_axi_awid,
    output reg  [ADDR_W-1:0]   m_axi_awaddr,
    output wire [7:0]          m_axi_awlen,
    output wire [2:0]          m_axi_awsize, m_axi_awprot,
    output wire [1:0]          m_axi_awburst,
    output wire                m_axi_awlock,
    output reg                 m_axi_awvalid,
    output wire [3:0]          m_axi_awcache, m_axi_awqos,
    input  wire                m_axi_awready,
    output reg  [DATA_W-1:0]   m_axi_wdata,
    output wire [DATA_W/8-1:0] m_axi_wstrb,
    output wire                m_axi_wlast,
    output reg                 m_axi_wvalid,
    input  wire                m_axi_wready,
    input  wire [ID_W-1:0]     m_axi_bid,
    input  wire [1:0]          m_axi_bresp,
    input  wire                m_axi_bvalid,
    output wire                m_axi_bready,
    output reg  [ID_W-1:0]     m_axi_arid,
    output reg  [ADDR_W-1:0]   m_axi_araddr,
    output wire [7:0]          m_axi_arlen,
    output wire [2:0]          m_axi_arsize, m_axi_arprot,
    output wire [1:0]          m_axi_arburst,
    output wire                m_axi_arlock,
    output reg                 m_axi_arvalid,
    output wire [3:0]          m_axi_arcache, m_axi_arqos,
    input  wire                m_axi_arready,
    input  wire [ID_W-1:0]     m_axi_rid,
    input  wire [DATA_W-1:0]   m_axi_rdata,
    input  wire [1:0]          m_axi_rresp,
    input  wire                m_axi_rlast, m_axi_rvalid,
    output wire                m_axi_rready,
    output reg  [31:0]         m_axil_awaddr,
    output wire [2:0]          m_axil_awprot,
    output reg                 m_axil_awvalid,
    input  wire                m_axil_awready,
    output reg  [31:0]         m_axil_wdata,
    output wire [3:0]          m_axil_wstrb,
    output reg                 m_axil_wvalid,
    input  wire                m_axil_wready,
    input  wire [1:0]          m_axil_bresp,
    input  wire                m_axil_bvalid,
    output wire                m_axil_bready,
    output reg  [31:0]         m_axil_araddr,
    output wire [2:0]          m_axil_arprot,
    output reg                 m_axil_arvalid,
    input  wire                m_axil_arready,
    input  wire [31:0]         m_axil_rdata,
    input  wire [1:0]          m_axil_rresp,
    input  wire                m_axil_rvalid,
    output wire                m_axil_rready
);
    `include "case.vh"
    assign m_axi_awlen    = 8'd0;
    assign m_axi_awsize   = 3'd2;
    assign m_axi_awprot   = 3'd0;
    assign m_axi_awburst  = 2'b01;
    assign m_axi_awlock   = 1'b0;
    assign m_axi_awcache  = 4'd3;
    assign m_axi_awqos    = 4'd0;
    assign m_axi_wstrb    = {(DATA_W/8){1'b1}};
    assign m_axi_wlast    = 1'b1;
    assign m_axi_bready   = 1'b1;
    assign m_axi_arlen    = 8'd0;
    assign m_axi_arsize   = 3'd2;
    assign m_axi_arprot   = 3'd0;
    assign m_axi_arburst  = 2'b01;
    assign m_axi_arlock   = 1'b0;
    assign m_axi_arcache  = 4'd3;
    assign m_axi_arqos    = 4'd0;
    assign m_axi_rready   = 1'b1;
    assign m_axil_awprot  = 3'b101;
    assign m_axil_wstrb   = 4'hf;
    assign m_axil_bready  = 1'b1;
    assign m_axil_arprot  = 3'b010;
    assign m_axil_rready  = 1'b1;

    reg [31:0] expected [0:RESULT_WORDS-1];
    initial $readmemh("expected.hex", expected);
    integer errors = 0, checks = 0, shared = 0, n, m;
    reg     over = 0, finished = 0;
    reg [31:0] value;

    task fail(input [8*48-1:0] what);
        begin
            errors = errors + 1;
            $display("FAIL processor at %0t: %0s", $time, what);
        end
    endtask

    // --- Registers -------------------------------------------------------------
    reg aw_now, w_now;
    task write_register(input [31:0] offset, input [31:0] data);
        begin
            m_axil_awaddr  <= 32'h40000000 + offset;
            m_axil_awvalid <= 1;
            m_axil_wdata   <= data;
            m_axil_wvalid  <= 1;
            aw_now = 0;
            w_now = 0;
            while (!aw_now || !w_now) begin
                @(posedge clk);
                if (m_axil_awready && m_axil_awvalid) begin
                    aw_now = 1;
                    m_axil_awvalid <= 0;
                end
                if (m_axil_wready && m_axil_wvalid) begin
                    w_now = 1;
                    m_axil_wvalid <= 0;
                end
            end
            while (!m_axil_bvalid) @(posedge clk);
            checks = checks + 1;
            if (m_axil_bresp !== 2'b00) fail("a register refuses a write");
            @(posedge clk);
        end
    endtask
    task read_register(input [31:0] offset);
        begin
            m_axil_araddr  <= 32'h40000000 + offset;
            m_axil_arvalid <= 1;
            @(posedge clk);
            while (!m_axil_arready) @(posedge clk);
            m_axil_arvalid <= 0;
            while (!m_axil_rvalid) @(posedge clk);
            value = m_axil_rdata;
            checks = checks + 1;
            if (m_axil_rresp !== 2'b00) fail("a register refuses a read");
            @(posedge clk);
        end
    endtask

    // --- Memory, one word at a time ----------------------------------------------
    reg [31:0] word;
    task write_memory(input [31:0] address, input [31:0] data, input [ID_W-1:0] id);
        begin
            m_axi_awid    <= id;
            m_axi_awaddr  <= address;
            m_axi_awvalid <= 1;
            m_axi_wdata   <= data;
            m_axi_wvalid  <= 1;
            @(posedge clk);
            while (m_axi_awvalid || m_axi_wvalid) begin
                if (m_axi_awready) m_axi_awvalid <= 0;
                if (m_axi_wready) m_axi_wvalid <= 0;
                @(posedge clk);
            end
            while (!m_axi_bvalid) @(posedge clk);
            checks = checks + 1;
            if (m_axi_bid !== id || m_axi_bresp !== 2'b00) fail("wrong answer to a write");
            @(posedge clk);
        end
    endtask
    task read_memory(input [31:0] address, input [ID_W-1:0] id);
        begin
            m_axi_arid    <= id;
            m_axi_araddr  <= address;
            m_axi_arvalid <= 1;
            @(posedge clk);
            while (!m_axi_arready) @(posedge clk);
            m_axi_arvalid <= 0;
            while (!m_axi_rvalid) @(posedge clk);
            word = m_axi_rdata;
            checks = checks + 1;
            if (m_axi_rid !== id || m_axi_rresp !== 2'b00 || !m_axi_rlast) fail("wrong answer to a read");
            @(posedge clk);
        end
    endtask

    initial begin
        m_axil_awvalid = 0;
        m_axil_wvalid  = 0;
        m_axil_arvalid = 0;
        @(posedge rst_n);
        repeat (4) @(posedge clk);
        read_register(32'h000);
        if (value !== 32'h32495042) fail("the accelerator is not there");
        write_register(32'h020, PROGRAM);
        write_register(32'h024, 0);
        write_register(32'h028, COUNT);
        write_register(32'h030, WINDOW_BASE);
        write_register(32'h034, 0);
        write_register(32'h038, WINDOW_LIMIT);
        write_register(32'h03c, 0);
        write_register(32'h00c, 5);
        for (n = 0; !irq_i && n < 200000; n = n + 1) @(posedge clk);
        read_register(32'h010);
        if (value !== 32'hA) fail("the run has not ended well");
        write_register(32'h010, 2);
        over = 1;
    end

    // Traffic of its own while the accelerator runs, then the result
    initial begin
        m_axi_awvalid = 0;
        m_axi_wvalid  = 0;
        m_axi_arvalid = 0;
        @(posedge rst_n);
        repeat (4) @(posedge clk);
        for (m = 0; !over; m = m + 1) begin
            write_memory(OWN + 4 * (m % 16), m * 32'h01010101, m % (1 << ID_W));
            read_memory(OWN + 4 * (m % 16), (m + 3) % (1 << ID_W));
            if (word !== m * 32'h01010101) fail("a word of its own is another");
            shared = shared + 1;
        end
        for (m = 0; m < RESULT_WORDS; m = m + 1) begin
            read_memory(RESULT + 4 * m, m % (1 << ID_W));
            if (word !== expected[m]) fail("the result is wrong");
        end
        if (shared < 10) fail("the two have hardly met");
        finished = 1;
    end
endmodule
