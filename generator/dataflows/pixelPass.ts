import { type Axis, axisGeometry, axisTile, type Range, rangeLength, sourceRange, visited } from './axis.js';
import type { Builder } from './builder.js';
import { fuse, type LaneMapping } from './lanes.js';
import { wholeAxis } from './phases.js';
import type { MemoryMap, Problem } from './problem.js';
import type { ResultFormat } from './results.js';
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

/** How wgrad is cut: a tile of dW stays in the accumulator while pixel tiles stream past. */
export interface PixelTiling {
  readonly kind: 'pixels';
  readonly lanes: LaneMapping;
  /** dY pixels of a tile. */
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  /** Input and output channels of the dW tile. */
  readonly c: number;
  readonly n: number;
  /** Taps of the dW tile. */
  readonly tapsH: number;
  readonly tapsW: number;
  /** Groups in the accumulator together. */
  readonly groups: number;
}

interface Shape {
  readonly problem: Problem;
  readonly memory: MemoryMap;
  readonly x: Source;
  readonly dy: Source;
  readonly lanes: LaneMapping;
  /** The width axis as the hardware walks it. */
  readonly walk: Axis;
  /** Pixels of dY as the engine sees it. */
  readonly height: number;
  readonly width: number;
  readonly groupC: number;
  readonly groupN: number;
}

export const pixelShape = (problem: Problem, memory: MemoryMap, lanes: LaneMapping, rows: number): Shape => {
  const { layer, height, width, mode, reorganized } = problem;
  const x = tapSource(
    { name: 'x', stationary: false, address: memory.x.address, height: layer.H, width: layer.W, channels: layer.C },
    mode,
    wholeAxis(height),
    wholeAxis(width),
  );
  const dy = plainSource({
    name: 'dy',
    stationary: true,
    address: reorganized ? memory.scratch.address : memory.dy.address,
    height: height.outputs,
    width: width.outputs,
    channels: layer.N,
  });
  return {
    problem,
    memory,
    x,
    dy,
    lanes,
    walk: lanes === 'fused' ? fuse(width, layer.C, rows) : width,
    height: height.outputs,
    width: width.outputs,
    groupC: layer.C / layer.G,
    groupN: layer.N / layer.G,
  };
};

const fits = (shape: Shape, tiling: PixelTiling, builder: Builder): boolean => {
  const { config, derived } = builder;
  const { mode, height, width } = shape.problem;
  const { columns } = config.array;
  const vectors = Math.ceil(tiling.n / columns);
  if (tiling.groups * tiling.tapsH * tiling.tapsW * tiling.c * vectors > config.buffers.accumulatorDepth) return false;
  const most = (axis: typeof height, whole: number, size: number): number =>
    Math.max(1, ...cut(whole, size).map((target) => rangeLength(sourceRange(mode, axis, target))));
  const several = tiling.images > 1;
  const xStrip: Strip = {
    source: shape.x,
    columns: { first: 0, last: most(width, shape.width, tiling.columns) - 1 },
    channel: 0,
    channels: tiling.c * tiling.groups,
  };
  const xRows = several ? tiling.images * shape.x.rows : most(height, shape.height, tiling.rows);
  if (stripElements(xStrip, xRows, derived.beatElements) > derived.dynamicElements) return false;
  const dyStrip: Strip = {
    source: shape.dy,
    columns: { first: 0, last: tiling.columns - 1 },
    channel: 0,
    channels: tiling.n * tiling.groups,
  };
  return stripElements(dyStrip, tiling.images * tiling.rows, derived.beatElements) <= derived.stationaryElements;
};

/** Tilings worth comparing, all of which fit. */
export const pixelTilings = (shape: Shape, builder: Builder): readonly PixelTiling[] => {
  const { config, derived } = builder;
  const { rows: lanes, columns } = config.array;
  const { layer } = shape.problem;
  const found: PixelTiling[] = [];
  const aligned = imagesAligned(shape.x, derived.beatElements) && imagesAligned(shape.dy, derived.beatElements);
  for (const groups of layer.G === 1 ? [1] : shrink(layer.G)) {
    const whole = groups > 1;
    for (const c of whole || shape.lanes === 'fused' ? [shape.groupC] : shrink(shape.groupC, lanes)) {
      for (const n of whole ? [shape.groupN] : shrink(shape.groupN, columns)) {
        for (const [tapsH, tapsW] of [
          [layer.Kh, layer.Kw],
          [1, layer.Kw],
          ...(shape.lanes === 'fused' ? [] : [[1, 1]]),
        ] as const) {
          const before = found.length;
          for (const width of shrink(shape.width)) {
            const first = found.length;
            for (const rows of shrink(shape.height)) {
              const images = rows === shape.height && aligned ? shrink(layer.B) : [1];
              for (const imageCount of new Set([...images, 1])) {
                const tiling: PixelTiling = {
                  kind: 'pixels',
                  lanes: shape.lanes,
                  images: imageCount,
                  rows,
                  columns: width,
                  c,
                  n,
                  tapsH,
                  tapsW,
                  groups,
                };
                if (found.length < first + 4 && fits(shape, tiling, builder)) found.push(tiling);
              }
            }
            if (found.length > first) break;
          }
          if (found.length > before) break;
        }
      }
    }
  }
  return found;
};

