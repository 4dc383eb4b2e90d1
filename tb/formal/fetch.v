// fetch.v - the program's reader keeps the rules of AXI, asks for the program in order and only for slots that are free, and puts out
// each instruction once, in parts, in order.  Whoever has the slots frees any of those that are whole.
`default_nettype none
module fetch_formal #(
    parameter DATA_W = 32,
    parameter MOST   = 32'h01000000    // no program has so many instructions, and none lies so far up
) (
    input wire        clk_i,
    input wire        start, halt, free, arready, rvalid, rlast,
    input wire [3:0]  free_slot,
    input wire [31:0] base, count,
    input wire [3:0]  low, high,          // data, over and over: of a beat, or of its halves
    input wire [1:0]  rresp
);
    localparam BYTES = DATA_W / 8, PART_W = DATA_W > 512 ? 512 : DATA_W, BEATS = 16;
    localparam [3:0] LAST = 512 / PART_W - 1;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    wire              part_valid, part_last, idle, over, error_valid, arvalid, rready;
    wire [3:0]        part_slot, part_index;
    wire [PART_W-1:0] part;
    wire [31:0]       error_addr, araddr;
    wire [7:0]        error_code, arlen;
    wire [2:0]        arsize;
    wire [1:0]        arburst;
    wire [DATA_W-1:0] data;
    generate
        if (DATA_W > 512) begin : gen_two assign data = { {(DATA_W/8){high}}, {(DATA_W/8){low}}}; end
        else              begin : gen_one assign data = {(DATA_W/4){low}}; end
    endgenerate
    bpi_fetch #(.DATA_W(DATA_W), .ADDR_W(32), .PART_W(PART_W)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .start_i(start), .base_i(base), .count_i(count), .part_valid_o(part_valid), .part_slot_o(part_slot),
        .part_index_o(part_index), .part_last_o(part_last), .part_o(part), .free_valid_i(free), .free_slot_i(free_slot),
        .idle_o(idle), .over_o(over), .halt_i(halt), .error_valid_o(error_valid), .error_code_o(error_code), .error_addr_o(error_addr),
        .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen), .m_axi_arsize_o(arsize),
        .m_axi_arburst_o(arburst), .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rdata_i(data), .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast)
    );
    wire [8:0] open;
    axi_read_rules #(.DATA_W(DATA_W), .ADDR_W(32), .FLIGHT(4)) u_rules (
        .clk_i(clk_i), .rst_i(rst_q), .arvalid_i(arvalid), .arready_i(arready), .araddr_i(araddr), .arlen_i(arlen), .arsize_i(arsize),
        .arburst_i(arburst), .rvalid_i(rvalid), .rready_i(rready), .rdata_i(data), .rresp_i(rresp), .rlast_i(rlast), .open_o(open)
    );

    // --- Run ----------------------------------------------------------------
    reg  halts_q, failed_q, begun_q;
    wire stop   = halt || failed_q || error_valid;
    wire begins = start && !stop;
    always @(posedge clk_i) begin
        halts_q  <= !rst_q && halt && !idle;
        failed_q <= !rst_q && (failed_q || error_valid);
        begun_q  <= !rst_q && (begins || (begun_q && !stop));
    end

    // --- Bursts: to the end of four slots, or of the program ------------------
    reg  [25:0] ask_q;                     // the next instruction to ask for, as an address
    reg  [31:0] to_ask_q;
    reg         ar_waits_q;
    reg  [1:0]  stuck_q;
    reg  [15:0] taken_q, whole_q;          // slots asked for; slots whose instruction has come
    wire        asks   = arvalid && !ar_waits_q;
    wire [2:0]  most   = 3'd4 - {1'b0, ask_q[1:0]};
    wire [2:0]  number = to_ask_q < {29'd0, most} ? to_ask_q[2:0] : most;
    wire [25:0] end_   = ask_q + {23'd0, number} - 26'd1;
    wire [31:0] first_byte = {ask_q, 6'd0}, last_byte = {end_, 6'd63};
    wire [15:0] slots  = ((16'd1 << number) - 16'd1) << ask_q[3:0];
    wire        could  = begun_q && !stop && !arvalid && to_ask_q != 32'd0 && taken_q[{ask_q[3:2], 2'd0} +: 4] == 4'd0;

    // --- Parts, and the beats that they are from -----------------------------
    reg  [3:0]  slot_q, index_q;
    reg  [31:0] to_come_q;
    wire        comes = rvalid && rready;
    wire [3:0]  word;
    wire        there;                     // the beat of the present part has come
    generate
        if (DATA_W > 512) begin : gen_halves
            reg [7:0] beats [0:BEATS-1];
            reg [4:0] came_q, left_q;      // beats that have come, that have left
            assign word  = slot_q[0] ? beats[left_q[3:0]][7:4] : beats[left_q[3:0]][3:0];
            assign there = came_q != left_q;
            always @(posedge clk_i) begin
                if (comes) beats[came_q[3:0]] <= {high, low};
                if (comes) came_q <= came_q + 5'd1;
                if (part_valid && (slot_q[0] || to_come_q == 32'd1)) left_q <= left_q + 5'd1;
                if (begins) {came_q, left_q} <= 10'd0;
            end
        end else begin : gen_whole
            assign word  = low;
            assign there = comes;
        end
    endgenerate
    always @(posedge clk_i) begin
        ar_waits_q <= !rst_q && arvalid && !arready;
        stuck_q    <= could ? stuck_q + 2'd1 : 2'd0;
        if (asks) begin
            ask_q    <= ask_q + {23'd0, number};
            to_ask_q <= to_ask_q - {29'd0, number};
        end
        if (part_valid) begin
            index_q <= part_last ? 4'd0 : index_q + 4'd1;
            if (part_last) begin
                slot_q    <= slot_q + 4'd1;
                to_come_q <= to_come_q - 32'd1;
            end
        end
        taken_q <= (taken_q | (asks ? slots : 16'd0)) & ~({15'd0, free} << free_slot);
        whole_q <= (whole_q | ({15'd0, part_valid && part_last} << part_slot)) & ~({15'd0, free} << free_slot);
        if (begins) begin
            ask_q     <= base[31:6];
            slot_q    <= base[9:6];
            to_ask_q  <= count;
            to_come_q <= count;
            index_q   <= 4'd0;
        end
        if (begins || rst_q) begin
            {taken_q, whole_q} <= 32'd0;
            stuck_q <= 2'd0;
        end
    end
    always @* begin
        assume (!halts_q || halt);
        assume (!start || halt || idle);
        assume (!start || (count < MOST && base < MOST * 16 && base[5:0] == 6'd0));
        assume (!free || (whole_q[free_slot] && !start));
        if (!rst_q) begin
            assert (!(idle && open != 9'd0));
            assert (!(rvalid && !rready));
            if (asks) begin
                assert (begun_q && to_ask_q != 32'd0);
                assert ((taken_q & slots) == 16'd0);                   // only slots that are free
                assert (araddr == (first_byte & ~(BYTES - 32'd1)));
                assert ({24'd0, arlen} == last_byte / BYTES - first_byte / BYTES);
            end
            if (part_valid) begin
                assert (begun_q && !stop && to_come_q != 32'd0);
                assert (part_slot == slot_q && part_index == index_q && part_last == (index_q == LAST));
                assert (taken_q[part_slot] && !whole_q[part_slot]);
                assert (there);
                assert (part == {(PART_W/4){word}});
            end
            if (begun_q && !stop && idle) assert (to_come_q == 32'd0);
            assert (over == (idle && !error_valid && !failed_q));
            assert (stuck_q < 2'd2);                                   // what is free is asked for
        end
    end
endmodule
`default_nettype wire
