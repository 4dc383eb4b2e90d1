import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { ITEM_WORDS, Item, type Records, ROW_WORDS, Row } from '../../formats/arithmetic.js';
import type { Exec, Geometry } from '../../isa/program.js';
import type { Fail } from '../fault.js';
import { entryAt, type Machine, vectorAt } from '../machine.js';
import { fusedLanes, inGroups, lanesOf, metLanes } from './tile.js';
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
  readonly kh: number;
  readonly kw: number;
}

/** Lanes of a dynamic vector that hold data: from `first` to before `end`. */
interface Lanes {
  readonly first: number;
  readonly end: number;
}

const NO_LANES: Lanes = { first: 0, end: 0 };

/** The lanes that group b meets, of so many: all of them without groups. Hardware counts where they begin in 8 bits. */
const windowOf = (geometry: Geometry, b: number, lanes: number): { readonly first: number; readonly count: number } =>
  inGroups(geometry) ? { first: b * geometry.groupLanes, count: geometry.groupLanes } : { first: 0, count: lanes };

/** Called for each position of a walk; addresses are modulo 2^32, x is where the first lane lies along w. */
type Visit = (valid: boolean, onGrid: boolean, dynamicAt: number, pixelAt: number, x: number) => void;

const eachPosition = ({ exec, geometry, h, w, dynamicBase, pixelBase }: Tap, visit: Visit): void => {
  for (let b = 0; b < exec.nb; b++) {
    for (let i = 0; i < h.count; i++) {
      const dynamicRow = dynamicBase + b * geometry.dynB + h.dynamic[i];
      const pixelRow = pixelBase + b * geometry.pixB + h.pixel[i];
      for (let j = 0; j < w.count; j++) {
        const valid = (h.valid[i] & w.valid[j]) === 1;
        visit(valid, (h.onGrid[i] & w.onGrid[j]) === 1, dynamicRow + w.dynamic[j], pixelRow + w.pixel[j], w.x[j]);
      }
    }
  }
};

/** Lanes that hold data, of those a tap has at a valid position: fused ones end at the image's edges. */
const lanesWithData = ({ fail }: Machine, { exec, geometry }: Tap, lanes: number, x: number): Lanes => {
  if (!exec.fused) return { first: 0, end: lanes };
  const first = Math.max(0, -x);
  const end = Math.min(lanes, geometry.boundW - x);
  if (end <= first) fail('FIELD', `no lane at ${x} holds data`);
  return { first, end };
};

/** Reads the stationary block of a tap: vectors are its rows or its columns. Groups side by side are blocks on its diagonal. */
const readBlock = (machine: Machine, { exec, geometry, tile, rowLanes, columnLanes }: Tap): void => {
  const { numbers, blockAt, pitch, stationary, structuralZero, rows } = machine.arithmetic;
  const [vectors, lanes] = exec.byColumn ? [columnLanes, rowLanes] : [rowLanes, columnLanes];
  const perGroup = inGroups(geometry) ? geometry.groupVectors : vectors;
  const side = exec.byColumn ? machine.config.array.rows : machine.config.array.columns;
  const { at, mask } = stationary;
  if (inGroups(geometry)) numbers.fill(structuralZero, blockAt, blockAt + rows.most * pitch);
  for (let vector = 0; vector < vectors; vector++) {
    const from = vectorAt(machine, stationary, tile + (vector % perGroup) * geometry.tileInner, lanes);
    const { first, count } = windowOf(geometry, Math.floor(vector / perGroup), lanes);
    const end = Math.min(side, (first & 255) + count);
    for (let lane = first & 255; lane < end; lane++) {
      const place = exec.byColumn ? lane * pitch + vector : vector * pitch + lane;
      numbers[blockAt + place] = numbers[at + ((from + lane) & mask)]!;
    }
  }
  machine.counts.stationaryReads += vectors;
};

/** Carries out items, or fails for the first record that reads what was never loaded. */
const stream = (
  machine: Machine,
  records: Records,
  checked: number,
  rows: number,
  items: number,
  width: number,
  tap?: number,
) => {
  const { arithmetic } = machine;
  const good = arithmetic.check(records, checked);
  if (good < checked) {
    const [address, , first, end] = records.words.subarray(good * records.size);
    vectorAt(machine, arithmetic.dynamic, address! + first!, end! - first!);
  }
  arithmetic.stream(rows, items, width, tap);
};

