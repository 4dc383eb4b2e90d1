import type { z } from 'zod';
import { type Problem, UserError } from '../base/errors.js';
import { frozen, plainCopy } from '../base/plain.js';
import { formatOf } from '../formats/index.js';
import { type Config, ENGINES, type Limits } from './config.js';
import { type Derived, derive, MOST_SLOTS, USUAL_COEFFICIENTS } from './derive.js';
import { fieldProblems, type Path, schemaIn } from './fields.js';
import { isVerilogKeyword } from './keywords.js';
import { configSchema, rules } from './schema.js';
import { FULL_LIMITS } from './widths.js';

/** The schema of a field, or nothing where the configuration has no such field. */
export const schemaAt = (path: Path): z.core.$ZodType | undefined => schemaIn(configSchema, path);

// buffer words do not depend on the buffers' sizes, which may be unsound here
const NO_BUFFERS: Config['buffers'] = { dynamicBytes: 1, stationaryBytes: 1, accumulatorDepth: 1 };

/** Elements of a cycle: a power of two, as the schema says, up to what array and bus have use for. */
interface Rate {
  readonly path: string;
  readonly code: string;
  readonly valueOf: (config: Config) => number | undefined;
  readonly most: (sizes: Derived) => number;
  readonly why: (most: number) => string;
}

const rates: readonly Rate[] = [
  {
    ...{ path: 'reorganize.elementsPerCycle', code: 'REORGANIZE' },
    valueOf: ({ reorganize }) => reorganize?.elementsPerCycle,
    most: ({ beatElements }) => beatElements,
    why: (most) => `a beat of the bus has ${most} elements`,
  },
  {
    ...{ path: 'epilogueLanes', code: 'EPILOGUE_LANES' },
    valueOf: ({ epilogueLanes }) => epilogueLanes,
    most: ({ mostEpilogueLanes }) => mostEpilogueLanes,
    why: (most) => `more than ${most} gain nothing with these columns and this bus`,
  },
];

/** What the most of a {@link Rate} depends on. */
const RATE_SIZES = ['array', 'format', 'axi.dataWidth'];

const mostOf = ({ most }: Rate, config: Config): number =>
  most(derive({ ...config, buffers: NO_BUFFERS, addStages: 1 }));

/** Most lanes of a vector unit: a chunk of fp32 is at most a beat, it is read at once from either buffer, and a vector of sums fills half of it at least. */
export const mostVectorLanes = (config: Config): number => {
  const { beatBytes, dynamicLanes, stationaryLanes, dataBytes } = derive({
    ...config,
    buffers: NO_BUFFERS,
    addStages: 1,
  });
  const read = Math.floor((Math.min(dynamicLanes, stationaryLanes) * dataBytes) / 4);
  const most = Math.min(beatBytes / 4, read, 2 * config.array.columns - 1);
  return most < 1 ? 0 : 2 ** Math.floor(Math.log2(most));
};

/** What is wrong with the vector unit. */
const vectorProblems = (config: Config): readonly Problem[] => {
  const lanes = config.vector?.lanes ?? 0;
  if (lanes === 0) return [];
  const [code, path] = ['VECTOR', 'vector.lanes'];
  const most = mostVectorLanes(config);
  if (lanes <= most) return [];
  const message = `is ${lanes}; this array and bus have use for ${most}`;
  return [{ code, path, message, fix: `set vector.lanes to ${most}` }];
};

/** Mistakes that show only when several fields, or the meaning of one, are looked at; `ok` says which fields are sound. */
const joinedProblems = (config: Config, ok: (...paths: string[]) => boolean): readonly Problem[] => {
  const problems: Problem[] = [];
  for (const field of ['name', 'prefix'] as const) {
    if (ok(field) && isVerilogKeyword(config[field])) {
      const message = `"${config[field]}" is a reserved word of Verilog`;
      problems.push({ code: 'KEYWORD', path: field, message, fix: `set ${field} to "${config[field]}_"` });
    }
  }
  if (ok('format', 'addStages')) {
    const { name, addStages: stages } = formatOf(config);
    if (config.addStages < stages.least || config.addStages > stages.most) {
      const range = stages.least === stages.most ? 'one stage' : `${stages.least} to ${stages.most} stages`;
      const message = `is ${config.addStages}; an ${name} addition takes ${range}`;
      problems.push({
        ...{ code: 'ADD_STAGES', path: 'addStages', message },
        fix: `set addStages to ${stages.usual}, or leave it out`,
      });
    }
  }
  if (ok('array', 'format', 'axi.dataWidth')) {
    const { dynamicWord, stationaryWord, dataBytes } = derive({ ...config, buffers: NO_BUFFERS, addStages: 1 });
    for (const [field, word] of [
      ['dynamicBytes', dynamicWord],
      ['stationaryBytes', stationaryWord],
    ] as const) {
      const least = 4 * word * dataBytes;
      if (!ok(`buffers.${field}`) || config.buffers[field] >= least) continue;
      problems.push({
        code: 'BUFFER_TOO_SMALL',
        path: `buffers.${field}`,
        message: `is ${config.buffers[field]}; this array and bus need 4 words of ${word * dataBytes} bytes, ${least} bytes`,
        fix: `set buffers.${field} to at least ${least}`,
      });
    }
  }
  if (ok('engines')) {
    for (const engine of new Set(config.engines.filter((each, i, all) => all.indexOf(each) !== i))) {
      const message = `"${engine}" is listed more than once`;
      problems.push({ code: 'DUPLICATE', path: 'engines', message, fix: `list "${engine}" once` });
    }
  }
  if (config.reorganize && ok('engines', 'reorganize') && !config.engines.includes('traditional')) {
    const message = 'no engine reorganizes: traditional is not built';
    const fix = 'remove reorganize, or add traditional to engines';
    problems.push({ code: 'REORGANIZE', path: 'reorganize', message, fix });
  }
  if (ok('array', 'format', 'axi.dataWidth', 'vector')) problems.push(...vectorProblems(config));
  for (const rate of rates) {
    const { path, code, why } = rate;
    const value = rate.valueOf(config);
    if (value === undefined || !ok(...RATE_SIZES, path)) continue;
    const most = mostOf(rate, config);
    if (value <= most) continue;
    const fix = `set ${path} to ${most}, or leave it out`;
    problems.push({ code, path, message: `is ${value}; ${why(most)}`, fix });
  }
  return problems;
};

