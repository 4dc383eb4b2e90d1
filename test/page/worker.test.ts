import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { configProblems, parseConfig } from '../../generator/description/checkConfig.js';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { resolveConfig } from '../../generator/description/resolve.js';
import { emit } from '../../generator/emit/emit.js';
import { workerScript } from '../../generator/page/bundle.js';
import type { RequestKind, Requests } from '../../generator/page/protocol.js';
import { validConfig } from '../configs.js';

type Ask = <K extends RequestKind>(kind: K, ask: Requests[K]['ask']) => Requests[K]['answer'];

/** The worker of the page, in a context that has what a browser's workers have and nothing of Node. */
const startWorker = async (): Promise<Ask> => {
  let answered: unknown;
  const scope = createContext(
    { TextEncoder, TextDecoder, postMessage: (message: unknown) => (answered = message) },
    // as the page's policy
    { codeGeneration: { strings: false, wasm: true } },
  ) as { onmessage?: (event: { data: unknown }) => void };
  new Script(await workerScript()).runInContext(scope);
  return (kind, ask) => {
    scope.onmessage!({ data: { id: 7, kind, ask } });
    const { id, answer, problems } = answered as { id: number; answer: never; problems?: unknown };
    if (problems) throw new Error(JSON.stringify(problems));
    expect(id).toBe(7);
    return answer;
  };
};

let ask: Ask;

const unzipped = (config: Config): ReadonlyMap<string, string> => {
  const { files, zip } = ask('zip', config);
  const inside = Object.entries(unzipSync(new Uint8Array(zip)));
  expect(inside.length).toBe(files);
  return new Map(inside.map(([path, bytes]) => [path, strFromU8(bytes)]));
};

const expectSame = (config: Config): void => {
  const found = unzipped(config);
  const files = emit(config);
  expect([...found.keys()]).toEqual(files.map(({ path }) => `${config.name}/${path}`));
  for (const { path, text } of files) expect(found.get(`${config.name}/${path}`) === text, path).toBe(true);
};

describe('the worker of the page, without Node', () => {
  beforeAll(async () => {
    ask = await startWorker();
  });

  it.each(Object.keys(presets))('zips the bytes that generate writes: %s', (name) => expectSame(presets[name]!));

  it('zips the bytes that generate writes: a vector unit, and names of its own', () =>
    expectSame(resolveConfig({ preset: 'ref16' }, ['vector.lanes=8', 'name=mine-2', 'prefix=my_', 'counters=basic'])));

  it('zips the bytes that generate writes: any configuration', () => {
    fc.assert(
      fc.property(validConfig(), (config) => {
        expect(configProblems(config)).toEqual([]);
        expectSame(parseConfig(config));
      }),
      { seed: 20261130, numRuns: 3 },
    );
  });

  it('makes the same zip of the same configuration', () => {
    const [first, second] = [ask('zip', presets.ice!).zip, ask('zip', presets.ice!).zip];
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
  });
});
