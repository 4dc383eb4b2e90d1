import fc from 'fast-check';
import { COUNTER_SETS, type Config, ENGINES } from '../generator/description/config.js';
import { derive } from '../generator/description/derive.js';

const powerOfTwo = (low: number, high: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.log2(low), max: Math.log2(high) }).map((exponent) => 2 ** exponent);

type Array = Config['array'];

const anyArray: fc.Arbitrary<Array> = fc.record({
  rows: fc.integer({ min: 1, max: 128 }),
  columns: fc.integer({ min: 1, max: 128 }),
});

/** Any valid configuration, from the smallest to the largest; `array` narrows its shape. */
export const validConfig = (array: fc.Arbitrary<Array> = anyArray): fc.Arbitrary<Config> =>
  fc
    .record({
      name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,20}_$/),
      array,
      numbers: fc.oneof(
        fc.constant({ format: 'int8', addStages: 1 } as const),
        fc.record({ format: fc.constant('bf16' as const), addStages: fc.integer({ min: 1, max: 4 }) }),
      ),
      accumulatorDepth: powerOfTwo(16, 65536),
      axi: fc.record({
        dataWidth: powerOfTwo(32, 1024),
        addressWidth: fc.integer({ min: 20, max: 64 }),
        outstanding: powerOfTwo(2, 64),
      }),
      engines: fc.subarray([...ENGINES], { minLength: 1 }),
      counters: fc.constantFrom(...COUNTER_SETS),
      prefix: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}_$/),
    })
    .chain(({ name, numbers, accumulatorDepth, ...rest }) => {
      const unsized = { dynamicBytes: 1, stationaryBytes: 1, accumulatorDepth };
      const config: Config = {
        name,
        array: rest.array,
        ...numbers,
        buffers: unsized,
        axi: rest.axi,
        engines: rest.engines,
        counters: rest.counters,
        prefix: rest.prefix,
      };
      const { dynamicWord, stationaryWord, dataBytes, mostEpilogueLanes } = derive(config);
      // the most are what is so by itself, and left out
      const lanes = powerOfTwo(1, mostEpilogueLanes).map((epilogueLanes) => {
        return epilogueLanes === mostEpilogueLanes ? {} : { epilogueLanes };
      });
      const bytes = (word: number) => powerOfTwo(4 * word * dataBytes, 4 * 1024 * 1024);
      return fc
        .record({ dynamicBytes: bytes(dynamicWord), stationaryBytes: bytes(stationaryWord), lanes })
        .map(({ lanes, ...sizes }) => ({ ...config, ...lanes, buffers: { ...sizes, accumulatorDepth } }));
    });
