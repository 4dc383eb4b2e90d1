import { count, percent } from '../../base/numbers.js';
import type { Engine, Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import type { ExplorerData } from '../explorer.js';
import {
  type Cell,
  cellAtPoint,
  cellText,
  columnCount,
  KIND_NAMES,
  KIND_TABLE,
  kindRows,
  MAPS,
  mapFrame,
  mapSvg,
  matrixSummary,
  matrixSvg,
  POSITIONS,
  rowCount,
  zeroMacs,
} from '../matrixView.js';
import { tableHtml } from '../table.js';
import { KINDS, mapAxis, pairCounts, type VirtualMatrix, virtualMatrix } from '../virtualMatrix.js';

/** Columns that are drawn at once. */
const WINDOW = 64;

const byId = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
};

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** What is explored. */
export interface Choice {
  readonly layer: Layer;
  readonly pass: Pass;
  readonly engine: Engine;
  /** Counter of a run to compare with. */
  readonly run?: { readonly zerosMultiplied: number; readonly source: string };
}

interface State extends Omit<Choice, 'layer' | 'pass'> {
  readonly matrix: VirtualMatrix;
  /** First column that is drawn. */
  readonly first: number;
  readonly cell: Cell;
}

/** Makes the virtual matrix of what is chosen explorable. Returns what shows it anew, at the same place if that is kept. */
export const makeExplorer = (choice: () => Choice): ((isKept: boolean) => void) => {
  const scroller = byId('explorer-matrix');

  const chosen = (): State => {
    const { layer, pass, ...rest } = choice();
    return { ...rest, matrix: virtualMatrix(layer, pass), first: 0, cell: { row: 0, column: 0 } };
  };
  let state = chosen();

  const drawCounts = (): void => {
    const { matrix, engine, run } = state;
    byId('explorer-summary').textContent = matrixSummary(matrix, engine);
    const counts = pairCounts(matrix);
    const all = KINDS.reduce((sum, kind) => sum + counts[kind], 0);
    byId('explorer-share').innerHTML = KINDS.filter((kind) => counts[kind] > 0)
      .map((kind) => {
        const share = counts[kind] / all;
        return `<span class="${kind}" style="flex-grow:${share}" title="${KIND_NAMES[kind]}: ${percent(share)}">${share > 0.08 ? percent(share) : ''}</span>`;
      })
      .join('');
    byId('explorer-counts').innerHTML = tableHtml({ ...KIND_TABLE, rows: kindRows(matrix, engine) });
    const zeros = zeroMacs(matrix, engine);
    const agrees = run && (run.zerosMultiplied === zeros ? 'the same' : `not ${count(zeros)}`);
    byId('explorer-counter').textContent = run
      ? `The run of this layer (${run.source === 'rtl' ? 'RTL' : 'model'}) counted ${count(run.zerosMultiplied)} MACs on structural zeros: ${agrees}.`
      : '';
    const [h, w] = [mapAxis(matrix.pass, matrix.height), mapAxis(matrix.pass, matrix.width)];
    byId('explorer-map').innerHTML = mapSvg(matrix, engine, 'live-map');
    byId('explorer-map-title').textContent = `${MAPS[matrix.pass]}: ${h.length}×${w.length}`;
    byId('explorer-title').textContent =
      `Virtual matrix: ${rowCount(matrix)} taps × ${count(columnCount(matrix))} positions (each a ${POSITIONS[matrix.pass]})`;
  };

  const drawMatrix = (): void => {
    const { matrix, engine, first, cell } = state;
    const most = columnCount(matrix);
    scroller.innerHTML = matrixSvg(matrix, engine, { first, length: WINDOW }, 'live', cell);
    const frame = byId('explorer-map').querySelector('.chosen');
    for (const [name, value] of Object.entries(mapFrame(matrix, cell))) frame?.setAttribute(name, String(value));
    byId('explorer-cell').textContent = cellText(matrix, engine, cell);
    byId('explorer-window').textContent =
      `${count(first)} to ${count(Math.min(first + WINDOW, most) - 1)} of ${count(most)} positions`;
    for (const [name, off] of [
      ...[['first', first === 0] as const, ['back', first === 0] as const],
      ...[['on', first + WINDOW >= most] as const, ['last', first + WINDOW >= most] as const],
    ]) {
      // a button that is switched off under the keyboard would lose the focus
      byId(`explorer-${name}`).setAttribute('aria-disabled', String(off));
    }
  };

  /** Chooses a cell and brings it into the window. */
  const choose = (cell: Cell): void => {
    const { matrix } = state;
    const column = clamp(cell.column, columnCount(matrix) - 1);
    const row = clamp(cell.row, rowCount(matrix) - 1);
    const first = column < state.first || column >= state.first + WINDOW ? column - (column % WINDOW) : state.first;
    state = { ...state, first, cell: { row, column } };
    drawMatrix();
    const frame = scroller.querySelector('.chosen')?.getBoundingClientRect();
    const view = scroller.getBoundingClientRect();
    if (frame && (frame.left < view.left || frame.right > view.right))
      scroller.scrollLeft += frame.left - view.left - view.width / 2;
  };

  /** Shows other columns; the chosen cell moves along. */
  const show = (first: number): void => {
    const last = Math.floor((columnCount(state.matrix) - 1) / WINDOW) * WINDOW;
    const start = clamp(first, last);
    state = { ...state, first: start, cell: { row: state.cell.row, column: start } };
    drawMatrix();
    scroller.scrollLeft = 0;
  };

  const moves: Readonly<Record<string, () => void>> = {
    first: () => show(0),
    back: () => show(state.first - WINDOW),
    on: () => show(state.first + WINDOW),
    last: () => show(Number.MAX_SAFE_INTEGER),
  };
  for (const [name, move] of Object.entries(moves)) {
    const button = byId(`explorer-${name}`);
    button.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && move());
  }
  const keys: Readonly<Record<string, (cell: Cell) => void>> = {
    ArrowLeft: ({ row, column }) => choose({ row, column: column - 1 }),
    ArrowRight: ({ row, column }) => choose({ row, column: column + 1 }),
    ArrowUp: ({ row, column }) => choose({ row: row - 1, column }),
    ArrowDown: ({ row, column }) => choose({ row: row + 1, column }),
    PageUp: ({ row, column }) => choose({ row, column: column - WINDOW }),
    PageDown: ({ row, column }) => choose({ row, column: column + WINDOW }),
    Home: ({ row }) => choose({ row, column: 0 }),
    End: ({ row }) => choose({ row, column: Number.MAX_SAFE_INTEGER }),
  };
  scroller.addEventListener('keydown', (event) => {
    const move = keys[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(state.cell);
  });
  scroller.addEventListener('click', ({ clientX, clientY }) => {
    const svg = scroller.querySelector('svg')!;
    const { left, top } = svg.getBoundingClientRect();
    const cell = cellAtPoint(state.matrix, { first: state.first, length: WINDOW }, clientX - left, clientY - top);
    if (cell) choose(cell);
  });

  const draw = (): void => {
    drawCounts();
    drawMatrix();
  };
  draw();
  return (isKept) => {
    const { first, cell } = state;
    state = chosen();
    if (isKept) state = { ...state, first, cell };
    draw();
  };
};

/** Makes the virtual matrix of a report explorable: layer, pass, engine, positions and cells. */
export const startExplorer = (): void => {
  const data = JSON.parse(byId('explorer-data').textContent ?? '') as ExplorerData;
  const [layers, passes, engines] = ['layer', 'pass', 'engine'].map((name) =>
    byId<HTMLSelectElement>(`explorer-${name}`),
  );
  const renew = makeExplorer(() => {
    const { layer, name } = data.layers.find((one) => one.name === layers!.value)!;
    const [pass, engine] = [passes!.value as Pass, engines!.value as Engine];
    const run = data.runs.find((one) => one.layer === name && one.pass === pass && one.engine === engine);
    return { layer, pass, engine, run };
  });
  for (const control of [layers!, passes!, engines!]) {
    // another engine does the same cells otherwise
    control.addEventListener('change', () => renew(control === engines));
  }
  byId('explorer').hidden = false;
  byId('explorer-still').hidden = true;
};
