import { parseHTML } from 'linkedom';
import { describe, expect, it, vi } from 'vitest';
import type { Estimate } from '../../generator/compile/estimate.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { parseLayer } from '../../generator/description/layer.js';
import { PRESET_NAMES, presets } from '../../generator/description/presets.js';
import { cutBuckets } from '../../generator/machine/activity.js';
import { localPool } from '../../generator/pool/local.js';
import { reasons, reductions } from '../../generator/report/comparison.js';
import { reportHtml } from '../../generator/report/report.js';
import { type NetworkTotals, resultsSchema } from '../../generator/report/results.js';
import { remember } from '../../generator/run/simulators/cache.js';
import { jobName, type Measurement } from '../../scripts/benchmark/jobs.js';
import { evaluate, isEmpty, resultFiles } from '../../scripts/evaluation/evaluate.js';
import { groupedLayers } from '../../scripts/evaluation/grouped.js';
import { resultsMarkdown } from '../../scripts/evaluation/markdown.js';
import { type ModelJob, modelKey, runModel } from '../../scripts/evaluation/model.js';
import { FAMILIES, MORE_NETWORKS, networkJobs, networkTotals } from '../../scripts/evaluation/networks.js';
import { sizeJobs } from '../../scripts/evaluation/sizes.js';
import { summarize, type ValidationRow, validationJobs, validationRows } from '../../scripts/evaluation/validation.js';
import { fixtureResults } from '../report/fixture.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

const row = (error: number, exact = true): ValidationRow => ({
  ...{ preset: 'ref16', layer: 'C=1,H=1,W=1,N=1,K=1', pass: 'fprop', engine: 'bp' },
  ...{ cycles: 1000, predictedCycles: 1000 * (1 + error), exact, error, wrong: exact ? [] : ['dynamicReads'] },
});

const rows = (errors: readonly number[], of = 100): readonly ValidationRow[] =>
  Array.from({ length: of }, (_, index) => row(errors[index] ?? 0));

describe('validation', () => {
  it('covers every preset with all engines, pass and engine, by different layers and always the same', () => {
    const jobs = validationJobs();
    expect(jobs.length).toBeGreaterThanOrEqual(60);
    expect(new Set(jobs.map(jobName)).size).toBe(jobs.length);
    expect(jobs.map(jobName)).toEqual(validationJobs().map(jobName));
    for (const preset of PRESET_NAMES.filter((name) => presets[name].engines.length === ENGINES.length)) {
      for (const pass of PASSES) {
        for (const engine of ENGINES) {
          const own = jobs.filter((job) => job.config!.name === preset && job.pass === pass && job.engine === engine);
          expect(own.length, `${preset} ${pass} ${engine}`).toBeGreaterThanOrEqual(2);
        }
      }
    }
  });

  it.each([
    ['all equal', rows([]), true],
    ['one in twenty beyond 3 %', rows([0.05, -0.05, 0.04, 0.07, -0.079]), true],
    ['more than that', rows([0.05, -0.05, 0.04, 0.07, -0.079, 0.031]), false],
    ['one beyond 8 %', rows([-0.081]), false],
    ['too few runs', rows([], 59), false],
    ['a counter that differs', [...rows([]), row(0, false)], false],
  ])('judges %s', (_name, given, met) => expect(summarize(given).met).toBe(met));

  it('names the counters that differ', () => {
    const [job] = validationJobs();
    const counters = { dynamicReads: 5, dramBytesRead: 64 };
    const run = { cycles: 200, counters: { ...counters, dynamicReads: 6 } } as unknown as Measurement;
    const estimate = { cycles: 210, counters } as unknown as Estimate;
    const [found] = validationRows([job!], new Map([[jobName(job!), run]]), new Map([[modelKey(job!), estimate]]));
    expect(found).toMatchObject({ exact: false, wrong: ['dynamicReads'], cycles: 200, predictedCycles: 210 });
    expect(found!.error).toBeCloseTo(0.05, 12);
  });
});

