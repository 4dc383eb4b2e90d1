import {
  BATCH_CHUNKS,
  isRunTooLong,
  LEAST_PERIOD,
  type Operands,
  type Operations,
  type Store,
} from '../../isa/program.js';
import { isMixed, operationsProblem, outputsOf, type VectorOperation } from '../../isa/vectorOperation.js';
import { addressOf, entryAt, type Machine } from '../machine.js';
import { runElements } from '../store/run.js';
import { addChunks, clipChunks, gateChunks, keepChunks, multiplyChunks, putChunks } from './chunks.js';
import { operandLanes } from './operandLanes.js';
import { storeChunks } from './shape.js';
import { settingOf, type VectorState } from './state.js';

const need = (machine: Machine): VectorState => machine.vector ?? machine.fail('OPCODE', 'there is no vector unit');

/** Carries out an OPERATIONS. */
export const runOperations = (machine: Machine, operations: Operations): void => {
  const state = need(machine);
  const problem = operationsProblem(operations);
  if (problem !== undefined) machine.fail('FIELD', problem);
  state.setting = settingOf(operations);
};

/** Carries out an OPERANDS. */
export const runOperands = (machine: Machine, operands: Operands): void => {
  const state = need(machine);
  const { period } = operands;
  if (period < LEAST_PERIOD || period > state.depth)
    machine.fail('FIELD', `a period of ${period} is not ${LEAST_PERIOD} to ${state.depth}`);
  const { dataBytes } = machine.sizes;
  if (operands.offset1 % dataBytes !== 0 || operands.offset2 % dataBytes !== 0)
    machine.fail('MISALIGNED', 'an output lies at an odd address');
  state.operands = operands;
};

/** Where the chunks of one output go. */
interface Output {
  readonly narrow: boolean;
  /** Bytes of the output so far. */
  at: number;
  /** Takes results, by their bits. */
  readonly put: (values: Uint32Array, from: number, lanes: number) => void;
}

/** A batch: up to 16 chunks, one after the other. */
interface Batch {
  chunks: number;
  readonly lanes: Int32Array;
  /** Chunk within its group. */
  readonly channel: Int32Array;
  readonly sums: Float32Array;
  /** Chunks, and elements, of the STORE before this batch. */
  firstChunk: number;
  firstElement: number;
}

/** Whether coefficients for so many chunks of a group, and so many entries of sums, have one in common. */
const sharesEntries = ({ coefficientBase, sumBase }: Operands, group: number, sums: number, depth: number): boolean => {
  const distance = (from: number, to: number): number => (((to - from) % depth) + depth) % depth;
  return distance(coefficientBase, sumBase) < group || distance(sumBase, coefficientBase) < sums;
};

