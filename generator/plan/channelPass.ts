import { type Axis, axisGeometry, axisTile, type Range, rangeLength, sourceRange, visited } from './axis.js';
import type { Builder } from './builder.js';
import { fuse, type LaneMapping } from './lanes.js';
import type { MemoryMap, Problem } from './problem.js';
import { cut, shrink } from './shrink.js';
import {
  acquireRows,
  imagesAligned,
  plainSource,
  type Source,
  type Strip,
  stripElements,
  stripPitch,
  tapSource,
} from './sources.js';

/** How fprop or dgrad is cut. Target pixels are Y's in fprop and dX's in dgrad; so are target channels. */
export interface ChannelTiling {
  readonly kind: 'channels';
  readonly lanes: LaneMapping;
  /** Target pixels of a tile. */
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  /** Target channels of a tile, and reduction channels of a chunk. */
  readonly target: number;
  readonly reduction: number;
  /** Taps of a chunk. */
  readonly tapsH: number;
  readonly tapsW: number;
  /** Groups whose operands are loaded together. */
  readonly groups: number;
  /** What the outer loop walks: pixel tiles, or channel tiles (weights stay, pixels are read again). */
  readonly outer: 'pixels' | 'channels';
}

interface Shape {
  readonly problem: Problem;
  readonly memory: MemoryMap;
  readonly source: Source;
  readonly lanes: LaneMapping;
  /** The width axis as the hardware walks it. */
  readonly walk: Axis;
  /** Groups, target size, and target and reduction channels of one group; on the diagonal all groups are as one. */
  readonly groups: number;
  readonly height: number;
  readonly width: number;
  readonly groupTarget: number;
  readonly groupReduction: number;
}

export const channelShape = (problem: Problem, memory: MemoryMap, lanes: LaneMapping, rows: number): Shape => {
  const { layer, pass, height, width, mode, reorganized } = problem;
  const forward = pass === 'fprop';
  const groups = lanes === 'diagonal' ? 1 : layer.G;
  const source = tapSource(
    {
      name: 'source',
      stationary: false,
      address: forward ? memory.x.address : reorganized ? memory.scratch.address : memory.dy.address,
      height: forward ? layer.H : (reorganized?.height ?? layer.Ho),
      width: forward ? layer.W : (reorganized?.width ?? layer.Wo),
      channels: forward ? layer.C : layer.N,
    },
    mode,
    height,
    width,
  );
  return {
    problem,
    memory,
    source,
    lanes,
    walk: lanes === 'fused' ? fuse(width, layer.C, rows) : width,
    groups,
    height: forward ? layer.Ho : layer.H,
    width: forward ? layer.Wo : layer.W,
    groupTarget: (forward ? layer.N : layer.C) / groups,
    groupReduction: (forward ? layer.C : layer.N) / groups,
  };
};

const rowsNeeded = (shape: Shape, tiling: ChannelTiling): { readonly rows: number; readonly columns: number } => {
  const { problem } = shape;
  const most = (axis: typeof problem.height, whole: number, size: number): number =>
    Math.max(1, ...cut(whole, size).map((target) => rangeLength(sourceRange(problem.mode, axis, target))));
  return {
    rows: most(problem.height, shape.height, tiling.rows),
    columns: most(problem.width, shape.width, tiling.columns),
  };
};

const stripOf = (shape: Shape, columns: Range, channel: number, channels: number): Strip => ({
  source: shape.source,
  columns,
  channel,
  channels,
});

/** Stationary block: rows (tap, c) of weights, `lanes` elements of n each. */
const weightLayout = (shape: Shape, tiling: ChannelTiling, beat: number) => {
  const { layer, pass } = shape.problem;
  const forward = pass === 'fprop';
  const diagonal = tiling.lanes === 'diagonal';
  const c = diagonal ? 1 : forward ? tiling.reduction : tiling.target;
  const n = (forward || diagonal ? tiling.target : tiling.reduction) * tiling.groups;
  const source = plainSource({
    name: 'weights',
    stationary: true,
    address: shape.memory.wt.address,
    height: layer.Kh * layer.Kw,
    width: layer.C / layer.G,
    channels: layer.N,
  });
  const strip: Strip = { source, columns: { first: 0, last: c - 1 }, channel: 0, channels: n };
  return { source, c, n, elements: stripElements(strip, tiling.tapsH * tiling.tapsW, beat) };
};

