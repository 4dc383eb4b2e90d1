import { Command, Option } from 'commander';
import { isStrided, type SourceOptions } from '../api/source.js';
import { digits, parseBatch, problem, wordSource } from '../api/words.js';
import { PASSES, type Pass } from '../description/config.js';
import { FORMATS, type Format, formats } from '../formats/index.js';
import { inputOf, isNetwork, NETWORK_NAMES, networks } from '../networks/index.js';
import { denseMacs, type ImageSize, parameterCount } from '../networks/network.js';
import { asOptions } from './asOptions.js';
import { columns } from './columns.js';
import type { Context } from './context.js';
import { isOnnx, loadNetwork } from './networkSource.js';
import { readJson } from './readJson.js';
import { isPath } from './source.js';

interface Options {
  readonly batch?: string;
  readonly size?: string;
  readonly format: string;
  readonly pass?: Pass;
  readonly strided?: boolean;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const help = `
The traditional scheme lowers a pass to a product of two matrices. Zeros in them that are there whatever the data:
  fprop  feature map: X, padded by P
  dgrad  feature map: dY with S-1 zeros inserted, padded by K-1-P (cropped where that is negative)
  wgrad  feature map: X, padded by P; kernel: dY with S-1 zeros inserted
Where the stride leaves a remainder of rows or columns, dgrad has zeros for them, and wgrad leaves them out of X.
extra bytes: the zero-inserted tensor that the engine traditional stores first; none where all strides are 1.

Layer keys: B C H W N, Kh Kw Sh Sw Dh Dw, Pt Pb Pl Pr, G; K S D P set all their axes.
A network file: { "name": "mine", "layers": [{ "name": "conv1", "C": 3, "H": 32, "W": 32, "N": 16, "K": 3, "S": 2 }] }

Examples:
  bp-im2col analyze resnet18 --strided
  bp-im2col analyze C=64,H=56,W=56,N=128,K=3,S=2,P=1 --pass dgrad
  bp-im2col analyze mobilenet_v2 --batch 32 --size 192x160 --csv > zeros.csv
  bp-im2col analyze my-network.json --format int8 --json
  bp-im2col analyze --list
`;

export const parseSize = (text: string): ImageSize => {
  const [, height, width] = /^(\d{1,7})(?:x(\d{1,7}))?$/.exec(text) ?? [];
  const size = { height: digits(height ?? ''), width: digits(width ?? height ?? '') };
  if (Object.values(size).every((pixels) => pixels >= 1 && pixels <= 32767)) return size;
  const fix = 'give height x width in pixels, as in 224x224, or one number for both; up to 32767';
  throw problem('OUT_OF_RANGE', `--size ${text}`, 'it will not do', fix);
};

const parseFormat = (text: string): number => {
  const bytes = Object.hasOwn(formats, text) ? formats[text as Format].operands.dynamic.bits / 8 : digits(text);
  if (bytes >= 1 && bytes <= 16) return bytes;
  throw problem(
    'OUT_OF_RANGE',
    `--format ${text}`,
    'it will not do',
    `give ${FORMATS.join(', ')}, or bytes per element, 1 to 16`,
  );
};

/** What a word on the command line names: a layer or a network. */
export const sourceWord = async (source: string): Promise<Pick<SourceOptions, 'layer' | 'network'>> => {
  if (isNetwork(source)) return wordSource(source);
  if (isOnnx(source)) {
    const { networkOf } = await import('../networks/layers.js');
    return { network: networkOf((await loadNetwork(source, {})).graph) };
  }
  if (isPath(source)) {
    const { parseNetwork } = await import('../networks/check.js');
    return { network: parseNetwork(readJson(source)) };
  }
  return wordSource(source);
};

const analyze = async (source: string, options: Options, context: Context): Promise<void> => {
  const batch = options.batch === undefined ? undefined : parseBatch(options.batch);
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const bytesPerElement = parseFormat(options.format);
  const { pass, strided } = options;
  const library = await import('../api/analyze.js');
  const what = await sourceWord(source);
  const analysis = await asOptions({ size: '--size' }, () =>
    library.analyze({ ...what, batch, size, bytesPerElement, pass, strided }),
  );
  const { csvAnalysis, humanAnalysis, jsonAnalysis } = await import('./analyzeReport.js');
  if (options.json) context.out(`${JSON.stringify(jsonAnalysis(analysis), null, 2)}\n`);
  else if (options.csv) context.out(csvAnalysis(analysis));
  else if (analysis.passes.length === 0) context.out(`${analysis.name}: no layer has a stride of 2 or more\n`);
  else context.out(humanAnalysis(analysis, context.color));
};

/** The known networks, each at the input that it was made for. */
const list = async ({ json, csv: asCsv }: Options, context: Context): Promise<void> => {
  const rows = NETWORK_NAMES.map((name) => {
    const network = networks[name]();
    const { layers } = network;
    const { height, width, channels } = inputOf(name);
    return {
      name,
      layers: layers.length,
      linear: layers.filter(({ linear }) => linear).length,
      strided: layers.filter(isStrided).length,
      parameters: parameterCount(network),
      macs: layers.map(({ layer }) => denseMacs(layer)).reduce((a, b) => a + b, 0),
      input: `${height}x${width}x${channels}`,
    };
  });
  const { csv } = await import('./analyzeReport.js');
  const head = Object.keys(rows[0]);
  if (json) context.out(`${JSON.stringify(rows, null, 2)}\n`);
  else if (asCsv) context.out(csv([head, ...rows.map((row) => Object.values(row))]));
  else {
    const cells = rows.map((row) => Object.values(row).map((value) => value.toLocaleString('en-US')));
    context.out(columns([head, ...cells], 1));
  }
};

/** `bp-im2col analyze`: the structural zeros of a layer or a network, in closed form. */
export const analyzeCommand = (context: Context): Command =>
  new Command('analyze')
    .description('count the structural zeros of a layer or a network, without simulation')
    .argument(
      '[network|layer|file]',
      'a network (see --list), a layer as in C=64,H=56,W=56,N=128,K=3,S=2, or a JSON or ONNX file',
    )
    .option('-b, --batch <n>', 'images, in place of B of a layer (default: B, or 1)')
    .option('--size <n|HxW>', 'image that a network takes, in pixels (default: what it was made for, mostly 224)')
    .option('--format <format|n>', `${FORMATS.join(', ')}, or bytes per element`, 'bf16')
    .addOption(new Option('--pass <pass>', 'one pass (default: all)').choices(PASSES))
    .option('--strided', 'only layers with a stride of 2 or more')
    .addOption(
      new Option(
        '--list',
        'list the networks: layers, parameters, multiply-accumulates of an input, and its size',
      ).conflicts(['batch', 'size', 'pass', 'strided']),
    )
    .addOption(new Option('--json', 'print the result as JSON').conflicts('csv'))
    .option('--csv', 'print the result as comma-separated values, one row for each layer and pass')
    .addHelpText('after', help)
    .action((source: string | undefined, options: Options) => {
      if (options.list) {
        if (source === undefined) return list(options, context);
        throw problem('EXTRA', source, '--list takes no network', `leave out --list, or ${source}`);
      }
      if (source !== undefined) return analyze(source, options, context);
      throw problem('MISSING', 'analyze', 'nothing to analyze', 'give a network, a layer or a JSON file, or --list');
    });
