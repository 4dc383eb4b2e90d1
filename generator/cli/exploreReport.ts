import { percent } from '../base/numbers.js';
import { ENERGY_PARTS } from '../energy/energy.js';
import { areaWords, type ExploreReport, measureOf, shortText } from '../explore/describe.js';
import type { Illegal, Point } from '../explore/explore.js';
import { MEASURE_WORDS, type Measure } from '../explore/recommend.js';
import { csv } from './analyzeReport.js';
import { columns } from './columns.js';

const shown = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

/** What `--json` prints, and `-o` writes into a file in .json. */
export const jsonExploration = ({ name, work, accelerator, command, exploration }: ExploreReport) => ({
  ...{ name, work, accelerator, command },
  ...exploration,
});

/** What `-o` writes into a file in .csv: a row for each point, legal or not. */
export const csvExploration = ({ exploration }: ExploreReport): string => {
  const { axes, points, illegal, area, recommended } = exploration;
  const keys = axes.map(({ key }) => key);
  const sizes = ['luts', 'flipFlops', 'blockRams', 'dsps', 'memoryBits'] as const;
  const row = (point: Point): readonly (string | number)[] => {
    const size = point.area?.source === 'synthesized' ? point.area.size : undefined;
    return [
      ...keys.map((key) => point.values[key]!),
      ...[point.engine, point.cycles, point.usefulMacs, point.utilization, point.bytesRead, point.bytesWritten],
      ...[point.bytes, point.cells, point.energy.total, ...ENERGY_PARTS.map((part) => point.energy[part])],
      ...(area ? [point.area!.value, point.area!.source, ...sizes.map((each) => size?.[each] ?? '')] : []),
      ...[point.onFront, point.withinBudget, point.id === recommended].map(String),
      ...[point.commands.estimate, ''],
    ];
  };
  const head = [
    ...[...keys, 'engine', 'cycles', 'usefulMacs', 'utilization', 'bytesRead', 'bytesWritten', 'bytes', 'cells'],
    ...['energyPj', ...ENERGY_PARTS.map((part) => `${part}Pj`)],
    ...(area ? [area.unit, 'areaSource', ...sizes.map((each) => (each === area.unit ? 'synthesizedLuts' : each))] : []),
    ...['onFront', 'withinBudget', 'recommended', 'command', 'problem'],
  ];
  const refused = ({ values, problem }: Illegal): readonly string[] => [
    ...keys.map((key) => values[key]!),
    ...head.slice(keys.length + 1).map(() => ''),
    `${problem.path}: ${problem.message}`,
  ];
  return csv([head, ...points.map(row), ...illegal.map(refused)]);
};

const MOST_ROWS = 20;
const MOST_ILLEGAL = 5;

const illegalLines = (illegal: readonly Illegal[]): string => {
  if (illegal.length === 0) return '';
  const told = illegal
    .slice(0, MOST_ILLEGAL)
    .map(({ values, problem }) => `  ${shown(values)}: ${problem.path}: ${problem.message}\n    fix: ${problem.fix}\n`);
  const left = illegal.length - told.length;
  return `\nleft out, as they cannot be, or cannot do the work:\n${told.join('')}${left > 0 ? `  and ${left} more, which -o lists\n` : ''}`;
};

/** The front as a table, the point that is recommended, and what was left out. */
export const humanExploration = ({ name, work, accelerator, exploration }: ExploreReport): string => {
  const { axes, measures, points, illegal, area, recommended, words, energies } = exploration;
  const keys = axes.map(({ key }) => key);
  const front = points.filter(({ onFront }) => onFront).sort((a, b) => a.cycles - b.cycles);
  const others = (['bytes', 'cells', 'energy'] as const).filter((measure) => !measures.includes(measure));
  const told: readonly Measure[] = [...measures, ...others];
  const cell = (point: Point, measure: Measure): string => {
    const text = shortText(measure, MEASURE_WORDS[measure].show(measureOf(point, measure)));
    const isArea = measure === area?.unit;
    return isArea && point.area!.source === 'estimated' ? `~${text}` : text;
  };
  const rows = front
    .slice(0, MOST_ROWS)
    .map((point) => [
      ...[point.id === recommended ? '→' : '', ...keys.map((key) => point.values[key]!), point.engine],
      ...[...told.map((measure) => cell(point, measure)), percent(point.utilization)],
    ]);
  const heads = told.map((measure) => MEASURE_WORDS[measure].title);
  const best = points.find(({ id }) => id === recommended);
  const areas = area ? `\n${area.unit}: ${areaWords(exploration)}\n` : '';
  return [
    `${name} on ${accelerator}, ${work}: ${points.length} points, ${front.length} that no other one beats by ${measures.join(', ')}\n\n`,
    columns([['', ...keys, 'engine', ...heads, 'useful'], ...rows], keys.length + 2),
    front.length > MOST_ROWS ? `   and ${front.length - MOST_ROWS} more, which -o lists\n` : '',
    areas,
    `\nenergy: counters times ${energies.name}\n`,
    best ? `\nrecommended: ${shown(best.values)}\n  ${words}\n  ${best.commands.estimate}\n` : `\n${words}\n`,
    illegalLines(illegal),
  ].join('');
};
