import { describe, expect, it } from 'vitest';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { narrowInt8 } from '../../generator/formats/numerics.js';
import { encode, INSTRUCTION_SET, type Instruction } from '../../generator/isa/program.js';
import { execute } from '../../generator/machine/executor.js';
import { ProgramError } from '../../generator/units/fault.js';
import type { Region } from '../../generator/units/memory.js';

const tiny: Config = presets.tiny4;

/** An instruction with every field 0, or 1 where it must be, but for those given. */
const make = <K extends Instruction['kind']>(
  kind: K,
  values: Partial<Extract<Instruction, { kind: K }>> = {},
): Instruction => {
  const fields = INSTRUCTION_SET[kind].fields.map(({ name, reading }) => {
    return [name, reading === 'flag' ? false : reading === 'count' ? 1 : 0];
  });
  return { kind, ...Object.fromEntries(fields), ...values } as Instruction;
};

/** Lanes of all tiles but the last, on an array of 4 × 4. */
const allLanes = { rowLanes: 4, columnLanes: 4 };

const end = make('end');
const load = (stationary: boolean, address: number, bufElement: number, rowBytes: number): Instruction =>
  make('load', { stationary, address, bufElement, rowBytes });

const ramp = (length: number): Region => ({ base: 0, bytes: Uint8Array.from({ length }, (_, i) => i) });

/** Whatever reaches the dynamic buffer, written out by a REORGANIZE of `count` single elements. */
const dump = (address: number, bufElement: number, count: number): Instruction =>
  make('reorganize', { address, bufElement, positionsW: count, boundW: count, boundH: 1, bufStepW: 1 });

/** One pixel, one tap: x[0..rowLanes) · w, into entry 0. */
const product = (values: Partial<Extract<Instruction, { kind: 'exec' }>> = {}): readonly Instruction[] => [
  make('geometry', { boundH: 9, boundW: 9, tileInner: 4, dynPosW: 4, dynWrapW: 4, pixWrapW: 1, ...allLanes }),
  make('exec', { rowLanesLast: 4, columnLanesLast: 4, ...values }),
];

const faultOf = (program: readonly Instruction[], config = tiny, memory = [ramp(256)]): string => {
  try {
    execute(config, encode(program), memory);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return `${error.code} ${error.instruction}`;
  }
  return 'none';
};

describe('LOAD', () => {
  it('copies strided rows, wraps in the buffer, and counts beats', () => {
    const memory = ramp(256);
    const counts = execute(
      tiny,
      encode([
        make('load', {
          ...{ address: 101, bufElement: 1017, rowBytes: 3, n1: 2, n2: 2 },
          ...{ stride1: -20, stride2: 64, bufStride1: 4, bufStride2: 8 },
        }),
        dump(200, 1017, 3),
        dump(204, 1021, 3),
        dump(208, 1, 3),
        dump(212, 5, 3),
        end,
      ]),
      [memory],
    );
    const row = (at: number) => [...memory.bytes.subarray(at, at + 3)];
    expect([row(200), row(204), row(208), row(212)]).toEqual([
      [101, 102, 103],
      [81, 82, 83],
      [165, 166, 167],
      [145, 146, 147],
    ]);
    expect(counts).toMatchObject({ dynamicWrites: 4, stationaryWrites: 0, dramBytesRead: 16 + 6 * 64 });
    expect(counts).toMatchObject({ dramBytesWritten: 12, reorganizeBytes: 12, dynamicReads: 12 });
  });

  it('counts the beats that a row touches', () => {
    const counts = execute(tiny, encode([load(true, 3, 3, 6), end]), [ramp(256)]);
    expect(counts).toMatchObject({ stationaryWrites: 3, dramBytesRead: 12 + 128 });
  });

  it('reads from the region that holds the row', () => {
    const high = { base: 2 ** 32, bytes: Uint8Array.of(7, 8, 9, 10) };
    const low = ramp(16);
    execute(tiny, encode([load(false, 2 ** 32, 0, 4), dump(4, 0, 4), end]), [high, low]);
    expect([...low.bytes.subarray(3, 9)]).toEqual([3, 7, 8, 9, 10, 8]);
    expect(() => execute(tiny, encode([end]), [low, { base: 8, bytes: low.bytes }])).toThrow(/overlap/);
  });
});

