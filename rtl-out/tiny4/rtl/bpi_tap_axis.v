// bpi_tap_axis.v - one axis (height or width) of the convolution at one tap: which positions to visit there, and the
// step to the next tap.  Logic without registers: the walker keeps the state of both axes and puts one of them here.
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
    // Present tap
    input  wire signed [17:0] x_i,            // coordinate of position 0
    input  wire        [7:0]  phase_i,        // its phase on the stride grid
    input  wire               rect_i,
    input  wire signed [17:0] last_i,         // last valid position (quotient)
    input  wire        [7:0]  last_phase_i,   // its remainder
    input  wire        [15:0] positions_i,    // positions of the tile

    // Geometry
    input  wire signed [15:0] x_tap_i,        // change of x per tap
    input  wire        [7:0]  phase_tap_i,    // fall of the phase per tap
    input  wire        [7:0]  phase_mod_i,    // positions per grid step

    // Positions to visit
    output wire               none_o,         // no position
    output wire        [15:0] first_o,        // first position; unspecified if none
    output wire        [15:0] after_o,        // after the last position; unspecified if none

    // Next tap
    output wire signed [17:0] last_o,
    output wire        [7:0]  last_phase_o,
    output wire signed [17:0] x_o,
    output wire        [7:0]  phase_o,
    output wire               borrow_o        // the phase wraps in this step
);
    // --- Positions to visit -----------------------------------------------
    // The bit below a position is set between this one and the next: x + phase/mod, rounded up, is compared without a carry.
    wire signed [18:0] begins    = {x_i, phase_i != 8'd0};
    wire        [15:0] tile_last = positions_i - 16'd1;
    wire               no_valid  = last_i[17] || begins > $signed({last_i, 1'b0});
    wire               no_tile   = begins > $signed({2'b00, tile_last, 1'b0});
    wire signed [17:0] raised    = x_i + { {17{1'b0}}, begins[0]};
    wire               from_0    = !rect_i || raised[17];                            // begins with position 0
    wire               to_end    = !rect_i || last_i >= $signed({2'b00, tile_last}); // ends with the tile

    assign none_o  = rect_i && (no_valid || no_tile);
    assign first_o = from_0 ? 16'd0 : raised[15:0];
    assign after_o = to_end ? positions_i : last_i[15:0] + 16'd1;

    // --- Next tap ---------------------------------------------------------
    wire        [8:0]  phase_less = {1'b0, phase_i} - {1'b0, phase_tap_i};
    wire               borrow     = phase_less[8];
    wire signed [17:0] x_tap      = { {2{x_tap_i[15]}}, x_tap_i };

    assign borrow_o = borrow;
    assign phase_o  = borrow ? phase_less[7:0] + phase_mod_i : phase_less[7:0];
    wire        [8:0]  last_less     = {1'b0, last_phase_i} - {1'b0, phase_tap_i};
    wire               last_borrow   = last_less[8];
    wire signed [17:0] x_borrow      = { {17{1'b0}}, rect_i && borrow };
    wire signed [17:0] last_borrow_x = { {17{1'b0}}, last_borrow };

    assign x_o          = x_i + x_tap - x_borrow;
    assign last_o       = last_i + x_tap - last_borrow_x;
    assign last_phase_o = last_borrow ? last_less[7:0] + phase_mod_i : last_less[7:0];

    wire unused_ok = &{1'b0, raised[16]};

endmodule
`default_nettype wire
