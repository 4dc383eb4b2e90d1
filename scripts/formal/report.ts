import Table from 'cli-table3';
import picocolors from 'picocolors';
import { scriptCommand } from '../../generator/base/paths.js';
import { type Bug, methodText, type Proof } from './proof.js';
import type { Verdict } from './prove.js';

/** What came of a proof and, where they were tried, of its seeded bugs. */
export interface Outcome {
  readonly proof: Proof;
  readonly verdict?: Verdict;
  readonly bugs: readonly { readonly bug: Bug; readonly verdict: Verdict }[];
}

/** A proof holds, and each of its bugs makes it fail. */
export const isGood = ({ verdict, bugs }: Outcome): boolean =>
  (verdict === undefined || verdict.verdict === 'holds') && bugs.every((tried) => tried.verdict.verdict === 'fails');

const plain = {
  chars: {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
    ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
};

const RESULTS = { holds: 'proved', fails: 'FAILED', unknown: 'gave up' } as const;

const bugsText = ({ bugs }: Outcome): string => {
  if (bugs.length === 0) return '';
  const found = bugs.filter(({ verdict }) => verdict.verdict === 'fails').length;
  return `${found} of ${bugs.length}`;
};

const rerunCommand = ({ name }: Proof): string => scriptCommand('formal', `--filter ${JSON.stringify(name)} --fresh`);

/** One line for each proof: method, time, result, and how many seeded bugs it finds. */
export const proofTable = (outcomes: readonly Outcome[], color: boolean): string => {
  const pc = picocolors.createColors(color);
  const table = new Table({ ...plain, colAligns: ['left', 'left', 'left', 'right', 'left', 'right'] });
  table.push(['proof', 'blocks', 'method', 'CPU s', 'result', 'bugs found']);
  for (const outcome of outcomes) {
    const { proof, verdict } = outcome;
    const result = verdict ? RESULTS[verdict.verdict] : '';
    table.push([
      proof.name,
      proof.blocks.join(', '),
      methodText(proof.method),
      verdict ? `${verdict.cpu.toFixed(1)}${verdict.cached ? '*' : ''}` : '',
      isGood(outcome) ? pc.green(result) : pc.red(result),
      bugsText(outcome),
    ]);
  }
  const lines = table.toString().split('\n');
  const cached = outcomes.some(({ verdict }) => verdict?.cached);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n${cached ? '* kept from an earlier run on the same text\n' : ''}`;
};

/** Proofs that do not hold, and seeded bugs that nobody finds, with waves and the command that reruns it. */
export const failures = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.flatMap((outcome) => {
    const { proof, verdict, bugs } = outcome;
    const lines: string[] = [];
    if (verdict?.verdict === 'fails') {
      lines.push(
        `${proof.name}: does not hold${verdict.where ? `, see ${verdict.where}` : ''}`,
        ...(verdict.waves ? [`  waves:  ${verdict.waves}`] : []),
        `  rerun:  ${rerunCommand(proof)}`,
      );
    }
    if (verdict?.verdict === 'unknown') {
      lines.push(`${proof.name}: gave up after ${verdict.seconds} s`, `  rerun:  ${rerunCommand(proof)}`);
    }
    for (const { bug, verdict: tried } of bugs.filter((each) => each.verdict.verdict !== 'fails')) {
      const how = tried.verdict === 'holds' ? 'the proof holds all the same' : `gave up after ${tried.seconds} s`;
      lines.push(`${proof.name}: seeded bug "${bug.name}" in ${bug.block} is not found, ${how}`);
    }
    return lines;
  });

/** Processor seconds of all proofs and bugs, those kept from earlier runs too. */
export const processorSeconds = (outcomes: readonly Outcome[]): number =>
  outcomes
    .flatMap(({ verdict, bugs }) => [...(verdict ? [verdict] : []), ...bugs.map((tried) => tried.verdict)])
    .reduce((sum, { cpu }) => sum + cpu, 0);

const totalText = (outcomes: readonly Outcome[]): string => {
  const bugs = outcomes.flatMap((outcome) => outcome.bugs).length;
  return `${outcomes.length} proofs and ${bugs} seeded bugs: ${Math.round(processorSeconds(outcomes))} s of processor time.`;
};

/** The table of docs/proofs.md. */
export const proofMarkdown = (outcomes: readonly Outcome[]): string => {
  const rows = outcomes.map(({ proof, verdict, bugs }) => {
    const found = bugs.filter((tried) => tried.verdict.verdict === 'fails').map(({ bug }) => bug.name);
    const cells = [
      proof.blocks.map((block) => `\`${block}\``).join(' '),
      proof.property,
      proof.bounds,
      methodText(proof.method),
      found.join(', '),
      verdict ? verdict.cpu.toFixed(1) : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `${['| blocks | property | for | method | seeded bugs it finds | CPU s |', '|---|---|---|---|---|---|', ...rows].join('\n')}\n\n${totalText(outcomes)}\n`;
};

/** Proofs as JSON. */
export const proofJson = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => {
    const { proof, verdict, bugs } = outcome;
    const { name, blocks, property, bounds, method } = proof;
    return {
      ...{ name, blocks, property, bounds, method, good: isGood(outcome) },
      ...(verdict ? { result: verdict } : {}),
      bugs: bugs.map(({ bug, verdict: result }) => ({ name: bug.name, block: bug.block, result })),
    };
  });
