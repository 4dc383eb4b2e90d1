// bpi_vector_file.v - the numbers of a file, one after the other: `line` is the present one, while `have`.
module bpi_vector_file #(parameter FILE = "", W = 64);
    integer     file, code;
    reg         have;
    reg [W-1:0] line;

    task next;
        begin
            code = $fscanf(file, "%h", line);
            have = code == 1;
        end
    endtask

    initial begin
        file = $fopen(FILE, "r");
        if (!file) begin
            $display("FAIL %0s is missing", FILE);
            $finish;
        end
        next;
    end
endmodule
