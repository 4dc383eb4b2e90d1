// bpi_top.v - training accelerator for convolutions: 4 x 4 int8, engines traditional, bp, zerofree.
//
//   u_csr                     registers, interrupt, counters             AXI4-Lite
//   u_fetch > u_decode > u_sequencer   program; queues LOAD, EXEC, STORE  AXI4 (u_arbiter)
//
//   LOAD   u_dma_read > u_buffer_dynamic 1 KiB, u_buffer_stationary 1 KiB
//   EXEC   u_tap_walker > u_agu_dynamic    > buffer > (u_transpose_dynamic)  > u_issue
//                       > u_agu_stationary > buffer > u_transpose_stationary > u_issue
//                       > u_agu_accumulate > u_issue > u_systolic > u_accumulator, 64 vectors of 4
//   STORE  u_store or u_reorganize (4 elements a cycle) > u_epilogue > u_dma_write
//
// Registers: registers.md and sw/bpi_registers.h in the output.
//
// GENERATED, do not edit: made from configuration tiny4 (6731e111) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_top (
    input  wire                 aclk,
    input  wire                 aresetn,          // synchronous to aclk, active low

    // AXI4-Lite slave: registers
    input  wire [11:0]          s_axil_awaddr,
    input  wire                 s_axil_awvalid,
    output wire                 s_axil_awready,
    input  wire [31:0]          s_axil_wdata,
    input  wire [3:0]           s_axil_wstrb,
    input  wire                 s_axil_wvalid,
    output wire                 s_axil_wready,
    output wire [1:0]           s_axil_bresp,
    output wire                 s_axil_bvalid,
    input  wire                 s_axil_bready,
    input  wire [11:0]          s_axil_araddr,
    input  wire                 s_axil_arvalid,
    output wire                 s_axil_arready,
    output wire [31:0]          s_axil_rdata,
    output wire [1:0]           s_axil_rresp,
    output wire                 s_axil_rvalid,
    input  wire                 s_axil_rready,

    // AXI4 master: program and tensors
    output wire [0:0]           m_axi_arid,
    output wire [31:0]          m_axi_araddr,
    output wire [7:0]           m_axi_arlen,
    output wire [2:0]           m_axi_arsize,
    output wire [1:0]           m_axi_arburst,
    output wire                 m_axi_arlock,
    output wire [3:0]           m_axi_arcache,
    output wire [2:0]           m_axi_arprot,
    output wire [3:0]           m_axi_arqos,
    output wire                 m_axi_arvalid,
    input  wire                 m_axi_arready,
    input  wire [0:0]           m_axi_rid,
    input  wire [31:0]         m_axi_rdata,
    input  wire [1:0]           m_axi_rresp,
    input  wire                 m_axi_rlast,
    input  wire                 m_axi_rvalid,
    output wire                 m_axi_rready,
    output wire [0:0]           m_axi_awid,
    output wire [31:0]          m_axi_awaddr,
    output wire [7:0]           m_axi_awlen,
    output wire [2:0]           m_axi_awsize,
    output wire [1:0]           m_axi_awburst,
    output wire                 m_axi_awlock,
    output wire [3:0]           m_axi_awcache,
    output wire [2:0]           m_axi_awprot,
    output wire [3:0]           m_axi_awqos,
    output wire                 m_axi_awvalid,
    input  wire                 m_axi_awready,
    output wire [31:0]         m_axi_wdata,
    output wire [3:0]          m_axi_wstrb,
    output wire                 m_axi_wlast,
    output wire                 m_axi_wvalid,
    input  wire                 m_axi_wready,
    input  wire [0:0]           m_axi_bid,
    input  wire [1:0]           m_axi_bresp,
    input  wire                 m_axi_bvalid,
    output wire                 m_axi_bready,

    output wire                 irq_o             // level, high while done or error is set and enabled
);
    localparam ROWS       = 4;
    localparam COLS       = 4;
    localparam DATA_W     = 8;      // bits of an operand
    localparam DATA_BYTES = 1;
    localparam ADD_STAGES = 1;      // cycles of one addition
    localparam ADDR_W     = 32;     // bits of a DRAM byte address
    localparam BUS_W      = 32;    // bits of a beat
    localparam BEAT       = 4;     // elements of a beat
    localparam BEAT_BYTES = 4;
    localparam OUTSTANDING = 4;    // bursts in flight
    localparam DYN_W      = 10;     // bits of an element address, dynamic buffer
    localparam STAT_W     = 10;     // stationary buffer
    localparam ACC_W      = 6;     // bits of an accumulator address
    localparam DYN_LANES  = 4;     // lanes of a vector, dynamic buffer
    localparam STAT_LANES = 4;     // stationary buffer
    localparam BLOCK_ADDR_W = 24;    // bits of the addresses that the array does not bound

    wire clk_i = aclk;
    wire [1:0] unused_first, unused_last, unused_meta, unused_rd;
    reg  rst_i;
    always @(posedge aclk) rst_i <= !aresetn;
