import picocolors from 'picocolors';
import { change, count, percent } from '../../generator/base/numbers.js';
import type { Estimate } from '../../generator/compile/estimate.js';
import { randomWords } from '../../generator/compile/workload.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { formatLayer, makeLayer } from '../../generator/description/layer.js';
import { PRESET_NAMES, type PresetName, presets } from '../../generator/description/presets.js';
import type { Validation } from '../../generator/report/results.js';
import { type BenchJob, configOf, jobName, type Measurement, specOf } from '../benchmark/jobs.js';
import { tableOf } from '../benchmark/render.js';
import { modelKey } from './model.js';

const SEED = 1;
const LAYERS_PER_RUN = 2;

/** Largest sizes that are drawn. */
const DRAWN = { large: { channels: 256, pixels: 64 }, small: { channels: 48, pixels: 24 } } as const;
/** Vectors that the forward pass sends through the array, channels rounded up to its lanes. */
const LEAST_VECTORS = 5000;
const MOST_VECTORS = 25_000;

/**
 * A random layer of 5,000 to 25,000 vectors; what inserts zeros takes up to nine times as many cycles. Channels are log-uniform; height and width, batch (1, 2), kernel
 * (1, 3, 5, 7 on each axis, square in 3 of 4) uniform; stride 2 in half of them, else 1 or 3; padding up to K-1; dilation 2 in one of
 * 8 and depthwise in one of 8. What has fewer or more vectors is drawn again.
 */
const randomLayer = (preset: PresetName, next: () => number): string => {
  const { array } = presets[preset];
  const { channels, pixels } = preset.startsWith('ref16') ? DRAWN.large : DRAWN.small;
  const below = (count: number): number => next() % count;
  for (;;) {
    const channel = (): number => Math.floor(channels ** ((below(1000) + 1) / 1000));
    const kernel = (): number => [1, 3, 5, 7][below(4)]!;
    const [C, Kh] = [channel(), kernel()];
    const depthwise = below(8) === 0;
    const Kw = below(4) === 0 ? kernel() : Kh;
    const stride = below(2) === 0 ? 2 : [1, 3][below(2)]!;
    const dilation = below(8) === 0 ? 2 : 1;
    const shape = {
      ...{ B: 1 + below(2), C, N: depthwise ? C : channel(), G: depthwise ? C : 1 },
      ...{ H: 4 + below(pixels - 3), W: 4 + below(pixels - 3) },
      ...{ Kh, Kw, Sh: stride, Sw: stride, Dh: dilation, Dw: dilation },
      ...{ Pt: below(Kh), Pb: below(Kh), Pl: below(Kw), Pr: below(Kw) },
    };
    const fits = (size: number, before: number, after: number, taps: number): boolean =>
      size + before + after >= dilation * (taps - 1) + 1;
    if (!fits(shape.H, shape.Pt, shape.Pb, Kh) || !fits(shape.W, shape.Pl, shape.Pr, Kw)) continue;
    const layer = makeLayer(shape);
    const tiles = (depthwise ? 1 : Math.ceil(layer.C / array.rows)) * Math.ceil(layer.N / array.columns);
    const vectors = layer.B * layer.Ho * layer.Wo * Kh * Kw * tiles;
    if (vectors >= LEAST_VECTORS && vectors <= MOST_VECTORS) return formatLayer(layer);
  }
};

const NAMED: readonly (readonly [name: string, preset: PresetName, spec: string])[] = [
  ['stride 2', 'ref16', 'C=64,H=28,W=28,N=128,K=3,S=2,P=1'],
  ['1x1, stride 2', 'ref16', 'B=2,C=256,H=14,W=14,N=256,K=1,S=2'],
  ['first layer', 'ref16', 'C=3,H=64,W=64,N=32,K=7,S=2,P=3'],
  ['depthwise', 'ref16', 'C=64,H=28,W=28,N=64,K=3,S=2,P=1,G=64'],
  ['7x7', 'ref16-int8', 'C=128,H=7,W=7,N=256,K=3,P=1'],
  ['rows longer than the buffer', 'odd', 'C=8,H=9,W=150,N=6,K=3,S=2,P=1'],
];

