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
    output wire               none_o,         // no position to visit
    output wire        [15:0] first_o,        // first position to visit
    output wire        [15:0] count_o         // positions to visit, one cycle after the tap came; unspecified if none
);
    // --- Registers --------------------------------------------------------
    reg signed [17:0] x_q;
    reg        [7:0]  phase_q;

    wire [8:0] phase_less = {1'b0, phase_q} - {1'b0, phase_tap_i};
    wire       borrow     = phase_less[8];
    wire [7:0] phase_next = borrow ? phase_less[7:0] + phase_mod_i : phase_less[7:0];
    wire signed [17:0] x_tap = { {2{x_tap_i[15]}}, x_tap_i };

    reg signed [17:0] end_q;         // after the last valid position (quotient)
    reg        [7:0]  last_phase_q;

    wire [8:0] last_less    = {1'b0, last_phase_q} - {1'b0, phase_tap_i};
    wire       last_borrow  = last_less[8];
    wire signed [17:0] x_borrow    = { {17{1'b0}}, rect_i && borrow };
    wire signed [17:0] last_borrow_x = { {17{1'b0}}, last_borrow };

    always @(posedge clk_i) begin
        if (step_i) begin
            x_q          <= x_q + x_tap - x_borrow;
            phase_q      <= phase_next;
            end_q        <= end_q + x_tap - last_borrow_x;
            last_phase_q <= last_borrow ? last_less[7:0] + phase_mod_i : last_less[7:0];
        end
        if (init_i) begin
            x_q          <= { {2{x_i[15]}}, x_i };
            phase_q      <= phase_i;
            end_q        <= { {2{last_i[15]}}, last_i } + 18'sd1;
            last_phase_q <= last_phase_i;
        end
    end

    // --- Range of valid positions -----------------------------------------
    wire signed [17:0] raised   = x_q + { {17{1'b0}}, phase_q != 8'd0 };
    wire               from_0   = !rect_i || raised[17];                 // begins with position 0
    wire signed [17:0] tile_end = {2'b00, positions_i};
    wire               to_end   = !rect_i || end_q >= tile_end;         // ends with the tile
    // each end less raised; the bit below carries the rounding up
    wire        [18:0] to_valid = {end_q, 1'b1}    + {~x_q, phase_q == 8'd0};
    wire        [18:0] to_tile  = {tile_end, 1'b1} + {~x_q, phase_q == 8'd0};
    wire               no_valid = to_valid[18] || ~|to_valid[17:1];
    wire               no_tile  = to_tile[18] || ~|to_tile[17:1];
    reg         [15:0] count_q;
    always @(posedge clk_i)
        count_q <= to_end ? (from_0 ? positions_i : to_tile[16:1])
                          : (from_0 ? end_q[15:0] : to_valid[16:1]);

    assign none_o  = rect_i && (end_q[17] || ~|end_q[16:0] || (!raised[17] && (no_valid || no_tile)));
    assign first_o = from_0 ? 16'd0 : raised[15:0];
    assign count_o = count_q;

    // --- Outputs ----------------------------------------------------------
    assign x_o      = x_q;
    assign phase_o  = phase_q;
    assign borrow_o = borrow;

    wire unused_ok = &{1'b0, raised[16], to_valid[0], to_tile[0]};

endmodule
`default_nettype wire
