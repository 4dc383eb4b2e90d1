import fc from 'fast-check';
import { type Field, fieldRange, INSTRUCTION_SET, type Instruction } from '../../generator/isa/program.js';

const value = (field: Field): fc.Arbitrary<number | boolean> => {
  if (field.reading === 'flag') return fc.boolean();
  let [min, max] = fieldRange(field);
  if (field.reading === 'step') max = 2 ** 31 - 1;
  if (field.reading === 'offset') min = 0;
  return fc.oneof(
    fc.constantFrom(min, max),
    fc.maxSafeInteger().map((n) => min + (Math.abs(n) % (max - min + 1))),
  );
};

/** A field that says nothing, of a part that an accelerator may be without, is left out when an instruction is read back. */
const isLeftOut = ({ needs, name }: Field, values: Readonly<Record<string, unknown>>): boolean =>
  needs !== undefined && (values[name] === 0 || values[name] === false);

/** Any instruction that can be encoded. */
export const anyInstruction: fc.Arbitrary<Instruction> = fc.oneof(
  ...Object.entries(INSTRUCTION_SET).map(([kind, { fields, needs }]) =>
    fc.record(Object.fromEntries(fields.map((field) => [field.name, value(field)]))).map((values) => {
      const said = fields.filter((field) => needs !== undefined || !isLeftOut(field, values));
      return { kind, ...Object.fromEntries(said.map(({ name }) => [name, values[name]])) } as unknown as Instruction;
    }),
  ),
);
