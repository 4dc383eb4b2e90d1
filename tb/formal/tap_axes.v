// tap_axes.v - for a convolution and a tile chosen freely within bounds, each tap's range holds exactly the positions
// with a valid pair (rect), or all positions with the right coordinate and phase of the first one.
`default_nettype none
module tap_axes_formal #(
    parameter MODE   = 3,      // 0 pixels, 1 inputs, 2 grid, 3 validPixels, 4 validOutputs
    parameter STRIDE = 2
) (
    input wire clk_i,
    input wire step
);
    localparam RECT = MODE == 3 || MODE == 4;
    reg init_q = 1'b1, open_q = 1'b0;
    always @(posedge clk_i) begin
        init_q <= 1'b0;
        open_q <= init_q || open_q;
    end

    // --- Convolution and tile ---------------------------------------------
    (* anyconst *) wire [2:0] inputs;
    (* anyconst *) wire [1:0] kernel, dilation, pad, tap;
    wire [1:0] stride = STRIDE;
    (* anyconst *) wire [3:0] outputs, first, length, position;         // tile: rows first .. first+length-1 of what is enumerated
    (* anyconst *) wire [2:0] low_input, inputs_of_tile;                // validOutputs: the inputs that the tile writes
    wire signed [7:0] i_n = {5'd0, inputs}, o_n = {4'd0, outputs}, s = {6'd0, stride}, d = {6'd0, dilation}, p = {6'd0, pad};
    wire signed [7:0] t0 = {4'd0, first}, n = {4'd0, length}, k0 = {6'd0, tap}, x0 = {5'd0, low_input}, xn = {5'd0, inputs_of_tile};

    // Quotient and remainder of a division by the stride, as the compiler makes them
    wire signed [7:0] low  = MODE == 1 ? t0 + p - k0 * d : MODE == 3 ? p - t0 * s - k0 * d : x0 + p - k0 * d - t0 * s;
    wire signed [7:0] high = MODE == 3 ? low + i_n - 8'sd1 : low + xn - 8'sd1;
    (* anyconst *) wire signed [7:0] low_quotient, high_quotient;
    (* anyconst *) wire [1:0] low_phase, high_phase, tap_quotient, tap_phase;
    wire signed [7:0] low_rest = {6'd0, low_phase}, high_rest = {6'd0, high_phase}, tap_rest = {6'd0, tap_phase}, tap_whole = {6'd0, tap_quotient};
    wire signed [7:0] kernel_n = {6'd0, kernel};
    always @* begin
        assume (inputs != 3'd0 && kernel != 2'd0 && dilation != 2'd0 && outputs != 4'd0 && length != 4'd0 && tap < kernel);
        assume ((o_n - 8'sd1) * s + (kernel_n - 8'sd1) * d + 8'sd1 <= i_n + 8'sd2 * p);
        assume (t0 + n <= (MODE == 1 ? i_n : o_n));
        assume (inputs_of_tile != 3'd0 && x0 + xn <= i_n);
        assume (low_quotient * s + low_rest == low && low_phase < stride && low_quotient > -8'sd32 && low_quotient < 8'sd32);
        assume (high_quotient * s + high_rest == high && high_phase < stride && high_quotient > -8'sd32 && high_quotient < 8'sd32);
        assume (tap_whole * s + tap_rest == d && tap_phase < stride);
    end

    // --- Walk -------------------------------------------------------------
    // The block holds no state: it is kept here, as the walker keeps it.
    reg [1:0] k_q;
    wire      go = open_q && step && k_q + 2'd1 < {1'b0, kernel};
    always @(posedge clk_i) k_q <= init_q ? tap : k_q + {1'b0, go};

    wire signed [7:0]  x_first = MODE == 1 ? low : RECT ? low_quotient : t0 * s - p + k0 * d;
    wire signed [7:0]  x_tap   = MODE == 1 ? -d : RECT ? -tap_whole : d;
    reg  signed [17:0] x, last;
    reg  [7:0]         phase, last_phase;
    wire signed [17:0] x_next, last_next;
    wire [7:0]         phase_next, last_phase_next;
    (* anyseq *) wire        along_h;                   // either axis, beside any other one
    (* anyseq *) wire [99:0] other;
    wire               borrow, none_h, none_w;
    wire               none = along_h ? none_h : none_w;
    wire [15:0]        range_first, range_after;
    wire [15:0]        positions = {12'd0, length};
    always @(posedge clk_i)
        if (init_q) begin
            x          <= { {10{x_first[7]}}, x_first};
            phase      <= MODE == 1 || RECT ? {6'd0, low_phase} : 8'd0;
            last       <= { {10{high_quotient[7]}}, high_quotient};
            last_phase <= {6'd0, high_phase};
        end else if (go) begin
            x          <= x_next;
            phase      <= phase_next;
            last       <= last_next;
            last_phase <= last_phase_next;
        end
    wire        [15:0] tile_last = positions - 16'd1;
    wire signed [15:0] x_step    = { {8{x_tap[7]}}, x_tap};
    wire        [7:0]  phase_tap = MODE == 1 || RECT ? {6'd0, tap_phase} : 8'd0;
    wire        [7:0]  phase_mod = MODE == 0 ? 8'd1 : {6'd0, stride};
    bpi_tap_axes u_dut (
        .along_h_i(along_h), .rect_i(RECT[0]),
        .x_h_i(along_h ? x : other[17:0]), .x_w_i(along_h ? other[17:0] : x),
        .phase_h_i(along_h ? phase : other[25:18]), .phase_w_i(along_h ? other[25:18] : phase),
        .last_h_i(along_h ? last : other[43:26]), .last_w_i(along_h ? other[43:26] : last),
        .last_phase_h_i(along_h ? last_phase : other[51:44]), .last_phase_w_i(along_h ? other[51:44] : last_phase),
        .tile_last_h_i(along_h ? tile_last : other[67:52]), .tile_last_w_i(along_h ? other[67:52] : tile_last),
        .x_tap_h_i(along_h ? x_step : other[83:68]), .x_tap_w_i(along_h ? other[83:68] : x_step),
        .phase_tap_h_i(along_h ? phase_tap : other[91:84]), .phase_tap_w_i(along_h ? other[91:84] : phase_tap),
        .phase_mod_h_i(along_h ? phase_mod : other[99:92]), .phase_mod_w_i(along_h ? other[99:92] : phase_mod),
        .none_h_o(none_h), .none_w_o(none_w), .first_o(range_first), .after_o(range_after),
        .last_o(last_next), .last_phase_o(last_phase_next), .x_o(x_next), .phase_o(phase_next), .borrow_o(borrow)
    );

    // Source row of the first position, as the walker follows it: by the tap's quotient, and one more where the phase wraps
    reg signed [7:0] source_q;
    always @(posedge clk_i)
        if (init_q) source_q <= low_quotient;
        else if (go) source_q <= source_q - tap_whole - {7'd0, borrow};

    // --- The definition: input = output*stride + tap*dilation - pad ----------
    wire signed [7:0] k = {6'd0, k_q};
    wire signed [7:0] here = {4'd0, position};                          // any position of the tile
    wire signed [7:0] i_here = (t0 + here) * s + k * d - p;
    wire              valid = MODE == 3 ? i_here >= 0 && i_here < i_n : i_here >= x0 && i_here < x0 + xn;
    wire signed [7:0] rest = phase;
    always @* if (open_q) begin
        if (RECT) begin
            if (position < length && none) assert (!valid);
            if (position < length && !none) assert ((here >= range_first && here < range_after) == valid);
            if (!none) assert (range_first < range_after && range_after <= positions);
        end else begin
            assert (!none && range_first == 16'd0 && range_after == positions);
            if (MODE == 1) begin
                assert (x == t0 + p - k * d);
                assert (source_q * s + rest == x && phase < stride);
            end else assert (x == t0 * s - p + k * d && phase == 8'd0);
        end
    end
endmodule
`default_nettype wire
