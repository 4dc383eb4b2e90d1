import type { Config } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import { formatOf } from '../../formats/index.js';
import { operandTaps } from '../../timing/depths.js';
import { type CommonView, commonView } from './common.js';
import { tapsView } from './taps.js';

/** Which engines are built, and the sizes that benches of the control blocks use. */
export interface EngineView extends CommonView {
  /** zerofree: ranges of valid positions. */
  readonly rect: boolean;
  /** Other engines than zerofree: positions are enumerated that hold no valid pair. */
  readonly detect: boolean;
  /** traditional: the REORGANIZE instruction. */
  readonly traditional: boolean;
  /** Operands in which a structural zero must be told from a zero that is data. */
  readonly floating: boolean;
  readonly rows: number;
  readonly columns: number;
  readonly dataBits: number;
  readonly dataBytes: number;
}

export const engineView = (config: Config): EngineView => {
  const { dataBits, dataBytes, parts } = derive(config);
  const detect = config.engines.some((engine) => engine !== 'zerofree');
  return {
    ...commonView(config),
    rect: config.engines.includes('zerofree'),
    detect,
    taps: tapsView(detect, operandTaps(config), parts.vector),
    traditional: config.engines.includes('traditional'),
    floating: formatOf(config).special,
    rows: config.array.rows,
    columns: config.array.columns,
    dataBits,
    dataBytes,
  };
};
