import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { presets } from '../generator/description/presets.js';
import { emit } from '../generator/emit/emit.js';
import { fixtureResults } from './report/fixture.js';
import { temporaryFolders } from './temporary.js';

const program = `
import { type Config, compile, defineAccelerator, derive, emit, generate, presets, run, UserError } from 'bp-im2col';

declare const console: { readonly log: (text: string) => void };
const small: Config = defineAccelerator({ preset: 'ref16', name: 'half', array: { rows: 8 }, engines: ['zerofree'] });
const lanes: number = derive(small).dynamicLanes;
generate(small, { out: 'half' });
if (emit(presets.tiny4).length === 0 || lanes !== 16) throw new Error('wrong');
try {
  defineAccelerator({ preset: 'ref16', array: { rows: 0 } });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.log(error.problems.map(({ code, path, fix }) => [code, path, fix].join(': ')).join());
}

const words: Uint32Array = compile({ config: 'tiny4', layer: 'C=3,H=8,W=8,N=4,K=3', pass: 'fprop' }).words;
if (words.length % 16 !== 0) throw new Error('wrong');
// @ts-expect-error: no such pass
const z = () => run({ layer: 'C=3,H=8,W=8,N=4,K=3', pass: 'forward' });
// @ts-expect-error: no such preset
const a = () => defineAccelerator({ preset: 'ref17' });
// @ts-expect-error: no such key
const b = () => defineAccelerator({ preset: 'ref16', array: { row: 8 } });
// @ts-expect-error: no such format
const c = () => defineAccelerator({ preset: 'ref16', format: 'fp32' });
// @ts-expect-error: incomplete without a preset
const d = () => defineAccelerator({ name: 'incomplete' });
// @ts-expect-error: a configuration cannot be changed
const e = () => { small.array.rows = 4; };
export { a, b, c, d, e };
`;

const tsconfig = {
  compilerOptions: { module: 'NodeNext', target: 'ES2022', strict: true, types: [], lib: ['ES2022'] },
  files: ['program.ts'],
};

const run = (command: string, args: readonly string[], cwd: string): string => {
  const env = { ...process.env, NO_COLOR: '1', npm_config_audit: 'false', npm_config_fund: 'false' };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}\n${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
};