/** Carries out a STORE through the vector unit. */
export const runPost = (machine: Machine, store: Store): void => {
  const state = need(machine);
  const { config, arithmetic, counts, fail, memory } = machine;
  const { lanes: L, depth, coefficients, registers } = state;
  const unset = (): never => fail('FIELD', 'no OPERATIONS and OPERANDS come before it');
  const { operations, constants, tag } = state.setting ?? unset();
  const operands = state.operands ?? unset();
  const { columns } = config.array;
  const format = operandLanes[config.format];
  const { groups, vectorsPerGroup, lastLanes, n1, n2 } = store;
  if (lastLanes > columns) fail('FIELD', `${lastLanes} lanes exceed the array's ${columns} columns`);
  if (isRunTooLong(config, store)) fail('FIELD', `runs of ${groups} × ${vectorsPerGroup} vectors are too long`);
  const outputCount = outputsOf(operations);
  if (outputCount > 1 && (n1 !== 1 || n2 !== 1)) fail('FIELD', `${outputCount} outputs, and not one run`);
  const sumEntries = operands.period * (operations.some(({ second }) => second) ? 2 : 1);
  if (isMixed(operations) && sharesEntries(operands, storeChunks(config, store).group, sumEntries, state.depth))
    fail('FIELD', 'sums lie among the coefficients that are read: what they then are is not defined');

  const elements = runElements(config, store);
  const address = addressOf(machine, store);
  const output = (index: number, narrow: boolean): Output => {
    const size = narrow ? format.bytes : 4;
    const first = address + [0, operands.offset1, operands.offset2][index]!;
    let run: Uint8Array | undefined;
    let runAt = 0;
    let runs = 0;
    const made: Output = {
      narrow,
      at: 0,
      put: (values, from, lanes) => {
        if (!run || runAt === run.length) {
          const start = first + (runs % n1) * store.stride1 + Math.floor(runs / n1) * store.stride2;
          run = memory.at(start, elements * size, 'writes', fail);
          runs++;
          runAt = 0;
        }
        (narrow ? format.put : putChunks)(run, runAt, values, from, lanes);
        runAt += lanes * size;
        made.at += lanes * size;
      },
    };
    return made;
  };
  const outputs = operations.map(({ output: index, narrow }) =>
    index === undefined ? undefined : output(index, index === 0 ? store.narrow : narrow),
  );

  const size = L * BATCH_CHUNKS;
  const batch: Batch = {
    chunks: 0,
    lanes: new Int32Array(BATCH_CHUNKS),
    channel: new Int32Array(BATCH_CHUNKS),
    sums: new Float32Array(size),
    firstChunk: 0,
    firstElement: 0,
  };
  // by their bits, which a NaN that is moved as a number may lose
  const sumPatterns = new Uint32Array(batch.sums.buffer);
  const P = new Float32Array(size);
  const Q = new Float32Array(size);
  const result = new Float32Array(size);

  /** Fills a batch's lanes from a stream of a buffer; with `tagged` 1 where the lower half of fp32 is the tag. */
  const read = (stream: number, to: Float32Array, tagged = false): void => {
    const buffer = stream < 2 ? arithmetic.dynamic : arithmetic.stationary;
    const base = [operands.dynamic0, operands.dynamic1, operands.stationary0, operands.stationary1][stream]!;
    const wide = ((operands.wide >> stream) & 1) === 1;
    const { written, mask } = buffer;
    const step = wide ? 4 / format.bytes : 1;
    let element = base + batch.firstElement * step;
    const patterns = new Uint32Array(to.buffer);
    for (let chunk = 0; chunk < batch.chunks; chunk++) {
      const own = batch.lanes[chunk]!;
      for (let i = 0; i < own * step; i++) {
        if (written[(element + i) & mask] !== 0) continue;
        const name = stream < 2 ? 'dynamic' : 'stationary';
        fail('BUFFER_RANGE', `reads element ${(element + i) & mask} of the ${name} buffer, never loaded`);
      }
      const first = chunk * L;
      if (tagged)
        for (let lane = 0; lane < own; lane++)
          to[first + lane] = (wide ? format.lowerHalf(buffer, element + step * lane) : 0) === tag ? 1 : 0;
      else if (wide) format.readWide(patterns, first, buffer, element, own);
      else format.read(patterns, first, buffer, element, own);
      element += own * step;
    }
    if (stream < 2) counts.dynamicReads += batch.chunks;
    else counts.stationaryReads += batch.chunks;
  };
  const channelEntry = (chunk: number): number => (operands.coefficientBase + batch.channel[chunk]!) % depth;
  const sumEntry = (chunk: number, second: boolean): number =>
    (operands.sumBase + (second ? operands.period : 0) + ((batch.firstChunk + chunk) % operands.period)) % depth;
  const gather = (bank: number, entryOf: (chunk: number) => number, to: Float32Array): void => {
    const from = coefficients[bank]!;
    for (let chunk = 0; chunk < batch.chunks; chunk++) {
      const entry = entryOf(chunk) * L;
      for (let lane = 0; lane < L; lane++) to[chunk * L + lane] = from[entry + lane]!;
    }
  };
  const factors = new Float32Array(size);
  const keeps = new Uint8Array(size);
  const resultPatterns = new Uint32Array(result.buffer);

  const readP = (operation: VectorOperation, index: number): void => {
    if (operation.p === 'register') P.set(registers[operation.pRegister]!);
    else if (operation.p === 'sums') {
      if (index === 0 && !store.elementwise) P.set(batch.sums);
      else P.fill(0);
    } else read(operation.p === 'dynamic0' ? 0 : 1, P);
    if (!operation.value) return;
    // by its bits: a NaN that has ones in the lower half alone becomes infinite
    const patterns = new Uint32Array(P.buffer);
    for (let i = 0; i < size; i++) patterns[i]! &= 0xffff0000;
  };
  const readQ = (operation: VectorOperation): void => {
    const sum = (to: Float32Array): void => gather(1, (chunk) => sumEntry(chunk, operation.second), to);
    const register = registers[operation.qRegister]!;
    if (operation.q === 'register') Q.set(register);
    else if (operation.q === 'stationary0') read(2, Q);
    else if (operation.q === 'stationary1') read(3, Q);
    else if (operation.q === 'tag') read(2, Q, true);
    else if (operation.q === 'coefficient') gather(1, channelEntry, Q);
    else if (operation.q === 'sum') sum(Q);
    else if (operation.q === 'mac') {
      sum(operation.swap ? factors : Q);
      (operation.swap ? Q : factors).set(register);
    }
  };

  const compute = (operation: VectorOperation, index: number): void => {
    readP(operation, index);
    readQ(operation);
    const isMac = operation.q === 'mac';
    const [p, q] = operation.swap && !isMac ? [Q, P] : [P, Q];
    const { factor, gate, leak, clip } = operation;
    const [least, most] = [constants[2], constants[3]];
    const adds = operation.q !== 'none' && factor !== 'q' && gate !== 'q' && gate !== 'within';
    if (factor === 'coefficient') gather(0, channelEntry, factors);
    else if (factor === 'q') factors.set(q);
    else if (!isMac) factors.fill(factor === 'one' ? 1 : constants[operation.constant]!);
    const end = batch.chunks * L;
    result.set(p);
    if (gate !== 'none') gateChunks(keeps, gate, p, q, most, end);
    if (gate !== 'none' && leak) keepChunks(factors, keeps, least, end);
    multiplyChunks(result, factors, end);
    if (adds) addChunks(result, q, end);
    if (gate !== 'none' && !leak) keepChunks(result, keeps, 0, end);
    clipChunks(result, clip, least, most, end);
  };

  const keepIn = (bank: number, entryOf: (chunk: number) => number): void => {
    const to = coefficients[bank]!;
    for (let chunk = 0; chunk < batch.chunks; chunk++) {
      const entry = entryOf(chunk) * L;
      for (let lane = 0; lane < batch.lanes[chunk]!; lane++) to[entry + lane] = result[chunk * L + lane]!;
    }
  };

  const runBatch = (): void => {
    if (batch.chunks === 0) return;
    let taken = 0;
    for (let chunk = 0; chunk < batch.chunks; chunk++) taken += batch.lanes[chunk]!;
    for (const [index, operation] of operations.entries()) {
      compute(operation, index);
      const register = operation.write === undefined ? undefined : registers[operation.write]!;
      // what an output rounds a register has rounded
      if (register && (operation.output === 0 ? store.narrow : operation.narrow))
        format.round(new Uint32Array(register.buffer), resultPatterns);
      else register?.set(result);
      const to = outputs[index];
      if (to) for (let chunk = 0; chunk < batch.chunks; chunk++) to.put(resultPatterns, chunk * L, batch.lanes[chunk]!);
      if (operation.keep === 'coefficient0') keepIn(0, channelEntry);
      else if (operation.keep === 'coefficient1') keepIn(1, channelEntry);
      else if (operation.keep === 'sum') keepIn(1, (chunk) => sumEntry(chunk, operation.second));
    }
    batch.firstChunk += batch.chunks;
    batch.firstElement += taken;
    batch.chunks = 0;
  };

  /** One vector: its chunks go into batches. */
  const vector = (entry: number, lanes: number, channel: number): void => {
    for (let first = 0; first < lanes; first += L) {
      const slot = batch.chunks++;
      const own = Math.min(L, lanes - first);
      batch.lanes[slot] = own;
      batch.channel[slot] = channel + first / L;
      if (!store.elementwise)
        for (let lane = 0; lane < own; lane++)
          sumPatterns[slot * L + lane] = format.sum(arithmetic.bitsOf(entry, first + lane));
      if (batch.chunks === BATCH_CHUNKS) runBatch();
    }
    if (!store.elementwise) arithmetic.clear(entry);
  };
  const perVector = Math.ceil(columns / L);
  for (let i2 = 0; i2 < n2; i2++)
    for (let i1 = 0; i1 < n1; i1++) {
      const base = store.accBase + i1 * store.accStride1 + i2 * store.accStride2;
      for (let group = 0; group < groups; group++)
        for (let index = 0; index < vectorsPerGroup; index++) {
          const lanes = index === vectorsPerGroup - 1 ? lastLanes : columns;
          const entry = store.elementwise ? 0 : entryAt(machine, base + group * store.accGroupStride + index);
          vector(entry, lanes, index * perVector);
        }
    }
  runBatch();
  if (!store.elementwise) {
    const vectors = n1 * n2 * groups * vectorsPerGroup;
    counts.accumulatorReads += vectors;
    counts.accumulatorWrites += vectors;
  }
  for (const to of outputs) counts.dramBytesWritten += to?.at ?? 0;
};
