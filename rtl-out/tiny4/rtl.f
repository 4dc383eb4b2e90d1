// Every Verilog source, leaves first.  Paths start at this folder; in it:
//   verilator --lint-only -Wall -f rtl.f
//   iverilog -g2005-sv -f rtl.f -s bpi_selftest_tb -o test.vvp selftest/bpi_selftest_tb.v && vvp -N test.vvp
//   iverilog -g2005-sv -f rtl.f -s tb -o test.vvp tb/bpi_<block>_tb.v && vvp -N test.vvp
// The first test is of the whole, for Verilator see selftest/README.md.  Tests read files, so they run in this folder.
// For tools that run elsewhere, DIR being the path to this folder: Verilator takes -F DIR/rtl.f, Icarus the list that this makes:
//   sed "s,^rtl/,DIR/&,;s,^+incdir+,&DIR/," DIR/rtl.f > dir.f
+incdir+rtl
+incdir+tb
rtl/bpi_sram_1r1w.v
rtl/bpi_fifo.v
rtl/bpi_pe.v
rtl/bpi_skew.v
rtl/bpi_deskew.v
rtl/bpi_array.v
rtl/bpi_systolic.v
rtl/bpi_buffer.v
rtl/bpi_transposer.v
rtl/bpi_accumulator.v
rtl/bpi_epilogue.v
rtl/bpi_dma_read.v
rtl/bpi_counters.v
rtl/bpi_csr.v
rtl/bpi_dma_write.v
rtl/bpi_axi_arbiter.v
rtl/bpi_fetch.v
rtl/bpi_pixel_walker.v
rtl/bpi_tap_axes.v
rtl/bpi_tap_walker.v
rtl/bpi_tap_fifos.v
rtl/bpi_agu_dynamic.v
rtl/bpi_agu_stationary.v
rtl/bpi_agu_accumulate.v
rtl/bpi_issue.v
rtl/bpi_store.v
rtl/bpi_reorganize.v
rtl/bpi_decode.v
rtl/bpi_dispatch.v
rtl/bpi_sequencer.v
rtl/bpi_status.v
rtl/bpi_write_select.v
rtl/bpi_activity.v
rtl/bpi_top.v
