import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { convolve, magnitudes, tensorSizes, usefulMacs } from '../../generator/golden/convolution.js';
import { encode } from '../../generator/isa/program.js';
import { execute } from '../../generator/machine/executor.js';
import { anyLayer } from '../description/layers.js';
import { randomInt8, randomWords } from '../golden/random.js';
import { contract, operandOf } from './contract.js';
import { wholeLayer } from './wholeLayer.js';

const roomy = { dynamicBytes: 2 ** 17, stationaryBytes: 2 ** 17, accumulatorDepth: 2 ** 13 };
const int8: Config = { ...presets.tiny4, buffers: roomy };
const bf16: Config = { ...presets.odd, buffers: roomy };

const operandSizes = (layer: Layer, pass: Pass): readonly [number, number] => {
  const { x, weights, y } = tensorSizes(layer);
  return pass === 'fprop' ? [x, weights] : pass === 'dgrad' ? [y, weights] : [x, y];
};

const run = (
  layer: Layer,
  pass: Pass,
  engine: Engine,
  config: Config,
  a: Uint8Array,
  b: Uint8Array,
  narrow = false,
) => {
  const whole = wholeLayer(layer, pass, engine, config, narrow);
  const bytes = new Uint8Array(whole.bytes);
  bytes.set(a, whole.a);
  bytes.set(b, whole.b);
  const counts = execute(config, encode(whole.program), [{ base: 0, bytes }]);
  return { counts, result: bytes.slice(whole.result).buffer };
};

const bytesOf = (array: Int8Array | Uint16Array): Uint8Array => new Uint8Array(array.buffer);

/** bf16 words of several characters; each reaches other corners of the arithmetic. */
const characters: Readonly<Record<string, (word: number) => number>> = {
  tame: (word) => (word & 0x807f) | (0x3e80 + (word & 0x180)),
  sparse: (word) => (word % 3 === 0 ? word & 0x8000 : (word & 0x807f) | (0x3e80 + (word & 0x180))),
  any: (word) => word & 0xffff,
  tiny: (word) => (word & 0x807f) | ((word & 0x780) + (58 << 7)),
  small: (word) => (word & 0x807f) | 0x3c00,
  infinite: (word) => (word % 5 === 0 ? 0x7f80 : 0x3c00) | (word & 0x807f & (word % 5 === 0 ? 0x8000 : -1)),
  huge: (word) => (word & 0x81ff) | 0x5e00,
  border: (word) => (word & 0x807f) | 0x2380 | ((word & 0x100) << 3),
  edges: (word) => [0x0000, 0x8000, 0x3f80, 0xbf80, 0x7f80, 0xff80, 0x7fc0, 0x0001][(word >>> 16) & 7],
};

const halves = (length: number, seed: number, character: string): Uint16Array => {
  const next = randomWords(seed);
  return Uint16Array.from({ length }, () => characters[character](next()));
};

const anyCase = fc.record({
  layer: anyLayer({ groups: 1, channels: 7, pixels: 7, kernel: 3, stride: 3, dilation: 2, padding: 2 }),
  pass: fc.constantFrom(...PASSES),
  engine: fc.constantFrom(...ENGINES),
  seed: fc.nat(),
});

describe('execute', () => {
  it('equals the judge in int8, in every pass, by every engine', () => {
    fc.assert(
      fc.property(anyCase, ({ layer, pass, engine, seed }) => {
        const [sizeA, sizeB] = operandSizes(layer, pass);
        const [a, b] = [randomInt8(sizeA, seed), randomInt8(sizeB, seed + 1)];
        const { result, counts } = run(layer, pass, engine, int8, bytesOf(a), bytesOf(b));
        expect(new Int32Array(result)).toEqual(convolve(layer, pass, a, b));
        if (engine === 'zerofree') expect(counts.zerosMultiplied).toBe(0);
        if (engine !== 'traditional') expect(counts.usefulMacs).toBe(usefulMacs(layer));
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it.each([
    ...Object.keys(characters).map((character) => [character, character]),
    ['infinite', 'small'],
    ['small', 'infinite'],
    ['any', 'edges'],
  ])('equals the number contract bit for bit in bf16: %s and %s', (characterA, characterB) => {
    fc.assert(
      fc.property(anyCase, ({ layer, pass, engine, seed }) => {
        const [sizeA, sizeB] = operandSizes(layer, pass);
        const [a, b] = [halves(sizeA, seed, characterA), halves(sizeB, seed + 1, characterB)];
        const { result } = run(layer, pass, engine, bf16, bytesOf(a), bytesOf(b));
        const expected = Float32Array.from(
          contract(layer, pass, engine, bf16.array.rows, Array.from(a, operandOf), Array.from(b, operandOf)),
        );
        const words = Uint32Array.from(new Uint32Array(expected.buffer), (word, index) =>
          Number.isNaN(expected[index]) ? 0x7fc00000 : word,
        );
        expect(new Uint32Array(result, 0, words.length)).toEqual(words);
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it('lies within the error bound of the judge in bf16', () => {
    fc.assert(
      fc.property(anyCase, ({ layer, pass, engine, seed }) => {
        const [sizeA, sizeB] = operandSizes(layer, pass);
        const [a, b] = [halves(sizeA, seed, 'tame'), halves(sizeB, seed + 1, 'tame')];
        const { result } = run(layer, pass, engine, bf16, bytesOf(a), bytesOf(b));
        const [exactA, exactB] = [Float64Array.from(a, operandOf), Float64Array.from(b, operandOf)];
        const exact = convolve(layer, pass, exactA, exactB);
        const scale = magnitudes(layer, pass, exactA, exactB);
        const roundings = 2 * layer.B * layer.H * layer.W * 7 * layer.Kh * layer.Kw;
        new Float32Array(result, 0, exact.length).forEach((value, index) => {
          expect(Math.abs(value - exact[index])).toBeLessThanOrEqual(roundings * 2 ** -24 * scale[index]);
        });
      }),
      { seed: 9, numRuns: 100 },
    );
  });

  it.each<[Pass, number]>([
    ['dgrad', 822_083_584],
    ['wgrad', 792_985_600],
  ])('counts what bp enumerates in %s of B=2,C=256,H=56,N=512,K=1,S=2', (pass, enumerated) => {
    const layer = parseLayer('B=2,C=256,H=56,W=56,N=512,K=1,S=2');
    const config = {
      ...presets['ref16-int8'],
      buffers: { dynamicBytes: 2 ** 21, stationaryBytes: 2 ** 20, accumulatorDepth: 2 ** 17 },
    };
    const [sizeA, sizeB] = operandSizes(layer, pass);
    const [a, b] = [randomInt8(sizeA, 1), randomInt8(sizeB, 2)];
    const { counts, result } = run(layer, pass, 'bp', config, bytesOf(a), bytesOf(b));
    expect(counts.usefulMacs).toBe(205_520_896);
    expect(counts.usefulMacs + counts.zerosMultiplied).toBe(enumerated);
    expect(Buffer.from(result).equals(Buffer.from(convolve(layer, pass, a, b).buffer))).toBe(true);
  });
});
