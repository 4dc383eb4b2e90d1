import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import { UserError } from '../base/errors.js';
import type { Places } from '../compile/plan.js';
import { type MemoryMap, PASS_TENSORS } from '../dataflows/problem.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import { tensorShape } from '../description/tensors.js';
import { BYTES_PER_INSTRUCTION } from '../isa/program.js';
import type { Context } from './context.js';
import { layerOption } from './layerOption.js';
import { engineFor } from './run.js';
import { parseShift, SHIFT_HELP } from './shift.js';
import { addSetOption, collect, loadConfig, SOURCE_HELP } from './source.js';

interface Options {
  readonly preset: string;
  readonly set: readonly string[];
  readonly layer: string;
  readonly pass: Pass;
  readonly engine?: Engine;
  readonly base: string;
  readonly at: readonly string[];
  readonly narrow?: boolean;
  readonly shift?: string;
  readonly c?: string;
  readonly symbol?: string;
  readonly bin?: string;
  readonly json?: boolean;
}

const help = `
The program and its tensors lie one after the other from --base, but for those that --at places; the header says where.
Tensors are x and wt (fprop), dy and wt (dgrad), x and dy (wgrad), and the result y, dx or dw; traditional has scratch too.

Examples:
  bp-im2col compile --preset tiny4 --layer C=8,H=6,W=6,N=6,K=3,S=2,P=1 --pass dgrad --c conv1_dgrad.h
  bp-im2col compile --layer C=64,H=56,W=56,N=128,K=3,S=2,P=1 --pass wgrad --base 0x80000000 --c l1.h --symbol layer1
  bp-im2col compile --layer C=3,H=32,W=32,N=16,K=3 --pass fprop --bin l0.bin --json
  bp-im2col compile --layer C=3,H=32,W=32,N=16,K=3,P=1 --pass fprop --narrow --c l0.h --at y=0x20000000
  bp-im2col compile --preset ref16-int8 --layer C=16,H=8,W=8,N=16,K=3,P=1 --pass fprop --narrow --shift 9 --c l2.h
  bp-im2col compile --layer C=16,H=32,W=32,N=32,K=3,P=1 --pass fprop --c l1.h --base 0x30000000 --at x=0x20000000
`;

const PAGE = 4096;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** A byte address in decimal or hexadecimal. */
const parseAddress = (path: string, text: string, multiple: number): number => {
  const value = /^(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) refuse('OUT_OF_RANGE', path, 'not an address', 'give a number, as 0x80000000');
  if (!Number.isSafeInteger(value)) {
    const message = 'addresses above 2^53-1 cannot be compiled';
    refuse('OUT_OF_RANGE', path, message, 'take a lower one, as 0x80000000');
  }
  if (value % multiple !== 0) {
    const below = Math.floor(value / multiple) * multiple;
    refuse('MISALIGNED', path, `not a multiple of ${multiple}`, `take 0x${below.toString(16)}`);
  }
  return value;
};

/** The parts of a pass, by the names that a person knows them by, and their names in the memory map. */
const partsOf = (pass: Pass): ReadonlyMap<string, keyof MemoryMap> => {
  const { first, second, output } = PASS_TENSORS[pass];
  return new Map<string, keyof MemoryMap>([
    ...[first, second, 'scratch' as const, 'program' as const].map((name) => [name, name] as const),
    [output, 'output'],
  ]);
};

