import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count } from '../../generator/base/numbers.js';
import { ensureTools } from '../../generator/base/tools.js';
import { EXIT, type Terminal } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { estimate } from '../../generator/compile/estimate.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { pageHtml } from '../../generator/page/page.js';
import { parseState, stateText } from '../../generator/page/state.js';
import { matrixSummary } from '../../generator/report/matrixView.js';
import { virtualMatrix } from '../../generator/report/virtualMatrix.js';
import { chromium, reachedByTab, type Watched, watchedPage } from '../browser.js';
import { temporaryFolders } from '../temporary.js';

const missing = await ensureTools(['chromium']).then(
  () => '',
  (error: Error) => error.message,
);
if (missing) console.warn(`the page that generates is not opened in a browser: ${missing}`);

const folder = temporaryFolders('file');
let address = '';
let browser: Browser;

/** Opens the page without a network; `state` is what stands behind the # of its address. */
const open = async (state: string, { width = 1280, height = 800, scheme = 'light' } = {}): Promise<Watched> => {
  const { page, complaints } = await watchedPage(browser, address, { blobs: true });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(`${address}#${state}`);
  await answered(page, state);
  return { page, complaints };
};

/** Waits until the page has answered this state. */
const answered = (page: Page, state: string): Promise<unknown> =>
  page.waitForFunction(
    (text) => document.documentElement.dataset.answered === text,
    { polling: 20 },
    stateText(parseState(state)),
  );

/** Waits until nothing is under way. */
const atRest = (page: Page): Promise<unknown> =>
  page.waitForFunction(
    () =>
      !document.querySelector('#estimate.stale, #timeline.stale') &&
      document.getElementById('estimate')!.textContent !== '' &&
      document.getElementById('timeline')!.textContent !== '',
    { polling: 50 },
  );

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');

/** What a command that the page shows writes and says; its words are such as no shell changes. */
const runShown = async (command: string, ...more: readonly string[]) => {
  const words = command.split(' ');
  expect(words.splice(0, 2)).toEqual(['npx', 'bp-im2col']);
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = { out: (text) => out.push(text), err: (text) => err.push(text), color: false };
  const code = await runCli([...words, ...more], terminal);
  return { code, out: out.join(''), err: err.join('') };
};

const filesBelow = (root: string): readonly string[] =>
  (readdirSync(root, { recursive: true }) as string[]).filter((path) => statSync(join(root, path)).isFile()).sort();

const SMALL = 'workload=C=4,H=6,W=6,N=4,K=3,S=2,P=1';

