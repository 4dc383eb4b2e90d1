import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureTools } from '../../generator/base/tools.js';
import type { ExploreReport } from '../../generator/explore/describe.js';
import { explore } from '../../generator/explore/explore.js';
import { explorationHtml } from '../../generator/report/exploration/page.js';
import { chromium, type Watched, watchedPage } from '../browser.js';
import { sizeOf, spaceOf } from '../explore/space.js';
import { temporaryFolders } from '../temporary.js';

const missing = await ensureTools(['chromium']).then(
  () => '',
  (error: Error) => error.message,
);
if (missing) console.warn(`the exploration is not opened in a browser: ${missing}`);

const folder = temporaryFolders('file');

const reportOf = async (): Promise<ExploreReport> => ({
  ...{ name: 'a layer <b>', work: 'dgrad', accelerator: 'tiny4', command: 'npx bp-im2col explore …' },
  exploration: await explore(
    spaceOf(['array=2x2,4x4,8x4,200x2', 'axi.dataWidth=32,64'], {
      budget: { cells: 16 },
      area: { target: 'ecp5', whole: false, most: 3, synthesize: async (config) => sizeOf(config) },
    }),
  ),
});

describe('the page of an exploration', () => {
  it('fetches nothing, and says what was recommended, synthesized and left out', async () => {
    const report = await reportOf();
    const page = await explorationHtml(report);
    const addresses = page.match(/https?:\/\/[^"'\s<>)]*/g) ?? [];
    expect(addresses.filter((address) => address !== 'http://www.w3.org/2000/svg')).toEqual([]);
    const outside = /<(?:link(?! rel="icon" href="data:,">)|img|iframe|object|script src)|@import|url\((?!["']?#)/;
    expect(page).not.toMatch(outside);
    expect(page).toContain('a layer &lt;b&gt;');
    expect(page).not.toContain('a layer <b>');
    const best = report.exploration.points.find(({ id }) => id === report.exploration.recommended)!;
    expect(page).toContain(`Recommended: array=${best.values.array} axi.dataWidth=${best.values['axi.dataWidth']}`);
    expect(page).toContain('3 points synthesized, 3 estimated from them (~)');
    expect(page).toContain('200x2 · 32');
  });
});

describe.skipIf(missing !== '')('an exploration in Chromium', () => {
  let browser: Browser;
  let address: string;
  let report: ExploreReport;

  beforeAll(async () => {
    report = await reportOf();
    const path = join(folder(), 'explore.html');
    writeFileSync(path, await explorationHtml(report));
    address = `file://${path}`;
    browser = await chromium();
  });
  afterAll(() => browser?.close());

  const open = async (width = 1200): Promise<Watched> => {
    const { page, complaints } = await watchedPage(browser, address, { blobs: true });
    await page.setViewport({ width, height: 900 });
    await page.goto(address);
    return { page, complaints };
  };

  const ids = (page: Page): Promise<readonly number[]> =>
    page.$$eval('#exploration-chart .dot', (dots) => dots.map((dot) => Number(dot.getAttribute('data-id'))).sort());

  it('shows every point, its values under the pointer, and its commands when it is clicked', async () => {
    const { page, complaints } = await open();
    const { points } = report.exploration;
    expect(await ids(page)).toEqual(points.map(({ id }) => id));
    for (const { id, cycles, commands } of points) {
      const dot = (await page.$(`#exploration-chart .dot[data-id="${id}"]`))!;
      await dot.hover();
      const hovered = await page.$eval('#exploration-hover', ({ textContent }) => textContent);
      expect(hovered).toContain(`${cycles.toLocaleString('en-US')} cycles`);
      await dot.click();
      const shown = await page.$$eval('#exploration-commands code', (all) => all.map(({ textContent }) => textContent));
      expect(shown).toEqual(Object.values(commands));
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('filters by values, the front and the budget, and takes other axes', async () => {
    const { page, complaints } = await open();
    const { points } = report.exploration;
    const where = (is: (point: (typeof points)[number]) => boolean) => points.filter(is).map(({ id }) => id);
    await page.select('#exploration-filter-0', '4x4');
    expect(await ids(page)).toEqual(where(({ values }) => values.array === '4x4'));
    await page.select('#exploration-filter-0', '');
    await page.click('#exploration-front');
    expect(await ids(page)).toEqual(where(({ onFront }) => onFront));
    await page.click('#exploration-front');
    await page.click('#exploration-within');
    expect(await ids(page)).toEqual(where(({ withinBudget }) => withinBudget));
    await page.click('#exploration-within');
    const places = () => page.$$eval('#exploration-chart .dot', (dots) => dots.map((dot) => dot.getAttribute('cx')));
    const before = await places();
    await page.select('#exploration-x', 'energy');
    expect(await places()).not.toEqual(before);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is walked through by keys', async () => {
    const { page } = await open();
    await page.focus('#exploration-chart [tabindex="0"]');
    for (const key of ['ArrowRight', 'ArrowRight'] as const) await page.keyboard.press(key);
    const order = [...report.exploration.points].sort((a, b) => a.area!.value - b.area!.value);
    const code = await page.$eval('#exploration-commands code', ({ textContent }) => textContent);
    expect(code).toBe(order[1]!.commands.estimate);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('group');
    await page.close();
  });

  it.each([360, 768, 1280])('fits a screen %i pixels wide', async (width) => {
    const { page } = await open(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.close();
  });

  it('saves the chart as an SVG that stands alone, and tables as CSV', async () => {
    const { page, complaints } = await open();
    // what would be saved, in place of a dialog
    await page.evaluate(() => {
      const saved: { name: string; text: Promise<string> }[] = [];
      Object.assign(window, { saved });
      const blobs = new Map<string, Blob>();
      URL.createObjectURL = (blob) => {
        blobs.set(`blob:${blobs.size}`, blob as Blob);
        return `blob:${blobs.size - 1}`;
      };
      URL.revokeObjectURL = () => undefined;
      HTMLAnchorElement.prototype.click = function click() {
        saved.push({ name: this.download, text: blobs.get(this.href)!.text() });
      };
    });
    const save = async (selector: string): Promise<{ readonly name: string; readonly text: string }> => {
      await page.click(selector);
      return page.evaluate(async () => {
        const { name, text } = (window as never as { saved: { name: string; text: Promise<string> }[] }).saved.at(-1)!;
        return { name, text: await text };
      });
    };
    const svg = await save('#points .save');
    expect(svg.name).toMatch(/^points-of-[a-z0-9-]+\.svg$/);
    expect(svg.text).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(svg.text).not.toMatch(/var\(|class=/);
    expect(svg.text.match(/<circle/g)!.length).toBeGreaterThanOrEqual(report.exploration.points.length);
    const csv = await save('#front .save');
    const lines = csv.text.trimEnd().split('\n');
    const front = report.exploration.points.filter(({ onFront }) => onFront).sort((a, b) => a.cycles - b.cycles);
    expect(csv.name).toMatch(/^the-front-.*\.csv$/);
    expect(lines).toHaveLength(1 + front.length);
    expect(lines[1]!.split(',')[2]).toBe(String(front[0]!.cycles));
    expect(complaints).toEqual([]);
    await page.close();
  });
});
