// bpi_tap_axis.v - one axis (height or width) of the convolution, followed from tap to tap.
// For the present tap it gives the range of positions to visit, and the detection state of the first position.
//
//   whole range  positions 0 .. positions-1 are visited; x and phase say where the first one lies
//   rect         only positions with a valid pair are visited: from ceil(x + phase/mod) to last, clipped to the tile.
//                x and phase are quotient and remainder of a division by the stride that is never carried out:
//                one tap further they fall by the dilation's quotient and remainder.
//
// GENERATED, do not edit: made from configuration tiny4 (6c55dd0a) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_tap_axis (
    input  wire               clk_i,

    // Walk: init_i loads the first tap, step_i goes one tap further
    input  wire               init_i,
    input  wire               step_i,
    input  wire signed [15:0] x_i,            // coordinate of position 0 at tap 0
    input  wire        [7:0]  phase_i,        // its phase on the stride grid
    input  wire               rect_i,
    input  wire signed [15:0] last_i,         // last valid position at tap 0 (quotient)
    input  wire        [7:0]  last_phase_i,   // its remainder
    input  wire        [15:0] positions_i,    // positions of the tile

    // Geometry
    input  wire signed [15:0] x_tap_i,        // change of x per tap
    input  wire        [7:0]  phase_tap_i,    // fall of the phase per tap
    input  wire        [7:0]  phase_mod_i,    // positions per grid step

    // Present tap
    output wire signed [17:0] x_o,
    output wire        [7:0]  phase_o,
    output wire               borrow_o,       // the phase wraps in the step to the next tap
    output wire        [15:0] first_o,        // first position to visit
    output wire        [15:0] count_o         // positions to visit; 0: none
);
    // --- Registers --------------------------------------------------------
    reg signed [17:0] x_q;
    reg        [7:0]  phase_q;

    wire [8:0] phase_less = {1'b0, phase_q} - {1'b0, phase_tap_i};
    wire       borrow     = phase_less[8];
    wire [7:0] phase_next = borrow ? phase_less[7:0] + phase_mod_i : phase_less[7:0];
    wire signed [17:0] x_tap = { {2{x_tap_i[15]}}, x_tap_i };

    reg signed [17:0] last_q;
    reg        [7:0]  last_phase_q;

    wire [8:0] last_less    = {1'b0, last_phase_q} - {1'b0, phase_tap_i};
    wire       last_borrow  = last_less[8];
    wire signed [17:0] x_borrow    = { {17{1'b0}}, rect_i && borrow };
    wire signed [17:0] last_borrow_x = { {17{1'b0}}, last_borrow };

    always @(posedge clk_i) begin
        if (step_i) begin
            x_q          <= x_q + x_tap - x_borrow;
            phase_q      <= phase_next;
            last_q       <= last_q + x_tap - last_borrow_x;
            last_phase_q <= last_borrow ? last_less[7:0] + phase_mod_i : last_less[7:0];
        end
        if (init_i) begin
            x_q          <= { {2{x_i[15]}}, x_i };
            phase_q      <= phase_i;
            last_q       <= { {2{last_i[15]}}, last_i };
            last_phase_q <= last_phase_i;
        end
    end

    // --- Range of valid positions -----------------------------------------
    wire signed [17:0] raised   = x_q + { {17{1'b0}}, phase_q != 8'd0 };
    wire signed [17:0] low      = (!rect_i || raised[17]) ? 18'sd0 : raised;
    wire signed [17:0] tile_end = {2'b00, positions_i} - 18'sd1;
    wire signed [17:0] high     = (rect_i && last_q < tile_end) ? last_q : tile_end;
    wire signed [17:0] count    = high - low + 18'sd1;

    assign first_o = low[15:0];
    assign count_o = (count[17]) ? 16'd0 : count[15:0];

    // --- Outputs ----------------------------------------------------------
    assign x_o      = x_q;
    assign phase_o  = phase_q;
    assign borrow_o = borrow;

    wire unused_ok = &{1'b0, count[16], low[17:16]};

endmodule
`default_nettype wire
