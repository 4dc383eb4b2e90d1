// decode.v - whatever the words are: an instruction leaves with one queue or one cause, unchanged and in order, and one that could do
// harm never leaves without a cause.
`default_nettype none
module decode_formal #(
    parameter ROWS = 4,
    parameter COLS = 4
) (
    input wire         clk_i,
    input wire         in_valid, out_ready,
    input wire [511:0] in_data,
    input wire [31:0]  loads, execs, stores
);
    localparam DYN_W = 6, STAT_W = 5, ACC_W = 4, ADDR_W = 32;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    wire         in_ready, out_valid, is_load, is_exec, is_store, is_end;
    wire [511:0] ins;
    wire [7:0]   cause;
    bpi_decode #(.ROWS(ROWS), .COLS(COLS), .DYN_W(DYN_W), .STAT_W(STAT_W), .ACC_W(ACC_W), .ADDR_W(ADDR_W), .DATA_BYTES(2)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .in_valid_i(in_valid), .in_ready_o(in_ready), .in_data_i(in_data), .loads_i(loads), .execs_i(execs),
        .stores_i(stores), .out_valid_o(out_valid), .out_ready_i(out_ready), .out_data_o(ins), .out_load_o(is_load), .out_exec_o(is_exec),
        .out_store_o(is_store), .out_end_o(is_end), .out_cause_o(cause)
    );

    // --- One entry --------------------------------------------------------
    reg         full_q;
    reg [511:0] ins_q;
    always @(posedge clk_i) begin
        if (in_valid && in_ready) ins_q <= in_data;
        full_q <= !rst_q && ((in_valid && in_ready) || (full_q && !out_ready));
    end

    // --- Fields, as the manual names them -----------------------------------
    wire [31:0] word5 = ins[5*32 +: 32], bytes = ins[6*32 +: 32], word7 = ins[7*32 +: 32], word12 = ins[12*32 +: 32];
    wire [63:0] addr = ins[3*32 +: 64];
    wire        load = is_load, exec = is_exec && ins[7:0] == 8'd3, geometry = is_exec && ins[7:0] == 8'd1;
    wire        store = is_store && ins[7:0] == 8'd4, reorganize = is_store && ins[7:0] == 8'd5;
    wire [31:0] wait_a = ins[1*32 +: 32], wait_b = ins[2*32 +: 32];
    wire [31:0] step_a = ins[8*32 +: 32], step_b = ins[9*32 +: 32], row_step = ins[13*32 +: 32];
    always @* if (!rst_q) begin
        assert (in_ready == (!full_q || out_ready));
        assert (out_valid == full_q);
        if (out_valid) assert (ins == ins_q);
        assert ({2'd0, is_load} + {2'd0, is_exec} + {2'd0, is_store} + {2'd0, is_end} + {2'd0, cause != 8'd0} == 3'd1);
        if (load) begin
            assert (ins[7:0] == 8'd2);
            assert (wait_a <= execs && wait_b <= stores);
            assert (bytes != 32'd0 && word7[15:0] != 16'd0 && word7[31:16] != 16'd0);          // nothing is asked of nobody
            assert (word5 < (ins[8] ? 1 << STAT_W : 1 << DYN_W));                              // begins inside the buffer
            assert (bytes <= (ins[8] ? 2 << STAT_W : 2 << DYN_W));                             // a row is no longer than the buffer
            assert (addr < 64'h1_0000_0000);
            assert (!addr[0] && !bytes[0] && !step_a[0] && !step_b[0]);
        end
        if (exec) begin
            assert (wait_a <= loads && wait_b <= stores);
            assert (ins[3*32 +: 16] != 16'd0 && ins[3*32+16 +: 16] != 16'd0 && ins[4*32 +: 16] != 16'd0 && ins[4*32+16 +: 16] != 16'd0);
            assert (word5[15:0] != 16'd0 && word12[7:0] != 8'd0 && word12[15:8] != 8'd0);
            assert (word5[23:16] != 8'd0 && word5[23:16] <= ROWS && word5[31:24] != 8'd0 && word5[31:24] <= COLS);   // lanes that exist
        end
        if (geometry) assert (ins[8] || (ins[4*32+16 +: 8] != 8'd0 && ins[4*32+24 +: 8] != 8'd0));
        if (store) begin
            assert (wait_a <= execs && wait_b <= loads);
            assert (bytes[15:0] != 16'd0 && bytes[31:16] != 16'd0 && word7[15:0] != 16'd0 && word7[31:16] != 16'd0);
            assert (word12[7:0] != 8'd0 && word12 <= COLS);
            assert (word5 < 1 << ACC_W);
            assert (64'd4 * COLS * bytes[15:0] * bytes[31:16] < 64'h1_0000_0000);              // a run is counted in 32 bits
            assert (addr < 64'h1_0000_0000);
            assert (ins[8] ? !addr[0] && !step_a[0] && !step_b[0] : addr[1:0] == 2'd0 && step_a[1:0] == 2'd0 && step_b[1:0] == 2'd0);
        end
        if (reorganize) begin
            assert (wait_a <= execs && wait_b <= loads);
            assert (bytes != 32'd0 && word7[15:0] != 16'd0 && word7[31:16] != 16'd0);
            assert (ins[10*32 +: 8] > ins[10*32+16 +: 8] && ins[10*32+8 +: 8] > ins[10*32+24 +: 8]);     // phases below their moduli
            assert (word5 < 1 << DYN_W);
            assert (64'd2 * bytes * word7[15:0] < 64'h1_0000_0000);
            assert (addr < 64'h1_0000_0000 && !addr[0] && !row_step[0]);
        end
        if (is_end) assert (ins[511:0] == 512'd6);
    end
endmodule
`default_nettype wire