/** Emits the whole pass with a tiling. */
export const emitPixelPass = (
  shape: Shape,
  tiling: PixelTiling,
  builder: Builder,
  format: ResultFormat,
  waitStore: number,
): void => {
  const { problem, memory, walk } = shape;
  const { layer, mode, height, width } = problem;
  const { config, derived } = builder;
  const { beatElements, dataBytes } = derived;
  const { rows: lanes, columns } = config.array;
  const outBytes = format.narrow ? dataBytes : 4;
  const h = axisGeometry(mode, height);
  const w = axisGeometry(mode, walk);
  const fused = shape.lanes === 'fused';
  const rect = problem.engine === 'zerofree';

  const emitTile = (groups: Range, c: Range, n: Range, tapsH: Range, tapsW: Range): void => {
    const cCount = rangeLength(c);
    const nCount = rangeLength(n);
    const countH = rangeLength(tapsH);
    const countW = rangeLength(tapsW);
    const vectors = Math.ceil(nCount / columns);
    const perGroup = countH * countW * cCount * vectors;
    const [place] = builder.accumulator(perGroup * rangeLength(groups), 1);
    const reductionTiles = fused ? 1 : Math.ceil(cCount / lanes);
    for (const images of cut(layer.B, tiling.images)) {
      for (const cols of cut(shape.width, tiling.columns)) {
        for (const rows of cut(shape.height, tiling.rows)) {
          const nb = rangeLength(images);
          const perTap = (a: typeof height, t: Range, taps: Range): number[] =>
            Array.from({ length: rangeLength(taps) }, (_, k) => visited(mode, a, t, taps.first + k));
          const visitsH = perTap(height, rows, tapsH);
          const visitsW = perTap(walk, cols, fused ? { first: 0, last: walk.kernel - 1 } : tapsW);
          if (rect && !(visitsH.some((v) => v > 0) && visitsW.some((v) => v > 0))) continue;
          const sourceRows = sourceRange(mode, height, rows);
          const sourceColumns = sourceRange(mode, width, cols);
          const empty = rangeLength(sourceRows) === 0 || rangeLength(sourceColumns) === 0;
          const xStrip: Strip = {
            source: shape.x,
            columns: empty ? { first: 0, last: 0 } : sourceColumns,
            channel: groups.first * shape.groupC + c.first,
            channels: tiling.groups > 1 ? rangeLength(groups) * shape.groupC : cCount,
          };
          const xPitch = stripPitch(xStrip, beatElements);
          const unit = fused ? 1 : xPitch.pixel;
          const xRows = nb > 1 ? { first: 0, last: shape.x.rows - 1 } : sourceRows;
          const dyn0 = empty ? 0 : acquireRows(builder, xStrip, images, xRows, waitStore);
          const skipped = (nb > 1 ? sourceRows.first : 0) * xPitch.row;
          const dyStrip: Strip = {
            source: shape.dy,
            columns: cols,
            channel: groups.first * shape.groupN + n.first,
            channels: tiling.groups > 1 ? rangeLength(groups) * shape.groupN : nCount,
          };
          const dyPitch = stripPitch(dyStrip, beatElements);
          const stat0 = acquireRows(builder, dyStrip, images, rows, waitStore);
          const tileH = axisTile(mode, height, rows, sourceRows, tapsH.first);
          const tileW = axisTile(mode, walk, cols, sourceColumns, tapsW.first);
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
            dynB: nb > 1 ? shape.x.rows * xPitch.row : 0,
            dynTile: lanes,
            dynPosH: h.dynPos * xPitch.row,
            dynWrapH: h.dynWrap * xPitch.row,
            dynTapH: h.dynTap * xPitch.row,
            dynBorrowH: h.dynBorrow * xPitch.row,
            dynPosW: w.dynPos * unit,
            dynWrapW: w.dynWrap * unit,
            dynTapW: w.dynTap * unit,
            dynBorrowW: w.dynBorrow * unit,
            pixB: nb > 1 ? shape.dy.rows * dyPitch.row : 0,
            pixTile: columns,
            pixPosH: h.pixPos * dyPitch.row,
            pixWrapH: h.pixWrap * dyPitch.row,
            pixTapH: 0,
            pixPosW: w.pixPos * dyPitch.pixel,
            pixWrapW: w.pixWrap * dyPitch.pixel,
            pixTapW: 0,
            tileTapH: countW * cCount * vectors,
            tileTapW: (fused ? lanes : cCount) * vectors,
            tileReduction: lanes * vectors,
            tileColumn: 1,
            tileInner: vectors,
          });
          let groupsOfPixels = 0;
          for (const a of visitsH) for (const b of visitsW) groupsOfPixels += Math.ceil((nb * a * b) / lanes);
          const perBlock = Math.max(lanes * reductionTiles, columns);
          for (let group = groups.first; group <= groups.last; group++) {
            const g = group - groups.first;
            if (g > 0) {
              if (!empty) acquireRows(builder, xStrip, images, xRows, waitStore);
              acquireRows(builder, dyStrip, images, rows, waitStore);
            }
            builder.exec(
              {
                waitStore: place.waitStore,
                reducePixels: true,
                byColumn: false,
                rect,
                fused,
                diagonal: false,
                nb,
                columnTiles: vectors,
                positionsH: tileH.positions,
                positionsW: tileW.positions,
                reductionTiles,
                rowLanesLast: fused
                  ? layer.Kw * cCount - (walk.kernel - 1) * lanes
                  : cCount - (reductionTiles - 1) * lanes,
                columnLanesLast: nCount - (vectors - 1) * columns,
                dynBase: dyn0 + skipped + g * shape.groupC + tileH.dynIndex * xPitch.row + tileW.dynIndex * unit,
                pixBase: stat0 + g * shape.groupN,
                tileBase: place.base + g * perGroup,
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
              { cycles: groupsOfPixels * perBlock * vectors },
            );
          }
        }
      }
    }
    for (let group = groups.first; group <= groups.last; group++) {
      const n0 = group * shape.groupN + n.first;
      const accBase = place.base + (group - groups.first) * perGroup;
      const whole = nCount === layer.N;
      const address = (kh: number): number =>
        memory.output.address + (((kh * layer.Kw + tapsW.first) * shape.groupC + c.first) * layer.N + n0) * outBytes;
      const tapBytes = shape.groupC * layer.N * outBytes;
      const common = {
        ...format,
        vectorsPerGroup: vectors,
        lastLanes: nCount - (vectors - 1) * columns,
        accGroupStride: vectors,
      };
      if (whole) {
        builder.store(
          {
            ...common,
            address: address(tapsH.first),
            accBase,
            groups: cCount,
            n1: countW,
            n2: countH,
            stride1: tapBytes,
            stride2: layer.Kw * tapBytes,
            accStride1: cCount * vectors,
            accStride2: countW * cCount * vectors,
          },
          place.halves,
        );
        continue;
      }
      for (let kh = tapsH.first; kh <= tapsH.last; kh++) {
        builder.store(
          {
            ...common,
            address: address(kh),
            accBase: accBase + (kh - tapsH.first) * countW * cCount * vectors,
            groups: 1,
            n1: cCount,
            n2: countW,
            stride1: layer.N * outBytes,
            stride2: tapBytes,
            accStride1: vectors,
            accStride2: cCount * vectors,
          },
          place.halves,
        );
      }
    }
  };

  // Output channels and taps go back and forth from tile to tile of input channels: the dY read last is still there.
  let turn = 0;
  for (const groups of cut(layer.G, tiling.groups)) {
    for (const c of cut(shape.groupC, tiling.c)) {
      const tiles = cut(shape.groupN, tiling.n).flatMap((n) =>
        cut(layer.Kh, tiling.tapsH).flatMap((tapsH) =>
          cut(layer.Kw, tiling.tapsW).map((tapsW) => ({ n, tapsH, tapsW })),
        ),
      );
      turn += 1;
      for (const { n, tapsH, tapsW } of turn % 2 === 0 ? tiles.reverse() : tiles) emitTile(groups, c, n, tapsH, tapsW);
    }
  }
};
