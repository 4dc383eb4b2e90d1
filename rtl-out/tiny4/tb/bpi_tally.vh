// bpi_tally.vh - checks and errors of a bench, or of a case of it, and random numbers; inside its module.
// It also has `cycle` and sets `seed`.  The first errors are printed; with the eighth the bench ends.
    integer seed, errors = 0, checks = 0;

    task fail(input [8*60-1:0] what);
        begin
            errors = errors + 1;
            $display("FAIL %m, cycle %0d: %0s", cycle, what);
            if (errors == 8) $finish;
        end
    endtask

    task check(input ok, input [8*60-1:0] what);
        begin
            checks = checks + 1;
            if (ok !== 1'b1) fail(what);
        end
    endtask

    task same(input [127:0] is, input [127:0] expected, input [8*60-1:0] what);
        begin
            checks = checks + 1;
            if (is !== expected || ^expected === 1'bx) begin      // an expectation comes from a file that may be missing
                fail(what);
                $display("     %0h, expected %0h", is, expected);
            end
        end
    endtask

    // The low bits of $random(seed) repeat quickly: stir them.
    function [31:0] random(input unused);
        begin
            random = $random(seed);
            random = (random ^ (random >> 15)) * 32'h2c1b3c6d;
            random = random ^ (random >> 13);
        end
    endfunction
