import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { geometricMean } from '../../generator/base/lists.js';
import { change, count, percent, times } from '../../generator/base/numbers.js';
import { EXIT } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { ENGINES, PASSES } from '../../generator/description/config.js';
import { reportHtml } from '../../generator/report/report.js';
import type { Results } from '../../generator/report/results.js';
import { temporaryFolders } from '../temporary.js';
import { fixtureResults } from './fixture.js';

const folder = temporaryFolders();
const results = fixtureResults();

type Changed = (copy: Record<string, unknown> & { runs: Record<string, unknown>[] }) => void;

/** The fixture as a file, with a change. */
const fileWith = (change: Changed = () => {}): string => {
  const path = join(folder(), 'results.json');
  const copy = structuredClone(results) as unknown as Parameters<Changed>[0];
  change(copy);
  writeFileSync(path, JSON.stringify(copy));
  return path;
};

const report = async (...args: readonly string[]) => {
  let [out, err] = ['', ''];
  const terminal = { out: (text: string) => (out += text), err: (text: string) => (err += text), color: false };
  const code = await runCli(['report', ...args], terminal);
  return { code, out, err };
};

const documentOf = async (of: Results): Promise<Document> => parseHTML(await reportHtml(of)).document;

const sections = (document: Document): readonly string[] =>
  [...document.querySelectorAll('section')].map(({ id }) => id);

/** Text of the cells of the first table below an element whose first cell is `name`. */
const rowOf = (document: Document, section: string, ...names: readonly string[]): readonly string[] => {
  const rows = [...document.querySelectorAll(`#${section} tbody tr`)].map((row) =>
    [...row.children].map((cell) => cell.textContent ?? ''),
  );
  return rows.find((cells) => names.every((name, index) => cells[index] === name))!;
};

/** What is read on a page, and by whom cannot see it. */
const textOf = (document: Document): string => {
  for (const part of document.querySelectorAll('script, style')) part.remove();
  const labels = [...document.querySelectorAll('[aria-label]')].map((element) => element.getAttribute('aria-label'));
  const texts = [...document.querySelectorAll('body *')].flatMap((element) =>
    [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ textContent }) => textContent),
  );
  return [...labels, ...texts].join('\n');
};

const bytesOfBp = ({ network, scope }: Results['networks'][number]): number =>
  results.networks.find((one) => one.network === network && one.scope === scope && one.engine === 'bp')!.dramBytes;

