import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import {
  BYTES_PER_INSTRUCTION,
  type Exec,
  encodedCount,
  type Geometry,
  type Instruction,
  type Load,
  type Reorganize,
  type Store,
} from '../isa/program.js';
import { copyBeats } from '../timing/beats.js';
import { type Counts, noCounts } from '../units/counts.js';
import { lanesOf, type TileShape, TileShapes } from '../units/exec/tile.js';
import { runBytes } from '../units/store/run.js';

type Tap = TileShape['taps'][number];
type Lanes = ReturnType<typeof lanesOf>;

/** fprop, dgrad: one block, a vector for each position. */
const addChannelTap = (counts: Counts, config: Config, exec: Exec, tap: Tap, lanes: Lanes): void => {
  const { rows, columns } = config.array;
  const columnLanes = exec.diagonal ? 1 : lanes.column;
  const useful = exec.fused ? tap.data : tap.valid * lanes.row;
  const inValid = exec.rect ? useful : tap.valid * lanes.row;
  const enumerated = (tap.positions - tap.valid) * lanes.row + inValid;
  counts.stationaryReads += exec.byColumn ? lanes.column : lanes.row;
  counts.dynamicReads += tap.valid;
  counts.arrayBusy += tap.positions;
  counts.accumulatorReads += tap.positions;
  counts.accumulatorWrites += tap.positions;
  counts.usefulMacs += useful * columnLanes;
  counts.zerosMultiplied += (enumerated - useful) * columnLanes;
  counts.idleLanes += tap.valid * rows * columns - inValid * columnLanes;
};

/** wgrad: a block for each group of positions, a vector for each channel. */
const addPixelTap = (counts: Counts, config: Config, exec: Exec, tap: Tap, lanes: Lanes): void => {
  const { rows, columns } = config.array;
  // every channel tile but the last one has all lanes
  const channels = exec.fused ? lanes.row : (exec.reductionTiles - 1) * rows + lanes.row;
  const useful = exec.fused ? tap.data : tap.valid * channels;
  const enumerated = exec.rect ? useful : tap.positions * channels;
  const inActive = exec.rect ? useful : tap.activePositions * channels;
  const vectors = tap.groups * channels;
  counts.stationaryReads += tap.onGrid;
  counts.dynamicReads += tap.valid * exec.reductionTiles;
  counts.arrayBusy += vectors;
  counts.accumulatorReads += vectors;
  counts.accumulatorWrites += vectors;
  counts.usefulMacs += useful * lanes.column;
  counts.zerosMultiplied += (enumerated - useful) * lanes.column;
  counts.idleLanes += tap.activeGroups * channels * rows * columns - inActive * lanes.column;
};

const addExec = (counts: Counts, config: Config, shape: TileShape, exec: Exec): void => {
  const reductions = exec.reducePixels ? 1 : exec.reductionTiles;
  for (let column = 0; column < exec.columnTiles; column++) {
    for (let reduction = 0; reduction < reductions; reduction++) {
      for (const tap of shape.taps) {
        if (tap.positions === 0) continue;
        const lanes = lanesOf(config.array, exec, column, reduction, tap.kw);
        if (exec.reducePixels) addPixelTap(counts, config, exec, tap, lanes);
        else addChannelTap(counts, config, exec, tap, lanes);
      }
    }
  }
};

const addLoad = (counts: Counts, beatBytes: number, load: Load): void => {
  const { address, rowBytes, n1, n2, stride1, stride2 } = load;
  const beats = copyBeats(address, rowBytes, [n1, stride1], [n2, stride2], beatBytes);
  counts.dramBytesRead += beats * beatBytes;
  if (load.stationary) counts.stationaryWrites += beats;
  else counts.dynamicWrites += beats;
};

const addStore = (counts: Counts, config: Config, store: Store): void => {
  const runs = store.n1 * store.n2;
  const vectors = runs * store.groups * store.vectorsPerGroup;
  counts.accumulatorReads += vectors;
  counts.accumulatorWrites += vectors;
  counts.dramBytesWritten += runs * runBytes(config, store);
};

/** Positions of one axis of a REORGANIZE that hold a source pixel. */
export const sourcePositions = (positions: number, x: number, bound: number, stride: number, phase: number): number => {
  // the i-th position is on the grid where (phase + i) is a multiple of the stride
  const multiples = (before: number): number => Math.floor((phase + before - 1) / stride) + 1;
  const from = Math.max(0, -x);
  const to = Math.min(positions, bound - x);
  return to > from ? multiples(to) - multiples(from) : 0;
};

const addReorganize = (counts: Counts, config: Config, step: Reorganize): void => {
  const { dataBytes, reorganizeElements } = derive(config);
  const { positionsH, positionsW, elements } = step;
  const bytes = positionsH * positionsW * elements * dataBytes;
  const pixels =
    sourcePositions(positionsH, step.xH, step.boundH, step.strideH, step.phaseH) *
    sourcePositions(positionsW, step.xW, step.boundW, step.strideW, step.phaseW);
  counts.dynamicReads += pixels * Math.ceil(elements / reorganizeElements);
  counts.dramBytesWritten += bytes;
  counts.reorganizeBytes += bytes;
};

/**
 * The counters of a program that do not depend on time, without carrying it out: equal to the executor's in every count,
 * and thousands of times as fast.
 */
export const countsOf = (
  config: Config,
  instructions: readonly Instruction[],
  shapes = new TileShapes(config),
): Counts => {
  const counts = noCounts();
  const { beatBytes } = derive(config);
  let geometry: Geometry | undefined;
  let words = 0;
  for (const instruction of instructions) {
    if (instruction.kind === 'geometry') geometry = instruction;
    else if (instruction.kind === 'load') addLoad(counts, beatBytes, instruction);
    else if (instruction.kind === 'store') addStore(counts, config, instruction);
    else if (instruction.kind === 'reorganize') addReorganize(counts, config, instruction);
    else if (instruction.kind === 'exec') addExec(counts, config, shapes.of(geometry!, instruction), instruction);
    words += encodedCount(instruction);
  }
  counts.dramBytesRead += Math.ceil((words * BYTES_PER_INSTRUCTION) / beatBytes) * beatBytes;
  return counts;
};