describe('networks', () => {
  const estimateOf = (job: ModelJob): Estimate => {
    const cycles = { traditional: 400, bp: 300, zerofree: 100 }[job.engine];
    const counters = { dramBytesRead: cycles, dramBytesWritten: 1, dynamicReads: cycles, stationaryReads: 7 };
    const own = { cycles, counters, usefulMacs: 0, utilization: 0, laneBound: 1, compulsoryBytes: 1 };
    return job.engine === 'traditional' ? { ...own, counters: { ...counters, reorganizeBytes: 50 } } : own;
  };
  const estimatesOf = (jobs: readonly ModelJob[]): ReadonlyMap<string, Estimate> =>
    new Map(
      [...jobs].sort((a) => (a.engine === 'traditional' ? -1 : 1)).map((job) => [modelKey(job), estimateOf(job)]),
    );
  const estimates = estimatesOf(networkJobs());

  it('are summed over all layers, and over those with a stride', () => {
    const totals = networkTotals(estimates);
    expect(totals).toHaveLength(6 * 3 * 2);
    const find = (network: string, scope: string, engine: string) =>
      totals.find((one) => one.network === network && one.scope === scope && one.engine === engine)!;
    // AlexNet: five convolutions, of which the first one has a stride, and three linear layers
    expect(find('AlexNet', 'all', 'zerofree')).toMatchObject({ layers: 8, fprop: 800, dgrad: 800, wgrad: 800 });
    expect(find('AlexNet', 'strided', 'bp')).toMatchObject({
      layers: 1,
      dgrad: 300,
      dynamicReads: 600,
      stationaryReads: 14,
    });
    expect(find('AlexNet', 'strided', 'traditional')).toMatchObject({ fprop: 300, dgrad: 400, extraStorageBytes: 100 });
    expect(find('ResNet-50', 'all', 'bp').layers).toBe(54);
  });

  it('are left out while a pass is missing', () => {
    const some = new Map([...estimates].slice(1));
    expect(networkTotals(some).length).toBeLessThan(networkTotals(estimates).length);
  });

  it('may be others, and such without a stride', async () => {
    const names = ['vgg16', 'resnext50_32x4d', 'efficientnet_b0', 'regnet_y_400mf', 'resnet8', 'ds_cnn'] as const;
    const others = [...names, 'mobilenet_v1_x0_25' as const, 'autoencoder' as const].map(
      (name) => [name, name] as const,
    );
    const totals = networkTotals(estimatesOf(networkJobs(others)), others);
    const strided = totals.filter(({ scope, engine }) => scope === 'strided' && engine === 'bp');
    expect(strided.map(({ network, layers }) => [network, layers])).toEqual([
      ...[['resnext50_32x4d', 7] as const, ['efficientnet_b0', 5] as const, ['regnet_y_400mf', 9] as const],
      ...[['resnet8', 4] as const, ['ds_cnn', 1] as const, ['mobilenet_v1_x0_25', 5] as const],
    ]);
    const found = { reductions: reductions(totals), reasons: reasons(totals) };
    const runtime = found.reductions.filter(({ figure }) => figure === 'backpropagation runtime');
    expect(runtime.map(({ scope, networks }) => [scope, Object.keys(networks).length])).toEqual([
      ['strided', 6],
      ['all', 8],
    ]);
    const results = resultsSchema.parse({ ...fixtureResults(), networks: totals, reorganizers: [], comparison: found });
    expect(found.reasons.join('\n')).not.toMatch(/NaN|Infinity|∞/);
    expect(resultsMarkdown(results)).not.toMatch(/NaN|Infinity|∞/);
    const { document } = parseHTML(await reportHtml(results));
    const rows = [...document.querySelectorAll('#networks tbody tr')].map(({ textContent }) => textContent ?? '');
    for (const [name] of others) expect(rows.some((row) => row.includes(name))).toBe(true);
    expect(rows.join('\n')).not.toMatch(/NaN|Infinity|∞/);
  });

  it('have their layers with groups summed apart, each against its own lane bound', () => {
    const names = [['shufflenet_v2_x0_5', 'Shuffle'] as const, ['regnet_y_400mf', 'RegNet'] as const];
    const others = [...names, ['ds_cnn', 'DS-CNN'] as const, ['autoencoder', 'AE'] as const];
    const spread = (spec: string): Estimate => {
      const { C, G, Sh } = parseLayer(spec);
      const own = { cycles: 1000, usefulMacs: 256, utilization: 1, laneBound: 1, counters: {}, compulsoryBytes: 1 };
      return G === 1 ? own : { ...own, cycles: Sh * 100, usefulMacs: 5120, laneBound: G === C ? 0.25 : 0.5 };
    };
    const jobs = networkJobs(others).filter(({ engine }) => engine === 'zerofree');
    const known = new Map(jobs.map((job) => [modelKey(job), spread(job.spec!)]));
    const found = groupedLayers(known, others);
    expect(found.map(({ network, kind, layers }) => [network, kind, layers])).toEqual([
      ...[['Shuffle', 'depthwise', 19] as const, ['RegNet', 'grouped', 16] as const],
      ['DS-CNN', 'depthwise', 4],
    ]);
    const [shuffle, regnet, dsCnn] = found;
    // ShuffleNet halves its map three times, on two branches each
    const strided = 6;
    const cycles = 100 * (19 + strided);
    expect(shuffle!.wgrad).toMatchObject({ cycles, usefulMacs: 19 * 5120, boundCycles: (19 * 20) / 0.25 });
    expect(shuffle!.wgrad.utilization).toBeCloseTo((19 * 20) / cycles, 12);
    expect(shuffle!.networkCycles).toBe(3 * ((57 - 19) * 1000 + cycles));
    expect(regnet!.fprop).toMatchObject({ cycles: 100 * (16 + 4), boundCycles: (16 * 20) / 0.5 });
    expect(dsCnn!.dgrad).toMatchObject({ cycles: 400, boundCycles: 320 });
    // the network's share needs them all
    const [, ...some] = known;
    expect(groupedLayers(new Map(some), others).map(({ network }) => network)).toEqual(['RegNet', 'DS-CNN']);
  });

  it('are evaluated beside the six, and never among them', () => {
    const six = FAMILIES.map(([name]) => name);
    expect(MORE_NETWORKS.filter(([name]) => six.includes(name))).toEqual([]);
    const labels = [...FAMILIES, ...MORE_NETWORKS].map(([, label]) => label);
    expect(new Set(labels).size).toBe(labels.length);
    expect(MORE_NETWORKS.map(([name]) => name)).toEqual([
      ...['resnext50_32x4d', 'efficientnet_b0', 'regnet_y_400mf', 'resnet8', 'ds_cnn', 'mobilenet_v1_x0_25'],
      'autoencoder',
    ]);
  });

  it('have their results in lists of their own, and the comparison from the six alone', async () => {
    vi.stubEnv('BP_IM2COL_CACHE', folder());
    const jobs = networkJobs([['alexnet', 'AlexNet'] as const, ['ds_cnn', 'DS-CNN'] as const]);
    const real = { usefulMacs: 256, utilization: 0.5, laneBound: 0.5 };
    for (const job of jobs) remember(modelKey(job), { ...estimateOf(job), ...real });
    const given = { parts: ['networks'] as const, wanted: () => true, fresh: false, cached: true, pool: localPool(1) };
    const { results, text, failures } = await evaluate({ ...given, color: false, command: 'x' });
    vi.unstubAllEnvs();
    expect(failures).toEqual([]);
    const names = (totals: readonly { readonly network: string }[]) => [...new Set(totals.map((one) => one.network))];
    expect(names(results.networks)).toEqual(['AlexNet']);
    expect(names(results.moreNetworks)).toEqual(['DS-CNN']);
    expect(results.grouped).toMatchObject([{ network: 'DS-CNN', kind: 'depthwise', layers: 4, networkCycles: 3000 }]);
    const { reductions: found } = results.comparison!;
    expect(found.map(({ networks }) => Object.keys(networks))).toEqual(found.map(() => ['AlexNet']));
    // by pass and engine, and the layers with groups
    expect(text).toMatch(/\nDS-CNN +all +zerofree +10 +0\.001 +0\.001 +0\.001 /);
    expect(text.replace(/ +/g, ' ')).toMatch(/\nDS-CNN depthwise 4(?: 1\.0\s%){3}(?: 2\.0\s%){3} 1 40\.0\s%\n/);
  });

  it('take traditional for bp where there is nothing to insert, and only there', () => {
    const job = (spec: string, pass: ModelJob['pass'], engine: ModelJob['engine']) =>
      modelKey({ layer: 'x', spec, pass, engine, config: presets.tiny4! });
    const strided = 'C=1,H=9,W=9,N=1,K=3,Sw=2';
    expect(job(strided, 'fprop', 'traditional')).toBe(job(strided, 'fprop', 'bp'));
    expect(job('C=1,H=9,W=9,N=1,K=3', 'dgrad', 'traditional')).toBe(job('C=1,H=9,W=9,N=1,K=3', 'dgrad', 'bp'));
    expect(job(strided, 'dgrad', 'traditional')).not.toBe(job(strided, 'dgrad', 'bp'));
    expect(job(strided, 'dgrad', 'zerofree')).not.toBe(job(strided, 'dgrad', 'bp'));
  });
});

