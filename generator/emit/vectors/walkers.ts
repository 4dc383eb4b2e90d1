import { axisGeometry, axisTile, sourceRange } from '../../dataflows/axis.js';
import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { EmittedFile } from '../rtl.js';
import type { Amount } from './amount.js';
import { randomWords } from './random.js';
import {
  axisTap,
  execHex,
  geometryHex,
  modesOf,
  type Position,
  randomAxis,
  randomTarget,
  randomWideAxis,
  someTiles,
  type Tap,
  type Tile,
} from './taps.js';

/** Fields of the given widths as one hexadecimal number, first field highest; negative values wrap. */
const packed = (...fields: readonly (readonly [value: number, bits: number])[]): string => {
  let all = 0n;
  for (const [value, bits] of fields) all = (all << BigInt(bits)) | BigInt.asUintN(bits, BigInt(value));
  const digits = fields.reduce((sum, [, bits]) => sum + bits, 0) / 4;
  return all.toString(16).padStart(digits, '0');
};

/** A file of a bench. One without lines says so, in what the bench does not take for a number. */
const file = ({ prefix }: Config, name: string, lines: readonly string[]): EmittedFile => ({
  path: `tb/${prefix}${name}.hex`,
  text: `${lines.length > 0 ? lines.join('\n') : '-'}\n`,
});

const flag = (value: boolean): number => (value ? 1 : 0);

/** With a vector unit: whether the greatest tap is wanted, and the number of a tap. */
const numberField = (config: Config, { exec }: Tile, tap: Tap | undefined) =>
  derive(config).parts.vector ? [[flag(exec.maximum ?? false) * 2 ** 16 + (tap?.number ?? 0), 24] as const] : [];

/** A tap as its ports: flags (bit 5: first of a batch), number, extents, x, phases, lanes, addresses. No tap: the tile's end. */
const tapHex = (config: Config, tile: Tile, tap: Tap | undefined, opens: boolean): string => {
  const { exec } = tile;
  return packed(
    [
      flag(opens) * 32 +
        flag(exec.fused) * 16 +
        flag(exec.rect) * 8 +
        flag(exec.byColumn) * 4 +
        flag(exec.reducePixels) * 2 +
        flag(!tap),
      8,
    ],
    ...numberField(config, tile, tap),
    [exec.nb, 16],
    [tap?.rows ?? 0, 16],
    [tap?.columns ?? 0, 16],
    [tap?.x[0] ?? 0, 24],
    [tap?.x[1] ?? 0, 24],
    [tap?.phase[0] ?? 0, 8],
    [tap?.phase[1] ?? 0, 8],
    [exec.reductionTiles, 16],
    [tap?.rowLanes ?? 0, 8],
    [tap?.columnLanes ?? 0, 8],
    [tap?.dyn ?? 0, 32],
    [tap?.pix ?? 0, 32],
    [tap?.tile ?? 0, 32],
  );
};

/** What an address generator puts out for one tap, line by line, and the infos that go with it. */
interface Response {
  readonly outputs: readonly string[];
  readonly infos: readonly string[];
}

/** Positions in groups of `rows`; the last group may be short. */
const groupsOf = <T>(items: readonly T[], rows: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / rows) }, (_, group) => items.slice(group * rows, (group + 1) * rows));

/** A dynamic vector that is read, and which of its lanes hold data. */
interface Vector {
  readonly address: number;
  readonly first: number;
  readonly end: number;
}

const vectorOf = ({ dyn, lanes }: Position, offset: number, count: number): Vector | undefined =>
  dyn === undefined ? undefined : { address: dyn + offset, first: lanes?.[0] ?? 0, end: lanes?.[1] ?? count };

/** One block of the dynamic operand in wgrad: its vectors, and elements with data and structural zeros. */
interface Block {
  readonly tile: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly lanes: number;
  readonly vectors: readonly (Vector | undefined)[];
  readonly inside: number;
  readonly zero: number;
}

