import { type Axis, axisGeometry, axisTile, type Range, rangeLength, sourceRange, visited } from './axis.js';
import type { Builder } from './builder.js';
import { type ChannelShape, type ChannelTiling, phasePairs, sourceOf, weightsOf } from './channelTiling.js';
import { fuse } from './lanes.js';
import { type ResultFormat, storeTile } from './results.js';
import { cut, cutRange } from './shrink.js';
import { acquireRows, stripPitch } from './sources.js';

/** A walk that turns back each time it is walked: what was used last is used first, and is still in its buffer. */
const backAndForth = () => {
  let back = true;
  return <T>(items: readonly T[]): readonly T[] => {
    back = !back;
    return back ? [...items].reverse() : items;
  };
};

/** Emits the whole pass with a tiling. */
export const emitChannelPass = (
  shape: ChannelShape,
  tiling: ChannelTiling,
  builder: Builder,
  format: ResultFormat,
  waitStore: number,
): void => {
  const { problem } = shape;
  const { layer, pass, mode } = problem;
  const { config, derived } = builder;
  const { beatElements } = derived;
  const { rows: lanes, columns } = config.array;
  const forward = pass === 'fprop';
  const fused = shape.lanes === 'fused';
  const diagonal = shape.lanes === 'diagonal';
  const rect = problem.engine === 'zerofree';
  const phases = phasePairs(shape, tiling.split).map((pair) => ({
    ...pair,
    source: sourceOf(shape, pair),
    weights: weightsOf(shape, pair),
    /** The width axis as the hardware walks it. */
    walk: fused ? fuse(pair.w.axis, layer.C, lanes) : pair.w.axis,
  }));

  const chunkOrder = backAndForth();
  const chunksOf = (reductions: readonly Range[], parts: readonly Range[]) =>
    chunkOrder(
      reductions.flatMap((reduction) =>
        phases.flatMap((phase) =>
          cut(phase.h.axis.kernel, tiling.tapsH).flatMap((tapsH) =>
            cut(phase.w.axis.kernel, tiling.tapsW).map((tapsW) => ({ ...phase, reduction, tapsH, tapsW })),
          ),
        ),
      ),
    ).flatMap((chunk) => parts.map((part, index) => ({ ...chunk, part, index })));

  const emitTile = (images: Range, rows: Range, cols: Range, groups: Range, target: Range): void => {
    const nb = rangeLength(images);
    const th = rangeLength(rows);
    const tw = rangeLength(cols);
    const targetCount = rangeLength(target);
    const vectors = Math.ceil(targetCount / columns);
    for (let group = groups.first; group <= groups.last; group++) {
      const parts = cutRange(rows, tiling.execRows);
      const places = builder.accumulator(nb * th * tw * vectors, parts.length);
      const lastExec = parts.map(() => builder.execCount);
      for (const { h, w, walk, source, weights, reduction, tapsH, tapsW, part, index } of chunksOf(
        diagonal ? [target] : cut(shape.groupReduction, tiling.reduction),
        parts,
      )) {
        const sourceRows = sourceRange(mode, h.axis, part);
        const sourceColumns = sourceRange(mode, w.axis, cols);
        const empty = rangeLength(sourceRows) === 0 || rangeLength(sourceColumns) === 0;
        const loadedRows = nb > 1 ? { first: 0, last: source.rows - 1 } : sourceRows;
        const reductionCount = rangeLength(reduction);
        const countH = rangeLength(tapsH);
        const perTap = (a: Axis, t: Range, taps: Range): number[] =>
          Array.from({ length: rangeLength(taps) }, (_, k) => visited(mode, a, t, taps.first + k));
        const visitsH = perTap(h.axis, part, tapsH);
        const visitsW = perTap(walk, cols, fused ? { first: 0, last: walk.kernel - 1 } : tapsW);
        if (rect && !(visitsH.some((v) => v > 0) && visitsW.some((v) => v > 0))) continue;
        const stepH = axisGeometry(mode, h.axis);
        const stepW = axisGeometry(mode, walk);
        // dynamic operand
        const channel0 =
          tiling.groups > 1 ? groups.first * shape.groupReduction : group * shape.groupReduction + reduction.first;
        const channelCount = tiling.groups > 1 ? rangeLength(groups) * shape.groupReduction : reductionCount;
        const strip = {
          source,
          columns: empty ? { first: 0, last: 0 } : sourceColumns,
          channel: channel0,
          channels: channelCount,
        };
        const pitch = stripPitch(strip, beatElements);
        const unit = fused ? 1 : pitch.pixel;
        const dyn0 = empty ? 0 : acquireRows(builder, strip, images, loadedRows, waitStore);
        const tileH = axisTile(mode, h.axis, part, sourceRows, tapsH.first);
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
        const block = {
          source: weights,
          columns: { first: c0, last: c0 + cCount - 1 },
          channel: n0,
          channels: nCount,
        };
        const blockPitch = stripPitch(block, beatElements);
        const stat0 = acquireRows(builder, block, tapsH, tapsW);
        const statGroup = tiling.groups > 1 ? (group - groups.first) * nGroup : 0;
        builder.setGeometry({
          kind: 'geometry',
          boundH: stepH.bound,
          boundW: stepW.bound,
          xTapH: stepH.xTap,
          xTapW: stepW.xTap,
          xStepH: stepH.xStep,
          xStepW: stepW.xStep,
          phaseModH: stepH.phaseMod,
          phaseModW: stepW.phaseMod,
          phaseTapH: stepH.phaseTap,
          phaseTapW: stepW.phaseTap,
          dynB: nb > 1 ? source.rows * pitch.row : 0,
          dynTile: diagonal ? columns : lanes,
          dynPosH: stepH.dynPos * pitch.row,
          dynWrapH: stepH.dynWrap * pitch.row,
          dynTapH: stepH.dynTap * pitch.row,
          dynBorrowH: stepH.dynBorrow * pitch.row,
          dynPosW: stepW.dynPos * unit,
          dynWrapW: stepW.dynWrap * unit,
          dynTapW: stepW.dynTap * unit,
          dynBorrowW: stepW.dynBorrow * unit,
          pixB: nb > 1 ? rangeLength(part) * tw * vectors : 0,
          pixTile: 1,
          pixPosH: stepH.pixPos * tw * vectors,
          pixWrapH: stepH.pixWrap * tw * vectors,
          pixTapH: stepH.pixTap * tw * vectors,
          pixPosW: stepW.pixPos * vectors,
          pixWrapW: stepW.pixWrap * vectors,
          pixTapW: stepW.pixTap * vectors,
          tileTapH: w.axis.kernel * blockPitch.row,
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
        const place = places[index]!;
        lastExec[index] = builder.exec(
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

      const channel = group * shape.groupTarget + target.first;
      parts.forEach((part, index) => {
        const tile = { images, rows: part, columns: cols, channel, channels: targetCount };
        storeTile(shape, { ...tile, ...places[index]!, lastExec: lastExec[index]! }, builder, format);
      });
    }
  };

  const imageTiles = cut(layer.B, tiling.images);
  const rowTiles = cut(shape.height, tiling.rows);
  const columnTiles = cut(shape.width, tiling.columns);
  const groupTiles = cut(shape.groups, tiling.groups);
  const targetTiles = cut(shape.groupTarget, tiling.target);
  const strips = imageTiles.flatMap((images) => columnTiles.map((cols) => ({ images, cols })));
  const stripOrder = backAndForth();
  const targetOrder = backAndForth();
  const pixels = (body: (images: Range, rows: Range, cols: Range) => void): void => {
    // rows always go down, so that a tile finds again those that it shares with the one above
    for (const { images, cols } of stripOrder(strips)) for (const rows of rowTiles) body(images, rows, cols);
  };
  const channels = (body: (groups: Range, target: Range) => void): void => {
    const targets = targetOrder(targetTiles);
    for (const groups of groupTiles) for (const target of targets) body(groups, target);
  };
  if (tiling.outer === 'pixels') {
    pixels((images, rows, cols) => channels((groups, target) => emitTile(images, rows, cols, groups, target)));
  } else {
    channels((groups, target) => pixels((images, rows, cols) => emitTile(images, rows, cols, groups, target)));
  }
};
