import { makePlan } from '../../generator/compile/plan.js';
import type { Config } from '../../generator/description/config.js';
import { type Layer, makeLayer } from '../../generator/description/layer.js';
import { BF16_NAN, bf16FromBits } from '../../generator/formats/numerics.js';
import type { Region } from '../../generator/units/memory.js';
import { randomLayer } from '../cases.js';
import { Draw } from '../soak/random.js';

/** bf16 patterns that are compared: few numbers, so that many are equal; zeros of both signs, a subnormal, infinities, NaNs. */
const NUMBERS = [0x3f80, 0x3f80, 0x3f81, 0xbf80, 0xbf81, 0x4000, 0xc000];
const SPECIAL = [0x0000, 0x8000, 0x0001, 0x0080, 0x8080, 0x7f7f, 0xff7f, 0x7f80, 0xff80];
const NANS = [0x7fc0, 0xffc1, 0x7f81];
const PATTERNS = [NUMBERS, [...NUMBERS, ...SPECIAL], [...NUMBERS, ...SPECIAL, ...NANS]];

/** Windows over the channels of a map, and the map in bf16 bits. */
export interface Windows {
  readonly layer: Layer;
  readonly x: Uint16Array;
}

/** The windows of a layer, each channel by itself, with values of a seed. */
export const windowsOf = (shape: Layer, seed: number): Windows => {
  const { C, B, H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } = shape;
  const layer = makeLayer({ ...{ B, H, W, C, N: C, G: C, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } });
  const draw = new Draw(seed);
  const patterns = draw.pick(PATTERNS);
  return { layer, x: Uint16Array.from({ length: B * H * W * C }, () => draw.pick(patterns)) };
};

/** Random windows of a seed. */
export const randomWindows = (seed: number, lanes: number): Windows => windowsOf(randomLayer(seed, lanes), seed);

/** A pixel of a window, by its bits, and the number of its tap. */
interface Pixel {
  readonly bits: number;
  readonly tap: number;
}

/** A word of each window, by plain loops. */
const eachWindow = ({ layer, x }: Windows, wordOf: (pixels: readonly Pixel[]) => number): Uint32Array => {
  const { B, C, H, W, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pl, Ho, Wo } = layer;
  return Uint32Array.from({ length: B * Ho * Wo * C }, (_, at) => {
    const [c, wo, ho] = [at % C, Math.floor(at / C) % Wo, Math.floor(at / C / Wo) % Ho];
    const b = Math.floor(at / C / Wo / Ho);
    const pixels: Pixel[] = [];
    for (let kh = 0; kh < Kh; kh++)
      for (let kw = 0; kw < Kw; kw++) {
        const [h, w] = [ho * Sh + kh * Dh - Pt, wo * Sw + kw * Dw - Pl];
        if (h < 0 || h >= H || w < 0 || w >= W) continue;
        pixels.push({ bits: x[((b * H + h) * W + w) * C + c]!, tap: kh * 256 + kw });
      }
    return pixels.length === 0 ? 0 : wordOf(pixels);
  });
};

/** In bf16 the winner's bits, a zero without its sign, above the number of its tap. */
const winner = (pixels: readonly Pixel[]): number => {
  let best: { readonly value: number; readonly tap: number } | undefined;
  for (const { bits, tap } of pixels) {
    const value = bf16FromBits(bits);
    const wins = !best || value > best.value || (Number.isNaN(value) && !Number.isNaN(best.value));
    if (wins) best = { value, tap };
  }
  const { value, tap } = best!;
  const single = new Float32Array([value + 0]);
  const upper = Number.isNaN(value) ? BF16_NAN : new Uint32Array(single.buffer)[0]! >>> 16;
  return (upper << 16) | tap;
};

/** In int8, of which the map holds as many as its numbers have lower bytes, the greatest value. */
const greatest = (pixels: readonly Pixel[]): number => Math.max(...pixels.map(({ bits }) => (bits << 24) >> 24));

/** The words that plain loops expect; 0 where a window has no pixel. */
export const expectedWords = ({ format }: Pick<Config, 'format'>, windows: Windows): Uint32Array =>
  eachWindow(windows, format === 'int8' ? greatest : winner);

/** A pass that finds the greatest of each window as a program, its memory, and where in it the results lie: words of value and tap. */
export const planned = (config: Config, { layer, x }: Windows) => {
  const plan = makePlan(config, layer, 'fprop', 'zerofree', { maximum: true });
  const { memory, words } = plan;
  const isByte = config.format === 'int8';
  const ones = new Uint16Array(layer.Kh * layer.Kw * layer.N).fill(isByte ? 1 : 0x3f80);
  const bytesOf = (values: Uint16Array): Uint8Array =>
    isByte ? Uint8Array.from(values) : new Uint8Array(values.slice().buffer);
  const region = (base: number, bytes: Uint8Array): Region => ({ base, bytes });
  const results = region(memory.output.address, new Uint8Array(memory.output.bytes));
  const regions = [region(memory.x.address, bytesOf(x)), region(memory.wt.address, bytesOf(ones)), results];
  return { plan, words, program: memory.program, regions, results };
};

/** Little-endian words of memory. */
export const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);