const blocksOfTap = ({ exec, geometry }: Tile, tap: Tap, rows: number): readonly Block[] => {
  const groups = groupsOf(tap.positions, rows);
  return groups.flatMap((group, g) =>
    Array.from({ length: exec.reductionTiles }, (_, tile) => {
      const lanes = tile === exec.reductionTiles - 1 ? tap.rowLanes : rows;
      const vectors = group.map((position) => vectorOf(position, tile * geometry.dynTile, lanes));
      const inside = vectors.reduce((sum, vector) => sum + (vector ? vector.end - vector.first : 0), 0);
      return {
        tile,
        first: tile === 0,
        last: g === groups.length - 1 && tile === exec.reductionTiles - 1,
        lanes,
        vectors,
        inside,
        zero: exec.rect ? 0 : group.length * lanes - inside,
      };
    }),
  );
};

const infoHex = ({ first, last, lanes, inside, zero }: Block): string =>
  packed([flag(first), 8], [flag(last), 8], [lanes, 8], [inside, 16], [zero, 16]);

type Responder = (config: Config, tile: Tile, tap: Tap) => Response;

/** Flags (rect, marked, read), the lanes of the tap, those that hold data, and the address. */
const vectorHex = (mark: boolean, vector: Vector | undefined, lanes: number, rect = false): string =>
  packed(
    [flag(rect) * 4 + flag(mark) * 2 + flag(vector !== undefined), 8],
    [lanes, 8],
    [vector?.first ?? 0, 8],
    [vector?.end ?? 0, 8],
    [vector?.address ?? 0, 32],
  );

const dynamicResponse: Responder = ({ array: { rows } }, tile, tap) => {
  if (!tile.exec.reducePixels) {
    const { rowLanes } = tap;
    const outputs = tap.positions.map((position) =>
      vectorHex(false, vectorOf(position, 0, rowLanes), rowLanes, tile.exec.rect),
    );
    return { outputs, infos: [] };
  }
  const blocks = blocksOfTap(tile, tap, rows);
  return {
    outputs: blocks.flatMap(({ vectors, lanes }) =>
      Array.from({ length: rows }, (_, slot) => vectorHex(true, vectors[slot], lanes)),
    ),
    infos: blocks.map(infoHex),
  };
};

const stationaryResponse: Responder = ({ array: { rows, columns } }, { exec, geometry }, tap) => {
  const { rowLanes, columnLanes } = tap;
  const read = (address: number | undefined, first: number, end: number): string =>
    vectorHex(exec.byColumn && !exec.reducePixels, address === undefined ? undefined : { address, first, end }, 0);
  if (exec.reducePixels) {
    const outputs = groupsOf(tap.positions, rows).flatMap((group) =>
      Array.from({ length: rows }, (_, slot) => read(group[slot]?.pix, 0, columnLanes)),
    );
    return { outputs, infos: [] };
  }
  const [vectors, used, lanes] = exec.byColumn ? [columns, columnLanes, rowLanes] : [rows, rowLanes, columnLanes];
  const address = (n: number): number | undefined =>
    n < used ? tap.tile + (geometry.groupVectors > 0 ? n % geometry.groupVectors : n) * geometry.tileInner : undefined;
  const { groupVectors, groupLanes } = geometry;
  return {
    outputs: Array.from({ length: vectors }, (_, n) => {
      if (groupVectors === 0) return read(address(n), 0, lanes);
      const first = (Math.floor(n / groupVectors) * groupLanes) & 255;
      return read(address(n), first, first + groupLanes);
    }),
    infos: [],
  };
};

const endItem = (config: Config, tile: Tile): string =>
  packed(
    ...numberField(config, tile, undefined),
    ...([
      [4, 8],
      [0, 8],
      [0, 8],
      [0, 8],
      [0, 16],
      [0, 16],
      [0, 32],
    ] as const),
  );

/** Column lanes that add a vector: all, those of the first group, of the next one, of the same as before. */
const KEEP = { all: 0, first: 1, next: 2, same: 3 };

