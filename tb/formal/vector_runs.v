// vector_runs.v - one run for each operation with an output of each batch, in their order: the output's address where its last run ended,
// or where the STORE says that it begins, and the bytes of the batch; the next batch waits for them, and goes on once they are taken.
`default_nettype none
module vector_runs_formal #(
    parameter ADDR_W = 40
) (
    input wire              clk_i,
    input wire              begins, batch, cmd_ready,
    input wire [1:0]        batch_elements,
    // of a STORE
    input wire [ADDR_W-1:0] address,
    input wire [31:0]       offset_1, offset_2,
    input wire [3:0]        count,
    input wire [15:0]       outputs,
    input wire [7:0]        narrows
);
    localparam BYTES_W = 4;
    reg rst_q = 1'b1;
    always @(posedge clk_i) rst_q <= 1'b0;

    // Settings hold from a STORE's begin on; its batches come behind it
    reg [ADDR_W-1:0] address_q;
    reg [31:0]       offset_1_q, offset_2_q;
    reg [3:0]        count_q;
    reg [15:0]       outputs_q;
    reg [7:0]        narrows_q;
    reg              started_q;
    wire             ready, cmd_valid;
    wire [ADDR_W-1:0] cmd_addr;
    wire [BYTES_W-1:0] cmd_bytes;
    wire start = begins && ready && !rst_q;
    wire take  = batch && ready && started_q && !begins;
    bpi_vector_runs #(.ADDR_W(ADDR_W), .BYTES_W(BYTES_W), .BATCH_W(2)) u_dut (
        .clk_i(clk_i), .rst_i(rst_q), .begin_i(start), .address_i(address), .offset_1_i(offset_1_q), .offset_2_i(offset_2_q), .count_i(count_q),
        .outputs_i(outputs_q), .narrows_i(narrows_q), .batch_valid_i(take), .batch_ready_o(ready), .batch_elements_i(batch_elements),
        .cmd_valid_o(cmd_valid), .cmd_ready_i(cmd_ready), .cmd_addr_o(cmd_addr), .cmd_bytes_o(cmd_bytes)
    );

    // --- The runs that are due: of the batch those from operation next_q on --------
    reg  [ADDR_W-1:0] to_1_q, to_2_q, to_3_q;
    reg  [8:0]        due_q;                          // operations of the batch that have an output, and whose run is to come
    reg  [1:0]        elements_q;
    wire [8:0]        lowest = due_q & (~due_q + 9'd1);
    reg  [1:0]        out;
    reg               narrow;
    integer n;
    always @* begin
        {out, narrow} = 3'd0;
        for (n = 0; n < 8; n = n + 1)
            if (lowest[n]) {out, narrow} = {outputs_q[2*n +: 2], narrows_q[n]};
    end
    wire [3:0]        size = elements_q * (narrow ? 4'd2 : 4'd4);
    wire [ADDR_W-1:0] to   = out == 2'd1 ? to_1_q : out == 2'd2 ? to_2_q : to_3_q;
    wire              cmd  = cmd_valid && cmd_ready;
    reg  [3:0]        waits_q;                        // cycles in which the neighbour was ready, and nothing came
    reg               held_q;
    reg  [ADDR_W-1:0] addr_q;
    reg  [BYTES_W-1:0] bytes_q;
    always @(posedge clk_i) begin
        if (start) begin
            {address_q, offset_1_q, offset_2_q, count_q, outputs_q, narrows_q} <= {address, offset_1, offset_2, count, outputs, narrows};
            to_1_q <= address;
            to_2_q <= $signed(address) + $signed(offset_1);
            to_3_q <= $signed(address) + $signed(offset_2);
            started_q <= 1'b1;
        end
        if (take) begin
            elements_q <= batch_elements;
            for (n = 0; n < 8; n = n + 1) due_q[n] <= n < count_q && outputs_q[2*n +: 2] != 2'd0;
        end else if (cmd) due_q <= due_q & ~lowest;
        if (cmd && out == 2'd1) to_1_q <= to_1_q + size;
        if (cmd && out == 2'd2) to_2_q <= to_2_q + size;
        if (cmd && out == 2'd3) to_3_q <= to_3_q + size;
        waits_q <= ready || cmd_valid ? 4'd0 : waits_q + 4'd1;
        held_q  <= !rst_q && cmd_valid && !cmd_ready;
        addr_q  <= cmd_addr;
        bytes_q <= cmd_bytes;
        if (rst_q) begin
            started_q <= 1'b0;
            due_q     <= 9'd0;
            waits_q   <= 4'd0;
        end
    end
    always @* begin
        assume (count != 4'd0 && count <= 4'd8);
        if (!rst_q) begin
            if (cmd_valid) assert (due_q != 9'd0 && cmd_addr == to && cmd_bytes == size);
            if (ready)     assert (due_q == 9'd0);
            if (held_q)    assert (cmd_valid && cmd_addr == addr_q && cmd_bytes == bytes_q);
            assert (waits_q <= 4'd8);                 // as many operations without an output as there may be
        end
    end
endmodule
`default_nettype wire
