import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { closest } from '../base/suggest.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Graph } from '../graph/operations.js';
import type { ImageSize } from '../networks/network.js';
import type { OnnxNetwork } from '../onnx/read.js';
import { asOptions } from './asOptions.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';

/** What a network runs on unless an accelerator is named: `ref16` with a vector unit. */
export const USUAL_LANES = 8;

/** Adds `--preset` and `--set` to a command that takes a network. */
export const addAccelerator = (command: Command): Command =>
  addSetOption(command).option(
    '-p, --preset <preset|file|folder>',
    `the accelerator: ${SOURCE_HELP} (default: ref16 with vector.lanes=${USUAL_LANES})`,
  );

/**
 * The accelerator that a network is for.
 * @throws {@link UserError} where it has no vector unit, or is described wrongly.
 */
export const networkConfig = (preset: string | undefined, sets: readonly string[]): Config => {
  const usual = preset === undefined && !sets.some((set) => set.trim().startsWith('vector'));
  const config = loadConfig(preset ?? 'ref16', usual ? [...sets, `vector.lanes=${USUAL_LANES}`] : sets);
  if (config.format !== 'bf16') {
    const message = `${config.name} computes in ${config.format}; networks are compiled for bf16`;
    throw new UserError([{ code: 'FORMAT', path: 'format', message, fix: 'take an accelerator of the format bf16' }]);
  }
  if (derive(config).parts.vector) return config;
  const message = `${config.name} has no vector unit, which biases, activations and updates need`;
  throw new UserError([{ code: 'NO_VECTOR', path: 'vector.lanes', message, fix: 'add --set vector.lanes=2, or more' }]);
};

/** A network as a command takes it. */
export interface NetworkSource {
  readonly graph: Graph;
  /** Of a file: it, and how its tensors lie. */
  readonly onnx?: { readonly path: string; readonly bytes: Uint8Array; readonly network: OnnxNetwork };
}

/** Whether a word is the path of an ONNX file. */
export const isOnnx = (word: string): boolean => extname(word).toLowerCase() === '.onnx';

/** Of the option `--size` of commands that carry out a network. */
export const SIZE_HELP = 'of a network by name: its image, in pixels (default: what it was made for, mostly 224)';

/** What may be asked of a network. */
export interface NetworkWishes {
  /** Images at a time. Absent: those that a file has, or 1. */
  readonly batch?: number;
  /** Of a network by name: its image. Absent: what it was made for. */
  readonly size?: ImageSize;
  /** Height, width and channels of what a network by name will be given: it takes as many channels, where both are maps, or neither is. */
  readonly given?: readonly [height: number, width: number, channels: number];
  /** Of the first weights of a network by name. Absent: they are 0. */
  readonly seed?: number;
}

const fromFile = async (path: string, batch: number | undefined): Promise<NetworkSource> => {
  const [{ readOnnx }, { inOneFile }] = await Promise.all([import('../onnx/read.js'), import('../onnx/external.js')]);
  const load = (name: string): Uint8Array => new Uint8Array(withFileErrors(name, () => readFileSync(name)));
  const file = load(path);
  try {
    const bytes = await inOneFile(file, (location) => load(join(dirname(path), location)));
    const network = await readOnnx(bytes, batch === undefined ? {} : { batch });
    if (network.graph.operations.length === 0) {
      const message = 'nothing in it is work for the accelerator: it only moves its input, or leaves all to the host';
      throw new UserError([
        { code: 'NO_WORK', path: 'onnx', message, fix: 'give a network with operations before that' },
      ]);
    }
    return { graph: network.graph, onnx: { path, bytes, network } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((each) => ({ ...each, path: `${path}: ${each.path}` })));
  }
};

/**
 * A network by its name, or an ONNX file.
 * @throws {@link UserError} with all that is wrong with it.
 */
export const loadNetwork = async (word: string, { given, ...wishes }: NetworkWishes): Promise<NetworkSource> => {
  const refuse = (code: string, path: string, message: string, fix: string): never => {
    throw new UserError([{ code, path, message, fix }]);
  };
  if (isOnnx(word)) {
    if (wishes.size) refuse('EXTRA', '--size', 'an ONNX file has its own image', 'leave out --size');
    return fromFile(word, wishes.batch);
  }
  const { inputOf, isNetwork, NETWORK_NAMES, networkGraph } = await import('../networks/index.js');
  if (isNetwork(word)) {
    const { height, width } = inputOf(word);
    const isAlike = given && (given[0] * given[1] === 1) === (height * width === 1);
    const options = { ...wishes, ...(isAlike ? { channels: given[2] } : {}) };
    return asOptions({ size: '--size' }, () => ({ graph: networkGraph(word, options) }));
  }
  const meant = closest(word, NETWORK_NAMES);
  const fix = meant
    ? `write ${meant}, or give a file that ends in .onnx`
    : 'give a network of "bp-im2col analyze --list", or a file that ends in .onnx';
  return refuse('UNKNOWN_NETWORK', word, 'there is no such network', fix);
};
