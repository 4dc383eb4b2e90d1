import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';

const WARNINGS = ['-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Wcast-qual', '-Werror'];
export const STRICT = ['-std=c99', ...WARNINGS];

/**
 * Compiles a C source without a library and without a warning: as C, as C++, and for RISC-V where its compiler is installed.
 * @returns the symbols that it does not define.
 */
export const compilesAlone = (folder: string, source: string): readonly string[] => {
  const name = basename(source, '.c');
  for (const [compiler, flags] of [
    ['gcc', STRICT],
    ['g++', [...WARNINGS, '-std=c++11', '-x', 'c++']],
    ['riscv64-unknown-elf-gcc', STRICT],
  ] as const) {
    if (compiler.startsWith('riscv') && spawnSync(compiler, ['--version']).status !== 0) continue;
    const object = compiler === 'gcc' ? `${name}.o` : 'other.o';
    const made = spawnSync(compiler, [...flags, '-ffreestanding', '-O2', '-c', source, '-o', object], {
      ...{ cwd: folder, encoding: 'utf8' },
    });
    expect(made.stderr, compiler).toBe('');
    expect(made.status, compiler).toBe(0);
  }
  expect(readFileSync(join(folder, source), 'utf8').match(/#include <.*>/g)).toBe(null);
  const undefinedOnes = execFileSync('nm', ['-u', `${name}.o`], { cwd: folder, encoding: 'utf8' });
  return undefinedOnes.match(/\w+$/gm) ?? [];
};
