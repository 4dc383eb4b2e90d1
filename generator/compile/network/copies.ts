import { isMove } from './following.js';
import {
  type Channels,
  type ElementwiseStep,
  elementsIn,
  type Key,
  STREAMS,
  type Step,
  type Tensors,
  uses,
} from './steps.js';

const isPlain = ({ first, walk }: Channels): boolean => first === 0 && !walk;

/** From where to where a step copies channels; nothing where it does more, or another format comes of it. */
const copyOf = (
  { program, grid, pixels, channels }: ElementwiseStep,
  tensors: Tensors,
): { readonly from: Channels; readonly to: Key } | undefined => {
  const [only, ...others] = program.operations;
  const { dynamic0: from, ...sides } = program.streams;
  const [to] = program.outputs;
  if (!only || others.length > 0 || only.p !== 'dynamic0' || !isMove(only) || program.sums || grid) return undefined;
  if (!from || from.walk || Object.keys(sides).length > 0 || !to || !isPlain(to)) return undefined;
  const spec = tensors.get(to.key);
  const isAll = elementsIn(spec) === pixels * channels && !spec.within;
  return isAll && tensors.get(from.key).format === spec.format ? { from, to: to.key } : undefined;
};

/** Leaves out copies that only one elementwise step reads, which reads the channels where they lie: those of a concatenation's gradient, or of a slice. */
export const withoutCopies = (steps: readonly Step[], kept: ReadonlySet<Key>, tensors: Tensors): readonly Step[] => {
  const whole = (key: Key): Key => tensors.wholeOf(key);
  const list: (Step | undefined)[] = [...steps];
  steps.forEach((given, index) => {
    // which may read where another copy was
    const step = list[index];
    const copy = step?.kind === 'elementwise' ? copyOf(step, tensors) : undefined;
    if (step?.kind !== 'elementwise' || !copy || kept.has(copy.to)) return;
    const touches = (keys: readonly Key[]): number => keys.filter((key) => whole(key) === copy.to).length;
    const touching = steps.filter((one) => touches(uses(one).reads) + touches(uses(one).writes) > 0);
    const reader = touching.at(-1);
    if (touching.length !== 2 || touching[0] !== given || reader?.kind !== 'elementwise' || reader.grid) return;
    if (reader.pixels !== step.pixels || reader.channels !== step.channels || touches(uses(reader).reads) !== 1) return;
    const at = steps.indexOf(reader);
    const stays = steps
      .slice(index, at + 1)
      .every((one) => !uses(one).writes.some((key) => whole(key) === whole(copy.from.key)));
    const now = list[at];
    if (!stays || now?.kind !== 'elementwise') return;
    const { streams } = now.program;
    const name = STREAMS.find((one) => streams[one]?.key === copy.to && isPlain(streams[one]));
    if (!name) return;
    list[index] = undefined;
    list[at] = { ...now, program: { ...now.program, streams: { ...streams, [name]: copy.from } } };
  });
  return list.filter((step) => step !== undefined);
};
