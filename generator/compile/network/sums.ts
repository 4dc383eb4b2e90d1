/** Sums over pixels: rows of them as the accelerator keeps them, what adds the rows, and which passes make sums as they store. */
import type { KeptSums } from '../../dataflows/builder.js';
import { coefficientEntries, sumPeriod } from '../../dataflows/vectorInstructions.js';
import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { following, programOf } from './following.js';
import type { Lowering } from './lowering.js';
import type { PassPlanner } from './passProgram.js';
import { planned, postShape, storedOf } from './split.js';
import {
  all,
  type Channels,
  type ElementwiseStep,
  elementsIn,
  type Key,
  type PassStep,
  type Step,
  type Tensors,
  uses,
  type VectorProgram,
} from './steps.js';
import { operation, program } from './vectorPrograms.js';

/** Two to four terms as streams, and what adds them; one is copied. */
const addition = ([a, b, c, d]: readonly Channels[]): Pick<VectorProgram, 'streams' | 'operations'> => {
  const streams = {
    dynamic0: a!,
    ...(b ? { stationary0: b } : {}),
    ...(c ? { dynamic1: c } : {}),
    ...(d ? { stationary1: d } : {}),
  };
  const first = { p: 'dynamic0', q: b ? 'stationary0' : 'none' } as const;
  if (!c) return { streams, operations: [operation({ ...first, output: 0 })] };
  const others = d
    ? [
        operation({ p: 'dynamic1', q: 'stationary1', write: 1 }),
        operation({ p: 'register', pRegister: 1, q: 'register', output: 0 }),
      ]
    : [operation({ p: 'dynamic1', q: 'register', output: 0 })];
  return { streams, operations: [operation({ ...first, write: 0 }), ...others] };
};

/** Steps that add terms of so many pixels and channels, up to four at a time. */
const folded = (
  { operation: name, only }: Pick<ElementwiseStep, 'operation' | 'only'>,
  lowering: Lowering,
  pixels: number,
  channels: number,
  rows: readonly Channels[],
  to: Key,
): readonly Step[] => {
  const { tensors } = lowering;
  const terms = [...rows];
  const steps: Step[] = [];
  // the sum, pixel by pixel
  const { format, base } = tensors.get(to);
  const whole = (): Key =>
    pixels === 1
      ? to
      : tensors.add({
          ...{ role: 'scratch', name: tensors.fresh('scratch', `${to} by regions`), shape: [pixels, channels] },
          ...{ format, base, within: { key: to, element: 0 } },
        });
  do {
    const some = terms.splice(0, 4);
    const isLast = terms.length === 0;
    const sum = isLast ? whole() : lowering.scratch(`${name} sums, some`, [pixels, channels], 'fp32');
    const parts = { ...addition(some), outputs: [all(sum)] };
    const purpose = only === undefined ? {} : { only };
    steps.push({
      ...{ kind: 'elementwise', operation: name, pixels, channels, program: program('sums', parts), ...purpose },
    });
    if (!isLast) terms.push(all(sum));
  } while (terms.length > 0);
  return steps;
};

/** Rows of sums that an elementwise step of so many channels keeps: as many as the coefficients need. */
export const sumRows = (config: Config, channels: number): number => {
  const chunks = coefficientEntries(config, derive(config), channels);
  return sumPeriod(chunks) / chunks;
};

/** A step whose sums are kept in rows, and what adds these. */
const ofElementwise = (step: ElementwiseStep, lowering: Lowering): readonly Step[] => {
  const { program: made, operation: name, channels } = step;
  const { sums } = made;
  if (!sums || sums.rows > 0) return [step];
  const rows = sumRows(lowering.config, channels);
  const keys = sums.keys.map((key, n) =>
    rows === 1 ? key : lowering.scratch(`${name} sums ${n + 1}`, [rows, channels], 'fp32'),
  );
  const spread: Step = { ...step, program: { ...made, sums: { keys, rows } } };
  if (rows === 1) return [spread];
  return [
    spread,
    ...keys.flatMap((key, n) => {
      const terms = Array.from({ length: rows }, (_, row) => ({ key, first: row * channels }));
      return folded(step, lowering, 1, channels, terms, sums.keys[n]!);
    }),
  ];
};

