import type { Input } from '../api/source.js';
import type { Estimate } from '../compile/estimate.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { type Energy, energyOf, sumOfEnergies } from '../energy/energy.js';
import type { EnergyTable } from '../energy/table.js';
import { energyText } from '../energy/text.js';
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
  readonly energies: EnergyTable;
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
  readonly energy: Energy;
  /** Cycles of another engine over these, where both do the same passes. */
  readonly speedupOver: Readonly<Partial<Record<Engine, number>>>;
}

const BASES = ['traditional', 'bp'] as const;

/** How many times as fast as other engines: those that are usual, which are asked for their cycles. */
const speedupOf = (
  engine: Engine,
  cycles: number,
  cyclesOf: (engine: Engine) => number | undefined,
): Readonly<Partial<Record<Engine, number>>> =>
  Object.fromEntries(
    BASES.filter((base) => base !== engine && (base !== 'bp' || engine !== 'traditional')).flatMap((base) => {
      const other = cyclesOf(base);
      return other ? [[base, other / cycles]] : [];
    }),
  );

/** The same of a pass: by the layer and pass, as they come for each engine. */
const passSpeedups = ({ rows }: EstimateReport): readonly Readonly<Partial<Record<Engine, number>>>[] => {
  const keyOf = ({ layer, pass }: EstimatedPass['job'], engine: Engine): string =>
    JSON.stringify([layer, pass, engine]);
  const known = new Map(rows.map(({ job, estimate }) => [keyOf(job, job.engine), estimate.cycles]));
  return rows.map(({ job, estimate }) =>
    speedupOf(job.engine, estimate.cycles, (engine) => known.get(keyOf(job, engine))),
  );
};

const sum = (rows: readonly EstimatedPass[], of: (estimate: Estimate) => number): number =>
  rows.reduce((total, { estimate }) => total + of(estimate), 0);

const totalsOf = ({ config, energies, rows }: EstimateReport): readonly Total[] => {
  const engines = [...new Set(rows.map(({ job }) => job.engine))];
  const passes = [...new Set(rows.map(({ job }) => job.pass))];
  const total = (pass: Total['pass'], engine: Engine): Total => {
    const by = (one: Engine): readonly EstimatedPass[] =>
      rows.filter(({ job }) => job.engine === one && (pass === 'all' || job.pass === pass));
    const own = by(engine);
    const cyclesOf = (one: Engine): number => sum(by(one), ({ cycles }) => cycles);
    return {
      ...{ pass, engine, cycles: cyclesOf(engine) },
      energy: sumOfEnergies(own.map(({ estimate }) => energyOf(config, estimate.counters, energies))),
      speedupOver: speedupOf(engine, cyclesOf(engine), cyclesOf),
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
  const { name, input, config, clock, energies, rows } = report;
  const speedups = passSpeedups(report);
  return {
    ...{ name, ...input, preset: config.name, array: config.array, format: config.format, clockMHz: clock },
    energies: { name: energies.name, source: energies.source },
    passes: rows.map(({ job, estimate }, i) => ({
      ...{ name: job.layer, layer: job.spec, pass: job.pass, engine: job.engine },
      ...{ milliseconds: milliseconds(estimate.cycles, clock), ...estimate },
      ...{ energy: energyOf(config, estimate.counters, energies), speedupOver: speedups[i] },
    })),
    totals: totalsOf(report).map((total) => ({
      ...total,
      milliseconds: milliseconds(total.cycles, clock),
      utilization: utilizationOf(config, total.usefulMacs, total.cycles),
    })),
  };
};

/** What `--csv` prints: one row for each layer, pass and engine, without totals. */
export const csvEstimate = ({ config, clock, energies, rows }: EstimateReport): string => {
  const names = Object.keys(rows[0].estimate.counters).filter((name) => name !== 'cycles' && name !== 'usefulMacs');
  return csv([
    [
      ...['name', 'layer', 'pass', 'engine', 'cycles', 'milliseconds', 'usefulMacs', 'utilization', 'laneBound'],
      ...['compulsoryBytes', 'energyPj', ...names],
    ],
    ...rows.map(({ job, estimate }) => [
      ...[job.layer, job.spec ?? '', job.pass, job.engine, estimate.cycles, milliseconds(estimate.cycles, clock)],
      ...[estimate.usefulMacs, estimate.utilization, estimate.laneBound, estimate.compulsoryBytes],
      energyOf(config, estimate.counters, energies).total,
      ...names.map((name) => estimate.counters[name]),
    ]),
  ]);
};

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** Tables of every pass and of the totals. */
export const humanEstimate = (report: EstimateReport): string => {
  const { name, input, config, clock, energies, rows } = report;
  const { array, format } = config;
  const speedups = passSpeedups(report);
  const totalled = totalsOf(report);
  const bases = BASES.filter((base) =>
    [...speedups, ...totalled.map(({ speedupOver }) => speedupOver)].some((each) => each[base] !== undefined),
  );
  const head = [
    ...['cycles', 'ms', ...bases.map((base) => `over ${base}`), 'bytes read', 'written', 'energy', 'useful', '/ bound'],
  ];
  const over = (speedup: Readonly<Partial<Record<Engine, number>>>): readonly string[] =>
    bases.map((base) => (speedup[base] === undefined ? '' : `${speedup[base].toFixed(2)}x`));
  const line = (
    { cycles, read, written, energy }: Readonly<Record<'cycles' | 'read' | 'written', number>> & { energy: Energy },
    speedup: Readonly<Partial<Record<Engine, number>>>,
  ): readonly string[] => [
    ...[number(cycles), milliseconds(cycles, clock).toFixed(3), ...over(speedup), number(read), number(written)],
    energyText(energy.total).replace('\u00a0', ' '),
  ];
  const passes = rows.map(({ job, estimate: { cycles, counters, ...estimate } }, i) => [
    ...[job.layer, job.pass, job.engine],
    ...line(
      {
        ...{ cycles, read: counters.dramBytesRead, written: counters.dramBytesWritten },
        energy: energyOf(config, counters, energies),
      },
      speedups[i],
    ),
    ...[percent(estimate.utilization), percent(estimate.utilization / estimate.laneBound)],
  ]);
  const totals = totalled.map(({ cycles, bytesRead: read, bytesWritten: written, energy, ...total }) => [
    ...['total', total.pass, total.engine],
    ...line({ cycles, read, written, energy }, total.speedupOver),
    ...[percent(utilizationOf(config, total.usefulMacs, cycles)), ''],
  ]);
  const extrapolated = rows.find(({ estimate }) => estimate.extrapolatedFrom)?.estimate.extrapolatedFrom;
  const several = new Set(rows.map(({ job }) => job.layer)).size > 1;
  return [
    `${name}${input ? `, ${inputText(input)},` : ''} on ${config.name}, ${array.rows}x${array.columns} ${format}, at ${clock} MHz, by the performance model\n\n`,
    columns([['layer', 'pass', 'engine', ...head], ...passes], 3),
    several ? `\n${columns([['', 'pass', 'engine', ...head], ...totals], 3)}` : '',
    `\nuseful: useful MACs of all that the array could do; / bound: of what lanes of channels allow\nenergy: counters times ${energies.name}\n`,
    extrapolated
      ? `Batches above ${extrapolated[1]} continue the straight line through those of ${extrapolated.join(' and ')}, which were replayed.\n`
      : '',
  ].join('');
};
