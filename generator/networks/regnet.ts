import { groupBy } from '../base/lists.js';
import { convNorm, relu, roundChannels, squeezeExcitation } from './blocks.js';
import { type Architecture, CLASSES } from './builder.js';

/** What the widths of all blocks follow from (Radosavovic et al., "Designing Network Design Spaces", 2020). */
export interface RegnetParameters {
  /** Blocks. */
  readonly depth: number;
  /** Channels of the first block, a multiple of 8. */
  readonly w0: number;
  /** Channels that each block adds, before they are quantised. */
  readonly wa: number;
  /** The ratio of the widths of two stages. */
  readonly wm: number;
  /** Channels of a group. */
  readonly groupWidth: number;
}

export interface RegnetStage {
  readonly blocks: number;
  /** Channels that its blocks give. */
  readonly width: number;
  readonly groupWidth: number;
}

/**
 * The stages: block i has w0 + i·wa channels, rounded to w0 times the nearest power of wm, and that to a multiple of 8. Blocks of one
 * width are a stage; its width is then rounded to a multiple of the group's.
 */
export const regnetStages = ({ depth, w0, wa, wm, groupWidth }: RegnetParameters): readonly RegnetStage[] => {
  const widths = Array.from({ length: depth }, (_, i) => {
    const power = Math.round(Math.log((w0 + i * wa) / w0) / Math.log(wm));
    return 8 * Math.round((w0 * wm ** power) / 8);
  });
  return [...groupBy(widths, String).values()].map((stage) => {
    const own = Math.min(groupWidth, stage[0]);
    return { blocks: stage.length, width: roundChannels(stage[0], own), groupWidth: own };
  });
};

const STEM = 32;

/** RegNetY: residual blocks of 1×1, 3×3 in groups with the stride, squeeze and excitation, 1×1. */
export const regnetY =
  (parameters: RegnetParameters): Architecture =>
  (net, image) => {
    let x = convNorm(net, 'stem', image, STEM, { kernel: 3, stride: 2 }, relu);
    regnetStages(parameters).forEach(({ blocks, width, groupWidth }, stage) => {
      for (let i = 0; i < blocks; i++) {
        const name = `trunk_output.block${stage + 1}.block${stage + 1}-${i}`;
        const stride = i === 0 ? 2 : 1;
        const beside = i === 0 ? convNorm(net, `${name}.proj`, x, width, { stride }) : x;
        let y = convNorm(net, `${name}.f.a`, x, width, {}, relu);
        y = convNorm(net, `${name}.f.b`, y, width, { kernel: 3, stride, groups: width / groupWidth }, relu);
        // a quarter of the channels that the block takes
        y = squeezeExcitation(net, `${name}.f.se`, y, Math.round(x.channels / 4), relu);
        y = convNorm(net, `${name}.f.c`, y, width);
        x = net.relu(`${name}.activation`, net.addition(`${name}.add`, beside, y));
      }
    });
    return net.linear('fc', net.globalAverage('avgpool', x), CLASSES);
  };
