import type { Config } from '../../../generator/description/config.js';
import { derive } from '../../../generator/description/derive.js';
import { blockClosure, blockFile, checksFile, type EmittedFile } from '../../../generator/emit/rtl.js';
import { countersOf, snakeCase } from '../../../generator/isa/registers.js';

/** What the mock accelerator can do wrong: the index of its name, written to WINDOW_LIMIT, is the one it does. */
export const BUGS = [
  'none',
  'address-changes',
  'valid-falls',
  'no-wlast',
  'crosses-4k',
  'stray-write',
  'early-done',
  'owes-data',
  'hang',
  'check-fails',
  'unknown-data',
] as const;

export type Bug = (typeof BUGS)[number];

/**
 * Sources of a mock accelerator with the real one's ports and registers: it copies PROGRAM_COUNT bursts of 4 beats from
 * PROGRAM to WINDOW_BASE, one after the other, counting cycles and bytes.
 */
export const mockRtl = (config: Config): readonly EmittedFile[] => {
  const addressBits = config.axi.addressWidth;
  const dataBits = config.axi.dataWidth;
  const { beatBytes } = derive(config);
  const size = Math.log2(beatBytes);
  const burst = 4 * beatBytes;
  const is = (name: Bug): string => `(limit[3:0] == 4'd${BUGS.indexOf(name)})`;
  const increment = (name: string, bits: number): string => {
    if (name === 'cycles') return 'busy';
    if (name === 'dramBytesRead') return `m_axi_rvalid && m_axi_rready ? ${bits}'d${beatBytes} : ${bits}'d0`;
    if (name === 'dramBytesWritten') return `m_axi_wvalid && m_axi_wready ? ${bits}'d${beatBytes} : ${bits}'d0`;
    return `${bits}'d0`;
  };
  const top = `\`default_nettype none
\`include "${config.prefix}checks.vh"
module ${config.prefix}top (
    input  wire aclk, input wire aresetn,
    input  wire [11:0] s_axil_awaddr, input wire s_axil_awvalid, output wire s_axil_awready,
    input  wire [31:0] s_axil_wdata, input wire [3:0] s_axil_wstrb, input wire s_axil_wvalid, output wire s_axil_wready,
    output wire [1:0] s_axil_bresp, output wire s_axil_bvalid, input wire s_axil_bready,
    input  wire [11:0] s_axil_araddr, input wire s_axil_arvalid, output wire s_axil_arready,
    output wire [31:0] s_axil_rdata, output wire [1:0] s_axil_rresp, output wire s_axil_rvalid, input wire s_axil_rready,
    output wire m_axi_arid, output wire [${addressBits - 1}:0] m_axi_araddr, output wire [7:0] m_axi_arlen,
    output wire [2:0] m_axi_arsize, output wire [1:0] m_axi_arburst, output wire m_axi_arlock, output wire [3:0] m_axi_arcache,
    output wire [2:0] m_axi_arprot, output wire [3:0] m_axi_arqos, output wire m_axi_arvalid, input wire m_axi_arready,
    input  wire m_axi_rid, input wire [${dataBits - 1}:0] m_axi_rdata, input wire [1:0] m_axi_rresp, input wire m_axi_rlast,
    input  wire m_axi_rvalid, output wire m_axi_rready,
    output wire m_axi_awid, output wire [${addressBits - 1}:0] m_axi_awaddr, output wire [7:0] m_axi_awlen,
    output wire [2:0] m_axi_awsize, output wire [1:0] m_axi_awburst, output wire m_axi_awlock, output wire [3:0] m_axi_awcache,
    output wire [2:0] m_axi_awprot, output wire [3:0] m_axi_awqos, output wire m_axi_awvalid, input wire m_axi_awready,
    output wire [${dataBits - 1}:0] m_axi_wdata, output wire [${beatBytes - 1}:0] m_axi_wstrb, output wire m_axi_wlast,
    output wire m_axi_wvalid, input wire m_axi_wready,
    input  wire m_axi_bid, input wire [1:0] m_axi_bresp, input wire m_axi_bvalid, output wire m_axi_bready,
    output wire irq_o
);
    wire clk_i = aclk;
    wire rst_i = !aresetn;
    localparam [2:0] IDLE = 0, AR = 1, R = 2, AW = 3, W = 4, B = 5;
    wire start, reset;
    wire [${addressBits - 1}:0] source, target;
    wire [${addressBits}:0] limit;
    wire [31:0] count;
    reg [2:0] state_q;
    reg [1:0] beat_q, response_q;
    reg [31:0] left_q, offset_q;
    reg done_q, error_q, id_q;
    reg [7:0] cause_q;
    reg [${dataBits - 1}:0] hold_q [0:3];
    wire busy = state_q != IDLE;
    wire last_burst = left_q == 1;
    wire [1:0] response = response_q | (m_axi_rvalid && m_axi_rready ? m_axi_rresp : 2'd0);

    always @(posedge aclk) begin
        done_q  <= 0;
        error_q <= 0;
        case (state_q)
            IDLE: if (start) begin
                state_q  <= count == 0 ? IDLE : AR;
                done_q   <= count == 0;
                left_q   <= count;
                offset_q <= 0;
                beat_q   <= 0;
                response_q <= 0;
            end
            AR: if (m_axi_arvalid && m_axi_arready) state_q <= R;
            R: if (m_axi_rvalid) begin
                hold_q[beat_q] <= m_axi_rdata;
                beat_q         <= beat_q + 1;
                response_q     <= response;
                if (m_axi_rlast) begin
                    state_q <= |response ? IDLE : AW;
                    error_q <= |response;
                    cause_q <= response[0] ? 8 : 7;
                end
            end
            AW: if (m_axi_awready) state_q <= W;
            W: if (m_axi_wready) begin
                beat_q <= beat_q + 1;
                if (beat_q == 3) state_q <= ${is('early-done')} && last_burst ? IDLE : B;
                if (beat_q == 3 && last_burst) done_q <= ${is('early-done')};
                if (${is('owes-data')} && last_burst) begin
                    state_q <= IDLE;
                    done_q <= 1;
                end
            end
            B: if (m_axi_bvalid) begin
                left_q   <= left_q - 1;
                offset_q <= offset_q + ${burst};
                id_q     <= !id_q;
                state_q  <= last_burst || |m_axi_bresp ? IDLE : AR;
                if (|m_axi_bresp) begin
                    error_q <= 1;
                    cause_q <= m_axi_bresp[0] ? 10 : 9;
                end else done_q <= last_burst;
            end
            default: state_q <= IDLE;
        endcase
        if (${is('hang')} && state_q == AW) state_q <= AW;
        if (rst_i) begin
            state_q <= IDLE;
            done_q  <= 0;
            error_q <= 0;
            id_q    <= 0;
        end
    end

    // Wrong on purpose, when asked for
    reg wobble_q;
    always @(posedge aclk) wobble_q <= rst_i ? 1'b0 : !wobble_q;
    \`CHECK(!(${is('check-fails')} && state_q == W), "the mock fails as asked")

    assign m_axi_arid = id_q;
    assign m_axi_araddr = source + offset_q + (${is('crosses-4k')} ? ${4096 - beatBytes} : 0);
    assign m_axi_arlen = 3;
    assign m_axi_arsize = ${size};
    assign m_axi_arburst = 1;
    assign m_axi_arlock = 0;
    assign m_axi_arcache = 3;
    assign m_axi_arprot = 0;
    assign m_axi_arqos = 0;
    assign m_axi_arvalid = state_q == AR && !(${is('valid-falls')} && wobble_q);
    assign m_axi_rready = state_q == R;
    assign m_axi_awid = 0;
    assign m_axi_awaddr = target + offset_q + (${is('stray-write')} && last_burst ? 4096 : 0) + (${is('address-changes')} && wobble_q ? ${burst} : 0);
    assign m_axi_awlen = 3;
    assign m_axi_awsize = ${size};
    assign m_axi_awburst = 1;
    assign m_axi_awlock = 0;
    assign m_axi_awcache = 3;
    assign m_axi_awprot = 0;
    assign m_axi_awqos = 0;
    assign m_axi_awvalid = state_q == AW && !${is('hang')};
    assign m_axi_wdata = ${is('unknown-data')} ? {${dataBits}{1'bx}} : hold_q[beat_q];
    assign m_axi_wstrb = {${beatBytes}{1'b1}};
    assign m_axi_wlast = beat_q == 3 && !${is('no-wlast')};
    assign m_axi_wvalid = state_q == W;
    assign m_axi_bready = 1;

    ${config.prefix}csr u_csr (
        .clk_i(clk_i), .rst_i(rst_i),
        .s_axil_awaddr(s_axil_awaddr), .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready),
        .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(s_axil_wstrb), .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready),
        .s_axil_bresp(s_axil_bresp), .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready),
        .s_axil_araddr(s_axil_araddr), .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready),
        .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp), .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready),
        .irq_o(irq_o), .start_o(start), .reset_o(reset), .program_o(source), .count_o(count),
        .window_base_o(target), .window_limit_o(limit),
${countersOf(config)
  .filter(({ bits }) => bits > 0)
  .map(({ name, bits }) => `        .inc_${snakeCase(name)}_i(${increment(name, bits)}),`)
  .join('\n')}
        .busy_i(busy), .done_i(done_q), .error_valid_i(error_q), .error_cause_i(cause_q),
        .error_addr_i(source + offset_q), .error_instruction_i(32'd0)
    );
endmodule
\`default_nettype wire
`;
  return [
    checksFile(config),
    ...blockClosure(config, 'csr').map((block) => blockFile(config, block)),
    { path: `rtl/${config.prefix}top.v`, text: top },
  ];
};
