import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { topPorts } from '../../generator/emit/ports.js';
import { COUNTERS_OFFSET, registers } from '../../generator/isa/registers.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { validConfig } from '../configs.js';
import { temporaryFolders } from '../temporary.js';

const temporaryFolder = temporaryFolders();

const configs: readonly (readonly [string, Config])[] = [
  ...Object.entries(presets),
  ['another prefix', { ...presets.odd, name: 'Odd-one', prefix: 'zz_' }],
];

const has = (tool: string, flag: string): boolean => spawnSync(tool, [flag]).status === 0;
const hasYosys = has('yosys', '-V');
const hasSta = has('sta', '-version');
for (const [name, there] of [
  ['yosys', hasYosys],
  ['sta (OpenSTA)', hasSta],
] as const) {
  if (!there) console.warn(`${name} is not installed: its check of the files for other tools is skipped`);
}

const filesOf = (config: Config) => {
  const files = new Map(emit(config).map(({ path, text }) => [path, text]));
  const verilog = [...files.keys()].filter((path) => /^rtl\/.*\.v$/.test(path));
  const text = (path: string): string => files.get(path)!;
  return { files, verilog, text, top: `${config.prefix}top` };
};

/** Runs a tool in a folder that holds the output; fails on any complaint. */
const run = (config: Config, tool: string, args: readonly string[], extra: Readonly<Record<string, string>> = {}) => {
  const folder = temporaryFolder();
  writeFiles(folder, [...emit(config), ...Object.entries(extra).map(([path, text]) => ({ path, text }))]);
  const result = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' });
  expect(`${result.error?.message ?? ''}${result.stderr}`).toBe('');
  expect(result.status, result.stdout).toBe(0);
  return { ...result, folder };
};

type Entry = string | Readonly<Record<string, { readonly is_include_file?: boolean; readonly file_type: string }>>;

interface Core {
  readonly name: string;
  readonly filesets: Readonly<Record<string, { readonly file_type?: string; readonly files: readonly Entry[] }>>;
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly filesets: readonly string[];
        readonly toplevel: string;
        readonly flow: string;
        readonly flow_options: Readonly<Record<string, string | readonly string[]>> & { readonly tool: string };
      }
    >
  >;
}

/** Keys of CAPI2, by where they may stand. */
const CAPI2 = {
  core: ['name', 'description', 'filesets', 'targets'],
  fileset: ['file_type', 'files'],
  target: ['description', 'filesets', 'toplevel', 'flow', 'flow_options'],
};

/** Flows and tools of Edalize that a target may have, with the options that it needs, and those that it may have besides. */
const EDALIZE: Readonly<Record<string, { readonly needs: readonly string[]; readonly may: readonly string[] }>> = {
  'lint verilator': { needs: [], may: ['verilator_options'] },
  'sim icarus': { needs: [], may: ['iverilog_options', 'vvp_options', 'timescale'] },
  'generic yosys': { needs: ['arch'], may: ['output_format', 'yosys_synth_options'] },
};
/** Yosys' choices, as Edalize has them. */
const ARCHITECTURES = ['xilinx', 'ice40', 'ecp5'];

const pathOf = (entry: Entry): string => (typeof entry === 'string' ? entry : Object.keys(entry)[0]!);

const coreOf = (config: Config): Core => {
  const text = filesOf(config).text(`${config.name}.core`);
  expect(text.startsWith('CAPI=2:\n')).toBe(true);
  return parse(text.slice('CAPI=2:\n'.length), { merge: true }) as Core;
};

