import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { ENGINES, type Engine } from '../../generator/spec/config.js';
import { escaped } from './text.js';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** One colour for each engine, everywhere. The values are in the style sheet. */
export const ENGINE_COLORS = { domain: [...ENGINES], range: ENGINES.map((engine) => `var(--${engine})`) };

/** Draws a plot as SVG text. `label` says in one sentence what it shows. */
export const plotSvg = (label: string, options: Plot.PlotOptions): string => {
  const svg = Plot.plot({ ...options, document: document as unknown as Document, className: 'plot' }) as Element;
  if (svg.tagName.toLowerCase() !== 'svg') throw new Error(`${label}: not one SVG`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  // one style sheet serves all plots
  for (const style of svg.querySelectorAll('style')) style.remove();
  return svg.outerHTML.replace(/\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2))));
};

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of text, at the left; the others are numbers. */
  readonly text: number;
  readonly caption: string;
}

/** An HTML table; numbers are aligned right, the first column names the row. */
export const tableHtml = ({ head, rows, text, caption }: Table): string => {
  const kind = (column: number): string => (column < text ? '' : ' class="number"');
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td${kind(column)}>${escaped(cell)}</td>`,
      )
      .join('');
  const columns = head.map((cell, column) => `<th scope="col"${kind(column)}>${escaped(cell)}</th>`).join('');
  return [
    `<table><caption>${escaped(caption)}</caption><thead><tr>${columns}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table>`,
  ].join('');
};

/** What is wider than the page scrolls by itself, by keyboard too. */
export const scrolling = (label: string, content: string): string =>
  `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">${content}</div>`;

export interface Figure {
  /** Names the drawing; printed where a section has several. */
  readonly title: string;
  readonly heading?: boolean;
  /** HTML: what is drawn, and how to read it. */
  readonly text: string;
  readonly svg: string;
  readonly table?: Table;
  readonly legend?: string;
}

/** A drawing, its text, and its numbers as a table that opens. */
export const figureHtml = ({ title, heading = false, text, svg, table, legend = '' }: Figure): string => {
  const numbers = table
    ? `<details><summary>The numbers: ${escaped(table.caption)}</summary>${scrolling(table.caption, tableHtml(table))}</details>`
    : '';
  return [
    `<figure><figcaption>${heading ? `<h3>${escaped(title)}</h3>` : ''}<p>${text}</p></figcaption>`,
    `${legend}${scrolling(title, svg)}${numbers}</figure>`,
  ].join('\n');
};

/** The colours of the engines, in words. */
export const engineLegend = (more = '', engines: readonly Engine[] = ENGINES): string =>
  `<p class="legend">${engines.map((engine) => `<span class="key"><i class="swatch ${engine}"></i>${engine}</span>`).join(' ')} ${more}</p>`;

/** A section of the page; without content there is none. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}
