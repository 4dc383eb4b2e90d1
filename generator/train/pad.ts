import type { Graph } from '../graph/operations.js';
import type { Data, Dataset } from './dataset.js';

/** Images with zeros around them, as many on both sides of an axis, where that is odd one more at its end. */
const enlarged = ({ shape, x, ...others }: Dataset, height: number, width: number): Dataset => {
  const [H, W, C] = shape;
  const [top, left] = [Math.floor((height - H) / 2), Math.floor((width - W) / 2)];
  const images = others.labels.length;
  const wide = new Float32Array(images * height * width * C);
  for (let row = 0; row < images * H; row++) {
    const to = (Math.floor(row / H) * height + top + (row % H)) * width + left;
    wide.set(x.subarray(row * W * C, (row + 1) * W * C), to * C);
  }
  return { shape: [height, width, C], x: wide, ...others };
};

/** Data whose images are as large as those that a network takes, where they are smaller. */
export const padded = (data: Data, { inputs }: Graph): Data => {
  const [, height, width] = inputs[0]?.shape ?? [];
  const [H, W] = data.train.shape;
  if (height === undefined || width === undefined || height < H || width < W || (height === H && width === W))
    return data;
  const { name, train, heldOut } = data;
  return { name, train: enlarged(train, height, width), heldOut: enlarged(heldOut, height, width) };
};