/** What `--at` places, by its name in the memory map. */
const parsePlaces = (texts: readonly string[], pass: Pass, alignment: number): Places => {
  const keys = partsOf(pass);
  const { output } = PASS_TENSORS[pass];
  const places = new Map<keyof MemoryMap, number>();
  for (const text of texts) {
    const path = `--at ${text}`;
    const [name, address, ...more] = text.split('=');
    if (address === undefined || more.length > 0) {
      refuse('OUT_OF_RANGE', path, 'not a name and an address', `write it as --at ${output}=0x80000000`);
    }
    const key =
      keys.get(name!) ??
      refuse('UNKNOWN', path, `${pass} has no ${name}`, `take one of ${[...keys.keys()].join(', ')}`);
    if (places.has(key)) refuse('DUPLICATE', path, `${name} has a place already`, 'give one address');
    places.set(key, parseAddress(path, address!, alignment));
  }
  return Object.fromEntries(places);
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
  const [planner, header, files, programs, performance] = await Promise.all([
    import('../compile/plan.js'),
    import('../emit/programHeader.js'),
    import('../base/outputFile.js'),
    import('../compile/window.js'),
    import('../machine/performance.js'),
  ]);
  const { pass, narrow = false, c, bin } = options;
  const config = loadConfig(options.preset, options.set);
  const layer = layerOption(options.layer);
  const engine = engineFor(config, options.engine);
  const shift = parseShift(options.shift);
  const base = parseAddress(`--base ${options.base}`, options.base, PAGE);
  const place = parsePlaces(options.at, pass, planner.PLACE_ALIGNMENT);
  const symbol = symbolOf(options, config);
  if (c !== undefined) files.checkOutput('--c', c, ['.h']);
  if (bin !== undefined) files.checkOutput('--bin', bin, ['.bin']);
  const plan = planner.makePlan(config, layer, pass, engine, { narrow, shift, base, place });

  if (c !== undefined) files.writeOutput('--c', c, Buffer.from(header.programHeader(config, plan, symbol)));
  if (bin !== undefined) files.writeOutput('--bin', bin, Buffer.from(plan.words.buffer));
  const instructions = plan.words.byteLength / BYTES_PER_INSTRUCTION;
  const window = programs.writeWindow(plan);
  if (options.json) {
    const memory = Object.fromEntries([...partsOf(pass)].map(([name, key]) => [name, plan.memory[key]]));
    const { first, second, output } = PASS_TENSORS[pass];
    const shapes = Object.fromEntries([first, second, output].map((name) => [name, tensorShape(layer, name)]));
    const result = {
      ...{ config: config.name, layer: formatLayer(layer), pass, engine, ...plan.results, instructions },
      ...{ shapes, memory, window, predicted: plan.cost, memoryTiming: performance.benchMemory(config), c, bin },
    };
    print(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const at = (value: number): string => `0x${value.toString(16)}`;
  const written = [c, bin].filter((path) => path !== undefined);
  print(
    `${config.name}  ${formatLayer(layer)}  ${pass} by ${engine}: ${instructions} instructions at ${at(plan.memory.program)}, ` +
      `writes ${at(window.base)} to ${at(window.limit - 1)}${written.length > 0 ? `; in ${written.join(' and ')}` : ''}\n` +
      `predicted: ${plan.cost.cycles.toLocaleString('en-US')} cycles, with a memory of ${performance.describeMemory(config)}\n`,
  );
};

/** `bp-im2col compile`: the program of one pass of a layer, as a C array or raw bytes. */
export const compileCommand = (context: Context): Command =>
  addSetOption(new Command('compile'))
    .description('compile one pass of a layer to a program, as a C header or raw bytes')
    .option('-p, --preset <preset|file|folder>', SOURCE_HELP, 'ref16')
    .requiredOption('-l, --layer <keys>', 'the convolution, as in B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1')
    .addOption(new Option('--pass <pass>', 'the pass').choices(PASSES).makeOptionMandatory())
    .addOption(
      new Option('-e, --engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .option(
      '--base <address>',
      'first byte of the memory that tensors and program take, a multiple of 4096',
      '0x10000000',
    )
    .addOption(
      new Option('--at <name=address>', 'where a tensor, scratch or the program lies, a multiple of 64; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--narrow', 'results in the operand format instead of the accumulator format')
    .option('--shift <n>', SHIFT_HELP)
    .option('--c <file.h>', 'write the program as a C array, with the addresses and shapes of its tensors')
    .option('--symbol <name>', "name of the array, and of the macros in capitals (default: the file's)")
    .option('--bin <file.bin>', 'write the program as raw bytes')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action((options: Options) => compile(options, context));
