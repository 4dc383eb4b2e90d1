// vector.v - room for chunks: each that is started enters the queue as many cycles later as a result takes, finds room there, and is taken
// once; the unit is busy as long as anything is inside.  Resets come at any time.
`default_nettype none
`include "isa.vh"
module vector_formal #(
    parameter ADD_STAGES = 2
) (
    input wire         clk_i,
    input wire         reset, part_valid, begins, elementwise, narrow, vec_valid, vec_group, vec_last, dynamic_ready, stationary_ready, cmd_ready, chunk_ready,
    input wire [511:0] part,
    input wire [31:0]  vec_data, dynamic_data, stationary_data
);
    localparam LATE = 4 + ADD_STAGES, ON_WAY = LATE + 2, FOR_W = 15 + 1 + 1;
    // A run begins with a reset, or in any state in which holds: so every run is covered by a few cycles
    reg rst_q, later_q = 1'b0;
    always @(posedge clk_i) {rst_q, later_q} <= 2'b01;
    wire rst = rst_q || reset;

    wire busy, vec_ready, chunk_valid, cmd_valid, own, one_output, dynamic_valid, stationary_valid;
    reg  begun_q;                                     // the vectors of a STORE come behind its begin
    wire start = begins && !busy && !rst;
    always @(posedge clk_i) begun_q <= start;
    bpi_vector #(
        .LANES(1), .ENTRIES(2), .COLS(1), .ADD_STAGES(ADD_STAGES), .ADDR_W(8), .BYTES_W(8), .DYN_W(4), .STAT_W(4), .BEAT_BYTES(4), .PART_W(512)
    ) u_dut (
        .clk_i(clk_i), .rst_i(rst), .part_valid_i(part_valid && !busy && !start), .part_index_i(4'd0), .part_i(part), .own_o(own), .one_output_o(one_output),
        .begin_i(start), .elementwise_i(elementwise), .narrow_i(narrow), .address_i(8'd0), .busy_o(busy),
        .vec_valid_i(vec_valid && !begun_q), .vec_ready_o(vec_ready), .vec_data_i(vec_data), .vec_lanes_i(8'd1), .vec_group_i(vec_group), .vec_last_i(vec_last),
        .dynamic_valid_o(dynamic_valid), .dynamic_ready_i(dynamic_ready), .dynamic_addr_o(), .dynamic_data_i(dynamic_data),
        .stationary_valid_o(stationary_valid), .stationary_ready_i(stationary_ready), .stationary_addr_o(), .stationary_data_i(stationary_data),
        .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_addr_o(), .cmd_bytes_o(),
        .chunk_valid_o(chunk_valid), .chunk_ready_i(chunk_ready), .chunk_data_o(), .chunk_bytes_o()
    );

    // --- Chunks that have started and are not taken yet --------------------
    (* hierconn *) wire \u_dut.takes , \u_dut.done , \u_dut.active , \u_dut.fire_1q , \u_dut.fire_2q , \u_dut.begin_q , \u_dut.batch_ready ;
    (* hierconn *) wire \u_dut.u_chunks.gen_more.out_valid_q , \u_dut.u_chunks.gen_more.in_ready_q ;
    (* hierconn *) wire [7:0] \u_dut.u_walk.place_q ;
    (* hierconn *) wire [1:0]  \u_dut.out ;
    (* hierconn *) wire [4:0]  \u_dut.room_q , \u_dut.u_chunks.gen_more.count_q ;
    (* hierconn *) wire [31:0] \u_dut.operation_1q , \u_dut.operation_2q ;
    (* hierconn *) wire [LATE-1:0] \u_dut.late_q ;
    (* hierconn *) wire [LATE*FOR_W-1:0] \u_dut.for_q ;
    reg [4:0]        inside_q;
    reg [ON_WAY-1:0] way_q;                           // those whose result is not there yet, by age
    reg [5:0]        on_way;
    integer n;
    always @* begin
        on_way = 6'd0;
        for (n = 0; n < ON_WAY; n = n + 1) on_way = on_way + {5'd0, way_q[n]};
    end
    always @(posedge clk_i) begin
        inside_q <= inside_q + {4'd0, \u_dut.takes } - {4'd0, chunk_valid && chunk_ready};
        way_q    <= {way_q[ON_WAY-2:0], \u_dut.takes };
        if (rst) begin
            inside_q <= 5'd0;
            way_q    <= {ON_WAY{1'b0}};
        end
    end
    // --- What holds at reset, and from one cycle to the next -----------------
    wire counts  = inside_q <= 5'd16 && \u_dut.room_q  == 5'd16 - inside_q;
    wire arrives = (\u_dut.done  && \u_dut.out  != 2'd0) == way_q[ON_WAY-1];
    wire leaves  = !chunk_valid || inside_q != 5'd0;
    wire rests   = busy || (inside_q == 5'd0 && !\u_dut.active  && !cmd_valid && !dynamic_valid && !stationary_valid && !vec_ready);
    // and where they are meanwhile
    wire placed  = {1'b0, inside_q} == on_way + {1'b0, \u_dut.u_chunks.gen_more.count_q } + {5'd0, \u_dut.u_chunks.gen_more.out_valid_q };
    wire full    = \u_dut.u_chunks.gen_more.in_ready_q  == (\u_dut.u_chunks.gen_more.count_q  != 5'd16);
    wire lone    = !\u_dut.active  || \u_dut.u_walk.place_q  == 8'd0;
    wire quiet   = !\u_dut.begin_q  || (begun_q && \u_dut.batch_ready );
    reg  aged;
    always @* begin
        aged = way_q[0] == (\u_dut.fire_1q  && \u_dut.operation_1q [`OPERATION_OUTPUT] != 2'd0) &&
               way_q[1] == (\u_dut.fire_2q  && \u_dut.operation_2q [`OPERATION_OUTPUT] != 2'd0);
        for (n = 0; n < LATE; n = n + 1)
            if (way_q[2+n] != (\u_dut.late_q [n] && \u_dut.for_q [n*FOR_W + FOR_W - 8 +: 2] != 2'd0)) aged = 1'b0;
    end
    wire holds = counts && arrives && leaves && rests && placed && full && lone && quiet && aged;
    always @* if (!rst_q) begin
        if (!later_q) assume (holds);
        else assert (holds);
    end
endmodule
`default_nettype wire
