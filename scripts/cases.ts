import { limitProblems } from '../generator/compile/encodable.js';
import { randomWords } from '../generator/compile/workload.js';
import { ENGINES, type Engine, PASSES, type Pass } from '../generator/description/config.js';
import { derive } from '../generator/description/derive.js';
import { type Layer, type LayerShape, makeLayer, parseLayer } from '../generator/description/layer.js';
import { PRESET_NAMES, type PresetName, presets } from '../generator/description/presets.js';
import { formatOf } from '../generator/formats/index.js';
import type { MemoryOptions, Simulator } from '../generator/run/simulators/job.js';

/** One run of the regression. */
export interface Case {
  readonly preset: PresetName;
  readonly simulator: Simulator;
  readonly engine: Engine;
  readonly pass: Pass;
  /** Name of the geometry. */
  readonly geometry: string;
  readonly layer: Layer;
  readonly seed: number;
  readonly memory?: MemoryOptions;
  readonly narrow: boolean;
  /** Of narrow int8 results, so that not all of them are saturated. */
  readonly shift?: number;
  readonly misalign: number;
  /** Operands: seeded random ones, such with infinities, NaNs and subnormals among them, or those of `digits.ts`. */
  readonly data: 'random' | 'special' | 'digits';
}

interface Geometry {
  readonly name: string;
  readonly layer: string;
}

/** What every preset runs. */
export const GEOMETRIES: readonly Geometry[] = [
  { name: 'stride 1', layer: 'C=8,H=6,W=6,N=8,K=3,P=1' },
  { name: 'stride 2', layer: 'B=2,C=8,H=9,W=8,N=8,K=3,S=2,P=1' },
  { name: 'kernel smaller than stride', layer: 'C=6,H=7,W=9,N=5,K=2,S=3' },
  { name: '1x1 kernel, stride 2', layer: 'B=2,C=8,H=7,W=7,N=9,K=1,S=2' },
  { name: 'dilation', layer: 'C=5,H=9,W=9,N=6,K=3,D=2,P=2' },
  { name: 'dilation and stride', layer: 'C=4,H=11,W=10,N=5,K=3,S=2,Dh=2,Dw=3,P=2' },
  { name: 'asymmetric padding', layer: 'C=5,H=6,W=7,N=7,K=3,S=2,Pt=0,Pb=2,Pl=3,Pr=1' },
  { name: 'padding wider than the kernel', layer: 'C=3,H=3,W=3,N=4,K=2,S=2,P=4' },
  { name: 'groups', layer: 'B=2,C=12,H=6,W=6,N=9,K=3,S=2,P=1,G=3' },
  { name: 'depthwise', layer: 'C=18,H=8,W=7,N=18,K=3,S=2,P=1,G=18' },
  { name: 'depthwise, two outputs each', layer: 'C=5,H=6,W=6,N=10,K=3,S=1,P=1,G=5' },
  { name: 'inexact division', layer: 'C=5,H=10,W=8,N=6,K=3,S=4' },
  { name: '1x1 map', layer: 'B=3,C=9,H=1,W=1,N=11,K=1' },
  { name: '1x1 map, padded kernel', layer: 'C=6,H=1,W=1,N=6,K=3,S=2,P=1' },
  { name: 'kernel larger than the image', layer: 'C=4,H=2,W=3,N=5,K=5,S=2,P=2' },
  { name: 'kernel 11, stride 4', layer: 'C=3,H=15,W=14,N=4,K=11,S=4,P=2' },
  { name: 'kernel 1x7, stride 1x2', layer: 'C=4,H=5,W=12,N=5,Kh=1,Kw=7,Sw=2,Pl=3,Pr=3' },
  { name: 'strides 1 and 4', layer: 'C=4,H=7,W=13,N=5,K=3,Sh=1,Sw=4,P=1' },
  { name: 'strides 3 and 2', layer: 'C=4,H=11,W=7,N=6,K=4,Sh=3,Sw=2,P=2' },
  { name: 'first layer', layer: 'C=3,H=12,W=12,N=8,K=7,S=2,P=3' },
  { name: 'fully connected', layer: 'B=5,C=70,H=1,W=1,N=33,K=1' },
  { name: 'one channel', layer: 'C=1,H=9,W=9,N=1,K=3,S=2,P=1' },
  { name: 'batch of 7', layer: 'B=7,C=4,H=5,W=5,N=4,K=3,S=2,P=1' },
];

const SMALL_BUFFERS: readonly Geometry[] = [
  { name: 'rows longer than the buffer', layer: 'C=8,H=3,W=150,N=4,K=3,S=2,P=1' },
  { name: 'more input channels than the buffer', layer: 'C=1100,H=2,W=2,N=5,K=1' },
  { name: 'more output channels than the buffer', layer: 'C=5,H=3,W=3,N=1100,K=1,S=2' },
  { name: 'map larger than the accumulator', layer: 'C=4,H=20,W=20,N=8,K=3,S=2,P=1' },
];

