// pixel_walker.v - images, rows and columns in order, each position once, at the address that multiplication gives, with
// the flags that the definition gives.
`default_nettype none
module pixel_walker_formal #(
    parameter ADDR_W = 3,
    parameter RECT   = 0,
    parameter IMAGES = 1,      // most
    parameter ROWS   = 3
) (
    input wire clk_i,
    input wire step
);
    reg start_q = 1'b1, open_q = 1'b0;
    always @(posedge clk_i) begin
        start_q <= 1'b0;
        open_q  <= open_q || start_q;
    end

    (* anyconst *) wire [ADDR_W-1:0] addr_0, step_b, pos_h, wrap_h, pos_w, wrap_w;
    (* anyconst *) wire [1:0] images, rows, columns, modulus_h, modulus_w, phase_h, phase_w, step_h, step_w, reach;
    (* anyconst *) wire signed [3:0] x_h, x_w;
    (* anyconst *) wire [2:0] bound_h, bound_w;
    always @* begin
        assume (images != 2'd0 && images <= IMAGES && rows != 2'd0 && rows <= ROWS && columns != 2'd0);
        assume (modulus_h != 2'd0 && modulus_w != 2'd0 && phase_h < modulus_h && phase_w < modulus_w);
    end
    wire go = open_q && step;
    wire [ADDR_W-1:0]  addr;
    wire signed [17:0] x_w_here;
    wire               inside, on_grid, last;
    bpi_pixel_walker #(.ADDR_W(ADDR_W), .SNAPSHOT(0)) u_dut (
        .clk_i(clk_i), .start_i(start_q), .step_i(go), .save_i(1'b0), .restore_i(1'b0), .addr_i(addr_0), .images_i({14'd0, images}),
        .rows_i({14'd0, rows}), .columns_i({14'd0, columns}), .x_h_i({ {14{x_h[3]}}, x_h}), .x_w_i({ {14{x_w[3]}}, x_w}),
        .phase_h_i({6'd0, phase_h}), .phase_w_i({6'd0, phase_w}), .rect_i(RECT[0]), .reach_w_i({6'd0, reach}), .bound_h_i({13'd0, bound_h}),
        .bound_w_i({13'd0, bound_w}), .x_step_h_i({6'd0, step_h}), .x_step_w_i({6'd0, step_w}), .phase_mod_h_i({6'd0, modulus_h}),
        .phase_mod_w_i({6'd0, modulus_w}), .step_b_i(step_b), .pos_h_i(pos_h), .wrap_h_i(wrap_h), .pos_w_i(pos_w), .wrap_w_i(wrap_w),
        .addr_o(addr), .x_w_o(x_w_here), .inside_o(inside), .on_grid_o(on_grid), .last_o(last)
    );

    // --- Reference: three loops; places by multiplication, wraps by division --
    reg [1:0] b_q, h_q, w_q;
    reg       ended_q;
    wire last_w = w_q == columns - 2'd1, last_h = h_q == rows - 2'd1, last_b = b_q == images - 2'd1;
    always @(posedge clk_i) begin
        if (go) begin
            w_q <= last_w ? 2'd0 : w_q + 2'd1;
            if (last_w) h_q <= last_h ? 2'd0 : h_q + 2'd1;
            if (last_w && last_h) b_q <= b_q + 2'd1;
            ended_q <= ended_q || (last_w && last_h && last_b);
        end
        if (start_q) {b_q, h_q, w_q, ended_q} <= 7'd0;
    end
    function [2:0] wraps(input [2:0] phase, input [1:0] modulus);
        wraps = modulus == 2'd1 ? phase : modulus == 2'd2 ? phase >> 1 : phase / 3'd3;
    endfunction
    wire [2:0] grid_h = {1'b0, phase_h} + {1'b0, h_q}, grid_w = {1'b0, phase_w} + {1'b0, w_q};
    wire [2:0] wraps_h = RECT ? 3'd0 : wraps(grid_h, modulus_h), wraps_w = RECT ? 3'd0 : wraps(grid_w, modulus_w);
    wire [ADDR_W-1:0] expected = addr_0 + b_q * step_b + (h_q - wraps_h) * pos_h + wraps_h * wrap_h + (w_q - wraps_w) * pos_w + wraps_w * wrap_w;
    wire signed [6:0] xh = x_h + $signed({5'd0, h_q}) * $signed({5'd0, step_h});
    wire signed [6:0] xw = x_w + $signed({5'd0, w_q}) * $signed({5'd0, step_w});
    wire on = RECT || (wraps(grid_h, modulus_h) * modulus_h == grid_h && wraps(grid_w, modulus_w) * modulus_w == grid_w);
    wire in = RECT || (on && xh >= 0 && xh < $signed({4'd0, bound_h}) && xw + $signed({5'd0, reach}) >= 0 && xw < $signed({4'd0, bound_w}));
    always @* if (open_q && !ended_q) begin
        assert (addr == expected);
        assert (x_w_here == xw);
        assert (on_grid == on && inside == in);
        assert (last == (last_w && last_h && last_b));
    end
endmodule
`default_nettype wire