/** fprop and dgrad: one stationary block, a stream of pixels, a sum for each. */
const sumOverChannels = (machine: Machine, tap: Tap): void => {
  const { arithmetic, counts } = machine;
  const { rows, columns } = machine.config.array;
  const { items, pitch, blockAt } = arithmetic;
  const { words } = items;
  const { exec, rowLanes } = tap;
  const groups = inGroups(tap.geometry);
  const columnLanes = metLanes(tap.geometry, exec, tap.columnLanes);
  const number = exec.maximum ? tap.kh * 256 + tap.kw : undefined;
  let vectors = 0;
  let read = 0;
  let idleLanes = 0;
  let useful = 0;
  let enumerated = 0;
  let count = 0;
  readBlock(machine, tap);
  for (let row = 0; row < rowLanes; row++)
    arithmetic.rows.words.set([row, blockAt + row * pitch, 0, 1], row * ROW_WORDS);
  const flush = (): void => {
    stream(machine, items, count, rowLanes, count, groups ? pitch : tap.columnLanes, number);
    count = 0;
  };
  eachPosition(tap, (valid, _onGrid, dynamicAt, pixelAt, x) => {
    const at = count * ITEM_WORDS;
    words[at + Item.address] = dynamicAt;
    words[at + Item.lane] = 0;
    words[at + Item.entry] = entryAt(machine, pixelAt);
    words[at + Item.firstColumn] = 0;
    words[at + Item.endColumn] = pitch;
    vectors++;
    const { first, end } = valid ? lanesWithData(machine, tap, rowLanes, x) : NO_LANES;
    words[at + Item.first] = first;
    words[at + Item.end] = end;
    if (valid) {
      read++;
      useful += end - first;
      enumerated += exec.rect ? end - first : rowLanes;
      idleLanes += rows * columns - (exec.rect ? end - first : rowLanes) * columnLanes;
    } else enumerated += rowLanes;
    if (++count === items.most) flush();
  });
  flush();
  counts.arrayBusy += vectors;
  counts.accumulatorReads += vectors;
  counts.accumulatorWrites += vectors;
  counts.dynamicReads += read;
  counts.usefulMacs += useful * columnLanes;
  counts.idleLanes += idleLanes;
  counts.zerosMultiplied += (enumerated - useful) * columnLanes;
};

/** A valid pixel: its dynamic address, where its first lane lies along w, and where its weights lie, if they are not structural zeros. */
interface Pixel {
  readonly address: number;
  readonly x: number;
  readonly weights: number | undefined;
}

/** Pixels that share the array: as many as it has rows, and the valid ones of them. */
interface Group {
  size: number;
  readonly valid: Pixel[];
}

/** Streams every channel of a group's pixels through the block. */
const streamGroup = (machine: Machine, tap: Tap, group: Group): void => {
  const { arithmetic, counts } = machine;
  const { exec, geometry, tile } = tap;
  const columnLanes = metLanes(geometry, exec, tap.columnLanes);
  const { rows, columns } = machine.config.array;
  const { dynamic, pitch } = arithmetic;
  const groups = inGroups(geometry);
  const perGroup = groups ? geometry.groupVectors : rows;
  for (let channelTile = 0; channelTile < exec.reductionTiles; channelTile++) {
    const lanes = !exec.fused && channelTile < exec.reductionTiles - 1 ? rows : tap.rowLanes;
    const offset = channelTile * geometry.dynTile;
    let useful = 0;
    let held = 0;
    for (const { address, x, weights } of group.valid) {
      const { first, end } = lanesWithData(machine, tap, lanes, x);
      useful += end - first;
      if (weights === undefined) vectorAt(machine, dynamic, address + offset + first, end - first);
      else {
        const at = held * ROW_WORDS;
        const { words } = arithmetic.rows;
        words[at + Row.address] = address + offset;
        words[at + Row.weights] = weights;
        words[at + Row.first] = first;
        words[at + Row.end] = end;
        held++;
      }
    }
    for (let lane = 0; lane < lanes; lane++) {
      const inner = lane % perGroup;
      const { first, count } = windowOf(geometry, (lane - inner) / perGroup, columns);
      const at = lane * ITEM_WORDS;
      const { words } = arithmetic.items;
      words[at + Item.address] = lane;
      words[at + Item.lane] = lane;
      words[at + Item.first] = 0;
      words[at + Item.end] = held;
      words[at + Item.entry] = entryAt(
        machine,
        tile + channelTile * geometry.tileReduction + inner * geometry.tileInner,
      );
      words[at + Item.firstColumn] = groups ? first : 0;
      words[at + Item.endColumn] = groups ? Math.min(columns, first + count) : pitch;
    }
    stream(machine, arithmetic.rows, held, held, lanes, tap.columnLanes);
    const enumerated = exec.rect ? useful : group.size * lanes;
    counts.dynamicReads += group.valid.length;
    counts.arrayBusy += lanes;
    counts.accumulatorReads += lanes;
    counts.accumulatorWrites += lanes;
    counts.usefulMacs += useful * columnLanes;
    counts.zerosMultiplied += (enumerated - useful) * columnLanes;
    if (useful > 0) counts.idleLanes += lanes * rows * columns - enumerated * columnLanes;
  }
};

