// bpi_tap_player.v - offers the taps of a file to an address generator.  Taps of one batch share the geometry, which goes
// before them in parts, and come back to back; a new batch waits until everything of the last one has come out.  Half of the batches go at full rate; in the
// others a reset now and then drops the rest of the batch.  due and due_infos: outputs and infos of every tap that was
// taken or dropped; opened_at: due when the batch began.
module bpi_tap_player #(parameter FILE = "") (
    input wire        tap_ready,
    input wire [31:0] received
);
    localparam TAP_W = 8 + 3*16 + 2*24 + 2*8 + 16 + 2*8 + 3*32, GEOMETRY_W = 2*448;
    localparam OPENS = TAP_W - 3;                         // first tap of its batch

    reg                  rst = 1, full = 0, done = 0, tap_valid = 0;
    reg [31:0]           due = 0, due_infos = 0, opened_at = 0;
    reg [7:0]            flags = 0, phase_h, phase_w, row_lanes, column_lanes;
    reg [15:0]           images, rows, columns, reduction_tiles;
    reg [23:0]           x_h_word, x_w_word;
    reg [31:0]           dyn_addr, pix_addr, tile_addr;
    // the geometry on its way: the first half, the second half
    localparam PART_W = 32, PARTS = 512 / PART_W;
    reg [GEOMETRY_W-1:0] geometry;
    integer              play = 2*PARTS;
    reg                  opening = 0;
    wire [511:0]         played = play < PARTS ? { geometry[GEOMETRY_W/2-1:0], 64'd0 } : { geometry[GEOMETRY_W-1:GEOMETRY_W/2], 64'd0 };
    wire [1:0]           geometry_part = {play >= PARTS && play < 2*PARTS, play < PARTS};
    wire [3:0]           part_index = play % PARTS;
    wire [PART_W-1:0]    part = played[play % PARTS * PART_W +: PART_W];
    wire                 tap_end, tap_reduce, tap_by_column, tap_rect, tap_fused;
    wire signed [17:0]   x_h = x_h_word[17:0], x_w = x_w_word[17:0];
    assign {tap_fused, tap_rect, tap_by_column, tap_reduce, tap_end} = flags[4:0];

    bpi_vector_file #(.FILE(FILE), .W(TAP_W + GEOMETRY_W + 2*32)) taps ();
    integer seed, count = 0, count_infos = 0;
    reg taken = 0, presented = 0, have = 0;
    reg [TAP_W-1:0]      tap;
    reg [GEOMETRY_W-1:0] next_geometry;
    reg [31:0]           outputs, infos;
    reg started = 0;

    task take;
        begin
            have = taps.have;
            {tap, next_geometry, outputs, infos} = taps.line;
            taps.next;
        end
    endtask
    task pass;
        begin
            count       = count + outputs;
            count_infos = count_infos + infos;
            take;
        end
    endtask

    always @(posedge tb.clk) begin
        if (!started) seed = tb.seed + 1;
        if (!started) take;
        started = 1;
        taken = tap_valid && tap_ready && !rst;
        if (taken) pass;
        if (!tap_valid || taken) begin
            presented = !rst && tb.cycle > 7 && have
                        && (tap[OPENS] ? opening && play == 2*PARTS : full || ($random(seed) & 3) != 0);
            tap_valid <= presented;
            if (presented) begin
                {flags, images, rows, columns, x_h_word, x_w_word, phase_h, phase_w, reduction_tiles,
                 row_lanes, column_lanes, dyn_addr, pix_addr, tile_addr} <= tap;
                if (tap[OPENS]) begin
                    opening = 0;
                    full      <= $random(seed);
                    opened_at <= count;
                end
            end
        end
        if (play < 2*PARTS) play <= play + 1;
        else if (!opening && !rst && tb.cycle > 7 && have && tap[OPENS] && received == count && (!tap_valid || taken) && !presented) begin
            geometry <= next_geometry;
            play     <= 0;
            opening  = 1;
        end
        rst <= tb.cycle < 4;
        if (tb.cycle > 7 && !full && !(have && tap[OPENS]) && received != count && ($random(seed) & 1023) == 0) begin
            rst       <= 1;
            tap_valid <= 0;
            while (have && !tap[OPENS]) pass;
        end
        due       <= count;
        due_infos <= count_infos;
        done      <= !have && count == received;
    end
endmodule
