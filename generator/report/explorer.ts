import { ENGINES, PASSES } from '../description/config.js';
import { type Layer, parseLayer } from '../description/layer.js';
import type { Section } from './figure.js';
import { columnCount, KIND_NAMES, KIND_TABLE, matrixSummary, matrixSvg } from './matrixView.js';
import type { Results } from './results.js';
import { chartRuns } from './select.js';
import { scrolling } from './table.js';
import { escaped } from './text.js';
import { KINDS, virtualMatrix } from './virtualMatrix.js';

/** What the page is given to explore. */
export interface ExplorerData {
  readonly layers: readonly { readonly name: string; readonly spec: string; readonly layer: Layer }[];
  /** Counters to compare with. */
  readonly runs: readonly {
    readonly layer: string;
    readonly pass: string;
    readonly engine: string;
    readonly zerosMultiplied: number;
    readonly source: string;
  }[];
}

/** A layer so small that every element can be seen. */
const TOY = { name: 'toy', spec: 'C=1,H=5,W=5,N=1,K=3,S=2,P=1' } as const;

const dataOf = (results: Results): ExplorerData => {
  const runs = chartRuns(results);
  const specs = new Map<string, string>([
    [TOY.name, TOY.spec],
    ...runs.map(({ layer, spec }) => [layer, spec] as const),
  ]);
  return {
    layers: [...specs].map(([name, spec]) => ({ name, spec, layer: parseLayer(spec) })),
    runs: runs.map(({ layer, pass, engine, zerosMultiplied, source }) => ({
      ...{ layer, pass, engine, zerosMultiplied, source },
    })),
  };
};

const select = (id: string, label: string, options: readonly (readonly [string, string])[], chosen: string): string => {
  const items = options.map(
    ([value, text]) =>
      `<option value="${escaped(value)}"${value === chosen ? ' selected' : ''}>${escaped(text)}</option>`,
  );
  return `<label>${label} <select id="${id}">${items.join('')}</select></label>`;
};

const same = (names: readonly string[]): readonly (readonly [string, string])[] => names.map((name) => [name, name]);

const BUTTONS = [
  ['first', 'First'],
  ['back', 'Previous'],
  ['on', 'Next'],
  ['last', 'Last'],
] as const;

/** What kinds of cells look like, and what they cost. */
export const explorerLegend = (): string => {
  const keys = KINDS.map((kind) => `<span class="key"><i class="swatch ${kind}"></i>${KIND_NAMES[kind]}</span>`);
  const costs =
    '<span class="key"><i class="swatch cost full"></i>stored, fetched, multiplied</span> <span class="key"><i class="swatch cost injected"></i>only multiplied</span> <span class="key"><i class="swatch cost absent"></i>never enumerated</span>';
  return `<p class="legend">${keys.join(' ')}</p><p class="legend">${costs}</p>`;
};

/** Where the explorer's script draws. */
export const explorerBody = (): string => `
<p id="explorer-summary" aria-live="polite"></p>
<div id="explorer-share" class="share" aria-hidden="true"></div>
<div class="beside"><div>
<h4 id="explorer-title">Virtual matrix</h4>
<div class="controls" role="group" aria-label="Positions that are shown">
${BUTTONS.map(([name, text]) => `<button type="button" id="explorer-${name}">${text}</button>`).join('\n')}
<output id="explorer-window"></output></div>
${scrolling('Virtual matrix: arrow keys choose a cell, Page Up and Page Down move on, Home and End go to the ends', '', 'id="explorer-matrix" role="application" aria-describedby="explorer-cell"')}
<p id="explorer-cell" aria-live="polite"></p>
</div><div>
<h4 id="explorer-map-title"></h4>
${scrolling('The tensor that the matrix is made of', '', 'id="explorer-map" role="region"')}
<p class="soft">One image and channel. The frame is where the chosen cell reads.</p>
</div></div>
<h4>Counts</h4>
<p>${KIND_TABLE.caption}.</p>
${scrolling('Counts of pairs', '', 'id="explorer-counts" role="region"')}
<p id="explorer-counter"></p>`;

/** The virtual matrix: drawn for a small layer, and to be explored where there is JavaScript. */
export const explorerSection = (results: Results): Section => {
  const data = dataOf(results);
  const toy = virtualMatrix(parseLayer(TOY.spec), 'dgrad');
  const drawings = ENGINES.map((engine) => {
    const svg = matrixSvg(toy, engine, { first: 0, length: columnCount(toy) }, `still-${engine}`);
    return `<h4>${engine}</h4><p>${escaped(matrixSummary(toy, engine))}</p>${scrolling(`Virtual matrix for ${engine}`, svg)}`;
  });
  const layers = data.layers.map(({ name, spec }) => [name, `${name}: ${spec}`] as const);
  const html = `
<p>A convolution becomes a matrix product: im2col lays out one row for each tap and one column for each position. In the gradients of a strided
layer most cells of this <em>virtual</em> matrix are structural zeros. What such a cell costs depends on the engine.</p>
${explorerLegend()}
<div id="explorer-still"><p>Drawn for a small layer (${escaped(TOY.spec)}), dgrad, one image and one channel.</p>${drawings.join('\n')}</div>
<div id="explorer" hidden>
<form class="controls" aria-label="What is shown">
${select('explorer-layer', 'Layer', layers, TOY.name)}
${select('explorer-pass', 'Pass', same(PASSES), 'dgrad')}
${select('explorer-engine', 'Engine', same(ENGINES), 'traditional')}
</form>${explorerBody()}
</div>
<script type="application/json" id="explorer-data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`;
  return { id: 'matrix', title: 'The virtual matrix', html };
};
