import { count, percent } from '../base/numbers.js';
import type { Engine, Pass } from '../description/config.js';
import { escaped } from './text.js';
import {
  costOf,
  isStored,
  KINDS,
  type Kind,
  kindAt,
  type MapAxis,
  mapAxis,
  mapKind,
  mapPlace,
  pairCounts,
  storedElements,
  type VirtualMatrix,
} from './virtualMatrix.js';

/** A cell of the matrix: its row, a tap, and its column, a position. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export const tapOf = ({ width }: VirtualMatrix, row: number): readonly [kh: number, kw: number] => [
  Math.floor(row / width.taps),
  row % width.taps,
];
export const positionOf = ({ columns }: VirtualMatrix, column: number): readonly [h: number, w: number] => [
  Math.floor(column / columns),
  column % columns,
];

export const rowCount = ({ height, width }: VirtualMatrix): number => height.taps * width.taps;
export const columnCount = ({ rows, columns }: VirtualMatrix): number => rows * columns;

export const kindOfCell = (matrix: VirtualMatrix, { row, column }: Cell): Kind =>
  kindAt(matrix, ...tapOf(matrix, row), ...positionOf(matrix, column));

/** Names of a position of the matrix and of the tensor that it is made of. */
export const POSITIONS: Readonly<Record<Pass, string>> = {
  fprop: 'Y pixel',
  dgrad: 'dX pixel',
  wgrad: 'position of the zero-inserted dY',
};
export const MAPS: Readonly<Record<Pass, string>> = {
  fprop: 'X, zero-padded',
  dgrad: 'dY, zero-inserted and zero-padded',
  wgrad: 'dY, zero-inserted',
};

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  useful: 'useful product',
  stride: 'zero from the stride',
  padding: 'zero from the padding',
};

/** How a cell is drawn: full where it is stored and fetched, outlined where it is only multiplied, hatched where it is left out. */
export const cellClass = (matrix: VirtualMatrix, engine: Engine, kind: Kind): string => {
  const { stored, multiplied } = costOf(matrix, engine, kind);
  return `cell ${kind} ${stored ? 'full' : multiplied ? 'injected' : 'absent'}`;
};

/** What a kind costs, in words. */
export const costText = (matrix: VirtualMatrix, engine: Engine, kind: Kind): string => {
  if (kind === 'useful') return 'fetched and multiplied';
  const { stored, multiplied } = costOf(matrix, engine, kind);
  if (stored) return 'stored, fetched and multiplied';
  return multiplied ? 'detected, not stored or fetched; a zero is multiplied' : 'never enumerated: costs nothing';
};

/** One sentence on a cell. */
export const cellText = (matrix: VirtualMatrix, engine: Engine, cell: Cell): string => {
  const [kh, kw] = tapOf(matrix, cell.row);
  const [h, w] = positionOf(matrix, cell.column);
  const kind = kindOfCell(matrix, cell);
  return `Tap (${kh}, ${kw}), ${POSITIONS[matrix.pass]} (${h}, ${w}): ${KIND_NAMES[kind]}; ${engine}: ${costText(matrix, engine, kind)}.`;
};

const PATTERN = (id: string): string =>
  `<defs><pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V5"/></pattern></defs>`;

const MAP = 320;

/** Side of a cell, so that a window of columns and the taps suit a screen. */
const cellSize = (matrix: VirtualMatrix, { length }: Window): number =>
  Math.max(
    8,
    Math.min(26, Math.floor(900 / Math.min(length, columnCount(matrix))), Math.floor(440 / rowCount(matrix))),
  );

const LEFT = 52;
const TOP = 22;

/** Squares of every kind in a grid, as one path each; `inset` leaves gaps. */
const squares = (
  rows: number,
  columns: number,
  size: number,
  inset: number,
  kindOf: (row: number, column: number) => Kind,
): Readonly<Record<Kind, string>> => {
  const paths: Record<Kind, string> = { useful: '', stride: '', padding: '' };
  const side = size - 2 * inset;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const kind = kindOf(row, column);
      let run = 1;
      // without gaps, neighbours are one rectangle
      while (inset === 0 && column + run < columns && kindOf(row, column + run) === kind) run++;
      paths[kind] +=
        `M${column * size + inset} ${row * size + inset}h${side + (run - 1) * size}v${side}h-${side + (run - 1) * size}z`;
      column += run - 1;
    }
  }
  return paths;
};

