import { Command } from 'commander';
import { UserError } from '../base/errors.js';
import { scriptCommand } from '../base/paths.js';
import type { Results } from '../report/results.js';
import type { Context } from './context.js';
import { energiesOption } from './energies.js';
import type { NetworkReportWords } from './networkReport.js';
import { addSetOption, SOURCE_HELP } from './source.js';

interface Options extends Partial<NetworkReportWords> {
  readonly set: readonly string[];
  readonly jobs: string;
  readonly out: string;
  readonly json?: boolean;
}

const examples = `
With --network the page is of that network (or layer) on any accelerator, by the performance model: no simulation, no timelines.
Charts of the page can be saved as SVG, tables as CSV.

Examples:
  ${scriptCommand('bench', '--json results.json')}
  bp-im2col report results.json
  bp-im2col report results.json --out build/report.html --json
  bp-im2col report --network resnet18 --preset ref16 --set array.rows=32 -o resnet18.html
  bp-im2col report --network model.onnx --train --batch 8 --engines bp,zerofree -o model.html
`;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** Options that only a report of a network has. */
const OF_NETWORK = ['preset', 'engines', 'batch', 'size', 'strided', 'train', 'energies'] as const;

/** A file of results, or a network: one of both. */
const check = (source: string | undefined, options: Options): void => {
  if (source === undefined && options.network === undefined) {
    const fix = 'give the results of the benchmark, or --network and a network, as in --network resnet18';
    refuse('MISSING', 'results.json', 'it is not said what to report', fix);
  }
  if (source !== undefined && options.network !== undefined) {
    refuse('EXTRA', '--network', 'there are results already', `leave out ${source}, or --network`);
  }
  if (options.network !== undefined) return;
  const name = OF_NETWORK.find((each) => options[each] !== undefined) ?? (options.set.length > 0 ? 'set' : undefined);
  if (name !== undefined) refuse('EXTRA', `--${name}`, 'is for a network', `leave out --${name}, or add --network`);
};

const resultsOf = async (source: string | undefined, options: Options): Promise<Results> => {
  if (source !== undefined) return (await import('../report/load.js')).loadResults(source);
  const [{ networkReport }, { Progress }, { endStarted }] = await Promise.all([
    import('./networkReport.js'),
    import('../base/progress.js'),
    import('../base/processes.js'),
  ]);
  let doing = 'predicting';
  const progress = new Progress(() => doing);
  try {
    return await networkReport({ ...options, network: options.network! }, (done, all) => {
      doing = `${done} of ${all} passes predicted`;
    });
  } finally {
    endStarted();
    progress.end();
  }
};

/** `bp-im2col report`: results in, one HTML file out. */
export const reportCommand = ({ out: print }: Context): Command =>
  addSetOption(
    new Command('report')
      .description('make one self-contained HTML page of tables and charts: of the benchmark, or of any network')
      .argument('[results.json]', `what "${scriptCommand('bench', '--json results.json')}" wrote`)
      .option('--network <network|layer|file>', 'a network (see analyze --list), a layer, or a JSON or ONNX file')
      .option(
        '-p, --preset <preset|file|folder>',
        `with --network: ${SOURCE_HELP} (default: ref16; with --train with vector.lanes=8)`,
      ),
  )
    .option('--engines <engines>', 'with --network: engines to compare, with commas between them (default: all built)')
    .option('-b, --batch <n>', 'with --network: images, in place of B of a layer (default: B, or 1)')
    .option('--size <n|HxW>', 'with --network: its image, in pixels (default: what it was made for, mostly 224)')
    .option('--strided', 'with --network: only layers with a stride of 2 or more')
    .option('--train', 'with --network: a whole step of training, too')
    .addOption(energiesOption())
    .option('-j, --jobs <n>', 'processes at a time', '2')
    .option('-o, --out <file.html>', 'the page', 'report.html')
    .option('--json', 'print what was written as one JSON object')
    .addHelpText('after', examples)
    .action(async (source: string | undefined, options: Options) => {
      const { out, json } = options;
      // loaded here, so that the other commands start fast
      const [{ checkOutput, writeOutput }, { reportHtml }] = await Promise.all([
        import('../base/outputFile.js'),
        import('../report/report.js'),
      ]);
      check(source, options);
      checkOutput('--out', out, ['.html', '.htm']);
      const results = await resultsOf(source, options);
      const page = Buffer.from(await reportHtml(results));
      writeOutput('--out', out, page);
      const written = { file: out, bytes: page.length, runs: results.runs.length };
      const kilobytes = Math.ceil(page.length / 1000).toLocaleString('en-US');
      if (json) {
        print(`${JSON.stringify(written, null, 2)}\n`);
        return;
      }
      const without =
        results.timelines.length > 0 || source === undefined
          ? ''
          : `, without timelines: ${scriptCommand('bench', `--only timelines --json ${source}`)} makes them`;
      print(`${out}: ${results.runs.length} runs, ${kilobytes} kB${without}\n`);
    });