describe.each(configs)('files for other tools, %s', (_, config) => {
  const { files, verilog, text, top } = filesOf(config);

  it('FuseSoC: keys of CAPI2; files and modules that exist; every source in order', () => {
    const core = coreOf(config);
    expect(core.name).toBe(
      `bp-im2col:accelerator:${config.name}:${JSON.parse(readFileSync('package.json', 'utf8')).version}`,
    );
    expect(CAPI2.core).toEqual(expect.arrayContaining(Object.keys(core)));
    for (const fileset of Object.values(core.filesets)) {
      expect(CAPI2.fileset).toEqual(expect.arrayContaining(Object.keys(fileset)));
      for (const entry of fileset.files) {
        expect([...files.keys()]).toContain(pathOf(entry));
        expect(fileset.file_type ?? Object.values(entry)[0].file_type).toBeTruthy();
      }
    }
    const includes = core.filesets.rtl!.files.filter((entry) => typeof entry !== 'string');
    expect(includes.map(pathOf)).toEqual([`rtl/${config.prefix}checks.vh`]);
    expect(includes.every((entry) => Object.values(entry)[0].is_include_file === true)).toBe(true);
    expect(core.filesets.rtl!.files.filter((entry) => typeof entry === 'string')).toEqual(verilog);
    expect(Object.keys(core.targets)).toEqual(['default', 'lint', 'sim', 'synth']);
    for (const target of Object.values(core.targets)) {
      expect(CAPI2.target).toEqual(expect.arrayContaining(Object.keys(target)));
      expect(Object.keys(core.filesets)).toEqual(expect.arrayContaining([...target.filesets]));
      const sources = target.filesets.flatMap((name) => core.filesets[name]!.files.map(pathOf));
      const modules = sources.flatMap((path) => [...text(path).matchAll(/^module (\w+)/gm)].map(([, name]) => name));
      expect(modules).toContain(target.toplevel);
      const { tool, ...options } = target.flow_options;
      const { needs, may } = EDALIZE[`${target.flow} ${tool}`]!;
      expect(Object.keys(options)).toEqual(expect.arrayContaining([...needs]));
      expect([...needs, ...may]).toEqual(expect.arrayContaining(Object.keys(options)));
    }
    expect(ARCHITECTURES).toContain(core.targets.synth!.flow_options.arch);
    // FuseSoC adds lists of the default target to those of a core that depends on this one
    expect(Object.values(core.targets.default!.flow_options).every((value) => typeof value === 'string')).toBe(true);
  });

  it('Bender: every source in order; folders of includes that exist', () => {
    const { package: about, sources } = parse(text('Bender.yml'));
    expect(about.name).toBe(config.name);
    // nothing but the accelerator: a bench would enter the simulations of every parent
    expect(sources).toEqual([{ include_dirs: ['rtl'], files: verilog }]);
    expect(files.has(`rtl/${config.prefix}checks.vh`)).toBe(true);
  });

  it('LibreLane: variables it has; sources, constraints and clock that exist', () => {
    const { meta, ...variables } = JSON.parse(text('librelane/config.json'));
    expect(meta).toEqual({ version: 2, flow: 'Classic' });
    expect(Object.keys(variables).sort()).toEqual(
      [
        ...['DESIGN_NAME', 'VERILOG_FILES', 'VERILOG_INCLUDE_DIRS', 'CLOCK_PORT', 'CLOCK_PERIOD'],
        ...['PNR_SDC_FILE', 'SIGNOFF_SDC_FILE', 'FP_CORE_UTIL', 'IO_DELAY_CONSTRAINT'],
      ].sort(),
    );
    const inside = (path: string): string => posix.join('librelane', path.replace(/^dir::/, ''));
    expect(variables.VERILOG_FILES.map(inside)).toEqual(verilog);
    expect(variables.VERILOG_INCLUDE_DIRS.map(inside)).toEqual(['rtl']);
    for (const key of ['PNR_SDC_FILE', 'SIGNOFF_SDC_FILE']) expect(files.has(inside(variables[key]))).toBe(true);
    expect(variables.DESIGN_NAME).toBe(top);
    expect(topPorts(config).map(({ name }) => name)).toContain(variables.CLOCK_PORT);
  });

  it('instance: every port, connected to a wire of its width', () => {
    const { text, top, verilog } = filesOf(config);
    const around = { 'around.v': `module around;\n${text(`instance/${top}.v`)}endmodule\n` };
    const flags = ['--lint-only', '-Wall', '-Wno-UNDRIVEN', '-Wno-UNUSED', '-Wno-DECLFILENAME', '-Irtl'];
    run(config, 'verilator', [...flags, '--top-module', 'around', 'around.v', ...verilog], around);
  });

  it('IP-XACT: well-formed; ports of the Verilog, registers of the map, files of the output', () => {
    const source = text(`ipxact/${top}.xml`);
    expect(XMLValidator.validate(source)).toBe(true);
    const lists = ['register', 'field', 'port', 'file', 'busInterface', 'portMap'];
    const parser = new XMLParser({
      ...{ removeNSPrefix: true, parseTagValue: false, isArray: (name: string) => lists.includes(name) },
    });
    const { component } = parser.parse(source);
    const ports = topPorts(config);

    expect(component.model.instantiations.componentInstantiation.moduleName).toBe(top);
    expect(
      component.model.ports.port.map(({ name, wire }: { name: string; wire: Record<string, never> }) => ({
        ...{ name, direction: wire.direction, vector: 'vectors' in wire },
        bits: 'vectors' in wire ? Number((wire.vectors as { vector: { left: string } }).vector.left) + 1 : 1,
      })),
    ).toEqual(ports.map(({ name, direction, vector, bits }) => ({ name, direction, vector, bits })));

    const mapped = component.busInterfaces.busInterface.flatMap(
      ({ abstractionTypes }: { abstractionTypes: { abstractionType: { portMaps: { portMap: never[] } } } }) =>
        abstractionTypes.abstractionType.portMaps.portMap.map(
          ({ physicalPort }: { physicalPort: { name: string } }) => physicalPort.name,
        ),
    );
    expect([...new Set(mapped)].sort()).toEqual(ports.map(({ name }) => name).sort());
    const irq = component.busInterfaces.busInterface.find(({ name }: { name: string }) => name === 'irq');
    expect(Object.keys(irq)).toEqual(['name', 'description', 'busType', 'abstractionTypes', 'master']);
    expect(irq.abstractionTypes.abstractionType.portMaps.portMap).toEqual([
      { logicalPort: { name: 'IRQ' }, physicalPort: { name: 'irq_o' } },
    ]);

    const block = component.memoryMaps.memoryMap.addressBlock;
    const expected = registers(config).map(({ name, offset, fields }) => ({
      name: `${offset < COUNTERS_OFFSET ? '' : 'COUNTER_'}${name.toUpperCase()}`,
      offset,
      fields:
        fields.length > 0 ? fields.map(({ name: field, low, bits }) => [field, low, bits]) : [['reserved', 0, 32]],
    }));
    expect(
      block.register.map((register: { name: string; addressOffset: string; field: Record<string, string>[] }) => ({
        name: register.name,
        offset: Number(register.addressOffset),
        fields: register.field.map(({ name, bitOffset, bitWidth }) => [name, Number(bitOffset), Number(bitWidth)]),
      })),
    ).toEqual(expected);

    const access: Readonly<Record<string, string>> = {
      ro: 'read-only',
      rw: 'read-write',
      w1: 'write-only',
      w1c: 'read-write',
    };
    for (const register of registers(config).filter(({ fields }) => fields.length > 0)) {
      const described = block.register.find(
        ({ addressOffset }: { addressOffset: string }) => Number(addressOffset) === register.offset,
      );
      register.fields.forEach((field, index) => {
        expect(described.field[index].access).toBe(access[field.access]);
        expect(described.field[index].modifiedWriteValue).toBe(field.access === 'w1c' ? 'oneToClear' : undefined);
      });
    }

    const listed = component.fileSets.fileSet.file.map(({ name }: { name: string }) => posix.join('ipxact', name));
    expect(listed).toEqual([`rtl/${config.prefix}checks.vh`, ...verilog]);
  });
});

