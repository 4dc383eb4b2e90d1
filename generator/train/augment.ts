import { randomWords } from '../compile/workload.js';
import type { Dataset } from './dataset.js';

/** Images moved by up to so many pixels along each axis, each by a seeded distance of its own; zeros come in at the edges. */
export const shifted = ({ shape, x, ...others }: Dataset, most: number, seed: number): Dataset => {
  if (most === 0) return { shape, x, ...others };
  const [H, W, C] = shape;
  const moved = new Float32Array(x.length);
  const next = randomWords(seed);
  const distance = (): number => (next() % (2 * most + 1)) - most;
  for (let image = 0; image < others.labels.length; image++) {
    const [down, right] = [distance(), distance()];
    for (let y = Math.max(0, -down); y < Math.min(H, H - down); y++) {
      const first = Math.max(0, -right);
      const end = Math.min(W, W - right);
      if (end <= first) continue;
      const from = ((image * H + y) * W + first) * C;
      moved.set(x.subarray(from, from + (end - first) * C), ((image * H + y + down) * W + first + right) * C);
    }
  }
  return { shape, x: moved, ...others };
};
