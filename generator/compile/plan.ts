import { type Problem as Finding, UserError } from '../base/errors.js';
import type { KeptSums } from '../dataflows/builder.js';
import { Builder, MAX_INSTRUCTIONS, mostInstructions, TooLong } from '../dataflows/builder.js';
import { mappingsOf } from '../dataflows/lanes/index.js';
import {
  type LoopNest,
  loopNest,
  type MemoryMap,
  PASS_TENSORS,
  type Pitches,
  type Tensor,
} from '../dataflows/loopNest.js';
import type { Post } from '../dataflows/post.js';
import { emitReorganize } from '../dataflows/reorganize.js';
import { NoRoom } from '../dataflows/ring.js';
import { emitPass, ledBySmaller, stationaryTime, type Tiling, tilingsOf } from '../dataflows/tilings.js';
import { Unfusable } from '../dataflows/unfusable.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Layer } from '../description/layer.js';
import type { ResultFormat } from '../formats/index.js';
import { FORMATS, type Format, formatOf, formats } from '../formats/index.js';
import { BYTES_PER_INSTRUCTION, encode, type Instruction, MOST_SHIFT, WORDS_PER_INSTRUCTION } from '../isa/program.js';
import { type Cost, TooSlow } from '../machine/outline.js';
import { performanceOf } from '../machine/performance.js';
import { encodingProblem, limitProblems, storedProblem } from './encodable.js';
import { limitProblem } from './limits.js';
import { byPrice, compulsoryBytes, MOST_CANDIDATES, score } from './price.js';

export type { Tiling } from '../dataflows/tilings.js';

/** A layer and pass, mapped: the program, where it expects its tensors, and what was chosen. */
export interface Plan {
  readonly format: Format;
  readonly nest: LoopNest;
  readonly memory: MemoryMap;
  readonly instructions: readonly Instruction[];
  /** Encoded program, 16 words per instruction. */
  readonly words: Uint32Array;
  readonly tiling: Tiling;
  readonly results: ResultFormat;
  /** Tilings that were compared; 1 where it was known. */
  readonly considered: number;
  /** What the planner expects, with the memory of the benches. */
  readonly cost: Cost;
  /** Bytes of the zero-inserted tensor. */
  readonly scratchBytes: number;
  /** How the sums over pixels lie that `post` asks for. */
  readonly keptSums?: KeptSums;
}

export interface PlanOptions {
  /** Results in the operand format; otherwise in the accumulator format. */
  readonly narrow?: boolean;
  /** int8 results are sums divided by 2^shift, 0 to {@link MOST_SHIFT}, rounded half to even and saturated; only with `narrow`. */
  readonly shift?: number;
  /** Elements by which the tensors are moved off their natural alignment, to exercise it. */
  readonly misalign?: number;
  /** Narrows the tilings that are compared; all of them fit. */
  readonly choose?: (tilings: readonly Tiling[]) => readonly Tiling[];
  /** First byte of the memory that the plan may use. */
  readonly base?: number;
  /** Byte addresses of parts that lie where they are told to, instead of one after the other from `base`. */
  readonly place?: Places;
  /**
   * Of tensors that are channels of others. That of one that is read is its channels and whole beats, so that it lies in a buffer as it would otherwise.
   */
  readonly pitches?: Pitches;
  /**
   * Each result is the greatest of its taps, and the number of that tap ({@link Exec.maximum}): weights are ones, of each channel by itself. Only fprop by
   * `zerofree`, of an accelerator with a vector unit.
   */
  readonly maximum?: boolean;
  /** What is done with sums before they are written; not in wgrad. Tilings whose STOREs cannot do it are left out. */
  readonly post?: Post;
  /** What was chosen for the same before by the same code: it is built, and nothing else is looked for. */
  readonly known?: Known;
  /** Leaves the part of the stationary buffer alone that is for what STOREs read besides ({@link sideRoom}). */
  readonly besides?: boolean;
  /** Elementwise steps may be carried out beside the pass: of two plans about as good, that one is better which leaves more of the stationary buffer's time to them. */
  readonly hosts?: boolean;
}

/** What a plan was made of. */
export interface Known {
  readonly tiling: Tiling;
  /** Predicted cycles. */
  readonly cycles: number;
}

/** Addresses of some parts of the memory map, multiples of {@link PLACE_ALIGNMENT}. */
export type Places = Readonly<Partial<Record<keyof MemoryMap, number>>>;

/** Bytes that placed parts are aligned to: those of an instruction. */
export const PLACE_ALIGNMENT = 64;

const PAGE = 4096;

/** A program that is longer than this, and so many times as long as one that is as good, is not worth building: it is fetched, too. */
const LONG = 8192;
const TIMES_AS_LONG = 4;

