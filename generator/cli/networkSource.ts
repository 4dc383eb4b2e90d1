import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { closest } from '../base/suggest.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import type { Graph } from '../graph/operations.js';
import type { TrainableNetwork } from '../networks/trainable.js';
import type { OnnxNetwork } from '../onnx/read.js';
import { addSetOption, loadConfig, SOURCE_HELP } from './source.js';

/** What a network runs on unless an accelerator is named: `ref16` with a vector unit. */
const USUAL_LANES = 8;

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
  if (derive(config).parts.vector) return config;
  const message = `${config.name} has no vector unit, which biases, activations and updates need`;
  const fix = config.format === 'bf16' ? 'add --set vector.lanes=2, or more' : 'take an accelerator of the format bf16';
  throw new UserError([{ code: 'NO_VECTOR', path: 'vector.lanes', message, fix }]);
};

/** A network as a command takes it. */
export interface NetworkSource {
  readonly graph: Graph;
  /** Of a file: it, and how its tensors lie. */
  readonly onnx?: { readonly path: string; readonly bytes: Uint8Array; readonly network: OnnxNetwork };
}

/** Whether a word is the path of an ONNX file. */
export const isOnnx = (word: string): boolean => extname(word).toLowerCase() === '.onnx';

/** Networks by name that are graphs: those of `networks/trainable.ts`, which is loaded when it is needed. */
const TRAINABLE = ['digits', 'lenet5'] as const satisfies readonly TrainableNetwork[];

/** Whether a word names a network that can be trained. */
export const isTrainable = (word: string): boolean => (TRAINABLE as readonly string[]).includes(word);

const fromFile = async (path: string, batch: number | undefined): Promise<NetworkSource> => {
  const { readOnnx } = await import('../onnx/read.js');
  const bytes = new Uint8Array(withFileErrors(path, () => readFileSync(path)));
  try {
    const network = await readOnnx(bytes, batch === undefined ? {} : { batch });
    return { graph: network.graph, onnx: { path, bytes, network } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((each) => ({ ...each, path: `${path}: ${each.path}` })));
  }
};

/**
 * A network by its name, or an ONNX file.
 * @param batch images at a time; absent: those that the file has, or 1.
 * @throws {@link UserError} with all that is wrong with it.
 */
export const loadNetwork = async (word: string, batch: number | undefined, seed: number): Promise<NetworkSource> => {
  if (isOnnx(word)) return fromFile(word, batch);
  const { trainableNetworks } = await import('../networks/trainable.js');
  const names = Object.keys(trainableNetworks);
  if (isTrainable(word)) return { graph: trainableNetworks[word as TrainableNetwork](batch ?? 1, seed) };
  const { NETWORK_NAMES } = await import('../networks/index.js');
  if ((NETWORK_NAMES as readonly string[]).includes(word)) {
    const message = 'it is known as a list of layers without weights, for "bp-im2col analyze" and "estimate"';
    throw new UserError([
      { code: 'NO_WEIGHTS', path: word, message, fix: `give one of ${names.join(', ')}, or an ONNX file of it` },
    ]);
  }
  const meant = closest(word, names);
  const fix = meant
    ? `write ${meant}, or give a file that ends in .onnx`
    : `give one of ${names.join(', ')}, or a file that ends in .onnx`;
  throw new UserError([
    { code: 'UNKNOWN_NETWORK', path: word, message: 'there is no such network to run or train', fix },
  ]);
};
