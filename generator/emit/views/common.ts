import { bitsFor } from '../../base/bits.js';
import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { INSTRUCTION_SET, kindsOf, OPCODE_BITS, type Parts } from '../../isa/instructionSet.js';
import { BYTES_PER_INSTRUCTION } from '../../isa/program.js';
import { DEPTHS } from '../../timing/depths.js';
import { sha256 } from '../host.js';
import type { View } from '../template.js';
import { countsView } from './counts.js';
import { decoderChecks, isaView } from './isa.js';

/** What every template can use. */
export interface CommonView {
  readonly [key: string]: unknown;
  readonly prefix: string;
  /** The configuration's name and the first 8 digits of its hash (those of CONFIG_HASH), for the provenance line. */
  readonly config: string;
  readonly hash: string;
  /** Bits of a part of an instruction: of a beat, or the whole of it. */
  readonly partBits: number;
}

/**
 * SHA-256, in hexadecimal, of what the hardware is: the canonical JSON of the configuration without its name and prefix, which
 * change what things are called and nothing that a driver or a program meets, and without `reorganize.overlap`, which is in programs.
 */
export const configHash = ({ name: _name, prefix: _prefix, reorganize, ...hardware }: Config): string => {
  const { elementsPerCycle } = reorganize ?? {};
  const step = elementsPerCycle === undefined ? {} : { reorganize: { elementsPerCycle } };
  return sha256(JSON.stringify({ ...hardware, ...step }));
};

/** The bits of an opcode that the hardware keeps, and those above. */
const opcodeView = (parts: Parts): View => {
  const bits = bitsFor(Math.max(...kindsOf(parts).map((kind) => INSTRUCTION_SET[kind].opcode)) + 1);
  return { opcodeTop: bits - 1, opcodeRest: OPCODE_BITS - bits };
};

export const commonView = (config: Config): CommonView => {
  const {
    instructionSlots: slots,
    widths,
    parts,
    vectorLanes,
    vectorAddStages,
    coefficients,
    dataBytes,
  } = derive(config);
  const slotBits = bitsFor(slots);
  return {
    prefix: config.prefix,
    config: config.name,
    hash: configHash(config).slice(0, 8),
    partBits: Math.min(config.axi.dataWidth, 8 * BYTES_PER_INSTRUCTION),
    ...isaView(parts),
    ...countsView(config),
    checks: decoderChecks(widths, parts),
    widths,
    /** The vector unit: whether it is built, its lanes of fp32, entries of a bank of coefficients. */
    ...{ vector: parts.vector, vectorLanes, vectorAddStages, coefficients },
    /** Bits of an operand's bytes, and of the elements that one of fp32 takes. */
    ...{ narrowShift: Math.log2(dataBytes), wideShift: Math.log2(4 / dataBytes) },
    ...opcodeView(parts),
    depths: { ...DEPTHS, slots, slotBits, slotTop: slotBits - 1 },
  };
};
