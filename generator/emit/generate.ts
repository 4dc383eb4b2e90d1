import { resolve } from 'node:path';
import type { Config } from '../spec/config.js';
import { driverView } from '../views/driver.js';
import { blocksOf } from './blocks.js';
import { integrationFiles } from './integration.js';
import { manifestFile } from './manifest.js';
import { type WriteOptions, writeFolder } from './output.js';
import { registerMapHeader, registerMapMarkdown } from './registerMap.js';
import { benchFile, type EmittedFile, rtlFiles } from './rtl.js';
import { selfTestFiles } from './selfTestFiles.js';
import { render } from './template.js';
import { shippedVectors } from './vectors/files.js';

export interface GenerateOptions extends WriteOptions {
  /** The output folder. It is made, or an earlier output in it is replaced; other files in it stay. */
  readonly out: string;
}

/** What {@link generate} wrote. */
export interface Generated {
  /** Absolute path of the output folder. */
  readonly folder: string;
  readonly files: readonly EmittedFile[];
}

/** The file list, the same for iverilog and verilator, and the commands that use it. */
const listFile = ({ prefix }: Config, sources: readonly EmittedFile[]): EmittedFile => ({
  path: 'rtl.f',
  text: [
    '// Every Verilog source, leaves first.  Paths start at this folder; in it:',
    '//   verilator --lint-only -Wall -f rtl.f',
    `//   iverilog -g2005-sv -f rtl.f -s ${prefix}selftest_tb -o test.vvp selftest/${prefix}selftest_tb.v && vvp -N test.vvp`,
    `//   iverilog -g2005-sv -f rtl.f -s tb -o test.vvp tb/${prefix}<block>_tb.v && vvp -N test.vvp`,
    '// The first test is of the whole, for Verilator see selftest/README.md.  Tests read files, so they run in this folder.',
    '// For tools that run elsewhere, DIR being the path to this folder: Verilator takes -F DIR/rtl.f, Icarus the list that this makes:',
    '//   sed "s,^rtl/,DIR/&,;s,^+incdir+,&DIR/," DIR/rtl.f > dir.f',
    '+incdir+rtl',
    ...sources.map(({ path }) => path).filter((path) => path.endsWith('.v')),
    '',
  ].join('\n'),
});

/** The register map for people; for software its header, and a driver. */
const softwareFiles = (config: Config): readonly EmittedFile[] => [
  { path: 'registers.md', text: registerMapMarkdown(config) },
  { path: `sw/${config.prefix}registers.h`, text: registerMapHeader(config) },
  { path: `sw/${config.prefix}driver.h`, text: render('sw/driver.h', driverView(config)) },
  { path: `sw/${config.prefix}driver.c`, text: render('sw/driver.c', driverView(config)) },
];

/** Every file of an accelerator, in memory: Verilog, benches, self-test, file list, register map, driver, files for other tools, manifest. The same configuration gives the same bytes. */
export const emit = (config: Config): readonly EmittedFile[] => {
  const rtl = rtlFiles(config);
  // the bench of the whole is the self-test
  const blocks = blocksOf(config).filter(({ bench }) => bench === undefined);
  const benches = blocks.map((block) => benchFile(config, block));
  const files = [
    listFile(config, rtl),
    ...softwareFiles(config),
    ...integrationFiles(config, rtl, benches),
    ...rtl,
    ...benches,
    ...shippedVectors(
      config,
      blocks.map(({ name }) => name),
    ),
    ...selfTestFiles(config),
  ];
  return [manifestFile(config, files), ...files];
};

/**
 * Writes every file of an accelerator into a folder, all or nothing.
 * @param config a checked configuration, as `defineAccelerator` returns.
 * @throws {@link UserError} when the folder cannot be written, or files in it are in the way.
 */
export const generate = (config: Config, { out, ...options }: GenerateOptions): Generated => {
  const files = emit(config);
  writeFolder(out, files, options);
  return { folder: resolve(out), files };
};
