import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../generator/base/paths.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';

it('rtl-out/tiny4, the committed output, is what the generator writes now', () => {
  const folder = join(packageRoot, 'rtl-out/tiny4');
  const written = new Map(emit(presets.tiny4).map(({ path, text }) => [path, text]));
  const present = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const committed = present
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const stale = [...new Set([...written.keys(), ...committed])]
    .filter((path) => !committed.includes(path) || readFileSync(join(folder, path), 'utf8') !== written.get(path))
    .sort();
  expect(stale, 'rtl-out/tiny4 is stale; renew it with: npm run gen -- tiny4').toEqual([]);
});
