import { UserError } from '../../generator/base/errors.js';
import { makePlan, type Plan } from '../../generator/compile/plan.js';
import { specialOperands } from '../../generator/compile/workload.js';
import { type Config, PASSES } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { formatLayer, makeLayer, parseLayer } from '../../generator/description/layer.js';
import { formats } from '../../generator/formats/index.js';
import type { Operands } from '../../generator/golden/judge.js';
import { type Workload, withOperands } from '../../generator/run/host.js';
import type { InjectedError, MemoryOptions, MemoryRange, Simulator } from '../../generator/run/simulators/job.js';
import { randomLayer } from '../cases.js';
import { randomConfig } from './config.js';
import { garbled, type Illegal, illegalProgram } from './illegal.js';
import { Draw } from './random.js';

/** What is done to an accelerator, and how often of a hundred. */
export const SCENARIOS = {
  calm: 10,
  stalls: 16,
  'busy start': 6,
  'read error': 14,
  'write error': 10,
  window: 6,
  'soft reset': 18,
  'illegal program': 12,
  'garbled program': 8,
} as const;

export type Scenario = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly Scenario[];

/** One case: a run that something may be done to, and another one after it that must be right. */
export interface SoakCase {
  readonly seed: number;
  readonly config: Config;
  readonly simulator: Simulator;
  readonly scenario: Scenario;
  readonly memory: MemoryOptions;
  readonly victim: Workload;
  readonly next: Workload;
  /** Cycles from START to what the host does during the run. */
  readonly after: number;
  /** After a run that stopped: STATUS is cleared, or there is a soft reset. */
  readonly recovery: 'clear' | 'reset';
  readonly errors: readonly InjectedError[];
  /** Those of the errors that the victim's run must meet. */
  readonly met: readonly InjectedError[];
  readonly illegal?: Illegal;
  readonly words?: Uint32Array;
  /** First byte that the window leaves out. */
  readonly windowLimit?: number;
}

export const CASES_PER_CONFIGURATION = 1000;
export const CONFIGURATIONS = 10_000;
/** Configurations of this remainder run in Icarus. */
const ICARUS_EVERY = 6;

/** Seed of one case: it alone tells everything about the case. */
export const caseSeed = (campaign: number, configuration: number, index: number): number =>
  (campaign * CONFIGURATIONS + configuration) * CASES_PER_CONFIGURATION + index;

const configurationSeed = (seed: number): number => Math.floor(seed / CASES_PER_CONFIGURATION);

export const simulatorOf = (seed: number): Simulator =>
  configurationSeed(seed) % ICARUS_EVERY === ICARUS_EVERY - 1 ? 'icarus' : 'verilator';

/** Draws of one case; others for another purpose. */
export const drawOf = (seed: number, purpose = 0): Draw =>
  new Draw(Math.imul(configurationSeed(seed), 0x9e3779b1) ^ (seed % CASES_PER_CONFIGURATION) ^ (purpose << 16));

export const configOf = (seed: number): Config => randomConfig(configurationSeed(seed));

const PAGE = 4096;
const MOST_CYCLES: Readonly<Record<Simulator, number>> = { verilator: 40_000, icarus: 4_000 };

interface Planned {
  readonly plan: Plan;
  readonly narrow: boolean;
}

