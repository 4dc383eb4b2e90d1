import type { Engine, Pass } from '../../generator/description/config.js';
import type { Layer } from '../../generator/description/layer.js';

/**
 * The number contract, straight from its wording: for every result the vectors that enter the array, in order, and their sum
 * in fp32. Positions are found by division; nothing is skipped or stepped.
 */

const single = new Float32Array(1);

/** Nearest fp32, subnormals to zero. */
const toFp32 = (value: number): number => {
  single[0] = value;
  return Math.abs(single[0]) < 2 ** -126 ? Math.sign(single[0]) * 0 : single[0];
};

const bits = new Uint32Array(single.buffer);

/** A bf16 operand as the multiplier sees it. */
export const operandOf = (half: number): number => {
  bits[0] = half << 16;
  return toFp32(single[0]);
};

/** A row of the array: its dynamic and its stationary operand. A structural zero on either side contributes nothing. */
type Row = readonly [number, number] | 'nothing';

/** Accumulates vectors of rows into an entry that starts at +0. */
const accumulate = (vectors: readonly (readonly Row[])[]): number => {
  let entry = 0;
  for (const rows of vectors) {
    let sum = 0;
    for (const row of rows) if (row !== 'nothing') sum = toFp32(sum + toFp32(row[0] * row[1]));
    entry = toFp32(entry + sum);
  }
  return entry;
};

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const chunks = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  range(Math.ceil(items.length / size)).map((index) => items.slice(index * size, (index + 1) * size));

const padded = (rows: readonly Row[], size: number): readonly Row[] => [
  ...rows,
  ...range(size - rows.length).map(() => 'nothing' as const),
];

/** The fp32 results of one pass of a layer without groups, on an array of so many rows. */
export const contract = (
  layer: Layer,
  pass: Pass,
  engine: Engine,
  arrayRows: number,
  a: readonly number[],
  b: readonly number[],
): readonly number[] => {
  const { B, C, H, W, N, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo } = layer;
  const inside = (h: number, w: number, height: number, width: number) => h >= 0 && h < height && w >= 0 && w < width;
  const xAt = (img: number, h: number, w: number, c: number) => ((img * H + h) * W + w) * C + c;
  const yAt = (img: number, ho: number, wo: number, n: number) => ((img * Ho + ho) * Wo + wo) * N + n;
  const wAt = (kh: number, kw: number, c: number, n: number) => ((kh * Kw + kw) * C + c) * N + n;
  const taps = range(Kh).flatMap((kh) => range(Kw).map((kw) => [kh, kw] as const));
  const zerofree = engine === 'zerofree';

  if (pass === 'wgrad') {
    const [stepH, stepW] = zerofree ? [1, 1] : [Sh, Sw];
    return range(Kh * Kw * C * N).map((index) => {
      const [n, c, kw, kh] = [
        index % N,
        Math.floor(index / N) % C,
        Math.floor(index / (N * C)) % Kw,
        Math.floor(index / (N * C * Kw)),
      ];
      const rows: Row[] = [];
      for (const img of range(B)) {
        for (const i of range((Ho - 1) * stepH + 1)) {
          for (const j of range((Wo - 1) * stepW + 1)) {
            const [ho, wo] = [i / stepH, j / stepW];
            const onGrid = Number.isInteger(ho) && Number.isInteger(wo);
            const [h, w] = [ho * Sh + kh * Dh - Pt, wo * Sw + kw * Dw - Pl];
            const pixel = inside(h, w, H, W);
            const pair = (dy: number): Row => (pixel ? [a[xAt(img, Math.round(h), Math.round(w), c)], dy] : 'nothing');
            // a stored zero is data
            if (engine === 'traditional') rows.push(pair(onGrid ? b[yAt(img, ho, wo, n)] : 0));
            else if (engine === 'bp') rows.push(onGrid ? pair(b[yAt(img, ho, wo, n)]) : 'nothing');
            else if (pixel) rows.push(pair(b[yAt(img, ho, wo, n)]));
          }
        }
      }
      return accumulate(chunks(rows, arrayRows).map((group) => padded(group, arrayRows)));
    });
  }

  const [height, width, channels] = pass === 'fprop' ? [Ho, Wo, N] : [H, W, C];
  const reduced = range(pass === 'fprop' ? C : N);
  const stored = pass === 'dgrad' && engine === 'traditional';
  return range(B * height * width * channels).map((index) => {
    const channel = index % channels;
    const j = Math.floor(index / channels) % width;
    const i = Math.floor(index / (channels * width)) % height;
    const img = Math.floor(index / (channels * width * height));
    const vectors = chunks(reduced, arrayRows).flatMap((tile) =>
      taps.flatMap(([kh, kw]) => {
        const [h, w] =
          pass === 'fprop'
            ? [i * Sh + kh * Dh - Pt, j * Sw + kw * Dw - Pl]
            : [(i + Pt - kh * Dh) / Sh, (j + Pl - kw * Dw) / Sw];
        const valid =
          Number.isInteger(h) && Number.isInteger(w) && (pass === 'fprop' ? inside(h, w, H, W) : inside(h, w, Ho, Wo));
        if (!valid && zerofree) return [];
        const rows = tile.map((lane): Row => {
          const weight = pass === 'fprop' ? b[wAt(kh, kw, lane, channel)] : b[wAt(kh, kw, channel, lane)];
          if (valid) return [a[pass === 'fprop' ? xAt(img, h, w, lane) : yAt(img, h, w, lane)], weight];
          // a stored zero is data
          return stored ? [0, weight] : 'nothing';
        });
        return [padded(rows, arrayRows)];
      }),
    );
    return accumulate(vectors);
  });
};
