import Table from 'cli-table3';
import { scriptCommand } from '../../generator/base/paths.js';
import type { Config } from '../../generator/description/config.js';
import { CAMPAIGN_SCENARIOS, type CampaignScenario } from './campaignCase.js';
import type { SoakCase } from './case.js';
import type { CaseResult } from './runCase.js';

/** What is kept of a case that has run. */
export interface Finished {
  readonly seed: number;
  readonly scenario: CampaignScenario;
  readonly simulator: SoakCase['simulator'];
  readonly text: string;
  readonly result: CaseResult;
}

/** Counts of one scenario. */
export interface ScenarioCounts {
  readonly scenario: CampaignScenario;
  readonly cases: number;
  readonly failed: number;
  readonly icarus: number;
  readonly cycles: number;
  /** How many runs ended in which way. */
  readonly endings: Readonly<Record<string, number>>;
}

export const countScenarios = (finished: readonly Finished[]): readonly ScenarioCounts[] =>
  CAMPAIGN_SCENARIOS.map((scenario) => {
    const mine = finished.filter((each) => each.scenario === scenario);
    const endings: Record<string, number> = {};
    for (const { result } of mine) endings[result.ending] = (endings[result.ending] ?? 0) + 1;
    return {
      scenario,
      cases: mine.length,
      failed: mine.filter(({ result }) => result.findings.length > 0).length,
      icarus: mine.filter(({ simulator }) => simulator === 'icarus').length,
      cycles: mine.reduce((sum, { result }) => sum + result.cycles, 0),
      endings,
    };
  });

const number = (value: number): string => value.toLocaleString('en-US');

export const soakTable = (counts: readonly ScenarioCounts[]): string => {
  const table = new Table({
    head: ['scenario', 'cases', 'failed', 'in Icarus', 'cycles', 'the run ended with'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const sum = (key: 'cases' | 'failed' | 'icarus' | 'cycles'): string =>
    number(counts.reduce((total, each) => total + each[key], 0));
  for (const { scenario, cases, failed, icarus, cycles, endings } of counts) {
    const ended = Object.entries(endings)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`);
    const lines = ended.reduce<string[]>((all, item, at) => {
      if (at % 4 === 0) all.push(item);
      else all.push(`${all.pop()}, ${item}`);
      return all;
    }, []);
    table.push([scenario, number(cases), number(failed), number(icarus), number(cycles), lines.join('\n')]);
  }
  table.push(['total', sum('cases'), sum('failed'), sum('icarus'), sum('cycles'), '']);
  return table.toString();
};

export const rerunSoak = (seed: number): string => scriptCommand('soak', `--rerun ${seed}`);

/** A failed case, its findings and the command that reruns it. */
export const soakFailure = ({ seed, text, result }: Finished): string =>
  [
    text,
    ...result.findings.slice(0, 12).map((line) => `  ${line}`),
    `  rerun: ${rerunSoak(seed)} --waves case.fst`,
  ].join('\n');

export const configText = ({ array, format, addStages, buffers, axi, engines, vector }: Config): string =>
  `${array.rows}x${array.columns} ${format}, ${addStages} add stages, buffers ${buffers.dynamicBytes} and ${buffers.stationaryBytes} bytes, ` +
  `${buffers.accumulatorDepth} sums, bus ${axi.dataWidth}/${axi.addressWidth} bits, ${axi.outstanding} in flight, ${engines.join(' ')}${vector ? `, ${vector.lanes} vector lanes` : ''}`;