it('predicts nothing that the cache has not, when only that is wanted', async () => {
  vi.stubEnv('BP_IM2COL_CACHE', folder());
  const [known, unknown] = ['fprop', 'dgrad'].map(
    (pass) => ({ layer: 'x', spec: 'C=1,H=9,W=9,N=1,K=3', pass, engine: 'bp', config: presets.tiny4 }) as ModelJob,
  );
  remember(modelKey(known!), { cycles: 7 });
  const { estimates, failed } = await runModel([known!, unknown!], { cachedOnly: true, pool: localPool(1) });
  vi.unstubAllEnvs();
  expect([...estimates]).toEqual([[modelKey(known!), { cycles: 7 }]]);
  expect([...failed]).toEqual([]);
});

it('tells results that hold nothing from others', () => {
  const none = {
    ...{ runs: [], networks: [], moreNetworks: [], sizes: [], timelines: [], validation: [], reorganizers: [] },
  };
  const nothing = { ...fixtureResults(), ...none };
  expect(isEmpty(nothing)).toBe(true);
  expect(isEmpty({ ...nothing, sizes: fixtureResults().sizes })).toBe(false);
  expect(isEmpty({ ...nothing, moreNetworks: fixtureResults().moreNetworks })).toBe(false);
});

it('writes timelines beside the tables, and those alone without touching the tables', () => {
  const results = fixtureResults();
  const { timelines, ...tables } = results;
  const beside = { path: 'a/r.timelines.json', content: { timelines } };
  expect(resultFiles('a/r.json', results)).toEqual([{ path: 'a/r.json', content: tables }, beside]);
  expect(resultFiles('a/r.json', { ...results, timelines: [] })).toEqual([{ path: 'a/r.json', content: tables }]);
  const none = { runs: [], networks: [], moreNetworks: [], sizes: [], validation: [], reorganizers: [] };
  expect(resultFiles('a/r.json', { ...results, ...none })).toEqual([beside]);
});

