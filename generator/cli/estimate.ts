import { Command, Option } from 'commander';
import { parseBatch, problem } from '../api/words.js';
import { scriptCommand } from '../base/paths.js';
import { ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';
import { formatLayer } from '../description/layer.js';
import { parseSize, sourceWord } from './analyze.js';
import { asOptions } from './asOptions.js';
import type { Context } from './context.js';
import { energiesOption, loadEnergies } from './energies.js';
import { loadNetwork, networkConfig } from './networkSource.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';

interface Options {
  readonly preset?: string;
  readonly train?: boolean;
  readonly set: readonly string[];
  readonly engine?: Engine;
  readonly pass?: Pass;
  readonly batch?: string;
  readonly size?: string;
  readonly strided?: boolean;
  readonly clock: string;
  readonly energies?: string;
  readonly jobs: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const help = `
The model replays the compiler's program: LOADs, EXECs and STOREs, the bus and the memory of the benches (100 cycles of
latency, one beat a cycle). It does not compute values. ${scriptCommand('bench', '--validate')} compares it with the RTL.
--json and --csv hold every counter of registers.md (see generate) but the stalls, and startCycles: those of the cycles that
START waits until the accumulator has cleared itself after a reset.
Milliseconds are cycles at the clock that is given; the generator does not promise a clock. Energy is counters times a table
(--energies; see docs/explore.md): control, clock and leakage are not in it.

Layer keys: B C H W N, Kh Kw Sh Sw Dh Dw, Pt Pb Pl Pr, G; K S D P set all their axes.

Examples:
  bp-im2col estimate C=64,H=56,W=56,N=128,K=3,S=2,P=1
  bp-im2col estimate resnet50 --batch 2 --engine zerofree --strided
  bp-im2col estimate alexnet --preset ref16-int8 --pass fprop --clock 500 --csv > alexnet.csv
  bp-im2col estimate resnet18 --train --batch 8
  bp-im2col estimate model.onnx --train --batch 8 --json
  bp-im2col estimate my-network.json --set array.rows=32 --set array.columns=32 --json
`;

const parseClock = (text: string): number => {
  const clock = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (clock > 0) return clock;
  throw problem('OUT_OF_RANGE', `--clock ${text}`, 'it will not do', 'give megahertz, as in 200');
};

const parseParallel = (text: string): number => {
  const parallel = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (parallel >= 1 && parallel <= 64) return parallel;
  throw problem('OUT_OF_RANGE', `--jobs ${text}`, 'it will not do', 'give a whole number from 1 to 64');
};

const estimate = async (source: string, options: Options, context: Context): Promise<void> => {
  const batch = options.batch === undefined ? undefined : parseBatch(options.batch);
  const size = options.size === undefined ? undefined : parseSize(options.size);
  const clock = parseClock(options.clock);
  const parallel = parseParallel(options.jobs);
  const energies = loadEnergies(options.energies);
  const { pass, engine, strided } = options;
  if (options.train) {
    for (const [name, given] of Object.entries({ pass, strided }))
      if (given !== undefined)
        throw problem('EXTRA', `--${name}`, 'is for layers one by one', `leave out --${name}, or --train`);
    const { networkEstimate } = await import('./networkEstimate.js');
    const config = networkConfig(options.preset, options.set);
    const { graph } = await loadNetwork(source, { batch, size });
    const { json = false, csv = false } = options;
    networkEstimate(
      { config, graph, clock, energies, json, csv, ...(engine === undefined ? {} : { engine }) },
      context,
    );
    return;
  }
  const config = loadConfig(options.preset ?? 'ref16', options.set);
  const [library, { Progress }] = await Promise.all([import('../api/estimate.js'), import('../base/progress.js')]);
  const what = await sourceWord(source);
  let doing = 'predicting';
  const progress = new Progress(() => doing);
  const onProgress = (done: number, all: number): void => {
    doing = `${done} of ${all} passes predicted`;
  };
  const words = { engine: `--engine ${engine}`, strided: '--strided', size: '--size' };
  const { name, input, passes } = await asOptions(words, () =>
    library.estimate({ ...what, batch, size, config, pass, engine, strided, parallel, onProgress }),
  ).finally(() => progress.end());
  const rows = passes.map(({ name: own, layer, pass: one, engine: by, ...estimated }) => ({
    job: { layer: own, spec: formatLayer(layer), pass: one, engine: by },
    estimate: estimated,
  }));
  const { csvEstimate, humanEstimate, jsonEstimate } = await import('./estimateReport.js');
  const report = { name, input, config, clock, energies, rows };
  if (options.json) context.out(`${JSON.stringify(jsonEstimate(report), null, 2)}\n`);
  else if (options.csv) context.out(csvEstimate(report));
  else context.out(humanEstimate(report));
};

/** `bp-im2col estimate`: what a layer or a network takes, by the performance model. */
export const estimateCommand = (context: Context): Command =>
  addSetOption(
    new Command('estimate')
      .description('predict cycles, bytes and utilization of a layer or a network, without simulation')
      .argument(
        '<network|layer|file>',
        'a network (see analyze --list), a layer as in C=64,H=56,…, or a JSON or ONNX file',
      )
      .option(
        '-p, --preset <preset|file|folder>',
        `the accelerator: ${SOURCE_HELP} (default: ref16; of whole networks with vector.lanes=8)`,
      ),
  )
    .addOption(new Option('--engine <engine>', 'one engine (default: all that are built)').choices(ENGINES))
    .addOption(new Option('--pass <pass>', 'one pass (default: all)').choices(PASSES))
    .option('-b, --batch <n>', 'images, in place of B of a layer (default: B, or 1)')
    .option('--size <n|HxW>', 'image that a network takes, in pixels (default: what it was made for, mostly 224)')
    .option('--train', 'a whole step of training, operation by operation: of a network by name, or an ONNX file')
    .option('--strided', 'only layers with a stride of 2 or more')
    .option('--clock <MHz>', 'clock for milliseconds', '200')
    .addOption(energiesOption())
    .option('-j, --jobs <n>', 'processes at a time', '2')
    .addOption(new Option('--json', 'print the result as JSON').conflicts('csv'))
    .option('--csv', 'print the result as comma-separated values, one row for each layer, pass and engine')
    .addHelpText('after', help)
    .action((source: string, options: Options) => estimate(source, options, context));