/** Every preset, pass and engine with random layers of its own, then named layers. */
export const validationJobs = (): readonly BenchJob[] => {
  const next = randomWords(SEED);
  // those with all engines
  const full = PRESET_NAMES.filter((preset) => presets[preset].engines.length === ENGINES.length);
  const random = full.flatMap((preset) =>
    PASSES.flatMap((pass) =>
      ENGINES.flatMap((engine) =>
        Array.from({ length: LAYERS_PER_RUN }, (): BenchJob => {
          const spec = randomLayer(preset, next);
          return { layer: spec, spec, config: presets[preset], pass, engine };
        }),
      ),
    ),
  );
  const named = NAMED.flatMap(([layer, preset, spec], index) =>
    ENGINES.map((engine, turn): BenchJob => {
      return { layer, spec, config: presets[preset], pass: PASSES[(index + turn) % PASSES.length]!, engine };
    }),
  );
  return [...random, ...named];
};

/** Counters that the model must have exactly: bytes, buffer accesses, and all others that are no stalls or cycles. */
const EXACT = [
  ...['dramBytesRead', 'dramBytesWritten', 'dynamicReads', 'dynamicWrites', 'stationaryReads', 'stationaryWrites'],
  ...['accumulatorReads', 'accumulatorWrites', 'arrayBusy', 'usefulMacs', 'idleLanes', 'zerosMultiplied'],
  ...['zerosFetched', 'reorganizeBytes'],
] as const;

export interface ValidationRow extends Validation {
  /** Relative error of the cycles. */
  readonly error: number;
  /** Counters that differ. */
  readonly wrong: readonly string[];
}

/** Compares what was measured with what the model says. */
export const validationRows = (
  jobs: readonly BenchJob[],
  measured: ReadonlyMap<string, Measurement>,
  estimates: ReadonlyMap<string, Estimate>,
): readonly ValidationRow[] =>
  jobs.flatMap((job) => {
    const run = measured.get(jobName(job));
    const estimate = estimates.get(modelKey(job));
    if (!run || !estimate) return [];
    const wrong = EXACT.filter((name) => run.counters[name] !== estimate.counters[name]);
    return [
      {
        ...{ preset: configOf(job).name, layer: specOf(job), pass: job.pass, engine: job.engine },
        ...{ cycles: run.cycles, predictedCycles: estimate.cycles, exact: wrong.length === 0 },
        ...{ error: estimate.cycles / run.cycles - 1, wrong },
      },
    ];
  });

export const BARS = { runs: 60, usual: 0.03, share: 0.95, worst: 0.08 } as const;

export interface ValidationSummary {
  readonly runs: number;
  /** Share of the runs whose cycles are within {@link BARS}.usual. */
  readonly within: number;
  /** Largest error of the cycles, as a share; and how many runs have none at all. */
  readonly worst: number;
  readonly equalCycles: number;
  readonly exact: number;
  readonly met: boolean;
}

export const summarize = (rows: readonly ValidationRow[]): ValidationSummary => {
  const errors = rows.map(({ error }) => Math.abs(error));
  const runs = rows.length;
  const within = errors.filter((error) => error <= BARS.usual).length / Math.max(1, runs);
  const worst = Math.max(0, ...errors);
  const exact = rows.filter((row) => row.exact).length;
  const met = runs >= BARS.runs && within >= BARS.share && worst <= BARS.worst && exact === runs;
  return { runs, within, worst, equalCycles: errors.filter((error) => error === 0).length, exact, met };
};

export const validationReport = (rows: readonly ValidationRow[], color: boolean): string => {
  const pc = picocolors.createColors(color);
  const summary = summarize(rows);
  const table = tableOf(
    ['preset', 'layer', 'pass', 'engine', 'cycles', 'predicted', 'error', 'counters'],
    4,
    rows.map(({ preset, layer, pass, engine, cycles, predictedCycles, error, exact, wrong }) => [
      ...[preset, layer, pass, engine, count(cycles), count(predictedCycles), change(error, 2)],
      exact ? 'exact' : pc.red(wrong.join(', ')),
    ]),
  );
  return [
    `${table}\n`,
    `${summary.runs} runs (at least ${BARS.runs}), seed ${SEED}\n`,
    `cycles within ${percent(BARS.usual, 0)}: ${percent(summary.within, 1)} of the runs (at least ${percent(BARS.share, 0)}); `,
    `to the cycle: ${summary.equalCycles}; worst: ${percent(summary.worst, 2)} (at most ${percent(BARS.worst, 0)})\n`,
    `bytes, buffer accesses and all other counters exact: ${summary.exact} of ${summary.runs}\n`,
    summary.met ? pc.green('the model holds\n') : pc.red('the model does not hold\n'),
  ].join('');
};
