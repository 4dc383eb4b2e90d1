import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../generator/base/paths.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { defineAccelerator } from '../../generator/index.js';
import { validConfig } from '../configs.js';

const { tiny4, ref16 } = presets;

const byPath = (files: ReturnType<typeof emit>): ReadonlyMap<string, string> =>
  new Map(files.map(({ path, text }) => [path, text]));

describe('the emitted files', () => {
  it('are the same from run to run', () => {
    expect(emit(structuredClone(ref16))).toEqual(emit(ref16));
  });

  it('are listed in the manifest, with the hash of their content and the configuration', () => {
    const files = byPath(emit(tiny4));
    const manifest = JSON.parse(files.get('manifest.json')!);
    expect(manifest.config).toEqual(tiny4);
    expect(['manifest.json', ...manifest.files.map(({ path }: { path: string }) => path)]).toEqual([...files.keys()]);
    for (const { path, sha256 } of manifest.files) {
      expect(createHash('sha256').update(files.get(path)!).digest('hex'), path).toBe(sha256);
    }
  });

  it('are plain text: no absolute path, no date, no trailing blank, one newline at the end', () => {
    for (const { path, text } of emit(ref16)) {
      expect(text.includes(packageRoot), path).toBe(false);
      expect(text, path).not.toMatch(/\b20\d\d-\d\d-\d\d\b/);
      expect(text, path).not.toMatch(/[ \t\r]$/m);
      expect(text, path).toMatch(/[^\n]\n$/);
      expect(path).toMatch(/^[A-Za-z0-9_./]+$/);
    }
  });

  it('do not grow with the array, but for data', () => {
    for (const base of [tiny4, ref16]) {
      const buffers = { ...base.buffers, dynamicBytes: 131072, stationaryBytes: 131072 };
      const lines = (rows: number, columns: number) =>
        emit({ ...base, array: { rows, columns }, buffers })
          .filter(({ path }) => !path.endsWith('.hex'))
          .map(({ path, text }) => [path, text.split('\n').length]);
      expect(lines(128, 128)).toEqual(lines(2, 3));
    }
  });

  it('have the prefix on every module', () => {
    for (const [path, text] of byPath(emit({ ...tiny4, prefix: 'zz_' }))) {
      if (!path.startsWith('rtl/')) continue;
      expect(path).toMatch(/^rtl\/zz_/);
      for (const [, module] of text.matchAll(/^\s*module\s+(\w+)/gm)) expect(module).toMatch(/^zz_/);
      expect(text, path).not.toMatch(/bpi_/i);
    }
  });

  it('are listed in rtl.f by paths that exist', () => {
    const files = byPath(emit(tiny4));
    const listed = files
      .get('rtl.f')!
      .split('\n')
      .filter((line) => line !== '' && !/^(\/\/|\+)/.test(line));
    const verilog = [...files.keys()].filter((path) => /^rtl\/.*\.v$/.test(path));
    expect(listed).toEqual(verilog);
  });

  it('exist for any valid configuration', () => {
    fc.assert(
      fc.property(validConfig(), (config) => {
        for (const { text } of emit(defineAccelerator(config)))
          expect(text).not.toMatch(/[=([,]\s*(undefined|NaN)\b|\[object /);
      }),
      { seed: 3, numRuns: 20 },
    );
  });
});
