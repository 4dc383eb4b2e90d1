import { z } from 'zod';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { configSchema, rules } from '../description/schema.js';
import { FULL_LIMITS } from '../description/widths.js';

/** A value of a configuration that can be chosen by itself. */
export interface Field {
  /** Its path, as `--set` takes it. */
  readonly key: string;
  readonly description: string;
  /** What it must be, in words. */
  readonly expects: string;
  /** Words or numbers that it may be, where these are few. */
  readonly choices?: readonly string[];
  /** How a person chooses: some of the choices, one of them, or by writing, where choices are suggestions. */
  readonly kind: 'some' | 'one' | 'text';
}

/** Fields that belong together. */
export interface FieldGroup {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodOptional ? schema.unwrap() : schema;

const fieldOf = (key: string, schema: z.core.$ZodType): Field => {
  const { description = '' } = schema as z.ZodType;
  const { expects } = rules.get(schema as z.ZodType)!;
  const words = { key, description, expects };
  if (schema instanceof z.ZodArray) {
    return { ...words, kind: 'some', choices: (schema.element as z.ZodEnum).options.map(String) };
  }
  if (schema instanceof z.ZodEnum) return { ...words, kind: 'one', choices: schema.options.map(String) };
  if (schema instanceof z.ZodBoolean) return { ...words, kind: 'one', choices: ['true', 'false'] };
  if (schema instanceof z.ZodLiteral) return { ...words, kind: 'text', choices: [...schema.values].map(String) };
  return { ...words, kind: 'text' };
};

/** Every field of a configuration, in the order of the schema; those of no group stand in one without a name, after the others. */
export const fieldGroups = (): readonly FieldGroup[] => {
  const alone: Field[] = [];
  const groups: FieldGroup[] = [];
  for (const [name, part] of Object.entries(configSchema.shape)) {
    const schema = unwrapped(part);
    if (schema instanceof z.ZodObject) {
      const fields = Object.entries(schema.shape).map(([key, one]) =>
        fieldOf(`${name}.${key}`, unwrapped(one as z.core.$ZodType)),
      );
      groups.push({ name, description: schema.description ?? '', fields });
    } else alone.push(fieldOf(name, schema));
  }
  return [...groups, { name: '', description: '', fields: alone }];
};

/** The value of every field, what is left out as it is by itself. */
export const fieldValues = (config: Config): Readonly<Record<string, string>> => {
  const sizes = derive(config);
  const whole = {
    ...config,
    reorganize: { elementsPerCycle: sizes.reorganizeElements, overlap: sizes.reorganizeOverlap },
    epilogueLanes: sizes.epilogueLanes,
    vector: { lanes: sizes.vectorLanes, coefficients: sizes.coefficients },
    instructionSlots: sizes.instructionSlots,
    limits: { ...FULL_LIMITS, ...config.limits },
  };
  const flat = Object.entries(whole).flatMap(([name, value]): readonly (readonly [string, unknown])[] =>
    typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([key, one]) => [`${name}.${key}`, one])
      : [[name, value]],
  );
  return Object.fromEntries(flat.map(([key, value]) => [key, String(value)]));
};