/** A pass whose STOREs keep sums, and what adds what they write. */
const ofPass = (step: PassStep, lowering: Lowering, planner: PassPlanner): readonly Step[] => {
  const { program: made, operation: name } = step;
  if (!made?.sums) return [step];
  const { regions, channels, rows, rowValues }: KeptSums = planned(step, lowering.tensors, planner).keptSums!;
  const dump = lowering.scratch(`${name} ${step.pass} sums`, [regions, 2 * rows * rowValues], 'fp32');
  return [
    { ...step, program: { ...made, sums: { keys: [dump], rows } } },
    ...made.sums.keys.flatMap((to, n) => {
      const terms = Array.from({ length: rows }, (_, row) => ({ key: dump, first: (n * rows + row) * rowValues }));
      return folded(step, lowering, regions, channels, terms, to);
    }),
  ];
};

/** Steps with their sums in rows, and what adds these: the last thing before tensors get places. */
export const spreadSums = (steps: readonly Step[], lowering: Lowering, planner: PassPlanner): readonly Step[] =>
  steps.flatMap((step) => (step.kind === 'pass' ? ofPass(step, lowering, planner) : ofElementwise(step, lowering)));

/** What the STOREs of a pass do, and with it the sums of its result; nothing where they cannot. */
const joined = (pass: PassStep, { program: own }: ElementwiseStep): VectorProgram | undefined => {
  const before = programOf(pass);
  const taken = before.coefficients.some((key, bank) => key !== undefined && own.coefficients[bank] !== undefined);
  const both = taken || before.sums ? undefined : following(before, own, true);
  const [a, b] = before.coefficients.map((key, bank) => key ?? own.coefficients[bank]);
  return both && { ...before, ...both, coefficients: [a, b], sums: own.sums! };
};

/**
 * Lets the STOREs of passes keep the sums that an elementwise pass takes of their result behind them. Where a shift is the first pixel of that
 * result, which is not there yet, it is what the step has for that.
 */
export const fuseSums = (steps: readonly Step[], lowering: Lowering, planner: PassPlanner): readonly Step[] => {
  const { tensors } = lowering;
  let list: readonly Step[] = steps;
  const lanes = derive(lowering.config).vectorLanes;
  for (const step of steps) {
    if (step.kind !== 'elementwise' || !step.program.sums) continue;
    const index = list.indexOf(step);
    const key = step.program.streams.dynamic0!.key;
    const at =
      index -
      1 -
      list
        .slice(0, index)
        .reverse()
        .findIndex((one) => uses(one).writes.includes(key));
    const pass = list[at];
    if (pass?.kind !== 'pass' || pass.pass === 'wgrad' || pass.maximum || pass.only || pass.result !== key) continue;
    const { earlier } = step;
    const between = list.slice(at + 1, index);
    const inTheWay = between.filter((one) => one !== earlier?.instead && writesAny(one, uses(step).reads, tensors));
    if (inTheWay.length > 0 || elementsIn(tensors.get(key)) !== step.pixels * step.channels) continue;
    const made = joined(pass, step);
    if (!made) continue;
    const purpose = step.only === undefined ? {} : { only: step.only };
    const fused: PassStep = { ...pass, program: made, ...purpose };
    const plan = planner.fused(pass, storedOf(fused, tensors), postShape(fused, tensors)!);
    if (!plan) continue;
    const apart = (step.pixels * step.channels * step.program.operations.length) / lanes;
    if (plan.cycles > planned(pass, tensors, planner).cycles + apart) continue;
    const twin: readonly Step[] = step.only === 'training' ? [{ ...pass, only: 'evaluation' }] : [];
    list = list.flatMap((one): readonly Step[] => {
      if (one === pass) return [...(earlier ? [earlier.by] : []), ...twin, fused];
      return one === step || one === earlier?.instead ? [] : [one];
    });
  }
  return list;
};

const writesAny = (step: Step, keys: readonly Key[], tensors: Tensors): boolean => {
  const read = new Set(keys.map((key) => tensors.wholeOf(key)));
  return uses(step).writes.some((key) => read.has(tensors.wholeOf(key)));
};