const accumulateResponse: Responder = (config, tile, tap) => {
  const { rows } = config.array;
  const { exec, geometry } = tile;
  const { groupVectors, groupLanes } = geometry;
  const met = groupVectors === 0 ? tap.columnLanes : exec.byColumn ? groupVectors : groupLanes;
  const perGroup = groupVectors === 0 ? rows : groupVectors;
  // a block is counted with its first vector
  const item = (swap: boolean, block: Block | undefined, lane: number, address: number, keep: number): string =>
    packed(
      ...numberField(config, tile, tap),
      [flag(exec.reducePixels) * 2 + flag(swap), 8],
      [met, 8],
      [keep, 8],
      [block?.lanes ?? 0, 8],
      [block && lane === 0 ? block.inside : 0, 16],
      [block && lane === 0 ? block.zero : 0, 16],
      [address, 32],
    );
  if (!exec.reducePixels) {
    return { outputs: tap.positions.map(({ pix }, n) => item(n === 0, undefined, 0, pix ?? 0, KEEP.all)), infos: [] };
  }
  const keepOf = (lane: number): number => {
    if (groupVectors === 0) return KEEP.all;
    if (lane === 0) return KEEP.first;
    return lane % groupVectors === 0 ? KEEP.next : KEEP.same;
  };
  const blocks = blocksOfTap(tile, tap, rows);
  return {
    outputs: blocks.flatMap((block) =>
      Array.from({ length: block.lanes }, (_, lane) =>
        item(
          block.first && lane === 0,
          block,
          lane,
          tap.tile + block.tile * geometry.tileReduction + (lane % perGroup) * geometry.tileInner,
          keepOf(lane),
        ),
      ),
    ),
    infos: blocks.map(infoHex),
  };
};

/** About how much an address generator puts out for a tile. */
const outputsOf =
  ({ array: { rows, columns } }: Config) =>
  ({ exec, taps }: Tile): number =>
    taps.reduce(
      (sum, { positions: { length } }) =>
        sum +
        (exec.reducePixels ? Math.ceil(length / rows) * rows * exec.reductionTiles : Math.max(length, rows, columns)),
      0,
    );

interface ResponseOptions {
  /** What the end of a tile puts out, where the generator hears of it. */
  readonly end?: (config: Config, tile: Tile) => string;
  readonly counts?: boolean;
}

/** Files for the bench of an address generator: its taps and outputs; the `counts` that go with blocks. */
const responses =
  (block: string, respond: Responder, { end, counts = false }: ResponseOptions) =>
  (config: Config, seed: number, { outputs: lines, most }: Amount): readonly EmittedFile[] => {
    const [taps, outputs, infos]: [string[], string[], string[]] = [[], [], []];
    let before: Tile | undefined;
    const put = (tile: Tile, tap: Tap | undefined, response: Response): void => {
      taps.push(
        [
          tapHex(config, tile, tap, before?.geometry !== tile.geometry),
          geometryHex(tile.geometry),
          packed([response.outputs.length, 32]),
          packed([response.infos.length, 32]),
        ].join(''),
      );
      outputs.push(...response.outputs);
      infos.push(...response.infos);
      before = tile;
    };
    for (const tile of someTiles(config, seed, { lines, most }, outputsOf(config))) {
      for (const tap of tile.taps) put(tile, tap, respond(config, tile, tap));
      if (end) put(tile, undefined, { outputs: [end(config, tile)], infos: [] });
    }
    return [
      file(config, `${block}_taps`, taps),
      file(config, `${block}_outputs`, outputs),
      ...(counts ? [file(config, `${block}_infos`, infos)] : []),
    ];
  };

export const dynamicFiles = responses('agu_dynamic', dynamicResponse, { counts: true });
export const stationaryFiles = responses('agu_stationary', stationaryResponse, {});
export const accumulateFiles = responses('agu_accumulate', accumulateResponse, { end: endItem, counts: true });

/** Files for the tap walker's bench: tiles, and every tap with the cycles it may take. */
export const tapWalkerFiles = (config: Config, seed: number, { taps, most }: Amount): readonly EmittedFile[] => {
  const tiles = someTiles(config, seed, { lines: taps, most }, (tile) => tile.taps.length + 1);
  return [
    file(
      config,
      'tap_walker_tiles',
      tiles.map(({ geometry, exec }) => geometryHex(geometry) + execHex(exec)),
    ),
    file(
      config,
      'tap_walker_outputs',
      tiles.flatMap((tile) => [
        ...tile.taps.map((tap) => tapHex(config, tile, tap, false) + packed([tap.cycles, 16])),
        tapHex(config, tile, undefined, false) + packed([tile.endCycles, 16]),
      ]),
    ),
  ];
};