describe('instances of several accelerators in one module', () => {
  const { tiny4 } = presets;
  const other: Config = { ...presets.odd, name: 'other', prefix: 'bpi_b_' };
  const [first, second] = [filesOf(tiny4), filesOf(other)];
  const instance = first.text('instance/bpi_top.v');
  // the second one of an accelerator, as the comment in the file says
  const again = instance.replaceAll('u_bpi_top', 'u_again');
  const body = [instance, again, second.text('instance/bpi_b_top.v')].join('\n');
  const extra = {
    'around.v': `module around;\n${body}\nendmodule\n`,
    ...Object.fromEntries([...second.files].filter(([path]) => path.startsWith('rtl/'))),
  };
  const sources = ['around.v', ...first.verilog, ...second.verilog];

  it('in Verilator', () => {
    const flags = ['--lint-only', '-Wall', '-Wno-UNDRIVEN', '-Wno-UNUSED', '-Wno-DECLFILENAME', '-Irtl'];
    run(tiny4, 'verilator', [...flags, '--top-module', 'around', ...sources], extra);
  });

  it('in Icarus', () => {
    run(
      tiny4,
      'iverilog',
      ['-g2005-sv', '-Wall', '-Wno-timescale', '-Irtl', '-s', 'around', '-o', 'a.vvp', ...sources],
      extra,
    );
  });
});

