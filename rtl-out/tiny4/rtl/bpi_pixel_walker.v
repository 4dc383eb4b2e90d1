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
    input  wire                  save_i,     // remember the present position
    input  wire                  restore_i,  // with step_i: go to the remembered position instead; with save_i as well: stay

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
    reg [IMAGES_W-1:0]    b_q;  // positions still to come on each axis, this one among them
    reg [MAP_W-1:0]       h_q, w_q;
    reg                   last_b_q, last_h_q, last_w_q;  // none is: a register of its own, as all else waits for it
    reg [ADDR_W-1:0]      addr_q, row_q, image_q;  // present position, start of its row, start of its image
    reg signed [X_W-1:0]  x_w_q;

    reg [MAP_W-1:0]       rows_q, columns_q;  // what each new row and image starts from
    reg signed [X_W-1:0]  x_w_first_q;

    reg signed [X_W-1:0]  x_h_q, x_h_first_q;
    reg [PHASE_W-1:0]     to_h_q, to_w_q, to_h_first_q, to_w_first_q;  // steps to the next position on the grid
    reg                   wrap_h_q, wrap_w_q;  // one step: the phase wraps
    reg                   rect_q;

    localparam [MAP_W-1:0]    ONE = 1, TWO = 2;
    localparam [IMAGES_W-1:0] ONE_IMAGE = 1, TWO_IMAGES = 2;

    // --- Next position ----------------------------------------------------
    wire                  row_ends = last_w_q;
    wire                  image_ends = last_w_q && last_h_q;

    wire [ADDR_W-1:0]     next_column = addr_q  + (wrap_w_q ? wrap_w_i : pos_w_i);
    wire [ADDR_W-1:0]     next_row = row_q   + (wrap_h_q ? wrap_h_i : pos_h_i);
    wire [ADDR_W-1:0]     next_image = image_q + step_b_i;

    // what moves on with each image, each row and each position; where it does not it stays
    wire [IMAGES_W-1:0]   b_d = start_i ? images_i  : b_q - 1'b1;
    wire [MAP_W-1:0]      h_d = start_i ? rows_i    : image_ends ? rows_q    : h_q - 1'b1;
    wire [MAP_W-1:0]      w_d = start_i ? columns_i : row_ends   ? columns_q : w_q - 1'b1;
    wire                  last_b_d = start_i ? images_i  == ONE_IMAGE : b_q == TWO_IMAGES;
    wire                  last_h_d = start_i ? rows_i    == ONE : image_ends ? rows_q == ONE    : h_q == TWO;
    wire                  last_w_d = start_i ? columns_i == ONE : row_ends   ? columns_q == ONE : w_q == TWO;
    wire [ADDR_W-1:0]     image_d = start_i ? addr_i : next_image;
    wire [ADDR_W-1:0]     row_d = start_i ? addr_i : image_ends ? next_image : next_row;
    wire [ADDR_W-1:0]     addr_d = start_i ? addr_i : image_ends ? next_image : row_ends ? next_row : next_column;

    wire signed [X_W-1:0] x_w_d = start_i ? x_w_i : row_ends   ? x_w_first_q : x_w_q + { {(X_W-PHASE_W){1'b0} }, x_step_w_i};
    wire signed [X_W-1:0] x_h_d = start_i ? x_h_i : image_ends ? x_h_first_q : x_h_q + { {(X_W-PHASE_W){1'b0} }, x_step_h_i};
    wire [PHASE_W-1:0]    to_h_first = phase_mod_h_i - phase_h_i;
    wire [PHASE_W-1:0]    to_w_first = phase_mod_w_i - phase_w_i;
    wire [PHASE_W-1:0]    to_h_d = start_i ? to_h_first : image_ends ? to_h_first_q : wrap_h_q ? phase_mod_h_i : to_h_q - 1'b1;
    wire [PHASE_W-1:0]    to_w_d = start_i ? to_w_first : row_ends   ? to_w_first_q : wrap_w_q ? phase_mod_w_i : to_w_q - 1'b1;
    localparam [PHASE_W-1:0] ONE_STEP = 1;
    wire                  any_phase = start_i ? rect_i : rect_q;
    wire                  wrap_h_d = !any_phase && to_h_d == ONE_STEP;
    wire                  wrap_w_d = !any_phase && to_w_d == ONE_STEP;

    // --- Registers --------------------------------------------------------
    localparam IMAGE_W = 1 + IMAGES_W + ADDR_W;
    localparam ROW_W   = 1 + MAP_W + ADDR_W + X_W + PHASE_W + 1;
    localparam PLACE_W = 1 + MAP_W + ADDR_W + X_W + PHASE_W + 1;
    wire [IMAGE_W-1:0] image_saved;
    wire [ROW_W-1:0]   row_saved;
    wire [PLACE_W-1:0] place_saved;
    wire [IMAGE_W-1:0] image_here = {last_b_q, b_q, image_q};
    wire [ROW_W-1:0]   row_here   = {last_h_q, h_q, row_q, x_h_q, to_h_q, wrap_h_q };
    wire [PLACE_W-1:0] place_here = {last_w_q, w_q, addr_q, x_w_q, to_w_q, wrap_w_q };

    wire restores, moves;   // to the remembered position; anywhere
    always @(posedge clk_i) begin
        if (moves && (start_i || restores || image_ends))
            {last_b_q, b_q, image_q} <= restores ? image_saved : {last_b_d, b_d, image_d};
        if (moves && (start_i || restores || row_ends))
            {last_h_q, h_q, row_q, x_h_q, to_h_q, wrap_h_q }
                <= restores ? row_saved : {last_h_d, h_d, row_d, x_h_d, to_h_d, wrap_h_d };
        if (moves)
            {last_w_q, w_q, addr_q, x_w_q, to_w_q, wrap_w_q }
                <= restores ? place_saved : {last_w_d, w_d, addr_d, x_w_d, to_w_d, wrap_w_d };
        if (start_i) begin
            rows_q          <= rows_i;
            columns_q       <= columns_i;
            x_w_first_q     <= x_w_i;
            x_h_first_q     <= x_h_i;
            to_h_first_q    <= to_h_first;
            to_w_first_q    <= to_w_first;
            rect_q          <= rect_i;
        end
    end

    // --- Snapshot ---------------------------------------------------------
    generate
        if (SNAPSHOT) begin : gen_snapshot
            reg [IMAGE_W + ROW_W + PLACE_W-1:0] saved_q;
            always @(posedge clk_i) if (save_i) saved_q <= {image_here, row_here, place_here};
            assign {image_saved, row_saved, place_saved} = saved_q;
            assign restores = restore_i && !start_i;
            assign moves    = start_i || (step_i && !(restore_i && save_i));
        end else begin : gen_no_snapshot
            assign {image_saved, row_saved, place_saved} = {image_here, row_here, place_here};
            assign restores = 1'b0;
            assign moves    = start_i || step_i;
        end
    endgenerate

    // --- Outputs ----------------------------------------------------------
    assign addr_o    = addr_q;
    assign x_w_o     = x_w_q;
    assign last_o    = image_ends && last_b_q;
    // reach_w_i lanes on: less than nothing still
    wire [LANE_W:0] near = {1'b0, x_w_q[LANE_W-1:0]} + {1'b0, reach_w_i};
    wire            reaches = !x_w_q[X_W-1] || (near[LANE_W] && &x_w_q[X_W-2:LANE_W]);
    assign on_grid_o = rect_q || (to_h_q == phase_mod_h_i && to_w_q == phase_mod_w_i);
    assign inside_o  = rect_q || (on_grid_o && !x_h_q[X_W-1] && x_h_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_h_i}
                                            && reaches && (x_w_q[X_W-1] || x_w_q[X_W-2:0] < { {(X_W-1-MAP_W){1'b0} }, bound_w_i}));

    wire unused_ok = &{1'b0, save_i, restore_i, near[LANE_W-1:0]};

endmodule
`default_nettype wire
