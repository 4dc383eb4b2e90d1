import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import { parseBatch } from '../api/words.js';
import { UserError } from '../base/errors.js';
import { PASS_TENSORS } from '../dataflows/loopNest.js';
import { ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import { parseSize } from './analyze.js';
import { asOptions } from './asOptions.js';
import type { Context } from './context.js';
import { layerOption } from './layerOption.js';
import { passOf, refuseOptions } from './layerOrNetwork.js';
import { SIZE_HELP } from './networkSource.js';
import { parseShift, SHIFT_HELP } from './shift.js';
import { addSetOption, collect, loadConfig, SOURCE_HELP } from './source.js';

interface Options {
  readonly preset?: string;
  readonly set: readonly string[];
  readonly layer?: string;
  readonly pass?: Pass;
  readonly train?: boolean;
  readonly parameters?: string;
  readonly batch?: string;
  readonly size?: string;
  readonly explain?: boolean;
  readonly engine?: Engine;
  readonly base?: string;
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
  bp-im2col compile model.onnx --train --batch 8 --c model.h --explain
  bp-im2col compile digits --train --batch 8 --c digits.h --parameters digits.bin
`;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** A byte address in decimal or hexadecimal, or NaN. */
const parseAddress = (text: string): number =>
  /^(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text) ? Number(text) : Number.NaN;

/** What `--at` places, by name. */
const parsePlaces = (texts: readonly string[], pass: Pass): ReadonlyMap<string, string> => {
  const places = new Map<string, string>();
  for (const text of texts) {
    const path = `--at ${text}`;
    const [name, address, ...more] = text.split('=');
    if (address === undefined || more.length > 0) {
      const fix = `write it as --at ${PASS_TENSORS[pass].output}=0x80000000`;
      refuse('OUT_OF_RANGE', path, 'not a name and an address', fix);
    }
    if (places.has(name!)) refuse('DUPLICATE', path, `${name} has a place already`, 'give one address');
    places.set(name!, address!);
  }
  return places;
};

/** The name of the C array: what was asked for, or the file's. */
const symbolOf = ({ c, symbol }: Options): string | undefined => {
  if (c === undefined) {
    if (symbol === undefined) return undefined;
    return refuse('SYMBOL', `--symbol ${symbol}`, 'there is no C array to name', 'add --c file.h');
  }
  if (symbol !== undefined) return symbol;
  const name = basename(c, extname(c)).replace(/\W/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
};

/** Options of one kind of program: those of the other are refused. */
const OF_A_LAYER = ['layer', 'pass', 'base', 'narrow', 'shift', 'bin'] as const;
const OF_A_NETWORK = ['train', 'batch', 'size', 'explain', 'parameters'] as const;

/** The programs of a network. */
const compileWhole = async (word: string, options: Options, context: Context): Promise<void> => {
  refuseOptions(OF_A_LAYER, options, 'one pass of a layer');
  if (options.at.length > 0) refuse('EXTRA', '--at', 'a network lies behind base registers', 'leave out --at');
  const { preset, set, engine, train = false, c, parameters, explain = false, json = false } = options;
  const batch = options.batch === undefined ? undefined : parseBatch(options.batch);
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const symbol = symbolOf(options);
  if (symbol !== undefined && !/^[A-Za-z_]\w*$/.test(symbol))
    refuse(
      'SYMBOL',
      `--symbol ${symbol}`,
      'it is no name in C',
      'give letters, digits and _, not starting with a digit',
    );
  const [{ checkOutput }, { networkCompile }] = await Promise.all([
    import('../base/outputFile.js'),
    import('./networkCompile.js'),
  ]);
  if (c !== undefined) checkOutput('--c', c, ['.h']);
  if (parameters !== undefined) checkOutput('--parameters', parameters, ['.bin']);
  await networkCompile(
    word,
    {
      ...{ set, train, explain, json },
      ...{ preset, engine, batch, size, c, parameters, symbol },
    },
    context,
  );
};

const compile = async (options: Options, { out: print }: Context): Promise<void> => {
  const which = passOf('compile', options);
  refuseOptions(OF_A_NETWORK, options, 'a network');
  const [library, files, performance] = await Promise.all([
    import('../api/compile.js'),
    import('../base/outputFile.js'),
    import('../machine/performance.js'),
  ]);
  const { narrow, c, bin } = options;
  const { pass } = which;
  const config = loadConfig(options.preset ?? 'ref16', options.set);
  const layer = layerOption(which.layer);
  const shift = parseShift(options.shift);
  const at = parsePlaces(options.at, pass);
  const symbol = symbolOf(options);
  if (c !== undefined) files.checkOutput('--c', c, ['.h']);
  if (bin !== undefined) files.checkOutput('--bin', bin, ['.bin']);
  const words = {
    ...{ base: `--base ${options.base}`, narrow: '--narrow', shift: `--shift ${options.shift}` },
    symbol: options.symbol === undefined ? `--c ${c}` : `--symbol ${symbol}`,
    ...Object.fromEntries([...at].map(([name, text]) => [`at.${name}`, `--at ${name}=${text}`])),
  };
  const compiled = await asOptions(words, () =>
    library.compile({
      ...{
        config,
        layer,
        pass,
        engine: options.engine,
        narrow,
        shift,
        symbol,
        base: options.base === undefined ? undefined : parseAddress(options.base),
      },
      at: Object.fromEntries([...at].map(([name, text]) => [name, parseAddress(text)])),
    }),
  );

  const { engine, instructions, memory, window, predicted } = compiled;
  if (c !== undefined) files.writeOutput('--c', c, Buffer.from(compiled.header!));
  if (bin !== undefined) files.writeOutput('--bin', bin, Buffer.from(compiled.words.buffer));
  if (options.json) {
    const { words: _words, header: _header, ...result } = compiled;
    print(`${JSON.stringify({ ...result, config: config.name, layer: formatLayer(layer), c, bin }, null, 2)}\n`);
    return;
  }
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const written = [c, bin].filter((path) => path !== undefined);
  print(
    `${config.name}  ${formatLayer(layer)}  ${pass} by ${engine}: ${instructions} instructions at ${hex(memory.program as number)}, ` +
      `writes ${hex(window.base)} to ${hex(window.limit - 1)}${written.length > 0 ? `; in ${written.join(' and ')}` : ''}\n` +
      `predicted: ${predicted.cycles.toLocaleString('en-US')} cycles, with a memory of ${performance.describeMemory(config)}\n`,
  );
};

/** `bp-im2col compile`: the program of one pass of a layer, as a C array or raw bytes. */
export const compileCommand = (context: Context): Command =>
  addSetOption(new Command('compile'))
    .description('compile one pass of a layer, or a network, to programs, as a C header or raw bytes')
    .argument(
      '[network|model.onnx]',
      'a network (see analyze --list), or an ONNX file; without it, one pass of a layer',
    )
    .option('-p, --preset <preset|file|folder>', `${SOURCE_HELP} (default: ref16; of networks with vector.lanes=8)`)
    .option('-l, --layer <keys>', 'the convolution, as in B=2,C=64,H=56,W=56,N=128,K=3,S=2,P=1')
    .addOption(new Option('--pass <pass>', 'the pass').choices(PASSES))
    .addOption(
      new Option('-e, --engine <engine>', 'the engine (default: zerofree, or the last one built)').choices(ENGINES),
    )
    .option(
      '--base <address>',
      'first byte of the memory that tensors and program take, a multiple of 4096 (default: 0x10000000; 0 where the bus has less than 32 address bits)',
    )
    .addOption(
      new Option('--at <name=address>', 'where a tensor, scratch or the program lies, a multiple of 64; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--train', 'of a network: backward pass and update too')
    .option('-b, --batch <n>', 'of a network: images at a time (default: those of the file, or 1)')
    .option('--size <n|HxW>', SIZE_HELP)
    .option('--explain', 'of a network: print its operations, what was fused into what, cycles and bytes')
    .option('--parameters <file.bin>', 'of a network: write what lies behind base register 1 before the first step')
    .option('--narrow', 'results in the operand format instead of the accumulator format')
    .option('--shift <n>', SHIFT_HELP)
    .option('--c <file.h>', 'write the program as a C array, with the addresses and shapes of its tensors')
    .option('--symbol <name>', "name of the array, and of the macros in capitals (default: the file's)")
    .option('--bin <file.bin>', 'write the program as raw bytes')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', help)
    .action((network: string | undefined, options: Options) =>
      network === undefined ? compile(options, context) : compileWhole(network, options, context),
    );