/** A random pass of a random layer that fits, and is not too long. */
const randomPlan = (config: Config, simulator: Simulator, base: number, draw: Draw): Planned => {
  const { rows, columns } = config.array;
  const lanes = simulator === 'icarus' ? 3 : Math.max(2, Math.min(rows, columns));
  const narrow = draw.percent(30);
  const misalign = draw.percent(50) ? draw.between(1, 9) : 0;
  for (let tries = 0; tries < 30; tries++) {
    const layer = tries < 29 ? randomLayer(draw.between(0, 0x7fffffff), lanes) : parseLayer('C=1,H=2,W=2,N=1,K=1');
    const pass = draw.pick(PASSES);
    const engine = draw.pick(config.engines);
    // a batch of three of the largest takes long to plan, and shows no more
    const small = simulator === 'icarus' ? makeLayer({ ...layer, B: 1 }) : layer;
    try {
      const plan = makePlan(config, small, pass, engine, { base, narrow, misalign });
      if (plan.cost.cycles <= MOST_CYCLES[simulator]) return { plan, narrow };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  throw new Error(`${config.name}: no layer was found that fits`);
};

const calm = (draw: Draw): MemoryOptions => ({ readLatency: draw.between(1, 120), writeLatency: draw.between(1, 60) });

const stalling = (draw: Draw, { beatBytes }: { readonly beatBytes: number }): MemoryOptions => ({
  readLatency: draw.between(1, 300),
  writeLatency: draw.between(1, 150),
  stallPercent: draw.between(0, 70),
  ...(draw.percent(40) ? { bytesPerCycle: draw.between(1, beatBytes * 10) / 10 + 0.5 } : {}),
});

/** A memory that answers soon, or one that stalls. */
export const randomMemory = (config: Config, draw: Draw): MemoryOptions =>
  draw.percent(30) ? calm(draw) : stalling(draw, derive(config));

const beatsOf = (address: number, bytes: number, beatBytes: number): readonly [number, number] => [
  Math.floor(address / beatBytes),
  Math.floor((address + bytes - 1) / beatBytes),
];

/** Whether a run of the plan reads a beat that touches the range, or writes one. */
export const meets = (config: Config, plan: Plan, { access, ...range }: InjectedError): boolean => {
  const { beatBytes } = derive(config);
  const [first, last] = beatsOf(Number(range.address), range.bytes, beatBytes);
  const touched = (address: number, bytes: number): boolean => {
    const [from, to] = beatsOf(address, bytes, beatBytes);
    return from <= last && to >= first;
  };
  const { program, output, scratch } = plan.memory;
  if (access === 'write') return [output, scratch].some(({ address, bytes }) => bytes > 0 && touched(address, bytes));
  if (touched(program, plan.words.byteLength)) return true;
  return plan.instructions.some((instruction) => {
    if (instruction.kind !== 'load') return false;
    const { address, n1, n2, stride1, stride2, rowBytes } = instruction;
    for (let i2 = 0; i2 < n2; i2++) {
      for (let i1 = 0; i1 < n1; i1++) if (touched(address + i1 * stride1 + i2 * stride2, rowBytes)) return true;
    }
    return false;
  });
};

const randomError = (plan: Plan, access: InjectedError['access'], draw: Draw): InjectedError => {
  const { program, x, wt, dy, scratch, output } = plan.memory;
  const areas =
    access === 'write' ? [output, scratch] : [{ address: program, bytes: plan.words.byteLength }, x, wt, dy, scratch];
  const area = draw.pick(areas.filter(({ bytes }) => bytes > 0));
  const at = draw.between(0, area.bytes - 1);
  return {
    access,
    response: draw.pick(['SLVERR', 'DECERR'] as const),
    address: BigInt(area.address + at),
    bytes: Math.min(draw.pick([1, 4, 64, 4096]), area.bytes - at),
  };
};

const randomErrors = ({ plan }: Workload, scenario: Scenario, draw: Draw): readonly InjectedError[] => {
  if (scenario === 'read error' || scenario === 'write error') {
    const access = scenario === 'read error' ? 'read' : 'write';
    return Array.from({ length: draw.percent(25) ? 2 : 1 }, () => randomError(plan, access, draw));
  }
  // a soft reset during a run that stops by itself
  if (scenario !== 'soft reset' || !draw.percent(25)) return [];
  return [randomError(plan, draw.pick(['read', 'write'] as const), draw)];
};

/** A seed of operands, or in bf16 at times operands with infinities, NaNs and subnormals. */
const randomData = ({ format }: Config, { nest }: Plan, draw: Draw): number | Operands => {
  const seed = draw.between(0, 0x3fffffff);
  return formats[format].special && draw.percent(25) ? specialOperands(nest.layer, nest.pass, seed) : seed;
};

/** The case of a seed. */
export const caseOf = (seed: number): SoakCase => caseOn(configOf(seed), simulatorOf(seed), seed);

/** The case of a seed on a given accelerator. */
export const caseOn = (config: Config, simulator: Simulator, seed: number): SoakCase => {
  const draw = drawOf(seed);
  let scenario: Scenario = draw.weighted(SCENARIOS);
  // it reads anywhere, and unknown memory would make everything unknown
  if (scenario === 'garbled program' && simulator === 'icarus') scenario = 'soft reset';

  const pages = 2 ** Math.min(config.axi.addressWidth, 48) / PAGE;
  const base = draw.percent(50) ? 0x10000 : Math.min(draw.between(1, 0x7fffffff), pages - 0x10000) * PAGE;
  const first = randomPlan(config, simulator, base, draw);
  const end = first.plan.memory.program + first.plan.words.byteLength;
  const second = randomPlan(config, simulator, (Math.ceil(end / PAGE) + 1) * PAGE, draw);
  const victim = withOperands(config, first.plan, randomData(config, first.plan, draw));
  const next = withOperands(config, second.plan, randomData(config, second.plan, draw));

  const memory = scenario === 'calm' ? calm(draw) : randomMemory(config, draw);
  const after = draw.between(0, Math.ceil(first.plan.cost.cycles * 1.2));
  const recovery = draw.pick(['clear', 'reset'] as const);
  const errors = randomErrors(victim, scenario, draw);
  const given: SoakCase = {
    ...{ seed, config, simulator, scenario, memory, victim, next, after, recovery, errors },
    met: errors.filter((error) => meets(config, first.plan, error)),
  };
  if (scenario === 'illegal program') {
    const illegal = illegalProgram(config, first.plan.words, first.narrow, draw);
    return illegal ? { ...given, illegal, words: illegal.words } : { ...given, scenario: 'calm' };
  }
  if (scenario === 'garbled program') return { ...given, words: garbled(first.plan.words, draw) };
  if (scenario === 'window') {
    const { address, bytes } = first.plan.memory.output;
    return { ...given, windowLimit: address + draw.between(0, bytes - 1) };
  }
  return given;
};

/** Where the victim may write. */
export const victimWrites = ({ victim, scenario, illegal, windowLimit }: SoakCase): readonly MemoryRange[] => {
  const { words, memory } = victim.plan;
  if (illegal) {
    const stores = [4, 5];
    const firstStore = Array.from({ length: words.length / 16 }, (_, at) => at).find((at) =>
      stores.includes(words[at * 16]! & 0xff),
    );
    if (illegal.instruction <= (firstStore ?? 0)) return [];
  }
  if (scenario === 'garbled program' || windowLimit !== undefined) {
    const from = Number(
      victim.writes.reduce((least, { address }) => (address < least ? address : least), victim.writes[0]!.address),
    );
    return [{ address: BigInt(from), bytes: (windowLimit ?? memory.output.address + memory.output.bytes) - from }];
  }
  return victim.writes;
};

/** A case in one line. */
export const describeCase = ({ config, scenario, victim, simulator, illegal }: SoakCase): string => {
  const { layer, pass, engine } = victim.plan.nest;
  const { rows, columns } = config.array;
  const what = illegal ? ` (${illegal.what}, instruction ${illegal.instruction})` : '';
  return `${scenario}${what}: ${rows}x${columns} ${config.format}, ${pass} by ${engine} of ${formatLayer(layer)}, ${simulator}`;
};
