import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { makePlan } from '../../generator/compile/plan.js';
import { PASSES, type Pass } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { formatLayer, type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { type Operand, structuralZeros } from '../../generator/networks/structuralZeros.js';
import { anyLayer } from '../description/layers.js';

/** A plane of a tensor: true where there is data, false where a zero was put. */
type Plane = readonly (readonly boolean[])[];
type Matrix = Plane;

const plane = (height: number, width: number, at: (y: number, x: number) => boolean): Plane =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => at(y, x)));

/** Rows and columns of zeros on each side; a negative number takes rows or columns away. */
const padded = (source: Plane, top: number, bottom: number, left: number, right: number): Plane =>
  plane(source.length + top + bottom, source[0].length + left + right, (y, x) => source[y - top]?.[x - left] ?? false);

const dense = (height: number, width: number): Plane => plane(height, width, () => true);

const zeroInserted = (source: Plane, sh: number, sw: number): Plane =>
  plane(
    (source.length - 1) * sh + 1,
    (source[0].length - 1) * sw + 1,
    (y, x) => y % sh === 0 && x % sw === 0 && source[y / sh][x / sw],
  );

/** A row for each output pixel of each image, a column for each tap and channel. All images and channels are alike. */
const im2col = (
  source: Plane,
  images: number,
  channels: number,
  [kh, kw]: readonly [number, number],
  [sh, sw]: readonly [number, number],
  [dh, dw]: readonly [number, number],
): Matrix => {
  const rows: boolean[][] = [];
  for (let b = 0; b < images; b++) {
    for (let y = 0; y + dh * (kh - 1) < source.length; y += sh) {
      for (let x = 0; x + dw * (kw - 1) < source[0].length; x += sw) {
        const row: boolean[] = [];
        for (let i = 0; i < kh; i++) {
          for (let j = 0; j < kw; j++) {
            for (let c = 0; c < channels; c++) row.push(source[y + i * dh][x + j * dw]);
          }
        }
        rows.push(row);
      }
    }
  }
  return rows;
};

const transposed = (matrix: Matrix): Matrix => matrix[0].map((_, column) => matrix.map((row) => row[column]));

const ones = (rows: number, columns: number): Matrix => dense(rows, columns);

/** The two matrices of one group of a pass, built value by value, and the size of the zero-inserted tensor behind them. */
const build = (layer: Layer, pass: Pass): { readonly a: Matrix; readonly b: Matrix; readonly stored: number } => {
  const { B, C, N, G, H, W, Ho, Wo, Kh, Kw, Sh, Sw, Dh, Dw, Pt, Pb, Pl, Pr } = layer;
  const [inC, outC, taps] = [C / G, N / G, Kh * Kw];
  const [reachH, reachW] = [Dh * (Kh - 1), Dw * (Kw - 1)];
  const restH = (H + Pt + Pb - reachH - 1) % Sh;
  const restW = (W + Pl + Pr - reachW - 1) % Sw;
  const x = padded(dense(H, W), Pt, Pb, Pl, Pr);
  const dy = zeroInserted(dense(Ho, Wo), Sh, Sw);
  if (pass === 'fprop') {
    return { a: im2col(x, B, inC, [Kh, Kw], [Sh, Sw], [Dh, Dw]), b: ones(taps * inC, outC), stored: 0 };
  }
  if (pass === 'dgrad') {
    const whole = padded(dy, reachH - Pt, reachH - Pb + restH, reachW - Pl, reachW - Pr + restW);
    const a = im2col(whole, B, outC, [Kh, Kw], [1, 1], [Dh, Dw]);
    return { a, b: ones(taps * outC, inC), stored: B * whole.length * whole[0].length * N };
  }
  // each position of the zero-inserted dY is a tap of a kernel that moves over X by the dilation
  const cropped = padded(x, 0, -restH, 0, -restW);
  const perTap = im2col(cropped, 1, 1, [dy.length, dy[0].length], [Dh, Dw], [1, 1]);
  const a = perTap.flatMap((row) => Array.from({ length: inC }, () => Array.from({ length: B }, () => row).flat()));
  const b = transposed(Array.from({ length: outC }, () => Array.from({ length: B }, () => dy.flat()).flat()));
  return { a, b, stored: B * dy.length * dy[0].length * N };
};

const count = (values: readonly boolean[]): number => values.filter(Boolean).length;

const operand = (matrix: Matrix, groups: number): Operand => {
  const all = matrix.flat();
  return { elements: groups * all.length, zeros: groups * (all.length - count(all)) };
};

