import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../generator/compile/plan.js';
import { planImages, randomOperands } from '../../generator/compile/workload.js';
import { ENGINES, PASSES, type Pass } from '../../generator/description/config.js';
import { type Layer, makeLayer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { usefulMacs } from '../../generator/golden/convolution.js';
import { execute } from '../../generator/machine/executor.js';
import {
  cellAtPoint,
  cellText,
  columnCount,
  kindOfCell,
  rowCount,
  zeroMacs,
} from '../../generator/report/matrixView.js';
import {
  costOf,
  isStored,
  KINDS,
  type Kind,
  kindAt,
  mapAxis,
  mapKind,
  mapPlace,
  pairCounts,
  storedElements,
  virtualMatrix,
} from '../../generator/report/virtualMatrix.js';

const config = presets.tiny4;
const SEED = Number(process.env.SEED ?? 1);

const small = fc
  .record({
    ...{ B: fc.integer({ min: 1, max: 2 }), c: fc.integer({ min: 1, max: 5 }), n: fc.integer({ min: 1, max: 5 }) },
    ...{ G: fc.integer({ min: 1, max: 2 }), H: fc.integer({ min: 1, max: 9 }), W: fc.integer({ min: 1, max: 9 }) },
    ...{ Kh: fc.integer({ min: 1, max: 4 }), Kw: fc.integer({ min: 1, max: 4 }) },
    ...{ Sh: fc.integer({ min: 1, max: 4 }), Sw: fc.integer({ min: 1, max: 4 }) },
    ...{ Dh: fc.integer({ min: 1, max: 2 }), Dw: fc.integer({ min: 1, max: 2 }) },
    ...{ Pt: fc.nat(3), Pb: fc.nat(3), Pl: fc.nat(3), Pr: fc.nat(3) },
  })
  .filter(({ H, W, Kh, Kw, Dh, Dw, Pt, Pb, Pl, Pr }) => {
    return H + Pt + Pb > Dh * (Kh - 1) && W + Pl + Pr > Dw * (Kw - 1);
  })
  .map(({ c, n, ...shape }) => makeLayer({ ...shape, C: c * shape.G, N: n * shape.G }));

/** Runs a property; a failure is rerun by `SEED=… npx vitest run test/report/virtualMatrix.test.ts`. */
const always = (runs: number, check: (layer: Layer, pass: Pass) => void): void =>
  fc.assert(fc.property(small, fc.constantFrom(...PASSES), check), { seed: SEED, numRuns: runs });

describe('the virtual matrix', () => {
  it('counts by axis what lies in its cells, and as many useful pairs as the loop nest has', () => {
    always(150, (layer, pass) => {
      const matrix = virtualMatrix(layer, pass);
      const counted: Record<Kind, number> = { useful: 0, stride: 0, padding: 0 };
      for (let row = 0; row < rowCount(matrix); row++)
        for (let column = 0; column < columnCount(matrix); column++) counted[kindOfCell(matrix, { row, column })] += 1;
      expect(pairCounts(matrix)).toEqual(counted);
      expect(counted.useful * matrix.macsPerPair).toBe(usefulMacs(layer));
      if (pass === 'fprop' || (layer.Sh === 1 && layer.Sw === 1)) expect(counted.stride).toBe(0);
    });
  });

  it('has the zeros that the counters of every engine count', () => {
    always(25, (layer, pass) => {
      const matrix = virtualMatrix(layer, pass);
      for (const engine of ENGINES) {
        const plan = makePlan(config, layer, pass, engine);
        const regions = [...planImages(plan, randomOperands(config, layer, pass, SEED))].map(({ base, bytes }) => ({
          ...{ base, bytes: bytes.slice() },
        }));
        for (const { address, bytes } of [plan.memory.output, plan.memory.scratch])
          if (bytes > 0) regions.push({ base: address, bytes: new Uint8Array(bytes) });
        const counts = execute(config, plan.words, regions);
        // what is stored looks useful to the hardware
        expect(counts.zerosMultiplied + counts.usefulMacs).toBe(usefulMacs(layer) + zeroMacs(matrix, engine));
        expect(isStored(matrix, engine)).toBe(plan.scratchBytes > 0);
        if (!isStored(matrix, engine)) expect(counts.zerosMultiplied).toBe(zeroMacs(matrix, engine));
        else expect(layer.B * layer.N * storedElements(matrix).inserted).toBe(plan.scratchBytes);
      }
    });
  });

  it('agrees with the published closed forms', () => {
    const L2 = parseLayer('B=2,C=64,H=112,W=112,N=64,K=3,S=2,P=1');
    const enumerated = (pass: Pass) => 228_466_688 + zeroMacs(virtualMatrix(L2, pass), 'bp');
    expect([enumerated('dgrad'), enumerated('wgrad')]).toEqual([924_844_032, 908_402_688]);
  });

  it('reads, at each cell, a place of the tensor with the same kind', () => {
    always(80, (layer, pass) => {
      const matrix = virtualMatrix(layer, pass);
      const [h, w] = [mapAxis(pass, matrix.height), mapAxis(pass, matrix.width)];
      for (let kh = 0; kh < layer.Kh; kh++)
        for (let kw = 0; kw < layer.Kw; kw++)
          for (let y = 0; y < matrix.rows; y++)
            for (let x = 0; x < matrix.columns; x++) {
              const [placeH, placeW] = mapPlace(matrix, kh, kw, y, x);
              expect(placeH >= h.first && placeH < h.first + h.length).toBe(true);
              expect(placeW >= w.first && placeW < w.first + w.length).toBe(true);
              const kind = kindAt(matrix, kh, kw, y, x);
              const read = mapKind(matrix, placeH, placeW);
              // dY has no padding in wgrad: that zero is X's
              expect(read).toBe(pass === 'wgrad' && kind === 'padding' ? 'useful' : kind);
            }
    });
  });
});

describe('what zeros cost', () => {
  const matrix = virtualMatrix(parseLayer('C=1,H=5,W=5,N=1,K=3,S=2,P=1'), 'dgrad');

  it('falls from engine to engine', () => {
    const costs = ENGINES.map((engine) => KINDS.slice(1).map((kind) => costOf(matrix, engine, kind)));
    const all = { stored: true, fetched: true, multiplied: true };
    const multiplied = { stored: false, fetched: false, multiplied: true };
    const none = { stored: false, fetched: false, multiplied: false };
    expect(costs).toEqual([
      [all, all],
      [multiplied, multiplied],
      [none, none],
    ]);
  });

  it('is told of each cell', () => {
    expect(cellText(matrix, 'bp', { row: 0, column: 0 })).toBe(
      'Tap (0, 0), dX pixel (0, 0): zero from the stride; bp: detected, not stored or fetched; a zero is multiplied.',
    );
    expect(cellAtPoint(matrix, { first: 5, length: 10 }, 53, 37)).toEqual({ row: 0, column: 5 });
    expect(cellAtPoint(matrix, { first: 5, length: 10 }, 400, 37)).toBeUndefined();
  });
});
