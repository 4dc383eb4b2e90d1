// bpi_tap_axes.v - height and width of the convolution at one tap: which positions to visit there, and the step to
// the next tap, for the axis that is chosen.  Logic without registers: the walker keeps the state of both axes.
//
//   whole range  positions 0 .. positions-1 are visited; x and phase say where the first one lies
//   rect         only positions with a valid pair are visited: from ceil(x + phase/mod) to last, clipped to the tile.
//                x and phase are quotient and remainder of a division by the stride that is never carried out:
//                one tap further they fall by the dilation's quotient and remainder.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_tap_axes #(
    parameter MAP_W   = 16,  // bits of a count of positions, and of a bound
    parameter X_W     = 18,  // bits of a coordinate
    parameter XTAP_W  = 16,  // bits of a coordinate's change at a tap
    parameter PHASE_W = 8    // bits of a phase, and of a stride
) (
    input  wire                     along_h_i,       // the height is chosen

    // Present tap
    input  wire signed [X_W-1:0]    x_h_i,           // coordinate of position 0
    input  wire signed [X_W-1:0]    x_w_i,
    input  wire [PHASE_W-1:0]       phase_h_i,       // its phase on the stride grid
    input  wire [PHASE_W-1:0]       phase_w_i,
    input  wire                     rect_i,
    input  wire signed [X_W-1:0]    last_h_i,        // last valid position (quotient)
    input  wire signed [X_W-1:0]    last_w_i,
    input  wire [PHASE_W-1:0]       last_phase_h_i,  // its remainder
    input  wire [PHASE_W-1:0]       last_phase_w_i,
    input  wire [MAP_W-1:0]         tile_last_h_i,   // last position of the tile
    input  wire [MAP_W-1:0]         tile_last_w_i,

    // Geometry
    input  wire signed [XTAP_W-1:0] x_tap_h_i,       // change of x per tap
    input  wire signed [XTAP_W-1:0] x_tap_w_i,
    input  wire [PHASE_W-1:0]       phase_tap_h_i,   // fall of the phase per tap
    input  wire [PHASE_W-1:0]       phase_tap_w_i,
    input  wire [PHASE_W-1:0]       phase_mod_h_i,   // positions per grid step
    input  wire [PHASE_W-1:0]       phase_mod_w_i,

    // Positions to visit
    output wire                     none_h_o,        // no position along the height
    output wire                     none_w_o,
    output wire [MAP_W-1:0]         first_o,         // first position; unspecified if none
    output wire [MAP_W-1:0]         after_o,         // after the last position; unspecified if none

    // Next tap
    output wire signed [X_W-1:0]    last_o,
    output wire [PHASE_W-1:0]       last_phase_o,
    output wire signed [X_W-1:0]    x_o,
    output wire [PHASE_W-1:0]       phase_o,
    output wire                     borrow_o         // the phase wraps in this step
);
    // --- The chosen axis --------------------------------------------------
    wire signed [X_W-1:0] x         = along_h_i ? x_h_i         : x_w_i;
    wire        [PHASE_W-1:0]  phase     = along_h_i ? phase_h_i     : phase_w_i;
    wire        [MAP_W-1:0] tile_last = along_h_i ? tile_last_h_i : tile_last_w_i;
    wire signed [XTAP_W-1:0] x_tap     = along_h_i ? x_tap_h_i     : x_tap_w_i;
    wire        [PHASE_W-1:0]  phase_tap = along_h_i ? phase_tap_h_i : phase_tap_w_i;
    wire        [PHASE_W-1:0]  phase_mod = along_h_i ? phase_mod_h_i : phase_mod_w_i;
    wire signed [X_W-1:0] last       = along_h_i ? last_h_i       : last_w_i;
    wire        [PHASE_W-1:0]  last_phase = along_h_i ? last_phase_h_i : last_phase_w_i;

    // --- Positions to visit -----------------------------------------------
    // The bit below a position is set between this one and the next: x + phase/mod, rounded up, is compared without a carry.
    // All waits for whether there is any position: found for both axes, before one is chosen.
    wire signed [X_W:0] begins_h = {x_h_i, |phase_h_i};
    wire signed [X_W:0] begins_w = {x_w_i, |phase_w_i};
    wire no_valid_h = last_h_i[X_W-1] || begins_h > $signed({last_h_i, 1'b0});
    wire no_valid_w = last_w_i[X_W-1] || begins_w > $signed({last_w_i, 1'b0});
    wire no_tile_h  = begins_h > $signed({ {(X_W-MAP_W){1'b0} }, tile_last_h_i, 1'b0});
    wire no_tile_w  = begins_w > $signed({ {(X_W-MAP_W){1'b0} }, tile_last_w_i, 1'b0});

    wire signed [X_W-1:0] raised = x + { {(X_W-1){1'b0} }, |phase};
    wire               from_0 = !rect_i || raised[X_W-1];                          // begins with position 0
    wire               to_end = !rect_i || last >= $signed({ {(X_W-MAP_W){1'b0} }, tile_last}); // ends with the tile

    assign none_h_o = rect_i && (no_valid_h || no_tile_h);
    assign none_w_o = rect_i && (no_valid_w || no_tile_w);
    assign first_o  = from_0 ? {MAP_W{1'b0} } : raised[MAP_W-1:0];
    assign after_o  = (to_end ? tile_last : last[MAP_W-1:0]) + 1'b1;

    // --- Next tap ---------------------------------------------------------
    wire        [PHASE_W:0] phase_less = {1'b0, phase} - {1'b0, phase_tap};
    wire               borrow     = phase_less[PHASE_W];
    wire signed [X_W-1:0] x_change   = { {(X_W-XTAP_W){x_tap[XTAP_W-1]} }, x_tap};

    assign borrow_o = borrow;
    assign phase_o  = borrow ? phase_less[PHASE_W-1:0] + phase_mod : phase_less[PHASE_W-1:0];
    wire        [PHASE_W:0] last_less     = {1'b0, last_phase} - {1'b0, phase_tap};
    wire               last_borrow   = last_less[PHASE_W];
    wire signed [X_W-1:0] x_borrow      = { {(X_W-1){1'b0} }, rect_i && borrow};
    wire signed [X_W-1:0] last_borrow_x = { {(X_W-1){1'b0} }, last_borrow};

    assign x_o          = x + x_change - x_borrow;
    assign last_o       = last + x_change - last_borrow_x;
    assign last_phase_o = last_borrow ? last_less[PHASE_W-1:0] + phase_mod : last_less[PHASE_W-1:0];

    wire unused_ok = &{1'b0, raised[X_W-2:MAP_W]};

endmodule
`default_nettype wire
