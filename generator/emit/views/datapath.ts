import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { formatOf } from '../../formats/index.js';
import { type CommonView, commonView } from './common.js';

/** A size at which the benches try the array. */
export interface ArrayCase {
  readonly rows: number;
  readonly columns: number;
  readonly stages: number;
  /** Bits of a sum. */
  readonly bits: number;
}

/** Vectors that the benches of the adder and of the multiplier read in the output; our own runs give them more. */
export const ARITHMETIC_VECTORS = 2048;

/** Vectors that share their constants, of the bench of a lane of the vector unit. */
export const LANE_GROUP = 32;

/** Cycles of each case of the benches of the cell and of the array, likewise. */
export const STREAM_CYCLES = 200;

/** The benches try no larger array than this: cells repeat, and a simulator takes long over thousands. */
const MOST_CELLS = 8;

/** What the arithmetic and the array's templates use. */
export interface DatapathView extends CommonView {
  readonly format: string;
  readonly floating: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly addStages: number;
  /** The deepest addition pipeline of the format. */
  readonly maxAddStages: number;
  readonly dataBits: number;
  /** Index of an operand's top bit. */
  readonly dataTop: number;
  /** Bits of a sum that leaves the array. */
  readonly partialBits: number;
  /** Sizes, cycles and vectors of the benches. */
  readonly cases: readonly ArrayCase[];
  readonly cycles: number;
  readonly vectors: number;
  readonly laneGroup: number;
}

/** The configured size or a part of it, and small ones at the edges: one cell, one row, one column; in bf16 every depth of the adder. */
export const arrayCases = (config: Config): readonly ArrayCase[] => {
  const rows = Math.min(config.array.rows, MOST_CELLS);
  const columns = Math.min(config.array.columns, MOST_CELLS);
  const stages = config.addStages;
  const { addStages, partialBits } = formatOf(config);
  const shapes: Omit<ArrayCase, 'bits'>[] = [
    { rows, columns, stages },
    { rows: 1, columns: 1, stages },
    { rows: 1, columns: 7, stages },
    { rows: 7, columns: 1, stages },
    { rows: 3, columns: 2, stages },
  ];
  const { least, most } = addStages;
  for (let depth = least; depth <= most && most > least; depth++) shapes.push({ rows: 4, columns: 4, stages: depth });
  const cases = shapes.map((shape) => ({ ...shape, bits: partialBits(shape.rows) }));
  const name = (shape: ArrayCase): string => JSON.stringify(shape);
  return cases.filter((shape, i) => cases.findIndex((other) => name(other) === name(shape)) === i);
};

export const datapathView = (config: Config): DatapathView => {
  const { dataBits, partialBits } = derive(config);
  return {
    ...commonView(config),
    format: config.format,
    floating: formatOf(config).special,
    rows: config.array.rows,
    columns: config.array.columns,
    addStages: config.addStages,
    maxAddStages: formatOf(config).addStages.most,
    dataBits,
    dataTop: dataBits - 1,
    partialBits,
    cases: arrayCases(config),
    cycles: STREAM_CYCLES,
    vectors: ARITHMETIC_VECTORS,
    laneGroup: LANE_GROUP,
  };
};
