import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { INSTRUCTION_SET, kindsOf, OPCODE_BITS } from '../isa/instructionSet.js';
import {
  COUNTERS_OFFSET,
  counters,
  countersOf,
  ERROR_CAUSES,
  REGISTER_WINDOW,
  type Register,
  type RegisterField,
  registers,
  snakeCase,
} from '../isa/registers.js';
import { constantValues } from './views/csr.js';

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0').toUpperCase()}`;
const bitsOf = ({ low, bits }: RegisterField): string => (bits === 1 ? `${low}` : `${low + bits - 1}:${low}`);
const accessOf = (register: Register): string =>
  [...new Set(register.fields.map(({ access }) => access.toUpperCase()))].join(', ') || '-';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Rows of text under a head. */
export interface RegisterTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The register map of a configuration, as tables. */
export interface RegisterTables {
  readonly intro: readonly string[];
  readonly registers: RegisterTable;
  /** Of each register with several. */
  readonly fields: readonly (RegisterTable & { readonly register: string })[];
  readonly causes: RegisterTable;
  readonly counters: RegisterTable;
}

export const registerTables = (config: Config): RegisterTables => {
  const plain = registers(config).filter(({ offset }) => offset < COUNTERS_OFFSET);
  return {
    intro: [
      `AXI4-Lite, 32-bit registers, ${REGISTER_WINDOW} bytes. Unmapped addresses, and writes to read-only registers, answer SLVERR.`,
      'RO: read only. RW: read and write. W1: writing 1 acts, reads 0. W1C: writing 1 clears. Bits not listed read 0.',
    ],
    registers: {
      head: ['offset', 'register', 'access', 'meaning'],
      rows: plain.map((register) => [
        hex(register.offset, 3),
        register.name.toUpperCase(),
        accessOf(register),
        register.description,
      ]),
    },
    fields: plain
      .filter(({ fields }) => fields.length > 1)
      .map(({ name, fields }) => ({
        register: name.toUpperCase(),
        head: ['bits', 'field', 'access', 'meaning'],
        rows: fields.map((field) => [bitsOf(field), field.name, field.access.toUpperCase(), field.description]),
      })),
    causes: {
      head: ['code', 'cause', 'meaning'],
      rows: ERROR_CAUSES.map(({ code, name, description }) => [`${code}`, name, description]),
    },
    counters: {
      head: ['bit', 'offset', 'counter', 'definition'],
      rows: counters(config).map(({ name, definition, exists }, index) => [
        String(index),
        hex(COUNTERS_OFFSET + 8 * index, 3),
        name,
        exists ? definition : `${definition} Not built: reads 0.`,
      ]),
    },
  };
};

/** The register map of a configuration as a Markdown page. */
export const registerMapMarkdown = (config: Config): string => {
  const tables = registerTables(config);
  const markdown = ({ head, rows }: RegisterTable): string => table(head, rows);
  const sections = tables.fields.map((fields) => `## ${fields.register}\n\n${markdown(fields)}\n`);
  const named = tables.counters.rows.map(([bit, offset, name, definition]) => [bit, offset, `\`${name}\``, definition]);
  return `# Register map of ${config.name}

${tables.intro.join('\n')}

${markdown(tables.registers)}

${sections.join('\n')}
## Error causes

The first error is kept until STATUS.error is cleared.

${markdown(tables.causes)}

## Counters

64 bits each: the low word at the offset, the high word 4 bytes after. Read the low word first: it keeps the high word that belongs to it, which is
what any high word reads until the next low word is read. A low word has all that was counted before it was asked for, during a run too, and is answered
within some ${Math.max(8, 2 * countersOf(config).length + 6)} cycles. START clears them. Bit n of COUNTERS is 1 for each counter that the accelerator has; the others read 0.

${table(tables.counters.head, named as string[][])}
`;
};

type Define = (name: string, value: string, comment: string) => string;

/** How the engine traditional reorganizes, for those who compare; nothing without that engine. */
const reorganizeDefines = (config: Config, define: Define): string => {
  if (!config.engines.includes('traditional')) return '';
  const { reorganizeElements, reorganizeOverlap } = derive(config);
  return `
/* The reorganize step of the engine traditional */
${define('REORGANIZE_ELEMENTS_PER_CYCLE', String(reorganizeElements), 'elements written in a cycle')}
${define('REORGANIZE_OVERLAP', reorganizeOverlap ? '1' : '0', 'whether compiled passes begin beside it')}
`;
};

/** The register map of a configuration as a C header: offsets, field masks and shifts, error causes, counters. */
export const registerMapHeader = (config: Config): string => {
  const prefix = config.prefix.toUpperCase();
  const constants = constantValues(config);
  const define = (name: string, value: string, comment: string): string =>
    `#define ${`${prefix}${name}`.padEnd(36)} ${value.padEnd(12)} /* ${comment} */`;
  const plain = registers(config).filter(({ offset }) => offset < COUNTERS_OFFSET);
  const masks = plain.flatMap((register) =>
    register.fields
      .filter(({ name }) => name !== 'value')
      .flatMap((field) => {
        const name = `${register.name}_${field.name}`.toUpperCase();
        const mask = hex((2 ** field.bits - 1) * 2 ** field.low, 8);
        return [
          define(name, `${mask}u`, field.description),
          ...(field.bits > 1 ? [define(`${name}_SHIFT`, `${field.low}`, 'lowest bit')] : []),
        ];
      }),
  );
  return `/* ${config.prefix}registers.h - register map of ${config.name}. GENERATED by bp-im2col, do not edit. */
#ifndef ${prefix}REGISTERS_H
#define ${prefix}REGISTERS_H

/* Offsets in bytes */
${plain.map(({ name, offset, description }) => define(name.toUpperCase(), hex(offset, 3), description)).join('\n')}

/* Values of the constant registers */
${Object.entries(constants)
  .map(([name, value]) =>
    define(`${name.toUpperCase()}_VALUE`, `${hex(value, 8)}u`, `what ${name.toUpperCase()} reads`),
  )
  .join('\n')}

/* Fields */
${masks.join('\n')}
${reorganizeDefines(config, define)}
/* Error causes */
${ERROR_CAUSES.map(({ code, name, description }) => define(`ERROR_${name}`, `${code}`, description)).join('\n')}

/* Opcodes of a program's instructions, in bits ${OPCODE_BITS - 1}:0 of their first word */
${kindsOf(derive(config).parts)
  .map((kind) => [kind, INSTRUCTION_SET[kind]] as const)
  .map(([kind, { opcode, does }]) =>
    define(`OPCODE_${kind.toUpperCase()}`, `${opcode}`, does.replaceAll('`', '').replaceAll('…', ' to ')),
  )
  .join('\n')}

/* Counters: low word; the high word is 4 bytes after */
${counters(config)
  .map(({ name, definition }, index) =>
    define(`COUNTER_${snakeCase(name).toUpperCase()}`, hex(COUNTERS_OFFSET + 8 * index, 3), definition),
  )
  .join('\n')}

#endif
`;
};
