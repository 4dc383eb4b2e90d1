import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { ENGINES, type Engine } from '../description/config.js';
import { type Table, tableDetails } from './table.js';
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

/** How plots name their axes. */
export const AXIS = { labelArrow: 'none', labelAnchor: 'center' } as const;

/** Text that crosses lines stays legible. */
export const HALO = { stroke: 'var(--back)', strokeWidth: 4, fill: 'currentColor' } as const;

/** A name in bold on a line of this many pixels; what does not fit ends in an ellipsis. */
export const nameOn = (pixels: number) =>
  ({ ...HALO, fontWeight: 600, textOverflow: 'ellipsis', lineWidth: pixels / 15 }) as const;

/** One drawing of a figure. It is drawn anew for narrower and wider screens, so that its text keeps its size. */
export interface Panel {
  /** Printed above it where a figure has several. */
  readonly title?: string;
  /** The drawing as SVG, `width` CSS pixels wide. */
  readonly draw: (width: number) => string;
}

/** Widths of a drawing on a phone, a tablet and a desktop, by how many stand side by side there; see `.panels` in the style sheet. */
const WIDTHS: Readonly<Record<1 | 2 | 3, Readonly<Record<string, number>>>> = {
  1: { narrow: 340, middle: 660, wide: 1100 },
  2: { narrow: 340, wide: 536 },
  3: { every: 350 },
};

/** What a drawing may be enlarged by before another is due. */
const STRETCH = 1.3;

/** Drawings side by side as far as there is room, otherwise below one another. */
export const panelsHtml = (panels: readonly Panel[]): string => {
  const columns = Math.min(3, panels.length) as 1 | 2 | 3;
  const drawn = panels.map(({ title, draw }) => {
    const heading = title && panels.length > 1 ? `<h4>${escaped(title)}</h4>` : '';
    const sizes = Object.entries(WIDTHS[columns]).map(
      ([size, width]) =>
        `<div class="at ${size}" style="max-width:${Math.round(width * STRETCH)}px">${draw(width)}</div>`,
    );
    return `<div class="panel">${heading}${sizes.join('\n')}</div>`;
  });
  return `<div class="panels of${columns}">${drawn.join('\n')}</div>`;
};

export interface Figure {
  /** Printed where a section has several figures. */
  readonly title?: string;
  /** HTML: what is drawn, and how to read it. */
  readonly text: string;
  readonly panels: readonly Panel[];
  readonly tables?: readonly Table[];
  readonly legend?: string;
  /** The text stands below the drawing. */
  readonly below?: boolean;
}

/** Drawings, their text, and their numbers as tables that open. */
export const figureHtml = ({ title, text, panels, tables = [], legend = '', below = false }: Figure): string => {
  const caption = `<figcaption>${title ? `<h3>${escaped(title)}</h3>` : ''}<p>${text}</p></figcaption>`;
  const drawing = `${legend}${panelsHtml(panels)}`;
  const parts = below ? [drawing, caption] : [caption, drawing];
  return `<figure>${parts.join('\n')}${tables.map(tableDetails).join('\n')}</figure>`;
};

/** The colours of the engines, in words. */
export const engineLegend = (more = '', engines: readonly Engine[] = ENGINES): string =>
  `<p class="legend">${engines.map((engine) => `<span class="key"><i class="swatch ${engine}"></i>${engine}</span>`).join(' ')} ${more}</p>`;

/** A section of the page; without content there is none. */
export interface Section {
  readonly id: string;
  /** In the list of sections and, unless there is a `heading`, above it. */
  readonly title: string;
  readonly heading?: string;
  readonly html: string;
}
