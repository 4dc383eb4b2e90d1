import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../base/paths.js';
import type { Config } from '../../description/config.js';
import { counters, ID_VALUE, type Register, registers, snakeCase } from '../../isa/registers.js';
import { type CommonView, commonView, configHash } from './common.js';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The generator's version: major, minor, patch. */
const packageVersion = (): readonly number[] => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version.split(/[.-]/).slice(0, 3).map(Number);
};

/** Values of the constant registers. */
export const constantValues = (config: Config): Readonly<Record<string, number>> => {
  const [major, minor, patch] = packageVersion();
  return {
    id: ID_VALUE,
    version: major * 65536 + minor * 256 + patch,
    config_hash: Number.parseInt(configHash(config).slice(0, 8), 16),
  };
};

/** `program_lo` → bits 31…0 of `program_q`, `program_hi` → the bits above; other one-field registers are whole. */
const valueSignal = (name: string, bits: number): string => {
  const half = /^(.*)_(lo|hi)$/.exec(name);
  if (half) return `${half[1]}_q[${half[2] === 'lo' ? 0 : 32} +: ${bits}]`;
  return `${name}_q`;
};

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

/** The register file's decoding, made from {@link registers}. */
export const csrView = (config: Config): CommonView => {
  const constants = constantValues(config);
  const [major, minor, patch] = packageVersion();
  const map = registers(config).map((register) => ({
    name: register.name,
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
    reads: map,
    writable,
    anyWritable: writable.map(({ name }) => `wr_${name}`).join(' || '),
    stored: map.flatMap(({ name, stored }) =>
      stored.map(({ bits }) => ({ register: name, target: valueSignal(name, bits), bits, high: bits - 1 })),
    ),
    counters: counters(config).map(({ name, bits }) => ({
      name: snakeCase(name),
      counts: bits > 0,
      single: bits === 1,
      bits,
      high: bits - 1,
    })),
  };
};
