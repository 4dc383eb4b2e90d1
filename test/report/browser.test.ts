import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../generator/base/paths.js';
import { ensureTools } from '../../generator/base/tools.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { loadResults } from '../../generator/report/load.js';
import { matrixSummary } from '../../generator/report/matrixView.js';
import { reportHtml } from '../../generator/report/report.js';
import type { Results } from '../../generator/report/results.js';
import { virtualMatrix } from '../../generator/report/virtualMatrix.js';
import { chromium, reachedByTab, type Watched, watchedPage } from '../browser.js';
import { temporaryFolders } from '../temporary.js';
import { fixtureResults } from './fixture.js';

const missing = await ensureTools(['chromium']).then(
  () => '',
  (error: Error) => error.message,
);
if (missing) console.warn(`the report is not opened in a browser: ${missing}`);

/** Phones, a tablet, and desktops. */
const SCREENS = [
  [360, 740],
  [390, 844],
  [768, 1024],
  [1280, 800],
  [1920, 1080],
] as const;

const folder = temporaryFolders('file');
const results = fixtureResults();
const addresses: Record<string, string> = {};
let browser: Browser;

/** Opens the report without a network. */
const open = async ({
  width = 1200,
  height = 800,
  script = true,
  scheme = 'light',
  file = 'fixture',
} = {}): Promise<Watched> => {
  const address = addresses[file]!;
  const { page, complaints } = await watchedPage(browser, address);
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(address);
  return { page, complaints };
};

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');

const background = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor);

