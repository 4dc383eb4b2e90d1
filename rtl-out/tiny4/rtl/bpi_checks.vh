// bpi_checks.vh - simulation-only checks.  In a module: `CHECK(condition, "message") after the registers.
`ifndef BPI_CHECKS_VH
`define BPI_CHECKS_VH
`ifdef SYNTHESIS
  `define CHECK(COND, MSG)
  `define CHECK_PARAM(COND, MSG)
`else
  `define CHECK(COND, MSG) always @(posedge clk_i) if (!rst_i && !(COND)) begin $display("CHECK failed in %m: %s", MSG); $fatal; end
  `define CHECK_PARAM(COND, MSG) initial if (!(COND)) begin $display("CHECK failed in %m: %s", MSG); $fatal; end
`endif
`endif
