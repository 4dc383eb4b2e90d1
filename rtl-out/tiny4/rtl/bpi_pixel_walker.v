// bpi_pixel_walker.v - walks the positions of one tap: images, rows, columns, by additions only.
// It says for each position whether a valid (pixel, tap) pair lies there (inside_o), and whether the position lies on
// the stride grid (on_grid_o).  Where the phase wraps the address takes the wrap step, elsewhere the plain step: an
// operand that exists only on the grid so moves on once per stride.
//
// GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_pixel_walker #(
    parameter MAP_W    = 16,  // bits of a count of positions, and of a bound
    parameter X_W      = 18,  // bits of a coordinate
    parameter PHASE_W  = 8,   // bits of a phase, and of a stride
    parameter IMAGES_W = 16,  // bits of a count of images
    parameter LANE_W   = 8,   // bits of a count of lanes
    parameter ADDR_W   = 16,  // bits of an address
    parameter SNAPSHOT = 0    // 1: can return to a saved position
) (
    input  wire                  clk_i,

    // Control: start_i loads the first position, step_i goes on.
    input  wire                  start_i,
    input  wire                  step_i,
    input  wire                  save_i,     // with step_i: remember the position stepped to (start_i does so as well)
    input  wire                  restore_i,  // with step_i: go to the remembered position instead

    // First position
    input  wire [ADDR_W-1:0]     addr_i,
    input  wire [IMAGES_W-1:0]   images_i,
    input  wire [MAP_W-1:0]      rows_i,
    input  wire [MAP_W-1:0]      columns_i,
    input  wire signed [X_W-1:0] x_h_i,
    input  wire signed [X_W-1:0] x_w_i,
    input  wire [PHASE_W-1:0]    phase_h_i,
    input  wire [PHASE_W-1:0]    phase_w_i,
    input  wire                  rect_i,     // every position is valid: plain steps, no detection
    input  wire [LANE_W-1:0]     reach_w_i,  // lanes behind the first that lie along w: one of them inside is enough; still

    // Geometry
    input  wire [MAP_W-1:0]      bound_h_i,  // x is inside from 0 to bound-1
    input  wire [MAP_W-1:0]      bound_w_i,
    input  wire [PHASE_W-1:0]    x_step_h_i,
    input  wire [PHASE_W-1:0]    x_step_w_i,
    input  wire [PHASE_W-1:0]    phase_mod_h_i,
    input  wire [PHASE_W-1:0]    phase_mod_w_i,
    input  wire [ADDR_W-1:0]     step_b_i,
    input  wire [ADDR_W-1:0]     pos_h_i,
    input  wire [ADDR_W-1:0]     wrap_h_i,
    input  wire [ADDR_W-1:0]     pos_w_i,
    input  wire [ADDR_W-1:0]     wrap_w_i,

    // Present position
    output wire [ADDR_W-1:0]     addr_o,
    output wire signed [X_W-1:0] x_w_o,
    output wire                  inside_o,
    output wire                  on_grid_o,
    output wire                  last_o      // no further position
);
    // --- State ------------------------------------------------------------
    reg [IMAGES_W-1:0]    b_q;  // positions still to come on each axis
    reg [MAP_W-1:0]       h_q, w_q;
    reg                   last_b_q, last_h_q, last_w_q;  // none is: a register of its own, as all else waits for it
    reg [ADDR_W-1:0]      addr_q, row_q, image_q;  // present position, start of its row, start of its image
    reg signed [X_W-1:0]  x_w_q;

    reg [MAP_W-1:0]       rows_q, columns_q;  // what each new row and image starts from
    reg signed [X_W-1:0]  x_w_first_q;

    reg signed [X_W-1:0]  x_h_q, x_h_first_q;
    reg [PHASE_W-1:0]     phase_h_q, phase_w_q, phase_h_first_q, phase_w_first_q;
    reg                   wrap_h_q, wrap_w_q;  // the phase wraps in the next step
    reg                   rect_q;

    localparam [MAP_W-1:0]    ONE = 1;
    localparam [IMAGES_W-1:0] ONE_IMAGE = 1;

    // --- Next position ----------------------------------------------------
    wire                  row_ends = last_w_q;
    wire                  image_ends = last_w_q && last_h_q;

    wire [ADDR_W-1:0]     next_column = addr_q  + (wrap_w_q ? wrap_w_i : pos_w_i);
    wire [ADDR_W-1:0]     next_row = row_q   + (wrap_h_q ? wrap_h_i : pos_h_i);
    wire [ADDR_W-1:0]     next_image = image_q + step_b_i;

    wire [IMAGES_W-1:0]   b_d = start_i ? images_i  - 1'b1 : image_ends ? b_q - 1'b1 : b_q;
    wire [MAP_W-1:0]      h_d = start_i ? rows_i    - 1'b1 : image_ends ? rows_q    : row_ends ? h_q - 1'b1 : h_q;
    wire [MAP_W-1:0]      w_d = start_i ? columns_i - 1'b1 : row_ends   ? columns_q : w_q - 1'b1;
    wire                  last_b_d = start_i ? images_i  == ONE_IMAGE : image_ends ? b_q == ONE_IMAGE    : last_b_q;
    wire                  last_h_d = start_i ? rows_i    == ONE : image_ends ? rows_q == {MAP_W{1'b0} }
                                                              : row_ends   ? h_q == ONE    : last_h_q;
    wire                  last_w_d = start_i ? columns_i == ONE : row_ends   ? columns_q == {MAP_W{1'b0} } : w_q == ONE;
    wire [ADDR_W-1:0]     image_d = start_i ? addr_i : image_ends ? next_image : image_q;
    wire [ADDR_W-1:0]     row_d = start_i ? addr_i : image_ends ? next_image : row_ends ? next_row : row_q;
    wire [ADDR_W-1:0]     addr_d = start_i ? addr_i : image_ends ? next_image : row_ends ? next_row : next_column;

    wire signed [X_W-1:0] x_w_d = start_i ? x_w_i : row_ends   ? x_w_first_q : x_w_q + { {(X_W-PHASE_W){1'b0} }, x_step_w_i};
    wire signed [X_W-1:0] x_h_d = start_i ? x_h_i : image_ends ? x_h_first_q : row_ends ? x_h_q + { {(X_W-PHASE_W){1'b0} }, x_step_h_i} : x_h_q;
    wire [PHASE_W-1:0]    phase_h_d = start_i ? phase_h_i : image_ends ? phase_h_first_q
                         : row_ends ? (wrap_h_q ? {PHASE_W{1'b0} } : phase_h_q + 1'b1) : phase_h_q;
    wire [PHASE_W-1:0]    phase_w_d = start_i ? phase_w_i : row_ends ? phase_w_first_q : wrap_w_q ? {PHASE_W{1'b0} } : phase_w_q + 1'b1;
    wire                  any_phase = start_i ? rect_i : rect_q;
    wire                  wrap_h_d = !any_phase && phase_h_d + 1'b1 == phase_mod_h_i;
    wire                  wrap_w_d = !any_phase && phase_w_d + 1'b1 == phase_mod_w_i;

    // --- Snapshot ---------------------------------------------------------
    localparam STATE_W = 3 + IMAGES_W + 2*MAP_W + 3*ADDR_W + X_W + X_W + 2*PHASE_W + 2;
    wire [STATE_W-1:0] next  = {last_b_d, last_h_d, last_w_d, b_d, h_d, w_d, addr_d, row_d, image_d, x_w_d, x_h_d, phase_h_d, phase_w_d, wrap_h_d, wrap_w_d };
    wire [STATE_W-1:0] saved;
    generate
        if (SNAPSHOT) begin : gen_snapshot
            reg [STATE_W-1:0] saved_q;
            always @(posedge clk_i) if (start_i || (step_i && save_i)) saved_q <= next;
            assign saved = saved_q;
        end else begin : gen_no_snapshot
            assign saved = next;
        end
    endgenerate

    // --- Registers --------------------------------------------------------
    always @(posedge clk_i) begin
        if (start_i || step_i)
            {last_b_q, last_h_q, last_w_q, b_q, h_q, w_q, addr_q, row_q, image_q, x_w_q, x_h_q, phase_h_q, phase_w_q, wrap_h_q, wrap_w_q }
                <= (restore_i && !start_i) ? saved : next;
        if (start_i) begin
            rows_q          <= rows_i - 1'b1;
            columns_q       <= columns_i - 1'b1;
            x_w_first_q     <= x_w_i;
            x_h_first_q     <= x_h_i;
            phase_h_first_q <= phase_h_i;
            phase_w_first_q <= phase_w_i;
            rect_q          <= rect_i;
        end
    end

    // --- Outputs ----------------------------------------------------------
    assign addr_o    = addr_q;
    assign x_w_o     = x_w_q;
    assign last_o    = image_ends && last_b_q;
    wire signed [X_W-1:0] end_w = x_w_q + { {(X_W-LANE_W){1'b0} }, reach_w_i};
    assign on_grid_o = rect_q || (phase_h_q == {PHASE_W{1'b0} } && phase_w_q == {PHASE_W{1'b0} });
    assign inside_o  = rect_q || (on_grid_o && !x_h_q[X_W-1] && x_h_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_h_i}
                                            && !end_w[X_W-1] && (x_w_q[X_W-1] || x_w_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_w_i}));

    wire unused_ok = &{1'b0, save_i, restore_i, end_w[X_W-2:0]};

endmodule
`default_nettype wire
