// fifo.v - a FIFO holds what it took, in order, and neither loses, invents nor keeps a word.
`default_nettype none
module fifo_formal #(
    parameter DEPTH = 4
) (
    input wire clk_i,
    input wire in_valid,
    input wire in_data,
    input wire out_ready
);
    localparam CAPACITY = DEPTH > 4 ? DEPTH + 1 : DEPTH;
    localparam LATENCY  = DEPTH > 4 ? 2 : 1;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    wire in_ready, out_valid, out_data;
    bpi_fifo #(.WIDTH(1), .DEPTH(DEPTH)) u_dut (
        .clk_i       (clk_i),
        .rst_i       (rst_q),
        .in_valid_i  (in_valid),
        .in_ready_o  (in_ready),
        .in_data_i   (in_data),
        .out_valid_o (out_valid),
        .out_ready_i (out_ready),
        .out_data_o  (out_data)
    );
    wire enter = in_valid && in_ready;
    wire leave = out_valid && out_ready;

    // words inside, and of one word chosen freely: whether it is inside, and how many are before it
    (* anyseq *) wire choose;
    reg [3:0] inside_q;
    reg       followed_q, data_q, chosen_q;
    reg [3:0] before_q;
    reg [1:0] waited_q;
    always @(posedge clk_i) begin
        inside_q <= inside_q + {3'd0, enter} - {3'd0, leave};
        if (leave) before_q <= before_q - 4'd1;
        if (leave && before_q == 4'd0) followed_q <= 1'b0;
        if (enter && choose && !chosen_q) begin
            chosen_q <= 1'b1;
            followed_q <= 1'b1;
            before_q <= inside_q - {3'd0, leave};
            data_q <= in_data;
        end
        waited_q <= inside_q != 4'd0 && !out_valid ? waited_q + 2'd1 : 2'd0;
        if (rst_q) begin
            inside_q <= 4'd0;
            followed_q <= 1'b0;
            chosen_q <= 1'b0;
            waited_q <= 2'd0;
        end
    end
    reg stable_q, last_data_q;
    always @(posedge clk_i) begin
        stable_q <= !rst_q && out_valid && !out_ready;
        last_data_q <= out_data;
    end
    always @* if (!rst_q) begin
        assert (inside_q <= CAPACITY);
        assert (!out_valid || inside_q != 4'd0);
        assert (in_ready || inside_q >= DEPTH);
        assert (waited_q < LATENCY);
        assert (!(followed_q && before_q == 4'd0 && out_valid) || out_data == data_q);
        assert (!stable_q || (out_valid && out_data == last_data_q));
    end
endmodule
`default_nettype wire
