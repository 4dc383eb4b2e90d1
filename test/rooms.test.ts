import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult, type IRegularForbiddenRuleType } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from './temporary.js';

const folder = temporaryFolders();

/** The rooms of the generator in the order of the table in generator/README.md: each imports only from those before it. */
const ROOMS = [...readFileSync('generator/README.md', 'utf8').matchAll(/^\| \[`(\w+)\/`\]/gm)].map(([, name]) => name!);

const inside = (...rooms: readonly string[]): { readonly path: string } => ({
  path: `^generator/(${rooms.join('|')})/`,
});

const rule = (
  name: string,
  from: IRegularForbiddenRuleType['from'],
  to: IRegularForbiddenRuleType['to'],
): IRegularForbiddenRuleType & { readonly name: string } => ({ name, severity: 'error', from, to });

const RULES = [
  rule('circle of files', {}, { circular: true }),
  ...ROOMS.slice(0, -1).map((room, index) => rule('further down', inside(room), inside(...ROOMS.slice(index + 1)))),
  rule('further down', { path: '^generator/[^/]+/' }, { path: '^generator/index\\.ts$' }),
  rule('base stands alone', inside('base'), { path: '^generator/', pathNot: '^generator/base/' }),
  rule(
    'golden judges, knows no model',
    inside('golden'),
    inside('machine', 'units', 'formats', 'dataflows', 'compile'),
  ),
  rule('product alone', { path: '^generator/' }, { path: '^(scripts|test)/' }),
  rule('scripts without tests', { path: '^scripts/' }, { path: '^test/' }),
];

/** The imports of the sources, types included, and each that a rule forbids. */
const graph = async (baseDir: string): Promise<{ readonly modules: number; readonly forbidden: readonly string[] }> => {
  const { output } = await cruise(['generator', 'scripts', 'test'], {
    ...{ baseDir, validate: true, ruleSet: { forbidden: RULES }, tsPreCompilationDeps: true },
    ...{ exclude: { path: 'node_modules' }, doNotFollow: { path: 'node_modules' } },
  });
  const { modules, summary } = output as ICruiseResult;
  const found = summary.violations.map(({ rule: { name }, from, to }) => `${name}: ${from} imports ${to}`);
  return { modules: modules.length, forbidden: [...new Set(found)].sort() };
};

/** A tree of files, in a folder of its own. */
const tree = (files: Readonly<Record<string, string>>): string => {
  const root = folder();
  for (const [path, text] of Object.entries({
    'generator/index.ts': '',
    'scripts/a.ts': '',
    'test/a.ts': '',
    ...files,
  })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
};

describe('the rooms', () => {
  it('are those of the table in generator/README.md', () => {
    const folders = readdirSync('generator', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...ROOMS].sort()).toEqual(folders.map(({ name }) => name).sort());
  });

  it('import only from rooms further up, and no file from one that imports it', async () => {
    const { modules, forbidden } = await graph(process.cwd());
    expect(modules).toBeGreaterThan(300);
    expect(forbidden).toEqual([]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a circle of files, if only of types',
      {
        'generator/run/a.ts': "import { b } from './b.js';\nexport type A = typeof b;",
        'generator/run/b.ts': "import type { A } from './a.js';\nexport const b: A | 1 = 1;",
      },
      ['circle of files: generator/run/a.ts imports generator/run/b.ts'],
    ],
    [
      'a circle of rooms without one of files',
      {
        'generator/emit/a.ts': "export { b } from '../run/b.js';",
        'generator/emit/c.ts': 'export const c = 1;',
        'generator/run/b.ts': 'export const b = 1;',
        'generator/run/d.ts': "export const d = await import('../emit/c.js');",
      },
      ['further down: generator/emit/a.ts imports generator/run/b.ts'],
    ],
    [
      'the product upon what verifies it',
      { 'generator/cli/a.ts': "import '../../scripts/a.js';", 'scripts/a.ts': "import '../test/a.js';" },
      [
        'product alone: generator/cli/a.ts imports scripts/a.ts',
        'scripts without tests: scripts/a.ts imports test/a.ts',
      ],
    ],
    [
      'a judge that knows what it judges',
      { 'generator/golden/a.ts': "import '../formats/a.js';", 'generator/formats/a.ts': '' },
      ['golden judges, knows no model: generator/golden/a.ts imports generator/formats/a.ts'],
    ],
    [
      'a ground floor upon another',
      { 'generator/base/a.ts': "import type { A } from '../isa/a.js';", 'generator/isa/a.ts': 'export type A = 1;' },
      [
        'base stands alone: generator/base/a.ts imports generator/isa/a.ts',
        'further down: generator/base/a.ts imports generator/isa/a.ts',
      ],
    ],
  ])('are not taken for right with %s', async (_name, files, expected) => {
    expect((await graph(tree(files))).forbidden).toEqual(expected);
  });
});