const total = (changes: Partial<NetworkTotals>): NetworkTotals => ({
  ...{ network: 'one', batch: 2, engine: 'bp', scope: 'strided', layers: 1, fprop: 10, dgrad: 50, wgrad: 50 },
  ...{ dramBytes: 100, dynamicReads: 60, stationaryReads: 40, bufferAccesses: 200, extraStorageBytes: 0 },
  ...{ prologueCycles: 1, usefulMacs: 1, utilization: 0.2, reorganizeCycles: 0, arrayBusy: 90 },
  ...changes,
});

describe('the comparison with the paper', () => {
  const network = (name: string, bp: number): readonly NetworkTotals[] => [
    total({
      network: name,
      engine: 'traditional',
      dgrad: 150,
      dramBytes: 400,
      extraStorageBytes: 80,
      reorganizeCycles: 20,
    }),
    total({ network: name, dgrad: bp }),
    total({ network: name, engine: 'zerofree', dgrad: 10, wgrad: 15 }),
  ];

  it('takes the mean of the networks', () => {
    const found = reductions([...network('one', 50), ...network('two', 110)]);
    const runtime = found.find(({ figure }) => figure === 'backpropagation runtime')!;
    expect(runtime.networks).toEqual({ one: -0.5, two: 160 / 200 - 1 });
    expect(runtime.bp).toBeCloseTo(-0.35, 12);
    expect(runtime.zerofree).toBeCloseTo(-0.875, 12);
    expect(found.find(({ figure }) => figure === 'additional storage')).toMatchObject({ bp: -1, zerofreeOverBp: 0 });
    expect(found.find(({ figure }) => figure === 'off-chip bytes')!.bp).toBeCloseTo(-0.75, 12);
  });

  it('says what was measured', () => {
    const text = reasons(network('one', 130)).join('\n').replaceAll('\u00a0', ' ');
    expect(text).toContain('Runtime −10.0 %, less than published. The reorganize step');
    expect(text).toContain('overlap in full bursts, takes 10.0 % of the cycles of traditional');
    expect(text).toContain('Off-chip bytes −75.0 %, more than published. Writing the zero-inserted tensor is 20.0 %');
    expect(reasons([])).toEqual([]);
  });
});

