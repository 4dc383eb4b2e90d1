import { frozen } from '../base/plain.js';
import { parseConfig } from '../description/checkConfig.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { blocksOf } from './blocks.js';
import { integrationFiles } from './integration.js';
import { manifestFile } from './manifest.js';
import { registerMapHeader, registerMapMarkdown } from './registerMap.js';
import { benchFile, benchParts, type EmittedFile, rtlFiles } from './rtl.js';
import { selfTestFiles } from './selfTestFiles.js';
import { render } from './template.js';
import { shippedVectors } from './vectors/files.js';
import { driverView } from './views/driver.js';
import { networkView } from './views/network.js';

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
    '+incdir+tb',
    ...sources.map(({ path }) => path).filter((path) => path.endsWith('.v')),
    '',
  ].join('\n'),
});

/** The register map for people; for software its header, a driver and, with a vector unit, networks. */
const softwareFiles = (config: Config): readonly EmittedFile[] => [
  { path: 'registers.md', text: registerMapMarkdown(config) },
  { path: `sw/${config.prefix}registers.h`, text: registerMapHeader(config) },
  { path: `sw/${config.prefix}driver.h`, text: render('sw/driver.h', driverView(config)) },
  { path: `sw/${config.prefix}driver.c`, text: render('sw/driver.c', driverView(config)) },
  ...(derive(config).parts.vector
    ? ['h', 'c'].map((kind) => ({
        path: `sw/${config.prefix}network.${kind}`,
        text: render(`sw/network.${kind}`, networkView(config)),
      }))
    : []),
];

/**
 * Every file of an accelerator, in memory: Verilog, benches, self-test, file list, register map, driver, files for other tools,
 * manifest. The same configuration gives the same bytes.
 * @throws {@link UserError} with every problem of the configuration.
 */
export const emit = (given: Config): readonly EmittedFile[] => {
  const config = parseConfig(given);
  const rtl = rtlFiles(config);
  // the bench of the whole is the self-test
  const blocks = blocksOf(config).filter(({ bench }) => bench === undefined);
  const benches = blocks.map((block) => benchFile(config, block));
  const parts = benchParts(config);
  const files = [
    listFile(config, rtl),
    ...softwareFiles(config),
    ...integrationFiles(config, rtl, benches, parts),
    ...rtl,
    ...benches,
    ...parts,
    ...shippedVectors(
      config,
      blocks.map(({ name }) => name),
    ),
    ...selfTestFiles(config),
  ];
  return frozen([manifestFile(config, files), ...files]);
};
