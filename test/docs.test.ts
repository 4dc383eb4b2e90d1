import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../generator/cli/context.js';
import { type EstimateReport, humanEstimate } from '../generator/cli/estimateReport.js';
import { runCli } from '../generator/cli/program.js';
import { estimate } from '../generator/compile/estimate.js';
import { makePlan } from '../generator/compile/plan.js';
import type { Engine, Pass } from '../generator/description/config.js';
import { parseLayer } from '../generator/description/layer.js';
import { presets } from '../generator/description/presets.js';
import { type Block, blocks } from '../generator/emit/blocks.js';
import { emit } from '../generator/emit/emit.js';
import { blockFile } from '../generator/emit/rtl.js';
import { HOROWITZ } from '../generator/energy/table.js';
import { type Config, configJsonSchema, type Description, defineAccelerator, derive } from '../generator/index.js';
import { INSTRUCTION_SET, KINDS } from '../generator/isa/instructionSet.js';
import { instructionTable, wordTable } from '../generator/isa/manual.js';
import { type Results, resultsSchema } from '../generator/report/results.js';
import { resultsMarkdown, summaryMarkdown } from '../scripts/evaluation/markdown.js';

const text = (path: string): string => readFileSync(path, 'utf8');

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'generator/README.md'].concat(
  ['docs', 'docs/tutorials'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
);

/** What a page says, without code blocks between fences. */
const prose = (page: string): string => text(page).replace(/^```.*?^```$/gms, '');

/** The text of a page's first code block in a language. */
const example = (page: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(text(page))![1]!;

/** What stands between two marks of a page must be this; UPDATE_DOCS=1 writes it there. */
const expectBetween = (page: string, mark: string, right: string): void => {
  const whole = text(page);
  const [, before, shown, after] = new RegExp(`^(.*<!-- ${mark} -->\n)(.*)(<!-- /${mark} -->.*)$`, 's').exec(whole)!;
  if (process.env.UPDATE_DOCS && shown !== right) writeFileSync(page, `${before}${right}${after}`);
  else expect(shown, `${page} is renewed by: UPDATE_DOCS=1 npx vitest run test/docs.test.ts`).toBe(right);
};

/** GitHub's name of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

/** Runs a command and returns what it printed. */
const cli = async (args: readonly string[]) => {
  let printed = '';
  const print = (more: string): void => {
    printed += more;
  };
  const code = await runCli(args, { out: print, err: print, color: false });
  return { code, printed };
};

/** Indented by four, as an example in Markdown. */
const indented = (lines: string): string =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

/** A page shows a command and all that it prints. */
const expectCommand = async (page: string, command: string): Promise<void> => {
  const { printed } = await cli(command.split(' '));
  expect(text(page)).toContain(`    $ npx bp-im2col ${command}\n${indented(printed)}\n`);
};

const results = (): Results => resultsSchema.parse(JSON.parse(text('docs/results.json')));

const whole = (value: number): string => value.toLocaleString('en-US');

/** What is read here of a JSON Schema. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

describe('a replay', () => {
  const sources = [
    'scripts',
    'docs',
    'generator/cli',
    'generator/api',
    'generator/run',
    'generator/eda',
    'templates',
  ].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`));

  it('is what the performance model does, and no other command: that one reruns', () => {
    const told = sources
      .filter((path) => /\.(ts|md|hbs)$/.test(path) && !path.includes('/estimate'))
      .filter((path) => /replay/i.test(text(path)));
    expect(told).toEqual([]);
  });
});

describe.each(pages)('%s', (page) => {
  it('links to what exists', () => {
    const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)| (?:href|src)="([^"]+)"/g)].map(([, a, b]) => (a ?? b)!);
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [path, fragment] = link.split('#');
      const target = path ? resolve(dirname(page), path) : resolve(page);
      expect(existsSync(target), `${link} in ${page}`).toBe(true);
      if (fragment === undefined) continue;
      const headings = [...text(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading!));
      expect(headings, `${link} in ${page}`).toContain(fragment);
    }
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(text('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    for (const [, name] of text(page).matchAll(/npm run (?:-s )?([\w-]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });

  it('names commands and options that exist', async () => {
    for (const [line, command] of text(page).matchAll(/(?:npx |`)bp-im2col ([a-z]+)[^`\n]*/g)) {
      const { code, printed } = await cli([command!, '--help']);
      expect(code).toBe(EXIT.ok);
      expect(printed, line).toContain(`Usage: bp-im2col ${command} `.trimEnd());
      for (const [option] of line.matchAll(/--[a-z][\w-]*/g)) expect(printed, line).toContain(option);
    }
    const known = ['scripts/sim.ts', 'generator/cli/pool.ts'].map(text).join('\n');
    for (const [line, options] of text(page).matchAll(/npm run sim -- ([^`\n]*)/g)) {
      for (const [option] of options!.matchAll(/--[a-z][\w-]*/g)) {
        expect(option === '--help' || new RegExp(`['\\s]${option}\\b`).test(known), line).toBe(true);
      }
    }
  });
});

