import { statSync } from 'node:fs';
import { count } from '../generator/base/numbers.js';
import { writeOutput } from '../generator/base/outputFile.js';
import { EXIT } from '../generator/cli/context.js';
import { pageHtml } from '../generator/page/page.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

await runScript(async (args) => {
  const { out } = parseWords('page', args, (command) =>
    command
      .description('bundle the page that generates: the generator and its model as one HTML file')
      .option('-o, --out <file>', 'the file', 'bp-im2col.html'),
  ).opts<{ out: string }>();
  writeOutput('--out', out, Buffer.from(await pageHtml()));
  console.log(`${out}: ${count(statSync(out).size / 1024)} KiB. Open it in a browser; it needs no network.`);
  return EXIT.ok;
});
