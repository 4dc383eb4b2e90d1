import { DEVICES } from './devices.js';
import type { BlockSize } from './netlist.js';
import type { Routing } from './nextpnr.js';
import { ADDRESS_BLOCKS, type Synthesis } from './synthesize.js';

type Column = readonly [title: string, value: (size: BlockSize) => string];

const whole = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const ns = (ps: number | undefined): string => (ps === undefined ? '' : (ps / 1000).toFixed(2));

const columnsOf = ({ target }: Synthesis): readonly Column[] => [
  ['block', ({ block }) => block],
  ['instances', ({ instances }) => whole(instances)],
  ['cells', ({ cells }) => whole(cells)],
  ...(target === 'generic' || target === 'asic'
    ? []
    : ([['LUTs', ({ luts }) => whole(luts)]] satisfies readonly Column[])),
  ['flip-flops', ({ flipFlops }) => whole(flipFlops)],
  ...(target === 'generic' || target === 'asic'
    ? []
    : ([
        ['block RAMs', ({ blockRams }) => whole(blockRams)],
        ['DSPs', ({ dsps }) => whole(dsps)],
      ] satisfies readonly Column[])),
  ['memory bits', ({ memoryBits }) => whole(memoryBits)],
  ...(target === 'asic'
    ? ([
        ['area µm²', ({ area }) => whole(Math.round(area))],
        ['path ns', ({ delay }) => ns(delay)],
      ] satisfies readonly Column[])
    : []),
];

/** Sums of blocks; instances are left to the reader, the delay is the longest. */
export const totalOf = (block: string, sizes: readonly BlockSize[]): BlockSize => {
  const sum = (value: (size: BlockSize) => number): number => sizes.reduce((all, size) => all + value(size), 0);
  const delays = sizes.flatMap(({ delay }) => (delay === undefined ? [] : [delay]));
  return {
    block,
    instances: sum(({ instances }) => instances),
    cells: sum(({ cells }) => cells),
    luts: sum(({ luts }) => luts),
    flipFlops: sum(({ flipFlops }) => flipFlops),
    blockRams: sum(({ blockRams }) => blockRams),
    dsps: sum(({ dsps }) => dsps),
    memoryBits: sum(({ memoryBits }) => memoryBits),
    area: sum(({ area }) => area),
    ...(delays.length > 0 ? { delay: Math.max(...delays) } : {}),
  };
};

/** Address generation and its share of everything that is not memory: of the area, else of the LUTs, else of the cells. */
export const addressShare = ({ blocks }: Synthesis): { readonly size: BlockSize; readonly share: number } => {
  const size = totalOf(
    'address generation',
    blocks.filter(({ block }) => ADDRESS_BLOCKS.includes(block)),
  );
  const all = totalOf('all', blocks);
  const share = all.area > 0 ? size.area / all.area : all.luts > 0 ? size.luts / all.luts : size.cells / all.cells;
  return { size, share };
};

/** The table that is printed. */
export const formatSynthesis = (synthesis: Synthesis): string => {
  const { name, target, library, tool, blocks } = synthesis;
  const columns = columnsOf(synthesis);
  const address = addressShare(synthesis);
  const rows = [...blocks, totalOf('all', blocks)].map((size) => columns.map(([, value]) => value(size)));
  const table = [columns.map(([title]) => title), ...rows];
  const widths = columns.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  const summed = ADDRESS_BLOCKS.filter((name) => blocks.some(({ block }) => block === name));
  const isWhole = blocks.some(({ block }) => block === 'csr');
  return [
    `${name} for ${target}${library ? ` (${library})` : ''}, ${tool}`,
    ...lines.map((line) => `  ${line}`),
    ...(summed.includes('tap_walker')
      ? [
          `  address generation: ${whole(address.size.cells)} cells${address.size.area > 0 ? `, ${whole(Math.round(address.size.area))} µm²` : ''}${isWhole ? `, ${(address.share * 100).toFixed(1)} % of the logic` : ''} (${summed.join(', ')})`,
        ]
      : []),
    '',
  ].join('\n');
};

/** The lines on place and route. */
export const formatRouting = ({ device, tool, seed, harness, used, megahertz, finding }: Routing): string => {
  const cells = Object.entries(used)
    .filter(([, { used: count }]) => count > 0)
    .map(([kind, { used: count, available }]) => `${whole(count)} of ${whole(available)} ${kind}`);
  const result = finding ?? `${megahertz === undefined ? 'no clock' : `${megahertz.toFixed(2)} MHz`}`;
  return [
    `  ${DEVICES[device].title}, ${tool}, seed ${seed}: ${result}`,
    `    ${cells.join(', ')}; ${whole(harness.inputs + harness.outputs)} registers are the harness's`,
    '',
  ].join('\n');
};
