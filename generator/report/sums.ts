import { sum } from '../base/lists.js';
import type { Estimate } from '../compile/estimate.js';
import type { Config, Engine, Pass } from '../description/config.js';
import { derive, onChipBytes } from '../description/derive.js';
import type { Layer } from '../description/layer.js';
import type { GroupedLayers, NetworkTotals, Results, Run } from './results.js';

/** The machine of a report. */
export const machineOf = (config: Config): Results['machine'] => {
  const { array, format, name } = config;
  return {
    ...{ preset: name, rows: array.rows, columns: array.columns, format },
    ...{ busBytesPerCycle: derive(config).beatBytes },
    onChipBytes: onChipBytes(config),
  };
};

/** A run by the model. */
export const modelRun = (
  which: Pick<Run, 'layer' | 'spec' | 'preset' | 'pass' | 'engine'>,
  estimate: Estimate,
): Run => {
  const { cycles, usefulMacs, utilization, laneBound, compulsoryBytes, counters } = estimate;
  const of = (name: string): number => counters[name] ?? 0;
  return {
    ...which,
    ...{ source: 'model', cycles, usefulMacs, utilization, laneBound, compulsoryBytes },
    busy: Math.min(1, of('arrayBusy') / (cycles - of('reorganizeCycles'))),
    ...{ dramBytesRead: of('dramBytesRead'), dramBytesWritten: of('dramBytesWritten') },
    ...{ dynamicReads: of('dynamicReads'), dynamicWrites: of('dynamicWrites') },
    ...{ stationaryReads: of('stationaryReads'), stationaryWrites: of('stationaryWrites') },
    ...{ accumulatorReads: of('accumulatorReads'), accumulatorWrites: of('accumulatorWrites') },
    ...{ reorganizeBytes: of('reorganizeBytes'), reorganizeCycles: of('reorganizeCycles') },
    ...{ prologueCycles: of('prologueCycles') },
    ...{ zerosMultiplied: of('zerosMultiplied'), zerosFetched: of('zerosFetched') },
  };
};

const ACCESSES = [
  ...['dynamicReads', 'dynamicWrites', 'stationaryReads', 'stationaryWrites'],
  ...['accumulatorReads', 'accumulatorWrites'],
];

const cyclesOf = (estimates: readonly Estimate[]): number => sum(estimates.map(({ cycles }) => cycles));

/** Sums over layers: of each pass the estimates of all of them, in one order. */
export const totalsOf = (
  which: {
    readonly network: string;
    readonly batch: number;
    readonly engine: Engine;
    readonly scope: NetworkTotals['scope'];
  },
  { array: { rows, columns } }: Config,
  { fprop, dgrad, wgrad }: Readonly<Record<Pass, readonly Estimate[]>>,
): NetworkTotals => {
  const gradients = [...dgrad, ...wgrad];
  const of = (...names: readonly string[]): number =>
    sum(gradients.map(({ counters }) => sum(names.map((name) => counters[name] ?? 0))));
  const usefulMacs = of('usefulMacs');
  return {
    ...{ ...which, layers: fprop.length },
    ...{ fprop: cyclesOf(fprop), dgrad: cyclesOf(dgrad), wgrad: cyclesOf(wgrad) },
    dramBytes: of('dramBytesRead', 'dramBytesWritten'),
    dynamicReads: of('dynamicReads'),
    stationaryReads: of('stationaryReads'),
    bufferAccesses: of(...ACCESSES),
    extraStorageBytes: of('reorganizeBytes'),
    prologueCycles: of('prologueCycles'),
    usefulMacs,
    utilization: usefulMacs / (rows * columns * cyclesOf(gradients)),
    reorganizeCycles: of('reorganizeCycles'),
    arrayBusy: of('arrayBusy'),
  };
};

/** Groups of one channel are depthwise, however many outputs each has; nothing of a layer without groups. */
export const groupsOf = ({ C, G }: Layer): GroupedLayers['kind'] | undefined =>
  G === 1 ? undefined : G === C ? 'depthwise' : 'grouped';

/** One pass of some layers. */
export const layersPass = (
  { array: { rows, columns } }: Config,
  estimates: readonly Estimate[],
): GroupedLayers[Pass] => {
  const cells = rows * columns;
  const cycles = cyclesOf(estimates);
  const usefulMacs = sum(estimates.map((estimate) => estimate.usefulMacs));
  const boundCycles = sum(estimates.map((estimate) => estimate.usefulMacs / (cells * estimate.laneBound)));
  return { cycles, usefulMacs, utilization: usefulMacs / (cells * cycles), boundCycles };
};