/** True when a tile's data fit the buffers. */
export const channelFits = (shape: Shape, tiling: ChannelTiling, builder: Builder): boolean => {
  const { config, derived } = builder;
  const { beatElements } = derived;
  const lanes = Math.ceil(tiling.target / config.array.columns);
  if (tiling.images * tiling.rows * tiling.columns * lanes > config.buffers.accumulatorDepth) return false;
  const needed = rowsNeeded(shape, tiling);
  const strip = stripOf(shape, { first: 0, last: needed.columns - 1 }, 0, tiling.reduction * tiling.groups);
  const rows = tiling.images > 1 ? tiling.images * shape.source.rows : needed.rows;
  if (stripElements(strip, rows, beatElements) > derived.dynamicElements) return false;
  return weightLayout(shape, tiling, beatElements).elements <= derived.stationaryElements;
};

/** Tilings worth comparing, all of which fit. */
export const channelTilings = (shape: Shape, builder: Builder): readonly ChannelTiling[] => {
  const { config } = builder;
  const { rows: lanes, columns } = config.array;
  const { layer } = shape.problem;
  const found: ChannelTiling[] = [];
  const depth = config.buffers.accumulatorDepth;
  const aligned = imagesAligned(shape.source, builder.derived.beatElements);
  const groupSizes = shape.groups === 1 ? [1] : shrink(shape.groups);
  const whole = (groups: number): boolean => groups > 1 || shape.lanes === 'fused';
  const reductionsOf = (groups: number, target: number): readonly number[] => {
    if (shape.lanes === 'diagonal') return [target];
    return whole(groups) ? [shape.groupReduction] : shrink(shape.groupReduction, lanes);
  };
  for (const groups of groupSizes) {
    for (const target of groups > 1 ? [shape.groupTarget] : shrink(shape.groupTarget, columns)) {
      for (const reduction of reductionsOf(groups, target)) {
        const vectors = Math.ceil(target / columns);
        for (const [tapsH, tapsW] of [
          [layer.Kh, layer.Kw],
          [1, layer.Kw],
          ...(shape.lanes === 'fused' ? [] : [[1, 1]]),
        ] as const) {
          const before = found.length;
          for (const width of shrink(shape.width)) {
            for (const limit of [depth / 2, depth]) {
              const most = Math.floor(limit / (vectors * width));
              if (most < 1) continue;
              const tallest = Math.min(shape.height, most);
              for (const rows of shrink(tallest).slice(0, 4)) {
                const images =
                  rows === shape.height && aligned
                    ? Math.max(1, Math.min(layer.B, Math.floor(limit / (vectors * width * rows))))
                    : 1;
                for (const imageCount of new Set([images, 1])) {
                  const base = {
                    kind: 'channels',
                    lanes: shape.lanes,
                    images: imageCount,
                    rows,
                    columns: width,
                    target,
                    reduction,
                  } as const;
                  const tiling: ChannelTiling = { ...base, tapsH, tapsW, groups, outer: 'pixels' };
                  if (channelFits(shape, tiling, builder)) found.push(tiling, { ...tiling, outer: 'channels' });
                }
              }
            }
            if (found.length > before + 24) break;
          }
          if (found.length > before) break;
        }
      }
    }
  }
  return found;
};