/** Part of a pass's cycles that the whole time of the stationary buffer is worth to elementwise steps beside it, about. */
const STATIONARY_WORTH = 0.02;

/** Candidates whose programs are replayed cycle by cycle. */
const FINALISTS = 5;
const FINALISTS_LED_BY_SMALLER = 3;

interface Finalist {
  readonly builder: Builder;
  readonly tiling: Tiling;
  readonly score: number;
}

/** A candidate whose program has been replayed. */
interface Replayed {
  readonly tiling: Tiling;
  readonly instructions: readonly Instruction[];
  readonly words: Uint32Array;
  readonly cost: Cost;
  readonly score: number;
  readonly keptSums: KeptSums | undefined;
}

/** First byte of the tensors where no base is given: a bus of less than 32 bits has no room to give away. */
export const defaultBase = ({ axi }: Pick<Config, 'axi'>): number => (axi.addressWidth < 32 ? 0 : 0x1000_0000);

const memoryMap = (
  config: Config,
  nest: LoopNest,
  { narrow = false, misalign = 0, base = defaultBase(config), place: places = {}, pitches = {} }: PlanOptions,
): MemoryMap => {
  const { layer, pass, reorganized } = nest;
  const { dataBytes } = derive(config);
  const inputs = { pixels: layer.B * layer.H * layer.W, channels: layer.C };
  const outputs = { pixels: layer.B * layer.Ho * layer.Wo, channels: layer.N };
  const weights = { pixels: layer.Kh * layer.Kw * (layer.C / layer.G), channels: layer.N };
  let next = base;
  const place = (
    name: keyof MemoryMap,
    { pixels, channels }: { readonly pixels: number; readonly channels: number },
    element: number,
    pitch?: number,
  ): Tensor => {
    const bytes = (pixels === 0 ? 0 : (pixels - 1) * (pitch ?? channels) + channels) * element;
    const address = places[name] ?? next + misalign * element;
    if (places[name] === undefined) next = Math.ceil((address + bytes + 64) / PAGE) * PAGE;
    return { address, bytes, ...(pitch === undefined ? {} : { pitch }) };
  };
  const x = place('x', inputs, dataBytes, pitches.x);
  const wt = place('wt', weights, dataBytes);
  const dy = place('dy', outputs, dataBytes, pitches.dy);
  const stored = reorganized ? layer.B * reorganized.height * reorganized.width : 0;
  const scratch = place('scratch', { pixels: stored, channels: layer.N }, dataBytes);
  const made = pass === 'fprop' ? outputs : pass === 'dgrad' ? inputs : weights;
  const output = place('output', made, narrow ? dataBytes : 4, pitches.output);
  return { program: places.program ?? next, x, wt, dy, scratch, output };
};

const resultFormat = (config: Config, { narrow = false, shift }: PlanOptions): ResultFormat => {
  const refuse = (message: string, fix: string): never => {
    throw new UserError([{ code: 'PLAN_SHIFT', path: 'shift', message, fix }]);
  };
  if (shift === undefined) return { narrow, shift: 0 };
  if (!formatOf(config).shifts) {
    const shifted = FORMATS.filter((name) => formats[name].shifts).join(', ');
    refuse(`only ${shifted} results are shifted; those of ${config.name} are ${config.format}`, 'leave shift out');
  }
  if (!narrow) refuse('sums of 32 bits are not shifted', 'set narrow to true, or leave shift out');
  if (!Number.isInteger(shift) || shift < 0 || shift > MOST_SHIFT) {
    refuse(`not a whole number from 0 to ${MOST_SHIFT}`, 'take one that suits the sums, as 8');
  }
  return { narrow, shift };
};

/** Bits of the addresses that a double counts exactly. */
const COUNTED_BITS = 53;

/** Refuses what ends beyond the address space, or beyond what is counted exactly. */
const checkReach = (config: Config, what: string, end: number): void => {
  const { addressWidth } = config.axi;
  if (end <= 2 ** Math.min(addressWidth, COUNTED_BITS)) return;
  const beyond =
    addressWidth <= COUNTED_BITS
      ? `the ${addressWidth} address bits of ${config.name}`
      : `2^${COUNTED_BITS}, the end of what can be compiled`;
  throw new UserError([
    {
      code: 'PLAN_ADDRESSES',
      path: 'layer',
      message: `${what} would end at 0x${end.toString(16)}, which is beyond ${beyond}`,
      fix: 'take a smaller batch or layer, a lower base, or a wider axi.addressWidth',
    },
  ]);
};

