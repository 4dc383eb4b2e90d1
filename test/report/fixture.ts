import { makePlan } from '../../generator/compile/plan.js';
import { compulsoryBytes } from '../../generator/compile/price.js';
import { type Config, ENGINES, type Engine, PASSES, type Pass } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { usefulMacs } from '../../generator/golden/convolution.js';
import { zeroMacs } from '../../generator/report/matrixView.js';
import type { NetworkTotals, Results, Run, TimelineRun } from '../../generator/report/results.js';
import { virtualMatrix } from '../../generator/report/virtualMatrix.js';

/**
 * Results to test the report with. Made from plans, not from runs: the cycles are the planner's, and what no plan knows
 * is a plain function of them. Good for pictures, not for conclusions.
 */
export const fixtureResults = (
  config: Config = presets.tiny4,
  layers: Readonly<Record<string, string>> = {
    A: 'C=8,H=9,W=9,N=6,K=3,S=2,P=1',
    B: 'B=2,C=5,H=8,W=7,N=8,K=2,S=3',
    'C <3x3> & "1"': 'C=8,H=6,W=6,N=8,K=3,P=1',
  },
): Results => {
  const { rows, columns } = config.array;
  const runs: Run[] = [];
  for (const [name, spec] of Object.entries(layers))
    for (const pass of PASSES) for (const engine of ENGINES) runs.push(fixtureRun(config, name, spec, pass, engine));
  const { beatBytes } = derive(config);
  const { buffers } = config;
  return {
    schema: 1,
    meta: {
      ...{ date: '2026-01-02T03:04:05Z', command: 'a test fixture, from plans', seed: 1 },
      versions: { 'bp-im2col': '0.0.0-fixture', node: process.version },
    },
    machine: {
      ...{ preset: config.name, rows, columns, format: config.format, busBytesPerCycle: beatBytes },
      onChipBytes: buffers.dynamicBytes + buffers.stationaryBytes + buffers.accumulatorDepth * columns * 4,
    },
    runs,
    networks: ['FixtureNet', 'Fixture<2>'].flatMap((network, index) =>
      ENGINES.flatMap((engine) =>
        (['all', 'strided'] as const).map((scope) => fixtureTotals(network, runs.slice(index), engine, scope)),
      ),
    ),
    moreNetworks: ENGINES.flatMap((engine) =>
      (['all', 'strided'] as const).map((scope) => fixtureTotals('Fixture & more', runs, engine, scope)),
    ),
    grouped: [
      {
        ...{ network: 'Fixture & more', batch: 2, kind: 'depthwise', layers: 2, networkCycles: 8000 },
        fprop: { cycles: 1000, usefulMacs: 4000, utilization: 0.25, boundCycles: 900 },
        dgrad: { cycles: 400, usefulMacs: 4000, utilization: 0.625, boundCycles: 300 },
        wgrad: { cycles: 600, usefulMacs: 4000, utilization: 0.4125, boundCycles: 591 },
      },
    ],
    sizes: [4, 6, 8, 16, 32, 64].flatMap((size) =>
      runs.flatMap(({ layer, pass, engine, utilization, cycles }) => {
        if (layer !== runs[0]!.layer || pass === 'fprop') return [];
        const point = { size, layer, pass, engine, cycles, utilization: utilization / (1 + size / 40) };
        return [
          { ...point, source: 'model' as const },
          ...([4, 8, 16, 32].includes(size) ? [{ ...point, source: 'rtl' as const }] : []),
        ];
      }),
    ),
    comparison: {
      reductions: [
        {
          ...{ scope: 'strided', figure: 'bytes', paper: '-22.7 % or more', networks: { FixtureNet: -0.3 } },
          ...{ bp: -0.3, zerofree: -0.4, zerofreeOverBp: -1 / 7, simple: -0.35 },
        },
      ],
      reasons: ['because < of it'],
    },
    reorganizers: ['FixtureNet', 'Fixture<2>'].flatMap((network, index) =>
      [1, 2, 4].flatMap((elementsPerCycle) =>
        [false, true].flatMap((overlap) =>
          (['all', 'strided'] as const).map((scope) => {
            const totals = fixtureTotals(network, runs.slice(index), 'traditional', scope);
            const dgrad = totals.dgrad + (totals.dgrad * (overlap ? 1 : 1.1)) / elementsPerCycle;
            return { ...totals, dgrad, elementsPerCycle, overlap };
          }),
        ),
      ),
    ),
    reorganizerRuns: runs
      .filter(({ engine, pass }) => engine === 'traditional' && pass !== 'fprop')
      .map((run) => ({ ...run, cycles: run.cycles * 2, elementsPerCycle: 1, overlap: false })),
    timelines: runs.filter(({ layer, pass }) => layer === runs[0]!.layer && pass === 'dgrad').map(fixtureTimeline),
    validation: runs.map(({ preset, layer, pass, engine, cycles, predictedCycles }) => ({
      ...{ preset, layer, pass, engine, cycles, predictedCycles: predictedCycles!, exact: true },
    })),
  };
};

