import fs from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { missingTools } from '../../../generator/base/tools.js';
import { parseLayer } from '../../../generator/description/layer.js';
import { presets } from '../../../generator/description/presets.js';
import { findYosys } from '../../../generator/eda/yosys.js';
import { rtlFiles } from '../../../generator/emit/rtl.js';
import { runPass } from '../../../generator/run/runPass.js';
import { codeKey, reachable } from '../../../generator/run/simulators/code.js';
import type { SimJob } from '../../../generator/run/simulators/job.js';
import { toolEnvironment } from '../../../generator/run/simulators/toolchain.js';
import { verilatorKey } from '../../../generator/run/simulators/verilator.js';
import { sourceKey } from '../../../scripts/benchmark/measure.js';
import { jobDigest } from '../../../scripts/benchmark/rtlRun.js';
import { modelKey } from '../../../scripts/evaluation/model.js';
import { PROOFS } from '../../../scripts/formal/proofs.js';
import { proofKey } from '../../../scripts/formal/prove.js';
import { temporaryFolders } from '../../temporary.js';

const temporaryFolder = temporaryFolders();
afterEach(() => {
  vi.unstubAllEnvs();
});

const { tiny4 } = presets;
const rtl = rtlFiles(tiny4);

/** A path on which tools say that they are of another version, and are the same otherwise. */
const withVersions = (versions: Readonly<Record<string, string>>): void => {
  const folder = temporaryFolder();
  for (const [tool, version] of Object.entries(versions)) {
    const real = (process.env.PATH ?? '')
      .split(':')
      .map((at) => join(at, tool))
      .find((path) => fs.existsSync(path));
    const script = `#!/bin/sh\ncase "$*" in --version|-V|"-q version") echo "${version}";; *) exec ${real} "$@";; esac\n`;
    fs.writeFileSync(join(folder, tool), script, { mode: 0o755 });
  }
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
};