/** wgrad: each group of pixels is a stationary block of its own. */
const sumOverPixels = (machine: Machine, tap: Tap): void => {
  const { rows } = machine.config.array;
  const { numbers, blockAt, pitch, stationary } = machine.arithmetic;
  const { at, mask } = stationary;
  const group: Group = { size: 0, valid: [] };
  const finish = (): void => {
    streamGroup(machine, tap, group);
    group.size = 0;
    group.valid.length = 0;
  };
  /** Where a vector lies in one piece. */
  const placeOf = (address: number, row: number): number => {
    const from = vectorAt(machine, stationary, address, tap.columnLanes);
    if (from + tap.columnLanes <= mask + 1) return at + from;
    const place = blockAt + row * pitch;
    for (let lane = 0; lane < tap.columnLanes; lane++) numbers[place + lane] = numbers[at + ((from + lane) & mask)]!;
    return place;
  };
  eachPosition(tap, (valid, onGrid, dynamicAt, pixelAt, x) => {
    const weights = onGrid ? placeOf(pixelAt, group.size) : undefined;
    if (onGrid) machine.counts.stationaryReads++;
    if (valid) group.valid.push({ address: dynamicAt, x, weights });
    group.size++;
    if (group.size === rows) finish();
  });
  if (group.size > 0) finish();
};

/** Sets the geometry of the EXECs that follow. */
export const runGeometry = (machine: Machine, geometry: Geometry): void => {
  const { config, fail } = machine;
  const { rows, columns } = config.array;
  const { groupVectors, groupLanes, rowLanes, columnLanes } = geometry;
  if (rowLanes > rows || columnLanes > columns) {
    fail('FIELD', `tiles of ${rowLanes} × ${columnLanes} lanes exceed the array, ${rows} × ${columns}`);
  }
  if ((groupVectors === 0) !== (groupLanes === 0)) fail('FIELD', 'a group has both vectors and lanes, or neither');
  machine.geometry = geometry;
};

interface Walks {
  readonly geometry: Geometry;
  readonly walksH: readonly AxisWalk[];
  readonly walksW: readonly AxisWalk[];
}

/** Walks of instructions that may be carried out again: each step of a training runs the same ones. */
const known = new WeakMap<Exec, Walks>();

const walksOf = (config: Config, geometry: Geometry, exec: Exec, fail: Fail): Walks => {
  const before = known.get(exec);
  if (before?.geometry === geometry) return before;
  const { widths } = derive(config);
  const lanesOfTap = (tap: number): number => fusedLanes(exec, geometry.rowLanes, tap);
  const walks = {
    geometry,
    walksH: axisWalks(widths, geometry, exec, 'H', fail),
    walksW: axisWalks(widths, geometry, exec, 'W', fail, exec.fused ? lanesOfTap : undefined),
  };
  known.set(exec, walks);
  return walks;
};

/** Carries out one EXEC: column tiles, reduction tiles, taps, and the pixels of each tap. */
export const runExec = (machine: Machine, exec: Exec): void => {
  const { config, fail } = machine;
  const geometry = machine.geometry ?? fail('FIELD', 'no GEOMETRY before it');
  const { rows, columns } = config.array;
  if (exec.rowLanesLast > rows || exec.columnLanesLast > columns) {
    fail('FIELD', `${exec.rowLanesLast} × ${exec.columnLanesLast} lanes exceed the array, ${rows} × ${columns}`);
  }
  if (exec.fused && (exec.byColumn || exec.reductionTiles > 1)) {
    fail('FIELD', 'fused lanes allow no columns and one reduction tile');
  }
  if (!exec.fused && exec.edgeW !== 0) fail('FIELD', 'edgeW is for fused lanes');
  if (inGroups(geometry)) {
    if (exec.fused || exec.reductionTiles > 1) fail('FIELD', 'groups side by side allow one reduction tile, not fused');
    const { groupVectors: c, groupLanes: n } = geometry;
    const [high, wide] = exec.byColumn ? [n, c] : [c, n];
    if (high > rows || wide > columns) fail('FIELD', `a group of ${high} × ${wide} lanes exceeds the array`);
  }
  if (exec.rect && !config.engines.includes('zerofree')) fail('ENGINE', 'rect needs the engine zerofree');
  if (!exec.rect && config.engines.every((engine) => engine === 'zerofree')) {
    fail('ENGINE', 'the engine zerofree alone needs rect');
  }
  if (exec.maximum && (!exec.rect || exec.reducePixels || exec.fused))
    fail('FIELD', 'a maximum needs rect, and is neither over pixels nor fused');
  const { walksH, walksW } = walksOf(config, geometry, exec, fail);
  const reductions = exec.reducePixels ? 1 : exec.reductionTiles;
  for (let column = 0; column < exec.columnTiles; column++) {
    for (let reduction = 0; reduction < reductions; reduction++) {
      walksH.forEach((h, kh) => {
        walksW.forEach((w, kw) => {
          if (h.count === 0 || w.count === 0) return;
          const lanes = lanesOf(geometry, exec, column, reduction, kw);
          const tap: Tap = {
            exec,
            geometry,
            h,
            w,
            dynamicBase: exec.dynBase + (inGroups(geometry) ? column : reduction) * geometry.dynTile,
            pixelBase: exec.pixBase + column * geometry.pixTile,
            tile:
              exec.tileBase +
              kh * geometry.tileTapH +
              kw * geometry.tileTapW +
              column * geometry.tileColumn +
              reduction * geometry.tileReduction,
            rowLanes: lanes.row,
            columnLanes: lanes.column,
            ...{ kh, kw },
          };
          if (exec.reducePixels) sumOverPixels(machine, tap);
          else sumOverChannels(machine, tap);
        });
      });
    }
  }
};
