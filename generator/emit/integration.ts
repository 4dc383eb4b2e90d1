import type { Config } from '../description/config.js';
import { COUNTERS_OFFSET, REGISTER_WINDOW, type RegisterField, registers } from '../isa/registers.js';
import { version } from './host.js';
import { type Port, topPorts } from './ports.js';
import type { EmittedFile } from './rtl.js';
import { render } from './template.js';
import { commonView } from './views/common.js';
import { constantValues } from './views/csr.js';

/** Nanoseconds: where a flow says nothing else. */
const CLOCK_PERIOD = 10;

/** Part of the period that lies outside the accelerator, on each side: where a flow says nothing else. */
const IO_FRACTION = 0.3;

/** The block whose bench a FuseSoC simulation runs: it needs no file of vectors. */
const SIMULATED = 'csr';

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const interfacePorts = (ports: readonly Port[], prefix: string) =>
  ports
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name }) => ({ physical: name, logical: name.slice(prefix.length).toUpperCase() }));

/** IP-XACT's words for a field's access; a bit that acts reads 0. */
const ACCESS: Readonly<Record<RegisterField['access'], { readonly access: string; readonly modified: string }>> = {
  ro: { access: 'read-only', modified: '' },
  rw: { access: 'read-write', modified: '' },
  w1: { access: 'write-only', modified: '' },
  w1c: { access: 'read-write', modified: 'oneToClear' },
};

/** `moves`: hardware changes it. */
const fieldView = (name: string, field: RegisterField, reset: number, moves: boolean) => ({
  ...{ name, low: field.low, bits: field.bits, description: xml(field.description), reset, moves },
  ...ACCESS[field.access],
});

/** Registers as IP-XACT takes them: each has a field, and its reset value. */
const registerViews = (config: Config) => {
  const constants = constantValues(config);
  return registers(config).map(({ name, offset, description, fields }) => ({
    name: offset < COUNTERS_OFFSET ? name.toUpperCase() : `COUNTER_${name.toUpperCase()}`,
    offset: `0x${offset.toString(16).toUpperCase()}`,
    description: xml(description),
    fields:
      fields.length > 0
        ? fields.map((field) =>
            fieldView(
              field.name,
              field,
              constants[name] ?? (field.name === 'idle' ? 1 : 0),
              !(name in constants) && (field.access === 'ro' || field.access === 'w1c'),
            ),
          )
        : [fieldView('reserved', { name, low: 0, bits: 32, access: 'ro', description: 'Reads 0.' }, 0, false)],
  }));
};

const portView = ({ name, direction, bits, vector }: Port) => ({
  ...{ name, direction, vector, high: bits - 1 },
  pattern: vector ? `${name}[*]` : name,
});

/**
 * What other tools need: FuseSoC, Bender, a synthesis or timing tool (SDC), LibreLane, IP-XACT; and an instance to copy.
 * Files and ports are those of the output; registers those of the map.
 */
export const integrationFiles = (
  config: Config,
  rtl: readonly EmittedFile[],
  benches: readonly EmittedFile[],
  parts: readonly EmittedFile[],
): readonly EmittedFile[] => {
  const ports = topPorts(config);
  const paths = rtl.map(({ path }) => path);
  const sources = paths.filter((path) => path.endsWith('.v'));
  const clocked = ports.filter(({ name }) => name !== 'aclk');
  const top = `${config.prefix}top`;
  const sdc = `constraints/${top}.sdc`;
  const view = {
    ...commonView(config),
    name: config.name,
    version: version(),
    top,
    sdc,
    sources,
    includes: paths.filter((path) => !path.endsWith('.v')),
    bench: benches.map(({ path }) => path).find((path) => path === `tb/${config.prefix}${SIMULATED}_tb.v`)!,
    benchIncludes: parts.map(({ path }) => path).filter((path) => path.endsWith('.vh')),
    instance: `u_${top}`,
    clockPeriod: CLOCK_PERIOD.toFixed(1),
    ioFraction: IO_FRACTION,
    inputs: clocked.filter(({ direction }) => direction === 'in').map(portView),
    outputs: clocked.filter(({ direction }) => direction === 'out').map(portView),
    ports: ports.map(portView),
    slave: interfacePorts(ports, 's_axil_'),
    master: interfacePorts(ports, 'm_axi_'),
    window: REGISTER_WINDOW,
    addressSpace: (2n ** BigInt(config.axi.addressWidth)).toString(),
    dataWidth: config.axi.dataWidth,
    registers: registerViews(config),
  };
  const librelane = {
    meta: { version: 2, flow: 'Classic' },
    DESIGN_NAME: top,
    VERILOG_FILES: sources.map((path) => `dir::../${path}`),
    VERILOG_INCLUDE_DIRS: ['dir::../rtl'],
    CLOCK_PORT: 'aclk',
    CLOCK_PERIOD,
    IO_DELAY_CONSTRAINT: 100 * IO_FRACTION,
    PNR_SDC_FILE: `dir::../${sdc}`,
    SIGNOFF_SDC_FILE: `dir::../${sdc}`,
    FP_CORE_UTIL: 40,
  };
  return [
    { path: `${config.name}.core`, text: render('integration/fusesoc.core', view) },
    { path: 'Bender.yml', text: render('integration/Bender.yml', view) },
    { path: sdc, text: render('integration/constraints.sdc', view) },
    { path: 'librelane/config.json', text: `${JSON.stringify(librelane, null, 2)}\n` },
    { path: `instance/${top}.v`, text: render('integration/instance.v', view) },
    { path: `ipxact/${top}.xml`, text: render('integration/ipxact.xml', view) },
  ];
};
