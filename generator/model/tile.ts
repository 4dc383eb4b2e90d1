import type { Exec, Geometry } from '../spec/program.js';
import { entryAt, type Machine, vectorAt } from './machine.js';
import { type AxisWalk, axisWalks } from './walk.js';

/** One tap of one pair of channel tiles: where its walk starts, and how much of the array it uses. */
interface Tap {
  readonly exec: Exec;
  readonly geometry: Geometry;
  readonly h: AxisWalk;
  readonly w: AxisWalk;
  readonly dynamicBase: number;
  readonly pixelBase: number;
  readonly tile: number;
  readonly rowLanes: number;
  readonly columnLanes: number;
}

/** Called for each position of a walk; addresses are modulo 2^32. */
type Visit = (valid: boolean, onGrid: boolean, dynamicAt: number, pixelAt: number) => void;

const eachPosition = ({ exec, geometry, h, w, dynamicBase, pixelBase }: Tap, visit: Visit): void => {
  for (let b = 0; b < exec.nb; b++) {
    for (let i = 0; i < h.count; i++) {
      const dynamicRow = dynamicBase + b * geometry.dynB + h.dynamic[i];
      const pixelRow = pixelBase + b * geometry.pixB + h.pixel[i];
      for (let j = 0; j < w.count; j++) {
        const valid = (h.valid[i] & w.valid[j]) === 1;
        visit(valid, (h.onGrid[i] & w.onGrid[j]) === 1, dynamicRow + w.dynamic[j], pixelRow + w.pixel[j]);
      }
    }
  }
};

/** Reads the stationary block of a tap: vectors are its rows, or its columns. */
const readBlock = (machine: Machine, { exec, geometry, tile, rowLanes, columnLanes }: Tap): void => {
  const { block, pitch, stationary } = machine.arithmetic;
  const [vectors, lanes] = exec.byColumn ? [columnLanes, rowLanes] : [rowLanes, columnLanes];
  block.fill(0);
  for (let vector = 0; vector < vectors; vector++) {
    const from = vectorAt(machine, stationary, tile + vector * geometry.tileInner, lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const place = exec.byColumn ? lane * pitch + vector : vector * pitch + lane;
      block[place] = stationary.values[(from + lane) & stationary.mask];
    }
  }
  machine.counts.stationaryReads += vectors;
};

/** fprop and dgrad: one stationary block, a stream of pixels, a sum for each. */
const sumOverChannels = (machine: Machine, tap: Tap): void => {
  const { arithmetic, counts } = machine;
  const { rows, columns } = machine.config.array;
  const { dynamic, scratch } = arithmetic;
  const { values, mask } = dynamic;
  const { rowLanes, columnLanes } = tap;
  const idle = arithmetic.zerosAreIdle();
  let valids = 0;
  let zeros = 0;
  readBlock(machine, tap);
  eachPosition(tap, (valid, _onGrid, dynamicAt, pixelAt) => {
    const entry = entryAt(machine, pixelAt);
    if (!valid) {
      zeros++;
      if (!idle) arithmetic.multiply(scratch.fill(0), 0, rows, entry);
      return;
    }
    valids++;
    const from = vectorAt(machine, dynamic, dynamicAt, rowLanes);
    if (idle && from + rowLanes <= values.length) {
      let lane = 0;
      while (lane < rowLanes && values[from + lane] === 0) lane++;
      if (lane < rowLanes) arithmetic.multiply(values, from, rowLanes, entry);
      return;
    }
    for (let lane = 0; lane < rows; lane++) scratch[lane] = lane < rowLanes ? values[(from + lane) & mask] : 0;
    arithmetic.multiply(scratch, 0, rows, entry);
  });
  counts.arrayBusy += valids + zeros;
  counts.accumulatorReads += valids + zeros;
  counts.accumulatorWrites += valids + zeros;
  counts.dynamicReads += valids;
  counts.usefulMacs += valids * rowLanes * columnLanes;
  counts.idleLanes += valids * (rows * columns - rowLanes * columnLanes);
  counts.zerosMultiplied += zeros * rowLanes * columnLanes;
};

/** Pixels that share the array: as many as it has rows. */
interface Group {
  size: number;
  /** Dynamic addresses of the valid pixels. */
  readonly valid: number[];
  /** Dynamic addresses of the rows of the block, undefined where zeros enter. */
  readonly rows: (number | undefined)[];
}