/** Files for the axis's bench: axes, and every tap's range and detection state. */
export const tapAxesFiles = (config: Config, seed: number, amount: Amount): readonly EmittedFile[] => {
  const next = randomWords(seed * 7001 + 3);
  const [axes, outputs]: [string[], string[]] = [[], []];
  while (axes.length < amount.axes) {
    const modes = modesOf(config);
    const mode = modes[next() % modes.length];
    const axis = next() % 8 === 0 ? randomWideAxis(next) : randomAxis(next);
    const target = randomTarget(next, mode, axis);
    const source = sourceRange(mode, axis, target);
    const first = next() % axis.kernel;
    const tile = axisTile(mode, axis, target, source, first);
    if (tile.positions < 1) continue;
    const { xTap, phaseTap, phaseMod } = axisGeometry(mode, axis);
    const rect = mode === 'validPixels' || mode === 'validOutputs';
    const words = packed(
      [flag(rect), 8],
      [tile.x, 16],
      [tile.phase, 8],
      [tile.last, 16],
      [tile.lastPhase, 8],
      [tile.positions, 16],
      [xTap, 16],
      [phaseTap, 8],
      [phaseMod, 8],
      [axis.kernel - first, 8],
    );
    axes.push(words);
    for (let k = first; k < axis.kernel; k++) {
      const tap = axisTap(mode, axis, target, source, k);
      // the next tap's phase wraps when its first position lies one output further than the dilation alone makes it
      const borrow =
        mode === 'inputs' &&
        tap.dynFirst - axisTap(mode, axis, target, source, k + 1).dynFirst > Math.floor(axis.dilation / axis.stride);
      const known = !rect && !(mode === 'inputs' && axis.kernel === 1);
      outputs.push(
        packed(
          [flag(!known), 8],
          [tap.x ?? 0, 24],
          [tap.phase ?? 0, 8],
          [flag(borrow), 8],
          [tap.skipped ?? 0, 16],
          [tap.spots.length, 16],
        ),
      );
    }
  }
  return [file(config, 'tap_axes_axes', axes), file(config, 'tap_axes_outputs', outputs)];
};

/** One dimension of a random walk. */
interface Side {
  readonly count: number;
  readonly x: number;
  readonly phase: number;
  readonly bound: number;
  readonly step: number;
  readonly modulus: number;
  readonly plain: number;
  readonly wrap: number;
  readonly reach: number;
}

/** Position n of a side by multiplication and division. */
const along = (side: Side, n: number, rect: boolean) => {
  const wraps = rect ? 0 : Math.floor((side.phase + n) / side.modulus);
  const x = side.x + n * side.step;
  return {
    offset: (n - wraps) * side.plain + wraps * side.wrap,
    onGrid: rect || (side.phase + n) % side.modulus === 0,
    inside: rect || (x + side.reach >= 0 && x < side.bound),
    x,
  };
};

/** A walk's ports, and one line for each position: flags {any address, inside, on grid, last}, the address and x. */
interface Walk {
  readonly words: string;
  readonly positions: readonly string[];
}

const walkHex = (rect: boolean, addr: number, images: number, stepB: number, h: Side, w: Side): string =>
  packed(
    [flag(rect), 8],
    [addr, 32],
    [images, 16],
    [h.count, 16],
    [w.count, 16],
    [h.x, 24],
    [w.x, 24],
    [h.phase, 8],
    [w.phase, 8],
    [h.bound, 16],
    [w.bound, 16],
    [h.step, 8],
    [w.step, 8],
    [h.modulus, 8],
    [w.modulus, 8],
    [stepB, 32],
    [h.plain, 32],
    [h.wrap, 32],
    [w.plain, 32],
    [w.wrap, 32],
    [w.reach, 8],
  );

