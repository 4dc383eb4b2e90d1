import type { Config } from '../spec/config.js';
import { derive } from '../spec/derive.js';
import { type CommonView, commonView } from './common.js';

/** What the arithmetic and the array's templates use. */
export interface DatapathView extends CommonView {
  readonly format: string;
  readonly bf16: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly addStages: number;
  /** The deepest addition pipeline of the format. */
  readonly maxAddStages: number;
  readonly dataBits: number;
  /** Index of an operand's top bit. */
  readonly dataTop: number;
}

export const datapathView = (config: Config): DatapathView => {
  const { dataBits } = derive(config);
  const bf16 = config.format === 'bf16';
  return {
    ...commonView(config),
    format: config.format,
    bf16,
    rows: config.array.rows,
    columns: config.array.columns,
    addStages: config.addStages,
    maxAddStages: bf16 ? 4 : 1,
    dataBits,
    dataTop: dataBits - 1,
  };
};
