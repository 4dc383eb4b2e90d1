import { bitsFor } from '../../base/bits.js';
import type { Config } from '../../description/config.js';
import {
  COUNTERS_OFFSET,
  counters,
  countersMask,
  countersOf,
  ID_VALUE,
  type Register,
  registers,
  snakeCase,
} from '../../isa/registers.js';
import { version } from '../host.js';
import type { View } from '../template.js';
import { type CommonView, commonView, configHash } from './common.js';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The generator's version: major, minor, patch. */
const packageVersion = (): readonly number[] => version().split(/[.-]/).slice(0, 3).map(Number);

/** Values of the constant registers. */
export const constantValues = (config: Config): Readonly<Record<string, number>> => {
  const [major, minor, patch] = packageVersion();
  return {
    id: ID_VALUE,
    version: major * 65536 + minor * 256 + patch,
    config_hash: Number.parseInt(configHash(config).slice(0, 8), 16),
    counters: countersMask(config),
  };
};

/** `program_lo` → bits of `program_q` from 0 on, `program_hi` → from 32 on; other one-field registers have a signal of their own. */
const valueSignal = (name: string, bits: number, low = 0): string => {
  const [, stem, half] = /^(.*?)(?:_(lo|hi))?$/.exec(name)!;
  return `${stem}_q[${low + (half === 'hi' ? 32 : 0)} +: ${bits}]`;
};

/** The bytes of a stored value: each is written where its strobe says so. */
const bytesOf = (name: string, bits: number): View[] =>
  Array.from({ length: Math.ceil(bits / 8) }, (_, byte) => {
    const width = Math.min(8, bits - 8 * byte);
    return { byte, slice: `${8 * byte} +: ${width}`, target: valueSignal(name, width, 8 * byte) };
  });

/** Verilog expression of the 32 bits a register reads as. */
const readExpression = (register: Register, constants: Readonly<Record<string, number>>): string => {
  if (register.name in constants) return `32'h${hex(constants[register.name], 8)}`;
  const parts: string[] = [];
  let above = 32;
  for (const { name, low, bits, access } of [...register.fields].sort((a, b) => b.low - a.low)) {
    const gap = above - low - bits;
    if (gap > 0) parts.push(`${gap}'d0`);
    if (access === 'w1') parts.push(`${bits}'d0`);
    else parts.push(name === 'value' ? valueSignal(register.name, bits) : `${register.name}_${name}`);
    above = low;
  }
  if (above > 0) parts.push(`${above}'d0`);
  return parts.length === 1 ? parts[0] : `{${parts.join(', ')}}`;
};

/** What the checks of a slot compare with: constants of 32 bits. */
const checks = (slot: number, bits: number, sumBits: number, sweep: number) => ({
  checkPad: 32 - sumBits,
  most: `32'd${2 ** bits - 1}`,
  word0: `32'd${2 * slot}`,
  word1: `32'd${2 * slot + 1}`,
  rest: `32'd${sweep - 2 * slot - 1}`,
});

/**
 * The counters of a configuration as `counters` and `csr` take them. A slot is a counter's turn in the sweep, and its place in the
 * memory. A small sum takes the most that can be added in a whole sweep, of two cycles for each counter.
 */
const countersView = (config: Config): View => {
  const all = counters(config);
  const built = countersOf(config);
  const sweep = 2 * built.length;
  const slots = built.map(({ name, bits }, slot) => {
    const sumBits = bits > 0 ? bitsFor(sweep * (2 ** bits - 1) + 1) : 0;
    return {
      ...{ name: snakeCase(name), slot, number: all.findIndex((each) => each.name === name) },
      ...{
        counts: bits > 0,
        single: bits === 1,
        bits,
        high: bits - 1,
        sumBits,
        sumHigh: sumBits - 1,
        ...checks(slot, bits, sumBits, sweep),
        pad: sumBits - bits,
      },
    };
  });
  const smallBits = Math.max(1, ...slots.map(({ sumBits }) => sumBits));
  return {
    counted: built.length > 0,
    counters: all.map(({ name, bits, exists }, number) => {
      return {
        name: snakeCase(name),
        number,
        exists,
        counts: exists && bits > 0,
        single: bits === 1,
        bits,
        high: bits - 1,
      };
    }),
    slots: slots.map((slot) => ({
      ...{ ...slot, word: hex((COUNTERS_OFFSET + 8 * slot.number) / 8, 3), smallPad: smallBits - slot.sumBits },
    })),
    dense: slots.every(({ slot, number }) => slot === number),
    turnOne: `${built.length}'d1`,
    slotBits: bitsFor(built.length),
    smallBits,
    exist: hex(countersMask(config), 8),
    firstCounter: hex(COUNTERS_OFFSET / 4, 3),
    lastCounter: hex((COUNTERS_OFFSET + 8 * all.length) / 4 - 1, 3),
  };
};

/** The register file's decoding, made from {@link registers}. */
export const csrView = (config: Config): CommonView => {
  const constants = constantValues(config);
  const [major, minor, patch] = packageVersion();
  const map = registers(config).map((register) => ({
    name: register.name,
    offset: register.offset,
    address: hex(register.offset, 3),
    word: hex(register.offset / 4, 3),
    read: readExpression(register, constants),
    writable: register.writable,
    stored: register.fields.filter(({ name, access }) => name === 'value' && access === 'rw'),
  }));
  const writable = map.filter((register) => register.writable);
  return {
    ...commonView(config),
    addressBits: config.axi.addressWidth,
    version: { major, minor, patch },
    reads: map.filter(({ offset }) => offset < COUNTERS_OFFSET),
    writable,
    anyWritable: writable.map(({ name }) => `wr_${name}`).join(' || '),
    stored: map.flatMap(({ name, stored }) =>
      stored.map(({ bits }) => ({ register: name, bytes: bytesOf(name, bits) })),
    ),
    ...countersView(config),
  };
};
