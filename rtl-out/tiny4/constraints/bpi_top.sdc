# bpi_top.sdc - timing constraints of tiny4.
# GENERATED, do not edit: made from configuration tiny4 (e481bd44) by bp-im2col.
#
# Each value is a Tcl variable that is set before this file is read; else a variable of the environment, as LibreLane
# names it, so that nothing is missing where this file stands in for LibreLane's own; else as below.
#   clock_period        CLOCK_PERIOD                  ns; else 10.0
#   clock_uncertainty   CLOCK_UNCERTAINTY_CONSTRAINT  ns; else 2.5 % of the period
#   io_fraction         IO_DELAY_CONSTRAINT (%)       part of the period that lies outside, on each side; else 0.3
# Without a value, these are not set:
#   clock_transition    CLOCK_TRANSITION_CONSTRAINT   ns
#   driving_cell        SYNTH_DRIVING_CELL            cell/pin that drives the inputs
#   clock_driving_cell  SYNTH_CLK_DRIVING_CELL        cell/pin that drives the clock; else driving_cell
#   output_load         OUTPUT_CAP_LOAD (fF)          pF on each output
#   max_fanout          MAX_FANOUT_CONSTRAINT
#   max_transition      MAX_TRANSITION_CONSTRAINT     ns
#   max_capacitance     MAX_CAPACITANCE_CONSTRAINT    pF
#   derate              TIME_DERATING_CONSTRAINT (%)  early paths faster, late paths slower, by this part
#   propagated_clock    LibreLane: 1 unless OPENLANE_SDC_IDEAL_CLOCKS is   1 once there is a clock tree

foreach {name variable unit} {
    clock_period       CLOCK_PERIOD                 {}
    clock_uncertainty  CLOCK_UNCERTAINTY_CONSTRAINT {}
    io_fraction        IO_DELAY_CONSTRAINT          0.01
    clock_transition   CLOCK_TRANSITION_CONSTRAINT  {}
    driving_cell       SYNTH_DRIVING_CELL           {}
    clock_driving_cell SYNTH_CLK_DRIVING_CELL       {}
    output_load        OUTPUT_CAP_LOAD              0.001
    max_fanout         MAX_FANOUT_CONSTRAINT        {}
    max_transition     MAX_TRANSITION_CONSTRAINT    {}
    max_capacitance    MAX_CAPACITANCE_CONSTRAINT   {}
    derate             TIME_DERATING_CONSTRAINT     0.01
} {
    if {[info exists $name] || ![info exists ::env($variable)] || $::env($variable) eq ""} continue
    set $name $::env($variable)
    if {$unit ne ""} { set $name [expr {$unit * $::env($variable)}] }
}
if {![info exists clock_period]} { set clock_period 10.0 }
if {![info exists clock_uncertainty]} { set clock_uncertainty [expr {0.025 * $clock_period}] }
if {![info exists io_fraction]} { set io_fraction 0.3 }
if {![info exists clock_driving_cell] && [info exists driving_cell]} { set clock_driving_cell $driving_cell }
if {![info exists propagated_clock]} {
    # LibreLane always gives the derating
    set ideal [expr {[info exists ::env(OPENLANE_SDC_IDEAL_CLOCKS)] && $::env(OPENLANE_SDC_IDEAL_CLOCKS) eq "1"}]
    set propagated_clock [expr {[info exists ::env(TIME_DERATING_CONSTRAINT)] && !$ideal}]
}
set io_delay [expr {$io_fraction * $clock_period}]

# One clock.  The reset is synchronous to it: a data input like the others, no false path.
create_clock -name aclk -period $clock_period [get_ports aclk]
set_clock_uncertainty $clock_uncertainty [get_clocks aclk]
if {[info exists clock_transition]} { set_clock_transition $clock_transition [get_clocks aclk] }
if {$propagated_clock} { set_propagated_clock [get_clocks aclk] }
if {[info exists clock_driving_cell]} {
    set_driving_cell -lib_cell [lindex [split $clock_driving_cell /] 0] -pin [lindex [split $clock_driving_cell /] 1] [get_ports aclk]
}

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
} {
    set_input_delay $io_delay -clock [get_clocks aclk] [get_ports $port]
    if {[info exists driving_cell]} {
        set_driving_cell -lib_cell [lindex [split $driving_cell /] 0] -pin [lindex [split $driving_cell /] 1] [get_ports $port]
    }
}

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
} {
    set_output_delay $io_delay -clock [get_clocks aclk] [get_ports $port]
    if {[info exists output_load]} { set_load $output_load [get_ports $port] }
}

if {[info exists max_fanout]} { set_max_fanout $max_fanout [current_design] }
if {[info exists max_transition]} { set_max_transition $max_transition [current_design] }
if {[info exists max_capacitance]} { set_max_capacitance $max_capacitance [current_design] }
if {[info exists derate]} {
    set_timing_derate -early [expr {1 - $derate}]
    set_timing_derate -late [expr {1 + $derate}]
}
