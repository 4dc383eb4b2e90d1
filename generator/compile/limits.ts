import { UserError } from '../base/errors.js';
import { Builder } from '../dataflows/builder.js';
import { mappingsOf } from '../dataflows/lanes/index.js';
import type { LoopNest, MemoryMap } from '../dataflows/loopNest.js';
import { reorganizeFits } from '../dataflows/reorganize.js';
import { tilingsOf } from '../dataflows/tilings.js';
import type { Config } from '../description/config.js';
import { onChipBytes } from '../description/derive.js';
import { configSchema } from '../description/schema.js';

type Buffers = Config['buffers'];
const BUFFERS = ['dynamicBytes', 'stationaryBytes', 'accumulatorDepth'] as const;

/** Doublings that reach every maximum. */
const MOST_DOUBLINGS = 20;

/** The smallest growth of the buffers by doubling, of one of them if that is enough, with which some tiling is found. */
const largerBuffers = (config: Config, nest: LoopNest, memory: MemoryMap): Buffers | undefined => {
  const { shape } = configSchema.shape.buffers;
  // sums of one pixel always fit, but in wgrad, whose sums are those of taps and channels
  const fields = BUFFERS.filter((field) => nest.pass === 'wgrad' || field !== 'accumulatorDepth');
  const isEnough = (buffers: Buffers): boolean => {
    const builder = new Builder({ ...config, buffers });
    return (
      reorganizeFits(nest, memory, builder) &&
      mappingsOf(config, nest).some((lanes) => tilingsOf(builder, nest, memory, lanes).length > 0)
    );
  };
  const doubled = (some: readonly (keyof Buffers)[], times: number): Buffers => ({
    ...config.buffers,
    ...Object.fromEntries(
      some.map((field) => [field, Math.min(config.buffers[field] * 2 ** times, Math.max(...shape[field].values))]),
    ),
  });
  const grow = (some: readonly (keyof Buffers)[]): readonly Buffers[] => {
    if (!isEnough(doubled(some, MOST_DOUBLINGS))) return [];
    let [few, enough] = [0, MOST_DOUBLINGS];
    while (enough - few > 1) {
      const middle = (few + enough) >> 1;
      if (isEnough(doubled(some, middle))) enough = middle;
      else few = middle;
    }
    return [doubled(some, enough)];
  };
  const bytes = (buffers: Buffers): number => onChipBytes({ array: config.array, buffers });
  const [single] = fields.flatMap((field) => grow([field])).sort((a, b) => bytes(a) - bytes(b));
  if (single) return single;
  const [several] = grow(fields);
  if (!several) return undefined;
  // what need not have grown so far is halved again
  let least = several;
  for (const field of fields) {
    for (let size = several[field] / 2; size >= config.buffers[field]; size /= 2) {
      const less = { ...least, [field]: size };
      if (!isEnough(less)) break;
      least = less;
    }
  }
  return least;
};

const bufferFix = (config: Config, nest: LoopNest, memory: MemoryMap): string => {
  const larger = largerBuffers(config, nest, memory);
  if (!larger) {
    return 'no buffers within their limits are enough: reduce the kernel (Kh, Kw) or its dilation (Dh, Dw), which say how many pixels a tile takes';
  }
  const grown = BUFFERS.filter((field) => larger[field] !== config.buffers[field]);
  return `set ${grown.map((field) => `buffers.${field} to ${larger[field]}`).join(' and ')}`;
};

/** A layer of which not one tile fits, with the buffers that would be enough. */
export const limitProblem = (config: Config, nest: LoopNest, memory: MemoryMap): UserError =>
  new UserError([
    {
      code: 'PLAN_BUFFERS',
      path: 'buffers',
      message: `${nest.pass} by ${nest.engine} on ${config.name}: not even one tile of one tap fits the buffers (dynamic ${config.buffers.dynamicBytes} bytes, stationary ${config.buffers.stationaryBytes} bytes, accumulator ${config.buffers.accumulatorDepth} vectors)`,
      fix: bufferFix(config, nest, memory),
    },
  ]);
