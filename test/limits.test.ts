import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';
import config from '../vitest.config.js';

/** Functions of vitest whose last argument may be a limit, and what gives up by itself after a second. */
const TESTS = ['it', 'test', 'describe', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach', 'benchTests'];
const IMPATIENT = ['vi.waitFor', 'vi.waitUntil', 'expect.poll', 'AbortSignal.timeout', 'vi.setConfig'];

/** The function that a call ends at: `it` of `it.skipIf(a).each(b)('…', …)`. */
const rootOf = (expression: ts.Expression): string => {
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression))
    return rootOf(expression.expression);
  return ts.isIdentifier(expression) ? expression.text : '';
};

/** Limits to the time on the wall that a file sets, by line. */
const limitsIn = (path: string, text: string): readonly string[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const report = (): void => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${path}:${line + 1}: ${node.getText().split('\n')[0]!.slice(0, 80)}`);
    };
    if (ts.isPropertyAssignment(node) && /timeout$/i.test(node.name.getText()) && node.initializer.getText() !== '0') {
      report();
    }
    if (ts.isCallExpression(node)) {
      const last = node.arguments.at(-1);
      const isTest = TESTS.includes(rootOf(node.expression)) && node.arguments.length > 1;
      if (isTest && last && ts.isNumericLiteral(last)) report();
      if (IMPATIENT.includes(node.expression.getText())) report();
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

it.each([
  ["it('a', () => {}, 600_000);", 1],
  ["it.skipIf(a).each(b)('a', { timeout: 120_000 }, () => {});", 1],
  ['beforeAll(() => {}, 5000);', 1],
  ["spawnSync('a', [], { timeout: 1000 });", 1],
  ["execa('a', [], { timeout: seconds * 1000 });", 1],
  ['await vi.waitFor(() => {});', 1],
  ["it('a', () => {}); puppeteer.launch({ timeout: 0, protocolTimeout: 0 });", 0],
  ["it.each([1, 2])('a', () => expect(f(1)).toBe(2));", 0],
])('sees the limit in %s', (text, count) => expect(limitsIn('a.ts', text)).toHaveLength(count));

it('no test, script or command fails for time alone: none has a limit to it', () => {
  const files = ['test', 'scripts', 'generator'].flatMap((folder) =>
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(
    files
      .filter((path) => path !== 'test/limits.test.ts')
      .flatMap((path) => limitsIn(path, readFileSync(path, 'utf8'))),
  ).toEqual([]);
  expect(config.test).toMatchObject({ testTimeout: 0, hookTimeout: 0 });
});
