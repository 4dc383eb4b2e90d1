import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { toolPath } from '../generator/base/tools.js';

/** The machine's Chromium, without a window. */
export const chromium = (): Promise<Browser> =>
  puppeteer.launch({
    ...{ executablePath: toolPath('chromium')!, timeout: 0, protocolTimeout: 0 },
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });

/** A page, and what is not as it should be. */
export interface Watched {
  readonly page: Page;
  /** Errors, warnings and requests beyond the file itself. */
  readonly complaints: readonly string[];
}

/** A new page without a network, for the file at an address; `blobs`: it may ask for what it has made by itself. */
export const watchedPage = async (browser: Browser, address: string, { blobs = false } = {}): Promise<Watched> => {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const url = request.url().split('#')[0]!;
    if (url !== address && !(blobs && url.startsWith('blob:'))) complaints.push(`request of ${url}`);
  });
  await page.setOfflineMode(true);
  return { page, complaints };
};

/**
 * Presses Tab as often as there are visible elements of a selector. Of each that has the focus then: its id or tag, a blank, and what it lacks (`has no
 * name`, or `is not seen`: no outline, or out of sight).
 */
export const reachedByTab = async (page: Page, selector: string): Promise<readonly string[]> => {
  const total = await page.$$eval(
    selector,
    (all) => all.filter((element) => (element as HTMLElement).checkVisibility()).length,
  );
  const seen: string[] = [];
  for (let press = 0; press < total; press++) {
    await page.keyboard.press('Tab');
    seen.push(
      await page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        const { bottom, top } = element.getBoundingClientRect();
        const isSeen = outlineStyle !== 'none' && outlineWidth !== '0px' && bottom > 0 && top < innerHeight;
        const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
        return `${element.id || element.tagName} ${name?.trim() ? '' : 'has no name'}${isSeen ? '' : 'is not seen'}`;
      }),
    );
  }
  return seen;
};