describe('EXEC', () => {
  const operands = [load(false, 0, 0, 16), load(true, 0, 0, 16)];

  it('multiplies one vector by a block by rows, and counts it', () => {
    const memory = ramp(256);
    const counts = execute(
      tiny,
      encode([
        ...operands,
        ...product({ rowLanesLast: 3, columnLanesLast: 2 }),
        make('store', { address: 64, lastLanes: 3 }),
        end,
      ]),
      [memory],
    );
    expect([...new Int32Array(memory.bytes.buffer, 64, 3)]).toEqual([0 * 0 + 1 * 4 + 2 * 8, 0 * 1 + 1 * 5 + 2 * 9, 0]);
    expect(memory.bytes[76]).toBe(76);
    expect(counts).toEqual({
      ...{ usefulMacs: 6, zerosMultiplied: 0, zerosFetched: 0, idleLanes: 10, arrayBusy: 1 },
      ...{ dynamicReads: 1, dynamicWrites: 4, stationaryReads: 3, stationaryWrites: 4 },
      ...{ accumulatorReads: 2, accumulatorWrites: 2 },
      ...{ dramBytesRead: 32 + 7 * 64, dramBytesWritten: 12, reorganizeBytes: 0 },
    });
  });

  it('takes the block by columns', () => {
    const memory = ramp(256);
    const program = [...operands, ...product({ byColumn: true, rowLanesLast: 3, columnLanesLast: 2 })];
    const counts = execute(tiny, encode([...program, make('store', { address: 64, lastLanes: 3 }), end]), [memory]);
    expect([...new Int32Array(memory.bytes.buffer, 64, 3)]).toEqual([0 * 0 + 1 * 1 + 2 * 2, 0 * 4 + 1 * 5 + 2 * 6, 0]);
    expect(counts.stationaryReads).toBe(2);
  });

  it('injects zeros outside the tensor', () => {
    const memory = ramp(256);
    const program = [...operands, ...product({ positionsW: 3, xW: 8, dynBase: 4 })];
    const geometry = { ...program[2], xStepW: 1 } as Instruction;
    const store = make('store', { address: 64, groups: 3, accGroupStride: 1, lastLanes: 1 });
    const counts = execute(tiny, encode([...operands, geometry, program[3], store, end]), [memory]);
    expect([...new Int32Array(memory.bytes.buffer, 64, 3)]).toEqual([4 * 0 + 5 * 4 + 6 * 8 + 7 * 12, 0, 0]);
    expect(counts).toMatchObject({ arrayBusy: 3, dynamicReads: 1, usefulMacs: 16, zerosMultiplied: 32, idleLanes: 0 });
  });

  it('counts useful, zero and masked rows of a group of pixels', () => {
    const memory = ramp(256);
    const geometry = make('geometry', {
      ...{ boundH: 1, boundW: 5, phaseModW: 2, xStepW: 1, dynPosW: 2, dynWrapW: 2, pixWrapW: 4, tileInner: 1 },
    });
    const exec = make('exec', { reducePixels: true, positionsW: 5, rowLanesLast: 2, columnLanesLast: 3 });
    const store = make('store', { address: 64, groups: 2, accGroupStride: 1, lastLanes: 3 });
    const counts = execute(tiny, encode([...operands, geometry, exec, store, end]), [memory]);
    const sums = [0, 1].flatMap((c) =>
      [0, 1, 2].map((n) => [0, 1, 2].reduce((sum, p) => sum + (4 * p + c) * (4 * p + n), 0)),
    );
    expect([...new Int32Array(memory.bytes.buffer, 64, 6)]).toEqual(sums);
    expect(counts).toMatchObject({
      ...{
        arrayBusy: 4,
        usefulMacs: 2 * 2 * 3 + 2 * 3,
        zerosMultiplied: 2 * 2 * 3,
        idleLanes: 2 * (16 - 12) + 2 * (16 - 3),
      },
      ...{ dynamicReads: 3, stationaryReads: 3, accumulatorReads: 6, accumulatorWrites: 6 },
    });
  });

  it('counts no idle lanes in a group without a valid pixel', () => {
    const geometry = make('geometry', { boundW: 0, xStepW: 1, pixWrapW: 4, tileInner: 1 });
    const exec = make('exec', { reducePixels: true, positionsW: 3, rowLanesLast: 2, columnLanesLast: 3 });
    const counts = execute(tiny, encode([...operands, geometry, exec, end]), [ramp(256)]);
    expect(counts).toMatchObject({ arrayBusy: 2, usefulMacs: 0, zerosMultiplied: 2 * 3 * 3, idleLanes: 0 });
    expect(counts).toMatchObject({ dynamicReads: 0, stationaryReads: 3 });
  });

  it('reads vectors across the end of a buffer', () => {
    const memory = ramp(256);
    const loads = [load(false, 2, 1022, 4), load(true, 2, 1022, 8)];
    const exec = { dynBase: -2, tileBase: -2, rowLanesLast: 4, columnLanesLast: 2 };
    const [geometry, tile] = product(exec);
    const inner = { ...geometry, tileInner: 2 } as Instruction;
    execute(tiny, encode([...loads, inner, tile, make('store', { address: 64, lastLanes: 2 }), end]), [memory]);
    const sum = (lane: number) => [0, 1, 2, 3].reduce((total, r) => total + (2 + r) * (2 + 2 * r + lane), 0);
    expect([...new Int32Array(memory.bytes.buffer, 64, 2)]).toEqual([sum(0), sum(1)]);
  });

  it.each<[string, Partial<Extract<Instruction, { kind: 'exec' }>>]>([
    ['lanes', { rowLanesLast: 2 }],
    ['pixels', { reducePixels: true, positionsW: 2 }],
  ])('adds nothing of masked %s, not even to a sum of −0', (_, values) => {
    const [small, negative] = [0x2000, 0xa040];
    const geometry = make('geometry', {
      ...{ boundH: 9, boundW: 9, xStepW: 1, tileInner: 1, dynWrapW: 1, pixWrapW: values.reducePixels ? 1 : 0 },
    });
    const single = (tileBase: number) => make('exec', { tileBase });
    const bits = (...more: readonly Instruction[]) => {
      const memory = { base: 0, bytes: new Uint8Array(128) };
      new Uint16Array(memory.bytes.buffer).set([small, small, 0, 0, small, negative]);
      const loads = [load(false, 0, 0, 4), load(true, 8, 0, 4)];
      const program = [...loads, geometry, single(0), single(1), ...more, make('store', { address: 64 }), end];
      execute(presets.odd, encode(program), [memory]);
      return new Uint32Array(memory.bytes.buffer, 64, 1)[0];
    };
    expect(bits()).toBe(0x80000000);
    expect(bits(make('exec', values))).toBe(0x80000000);
  });

  it('adds to what an entry holds until it is drained', () => {
    const memory = ramp(256);
    const one = product({ rowLanesLast: 2, columnLanesLast: 1 });
    const store = (address: number) => make('store', { address, lastLanes: 1 });
    execute(tiny, encode([...operands, ...one, one[1], store(64), store(68), end]), [memory]);
    expect([...new Int32Array(memory.bytes.buffer, 64, 2)]).toEqual([8, 0]);
  });

  it('lets no infinite weight meet an injected zero', () => {
    const config = presets.odd;
    const memory = { base: 0, bytes: new Uint8Array(256) };
    new Uint16Array(memory.bytes.buffer).set([0x3f80, 0x7f80]);
    const program = [
      ...[load(false, 0, 0, 8), load(true, 0, 0, 8), make('geometry', { tileInner: 3 })],
      make('exec', { rowLanesLast: 1, columnLanesLast: 2 }),
      ...[make('store', { address: 64, lastLanes: 2 }), end],
    ];
    execute(config, encode(program), [memory]);
    expect([...new Uint32Array(memory.bytes.buffer, 64, 2)]).toEqual([0, 0]);
  });
});

