import Table from 'cli-table3';
import { kilocycles } from '../generator/base/speed.js';
import type { Case } from './cases.js';

/** How a case went. */
export interface Outcome {
  readonly run: Case;
  readonly passed: boolean;
  /** Cycles from START to END, and the seconds that the simulator took for them. */
  readonly cycles: number;
  readonly seconds: number;
  /** What is wrong, one thing a line; empty when it passed. */
  readonly findings: readonly string[];
  /** The command that reruns it with waves. */
  readonly rerun: string;
}

/** Results of one preset, simulator, engine and pass. */
export interface Group {
  readonly preset: string;
  readonly simulator: string;
  readonly engine: string;
  readonly pass: string;
  readonly cases: number;
  readonly passed: number;
  readonly cycles: number;
  readonly kilocyclesPerSecond: number;
}

/** The same kind of cases together, in the order of their first. */
export const groupsOf = (outcomes: readonly Outcome[]): readonly Group[] => {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const { preset, simulator, engine, pass } = outcome.run;
    const key = [preset, simulator, engine, pass].join();
    const members = groups.get(key);
    if (members) members.push(outcome);
    else groups.set(key, [outcome]);
  }
  return [...groups.values()].map((members) => {
    const { preset, simulator, engine, pass } = members[0]!.run;
    const cycles = members.reduce((sum, outcome) => sum + outcome.cycles, 0);
    const seconds = members.reduce((sum, outcome) => sum + outcome.seconds, 0);
    return {
      ...{ preset, simulator, engine, pass },
      cases: members.length,
      passed: members.filter(({ passed }) => passed).length,
      cycles,
      kilocyclesPerSecond: seconds > 0 ? kilocycles(cycles / seconds) : 0,
    };
  });
};

const number = (value: number): string => value.toLocaleString('en-US');

/** The table at the end; equal neighbours are written once. */
export const summaryTable = (groups: readonly Group[]): string => {
  const table = new Table({
    head: ['preset', 'simulator', 'engine', 'pass', 'cases', 'passed', 'cycles', 'kcycles/s'],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  let last: readonly string[] = [];
  for (const group of groups) {
    const key = [group.preset, group.simulator, group.engine];
    const same = key.map((_, i) => key.slice(0, i + 1).join() === last.slice(0, i + 1).join());
    table.push([
      ...key.map((text, i) => (same[i] ? '' : text)),
      group.pass,
      group.cases,
      group.passed,
      Number.isNaN(group.cycles) ? 'not counted' : number(group.cycles),
      Number.isNaN(group.cycles) ? '' : number(group.kilocyclesPerSecond),
    ]);
    last = key;
  }
  return table.toString();
};

/** A case in a few words. */
export const caseName = ({ preset, simulator, engine, pass, geometry }: Case): string =>
  `${preset} ${pass} by ${engine}, ${geometry}${simulator === 'icarus' ? ', in Icarus' : ''}`;

const MOST_SHOWN = 20;

/** The mismatches, each with the command that reruns it. */
export const failureReport = (outcomes: readonly Outcome[]): string => {
  const failed = outcomes.filter(({ passed }) => !passed);
  const blocks = failed
    .slice(0, MOST_SHOWN)
    .flatMap(({ run, findings, rerun }) => [
      `${caseName(run)} (seed ${run.seed})`,
      ...findings.slice(0, 12).map((line) => `  ${line}`),
      '  rerun with waves:',
      `    ${rerun}`,
      '',
    ]);
  return [...blocks, ...(failed.length > MOST_SHOWN ? [`and ${failed.length - MOST_SHOWN} more`, ''] : [])].join('\n');
};
