import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import * as library from '../../generator/index.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();

/** Runs typedoc as `npm run api` does, with what is told besides, in a folder. */
const typedoc = (cwd: string, ...options: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolve('node_modules/typedoc/bin/typedoc'), ...options],
    { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  );
  return { status, said: `${stdout}${stderr}` };
};

it('the reference has a page for every export, and no export is without a docstring', () => {
  const out = folder();
  const { status, said } = typedoc('.', '--out', out);
  expect(status, said).toBe(0);
  const pages = (readdirSync(out, { recursive: true }) as string[]).map((path) => path.split('/').at(-1));
  for (const name of Object.keys(library)) expect(pages).toContain(`${name}.html`);
});

it('an export without a docstring, and a link that leads nowhere, are errors', () => {
  const project = folder();
  const put = (name: string, text: string): void => writeFileSync(join(project, name), text);
  put('index.ts', 'export const bare = 1;\n/** See {@link nowhere}. */\nexport const linked = 2;\n');
  put('tsconfig.json', JSON.stringify({ compilerOptions: { types: [] }, files: ['index.ts'] }));
  put(
    'typedoc.json',
    JSON.stringify({ extends: [resolve('typedoc.json')], entryPoints: ['index.ts'], tsconfig: 'tsconfig.json' }),
  );
  const { status, said } = typedoc(project, '--emit', 'none');
  expect(status).not.toBe(0);
  expect(said).toMatch(/bare .* does not have any documentation$/m);
  expect(said).toMatch(/Failed to resolve link to "nowhere"/);
});
