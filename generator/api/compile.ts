import { UserError } from '../base/errors.js';
import { defaultBase, makePlan, PLACE_ALIGNMENT, type Places } from '../compile/plan.js';
import { writeWindow } from '../compile/window.js';
import { type MemoryMap, PASS_TENSORS, type Tensor } from '../dataflows/loopNest.js';
import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import { tensorShape } from '../description/tensors.js';
import { programHeader } from '../emit/programHeader.js';
import { BYTES_PER_INSTRUCTION } from '../isa/program.js';
import type { Cost } from '../machine/outline.js';
import { benchMemory } from '../machine/performance.js';
import type { MemoryTiming } from '../timing/memory.js';
import type { PassOptions } from './inputs.js';
import {
  checkedOptions,
  configOf,
  engineField,
  engineFor,
  flagField,
  layerOf,
  passField,
  shiftField,
  text,
} from './options.js';

/** What {@link compile} takes. Addresses are bytes, below 2⁵³. */
export interface CompileOptions extends PassOptions {
  /** First byte of the memory that tensors and program take, a multiple of 4096. Default: 0x10000000, or 0 where the bus has less than 32 address bits. */
  readonly base?: number;
  /** Where x, wt, dy, the result (y, dx, dw), scratch or program lie, multiples of 64; the others lie from `base` on. */
  readonly at?: Readonly<Record<string, number>>;
  /** Name of a C array: `header` holds it then. */
  readonly symbol?: string;
}

/** The program of one pass of a layer. */
export interface Compiled {
  /** The accelerator, resolved. */
  readonly config: Config;
  /** The layer, with its output size. */
  readonly layer: Layer;
  /** The pass. */
  readonly pass: Pass;
  /** The engine that the program is for. */
  readonly engine: Engine;
  /** Whether results are in the operand format. */
  readonly narrow: boolean;
  /** Narrow int8 results are sums divided by 2^shift. */
  readonly shift: number;
  /** Instructions of the program, of 64 bytes each. */
  readonly instructions: number;
  /** The program, 16 words an instruction, little-endian in memory. */
  readonly words: Uint32Array;
  /** Of the tensors that are read and of the result, by name, NHWC; weights are [Kh][Kw][C/G][N]. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Byte address and bytes of each tensor and of scratch, by name; of the program its address. */
  readonly memory: Readonly<Record<string, Tensor | number>>;
  /** What the program may write. */
  readonly window: {
    /** First byte of it. */
    readonly base: number;
    /** First byte after it. */
    readonly limit: number;
  };
  /** Cycles and bytes, with the memory of `memoryTiming`. */
  readonly predicted: Cost;
  /** The memory that the prediction has. */
  readonly memoryTiming: MemoryTiming;
  /** C header with the program, and the addresses and shapes of its tensors. */
  readonly header?: string;
}

const PAGE = 4096;

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** @throws {@link UserError} for what is no address, or not aligned. */
const checkAddress = (path: string, value: unknown, multiple: number): number => {
  if (typeof value !== 'number' || Number.isNaN(value) || value < 0 || value % 1 !== 0) {
    return refuse('OUT_OF_RANGE', path, 'not an address', 'give a number, as 0x80000000');
  }
  if (!Number.isSafeInteger(value)) {
    const message = 'addresses above 2^53-1 cannot be compiled';
    refuse('OUT_OF_RANGE', path, message, 'take a lower one, as 0x80000000');
  }
  if (value % multiple !== 0) {
    const below = Math.floor(value / multiple) * multiple;
    refuse('MISALIGNED', path, `not a multiple of ${multiple}`, `take 0x${below.toString(16)}`);
  }
  return value;
};

/** The parts of a pass, by the names that a person knows them by, and their names in the memory map. */
const partsOf = (pass: Pass): ReadonlyMap<string, keyof MemoryMap> => {
  const { first, second, output } = PASS_TENSORS[pass];
  return new Map<string, keyof MemoryMap>([
    ...[first, second, 'scratch' as const, 'program' as const].map((name) => [name, name] as const),
    [output, 'output'],
  ]);
};

const placesOf = (at: unknown, pass: Pass): Places => {
  if (at === undefined) return {};
  if (typeof at !== 'object' || at === null || Array.isArray(at)) {
    return refuse(
      'WRONG_TYPE',
      'at',
      'not places by name',
      `give an object, as { ${PASS_TENSORS[pass].output}: 0x80000000 }`,
    );
  }
  const keys = partsOf(pass);
  const places = Object.entries(at).map(([name, address]) => {
    const path = `at.${name}`;
    const key =
      keys.get(name) ?? refuse('UNKNOWN', path, `${pass} has no ${name}`, `take one of ${[...keys.keys()].join(', ')}`);
    return [key, checkAddress(path, address, PLACE_ALIGNMENT)] as const;
  });
  return Object.fromEntries(places);
};

/** The C symbol. Its macros and its include guard must not be those of the accelerator's own headers. */
const checkSymbol = (name: string, { prefix }: Config): void => {
  if (!/^[A-Za-z_]\w{0,63}$/.test(name)) refuse('SYMBOL', 'symbol', 'not a C identifier', 'use letters, digits and _');
  const taken = [prefix.replace(/_$/, ''), `${prefix}registers`, `${prefix}driver`];
  if (taken.some((own) => own.toUpperCase() === name.toUpperCase())) {
    const message = `macros of ${name.toUpperCase()} are in the accelerator's ${prefix}registers.h or ${prefix}driver.h already`;
    refuse('SYMBOL', 'symbol', message, `take another name: set symbol to ${prefix}program`);
  }
};

/**
 * Compiles one pass of a layer to a program, as `bp-im2col compile` does.
 * @throws {@link UserError} with what is wrong with the options, or where the layer does not fit the accelerator.
 */
export const compile = (options: CompileOptions): Compiled => {
  const shape = { pass: passField, engine: engineField, narrow: flagField, shift: shiftField, symbol: text('a name') };
  const given = checkedOptions(options, shape, ['config', 'layer', 'base', 'at']);
  const { pass, narrow, shift, symbol } = given;
  const config = configOf(given.config);
  const layer = layerOf(given.layer);
  const engine = engineFor(config, given.engine);
  const base = checkAddress('base', given.base ?? defaultBase(config), PAGE);
  const place = placesOf(given.at, pass);
  if (symbol !== undefined) checkSymbol(symbol, config);
  const plan = makePlan(config, layer, pass, engine, { narrow, shift, base, place });
  const { first, second, output } = PASS_TENSORS[pass];
  return Object.freeze({
    ...{ config, layer, pass, engine, ...plan.results },
    ...{ instructions: plan.words.byteLength / BYTES_PER_INSTRUCTION, words: plan.words },
    shapes: Object.fromEntries([first, second, output].map((name) => [name, tensorShape(layer, name)])),
    memory: Object.fromEntries([...partsOf(pass)].map(([name, key]) => [name, plan.memory[key]])),
    ...{ window: writeWindow(plan), predicted: plan.cost, memoryTiming: benchMemory(config) },
    ...(symbol === undefined ? {} : { header: programHeader(config, plan, symbol) }),
  });
};
