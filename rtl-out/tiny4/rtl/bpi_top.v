// bpi_top.v - training accelerator for convolutions: 4 x 4 int8, engines traditional, bp, zerofree.
//
//   u_csr                     registers, interrupt, counters             AXI4-Lite
//   u_fetch > u_decode > u_sequencer   program; queues LOAD, EXEC, STORE  AXI4 (u_arbiter)
//
//   LOAD   u_dma_read > u_buffer_dynamic 1 KiB, u_buffer_stationary 1 KiB
//   EXEC   u_tap_walker > u_agu_dynamic    > buffer > (u_transpose_dynamic)  > u_issue
//                       > u_agu_stationary > buffer > u_transpose_stationary > u_issue
//                       > u_agu_accumulate > u_issue > u_systolic > u_accumulator, 64 vectors of 4
//   STORE  u_store or u_reorganize (4 elements a cycle) > u_epilogue (1 lanes a cycle) > u_dma_write
//
// Registers: registers.md and sw/bpi_registers.h in the output.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
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
    localparam PART_W     = 32;    // bits of a part of an instruction
    localparam COUNT_W    = 20;     // bits of a count of instructions
    localparam OPEN_W     = 6;      // bits of those of a queue that have not completed
    localparam BEAT       = 4;     // elements of a beat
    localparam BEAT_BYTES = 4;
    localparam OUTSTANDING = 4;    // bursts in flight
    localparam DYN_W      = 10;     // bits of an element address, dynamic buffer
    localparam STAT_W     = 10;     // stationary buffer
    localparam ACC_W      = 6;     // bits of an accumulator address
    localparam SUM_W      = 18;    // bits of a sum that leaves the array
    localparam DYN_LANES  = 4;     // lanes of a vector, dynamic buffer
    localparam STAT_LANES = 4;     // stationary buffer
    localparam MAP_W      = 10;     // bits of a count of positions, and of a bound
    localparam X_W        = 13;     // bits of a coordinate; in an instruction
    localparam COORD_W    = 11;
    localparam XTAP_W     = 5;     // bits of a coordinate's change at a tap
    localparam PHASE_W    = 4;     // bits of a phase, and of a stride
    localparam TAPS_W     = 4;     // bits of a count of taps
    localparam COLUMNS_W  = 7;     // bits of a count of column tiles
    localparam TILES_W    = 9;     // bits of a count of reduction tiles
    localparam IMAGES_W   = 9;     // bits of a count of images
    localparam LANE_W     = 3;     // bits of a count of lanes
    localparam ROWS_W     = 10;     // bits of a count of a LOAD's rows
    localparam DRAIN_W    = 7;     // bits of a count of a STORE's vectors
    localparam BYTES_W    = 20;     // bits of the bytes of a run
    localparam BLOCK_ADDR_W = 12;    // bits of the addresses that the array does not bound

    wire clk_i = aclk;
    wire [1:0] unused_rd;
    reg  rst_i;
    always @(posedge aclk) rst_i <= !aresetn;