describe.skipIf(missing !== '')('the report in Chromium', () => {
  beforeAll(async () => {
    const committed = loadResults(join(packageRoot, 'docs/results.json'));
    const named = 'features.denseblock4.denselayer24.conv2 of a network with long names';
    const long: Results = {
      ...fixtureResults(presets.tiny4, {
        [named]: 'C=8,H=9,W=9,N=6,K=3,S=2,P=1',
        [`${named}, again`]: 'C=8,H=9,W=9,N=6,K=3,S=2',
      }),
      networks: results.networks.map((totals) => ({ ...totals, network: `${totals.network}, ${named}` })),
      sizes: ['one', named].flatMap((layer) => results.sizes.map((point) => ({ ...point, layer }))),
    };
    for (const [file, each] of Object.entries({
      fixture: results,
      'docs/results.json': committed,
      'long names': long,
    })) {
      const path = join(folder(), 'report.html');
      writeFileSync(path, await reportHtml(each));
      addresses[file] = `file://${path}`;
    }
    browser = await chromium();
  });
  afterAll(() => browser?.close());

  it('opens without a request or a complaint, and all its controls can be used', async () => {
    const { page, complaints } = await open();
    for (const heading of await page.$$('summary')) await heading.click();
    expect(await page.$$eval('details', (all) => all.every(({ open }) => open))).toBe(true);
    for (const link of await page.$$('nav a')) {
      await link.click();
      const target = await page.evaluate(() => location.hash);
      expect(await page.$eval(target, (section) => section.getBoundingClientRect().height)).toBeGreaterThan(20);
    }
    const shades = [await background(page)];
    for (let press = 0; press < 2; press++) {
      await page.click('#theme');
      shades.push(await background(page));
    }
    expect(shades).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)', 'rgb(255, 255, 255)']);
    for (const button of await page.$$('#explorer button')) await button.click();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('counts what the runs counted, for every layer, pass and engine', async () => {
    const { page, complaints } = await open();
    for (const run of results.runs) {
      await page.select('#explorer-layer', run.layer);
      await page.select('#explorer-pass', run.pass);
      await page.select('#explorer-engine', run.engine);
      const matrix = virtualMatrix(parseLayer(run.spec), run.pass);
      expect(await textOf(page, '#explorer-summary')).toBe(matrixSummary(matrix, run.engine));
      const counted = `counted ${run.zerosMultiplied.toLocaleString('en-US')} MACs on structural zeros: the same.`;
      expect(await textOf(page, '#explorer-counter')).toContain(counted);
      const drawn = await page.$$eval('#explorer-matrix path.cell', (paths) =>
        paths.reduce((sum, path) => sum + (path.getAttribute('d')!.match(/M/g) ?? []).length, 0),
      );
      expect(drawn).toBe(matrix.height.taps * matrix.width.taps * Math.min(64, matrix.rows * matrix.columns));
    }
    expect(results.runs.length).toBe(3 * PASSES.length * ENGINES.length);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('moves over the matrix by buttons, keys and the pointer', async () => {
    const { page, complaints } = await open();
    await page.select('#explorer-layer', results.runs[0]!.layer);
    const shown = () => textOf(page, '#explorer-window');
    const cell = () => textOf(page, '#explorer-cell');
    expect(await shown()).toBe('0 to 63 of 81 positions');
    await page.click('#explorer-on');
    expect(await shown()).toBe('64 to 80 of 81 positions');
    expect(await cell()).toContain('Tap (0, 0), dX pixel (7, 1)');
    // there is nothing after the last positions
    const off = () =>
      page.$$eval('#explorer button[aria-disabled="true"]', (buttons) => buttons.map(({ textContent }) => textContent));
    expect(await off()).toEqual(['Next', 'Last']);
    await page.click('#explorer-on');
    expect(await shown()).toBe('64 to 80 of 81 positions');
    await page.focus('#explorer-matrix');
    for (const key of ['Home', 'ArrowDown', 'ArrowRight', 'ArrowRight'] as const) await page.keyboard.press(key);
    expect(await shown()).toBe('0 to 63 of 81 positions');
    expect(await cell()).toContain('Tap (0, 1), dX pixel (0, 2)');
    await page.keyboard.press('End');
    expect(await cell()).toContain('Tap (0, 1), dX pixel (8, 8)');
    const { x, y } = (await (await page.$('#explorer-matrix .chosen'))!.boundingBox())!;
    await page.mouse.click(x + 3, y + 20);
    expect(await cell()).toContain('Tap (0, 2), dX pixel (8, 8)');
    // dX pixel (8, 8) reads row 9 and, by tap 2, column 7 of the zero-inserted dY, whose first row and column are -1
    const frame = await page.$eval('#explorer-map .chosen', (rect) =>
      ['y', 'x', 'width'].map((name) => Number(rect.getAttribute(name))),
    );
    expect(frame).toEqual([10 * frame[2]!, 8 * frame[2]!, frame[2]]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('can be used by keyboard: every control is reached and shows it', async () => {
    const { page } = await open();
    const seen = await reachedByTab(page, 'a[href], button, select, summary, [tabindex="0"]');
    expect(seen[0]).toBe('A ');
    expect(seen.filter((line) => /has no name|is not seen|^BODY/.test(line))).toEqual([]);
    for (const id of [
      'theme',
      'explorer-layer',
      'explorer-pass',
      'explorer-engine',
      'explorer-last',
      'explorer-matrix',
    ])
      expect(seen).toContain(`${id} `);
    await page.close();
  });

  it.each(['light', 'dark'])('has colours that stand out in the %s scheme', async (scheme) => {
    const { page } = await open({ scheme });
    const ratios = await page.evaluate(() => {
      const context = document.createElement('canvas').getContext('2d')!;
      const luminance = (color: string): number => {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => {
          const value = byte / 255;
          return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      const style = getComputedStyle(document.documentElement);
      const of = (name: string): number => luminance(style.getPropertyValue(`--${name}`));
      const contrast = (name: string): number => {
        const [high, low] = [of(name), of('back')].sort((a, b) => b - a);
        return (high! + 0.05) / (low! + 0.05);
      };
      return Object.fromEntries(
        ['ink', 'soft', 'link', 'traditional', 'bp', 'zerofree', 'useful', 'stride'].map((name) => [
          name,
          contrast(name),
        ]),
      );
    });
    for (const [name, ratio] of Object.entries(ratios))
      expect(ratio, name).toBeGreaterThan(['ink', 'soft', 'link'].includes(name) ? 4.5 : 3);
    const painted = await page.$eval('.plot rect, .plot path', () => {
      const bars = [...document.querySelectorAll('#cycles .plot g[aria-label="bar"] rect')];
      return [...new Set(bars.map((bar) => getComputedStyle(bar).fill))].filter((fill) => fill.startsWith('rgb'))
        .length;
    });
    expect(painted).toBe(ENGINES.length);
    await page.close();
  });

  describe.each(SCREENS)('on a screen of %i by %i', (width, height) => {
    it.each(['fixture', 'docs/results.json', 'long names'])('fits, and can be read: %s', async (file) => {
      const { page, complaints } = await open({ width, height, file });
      const first = await page.evaluate(() => {
        const bottom = (selector: string): number => document.querySelector(selector)!.getBoundingClientRect().bottom;
        const heading = document.querySelector('main h2')!;
        const lines = heading.getBoundingClientRect().height - Number.parseFloat(getComputedStyle(heading).paddingTop);
        return {
          chart: bottom('.panel'),
          text: document.querySelector('figcaption')!.getBoundingClientRect().top,
          headingLines: Math.round(lines / Number.parseFloat(getComputedStyle(heading).lineHeight)),
          column: document.querySelector('main section')!.clientWidth,
        };
      });
      // the best chart is seen at once, under a heading of one line, before any text
      expect(first.chart).toBeLessThan(height);
      expect(first.text).toBeGreaterThan(first.chart);
      expect(first.headingLines).toBe(1);
      await page.$$eval('details', (all) => {
        for (const details of all) details.open = true;
      });
      await page.select('#explorer-layer', (await page.$eval('#explorer-layer option:last-child', (o) => o.value))!);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const wrong = await page.evaluate(() => {
        const seen = (element: Element): boolean =>
          element.checkVisibility() &&
          element.getBoundingClientRect().width > 0 &&
          !element.matches('.skip, .patterns *');
        const name = (element: Element): string =>
          `${element.tagName} ${element.textContent!.trim().slice(0, 40)} in ${element.closest('section')?.id}`;
        const all = [...document.body.querySelectorAll('*')].filter(seen);
        const found: string[] = [];
        for (const element of all) {
          const { left, right } = element.getBoundingClientRect();
          if ((right > innerWidth + 1 || left < -1) && !element.closest('.scroll'))
            found.push(`too wide: ${name(element)}`);
        }
        for (const element of all.filter((one) => one.matches('h1, h2, h3, h4, p, figcaption, summary, li, dd, label')))
          if (element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${name(element)}`);
        for (const box of all.filter((one) => one.matches('.scroll'))) {
          const hint = box.parentElement!.querySelector('.hint')!;
          if (box.scrollWidth > box.clientWidth + 1 !== hint.checkVisibility()) found.push(`hint: ${name(box)}`);
        }
        for (const svg of all.filter((one) => one.matches('.panel svg')) as SVGSVGElement[]) {
          const frame = svg.getBoundingClientRect();
          const scale = frame.width / svg.viewBox.baseVal.width;
          const panels = svg.closest('.panels')!.getBoundingClientRect();
          for (const text of svg.querySelectorAll('text')) {
            if (!text.textContent!.trim()) continue;
            const box = text.getBoundingClientRect();
            const size = Number.parseFloat(getComputedStyle(text).fontSize) * scale;
            if (size < 10 || size > 17) found.push(`text of ${size} px: ${name(text)}`);
            if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2)
              found.push(`cut: ${name(text)}`);
          }
          // one drawing fills the column, several fill it together
          const together = svg.closest('.panels')!.querySelectorAll('.panel');
          const share = together.length === 1 ? frame.width / panels.width : 1;
          if (share < 0.95 && panels.width > 700) found.push(`narrow: ${svg.getAttribute('aria-label')}`);
        }
        return found;
      });
      expect(wrong).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    });
  });

  it('prints dark text on paper, whatever the screen shows', async () => {
    const { page } = await open({ scheme: 'dark' });
    await page.click('#theme');
    await page.click('#theme');
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    await page.emulateMediaType('print');
    expect(await background(page)).toBe('rgb(255, 255, 255)');
    expect(await page.$eval('nav', (nav) => nav.checkVisibility())).toBe(false);
    await page.close();
  });

  it('can be read without JavaScript', async () => {
    const { page, complaints } = await open({ script: false });
    const visible = (selector: string): Promise<number> =>
      page.$$(selector).then(async (all) => {
        const boxes = await Promise.all(all.map((element) => element.boundingBox()));
        return boxes.filter((box) => box && box.height > 0).length;
      });
    expect(await visible('#explorer-still svg')).toBe(ENGINES.length);
    expect(await visible('#explorer, #theme')).toBe(0);
    expect(await visible('figure svg')).toBeGreaterThanOrEqual(7);
    expect(await visible('.cards li')).toBeGreaterThanOrEqual(4);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
