import { Command } from 'commander';
import { scriptCommand } from '../base/paths.js';
import type { Context } from './context.js';

interface Options {
  readonly out: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  ${scriptCommand('bench', '--json results.json')}
  bp-im2col report results.json
  bp-im2col report results.json --out build/report.html --json
`;

/** `bp-im2col report`: results in, one HTML file out. */
export const reportCommand = ({ out: print }: Context): Command =>
  new Command('report')
    .description('make one self-contained HTML page of tables and charts from the results of the benchmark')
    .argument('<results.json>', `what "${scriptCommand('bench', '--json results.json')}" wrote`)
    .option('-o, --out <file.html>', 'the page', 'report.html')
    .option('--json', 'print what was written as one JSON object')
    .addHelpText('after', examples)
    .action(async (source: string, { out, json }: Options) => {
      // loaded here, so that the other commands start fast
      const [{ checkOutput, writeOutput }, { loadResults }, { reportHtml }] = await Promise.all([
        import('../base/outputFile.js'),
        import('../report/load.js'),
        import('../report/report.js'),
      ]);
      checkOutput('--out', out, ['.html', '.htm']);
      const results = loadResults(source);
      const page = Buffer.from(await reportHtml(results));
      writeOutput('--out', out, page);
      const written = { file: out, bytes: page.length, runs: results.runs.length };
      const kilobytes = Math.ceil(page.length / 1000).toLocaleString('en-US');
      if (json) {
        print(`${JSON.stringify(written, null, 2)}\n`);
        return;
      }
      const without =
        results.timelines.length > 0
          ? ''
          : `, without timelines: ${scriptCommand('bench', `--only timelines --json ${source}`)} makes them`;
      print(`${out}: ${results.runs.length} runs, ${kilobytes} kB${without}\n`);
    });
