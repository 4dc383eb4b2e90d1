import { type Enumeration, type Range, rangeLength } from './axis.js';
import type { Builder } from './builder.js';
import type { Phase } from './phases.js';
import type { Ring, RingWaits } from './ring.js';

/** A [batch][rows][columns][channels] tensor in DRAM as it is read: perhaps only every n-th row and column. */
export interface Source {
  readonly name: string;
  readonly stationary: boolean;
  /** Byte address. */
  readonly address: number;
  /** Size of the tensor. */
  readonly height: number;
  readonly width: number;
  /** Elements from pixel to pixel: its channels, or those of a tensor that it is part of. */
  readonly pitch: number;
  readonly rowStep: number;
  readonly rowOffset: number;
  readonly columnStep: number;
  readonly columnOffset: number;
  /** Rows and columns that can be read. */
  readonly rows: number;
  readonly columns: number;
}

/** Where a tensor lies, and how large it is. */
type Stored = Pick<Source, 'name' | 'stationary' | 'address' | 'height' | 'width' | 'pitch'>;

/** The operand that two axes read through their taps. */
export const tapSource = (base: Stored, mode: Enumeration, height: Phase, width: Phase): Source => {
  if (mode === 'inputs' || mode === 'validOutputs') {
    return { ...plainSource(base), rows: height.axis.outputs, columns: width.axis.outputs };
  }
  const count = ({ offset, step }: Phase, stored: number): number => Math.max(0, Math.ceil((stored - offset) / step));
  return {
    ...base,
    rowStep: height.step,
    rowOffset: height.offset,
    columnStep: width.step,
    columnOffset: width.offset,
    rows: count(height, base.height),
    columns: count(width, base.width),
  };
};

/** A tensor that is read as it is. */
export const plainSource = (base: Stored): Source => ({
  ...base,
  rowStep: 1,
  rowOffset: 0,
  columnStep: 1,
  columnOffset: 0,
  rows: base.height,
  columns: base.width,
});

/** Some columns and channels of every row: what lies in a buffer, row behind row. */
export interface Strip {
  readonly source: Source;
  readonly columns: Range;
  readonly channel: number;
  readonly channels: number;
}

/** Channels of a strip: those of a chunk of one group, or all of the groups that are loaded together. */
export const stripChannels = (
  groups: Range,
  ofGroup: number,
  chunk: Range,
  together: boolean,
): Pick<Strip, 'channel' | 'channels'> => ({
  channel: groups.first * ofGroup + (together ? 0 : chunk.first),
  channels: together ? rangeLength(groups) * ofGroup : rangeLength(chunk),
});

export interface StripPitch {
  /** Elements from pixel to pixel and from row to row in the buffer. */
  readonly pixel: number;
  readonly row: number;
}

const congruent = (least: number, pitch: number, beat: number): number =>
  least + ((((pitch - least) % beat) + beat) % beat);

/** Pitches that agree with those in DRAM modulo a beat, so that no element has to be shifted on its way. */
export const stripPitch = (strip: Strip, beat: number): StripPitch => {
  const { source } = strip;
  const pixel = congruent(strip.channels, source.columnStep * source.pitch, beat);
  const columns = rangeLength(strip.columns);
  const row = congruent((columns - 1) * pixel + strip.channels, source.rowStep * source.width * source.pitch, beat);
  return { pixel, row };
};

/** Elements that a run of rows takes, with room to align its start. */
export const stripElements = (strip: Strip, rows: number, beat: number): number =>
  rows * stripPitch(strip, beat).row + beat;

/** Where a row of a strip begins in its tensor, in elements. */
const elementOf = ({ source, columns, channel }: Strip, image: number, row: number): number =>
  ((image * source.height + source.rowOffset + row * source.rowStep) * source.width +
    source.columnOffset +
    columns.first * source.columnStep) *
    source.pitch +
  channel;

/** Rows of a strip that lie one behind the other in an image, and what their load waits for. */
interface RowLoad extends RingWaits {
  readonly image: number;
  readonly row: number;
  readonly count: number;
  /** Where the first one goes. */
  readonly bufElement: number;
  readonly reorganize?: boolean;
}