/** Counted in the built matrices. */
const enumerated = (layer: Layer, pass: Pass): ReturnType<typeof structuralZeros> => {
  const { a, b, stored } = build(layer, pass);
  const { G, Sh, Sw } = layer;
  const useful = transposed(a).map((column, k) => count(column) * count(b[k]));
  return {
    ...{ pass, groups: G, rows: a.length, reduction: b.length, columns: b[0].length },
    featureMap: operand(a, G),
    kernel: operand(b, G),
    macs: G * a.length * a[0].length * b[0].length,
    usefulMacs: G * useful.reduce((sum, each) => sum + each, 0),
    extraElements: Sh > 1 || Sw > 1 ? stored : 0,
  };
};

const upTo = { pixels: 8, channels: 2, groups: 2 } as const;

const checked = (layer: Layer): void => {
  for (const pass of PASSES) expect(structuralZeros(layer, pass), formatLayer(layer)).toEqual(enumerated(layer, pass));
};

describe('the closed form', () => {
  it('counts what is in the matrices, built value by value', () => {
    fc.assert(fc.property(anyLayer(upTo), checked), { seed: 1, numRuns: 300 });
  });

  it.each([
    // a remainder on both axes, on one, and larger than the padding after
    'C=2,H=8,W=9,N=3,K=3,S=3',
    'C=1,H=7,W=10,N=2,K=2,Sh=4,Sw=3,Pt=1',
    'C=1,H=6,W=6,N=1,K=3,S=2,P=1',
    // padding wider than the kernel's reach: dY is cropped
    'C=1,H=3,W=3,N=1,K=1,S=2,P=2',
    'C=1,H=2,W=2,N=1,K=2,S=1,P=3',
    'C=1,H=3,W=4,N=1,K=2,S=3,Pt=5,Pr=4',
    // a stride beyond the kernel, one axis alone, dilation, depthwise, one pixel
    'C=2,H=9,W=9,N=2,K=1,S=4',
    'C=2,H=5,W=9,N=2,K=3,Sw=2,P=1',
    'C=2,H=9,W=9,N=2,K=3,S=2,D=2,P=2',
    'B=2,C=4,H=5,W=5,N=4,K=3,S=2,P=1,G=4',
    'C=3,H=1,W=1,N=2,K=3,P=1',
  ])('counts right for %s', (text) => checked(parseLayer(text)));

  it('is the known one for the reference layers', () => {
    const layers = {
      'B=2,C=3,H=224,W=224,N=64,K=3,S=2': [42_581_376, 173_408_256, 168_794_496],
      'B=2,C=64,H=112,W=112,N=64,K=3,S=2,P=1': [228_466_688, 924_844_032, 908_402_688],
      'B=2,C=256,H=56,W=56,N=512,K=1,S=2': [205_520_896, 822_083_584, 792_985_600],
      'B=2,C=244,H=28,W=28,N=244,K=3,S=2,P=1': [200_160_032, 840_172_032, 781_231_392],
      'B=2,C=1024,H=14,W=14,N=2048,K=1,S=2': [205_520_896, 822_083_584, 708_837_376],
    };
    for (const [text, [useful, dgrad, wgrad]] of Object.entries(layers)) {
      const layer = parseLayer(text);
      expect(PASSES.map((pass) => structuralZeros(layer, pass).usefulMacs)).toEqual([useful, useful, useful]);
      expect(structuralZeros(layer, 'dgrad').macs).toBe(dgrad);
      expect(structuralZeros(layer, 'wgrad').macs).toBe(wgrad);
    }
  });

  it('refuses what it could not count exactly', () => {
    const layer = parseLayer('B=65535,C=65535,H=32767,W=32767,N=65535,K=255');
    expect(() => structuralZeros(layer, 'dgrad')).toThrow(UserError);
    expect(() => structuralZeros(layer, 'dgrad')).toThrow('TOO_LARGE');
  });
});

describe('the tensor that is stored first', () => {
  it('is the one that the engine traditional writes', () => {
    const config = presets.ref16;
    const { dataBytes } = derive(config);
    fc.assert(
      fc.property(anyLayer({ ...upTo, pixels: 6 }), fc.constantFrom(...PASSES), (layer, pass) => {
        const { nest, scratchBytes, instructions } = makePlan(config, layer, pass, 'traditional');
        const { extraElements } = structuralZeros(layer, pass);
        expect(scratchBytes, formatLayer(layer)).toBe(extraElements * dataBytes);
        const { height = 0, width = 0 } = nest.reorganized ?? {};
        expect(layer.B * height * width * layer.N).toBe(extraElements);
        const written = instructions.map((each) =>
          each.kind === 'reorganize' ? each.positionsH * each.positionsW * each.elements : 0,
        );
        expect(written.reduce((a, b) => a + b, 0)).toBe(extraElements);
      }),
      { seed: 2, numRuns: 40 },
    );
  });
});
