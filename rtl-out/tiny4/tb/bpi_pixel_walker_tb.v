// bpi_pixel_walker_tb.v - every position of random walks, with idle cycles, restarts, saving and returning.
// Files, tb/bpi_pixel_walker_*.hex: walks: start values and positions; positions: {any grid, any address, inside, on grid, last, address, x} per position.
`timescale 1ns/1ps
`include "bpi_vector_file.v"
module tb;
    localparam LEAST = 100;
    `include "bpi_bench.vh"

    wire [2:0] done;
    walker_case #(.ADDR_W(16), .SNAPSHOT(1), .NUMBER(0)) c0 (done[0]);
    walker_case #(.ADDR_W(24), .SNAPSHOT(0), .NUMBER(1)) c1 (done[1]);
    walker_case #(.ADDR_W(7),  .SNAPSHOT(1), .NUMBER(2)) c2 (done[2]);

    always @(posedge clk) if (&done) verdict(1);
endmodule

// One walker.  A position is checked in every cycle it stays, steps come at random or one each cycle.  Some walks are
// left early by the next start.  With SNAPSHOT the walk now and then saves its place, or returns to the saved one.
module walker_case #(
    parameter NUMBER   = 0,
    parameter ADDR_W   = 16,
    parameter SNAPSHOT = 0
) (
    output reg done
);
    `include "bpi_case.vh"
    localparam MOST = 4096;
    localparam START_W = 8 + 32 + 3*16 + 2*24 + 2*8 + 2*16 + 4*8 + 5*32 + 8;

    reg start = 0, step = 0, save = 0, restore = 0;
    reg [7:0]  flags = 0;
    reg [31:0] addr = 0, step_b = 0, pos_h = 0, wrap_h = 0, pos_w = 0, wrap_w = 0;
    reg [15:0] images = 0, rows = 0, columns = 0, bound_h = 0, bound_w = 0;
    reg [23:0] x_h = 0, x_w = 0;
    reg [7:0]  phase_h = 0, phase_w = 0, x_step_h = 0, x_step_w = 0, mod_h = 0, mod_w = 0, reach_w = 0;
    wire [ADDR_W-1:0] addr_o;
    wire is_inside, on_grid, last;
    wire signed [17:0] x_w_o;
    bpi_pixel_walker #(.ADDR_W(ADDR_W), .SNAPSHOT(SNAPSHOT)) dut (
        .clk_i(clk), .start_i(start), .step_i(step), .save_i(save), .restore_i(restore),
        .addr_i(addr[ADDR_W-1:0]), .images_i(images), .rows_i(rows), .columns_i(columns),
        .x_h_i(x_h[17:0]), .x_w_i(x_w[17:0]), .phase_h_i(phase_h), .phase_w_i(phase_w), .rect_i(flags[0]), .reach_w_i(reach_w),
        .bound_h_i(bound_h), .bound_w_i(bound_w), .x_step_h_i(x_step_h), .x_step_w_i(x_step_w),
        .phase_mod_h_i(mod_h), .phase_mod_w_i(mod_w), .step_b_i(step_b[ADDR_W-1:0]), .pos_h_i(pos_h[ADDR_W-1:0]),
        .wrap_h_i(wrap_h[ADDR_W-1:0]), .pos_w_i(pos_w[ADDR_W-1:0]), .wrap_w_i(wrap_w[ADDR_W-1:0]),
        .addr_o(addr_o), .x_w_o(x_w_o), .inside_o(is_inside), .on_grid_o(on_grid), .last_o(last)
    );

    // Positions of the present walk and of the next one, which begins with its start.
    bpi_vector_file #(.FILE("tb/bpi_pixel_walker_walks.hex"), .W(START_W + 16)) walks ();
    bpi_vector_file #(.FILE("tb/bpi_pixel_walker_positions.hex"), .W(64)) positions ();
    reg [15:0] count = 0;
    reg [63:0] position [0:MOST-1];
    reg [63:0] want;
    integer n, at = 0, saved = 0;
    reg walking = 0, fast = 0, early = 0, next_start;

    initial done = 0;

    always @(posedge clk) if (!done) begin
        #1;
        // where the last edge led
        if (start) begin
            at      = 0;
            walking = 1;
            // only the geometry stays
            flags[0] = $random(seed);
            addr     = $random(seed);
            {images, rows} = $random(seed);
            {columns, phase_h, phase_w} = $random(seed);
            x_h = $random(seed);
            x_w = $random(seed);
        end else if (step) begin
            if (save) saved = at;                // to return there at once is to stay
            at = restore ? saved : at + 1;
        end else if (save) saved = at;
        if (walking) begin
            want = position[at];
            checks = checks + 1;
            if (!want[59] && addr_o !== want[24 +: ADDR_W]) fail("wrong address");
            if (is_inside !== want[58]) fail("wrong inside");
            if (!want[60] && on_grid !== want[57]) fail("wrong grid");
            if (last !== want[56]) fail("wrong last");
            if (x_w_o !== want[17:0]) fail("wrong x");
        end
        // what to do at the next edge
        start   = 0;
        step    = fast || ($random(seed) & 1);
        save    = $random(seed);
        restore = SNAPSHOT && ($random(seed) & 15) == 0;
        next_start = !walking || (step && at == count - 1 && !restore) || (early && ($random(seed) & 31) == 0);
        if (next_start) begin
            if (!walks.have) done = 1;
            else begin
                {flags, addr, images, rows, columns, x_h, x_w, phase_h, phase_w, bound_h, bound_w,
                 x_step_h, x_step_w, mod_h, mod_w, step_b, pos_h, wrap_h, pos_w, wrap_w, reach_w, count} = walks.line;
                walks.next;
                for (n = 0; n < count; n = n + 1) begin
                    position[n] = positions.line;
                    positions.next;
                end
                start   = 1;
                restore = SNAPSHOT && ($random(seed) & 3) == 0;      // start wins
                fast    = $random(seed);
                early   = ($random(seed) & 3) == 0;
            end
        end
        if (at == 0) save = 1;               // nothing of the walk to return to yet
    end
endmodule
