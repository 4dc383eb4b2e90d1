import type { Config } from '../../description/config.js';
import type { Exec } from '../../isa/program.js';
import type { Counts } from '../counts.js';
import { lanesOf, type TileShape } from './tile.js';

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

/** Adds what one EXEC of a shape counts. */
export const addExec = (counts: Counts, config: Config, shape: TileShape, exec: Exec): void => {
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