/** Streams every channel of a group's pixels through the block. */
const streamGroup = (machine: Machine, { exec, geometry, tile, columnLanes }: Tap, group: Group): void => {
  const { arithmetic, counts } = machine;
  const { rows, columns } = machine.config.array;
  const { dynamic, scratch } = arithmetic;
  const { values, mask } = dynamic;
  const valids = group.valid.length;
  const zeros = group.size - valids;
  for (let channelTile = 0; channelTile < exec.reductionTiles; channelTile++) {
    const lanes = channelTile === exec.reductionTiles - 1 ? exec.rowLanesLast : rows;
    const offset = channelTile * geometry.dynTile;
    for (const address of group.valid) vectorAt(machine, dynamic, address + offset, lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const entry = entryAt(machine, tile + channelTile * geometry.tileReduction + lane * geometry.tileInner);
      for (let row = 0; row < group.rows.length; row++) {
        const address = group.rows[row];
        scratch[row] = address === undefined ? 0 : values[(address + offset + lane) & mask];
      }
      if (group.rows.length > 0) arithmetic.multiply(scratch, 0, group.rows.length, entry);
    }
    counts.dynamicReads += valids;
    counts.arrayBusy += lanes;
    counts.accumulatorReads += lanes;
    counts.accumulatorWrites += lanes;
    counts.usefulMacs += lanes * valids * columnLanes;
    counts.zerosMultiplied += lanes * zeros * columnLanes;
    if (valids > 0) counts.idleLanes += lanes * (rows * columns - group.size * columnLanes);
  }
};

/** wgrad: each group of pixels is a stationary block of its own. Rows that cannot change a sum are left out. */
const sumOverPixels = (machine: Machine, tap: Tap): void => {
  const { rows } = machine.config.array;
  const { block, pitch, stationary } = machine.arithmetic;
  const idle = machine.arithmetic.zerosAreIdle();
  const group: Group = { size: 0, valid: [], rows: [] };
  const finish = (): void => {
    block.fill(0, group.rows.length * pitch);
    while (!idle && group.rows.length < rows) group.rows.push(undefined);
    streamGroup(machine, tap, group);
    group.size = 0;
    group.valid.length = 0;
    group.rows.length = 0;
  };
  eachPosition(tap, (valid, onGrid, dynamicAt, pixelAt) => {
    const row = group.rows.length * pitch;
    let zero = true;
    block.fill(0, row, row + pitch);
    if (onGrid) {
      const from = vectorAt(machine, stationary, pixelAt, tap.columnLanes);
      for (let lane = 0; lane < tap.columnLanes; lane++) {
        const value = stationary.values[(from + lane) & stationary.mask];
        block[row + lane] = value;
        zero = zero && value === 0;
      }
      machine.counts.stationaryReads++;
    }
    if (valid) group.valid.push(dynamicAt);
    if (!idle || (valid && !zero)) group.rows.push(valid ? dynamicAt : undefined);
    group.size++;
    if (group.size === rows) finish();
  });
  if (group.size > 0) finish();
};

/** Carries out one EXEC: column tiles, reduction tiles, taps, and the pixels of each tap. */
export const runTile = (machine: Machine, geometry: Geometry, exec: Exec): void => {
  const { config, fail } = machine;
  const { rows, columns } = config.array;
  if (exec.rowLanesLast > rows || exec.columnLanesLast > columns) {
    fail('FIELD', `${exec.rowLanesLast} × ${exec.columnLanesLast} lanes exceed the array, ${rows} × ${columns}`);
  }
  if (exec.rect && !config.engines.includes('zerofree')) fail('ENGINE', 'rect needs the engine zerofree');
  const walksH = axisWalks(geometry, exec, 'H', fail);
  const walksW = axisWalks(geometry, exec, 'W', fail);
  const reductions = exec.reducePixels ? 1 : exec.reductionTiles;
  for (let column = 0; column < exec.columnTiles; column++) {
    for (let reduction = 0; reduction < reductions; reduction++) {
      walksH.forEach((h, kh) => {
        walksW.forEach((w, kw) => {
          if (h.count === 0 || w.count === 0) return;
          const tap: Tap = {
            exec,
            geometry,
            h,
            w,
            dynamicBase: exec.dynBase + reduction * geometry.dynTile,
            pixelBase: exec.pixBase + column * geometry.pixTile,
            tile:
              exec.tileBase +
              kh * geometry.tileTapH +
              kw * geometry.tileTapW +
              column * geometry.tileColumn +
              reduction * geometry.tileReduction,
            rowLanes: reduction === exec.reductionTiles - 1 ? exec.rowLanesLast : rows,
            columnLanes: column === exec.columnTiles - 1 ? exec.columnLanesLast : columns,
          };
          if (exec.reducePixels) sumOverPixels(machine, tap);
          else sumOverChannels(machine, tap);
        });
      });
    }
  }
};