const loadRows = (builder: Builder, strip: Strip, { image, row, count, ...others }: RowLoad): void => {
  const { source } = strip;
  const { beatElements, dataBytes } = builder.derived;
  const pitch = stripPitch(strip, beatElements);
  builder.load({
    stationary: source.stationary,
    address: source.address + elementOf(strip, image, row) * dataBytes,
    row: strip.channels,
    dimensions: [
      { count: rangeLength(strip.columns), dram: source.columnStep * source.pitch, buffer: pitch.pixel },
      { count, dram: source.rowStep * source.width * source.pitch, buffer: pitch.row },
    ],
    ...others,
  });
};

const ringOf = (builder: Builder, { stationary }: Source): Ring => (stationary ? builder.stationary : builder.dynamic);

/**
 * Brings rows of a strip into their buffer, loading only what is not there, and returns the element address of the
 * first one. Rows of images b0…b1 are numbered through: image b's row r is b·rows + r.
 */
export const acquireRows = (
  builder: Builder,
  strip: Strip,
  images: Range,
  rows: Range,
  waitStore = 0,
  reorganize = false,
): number => {
  const { source } = strip;
  const { beatElements, dataBytes } = builder.derived;
  const pitch = stripPitch(strip, beatElements);
  const first = images.first * source.rows + rows.first;
  const last = images.last * source.rows + rows.last;
  const base0 = source.address / dataBytes;
  // With whole columns and rows, a step from image to image is a step of rows; else images keep apart in DRAM only.
  const grant = ringOf(builder, source).acquire({
    key: `${source.name}:${strip.channel}:${strip.columns.first}:${strip.columns.last}:${imageKey(source, images, beatElements)}`,
    first,
    last,
    pitch: pitch.row,
    residue: (base0 + elementOf(strip, images.first, rows.first)) % beatElements,
  });
  // Images that follow each other without a gap are as one.
  const rowsOfImage = source.height === source.rows * source.rowStep ? Number.POSITIVE_INFINITY : source.rows;
  const [waits] = grant.waits;
  let row = grant.load.first;
  while (row <= grant.load.last) {
    const image = Math.floor(row / rowsOfImage);
    const start = row - image * source.rows;
    const count = Math.min(rowsOfImage - start, grant.load.last - row + 1);
    loadRows(builder, strip, {
      ...{ image, row: start, count, bufElement: grant.base + (row - first) * pitch.row, reorganize },
      waitExec: waits!.waitExec,
      waitStore: Math.max(waitStore, waits!.waitStore),
    });
    row += count;
  }
  return grant.base;
};

/**
 * Brings the same rows of several images into their buffer, where they lie image behind image, and returns the element address of the first one.
 * Needs {@link rowsAligned}.
 */
export const acquireBlock = (builder: Builder, strip: Strip, images: Range, rows: Range, waitStore = 0): number => {
  const { source } = strip;
  const { beatElements, dataBytes } = builder.derived;
  const pitch = stripPitch(strip, beatElements);
  const count = rangeLength(rows);
  const grant = ringOf(builder, source).acquire(
    {
      key: [
        source.name,
        strip.channel,
        ...[strip.columns, images, rows].flatMap((range) => [range.first, range.last]),
      ].join(':'),
      ...{ first: 0, last: rangeLength(images) * count - 1 },
      pitch: pitch.row,
      residue: (source.address / dataBytes + elementOf(strip, images.first, rows.first)) % beatElements,
    },
    count,
  );
  grant.waits.forEach(({ waitExec, waitStore: ofRing }, index) => {
    loadRows(builder, strip, {
      ...{ image: images.first + index, row: rows.first, count, bufElement: grant.base + index * count * pitch.row },
      ...{ waitExec, waitStore: Math.max(waitStore, ofRing) },
    });
  });
  return grant.base;
};

/** Whether all rows of a tensor lie alike, modulo a beat. */
export const rowsAligned = (source: Source, beat: number): boolean => (source.width * source.pitch) % beat === 0;

/** Rows of different images may follow each other in the buffer only where their alignment agrees. */
const imageKey = (source: Source, images: Range, beat: number): string =>
  imagesAligned(source, beat) ? '' : `${images.first}`;

/** True when image b's row r lies, modulo a beat, where row b·rows + r of one tall image would. */
export const imagesAligned = (source: Source, beat: number): boolean =>
  ((source.height - source.rows * source.rowStep) * source.width * source.pitch) % beat === 0;