`ifndef SYNTHESIS
    initial rst_i = 1'b1;   // checks are silent until the reset arrives
`endif

    // --- Registers --------------------------------------------------------
    wire              start, soft_reset, busy, done, error_valid;
    wire [ADDR_W-1:0] program_base, window_base, error_addr;
    wire [ADDR_W:0]   window_limit;
    wire [31:0]       program_count, error_instruction;
    wire [7:0]        error_cause;
    wire              inc_cycles, inc_array_busy, inc_dynamic_reads, inc_dynamic_writes, inc_stationary_reads, inc_stationary_writes;
    wire [1:0]        inc_accumulator_reads, inc_accumulator_writes;
    wire [2:0]        inc_dram_bytes_read, inc_dram_bytes_written, inc_reorganize_bytes;
    wire              inc_reorganize_cycles, inc_stall_load, inc_stall_store, inc_stall_token, inc_stall_accumulator, inc_stall_stationary, inc_prologue_cycles;
    wire [23:0]       useful, zero, idle_lanes;

    bpi_csr #(.ADDR_W(ADDR_W)) u_csr (
        .clk_i                    (clk_i),
        .rst_i                    (rst_i),
        .s_axil_awaddr            (s_axil_awaddr),
        .s_axil_awvalid           (s_axil_awvalid),
        .s_axil_awready           (s_axil_awready),
        .s_axil_wdata             (s_axil_wdata),
        .s_axil_wstrb             (s_axil_wstrb),
        .s_axil_wvalid            (s_axil_wvalid),
        .s_axil_wready            (s_axil_wready),
        .s_axil_bresp             (s_axil_bresp),
        .s_axil_bvalid            (s_axil_bvalid),
        .s_axil_bready            (s_axil_bready),
        .s_axil_araddr            (s_axil_araddr),
        .s_axil_arvalid           (s_axil_arvalid),
        .s_axil_arready           (s_axil_arready),
        .s_axil_rdata             (s_axil_rdata),
        .s_axil_rresp             (s_axil_rresp),
        .s_axil_rvalid            (s_axil_rvalid),
        .s_axil_rready            (s_axil_rready),
        .irq_o                    (irq_o),
        .start_o                  (start),
        .reset_o                  (soft_reset),
        .program_o                (program_base),
        .count_o                  (program_count),
        .window_base_o            (window_base),
        .window_limit_o           (window_limit),
        .busy_i                   (busy),
        .done_i                   (done),
        .error_valid_i            (error_valid),
        .error_cause_i            (error_cause),
        .error_addr_i             (error_addr),
        .error_instruction_i      (error_instruction),
        .inc_cycles_i             (inc_cycles),
        .inc_array_busy_i         (inc_array_busy),
        .inc_useful_macs_i        (useful[6:0]),
        .inc_idle_lanes_i         (idle_lanes[6:0]),
        .inc_zeros_multiplied_i   (zero[6:0]),
        .inc_dynamic_reads_i      (inc_dynamic_reads),
        .inc_dynamic_writes_i     (inc_dynamic_writes),
        .inc_stationary_reads_i   (inc_stationary_reads),
        .inc_stationary_writes_i  (inc_stationary_writes),
        .inc_accumulator_reads_i  (inc_accumulator_reads),
        .inc_accumulator_writes_i (inc_accumulator_writes),
        .inc_dram_bytes_read_i    (inc_dram_bytes_read),
        .inc_dram_bytes_written_i (inc_dram_bytes_written),
        .inc_reorganize_cycles_i  (inc_reorganize_cycles),
        .inc_reorganize_bytes_i   (inc_reorganize_bytes),
        .inc_stall_load_i         (inc_stall_load),
        .inc_stall_store_i        (inc_stall_store),
        .inc_stall_token_i        (inc_stall_token),
        .inc_stall_accumulator_i  (inc_stall_accumulator),
        .inc_stall_stationary_i   (inc_stall_stationary),
        .inc_prologue_cycles_i    (inc_prologue_cycles)
    );

    // --- Program ----------------------------------------------------------
    wire              clear, halt;
    wire              rst = rst_i || clear;
    wire              fetch_start, fetch_halt, fetch_idle, fetch_valid, fetch_ready, fetch_error;
    wire [511:0]      fetch_data;
    wire [7:0]        fetch_code;
    wire [ADDR_W-1:0] fetch_addr;
    wire              f_arvalid, f_arready, f_rvalid, f_rready, f_rlast;
    wire [ADDR_W-1:0] f_araddr;
    wire [7:0]        f_arlen;
    wire [2:0]        f_arsize;
    wire [1:0]        f_arburst, f_rresp;
    wire [BUS_W-1:0]  f_rdata;
    bpi_fetch #(.DATA_W(BUS_W), .ADDR_W(ADDR_W)) u_fetch (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .start_i         (fetch_start),
        .base_i          (program_base),
        .count_i         (program_count),
        .ins_valid_o     (fetch_valid),
        .ins_ready_i     (fetch_ready),
        .ins_data_o      (fetch_data),
        .idle_o          (fetch_idle),
        .halt_i          (fetch_halt),
        .error_valid_o   (fetch_error),
        .error_code_o    (fetch_code),
        .error_addr_o    (fetch_addr),
        .m_axi_arvalid_o (f_arvalid),
        .m_axi_arready_i (f_arready),
        .m_axi_araddr_o  (f_araddr),
        .m_axi_arlen_o   (f_arlen),
        .m_axi_arsize_o  (f_arsize),
        .m_axi_arburst_o (f_arburst),
        .m_axi_rvalid_i  (f_rvalid),
        .m_axi_rready_o  (f_rready),
        .m_axi_rdata_i   (f_rdata),
        .m_axi_rresp_i   (f_rresp),
        .m_axi_rlast_i   (f_rlast)
    );

    wire         ins_valid, ins_ready, ins_load, ins_exec, ins_store, ins_end;
    wire [511:0] ins_data;
    wire [7:0]   ins_cause;
    wire [31:0]  loads, execs, stores;
    bpi_decode #(
        .ROWS(ROWS), .COLS(COLS), .DYN_W(DYN_W), .STAT_W(STAT_W), .ACC_W(ACC_W), .ADDR_W(ADDR_W), .DATA_BYTES(DATA_BYTES)
    ) u_decode (
        .clk_i       (clk_i),
        .rst_i       (rst || fetch_halt),    // also drops what stands behind END
        .in_valid_i  (fetch_valid),
        .in_ready_o  (fetch_ready),
        .in_data_i   (fetch_data),
        .loads_i     (loads),
        .execs_i     (execs),
        .stores_i    (stores),
        .out_valid_o (ins_valid),
        .out_ready_i (ins_ready),
        .out_data_o  (ins_data),
        .out_load_o  (ins_load),
        .out_exec_o  (ins_exec),
        .out_store_o (ins_store),
        .out_end_o   (ins_end),
        .out_cause_o (ins_cause)
    );

    reg               fault_valid_q;
    reg  [7:0]        fault_cause_q;
    reg  [ADDR_W-1:0] fault_addr_q;
    wire              load_valid, load_ready, exec_valid, exec_ready, store_valid, store_ready;
    wire [511:0]      load_ins, exec_ins, store_ins;
    wire [895:0]      geometry;
    wire              load_done, exec_done, wait_load, wait_store;
    wire              bus_idle, accumulator_busy;
    bpi_sequencer #(.ADDR_W(ADDR_W)) u_sequencer (
        .clk_i               (clk_i),
        .rst_i               (rst_i),
        .start_i             (start),
        .reset_i             (soft_reset),
        .program_i           (program_base),
        .count_i             (program_count),
        .busy_o              (busy),
        .done_o              (done),
        .error_valid_o       (error_valid),
        .error_cause_o       (error_cause),
        .error_addr_o        (error_addr),
        .error_instruction_o (error_instruction),
        .clear_o             (clear),
        .halt_o              (halt),
        .bus_idle_i          (bus_idle),
        .clearing_i          (accumulator_busy),
        .fetch_start_o       (fetch_start),
        .fetch_halt_o        (fetch_halt),
        .ins_valid_i         (ins_valid),
        .ins_ready_o         (ins_ready),
        .ins_data_i          (ins_data),
        .ins_load_i          (ins_load),
        .ins_exec_i          (ins_exec),
        .ins_store_i         (ins_store),
        .ins_end_i           (ins_end),
        .ins_cause_i         (ins_cause),
        .loads_o             (loads),
        .execs_o             (execs),
        .stores_o            (stores),
        .fault_valid_i       (fault_valid_q),
        .fault_cause_i       (fault_cause_q),
        .fault_addr_i        (fault_addr_q),
        .load_valid_o        (load_valid),
        .load_ready_i        (load_ready),
        .load_data_o         (load_ins),
        .exec_valid_o        (exec_valid),
        .exec_ready_i        (exec_ready),
        .exec_data_o         (exec_ins),
        .store_valid_o       (store_valid),
        .store_ready_i       (store_ready),
        .store_data_o        (store_ins),
        .geometry_o          (geometry),
        .load_done_i         (load_done),
        .exec_done_i         (exec_done),
        .wait_load_o         (wait_load),
        .wait_store_o        (wait_store)
    );

    // --- LOAD -------------------------------------------------------------
    wire              wr_valid, wr_select, read_idle, read_error;
    wire [31:0]       wr_addr;
    wire [BEAT-1:0]   wr_strb;
    wire [BUS_W-1:0]  wr_data;
    wire [7:0]        read_code;
    wire [ADDR_W-1:0] read_addr;
    wire              r_arvalid, r_arready, r_rvalid, r_rready, r_rlast;
    wire [ADDR_W-1:0] r_araddr;
    wire [7:0]        r_arlen, read_bytes;
    wire [2:0]        r_arsize;
    wire [1:0]        r_arburst, r_rresp;
    wire [BUS_W-1:0]  r_rdata;
    wire [ADDR_W-1:0] load_address = load_ins[3*32 +: ADDR_W];
    wire load_stationary = load_ins[8];
    wire load_reorganize = load_ins[9];
    wire [31:0] load_buf_element = load_ins[5*32 +: 32];
    wire [23:0] load_row_bytes = load_ins[6*32 +: 24];
    wire [15:0] load_n1 = load_ins[7*32 +: 16];
    wire [15:0] load_n2 = load_ins[7*32+16 +: 16];
    wire [31:0] load_stride1 = load_ins[8*32 +: 32];
    wire [31:0] load_stride2 = load_ins[9*32 +: 32];
    wire [31:0] load_buf_stride1 = load_ins[10*32 +: 32];
    wire [31:0] load_buf_stride2 = load_ins[11*32 +: 32];
    bpi_dma_read #(.DATA_W(BUS_W), .ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING), .ELEMENT_BYTES(DATA_BYTES)) u_dma_read (
        .clk_i            (clk_i),
        .rst_i            (rst),
        .cmd_valid_i      (load_valid),
        .cmd_ready_o      (load_ready),
        .cmd_addr_i       (load_address),
        .cmd_select_i     (load_stationary),
        .cmd_buf_i        (load_buf_element),
        .cmd_row_bytes_i  (load_row_bytes),
        .cmd_n1_i         (load_n1),
        .cmd_n2_i         (load_n2),
        .cmd_stride1_i    (load_stride1),
        .cmd_stride2_i    (load_stride2),
        .cmd_bufstride1_i (load_buf_stride1),
        .cmd_bufstride2_i (load_buf_stride2),
        .wr_valid_o       (wr_valid),
        .wr_select_o      (wr_select),
        .wr_addr_o        (wr_addr),
        .wr_strb_o        (wr_strb),
        .wr_data_o        (wr_data),
        .done_o           (load_done),
        .idle_o           (read_idle),
        .bytes_o          (read_bytes),
        .halt_i           (halt),
        .error_valid_o    (read_error),
        .error_code_o     (read_code),
        .error_addr_o     (read_addr),
        .m_axi_arvalid_o  (r_arvalid),
        .m_axi_arready_i  (r_arready),
        .m_axi_araddr_o   (r_araddr),
        .m_axi_arlen_o    (r_arlen),
        .m_axi_arsize_o   (r_arsize),
        .m_axi_arburst_o  (r_arburst),
        .m_axi_rvalid_i   (r_rvalid),
        .m_axi_rready_o   (r_rready),
        .m_axi_rdata_i    (r_rdata),
        .m_axi_rresp_i    (r_rresp),
        .m_axi_rlast_i    (r_rlast)
    );

    bpi_axi_arbiter #(.DATA_W(BUS_W), .ADDR_W(ADDR_W)) u_arbiter (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .fetch_arvalid_i  (f_arvalid),
        .fetch_arready_o  (f_arready),
        .fetch_araddr_i   (f_araddr),
        .fetch_arlen_i    (f_arlen),
        .fetch_arsize_i   (f_arsize),
        .fetch_arburst_i  (f_arburst),
        .fetch_rvalid_o   (f_rvalid),
        .fetch_rready_i   (f_rready),
        .fetch_rdata_o    (f_rdata),
        .fetch_rresp_o    (f_rresp),
        .fetch_rlast_o    (f_rlast),
        .dma_arvalid_i    (r_arvalid),
        .dma_arready_o    (r_arready),
        .dma_araddr_i     (r_araddr),
        .dma_arlen_i      (r_arlen),
        .dma_arsize_i     (r_arsize),
        .dma_arburst_i    (r_arburst),
        .dma_rvalid_o     (r_rvalid),
        .dma_rready_i     (r_rready),
        .dma_rdata_o      (r_rdata),
        .dma_rresp_o      (r_rresp),
        .dma_rlast_o      (r_rlast),
        .m_axi_arid_o    (m_axi_arid),
        .m_axi_arvalid_o (m_axi_arvalid),
        .m_axi_arready_i (m_axi_arready),
        .m_axi_araddr_o  (m_axi_araddr),
        .m_axi_arlen_o   (m_axi_arlen),
        .m_axi_arsize_o  (m_axi_arsize),
        .m_axi_arburst_o (m_axi_arburst),
        .m_axi_rid_i     (m_axi_rid),
        .m_axi_rvalid_i  (m_axi_rvalid),
        .m_axi_rready_o  (m_axi_rready),
        .m_axi_rdata_i   (m_axi_rdata),
        .m_axi_rresp_i   (m_axi_rresp),
        .m_axi_rlast_i   (m_axi_rlast)
    );
    assign m_axi_arlock  = 1'b0;
    assign m_axi_arcache = 4'b0011;
    assign m_axi_arprot  = 3'b000;
    assign m_axi_arqos   = 4'b0000;

    // --- EXEC: taps -------------------------------------------------------
    wire                    tap_valid, tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused, tap_diagonal;
    wire [15:0]             tap_images, tap_rows, tap_columns, tap_reduction_tiles;
    wire signed [17:0]      tap_x_h, tap_x_w;
    wire [7:0]              tap_phase_h, tap_phase_w, tap_row_lanes, tap_column_lanes;
    wire [DYN_W-1:0]        tap_dyn;
    wire [BLOCK_ADDR_W-1:0] tap_pix, tap_tile;
    wire                    dyn_space, stat_space, acc_space;
    wire                    tap_ready = dyn_space && stat_space && acc_space;
    bpi_tap_walker #(.ROWS(ROWS), .COLS(COLS), .DYN_W(DYN_W), .PIX_W(BLOCK_ADDR_W), .TILE_W(BLOCK_ADDR_W)) u_tap_walker (
        .clk_i                 (clk_i),
        .rst_i                 (rst),
        .tile_valid_i          (exec_valid),
        .tile_ready_o          (exec_ready),
        .tile_i                (exec_ins),
        .geometry_i            (geometry),
        .tap_valid_o           (tap_valid),
        .tap_ready_i           (tap_ready),
        .tap_end_o             (tap_end),
        .tap_reduce_o          (tap_reduce),
        .tap_by_column_o       (tap_by_column),
        .tap_rect_o            (tap_rect),
        .tap_fused_o           (tap_fused),
        .tap_diagonal_o        (tap_diagonal),
        .tap_images_o          (tap_images),
        .tap_rows_o            (tap_rows),
        .tap_columns_o         (tap_columns),
        .tap_x_h_o             (tap_x_h),
        .tap_x_w_o             (tap_x_w),
        .tap_phase_h_o         (tap_phase_h),
        .tap_phase_w_o         (tap_phase_w),
        .tap_reduction_tiles_o (tap_reduction_tiles),
        .tap_row_lanes_o       (tap_row_lanes),
        .tap_column_lanes_o    (tap_column_lanes),
        .tap_dyn_addr_o        (tap_dyn),
        .tap_pix_addr_o        (tap_pix),
        .tap_tile_addr_o       (tap_tile)
    );
    wire tap_push = tap_valid && tap_ready;

    // --- EXEC: dynamic operand --------------------------------------------
    localparam DYN_TAP_W = 2 + 4*16 + 18 + 8 + DYN_W + 1 + 18 + 2*8;
    wire                 dyn_valid, dyn_ready;
    wire [DYN_TAP_W-1:0] dyn_tap;
    wire                 dyn_reduce, dyn_rect, dyn_fused;
    wire [15:0]          dyn_images, dyn_rows, dyn_columns, dyn_tiles;
    wire signed [17:0]   dyn_x_h, dyn_x_w;
    wire [7:0]           dyn_phase_h, dyn_phase_w, dyn_lanes;
    wire [DYN_W-1:0]     dyn_addr;
    bpi_fifo #(.WIDTH(DYN_TAP_W), .DEPTH(2)) u_dyn_taps (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .in_valid_i  (tap_push && !tap_end),
        .in_ready_o  (dyn_space),
        .in_data_i   ({ tap_rect, tap_x_h, tap_phase_h, tap_phase_w, tap_reduce, tap_fused, tap_images, tap_rows, tap_columns,
                       tap_reduction_tiles, tap_x_w, tap_row_lanes, tap_dyn}),
        .out_valid_o (dyn_valid),
        .out_ready_i (dyn_ready),
        .out_data_o  (dyn_tap)
    );
    assign { dyn_rect, dyn_x_h, dyn_phase_h, dyn_phase_w, dyn_reduce, dyn_fused, dyn_images, dyn_rows, dyn_columns,
            dyn_tiles, dyn_x_w, dyn_lanes, dyn_addr} = dyn_tap;

    wire                        exec_rd_valid;
    wire [DYN_W-1:0]            exec_rd_addr;
    wire [DYN_LANES*DATA_W-1:0] dynamic_data;
    wire                        direct_valid, direct_ready;
    wire [ROWS*DATA_W-1:0]      direct_data, block_data, column_data;
    wire [7:0]                  direct_inside, direct_zero, block_lanes;
    wire                        block_valid, block_ready, column_valid, column_ready;
    wire                        info_push, info_space, info_first_in, info_last_in;
    wire [7:0]                  info_lanes_in;
    wire [15:0]                 info_inside_in, info_zero_in;
    bpi_agu_dynamic #(.ROWS(ROWS), .DATA_W(DATA_W), .LANES(DYN_LANES), .ADDR_W(DYN_W)) u_agu_dynamic (
        .clk_i                 (clk_i),
        .rst_i                 (rst),
        .tap_valid_i           (dyn_valid),
        .tap_ready_o           (dyn_ready),
        .tap_reduce_i          (dyn_reduce),
        .tap_rect_i            (dyn_rect),
        .tap_fused_i           (dyn_fused),
        .tap_images_i          (dyn_images),
        .tap_rows_i            (dyn_rows),
        .tap_columns_i         (dyn_columns),
        .tap_x_h_i             (dyn_x_h),
        .tap_x_w_i             (dyn_x_w),
        .tap_phase_h_i         (dyn_phase_h),
        .tap_phase_w_i         (dyn_phase_w),
        .tap_reduction_tiles_i (dyn_tiles),
        .tap_row_lanes_i       (dyn_lanes),
        .tap_addr_i            (dyn_addr),
        .geometry_i            (geometry),
        .rd_valid_o            (exec_rd_valid),
        .rd_addr_o             (exec_rd_addr),
        .rd_data_i             (dynamic_data),
        .direct_valid_o        (direct_valid),
        .direct_ready_i        (direct_ready),
        .direct_data_o         (direct_data),
        .direct_inside_o       (direct_inside),
        .direct_zero_o         (direct_zero),
        .block_valid_o         (block_valid),
        .block_ready_i         (block_ready),
        .block_data_o          (block_data),
        .block_lanes_o         (block_lanes),
        .info_valid_o          (info_push),
        .info_ready_i          (info_space),
        .info_first_o          (info_first_in),
        .info_last_o           (info_last_in),
        .info_lanes_o          (info_lanes_in),
        .info_inside_o         (info_inside_in),
        .info_zero_o           (info_zero_in)
    );

    wire       info_valid, info_ready, info_first, info_last;
    wire [7:0] info_lanes;
    wire [15:0] info_inside, info_zero;
    bpi_fifo #(.WIDTH(42), .DEPTH(4)) u_info (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .in_valid_i  (info_push),
        .in_ready_o  (info_space),
        .in_data_i   ({info_first_in, info_last_in, info_lanes_in, info_inside_in, info_zero_in}),
        .out_valid_o (info_valid),
        .out_ready_i (info_ready),
        .out_data_o  ({info_first, info_last, info_lanes, info_inside, info_zero})
    );

    bpi_transposer #(.DATA_W(DATA_W), .ROWS(ROWS), .COLS(ROWS), .DESCENDING(0), .META_W(1)) u_transpose_dynamic (
        .clk_i          (clk_i),
        .rst_i          (rst),
        .in_valid_i     (block_valid),
        .in_ready_o     (block_ready),
        .in_by_column_i (1'b0),
        .in_data_i      (block_data),
        .in_count_i     (block_lanes),
        .in_meta_i      (1'b0),
        .out_valid_o    (column_valid),
        .out_ready_i    (column_ready),
        .out_data_o     (column_data),
        .out_first_o    (unused_first[0]),
        .out_last_o     (unused_last[0]),
        .out_meta_o     (unused_meta[0])
    );

    // --- EXEC: stationary operand -----------------------------------------
    localparam STAT_TAP_W = 3 + 3*16 + 2*8 + 2*STAT_W + 1 + 2*8;
    wire                  stat_valid, stat_ready;
    wire [STAT_TAP_W-1:0] stat_tap;
    wire                  stat_reduce, stat_by_column, stat_rect, stat_diagonal;
    wire [15:0]           stat_images, stat_rows, stat_columns;
    wire [7:0]            stat_phase_h, stat_phase_w, stat_row_lanes, stat_column_lanes;
    wire [STAT_W-1:0]     stat_pix, stat_tile;
    bpi_fifo #(.WIDTH(STAT_TAP_W), .DEPTH(2)) u_stat_taps (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .in_valid_i  (tap_push && !tap_end),
        .in_ready_o  (stat_space),
        .in_data_i   ({ tap_rect, tap_phase_h, tap_phase_w, tap_reduce, tap_by_column, tap_diagonal, tap_images, tap_rows,
                       tap_columns, tap_row_lanes, tap_column_lanes, tap_pix[STAT_W-1:0], tap_tile[STAT_W-1:0]}),
        .out_valid_o (stat_valid),
        .out_ready_i (stat_ready),
        .out_data_o  (stat_tap)
    );
    assign { stat_rect, stat_phase_h, stat_phase_w, stat_reduce, stat_by_column, stat_diagonal, stat_images, stat_rows,
            stat_columns, stat_row_lanes, stat_column_lanes, stat_pix, stat_tile} = stat_tap;

    wire                         stat_rd_valid;
    wire [STAT_W-1:0]            stat_rd_addr;
    wire [STAT_LANES*DATA_W-1:0] stationary_data, weight_block;
    wire                         weight_block_valid, weight_block_ready, weight_by_column;
    wire                         weight_valid, weight_ready;
    wire [ROWS*DATA_W-1:0]       weight_data;
    bpi_agu_stationary #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .LANES(STAT_LANES), .ADDR_W(STAT_W)) u_agu_stationary (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .tap_valid_i        (stat_valid),
        .tap_ready_o        (stat_ready),
        .tap_reduce_i       (stat_reduce),
        .tap_by_column_i    (stat_by_column),
        .tap_rect_i         (stat_rect),
        .tap_diagonal_i     (stat_diagonal),
        .tap_images_i       (stat_images),
        .tap_rows_i         (stat_rows),
        .tap_columns_i      (stat_columns),
        .tap_phase_h_i      (stat_phase_h),
        .tap_phase_w_i      (stat_phase_w),
        .tap_row_lanes_i    (stat_row_lanes),
        .tap_column_lanes_i (stat_column_lanes),
        .tap_pix_addr_i     (stat_pix),
        .tap_tile_addr_i    (stat_tile),
        .geometry_i         (geometry),
        .rd_valid_o         (stat_rd_valid),
        .rd_addr_o          (stat_rd_addr),
        .rd_data_i          (stationary_data),
        .block_valid_o      (weight_block_valid),
        .block_ready_i      (weight_block_ready),
        .block_by_column_o  (weight_by_column),
        .block_data_o       (weight_block)
    );

    bpi_transposer #(.DATA_W(DATA_W), .ROWS(ROWS), .COLS(COLS), .DESCENDING(1), .META_W(1)) u_transpose_stationary (
        .clk_i          (clk_i),
        .rst_i          (rst),
        .in_valid_i     (weight_block_valid),
        .in_ready_o     (weight_block_ready),
        .in_by_column_i (weight_by_column),
        .in_data_i      (weight_block),
        .in_count_i     (COLS[7:0]),
        .in_meta_i      (1'b0),
        .out_valid_o    (weight_valid),
        .out_ready_i    (weight_ready),
        .out_data_o     (weight_data),
        .out_first_o    (unused_first[1]),
        .out_last_o     (unused_last[1]),
        .out_meta_o     (unused_meta[1])
    );

    bpi_buffer #(.DATA_W(DATA_W), .WORD(4), .LANES(STAT_LANES), .BEAT(BEAT), .ADDR_W(STAT_W)) u_buffer_stationary (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (wr_valid && wr_select),
        .wr_addr_i  (wr_addr[STAT_W-1:0]),
        .wr_strb_i  (wr_strb),
        .wr_data_i  (wr_data),
        .rd_valid_i (stat_rd_valid),
        .rd_addr_i  (stat_rd_addr),
        .rd_valid_o (unused_rd[0]),
        .rd_data_o  (stationary_data)
    );

    // --- EXEC: accumulate addresses ---------------------------------------
    localparam ACC_TAP_W = 2 + 3*16 + 8 + 2*BLOCK_ADDR_W;
    wire                    acc_tap_valid, acc_tap_ready, acc_tap_end, acc_tap_reduce;
    wire [ACC_TAP_W-1:0]    acc_tap;
    wire [15:0]             acc_tap_images, acc_tap_rows, acc_tap_columns;
    wire [7:0]              acc_tap_lanes;
    wire [BLOCK_ADDR_W-1:0] acc_tap_pix, acc_tap_tile;
    wire [7:0]              tap_used_lanes = tap_diagonal ? 8'd1 : tap_column_lanes;   // output lanes of a reduction lane
    bpi_fifo #(.WIDTH(ACC_TAP_W), .DEPTH(2)) u_acc_taps (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .in_valid_i  (tap_push),
        .in_ready_o  (acc_space),
        .in_data_i   ({tap_end, tap_reduce, tap_images, tap_rows, tap_columns, tap_used_lanes, tap_pix, tap_tile}),
        .out_valid_o (acc_tap_valid),
        .out_ready_i (acc_tap_ready),
        .out_data_o  (acc_tap)
    );
    assign {acc_tap_end, acc_tap_reduce, acc_tap_images, acc_tap_rows, acc_tap_columns, acc_tap_lanes, acc_tap_pix, acc_tap_tile} = acc_tap;

    wire                    item_valid, item_ready, item_end, item_reduce, item_swap;
    wire [BLOCK_ADDR_W-1:0] item_addr;
    wire [7:0]              item_columns, item_lanes;
    wire [15:0]             item_inside, item_zero;
    bpi_agu_accumulate #(.ADDR_W(BLOCK_ADDR_W)) u_agu_accumulate (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .tap_valid_i        (acc_tap_valid),
        .tap_ready_o        (acc_tap_ready),
        .tap_end_i          (acc_tap_end),
        .tap_reduce_i       (acc_tap_reduce),
        .tap_images_i       (acc_tap_images),
        .tap_rows_i         (acc_tap_rows),
        .tap_columns_i      (acc_tap_columns),
        .tap_column_lanes_i (acc_tap_lanes),
        .tap_pix_addr_i     (acc_tap_pix),
        .tap_tile_addr_i    (acc_tap_tile),
        .geometry_i         (geometry),
        .info_valid_i       (info_valid),
        .info_ready_o       (info_ready),
        .info_first_i       (info_first),
        .info_last_i        (info_last),
        .info_lanes_i       (info_lanes),
        .info_inside_i      (info_inside),
        .info_zero_i        (info_zero),
        .item_valid_o       (item_valid),
        .item_ready_i       (item_ready),
        .item_end_o         (item_end),
        .item_reduce_o      (item_reduce),
        .item_swap_o        (item_swap),
        .item_addr_o        (item_addr),
        .item_columns_o     (item_columns),
        .item_lanes_o       (item_lanes),
        .item_inside_o      (item_inside),
        .item_zero_o        (item_zero)
    );

    // --- EXEC: array ------------------------------------------------------
    wire                   starved, w_valid, x_valid, x_swap, x_end;
    wire [ROWS*DATA_W-1:0] w_data, x_data;
    wire [ACC_W-1:0]       x_addr;
    wire                   array_busy, wait_stationary, wait_accumulator, range_error;
    bpi_issue #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .ADDR_W(BLOCK_ADDR_W), .ACC_W(ACC_W), .HAZARD(ADD_STAGES + 2)) u_issue (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .item_valid_i       (item_valid),
        .item_ready_o       (item_ready),
        .item_end_i         (item_end),
        .item_reduce_i      (item_reduce),
        .item_swap_i        (item_swap),
        .item_addr_i        (item_addr),
        .item_columns_i     (item_columns),
        .item_lanes_i       (item_lanes),
        .item_inside_i      (item_inside),
        .item_zero_i        (item_zero),
        .direct_valid_i     (direct_valid),
        .direct_ready_o     (direct_ready),
        .direct_data_i      (direct_data),
        .direct_inside_i    (direct_inside),
        .direct_zero_i      (direct_zero),
        .column_valid_i     (column_valid),
        .column_ready_o     (column_ready),
        .column_data_i      (column_data),
        .weight_valid_i     (weight_valid),
        .weight_ready_o     (weight_ready),
        .weight_data_i      (weight_data),
        .bubble_i           (starved),
        .w_valid_o          (w_valid),
        .w_data_o           (w_data),
        .x_valid_o          (x_valid),
        .x_swap_o           (x_swap),
        .x_end_o            (x_end),
        .x_addr_o           (x_addr),
        .x_data_o           (x_data),
        .busy_o             (array_busy),
        .useful_o           (useful),
        .zero_o             (zero),
        .idle_o             (idle_lanes),
        .wait_stationary_o  (wait_stationary),
        .wait_accumulator_o (wait_accumulator),
        .range_error_o      (range_error)
    );

    // An item without a vector passes through the array as well, so that it comes out behind the tile's last sums.
    wire               y_valid, y_end;
    wire [ACC_W-1:0]   y_addr;
    wire [COLS*32-1:0] y_data;
    bpi_systolic #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .ACC_W(32), .ADD_STAGES(ADD_STAGES), .META_W(ACC_W + 1)) u_systolic (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .w_valid_i (w_valid),
        .w_data_i  (w_data),
        .x_valid_i (x_valid || x_end),
        .x_swap_i  (x_valid && x_swap),
        .x_data_i  (x_data),
        .x_meta_i  ({x_end, x_addr}),
        .y_valid_o (y_valid),
        .y_data_o  (y_data),
        .y_meta_o  ({y_end, y_addr})
    );

    // A tile has ended when its last sums can be drained.
    reg [ADD_STAGES+3:0] ending_q;
    always @(posedge clk_i) begin
        ending_q <= {ending_q[ADD_STAGES+2:0], y_valid && y_end};
        if (rst) ending_q <= {(ADD_STAGES+4){1'b0}};
    end
    assign exec_done = ending_q[ADD_STAGES+3];

    wire               acc_valid = y_valid && !y_end;
    wire               drain_valid, drain_ready, drain_data_valid;
    wire [ACC_W-1:0]   drain_addr;
    wire [COLS*32-1:0] drain_data;
    bpi_accumulator #(.COLS(COLS), .ADDR_W(ACC_W), .BANKS(4), .ADD_STAGES(ADD_STAGES)) u_accumulator (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .busy_o          (accumulator_busy),
        .acc_valid_i     (acc_valid),
        .acc_addr_i      (y_addr),
        .acc_data_i      (y_data),
        .drain_valid_i   (drain_valid),
        .drain_ready_o   (drain_ready),
        .drain_addr_i    (drain_addr),
        .drain_valid_o   (drain_data_valid),
        .drain_data_o    (drain_data),
        .drain_starved_o (starved)
    );

    // --- STORE ------------------------------------------------------------
    wire              write_idle, write_error, cmd_ready, chunk_ready;
    wire [7:0]        write_code, write_bytes;
    wire [ADDR_W-1:0] write_addr;
    wire              s_cmd_valid, s_ready, vec_valid, vec_ready, s_chunk_valid;
    wire [ADDR_W-1:0] s_cmd_addr;
    wire [31:0]       s_cmd_bytes;
    wire [COLS*32-1:0] vec_data;
    wire [7:0]        vec_lanes, s_chunk_bytes;
    wire [BUS_W-1:0]  s_chunk_data;
    wire [7:0] store_opcode = store_ins[0 +: 8];
    wire              reorganizing = store_opcode == 8'd5;
    bpi_store #(.COLS(COLS), .ADDR_W(ADDR_W), .ACC_W(ACC_W), .DATA_BYTES(DATA_BYTES)) u_store (
        .clk_i         (clk_i),
        .rst_i         (rst),
        .ins_valid_i   (store_valid && !reorganizing),
        .ins_ready_o   (s_ready),
        .ins_i         (store_ins),
        .cmd_valid_o   (s_cmd_valid),
        .cmd_ready_i   (cmd_ready),
        .cmd_addr_o    (s_cmd_addr),
        .cmd_bytes_o   (s_cmd_bytes),
        .write_idle_i  (write_idle),
        .drain_valid_o (drain_valid),
        .drain_ready_i (drain_ready),
        .drain_addr_o  (drain_addr),
        .drain_valid_i (drain_data_valid),
        .drain_data_i  (drain_data),
        .vec_valid_o   (vec_valid),
        .vec_ready_i   (vec_ready),
        .vec_data_o    (vec_data),
        .vec_lanes_o   (vec_lanes)
    );

    wire store_narrow = store_ins[8];
    wire [4:0] store_shift = store_ins[16 +: 5];
    bpi_epilogue #(.COLS(COLS), .BEAT_BYTES(BEAT_BYTES)) u_epilogue (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .in_valid_i  (vec_valid),
        .in_ready_o  (vec_ready),
        .in_data_i   (vec_data),
        .in_lanes_i  (vec_lanes),
        .narrow_i    (store_narrow),
        .shift_i     (store_shift),
        .out_valid_o (s_chunk_valid),
        .out_ready_i (chunk_ready && !reorganizing),
        .out_data_o  (s_chunk_data),
        .out_bytes_o (s_chunk_bytes)
    );

    wire              z_ready, z_cmd_valid, z_rd_valid, z_chunk_valid;
    wire [ADDR_W-1:0] z_cmd_addr;
    wire [31:0]       z_cmd_bytes;
    wire [DYN_W-1:0]  z_rd_addr;
    wire [BUS_W-1:0]  z_chunk_data;
    wire [7:0]        z_chunk_bytes;
    bpi_reorganize #(.ADDR_W(ADDR_W), .BUF_W(DYN_W), .BEAT(BEAT), .CHUNK(4), .LANES(DYN_LANES), .DATA_W(DATA_W)) u_reorganize (
        .clk_i         (clk_i),
        .rst_i         (rst),
        .ins_valid_i   (store_valid && reorganizing),
        .ins_ready_o   (z_ready),
        .ins_i         (store_ins),
        .cmd_valid_o   (z_cmd_valid),
        .cmd_ready_i   (cmd_ready && reorganizing),
        .cmd_addr_o    (z_cmd_addr),
        .cmd_bytes_o   (z_cmd_bytes),
        .write_idle_i  (write_idle),
        .rd_valid_o    (z_rd_valid),
        .rd_ready_i    (!exec_rd_valid),
        .rd_addr_o     (z_rd_addr),
        .rd_data_i     (dynamic_data),
        .chunk_valid_o (z_chunk_valid),
        .chunk_ready_i (chunk_ready && reorganizing),
        .chunk_data_o  (z_chunk_data),
        .chunk_bytes_o (z_chunk_bytes)
    );
    wire             dynamic_rd_valid = exec_rd_valid || z_rd_valid;
    wire [DYN_W-1:0] dynamic_rd_addr  = exec_rd_valid ? exec_rd_addr : z_rd_addr;
    wire             run_valid        = reorganizing ? z_cmd_valid : s_cmd_valid;
    wire [ADDR_W-1:0] run_addr        = reorganizing ? z_cmd_addr : s_cmd_addr;
    wire [31:0]      run_bytes        = reorganizing ? z_cmd_bytes : s_cmd_bytes;
    wire             chunk_valid      = reorganizing ? z_chunk_valid : s_chunk_valid;
    wire [BUS_W-1:0] chunk_data       = reorganizing ? z_chunk_data : s_chunk_data;
    wire [7:0]       chunk_bytes      = reorganizing ? z_chunk_bytes : s_chunk_bytes;
    assign store_ready = reorganizing ? z_ready : s_ready;

    bpi_buffer #(.DATA_W(DATA_W), .WORD(4), .LANES(DYN_LANES), .BEAT(BEAT), .ADDR_W(DYN_W)) u_buffer_dynamic (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (wr_valid && !wr_select),
        .wr_addr_i  (wr_addr[DYN_W-1:0]),
        .wr_strb_i  (wr_strb),
        .wr_data_i  (wr_data),
        .rd_valid_i (dynamic_rd_valid),
        .rd_addr_i  (dynamic_rd_addr),
        .rd_valid_o (unused_rd[1]),
        .rd_data_o  (dynamic_data)
    );

    bpi_dma_write #(.DATA_W(BUS_W), .ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING)) u_dma_write (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .cmd_valid_i     (run_valid),
        .cmd_ready_o     (cmd_ready),
        .cmd_addr_i      (run_addr),
        .cmd_bytes_i     (run_bytes),
        .in_valid_i      (chunk_valid),
        .in_ready_o      (chunk_ready),
        .in_data_i       (chunk_data),
        .in_bytes_i      (chunk_bytes),
        .window_base_i   (window_base),
        .window_limit_i  (window_limit),
        .idle_o          (write_idle),
        .bytes_o         (write_bytes),
        .halt_i          (halt),
        .error_valid_o   (write_error),
        .error_code_o    (write_code),
        .error_addr_o    (write_addr),
        .m_axi_awvalid_o (m_axi_awvalid),
        .m_axi_awready_i (m_axi_awready),
        .m_axi_awaddr_o  (m_axi_awaddr),
        .m_axi_awlen_o   (m_axi_awlen),
        .m_axi_awsize_o  (m_axi_awsize),
        .m_axi_awburst_o (m_axi_awburst),
        .m_axi_wvalid_o  (m_axi_wvalid),
        .m_axi_wready_i  (m_axi_wready),
        .m_axi_wdata_o   (m_axi_wdata),
        .m_axi_wstrb_o   (m_axi_wstrb),
        .m_axi_wlast_o   (m_axi_wlast),
        .m_axi_bvalid_i  (m_axi_bvalid),
        .m_axi_bready_o  (m_axi_bready),
        .m_axi_bresp_i   (m_axi_bresp)
    );
    assign m_axi_awid    = 1'b0;
    assign m_axi_awlock  = 1'b0;
    assign m_axi_awcache = 4'b0011;
    assign m_axi_awprot  = 3'b000;
    assign m_axi_awqos   = 4'b0000;
    assign bus_idle      = fetch_idle && read_idle && write_idle;

    // --- Faults -----------------------------------------------------------
    localparam [7:0] ACCUMULATOR_RANGE = 8'd13;
    always @(posedge clk_i) begin
        fault_valid_q <= fetch_error || read_error || write_error || range_error;
        fault_cause_q <= write_error ? write_code : read_error ? read_code : fetch_error ? fetch_code : ACCUMULATOR_RANGE;
        fault_addr_q  <= write_error ? write_addr : read_error ? read_addr : fetch_error ? fetch_addr : {ADDR_W{1'b0}};
        if (rst) fault_valid_q <= 1'b0;
    end

    // --- Counters ---------------------------------------------------------
    bpi_activity #(.BEAT_BYTES(BEAT_BYTES), .BYTES_W(2 + 1)) u_activity (
        .clk_i                    (clk_i),
        .rst_i                    (rst),
        .busy_i                   (busy),
        .start_i                  (fetch_start),
        .load_valid_i             (load_valid),
        .load_ready_i             (load_ready),
        .load_reorganize_i        (load_reorganize),
        .load_done_i              (load_done),
        .write_valid_i            (wr_valid),
        .write_select_i           (wr_select),
        .exec_valid_i             (exec_valid),
        .exec_ready_i             (exec_ready),
        .wait_load_i              (wait_load),
        .wait_store_i             (wait_store),
        .item_valid_i             (item_valid),
        .item_ready_i             (item_ready),
        .item_end_i               (item_end),
        .array_busy_i             (array_busy),
        .wait_stationary_i        (wait_stationary),
        .wait_accumulator_i       (wait_accumulator),
        .dynamic_read_i           (dynamic_rd_valid),
        .stationary_read_i        (stat_rd_valid),
        .accumulate_i             (acc_valid),
        .store_valid_i            (store_valid),
        .reorganizing_i           (reorganizing),
        .drain_valid_i            (drain_valid),
        .drain_ready_i            (drain_ready),
        .beat_valid_i             (m_axi_rvalid),
        .beat_ready_i             (m_axi_rready),
        .written_bytes_i          (write_bytes),
        .inc_cycles_o             (inc_cycles),
        .inc_array_busy_o         (inc_array_busy),
        .inc_dynamic_reads_o      (inc_dynamic_reads),
        .inc_dynamic_writes_o     (inc_dynamic_writes),
        .inc_stationary_reads_o   (inc_stationary_reads),
        .inc_stationary_writes_o  (inc_stationary_writes),
        .inc_accumulator_reads_o  (inc_accumulator_reads),
        .inc_accumulator_writes_o (inc_accumulator_writes),
        .inc_dram_bytes_read_o    (inc_dram_bytes_read),
        .inc_dram_bytes_written_o (inc_dram_bytes_written),
        .inc_reorganize_cycles_o  (inc_reorganize_cycles),
        .inc_reorganize_bytes_o   (inc_reorganize_bytes),
        .inc_stall_load_o         (inc_stall_load),
        .inc_stall_store_o        (inc_stall_store),
        .inc_stall_token_o        (inc_stall_token),
        .inc_stall_accumulator_o  (inc_stall_accumulator),
        .inc_stall_stationary_o   (inc_stall_stationary),
        .inc_prologue_cycles_o    (inc_prologue_cycles)
    );

    wire unused_ok = &{1'b0, m_axi_bid, read_bytes, write_bytes, useful, zero, idle_lanes, wr_addr, tap_pix, tap_tile, tap_rect, tap_x_h, tap_phase_h, tap_phase_w,
                        unused_first, unused_last, unused_meta, unused_rd, load_ins, store_ins};

endmodule
`default_nettype wire