/** Columns that are drawn: from `first`, at most `length`. */
export interface Window {
  readonly first: number;
  readonly length: number;
}

/** Draws a window of the matrix, with the chosen cell framed. `id` tells several drawings of a page apart. */
export const matrixSvg = (matrix: VirtualMatrix, engine: Engine, window: Window, id: string, chosen?: Cell): string => {
  const rows = rowCount(matrix);
  const cell = cellSize(matrix, window);
  const columns = Math.min(window.length, columnCount(matrix) - window.first);
  const paths = squares(rows, columns, cell, 1, (row, column) =>
    kindOfCell(matrix, { row, column: window.first + column }),
  );
  const [width, height] = [LEFT + columns * cell + 8, TOP + rows * cell + 6];
  const label = `Virtual matrix of ${matrix.pass} for ${engine}: ${rows} taps by ${count(columnCount(matrix))} positions`;
  const parts = KINDS.map((kind) => {
    const absent = kind !== 'useful' && engine === 'zerofree';
    const style = absent ? ` style="fill:url(#${id})"` : '';
    return `<path class="${cellClass(matrix, engine, kind)}"${style} d="${paths[kind]}"/>`;
  });
  // the first column of each row of positions carries its number
  const marks: string[] = [];
  for (let column = 0; column < columns; column++) {
    const [h, w] = positionOf(matrix, window.first + column);
    if (w === 0 || column === 0) {
      // short rows: only as many numbers as there is room for
      const every = Math.ceil(44 / (matrix.columns * cell));
      if (column === 0 || (h % every === 0 && column * cell >= 50))
        marks.push(`<text x="${column * cell + 1}" y="-7">${column === 0 && w > 0 ? `${h}, ${w}` : `h ${h}`}</text>`);
      if (w === 0 && column > 0) marks.push(`<path class="rule" d="M${column * cell} -4V${rows * cell + 3}"/>`);
    }
  }
  const taps = Array.from({ length: rows }, (_, row) => {
    const [kh, kw] = tapOf(matrix, row);
    if (cell < 12 && kw > 0) return '';
    return `<text class="end" x="-6" y="${row * cell + cell / 2 + 4}">${kh}, ${kw}</text>`;
  });
  const frame =
    chosen && chosen.column >= window.first && chosen.column < window.first + columns
      ? `<rect class="chosen" x="${(chosen.column - window.first) * cell}" y="${chosen.row * cell}" width="${cell}" height="${cell}"/>`
      : '';
  return [
    `<svg class="matrix" role="img" aria-label="${escaped(label)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    PATTERN(id),
    `<text x="2" y="15">taps</text><g transform="translate(${LEFT} ${TOP})">`,
    ...[...parts, ...marks, ...taps, frame],
    '</g></svg>',
  ].join('');
};

/** The cell under a point of a drawing by {@link matrixSvg}, in its units. */
export const cellAtPoint = (matrix: VirtualMatrix, window: Window, x: number, y: number): Cell | undefined => {
  const cell = cellSize(matrix, window);
  const [row, column] = [Math.floor((y - TOP) / cell), window.first + Math.floor((x - LEFT) / cell)];
  const end = Math.min(window.first + window.length, columnCount(matrix));
  return row >= 0 && row < rowCount(matrix) && column >= window.first && column < end ? { row, column } : undefined;
};

const mapSize = (matrix: VirtualMatrix): { readonly h: MapAxis; readonly w: MapAxis; readonly size: number } => {
  const [h, w] = [mapAxis(matrix.pass, matrix.height), mapAxis(matrix.pass, matrix.width)];
  return { h, w, size: Math.max(1, Math.min(26, Math.floor(MAP / Math.max(h.length, w.length)))) };
};

/** Draws the tensor that the matrix is made of, one channel, and an empty frame. */
export const mapSvg = (matrix: VirtualMatrix, engine: Engine, id: string): string => {
  const { h, w, size } = mapSize(matrix);
  const inset = size >= 6 ? 0.75 : 0;
  const paths = squares(h.length, w.length, size, inset, (row, column) =>
    mapKind(matrix, h.first + row, w.first + column),
  );
  const stored = isStored(matrix, engine);
  const parts = KINDS.map((kind) => {
    const drawn = kind === 'useful' || stored ? 'full' : engine === 'zerofree' ? 'absent' : 'injected';
    const style = drawn === 'absent' ? ` style="fill:url(#${id})"` : '';
    return `<path class="cell ${kind} ${drawn}"${style} d="${paths[kind]}"/>`;
  });
  const [width, height] = [w.length * size + 4, h.length * size + 4];
  const label = `${MAPS[matrix.pass]}: ${h.length} by ${w.length}`;
  const fine = inset > 0 ? '' : ' fine';
  return `<svg class="matrix${fine}" role="img" aria-label="${label}" viewBox="-2 -2 ${width} ${height}" width="${width}" height="${height}">${PATTERN(id)}${parts.join('')}<rect class="chosen"/></svg>`;
};

/** Where the frame of {@link mapSvg} stands: around the place that a cell reads. */
export const mapFrame = (
  matrix: VirtualMatrix,
  chosen: Cell,
): Readonly<Record<'x' | 'y' | 'width' | 'height', number>> => {
  const { h, w, size } = mapSize(matrix);
  const [y, x] = mapPlace(matrix, ...tapOf(matrix, chosen.row), ...positionOf(matrix, chosen.column));
  const side = Math.max(size, 5);
  const start = (at: number, first: number): number => (at - first) * size + size / 2 - side / 2;
  return { x: start(x, w.first), y: start(y, h.first), width: side, height: side };
};

const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** Rows of the table of kinds: name, pairs, share, MACs, and what they cost. */
export const kindRows = (matrix: VirtualMatrix, engine: Engine): readonly (readonly string[])[] => {
  const counts = pairCounts(matrix);
  const all = KINDS.reduce((sum, kind) => sum + counts[kind], 0);
  return KINDS.map((kind) => {
    const { stored, fetched, multiplied } = costOf(matrix, engine, kind);
    const macs = counts[kind] * matrix.macsPerPair;
    return [
      ...[KIND_NAMES[kind], count(counts[kind]), percent(counts[kind] / all), count(macs)],
      ...(counts[kind] === 0 ? ['', '', ''] : [yes(stored), yes(fetched), yes(multiplied)]),
    ];
  });
};

/** The table of kinds, without its rows. */
export const KIND_TABLE = {
  caption: 'Pairs of one image and channel; MACs of all images and channels',
  head: ['pair', 'pairs', 'share', 'MACs', { group: 'what it costs', heads: ['stored', 'fetched', 'multiplied'] }],
} as const;

/** MACs that an engine spends on structural zeros, over all images and channels. */
export const zeroMacs = (matrix: VirtualMatrix, engine: Engine): number => {
  const counts = pairCounts(matrix);
  return (['stride', 'padding'] as const)
    .filter((kind) => costOf(matrix, engine, kind).multiplied)
    .reduce((sum, kind) => sum + counts[kind] * matrix.macsPerPair, 0);
};

/** What the engine makes of the matrix, in one or two sentences. */
export const matrixSummary = (matrix: VirtualMatrix, engine: Engine): string => {
  const useful = pairCounts(matrix).useful * matrix.macsPerPair;
  const zeros = zeroMacs(matrix, engine);
  const share = percent(zeros / (useful + zeros || 1));
  const spent =
    zeros === 0
      ? `${engine} multiplies ${count(useful)} MACs, none of them by a structural zero.`
      : `${engine} multiplies ${count(useful + zeros)} MACs; ${count(zeros)} of them (${share}) by a structural zero.`;
  if (!isStored(matrix, engine)) return spent;
  const { inserted, dense } = storedElements(matrix);
  return `${spent} For each image and channel it first stores ${count(inserted)} elements in place of dY’s ${count(dense)}.`;
};