describe('README.md', () => {
  it('is read in three minutes', () => {
    expect(Buffer.byteLength(text('README.md'))).toBeLessThan(8192);
    expect(prose('README.md').split(/\s+/).length).toBeLessThan(1000);
  });

  it('has the sums of the results', () => expectBetween('README.md', 'summary', summaryMarkdown(results())));

  it('links to every other page', () => {
    for (const page of pages.filter((name) => name !== 'README.md')) expect(text('README.md')).toContain(`(${page})`);
  });
});

describe('docs/configuration.md', () => {
  const page = 'docs/configuration.md';

  it('has examples that describe the same accelerator and print what it says', () => {
    const described: Config[] = [];
    const lines: string[] = [];
    const body = example(page, 'ts').replace(/^import .*$/gm, '');
    const generate = (config: Config, { out }: { readonly out: string }) => {
      described.push(config);
      return { files: emit(config), folder: `/home/me/${out}` };
    };
    new Function('defineAccelerator', 'derive', 'generate', 'console', body)(defineAccelerator, derive, generate, {
      log: (line: string) => lines.push(line),
    });
    const { $schema, ...description } = JSON.parse(example(page, 'json')) as Description & { readonly $schema: string };
    expect($schema).toBe('./bp-im2col.schema.json');
    expect(described).toEqual([defineAccelerator(description as Description)]);
    expect(text(page)).toContain(indented(lines.join('\n')));
  });

  it('names every key', () => {
    const keysOf = (schema: Schema, path: string): readonly string[] =>
      schema.properties
        ? Object.entries(schema.properties).flatMap(([key, inner]) => keysOf(inner, path ? `${path}.${key}` : key))
        : [path];
    const [whole] = (configJsonSchema() as { readonly anyOf: readonly Schema[] }).anyOf;
    const keys = keysOf(whole!, '').filter((key) => key !== '$schema' && key !== 'preset');
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => !text(page).includes(`\`${key}\``))).toEqual([]);
  });

  it('shows what a wrong description is answered with', () =>
    expectCommand(page, 'generate ref16 --set array.rows=0 --set adStages=2'));
});

