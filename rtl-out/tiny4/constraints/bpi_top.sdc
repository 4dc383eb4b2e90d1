# bpi_top.sdc - timing constraints of tiny4.
# GENERATED, do not edit: made from configuration tiny4 (6731e111) by bp-im2col.
#
# Set before it is read, all optional:
#   clock_period       ns; else CLOCK_PERIOD of the environment; else 10.0
#   clock_uncertainty  ns; else 2.5 % of the period
#   io_fraction        part of the period that lies outside, on each side; else 0.3

if {![info exists clock_period]} {
    if {[info exists ::env(CLOCK_PERIOD)]} { set clock_period $::env(CLOCK_PERIOD) } else { set clock_period 10.0 }
}
if {![info exists clock_uncertainty]} { set clock_uncertainty [expr {0.025 * $clock_period}] }
if {![info exists io_fraction]} { set io_fraction 0.3 }
set io_delay [expr {$io_fraction * $clock_period}]

# One clock.  The reset is synchronous to it: a data input like the others, no false path.
create_clock -name aclk -period $clock_period [get_ports aclk]
set_clock_uncertainty $clock_uncertainty [get_clocks aclk]

foreach port {
    aresetn
    s_axil_awaddr[*]
    s_axil_awvalid
    s_axil_wdata[*]
    s_axil_wstrb[*]
    s_axil_wvalid
    s_axil_bready
    s_axil_araddr[*]
    s_axil_arvalid
    s_axil_rready
    m_axi_arready
    m_axi_rid[*]
    m_axi_rdata[*]
    m_axi_rresp[*]
    m_axi_rlast
    m_axi_rvalid
    m_axi_awready
    m_axi_wready
    m_axi_bid[*]
    m_axi_bresp[*]
    m_axi_bvalid
} { set_input_delay $io_delay -clock [get_clocks aclk] [get_ports $port] }

foreach port {
    s_axil_awready
    s_axil_wready
    s_axil_bresp[*]
    s_axil_bvalid
    s_axil_arready
    s_axil_rdata[*]
    s_axil_rresp[*]
    s_axil_rvalid
    m_axi_arid[*]
    m_axi_araddr[*]
    m_axi_arlen[*]
    m_axi_arsize[*]
    m_axi_arburst[*]
    m_axi_arlock
    m_axi_arcache[*]
    m_axi_arprot[*]
    m_axi_arqos[*]
    m_axi_arvalid
    m_axi_rready
    m_axi_awid[*]
    m_axi_awaddr[*]
    m_axi_awlen[*]
    m_axi_awsize[*]
    m_axi_awburst[*]
    m_axi_awlock
    m_axi_awcache[*]
    m_axi_awprot[*]
    m_axi_awqos[*]
    m_axi_awvalid
    m_axi_wdata[*]
    m_axi_wstrb[*]
    m_axi_wlast
    m_axi_wvalid
    m_axi_bready
    irq_o
} { set_output_delay $io_delay -clock [get_clocks aclk] [get_ports $port] }
