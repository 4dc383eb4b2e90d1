import { UserError } from '../base/errors.js';
import { formatLayer, makeLayer } from '../description/layer.js';
import { imageOf, NETWORK_NAMES, type NetworkName, networks } from '../networks/index.js';
import type { ImageSize, Network, NetworkLayer } from '../networks/network.js';
import { checkedOptions as networkOptions } from '../networks/options.js';
import type { LayerInput } from './inputs.js';
import { layerOf } from './options.js';

/** The layers that {@link analyze} and {@link estimate} look at: `layer`, or `network`. */
export interface SourceOptions {
  /** One layer. */
  readonly layer?: LayerInput;
  /** A known network by its name, or one of the caller's, as `parseNetwork` returns. */
  readonly network?: NetworkName | Network;
  /** Images, in place of B of each layer. Default: B; 1 for a known network. */
  readonly batch?: number;
  /** Of the image that a known network takes, in pixels. Default: what it was made for, mostly 224. */
  readonly size?: number | ImageSize;
  /** Only layers with a stride of 2 or more. */
  readonly strided?: boolean;
}

export const SOURCE_KEYS = ['layer', 'network', 'batch', 'size'] as const;

/** What a network was given. */
export interface Input {
  /** Images. */
  readonly batch: number;
  /** Of its image, as in 224x224; undefined where it takes none. */
  readonly size?: string;
}

/** What is computed, by the name that heads its tables. */
export interface Source {
  /** Of a network; of a layer its text, as it is computed. */
  readonly name: string;
  readonly input?: Input;
  readonly layers: readonly NetworkLayer[];
}

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

export const isStrided = ({ layer }: NetworkLayer): boolean => layer.Sh > 1 || layer.Sw > 1;

const withBatch = (each: NetworkLayer, batch: number | undefined): NetworkLayer =>
  batch === undefined ? each : { ...each, layer: makeLayer({ ...each.layer, B: batch }) };

const isNetwork = (value: unknown): value is Network =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<Network>).layers);

const isEntry = (value: unknown): value is NetworkLayer =>
  typeof value === 'object' && value !== null && typeof (value as Partial<NetworkLayer>).name === 'string';

/**
 * The layers of a source; a batch takes the place of their own.
 * @throws {@link UserError} with what is wrong.
 */
export const sourceOf = (given: Readonly<Partial<Record<(typeof SOURCE_KEYS)[number], unknown>>>): Source => {
  const { layer, network, batch: wanted, size } = given;
  if ((layer === undefined) === (network === undefined)) {
    const message = layer === undefined ? 'there is no layer and no network' : 'there is a layer and a network';
    return refuse('NO_LAYER', 'layer', message, "give one of both, as in { network: 'resnet18' }");
  }
  const { batch, image: asked } = networkOptions({ batch: wanted, size });
  const own = wanted === undefined ? undefined : batch;
  if (typeof network === 'string') {
    if (!NETWORK_NAMES.includes(network as NetworkName)) {
      const fix = `take one of ${NETWORK_NAMES.join(', ')}`;
      return refuse('UNKNOWN_NETWORK', 'network', `there is no network ${JSON.stringify(network)}`, fix);
    }
    const known = network as NetworkName;
    const { layers } = networks[known]({ batch, size: asked });
    const image = imageOf(known, asked);
    return { name: network, input: { batch, ...(image && { size: `${image.height}x${image.width}` }) }, layers };
  }
  if (size !== undefined) {
    const fix = 'leave out size, and give H and W of each layer';
    return refuse('NO_IMAGE', 'size', 'only known networks take an image of any size', fix);
  }
  if (network !== undefined) {
    const isRight = isNetwork(network) && typeof network.name === 'string' && network.layers.every(isEntry);
    if (!isRight)
      return refuse('WRONG_TYPE', 'network', 'it is no network', 'give a name, or what parseNetwork returns');
    const layers = network.layers.map((each) => withBatch({ ...each, layer: layerOf(each.layer) }, own));
    return { name: network.name, ...(own === undefined ? {} : { input: { batch: own } }), layers };
  }
  const one = { name: 'layer', layer: layerOf(layer), linear: false, bias: false, batchNorm: 0 };
  const only = withBatch(one, own);
  return { name: formatLayer(only.layer), layers: [only] };
};