describe('the package, installed from its tarball into an empty folder', () => {
  const folder = temporaryFolders('file');
  let home = '';

  beforeAll(() => {
    home = folder();
    run('npm', ['pack', '--silent', '--pack-destination', home], resolve('.'));
    const tarball = readdirSync(home).find((name) => name.endsWith('.tgz'))!;
    writeFileSync(join(home, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
    try {
      run('npm', ['install', '--silent', '--prefer-offline', `./${tarball}`], home);
    } catch (error) {
      throw new Error('npm could not install the tarball: is the package registry reachable?', { cause: error });
    }
  });

  it('has a command that can be run, though npx makes only its first build of a folder one', () => {
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(() => accessSync(bin['bp-im2col'], constants.X_OK)).not.toThrow();
  });

  it('holds the program, the templates and the harness, and no more than it needs', () => {
    const inside = join(home, 'node_modules/bp-im2col');
    const top = readdirSync(inside).sort();
    expect(top).toEqual(expect.arrayContaining(['LICENSE', 'CHANGELOG.md', 'dist', 'package.json', 'tb', 'templates']));
    expect(top.filter((name) => ['test', 'scripts', 'node_modules'].includes(name))).toEqual([]);
    expect(readdirSync(join(inside, 'generator'))).toEqual(['README.md']);
    expect(readdirSync(join(inside, 'rtl-out/tiny4'))).toEqual(['registers.md']);
    expect(readdirSync(join(inside, 'dist')).sort()).toEqual(['generator', 'scripts', 'templates.cjs']);
  });

  it('holds what its pages link to', () => {
    const inside = join(home, 'node_modules/bp-im2col');
    const docs = (readdirSync(join(inside, 'docs'), { recursive: true }) as string[]).map((name) => `docs/${name}`);
    const pages = ['README.md', ...docs.filter((name) => name.endsWith('.md'))];
    const links = pages.flatMap((page) => {
      const text = readFileSync(join(inside, page), 'utf8').replace(/^```.*?^```$/gms, '');
      return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => ({ page, link: link! }));
    });
    expect(pages.length).toBeGreaterThan(12);
    expect(links.length).toBeGreaterThan(60);
    expect(links.filter(({ page, link }) => !existsSync(join(inside, dirname(page), link)))).toEqual([]);
    expect(docs.filter((name) => name.startsWith('docs/api'))).toEqual([]);
  });

  it('shows its help', () => {
    expect(run('npx', ['--no-install', 'bp-im2col', '--help'], home)).toContain('Usage: bp-im2col');
  });

  it('generates the same bytes as here', () => {
    run('npx', ['--no-install', 'bp-im2col', 'generate', 'tiny4'], home);
    for (const { path, text } of emit(presets.tiny4)) {
      expect(readFileSync(join(home, 'rtl-out/tiny4', path), 'utf8') === text, path).toBe(true);
    }
  });

  it('makes a report', () => {
    writeFileSync(join(home, 'results.json'), JSON.stringify(fixtureResults()));
    run('npx', ['--no-install', 'bp-im2col', 'report', 'results.json'], home);
    expect(readFileSync(join(home, 'report.html'), 'utf8')).toMatch(/<script>.*explorer-data.*<\/script>/s);
  });

  it('advises commands that are there, and no npm scripts', () => {
    const inside = join(home, 'node_modules/bp-im2col/dist');
    const programs = readdirSync(inside, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'));
    expect(programs.length).toBeGreaterThan(100);
    for (const path of programs.filter((each) => each !== 'generator/base/paths.js')) {
      expect(readFileSync(join(inside, path), 'utf8'), path).not.toContain('npm run');
    }
    writeFileSync(join(home, 'none.json'), '{}');
    const report = spawnSync('npx', ['--no-install', 'bp-im2col', 'report', 'none.json'], {
      cwd: home,
      encoding: 'utf8',
    });
    expect(report.status).toBe(2);
    const [advised] = /node node_modules\S+/.exec(report.stderr)!;
    expect(run('bash', ['-c', `${advised} --help`], home)).toContain(`Usage: ${advised} [options]`);
    for (const name of ['report', 'estimate']) {
      expect(run('npx', ['--no-install', 'bp-im2col', name, '--help'], home)).not.toContain('npm run');
    }
  });

  it('does from code what docs/library.md says and prints', () => {
    const page = readFileSync('docs/library.md', 'utf8');
    const [, example, shown] = /^```js\n(.*?)^```$\s+((?:^ {4}[^\n]*\n)+)/ms.exec(page)!;
    writeFileSync(join(home, 'example.js'), example!);
    expect(run(process.execPath, ['example.js'], home)).toBe(shown!.replace(/^ {4}/gm, ''));
  });

  it('estimates in processes of its own what it compiles', () => {
    const lines = [
      "import { compile, estimate } from 'bp-im2col';",
      "const one = { config: 'tiny4', layer: 'C=8,H=6,W=6,N=6,K=3,S=2,P=1', pass: 'dgrad', engine: 'bp' };",
      'const { passes } = await estimate(one);',
      'console.log(passes.length, passes[0].cycles === compile({ ...one, narrow: true }).predicted.cycles);',
    ];
    writeFileSync(join(home, 'estimate.js'), lines.join('\n'));
    expect(run(process.execPath, ['estimate.js'], home)).toBe('1 true\n');
  });

  it('is a typed library', () => {
    writeFileSync(join(home, 'program.ts'), program);
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(tsconfig));
    run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.'], home);
    expect(run(process.execPath, ['program.js'], home)).toBe('OUT_OF_RANGE: array.rows: set array.rows to 1\n');
    expect(readdirSync(join(home, 'half'))).toContain('manifest.json');
  });
});