const LARGE_BUFFERS: readonly Geometry[] = [
  { name: 'rows longer than the buffer', layer: 'C=64,H=1,W=2100,N=16,Kh=1,Kw=3,Sw=2,Pl=1,Pr=1' },
  { name: 'more weights than the buffer', layer: 'C=8192,H=2,W=2,N=24,K=1,S=2' },
  { name: 'map larger than the accumulator', layer: 'C=16,H=40,W=40,N=32,K=3,S=2,P=1' },
  { name: 'channel tails', layer: 'C=37,H=9,W=9,N=50,K=3,S=2,P=1' },
];

/** What only a preset of that size runs: it depends on the buffers what is too large for them. */
const OWN_GEOMETRIES: Readonly<Record<PresetName, readonly Geometry[]>> = {
  ref16: LARGE_BUFFERS,
  'ref16-int8': LARGE_BUFFERS,
  tiny4: SMALL_BUFFERS,
  odd: SMALL_BUFFERS,
  ulx3s: [],
  ice: [],
};

/** The second opinion costs much more time, and takes a selection. */
const ICARUS_GEOMETRIES: readonly string[] = [
  'kernel smaller than stride',
  'asymmetric padding',
  'groups',
  'kernel larger than the image',
  'strides 3 and 2',
];
/** Presets with one engine come last, so that they do not move the seeds of the others, and with half of the random geometries. */
const FULL = PRESET_NAMES.filter((name) => presets[name].engines.length === ENGINES.length);
const SMALL = PRESET_NAMES.filter((name) => !FULL.includes(name));

const ICARUS_PRESETS: readonly PresetName[] = ['tiny4', 'odd'];

/** A structural zero contributes nothing: where there are padding, strides, groups and tails, with special values beside them. */
const SPECIAL_GEOMETRIES: readonly string[] = [
  'stride 1',
  '1x1 kernel, stride 2',
  'dilation and stride',
  'padding wider than the kernel',
  'groups',
  'depthwise',
  'depthwise, two outputs each',
  'first layer',
];

/** Convolutions of real networks, at ref16. */
const NETWORK: readonly Geometry[] = [
  { name: 'ResNet-18, first stride-2 block', layer: 'C=64,H=56,W=56,N=128,K=3,S=2,P=1' },
];

const LONG: readonly Geometry[] = [
  { name: 'ResNet-18 stem', layer: 'C=3,H=224,W=224,N=64,K=7,S=2,P=3' },
  { name: 'L1', layer: 'B=2,C=3,H=224,W=224,N=64,K=3,S=2' },
  { name: 'L2', layer: 'B=2,C=64,H=112,W=112,N=64,K=3,S=2,P=1' },
  { name: 'L3', layer: 'B=2,C=256,H=56,W=56,N=512,K=1,S=2' },
  { name: 'L4', layer: 'B=2,C=244,H=28,W=28,N=244,K=3,S=2,P=1' },
  { name: 'L5', layer: 'B=2,C=1024,H=14,W=14,N=2048,K=1,S=2' },
];

/** Four images of 28x28; see `digits.ts`. */
export const DIGITS_LAYER = 'B=4,C=1,H=28,W=28,N=8,K=3,S=2,P=1';

type Conditions = Pick<Case, 'memory' | 'misalign' | 'narrow' | 'shift'>;

const shiftOf = (preset: PresetName, shift: number): Pick<Case, 'shift'> =>
  formatOf(presets[preset]).shifts ? { shift } : {};

/** Results must not depend on the memory, nor on where tensors lie: each pass of a layer takes the next of these. */
const conditionsOf = (preset: PresetName): readonly Conditions[] => [
  { misalign: 0, narrow: false },
  { memory: { stallPercent: 20 }, misalign: 1, narrow: false },
  { memory: { readLatency: 1, writeLatency: 1 }, misalign: 3, narrow: true, ...shiftOf(preset, 9) },
  {
    memory: { readLatency: 250, bytesPerCycle: derive(presets[preset]).beatBytes / 2 - 1, stallPercent: 5 },
    misalign: 2,
    narrow: false,
  },
  { memory: { readLatency: 20, stallPercent: 50 }, misalign: 0, narrow: true, ...shiftOf(preset, 12) },
];

/** A small random layer, asymmetric in every way; the same for the same seed. */
export const randomLayer = (seed: number, lanes: number): Layer => {
  const next = randomWords(seed);
  const upTo = (most: number, least = 1): number => least + (next() % (most - least + 1));
  const G = upTo(4) === 1 ? upTo(3) : 1;
  const [Kh, Kw] = [upTo(5), upTo(5)];
  const [Dh, Dw] = [upTo(3), upTo(3)];
  const [Pt, Pb, Pl, Pr] = [upTo(4, 0), upTo(4, 0), upTo(4, 0), upTo(4, 0)];
  const shape: LayerShape = {
    ...{ B: upTo(3), C: upTo(lanes * 2) * G, N: upTo(lanes * 2) * G, G },
    ...{ H: Math.max(upTo(11), Dh * (Kh - 1) + 1 - Pt - Pb), W: Math.max(upTo(11), Dw * (Kw - 1) + 1 - Pl - Pr) },
    ...{ Kh, Kw, Sh: upTo(4), Sw: upTo(4), Dh, Dw, Pt, Pb, Pl, Pr },
  };
  return makeLayer(shape);
};