/** Emits the whole pass with a tiling. */
export const emitChannelPass = (
  shape: Shape,
  tiling: ChannelTiling,
  builder: Builder,
  narrow: boolean,
  waitStore: number,
): void => {
  const { problem, memory, source, walk } = shape;
  const { layer, pass, mode, height, width } = problem;
  const { config, derived } = builder;
  const { beatElements, dataBytes } = derived;
  const { rows: lanes, columns } = config.array;
  const forward = pass === 'fprop';
  const outBytes = narrow ? dataBytes : 4;
  const fused = shape.lanes === 'fused';
  const diagonal = shape.lanes === 'diagonal';
  const targetChannels = shape.groupTarget * shape.groups;
  const h = axisGeometry(mode, height);
  const w = axisGeometry(mode, walk);
  const rect = problem.engine === 'zerofree';

  // Chunks of the reduction go back and forth from tile to tile: what the last tile read last is still there.
  let turn = 0;
  const backAndForth = (reductions: readonly Range[]) => {
    const chunks = reductions.flatMap((reduction) =>
      cut(layer.Kh, tiling.tapsH).flatMap((tapsH) =>
        cut(layer.Kw, tiling.tapsW).map((tapsW) => ({ reduction, tapsH, tapsW })),
      ),
    );
    turn += 1;
    return turn % 2 === 0 ? chunks.reverse() : chunks;
  };

  const emitTile = (images: Range, rows: Range, cols: Range, groups: Range, target: Range): void => {
    const nb = rangeLength(images);
    const th = rangeLength(rows);
    const tw = rangeLength(cols);
    const targetCount = rangeLength(target);
    const vectors = Math.ceil(targetCount / columns);
    const sourceRows = sourceRange(mode, height, rows);
    const sourceColumns = sourceRange(mode, width, cols);
    const empty = rangeLength(sourceRows) === 0 || rangeLength(sourceColumns) === 0;
    const loadedRows = nb > 1 ? { first: 0, last: source.rows - 1 } : sourceRows;
    for (let group = groups.first; group <= groups.last; group++) {
      const place = builder.accumulator(nb * th * tw * vectors);
      for (const { reduction, tapsH, tapsW } of backAndForth(
        diagonal ? [target] : cut(shape.groupReduction, tiling.reduction),
      )) {
        const reductionCount = rangeLength(reduction);
        const countH = rangeLength(tapsH);
        const perTap = (a: typeof height, t: Range, taps: Range): number[] =>
          Array.from({ length: rangeLength(taps) }, (_, k) => visited(mode, a, t, taps.first + k));
        const visitsH = perTap(height, rows, tapsH);
        const visitsW = perTap(walk, cols, fused ? { first: 0, last: walk.kernel - 1 } : tapsW);
        if (rect && !(visitsH.some((v) => v > 0) && visitsW.some((v) => v > 0))) continue;
        // dynamic operand
        const channel0 =
          tiling.groups > 1 ? groups.first * shape.groupReduction : group * shape.groupReduction + reduction.first;
        const channelCount = tiling.groups > 1 ? rangeLength(groups) * shape.groupReduction : reductionCount;
        const strip = stripOf(shape, empty ? { first: 0, last: 0 } : sourceColumns, channel0, channelCount);
        const pitch = stripPitch(strip, beatElements);
        const unit = fused ? 1 : pitch.pixel;
        const dyn0 = empty ? 0 : acquireRows(builder, strip, images, loadedRows, waitStore);
        const tileH = axisTile(mode, height, rows, sourceRows, tapsH.first);
        const tileW = axisTile(mode, walk, cols, sourceColumns, tapsW.first);
        const skipped = (nb > 1 ? sourceRows.first : 0) * pitch.row;
        const dynGroup = tiling.groups > 1 ? (group - groups.first) * shape.groupReduction + reduction.first : 0;
        // stationary operand
        const [c0, cCount] = diagonal
          ? [0, 1]
          : forward
            ? [reduction.first, reductionCount]
            : [target.first, targetCount];
        const nFirst = forward ? target.first : reduction.first;
        const nGroup = layer.N / shape.groups;
        const n0 = tiling.groups > 1 ? groups.first * nGroup : group * nGroup + nFirst;
        const nCount = tiling.groups > 1 ? rangeLength(groups) * nGroup : forward ? targetCount : reductionCount;
        const weights = weightLayout(shape, tiling, beatElements).source;
        const block: Strip = {
          source: weights,
          columns: { first: c0, last: c0 + cCount - 1 },
          channel: n0,
          channels: nCount,
        };
        const blockPitch = stripPitch(block, beatElements);
        const firstTap = tapsH.first * layer.Kw + tapsW.first;
        const lastTap = tapsH.last * layer.Kw + tapsW.last;
        const stat0 = acquireRows(builder, block, { first: 0, last: 0 }, { first: firstTap, last: lastTap });
        const statGroup = tiling.groups > 1 ? (group - groups.first) * nGroup : 0;
        builder.setGeometry({
          kind: 'geometry',
          boundH: h.bound,
          boundW: w.bound,
          xTapH: h.xTap,
          xTapW: w.xTap,
          xStepH: h.xStep,
          xStepW: w.xStep,
          phaseModH: h.phaseMod,
          phaseModW: w.phaseMod,
          phaseTapH: h.phaseTap,
          phaseTapW: w.phaseTap,
          dynB: nb > 1 ? source.rows * pitch.row : 0,
          dynTile: diagonal ? columns : lanes,
          dynPosH: h.dynPos * pitch.row,
          dynWrapH: h.dynWrap * pitch.row,
          dynTapH: h.dynTap * pitch.row,
          dynBorrowH: h.dynBorrow * pitch.row,
          dynPosW: w.dynPos * unit,
          dynWrapW: w.dynWrap * unit,
          dynTapW: w.dynTap * unit,
          dynBorrowW: w.dynBorrow * unit,
          pixB: nb > 1 ? th * tw * vectors : 0,
          pixTile: 1,
          pixPosH: h.pixPos * tw * vectors,
          pixWrapH: h.pixWrap * tw * vectors,
          pixTapH: h.pixTap * tw * vectors,
          pixPosW: w.pixPos * vectors,
          pixWrapW: w.pixWrap * vectors,
          pixTapW: w.pixTap * vectors,
          tileTapH: layer.Kw * blockPitch.row,
          tileTapW: fused ? lanes * blockPitch.pixel : blockPitch.row,
          tileReduction: forward ? lanes * blockPitch.pixel : lanes,
          tileColumn: forward || diagonal ? columns : columns * blockPitch.pixel,
          tileInner: diagonal ? 0 : blockPitch.pixel,
        });
        const columnLanesLast = targetCount - (vectors - 1) * columns;
        const reductionTiles = fused || diagonal ? 1 : Math.ceil(reductionCount / lanes);
        const rowLanesLast = fused
          ? layer.Kw * layer.C - (walk.kernel - 1) * lanes
          : diagonal
            ? columnLanesLast
            : reductionCount - (reductionTiles - 1) * lanes;
        const load = Math.max(lanes, columns);
        let cycles = 0;
        for (const a of visitsH) for (const b of visitsW) if (a * b > 0) cycles += Math.max(load, nb * a * b);
        builder.exec(
          {
            waitStore: place.waitStore,
            reducePixels: false,
            byColumn: !forward && !diagonal,
            rect,
            fused,
            diagonal,
            nb,
            columnTiles: vectors,
            positionsH: tileH.positions,
            positionsW: tileW.positions,
            reductionTiles,
            rowLanesLast,
            columnLanesLast,
            dynBase: dyn0 + skipped + dynGroup + tileH.dynIndex * pitch.row + tileW.dynIndex * unit,
            pixBase: place.base + (tileH.pixIndex * tw + tileW.pixIndex) * vectors,
            tileBase: stat0 + statGroup,
            xH: tileH.x,
            xW: fused && !rect ? 0 : tileW.x,
            lastH: tileH.last,
            lastW: tileW.last,
            phaseH: tileH.phase,
            phaseW: tileW.phase,
            lastPhaseH: tileH.lastPhase,
            lastPhaseW: tileW.lastPhase,
            tapsH: countH,
            tapsW: visitsW.length,
            edgeW: fused ? cols.first * walk.stride - walk.pad : 0,
          },
          { cycles: cycles * vectors * reductionTiles },
        );
      }

      // results
      const channel0 = group * shape.groupTarget + target.first;
      const wholeChannels = targetCount === targetChannels;
      const wholeRows = wholeChannels && tw === shape.width;
      const wholeImages = wholeRows && th === shape.height;
      const outAddress = (image: number): number =>
        memory.output.address +
        (((image * shape.height + rows.first) * shape.width + cols.first) * targetChannels + channel0) * outBytes;
      const rowBytes = shape.width * targetChannels * outBytes;
      const common = {
        narrow,
        shift: 0,
        vectorsPerGroup: vectors,
        lastLanes: targetCount - (vectors - 1) * columns,
        accGroupStride: vectors,
      };
      const runs = wholeImages
        ? [
            {
              image: images.first,
              acc: 0,
              groups: nb * th * tw,
              n1: 1,
              n2: 1,
              stride1: 0,
              stride2: 0,
              accStride1: 0,
              accStride2: 0,
            },
          ]
        : wholeRows
          ? [
              {
                image: images.first,
                acc: 0,
                groups: th * tw,
                n1: nb,
                n2: 1,
                stride1: shape.height * rowBytes,
                stride2: 0,
                accStride1: th * tw * vectors,
                accStride2: 0,
              },
            ]
          : wholeChannels
            ? [
                {
                  image: images.first,
                  acc: 0,
                  groups: tw,
                  n1: th,
                  n2: nb,
                  stride1: rowBytes,
                  stride2: shape.height * rowBytes,
                  accStride1: tw * vectors,
                  accStride2: th * tw * vectors,
                },
              ]
            : Array.from({ length: nb }, (_, b) => ({
                image: images.first + b,
                acc: b * th * tw * vectors,
                groups: 1,
                n1: tw,
                n2: th,
                stride1: targetChannels * outBytes,
                stride2: rowBytes,
                accStride1: vectors,
                accStride2: tw * vectors,
              }));
      for (const { image, acc, ...run } of runs) {
        builder.store({ ...common, ...run, address: outAddress(image), accBase: place.base + acc }, place.halves);
      }
    }
  };

  const imageTiles = cut(layer.B, tiling.images);
  const rowTiles = cut(shape.height, tiling.rows);
  const columnTiles = cut(shape.width, tiling.columns);
  const groupTiles = cut(shape.groups, tiling.groups);
  const targetTiles = cut(shape.groupTarget, tiling.target);
  const pixels = (body: (images: Range, rows: Range, cols: Range) => void): void => {
    for (const images of imageTiles)
      for (const cols of columnTiles) for (const rows of rowTiles) body(images, rows, cols);
  };
  const channels = (body: (groups: Range, target: Range) => void): void => {
    for (const groups of groupTiles) for (const target of targetTiles) body(groups, target);
  };
  if (tiling.outer === 'pixels') {
    pixels((images, rows, cols) => channels((groups, target) => emitTile(images, rows, cols, groups, target)));
  } else {
    channels((groups, target) => pixels((images, rows, cols) => emitTile(images, rows, cols, groups, target)));
  }
};
