import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../../generator/base/errors.js';
import { EXIT } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { type Estimate, estimate } from '../../generator/compile/estimate.js';
import { makePlan } from '../../generator/compile/plan.js';
import { parseLayer } from '../../generator/description/layer.js';
import { presets } from '../../generator/description/presets.js';
import { energyOf } from '../../generator/energy/energy.js';
import { HOROWITZ } from '../../generator/energy/table.js';
import { activityOf, cutBuckets } from '../../generator/machine/activity.js';
import { localPool } from '../../generator/pool/local.js';
import { type NetworkReportOptions, networkResults } from '../../generator/report/network.js';
import { reportHtml } from '../../generator/report/report.js';
import { resultsSchema } from '../../generator/report/results.js';
import { type activities, activityKey, type predict, predictionKey } from '../../generator/run/predict.js';

const LAYERS = {
  a: 'C=4,H=6,W=6,N=4,K=3,S=2,P=1',
  b: 'C=4,H=4,W=4,N=4,K=1',
  'b again': 'C=4,H=4,W=4,N=4,K=1',
  deep: 'C=4,H=4,W=4,N=4,K=3,P=1,G=4',
} as const;

/** In this process, without the cache. */
const predictHere: typeof predict = async (jobs) => {
  const estimates = new Map<string, Estimate>();
  const failed = new Map();
  for (const job of jobs) {
    try {
      const key = predictionKey(job);
      if (!estimates.has(key)) estimates.set(key, estimate(job.config, parseLayer(job.spec), job.pass, job.engine));
    } catch (error) {
      failed.set(job.name, problemOf(error, 'model'));
    }
  }
  return { estimates, failed };
};

const activitiesHere: typeof activities = async (jobs) =>
  new Map(
    jobs.map((job) => {
      const plan = makePlan(job.config, parseLayer(job.spec), job.pass, job.engine, { narrow: true });
      return [activityKey(job), cutBuckets(activityOf(job.config, plan))] as const;
    }),
  );

const config = presets.tiny4;
const options = (layers: Readonly<Record<string, string>>): NetworkReportOptions => ({
  ...{ subject: 'mine, batch 1', name: 'mine', config, engines: config.engines, energies: HOROWITZ },
  layers: Object.entries(layers).map(([name, spec]) => ({
    ...{ name, layer: parseLayer(spec), linear: false, bias: false, batchNorm: 0 },
  })),
  ...{ command: 'npx bp-im2col report --network mine.json', pool: localPool(1), onProgress: () => undefined },
  ...{ predict: predictHere, activities: activitiesHere },
});

describe('the report of a network', () => {
  it('has results of the form of the benchmark, of which sums count equal layers each', async () => {
    const results = await networkResults(options(LAYERS));
    expect(resultsSchema.parse(JSON.parse(JSON.stringify(results)))).toMatchObject({ schema: 1 });
    expect([...new Set(results.runs.map(({ layer }) => layer))]).toEqual(['a', 'b ×2', 'deep']);
    for (const engine of config.engines) {
      const cycles = Object.values(LAYERS).map((spec) => estimate(config, parseLayer(spec), 'wgrad', engine).cycles);
      const all = results.networks.find((one) => one.engine === engine && one.scope === 'all')!;
      expect(all.layers).toBe(4);
      expect(all.wgrad).toBe(cycles.reduce((sum, one) => sum + one, 0));
      expect(results.networks.find((one) => one.engine === engine && one.scope === 'strided')!.wgrad).toBe(cycles[0]);
    }
    const run = results.runs.find(({ layer, pass, engine }) => layer === 'a' && pass === 'dgrad' && engine === 'bp')!;
    const { counters } = estimate(config, parseLayer(LAYERS.a), 'dgrad', 'bp');
    expect(run.energy).toEqual(energyOf(config, counters, HOROWITZ));
    expect(results.grouped).toMatchObject([{ kind: 'depthwise', layers: 1 }]);
    expect(results.sizes.length).toBeGreaterThan(2);
    expect(new Set(results.sizes.map(({ layer }) => layer))).toEqual(new Set(['a']));
    // of the longest strided input gradient, as long as is predicted
    expect(results.timelines.map(({ layer, pass, engine, runCycles }) => [layer, pass, engine, runCycles])).toEqual(
      config.engines.map((engine) => {
        const { cycles } = estimate(config, parseLayer(LAYERS.a), 'dgrad', engine);
        return ['a', 'dgrad', engine, cycles];
      }),
    );
  });

  it('is a page with the sections of our own that the model can fill', async () => {
    const { document } = parseHTML(await reportHtml(await networkResults(options(LAYERS))));
    expect(document.title).toBe('bp-im2col: mine, batch 1 on tiny4');
    expect([...document.querySelectorAll('section')].map(({ id }) => id)).toEqual([
      ...['speedup', 'figures', 'networks', 'grouped', 'cycles', 'roofline', 'traffic', 'energy', 'sizes', 'timelines'],
      ...['matrix', 'runs', 'conditions'],
    ]);
  });

  it('refuses layers that do not fit, each with its name', async () => {
    const refused = networkResults(options({ ok: LAYERS.a, vast: 'C=300,H=99,W=99,N=300,K=99' }));
    await expect(refused).rejects.toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ path: expect.stringMatching(/^vast /) })]),
    });
  });

  it.each([
    [[], 'it is not said what to report'],
    [['results.json', '--network', 'digits'], 'there are results already'],
    [['results.json', '--train'], '--train: is for a network'],
    [['results.json', '--set', 'array.rows=8'], '--set: is for a network'],
    [['--network', 'digits', '--engines', 'bp,bp'], '"bp" is there twice'],
    [['--network', 'digits', '--engines', 'fast'], 'there is no engine "fast"'],
    [['--network', 'digits', '--set', 'engines=bp', '--engines', 'zerofree'], 'is built without zerofree'],
    [['--network', 'digit'], 'there is no network'],
    [['--network', 'autoencoder', '--strided'], 'no layer of autoencoder has a stride of 2 or more'],
    [['--network', 'digits', '--out', 'page.txt'], 'does not end in .html'],
  ])('refuses %j', async (args, message) => {
    let [out, err] = ['', ''];
    const terminal = { out: (text: string) => (out += text), err: (text: string) => (err += text), color: false };
    const code = await runCli(['report', ...args], terminal);
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
    expect(err).toContain(message);
  });
});
