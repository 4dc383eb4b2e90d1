import { COUNTER_SETS, type Config, ENGINES } from '../description/config.js';
import { derive, onChipBytes } from '../description/derive.js';
import { FORMATS } from '../formats/index.js';

/** What the area of an accelerator grows with, by name; each 0 or more. */
const featuresOf = (config: Config): Readonly<Record<string, number>> => {
  const { rows, columns } = config.array;
  const { beatBytes, beatElements, dynamicLanes, stationaryLanes, dataBytes, widths, vectorLanes, epilogueLanes } =
    derive(config);
  const { dynamicBytes, stationaryBytes, accumulatorDepth } = config.buffers;
  const cells = rows * columns;
  return {
    constant: 1,
    ...Object.fromEntries(FORMATS.map((format) => [`cells ${format}`, config.format === format ? cells : 0])),
    ...Object.fromEntries(FORMATS.map((format) => [`columns ${format}`, config.format === format ? columns : 0])),
    stages: cells * config.addStages,
    rows,
    // transposers hold a block, rotators shift by every lane
    transposer: Math.max(rows, columns) ** 2 * dataBytes,
    rotators: dynamicLanes * Math.log2(2 * dynamicLanes) + stationaryLanes * Math.log2(2 * stationaryLanes),
    bus: beatBytes,
    'bus rotators': beatElements * Math.log2(2 * beatElements),
    addresses: Math.log2(dynamicBytes) + Math.log2(stationaryBytes) + Math.log2(accumulatorDepth),
    memory: onChipBytes(config),
    widths: Object.values(widths).reduce<number>((sum, bits) => sum + (typeof bits === 'number' ? bits : 0), 0),
    addressWidth: config.axi.addressWidth,
    outstanding: config.axi.outstanding,
    slots: config.instructionSlots ?? 16,
    vector: vectorLanes,
    epilogue: epilogueLanes,
    ...Object.fromEntries(ENGINES.map((engine) => [engine, config.engines.includes(engine) ? 1 : 0])),
    counters: COUNTER_SETS.length - COUNTER_SETS.indexOf(config.counters),
  };
};

/**
 * Features of some accelerators, in one order: those that are not the same everywhere, each once, behind a constant.
 */
export const featuresOfAll = (configs: readonly Config[]): readonly (readonly number[])[] => {
  const all = configs.map(featuresOf);
  const names = Object.keys(all[0] ?? {});
  const columnOf = (name: string): readonly number[] => all.map((features) => features[name]!);
  const seen = new Set<string>();
  const kept = names.filter((name) => {
    const column = columnOf(name);
    const isConstant = column.every((value) => value === column[0]);
    if (isConstant) return name === 'constant';
    // columns in proportion say the same
    const most = Math.max(...column);
    const shape = column.map((value) => (value / most).toPrecision(9)).join();
    if (seen.has(shape)) return false;
    seen.add(shape);
    return true;
  });
  return all.map((features) => kept.map((name) => features[name]!));
};
