import { type Problem, UserError } from '../base/errors.js';
import type { Config, Engine } from '../description/config.js';
import { onChipBytes } from '../description/derive.js';
import type { Target } from '../eda/targets.js';
import { type Energy, energyOf } from '../energy/energy.js';
import type { EnergyTable } from '../energy/table.js';
import { AREA_UNITS, type Area, type Areas, areasOf, type Size } from './area.js';
import { type AreaCommand, type CommandBase, type Commands, commandsOf } from './commands.js';
import type { Evaluate, EvaluateOptions, Work } from './evaluate.js';
import type { FitError } from './fit.js';
import { paretoFront } from './pareto.js';
import { type Budget, type Judgement, judge, type Measure, type Measured } from './recommend.js';
import { type Axis, choicesOf } from './vary.js';

/** A configuration of the space, and what it takes. */
export interface Point {
  /** Its place in the order of the space, from 0. */
  readonly id: number;
  /** By the key that is varied. */
  readonly values: Readonly<Record<string, string>>;
  readonly engine: Engine;
  readonly cycles: number;
  readonly usefulMacs: number;
  /** usefulMacs / (rows · columns · cycles). */
  readonly utilization: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Of both buffers and the accumulator. */
  readonly bytes: number;
  /** Multiply-accumulate cells. */
  readonly cells: number;
  /** Picojoules. */
  readonly energy: Energy;
  readonly area?: Area;
  readonly onFront: boolean;
  readonly withinBudget: boolean;
  readonly commands: Commands;
}

/** A configuration that there cannot be, or that cannot do the work, and why. */
export interface Illegal {
  readonly values: Readonly<Record<string, string>>;
  readonly problem: Problem;
  /** Problems beyond the first. */
  readonly more: number;
}

export interface Exploration {
  readonly axes: readonly Axis[];
  /** What points are compared by. */
  readonly measures: readonly Measure[];
  readonly budget: Budget;
  readonly points: readonly Point[];
  readonly illegal: readonly Illegal[];
  /** Of areas: the target, and how good estimates are. */
  readonly area?: {
    readonly target: Target;
    readonly unit: (typeof AREA_UNITS)[Target];
    /** The whole design, or the sum of its blocks, each mapped alone. */
    readonly of: 'whole' | 'blocks';
    readonly synthesized: number;
    readonly estimated: number;
    readonly error?: FitError;
  };
  readonly energies: Pick<EnergyTable, 'name' | 'source'>;
  /** The id of the point that is recommended, and why it is, or why there is none. */
  readonly recommended?: number;
  readonly words: string;
}

export interface ExploreOptions extends EvaluateOptions {
  readonly work: Work;
  readonly axes: readonly Axis[];
  /** The checked configuration of some `--set` options. @throws UserError */
  readonly configOf: (sets: readonly string[]) => Config;
  /** The engine that does the work. @throws UserError where it is not built. */
  readonly engineOf: (config: Config) => Engine;
  readonly command: CommandBase;
  readonly budget: Budget;
  /** What to compare by. Default: cycles and the area; without a target cycles, bytes and cells. */
  readonly measures?: readonly Measure[];
  readonly energies: EnergyTable;
  readonly area?: AreaCommand & {
    /** Points to synthesize, at most. */
    readonly most: number;
    readonly synthesize: (config: Config, index: number) => Promise<Size>;
  };
  readonly evaluate: Evaluate;
}

type Legal = Omit<Point, 'area' | 'onFront' | 'withinBudget'> & { readonly config: Config };

const MOST_TOLD = 6;

/** When nothing is legal: why, each reason once. */
const refuseAll = (illegal: readonly Illegal[]): never => {
  const reasons = new Map(illegal.map(({ problem }) => [`${problem.path} ${problem.message}`, problem]));
  const told = [...reasons.values()].slice(0, MOST_TOLD);
  if (reasons.size > told.length) {
    const message = `${reasons.size - told.length} more reasons are left out`;
    told.push({ code: 'MORE', path: '--vary', message, fix: 'vary less' });
  }
  const message = `none of the ${illegal.length} points can do the work`;
  throw new UserError([{ code: 'NO_POINTS', path: '--vary', message, fix: 'give values without these:' }, ...told]);
};

const illegalOf = (values: Illegal['values'], error: unknown): Illegal => {
  if (!(error instanceof UserError)) throw error;
  return { values, problem: error.problems[0]!, more: error.problems.length - 1 };
};