/** A walk of random numbers that need not belong to any convolution. */
const freeWalk = (next: () => number, detect: boolean): Walk => {
  const rect = next() % 4 === 0 || !detect;
  const side = (): Side => {
    const modulus = 1 + (next() % (next() & 1 ? 4 : 255));
    return {
      count: 1 + (next() % 9),
      x: (next() % 41) - 20,
      phase: next() % modulus,
      bound: next() & 1 ? next() % 30 : 0xffff,
      step: next() % (next() & 1 ? 4 : 256),
      modulus,
      plain: next(),
      wrap: next(),
      reach: 0,
    };
  };
  const [h, w] = [side(), { ...side(), reach: next() & 1 ? next() % 32 : 0 }];
  const [addr, images, stepB] = [next(), 1 + (next() % 3), next()];
  const positions: string[] = [];
  for (let b = 0; b < images; b++) {
    for (let y = 0; y < h.count; y++) {
      for (let x = 0; x < w.count; x++) {
        const [down, right] = [along(h, y, rect), along(w, x, rect)];
        const onGrid = down.onGrid && right.onGrid;
        const last = b === images - 1 && y === h.count - 1 && x === w.count - 1;
        positions.push(
          packed(
            [flag(onGrid && down.inside && right.inside) * 4 + flag(onGrid) * 2 + flag(last), 8],
            [(addr + b * stepB + down.offset + right.offset) % 2 ** 32, 32],
            [right.x, 24],
          ),
        );
      }
    }
  }
  return { words: walkHex(rect, addr, images, stepB, h, w), positions };
};

/** The walk of a convolution's tap through the dynamic buffer. */
const tapWalk = ({ exec, geometry: g }: Tile, tap: Tap): Walk => {
  const h: Side = {
    count: tap.rows,
    x: tap.x[0],
    phase: tap.phase[0],
    bound: g.boundH,
    step: g.xStepH,
    modulus: g.phaseModH,
    plain: g.dynPosH,
    wrap: g.dynWrapH,
    reach: 0,
  };
  const w: Side = {
    count: tap.columns,
    x: tap.x[1],
    phase: tap.phase[1],
    bound: g.boundW,
    step: g.xStepW,
    modulus: g.phaseModW,
    plain: g.dynPosW,
    wrap: g.dynWrapW,
    reach: exec.fused ? tap.rowLanes - 1 : 0,
  };
  const gridKnown = exec.reducePixels || exec.rect;
  return {
    words: walkHex(exec.rect, tap.dyn, exec.nb, g.dynB, h, w),
    positions: tap.positions.map(({ dyn, pix }, n) => {
      const inside = dyn !== undefined;
      const onGrid = gridKnown ? pix !== undefined : inside;
      return packed(
        [
          flag(!gridKnown && !inside) * 16 +
            flag(!inside) * 8 +
            flag(inside) * 4 +
            flag(onGrid) * 2 +
            flag(n === tap.positions.length - 1),
          8,
        ],
        [dyn ?? 0, 32],
        [w.x + (n % w.count) * w.step, 24],
      );
    }),
  };
};

/** Files for the pixel walker's bench: walks and their positions; free walks and walks of convolutions. */
export const pixelWalkerFiles = (
  config: Config,
  seed: number,
  { positions: lines, most }: Amount,
): readonly EmittedFile[] => {
  const next = randomWords(seed * 3001 + 7);
  const detect = config.engines.some((engine) => engine !== 'zerofree');
  const tiles = someTiles(config, seed + 500, { lines, most }, ({ taps }) =>
    taps.reduce((sum, { positions }) => sum + positions.length, 0),
  );
  const walks = tiles.flatMap((tile) =>
    tile.taps.flatMap((tap) => [tapWalk(tile, tap), ...(next() % 4 === 0 ? [freeWalk(next, detect)] : [])]),
  );
  return [
    file(
      config,
      'pixel_walker_walks',
      walks.map(({ words, positions }) => words + packed([positions.length, 16])),
    ),
    file(
      config,
      'pixel_walker_positions',
      walks.flatMap(({ positions }) => positions),
    ),
  ];
};
