import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import { UserError } from '../check/errors.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../spec/config.js';
import { formatLayer, parseLayer } from '../spec/layer.js';
import { BYTES_PER_INSTRUCTION } from '../spec/program.js';
import type { Context } from './context.js';
import { engineFor } from './run.js';
import { addSetOption, loadConfig } from './source.js';

interface Options {
  readonly preset: string;
  readonly set: readonly string[];
  readonly layer: string;
  readonly pass: Pass;
  readonly engine?: Engine;
  readonly base: string;
  readonly narrow?: boolean;
  readonly c?: string;
  readonly symbol?: string;
  readonly bin?: string;
  readonly json?: boolean;
}

const help = `
The program and its tensors lie one after the other from --base; the header says where.

Examples:
  bp-im2col compile --preset tiny4 --layer C=8,H=6,W=6,N=6,K=3,S=2,P=1 --pass dgrad --c conv1_dgrad.h
  bp-im2col compile --layer C=64,H=56,W=56,N=128,K=3,S=2,P=1 --pass wgrad --base 0x80000000 --c l1.h --symbol layer1
  bp-im2col compile --layer C=3,H=32,W=32,N=16,K=3 --pass fprop --bin l0.bin --json
`;

const PAGE = 4096;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

const parseBase = (text: string): number => {
  const path = `--base ${text}`;
  const value = /^(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) refuse('OUT_OF_RANGE', path, 'not an address', 'give a number, as 0x80000000');
  if (!Number.isSafeInteger(value)) {
    const message = 'bases above 2^53-1 cannot be compiled';
    refuse('OUT_OF_RANGE', path, message, 'take a lower base, as 0x80000000');
  }
  if (value % PAGE !== 0) {
    const below = Math.floor(value / PAGE) * PAGE;
    refuse('MISALIGNED', path, `not a multiple of ${PAGE}`, `take 0x${below.toString(16)}`);
  }
  return value;
};

/** The name of the C symbol: what was asked for, or the file's. */
const nameOf = ({ c, symbol }: Options): string => {
  if (symbol !== undefined) {
    if (/^[A-Za-z_]\w{0,63}$/.test(symbol)) return symbol;
    refuse('SYMBOL', `--symbol ${symbol}`, 'not a C identifier', 'use letters, digits and _');
  }
  const name = basename(c ?? 'program.h', extname(c ?? '.h')).replace(/\W/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
};

/** The C symbol. Its macros and its include guard must not be those of the accelerator's own headers. */
const symbolOf = (options: Options, { prefix }: Config): string => {
  const { c, symbol } = options;
  if (symbol !== undefined && c === undefined) {
    refuse('SYMBOL', `--symbol ${symbol}`, 'there is no C array to name', 'add --c file.h');
  }
  const name = nameOf(options);
  const taken = [prefix.replace(/_$/, ''), `${prefix}registers`, `${prefix}driver`];
  if (taken.some((own) => own.toUpperCase() === name.toUpperCase())) {
    const path = symbol === undefined ? `--c ${c}` : `--symbol ${symbol}`;
    const message = `macros of ${name.toUpperCase()} are in the accelerator's ${prefix}registers.h or ${prefix}driver.h already`;
    refuse('SYMBOL', path, message, `take another name, as in --symbol ${prefix}program`);
  }
  return name;
};

const compile = async (options: Options, { out: print }: Context): Promise<void> => {
  const [planner, header, files, programs] = await Promise.all([
    import('../plan/plan.js'),
    import('../emit/programHeader.js'),
    import('./outputFile.js'),
    import('../plan/window.js'),
  ]);
  const { pass, narrow = false, c, bin } = options;
  const config = loadConfig(options.preset, options.set);
  const layer = parseLayer(options.layer);
  const engine = engineFor(config, options.engine);
  const base = parseBase(options.base);
  const symbol = symbolOf(options, config);
  if (c !== undefined) files.checkOutput('--c', c, ['.h']);
  if (bin !== undefined) files.checkOutput('--bin', bin, ['.bin']);
  const plan = planner.makePlan(config, layer, pass, engine, { narrow, base });

  if (c !== undefined) files.writeOutput('--c', c, Buffer.from(header.programHeader(config, plan, symbol, narrow)));
  if (bin !== undefined) files.writeOutput('--bin', bin, Buffer.from(plan.words.buffer));
  const instructions = plan.words.byteLength / BYTES_PER_INSTRUCTION;
  const window = programs.writeWindow(plan);
  if (options.json) {
    const result = {
      ...{ config: config.name, layer: formatLayer(layer), pass, engine, narrow, instructions },
      ...{ memory: plan.memory, window, predicted: plan.cost, c, bin },
    };
    print(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const at = (value: number): string => `0x${value.toString(16)}`;
  const written = [c, bin].filter((path) => path !== undefined);
  print(
    `${config.name}  ${formatLayer(layer)}  ${pass} by ${engine}: ${instructions} instructions at ${at(plan.memory.program)}, ` +
      `writes ${at(window.base)} to ${at(window.limit - 1)}${written.length > 0 ? `; in ${written.join(' and ')}` : ''}\n`,
  );
};

/** `bp-im2col compile`: the program of one pass of a layer, as a C array or raw bytes. */
export const compileCommand = (context: Context): Command =>
  addSetOption(new Command('compile'))
    .description('compile one pass of a layer to a program, as a C header or raw bytes')
    .option('-p, --preset <preset|file>', 'a preset (see "bp-im2col presets") or a JSON file', 'ref16')
    .requiredOption('-l, --layer <keys>', 'the convolution, as in B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1')
    .addOption(new Option('--pass <pass>', 'the pass').choices(PASSES).makeOptionMandatory())
    .addOption(
      new Option('-e, --engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .option('--base <address>', 'first byte of the memory that tensors and program take', '0x10000000')
    .option('--narrow', 'results in the operand format instead of the accumulator format')
    .option('--c <file.h>', 'write the program as a C array, with the addresses and sizes of its tensors')
    .option('--symbol <name>', "name of the array, and of the macros in capitals (default: the file's)")
    .option('--bin <file.bin>', 'write the program as raw bytes')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action((options: Options) => compile(options, context));