describe('STORE', () => {
  it('writes strided runs of groups, and clears what it drains', () => {
    const memory = ramp(256);
    const fill = [load(false, 0, 0, 16), load(true, 4, 0, 4)];
    const positions = [
      make('geometry', { boundH: 1, boundW: 64, xStepW: 1, dynWrapW: 1, pixWrapW: 1 }),
      make('exec', { columnLanesLast: 4, positionsW: 16 }),
    ];
    const store = make('store', {
      ...{ address: 128, accBase: 1, groups: 2, vectorsPerGroup: 2, accGroupStride: 4, lastLanes: 1, narrow: true },
      ...{ n1: 2, stride1: 32, accStride1: 8, shift: 1 },
    });
    const counts = execute(tiny, encode([...fill, ...positions, store, end]), [memory]);
    const half = (sum: number) => narrowInt8(sum, 1);
    const group = (entry: number) => [...[4, 5, 6, 7].map((w) => half(entry * w)), half((entry + 1) * 4)];
    expect([...memory.bytes.subarray(128, 139)]).toEqual([...group(1), ...group(5), 138]);
    expect([...memory.bytes.subarray(160, 171)]).toEqual([...group(9), ...group(13), 170]);
    expect(counts).toMatchObject({ dramBytesWritten: 20, accumulatorReads: 16 + 8, accumulatorWrites: 16 + 8 });
  });
});

