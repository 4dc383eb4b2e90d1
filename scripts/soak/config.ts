import { mostVectorLanes, parseConfig } from '../../generator/description/checkConfig.js';
import { COUNTER_SETS, type Config, ENGINES, type Limits } from '../../generator/description/config.js';
import { derive } from '../../generator/description/derive.js';
import { FORMATS, formats } from '../../generator/formats/index.js';
import { Draw } from './random.js';

const MOST_LANES = 8;
const WIDTHS = [32, 64, 128, 256, 512];
const POWERS = [1, 2, 4, 8];

/** Some that a few of the random layers exceed: those are refused, and others taken. */
const randomLimits = (draw: Draw): Limits => ({
  map: draw.pick([31, 63, 255]),
  channels: draw.pick([31, 127, 1023]),
  kernel: draw.pick([7, 15]),
  stride: draw.pick([7, 15, 63]),
  dilation: draw.pick([3, 7]),
  rows: draw.pick([31, 63, 255]),
  instructions: 2 ** 20 - 1,
});

/** A small random accelerator, from the least buffers that its array and bus allow; the same for the same seed. */
export const randomConfig = (seed: number): Config => {
  const draw = new Draw(seed);
  const format = draw.pick(FORMATS);
  const { least, most } = formats[format].addStages;
  const first = draw.pick(ENGINES);
  const unsized: Config = {
    name: `soak${seed}`,
    array: { rows: draw.between(1, MOST_LANES), columns: draw.between(1, MOST_LANES) },
    format,
    addStages: least === most ? least : draw.between(least, most),
    buffers: { dynamicBytes: 1, stationaryBytes: 1, accumulatorDepth: 16 * draw.pick(POWERS) },
    axi: {
      dataWidth: draw.pick(WIDTHS),
      addressWidth: draw.percent(40) ? 32 : draw.between(33, 64),
      outstanding: 2 * draw.pick(POWERS),
    },
    engines: ENGINES.filter((engine) => engine === first || draw.percent(60)),
    counters: 'all',
    prefix: 'bpi_',
  };
  const { dynamicWord, stationaryWord, dataBytes, beatElements, mostEpilogueLanes } = derive(unsized);
  const bytes = (word: number): number => 4 * word * dataBytes * draw.pick(POWERS) * draw.pick(POWERS);
  const buffers = {
    ...unsized.buffers,
    dynamicBytes: bytes(dynamicWord),
    stationaryBytes: bytes(stationaryWord),
  };
  const slow = unsized.engines.includes('traditional') && draw.percent(30);
  const elementsPerCycle = Math.min(draw.pick(POWERS), beatElements);
  const reorganize = { elementsPerCycle, overlap: draw.percent(50) };
  const counters = draw.percent(70) ? 'all' : draw.pick(COUNTER_SETS);
  const epilogueLanes = Math.min(draw.pick(POWERS), mostEpilogueLanes);
  const instructionSlots = draw.pick([8, 16]);
  const limits = draw.percent(50) ? randomLimits(draw) : {};
  const rates = { epilogueLanes, instructionSlots, ...(slow ? { reorganize } : {}) };
  const sized = { ...unsized, buffers, counters, ...rates };
  const lanes = Math.min(draw.pick(POWERS), mostVectorLanes(unsized));
  if (lanes === 0 || !draw.percent(50)) return parseConfig({ ...sized, limits });
  // its programs are drawn from all that the instruction set has
  return parseConfig({ ...sized, vector: { lanes, coefficients: draw.pick([64, 128, 256]) } });
};