/** What narrows the regression. */
export interface Selection {
  readonly presets: readonly PresetName[];
  readonly engines: readonly Engine[];
  readonly passes: readonly Pass[];
  readonly simulators: readonly Simulator[];
  readonly seed: number;
  /** Random geometries for each preset. */
  readonly random: number;
  readonly long: boolean;
}

/** All runs of the regression, in a fixed order: the same selection gives the same cases. */
export const regressionCases = (selection: Selection): readonly Case[] => {
  const cases: Case[] = [];
  let group = 0;
  const add = (
    preset: PresetName,
    simulator: Simulator,
    geometry: string,
    layer: Layer,
    { plain = false, data = 'random' }: { readonly plain?: boolean; readonly data?: Case['data'] } = {},
  ): void => {
    if (limitProblems(presets[preset], layer).length > 0) return; // what it is not built for
    const conditions = conditionsOf(preset);
    for (const pass of PASSES) {
      // the same for every engine, so that their cycles can be compared
      const index = cases.length;
      const seed = (selection.seed * 100_003 + index) % 2 ** 31;
      const chosen = conditions[plain ? 0 : group++ % conditions.length]!;
      for (const engine of presets[preset].engines) {
        cases.push({ ...chosen, preset, simulator, engine, pass, geometry, layer, seed, data });
      }
    }
  };

  // the longest first, so that nothing long runs alone at the end
  for (const { name, layer } of selection.long ? LONG : []) {
    add('ref16', 'verilator', name, parseLayer(layer), { plain: true });
  }
  for (const { name, layer } of NETWORK) add('ref16', 'verilator', name, parseLayer(layer), { plain: true });
  add('ref16', 'verilator', 'digits', parseLayer(DIGITS_LAYER), { plain: true, data: 'digits' });
  for (const preset of FULL) {
    for (const { name, layer } of [...OWN_GEOMETRIES[preset], ...GEOMETRIES]) {
      add(preset, 'verilator', name, parseLayer(layer));
    }
  }
  for (const preset of ICARUS_PRESETS) {
    for (const { name, layer } of GEOMETRIES.filter(({ name }) => ICARUS_GEOMETRIES.includes(name))) {
      add(preset, 'icarus', name, parseLayer(layer));
    }
  }
  for (const preset of FULL) {
    const { rows, columns } = presets[preset].array;
    for (let index = 0; index < selection.random; index++) {
      const layer = randomLayer(selection.seed * 1009 + index, Math.max(rows, columns));
      add(preset, 'verilator', `random ${index}`, layer);
    }
  }
  for (const preset of PRESET_NAMES.filter((name) => formatOf(presets[name]).special)) {
    for (const { name, layer } of GEOMETRIES.filter(({ name }) => SPECIAL_GEOMETRIES.includes(name))) {
      add(preset, 'verilator', `${name}, special values`, parseLayer(layer), { data: 'special' });
    }
    for (let index = 0; index < selection.random; index++) {
      const layer = randomLayer(selection.seed * 2003 + index, presets[preset].array.rows);
      add(preset, 'verilator', `random ${index}, special values`, layer, { data: 'special' });
    }
  }
  add('odd', 'icarus', 'groups, special values', parseLayer('C=6,H=4,W=4,N=6,K=3,S=2,P=1,G=2'), { data: 'special' });
  for (const preset of SMALL) {
    const { rows, columns } = presets[preset].array;
    for (const { name, layer } of [...OWN_GEOMETRIES[preset], ...GEOMETRIES]) {
      add(preset, 'verilator', name, parseLayer(layer));
      if (ICARUS_GEOMETRIES.includes(name)) add(preset, 'icarus', name, parseLayer(layer));
    }
    for (let index = 0; index < selection.random / 2; index++) {
      const layer = randomLayer(selection.seed * 1009 + index, Math.max(rows, columns));
      add(preset, 'verilator', `random ${index}`, layer);
    }
  }
  return cases.filter(
    ({ preset, engine, pass, simulator }) =>
      selection.presets.includes(preset) &&
      selection.engines.includes(engine) &&
      selection.passes.includes(pass) &&
      selection.simulators.includes(simulator),
  );
};

/** Each n-th case, by engine and pass, so that a sample has of all of them alike. */
export const eachNth = (cases: readonly Case[], n: number): readonly Case[] => {
  const combination = ({ engine, pass }: Case): string => `${engine} ${pass}`;
  return [...cases]
    .sort((a, b) => (combination(a) < combination(b) ? -1 : combination(a) > combination(b) ? 1 : 0))
    .filter((_, index) => index % n === 0);
};
