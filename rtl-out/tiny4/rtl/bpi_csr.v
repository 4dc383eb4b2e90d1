// bpi_csr.v - the host's registers over AXI4-Lite, the interrupt and the performance counters.
// Unmapped addresses answer SLVERR and read 0, as do writes to read-only registers.  wstrb is honoured.
// START clears the counters; START during a run is refused and reported.  The first error is kept until it is cleared.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_csr #(
    parameter ADDR_W = 32,     // bits of a memory address
    parameter COUNT_W = 20      // bits of a count of instructions
) (
    input  wire              clk_i,
    input  wire              rst_i,

    // AXI4-Lite from the host
    input  wire [11:0]       s_axil_awaddr,
    input  wire              s_axil_awvalid,
    output wire              s_axil_awready,
    input  wire [31:0]       s_axil_wdata,
    input  wire [3:0]        s_axil_wstrb,
    input  wire              s_axil_wvalid,
    output wire              s_axil_wready,
    output wire [1:0]        s_axil_bresp,
    output wire              s_axil_bvalid,
    input  wire              s_axil_bready,
    input  wire [11:0]       s_axil_araddr,
    input  wire              s_axil_arvalid,
    output wire              s_axil_arready,
    output wire [31:0]       s_axil_rdata,
    output wire [1:0]        s_axil_rresp,
    output wire              s_axil_rvalid,
    input  wire              s_axil_rready,
    output wire              irq_o,

    // To the core
    output wire              start_o,              // pulse
    output wire              reset_o,              // pulse
    output wire [ADDR_W-1:0] program_o,
    output wire [COUNT_W-1:0] count_o,
    output wire [ADDR_W-1:0] window_base_o,
    output wire [ADDR_W:0]   window_limit_o,       // one bit more: the end of the address space

    // From the core
    input  wire              busy_i,
    input  wire              done_i,               // pulse
    input  wire              error_valid_i,        // pulse
    input  wire [7:0]        error_cause_i,
    input  wire [ADDR_W-1:0] error_addr_i,
    input  wire [COUNT_W-1:0] error_instruction_i,

    // What each counter adds in this cycle
    input  wire              inc_cycles_i,
    input  wire              inc_array_busy_i,
    input  wire [6:0]        inc_useful_macs_i,
    input  wire [6:0]        inc_idle_lanes_i,
    input  wire [6:0]        inc_zeros_multiplied_i,
    input  wire              inc_dynamic_reads_i,
    input  wire              inc_dynamic_writes_i,
    input  wire              inc_stationary_reads_i,
    input  wire              inc_stationary_writes_i,
    input  wire [1:0]        inc_accumulator_reads_i,
    input  wire [1:0]        inc_accumulator_writes_i,
    input  wire [2:0]        inc_dram_bytes_read_i,
    input  wire [2:0]        inc_dram_bytes_written_i,
    input  wire              inc_reorganize_cycles_i,
    input  wire [2:0]        inc_reorganize_bytes_i,
    input  wire              inc_stall_load_i,
    input  wire              inc_stall_store_i,
    input  wire              inc_stall_token_i,
    input  wire              inc_stall_accumulator_i,
    input  wire              inc_stall_stationary_i,
    input  wire              inc_prologue_cycles_i
);
    localparam [1:0] OKAY = 2'b00, SLVERR = 2'b10;
    localparam [7:0] START_BUSY = 8'd11;

    // --- Write channel ----------------------------------------------------
    // The address waits here for the data, which is written as it is taken.
    reg        aw_held_q, bvalid_q;
    reg [9:0]  wr_word_q;
    reg [1:0]  bresp_q;

    wire       write   = aw_held_q && s_axil_wvalid && !bvalid_q;
    wire [7:0] wr_ones = s_axil_wdata[7:0] & {8{s_axil_wstrb[0]} };

    wire wr_ctrl = wr_word_q == 10'h003;
    wire wr_status = wr_word_q == 10'h004;
    wire wr_program_lo = wr_word_q == 10'h008;
    wire wr_program_hi = wr_word_q == 10'h009;
    wire wr_program_count = wr_word_q == 10'h00a;
    wire wr_window_base_lo = wr_word_q == 10'h00c;
    wire wr_window_base_hi = wr_word_q == 10'h00d;
    wire wr_window_limit_lo = wr_word_q == 10'h00e;
    wire wr_window_limit_hi = wr_word_q == 10'h00f;
    wire wr_mapped = wr_ctrl || wr_status || wr_program_lo || wr_program_hi || wr_program_count || wr_window_base_lo || wr_window_base_hi || wr_window_limit_lo || wr_window_limit_hi;

    always @(posedge clk_i) begin
        if (s_axil_awvalid && s_axil_awready) wr_word_q <= s_axil_awaddr[11:2];
        if (write) bresp_q <= wr_mapped ? OKAY : SLVERR;

        if (write) aw_held_q <= 1'b0;
        else if (s_axil_awvalid) aw_held_q <= 1'b1;
        if (write) bvalid_q <= 1'b1;
        else if (s_axil_bready) bvalid_q <= 1'b0;
        if (rst_i) begin
            aw_held_q <= 1'b0;
            bvalid_q  <= 1'b0;
        end
    end

    // --- Control and status -----------------------------------------------
    reg              start_q, reset_q, ctrl_irq_enable_q, status_done_q, status_error_q, irq_q;
    reg [7:0]        status_cause_q;
    reg [ADDR_W-1:0] error_address_q;
    reg [COUNT_W-1:0] error_instruction_q;

    wire busy         = busy_i || start_q || reset_q || done_i || error_valid_i;
    wire wants_start  = write && wr_ctrl && wr_ones[0] && !wr_ones[1];
    wire start        = wants_start && !busy;
    wire reset        = write && wr_ctrl && wr_ones[1];
    wire clear_done   = start || reset || (write && wr_status && wr_ones[1]);
    wire clear_error  = reset || (write && wr_status && wr_ones[2]);
    wire start_busy   = wants_start && busy;
    wire first_error  = (error_valid_i || start_busy) && (!status_error_q || clear_error);

    always @(posedge clk_i) begin
        start_q <= start;
        reset_q <= reset;
        irq_q   <= ctrl_irq_enable_q && (status_done_q || status_error_q);
        if (write && wr_ctrl && s_axil_wstrb[0]) ctrl_irq_enable_q <= wr_ones[2];

        if (done_i) status_done_q <= 1'b1;
        else if (clear_done) status_done_q <= 1'b0;

        if (first_error) begin
            status_error_q      <= 1'b1;
            status_cause_q      <= error_valid_i ? error_cause_i : START_BUSY;
            error_address_q     <= error_addr_i;
            error_instruction_q <= error_instruction_i;
        end else if (clear_error) begin
            status_error_q <= 1'b0;
            status_cause_q <= 8'd0;
        end
        if (rst_i || (first_error && !error_valid_i)) begin
            error_address_q     <= {ADDR_W{1'b0}};
            error_instruction_q <= {COUNT_W{1'b0}};
        end
        if (rst_i) begin
            start_q           <= 1'b0;
            reset_q           <= 1'b0;
            irq_q             <= 1'b0;
            ctrl_irq_enable_q <= 1'b0;
            status_done_q     <= 1'b0;
            status_error_q    <= 1'b0;
            status_cause_q    <= 8'd0;
        end
    end

    // --- Stored registers -------------------------------------------------
    reg [ADDR_W-1:0] program_q, window_base_q;
    reg [ADDR_W:0]   window_limit_q;
    reg [COUNT_W-1:0] program_count_q;

    always @(posedge clk_i) begin
        if (write && wr_program_lo) begin
            program_q[0 +: 8] <= s_axil_wstrb[0] ? s_axil_wdata[0 +: 8] : program_q[0 +: 8];
            program_q[8 +: 8] <= s_axil_wstrb[1] ? s_axil_wdata[8 +: 8] : program_q[8 +: 8];
            program_q[16 +: 8] <= s_axil_wstrb[2] ? s_axil_wdata[16 +: 8] : program_q[16 +: 8];
            program_q[24 +: 8] <= s_axil_wstrb[3] ? s_axil_wdata[24 +: 8] : program_q[24 +: 8];
        end
        if (write && wr_program_count) begin
            program_count_q[0 +: 8] <= s_axil_wstrb[0] ? s_axil_wdata[0 +: 8] : program_count_q[0 +: 8];
            program_count_q[8 +: 8] <= s_axil_wstrb[1] ? s_axil_wdata[8 +: 8] : program_count_q[8 +: 8];
            program_count_q[16 +: 4] <= s_axil_wstrb[2] ? s_axil_wdata[16 +: 4] : program_count_q[16 +: 4];
        end
        if (write && wr_window_base_lo) begin
            window_base_q[0 +: 8] <= s_axil_wstrb[0] ? s_axil_wdata[0 +: 8] : window_base_q[0 +: 8];
            window_base_q[8 +: 8] <= s_axil_wstrb[1] ? s_axil_wdata[8 +: 8] : window_base_q[8 +: 8];
            window_base_q[16 +: 8] <= s_axil_wstrb[2] ? s_axil_wdata[16 +: 8] : window_base_q[16 +: 8];
            window_base_q[24 +: 8] <= s_axil_wstrb[3] ? s_axil_wdata[24 +: 8] : window_base_q[24 +: 8];
        end
        if (write && wr_window_limit_lo) begin
            window_limit_q[0 +: 8] <= s_axil_wstrb[0] ? s_axil_wdata[0 +: 8] : window_limit_q[0 +: 8];
            window_limit_q[8 +: 8] <= s_axil_wstrb[1] ? s_axil_wdata[8 +: 8] : window_limit_q[8 +: 8];
            window_limit_q[16 +: 8] <= s_axil_wstrb[2] ? s_axil_wdata[16 +: 8] : window_limit_q[16 +: 8];
            window_limit_q[24 +: 8] <= s_axil_wstrb[3] ? s_axil_wdata[24 +: 8] : window_limit_q[24 +: 8];
        end
        if (write && wr_window_limit_hi) begin
            window_limit_q[32 +: 1] <= s_axil_wstrb[0] ? s_axil_wdata[0 +: 1] : window_limit_q[32 +: 1];
        end
        if (rst_i) begin
            program_q       <= {ADDR_W{1'b0}};
            program_count_q <= {COUNT_W{1'b0}};
            window_base_q   <= {ADDR_W{1'b0}};
            window_limit_q  <= {(ADDR_W+1){1'b0}};
        end
    end

    // --- Read channel -----------------------------------------------------
    wire       status_busy     = busy;
    wire       status_idle     = !busy;
    wire       status_done     = status_done_q;
    wire       status_error    = status_error_q;
    wire [7:0] status_cause    = status_cause_q;
    wire       ctrl_irq_enable = ctrl_irq_enable_q;

    reg        ar_held_q, rvalid_q, rd_mapped;
    reg [9:0]  rd_word_q;
    reg [31:0] rd_data, rdata_q;
    reg [1:0]  rresp_q;

    // --- Counters: reading the low word keeps the high word that belongs to it
    wire                rd_counter = rd_word_q >= 10'h040 && rd_word_q <= 10'h06b;
    wire [5-1:0]          rd_slot    = rd_word_q[5:1];
    wire        counter_ready;
    wire [31:0] counter_data;
    wire        rd_low = rd_counter && !rd_word_q[0];
    bpi_counters u_counters (
        .clk_i                    (clk_i),
        .rst_i                    (rst_i),
        .clear_i                  (start_q),
        .inc_cycles_i             (inc_cycles_i),
        .inc_array_busy_i         (inc_array_busy_i),
        .inc_useful_macs_i        (inc_useful_macs_i),
        .inc_idle_lanes_i         (inc_idle_lanes_i),
        .inc_zeros_multiplied_i   (inc_zeros_multiplied_i),
        .inc_dynamic_reads_i      (inc_dynamic_reads_i),
        .inc_dynamic_writes_i     (inc_dynamic_writes_i),
        .inc_stationary_reads_i   (inc_stationary_reads_i),
        .inc_stationary_writes_i  (inc_stationary_writes_i),
        .inc_accumulator_reads_i  (inc_accumulator_reads_i),
        .inc_accumulator_writes_i (inc_accumulator_writes_i),
        .inc_dram_bytes_read_i    (inc_dram_bytes_read_i),
        .inc_dram_bytes_written_i (inc_dram_bytes_written_i),
        .inc_reorganize_cycles_i  (inc_reorganize_cycles_i),
        .inc_reorganize_bytes_i   (inc_reorganize_bytes_i),
        .inc_stall_load_i         (inc_stall_load_i),
        .inc_stall_store_i        (inc_stall_store_i),
        .inc_stall_token_i        (inc_stall_token_i),
        .inc_stall_accumulator_i  (inc_stall_accumulator_i),
        .inc_stall_stationary_i   (inc_stall_stationary_i),
        .inc_prologue_cycles_i    (inc_prologue_cycles_i),
        .rd_valid_i               (ar_held_q && !rvalid_q && rd_low),
        .rd_slot_i                (rd_slot),
        .rd_ready_o               (counter_ready),
        .rd_data_o                (counter_data)
    );

    always @* begin
        rd_mapped = 1'b1;
        case (rd_word_q)
            10'h000: rd_data = 32'h32495042;  // 000 id
            10'h001: rd_data = 32'h00000100;  // 004 version
            10'h002: rd_data = 32'he481bd44;  // 008 config_hash
            10'h003: rd_data = {29'd0, ctrl_irq_enable, 1'd0, 1'd0};  // 00c ctrl
            10'h004: rd_data = {16'd0, status_cause, 4'd0, status_idle, status_error, status_done, status_busy};  // 010 status
            10'h005: rd_data = error_address_q[0 +: 32];  // 014 error_address_lo
            10'h006: rd_data = 32'd0;  // 018 error_address_hi
            10'h007: rd_data = {12'd0, error_instruction_q[0 +: 20]};  // 01c error_instruction
            10'h008: rd_data = program_q[0 +: 32];  // 020 program_lo
            10'h009: rd_data = 32'd0;  // 024 program_hi
            10'h00a: rd_data = {12'd0, program_count_q[0 +: 20]};  // 028 program_count
            10'h00c: rd_data = window_base_q[0 +: 32];  // 030 window_base_lo
            10'h00d: rd_data = 32'd0;  // 034 window_base_hi
            10'h00e: rd_data = window_limit_q[0 +: 32];  // 038 window_limit_lo
            10'h00f: rd_data = {31'd0, window_limit_q[32 +: 1]};  // 03c window_limit_hi
            10'h010: rd_data = 32'h003fffff;  // 040 counters
            default: begin
                rd_data   = rd_counter ? counter_data : 32'd0;
                rd_mapped = rd_word_q >= 10'h040 && rd_word_q <= 10'h06b;
            end
        endcase
    end

    wire read = ar_held_q && !rvalid_q && (!rd_low || counter_ready);
    always @(posedge clk_i) begin
        if (s_axil_arvalid && s_axil_arready) rd_word_q <= s_axil_araddr[11:2];
        if (read) begin
            rdata_q <= rd_data;
            rresp_q <= rd_mapped ? OKAY : SLVERR;
        end

        if (read) ar_held_q <= 1'b0;
        else if (s_axil_arvalid) ar_held_q <= 1'b1;
        if (read) rvalid_q <= 1'b1;
        else if (s_axil_rready) rvalid_q <= 1'b0;
        if (rst_i) begin
            ar_held_q <= 1'b0;
            rvalid_q  <= 1'b0;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign s_axil_awready = !aw_held_q;
    assign s_axil_wready  = aw_held_q && !bvalid_q;
    assign s_axil_bvalid  = bvalid_q;
    assign s_axil_bresp   = bresp_q;
    assign s_axil_arready = !ar_held_q;
    assign s_axil_rvalid  = rvalid_q;
    assign s_axil_rdata   = rdata_q;
    assign s_axil_rresp   = rresp_q;
    assign irq_o          = irq_q;
    assign start_o        = start_q;
    assign reset_o        = reset_q;
    assign program_o      = program_q;
    assign count_o        = program_count_q;
    assign window_base_o  = window_base_q;
    assign window_limit_o = window_limit_q;

    // --- Checks -----------------------------------------------------------
    `CHECK(!(done_i && error_valid_i), "a run ends well or not")

    wire unused_ok = &{1'b0, s_axil_awaddr[1:0], s_axil_araddr[1:0], s_axil_wdata, s_axil_wstrb, wr_ones};

endmodule
`default_nettype wire
