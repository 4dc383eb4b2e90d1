import { resolve } from 'node:path';
import { parseConfig } from '../check/config.js';
import { UserError } from '../check/errors.js';
import { frozen, plainCopy } from '../check/plain.js';
import { show } from '../check/show.js';
import type { Config } from '../spec/config.js';
import { driverView } from '../views/driver.js';
import { blocksOf } from './blocks.js';
import { integrationFiles } from './integration.js';
import { manifestFile } from './manifest.js';
import { writeFolder } from './output.js';
import { registerMapHeader, registerMapMarkdown } from './registerMap.js';
import { benchFile, type EmittedFile, rtlFiles } from './rtl.js';
import { render } from './template.js';

export interface GenerateOptions {
  /** The output folder. It is made, or replaced when it holds an earlier output. */
  readonly out: string;
}

/** What {@link generate} wrote. */
export interface Generated {
  /** Absolute path of the output folder. */
  readonly folder: string;
  readonly files: readonly EmittedFile[];
}

/** The file list: the same for iverilog and verilator, both run inside the output folder. */
const listFile = (config: Config, sources: readonly EmittedFile[]): EmittedFile => {
  const bench = `tb/${config.prefix}<block>_tb.v`;
  return {
    path: 'rtl.f',
    text: [
      '// Every Verilog source, leaves first. Paths start at this folder: run the tools in it.',
      `//   iverilog -g2005-sv -f rtl.f -s tb ${bench}`,
      '//   verilator --lint-only -Wall -f rtl.f',
      '+incdir+rtl',
      ...sources.map(({ path }) => path).filter((path) => path.endsWith('.v')),
      '',
    ].join('\n'),
  };
};

/** The register map for people; for software its header, and a driver. */
const softwareFiles = (config: Config): readonly EmittedFile[] => [
  { path: 'registers.md', text: registerMapMarkdown(config) },
  { path: `sw/${config.prefix}registers.h`, text: registerMapHeader(config) },
  { path: `sw/${config.prefix}driver.h`, text: render('sw/driver.h', driverView(config)) },
  { path: `sw/${config.prefix}driver.c`, text: render('sw/driver.c', driverView(config)) },
];

/**
 * Every file of an accelerator, in memory: Verilog, benches, file list, register map, driver, files for other tools, manifest.
 * The same configuration gives the same bytes.
 * @throws {@link UserError} with every problem of the configuration.
 */
export const emit = (given: Config): readonly EmittedFile[] => {
  const config = parseConfig(given);
  const rtl = rtlFiles(config);
  const benches = blocksOf(config).map((block) => benchFile(config, block));
  const files = [
    listFile(config, rtl),
    ...softwareFiles(config),
    ...integrationFiles(config, rtl, benches),
    ...rtl,
    ...benches,
  ];
  return frozen([manifestFile(config, files), ...files]);
};

/** The output folder that options name. */
const outOf = (options: unknown): string => {
  const given = (plainCopy(options, 'options') ?? {}) as Readonly<Record<string, unknown>>;
  const extra = Object.keys(given).filter((key) => key !== 'out');
  if (typeof given.out === 'string' && given.out !== '' && !given.out.includes('\0') && extra.length === 0)
    return given.out;
  const [path, value] = extra.length > 0 ? [extra[0] || '""', given[extra[0]!]] : ['out', given.out];
  const message = extra.length > 0 ? 'there is no such option' : `${show(value)} is no folder`;
  throw new UserError([{ code: 'NO_FOLDER', path, message, fix: "name a folder, as in { out: 'rtl-out/mine' }" }]);
};

/**
 * Writes every file of an accelerator into a folder, all or nothing.
 * @param config a configuration, as `defineAccelerator` returns.
 * @throws {@link UserError} with every problem of the configuration, or when the folder cannot be written or holds foreign files.
 */
export const generate = (config: Config, options: GenerateOptions): Generated => {
  const out = outOf(options);
  const files = emit(config);
  writeFolder(out, files);
  return frozen({ folder: resolve(out), files });
};
