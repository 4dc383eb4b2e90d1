import { UserError } from '../base/errors.js';
import { defaultBase, makePlan, PLACE_ALIGNMENT, type Places, type Plan, type PlanOptions } from '../compile/plan.js';
import { randomOperand } from '../compile/workload.js';
import { loopNest } from '../dataflows/loopNest.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { ceilPow2, derive } from '../description/derive.js';
import { type Layer, makeLayer } from '../description/layer.js';
import { limitOf } from '../description/widths.js';
import { formatOf } from '../formats/index.js';
import { tensorSizes } from '../golden/convolution.js';
import { execute } from '../machine/executor.js';
import type { Counts } from '../units/counts.js';

/** One pass of the self-test's layer: a program, and what it leaves in memory. */
export interface SelfTestRun {
  readonly title: string;
  readonly pass: Pass;
  readonly plan: Plan;
  /** Bytes of the result. */
  readonly expected: Uint8Array;
  /** Counters that do not depend on time. */
  readonly counts: Counts;
}

/** A small layer in every pass and by every engine of an accelerator, in one memory. */
export interface SelfTest {
  readonly layer: Layer;
  /** Address of the memory, a multiple of its size, and its size in bytes, a power of two. */
  readonly base: number;
  readonly bytes: number;
  /** What the memory holds at the start, in ascending order. */
  readonly images: readonly { readonly name: string; readonly address: number; readonly bytes: Uint8Array }[];
  readonly runs: readonly SelfTestRun[];
}

/** Largest array of which all lanes are used; a larger one takes long to fill, and a simulator longer. */
const ALL_LANES = 16;

/** Bytes of the widest beat: where each part begins, so that it is read in as few beats as are counted. */
const ALIGNMENT = Math.max(PLACE_ALIGNMENT, 128);

/**
 * One channel more than there are lanes, an uneven kernel, stride and padding: every engine has zeros to skip, every
 * lane works, and there are tails.
 */
const layerOf = (config: Config, lanes: number): Layer => {
  const channels = (side: number): number => Math.min(Math.min(side, lanes) + 1, limitOf(config, 'channels'));
  const stride = Math.min(2, limitOf(config, 'stride'));
  return makeLayer({
    ...{ B: 1, C: channels(config.array.rows), H: 4, W: 5, N: channels(config.array.columns), G: 1 },
    ...{ Kh: 3, Kw: 2, Sh: stride, Sw: stride, Dh: 1, Dw: 1, Pt: 1, Pb: 1, Pl: 1, Pr: 1 },
  });
};

interface Task {
  readonly pass: Pass;
  readonly engine: Engine;
  readonly narrow: boolean;
}

/** The forward pass in both widths of results, the gradients by every engine. */
const tasksOf = ({ engines }: Config): readonly Task[] => [
  { pass: 'fprop', engine: engines[0]!, narrow: false },
  { pass: 'fprop', engine: engines.at(-1)!, narrow: true },
  ...engines.flatMap((engine) => (['dgrad', 'wgrad'] as const).map((pass): Task => ({ pass, engine, narrow: false }))),
];

/** Which tensor a pass makes, as sizes name it. */
const roles = { fprop: 'y', dgrad: 'x', wgrad: 'weights' } as const;

/** A tiling of middling size: it has several tiles, and is found without comparing programs. */
const middling: NonNullable<PlanOptions['choose']> = (tilings) => tilings.slice(tilings.length >> 1).slice(0, 1);

/** Problems of a layer that is too large for the accelerator. */
const NO_FIT: ReadonlySet<string> = new Set([
  'PLAN_BUFFERS',
  'PLAN_LIMIT',
  'PLAN_COORDINATES',
  'PLAN_FIELD',
  'PLAN_ADDRESSES',
]);

/** The plan, unless the buffers cannot hold a tile of it, or the limits the numbers. */
const planThatFits = (config: Config, layer: Layer, task: Task, places: Places): Plan | undefined => {
  const { pass, engine, narrow } = task;
  try {
    return makePlan(config, layer, pass, engine, { narrow, place: places, choose: middling });
  } catch (error) {
    if (error instanceof UserError && error.problems.every(({ code }) => NO_FIT.has(code))) return undefined;
    throw error;
  }
};

/** Plans and executes all that fits of a layer. */
const testOf = (config: Config, layer: Layer): SelfTest => {
  const { dataBytes } = derive(config);
  const elements = tensorSizes(layer);
  const images: { readonly name: string; readonly address: number; readonly bytes: Uint8Array }[] = [];
  const base = defaultBase(config);
  let next = base;
  const place = (bytes: number): number => {
    const address = next;
    next += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return address;
  };
  const operand = (name: string, length: number, seed: number): number => {
    const bytes = formatOf(config).operands.dynamic.pack(randomOperand(config.format, length, seed));
    const address = place(bytes.length);
    images.push({ name, address, bytes });
    return address;
  };
  const operands = {
    x: operand('x', elements.x, 1),
    wt: operand('wt', elements.weights, 2),
    dy: operand('dy', elements.y, 3),
  };

  const plans = tasksOf(config).flatMap((task) => {
    const { pass, engine, narrow } = task;
    const before = next;
    const output = place(elements[roles[pass]] * (narrow ? dataBytes : 4));
    const { reorganized } = loopNest(layer, pass, engine);
    const scratch = reorganized
      ? { scratch: place(layer.B * reorganized.height * reorganized.width * layer.N * dataBytes) }
      : {};
    const places = { ...operands, output, ...scratch, program: next };
    const plan = planThatFits(config, layer, task, places);
    if (!plan) {
      next = before;
      return [];
    }
    const title = `${pass} by ${engine}${narrow ? ', narrow' : ''}`;
    place(plan.words.byteLength);
    images.push({
      name: `program: ${title}`,
      address: plan.memory.program,
      bytes: new Uint8Array(plan.words.buffer, plan.words.byteOffset, plan.words.byteLength),
    });
    return [{ title, pass, plan }];
  });

  const bytes = ceilPow2(next - base);
  const memory = new Uint8Array(bytes);
  for (const image of images) memory.set(image.bytes, image.address - base);
  const runs = plans.map((run): SelfTestRun => {
    const counts = execute(config, run.plan.words, [{ base, bytes: memory }]);
    const { address, bytes: length } = run.plan.memory.output;
    return { ...run, counts, expected: memory.slice(address - base, address - base + length) };
  });
  return { layer, base, bytes, images, runs };
};

/** Most lanes of each side that are used, the most first; the fewer are for buffers that do not hold more. */
const lanesToTry = ({ array }: Config): readonly number[] =>
  Math.max(array.rows, array.columns) > ALL_LANES ? [4, 1] : [ALL_LANES, 4, 1];

/**
 * Plans and executes the self-test of a configuration: the largest layer that it runs in every pass, or the smallest in those
 * passes whose tiles its buffers hold. The same configuration gives the same test.
 */
export const makeSelfTest = (config: Config): SelfTest => {
  const tests = lanesToTry(config).map((lanes) => () => testOf(config, layerOf(config, lanes)));
  const last = tests.pop()!;
  const wanted = tasksOf(config).length;
  for (const make of tests) {
    const test = make();
    if (test.runs.length === wanted) return test;
  }
  return last();
};