/** Refuses parts that share bytes. */
const checkApart = (parts: readonly (Tensor & { readonly name: string })[]): void => {
  const sorted = parts.filter(({ bytes }) => bytes > 0).sort((a, b) => a.address - b.address);
  const problems = sorted.slice(1).flatMap((part, index) => {
    const before = sorted[index]!;
    if (before.address + before.bytes <= part.address) return [];
    const [from, end, at] = [before.address, before.address + before.bytes - 1, part.address].map(
      (n) => `0x${n.toString(16)}`,
    );
    const message = `${part.name} would lie at ${at}, inside ${before.name} (${from} to ${end})`;
    return [{ code: 'PLAN_OVERLAP', path: 'place', message, fix: 'move one of the two' }];
  });
  if (problems.length > 0) throw new UserError(problems);
};

const programProblem = (config: Config, nest: LoopNest): UserError =>
  new UserError([
    {
      code: 'PLAN_PROGRAM',
      path: 'layer',
      message: `${nest.pass} by ${nest.engine} on ${config.name} takes more than ${mostInstructions(config).toLocaleString('en-US')} instructions`,
      fix: `take a smaller batch or layer, or larger buffers${mostInstructions(config) < MAX_INSTRUCTIONS ? ', or raise limits.instructions' : ''}`,
    },
  ]);

/** What lies in memory beside the program. */
const usedTensors = (pass: Pass) => [PASS_TENSORS[pass].first, PASS_TENSORS[pass].second, 'scratch', 'output'] as const;

const checkTensors = (config: Config, { pass }: LoopNest, memory: MemoryMap): void => {
  const used = usedTensors(pass)
    .map((name) => memory[name])
    .filter(({ bytes }) => bytes > 0);
  checkReach(config, 'the tensors', Math.max(...used.map(({ address, bytes }) => address + bytes)));
};

/**
 * Refuses a layer whose tensors the accelerator cannot address, before anything is planned.
 * @throws UserError
 */
export const checkAddresses = (
  config: Config,
  layer: Layer,
  pass: Pass,
  engine: Engine,
  options: PlanOptions = {},
): void => {
  const nest = loopNest(layer, pass, engine);
  checkTensors(config, nest, memoryMap(config, nest, options));
};

/**
 * Maps a layer and pass to a program.
 * @throws UserError when nothing fits the buffers or the fields of instructions, the tensors do not fit the addresses or overlap, the program would be
 * too long, the engine is not part of the accelerator, or the results are not of those that are shifted; {@link Unfusable} when no STORE of any
 * tiling can do what `post` asks for.
 */