describe('every emitted file is ASCII', () => {
  const strangers = (config: Config): readonly string[] =>
    emit(config).flatMap(({ path, text }) => (/^[\n\t -~]*$/.test(path + text) ? [] : [path]));

  it.each(configs)('of %s', (_, config) => expect(strangers(config)).toEqual([]));

  it('of any configuration', () => {
    fc.assert(
      fc.property(validConfig(), (config) => {
        expect(strangers(config)).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe('the targets of the FuseSoC core', () => {
  const config = presets.tiny4;
  const core = coreOf(config);
  const sourcesOf = (target: string): readonly string[] =>
    core.targets[target]!.filesets.flatMap((name) =>
      core.filesets[name]!.files.filter((entry) => typeof entry === 'string'),
    );

  /** Folders of include files, as FuseSoC gives them to a tool. */
  const includesOf = (target: string): readonly string[] => [
    ...new Set(
      core.targets[target]!.filesets.flatMap((name) =>
        core.filesets[name]!.files.filter(
          (entry) => typeof entry !== 'string' && Object.values(entry)[0].is_include_file,
        ),
      ).map((entry) => posix.dirname(pathOf(entry))),
    ),
  ];

  it('sim: the bench passes', () => {
    const { toplevel, flow_options } = core.targets.sim!;
    const options = flow_options.iverilog_options as readonly string[];
    const { folder } = run(config, 'iverilog', [
      ...options,
      ...includesOf('sim').map((folder) => `-I${folder}`),
      '-s',
      toplevel,
      '-o',
      'sim.vvp',
      ...sourcesOf('sim'),
    ]);
    expect(spawnSync('vvp', ['-N', 'sim.vvp'], { cwd: folder, encoding: 'utf8' }).stdout).toMatch(/^PASS \d+ checks$/m);
  });

  it('lint: nothing to say', () => {
    const { toplevel, flow_options } = core.targets.lint!;
    const options = flow_options.verilator_options as readonly string[];
    run(config, 'verilator', ['--lint-only', ...options, '-Irtl', '--top-module', toplevel, ...sourcesOf('lint')]);
  });

  it.skipIf(!hasYosys)('synth: Yosys has the command, and reads the files as Edalize gives them', () => {
    const { toplevel, flow_options } = core.targets.synth!;
    const files = sourcesOf('synth').filter((path) => path.endsWith('.v'));
    const script = [
      ...[`help synth_${flow_options.arch as string}`, `help write_${flow_options.output_format as string}`],
      ...['verilog_defaults -push', 'verilog_defaults -add -defer', 'verilog_defaults -add -Irtl'],
      ...[
        ...files.map((path) => `read_verilog {${path}}`),
        'verilog_defaults -pop',
        `hierarchy -check -top ${toplevel}`,
      ],
    ];
    const tcl = ['yosys -import', ...script.map((line) => `yosys ${line}`)].join('\n');
    const { stdout } = run(config, 'yosys', ['-q', '-w', 'Replacing memory', '-c', 'check.tcl'], {
      'check.tcl': `${tcl}\n`,
    });
    expect(stdout).not.toMatch(/No such command/);
  });
});

describe.each([
  ['tiny4', presets.tiny4],
  ['odd', presets.odd],
])('the ports of the top of %s', (_, config) => {
  it.skipIf(!hasYosys)('are those that Yosys sees', () => {
    const top = `${config.prefix}top`;
    const script = `read_verilog -lib -Irtl rtl/${top}.v; write_json ports.json`;
    const { folder } = run(config, 'yosys', ['-q', '-p', script]);
    const { modules } = JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8'));
    const seen = Object.entries<{ direction: string; bits: readonly unknown[] }>(modules[top].ports).map(
      ([name, { direction, bits }]) => ({ name, direction: direction.replace('put', ''), bits: bits.length }),
    );
    expect(seen).toEqual(topPorts(config).map(({ name, direction, bits }) => ({ name, direction, bits })));
  });
});

describe('the constraints', () => {
  const config = presets.odd;
  const ports = topPorts(config);

  /** A library without cells, and the top without a content: the constraints concern its ports. */
  const liberty = `library (none) {
  time_unit : "1ns";
  capacitive_load_unit (1, pf);
  voltage_unit : "1V";
  current_unit : "1mA";
  pulling_resistance_unit : "1kohm";
  leakage_power_unit : "1nW";
  slew_derate_from_library : 1;
${['input_threshold', 'output_threshold', 'slew_lower_threshold', 'slew_upper_threshold']
  .flatMap((name) =>
    ['rise', 'fall'].map(
      (edge) => `  ${name}_pct_${edge} : ${name.includes('upper') ? 80 : name.includes('lower') ? 20 : 50};`,
    ),
  )
  .join('\n')}
  nom_voltage : 1;
  nom_temperature : 25;
  nom_process : 1;
  cell (buffer) {
    area : 1;
    pin (A) { direction : input; capacitance : 0.001; }
    pin (Y) { direction : output; function : "A"; timing () { related_pin : "A"; } }
  }
  cell (driver) {
    area : 1;
    pin (A) { direction : input; capacitance : 0.001; }
    pin (Z) { direction : output; function : "A"; timing () { related_pin : "A"; } }
  }
}
`;
  const declarations = ports.map(
    ({ name, direction, bits, vector }) => `  ${direction}put ${vector ? `[${bits - 1}:0] ` : ''}${name};`,
  );
  const blackBox = `module ${config.prefix}top (${ports.map(({ name }) => name).join(', ')});\n${declarations.join('\n')}\nendmodule\n`;

  const read = (before: string, environment: Readonly<Record<string, string>> = {}): string => {
    const script = [
      'read_liberty none.lib',
      'read_verilog black_box.v',
      `link_design ${config.prefix}top`,
      before,
      `source constraints/${config.prefix}top.sdc`,
      'write_sdc -no_timestamp written.sdc',
    ];
    const extra = { 'none.lib': liberty, 'black_box.v': blackBox, 'check.tcl': `${script.join('\n')}\nexit\n` };
    const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const { folder, stdout } = run(config, 'env', [...settings, 'sta', '-no_splash', '-exit', 'check.tcl'], extra);
    expect(stdout).not.toMatch(/error|warning/i);
    return readFileSync(join(folder, 'written.sdc'), 'utf8');
  };

  const bitsOf = (direction: 'in' | 'out'): readonly string[] =>
    ports
      .filter((port) => port.direction === direction && port.name !== 'aclk')
      .flatMap(({ name, bits, vector }) =>
        vector ? Array.from({ length: bits }, (_, bit) => `${name}[${bit}]`) : [name],
      )
      .sort();

  const delays = (text: string, command: string): ReadonlyMap<string, number> =>
    new Map(
      [...text.matchAll(new RegExp(`^${command} (\\S+) .*get_ports \\{?([^\\s{}]+)\\}?\\]`, 'gm'))].map(
        ([, delay, port]) => [port!, Number(delay)],
      ),
    );

  it.skipIf(!hasSta)('give OpenSTA one clock, and a delay to every other bit of every port', () => {
    const text = read('');
    expect(text).toMatch(/^create_clock -name aclk -period 10\.0+ .*\[get_ports \{aclk\}\]$/m);
    const inputs = delays(text, 'set_input_delay');
    const outputs = delays(text, 'set_output_delay');
    expect([...inputs.keys()].sort()).toEqual(bitsOf('in'));
    expect([...outputs.keys()].sort()).toEqual(bitsOf('out'));
    expect(new Set([...inputs.values(), ...outputs.values()])).toEqual(new Set([3]));
  });

  it.skipIf(!hasSta)('take another period and another part of it', () => {
    const text = read('set clock_period 4.0\nset io_fraction 0.25');
    expect(text).toMatch(/-period 4\.0+ /);
    expect(new Set(delays(text, 'set_input_delay').values())).toEqual(new Set([1]));
  });

  /** What LibreLane's own SDC file reads. */
  const librelane = {
    ...{ CLOCK_PORT: 'aclk', CLOCK_PERIOD: '8', IO_DELAY_CONSTRAINT: '25', CLOCK_UNCERTAINTY_CONSTRAINT: '0.5' },
    ...{ CLOCK_TRANSITION_CONSTRAINT: '0.15', MAX_FANOUT_CONSTRAINT: '10', MAX_TRANSITION_CONSTRAINT: '0.75' },
    ...{ MAX_CAPACITANCE_CONSTRAINT: '0.2', SYNTH_DRIVING_CELL: 'buffer/Y', OUTPUT_CAP_LOAD: '33' },
    TIME_DERATING_CONSTRAINT: '5',
  };
  const portsWith = (text: string, command: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^${command} .*get_ports \\{?([^\\s{}]+)\\}?\\]`, 'gm'))]
      .map(([, port]) => port!)
      .sort();

  it.skipIf(!hasSta)('take from LibreLane all that its own file would set', () => {
    const text = read('', librelane);
    expect(text).toMatch(/^create_clock -name aclk -period 8\.0+ /m);
    expect(new Set(delays(text, 'set_input_delay').values())).toEqual(new Set([2]));
    expect(new Set(delays(text, 'set_output_delay').values())).toEqual(new Set([2]));
    expect(text).toMatch(/^set_clock_uncertainty 0\.50* aclk$/m);
    expect(text).toMatch(/^set_clock_transition 0\.150* \[get_clocks \{aclk\}\]$/m);
    expect(text).toMatch(/^set_propagated_clock /m);
    expect(text).toMatch(/^set_max_fanout 10\.0* \[current_design\]$/m);
    expect(text).toMatch(/^set_max_transition 0\.750* \[current_design\]$/m);
    expect(text).toMatch(/^set_max_capacitance 0\.20* \[current_design\]$/m);
    expect(text).toMatch(/^set_timing_derate -early 0\.950*$/m);
    expect(text).toMatch(/^set_timing_derate -late 1\.050*$/m);
    expect(portsWith(text, 'set_driving_cell -lib_cell buffer -pin \\{Y\\}')).toEqual(['aclk', ...bitsOf('in')].sort());
    expect(portsWith(text, 'set_load -pin_load 0\\.0330*')).toEqual(bitsOf('out'));
  });

  it.skipIf(!hasSta)('have an ideal clock before there is a clock tree, and another cell for the clock', () => {
    const text = read('', { ...librelane, OPENLANE_SDC_IDEAL_CLOCKS: '1', SYNTH_CLK_DRIVING_CELL: 'driver/Z' });
    expect(text).not.toMatch(/set_propagated_clock/);
    expect(portsWith(text, 'set_driving_cell -lib_cell driver -pin \\{Z\\}')).toEqual(['aclk']);
  });

  it.skipIf(!hasSta)('set none of it without LibreLane, unless a variable says so', () => {
    const of = (text: string): readonly string[] => [...new Set(text.match(/^set_\w+/gm))].sort();
    expect(of(read(''))).toEqual(['set_clock_uncertainty', 'set_input_delay', 'set_output_delay']);
    const text = read(
      'set driving_cell driver/Z\nset derate 0.1\nset output_load 0.02\nset propagated_clock 1',
      librelane,
    );
    expect(text).toMatch(/^set_timing_derate -late 1\.10*$/m);
    expect(portsWith(text, 'set_load -pin_load 0\\.020*')).toEqual(bitsOf('out'));
    expect(portsWith(text, 'set_driving_cell -lib_cell driver -pin \\{Z\\}')).toEqual(['aclk', ...bitsOf('in')].sort());
  });
});
