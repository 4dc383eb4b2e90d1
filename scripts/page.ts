import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeFolder } from '../generator/base/makeFolder.js';
import { count } from '../generator/base/numbers.js';
import { writeOutput } from '../generator/base/outputFile.js';
import { requireTools, toolPath } from '../generator/base/tools.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { pageHtml } from '../generator/page/page.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

/** What the pictures show: the page in a state, from the beginning of a part on, as wide as that. Pixels; `width` is the window's. */
const PICTURES = [
  { name: 'page', state: '', scheme: 'light', from: 'body', width: 1280, height: 850 },
  {
    ...{ name: 'page-timeline', scheme: 'dark', from: '#closely', width: 1280, height: 1260 },
    state: 'workload=C=64,H=28,W=28,N=64,K=3,S=2,P=1&engine=bp',
  },
] as const;

/** Takes the pictures of `docs/` in Chromium. */
const takePictures = async (file: string, folder: string): Promise<void> => {
  requireTools(['chromium']);
  const { launch } = await import('puppeteer-core');
  const browser = await launch({
    executablePath: toolPath('chromium')!,
    timeout: 0,
    protocolTimeout: 0,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    makeFolder(folder);
    for (const { name, from, state, scheme, width, height } of PICTURES) {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.setViewport({ width, height });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(`${pathToFileURL(resolve(file))}#${state}`);
      await page.waitForSelector('#timeline:not(.stale) svg');
      await page.waitForSelector('#estimate:not(.stale) table');
      const { x, y, width: wide } = (await (await page.$(from))!.boundingBox())!;
      const picture = await page.screenshot({ clip: { x, y, width: wide, height } });
      writeOutput('--pictures', join(folder, `${name}.png`), picture);
      await page.close();
    }
  } finally {
    await browser.close();
  }
};

const main = async (args: readonly string[]): Promise<ExitCode> => {
  const { out, pictures } = parseWords('page', args, (command) =>
    command
      .description('bundle the page that generates: the generator and its model as one HTML file')
      .option('-o, --out <file>', 'the file', 'bp-im2col.html')
      .option('--pictures <folder>', 'pictures of the page for the documents, by Chromium'),
  ).opts<{ out: string; pictures?: string }>();
  writeOutput('--out', out, Buffer.from(await pageHtml()));
  console.log(`${out}: ${count(statSync(out).size / 1024)} KiB. Open it in a browser; it needs no network.`);
  if (pictures !== undefined) await takePictures(out, pictures);
  return EXIT.ok;
};

await runScript(main);
