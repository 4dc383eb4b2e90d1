import type { EmittedFile } from '../../generator/emit/rtl.js';
import { type FieldView, isaView } from '../../generator/emit/views/isa.js';

const fieldsOf = (kind: string, fields: Readonly<Record<string, FieldView>>): readonly string[] =>
  Object.values(fields).map(({ name, slice }) => `\`define ${`${kind}_${name}`.toUpperCase()} ${slice}`);

const every = isaView({ vector: true });

/**
 * What the harnesses include: the opcodes, and where each field lies, as in ins[`STORE_N1]; those of a GEOMETRY lie in all its
 * words, and, as `GEOMETRY_FIRST_…`, in the first of its instructions.
 */
export const isaMacros: EmittedFile = {
  path: 'tb/formal/isa.vh',
  text: [
    ...Object.entries(every.opcode).map(([name, value]) => `\`define OPCODE_${name} ${value}`),
    ...Object.entries(every.isa).flatMap(([kind, fields]) => fieldsOf(kind, fields)),
    '',
  ].join('\n'),
};