/** Words that a page has where a value was missing, with what stands around them; the script is left out. */
const nonsense = (html: string): readonly string[] =>
  html.replace(/<script[^>]*>.*?<\/script>/gs, '').match(/.{0,60}(?:NaN|undefined|Infinity|\[object).{0,20}/g) ?? [];

describe('the report', () => {
  it('says what the results say', async () => {
    const document = await documentOf(results);
    expect(sections(document)).toEqual(
      [
        'speedup',
        'figures',
        'networks',
        'grouped',
        'reorganizers',
        'cycles',
        'roofline',
        'traffic',
        'sizes',
        'timelines',
        'matrix',
      ].concat([...['validation', 'runs', 'conditions']]),
    );
    const of = (engine: string, pass = 'dgrad') =>
      results.runs.find((run) => run.layer === 'A' && run.pass === pass && run.engine === engine)!;
    const [traditional, bp, zerofree] = ENGINES.map((engine) => of(engine));
    expect(rowOf(document, 'cycles', 'A dgrad zerofree').slice(1, 5)).toEqual([
      ...[count(zerofree!.cycles), '0'],
      ...[times(traditional!.cycles / zerofree!.cycles), times(bp!.cycles / zerofree!.cycles)],
    ]);
    // layers A and B have strides, the third has none
    const strided = ['A', 'B'].map((layer) => {
      const cycles = (engine: string): number =>
        results.runs.find((run) => run.layer === layer && run.pass === 'wgrad' && run.engine === engine)!.cycles;
      return cycles('bp') / cycles('zerofree');
    });
    const card = [...document.querySelectorAll('.cards li')].find((card) => card.textContent!.startsWith('wgrad'));
    const [low, high] = [Math.min(...strided), Math.max(...strided)].map(times);
    expect(card!.textContent!.replace(/\s+/g, ' ')).toContain(
      `${times(geometricMean(strided))} over bp ${low} to ${high}Geometric mean of 2 strided layers, on the RTL.`,
    );
    const network = results.networks.filter(({ network, scope }) => network === 'FixtureNet' && scope === 'all');
    const [before, after] = (['traditional', 'bp'] as const).map((engine) => network.find((t) => t.engine === engine)!);
    const fewer = (after!.dgrad + after!.wgrad) / (before!.dgrad + before!.wgrad) - 1;
    expect(fewer).toBeLessThan(0);
    expect(rowOf(document, 'networks', 'FixtureNet', change(fewer))).toBeDefined();
    expect(rowOf(document, 'networks', 'mean')).toBeDefined();
    expect(rowOf(document, 'networks', 'bytes').slice(1)).toEqual([
      ...['−22.7 % or more', '−30.0 %', '−30.0 %', '−35.0 %', '−40.0 %', '−14.3 %'].map((text) =>
        text.replace(' %', '\u00a0%'),
      ),
    ]);
    const more = (engine: string) =>
      results.moreNetworks.find((totals) => totals.scope === 'all' && totals.engine === engine)!;
    for (const engine of ENGINES) {
      const { layers, fprop, dgrad, wgrad, dramBytes } = more(engine);
      expect(rowOf(document, 'networks', 'Fixture & more', engine).slice(1, 8)).toEqual([
        ...[engine, ...[layers, fprop, dgrad, wgrad, fprop + dgrad + wgrad, dramBytes].map(count)],
      ]);
    }
    // useful in each pass, that as a share of the lane bound, cycles and their share of the network's
    expect(rowOf(document, 'grouped', 'Fixture & more').slice(1)).toEqual([
      ...[
        ...['depthwise', '2'],
        ...[25, 62.5, 41.25, 90, 75, 98.5].map((value) => percent(value / 100)),
        ...['2', percent(0.25)],
      ],
    ]);
    const published = document.querySelector('#reorganizers')!;
    // two networks and their mean at three rates, and the published figure
    expect(published.querySelectorAll('.panel:first-child .wide g[aria-label="dot"] circle')).toHaveLength(9);
    expect(published.textContent).toContain('published: 34.9');
    expect(published.textContent).toContain('not known to us in detail');
    expect(document.querySelector('.reasons')!.textContent).toContain('because < of it');
    expect(document.querySelector('#conditions')!.textContent).toContain('a test fixture, from plans');
  });

  it('draws a mark for every run, and names every drawing', async () => {
    const document = await documentOf(results);
    const { length } = results.runs;
    expect(document.querySelectorAll('#roofline g[aria-label="dot"] path')).toHaveLength(length);
    const extra = results.runs.filter(({ reorganizeCycles }) => reorganizeCycles > 0).length;
    expect(extra).toBeGreaterThan(0);
    expect(document.querySelectorAll('#cycles g[aria-label="bar"] rect')).toHaveLength(length + extra);
    expect(document.querySelectorAll('#traffic g[aria-label="bar"] rect')).toHaveLength(length);
    // these two are drawn for several widths
    expect(document.querySelectorAll('#sizes .wide g[aria-label="dot"] circle')).toHaveLength(results.sizes.length);
    for (const size of ['narrow', 'middle', 'wide'])
      expect(document.querySelectorAll(`#timelines .${size} [class^="lane-"]`)).toHaveLength(
        5 * results.timelines.length,
      );
    for (const svg of document.querySelectorAll('figure svg')) {
      expect(svg.getAttribute('role')).toBe('img');
      expect(svg.getAttribute('aria-label')!.length).toBeGreaterThan(15);
    }
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('needs nothing but itself, and holds the text of the results as text', async () => {
    const html = await reportHtml(results);
    expect(html.length).toBeLessThan(2_000_000);
    expect(html.match(/(?:src|href)="(?!#|data:).{9}/g)).toBeNull();
    expect(html.match(/@import|url\((?!#|"?#|data:).{9}/g)).toBeNull();
    const body = html.replace(/<script[^>]*>.*?<\/script>/gs, '').replace(/<style>.*?<\/style>/gs, '');
    expect(nonsense(html)).toEqual([]);
    for (const [text, there] of [
      ['C <3x3>', false],
      ['C &lt;3x3&gt; &amp; &quot;1&quot;', true],
      ['Fixture&lt;2&gt;', true],
    ] as const)
      expect(body.includes(text), text).toBe(there);
  });

  it.each<[string, Partial<Results>]>([
    ['runs only', { networks: [], sizes: [], timelines: [], validation: [] }],
    ['one run', { runs: results.runs.slice(0, 1), networks: [], sizes: [], timelines: [], validation: [] }],
    ['one engine', { runs: results.runs.filter(({ engine }) => engine === 'zerofree') }],
    [
      'a run without cycles',
      { runs: [{ ...results.runs[0]!, cycles: 0, usefulMacs: 0, dramBytesRead: 0, dramBytesWritten: 0 }] },
    ],
    [
      'other networks only',
      { runs: [], networks: [], sizes: [], timelines: [], validation: [], comparison: undefined },
    ],
    ['networks only', { runs: [], sizes: [], timelines: [], validation: [] }],
    ['another machine', { machine: { ...results.machine, preset: 'other' } }],
    ['one engine of a network', { networks: results.networks.slice(-1) }],
    ['networks without cycles', { networks: results.networks.map((totals) => ({ ...totals, dgrad: 0, wgrad: 0 })) }],
    ['sizes by the model alone', { sizes: results.sizes.filter(({ source }) => source === 'model') }],
  ])('is whole with %s', async (_, change) => {
    const html = await reportHtml({ ...results, ...change });
    expect(nonsense(html)).toEqual([]);
    for (const id of ['matrix', 'conditions']) expect(html.includes(`<section id="${id}"`), id).toBe(true);
  });

  it('writes small figures as what they are, with true signs and units that stay with them', async () => {
    const nearly = (value: number): number => value * (1 - 4e-5);
    const document = await documentOf({
      ...results,
      networks: results.networks.map((totals) =>
        totals.engine === 'zerofree' ? { ...totals, dramBytes: nearly(bytesOfBp(totals)) } : totals,
      ),
      validation: results.validation.map((row, index) => ({
        ...{ ...row, cycles: 10_000, predictedCycles: index === 0 ? 9997 : 10_000 },
      })),
    });
    const page = textOf(document);
    expect(page).toContain('never more than 0.03\u00a0% off');
    expect(rowOf(document, 'validation', results.validation[0]!.layer)).toContain('−0.03\u00a0%');
    const [, ...head] = [...document.querySelectorAll('#networks thead')].map(({ textContent }) => textContent);
    expect(head[0]).toContain('change over bp');
    expect(page).toContain('−0.004\u00a0%');
    expect(page.match(/.{0,20}(?<![\p{L}\p{N}_.-])-\.?\d.{0,20}/gu)).toBeNull();
    expect(page.match(/.{0,20}[−-]0(?:\.0+)?(?![\d.]).{0,20}/g)).toBeNull();
    expect(page.match(/.{0,20}\d [%×].{0,20}/g)).toBeNull();
    expect(page).not.toContain('2026-01-02');
  });

  it('opens with how much faster the gradients are, of the layers that take longest', async () => {
    const [first] = Object.values(results.runs);
    const many = Array.from({ length: 12 }, (_, index) =>
      results.runs
        .filter(({ layer }) => layer === first!.layer)
        .map((run) => ({
          ...run,
          layer: `M${index}`,
          cycles: (index + 1) * 1000 * { traditional: 6, bp: 5, zerofree: 2 }[run.engine],
        })),
    ).flat();
    const document = await documentOf({ ...results, runs: many });
    const section = document.querySelector('main > section')!;
    expect(section.id).toBe('speedup');
    expect(section.querySelector('h2')!.textContent).toBe('zerofree: gradients 3.00× as fast');
    const [layers] = [...section.querySelectorAll('.panel')];
    expect(layers!.querySelector('h4')!.textContent).toBe('The 8 longest of 12 strided layers, on the RTL');
    const names = [...layers!.querySelector('.narrow')!.querySelectorAll('text')].map(({ textContent }) => textContent);
    expect(names.filter((name) => /^M\d/.test(name!))).toEqual(['M4', 'M5', 'M6', 'M7', 'M8', 'M9', 'M10', 'M11']);
    expect(names.filter((name) => name === '1.20×' || name === '3.00×')).toHaveLength(16);
  });

  it('takes the measured run where there is also a prediction, and marks what is only predicted', async () => {
    const predicted = results.runs.map((run) => ({ ...run, source: 'model' as const, cycles: run.cycles * 2 }));
    const measured = results.runs.filter(({ layer }) => layer === 'A');
    const document = await documentOf({ ...results, runs: [...predicted, ...measured] });
    const shown = rowOf(document, 'cycles', 'A dgrad bp')[1];
    expect(shown).toBe(count(measured.find(({ pass, engine }) => pass === 'dgrad' && engine === 'bp')!.cycles));
    const labels = document.querySelector('#cycles')!.textContent!;
    expect(labels).toContain('B (model)');
    expect(labels).not.toContain('A (model)');
  });
});

describe('bp-im2col report', () => {
  it('writes one file and says so', async () => {
    const source = fileWith();
    const out = join(folder(), 'page.html');
    const { code, out: printed } = await report(source, '-o', out, '--json');
    expect(code).toBe(EXIT.ok);
    const bytes = readFileSync(out).length;
    expect(JSON.parse(printed)).toEqual({ file: out, bytes, runs: 3 * PASSES.length * ENGINES.length });
    expect((await report(source, '-o', out)).out).toContain(`${out}: 27 runs, `);
    expect(readdirSync(join(out, '..'))).toEqual(['page.html']);
  });

  it.each<[string, Changed, readonly string[]]>([
    ['a missing field', (copy) => delete copy.runs[3]!.cycles, ['runs[3].cycles: is missing [MISSING]']],
    ['a wrong type', (copy) => (copy.runs[0]!.cycles = '12'), ['runs[0].cycles: is "12": ', 'expected number']],
    ['a value out of range', (copy) => (copy.runs[1]!.utilization = 1.5), ['runs[1].utilization: is 1.5: ', '<=1']],
    ['an unknown engine', (copy) => (copy.runs[2]!.engine = 'fast'), ['runs[2].engine: is "fast"', 'zerofree']],
    ['another version', (copy) => (copy.schema = 2), ['schema: is 2, which this program does not read']],
    [
      'nothing',
      (copy) =>
        Object.assign(copy, { runs: [], networks: [], moreNetworks: [], sizes: [], timelines: [], validation: [] }),
      ['runs: there is nothing to report [EMPTY]'],
    ],
    ['a layer that is none', (copy) => (copy.runs[0]!.spec = 'C=8'), ['runs[0].spec, H: not given']],
    ['two layers of a name', (copy) => (copy.runs[1]!.spec = 'C=1,H=1,W=1,N=1,K=1'), ['[TWO_LAYERS]']],
    [
      'too few buckets',
      (copy) => (copy.timelines as { store: number[] }[])[0]!.store.pop(),
      ['timelines[0].store: has'],
    ],
    [
      'much',
      (copy) => {
        for (const run of copy.runs) delete run.busy;
      },
      ['error: 13 problems', '15 more problems'],
    ],
  ])('refuses %s, and writes nothing', async (_, change, texts) => {
    const out = join(folder(), 'page.html');
    const { code, out: printed, err } = await report(fileWith(change), '--out', out);
    expect({ code, printed }).toEqual({ code: EXIT.usage, printed: '' });
    for (const text of [...texts, 'fix: ']) expect(err).toContain(text);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(out)).toBe(false);
  });

  it('takes timelines from the file beside the results, and says how to make them where there is none', async () => {
    const path = fileWith((copy) => Object.assign(copy, { timelines: [] }));
    const page = join(dirname(path), 'page.html');
    const without = await report(path, '--out', page);
    expect(without.out).toMatch(/runs, \d+ kB, without timelines: .* makes them\n$/);
    expect(sections(parseHTML(readFileSync(page, 'utf8')).document)).not.toContain('timelines');
    const beside = join(dirname(path), 'results.timelines.json');
    writeFileSync(beside, JSON.stringify({ timelines: results.timelines }));
    expect((await report(path, '--out', page)).out).not.toContain('without timelines');
    expect(sections(parseHTML(readFileSync(page, 'utf8')).document)).toContain('timelines');
    writeFileSync(beside, JSON.stringify({ timelines: [{}] }));
    expect(await report(path, '--out', page)).toMatchObject({ code: 2, err: expect.stringContaining(beside) });
  });

  it('refuses files that are not there, not JSON, or cannot be written', async () => {
    const root = folder();
    const text = join(root, 'text.json');
    writeFileSync(text, '{ "schema": 1,');
    mkdirSync(join(root, 'folder.html'));
    const page = join(root, 'page.html');
    for (const [args, expected] of [
      [['no-such.json', '-o', page], '[ENOENT]'],
      [[text, '-o', page], '[NOT_JSON]'],
      [[root, '-o', page], '[EISDIR]'],
      [[fileWith(), '-o', join(root, 'page.pdf')], 'does not end in .html'],
      [[fileWith(), '-o', join(root, 'folder.html')], '[EISDIR]'],
      [[fileWith(), '-o', join(root, 'no/page.html')], '[ENOENT]'],
    ] as const) {
      const { code, err } = await report(...args);
      expect(code, err).toBe(EXIT.usage);
      expect(err).toContain(expected);
    }
    expect(readdirSync(root).sort()).toEqual(['folder.html', 'text.json']);
  });
});
