import type { Config } from '../../description/config.js';
import type { Exec, Geometry } from '../../isa/program.js';
import type { Counts } from '../counts.js';
import { lanesOf, metLanes, type TileShape } from './tile.js';

type Tap = TileShape['taps'][number];
type Lanes = ReturnType<typeof lanesOf> & { readonly met: number };

/** fprop, dgrad: one block, a vector for each position. */
const addChannelTap = (counts: Counts, config: Config, exec: Exec, tap: Tap, lanes: Lanes): void => {
  const { rows, columns } = config.array;
  const useful = exec.fused ? tap.data : tap.valid * lanes.row;
  const inValid = exec.rect ? useful : tap.valid * lanes.row;
  const enumerated = (tap.positions - tap.valid) * lanes.row + inValid;
  counts.stationaryReads += exec.byColumn ? lanes.column : lanes.row;
  counts.dynamicReads += tap.valid;
  counts.arrayBusy += tap.positions;
  counts.accumulatorReads += tap.positions;
  counts.accumulatorWrites += tap.positions;
  counts.usefulMacs += useful * lanes.met;
  counts.zerosMultiplied += (enumerated - useful) * lanes.met;
  counts.idleLanes += tap.valid * rows * columns - inValid * lanes.met;
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
  counts.usefulMacs += useful * lanes.met;
  counts.zerosMultiplied += (enumerated - useful) * lanes.met;
  counts.idleLanes += tap.activeGroups * channels * rows * columns - inActive * lanes.met;
};

/** Adds what one EXEC of a shape counts. */
export const addExec = (counts: Counts, config: Config, shape: TileShape, geometry: Geometry, exec: Exec): void => {
  const reductions = exec.reducePixels ? 1 : exec.reductionTiles;
  for (let column = 0; column < exec.columnTiles; column++) {
    for (let reduction = 0; reduction < reductions; reduction++) {
      for (const tap of shape.taps) {
        if (tap.positions === 0) continue;
        const used = lanesOf(geometry, exec, column, reduction, tap.kw);
        const lanes = { ...used, met: metLanes(geometry, exec, used.column) };
        if (exec.reducePixels) addPixelTap(counts, config, exec, tap, lanes);
        else addChannelTap(counts, config, exec, tap, lanes);
      }
    }
  }
};
