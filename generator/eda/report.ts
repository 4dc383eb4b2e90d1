import { DEVICES } from './devices.js';
import { harnessRegisters } from './harness.js';
import { type BlockSize, totalOf, unitOf } from './netlist.js';
import type { Routing } from './nextpnr.js';
import type { Synthesis, Whole } from './synthesize.js';
import { hasMacros, type Target } from './targets.js';

/** Blocks that make up the address generation. */
const ADDRESS_BLOCKS: readonly string[] = [
  'tap_walker',
  'agu_dynamic',
  'agu_stationary',
  'agu_accumulate',
  'tap_fifos',
];

type Column = readonly [title: string, value: (size: BlockSize) => string];

const whole = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const ns = (ps: number | undefined): string => (ps === undefined ? '' : (ps / 1000).toFixed(2));

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A part's share of the sum of blocks, each mapped alone: of the area, else of the LUTs, else of the cells. */
export const shareOf = (part: BlockSize, blocks: readonly BlockSize[]): number => {
  const sum = totalOf('all blocks', blocks);
  const unit = unitOf(sum);
  return sum[unit] > 0 ? part[unit] / sum[unit] : 0;
};

/** What is counted on a target. */
const countsOf = (target: Target): readonly Column[] => [
  ['cells', ({ cells }) => whole(cells)],
  ...(hasMacros(target) ? [] : ([['LUTs', ({ luts }) => whole(luts)]] satisfies readonly Column[])),
  ['flip-flops', ({ flipFlops }) => whole(flipFlops)],
  ...(hasMacros(target)
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

/** Address generation and its share of all blocks. */
export const addressShare = (blocks: readonly BlockSize[]): { readonly size: BlockSize; readonly share: number } => {
  const size = totalOf(
    'address generation',
    blocks.filter(({ block }) => ADDRESS_BLOCKS.includes(block)),
  );
  return { size, share: shareOf(size, blocks) };
};

const formatTable = (table: readonly (readonly string[])[]): readonly string[] => {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
};

/** How the whole was mapped, and what the other way gave. */
const howMapped = ({ cellsApart, multiplexers, tried }: Whole): string => {
  const flattened = `flattened${cellsApart ? ', the cells of the array apart' : ''}`;
  if (!tried) return flattened;
  const [chosen, other] = multiplexers === 'wide' ? ['with', 'without'] : ['without', 'with'];
  const { luts } = tried[multiplexers === 'wide' ? 'narrow' : 'wide'];
  return `${flattened}, ${chosen} wide multiplexers (${other} them ${whole(luts)} LUTs)`;
};

/** What is printed: the whole first, then blocks, with their shares. */
export const formatSynthesis = (synthesis: Synthesis): string => {
  const { name, target, library, tool, blocks, whole: flat } = synthesis;
  const counts = countsOf(target);
  const rowOf = (size: BlockSize, first: string, instances: string, share: string): readonly string[] => [
    ...[first, instances],
    ...counts.map(([, value]) => value(size)),
    share,
  ];
  const sum = totalOf('all blocks', blocks);
  const lines = formatTable([
    ['block', 'instances', ...counts.map(([title]) => title), 'share'],
    ...(flat ? [rowOf(flat.size, 'whole', '', '')] : []),
    ...blocks.map((size) => rowOf(size, size.block, whole(size.instances), percent(shareOf(size, blocks)))),
    rowOf(sum, 'all blocks', whole(sum.instances), percent(1)),
  ]);
  const address = addressShare(blocks);
  const summed = ADDRESS_BLOCKS.filter((each) => blocks.some(({ block }) => block === each));
  const isAll = blocks.some(({ block }) => block === 'csr');
  return [
    `${name} for ${target}${library ? ` (${library})` : ''}, ${tool}`,
    ...lines.map((line) => `  ${line}`),
    ...(flat ? [`  whole: ${howMapped(flat)}`] : []),
    '  blocks: each mapped alone, so it keeps what no neighbour reads; shares are of their sum',
    ...(summed.includes('tap_walker')
      ? [
          `  address generation: ${whole(address.size.cells)} cells${address.size.area > 0 ? `, ${whole(Math.round(address.size.area))} µm²` : ''}${isAll ? `, ${percent(address.share)} of all blocks` : ''} (${summed.join(', ')})`,
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
    `    ${cells.join(', ')}; ${whole(harnessRegisters(harness))} registers are the harness's`,
    '',
  ].join('\n');
};
