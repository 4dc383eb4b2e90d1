import type { Config, Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import type { Exec, Geometry } from '../../isa/program.js';
import type { Axis, Range } from '../axis.js';
import type { LoopNest } from '../loopNest.js';
import type { StripPitch } from '../sources.js';

/**
 * What the reduction lanes of the array are.
 * - `channels`: consecutive channels of one pixel.
 * - `fused`: consecutive elements of (kw, channel), for few channels.
 * - `diagonal`: the channels of several groups side by side, each group with output lanes of its own: a block-diagonal tile.
 */
export type LaneMapping = 'channels' | 'fused' | 'diagonal';

/** Channels that a stationary block joins. */
export interface BlockChannels {
  /** Reduction channels, of the block's rows; and target channels, of its columns. */
  readonly reduction: Range;
  readonly target: Range;
}

/** What a tile of taps and channels is cut into, as one EXEC has it. */
export interface TileLanes {
  /** Reduction channels, and target vectors. */
  readonly reduction: number;
  readonly vectors: number;
  /** Lanes of a whole stationary tile. */
  readonly lanes: TileSize;
  /** The width axis as it is walked, and elements of a row of the kernel. */
  readonly walk: Axis;
  readonly kernelElements: number;
}

/** Lanes of a whole stationary tile: reduction lanes, output lanes. */
export interface TileSize {
  readonly rows: number;
  readonly columns: number;
}

type Steps = Pick<Geometry, 'tileReduction' | 'tileColumn' | 'tileInner'>;

/** A mapping of lanes: where it can be, and everything about a program in which it differs from the others. */
export interface LaneMap {
  readonly name: LaneMapping;
  /** The flags of EXEC. */
  readonly flags: Pick<Exec, 'fused'>;
  /** Whether a pass can be mapped so. */
  readonly applies: (config: Config, nest: LoopNest) => boolean;
  /** True when the groups of a layer are as one. */
  readonly joinsGroups: boolean;
  /** Lanes of a stationary tile where channels are enough for all of them. */
  readonly lanes: (array: Config['array'], layer: Layer, pass: Pass) => TileSize;
  /** Vectors and lanes of a group, as GEOMETRY has them; 0 where groups do not lie side by side. */
  readonly groups: (layer: Layer) => Pick<Geometry, 'groupVectors' | 'groupLanes'>;
  /** True when all reduction channels of a group are in each tap, so that they are never cut. */
  readonly takesWholePixels: boolean;
  /** Whether fprop may take its taps phase by phase. */
  readonly splits: boolean;
  /** The width axis as the hardware walks it. */
  readonly walk: (width: Axis, channels: number, rows: number) => Axis;
  /** Taps along the walk that an EXEC with these taps of the kernel visits. */
  readonly taps: (walk: Axis, taps: Range) => Range;
  /** Elements of the dynamic buffer from coordinate to coordinate along w. */
  readonly unit: (pitch: StripPitch) => number;
  /** From tap to tap along w in the stationary buffer. */
  readonly tapStep: (array: Config['array'], pitch: StripPitch) => number;
  /** From tap to tap along w in sums over pixels, in channels. */
  readonly sumStep: (array: Config['array'], channels: number) => number;
  /** Reduction tiles of an EXEC, and lanes of the last one. */
  readonly reductionTiles: (tile: TileLanes) => number;
  readonly rowLanesLast: (tile: TileLanes) => number;
  /** Channels of a stationary block of weights, and its steps. Weights are [tap][c][n], c of one group. */
  readonly weights: (
    forward: boolean,
    channels: BlockChannels,
    layer: Layer,
  ) => { readonly c: Range; readonly n: Range };
  readonly weightSteps: (forward: boolean, lanes: TileSize, pitch: StripPitch) => Steps;
  /** Where the first lane lies along w, for lanes that are checked one by one; and the coordinate that is checked otherwise. */
  readonly edge: (walk: Axis, columns: Range) => number;
  readonly x: (x: number, rect: boolean) => number;
  /** The useful utilization that no program can pass. */
  readonly bound: (config: Config, layer: Layer, pass: Pass) => number;
}
