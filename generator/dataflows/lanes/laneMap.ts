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
 * - `diagonal`: the channels of a depthwise layer, each with an output lane of its own.
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
  /** Reduction channels of the tile; target lanes of its last vector. */
  readonly reduction: number;
  readonly columnLanesLast: number;
  /** The width axis as it is walked, and elements of a row of the kernel. */
  readonly walk: Axis;
  readonly kernelElements: number;
}

type Steps = Pick<Geometry, 'tileReduction' | 'tileColumn' | 'tileInner'>;

/** A mapping of lanes: where it can be, and everything about a program in which it differs from the others. */
export interface LaneMap {
  readonly name: LaneMapping;
  /** The flags of EXEC. */
  readonly flags: Pick<Exec, 'fused' | 'diagonal'>;
  /** Whether a pass can be mapped so. */
  readonly applies: (config: Config, nest: LoopNest) => boolean;
  /** True when the groups of a layer are as one. */
  readonly joinsGroups: boolean;
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
  /** From one channel tile to the next in the dynamic buffer. */
  readonly dynamicTile: (array: Config['array']) => number;
  /** From tap to tap along w in the stationary buffer. */
  readonly tapStep: (array: Config['array'], pitch: StripPitch) => number;
  /** From tap to tap along w in sums over pixels, in channels. */
  readonly sumStep: (array: Config['array'], channels: number) => number;
  /** Reduction tiles of an EXEC, and lanes of the last one. */
  readonly reductionTiles: (tile: TileLanes, rows: number) => number;
  readonly rowLanesLast: (tile: TileLanes, rows: number) => number;
  /** Input channels of a stationary block of weights, and its steps. Weights are [tap][c][n]. */
  readonly weights: (forward: boolean, channels: BlockChannels) => { readonly c: Range; readonly n: Range };
  readonly weightSteps: (forward: boolean, array: Config['array'], pitch: StripPitch) => Steps;
  /** Whether a stationary block arrives column by column, unless in fprop. */
  readonly byColumn: boolean;
  /** Where the first lane lies along w, for lanes that are checked one by one; and the coordinate that is checked otherwise. */
  readonly edge: (walk: Axis, columns: Range) => number;
  readonly x: (x: number, rect: boolean) => number;
  /** The useful utilization that no program can pass. */
  readonly bound: (config: Config, layer: Layer, pass: Pass) => number;
}
