// conv_axis.v - one axis of a convolution, chosen freely within bounds, what the compiler makes of it (the equations of
// generator/plan/axis.ts for a tile that is the whole tensor), and what the definition of the convolution says:
// input i = o*stride + k*dilation - pad.
`default_nettype none
module conv_axis #(
    parameter MODE      = 0,   // 0 pixels, 1 inputs, 2 grid, 3 validPixels, 4 validOutputs
    parameter INPUTS    = 4,   // most of each
    parameter STRIDE    = 2,
    parameter ONE_STRIDE = 0,  // that stride and no other
    parameter KERNEL    = 2,
    parameter DILATION  = 2,
    parameter PAD       = 2
) (
    // The axis
    output wire signed [7:0] inputs_o,
    output wire signed [7:0] outputs_o,
    output wire signed [7:0] kernel_o,
    output wire signed [7:0] stride_o,
    output wire signed [7:0] dilation_o,
    output wire signed [7:0] pad_o,

    // GEOMETRY
    output wire [15:0]       bound_o,
    output wire signed [7:0] x_tap_o,
    output wire [7:0]        x_step_o,
    output wire [7:0]        phase_mod_o,
    output wire [7:0]        phase_tap_o,
    output wire signed [7:0] dyn_pos_o,
    output wire signed [7:0] dyn_wrap_o,
    output wire signed [7:0] dyn_tap_o,
    output wire signed [7:0] dyn_borrow_o,
    output wire signed [7:0] pix_pos_o,
    output wire signed [7:0] pix_wrap_o,
    output wire signed [7:0] pix_tap_o,

    // EXEC
    output wire [7:0]        positions_o,
    output wire signed [7:0] x_o,
    output wire [7:0]        phase_o,
    output wire signed [7:0] last_o,
    output wire [7:0]        last_phase_o,
    output wire signed [7:0] dyn_index_o,
    output wire signed [7:0] pix_index_o,

    // Pairs (position, tap) with a pixel on both sides
    output reg  [7:0]        pairs_o
);
    localparam PIXELS = 0, INPUTS_MODE = 1, GRID = 2, VALID_PIXELS = 3, VALID_OUTPUTS = 4;
    localparam OUTPUTS = INPUTS + 2*PAD;

    (* anyconst *) wire [2:0] inputs;
    (* anyconst *) wire [1:0] kernel;
    (* anyconst *) wire [1:0] stride_choice;
    wire [1:0] stride = ONE_STRIDE ? STRIDE : stride_choice;
    (* anyconst *) wire [1:0] dilation;
    (* anyconst *) wire [1:0] pad;
    assign inputs_o   = {5'd0, inputs};
    assign kernel_o   = {6'd0, kernel};
    assign stride_o   = {6'd0, stride};
    assign dilation_o = {6'd0, dilation};
    assign pad_o      = {6'd0, pad};

    // Division by the stride, towards minus infinity, of numbers above -16
    function [7:0] quotient(input [7:0] value, input [1:0] by);
        reg [7:0] raised;
        begin
            raised = value + {2'd0, by, 4'd0};
            quotient = (by == 2'd1 ? raised : by == 2'd2 ? raised >> 1 : raised[6:0] / 7'd3) - 8'd16;
        end
    endfunction
    function [7:0] remainder(input [7:0] value, input [1:0] by);
        remainder = value - quotient(value, by) * {6'd0, by};
    endfunction

    wire signed [7:0] reach = (kernel_o - 8'sd1) * dilation_o;
    wire signed [7:0] room  = inputs_o + 8'sd2 * pad_o - reach - 8'sd1;
    assign outputs_o = $signed(quotient(room, stride)) + 8'sd1;

    always @* begin
        assume (inputs != 3'd0 && inputs <= INPUTS);
        assume (kernel != 2'd0 && kernel <= KERNEL);
        assume (stride != 2'd0 && stride <= STRIDE);
        assume (dilation != 2'd0 && dilation <= DILATION);
        assume (pad <= PAD);
        assume (room >= 0);
    end

    wire              valid   = MODE == VALID_PIXELS || MODE == VALID_OUTPUTS;
    wire signed [7:0] step    = kernel == 2'd1 ? stride_o : 8'sd1;      // between the inputs that are loaded
    wire signed [7:0] offset  = kernel == 2'd1 ? remainder(-pad_o, stride) : 8'sd0;
    wire signed [7:0] tap     = kernel == 2'd1 ? 8'sd0 : dilation_o;
    wire signed [7:0] tap_quotient  = quotient(tap, stride);
    wire signed [7:0] tap_remainder = remainder(tap, stride);

    assign bound_o      = MODE == INPUTS_MODE ? {8'd0, (outputs_o - 8'sd1) * stride_o + 8'sd1} : valid ? 16'hffff : {8'd0, inputs_o};
    assign x_tap_o      = MODE == INPUTS_MODE ? -tap : valid ? -tap_quotient : tap;
    assign x_step_o     = valid ? 8'd0 : MODE == PIXELS ? stride_o : 8'd1;
    assign phase_mod_o  = MODE == PIXELS ? 8'd1 : stride_o;
    assign phase_tap_o  = MODE == INPUTS_MODE || valid ? tap_remainder : 8'd0;
    assign dyn_pos_o    = MODE == INPUTS_MODE ? 8'sd0 : MODE == GRID ? (step == 8'sd1 ? 8'sd1 : 8'sd0) : MODE == VALID_OUTPUTS ? 8'sd1
                        : kernel == 2'd1 ? 8'sd1 : stride_o;
    assign dyn_wrap_o   = MODE == INPUTS_MODE || MODE == GRID ? 8'sd1 : dyn_pos_o;
    assign dyn_tap_o    = MODE == INPUTS_MODE ? -tap_quotient : MODE == VALID_OUTPUTS ? 8'sd0 : tap;
    assign dyn_borrow_o = MODE == INPUTS_MODE ? -8'sd1 : 8'sd0;
    assign pix_pos_o    = MODE == GRID ? 8'sd0 : MODE == VALID_OUTPUTS ? stride_o : 8'sd1;
    assign pix_wrap_o   = MODE == VALID_OUTPUTS ? stride_o : 8'sd1;
    assign pix_tap_o    = MODE == VALID_OUTPUTS ? tap : 8'sd0;

    assign positions_o  = MODE == INPUTS_MODE ? inputs_o : MODE == GRID ? (outputs_o - 8'sd1) * stride_o + 8'sd1 : outputs_o;
    wire signed [7:0] high = inputs_o - 8'sd1 + pad_o;
    assign x_o          = MODE == INPUTS_MODE ? pad_o : valid ? quotient(pad_o, stride) : -pad_o;
    assign phase_o      = MODE == INPUTS_MODE || valid ? remainder(pad_o, stride) : 8'd0;
    assign last_o       = valid ? quotient(high, stride) : 8'sd0;
    assign last_phase_o = valid ? remainder(high, stride) : 8'd0;
    assign dyn_index_o  = MODE == INPUTS_MODE ? quotient(pad_o, stride) : MODE == VALID_OUTPUTS ? 8'sd0 : quotient(-pad_o - offset, step[1:0]);
    assign pix_index_o  = MODE == VALID_OUTPUTS ? -pad_o : 8'sd0;

    integer o, k;
    reg signed [7:0] input_of;
    always @* begin
        pairs_o = 8'd0;
        for (k = 0; k < KERNEL; k = k + 1)
            for (o = 0; o < OUTPUTS; o = o + 1) begin
                input_of = o * stride_o + k * dilation_o - pad_o;
                if (k < kernel_o && o < outputs_o && input_of >= 0 && input_of < inputs_o) pairs_o = pairs_o + 8'd1;
            end
    end
endmodule
`default_nettype wire