/** Every point of the space, by the model. */
const evaluated = async (
  options: ExploreOptions,
): Promise<{ readonly legal: readonly Legal[]; readonly illegal: readonly Illegal[] }> => {
  const { work, axes, configOf, engineOf, command, energies, area, evaluate } = options;
  const illegal: Illegal[] = [];
  const machines = choicesOf(axes).flatMap((choice, id) => {
    try {
      const config = configOf(choice.sets);
      return [{ id, choice, config, engine: engineOf(config) }];
    } catch (error) {
      illegal.push(illegalOf(choice.values, error));
      return [];
    }
  });
  const taken = await evaluate(work, machines, options);
  const legal = machines.flatMap(({ id, choice: { values, sets }, config, engine }, i): readonly Legal[] => {
    const own = taken[i]!;
    if ('problem' in own) {
      illegal.push({ values, problem: own.problem, more: 0 });
      return [];
    }
    const { cycles, usefulMacs, counters } = own;
    const cells = config.array.rows * config.array.columns;
    return [
      {
        ...{ id, values, engine, config, cycles, usefulMacs, cells, bytes: onChipBytes(config) },
        utilization: usefulMacs / (cells * cycles),
        ...{ bytesRead: counters.dramBytesRead ?? 0, bytesWritten: counters.dramBytesWritten ?? 0 },
        energy: energyOf(config, counters, energies),
        commands: commandsOf(command, sets, engine, area),
      },
    ];
  });
  if (legal.length === 0) refuseAll(illegal);
  return { legal, illegal };
};

const measured = ({ cycles, bytes, cells, energy }: Legal, area: Area | undefined, unit?: Measure): Measured => ({
  ...{ cycles, bytes, cells, energy: energy.total },
  ...(area && unit ? { [unit]: area.value } : {}),
});

/** Standard cells say nothing of memories, so their bytes are compared beside them. */
const usualMeasures = (unit: Measure | undefined): readonly Measure[] => {
  if (unit === undefined) return ['cycles', 'bytes', 'cells'];
  return unit === 'luts' ? ['cycles', unit] : ['cycles', unit, 'bytes'];
};

/**
 * Works out what every point of a space takes, which ones no other one beats, and which one to take.
 * @throws {@link UserError} where no point can do the work, with the reasons.
 */
export const explore = async (options: ExploreOptions): Promise<Exploration> => {
  const { axes, budget, energies, area: wanted } = options;
  const { legal, illegal } = await evaluated(options);
  const unit = wanted && AREA_UNITS[wanted.target];
  const chosen = new Set([...(options.measures ?? usualMeasures(unit)), ...(Object.keys(budget) as Measure[])]);
  const measures = [...chosen];
  const judged = (areas: readonly (Area | undefined)[]): Judgement =>
    judge(
      legal.map((point, i) => measured(point, areas[i], unit)),
      measures,
      budget,
    );

  let found: Areas | undefined;
  if (wanted) {
    // before any area is known, points that need neither more cycles, nor more bytes and cells than another one
    const front = paretoFront(legal.map(({ cycles, bytes, cells }) => [cycles, bytes, cells]));
    found = await areasOf(
      legal.map(({ config }) => config),
      {
        ...{ unit: unit!, most: wanted.most, synthesize: wanted.synthesize },
        worthwhile: front.flatMap((is, index) => (is ? [index] : [])),
        wanted: (areas) => {
          const { order, front: now } = judged(areas);
          return [...order, ...now.flatMap((is, index) => (is ? [index] : []))];
        },
      },
    );
  }
  const { front, within, best, words } = judged(found?.areas ?? legal.map(() => undefined));
  const isGuess = best !== undefined && found?.areas[best]?.source === 'estimated';
  const synthesized = found?.areas.filter(({ source }) => source === 'synthesized').length ?? 0;
  return {
    ...{ axes, measures, budget, illegal },
    points: legal.map(({ config: _config, ...point }, i) => ({
      ...point,
      ...(found ? { area: found.areas[i]! } : {}),
      ...{ onFront: front[i]!, withinBudget: within[i]! },
    })),
    ...(wanted && found
      ? {
          area: {
            ...{ target: wanted.target, unit: unit!, of: wanted.whole ? 'whole' : 'blocks' },
            ...{ synthesized, estimated: legal.length - synthesized },
            ...(found.error ? { error: found.error } : {}),
          },
        }
      : {}),
    energies: { name: energies.name, source: energies.source },
    ...(best === undefined ? {} : { recommended: legal[best]!.id }),
    words: isGuess ? `${words} Its area is an estimate: more syntheses would tell.` : words,
  };
};
