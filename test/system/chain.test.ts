import { describe, expect, it } from 'vitest';
import { makePlan, type Places } from '../../generator/compile/plan.js';
import { randomOperands } from '../../generator/compile/workload.js';
import type { Engine, Pass } from '../../generator/description/config.js';
import { type Layer, parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { unpackResult } from '../../generator/formats/index.js';
import { DONE, IDLE, read, runScript, start, type Workload, waitIrq, withOperands } from '../../generator/run/host.js';
import { clear } from '../../generator/run/steps.js';

const BETWEEN = 0x2000_0040;

interface Link {
  readonly layer: Layer;
  readonly pass: Pass;
  readonly engine: Engine;
  readonly place: Places;
}

/** The first layer's result is the second one's first operand, in memory too: nothing is copied in between. */
describe.each(['tiny4', 'odd'] as const)('%s runs two programs in a row', (preset) => {
  const config = presets[preset];
  const chain = (one: Link, two: Link): readonly [Workload, Workload] => {
    const made = [one, two].map(({ layer, pass, engine, place }, index) =>
      makePlan(config, layer, pass, engine, { narrow: true, base: 0x1000_0000 * (index + 3), place }),
    );
    const before = withOperands(config, made[0]!, 5);
    const given = unpackResult(before.expected, config.format, true) as Int8Array | Float32Array;
    const { second } = randomOperands(config, two.layer, two.pass, 6);
    const after = withOperands(config, made[1]!, { first: given, second });
    return [before, { ...after, images: after.images.filter(({ base }) => base !== BETWEEN) }];
  };
  const layers = [
    parseLayer('B=2,C=3,H=7,W=6,N=5,K=3,S=2,P=1'),
    parseLayer('B=2,C=5,H=4,W=3,N=6,K=3,S=2,P=1'),
  ] as const;
  it.each<readonly [string, Link, Link]>([
    [
      'forward',
      { layer: layers[0], pass: 'fprop', engine: 'zerofree', place: { output: BETWEEN } },
      { layer: layers[1], pass: 'fprop', engine: 'bp', place: { x: BETWEEN, program: 0x2100_0040 } },
    ],
    [
      'backward, the zero-inserted tensor far away',
      { layer: layers[1], pass: 'dgrad', engine: 'zerofree', place: { output: BETWEEN } },
      { layer: layers[0], pass: 'dgrad', engine: 'traditional', place: { dy: BETWEEN, scratch: 0x6000_0000 } },
    ],
  ])('%s', async (_, one, two) => {
    const workloads = chain(one, two);
    const script = workloads.flatMap((workload) => [
      ...start(config, workload),
      waitIrq,
      read(config, 'status'),
      clear(config),
    ]);
    const { values, met, faults, exact } = await runScript(config, workloads, script);
    expect({ values, met, faults, exact }).toEqual({
      ...{ values: [DONE | IDLE, DONE | IDLE], met: true, faults: [], exact: [true, true] },
    });
  });
});
