import type { Input } from '../api/source.js';
import type { Estimate } from '../compile/estimate.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { csv, inputText } from './analyzeReport.js';
import { columns } from './columns.js';

/** A pass of a layer by an engine, and what it takes. */
export interface EstimatedPass {
  readonly job: { readonly layer: string; readonly spec?: string; readonly pass: Pass; readonly engine: Engine };
  readonly estimate: Estimate;
}

/** What was asked, and what came of it. */
export interface EstimateReport {
  readonly name: string;
  readonly input?: Input;
  readonly config: Config;
  /** Megahertz. */
  readonly clock: number;
  readonly rows: readonly EstimatedPass[];
}

/** Sums over layers of one pass and engine, or of one engine. */
interface Total {
  readonly pass: Pass | 'all';
  readonly engine: Engine;
  readonly cycles: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly usefulMacs: number;
}

const sum = (rows: readonly EstimatedPass[], of: (estimate: Estimate) => number): number =>
  rows.reduce((total, { estimate }) => total + of(estimate), 0);

const totalsOf = ({ rows }: EstimateReport): readonly Total[] => {
  const engines = [...new Set(rows.map(({ job }) => job.engine))];
  const passes = [...new Set(rows.map(({ job }) => job.pass))];
  const total = (pass: Total['pass'], engine: Engine): Total => {
    const own = rows.filter(({ job }) => job.engine === engine && (pass === 'all' || job.pass === pass));
    return {
      ...{ pass, engine, cycles: sum(own, ({ cycles }) => cycles) },
      bytesRead: sum(own, ({ counters }) => counters.dramBytesRead),
      bytesWritten: sum(own, ({ counters }) => counters.dramBytesWritten),
      usefulMacs: sum(own, ({ usefulMacs }) => usefulMacs),
    };
  };
  return [
    ...passes.flatMap((pass) => engines.map((engine) => total(pass, engine))),
    ...(passes.length > 1 ? engines.map((engine) => total('all', engine)) : []),
  ];
};

const milliseconds = (cycles: number, clock: number): number => cycles / (clock * 1000);

const utilizationOf = ({ array }: Config, usefulMacs: number, cycles: number): number =>
  usefulMacs / (array.rows * array.columns * cycles);

/** What `--json` prints. */
export const jsonEstimate = (report: EstimateReport) => {
  const { name, input, config, clock, rows } = report;
  return {
    ...{ name, ...input, preset: config.name, array: config.array, format: config.format, clockMHz: clock },
    passes: rows.map(({ job, estimate }) => ({
      ...{ name: job.layer, layer: job.spec, pass: job.pass, engine: job.engine },
      ...{ milliseconds: milliseconds(estimate.cycles, clock), ...estimate },
    })),
    totals: totalsOf(report).map((total) => ({
      ...total,
      milliseconds: milliseconds(total.cycles, clock),
      utilization: utilizationOf(config, total.usefulMacs, total.cycles),
    })),
  };
};

/** What `--csv` prints: one row for each layer, pass and engine, without totals. */
export const csvEstimate = ({ clock, rows }: EstimateReport): string => {
  const names = Object.keys(rows[0].estimate.counters).filter((name) => name !== 'cycles' && name !== 'usefulMacs');
  return csv([
    [
      ...['name', 'layer', 'pass', 'engine', 'cycles', 'milliseconds', 'usefulMacs', 'utilization', 'laneBound'],
      ...['compulsoryBytes', ...names],
    ],
    ...rows.map(({ job, estimate }) => [
      ...[job.layer, job.spec ?? '', job.pass, job.engine, estimate.cycles, milliseconds(estimate.cycles, clock)],
      ...[estimate.usefulMacs, estimate.utilization, estimate.laneBound, estimate.compulsoryBytes],
      ...names.map((name) => estimate.counters[name]),
    ]),
  ]);
};

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** Tables of every pass and of the totals. */
export const humanEstimate = (report: EstimateReport): string => {
  const { name, input, config, clock, rows } = report;
  const { array, format } = config;
  const head = ['cycles', 'ms', 'bytes read', 'written', 'useful', '/ bound'];
  const line = (cycles: number, read: number, written: number): readonly string[] => [
    ...[number(cycles), milliseconds(cycles, clock).toFixed(3), number(read), number(written)],
  ];
  const passes = rows.map(({ job, estimate }) => [
    ...[job.layer, job.pass, job.engine],
    ...line(estimate.cycles, estimate.counters.dramBytesRead, estimate.counters.dramBytesWritten),
    ...[percent(estimate.utilization), percent(estimate.utilization / estimate.laneBound)],
  ]);
  const totals = totalsOf(report).map((total) => [
    ...['total', total.pass, total.engine],
    ...line(total.cycles, total.bytesRead, total.bytesWritten),
    ...[percent(utilizationOf(config, total.usefulMacs, total.cycles)), ''],
  ]);
  const extrapolated = rows.find(({ estimate }) => estimate.extrapolatedFrom)?.estimate.extrapolatedFrom;
  const several = new Set(rows.map(({ job }) => job.layer)).size > 1;
  return [
    `${name}${input ? `, ${inputText(input)},` : ''} on ${config.name}, ${array.rows}x${array.columns} ${format}, at ${clock} MHz, by the performance model\n\n`,
    columns([['layer', 'pass', 'engine', ...head], ...passes], 3),
    several ? `\n${columns([['', 'pass', 'engine', ...head], ...totals], 3)}` : '',
    '\nuseful: useful MACs of all that the array could do; / bound: of what lanes of channels allow\n',
    extrapolated
      ? `Batches above ${extrapolated[1]} continue the straight line through those of ${extrapolated.join(' and ')}, which were replayed.\n`
      : '',
  ].join('');
};