`ifndef SYNTHESIS
    initial rst_i = 1'b1;   // checks are silent until the reset arrives
`endif

    // --- Registers --------------------------------------------------------
    wire              start, soft_reset, busy, done, error_valid;
    wire [ADDR_W-1:0] program_base, window_base, error_addr;
    wire [ADDR_W:0]   window_limit;
    wire [COUNT_W-1:0]       program_count, error_instruction;
    wire [7:0]        error_cause;
    wire              inc_cycles, inc_array_busy, inc_dynamic_reads, inc_dynamic_writes, inc_stationary_reads, inc_stationary_writes;
    wire [1:0]        inc_accumulator_reads, inc_accumulator_writes;
    wire [2:0]        inc_dram_bytes_read, inc_dram_bytes_written, inc_reorganize_bytes;
    wire              inc_reorganize_cycles, inc_stall_load, inc_stall_store, inc_stall_token, inc_stall_accumulator, inc_stall_stationary, inc_prologue_cycles;
    wire [23:0]       useful, zero, idle_lanes;

    bpi_csr #(.ADDR_W(ADDR_W), .COUNT_W(COUNT_W)) u_csr (
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
        .inc_prologue_cycles_i    (inc_prologue_cycles),
        .error_instruction_i      (error_instruction)
    );

    // --- Clients of the read port, and of the status: what client n says is the n-th part of each vector -------
    localparam FETCH = 0, LOADS = 1, READERS = 2;
    wire [READERS-1:0]        ar_valid, ar_ready, r_valid, r_ready;
    wire [READERS*ADDR_W-1:0] ar_addr;
    wire [READERS*8-1:0]      ar_len;
    wire [READERS*3-1:0]      ar_size;
    wire [READERS*2-1:0]      ar_burst;
    wire [BUS_W-1:0]          r_data;
    wire [1:0]                r_resp;
    wire                      r_last;
    bpi_axi_arbiter #(.DATA_W(BUS_W), .ADDR_W(ADDR_W), .CLIENTS(READERS), .ID_W(1)) u_arbiter (
        .clk_i           (clk_i),
        .rst_i           (rst_i),
        .arvalid_i       (ar_valid),
        .arready_o       (ar_ready),
        .araddr_i        (ar_addr),
        .arlen_i         (ar_len),
        .arsize_i        (ar_size),
        .arburst_i       (ar_burst),
        .rvalid_o        (r_valid),
        .rready_i        (r_ready),
        .rdata_o         (r_data),
        .rresp_o         (r_resp),
        .rlast_o         (r_last),
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

    wire              clear, halt;
    wire              rst = rst_i || clear;

    // Of errors in one cycle the first of these counts.  The range of the accumulator is no client of the bus.
    localparam WRITER = 0, READER = 1, PROGRAM = 2, RANGE = 3, UNITS = 4;
    wire [UNITS-1:0]        unit_idle, unit_error;
    wire [UNITS*8-1:0]      unit_code;
    wire [UNITS*ADDR_W-1:0] unit_addr;
    assign unit_idle[RANGE]                  = 1'b1;
    assign unit_code[RANGE*8 +: 8]           = 8'd13;
    assign unit_addr[RANGE*ADDR_W +: ADDR_W] = {ADDR_W{1'b0}};
    bpi_status #(.ADDR_W(ADDR_W), .CLIENTS(UNITS)) u_status (
        .clk_i         (clk_i),
        .rst_i         (rst),
        .idle_i        (unit_idle),
        .halt_i        (halt),
        .error_valid_i (unit_error),
        .error_code_i  (unit_code),
        .error_addr_i  (unit_addr),
        .idle_o        (bus_idle),
        .error_valid_o (fault_valid),
        .error_code_o  (fault_cause),
        .error_addr_o  (fault_addr)
    );

    // --- Program ----------------------------------------------------------
    wire              fetch_start, fetch_halt, program_over;
    wire              part_valid, part_last, free_valid;
    wire [3:0]        part_slot, free_slot;
    wire [3:0]        part_index;
    wire [PART_W-1:0] part;
    bpi_fetch #(.DATA_W(BUS_W), .ADDR_W(ADDR_W), .PART_W(PART_W), .COUNT_W(COUNT_W)) u_fetch (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .start_i         (fetch_start),
        .base_i          (program_base),
        .count_i         (program_count),
        .part_valid_o    (part_valid),
        .part_slot_o     (part_slot),
        .part_index_o    (part_index),
        .part_last_o     (part_last),
        .part_o          (part),
        .free_valid_i    (free_valid),
        .free_slot_i     (free_slot),
        .idle_o          (unit_idle[PROGRAM]),
        .over_o          (program_over),
        .halt_i          (fetch_halt),
        .error_valid_o   (unit_error[PROGRAM]),
        .error_code_o    (unit_code[PROGRAM*8 +: 8]),
        .error_addr_o    (unit_addr[PROGRAM*ADDR_W +: ADDR_W]),
        .m_axi_arvalid_o (ar_valid[FETCH]),
        .m_axi_arready_i (ar_ready[FETCH]),
        .m_axi_araddr_o  (ar_addr[FETCH*ADDR_W +: ADDR_W]),
        .m_axi_arlen_o   (ar_len[FETCH*8 +: 8]),
        .m_axi_arsize_o  (ar_size[FETCH*3 +: 3]),
        .m_axi_arburst_o (ar_burst[FETCH*2 +: 2]),
        .m_axi_rvalid_i  (r_valid[FETCH]),
        .m_axi_rready_o  (r_ready[FETCH]),
        .m_axi_rdata_i   (r_data),
        .m_axi_rresp_i   (r_resp),
        .m_axi_rlast_i   (r_last)
    );

    wire         ins_valid, ins_load, ins_exec, ins_store, ins_end;
    wire [2:0]   ins_opcode;
    wire [7:0]   ins_cause;
    wire [COUNT_W-1:0] loads, execs, stores;
    wire [1:0]   ins_near;
    bpi_decode #(
        .ROWS(ROWS), .COLS(COLS), .DYN_W(DYN_W), .STAT_W(STAT_W), .ACC_W(ACC_W), .ADDR_W(ADDR_W), .DATA_BYTES(DATA_BYTES), .PART_W(PART_W),
        .COUNT_W(COUNT_W), .OPEN_W(OPEN_W)
    ) u_decode (
        .clk_i        (clk_i),
        .rst_i        (rst || fetch_halt),    // also drops what stands behind END
        .part_valid_i (part_valid),
        .part_index_i (part_index),
        .part_last_i  (part_last),
        .part_i       (part),
        .loads_i      (loads),
        .execs_i      (execs),
        .stores_i     (stores),
        .out_valid_o  (ins_valid),
        .out_opcode_o (ins_opcode),
        .out_load_o   (ins_load),
        .out_exec_o   (ins_exec),
        .out_store_o  (ins_store),
        .out_end_o    (ins_end),
        .out_near_o   (ins_near),
        .out_cause_o  (ins_cause)
    );

    wire              fault_valid;
    wire [7:0]        fault_cause;
    wire [ADDR_W-1:0] fault_addr;
    wire              load_part, load_valid, load_ready, load_done;
    wire              exec_part, exec_valid, exec_ready, exec_done;
    wire              store_part, store_valid, store_ready;
    wire              wait_load;
    wire              wait_store;
    wire [1:0]        geometry_part;
    wire [3:0]        send_index;
    wire [PART_W-1:0] send;
    wire              bus_idle, accumulator_busy;
    bpi_sequencer #(.ADDR_W(ADDR_W), .PART_W(PART_W), .COUNT_W(COUNT_W), .OPEN_W(OPEN_W), .TILE_W(5)) u_sequencer (
        .clk_i               (clk_i),
        .rst_i               (rst_i),
        .start_i             (start),
        .reset_i             (soft_reset),
        .program_i           (program_base),
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
        .over_i              (program_over),
        .part_valid_i        (part_valid),
        .part_slot_i         (part_slot),
        .part_index_i        (part_index),
        .part_i              (part),
        .free_valid_o        (free_valid),
        .free_slot_o         (free_slot),
        .ins_valid_i         (ins_valid),
        .ins_opcode_i        (ins_opcode),
        .ins_load_i          (ins_load),
        .ins_exec_i          (ins_exec),
        .ins_store_i         (ins_store),
        .ins_end_i           (ins_end),
        .ins_near_i          (ins_near),
        .ins_cause_i         (ins_cause),
        .fault_valid_i       (fault_valid),
        .fault_cause_i       (fault_cause),
        .fault_addr_i        (fault_addr),
        .loads_o             (loads),
        .load_part_o         (load_part),
        .load_valid_o        (load_valid),
        .load_ready_i        (load_ready),
        .load_done_i         (load_done),
        .execs_o             (execs),
        .exec_part_o         (exec_part),
        .exec_valid_o        (exec_valid),
        .exec_ready_i        (exec_ready),
        .exec_done_i         (exec_done),
        .stores_o            (stores),
        .store_part_o        (store_part),
        .store_valid_o       (store_valid),
        .store_ready_i       (store_ready),
        .send_index_o        (send_index),
        .send_o              (send),
        .wait_load_o         (wait_load),
        .wait_store_o        (wait_store),
        .geometry_part_o     (geometry_part)
    );

    // --- LOAD -------------------------------------------------------------
    localparam DYNAMIC = 0, STATIONARY = 1, BUFFERS = 2;   // as LOAD numbers them
    wire [BUFFERS-1:0] wr_valid;
    localparam ELEMENT_W = DYN_W > STAT_W ? DYN_W : STAT_W;
    wire [ELEMENT_W-1:0] wr_addr;
    wire [BEAT-1:0]   wr_strb;
    wire [BUS_W-1:0]  wr_data;
    wire [7:0]        read_bytes;
    wire              load_opens, load_reorganize;
    bpi_dma_read #(.DATA_W(BUS_W), .ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING), .ELEMENT_BYTES(DATA_BYTES), .BUFFERS(BUFFERS), .SELECT_W(1), .ELEMENT_W(ELEMENT_W), .ROWS_W(ROWS_W), .PART_W(PART_W)) u_dma_read (
        .clk_i            (clk_i),
        .rst_i            (rst),
        .part_valid_i     (load_part),
        .part_index_i     (send_index),
        .part_i           (send),
        .cmd_valid_i      (load_valid),
        .cmd_ready_o      (load_ready),
        .cmd_opens_o      (load_opens),
        .cmd_reorganize_o (load_reorganize),
        .wr_valid_o       (wr_valid),
        .wr_addr_o        (wr_addr),
        .wr_strb_o        (wr_strb),
        .wr_data_o        (wr_data),
        .done_o           (load_done),
        .idle_o           (unit_idle[READER]),
        .bytes_o          (read_bytes),
        .halt_i           (halt),
        .error_valid_o    (unit_error[READER]),
        .error_code_o     (unit_code[READER*8 +: 8]),
        .error_addr_o     (unit_addr[READER*ADDR_W +: ADDR_W]),
        .m_axi_arvalid_o  (ar_valid[LOADS]),
        .m_axi_arready_i  (ar_ready[LOADS]),
        .m_axi_araddr_o   (ar_addr[LOADS*ADDR_W +: ADDR_W]),
        .m_axi_arlen_o    (ar_len[LOADS*8 +: 8]),
        .m_axi_arsize_o   (ar_size[LOADS*3 +: 3]),
        .m_axi_arburst_o  (ar_burst[LOADS*2 +: 2]),
        .m_axi_rvalid_i   (r_valid[LOADS]),
        .m_axi_rready_o   (r_ready[LOADS]),
        .m_axi_rdata_i    (r_data),
        .m_axi_rresp_i    (r_resp),
        .m_axi_rlast_i    (r_last)
    );

    // --- EXEC: taps -------------------------------------------------------
    wire                       tap_valid, tap_ready;
    wire                       tap_end;
    wire                       tap_reduce;
    wire                       tap_by_column;
    wire                       tap_rect;
    wire                       tap_fused;
    wire [IMAGES_W-1:0]        tap_images;
    wire [MAP_W-1:0]           tap_rows;
    wire [MAP_W-1:0]           tap_columns;
    wire signed [X_W-1:0]      tap_x_h;
    wire signed [X_W-1:0]      tap_x_w;
    wire [PHASE_W-1:0]         tap_phase_h;
    wire [PHASE_W-1:0]         tap_phase_w;
    wire [TILES_W-1:0]         tap_reduction_tiles;
    wire [LANE_W-1:0]          tap_row_lanes;
    wire [LANE_W-1:0]          tap_column_lanes;
    wire [DYN_W-1:0]           tap_dyn_addr;
    wire [BLOCK_ADDR_W-1:0]    tap_pix_addr;
    wire [BLOCK_ADDR_W-1:0]    tap_tile_addr;
    bpi_tap_walker #(.DYN_W(DYN_W), .PIX_W(BLOCK_ADDR_W), .TILE_W(BLOCK_ADDR_W), .PART_W(PART_W), .MAP_W(MAP_W), .X_W(X_W), .COORD_W(COORD_W), .XTAP_W(XTAP_W), .PHASE_W(PHASE_W), .TAPS_W(TAPS_W), .COLUMNS_W(COLUMNS_W), .TILES_W(TILES_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_tap_walker (
        .clk_i                 (clk_i),
        .rst_i                 (rst),
        .tile_valid_i          (exec_valid),
        .tile_ready_o          (exec_ready),
        .part_valid_i          (exec_part),
        .geometry_part_i       (geometry_part),
        .part_index_i          (send_index),
        .part_i                (send),
        .tap_valid_o           (tap_valid),
        .tap_end_o             (tap_end),
        .tap_reduce_o          (tap_reduce),
        .tap_by_column_o       (tap_by_column),
        .tap_rect_o            (tap_rect),
        .tap_fused_o           (tap_fused),
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
        .tap_dyn_addr_o        (tap_dyn_addr),
        .tap_pix_addr_o        (tap_pix_addr),
        .tap_tile_addr_o       (tap_tile_addr),
        .tap_ready_i           (tap_ready)
    );

    wire                       dynamic_tap_valid, dynamic_tap_ready;
    wire                       dynamic_tap_reduce;
    wire                       dynamic_tap_rect;
    wire                       dynamic_tap_fused;
    wire [IMAGES_W-1:0]        dynamic_tap_images;
    wire [MAP_W-1:0]           dynamic_tap_rows;
    wire [MAP_W-1:0]           dynamic_tap_columns;
    wire signed [X_W-1:0]      dynamic_tap_x_h;
    wire signed [X_W-1:0]      dynamic_tap_x_w;
    wire [PHASE_W-1:0]         dynamic_tap_phase_h;
    wire [PHASE_W-1:0]         dynamic_tap_phase_w;
    wire [TILES_W-1:0]         dynamic_tap_reduction_tiles;
    wire [LANE_W-1:0]          dynamic_tap_row_lanes;
    wire [DYN_W-1:0]           dynamic_tap_addr;
    wire                       stationary_tap_valid, stationary_tap_ready;
    wire                       stationary_tap_reduce;
    wire                       stationary_tap_by_column;
    wire                       stationary_tap_rect;
    wire [IMAGES_W-1:0]        stationary_tap_images;
    wire [MAP_W-1:0]           stationary_tap_rows;
    wire [MAP_W-1:0]           stationary_tap_columns;
    wire [PHASE_W-1:0]         stationary_tap_phase_h;
    wire [PHASE_W-1:0]         stationary_tap_phase_w;
    wire [LANE_W-1:0]          stationary_tap_row_lanes;
    wire [LANE_W-1:0]          stationary_tap_column_lanes;
    wire [STAT_W-1:0]          stationary_tap_addr;
    wire                       accumulate_tap_valid, accumulate_tap_ready;
    wire                       accumulate_tap_end;
    wire                       accumulate_tap_reduce;
    wire                       accumulate_tap_by_column;
    wire [IMAGES_W-1:0]        accumulate_tap_images;
    wire [MAP_W-1:0]           accumulate_tap_rows;
    wire [MAP_W-1:0]           accumulate_tap_columns;
    wire [LANE_W-1:0]          accumulate_tap_column_lanes;
    wire [BLOCK_ADDR_W-1:0]    accumulate_tap_addr;
    bpi_tap_fifos #(.DYN_W(DYN_W), .STAT_W(STAT_W), .BLOCK_ADDR_W(BLOCK_ADDR_W), .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(PHASE_W), .TILES_W(TILES_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_tap_fifos (
        .clk_i                     (clk_i),
        .rst_i                     (rst),
        .dynamic_valid_o           (dynamic_tap_valid),
        .dynamic_ready_i           (dynamic_tap_ready),
        .dynamic_reduce_o          (dynamic_tap_reduce),
        .dynamic_rect_o            (dynamic_tap_rect),
        .dynamic_fused_o           (dynamic_tap_fused),
        .dynamic_images_o          (dynamic_tap_images),
        .dynamic_rows_o            (dynamic_tap_rows),
        .dynamic_columns_o         (dynamic_tap_columns),
        .dynamic_x_h_o             (dynamic_tap_x_h),
        .dynamic_x_w_o             (dynamic_tap_x_w),
        .dynamic_phase_h_o         (dynamic_tap_phase_h),
        .dynamic_phase_w_o         (dynamic_tap_phase_w),
        .dynamic_reduction_tiles_o (dynamic_tap_reduction_tiles),
        .dynamic_row_lanes_o       (dynamic_tap_row_lanes),
        .dynamic_addr_o            (dynamic_tap_addr),
        .stationary_valid_o        (stationary_tap_valid),
        .stationary_ready_i        (stationary_tap_ready),
        .stationary_reduce_o       (stationary_tap_reduce),
        .stationary_by_column_o    (stationary_tap_by_column),
        .stationary_rect_o         (stationary_tap_rect),
        .stationary_images_o       (stationary_tap_images),
        .stationary_rows_o         (stationary_tap_rows),
        .stationary_columns_o      (stationary_tap_columns),
        .stationary_phase_h_o      (stationary_tap_phase_h),
        .stationary_phase_w_o      (stationary_tap_phase_w),
        .stationary_row_lanes_o    (stationary_tap_row_lanes),
        .stationary_column_lanes_o (stationary_tap_column_lanes),
        .stationary_addr_o         (stationary_tap_addr),
        .accumulate_valid_o        (accumulate_tap_valid),
        .accumulate_ready_i        (accumulate_tap_ready),
        .accumulate_end_o          (accumulate_tap_end),
        .accumulate_reduce_o       (accumulate_tap_reduce),
        .accumulate_by_column_o    (accumulate_tap_by_column),
        .accumulate_images_o       (accumulate_tap_images),
        .accumulate_rows_o         (accumulate_tap_rows),
        .accumulate_columns_o      (accumulate_tap_columns),
        .accumulate_column_lanes_o (accumulate_tap_column_lanes),
        .accumulate_addr_o         (accumulate_tap_addr),
        .tap_end_i                 (tap_end),
        .tap_reduce_i              (tap_reduce),
        .tap_by_column_i           (tap_by_column),
        .tap_rect_i                (tap_rect),
        .tap_fused_i               (tap_fused),
        .tap_images_i              (tap_images),
        .tap_rows_i                (tap_rows),
        .tap_columns_i             (tap_columns),
        .tap_x_h_i                 (tap_x_h),
        .tap_x_w_i                 (tap_x_w),
        .tap_phase_h_i             (tap_phase_h),
        .tap_phase_w_i             (tap_phase_w),
        .tap_reduction_tiles_i     (tap_reduction_tiles),
        .tap_row_lanes_i           (tap_row_lanes),
        .tap_column_lanes_i        (tap_column_lanes),
        .tap_dyn_addr_i            (tap_dyn_addr),
        .tap_pix_addr_i            (tap_pix_addr),
        .tap_tile_addr_i           (tap_tile_addr),
        .tap_valid_i               (tap_valid),
        .tap_ready_o               (tap_ready)
    );

    // --- EXEC: dynamic operand --------------------------------------------
    wire                        exec_rd_valid;
    wire [DYN_W-1:0]            exec_rd_addr;
    wire [DYN_LANES*DATA_W-1:0] dynamic_data;
    wire                        direct_valid, direct_ready;
    wire [ROWS*DATA_W-1:0]      direct_data, block_data, column_data;
    wire [LANE_W-1:0]           direct_inside, direct_zero, block_lanes;
    wire                        block_valid, block_ready, column_valid, column_ready;
    wire                        info_valid, info_ready, info_first, info_last;
    wire [LANE_W-1:0]           info_lanes;
    wire [2*LANE_W-1:0]         info_inside, info_zero;
    bpi_agu_dynamic #(.ROWS(ROWS), .DATA_W(DATA_W), .LANES(DYN_LANES), .ADDR_W(DYN_W), .PART_W(PART_W), .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(PHASE_W), .TILES_W(TILES_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_agu_dynamic (
        .clk_i                 (clk_i),
        .rst_i                 (rst),
        .tap_valid_i           (dynamic_tap_valid),
        .tap_ready_o           (dynamic_tap_ready),
        .tap_reduce_i          (dynamic_tap_reduce),
        .tap_rect_i            (dynamic_tap_rect),
        .tap_fused_i           (dynamic_tap_fused),
        .tap_images_i          (dynamic_tap_images),
        .tap_rows_i            (dynamic_tap_rows),
        .tap_columns_i         (dynamic_tap_columns),
        .tap_x_h_i             (dynamic_tap_x_h),
        .tap_x_w_i             (dynamic_tap_x_w),
        .tap_phase_h_i         (dynamic_tap_phase_h),
        .tap_phase_w_i         (dynamic_tap_phase_w),
        .tap_reduction_tiles_i (dynamic_tap_reduction_tiles),
        .tap_row_lanes_i       (dynamic_tap_row_lanes),
        .tap_addr_i            (dynamic_tap_addr),
        .geometry_part_i       (geometry_part),
        .part_index_i          (send_index),
        .part_i                (send),
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
        .info_valid_o          (info_valid),
        .info_ready_i          (info_ready),
        .info_first_o          (info_first),
        .info_last_o           (info_last),
        .info_lanes_o          (info_lanes),
        .info_inside_o         (info_inside),
        .info_zero_o           (info_zero)
    );

    bpi_transposer #(.DATA_W(DATA_W), .ROWS(ROWS), .COLS(ROWS), .LANE_W(LANE_W)) u_transpose_dynamic (
        .clk_i          (clk_i),
        .rst_i          (rst),
        .in_valid_i     (block_valid),
        .in_ready_o     (block_ready),
        .in_by_column_i (1'b0),
        .in_data_i      (block_data),
        .in_count_i     (block_lanes),
        .out_valid_o    (column_valid),
        .out_ready_i    (column_ready),
        .out_data_o     (column_data)
    );

    // --- EXEC: stationary operand -----------------------------------------
    wire                         stat_rd_valid;
    wire [STAT_W-1:0]            stat_rd_addr;
    wire [STAT_LANES*DATA_W-1:0] stationary_data, weight_block;
    wire                         weight_block_valid, weight_block_ready, weight_by_column;
    wire                         weight_valid, weight_ready;
    wire [ROWS*DATA_W-1:0]       weight_data;
    bpi_agu_stationary #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .LANES(STAT_LANES), .ADDR_W(STAT_W), .PART_W(PART_W), .MAP_W(MAP_W), .X_W(X_W), .PHASE_W(PHASE_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_agu_stationary (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .tap_valid_i        (stationary_tap_valid),
        .tap_ready_o        (stationary_tap_ready),
        .tap_reduce_i       (stationary_tap_reduce),
        .tap_by_column_i    (stationary_tap_by_column),
        .tap_rect_i         (stationary_tap_rect),
        .tap_images_i       (stationary_tap_images),
        .tap_rows_i         (stationary_tap_rows),
        .tap_columns_i      (stationary_tap_columns),
        .tap_phase_h_i      (stationary_tap_phase_h),
        .tap_phase_w_i      (stationary_tap_phase_w),
        .tap_row_lanes_i    (stationary_tap_row_lanes),
        .tap_column_lanes_i (stationary_tap_column_lanes),
        .tap_addr_i         (stationary_tap_addr),
        .geometry_part_i    (geometry_part),
        .part_index_i       (send_index),
        .part_i             (send),
        .rd_valid_o         (stat_rd_valid),
        .rd_addr_o          (stat_rd_addr),
        .rd_data_i          (stationary_data),
        .block_valid_o      (weight_block_valid),
        .block_ready_i      (weight_block_ready),
        .block_by_column_o  (weight_by_column),
        .block_data_o       (weight_block)
    );

    bpi_transposer #(.DATA_W(DATA_W), .ROWS(ROWS), .COLS(COLS), .LANE_W(LANE_W)) u_transpose_stationary (
        .clk_i          (clk_i),
        .rst_i          (rst),
        .in_valid_i     (weight_block_valid),
        .in_ready_o     (weight_block_ready),
        .in_by_column_i (weight_by_column),
        .in_data_i      (weight_block),
        .in_count_i     (COLS[LANE_W-1:0]),
        .out_valid_o    (weight_valid),
        .out_ready_i    (weight_ready),
        .out_data_o     (weight_data)
    );

    bpi_buffer #(.DATA_W(DATA_W), .WORD(4), .LANES(STAT_LANES), .BEAT(BEAT), .ADDR_W(STAT_W)) u_buffer_stationary (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (wr_valid[STATIONARY]),
        .wr_addr_i  (wr_addr[STAT_W-1:0]),
        .wr_strb_i  (wr_strb),
        .wr_data_i  (wr_data),
        .rd_valid_i (stat_rd_valid),
        .rd_addr_i  (stat_rd_addr),
        .rd_valid_o (unused_rd[0]),
        .rd_data_o  (stationary_data)
    );

    // --- EXEC: accumulate addresses ---------------------------------------
    wire                    item_valid, item_ready, item_end, item_reduce, item_swap;
    wire [BLOCK_ADDR_W-1:0] item_addr;
    wire [LANE_W-1:0]       item_columns, item_lanes;
    wire [1:0]              item_keep, x_keep, y_keep;
    wire [LANE_W-1:0]       group_lanes;
    wire [2*LANE_W-1:0]     item_inside, item_zero;
    bpi_agu_accumulate #(.ADDR_W(BLOCK_ADDR_W), .PART_W(PART_W), .MAP_W(MAP_W), .X_W(X_W), .IMAGES_W(IMAGES_W), .LANE_W(LANE_W)) u_agu_accumulate (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .tap_valid_i        (accumulate_tap_valid),
        .tap_ready_o        (accumulate_tap_ready),
        .tap_end_i          (accumulate_tap_end),
        .tap_reduce_i       (accumulate_tap_reduce),
        .tap_by_column_i    (accumulate_tap_by_column),
        .tap_images_i       (accumulate_tap_images),
        .tap_rows_i         (accumulate_tap_rows),
        .tap_columns_i      (accumulate_tap_columns),
        .tap_column_lanes_i (accumulate_tap_column_lanes),
        .tap_addr_i         (accumulate_tap_addr),
        .geometry_part_i    (geometry_part),
        .part_index_i       (send_index),
        .part_i             (send),
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
        .item_keep_o        (item_keep),
        .item_lanes_o       (item_lanes),
        .group_lanes_o      (group_lanes),
        .item_inside_o      (item_inside),
        .item_zero_o        (item_zero)
    );

    // --- EXEC: array ------------------------------------------------------
    wire                   starved, w_valid, x_valid, x_swap, x_end;
    wire [ROWS*DATA_W-1:0] w_data, x_data;
    wire [ACC_W-1:0]       x_addr;
    wire                   array_busy, wait_stationary, wait_accumulator;
    bpi_issue #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .ADDR_W(BLOCK_ADDR_W), .ACC_W(ACC_W), .HAZARD(ADD_STAGES + 2), .LANE_W(LANE_W)) u_issue (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .item_valid_i       (item_valid),
        .item_ready_o       (item_ready),
        .item_end_i         (item_end),
        .item_reduce_i      (item_reduce),
        .item_swap_i        (item_swap),
        .item_addr_i        (item_addr),
        .item_columns_i     (item_columns),
        .item_keep_i        (item_keep),
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
        .x_keep_o           (x_keep),
        .x_data_o           (x_data),
        .busy_o             (array_busy),
        .useful_o           (useful),
        .zero_o             (zero),
        .idle_o             (idle_lanes),
        .wait_stationary_o  (wait_stationary),
        .wait_accumulator_o (wait_accumulator),
        .range_error_o      (unit_error[RANGE])
    );

    // An item without a vector passes through the array as well, so that it comes out behind the tile's last sums.
    wire               y_valid, y_end;
    wire [ACC_W-1:0]   y_addr;
    wire [COLS*SUM_W-1:0] y_data;
    bpi_systolic #(.ROWS(ROWS), .COLS(COLS), .DATA_W(DATA_W), .SUM_W(SUM_W), .ADD_STAGES(ADD_STAGES), .META_W(ACC_W + 3)) u_systolic (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .w_valid_i (w_valid),
        .w_data_i  (w_data),
        .x_valid_i (x_valid || x_end),
        .x_swap_i  (x_valid && x_swap),
        .x_data_i  (x_data),
        .x_meta_i  ({x_end, x_keep, x_addr}),
        .y_valid_o (y_valid),
        .y_data_o  (y_data),
        .y_meta_o  ({y_end, y_keep, y_addr})
    );

    wire               acc_valid = y_valid && !y_end;
    wire               drain_valid, drain_ready, drain_data_valid;
    wire [ACC_W-1:0]   drain_addr;
    wire [COLS*32-1:0] drain_data;
    bpi_accumulator #(.COLS(COLS), .SUM_W(SUM_W), .ADDR_W(ACC_W), .BANKS(2), .ADD_STAGES(ADD_STAGES), .LANE_W(LANE_W)) u_accumulator (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .busy_o          (accumulator_busy),
        .acc_valid_i     (acc_valid),
        .acc_addr_i      (y_addr),
        .acc_data_i      (y_data),
        .acc_keep_i      (y_keep),
        .group_lanes_i   (group_lanes),
        .end_i           (y_valid && y_end),
        .ended_o         (exec_done),
        .drain_valid_i   (drain_valid),
        .drain_ready_o   (drain_ready),
        .drain_addr_i    (drain_addr),
        .drain_valid_o   (drain_data_valid),
        .drain_data_o    (drain_data),
        .drain_starved_o (starved)
    );

    // --- STORE ------------------------------------------------------------
    wire              cmd_valid, cmd_ready, chunk_valid, chunk_ready, reorganizing, dynamic_rd_valid;
    wire [ADDR_W-1:0] cmd_addr;
    wire [BYTES_W-1:0] cmd_bytes;
    wire [BUS_W-1:0]  chunk_data;
    wire [7:0]        chunk_bytes, write_bytes;
    wire [DYN_W-1:0]  dynamic_rd_addr;
    wire              s_valid, s_ready, s_chunk_valid, s_chunk_ready, vec_valid, vec_ready;
    wire              z_runs_idle, z_runs_setup, z_runs_busy;
    wire [COLS*32-1:0] vec_data;
    wire [7:0]        vec_lanes, s_chunk_bytes;
    wire              store_narrow;
    wire [4:0]        store_shift;
    wire [BUS_W-1:0]  s_chunk_data;
    bpi_store #(.COLS(COLS), .ADDR_W(ADDR_W), .ACC_W(ACC_W), .DATA_BYTES(DATA_BYTES), .PART_W(PART_W), .BYTES_W(BYTES_W), .RUNS_W(MAP_W > DRAIN_W ? MAP_W : DRAIN_W), .PIXEL_W(10), .DRAIN_W(DRAIN_W), .LANE_W(LANE_W), .VECTORS(2)) u_store (
        .clk_i              (clk_i),
        .rst_i              (rst),
        .ins_valid_i        (s_valid),
        .ins_ready_o        (s_ready),
        .part_valid_i       (store_part),
        .part_index_i       (send_index),
        .part_i             (send),
        .cmd_valid_o        (cmd_valid),
        .cmd_ready_i        (cmd_ready),
        .cmd_addr_o         (cmd_addr),
        .cmd_bytes_o        (cmd_bytes),
        .reorganizing_i     (reorganizing),
        .reorganize_idle_i  (z_runs_idle),
        .reorganize_setup_i (z_runs_setup),
        .reorganize_busy_o  (z_runs_busy),
        .write_idle_i       (unit_idle[WRITER]),
        .drain_valid_o      (drain_valid),
        .drain_ready_i      (drain_ready),
        .drain_addr_o       (drain_addr),
        .drain_valid_i      (drain_data_valid),
        .drain_data_i       (drain_data),
        .vec_valid_o        (vec_valid),
        .vec_ready_i        (vec_ready),
        .vec_data_o         (vec_data),
        .vec_lanes_o        (vec_lanes),
        .narrow_o           (store_narrow),
        .shift_o            (store_shift)
    );

    bpi_epilogue #(.COLS(COLS), .BEAT_BYTES(BEAT_BYTES), .LANES(1)) u_epilogue (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .in_valid_i  (vec_valid),
        .in_ready_o  (vec_ready),
        .in_data_i   (vec_data),
        .in_lanes_i  (vec_lanes),
        .narrow_i    (store_narrow),
        .shift_i     (store_shift),
        .out_valid_o (s_chunk_valid),
        .out_ready_i (s_chunk_ready),
        .out_data_o  (s_chunk_data),
        .out_bytes_o (s_chunk_bytes)
    );

    wire              z_valid, z_ready, z_rd_valid, z_rd_ready, z_chunk_valid, z_chunk_ready;
    wire [DYN_W-1:0]  z_rd_addr;
    wire [BUS_W-1:0]  z_chunk_data;
    wire [7:0]        z_chunk_bytes;
    bpi_reorganize #(.BUF_W(DYN_W), .BEAT(BEAT), .CHUNK(4), .LANES(DYN_LANES), .DATA_W(DATA_W), .PART_W(PART_W), .MAP_W(MAP_W), .COORD_W(COORD_W), .PHASE_W(PHASE_W), .PIXEL_W(10)) u_reorganize (
        .clk_i         (clk_i),
        .rst_i         (rst),
        .ins_valid_i   (z_valid),
        .ins_ready_o   (z_ready),
        .part_valid_i  (store_part),
        .part_index_i  (send_index),
        .part_i        (send),
        .runs_idle_o   (z_runs_idle),
        .runs_setup_o  (z_runs_setup),
        .runs_busy_i   (z_runs_busy),
        .write_idle_i  (unit_idle[WRITER]),
        .rd_valid_o    (z_rd_valid),
        .rd_ready_i    (z_rd_ready),
        .rd_addr_o     (z_rd_addr),
        .rd_data_i     (dynamic_data),
        .chunk_valid_o (z_chunk_valid),
        .chunk_ready_i (z_chunk_ready),
        .chunk_data_o  (z_chunk_data),
        .chunk_bytes_o (z_chunk_bytes)
    );
    bpi_write_select #(.DATA_W(BUS_W), .BUF_W(DYN_W), .PART_W(PART_W)) u_write_select (
        .ins_valid_i              (store_valid),
        .ins_ready_o              (store_ready),
        .clk_i                    (clk_i),
        .part_valid_i             (store_part),
        .part_index_i             (send_index),
        .part_i                   (send),
        .reorganizing_o           (reorganizing),
        .store_valid_o            (s_valid),
        .store_ready_i            (s_ready),
        .store_chunk_valid_i      (s_chunk_valid),
        .store_chunk_ready_o      (s_chunk_ready),
        .store_chunk_data_i       (s_chunk_data),
        .store_chunk_bytes_i      (s_chunk_bytes),
        .reorganize_valid_o       (z_valid),
        .reorganize_ready_i       (z_ready),
        .reorganize_chunk_valid_i (z_chunk_valid),
        .reorganize_chunk_ready_o (z_chunk_ready),
        .reorganize_chunk_data_i  (z_chunk_data),
        .reorganize_chunk_bytes_i (z_chunk_bytes),
        .reorganize_rd_valid_i    (z_rd_valid),
        .reorganize_rd_ready_o    (z_rd_ready),
        .reorganize_rd_addr_i     (z_rd_addr),
        .exec_rd_valid_i          (exec_rd_valid),
        .exec_rd_addr_i           (exec_rd_addr),
        .chunk_valid_o            (chunk_valid),
        .chunk_ready_i            (chunk_ready),
        .chunk_data_o             (chunk_data),
        .chunk_bytes_o            (chunk_bytes),
        .rd_valid_o               (dynamic_rd_valid),
        .rd_addr_o                (dynamic_rd_addr)
    );

    bpi_buffer #(.DATA_W(DATA_W), .WORD(4), .LANES(DYN_LANES), .BEAT(BEAT), .ADDR_W(DYN_W)) u_buffer_dynamic (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (wr_valid[DYNAMIC]),
        .wr_addr_i  (wr_addr[DYN_W-1:0]),
        .wr_strb_i  (wr_strb),
        .wr_data_i  (wr_data),
        .rd_valid_i (dynamic_rd_valid),
        .rd_addr_i  (dynamic_rd_addr),
        .rd_valid_o (unused_rd[1]),
        .rd_data_o  (dynamic_data)
    );

    bpi_dma_write #(.DATA_W(BUS_W), .ADDR_W(ADDR_W), .OUTSTANDING(OUTSTANDING), .BYTES_W(BYTES_W)) u_dma_write (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .cmd_valid_i     (cmd_valid),
        .cmd_ready_o     (cmd_ready),
        .cmd_addr_i      (cmd_addr),
        .cmd_bytes_i     (cmd_bytes),
        .in_valid_i      (chunk_valid),
        .in_ready_o      (chunk_ready),
        .in_data_i       (chunk_data),
        .in_bytes_i      (chunk_bytes),
        .window_base_i   (window_base),
        .window_limit_i  (window_limit),
        .idle_o          (unit_idle[WRITER]),
        .bytes_o         (write_bytes),
        .halt_i          (halt),
        .error_valid_o   (unit_error[WRITER]),
        .error_code_o    (unit_code[WRITER*8 +: 8]),
        .error_addr_o    (unit_addr[WRITER*ADDR_W +: ADDR_W]),
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

    // --- Counters ---------------------------------------------------------
    bpi_activity #(.BEAT_BYTES(BEAT_BYTES), .BYTES_W(2 + 1), .LOADS_W($clog2(OUTSTANDING + 16))) u_activity (
        .clk_i                    (clk_i),
        .rst_i                    (rst),
        .busy_i                   (busy),
        .start_i                  (fetch_start),
        .load_valid_i             (load_valid),
        .load_ready_i             (load_opens),
        .load_reorganize_i        (load_reorganize),
        .load_done_i              (load_done),
        .dynamic_write_i          (wr_valid[DYNAMIC]),
        .stationary_write_i       (wr_valid[STATIONARY]),
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
    wire unused_increments = &{1'b0, inc_cycles, inc_array_busy, inc_dynamic_reads, inc_dynamic_writes, inc_stationary_reads, inc_stationary_writes,
                               inc_accumulator_reads, inc_accumulator_writes, inc_dram_bytes_read, inc_dram_bytes_written, inc_reorganize_cycles,
                               inc_reorganize_bytes, inc_stall_load, inc_stall_store, inc_stall_token, inc_stall_accumulator,
                               inc_stall_stationary, inc_prologue_cycles};

    wire unused_ok = &{1'b0, m_axi_bid, read_bytes, write_bytes, useful, zero, idle_lanes, wr_addr, unused_rd};

endmodule
`default_nettype wire
