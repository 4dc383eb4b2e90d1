// bpi_sequencer_tb.v - random programs on units that take their time: order, waits, geometry, one end to each run.
// Some runs are refused, have no END, start unaligned, meet a fault or a soft reset at a random time.
`timescale 1ns/1ps
module tb;
    localparam ADDR_W = 40, PART_W = 32, PARTS = 512 / PART_W, SLOTS = 16, RUNS = 200, MOST = 255, PATIENCE = 40000;
    localparam OPEN_W = 5, TILE_W = 2;       // so that counts wrap and no more than 3 EXECs are at work
    localparam GOOD = 0, REFUSED = 1, NO_END = 2, UNALIGNED = 3, FAULT = 4, RESET = 5, FAULT_RESET = 6;

    `include "bpi_bench.vh"
    integer i;

    reg rst = 1, start = 0, reset = 0, bus_idle = 1, clearing = 0, ins_valid = 0, ins_load = 0, ins_exec = 0, ins_store = 0, ins_end = 0;
    reg [1:0] ins_near = 0;
    reg over_in = 0, fault_valid = 0, load_ready = 0, exec_ready = 0, store_ready = 0, load_done = 0, exec_done = 0;
    reg [ADDR_W-1:0] base = 0, fault_addr = 0;
    reg [31:0] count = 0;
    reg [2:0] ins_opcode = 0;
    reg part_valid = 0;
    reg [3:0] part_index = 0;
    reg [3:0] part_slot = 0;
    reg [PART_W-1:0] part = 0;
    reg [7:0] ins_cause = 0, fault_cause = 0;
    wire busy, done, error_valid, clear, halt, fetch_start, fetch_halt, free_valid, load_part, exec_part, store_part, load_valid, exec_valid, store_valid, wait_load, wait_store;
    wire [7:0] error_cause;
    wire [ADDR_W-1:0] error_addr;
    wire [31:0] error_instruction, loads, execs, stores;
    wire [3:0] free_slot;
    wire [3:0] send_index;
    wire [PART_W-1:0] send;
    wire [1:0] geometry_part;

    bpi_sequencer #(.ADDR_W(ADDR_W), .PART_W(PART_W), .OPEN_W(OPEN_W), .TILE_W(TILE_W)) dut (
        .clk_i(clk), .rst_i(rst), .start_i(start), .reset_i(reset), .program_i(base), .over_i(over_in),
        .busy_o(busy), .done_o(done), .error_valid_o(error_valid), .error_cause_o(error_cause), .error_addr_o(error_addr),
        .error_instruction_o(error_instruction), .clear_o(clear), .halt_o(halt), .bus_idle_i(bus_idle), .clearing_i(clearing),
        .fetch_start_o(fetch_start), .fetch_halt_o(fetch_halt), .ins_valid_i(ins_valid), .ins_opcode_i(ins_opcode),
        .part_valid_i(part_valid), .part_slot_i(part_slot), .part_index_i(part_index), .part_i(part),
        .free_valid_o(free_valid), .free_slot_o(free_slot), .send_index_o(send_index), .send_o(send), .geometry_part_o(geometry_part),
        .ins_load_i(ins_load), .ins_exec_i(ins_exec), .ins_store_i(ins_store),
        .ins_end_i(ins_end), .ins_near_i(ins_near), .ins_cause_i(ins_cause),
        .loads_o(loads), .execs_o(execs), .stores_o(stores),
        .fault_valid_i(fault_valid), .fault_cause_i(fault_cause), .fault_addr_i(fault_addr),
        .load_part_o(load_part), .load_valid_o(load_valid), .load_ready_i(load_ready),
        .exec_part_o(exec_part), .exec_valid_o(exec_valid), .exec_ready_i(exec_ready),
        .store_part_o(store_part), .store_valid_o(store_valid), .store_ready_i(store_ready),
        .load_done_i(load_done), .exec_done_i(exec_done), .wait_load_o(wait_load), .wait_store_o(wait_store)
    );

    // What the units keep of the parts.  Words 1 and 2 are theirs only where they come with others.
    reg [511:0] load_data = 0, exec_data = 0, store_data = 0;
    reg [895:0] geometry = 0;
    integer w, g;
    always @(posedge clk) begin
        for (w = 0; w < 16; w = w + 1) if (send_index == w * 32 / PART_W) begin
            if (load_part)  load_data[w*32 +: 32]  <= send[w*32 % PART_W +: 32];
            if (exec_part)  exec_data[w*32 +: 32]  <= send[w*32 % PART_W +: 32];
            if (store_part) store_data[w*32 +: 32] <= send[w*32 % PART_W +: 32];
            for (g = 0; g < 2; g = g + 1)
                if (geometry_part[g] && w >= 2) geometry[g*448 + (w-2)*32 +: 32] <= send[w*32 % PART_W +: 32];
        end
    end
    function alike(input [511:0] a, input [511:0] b, input integer last);
        integer n;
        begin
            alike = 1;
            for (n = 0; n <= last; n = n + 1) if (a[n*32 +: 32] !== b[n*32 +: 32] && !(PARTS == 16 && (n == 1 || n == 2))) alike = 0;
        end
    endfunction
    wire geometry_sent = |geometry_part && send_index == 15 * 32 / PART_W;

    integer run = 0;
    // --- Program ----------------------------------------------------------
    // Kinds are opcodes.
    localparam GEOMETRY = 8'd1, LOAD = 8'd2, EXEC = 8'd3, STORE = 8'd4, END = 8'd6;
    reg [511:0]   text [0:MOST], load_text [0:MOST], exec_text [0:MOST], store_text [0:MOST];
    reg [895:0]   exec_geometry [0:MOST], present;
    reg [1:0]     near [0:MOST];               // of what it waits for, as the decoder says
    integer       total = 0, bad = 0, n_loads, n_execs, n_stores, kind, scenario = GOOD, event_at = 0, second_at = 0, haste = 0;
    reg [7:0]     bad_cause;
    reg [511:0]   word;
    task draw;
        begin
            scenario = random(0) & 1 ? GOOD : random(0) % 7;
            haste = random(0) % 3;
            total = 1 + random(0) % ((random(0) & 7) == 0 ? MOST - 1 : 40);
            bad = random(0) % total;
            bad_cause = 1 + random(0) % 14;
            event_at = random(0) % (150 + 20*PARTS);
            second_at = 1 + random(0) % 60;
            n_loads = 0;
            n_execs = 0;
            n_stores = 0;
            for (i = 0; i < total; i = i + 1) begin
                kind = i == total - 1 ? END : random(0) % 8 == 0 ? GEOMETRY : LOAD + random(0) % 3;
                if (scenario == NO_END && kind == END) kind = LOAD;
                word = {16{random(0)} } ^ (i * 512'h1234567);
                word[0 +: 32] = 0;
                word[0 +: 8] = kind;
                if (kind == GEOMETRY) word[8] = random(0);
                // what it waits for: mostly the last ones
                near[i] = 0;
                if (kind == LOAD) {word[2*32 +: 32], word[1*32 +: 32]} = {waits(n_stores, 1), waits(n_execs, 0)};
                if (kind == EXEC) {word[2*32 +: 32], word[1*32 +: 32]} = {waits(n_stores, 1), waits(n_loads, 0)};
                if (kind == STORE) {word[2*32 +: 32], word[1*32 +: 32]} = {waits(n_loads, 1), waits(n_execs, 0)};
                text[i] = word;
                if (kind == LOAD) begin
                    load_text[n_loads] = word;
                    n_loads = n_loads + 1;
                end
                if (kind == STORE) begin
                    store_text[n_stores] = word;
                    n_stores = n_stores + 1;
                end
                if (kind == GEOMETRY || kind == EXEC) begin
                    exec_text[n_execs] = word;
                    n_execs = n_execs + 1;
                end
            end
            base    <= {random(0), random(0), 6'd0} + (scenario == UNALIGNED ? 1 + random(0) % 63 : 0);
            count   <= total + (scenario == NO_END ? 0 : random(0) & 1);
        end
    endtask
    function [31:0] waits(input integer given, input integer which);
        begin
            case (random(0) & 3)
                0: waits = random(0) & 1 ? 0 : given > 40 ? given - 20 - random(0) % 21 : 0;
                1: waits = random(0) % (given + 1);
                default: waits = given;
            endcase
            near[i][which] = given - waits < (1 << OPEN_W);
        end
    endfunction

    // The geometry of each EXEC, as the run begins with what an earlier one has left.
    task lay_geometry;
        begin
            present = geometry;
            n_execs = 0;
            for (i = 0; i < total; i = i + 1) begin
                word = text[i];
                if (word[0 +: 8] == GEOMETRY) present[word[8] * 448 +: 448] = word[2*32 +: 448];
                if (word[0 +: 8] == GEOMETRY || word[0 +: 8] == EXEC) begin
                    exec_geometry[n_execs] = present;
                    n_execs = n_execs + 1;
                end
            end
        end
    endtask

    // --- Model ------------------------------------------------------------
    // Values with before_ are those of the cycle; the others already have what it brings.
    reg     open = 0, starting = 0, begun = 0, ended = 0, before_ended = 0, failing = 0, resetting = 0, saw_idle = 0, saw_clear = 0, before_idle = 0;
    integer since = 0, rest = 5, goods = 0, faults = 0, resets = 0, fetches = 0;
    integer given = 0, before_given = 0, g_loads = 0, g_execs = 0, g_stores = 0, before_loads = 0, before_execs = 0, before_stores = 0;
    integer taken_loads = 0, taken_execs = 0, done_loads = 0, done_execs = 0, done_stores = 0;
    reg [7:0]        cause;
    reg [ADDR_W-1:0] cause_addr;
    integer          cause_index;
    // Units and source
    integer pulsed_loads = 0, pulsed_execs = 0, load_timer = 0, exec_timer = 0, store_timer = 0, lag = 0, clear_timer = 0;
    reg     source = 0, refuse, over, was_over = 0;
    integer at = 0, played = 0;                 // instruction and part that come next
    reg     judge = 0;
    reg [SLOTS-1:0] occupied = 0;

    task check_offers;
        begin
            if (load_valid) begin
                if (taken_loads >= g_loads) fail("a load too many");
                else if (!alike(load_data, load_text[taken_loads], 11)) fail("wrong load");
                else if (load_text[taken_loads][1*32 +: 32] > done_execs || load_text[taken_loads][2*32 +: 32] > done_stores) fail("load too early");
            end
            if (exec_valid) begin
                if (taken_execs >= g_execs) fail("an exec too many");
                else if (!alike(exec_data, exec_text[taken_execs], 13)) fail("wrong exec");
                else if (exec_text[taken_execs][1*32 +: 32] > done_loads || exec_text[taken_execs][2*32 +: 32] > done_stores) fail("exec too early");
                else if (geometry !== exec_geometry[taken_execs]) fail("geometry");
            end
            if (taken_execs > done_execs && geometry !== exec_geometry[done_execs]) fail("geometry changed");
            if (store_valid) begin
                if (done_stores >= g_stores) fail("a store too many");
                else if (!alike(store_data, store_text[done_stores], 13)) fail("wrong store");
                else if (store_text[done_stores][1*32 +: 32] > done_execs || store_text[done_stores][2*32 +: 32] > done_loads) fail("store too early");
            end
            if (exec_valid && taken_execs - done_execs > 2) fail("more EXECs at work than are counted");
            if (wait_load && wait_store) fail("waits for both");
            if (wait_load && (exec_valid || taken_execs >= g_execs || exec_text[taken_execs][1*32 +: 32] <= done_loads)) fail("waits for no load");
            if (wait_store && (exec_valid || taken_execs >= g_execs || exec_text[taken_execs][2*32 +: 32] <= done_stores)) fail("waits for no store");
        end
    endtask

    task count_up;
        begin
            if (ins_valid && begun && !failing && !resetting && !ended) begin
                given = given + 1;
                if (ins_load)  g_loads  = g_loads + 1;
                if (ins_exec)  g_execs  = g_execs + 1;
                if (ins_store) g_stores = g_stores + 1;
                if (ins_end)   ended    = 1;
            end
            if (free_valid) begin
                if (!occupied[free_slot]) fail("a free slot is freed");
                occupied[free_slot] = 0;
            end
            if (load_valid && load_ready)   taken_loads = taken_loads + 1;
            if (exec_valid && exec_ready)   taken_execs = taken_execs + 1;
            if (store_valid && store_ready) done_stores = done_stores + 1;
            if (load_done) done_loads = done_loads + 1;
            if (exec_done) done_execs = done_execs + 1;
            // a geometry is set when it has been sent, after the tiles before it
            if (geometry_sent) begin
                if (taken_execs != done_execs || exec_text[taken_execs][0 +: 8] != GEOMETRY
                    || geometry_part !== (exec_text[taken_execs][8] ? 2'b10 : 2'b01)) fail("a geometry out of turn");
                taken_execs  = taken_execs + 1;
                done_execs   = done_execs + 1;
                pulsed_execs = done_execs;
            end
        end
    endtask

    task close;
        begin
            open = 0;
            source = 0;
            run = run + 1;
            rest = random(0) & 1 ? 0 : random(0) % 20;
        end
    endtask

    task begin_run;
        begin
            draw;
            open = 1; starting = 1; begun = 0; ended = 0; before_ended = 0; failing = 0; resetting = 0;
            saw_idle = 0; saw_clear = 0; since = 0; fetches = 0;
            given = 0; before_given = 0; g_loads = 0; g_execs = 0; g_stores = 0; before_loads = 0; before_execs = 0; before_stores = 0;
            taken_loads = 0; taken_execs = 0; done_loads = 0; done_execs = 0; done_stores = 0;
            pulsed_loads = 0; pulsed_execs = 0; load_timer = 0; exec_timer = 0; store_timer = 0;
        end
    endtask

    always @(posedge clk) begin
        since = since + 1;
        if (!rst) begin
            checks = checks + 1;
            if (^{busy, done, error_valid, clear, halt, fetch_start, fetch_halt, free_valid, load_part, exec_part, store_part, load_valid, exec_valid, store_valid, wait_load, wait_store} === 1'bx)
                fail("unknown control");
            if (clear && !halt || halt && !fetch_halt) fail("halts");
        end
        if (rst && open) close;
        if (!rst && !open) begin
            if (done || error_valid || load_valid || exec_valid || store_valid || fetch_start) fail("active outside a run");
        end
        if (!rst && open) begin
            if (halt && scenario == UNALIGNED && !starting) begin
                failing = 1;
                cause = 4;
                cause_addr = base;
                cause_index = 0;
            end
            // what the sequencer does
            if (halt && bus_idle) saw_idle = 1;
            if (clear) saw_clear = 1;
            if (clear && begun && !saw_idle) fail("cleared while the bus was owed");
            if (fetch_start) fetches = fetches + 1;
            if (fetches > (scenario != UNALIGNED)) fail("fetch started in vain");
            check_offers;
            if (begun && !failing && !resetting && {loads, execs, stores} !== {before_loads, before_execs, before_stores}) fail("counts");
            if ((failing || resetting) && (load_valid || exec_valid || store_valid)) fail("goes on after a fault");
            if ((failing || resetting) && !saw_clear && !halt && !error_valid) fail("not halted");
            if (before_ended && !done && busy && !saw_clear && !fetch_halt) fail("fetches after END");

            // a fault: the first one counts
            if (begun && busy && !failing && !resetting) begin
                cause_index = before_given;
                cause_addr  = base + before_given * 64;
                failing     = 1;
                if (fault_valid) begin
                    cause      = fault_cause;
                    cause_addr = fault_addr;
                end else if (!before_ended && ins_valid && ins_cause != 0) cause = ins_cause;
                else if (!before_ended && before_given == count) cause = 12;
                else failing = 0;
            end
            count_up;

            // the end of the run
            if (done) begin
                if (failing || resetting || scenario == UNALIGNED) fail("done after a fault");
                if (!ended || done_loads != n_loads || done_execs != n_execs || done_stores != n_stores) fail("done too early");
                if (busy) fail("done but busy");
                if (!before_idle) fail("done while the bus was owed");
                goods = goods + 1;
                close;
            end else if (error_valid) begin
                if (!failing || resetting) fail("error without a fault");
                else begin
                    if (error_cause !== cause) fail("cause");
                    if (error_addr !== cause_addr) fail("address");
                    if (error_instruction !== cause_index) fail("instruction");
                end
                if (!saw_clear || clearing) fail("error before all was cleared");
                faults = faults + 1;
                close;
            end else if (resetting && !busy) begin
                if (!saw_idle) fail("free while the bus was owed");
                resets = resets + 1;
                close;
            end else if (!busy && !starting) fail("not busy in a run");

            if (fetch_start) begin
                begun = 1;
                lay_geometry;
                source = 1;
                at = 0;
                played = 0;
                judge = 0;
                occupied = 0;
            end
            if (reset) resetting = 1;
            before_idle   = bus_idle;
            before_given  = given;
            before_ended  = ended;
            before_loads  = g_loads;
            before_execs  = g_execs;
            before_stores = g_stores;
            starting = 0;
            if (since > PATIENCE) begin
                fail("hangs");
                run = RUNS;
            end
        end

        // --- The next cycle -----------------------------------------------
        rst   <= cycle < 3;
        start <= 0;
        reset <= !open && rest == 3 && (random(0) & 7) == 0
              || open && begun && (scenario == RESET && since == event_at || scenario == FAULT_RESET && since == event_at + second_at);
        if (cycle > 40 && !open && !busy && !reset && rest == 0) begin
            begin_run;
            start <= 1;
        end else if (rest > 0) rest = rest - 1;

        // fetch and decoder: parts into free slots, then what the check says; there may be something behind END
        if (fetch_halt || !source) begin
            source = 0;
            judge = 0;
        end
        ins_valid <= judge;
        over_in   <= source && at == count;
        word       = at - 1 < total ? text[at - 1] : LOAD;
        refuse     = scenario == REFUSED && at - 1 == bad || at - 1 >= total;
        ins_opcode <= word[2:0];
        ins_near   <= near[at - 1];
        ins_cause  <= refuse ? bad_cause : 0;
        ins_load   <= !refuse && word[0 +: 8] == LOAD;
        ins_exec   <= !refuse && (word[0 +: 8] == GEOMETRY || word[0 +: 8] == EXEC);
        ins_store  <= !refuse && word[0 +: 8] == STORE;
        ins_end    <= !refuse && word[0 +: 8] == END;
        judge = 0;
        part_valid <= 0;
        part_slot  <= base[6 +: 4] + at;
        if (source && at < count && (played != 0 || !occupied[(base[6 +: 4] + at) % SLOTS]) && (haste != 0 || random(0) & 1)) begin
            word       = at < total ? text[at] : LOAD;
            part_valid <= 1;
            part_index <= played;
            part       <= word[played*PART_W +: PART_W];
            played = played + 1;
            if (played == PARTS) begin
                occupied[(base[6 +: 4] + at) % SLOTS] = 1;
                played = 0;
                at = at + 1;
                judge = 1;
            end
        end

        // units
        load_ready <= taken_loads - done_loads < 8 && (haste == 2 || random(0) & 1);
        exec_ready <= haste == 2 || random(0) & 1;
        load_done  <= 0;
        exec_done  <= 0;
        if (load_timer > 0) load_timer = load_timer - 1;
        else if (open && !halt && taken_loads > pulsed_loads) begin
            load_done <= 1;
            pulsed_loads = pulsed_loads + 1;
            load_timer = haste == 2 ? 0 : random(0) % 12;
        end
        if (exec_timer > 0) exec_timer = exec_timer - 1;
        else if (open && !halt && taken_execs > pulsed_execs) begin
            exec_done <= 1;
            pulsed_execs = pulsed_execs + 1;
            exec_timer = haste == 2 ? 0 : random(0) % 16;
        end
        store_ready <= 0;
        if (!open || !store_valid || store_ready) store_timer = haste == 2 ? 1 : 1 + random(0) % 12;
        else if (store_timer == 1) store_ready <= 1;
        else store_timer = store_timer - 1;
        lag = open && !halt && (taken_loads > done_loads || store_valid) ? random(0) % 10 : lag == 0 ? 0 : lag - 1;
        bus_idle <= lag == 0 && !source;

        // faults, also as the last instruction completes; the accumulator
        over = ended && done_loads == n_loads && done_execs == n_execs && done_stores == n_stores;
        fault_valid <= open && begun && (scenario == FAULT || scenario == FAULT_RESET) && (event_at < 30 ? over && !was_over : since == event_at);
        // a hard reset of one cycle, as a run is about to be done
        if (open && scenario == GOOD && (run & 7) == 3 && over && !was_over) rst <= 1;
        was_over = over;
        if (!failing && !(fault_valid && busy)) begin      // of a fault they hold
            fault_cause <= 1 + random(0) % 13;
            fault_addr  <= {random(0), random(0)};
        end
        if (rst || clear) clear_timer = 1 + random(0) % 20;
        else if (clear_timer > 0) clear_timer = clear_timer - 1;
        clearing <= clear_timer > 0;

        if (run >= RUNS) begin
            if (goods < RUNS/4 || faults < RUNS/8 || resets < RUNS/50) fail("too few runs of a kind");
            verdict(1);
        end
    end
endmodule
