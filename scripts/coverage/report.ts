import Table from 'cli-table3';
import { EXCLUSIONS, exclusionOf } from './exclusions.js';
import type { Point } from './points.js';

interface Share {
  readonly covered: number;
  readonly points: number;
}

/** Coverage of a block, or of all; what is excluded is not among the points. */
export interface BlockCoverage {
  readonly block: string;
  readonly line: Share;
  readonly toggle: Share;
  readonly excluded: number;
}

const shareOf = (points: readonly Point[], kind: Point['kind']): Share => {
  const mine = points.filter((point) => point.kind === kind && !exclusionOf(point));
  return { covered: mine.filter(({ count }) => count > 0).length, points: mine.length };
};

const coverageOf = (block: string, points: readonly Point[]): BlockCoverage => ({
  block,
  line: shareOf(points, 'line'),
  toggle: shareOf(points, 'toggle'),
  excluded: points.filter((point) => exclusionOf(point)).length,
});

/** Every block in order of its name, and last the total. */
export const blockCoverage = (points: readonly Point[]): readonly BlockCoverage[] => [
  ...[...new Set(points.map(({ block }) => block))].sort().map((block) =>
    coverageOf(
      block,
      points.filter((point) => point.block === block),
    ),
  ),
  coverageOf('total', points),
];

export const percentOf = ({ covered, points }: Share): number => (points > 0 ? (100 * covered) / points : 100);

const share = (each: Share): string => `${percentOf(each).toFixed(1)} %`;

export const coverageTable = (blocks: readonly BlockCoverage[]): string => {
  const table = new Table({
    head: ['block', 'lines', '', 'toggles', '', 'excluded'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { block, line, toggle, excluded } of blocks) {
    table.push([
      block,
      `${line.covered} of ${line.points}`,
      share(line),
      `${toggle.covered} of ${toggle.points}`,
      share(toggle),
      excluded,
    ]);
  }
  return table.toString();
};

/** What no run has covered, and is not excluded. */
export const uncovered = (points: readonly Point[]): readonly string[] =>
  points
    .filter((point) => point.count === 0 && !exclusionOf(point))
    .map(({ block, line, kind, name }) => `${block}.v:${line}: ${kind} ${name}`);

/** Exclusions that no point needs, or whose points a run has covered. */
export const staleExclusions = (points: readonly Point[]): readonly string[] =>
  EXCLUSIONS.flatMap((each) => {
    const mine = points.filter((point) => exclusionOf(point) === each);
    const where = `${each.block ?? 'any block'}, ${each.kind} ${each.name.source}`;
    if (mine.length === 0) return [`${where}: there is no such point`];
    const covered = mine.filter(({ count }) => count > 0);
    return covered.length > 0 ? [`${where}: ${covered[0]!.name} is covered`] : [];
  });