export const makePlan = (config: Config, layer: Layer, pass: Pass, engine: Engine, options: PlanOptions = {}): Plan => {
  if (!config.engines.includes(engine)) {
    throw new UserError([
      {
        code: 'PLAN_ENGINE',
        path: 'engine',
        message: `${config.name} is generated without the engine ${engine}`,
        fix: `use one of ${config.engines.join(', ')}, or add ${engine} to engines`,
      },
    ]);
  }
  const results = resultFormat(config, options);
  const { narrow } = results;
  const nest = loopNest(layer, pass, engine, options.maximum);
  const beyond = limitProblems(config, layer);
  if (beyond.length > 0) throw new UserError(beyond);
  const unstored = storedProblem(config, nest);
  if (unstored) throw new UserError([unstored]);
  const memory = memoryMap(config, nest, options);
  if (options.place?.scratch !== undefined && memory.scratch.bytes === 0) {
    const message = `${pass} of this layer by ${engine} stores nothing in between`;
    throw new UserError([{ code: 'PLAN_SCRATCH', path: 'place', message, fix: 'give scratch no place' }]);
  }
  checkTensors(config, nest, memory);

  const besides = options.besides ?? options.post?.streams.some((stream) => stream !== undefined) ?? false;
  let tooLong = false;
  const build = (tiling: Tiling, limit: number, shortest: number): Builder | 'too slow' | 'unfit' => {
    const most = Math.min(mostInstructions(config), Math.max(LONG, TIMES_AS_LONG * shortest));
    const builder = new Builder(config, limit, besides, most);
    try {
      const waitStore = emitReorganize(nest, memory, builder);
      if (waitStore === undefined) return 'unfit';
      emitPass(builder, nest, memory, tiling, results, waitStore, options.post);
    } catch (error) {
      if (error instanceof TooSlow) return 'too slow';
      if (error instanceof NoRoom || error instanceof Unfusable) return 'unfit';
      if (!(error instanceof TooLong)) throw error;
      tooLong = true;
      return 'too slow';
    }
    return builder;
  };

  const probe = new Builder(config, undefined, besides);
  const beside = options.post?.streams.reduce((sum, stream) => sum + (stream ? (stream.wide ? 4 : 2) : 0), 0) ?? 0;
  const elements = pass === 'fprop' ? layer.B * layer.Ho * layer.Wo * layer.N : layer.B * layer.H * layer.W * layer.C;
  const compulsory = compulsoryBytes(config, layer, pass, narrow) + beside * elements;
  // what STOREs read takes room from the operands
  const { stationaryRoom, derived } = probe;
  const priced = { ...config, buffers: { ...config.buffers, stationaryBytes: stationaryRoom * derived.dataBytes } };
  const choose = options.choose ?? ((tilings) => byPrice(besides ? priced : config, nest, tilings));
  const burden = (tiling: Tiling): number =>
    options.hosts ? 1 + STATIONARY_WORTH * stationaryTime(config, tiling) : 1;
  // Each candidate's program is built, the best few are replayed in time.
  let refused: Finding | undefined;
  const tries = options.choose ? Number.POSITIVE_INFINITY : MOST_CANDIDATES;
  const bestOf = (lists: readonly (readonly Tiling[])[], most: number): readonly Finalist[] => {
    let best: readonly Finalist[] = [];
    for (const tilings of lists) {
      let tried = 0;
      for (const tiling of tilings) {
        if (tried === tries) break;
        const worst = best.length < most ? Number.POSITIVE_INFINITY : best.at(-1)!.score;
        const shortest = Math.min(...best.map((one) => one.builder.instructions.length));
        const builder = build(tiling, worst / burden(tiling), shortest);
        // of what no STORE can do there may be many before one that does
        if (!(builder === 'unfit' && options.post)) tried++;
        if (!(builder instanceof Builder)) continue;
        const unfit = encodingProblem(config, builder.instructions);
        refused ??= unfit;
        if (unfit) continue;
        const entry = { builder, tiling, score: burden(tiling) * score(builder.cost(), compulsory) };
        best = [...best, entry].sort((x, y) => x.score - y.score).slice(0, most);
      }
    }
    return best;
  };
  const finished = (builder: Builder, tiling: Tiling, predicted?: number): Replayed => {
    const instructions: readonly Instruction[] = [...builder.instructions, { kind: 'end' }];
    const cycles = predicted ?? performanceOf(config, { instructions, memory }).cycles;
    const words = encode(instructions);
    const built = builder.cost();
    const bytesRead = built.bytesRead + (words.length / WORDS_PER_INSTRUCTION) * BYTES_PER_INSTRUCTION;
    const cost = { ...built, cycles, bytesRead };
    const ranked = burden(tiling) * score(cost, compulsory);
    return { tiling, instructions, words, cost, score: ranked, keptSums: builder.keptSums };
  };
  const candidates: (readonly Tiling[])[] = [];
  const searched = (): Replayed | undefined => {
    for (const lanes of mappingsOf(config, nest)) candidates.push(choose(tilingsOf(probe, nest, memory, lanes)));
    const whole = bestOf(candidates, FINALISTS);
    const smaller = options.choose ? [] : whole.flatMap(({ tiling }) => ledBySmaller(nest, tiling));
    const finalists = [...whole, ...bestOf([smaller], FINALISTS_LED_BY_SMALLER)];
    const [first] = finalists.map(({ builder, tiling }) => finished(builder, tiling)).sort((x, y) => x.score - y.score);
    return first;
  };
  const rebuilt = ({ tiling, cycles }: Known): Replayed | undefined => {
    const builder = build(tiling, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    return builder instanceof Builder ? finished(builder, tiling, cycles) : undefined;
  };
  const best = (options.known && rebuilt(options.known)) ?? searched();
  if (!best && tooLong) throw programProblem(config, nest);
  if (!best && options.post) throw new Unfusable();
  if (!best) throw refused ? new UserError([refused]) : limitProblem(config, nest, memory);
  const { instructions, words } = best;
  if (words.length / WORDS_PER_INSTRUCTION > mostInstructions(config)) throw programProblem(config, nest);
  checkReach(config, 'the program', memory.program + words.byteLength);
  const parts = usedTensors(pass).map((name) => ({
    name: name === 'output' ? PASS_TENSORS[pass].output : name,
    ...memory[name],
  }));
  checkApart([...parts, { name: 'the program', address: memory.program, bytes: words.byteLength }]);
  return {
    format: config.format,
    nest,
    memory,
    instructions,
    words,
    tiling: best.tiling,
    results,
    considered: candidates.reduce((sum, { length }) => sum + Math.min(length, tries), 0) || 1,
    cost: best.cost,
    scratchBytes: memory.scratch.bytes,
    ...(best.keptSums ? { keptSums: best.keptSums } : {}),
  };
};
