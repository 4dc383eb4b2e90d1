import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../generator/cli/program.js';
import type { Config } from '../../generator/description/config.js';
import { presets } from '../../generator/description/presets.js';
import { emit } from '../../generator/emit/emit.js';
import { topPorts } from '../../generator/emit/ports.js';
import { COUNTERS_OFFSET, ERROR_CAUSES, registers } from '../../generator/isa/registers.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { temporaryFolders } from '../temporary.js';

const guide = readFileSync('docs/integration.md', 'utf8');
const section = (heading: string): string => guide.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('|---'))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const { tiny4 } = presets;
const temporaryFolder = temporaryFolders();

describe('the integration guide', () => {
  it.each(Object.entries(presets))('lists the ports of %s', (_, config) => {
    const widths: Readonly<Record<string, number>> = {
      ...{ A: config.axi.addressWidth, D: config.axi.dataWidth, 'D/8': config.axi.dataWidth / 8 },
    };
    const listed = rows(section('Ports')).flatMap(([, inputs, outputs]) =>
      [[inputs!, 'in'] as const, [outputs!, 'out'] as const].flatMap(([cell, direction]) =>
        [...cell.matchAll(/`(\w+)`(?: ([\dAD/]+))?/g)].map(([, name, bits]) => ({
          ...{ name, direction, bits: bits === undefined ? 1 : (widths[bits] ?? Number(bits)) },
        })),
      ),
    );
    const order = (a: { name?: string }, b: { name?: string }): number => (a.name! < b.name! ? -1 : 1);
    const ports = topPorts(config).map(({ name, direction, bits }) => ({ name, direction, bits }));
    expect([...listed].sort(order)).toEqual([...ports].sort(order));
  });

  it('lists the registers', () => {
    const listed = rows(section('Registers')).map(([offset, name]) => [Number(offset), name]);
    const map = registers(tiny4).filter(({ offset }) => offset < COUNTERS_OFFSET);
    expect(listed).toEqual(map.map(({ offset, name }) => [offset, name.toUpperCase()]));
  });

  it('lists the causes of errors', () => {
    const listed = rows(section('Errors')).map(([code, name]) => [Number(code), name]);
    expect(listed).toEqual(ERROR_CAUSES.map(({ code, name }) => [code, name]));
  });

  it('lists the functions of the driver', () => {
    const header = emit(tiny4).find(({ path }) => path === 'sw/bpi_driver.h')!.text;
    const declared = [...header.matchAll(/^\w.*?\b(bpi_\w+)\(/gm)].map(([, name]) => name!).sort();
    const listed = [...section('Driver').matchAll(/`(bpi_[a-z0-9_]+)`/g)].map(([, name]) => name!);
    expect([...new Set(listed)].sort()).toEqual(declared);
  });

  it('lists the files for other tools', () => {
    const named = rows(section('Files for other tools')).map(([file]) =>
      file!.replace(/`/g, '').replace('<name>', tiny4.name).replace('<prefix>', tiny4.prefix),
    );
    const emitted = emit(tiny4).map(({ path }) => path);
    expect(emitted).toEqual(expect.arrayContaining(named));
  });

  it('has an example that compiles, with a program that its command makes', async () => {
    const folder = temporaryFolder();
    const [, command, said, predicted] = /^ {4}\$ npx bp-im2col (compile .*)\n {4}(.*\n) {4}(.*)$/m.exec(guide)!;
    const file = join(folder, 'conv1.h');
    let printed = '';
    const print = (text: string): void => {
      printed += text;
    };
    const words = command!.split(' ').map((word) => (word === 'conv1.h' ? file : word));
    expect(await runCli(words, { out: print, err: print, color: false })).toBe(0);
    expect(printed.trimEnd().replace(file, 'conv1.h')).toBe(`${said}${predicted}`);

    // every macro of the header is in the table, and every one of the table that this program has is in the header
    const defined = [...readFileSync(file, 'utf8').matchAll(/^#define CONV1_(\w+) /gm)].map(([, name]) => name!);
    const names = rows(section('Programs')).map(([cell]) => cell!);
    const listed = [...names.join().matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    const kinds = defined.map((name) => name.replace(/^(WT|DX)_/, 'DY_').replace(/^LAYER_.*/, 'LAYER_B'));
    for (const kind of kinds) expect(listed).toContain(kind);
    const elsewhere = ['SHIFT', 'SCRATCH_ADDRESS', 'SCRATCH_BYTES'];
    for (const name of listed.filter((one) => !elsewhere.includes(one))) expect(defined).toContain(name);

    const source = /^```c\n(.*?)^```$/ms.exec(guide)![1]!;
    writeFiles(folder, [...emit(tiny4), { path: 'example.c', text: source }]);
    const flags = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
    const made = spawnSync('gcc', [...flags, '-Isw', '-c', 'example.c', '-o', 'example.o'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(made.stderr).toBe('');

    const against = (config: Config): string => {
      writeFiles(folder, emit(config));
      return spawnSync('gcc', [...flags, '-Isw', '-c', 'example.c', '-o', 'example.o'], {
        cwd: folder,
        encoding: 'utf8',
      }).stderr;
    };
    // a name is no hardware
    expect(against({ ...tiny4, name: 'other' })).toBe('');
    expect(against({ ...tiny4, axi: { ...tiny4.axi, outstanding: 8 } })).toContain(
      'this program was compiled for another configuration of the accelerator',
    );
  });

  it('has a chain of programs: the first one writes what the second one reads', async () => {
    const folder = temporaryFolder();
    const commands = [...section('Programs').matchAll(/^ {4}\$ npx bp-im2col (compile .* --at .*)$/gm)];
    const headers = await Promise.all(
      commands.map(async ([, command]) => {
        const words = command!.split(' ').map((word) => (word.endsWith('.h') ? join(folder, word) : word));
        let said = '';
        const print = (text: string): void => {
          said += text;
        };
        expect(await runCli(words, { out: print, err: print, color: false }), said).toBe(0);
        return readFileSync(join(folder, command!.split(' ').at(-1)!), 'utf8');
      }),
    );
    expect(headers.map((text) => /_Y_ADDRESS +(\S+)/.exec(text)?.[1])[0]).toBe('0x90000000u');
    expect(headers.map((text) => /_X_ADDRESS +(\S+)/.exec(text)?.[1])[1]).toBe('0x90000000u');
    expect(/_Y_BYTES +(\S+)/.exec(headers[0]!)![1]).toBe(/_X_BYTES +(\S+)/.exec(headers[1]!)![1]);
  });
});
