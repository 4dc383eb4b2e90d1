import { type Field, INSTRUCTION_SET } from './instructionSet.js';
import type { Instruction } from './instructions.js';

const opcodeRows = (): readonly string[] =>
  Object.entries(INSTRUCTION_SET).map(
    ([kind, { opcode, queue, does }]) =>
      `| ${opcode} | ${kind.toUpperCase()} | ${queue?.toUpperCase() ?? 'none'} | ${does} |`,
  );

const wordName = (letter: string, { word, bits }: Field): string =>
  bits > 32 ? `\`${letter}${word}\`, \`${letter}${word + 1}\`` : `\`${letter}${word}\``;

const partOf = ({ low, bits, reading, holds }: Field): string => {
  const sign = reading === 'signed' ? ' (signed)' : '';
  if (bits >= 32) return holds;
  return `[${bits === 1 ? low : `${low + bits - 1}:${low}`}] ${holds}${sign}`;
};

/** A row for each word that a kind uses: what its fields hold. */
const wordRows = (kind: Instruction['kind']): readonly string[] => {
  const letter = kind === 'geometry' ? 'g' : 'w';
  const rows = new Map<string, string[]>();
  for (const field of [...INSTRUCTION_SET[kind].fields].sort((a, b) => a.word - b.word || a.low - b.low)) {
    const name = wordName(letter, field);
    rows.set(name, [...(rows.get(name) ?? []), partOf(field)]);
  }
  return [...rows].map(([name, parts]) => `| ${name} | ${parts.join(' · ')} |`);
};

/** The table of instructions in Markdown, made from {@link INSTRUCTION_SET}. */
export const instructionTable = (): string =>
  ['| opcode | instruction | queue | does |', '|---|---|---|---|', ...opcodeRows()].join('\n');

/** The table of an instruction's words in Markdown. */
export const wordTable = (kind: Instruction['kind']): string =>
  [`| word | ${kind.toUpperCase()} |`, '|---|---|', ...wordRows(kind)].join('\n');