describe.skipIf(missing !== '')('the page that generates, in Chromium', () => {
  beforeAll(async () => {
    const path = join(folder(), 'page.html');
    writeFileSync(path, await pageHtml());
    address = `file://${path}`;
    browser = await chromium();
  });
  afterAll(() => browser?.close());

  it('zips the files that the command beside it writes, byte for byte', async () => {
    const { page, complaints } = await open(`preset=tiny4&${SMALL}`);
    const downloads = folder();
    const client = await page.createCDPSession();
    await client.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
    await page.click('#field-array-rows', { count: 3 });
    await page.keyboard.type('5');
    await page.select('#field-format', 'bf16');
    await page.click('#field-engines input[value="bp"]');
    const state = `preset=tiny4&set=array.rows=5&set=format=bf16&set=engines=traditional,zerofree&${SMALL}`;
    await answered(page, state);
    expect(await page.evaluate(() => location.hash)).toBe(`#${stateText(parseState(state))}`);
    await page.click('#zip');
    await page.waitForFunction(() => / files$/.test(document.getElementById('zip-status')!.textContent ?? ''));
    const zip = join(downloads, 'tiny4-custom.zip');
    while (!existsSync(zip)) await page.evaluate(() => new Promise((done) => setTimeout(done, 20)));
    const written = join(folder(), 'out');
    const { code, err } = await runShown(await textOf(page, '#generate-command'), '--out', written);
    expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
    const inside = unzipSync(new Uint8Array(readFileSync(zip)));
    expect(Object.keys(inside).sort()).toEqual(filesBelow(written).map((path) => `tiny4-custom/${path}`));
    for (const [path, bytes] of Object.entries(inside)) {
      const file = readFileSync(join(written, path.replace('tiny4-custom/', '')));
      expect(file.equals(Buffer.from(bytes)), path).toBe(true);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says of wrong values what the command line says', async () => {
    const { page, complaints } = await open(`preset=ref16&set=array.rows=0&set=adStages=2&${SMALL}`);
    const states = [
      'preset=ref16&set=array.rows=0&set=adStages=2',
      'preset=tiny4&set=axi.dataWidth=1024&set=vector.lanes=4',
      'preset=ref16&set=engines=&set=name=module&set=limits.map=1000',
      'preset=ref17&set=counters=some',
      'set=buffers.dynamicBytes=64KiB&set=preset=odd',
    ];
    for (const text of states) {
      const state = `${text}&${SMALL}`;
      await page.evaluate((hash) => {
        location.hash = hash;
      }, state);
      await answered(page, state);
      const { code, err } = await runShown(await textOf(page, '#generate-command'), '--out', join(folder(), 'out'));
      expect(code).toBe(EXIT.usage);
      expect(await textOf(page, '#problems')).toBe(err);
      expect(await page.$eval('#zip', (zip) => (zip as HTMLButtonElement).disabled)).toBe(true);
    }
    // one press makes it right
    const wrong = `set=array.columns=200&${SMALL}`;
    await page.evaluate((hash) => {
      location.hash = hash;
    }, wrong);
    await answered(page, wrong);
    expect(await page.$eval('#field-array-columns', (input) => input.getAttribute('aria-invalid'))).toBe('true');
    await page.click('#undo button');
    await answered(page, `set=array.columns=128&${SMALL}`);
    expect(await page.$eval('#problems', (box) => (box as HTMLElement).hidden)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows estimates, timelines, zeros and registers of what is chosen', async () => {
    const { page, complaints } = await open(`preset=odd&set=array.columns=4&${SMALL}&engine=bp`);
    await atRest(page);
    const config = resolveConfig('odd', ['array.columns=4']);
    const layer = parseLayer('C=4,H=6,W=6,N=4,K=3,S=2,P=1');
    const rows = await page.$$eval('#estimate tbody tr', (all) =>
      all.map((row) => [...row.children].map(({ textContent }) => textContent)),
    );
    const cyclesOf = (pass: (typeof PASSES)[number], engine: (typeof ENGINES)[number]): string =>
      count(estimate(config, layer, pass, engine).cycles);
    expect(rows.map((row) => row.slice(0, 3))).toEqual(
      PASSES.flatMap((pass) => ENGINES.map((engine) => [pass, engine, cyclesOf(pass, engine)])),
    );
    const heads = await page.$$eval('#timeline .strong', (all) => all.map(({ textContent }) => textContent));
    expect(heads).toEqual(ENGINES.map((engine) => `${engine}: ${cyclesOf('dgrad', engine)} cycles`));
    expect(await textOf(page, '#explorer-summary')).toBe(matrixSummary(virtualMatrix(layer, 'dgrad'), 'bp'));
    expect(await textOf(page, '#explorer-counter')).toContain('MACs on structural zeros: the same.');
    await page.select('#pass', 'wgrad');
    await page.select('#engine', 'zerofree');
    await atRest(page);
    expect(await textOf(page, '#explorer-summary')).toBe(matrixSummary(virtualMatrix(layer, 'wgrad'), 'zerofree'));
    expect(await textOf(page, '#timeline')).toContain(`zerofree: ${cyclesOf('wgrad', 'zerofree')} cycles`);
    expect(await textOf(page, '#registers')).toContain('CONFIG_HASH');
    expect(await textOf(page, '#diagram')).toContain('array: 5 × 4 cells');
    // a network: a layer of it is chosen
    await page.click('#workload', { count: 3 });
    await page.keyboard.type('resnet19');
    await answered(page, 'preset=odd&set=array.columns=4&workload=resnet19&pass=wgrad&engine=zerofree');
    const { err } = await runShown(await textOf(page, '#estimate-command'));
    expect(await textOf(page, '#workload-problems')).toBe(err);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('can be used by keyboard: every control is reached and shows it, and arrows change a size', async () => {
    const { page } = await open(`preset=ice&${SMALL}`);
    await atRest(page);
    const seen = await reachedByTab(
      page,
      'button:not([tabindex]):not(:disabled), select, input, summary, [tabindex="0"]',
    );
    expect(seen.filter((line) => /has no name|is not seen|^BODY/.test(line))).toEqual([]);
    for (const id of ['theme', 'preset', 'zip', 'field-array-rows', 'workload', 'engine', 'explorer-matrix'])
      expect(seen).toContain(`${id} `);
    await page.focus('#field-buffers-dynamicBytes');
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown'] as const) await page.keyboard.press(key);
    await answered(page, `preset=ice&set=buffers.dynamicBytes=512&${SMALL}`);
    await page.close();
  });

  it.each([
    [360, 740, 'dark'],
    [390, 844, 'light'],
    [768, 1024, 'dark'],
    [1920, 1080, 'light'],
  ] as const)('fits a screen of %i by %i, %s', async (width, height, scheme) => {
    const { page, complaints } = await open(
      `preset=ref16&set=vector.lanes=8&set=name=a_name_that_is_very_long_indeed_and_has_no_spaces&set=array.rows=0&${SMALL}`,
      { width, height, scheme },
    );
    const fits = async (): Promise<void> => {
      await page.$$eval('details', (all) => {
        for (const details of all) details.open = true;
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const wrong = await page.evaluate(() =>
        [...document.body.querySelectorAll<HTMLElement>('*')]
          .filter((element) => element.checkVisibility() && !element.closest('.scroll, .skip'))
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => `${element.tagName} ${element.id} ${element.textContent!.slice(0, 30)}`),
      );
      expect(wrong).toEqual([]);
    };
    await fits();
    await page.click('#undo button');
    await page.waitForFunction(() => document.getElementById('problems')!.hidden);
    await atRest(page);
    await fits();
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe(scheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