describe('the code behind a value', () => {
  it.each([
    'scripts/benchmark/measure.ts',
    'generator/run/predictWorker.ts',
    'scripts/formal/prove.ts',
    'generator/eda/synthesize.ts',
    'generator/eda/route.ts',
  ])('is all that a bundler finds: %s', async (entry) => {
    const { metafile } = await build({
      ...{ entryPoints: [entry], bundle: true, packages: 'external', platform: 'node', format: 'esm' },
      ...{ write: false, metafile: true, logLevel: 'silent' },
    });
    const found = new Set(reachable(resolve(entry)).files.map((path) => relative('.', path)));
    expect(Object.keys(metafile.inputs).filter((path) => !found.has(path))).toEqual([]);
  });

  it('of the benchmark holds what chooses the plan, and of its runs on the RTL does not', () => {
    const of = (entry: string, without: readonly string[] = []): readonly string[] =>
      reachable(
        resolve(entry),
        without.map((path) => resolve(path)),
      ).files.map((path) => relative('.', path));
    const plans = of('scripts/benchmark/measure.ts');
    for (const folder of ['compile', 'dataflows', 'formats', 'golden', 'machine', 'timing', 'units', 'emit/views']) {
      const files = fs
        .readdirSync(`generator/${folder}`, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `generator/${folder}/${name}`)
        // the judge of networks, and their compiler
        .filter((path) => !/^generator\/(golden\/graph|compile\/network)\//.test(path));
      // what lists software, what only predictions and timelines by the model need, types
      const absent = files.filter((path) => !plans.includes(path));
      expect(absent.map((path) => basename(path))).toEqual(
        {
          compile: ['estimate.ts', 'samePrediction.ts'],
          dataflows: ['laneMap.ts'],
          machine: ['activity.ts'],
          units: ['stream.ts'],
          'emit/views': ['driver.ts', 'network.ts'],
        }[folder as string] ?? [],
      );
    }
    const runs = of('scripts/benchmark/rtlRun.ts', [
      'generator/emit/rtl.ts',
      'generator/emit/blocks.ts',
      'generator/compile/plan.ts',
    ]);
    expect(runs).toContain('generator/run/runPass.ts');
    expect(runs).toContain('generator/golden/convolution.ts');
    expect(runs.filter((path) => /views|machine\/replay|dataflows\/builder/.test(path))).toEqual([]);
  });

  const forms: readonly ((name: string) => string)[] = [
    (name) => `import { a } from './${name}.js';`,
    (name) => `import {\n  type A,\n  a,\n} from './${name}.js';`,
    (name) => `export * from './${name}.js';`,
    (name) => `import './${name}.js';`,
    (name) => `const a = await import('./${name}.js');`,
    (name) => `const a = new URL('./${name}.js', import.meta.url);`,
  ];

  it('has another key after any change of a module that is reached, and the same after any other', () => {
    const count = 6;
    const index = fc.nat(count - 1);
    const edge = fc.tuple(index, index, fc.constantFrom(...forms));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), index, (edges, changed) => {
        const made = (change: string): string => {
          const folder = temporaryFolder();
          for (let module = 0; module < count; module++) {
            const imports = edges.filter(([from]) => from === module).map(([, to, form]) => form(`m${to}`));
            const text = [...imports, `export const a = ${module}${module === changed ? change : ''};`].join('\n');
            fs.writeFileSync(join(folder, `m${module}.js`), text);
          }
          return folder;
        };
        const reached = new Set([0]);
        for (const from of reached) for (const [a, b] of edges) if (a === from) reached.add(b);
        const [before, after] = [made(''), made(' + 1')].map((folder) =>
          codeKey(pathToFileURL(join(folder, 'm0.js')).href),
        );
        expect(before === after).toBe(!reached.has(changed));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('the key of a simulator', () => {
  it.skipIf(missingTools(['verilator', 'g++']).length > 0)('holds tools, variables, and every text', async () => {
    const key = (files = rtl) => verilatorKey(tiny4, files);
    const plain = await key();
    vi.stubEnv('SOMETHING_ELSE', '1');
    vi.stubEnv('MAKEFLAGS', ' -j --jobserver-auth=3,4');
    expect(await key()).toBe(plain);
    const others = new Set([plain]);
    for (const name of ['CXX', 'CXXFLAGS', 'CPPFLAGS', 'LDFLAGS', 'VERILATOR_ROOT', 'CPATH', 'LD_LIBRARY_PATH']) {
      vi.stubEnv(name, '/other');
      others.add(await key());
      vi.stubEnv(name, undefined);
    }
    for (const tool of ['verilator', 'g++']) {
      withVersions({ [tool]: 'another one' });
      others.add(await key());
      vi.stubEnv('PATH', process.env.PATH!.replace(/^[^:]*:/, ''));
    }
    others.add(await key(rtl.map((file, index) => (index === 3 ? { ...file, text: `${file.text}\n` } : file))));
    expect(others.size).toBe(1 + 7 + 2 + 1);
    expect(await key()).toBe(plain);
  });

  it('is that of tools that no other variable reaches', () => {
    vi.stubEnv('MAKEFLAGS', '-e');
    vi.stubEnv('BASH_ENV', '/x');
    vi.stubEnv('OPT_FAST', '-O0');
    const { env, variables } = toolEnvironment();
    expect(Object.keys(env)).not.toContain('MAKEFLAGS');
    expect(Object.keys(env)).not.toContain('BASH_ENV');
    expect(env.OPT_FAST).toBe('-O0');
    expect(variables).toContain('OPT_FAST');
    expect(env.PATH).toBe(process.env.PATH);
  });

  it.skipIf(missingTools(['iverilog']).length > 0)('holds the version of Icarus', async () => {
    const cache = temporaryFolder();
    vi.stubEnv('BP_IM2COL_CACHE', cache);
    const layer = parseLayer('C=1,H=2,W=2,N=1,K=1');
    const run = () => runPass(tiny4, layer, 'fprop', 'bp', { simulator: 'icarus' });
    for (const entries of [1, 1, 2]) {
      if (entries === 2) withVersions({ iverilog: 'Icarus Verilog version 99' });
      expect((await run()).passed).toBe(true);
      expect(fs.readdirSync(cache).filter((name) => name.startsWith('icarus-'))).toHaveLength(entries);
    }
  });
});

it.skipIf(missingTools(['yosys', 'z3']).length > 0)(
  'the key of a proof holds its tools, method and texts',
  async () => {
    const [proof] = PROOFS;
    const keys = new Set([await proofKey(proof!), await proofKey(proof!, proof!.bugs[0])]);
    keys.add(await proofKey({ ...proof!, method: { kind: 'bounded', depth: 3 } }));
    keys.add(await proofKey({ ...proof!, parameters: { ...proof!.parameters, DEPTH: 77 } }));
    for (const tool of ['yosys', 'yosys-abc', 'z3']) {
      withVersions({ [tool]: 'another one' });
      keys.add(await proofKey(proof!));
      vi.stubEnv('PATH', process.env.PATH!.replace(/^[^:]*:/, ''));
    }
    expect(keys.size).toBe(4 + 3);
  },
);

it.skipIf(missingTools(['yosys']).length > 0)(
  'syntheses are told apart by the build of Yosys, and its ABC',
  async () => {
    const { identity } = await findYosys();
    withVersions({ 'yosys-abc': 'another one' });
    expect((await findYosys()).identity).not.toBe(identity);
    withVersions({ yosys: 'Yosys 0.23 (git sha1 1234567)' });
    const other = await findYosys();
    expect(other.version).toBe('Yosys 0.23');
    expect(other.identity).toContain('1234567');
  },
);

it('the key of a run on the RTL holds all that the simulator is told', () => {
  const job: SimJob = {
    images: [{ address: 64n, bytes: new Uint8Array([1, 2, 3]) }],
    script: [{ kind: 'irq', maxCycles: 100 }],
    dumps: [{ address: 128n, bytes: 4 }],
    allowedWrites: [{ address: 128n, bytes: 4 }],
    memory: { stallPercent: 20 },
    seed: 1,
    maxCycles: 1000,
  };
  const others: readonly SimJob[] = [
    { ...job, images: [{ address: 64n, bytes: new Uint8Array([1, 2, 4]) }] },
    { ...job, images: [{ address: 65n, bytes: new Uint8Array([1, 2, 3]) }] },
    { ...job, script: [{ kind: 'read', offset: 4 }] },
    { ...job, dumps: [{ address: 132n, bytes: 4 }] },
    { ...job, allowedWrites: [] },
    { ...job, memory: { stallPercent: 21 } },
    { ...job, seed: 2 },
    { ...job, timeline: { from: 0, to: 10 } },
  ];
  expect(new Set([job, ...others].map(jobDigest)).size).toBe(1 + others.length);
  expect(jobDigest({ ...job, maxCycles: 2000, script: [{ kind: 'irq', maxCycles: 200 }] })).toBe(jobDigest(job));
});

it('keys of jobs hold the accelerator, the layer, the pass and the engine', () => {
  const job = { layer: 'x', spec: 'C=1,H=9,W=9,N=1,K=3,S=2', config: tiny4, pass: 'dgrad', engine: 'bp' } as const;
  const others = [
    { ...job, config: { ...tiny4, addStages: 2 } },
    { ...job, spec: 'C=2,H=9,W=9,N=1,K=3,S=2' },
    { ...job, pass: 'wgrad' as const },
    { ...job, engine: 'zerofree' as const },
  ];
  expect(new Set([job, ...others].map(modelKey)).size).toBe(5);
  const runs = [...others, { ...job, stalls: true }, { ...job, timeline: true }];
  expect(new Set([job, ...runs].map(sourceKey)).size).toBe(7);
});
