import { count } from '../base/numbers.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { formatOf } from '../formats/index.js';
import { countersOf } from '../isa/registers.js';
import { escaped } from '../report/text.js';
import { byteSize } from './sizes.js';

const [WIDTH, HEIGHT] = [930, 452];
/** Most pixels of the drawn array a side. */
const ARRAY = 176;
/** Cells that are smaller are not drawn one by one. */
const LEAST_CELL = 3;

interface Box {
  readonly kind: 'block' | 'memory' | 'zeros';
  readonly at: readonly [x: number, y: number, width: number, height: number];
  readonly title: string;
  readonly lines: readonly string[];
}

const boxSvg = ({ kind, at: [x, y, width, height], title, lines }: Box): string => {
  const middle = x + width / 2;
  const top = y + height / 2 + 4.5 - 7.5 * lines.length;
  return [
    `<rect class="box ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>`,
    `<text class="title mid" x="${middle}" y="${top}">${escaped(title)}</text>`,
    ...lines.map(
      (line, index) => `<text class="mid" x="${middle}" y="${top + 15 * (index + 1)}">${escaped(line)}</text>`,
    ),
  ].join('');
};

const plural = (number: number, one: string): string => `${count(number)} ${one}${number === 1 ? '' : 's'}`;

/** The cells of the array in their true proportion, in a square of {@link ARRAY} pixels. */
const arraySvg = ({ array: { rows, columns } }: Config, x: number, y: number): string => {
  const cell = ARRAY / Math.max(rows, columns);
  const [width, height] = [cell * columns, cell * rows];
  const [left, top] = [x + (ARRAY - width) / 2, y + (ARRAY - height) / 2];
  const lines =
    cell < LEAST_CELL
      ? ''
      : [
          ...Array.from({ length: columns - 1 }, (_, i) => `M${(left + cell * (i + 1)).toFixed(2)} ${top}v${height}`),
          ...Array.from({ length: rows - 1 }, (_, i) => `M${left} ${(top + cell * (i + 1)).toFixed(2)}h${width}`),
        ].join('');
  return `<rect class="cells" x="${left}" y="${top}" width="${width}" height="${height}"/><path class="cell-lines" d="${lines}"/>`;
};

/** The blocks of an accelerator with their sizes, as SVG. */
export const diagramSvg = (config: Config): string => {
  const { array, axi, buffers, engines, format } = config;
  const sizes = derive(config);
  const { rows, columns } = array;
  const detects = engines.some((engine) => engine !== 'zerofree');
  const skips = engines.includes('zerofree');
  const both = detects && skips;
  const reads = detects ? (both ? 'detects zeros, or none' : 'detects zeros') : 'only useful pairs';
  const boxes: readonly Box[] = [
    { kind: 'memory', at: [10, 14, 110, 52], title: 'host', lines: ['AXI4-Lite, irq'] },
    {
      kind: 'memory',
      at: [10, 92, 110, 350],
      title: 'memory',
      lines: ['AXI4', `${axi.dataWidth} bit data`, `${axi.addressWidth} bit addresses`],
    },
    { kind: 'block', at: [168, 14, 140, 52], title: 'csr', lines: [plural(countersOf(config).length, 'counter')] },
    { kind: 'block', at: [340, 14, 150, 52], title: 'fetch, decode', lines: [plural(sizes.instructionSlots, 'slot')] },
    { kind: 'block', at: [522, 14, 160, 52], title: 'sequencer', lines: ['LOAD, EXEC, STORE'] },
    {
      kind: 'block',
      at: [168, 92, 126, 116],
      title: 'dma_read',
      lines: [`${sizes.beatBytes} bytes a beat`, `${axi.outstanding} bursts in flight`],
    },
    ...(engines.includes('traditional')
      ? [
          {
            kind: 'zeros',
            at: [168, 234, 126, 66],
            title: 'reorganize',
            lines: [`${plural(sizes.reorganizeElements, 'value')} a cycle`],
          } as const,
        ]
      : []),
    {
      kind: 'block',
      at: [168, 326, 126, 116],
      title: 'dma_write',
      lines: [`${sizes.beatBytes} bytes a beat`, `${axi.outstanding} bursts in flight`],
    },
    {
      kind: 'memory',
      at: [334, 92, 142, 66],
      title: 'stationary buffer',
      lines: [byteSize(buffers.stationaryBytes), `a vector of ${sizes.stationaryLanes}`],
    },
    {
      kind: 'memory',
      at: [334, 234, 142, 66],
      title: 'dynamic buffer',
      lines: [byteSize(buffers.dynamicBytes), `a vector of ${sizes.dynamicLanes}`],
    },
    { kind: 'zeros', at: [514, 92, 150, 66], title: 'agu_stationary', lines: [reads] },
    {
      kind: 'zeros',
      at: [514, 170, 150, 52],
      title: 'tap_walker',
      lines: [skips ? (both ? 'all or useful pairs' : 'only useful pairs') : 'all pairs'],
    },
    { kind: 'zeros', at: [514, 234, 150, 66], title: 'agu_dynamic', lines: [reads] },
    {
      kind: 'memory',
      at: [704, 376, 216, 66],
      title: 'accumulator',
      lines: [`${count(buffers.accumulatorDepth)} × ${columns} sums`, byteSize(buffers.accumulatorDepth * columns * 4)],
    },
    {
      kind: 'block',
      at: [514, 376, 150, 66],
      title: 'epilogue',
      lines: [`${plural(sizes.epilogueLanes, 'lane')} a cycle`],
    },
    ...(sizes.parts.vector
      ? [
          {
            kind: 'block',
            at: [334, 376, 142, 66],
            title: 'vector unit',
            lines: [`${sizes.vectorLanes} lanes of fp32`, `2 × ${sizes.coefficients} entries`],
          } as const,
        ]
      : []),
  ];
  const arrows = [
    ...['M120 34H166', 'M308 40H338', 'M490 40H520', 'M120 150H166'],
    ...['M294 125H332', 'M294 190H314V267H332', 'M476 125H512', 'M476 267H512', 'M589 170V160', 'M589 222V232'],
    ...['M664 125H702', 'M664 267H702', 'M812 346V374', 'M704 409H666'],
    ...(sizes.parts.vector ? ['M514 409H478', 'M334 409H296'] : ['M514 409H296']),
    ...(engines.includes('traditional') ? ['M231 208V232', 'M231 300V324'] : []),
    ...['M168 384H122', 'M602 66V90'],
  ];
  const label = `${config.name}: ${rows} by ${columns} cells of ${format}, buffers of ${byteSize(buffers.dynamicBytes)} and ${byteSize(buffers.stationaryBytes)}, ${axi.dataWidth} bit bus`;
  return [
    `<svg class="diagram" role="img" aria-label="${escaped(label)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8Z"/></marker></defs>',
    `<text class="mid" x="812" y="24">${formatOf(config).name} in, ${format === 'int8' ? 'int32' : 'fp32'} sums</text><text class="mid" x="812" y="44">sums leave after ${count(sizes.arrayLatency)} cycles</text>`,
    `<rect class="box block" x="704" y="92" width="216" height="254" rx="5"/>`,
    arraySvg(config, 724, 102),
    `<text class="title mid" x="812" y="302">array: ${rows} × ${columns} cells</text>`,
    `<text class="mid" x="812" y="318">${count(rows * columns)} MACs a cycle</text><text class="mid" x="812" y="334">${plural(config.addStages, 'stage')} of an addition</text>`,
    ...arrows.map((path) => `<path class="arrow" d="${path}"/>`),
    ...boxes.map(boxSvg),
    '</svg>',
  ].join('');
};
