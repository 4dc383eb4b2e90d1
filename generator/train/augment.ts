import { randomWords } from '../compile/workload.js';
import type { Dataset } from './dataset.js';

/** How far images are changed at most, each by seeded amounts of its own, evenly distributed. All 0: not at all. */
export interface Augmentation {
  /** Pixels along each axis, whole ones. */
  readonly shift: number;
  /** Degrees about the middle, either way. */
  readonly rotate: number;
  /** Share by which they grow or shrink: 0.1 is from 1 / 1.1 to 1.1 times as large. */
  readonly scale: number;
}

export const NO_AUGMENTATION: Augmentation = { shift: 0, rotate: 0, scale: 0 };

type Image = Pick<Dataset, 'shape' | 'x'>;

/** Image `image` of `from` moved by whole pixels; zeros come in at the edges. */
const moveInto = ({ shape: [H, W, C], x }: Image, moved: Float32Array, image: number, down: number, right: number) => {
  for (let y = Math.max(0, -down); y < Math.min(H, H - down); y++) {
    const first = Math.max(0, -right);
    const end = Math.min(W, W - right);
    if (end <= first) continue;
    const from = ((image * H + y) * W + first) * C;
    moved.set(x.subarray(from, from + (end - first) * C), ((image * H + y + down) * W + first + right) * C);
  }
};

/** Image `image` turned about its middle by `angle` radians, `size` times as large, then moved: bilinear, with zeros beyond the edges. */
const turnInto = (
  { shape: [H, W, C], x }: Image,
  turned: Float32Array,
  image: number,
  { down, right, angle, size }: { down: number; right: number; angle: number; size: number },
) => {
  const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
  const [middleY, middleX] = [(H - 1) / 2, (W - 1) / 2];
  const base = image * H * W * C;
  for (let y = 0; y < H; y++)
    for (let w = 0; w < W; w++) {
      const dy = y - down - middleY;
      const dx = w - right - middleX;
      const fromY = middleY + cos * dy - sin * dx;
      const fromX = middleX + sin * dy + cos * dx;
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      for (let tap = 0; tap < 4; tap++) {
        const [row, column] = [top + (tap >> 1), left + (tap & 1)];
        if (row < 0 || row >= H || column < 0 || column >= W) continue;
        const weight = (1 - Math.abs(fromY - row)) * (1 - Math.abs(fromX - column));
        const from = base + (row * W + column) * C;
        const to = base + (y * W + w) * C;
        for (let c = 0; c < C; c++) turned[to + c] += weight * x[from + c]!;
      }
    }
};

/** Images changed by seeded amounts: turned and scaled about their middle (bilinear), then moved by whole pixels; zeros come in at the edges. */
export const augmented = (images: Dataset, { shift, rotate, scale }: Augmentation, seed: number): Dataset => {
  if (shift === 0 && rotate === 0 && scale === 0) return images;
  const changed = new Float32Array(images.x.length);
  const next = randomWords(seed);
  const distance = (): number => (next() % (2 * shift + 1)) - shift;
  const share = (): number => next() / 2 ** 31 - 1;
  for (let image = 0; image < images.labels.length; image++) {
    const [down, right] = [distance(), distance()];
    if (rotate === 0 && scale === 0) moveInto(images, changed, image, down, right);
    else {
      const angle = (share() * rotate * Math.PI) / 180;
      turnInto(images, changed, image, { down, right, angle, size: (1 + scale) ** share() });
    }
  }
  return { ...images, x: changed };
};
