import type { ResultFormat } from '../../formats/index.js';
import { type Range, rangeLength } from '../axis.js';
import type { Accumulator, Builder } from '../builder.js';
import type { Phase } from '../phases.js';
import { keepsZeros, type Post, postStore, type ResultLayout } from '../post.js';
import type { PostSums } from '../postSums.js';
import { cut } from '../shrink.js';
import { storedVectors } from '../storedVectors.js';
import type { ChannelShape } from './tiling.js';

/** A tile of results: where it lies in the accumulator, vector behind vector, and in the tensor. */
export interface ResultTile extends Pick<Accumulator, 'base' | 'halves'> {
  readonly images: Range;
  readonly rows: Range;
  readonly columns: Range;
  /** First target channel of the tile in the tensor, and how many. */
  readonly channel: number;
  readonly channels: number;
  /** Its last EXEC, by number. */
  readonly lastExec: number;
}

/** Rows or columns of the tensor, every `step`-th. */
interface Lattice {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** What a tile covers of an axis when it covers all that lies between its pixels, too. */
const covered = ({ offset, step }: Phase, pixels: Range, tiles: number, size: number): Range => ({
  first: pixels.first === 0 ? 0 : offset + pixels.first * step,
  last: pixels.last === tiles - 1 ? size - 1 : offset + (pixels.last + 1) * step - 1,
});

/** The rows or columns of a range that agree modulo the step. */
const latticeOf = ({ first, last }: Range, step: number, residue: number): Lattice => {
  const start = first + ((((residue - first) % step) + step) % step);
  return { first: start, step, count: Math.max(0, Math.floor((last - start) / step) + 1) };
};

/** Elements of the result from pixel to pixel. */
const pitchOf = ({ memory, groupTarget, groups }: ChannelShape): number => memory.output.pitch ?? groupTarget * groups;

/** The result as STOREs through the vector unit know it. */
export const resultLayout = (shape: ChannelShape, builder: Builder, { narrow }: ResultFormat): ResultLayout => ({
  address: shape.memory.output.address,
  elementBytes: narrow ? builder.derived.dataBytes : 4,
  channels: shape.groupTarget * shape.groups,
  groupChannels: shape.groupTarget,
  pitch: pitchOf(shape),
});

/** Emits the STOREs of a tile, and of the zeros between its pixels where it has only every n-th. */
export const storeTile = (
  shape: ChannelShape,
  tile: ResultTile,
  builder: Builder,
  format: ResultFormat,
  post?: Post,
  sums?: PostSums,
): void => {
  const layout = resultLayout(shape, builder, format);
  const { nest, memory, pixels } = shape;
  const { layer, pass } = nest;
  const { columns: lanes } = shape.tileLanes;
  const [height, width] = pass === 'fprop' ? [layer.Ho, layer.Wo] : [layer.H, layer.W];
  const { elementBytes, pitch } = layout;
  const pixelBytes = pitch * elementBytes;
  const rowBytes = width * pixelBytes;
  const imageBytes = height * rowBytes;
  const images = rangeLength(tile.images);
  const rows = rangeLength(tile.rows);
  const columns = rangeLength(tile.columns);
  const vectors = Math.ceil(tile.channels / lanes);
  const parts = storedVectors(tile.channels, lanes, builder.config.array.columns);
  const address = (image: number, row: number, column: number): number =>
    memory.output.address + image * imageBytes + row * rowBytes + column * pixelBytes + tile.channel * elementBytes;

  const { h, w } = pixels;
  const allChannels = parts.length === 1 && tile.channels === pitch && w.step === 1;
  const allColumns = allChannels && columns === width && h.step === 1;
  const allRows = allColumns && rows === height;
  const first = address(tile.images.first, h.offset + tile.rows.first * h.step, w.offset + tile.columns.first * w.step);
  const run = (pixels: number, n1: number, stride1: number, n2: number, stride2: number) => ({
    ...{ pixels, n1, n2 },
    stride1: n1 > 1 ? stride1 : 0,
    stride2: n2 > 1 ? stride2 : 0,
    accStride1: n1 > 1 ? pixels * vectors : 0,
    accStride2: n2 > 1 ? pixels * n1 * vectors : 0,
  });
  const store = (at: number, base: number, { pixels, ...runs }: ReturnType<typeof run>, through = post): void => {
    for (const { first, groups: count, vectorsPerGroup, lastLanes } of parts) {
      const place = { address: at + first * lanes * elementBytes, accBase: base + first };
      const group = { groups: pixels * count, vectorsPerGroup, lastLanes, accGroupStride: count > 1 ? 1 : vectors };
      const instruction = { ...format, ...runs, ...place, ...group };
      if (through) postStore(builder, through, layout, instruction, count === 1, tile.halves, tile.lastExec, sums);
      else builder.store(instruction, tile.halves, tile.lastExec);
    }
  };

  if (allRows) store(first, tile.base, run(images * rows * columns, 1, 0, 1, 0));
  else if (allColumns) store(first, tile.base, run(rows * columns, images, imageBytes, 1, 0));
  else if (allChannels) {
    store(first, tile.base, run(columns, rows, h.step * rowBytes, images, imageBytes));
  } else {
    for (let image = 0; image < images; image++) {
      const accumulator = tile.base + image * rows * columns * vectors;
      const runs = run(1, columns, w.step * pixelBytes, rows, h.step * rowBytes);
      store(first + image * imageBytes, accumulator, runs);
    }
  }

  // The STOREs above have left the tile's accumulators zero: the zeros come from there.
  const hull = {
    rows: covered(h, tile.rows, shape.height, height),
    columns: covered(w, tile.columns, shape.width, width),
  };
  const room = images * rows * columns;
  const ofZeros = post && keepsZeros(post) ? undefined : post;
  const zeros = (image: number, down: Lattice, across: Lattice): void => {
    if (down.count === 0 || across.count === 0) return;
    for (const some of cut(across.count, room)) {
      const wide = rangeLength(some);
      for (const part of cut(down.count, Math.max(1, Math.floor(room / wide)))) {
        const at = address(image, down.first + part.first * down.step, across.first + some.first * across.step);
        const runs = run(1, wide, across.step * pixelBytes, rangeLength(part), down.step * rowBytes);
        store(at, tile.base, runs, ofZeros);
      }
    }
  };
  for (let image = tile.images.first; image <= tile.images.last; image++) {
    for (let residue = 0; residue < h.step; residue++) {
      const down = latticeOf(hull.rows, h.step, residue);
      if (residue !== h.offset) zeros(image, down, latticeOf(hull.columns, 1, 0));
      else {
        for (let other = 0; other < w.step; other++) {
          if (other !== w.offset) zeros(image, down, latticeOf(hull.columns, w.step, other));
        }
      }
    }
  }
};