describe('REORGANIZE', () => {
  it('spreads pixels over the grid, starting off it, and writes zeros elsewhere', () => {
    const memory = ramp(256);
    const reorganize = make('reorganize', {
      ...{ address: 64, bufElement: -6, elements: 2, positionsW: 5, positionsH: 4, rowStride: 16 },
      ...{ xW: -1, xH: -1, boundW: 3, boundH: 3, strideW: 2, strideH: 2, phaseW: 1, phaseH: 1 },
      ...{ bufStepW: 2, bufStepH: 4 },
    });
    const counts = execute(tiny, encode([load(false, 4, 0, 8), reorganize, end]), [memory]);
    const row = (h: number) => [...memory.bytes.subarray(64 + 16 * h, 64 + 16 * h + 11)];
    expect([row(0), row(1), row(2), row(3)]).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 74],
      [0, 0, 4, 5, 0, 0, 6, 7, 0, 0, 90],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 106],
      [0, 0, 8, 9, 0, 0, 10, 11, 0, 0, 122],
    ]);
    expect(counts).toMatchObject({ dynamicReads: 4, dramBytesWritten: 40, reorganizeBytes: 40 });
  });
});

describe('illegal programs', () => {
  const operands = [load(false, 0, 0, 16), load(true, 0, 0, 16)];
  const inGroups = (values: object, exec: object = {}): readonly Instruction[] =>
    product(exec).map((one) => (one.kind === 'geometry' ? { ...one, ...values } : one));
  const geometry = (values: object) => [{ ...product()[0], ...values } as Instruction, product()[1]];

  it.each<[string, readonly Instruction[], string]>([
    ['no END', [...operands], 'NO_END 2'],
    ['END in the middle', [end, ...operands, end], 'NO_END 0'],
    ['a wait on what follows', [make('load', { waitExec: 1 }), ...product(), end], 'WAIT 0'],
    [
      'a wait beyond a GEOMETRY and an EXEC',
      [...operands, ...product(), make('store', { waitExec: 4 }), end],
      'WAIT 5',
    ],
    ['EXEC without GEOMETRY', [...operands, product()[1], end], 'FIELD 2'],
    ['more lanes than rows', [...operands, ...product({ rowLanesLast: 5 }), end], 'FIELD 4'],
    ['more lanes than columns', [...operands, make('store', { lastLanes: 5 }), end], 'FIELD 2'],
    ['fused columns', [...operands, ...product({ fused: true, byColumn: true }), end], 'FIELD 4'],
    ['fused reduction tiles', [...operands, ...product({ fused: true, reductionTiles: 2 }), end], 'FIELD 4'],
    ['an edge without fused lanes', [...operands, ...product({ edgeW: 1 }), end], 'FIELD 4'],
    ['fused groups', [...operands, ...inGroups({ groupVectors: 1, groupLanes: 1 }, { fused: true }), end], 'FIELD 4'],
    [
      'reduction tiles in groups',
      [...operands, ...inGroups({ groupVectors: 1, groupLanes: 1 }, { reductionTiles: 2 }), end],
      'FIELD 4',
    ],
    ['a group higher than the array', [...operands, ...inGroups({ groupVectors: 5, groupLanes: 1 }), end], 'FIELD 4'],
    ['a group wider than the array', [...operands, ...inGroups({ groupVectors: 1, groupLanes: 5 }), end], 'FIELD 4'],
    ['vectors of a group without lanes', [...operands, ...inGroups({ groupVectors: 1 }), end], 'FIELD 3'],
    ['lanes of a group without vectors', [...operands, ...inGroups({ groupLanes: 1 }), end], 'FIELD 3'],
    ['tiles higher than the array', [...operands, ...inGroups({ rowLanes: 5 }), end], 'FIELD 3'],
    ['tiles wider than the array', [...operands, ...inGroups({ columnLanes: 5 }), end], 'FIELD 3'],
    ['an edge beyond 18 bits', [...operands, ...product({ fused: true, edgeW: 131071 }), end], 'FIELD 4'],
    ['a phase beyond its modulus', [...operands, ...product({ phaseH: 1 }), end], 'FIELD 4'],
    [
      'a coordinate beyond 16 bits',
      [...operands, ...product({ xH: 32767, tapsH: 2 })].map((i) => (i.kind === 'geometry' ? { ...i, xTapH: 1 } : i)),
      'FIELD 4',
    ],
    ['a read outside memory', [load(false, 252, 0, 8), end], 'READ_DECERR 0'],
    ['a read across regions', [load(false, 0, 0, 512), end], 'READ_DECERR 0'],
    ['a read below memory', [make('load', { rowBytes: 4, n1: 2, stride1: -4 }), end], 'READ_DECERR 0'],
    ['a write outside memory', [...operands, make('store', { address: 244, lastLanes: 4 }), end], 'WRITE_DECERR 2'],
    ['a row larger than the buffer', [load(false, 0, 0, 2048), end], 'BUFFER_RANGE 0'],
    ['addresses that differ modulo a beat', [load(false, 1, 2, 4), end], 'MISALIGNED 0'],
    ['a dynamic vector never loaded', [...operands, ...product({ dynBase: 13 }), end], 'BUFFER_RANGE 4'],
    ['a stationary vector never loaded', [...operands, ...product({ tileBase: 1 }), end], 'BUFFER_RANGE 4'],
    ['a source pixel never loaded', [...operands, dump(64, 15, 2), end], 'BUFFER_RANGE 2'],
    ['an accumulator entry too high', [...operands, ...product({ pixBase: 64 }), end], 'ACCUMULATOR_RANGE 4'],
    ['an accumulator entry below 0', [...operands, ...product({ pixBase: -1 }), end], 'ACCUMULATOR_RANGE 4'],
    ['a drain too high', [make('store', { accBase: 64 }), end], 'ACCUMULATOR_RANGE 0'],
    ['phases of a reorganize', [{ ...dump(64, 0, 1), phaseW: 1 } as Instruction, end], 'FIELD 0'],
    ['legal', [...operands, ...geometry({}), end], 'none'],
  ])('are refused: %s', (_, program, fault) => expect(faultOf(program)).toBe(fault));

  it('are refused: an engine that is not there', () => {
    const config: Config = { ...tiny, engines: ['bp'] };
    expect(faultOf([...operands, ...product({ rect: true }), end], config)).toBe('ENGINE 4');
    expect(faultOf([load(false, 0, 0, 4), dump(64, 0, 1), end], config)).toBe('ENGINE 1');
  });

  it('are refused: half an element', () => {
    expect(faultOf([load(false, 8, 0, 3), end], presets.odd)).toBe('MISALIGNED 0');
    expect(faultOf([load(false, 1, 0, 2), end], presets.odd)).toBe('MISALIGNED 0');
  });
});
