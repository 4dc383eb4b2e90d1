import { rangeLength } from './axis.js';
import type { Builder } from './builder.js';
import type { LoopNest, MemoryMap } from './loopNest.js';
import { cut } from './shrink.js';
import { acquireRows, plainSource, type Strip, stripElements, stripPitch } from './sources.js';

/** How rows of dY are cut; undefined when not even one pixel of one channel fits the dynamic buffer. */
const cutOf = (strip: Strip, { derived }: Builder): { channels: number; columns: number } | undefined => {
  const { dynamicElements, beatElements } = derived;
  let { channels } = strip;
  let columns = rangeLength(strip.columns);
  const fits = (): boolean =>
    stripElements({ ...strip, channels, columns: { first: 0, last: columns - 1 } }, 1, beatElements) <=
    dynamicElements / 2;
  while (!fits() && channels > 1) channels = Math.ceil(channels / 2);
  while (!fits()) {
    if (columns === 1) return undefined;
    columns = Math.ceil(columns / 2);
  }
  return { channels, columns };
};

/** dY as it lies in DRAM, and a strip of whole rows of it. */
const rawStrip = ({ layer }: LoopNest, memory: MemoryMap): Strip => ({
  source: plainSource({
    name: 'raw',
    stationary: false,
    address: memory.dy.address,
    height: layer.Ho,
    width: layer.Wo,
    pitch: memory.dy.pitch ?? layer.N,
  }),
  columns: { first: 0, last: layer.Wo - 1 },
  channel: 0,
  channels: layer.N,
});

/** True when the step is not needed, or its rows fit the dynamic buffer. */
export const reorganizeFits = (nest: LoopNest, memory: MemoryMap, builder: Builder): boolean =>
  !nest.reorganized || cutOf(rawStrip(nest, memory), builder) !== undefined;

/**
 * Emits the step that writes the zero-inserted (and, for dgrad, zero-padded) dY to DRAM: slabs of rows, loaded to the
 * dynamic buffer and written from there, loads ahead of writes. Returns the STORE-queue count that ends it. Unless the
 * configuration lets the step overlap, all LOADs that follow wait for that count.
 * @returns undefined when a row of dY does not fit the dynamic buffer.
 */
export const emitReorganize = (nest: LoopNest, memory: MemoryMap, builder: Builder): number | undefined => {
  const { layer, pass, reorganized } = nest;
  if (!reorganized) return 0;
  const { dynamicElements, beatElements, dataBytes, reorganizeOverlap } = builder.derived;
  const raw = rawStrip(nest, memory);
  const { source } = raw;
  const padH = pass === 'dgrad' ? (layer.Kh - 1) * layer.Dh - layer.Pt : 0;
  const padW = pass === 'dgrad' ? (layer.Kw - 1) * layer.Dw - layer.Pl : 0;
  // Channels are cut when a row is too long; each cut is written as a strip of its own.
  const cuts = cutOf(raw, builder);
  if (!cuts) return undefined;
  const { channels, columns } = cuts;
  const whole = channels === layer.N && columns === layer.Wo;
  const pitch = stripPitch({ ...raw, channels }, beatElements);
  const rowsPerSlab = whole ? Math.max(1, Math.floor(dynamicElements / 5 / pitch.row)) : 1;
  // Slabs that the buffer holds beside the one being loaded: a load waits for the write that many slabs before it.
  const slabs = whole ? Math.max(1, Math.floor(dynamicElements / (rowsPerSlab * pitch.row + beatElements)) - 1) : 1;
  const ends: number[] = [];
  const modulo = (a: number, b: number): number => ((a % b) + b) % b;
  const positionBytes = layer.N * dataBytes;
  const rowBytes = reorganized.width * positionBytes;
  let last = 0;
  for (let image = 0; image < layer.B; image++) {
    for (let channel = 0; channel < layer.N; channel += channels) {
      const count = Math.min(channels, layer.N - channel);
      for (let z0 = 0; z0 < reorganized.height; ) {
        // output rows z0…z1 need dY rows of floor((z − padH)/S)
        const rowsLeft = reorganized.height - z0;
        const rows = Math.min(rowsLeft, rowsPerSlab * layer.Sh);
        const xH = z0 - padH;
        const firstRow = Math.max(0, Math.ceil(xH / layer.Sh));
        const lastRow = Math.min(layer.Ho - 1, Math.floor((xH + rows - 1) / layer.Sh));
        // one instruction per column cut, which is one per slab when rows are whole
        for (const cutColumns of cut(layer.Wo, columns)) {
          // positions from this cut's first pixel to the next one's; the first and last cut take the padding too,
          // and where the padding is negative the cuts at the ends lose positions, or all of them
          const from = cutColumns.first === 0 ? 0 : Math.max(0, cutColumns.first * layer.Sw + padW);
          const next = (cutColumns.last + 1) * layer.Sw + padW;
          const to = cutColumns.last === layer.Wo - 1 ? reorganized.width : Math.min(next, reorganized.width);
          if (to <= from) continue;
          const strip: Strip = { source, columns: cutColumns, channel, channels: count };
          const stripped = stripPitch(strip, beatElements);
          const present = lastRow >= firstRow;
          const base = present
            ? acquireRows(
                builder,
                strip,
                { first: image, last: image },
                { first: firstRow, last: lastRow },
                ends.at(-slabs) ?? 0,
                true,
              )
            : 0;
          const emitRow = (width: number, from0: number, positionAddress: number, positions: number): void => {
            const xW = from0 - padW;
            last = builder.reorganize({
              address: positionAddress,
              bufElement: modulo(
                base +
                  (Math.floor(xH / layer.Sh) - firstRow) * stripped.row +
                  (Math.floor(xW / layer.Sw) - cutColumns.first) * stripped.pixel,
                dynamicElements,
              ),
              elements: count,
              positionsH: rows,
              positionsW: positions,
              xH,
              xW,
              boundH: (layer.Ho - 1) * layer.Sh + 1,
              boundW: (layer.Wo - 1) * layer.Sw + 1,
              strideH: layer.Sh,
              strideW: layer.Sw,
              phaseH: modulo(xH, layer.Sh),
              phaseW: modulo(xW, layer.Sw),
              bufStepH: stripped.row,
              bufStepW: stripped.pixel,
              rowStride: width,
            });
          };
          const address =
            memory.scratch.address +
            ((image * reorganized.height + z0) * reorganized.width + from) * positionBytes +
            channel * dataBytes;
          if (count === layer.N) emitRow(rowBytes, from, address, to - from);
          else {
            // a strip of channels is not contiguous from position to position: one position at a time
            for (let p = from; p < to; p++) emitRow(rowBytes, p, address + (p - from) * positionBytes, 1);
          }
          ends.push(last);
        }
        z0 += rows;
      }
    }
  }
  if (!reorganizeOverlap) builder.waitForStores();
  return last;
};