describe('the results as Markdown', () => {
  const results = fixtureResults();
  const rowsOf = (markdown: string, first: string): readonly (readonly string[])[] =>
    markdown
      .split('\n')
      .filter((line) => line.startsWith(`| ${first} |`))
      .map((line) => line.split('|').map((cell) => cell.trim()));

  it('have a row for each layer and pass, with the engines side by side', () => {
    const rows = rowsOf(resultsMarkdown(results), 'A');
    expect(rows.map(([, , pass]) => pass)).toEqual([...PASSES]);
    const of = (engine: string) =>
      results.runs.find((run) => run.layer === 'A' && run.pass === 'dgrad' && run.engine === engine)!;
    const [traditional, zerofree] = [of('traditional'), of('zerofree')];
    expect(rows[1]!.slice(3, 7)).toEqual([
      ...[traditional, of('bp'), zerofree].map(({ cycles }) => cycles.toLocaleString('en-US')),
      (traditional.cycles / zerofree.cycles).toFixed(2),
    ]);
  });

  it('have each network in both scopes, the changes and the validation', () => {
    const text = resultsMarkdown(results);
    expect(rowsOf(text, 'FixtureNet')).toHaveLength(3);
    expect(text).toContain(
      '| stride ≥ 2 | bytes | −22.7 % or more | −30.0 % | −30.0 % | −35.0 % | −40.0 % | −14.3 % |',
    );
    expect(text).toContain(`${results.validation.length} runs: cycles within 3 %`);
  });

  it('have other networks apart, all three passes of both, and the layers with groups', () => {
    const text = resultsMarkdown(results);
    const [own, more, grouped] = [text.indexOf('## Networks'), text.indexOf('## More'), text.indexOf('## Depthwise')];
    expect(own).toBeLessThan(more);
    expect(text.slice(own, more)).not.toContain('Fixture & more');
    expect(rowsOf(text.slice(more, grouped), 'Fixture & more')).toHaveLength(2);
    const of = (engine: string) =>
      results.networks.find((one) => one.network === 'FixtureNet' && one.scope === 'all' && one.engine === engine)!;
    const thousands = (cycles: number): string => Math.round(cycles / 1000).toLocaleString('en-US');
    const [row] = rowsOf(text.slice(more, grouped), 'FixtureNet');
    expect(row!.slice(2, -1)).toEqual([
      ...PASSES.map((pass) => thousands(of('zerofree')[pass])),
      ...ENGINES.map(of).map(({ fprop, dgrad, wgrad }) => thousands(fprop + dgrad + wgrad)),
    ]);
    expect(text.slice(grouped)).toContain(
      '| Fixture & more | depthwise | 2 | 25.0 % | 62.5 % | 41.3 % | 90.0 % | 75.0 % | 98.5 % | 2 | 25.0 % |',
    );
  });

  it('leave out what was not measured', () => {
    const { comparison: _, ...rest } = results;
    const none = { networks: [], moreNetworks: [], grouped: [], validation: [] };
    const text = resultsMarkdown({ ...rest, ...none, runs: results.runs.slice(1) });
    expect(text).not.toMatch(/Networks|networks|Depthwise|published|The model/);
    // its first run is that of A, fprop, traditional: without it the row is not complete
    expect(rowsOf(text, 'A').map(([, , pass]) => pass)).toEqual(['dgrad', 'wgrad']);
  });
});

it('joins buckets of a timeline without losing a cycle', () => {
  const counts = Array.from({ length: 4096 }, (_, index) => (index < 1000 ? index : 0));
  const lanes = { readBeats: counts, writeBeats: counts, execOpen: counts, arrayBusy: counts, store: counts };
  const cut = cutBuckets({ runCycles: 15_990, bucketCycles: 16, ...lanes });
  expect(cut.bucketCycles).toBe(64);
  expect(cut.readBeats).toHaveLength(250);
  expect(cut.store.reduce((sum, count) => sum + count, 0)).toBe((999 * 1000) / 2);
  expect(cut.arrayBusy[1]).toBe(4 + 5 + 6 + 7);
});

it('keeps buffers and bus when the size of the array changes', () => {
  const configs = sizeJobs().map(({ config }) => config!);
  expect(new Set(configs.map(({ array }) => array.rows))).toEqual(new Set([4, 8, 16, 32]));
  for (const { array, buffers, axi } of configs) {
    expect(array.columns).toBe(array.rows);
    expect({ buffers, axi }).toEqual({ buffers: presets.ref16!.buffers, axi: presets.ref16!.axi });
  }
});
