import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Reorganize } from '../../isa/program.js';
import type { Stream } from '../stream.js';

/** IDLE, SETUP. */
const SETUP = 2;

/** A cycle for each bit of the positions, which the bytes of one are multiplied by; the first in SETUP. */
const announcesOf = (positions: number): number => 31 - Math.clz32(positions);

/** A REORGANIZE as a stream of chunks. */
export const reorganizeStream = (config: Config, step: Reorganize): Stream => {
  const { dataBytes, reorganizeElements } = derive(config);
  const { address, elements, positionsH, positionsW, rowStride } = step;
  const chunks = Math.ceil(elements / reorganizeElements);
  const last = (elements - (chunks - 1) * reorganizeElements) * dataBytes;
  return {
    epilogueBytes: 0,
    ...{ setup: SETUP, announces: announcesOf(positionsW) },
    ...{ n1: positionsH, runs: positionsH, bytes: positionsW * elements * dataBytes },
    ...{ address, stride1: rowStride, stride2: 0 },
    items: positionsH * positionsW * chunks,
    bytesOf: (index) => (index % chunks === chunks - 1 ? last : reorganizeElements * dataBytes),
  };
};
