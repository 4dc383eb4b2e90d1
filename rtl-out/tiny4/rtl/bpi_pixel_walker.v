// bpi_pixel_walker.v - walks the positions of one tap: images, rows, columns, by additions only.
// It says for each position whether a valid (pixel, tap) pair lies there (inside_o), and whether the position lies on
// the stride grid (on_grid_o).  Where the phase wraps the address takes the wrap step, elsewhere the plain step: an
// operand that exists only on the grid so moves on once per stride.
//
// GENERATED, do not edit: made from configuration tiny4 (c3a98008) by bp-im2col.
`default_nettype none
`include "bpi_checks.vh"

module bpi_pixel_walker #(
    parameter ADDR_W   = 16,   // bits of an address
    parameter SNAPSHOT = 0     // 1: can return to a saved position
) (
    input  wire               clk_i,

    // Control: start_i loads the first position, step_i goes on.
    input  wire               start_i,
    input  wire               step_i,
    input  wire               save_i,         // with step_i: remember the position stepped to (start_i does so as well)
    input  wire               restore_i,      // with step_i: go to the remembered position instead

    // First position
    input  wire [ADDR_W-1:0]  addr_i,
    input  wire [15:0]        images_i,
    input  wire [15:0]        rows_i,
    input  wire [15:0]        columns_i,
    input  wire signed [17:0] x_h_i,
    input  wire signed [17:0] x_w_i,
    input  wire [7:0]         phase_h_i,
    input  wire [7:0]         phase_w_i,
    input  wire               rect_i,         // every position is valid: plain steps, no detection
    input  wire [7:0]         reach_w_i,      // lanes behind the first that lie along w: one of them inside is enough; still

    // Geometry
    input  wire [15:0]        bound_h_i,      // x is inside from 0 to bound-1
    input  wire [15:0]        bound_w_i,
    input  wire [7:0]         x_step_h_i,
    input  wire [7:0]         x_step_w_i,
    input  wire [7:0]         phase_mod_h_i,
    input  wire [7:0]         phase_mod_w_i,
    input  wire [ADDR_W-1:0]  step_b_i,
    input  wire [ADDR_W-1:0]  pos_h_i,
    input  wire [ADDR_W-1:0]  wrap_h_i,
    input  wire [ADDR_W-1:0]  pos_w_i,
    input  wire [ADDR_W-1:0]  wrap_w_i,

    // Present position
    output wire [ADDR_W-1:0]  addr_o,
    output wire signed [17:0] x_w_o,
    output wire               inside_o,
    output wire               on_grid_o,
    output wire               last_o          // no further position
);
    // --- State ------------------------------------------------------------
    reg [15:0]        b_q, h_q, w_q;                       // positions still to come on each axis
    reg               last_b_q, last_h_q, last_w_q;        // none is: a register of its own, as all else waits for it
    reg [ADDR_W-1:0]  addr_q, row_q, image_q;              // present position, start of its row, start of its image
    reg signed [17:0] x_w_q;

    reg [15:0]        rows_q, columns_q;                   // what each new row and image starts from
    reg signed [17:0] x_w_first_q;

    reg signed [17:0] x_h_q, x_h_first_q;
    reg        [7:0]  phase_h_q, phase_w_q, phase_h_first_q, phase_w_first_q;
    reg               wrap_h_q, wrap_w_q;                  // the phase wraps in the next step
    reg               rect_q;

    // --- Next position ----------------------------------------------------
    wire row_ends   = last_w_q;
    wire image_ends = last_w_q && last_h_q;

    wire [ADDR_W-1:0] next_column = addr_q  + (wrap_w_q ? wrap_w_i : pos_w_i);
    wire [ADDR_W-1:0] next_row    = row_q   + (wrap_h_q ? wrap_h_i : pos_h_i);
    wire [ADDR_W-1:0] next_image  = image_q + step_b_i;

    wire [15:0]       b_d = start_i ? images_i  - 16'd1 : image_ends ? b_q - 16'd1 : b_q;
    wire [15:0]       h_d = start_i ? rows_i    - 16'd1 : image_ends ? rows_q    : row_ends ? h_q - 16'd1 : h_q;
    wire [15:0]       w_d = start_i ? columns_i - 16'd1 : row_ends   ? columns_q : w_q - 16'd1;
    wire              last_b_d = start_i ? images_i  == 16'd1 : image_ends ? b_q == 16'd1    : last_b_q;
    wire              last_h_d = start_i ? rows_i    == 16'd1 : image_ends ? rows_q == 16'd0
                                                              : row_ends   ? h_q == 16'd1    : last_h_q;
    wire              last_w_d = start_i ? columns_i == 16'd1 : row_ends   ? columns_q == 16'd0 : w_q == 16'd1;
    wire [ADDR_W-1:0] image_d = start_i ? addr_i : image_ends ? next_image : image_q;
    wire [ADDR_W-1:0] row_d   = start_i ? addr_i : image_ends ? next_image : row_ends ? next_row : row_q;
    wire [ADDR_W-1:0] addr_d  = start_i ? addr_i : image_ends ? next_image : row_ends ? next_row : next_column;

    wire signed [17:0] x_w_d = start_i ? x_w_i : row_ends   ? x_w_first_q : x_w_q + {10'd0, x_step_w_i};
    wire signed [17:0] x_h_d = start_i ? x_h_i : image_ends ? x_h_first_q : row_ends ? x_h_q + {10'd0, x_step_h_i} : x_h_q;
    wire [7:0] phase_h_d = start_i ? phase_h_i : image_ends ? phase_h_first_q
                         : row_ends ? (wrap_h_q ? 8'd0 : phase_h_q + 8'd1) : phase_h_q;
    wire [7:0] phase_w_d = start_i ? phase_w_i : row_ends ? phase_w_first_q : wrap_w_q ? 8'd0 : phase_w_q + 8'd1;
    wire       any_phase = start_i ? rect_i : rect_q;
    wire       wrap_h_d  = !any_phase && phase_h_d + 8'd1 == phase_mod_h_i;
    wire       wrap_w_d  = !any_phase && phase_w_d + 8'd1 == phase_mod_w_i;

    // --- Snapshot ---------------------------------------------------------
    localparam STATE_W = 3 + 3*16 + 3*ADDR_W + 18 + 18 + 2*8 + 2;
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
            rows_q          <= rows_i - 16'd1;
            columns_q       <= columns_i - 16'd1;
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
    wire signed [17:0] end_w = x_w_q + {10'd0, reach_w_i};
    assign on_grid_o = rect_q || (phase_h_q == 8'd0 && phase_w_q == 8'd0);
    assign inside_o  = rect_q || (on_grid_o && !x_h_q[17] && x_h_q[16:0] < {1'b0, bound_h_i}
                                            && !end_w[17] && (x_w_q[17] || x_w_q[16:0] < {1'b0, bound_w_i}));

    wire unused_ok = &{1'b0, save_i, restore_i, end_w[16:0]};

endmodule
`default_nettype wire