/** A reorganize step without what is so by itself, so that equal accelerators have equal descriptions. */
const canonicalReorganize = (config: Config): Pick<Config, 'reorganize'> => {
  const { reorganizeElements, reorganizeOverlap, beatElements } = derive(config);
  const reorganize = {
    ...(reorganizeElements === beatElements ? {} : { elementsPerCycle: reorganizeElements }),
    ...(reorganizeOverlap ? {} : { overlap: false }),
  };
  return Object.keys(reorganize).length > 0 ? { reorganize } : {};
};

/** Epilogue lanes that are not what is so by itself. */
const canonicalEpilogue = (config: Config): Pick<Config, 'epilogueLanes'> => {
  const { epilogueLanes, mostEpilogueLanes } = derive(config);
  return epilogueLanes === mostEpilogueLanes ? {} : { epilogueLanes };
};

/** The vector unit, without what is so by itself. */
const canonicalVector = ({ vector }: Config): Pick<Config, 'vector'> => {
  if (!vector || vector.lanes === 0) return {};
  const { lanes, coefficients = USUAL_COEFFICIENTS } = vector;
  return { vector: coefficients === USUAL_COEFFICIENTS ? { lanes } : { lanes, coefficients } };
};

/** Slots of instructions that are fewer than what is so by itself. */
const canonicalSlots = ({ instructionSlots }: Config): Pick<Config, 'instructionSlots'> =>
  instructionSlots === undefined || instructionSlots === MOST_SLOTS ? {} : { instructionSlots };

/** Limits without those that are the instruction set's. */
const canonicalLimits = ({ limits = {} }: Config): Pick<Config, 'limits'> => {
  const names = (Object.keys(FULL_LIMITS) as (keyof Limits)[]).filter(
    (name) => limits[name] !== undefined && limits[name] < FULL_LIMITS[name],
  );
  return names.length > 0 ? { limits: Object.fromEntries(names.map((name) => [name, limits[name]])) } : {};
};

/** Every problem of a complete configuration: types and ranges first, then rules that join fields. Empty when it is valid. */
export const configProblems = (input: unknown): readonly Problem[] => {
  const { error } = configSchema.safeParse(input);
  const fields = fieldProblems(configSchema, 'configuration', input, error?.issues ?? []);
  const bad = fields.filter(({ code }) => code !== 'UNKNOWN_KEY').map(({ path }) => path);
  if (bad.includes('configuration')) return fields;
  // a field is sound when nothing is wrong with it, with a part of it, or with what holds it
  const within = (a: string, b: string): boolean => a === b || a.startsWith(`${b}.`);
  const ok = (...paths: string[]): boolean =>
    paths.every((path) => bad.every((wrong) => !within(wrong, path) && !within(path, wrong)));
  const config = input as Config;
  // the schema alone may advise more than array and bus have use for
  const advised = fields.map((problem): Problem => {
    const rate = rates.find(({ path }) => path === problem.path);
    if (!rate || !ok(...RATE_SIZES)) return problem;
    const near = Number(rules.get(schemaAt(rate.path.split('.')) as z.ZodType)?.nearest(rate.valueOf(config)));
    return { ...problem, fix: `set ${rate.path} to ${Math.min(near, mostOf(rate, config))}` };
  });
  return [...advised, ...joinedProblems(config, ok)];
};

/**
 * Checks a complete configuration and returns it frozen, with keys and engines in their canonical order,
 * so that equal configurations have equal hashes.
 * @throws {@link UserError} with every problem.
 */
export const parseConfig = (input: unknown): Config => {
  const given = plainCopy(input, 'configuration');
  const problems = configProblems(given);
  if (problems.length > 0) throw new UserError(problems);
  const config: Config = configSchema.parse(given);
  const {
    reorganize: _step,
    epilogueLanes: _lanes,
    vector: _vector,
    instructionSlots: _slots,
    limits: _limits,
    counters,
    prefix,
    ...rest
  } = config;
  const engines = ENGINES.filter((engine) => config.engines.includes(engine));
  const own = {
    ...canonicalReorganize(config),
    ...canonicalEpilogue(config),
    ...canonicalVector(config),
    ...canonicalSlots(config),
    ...canonicalLimits(config),
  };
  return frozen({ ...rest, engines, ...own, counters, prefix });
};