const fixtureRun = (config: Config, name: string, spec: string, pass: Pass, engine: Engine): Run => {
  const layer = parseLayer(spec);
  const { rows, columns } = config.array;
  const narrow = pass !== 'wgrad';
  const { cost, scratchBytes } = makePlan(config, layer, pass, engine, { narrow });
  const cycles = Math.round(cost.cycles * 1.004);
  const useful = usefulMacs(layer);
  const zeros = zeroMacs(virtualMatrix(layer, pass), engine);
  const vectors = Math.ceil(useful / rows / columns);
  return {
    ...{ layer: name, spec, preset: config.name, pass, engine, source: 'rtl', cycles },
    ...{ predictedCycles: Math.round(cost.cycles), usefulMacs: useful, zerosMultiplied: zeros },
    ...{ utilization: useful / (rows * columns * cycles), laneBound: 1 },
    busy: Math.min(1, (useful + zeros) / (rows * columns * cycles)),
    ...{ dramBytesRead: cost.bytesRead, dramBytesWritten: cost.bytesWritten },
    compulsoryBytes: compulsoryBytes(config, layer, pass, narrow),
    ...{ dynamicReads: vectors, dynamicWrites: vectors, stationaryReads: vectors, stationaryWrites: vectors },
    ...{ accumulatorReads: vectors, accumulatorWrites: vectors, reorganizeBytes: scratchBytes },
    ...{ reorganizeCycles: Math.round(scratchBytes / derive(config).beatBytes), prologueCycles: 20 },
    zerosFetched: engine === 'traditional' ? vectors : 0,
  };
};

const fixtureTotals = (
  network: string,
  runs: readonly Run[],
  engine: Engine,
  scope: NetworkTotals['scope'],
): NetworkTotals => {
  const own = runs.filter((run) => run.engine === engine && (scope === 'all' || /S=[2-9]/.test(run.spec)));
  const sum = (value: (run: Run) => number, pass?: Pass): number =>
    own.filter((run) => (pass ? run.pass === pass : run.pass !== 'fprop')).reduce((all, run) => all + value(run), 0);
  const cycles = (pass: Pass): number => sum((run) => run.cycles, pass);
  return {
    ...{ network, batch: 2, engine, scope, layers: new Set(own.map(({ layer }) => layer)).size },
    ...{ fprop: cycles('fprop'), dgrad: cycles('dgrad'), wgrad: cycles('wgrad') },
    dramBytes: sum((run) => run.dramBytesRead + run.dramBytesWritten),
    ...{ dynamicReads: sum((run) => run.dynamicReads), stationaryReads: sum((run) => run.stationaryReads) },
    bufferAccesses: sum((run) => run.dynamicReads + run.stationaryReads + run.zerosFetched),
    ...{ extraStorageBytes: sum((run) => run.reorganizeBytes), prologueCycles: sum((run) => run.prologueCycles) },
    ...{ usefulMacs: sum((run) => run.usefulMacs), utilization: sum((run) => run.utilization) / own.length },
  };
};

const fixtureTimeline = ({ layer, pass, engine, cycles, reorganizeCycles }: Run): TimelineRun => {
  const bucketCycles = Math.max(1, Math.ceil(cycles / 300));
  const share = (of: (cycle: number) => number): number[] =>
    Array.from({ length: Math.ceil(cycles / bucketCycles) }, (_, index) => {
      const inside = Math.min(bucketCycles, cycles - index * bucketCycles);
      return Math.floor(inside * of(index * bucketCycles));
    });
  const late = (cycle: number): boolean => cycle >= reorganizeCycles;
  return {
    ...{ layer, pass, engine, runCycles: cycles, bucketCycles },
    readBeats: share((cycle) => (late(cycle) && cycle % 700 > 200 ? 0.1 : 0.5)),
    writeBeats: share((cycle) => (late(cycle) ? 0.2 : 0.5)),
    execOpen: share((cycle) => (late(cycle) ? 1 : 0)),
    arrayBusy: share((cycle) => (late(cycle) && cycle % 900 > 60 ? 1 : 0)),
    store: share((cycle) => (late(cycle) ? 0.3 : 1)),
  };
};