describe('docs/cli.md', () => {
  const page = 'docs/cli.md';

  it.each(['presets', 'analyze resnet18 --strided --pass dgrad'])('shows what `%s` prints', (command) =>
    expectCommand(page, command),
  );

  it('shows what `generate` prints', () =>
    expect(text(page)).toContain(`ref16: ${emit(presets.ref16).length} files in `));

  it('shows what `estimate` prints', () => {
    const spec = 'C=64,H=56,W=56,N=128,K=3,S=2,P=1';
    const config = presets.ref16!;
    const report: EstimateReport = {
      ...{ name: spec, config, clock: 200, energies: HOROWITZ },
      rows: config.engines.map((engine) => ({
        job: { layer: 'layer', spec, pass: 'dgrad', engine },
        estimate: estimate(config, parseLayer(spec), 'dgrad', engine),
      })),
    };
    const printed = indented(humanEstimate(report)).replace(/^ +$/gm, '');
    expect(text(page)).toContain(`    $ npx bp-im2col estimate ${spec} --pass dgrad\n${printed}\n`);
  });

  it('shows a run as the plans of today predict it', () => {
    const small = parseLayer('C=8,H=9,W=9,N=6,K=3,S=2,P=1');
    const { cost, considered } = makePlan(presets.tiny4, small, 'dgrad', 'bp');
    expect(text(page)).toContain(`plan: the best of ${considered} tilings`);
    const { cycles, bytesRead, bytesWritten } = cost;
    const figures = `${whole(cycles)} cycles, ${whole(bytesRead)} bytes read, ${whole(bytesWritten)} written`;
    expect(text(page)).toContain(`predicted: ${figures}`);
  });
});

describe('docs/results.md', () => {
  const page = 'docs/results.md';

  it('has the tables of the results beside it', () => {
    expectBetween(page, 'results', resultsMarkdown(results()));
    expect(results().runs).toHaveLength(5 * 3 * 3);
  });

  it('has figures of runs that the plans of today predict', () => {
    const layer = parseLayer('C=64,H=56,W=56,N=128,K=3,S=2,P=1');
    const costOf = (pass: Pass, engine: Engine) => makePlan(presets.ref16, layer, pass, engine).cost;
    const rows = [...text(page).matchAll(/^\| ([dw]grad) \| `(\w+)` \| ([\d,]+) \| .* \| ([\d,]+) \| ([\d,]+) \|$/gm)];
    expect(rows).toHaveLength(6);
    for (const [, pass, engine, ...figures] of rows) {
      const { cycles, bytesRead, bytesWritten } = costOf(pass as Pass, engine as Engine);
      expect(figures, `${pass} ${engine}`).toEqual([cycles, bytesRead, bytesWritten].map(whole));
    }
  });
});

describe('the catalogue of blocks', () => {
  const page = text('generator/README.md');
  const sections = new Map(
    page
      .split(/^#{2,4} /m)
      .map((section) => [/^`(\w+)`: /.exec(section)?.[1], section] as const)
      .filter(([name]) => name !== undefined),
  );

  /** Ports of the module, clock and reset left out. */
  const portsOf = (block: Block): readonly string[] => {
    const [header] = blockFile(presets.ref16, block).text.split(/^\);/m);
    return [...header!.matchAll(/^ *(?:input|output) +wire .*?(\w+),?(?: *\/\/.*)?$/gm)]
      .map(([, name]) => name!)
      .filter((name) => name !== 'clk_i' && name !== 'rst_i');
  };

  it('has the blocks of the registry and no other', () => {
    expect([...sections.keys()].sort()).toEqual(blocks.map(({ name }) => name).sort());
  });

  it.each(blocks.map((block) => [block.name, block] as const))('has the ports and timing of %s', (name, block) => {
    const section = sections.get(name)!;
    expect(section).toMatch(/^- Timing: ./m);
    const listed = /^- Ports: (.*)$/m.exec(section)![1]!;
    const patterns = [...listed.matchAll(/`([\w*]+)`/g)].map(([, port]) => port!);
    const matches = (port: string) => (pattern: string) => new RegExp(`^${pattern.replace('*', '\\w+')}$`).test(port);
    const ports = portsOf(block);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !patterns.some(matches(port)))).toEqual([]);
    expect(patterns.filter((pattern) => !ports.some((port) => matches(port)(pattern)))).toEqual([]);
  });

  it('has the instructions and their words as the table has them', () => {
    expect(page).toContain(`\n${instructionTable()}\n\n`);
    for (const kind of KINDS.filter((name) => INSTRUCTION_SET[name].fields.length > 0))
      expect(page).toContain(`\n${wordTable(kind)}\n\n`);
  });
});
