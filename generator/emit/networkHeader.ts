import {
  BASES,
  type CompiledNetwork,
  type NetworkProgram,
  type NetworkTensor,
  type Role,
  tensorOf,
} from '../compile/network/compiled.js';
import type { Config } from '../description/config.js';
import { hashOf, leastKept } from '../graph/dropoutMask.js';
import type { Graph } from '../graph/operations.js';
import { BYTES_PER_INSTRUCTION } from '../isa/program.js';
import { constantValues } from './views/csr.js';
import { cDouble } from './views/network.js';

const WORDS = BYTES_PER_INSTRUCTION / 4;

const comment = (text: string): string => text.replaceAll('*/', '');

const hex = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(8, '0')}u`;

/** Roles that a driver meets: what it writes before, or reads after, a program. */
const HOST_ROLES: readonly Role[] = [
  'tensor',
  'outputGradient',
  'parameter',
  'operand',
  'velocity',
  'mask',
  'constant',
];

/** What each base register is for. */
const BASE_USES = [
  'parameters, their copies and their state: kept from step to step',
  'activations, gradients and scratch',
  'what the host writes and reads',
] as const;

const quoted = (text: string): string => JSON.stringify(text).replaceAll('??', '?\\?');

/** A program with its place among the others. */
interface PlacedProgram {
  readonly symbol: string;
  readonly what: string;
  readonly program: NetworkProgram;
  /** Bytes from the first one. */
  readonly offset: number;
}

/** An array of words, eight in a line. */
const wordArray = (name: string, words: ArrayLike<number>): string => {
  const lines = Array.from(
    { length: Math.ceil(words.length / 8) },
    (_, row) =>
      `    ${Array.from({ length: Math.min(8, words.length - 8 * row) }, (_, i) => hex(words[8 * row + i]!)).join(', ')}`,
  );
  return `static const uint32_t ${name}[${words.length}] = {\n${lines.join(',\n')}\n};`;
};

/** An array, and the two fields that refer to it: pointer and length. C has no empty arrays. */
interface List {
  readonly lines: readonly string[];
  readonly fields: string;
}

const listOf = (type: string, name: string, entries: readonly string[]): List =>
  entries.length === 0
    ? { lines: [], fields: '0, 0u' }
    : {
        lines: [`static const ${type} ${name}[${entries.length}] = {`, `    ${entries.join(',\n    ')}`, '};'],
        fields: `${name}, ${entries.length}u`,
      };

/** A tensor as an initializer. */
const tensorEntry = ({ role, name, base, offset, bytes, format, shape }: NetworkTensor): string => {
  const axes = shape.length > 4 ? [shape.reduce((all, size) => all * size, 1)] : shape;
  return `{${quoted(role)}, ${quoted(name)}, ${base}, ${format === 'fp32' ? 4 : 2}, ${offset}u, ${bytes}u, ${axes.length}, {${axes.join(', ')}}}`;
};

const isOfHost = ({ role, pitch }: NetworkTensor): boolean => HOST_ROLES.includes(role) && pitch === undefined;

/** The programs, one behind the other. */
const programsOf = ({ forward, training }: CompiledNetwork, symbol: string): readonly PlacedProgram[] => {
  const [first, second] = training?.update ?? [];
  const named: (readonly [string, string, NetworkProgram])[] = [['forward', 'forward pass', forward]];
  if (training && training.evaluation !== forward)
    named.push(['evaluation', 'forward pass without dropouts', training.evaluation]);
  if (first && second) named.push(['backward', 'backward pass', first]);
  else if (first) named.push(['update', 'backward pass and update', first]);
  if (second) named.push(['update', 'update, when all gradients are finite', second]);
  let offset = 0;
  return named.map(([name, what, program]) => {
    const here = offset;
    offset += 4 * program.words.length;
    return { symbol: `${symbol}_${name}`, what, program, offset: here };
  });
};

const programLines = (prefix: string, { symbol, what, program, offset }: PlacedProgram): readonly string[] => {
  const { words, rateWords } = program;
  const rates = listOf(
    'uint32_t',
    `${symbol}_rate_words`,
    rateWords.map((at) => `${at}u`),
  );
  const fields = `${symbol}_words, ${words.length / WORDS}u, ${offset}u, ${rates.fields}`;
  return [
    `/* The ${what}: ${words.length / WORDS} instructions of 64 bytes, at any multiple of 64. */`,
    wordArray(`${symbol}_words`, words),
    ...(rateWords.length > 0
      ? ['/* Words that hold the negated learning rate, as the bits of a float. */', ...rates.lines]
      : []),
    `static const ${prefix}network_program ${symbol} = {${fields}};`,
    '',
  ];
};

/** What a step of training needs beyond programs, as fields of the network. */
const trainingFields = (
  prefix: string,
  { tensors, training }: CompiledNetwork,
  { operations }: Pick<Graph, 'operations'>,
  symbol: string,
  pointerTo: (tensor: NetworkTensor) => string,
): { readonly lines: readonly string[]; readonly fields: readonly string[] } => {
  const [output, ...others] = training?.outputs ?? [];
  const gradient = tensors.find(({ role, name }) => role === 'outputGradient' && name === output);
  const made = tensors.find(({ role, name }) => role === 'tensor' && name === output);
  const update = training && training.update.length > 1 ? `&${symbol}_update` : '0';
  const backward = training ? `&${symbol}_${training.update.length > 1 ? 'backward' : 'update'}` : '0';
  const masks = tensors.filter(({ role }) => role === 'mask');
  const dropouts = listOf(
    `${prefix}dropout`,
    `${symbol}_dropouts`,
    masks.map((mask) => {
      const operation = operations.find(({ name }) => name === mask.name);
      const least = leastKept(operation?.kind === 'dropout' ? operation.rate : 0);
      return `{${tensorEntry(mask)}, ${hex(hashOf(mask.name))}, ${least}u}`;
    }),
  );
  const scaled = training?.options.lossScale !== undefined;
  const checked = listOf(
    `${prefix}tensor`,
    `${symbol}_checked`,
    scaled
      ? tensors.filter(({ role, name }) => role === 'parameterGradient' && training.learning.has(name)).map(tensorEntry)
      : [],
  );
  const trains = made !== undefined && gradient !== undefined && others.length === 0;
  return {
    lines: [
      ...(masks.length > 0 ? ['/* Dropouts: mask, hash of the name, least word that keeps a value. */'] : []),
      ...dropouts.lines,
      ...(scaled ? ['/* Gradients that must be finite for the update. */'] : []),
      ...checked.lines,
      '',
    ],
    fields: [
      `&${symbol}_forward, ${backward}, ${update}`,
      trains ? `${pointerTo(made)}, ${pointerTo(gradient)}, ${gradient.shape.at(-1)}u` : '0, 0, 0u',
      cDouble(training?.options.lossScale ?? 1),
      dropouts.fields,
      checked.fields,
    ],
  };
};

/**
 * A network as a C header: its programs, how much memory lies behind each base register, where the tensors lie that a driver writes and reads, and all that
 * together as a value for `network.h` of the accelerator's software.
 * @param symbol a C identifier; macros begin with it in capitals.
 */
export const networkHeader = (
  config: Config,
  compiled: CompiledNetwork,
  graph: Pick<Graph, 'operations'>,
  symbol: string,
): string => {
  const macro = symbol.toUpperCase();
  const { prefix } = config;
  const device = prefix.toUpperCase();
  const hash = hex(constantValues(config).config_hash!);
  const define = (name: string, value: string, text: string): string =>
    `#define ${`${macro}_${name}`.padEnd(macro.length + 20)} ${value.padEnd(12)} /* ${text} */`;
  const programs = programsOf(compiled, symbol);
  const { offset: lastOffset, program: last } = programs.at(-1)!;
  const programBytes = lastOffset + 4 * last.words.length;
  const tensors = compiled.tensors.filter(isOfHost);
  const pointerTo = (tensor: NetworkTensor): string => `&${symbol}_tensors[${tensors.indexOf(tensor)}]`;
  const pointers = (name: string, names: readonly string[]): List =>
    listOf(
      `${prefix}tensor *const`,
      `${symbol}_${name}`,
      names.map((one) => pointerTo(tensorOf(compiled, 'tensor', one))),
    );
  const [inputs, outputs] = [pointers('inputs', compiled.inputs), pointers('outputs', compiled.outputs)];
  const constants = listOf(
    `${prefix}constant`,
    `${symbol}_constants`,
    compiled.constants.map(({ tensor }, i) => `{${tensorEntry(tensor)}, ${symbol}_constant_${i}}`),
  );
  const training = trainingFields(prefix, compiled, graph, symbol, pointerTo);
  const evaluation = programs.find(({ symbol: one }) => one === `${symbol}_evaluation`) ?? programs[0]!;
  return `${[
    `/* ${comment(compiled.name)}, batch ${compiled.batch}, for the accelerator ${config.name}. GENERATED by bp-im2col, do not edit. */`,
    `#ifndef ${macro}_NETWORK_H`,
    `#define ${macro}_NETWORK_H`,
    '',
    `#include "${prefix}network.h"`,
    '',
    `#if ${device}CONFIG_HASH_VALUE != ${hash}`,
    '#error "this network was compiled for another configuration of the accelerator"',
    '#endif',
    '',
    '/* Bytes of memory behind each base register; each begins at a multiple of 64. */',
    ...BASES.map((base) => define(`BASE${base}_BYTES`, `${compiled.bytes[base]}u`, BASE_USES[base - 1]!)),
    define('PROGRAM_BYTES', `${programBytes}u`, 'of all programs, one behind the other'),
    define('BATCH', `${compiled.batch}u`, 'images'),
    '',
    '/* The tensors that a driver writes and reads. */',
    `static const ${prefix}tensor ${symbol}_tensors[${tensors.length}] = {`,
    tensors.map((tensor) => `    ${tensorEntry(tensor)}`).join(',\n'),
    '};',
    ...inputs.lines,
    ...outputs.lines,
    '',
    '/* Values that are written once, before the first program: as floats, to be stored in the format of their tensor. */',
    ...compiled.constants.map(({ values }, i) =>
      wordArray(`${symbol}_constant_${i}`, new Uint32Array(Float32Array.from(values).buffer)),
    ),
    ...constants.lines,
    '',
    ...programs.flatMap((one) => programLines(prefix, one)),
    ...training.lines,
    '/* All of it, for a session. */',
    `static const ${prefix}network ${symbol}_network = {`,
    `    ${[
      `{${BASES.map((base) => `${compiled.bytes[base]}u`).join(', ')}}, ${programBytes}u`,
      inputs.fields,
      outputs.fields,
      constants.fields,
      `&${evaluation.symbol}`,
      ...training.fields,
    ].join(',\n    ')}`,
    '};',
    '',
    '#endif',
  ].join('\n')}\n`;
};
