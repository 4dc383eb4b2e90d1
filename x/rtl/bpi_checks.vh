// bpi_checks.vh - checks for simulation, and for proofs.  In a module: `CHECK(condition, "message") after the registers.
// `CHECK_PROGRAM is of what every sensible program does: +any_program switches it off.
`ifndef BPI_CHECKS_VH
`define BPI_CHECKS_VH
`ifdef SYNTHESIS
  `define CHECK(COND, MSG)
  `define CHECK_PROGRAM(COND, MSG)
  `define CHECK_PARAM(COND, MSG)
  `define CHECK_KNOWN(COND, MSG)
`elsif FORMAL
  `define CHECK(COND, MSG) always @(posedge clk_i) if (!rst_i) assert (COND);
  `define CHECK_PROGRAM(COND, MSG) `CHECK(COND, MSG)
  `define CHECK_PARAM(COND, MSG)
  `define CHECK_KNOWN(COND, MSG)
`else
  `define CHECK(COND, MSG) always @(posedge clk_i) if (!rst_i && !(COND)) begin $display("CHECK failed in %m: %s", MSG); $fatal; end
  `define CHECK_PROGRAM(COND, MSG) always @(posedge clk_i) if (!rst_i && !(COND)) if (!$test$plusargs("any_program")) begin $display("CHECK failed in %m: %s", MSG); $fatal; end
  `define CHECK_PARAM(COND, MSG) initial if (!(COND)) begin $display("CHECK failed in %m: %s", MSG); $fatal; end
  `define CHECK_KNOWN(COND, MSG) `CHECK(COND, MSG)
`endif
`endif
