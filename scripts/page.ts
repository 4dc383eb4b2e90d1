import { statSync } from 'node:fs';
import { Command } from 'commander';
import { count } from '../generator/base/numbers.js';
import { writeOutput } from '../generator/base/outputFile.js';
import { EXIT } from '../generator/cli/context.js';
import { pageHtml } from '../generator/page/page.js';
import { runScript } from './script.js';

await runScript(async (args) => {
  const command = new Command('npm run page --')
    .description('bundle the page that generates: the generator and its model as one HTML file')
    .option('-o, --out <file>', 'the file', 'bp-im2col.html')
    .exitOverride();
  const { out } = command.parse([...args], { from: 'user' }).opts<{ out: string }>();
  writeOutput('--out', out, Buffer.from(await pageHtml()));
  console.log(`${out}: ${count(statSync(out).size / 1024)} KiB. Open it in a browser; it needs no network.`);
  return EXIT.ok;
});
