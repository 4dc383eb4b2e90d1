import { count, fixed } from '../base/numbers.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { presets } from '../description/presets.js';
import { resolveConfig } from '../description/resolve.js';
import { scrolling, tableHtml } from '../report/table.js';
import { escaped } from '../report/text.js';
import { byteSize } from './sizes.js';

/** A whole design as Yosys mapped it to ECP5 without wide multiplexers: a row of `docs/synthesis.md`. */
interface Measured {
  readonly preset: string;
  readonly sets: readonly string[];
  readonly luts: number;
  readonly flipFlops: number;
  readonly blockRams: number;
  readonly dsps: number;
}

/** What was measured, each with how to measure it again: `synth <preset> --set … --target ecp5`. */
export const MEASURED: readonly Measured[] = [
  {
    preset: 'tiny4',
    sets: ['engines=zerofree', 'counters=none'],
    luts: 7714,
    flipFlops: 5495,
    blockRams: 13,
    dsps: 16,
  },
  { preset: 'tiny4', sets: ['counters=none'], luts: 8679, flipFlops: 5955, blockRams: 13, dsps: 16 },
  {
    preset: 'tiny4',
    sets: ['engines=zerofree', 'counters=basic'],
    luts: 7991,
    flipFlops: 5707,
    blockRams: 13,
    dsps: 17,
  },
  { preset: 'tiny4', sets: ['engines=zerofree'], luts: 8258, flipFlops: 5885, blockRams: 14, dsps: 18 },
  { preset: 'ulx3s', sets: [], luts: 9011, flipFlops: 6623, blockRams: 17, dsps: 28 },
];

/** µm² of one cell of the array on osu018, and of all other blocks of `ref16` and `ref16-int8`, without memories: `docs/synthesis.md`. */
export const CELLS = {
  bf16: { preset: 'ref16', cells: 24_423_680, all: 32_341_496 },
  int8: { preset: 'ref16-int8', cells: 8_635_904, all: 13_620_265 },
} as const satisfies Record<Config['format'], unknown>;

/** What makes designs large, by which the nearest is found: how many times as much, on a scale of logarithms. */
const features = (config: Config): readonly number[] => {
  const { dynamicLanes, stationaryLanes } = derive(config);
  const { array, axi, engines, format, counters } = config;
  return [
    Math.log2(array.rows * array.columns),
    Math.log2(dynamicLanes) + Math.log2(stationaryLanes),
    Math.log2(axi.dataWidth),
    Math.log2(config.limits?.map ?? 65536) / 4,
    format === 'int8' ? 0 : 2,
    engines.length / 4,
    counters === 'none' ? 0 : counters === 'basic' ? 0.25 : 0.5,
    config.vector?.lanes ? 2 : 0,
  ];
};

const distance = (a: Config, b: Config): number => {
  const [ours, theirs] = [features(a), features(b)];
  return Math.hypot(...ours.map((value, index) => value - theirs[index]!));
};

const hardware = ({ name: _name, prefix: _prefix, ...rest }: Config): string => JSON.stringify(rest);

/** The measured design that is nearest, and whether it is this one. */
export const nearestMeasured = (config: Config): Measured & { readonly isThis: boolean } => {
  const all = MEASURED.map((one) => ({ one, theirs: resolveConfig({ preset: one.preset }, one.sets) }));
  const [first] = all.sort((a, b) => distance(config, a.theirs) - distance(config, b.theirs));
  return { ...first!.one, isThis: hardware(first!.theirs) === hardware(config) };
};

/** Bits of the memories that the configuration names; FIFOs have some more. */
export const memoryBits = ({ buffers, array }: Config): readonly (readonly [string, number])[] => [
  ['dynamic buffer', buffers.dynamicBytes * 8],
  ['stationary buffer', buffers.stationaryBytes * 8],
  ['accumulator', buffers.accumulatorDepth * array.columns * 32],
];

const cellsOf = ({ preset, sets }: Measured): number => {
  const { array } = resolveConfig({ preset }, sets);
  return array.rows * array.columns;
};

/** What is known of the area: what can be counted, and the nearest design that was measured. */
export const areaHtml = (config: Config): string => {
  const { rows, columns } = config.array;
  const cells = rows * columns;
  const memories = memoryBits(config);
  const { preset, cells: theirCells, all } = CELLS[config.format];
  const theirs = presets[preset].array.rows * presets[preset].array.columns;
  const square = (area: number): string => `${fixed(area / 1e6, 2)} mm²`;
  const [cellArea, rest] = [(theirCells / theirs) * cells, all - theirCells];
  const near = nearestMeasured(config);
  const name = [near.preset, ...near.sets.map((set) => `--set ${set}`)].join(' ');
  const table = tableHtml({
    caption: 'What can be counted',
    head: ['', 'size', 'in bits'],
    rows: [
      ...memories.map(([what, bits]) => [what, byteSize(bits / 8), count(bits)]),
      [
        'all three',
        byteSize(memories.reduce((sum, [, bits]) => sum + bits, 0) / 8),
        count(memories.reduce((sum, [, bits]) => sum + bits, 0)),
      ],
    ],
  });
  const measured = tableHtml({
    caption: 'On ECP5',
    head: ['design', 'cells', 'LUTs', 'flip-flops', 'block RAMs', 'DSPs'],
    rows: [
      [name, count(cellsOf(near)), count(near.luts), count(near.flipFlops), count(near.blockRams), count(near.dsps)],
    ],
  });
  const verdict = near.isThis
    ? 'This configuration was measured.'
    : 'This configuration was not measured. The nearest that was, for a comparison and no estimate:';
  return [
    `<h4>Memories</h4>${scrolling('Sizes of the memories', table)}`,
    `<p>The array has ${count(cells)} multipliers, one a cell${config.format === 'int8' ? '; on ECP5 each was one DSP' : ''}.</p>`,
    `<h4>ECP5, whole design by Yosys</h4><p>${verdict}</p>${scrolling('Nearest measured design', measured)}`,
    `<h4>Standard cells (osu018, 180 nm)</h4><p>${count(cells)} cells of ${escaped(config.format)} take ${square(cellArea)}, as those of ${preset} did (${count(Math.round(theirCells / theirs))} µm² each). All its other blocks took ${square(rest)} there, with ${theirs} cells, memories apart.</p>`,
  ].join('\n');
};
